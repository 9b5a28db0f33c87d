/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/rdma.h"

#include "base/parse.h"

#define CORE_RULES "linux-rdma/rdma-core kernel-boot/rdma-hw-modules.rules"

/*
 * `always` only for what exists for nothing else than RDMA: an Ethernet card whose owner never wanted RDMA is not
 * broken without it.
 */
const struct facts_rdma_driver facts_rdma_drivers[] = {
	{"be2net", "ocrdma", RDMA_KIND_ROCE, false, CORE_RULES},
	{"bnxt_en", "bnxt_re", RDMA_KIND_ROCE, false, CORE_RULES},
	{"cxgb4", "iw_cxgb4", RDMA_KIND_IWARP, false, CORE_RULES},
	{"efa", NULL, RDMA_KIND_EFA, true, "linux drivers/infiniband/hw/efa/efa_main.c: RDMA_NODE_UNSPECIFIED"},
	{"enic", "usnic_verbs", RDMA_KIND_USNIC, false, CORE_RULES},
	{"erdma", NULL, RDMA_KIND_IWARP, true, "linux drivers/infiniband/hw/erdma/erdma_main.c: RDMA_NODE_RNIC"},
	{"hfi1", NULL, RDMA_KIND_OMNIPATH, true, "linux-rdma/rdma-core kernel-boot/rdma-description.rules: ID_RDMA_OPA"},
	{"hns3", "hns_roce_hw_v2", RDMA_KIND_ROCE, false, "linux drivers/infiniband/hw/hns/hns_roce_hw_v2.c"},
	{"i40e", "irdma i40iw", RDMA_KIND_IWARP, false, "linux drivers/infiniband/hw/irdma/i40iw_if.c (5.14); " CORE_RULES},
	{"ice", "irdma", RDMA_KIND_UNKNOWN, false, "linux drivers/infiniband/hw/irdma/main.c: RoCE or iWARP by devlink parameter"},
	{"idpf", "irdma", RDMA_KIND_UNKNOWN, false, "linux drivers/infiniband/hw/irdma/ig3rdma_if.c"},
	{"ionic", "ionic_rdma", RDMA_KIND_ROCE, false, "linux drivers/infiniband/hw/ionic"},
	{"mana", "mana_ib", RDMA_KIND_ROCE, false, "linux drivers/infiniband/hw/mana/device.c"},
	{"mlx4_core", "mlx4_ib", RDMA_KIND_UNKNOWN, false, CORE_RULES},
	{"mlx5_core", "mlx5_ib", RDMA_KIND_UNKNOWN, false, CORE_RULES},
	{"ib_mthca", NULL, RDMA_KIND_INFINIBAND, true, CORE_RULES},
	{"ib_qib", NULL, RDMA_KIND_INFINIBAND, true, "linux drivers/infiniband/hw/qib/qib_init.c"},
	{"qede", "qedr", RDMA_KIND_ROCE, false, CORE_RULES},
	{"vmw_pvrdma", NULL, RDMA_KIND_UNKNOWN, true, CORE_RULES},
	{0},
};

const struct facts_rdma_driver *facts_rdma_driver_find(const char *driver)
{
	const struct facts_rdma_driver *d;

	for (d = facts_rdma_drivers; driver && d->driver; d++)
		if (str_eq(d->driver, driver))
			return d;
	return NULL;
}

const struct facts_rdma_soft facts_rdma_softs[] = {
	{"Software iWARP stack", RDMA_NODE_RNIC, "siw", "linux drivers/infiniband/sw/siw/siw.h: SIW_NODE_DESC_COMMON"},
	{NULL, RDMA_NODE_CA, "rdma_rxe", "linux drivers/infiniband/sw/rxe/rxe_verbs.c: parent attribute"},
	{NULL, RDMA_NODE_RNIC, "siw", "linux drivers/infiniband/sw/siw/siw_main.c"},
	{0},
};

#define KERNEL(major, minor) ((major) << 16 | (minor) << 8)

/* RDMA devices take DMA-BUFs since 5.12 (drivers/infiniband/core/umem_dmabuf.c). */
const struct facts_gdr facts_gdrs[] = {
	{"nvidia", KERNEL(5, 12), false, true,
	 "Use NVIDIA's open kernel modules (Turing and newer, driver 515 and newer) on kernel 5.12 or newer; or load nvidia-peermem, "
	 "which needs the network vendor's ib_core (DOCA, MLNX_OFED).",
	 "NVIDIA/nccl src/transport/net_ib/gdr.cc; NVIDIA/open-gpu-kernel-modules kernel-open/nvidia-peermem"},
	{"amdgpu", KERNEL(5, 12), true, false,
	 "Use a kernel of 5.12 or newer built with CONFIG_PCI_P2PDMA and CONFIG_DMABUF_MOVE_NOTIFY, or AMD's packaged driver with "
	 "its peer-memory module.",
	 "linux drivers/gpu/drm/amd/amdgpu/amdgpu_dma_buf.c: pci_p2pdma_distance"},
	{"xe", KERNEL(6, 8), true, false, "Use a kernel built with CONFIG_PCI_P2PDMA.",
	 "linux drivers/gpu/drm/xe/xe_dma_buf.c: pci_p2pdma_distance"},
	{0},
};

const struct facts_gdr *facts_gdr_find(const char *driver)
{
	const struct facts_gdr *g;

	for (g = facts_gdrs; g->driver; g++)
		if (str_eq(g->driver, driver))
			return g;
	return NULL;
}

const struct facts_switch facts_nvswitches[] = {
	{0x10de, 0x1af1, 0x1af1, 0x0680, "NVSwitch of the A100 generation", "pci.ids 10de:1af1; six of them in a DGX A100"},
	{0x10de, 0x22a3, 0x22a3, 0x0680, "NVSwitch of the H100 generation", "pci.ids 10de:22a3"},
	{0},
};

bool facts_is_nvswitch(uint16_t vendor, uint16_t device, uint32_t class)
{
	const struct facts_switch *f;

	for (f = facts_nvswitches; f->name; f++)
		if (vendor == f->vendor && device >= f->first && device <= f->last && class == f->class)
			return true;
	return false;
}
