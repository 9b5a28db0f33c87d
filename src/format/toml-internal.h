/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of the TOML reader share: toml.c has tables and structure, toml-value.c strings, numbers, dates. */
#ifndef GPUBAY_FORMAT_TOML_INTERNAL_H
#define GPUBAY_FORMAT_TOML_INTERNAL_H

#include "format/toml.h"

#include <errno.h>

struct toml_reader {
	struct arena *a;
	const char *name;
	const char *p, *end;
	const char *line_start;
	uint32_t line;
	uint32_t n_keys;
	struct err *e;
};

/* Both give the negative result, so that a function can end with them. */
int toml_fail(struct toml_reader *r, const char *what);
int toml_too_much(struct toml_reader *r, const char *what);

/* The byte that many places on; '\0' beyond the end (a NUL in the text is refused before). */
static inline char toml_peek(const struct toml_reader *r, size_t n)
{
	return (size_t)(r->end - r->p) > n ? r->p[n] : '\0';
}

/* Past one line break, "\n" or "\r\n"; false when there is none. */
bool toml_newline(struct toml_reader *r);

/* At a quote: a string of one line, or (multi) also of several. */
int toml_read_string(struct toml_reader *r, bool multi, const char **ret, size_t *ret_n);
/* A number, a date, a time, true or false. */
int toml_read_word(struct toml_reader *r, struct toml *v);

#endif
