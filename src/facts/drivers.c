/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel drivers that bind to display functions, under the name they have in sysfs, and the modules that stand beside
 * them. Rivals are drivers that want the same GPU: only one of them can have it.
 */
#include "facts/facts.h"

#define RENDERER(name_, module_, vendor_, rivals_, source_) \
	{.name = name_, .module = module_, .vendor = GPU_VENDOR_##vendor_, .role = "gpu", .rivals = rivals_, \
	 .drm = true, .render = true, .source = source_}
#define COMPANION(name_, vendor_, rivals_, source_) \
	{.name = name_, .vendor = GPU_VENDOR_##vendor_, .role = "companion", .rivals = rivals_, .source = source_}
#define SCREEN(name_, module_, vendor_, role_, source_) \
	{.name = name_, .module = module_, .vendor = GPU_VENDOR_##vendor_, .role = role_, .drm = true, \
	 .source = source_}
#define VIRTUAL(name_, module_, source_) \
	{.name = name_, .module = module_, .vendor = GPU_VENDOR_OTHER, .role = "virtual", .drm = true, .render = true, \
	 .source = source_}
#define FRAMEBUFFER(name_, vendor_, rivals_) \
	{.name = name_, .vendor = GPU_VENDOR_##vendor_, .role = "framebuffer", .rivals = rivals_, \
	 .source = "drivers/video/fbdev"}
#define PASSTHROUGH(name_, module_, vendor_, rivals_, source_) \
	{.name = name_, .module = module_, .vendor = GPU_VENDOR_##vendor_, .role = "passthrough", \
	 .rivals = rivals_, .source = source_}
#define NPU(name_, source_) {.name = name_, .role = "npu", .source = source_}
#define ANY_GPU "nvidia nouveau NovaCore amdgpu radeon i915 xe"

const struct facts_driver facts_drivers[] = {
	/* Intel */
	RENDERER("i915", NULL, INTEL, "xe", "drivers/gpu/drm/i915"),
	RENDERER("xe", NULL, INTEL, "i915", "drivers/gpu/drm/xe"),
	SCREEN("gma500", "gma500_gfx", INTEL, "gpu", "drivers/gpu/drm/gma500/psb_drv.c"),

	/* AMD */
	{.name = "amdgpu", .vendor = GPU_VENDOR_AMD, .role = "gpu", .rivals = "radeon", .extra_nodes = "kfd",
	 .drm = true, .render = true, .source = "drivers/gpu/drm/amd/amdgpu/amdgpu_drv.c"},
	RENDERER("radeon", NULL, AMD, "amdgpu", "drivers/gpu/drm/radeon/radeon_drv.c"),

	/* NVIDIA. Its DRM nodes are nvidia-drm's, and nvidia-modeset is made when something asks for it. */
	{.name = "nvidia", .vendor = GPU_VENDOR_NVIDIA, .role = "gpu", .rivals = "nouveau NovaCore nvidiafb",
	 .nodes = "nvidia%u nvidiactl nvidia-uvm", .extra_nodes = "nvidia-modeset nvidia-uvm-tools",
	 .source = "NVIDIA/open-gpu-kernel-modules, nvidia-modprobe"},
	COMPANION("nvidia_drm", NVIDIA, "nouveau", "NVIDIA/open-gpu-kernel-modules"),
	COMPANION("nvidia_modeset", NVIDIA, "nouveau", "NVIDIA/open-gpu-kernel-modules"),
	COMPANION("nvidia_uvm", NVIDIA, "nouveau", "NVIDIA/open-gpu-kernel-modules"),
	RENDERER("nouveau", NULL, NVIDIA, "nvidia NovaCore nvidiafb", "drivers/gpu/drm/nouveau"),
	{.name = "NovaCore", .module = "nova_core", .vendor = GPU_VENDOR_NVIDIA, .role = "gpu",
	 .rivals = "nvidia nouveau", .source = "drivers/gpu/nova-core"},
	COMPANION("nova_drm", NVIDIA, "nvidia nouveau", "drivers/gpu/drm/nova"),

	/* GPUs of others */
	RENDERER("mtgpu", NULL, OTHER, NULL, "MooreThreads/mtgpu-drv"),
	RENDERER("arise", NULL, OTHER, NULL, "glenfly arise driver"),
	RENDERER("mwv207", NULL, OTHER, NULL, "JingJia driver"),
	SCREEN("loongson", NULL, OTHER, "gpu", "drivers/gpu/drm/loongson"),
	RENDERER("etnaviv", NULL, OTHER, NULL, "drivers/gpu/drm/etnaviv"),
	SCREEN("i740fb", NULL, INTEL, "framebuffer", "drivers/video/fbdev/i740fb.c"),

	/* Management controllers */
	SCREEN("ast", NULL, OTHER, "bmc", "drivers/gpu/drm/ast"),
	SCREEN("mgag200", NULL, OTHER, "bmc", "drivers/gpu/drm/mgag200"),
	SCREEN("hibmc-drm", "hibmc_drm", OTHER, "bmc", "drivers/gpu/drm/hisilicon/hibmc"),
	SCREEN("sm750fb", NULL, OTHER, "bmc", "drivers/staging/sm750fb"),

	/* Virtual machines */
	SCREEN("bochs-drm", "bochs", OTHER, "virtual", "drivers/gpu/drm/tiny/bochs.c"),
	SCREEN("cirrus", NULL, OTHER, "virtual", "drivers/gpu/drm/tiny/cirrus.c"),
	SCREEN("cirrus-qemu", "cirrus_qemu", OTHER, "virtual", "drivers/gpu/drm/tiny/cirrus-qemu.c"),
	SCREEN("qxl", NULL, OTHER, "virtual", "drivers/gpu/drm/qxl"),
	VIRTUAL("virtio-pci", "virtio_gpu", "drivers/virtio/virtio_pci_common.c"),
	VIRTUAL("virtio_gpu", NULL, "drivers/gpu/drm/virtio"),
	VIRTUAL("vmwgfx", NULL, "drivers/gpu/drm/vmwgfx"),
	SCREEN("vboxvideo", NULL, OTHER, "virtual", "drivers/gpu/drm/vboxvideo"),
	SCREEN("hyperv_drm", NULL, OTHER, "virtual", "drivers/gpu/drm/hyperv"),
	FRAMEBUFFER("hyperv_fb", OTHER, "hyperv_drm"),
	SCREEN("dxgkrnl", NULL, UNKNOWN, "virtual", "microsoft/WSL2-Linux-Kernel drivers/hv/dxgkrnl"),

	/* What the firmware left on the screen */
	SCREEN("simple-framebuffer", "simpledrm", UNKNOWN, "framebuffer", "drivers/gpu/drm/sysfb/simpledrm.c"),
	SCREEN("simpledrm", NULL, UNKNOWN, "framebuffer", "drivers/gpu/drm/sysfb/simpledrm.c"),
	FRAMEBUFFER("efi-framebuffer", UNKNOWN, NULL),
	FRAMEBUFFER("vesa-framebuffer", UNKNOWN, NULL),

	/* Frame buffer drivers that keep the GPU's own driver away */
	FRAMEBUFFER("nvidiafb", NVIDIA, "nvidia nouveau"),
	FRAMEBUFFER("rivafb", NVIDIA, "nvidia nouveau"),
	FRAMEBUFFER("radeonfb", AMD, "radeon amdgpu"),
	FRAMEBUFFER("aty128fb", AMD, NULL),
	FRAMEBUFFER("atyfb", AMD, NULL),
	FRAMEBUFFER("intelfb", INTEL, "i915"),
	FRAMEBUFFER("i810fb", INTEL, NULL),
	FRAMEBUFFER("matroxfb", OTHER, "mgag200"),
	FRAMEBUFFER("sisfb", OTHER, NULL),
	FRAMEBUFFER("viafb", OTHER, NULL),

	/* Held for a virtual machine, or held so that nothing else takes it */
	PASSTHROUGH("vfio-pci", "vfio_pci", UNKNOWN, ANY_GPU, "drivers/vfio/pci/vfio_pci.c"),
	PASSTHROUGH("xe-vfio-pci", "xe_vfio_pci", INTEL, "xe i915", "drivers/vfio/pci/xe"),
	PASSTHROUGH("nvgrace-gpu-vfio-pci", "nvgrace_gpu_vfio_pci", NVIDIA, "nvidia nouveau",
		    "drivers/vfio/pci/nvgrace-gpu"),
	PASSTHROUGH("nvidia-vgpu-vfio", "nvidia_vgpu_vfio", NVIDIA, "nouveau", "NVIDIA vGPU manager"),
	PASSTHROUGH("pciback", "xen_pciback", UNKNOWN, ANY_GPU, "drivers/xen/xen-pciback"),
	PASSTHROUGH("uio_pci_generic", NULL, UNKNOWN, ANY_GPU, "drivers/uio/uio_pci_generic.c"),
	{.name = "pci-stub", .role = "stub", .rivals = ANY_GPU, .source = "drivers/pci/pci-stub.c"},

	/* Neural processors */
	NPU("intel_vpu", "drivers/accel/ivpu"),
	NPU("amdxdna", "drivers/accel/amdxdna"),
	NPU("habanalabs", "drivers/accel/habanalabs"),
	NPU("qaic", "drivers/accel/qaic"),
	NPU("hailo", "hailo-ai/hailort-drivers"),
	NPU("neuron", "aws-neuron driver"),
	{.name = NULL},
};
