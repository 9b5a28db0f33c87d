/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words that `gpubay discover` owes to scripts written for an older inventory format: generation names of Intel's
 * graphics, the three entries of "drivers", and the CUDA version that nvidia-smi would print. Tables end with a zeroed
 * row.
 */
#ifndef GPUBAY_FACTS_LEGACY_H
#define GPUBAY_FACTS_LEGACY_H

#include "model/gpu.h"

/* The first row whose pattern fits the family's key counts. */
struct facts_generation {
	const char *family; /* key, or a prefix ended with '*' */
	const char *name;
	const char *source;
};
extern const struct facts_generation facts_generations[];
const char *facts_generation_find(const char *family); /* NULL when it has no name */

struct facts_driver_group {
	const char *name;       /* key below "drivers" */
	enum gpu_vendor vendor;
	const char *drivers;    /* kernel drivers that count, best first, space separated */
};
extern const struct facts_driver_group facts_driver_groups[];

/* The newest CUDA version that a branch of NVIDIA's driver serves. */
struct facts_cuda {
	uint32_t branch; /* first number of the driver's version */
	const char *cuda;
	const char *source;
};
extern const struct facts_cuda facts_cudas[];
const char *facts_cuda_of(const char *driver_version); /* NULL when not known */

/* Kernel modules that make RDMA: the core's, and those of facts/rdma.h. */
bool facts_is_rdma_module(const char *name);

#endif
