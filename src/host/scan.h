/* SPDX-License-Identifier: Apache-2.0 */
/* Walks the records of a large text file of a tree (modules.alias, /etc/group) without holding it in memory. */
#ifndef GPUBAY_HOST_SCAN_H
#define GPUBAY_HOST_SCAN_H

#include "host/tree.h"

enum { SCAN_RECORD_MAX = 32 * 1024, SCAN_FILE_MAX = 64 << 20 };

/* Gets one record without its separator; false ends the walk. */
typedef bool (*scan_fn)(void *arg, const char *record, size_t n);

/*
 * Calls fn for each record of the file; they end with `separator` ('\n', or '\0'). A record longer than
 * SCAN_RECORD_MAX is left out. 0, or the reading's error.
 */
int tree_scan(const struct tree_dir *at, const char *path, char separator, scan_fn fn, void *arg);

#endif
