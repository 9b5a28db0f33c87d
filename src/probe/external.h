/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a GPU inside the machine or at the end of a cable? No single mark answers that on every
 * machine, so the marks are asked in order of strength, and the answer carries what was found and
 * how sure it is.
 */
#ifndef GPUBAY_PROBE_EXTERNAL_H
#define GPUBAY_PROBE_EXTERNAL_H

#include "probe/probe.h"

/*
 * Fills gpu->external, and the router's list of GPUs. After the pci, extlink and platform phases;
 * kind must be set.
 */
void external_judge(struct probe *p, uint32_t gpu_index);

/*
 * The parts that other files share: the way from a GPU's parent (0) up to the root port (n - 1),
 * and what was found.
 */
enum { WAY_MAX = 32 };
struct judge {
	struct probe *p;
	struct snapshot *s;
	struct gpu *g;
	struct external *x;
	uint32_t gpu;
	uint32_t way[WAY_MAX];
	uint32_t n;
	bool placed;	 /* the source says where in the tree the GPU sits */
	uint32_t domain; /* Thunderbolt domain it must belong to, or NONE */
	uint32_t nhi;	 /* an add-in controller's host interface, where host_top < n */
	uint32_t
		host_top; /* place in `way` of an add-in controller's upstream port; n when there is none */
	const char *host_interface,
		*box_interface;	 /* what chips on the way say; NULL when nothing */
	uint32_t box_rate_mbps;	 /* what the box's own chip can do; 0 not known */
	uint32_t host_rate_mbps; /* the same of the host */
};

/* external-rate.c: bandwidth_mbps, possible_mbps, limited_by. */
void external_rate(struct judge *j);
/* external-router.c: router, enclosure, authorized. */
void external_router(struct judge *j);

/* A bridge of Thunderbolt or USB4 silicon, by its capability or its id. */
bool external_is_bridge(const struct pci_device *d);

#endif
