/* SPDX-License-Identifier: Apache-2.0 */
/* What a person should know of the ways between GPUs that are to work together. Pure. */
#ifndef GPUBAY_PLAN_WAYS_H
#define GPUBAY_PLAN_WAYS_H

#include "model/topo.h"

/*
 * The ways between these GPUs (indices of the snapshot), and a sentence for each thing that stands in the way of those of
 * one driver: GPUs of two drivers never reach into each other's memory.
 */
void ways_between(const struct snapshot *s, const struct topo *t, const struct u32s *gpus, struct arena *a, struct path_list *ret,
		  struct strs *ret_warnings);
/* Of how many of these GPUs one driver has the most. */
uint32_t ways_peers(const struct snapshot *s, const struct u32s *gpus);
/* The row of a GPU or an RDMA device in the matrix, NONE. */
uint32_t ways_row(const struct topo *t, enum topo_kind kind, uint32_t index);

#endif
