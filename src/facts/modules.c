/* SPDX-License-Identifier: Apache-2.0 */
/* Modules beside the GPU drivers whose absence explains what does not work. */
#include "facts/facts.h"

const struct facts_module facts_modules[] = {
	/* External GPUs */
	{"thunderbolt", "Thunderbolt and USB4 tunnels: without it an external GPU on a cable is not there",
	 "drivers/thunderbolt"},
	{"pciehp", "native PCIe hot-plug (built into most kernels)", "drivers/pci/hotplug/pciehp_core.c"},
	{"acpiphp", "hot-plug through the firmware (built in)", "drivers/pci/hotplug/acpiphp_core.c"},
	{"intel_wmi_thunderbolt", "forces power to a Thunderbolt controller that the firmware switched off",
	 "drivers/platform/x86/intel/wmi/thunderbolt.c"},
	{"typec", "Type-C ports", "drivers/usb/typec"},
	{"typec_ucsi", "Type-C ports that the firmware's connector manager serves", "drivers/usb/typec/ucsi"},
	{"ucsi_acpi", "the way to that connector manager on most laptops", "drivers/usb/typec/ucsi/ucsi_acpi.c"},
	{"ucsi_ccg", "the Type-C port of NVIDIA cards", "drivers/usb/typec/ucsi/ucsi_ccg.c"},
	{"typec_displayport", "DisplayPort alternate mode", "drivers/usb/typec/altmodes/displayport.c"},
	{"typec_thunderbolt", "Thunderbolt 3 alternate mode", "drivers/usb/typec/altmodes/thunderbolt.c"},
	{"typec_nvidia", "VirtualLink alternate mode", "drivers/usb/typec/altmodes/nvidia.c"},
	{"cros_ec_typec", "Type-C ports of Chromebooks", "drivers/platform/chrome/cros_ec_typec.c"},
	{"tps6598x", "Type-C ports with a TI controller", "drivers/usb/typec/tipd"},

	/* Beside the GPU drivers */
	{"nvidia_uvm", "CUDA: without it no compute on NVIDIA GPUs", "NVIDIA/open-gpu-kernel-modules"},
	{"nvidia_drm", "displays and DRM nodes of NVIDIA GPUs", "NVIDIA/open-gpu-kernel-modules"},
	{"nvidia_modeset", "displays of NVIDIA GPUs", "NVIDIA/open-gpu-kernel-modules"},
	{"nvidia_fs", "GPUDirect Storage", "NVIDIA/gds-nvidia-fs"},
	{"gdrdrv", "GDRCopy", "NVIDIA/gdrcopy"},
	{"mei_gsc", "Intel Arc: loads the HuC firmware of Alchemist", "drivers/misc/mei/gsc-me.c"},
	{"mei_me", "Intel management engine: HuC of Meteor Lake, protected content", "drivers/misc/mei"},
	{"drm_buddy", "memory allocator of amdgpu, i915 and xe", "drivers/gpu/drm/drm_buddy.c"},
	{"vfio_pci", "hands a GPU to a virtual machine", "drivers/vfio/pci"},
	{"vfio_iommu_type1", "hands a GPU to a virtual machine", "drivers/vfio"},

	/* RDMA */
	{"ib_core", "RDMA", "drivers/infiniband/core"},
	{"ib_uverbs", "RDMA for programs", "drivers/infiniband/core/uverbs_main.c"},
	{"rdma_ucm", "RDMA connections for programs", "drivers/infiniband/core/ucma.c"},
	{"ib_umad", "subnet management datagrams", "drivers/infiniband/core/user_mad.c"},
	{"mlx4_ib", "RDMA of ConnectX-3", "drivers/infiniband/hw/mlx4"},
	{"mlx5_ib", "RDMA of ConnectX-4 and newer", "drivers/infiniband/hw/mlx5"},
	{"irdma", "RDMA of Intel E810 and X722", "drivers/infiniband/hw/irdma"},
	{"bnxt_re", "RDMA of Broadcom NetXtreme", "drivers/infiniband/hw/bnxt_re"},
	{"efa", "RDMA of Amazon instances", "drivers/infiniband/hw/efa"},
	{"ionic_rdma", "RDMA of AMD Pensando", "drivers/infiniband/hw/ionic"},
	{"hns_roce_hw_v2", "RDMA of HiSilicon", "drivers/infiniband/hw/hns"},
	{"rdma_rxe", "RoCE in software", "drivers/infiniband/sw/rxe"},
	{"siw", "iWARP in software", "drivers/infiniband/sw/siw"},
	{"nvidia_peermem", "RDMA to NVIDIA memory where DMA-BUF cannot be used",
	 "NVIDIA/open-gpu-kernel-modules nvidia-peermem"},
	{"ib_peer_mem", "RDMA to GPU memory with older OFED stacks", "Mellanox/nv_peer_memory"},
	{.name = NULL},
};
