/* SPDX-License-Identifier: Apache-2.0 */
/* What a request can ask of a GPU, and whether the GPU has it. Some of it only the driver libraries' reports tell. Pure. */
#ifndef GPUBAY_PLAN_FEATURE_H
#define GPUBAY_PLAN_FEATURE_H

#include "model/snapshot.h"

/* -EINVAL, with what there is, when nothing is called so. */
int feature_check(const char *name, struct err *e);
/* Reports it takes to tell, one bit for each report_kind; 0: the snapshot says it. */
unsigned feature_reports(const char *name);
/* NULL when the GPU has it, else how it lacks it: "is not external", "has no Vulkan: library missing". */
const char *feature_lack(const struct snapshot *s, uint32_t gpu, const char *name, struct arena *a);

/* Video memory that is known: all of it, or at least what the CPU sees; 0 when nothing is. */
uint64_t feature_memory(const struct snapshot *s, uint32_t gpu);
/* Reports that tell it where /sys does not. */
unsigned feature_memory_reports(const struct snapshot *s);

#endif
