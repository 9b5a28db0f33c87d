/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways between devices, computed from what the snapshot knows of the PCI tree: parents, host bridges, NUMA nodes,
 * links, ACS and AtomicOp bits, and the fabric links that the GPUs' drivers show. Pure: same snapshot, same answer.
 */
#ifndef GPUBAY_MODEL_TOPO_H
#define GPUBAY_MODEL_TOPO_H

#include "model/snapshot.h"

/* A function and the bridges above it, lowest first. */
enum { TOPO_CHAIN_MAX = 64 };
struct topo_chain {
	uint32_t v[TOPO_CHAIN_MAX];
	uint32_t n;
	bool complete; /* the last one is known to hang off the host bridge */
};
void topo_climb(const struct snapshot *s, uint32_t pci, struct topo_chain *ret);
/* Whether the bridge at place k is a port of the same switch as the one above it. */
bool topo_same_switch(const struct snapshot *s, const struct topo_chain *c, uint32_t k);

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

/* What people want to know of a row. */
#define TOPO_DEVICE(F, S) \
	F(S, label, str, _, 0, "name in the matrix") \
	F(S, kind, str, _, 0, "gpu or nic") \
	F(S, pci, ref, pci, 0, "PCI function") \
	F(S, name, str, _, 0, "name") \
	F(S, numa_node, i32, _, 0, "NUMA node, -1 for none") \
	F(S, cpus, str, _, 0, "CPUs near it") \
	F(S, tunnel, ref, pci, 0, "the host's port its Thunderbolt or USB4 cable hangs off; nothing inside the machine") \
	F(S, nearest, str, _, 0, "nearest network device of a GPU; empty when there is none or it is not known")
FIELD_STRUCT(topo_device, TOPO_DEVICE)
/* Of topo_compute's result. */
void topo_devices(const struct snapshot *s, const struct topo *t, struct arena *a, struct topo_device_list *ret);

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
/*
 * Whether the link between a port and the bridge below it is a tunnelled one: both are Thunderbolt's. Seen in boxes
 * behind boxes; the first cable is found by topo_tunnel_port.
 */
bool topo_is_tunnel(const struct snapshot *s, uint32_t above, uint32_t below);
/* Rate of a link when both its ends run as fast as they can; false when that is not known. */
bool topo_link_possible(const struct pci_device *below, const struct pci_device *above, uint32_t *ret_mbps);
/* True when a port's ACS control sends peer requests up; *ret_known is false when nothing is known of it. */
bool topo_acs_redirects(const struct pci_device *port, bool *ret_known);
/* What a link of that rate and width carries each way, Mb/s, after line coding. */
uint32_t topo_link_mbps(uint32_t speed_mts, uint32_t width);
/* Whether a class is near enough for one device to reach the other's memory without the host bridge. */
bool topo_is_near(enum path_class c);

#endif
