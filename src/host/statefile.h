/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small file that several runs of the program share: read, changed and replaced as a whole under a lock, so that a
 * reader sees the old or the new content and two writers follow one another. Linux only.
 */
#ifndef GPUBAY_HOST_STATEFILE_H
#define GPUBAY_HOST_STATEFILE_H

#include "base/buf.h"
#include "base/err.h"

struct statefile {
	const char *path; /* the caller's */
	int lock;         /* descriptor of PATH.lock */
};

enum { STATEFILE_MAX = 1024 * 1024 };

/* Waits for the lock; makes the folder (0755) where it is missing. */
int statefile_open(struct statefile *f, const char *path, struct err *e);
void statefile_close(struct statefile *f); /* also the CLEANUP function; harmless on a zeroed one with lock -1 */
/* Makes the folders (0755) that a path needs. */
int statefile_make_folders(const char *path, struct err *e);
/* The content; empty when there is no file yet. */
int statefile_read(const struct statefile *f, struct buf *ret, struct err *e);
/* Temporary file beside it, fsync, rename, fsync of the folder. */
int statefile_write(const struct statefile *f, const struct buf *content, struct err *e);
/* The same for what others may not read, or may run. */
int statefile_write_mode(const struct statefile *f, const struct buf *content, unsigned mode, struct err *e);

#endif
