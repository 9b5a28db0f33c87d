/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every device node through which a GPU can be held: of DRM, of its driver, framebuffers, display wires, the sound of
 * its cables, virtual machines' ways to it. Numbers count, not names: what is below /dev in a container, or is gone
 * from there since the driver was unbound, still has its number in each open file. So they are found before anything is
 * unbound, and looked for as often as one likes.
 */
#ifndef GPUBAY_SWAP_NODES_H
#define GPUBAY_SWAP_NODES_H

#include "facts/holders.h"
#include "host/tree.h"
#include "model/snapshot.h"

struct held_node {
	const char *path; /* "/dev/dri/card0" */
	uint32_t major, minor;
	uint32_t gpu;     /* number in held_nodes.gpus */
	bool block;       /* a block device: numbers of their own */
	bool shared;      /* other GPUs or devices use it, too: a process that has it open may not use this one */
};

/* A GPU that is asked about, and what is known of it to tell its users. */
struct held_gpu {
	const struct gpu *gpu;
	uint32_t index;      /* in the snapshot's gpus; NONE for what is no GPU (virtual displays) */
	struct u32s functions; /* all its PCI functions, virtual ones too */
	struct u32s with;    /* other functions that are unplugged with it */
	bool alone;          /* the only one of its driver */
	struct u32s kfd_ids; /* what amdkfd calls it */
};

struct held_node_list {
	struct held_node *v;
	uint32_t n;
};

struct held_nodes {
	const struct snapshot *snap;
	struct held_node *v; /* sorted by number */
	uint32_t n;
	struct held_node_list company; /* of what is unplugged with them: disks, RDMA devices; see swap/company.h */
	struct {
		struct held_gpu *v;
		uint32_t n;
	} gpus;
};

/*
 * The nodes of these GPUs, each of which is in snap->gpus or snap->displays. The snapshot needs PROBE_LIST and lives
 * as long as the result.
 */
void held_nodes_find(struct tree *t, const struct snapshot *snap, const struct gpu *const *gpus, uint32_t n, struct arena *a,
		     struct held_nodes *ret);
/* The first row with this number, or NULL; all of the same number stand together. */
const struct held_node *held_nodes_at(const struct held_nodes *l, uint32_t major, uint32_t minor);

#endif
