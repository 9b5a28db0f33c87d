/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways between devices, computed from what the snapshot knows of the PCI tree: parents, host bridges, NUMA nodes,
 * links, ACS and AtomicOp bits, and the fabric links that the GPUs' drivers show. Pure: same snapshot, same answer.
 */
#ifndef GPUBAY_MODEL_TOPO_H
#define GPUBAY_MODEL_TOPO_H

#include "model/snapshot.h"

enum topo_kind { TOPO_GPU, TOPO_NIC };

/* A device the matrix has a row for. */
struct topo_end {
	enum topo_kind kind;
	uint32_t index;    /* into gpus or rdma */
	uint32_t pci;
	uint32_t tunnel;   /* topo_tunnel_port() of it */
	const char *label; /* GPU0, NIC1 */
};

/* More rows than this are left out: nobody reads them, and the pairs grow with the square. */
enum { TOPO_ENDS_MAX = 256 };

struct topo {
	struct topo_end *v; /* GPUs first, then RDMA devices that have a PCI function */
	uint32_t n;
	uint32_t n_gpus;
	uint32_t left_out;
	struct path_list paths; /* each pair once; see topo_path */
};

/* The rows alone. */
void topo_ends(const struct snapshot *s, struct arena *a, struct topo *ret);
/* Rows and all pairs. */
void topo_compute(const struct snapshot *s, struct arena *a, struct topo *ret);
/* The way between rows i and j in either order; NULL for i == j. */
const struct path *topo_path(const struct topo *t, uint32_t i, uint32_t j);
/* One way; the ends are from topo_ends(). */
void topo_path_between(const struct snapshot *s, struct arena *a, const struct topo_end *from, const struct topo_end *to,
		       struct path *ret);
/*
 * The host's port that a Thunderbolt or USB4 cable hangs off, when this function sits behind one; NONE when it does
 * not, as far as the snapshot knows.
 */
uint32_t topo_tunnel_port(const struct snapshot *s, uint32_t pci);
/* True when a port's ACS control sends peer requests up; *ret_known is false when nothing is known of it. */
bool topo_acs_redirects(const struct pci_device *port, bool *ret_known);
/* What a link of that rate and width carries each way, Mb/s, after line coding. */
uint32_t topo_link_mbps(uint32_t speed_mts, uint32_t width);
/* Whether a class is near enough for one device to reach the other's memory without the host bridge. */
bool topo_is_near(enum path_class c);

#endif
