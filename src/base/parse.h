/* SPDX-License-Identifier: Apache-2.0 */
/* Small strict parsers over strings. All give 0 or -EINVAL / -ERANGE, and leave *ret alone on failure. */
#ifndef GPUBAY_BASE_PARSE_H
#define GPUBAY_BASE_PARSE_H

#include "base/arena.h"

/* The whole string must be a number of that base (0: decimal, or hexadecimal after 0x), at most max. */
int parse_u64(const char *s, unsigned base, uint64_t max, uint64_t *ret);
int parse_u32(const char *s, unsigned base, uint32_t max, uint32_t *ret);
int parse_i64(const char *s, int64_t *ret);
/* The first n bytes. */
int parse_u64n(const char *s, size_t n, unsigned base, uint64_t max, uint64_t *ret);
/* "0-3,8,10-11" (kernel cpulist) to a list of numbers, each below 65536; "" gives none. */
int parse_cpulist(struct arena *a, const char *s, struct u32s *ret);
/* Back to the shortest cpulist text. */
char *cpulist_text(struct arena *a, const struct u32s *cpus);

bool str_eq(const char *a, const char *b);  /* NULL-safe: two NULLs are equal */
bool str_ieq(const char *a, const char *b); /* ASCII case folded, NULL-safe */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
char *str_lower(char *s); /* in place, ASCII */
char *str_trim(char *s); /* in place: cuts trailing, skips leading white space */
const char *str_base(const char *path); /* after the last '/' */
/*
 * Splits at any byte of `seps`, empty pieces dropped; pieces are copied into the arena.
 */
struct strs str_split(struct arena *a, const char *s, const char *seps);
/* Walks lines of a text without copying: line and n get the next line without its newline; false at the end. */
bool next_line(const char **text, const char *end, const char **line, size_t *n);
/* One value of a uevent-like "KEY=value" text of n bytes; NULL when absent; copied into the arena. */
char *keyval_get(struct arena *a, const char *text, size_t n, const char *key);
/* Characters in a text, and the bytes its first n take: what stands in our tables is one column a character. */
size_t utf8_length(const char *s);
size_t utf8_prefix(const char *s, size_t n);
/* Replaces what is not valid UTF-8 by U+FFFD and control characters (except tab) by '?'; result in the arena. */
char *utf8_clean(struct arena *a, const char *s, size_t n);

#endif
