/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps what containers are offered in step with the notes, for the verbs that take a GPU away or bring it back: looks at
 * the machine again and rewrites gpubay's own CDI specs. Where nobody asked for any (live/wish.h), none are made.
 */
#ifndef GPUBAY_LIVE_OFFER_H
#define GPUBAY_LIVE_OFFER_H

#include "base/arena.h"
#include "base/err.h"
#include "host/tree.h"

struct offer {
	struct tree *tree;
};

/* struct eject_machine's publish. The GPU is no matter: all of them are looked at. */
int offer_publish(void *arg, const char *gpu_id, struct arena *a, struct strs *ret_changed,
		  struct err *e);
/* The same for a dry run: names the specs that have this GPU, and writes nothing. */
int offer_tell(void *arg, const char *gpu_id, struct arena *a, struct strs *ret_changed,
	       struct err *e);

#endif
