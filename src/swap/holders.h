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

/*
 * Sorted by GPU, then certain ones first, then by process. *ret_partial: there may be more, because processes of other
 * users (or of other containers) could not be looked at. -ENODATA, -ENOENT: this source has no processes in it.
 */
int holders_find(struct tree *t, const struct held_nodes *nodes, struct arena *a, struct holder_list *ret, bool *ret_partial);

#endif
