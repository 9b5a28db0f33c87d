/* SPDX-License-Identifier: Apache-2.0 */
#include "host/lspci-piece.h"

#include "base/parse.h"

void piece_skip_blanks(struct piece *t)
{
	while (t->s < t->end && piece_blank(*t->s))
		t->s++;
}

bool piece_take(struct piece *t, const char *prefix)
{
	size_t n = strlen(prefix);

	if (piece_left(t) < n || memcmp(t->s, prefix, n) != 0)
		return false;
	t->s += n;
	return true;
}

const char *piece_find(const struct piece *t, const char *what)
{
	size_t n = strlen(what);
	const char *s;

	for (s = t->s; (size_t)(t->end - s) >= n && t->end >= s; s++)
		if (memcmp(s, what, n) == 0)
			return s;
	return NULL;
}

static bool hex_digit(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* Exactly n hexadecimal digits. */
bool piece_hex(const char *s, const char *end, unsigned n, uint64_t *ret)
{
	unsigned i;

	if (end - s < (long)n)
		return false;
	for (i = 0; i < n; i++)
		if (!hex_digit(s[i]))
			return false;
	return parse_u64n(s, n, 16, UINT64_MAX, ret) == 0;
}

/* A number behind what was taken. */
bool piece_number(struct piece *t, unsigned base, uint64_t max, uint64_t *ret)
{
	const char *s = t->s;

	while (s < t->end && ((*s >= '0' && *s <= '9') || (base == 16 && hex_digit(*s))))
		s++;
	if (s == t->s || s - t->s > 16 || parse_u64n(t->s, (size_t)(s - t->s), base, max, ret) < 0)
		return false;
	t->s = s;
	return true;
}

bool piece_in_brackets(const char *s, const char *end, unsigned n, uint64_t *ret)
{
	return end - s >= (long)n + 2 && s[0] == '[' && s[n + 1] == ']' && piece_hex(s + 1, end, n, ret);
}

/* "[10de:2684]": the last one in the text, because names have brackets too. */
const char *piece_ids(const struct piece *t, uint64_t *vendor, uint64_t *device)
{
	const char *s;

	for (s = t->end - 11; s >= t->s; s--)
		if (s[0] == '[' && s[5] == ':' && s[10] == ']' && piece_hex(s + 1, t->end, 4, vendor) && piece_hex(s + 6, t->end, 4, device))
			return s;
	return NULL;
}
