/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /etc/gpubay/trust: which boxes may be let in, gpubay-trust(5). A line is one of
 *   # comment
 *   require-iommu
 *   allow UNIQUE-ID [once] [iommu] [key] ["label"]
 * Whoever may write here decides what reaches the machine's memory, so what is not understood is an error and nothing
 * of the file counts then.
 */
#ifndef GPUBAY_FORMAT_TRUST_FILE_H
#define GPUBAY_FORMAT_TRUST_FILE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { TRUST_FILE_MAX = 64 * 1024, TRUST_LINE_MAX = 400, TRUST_ENTRIES_MAX = 500, TRUST_LABEL_MAX = 100 };

struct trust_entry {
	const char *unique_id; /* lower case */
	bool once;             /* used up by the first time it is let in */
	bool iommu;            /* only where the IOMMU confines it */
	bool key;              /* only where it proves itself by a key */
	const char *label;     /* for people; "" for none */
	const char *file;      /* that says so, and the line in it */
	unsigned line;
};
struct trust_entry_list {
	struct trust_entry *v;
	uint32_t n;
};

struct trust_file {
	bool require_iommu; /* of every entry */
	struct trust_entry_list entries;
};

/* -EINVAL and "path:line:column: ..." for what is not understood; *ret is empty then. */
int trust_file_parse(const char *path, const char *text, size_t n, struct arena *a, struct trust_file *ret, struct err *e);
const struct trust_entry *trust_file_find(const struct trust_file *f, const char *unique_id); /* NULL: not in it */
/* "c0ffee00-0000-0000-0000-000000000004": the form of all unique ids. */
bool trust_is_id(const char *s);

/* One line with its newline; what a label may not hold is left out. */
void trust_file_print(const struct trust_entry *entry, struct buf *b);
/* The text without one line (from 1): comments and everything else stay as they were written. */
void trust_file_cut(const char *text, size_t n, unsigned line, struct buf *b);

#endif
