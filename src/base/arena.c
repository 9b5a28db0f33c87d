/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>

enum { BLOCK_FIRST = 16 * 1024, BLOCK_MAX = 1024 * 1024 };

struct block {
	struct block *next;
	size_t size;
	size_t used;
	alignas(max_align_t) char data[];
};

struct arena {
	struct block *head;
	size_t used;
	size_t next_size;
};

void oom(void)
{
	fputs("gpubay: out of memory\n", stderr);
	abort();
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		oom();
	return p;
}

void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		oom();
	return p;
}

struct arena *arena_new(void)
{
	struct arena *a = xmalloc(sizeof(*a));

	*a = (struct arena){.next_size = BLOCK_FIRST};
	return a;
}

void arena_free(struct arena *a)
{
	struct block *b, *next;

	if (!a)
		return;
	for (b = a->head; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

void arena_freep(struct arena **a)
{
	arena_free(*a);
	*a = NULL;
}

static struct block *block_new(struct arena *a, size_t size)
{
	size_t room = MAX(size, a->next_size);
	struct block *b = xmalloc(sizeof(*b) + room);

	*b = (struct block){.next = a->head, .size = room};
	a->head = b;
	a->next_size = MIN(a->next_size * 2, (size_t)BLOCK_MAX);
	return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct block *b = a->head;
	void *p;

	if (size > SIZE_MAX / 2)
		oom();
	size = (size + align - 1) & ~(align - 1);
	if (!b || b->size - b->used < size)
		b = block_new(a, size);
	p = b->data + b->used;
	b->used += size;
	a->used += size;
	return memset(p, 0, size);
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}

void *arena_dup(struct arena *a, const void *p, size_t size)
{
	void *copy = arena_alloc(a, size);

	if (size)
		memcpy(copy, p, size);
	return copy;
}

char *arena_strn(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	if (n)
		memcpy(copy, s, n);
	return copy;
}

char *arena_str(struct arena *a, const char *s)
{
	return s ? arena_strn(a, s, strlen(s)) : NULL;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *s;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return arena_strn(a, "", 0);
	s = arena_alloc(a, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	return s;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return s;
}

/* Full exactly when n is 0 or a power of two: then the next capacity is one or twice as much. */
void *list_push(struct arena *a, void **v, uint32_t *n, size_t size)
{
	if ((*n & (*n - 1)) == 0) {
		void *more = arena_alloc(a, (*n ? (size_t)*n * 2 : 1) * size);

		if (*n)
			memcpy(more, *v, *n * size);
		*v = more;
	}
	return (char *)*v + (*n)++ * size;
}

void strs_add(struct arena *a, struct strs *l, const char *s)
{
	*LIST_PUSH(a, l) = s;
}

bool strs_has(const struct strs *l, const char *s)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (strcmp(l->v[i], s) == 0)
			return true;
	return false;
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digit runs compare by value, so that card2 comes before card10. */
static int natural_cmp(const char *a, const char *b)
{
	while (*a && *b) {
		if (digit(*a) && digit(*b)) {
			size_t na, nb;

			while (*a == '0' && digit(a[1]))
				a++;
			while (*b == '0' && digit(b[1]))
				b++;
			for (na = 0; digit(a[na]); na++)
				;
			for (nb = 0; digit(b[nb]); nb++)
				;
			if (na != nb)
				return na < nb ? -1 : 1;
			if (memcmp(a, b, na) != 0)
				return memcmp(a, b, na);
			a += na;
			b += nb;
		} else if (*a != *b) {
			break;
		} else {
			a++;
			b++;
		}
	}
	return (int)(unsigned char)*a - (int)(unsigned char)*b;
}

static int strs_cmp(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	int r = natural_cmp(x, y);

	return r ? r : strcmp(x, y);
}

void strs_sort(struct strs *l)
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), strs_cmp);
}

void u32s_add(struct arena *a, struct u32s *l, uint32_t v)
{
	*LIST_PUSH(a, l) = v;
}

bool u32s_has(const struct u32s *l, uint32_t v)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i] == v)
			return true;
	return false;
}
