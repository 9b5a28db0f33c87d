/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A region that only grows and is thrown away whole. A snapshot, a plan and a request each live in one.
 * Running out of memory ends the program through oom(): every state on disk is journaled, so that is recoverable.
 */
#ifndef GPUBAY_BASE_ARENA_H
#define GPUBAY_BASE_ARENA_H

#include "base/macro.h"
#include <stdarg.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a); /* NULL-safe */
void arena_freep(struct arena **a);

/* Zeroed memory, aligned for any type; size 0 gives a valid pointer. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_dup(struct arena *a, const void *p, size_t size);
char *arena_str(struct arena *a, const char *s);             /* NULL stays NULL */
char *arena_strn(struct arena *a, const char *s, size_t n);  /* always terminated */
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap);
/* Bytes handed out so far. */
size_t arena_used(const struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))

/*
 * Growing arrays inside an arena. `list` is any struct with members v (pointer) and n (uint32_t);
 * capacities are the powers of two, so no third member is needed. Gives a pointer to a zeroed new element.
 * Pointers into the array are invalid after the next push: refer to objects by index.
 */
#define LIST_PUSH(a, list) \
	((__typeof__((list)->v))list_push((a), (void **)&(list)->v, &(list)->n, sizeof(*(list)->v)))
void *list_push(struct arena *a, void **v, uint32_t *n, size_t size);

/* A list of strings, and of numbers or indices. */
struct strs {
	const char **v;
	uint32_t n;
};
struct u32s {
	uint32_t *v;
	uint32_t n;
};
void strs_add(struct arena *a, struct strs *l, const char *s); /* stores the pointer */
bool strs_has(const struct strs *l, const char *s);
void strs_sort(struct strs *l); /* bytewise; digits runs by value ("card2" before "card10") */
void u32s_add(struct arena *a, struct u32s *l, uint32_t v);
bool u32s_has(const struct u32s *l, uint32_t v);

_Noreturn void oom(void);
/* malloc family that never returns NULL, for the rare long-lived object. */
void *xmalloc(size_t size);
void *xrealloc(void *p, size_t size);

#endif
