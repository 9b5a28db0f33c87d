/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is unplugged with a GPU and is none: disks, network cards, whatever hangs on the USB of the same box. Known by its
 * place in /sys: the path of a device leads through the PCI function that it hangs on.
 */
#ifndef GPUBAY_SWAP_COMPANY_H
#define GPUBAY_SWAP_COMPANY_H

#include "model/swap.h"
#include "swap/nodes.h"

/* Whether this link of /sys leads through what is unplugged with the GPU (a number in held_nodes.gpus), or through itself. */
bool company_leads(struct tree *t, struct arena *a, const struct held_nodes *l, uint32_t gpu, const char *link);
/* The same for a block device, or one of those that it is made of. */
bool company_has_disk(struct tree *t, struct arena *a, const struct held_nodes *l, uint32_t gpu, const char *link);
/* Says what is unplugged, where that is known better than by probe: the first GPU's company, and nobody else's. */
void company_is(struct tree *t, struct arena *a, struct held_nodes *l, const struct u32s *functions);
/* Fills l->company: the nodes through which programs use it without a file system or an address. */
void company_nodes_find(struct tree *t, struct arena *a, struct held_nodes *l);
/* Adds network interfaces by which this machine reaches others now. */
void company_network_add(struct tree *t, const struct held_nodes *l, struct arena *a, struct holder_list *to);
/* "Logitech Keyboard K120, SanDisk Ultra": what hangs on the USB of these functions; "" for nothing. */
const char *company_say_usb(struct tree *t, struct arena *a, const struct snapshot *s, const struct u32s *functions);

#endif
