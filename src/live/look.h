/* SPDX-License-Identifier: Apache-2.0 */
/* What attach is lent by whoever runs it (swap/attach.h): new snapshots of a tree, and what the checks say of them. */
#ifndef GPUBAY_LIVE_LOOK_H
#define GPUBAY_LIVE_LOOK_H

#include "host/tree.h"
#include "model/snapshot.h"
#include "swap/attach.h"

/* arg of all: the tree. */
struct snapshot *look_again(void *tree, bool whole);
bool look_why(void *tree, const struct snapshot *s, uint32_t gpu, const char *subject, const char *topics, struct arena *a,
	      struct attach_why *ret);
bool look_note(void *tree, const struct snapshot *s, const char *ids, uint32_t nth, struct arena *a, struct attach_why *ret);

#endif
