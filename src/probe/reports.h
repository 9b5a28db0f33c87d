/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the reports phase share. */
#ifndef GPUBAY_PROBE_REPORTS_H
#define GPUBAY_PROBE_REPORTS_H

#include "probe/probe.h"

/* Which GPU each device of each report is; driver's names of GPUs become aliases. */
void reports_join(struct probe *p);

/* Errors of NVIDIA GPUs that the kernel's log holds. */
void reports_xid(struct probe *p);
/* Index of the GPU that has a function at this address, or NONE. */
uint32_t reports_gpu_at(const struct snapshot *s, uint64_t address);

#endif
