/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sysfs does not say of RDMA devices: which module adds RDMA to a network driver, which transport a driver of
 * "unspecified" node type speaks, and how software devices give themselves away. Tables end with a zeroed row.
 */
#ifndef GPUBAY_FACTS_RDMA_H
#define GPUBAY_FACTS_RDMA_H

#include "model/rdma.h"

struct facts_rdma_driver {
	const char *driver;   /* bound to the PCI function */
	const char *module;   /* makes the RDMA device, newest name first, space separated; NULL: the driver itself */
	enum rdma_kind kind;  /* where node type and link layer leave it open; unknown: they say it */
	bool always;          /* each function it drives has an RDMA device, or something is wrong */
	const char *source;
};
extern const struct facts_rdma_driver facts_rdma_drivers[];
const struct facts_rdma_driver *facts_rdma_driver_find(const char *driver); /* NULL when not known */

/* Software devices, by the description they carry (node_desc) or by having a `parent` attribute. */
struct facts_rdma_soft {
	const char *node_desc; /* how it begins; NULL: any */
	uint32_t node_type;
	const char *driver;
	const char *source;
};
extern const struct facts_rdma_soft facts_rdma_softs[];

/* The kernel's node types, include/rdma/ib_verbs.h enum rdma_node_type. */
enum { RDMA_NODE_CA = 1, RDMA_NODE_RNIC = 4, RDMA_NODE_USNIC = 5, RDMA_NODE_USNIC_UDP = 6, RDMA_NODE_UNSPECIFIED = 7 };

/* What it takes to hand a GPU's memory to an RDMA device. */
struct facts_gdr {
	const char *driver;     /* of the GPU */
	unsigned kernel;        /* first kernel, major << 16 | minor << 8 */
	bool needs_p2pdma;      /* kernel built with CONFIG_PCI_P2PDMA */
	bool needs_open;        /* only the open flavour of the driver exports DMA-BUFs */
	const char *remedy;
	const char *source;
};
extern const struct facts_gdr facts_gdrs[];
const struct facts_gdr *facts_gdr_find(const char *driver); /* NULL when not known */

enum { MEMLOCK_LOW = 64 * 1024 * 1024 }; /* less than this cannot register a useful buffer */

/* Bridges that join GPUs by NVLink and stand in the PCI tree beside them. */
struct facts_switch {
	uint16_t vendor, first, last;
	uint32_t class; /* class and subclass */
	const char *name;
	const char *source;
};
extern const struct facts_switch facts_nvswitches[];
bool facts_is_nvswitch(uint16_t vendor, uint16_t device, uint32_t class);

#endif
