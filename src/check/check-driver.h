/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the topic "driver". */
#ifndef GPUBAY_CHECK_CHECK_DRIVER_H
#define GPUBAY_CHECK_CHECK_DRIVER_H

#include "check/driver-why.h"

/* Adds GB1112 when two loaded drivers both take the GPU; whether it did. */
bool driver_fight(struct check *c, uint32_t gpu);
/* Adds GB1140 to GB1143 when NVIDIA's driver is the wrong one for the GPU; whether it did. */
bool nvidia_misfit(struct check *c, uint32_t gpu);

/* Adds GB1161: gpubay's tables know that no mainline kernel has its id. */
void id_not_in_kernel(struct check *c, uint32_t gpu);

void run_bound(struct check *c);
void run_passthrough(struct check *c);
void run_versions(struct check *c);
void run_id_flags(struct check *c);

#endif
