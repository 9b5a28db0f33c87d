/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often a driver is used, as the kernel counts it: each open file of a node of its, each buffer that it lent to
 * others, each console on it, and whoever has it from elsewhere (another container, a descriptor on its way between two
 * processes). It counts all GPUs of the driver together, and does not say who; but none is none.
 */
#ifndef GPUBAY_SWAP_MODULE_USES_H
#define GPUBAY_SWAP_MODULE_USES_H

#include "host/tree.h"

/* Of the driver and of the modules that are built on it, without what these count for each other. False: not known. */
bool module_uses(struct tree *t, struct arena *a, const char *driver, uint64_t *ret);

#endif
