/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of src/facts described, so that one piece of code prints, filters and turns into JSON all of them. A table
 * is one array of structs, or several; each ends with a row whose `end` pointer is NULL.
 */
#ifndef GPUBAY_CODEC_FACTS_TABLES_H
#define GPUBAY_CODEC_FACTS_TABLES_H

#include "base/arena.h"
#include "base/enumtab.h"
#include "codec/json.h"

enum column_kind {
	COLUMN_STR,
	COLUMN_WORDS,  /* string of words: a list in JSON */
	COLUMN_HEX4,
	COLUMN_NUMBER16,
	COLUMN_NUMBER32,
	COLUMN_BOOL,
	COLUMN_FLAGS,  /* names of the bits, from bit 0 on */
	COLUMN_KERNEL, /* major << 16 | minor << 8 */
	COLUMN_ENUM,
};

struct column {
	const char *name;
	enum column_kind kind;
	size_t offset;
	bool detail;               /* JSON and single rows only, not in the table of text */
	const char *const *names;  /* flags */
	const struct enumtab *tab; /* enums */
};

struct facts_table {
	const char *name;
	const char *about; /* one line, lower case */
	size_t size;       /* of a row */
	size_t end;        /* offset of the pointer that is NULL in the last row */
	const void *(*part)(unsigned n); /* n-th array, NULL after the last */
	const struct column *columns;    /* ended by name NULL */
};

extern const struct facts_table facts_tables[]; /* ended by name NULL */
const struct facts_table *facts_table_find(const char *name); /* NULL when there is none */

/* The first row, and the one after `row`; NULL at the end. *part is the caller's, for the walk. */
const void *facts_row_next(const struct facts_table *t, const void *row, unsigned *part);

/* What stands in a cell, for people; "" for nothing. */
const char *facts_cell(struct arena *a, const struct column *column, const void *row);
/* Whether a row is meant: by "8086:e20b" or "8086:" where rows have ids, else by a piece of any of its texts. */
bool facts_row_matches(struct arena *a, const struct facts_table *t, const void *row, const char *filter);
/* A new reference. */
json_t *facts_row_json(struct arena *a, const struct facts_table *t, const void *row);

/* "8086:e20b"; -EINVAL. Without the part after ':' device is 0 and *ret_whole false. */
int facts_id_parse(const char *text, uint16_t *ret_vendor, uint16_t *ret_device, bool *ret_whole);

#endif
