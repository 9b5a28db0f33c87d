/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives of the kind an initramfs is made of (Documentation/driver-api/early-userspace/buffer-format.rst): "newc"
 * cpio archives one behind the other, zeros between them, and possibly something compressed behind those. Bytes are
 * pushed in pieces of any size; only names and sizes come out, contents are skipped.
 */
#ifndef GPUBAY_FORMAT_CPIO_H
#define GPUBAY_FORMAT_CPIO_H

#include "base/macro.h"

enum { CPIO_NAME_MAX = 4096, CPIO_HEADER = 110 };

struct cpio {
	void (*entry)(void *arg, const char *name, uint32_t mode, uint64_t size); /* not for the trailer */
	void *arg;
	/* private: zero it */
	uint64_t at;    /* bytes taken so far: everything is aligned to 4 from the beginning */
	uint64_t skip;  /* bytes to throw away */
	uint32_t n;     /* of text */
	uint32_t want;  /* name's length with its NUL; 0 while in the header */
	uint32_t mode;
	uint64_t size;
	char text[CPIO_NAME_MAX];
};

/*
 * Takes bytes; the count taken. Less than n means that at buf[count] something begins that is no cpio archive (what is
 * compressed, or rubbish).
 */
size_t cpio_push(struct cpio *c, const void *buf, size_t n);
/* True between archives: nothing is half read. */
bool cpio_idle(const struct cpio *c);

#endif
