/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots put together by hand, for tests of what is pure. Functions must be added in the order of their addresses. */
#ifndef GPUBAY_TEST_SNAP_H
#define GPUBAY_TEST_SNAP_H

#include "base/parse.h"
#include "model/snapshot.h"

/* A function below `parent` (NONE: on the root bus named by host). */
static inline uint32_t snap_pci(struct snapshot *s, const char *address, uint32_t parent, const char *host, int numa)
{
	struct pci_device *d = LIST_PUSH(s->arena, &s->pci);
	uint64_t a = 0;

	if (pci_addr_parse(address, &a) < 0)
		abort();
	FIELD_SET(d, pci_device, address, a);
	FIELD_SET(d, pci_device, parent, parent);
	FIELD_SET(d, pci_device, host_bridge, host);
	FIELD_SET(d, pci_device, numa_node, numa);
	FIELD_SET(d, pci_device, driver, "");
	return s->pci.n - 1;
}

static inline struct pci_device *snap_port(struct snapshot *s, uint32_t pci, enum pci_port_type type)
{
	struct pci_device *d = &s->pci.v[pci];

	FIELD_SET(d, pci_device, bridge, true);
	FIELD_SET(&d->config, pci_config, port_type, type);
	FIELD_KNOW(d, pci_device, config);
	return d;
}

static inline void snap_link(struct snapshot *s, uint32_t pci, uint32_t mts, uint32_t width, uint32_t max_mts, uint32_t max_width)
{
	struct pci_device *d = &s->pci.v[pci];

	FIELD_SET(&d->link, pci_link, speed_mts, mts);
	FIELD_SET(&d->link, pci_link, width, width);
	FIELD_SET(&d->link, pci_link, max_speed_mts, max_mts);
	FIELD_SET(&d->link, pci_link, max_width, max_width);
	FIELD_KNOW(d, pci_device, link);
}

static inline struct gpu *snap_gpu(struct snapshot *s, uint32_t pci)
{
	struct gpu *g = LIST_PUSH(s->arena, &s->gpus);

	FIELD_SET(g, gpu, index, s->gpus.n - 1);
	FIELD_SET(g, gpu, pci, pci);
	FIELD_SET(g, gpu, address, s->pci.v[pci].address);
	FIELD_SET(g, gpu, id, arena_printf(s->arena, "gpu-%u", s->gpus.n));
	FIELD_SET(g, gpu, name, "a GPU");
	FIELD_SET(g, gpu, kind, GPU_KIND_DISCRETE);
	FIELD_SET(g, gpu, vendor, GPU_VENDOR_OTHER);
	FIELD_SET(g, gpu, driver, "");
	u32s_add(s->arena, &g->functions, pci);
	FIELD_KNOW(g, gpu, functions);
	return g;
}

static inline struct rdma_nic *snap_nic(struct snapshot *s, uint32_t pci, const char *name)
{
	struct rdma_nic *n = LIST_PUSH(s->arena, &s->rdma);

	FIELD_SET(n, rdma_nic, name, name);
	FIELD_SET(n, rdma_nic, pci, pci);
	FIELD_SET(n, rdma_nic, soft, false);
	s->rdma_known = true;
	return n;
}

#endif
