/* SPDX-License-Identifier: Apache-2.0 */
/* A piece of a line of lspci's, and what is taken off its front. Nothing here reads behind the piece's end. */
#ifndef GPUBAY_HOST_LSPCI_PIECE_H
#define GPUBAY_HOST_LSPCI_PIECE_H

#include "base/macro.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct piece {
	const char *s, *end;
};

static inline bool piece_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline size_t piece_left(const struct piece *t)
{
	return (size_t)(t->end - t->s);
}

void piece_skip_blanks(struct piece *t);
/* Whether it begins with prefix, which is then taken off. */
bool piece_take(struct piece *t, const char *prefix);
/* The first place of `what`; NULL none. */
const char *piece_find(const struct piece *t, const char *what);
/* Exactly n hexadecimal digits at s. */
bool piece_hex(const char *s, const char *end, unsigned n, uint64_t *ret);
/* A number of base 10 or 16 and at most max, which is then taken off. */
bool piece_number(struct piece *t, unsigned base, uint64_t max, uint64_t *ret);
/* "[" and n hexadecimal digits and "]" at s. */
bool piece_in_brackets(const char *s, const char *end, unsigned n, uint64_t *ret);
/* "[10de:2684]": where the last one begins, because names have brackets too; NULL none. */
const char *piece_ids(const struct piece *t, uint64_t *vendor, uint64_t *device);

#endif
