/* SPDX-License-Identifier: Apache-2.0 */
/* A growing byte buffer on the heap; always followed by a NUL that is not counted in n. */
#ifndef GPUBAY_BASE_BUF_H
#define GPUBAY_BASE_BUF_H

#include "base/macro.h"
#include <stdarg.h>

struct buf {
	char *p; /* NULL while nothing was added */
	size_t n;
	size_t cap;
};

#define BUF_NULL ((struct buf){0})

void buf_add(struct buf *b, const void *p, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_vaddf(struct buf *b, const char *fmt, va_list ap);
void buf_clear(struct buf *b); /* empty, keeps memory */
void buf_free(struct buf *b);  /* also the CLEANUP function */

#endif
