/* SPDX-License-Identifier: Apache-2.0 */
/* What lspci's text says of each function, between its reader (lspci.c) and the tree made of it (lspci-tree.c). */
#ifndef GPUBAY_HOST_LSPCI_INTERNAL_H
#define GPUBAY_HOST_LSPCI_INTERNAL_H

#include "host/tree.h"

/* Bits of lspci_fn.known. */
enum {
	LSPCI_CLASS = 1,
	LSPCI_PROG_IF = 2,
	LSPCI_IDS = 4,
	LSPCI_SUBSYSTEM = 8,
	LSPCI_REVISION = 16,
	LSPCI_DRIVER = 32,  /* driver NULL: none */
	LSPCI_MODULES = 64, /* modules NULL: none */
	LSPCI_NUMA = 128,
	LSPCI_IOMMU = 256,  /* iommu_group < 0: none */
	LSPCI_BUSES = 512,
	LSPCI_BARS = 1024,
	LSPCI_SRIOV = 2048,
	LSPCI_NAMED = 4096, /* names instead of ids */
	LSPCI_DEAD = 8192,  /* header type 7f: reads as all ones */
};

enum { LSPCI_BARS_MAX = 7 }; /* the seventh is the ROM */

struct lspci_bar {
	uint64_t start, end, flags; /* as in sysfs `resource` */
};

struct lspci_fn {
	uint32_t domain;
	uint8_t bus, dev, fn;
	unsigned line; /* where it was seen first */
	uint32_t known;
	uint32_t class; /* 24 bits */
	uint16_t vendor, device, sub_vendor, sub_device;
	uint8_t revision;
	int32_t numa_node, iommu_group;
	uint8_t secondary, subordinate; /* of a bridge */
	const char *driver;
	const char *modules; /* with blanks between */
	const char *vendor_name, *device_name;
	const char *speed, *max_speed, *width, *max_width, *power; /* as sysfs writes them; NULL unknown */
	uint32_t total_vfs, num_vfs;
	struct lspci_bar bars[LSPCI_BARS_MAX];
	uint64_t resize[6]; /* sizes Resizable BAR allows, as in resourceN_resize; 0 none seen */
	const uint8_t *config;
	unsigned n_config;
	bool bars_torn; /* one without its size */
	bool torn;      /* a -vmm block: Class, Vendor and Device not yet seen */
};

struct lspci_fns {
	struct lspci_fn *v; /* sorted by address when the tree is made */
	uint32_t n;
};

/* A name of the vendor cut off the front of "NVIDIA Corporation GB202 [GeForce RTX 5090]"; its length, 0 unknown. */
size_t lspci_vendor_length(const char *s, size_t n);

int lspci_tree(const char *name, struct lspci_fns *fns, struct tree **ret);

#endif
