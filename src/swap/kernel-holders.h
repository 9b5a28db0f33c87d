/* SPDX-License-Identifier: Apache-2.0 */
/* What holds a GPU, or what is unplugged with it, and is no process: text consoles, file systems, swap, the network. */
#ifndef GPUBAY_SWAP_KERNEL_HOLDERS_H
#define GPUBAY_SWAP_KERNEL_HOLDERS_H

#include "model/swap.h"
#include "swap/nodes.h"

/* Adds them; they have no pid. */
void kernel_holders_add(struct tree *t, const struct held_nodes *nodes, struct arena *a, struct holder_list *l);

#endif
