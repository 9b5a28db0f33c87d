/* SPDX-License-Identifier: Apache-2.0 */
#include "host/scan.h"

#include <errno.h>

enum { PIECE = 64 * 1024 };

struct scan {
	char separator;
	scan_fn fn;
	void *arg;
	bool overlong; /* in a record that is too long: its end is waited for */
	char held[PIECE + SCAN_RECORD_MAX];
	size_t n;
};

/* Gives out the complete records of held[] and moves the rest to its beginning; false when fn wants no more. */
static bool records_give(struct scan *s, bool last)
{
	char *p = s->held, *end = s->held + s->n, *sep;

	while ((sep = memchr(p, s->separator, (size_t)(end - p))) || (last && p < end)) {
		size_t n = (size_t)((sep ? sep : end) - p);

		if (!s->overlong && n <= SCAN_RECORD_MAX && !s->fn(s->arg, p, n))
			return false;
		s->overlong = false;
		p = sep ? sep + 1 : end;
	}
	s->n = (size_t)(end - p);
	if (s->n > SCAN_RECORD_MAX) {
		s->overlong = true;
		s->n = 0;
	}
	memmove(s->held, p, s->n);
	return true;
}

int tree_scan(const struct tree_dir *at, const char *path, char separator, scan_fn fn, void *arg)
{
	struct scan *s = xmalloc(sizeof(*s));
	uint64_t offset = 0;
	bool more = true;
	long n;

	s->separator = separator;
	s->fn = fn;
	s->arg = arg;
	s->overlong = false;
	s->n = 0;
	do {
		n = tree_pread(at, path, offset, s->held + s->n, PIECE);
		if (n < 0)
			break;
		offset += (uint64_t)n;
		s->n += (size_t)n;
		more = records_give(s, n < PIECE);
	} while (more && n == PIECE && offset < SCAN_FILE_MAX);
	free(s);
	return n < 0 ? (int)n : 0;
}
