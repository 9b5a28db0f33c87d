/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who uses a GPU: every process that has one of its nodes open or mapped, also where the node is gone, and what of the
 * kernel does (text consoles, file systems on devices that are unplugged with it). One holder for each pair of process
 * and GPU. Reads /proc and /sys, never opens a device node, and may run at any time: processes come and go meanwhile.
 */
#ifndef GPUBAY_SWAP_HOLDERS_H
#define GPUBAY_SWAP_HOLDERS_H

#include "model/swap.h"
#include "swap/nodes.h"

/* How much could be seen. */
struct holders_view {
	bool partial;       /* there may be more holders than were found */
	bool outside;       /* processes outside of this container, or of other users, are not shown at all */
	struct strs unseen; /* "systemd (1)": shown, and could not be looked at */
};

/* Sorted by GPU, then certain ones first, then by process. -ENODATA, -ENOENT: this source has no processes in it. */
int holders_find(struct tree *t, const struct held_nodes *nodes, struct arena *a, struct holder_list *ret,
		 struct holders_view *view);
/* Who could not be looked at: "systemd (1), dockerd (812)". */
const char *holders_say_view(struct arena *a, const struct holders_view *view);

#endif
