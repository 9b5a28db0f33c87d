/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unpacks what the kernel's files are packed with: gzip, xz, lzma, zstd, lz4 (the kernel's legacy frame). The libraries
 * are opened at first use, so that a program that meets no packed file pays nothing and does not need them. Linux only.
 */
#ifndef GPUBAY_HOST_DECOMPRESS_H
#define GPUBAY_HOST_DECOMPRESS_H

#include "base/macro.h"

enum { DECOMPRESS_MAGIC = 6, DECOMPRESS_PIECE = 128 * 1024 };

struct decoder;

/* Takes unpacked bytes; negative stops the unpacking with that error. */
typedef int (*decoder_sink)(void *arg, const void *p, size_t n);

/*
 * A decoder for what begins with these bytes. -EPROTONOSUPPORT: none of these formats; -ENODATA: its library is not on
 * this machine.
 */
int decoder_new(const void *magic, size_t n, struct decoder **ret);
void decoder_free(struct decoder *d); /* NULL-safe */
void decoder_freep(struct decoder **d);
/* Whether the stream may end here though nothing says so: lz4's legacy frame has no end mark. */
bool decoder_may_end(const struct decoder *d);
/* Takes bytes; *ret_used of them. 0: more wanted, 1: the stream has ended, negative: torn, or the sink's error. */
int decoder_push(struct decoder *d, const void *p, size_t n, size_t *ret_used, decoder_sink sink, void *arg);

#endif
