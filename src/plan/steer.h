/* SPDX-License-Identifier: Apache-2.0 */
/* The environment that steers a program to chosen GPUs, from the rows of facts/steer.c. Pure. */
#ifndef GPUBAY_PLAN_STEER_H
#define GPUBAY_PLAN_STEER_H

#include "model/snapshot.h"

#define STEER_VAR(F, S) \
	F(S, name, str, _, 0, "variable") \
	F(S, value, str, _, 0, "value") \
	F(S, note, str, _, 0, "who reads it")
FIELD_STRUCT(steer_var, STEER_VAR)

/*
 * Variables for these GPUs (indices, in the order wanted; NONE is the software renderer) and purposes (STEER_* of facts).
 * `icds` are the paths of the Vulkan driver manifests on this machine; those of the GPUs' drivers become VK_DRIVER_FILES.
 */
void steer_plan(const struct snapshot *s, const struct u32s *gpus, unsigned what, const struct strs *icds, struct arena *a,
		struct steer_var_list *ret);
/* Reports of driver libraries that hold what a variable of these GPUs needs and /sys does not say, a bit for each report_kind. */
unsigned steer_reports(const struct snapshot *s, const struct u32s *gpus, unsigned what);
/* Device nodes that only these GPUs need: render and card nodes, /dev/nvidiaN, kfd. */
struct strs steer_nodes(const struct snapshot *s, const struct u32s *gpus, struct arena *a);

#endif
