/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a kernel module's file says of itself: the section .modinfo of its ELF image (NUL terminated "key=value"), and
 * who signed it (what scripts/sign-file appends: PKCS#7, a 12-byte description, a magic line).
 */
#ifndef GPUBAY_FORMAT_MODINFO_H
#define GPUBAY_FORMAT_MODINFO_H

#include "base/arena.h"

/* Bytes at an offset, from wherever the module is: a file, or memory after unpacking. */
struct byte_source {
	long (*read)(void *arg, uint64_t offset, void *buf, size_t n); /* the count, or negative errno */
	void *arg;
	uint64_t size;
};

enum { MODINFO_MAX = 1 << 20 };

/* -EBADMSG: not an ELF image, or torn. -ENOENT: without the section. */
int modinfo_section(const struct byte_source *src, struct arena *a, const char **ret, size_t *ret_n);
/* Common name of the certificate; "" when the module is not signed, "unknown" when the name was not found. */
int modinfo_signer(const struct byte_source *src, struct arena *a, const char **ret);
/* Walks the section: the next "key=value" string, terminated; false at the end. */
bool modinfo_next(const char **p, const char *end, const char **ret_key, size_t *ret_n_key, const char **ret_value);

#endif
