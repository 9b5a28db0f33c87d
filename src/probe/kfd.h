/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /sys/class/kfd: AMD's compute driver describes the machine as nodes with links. A GPU is one node, or one for each of
 * its partitions, which share its address.
 */
#ifndef GPUBAY_PROBE_KFD_H
#define GPUBAY_PROBE_KFD_H

#include "probe/probe.h"

struct kfd_node {
	uint32_t number;
	uint32_t gpu;        /* index into gpus, or NONE: a CPU, or a GPU that is not ours */
	uint32_t partition;
	uint32_t render_minor;
	uint64_t hive;       /* 0: in none */
	uint64_t memory_bytes; /* 0: not told */
};
struct kfd {
	struct kfd_node *v;
	uint32_t n;
};

void kfd_read(struct probe *p, struct kfd *ret);
/* XGMI between GPUs: gpu->peers and gpu->xgmi_hive. */
void kfd_peers(struct probe *p, const struct kfd *kfd);

#endif
