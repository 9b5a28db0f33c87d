/* SPDX-License-Identifier: Apache-2.0 */
/* What the files share that read the forms of lspci's lines; lspci.c hands them line after line. */
#ifndef GPUBAY_HOST_LSPCI_READER_H
#define GPUBAY_HOST_LSPCI_READER_H

#include "base/arena.h"
#include "base/err.h"
#include "base/parse.h"
#include "host/lspci-internal.h"
#include "host/lspci-piece.h"

struct lspci_address {
	uint32_t domain;
	uint8_t bus, dev, fn;
};

struct lspci_reader {
	const char *name;
	unsigned line_no;
	struct err *e;
	struct arena *a;
	struct lspci_fns fns;
	uint32_t *hash; /* index + 1 of a function; open addressing */
	uint32_t n_hash;
	uint32_t cur;     /* the function that details belong to, NONE */
	unsigned indent;  /* of its line */
	bool block;       /* in a -vmm block */
	bool bare;        /* nothing was said of it but its line */
	struct u32s run;  /* functions of this run */
	uint64_t last;    /* address before in this run */
	uint32_t witness; /* LSPCI_* that some function of the run has */
	bool cut;         /* grep left lines out */
	bool ended;       /* the next function begins a run */
	int resizable;    /* inside "Physical Resizable BAR" */
	uint8_t *config;  /* of the dump that is being read */
	unsigned n_config;
};

/* Sets "name:line: expected …"; -EINVAL. */
int lspci_expected(const struct lspci_reader *r, unsigned line, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The function of a line that names one; the same address again adds to what is known of it. */
int lspci_fn_begin(struct lspci_reader *r, const struct lspci_address *addr, struct lspci_fn **ret);
/* Nothing more of this run comes: what its witness says of the others is known. */
void lspci_run_end(struct lspci_reader *r);
/* By which functions are ordered. */
uint64_t lspci_address_key(const struct lspci_fn *f);
/* The function that details belong to; NULL none. */
struct lspci_fn *lspci_current(struct lspci_reader *r);

/* What a line is, by its form: 0 something else, 1 it was this and is taken in, negative it is torn. */
int lspci_line_function(struct lspci_reader *r, struct piece t);
int lspci_line_block(struct lspci_reader *r, struct piece t);
bool lspci_line_detail(struct lspci_reader *r, struct piece t);

/* lspci-fields.c */
char *lspci_copy(struct lspci_reader *r, struct piece t);
bool lspci_address(struct piece *t, struct lspci_address *ret);
int lspci_set_ids(struct lspci_reader *r, struct lspci_fn *f, uint64_t vendor, uint64_t device);
void lspci_set_class(struct lspci_fn *f, uint64_t class);
void lspci_set_prog_if(struct lspci_fn *f, uint64_t v);
void lspci_add_module(struct lspci_reader *r, struct lspci_fn *f, const char *name);
void lspci_set_driver(struct lspci_reader *r, struct lspci_fn *f, struct piece t);
void lspci_set_iommu(struct lspci_reader *r, struct lspci_fn *f, struct piece t);
void lspci_set_numa(struct lspci_fn *f, struct piece t);
/* Whether pci.ids of that machine had no name for it. */
bool lspci_unnamed(const char *s);
/* "NVIDIA Corporation [10de]" or "10de": true, its id, the name or NULL. A name alone: false. */
bool lspci_name_and_id(struct lspci_reader *r, struct piece t, uint64_t *ret_id, const char **ret_name);

#endif
