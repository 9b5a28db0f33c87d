/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/vulkan.h"

#include "base/parse.h"

#define MESA "mesa-vulkan-drivers"

const struct facts_vulkan_driver facts_vulkan_drivers[] = {
	{"libvulkan_intel_hasvk", GPU_VENDOR_INTEL, false, "HASVK", MESA, "i915", "Mesa src/intel/vulkan_hasvk/meson.build"},
	{"libvulkan_intel", GPU_VENDOR_INTEL, false, "ANV", MESA, "i915 xe", "Mesa src/intel/vulkan/meson.build"},
	{"libvulkan_radeon", GPU_VENDOR_AMD, false, "RADV", MESA, "amdgpu", "Mesa src/amd/vulkan/meson.build"},
	{"amdvlk", GPU_VENDOR_AMD, false, "AMDVLK", NULL, "amdgpu", "GPUOpen-Drivers/AMDVLK: discontinued"},
	{"libGLX_nvidia", GPU_VENDOR_NVIDIA, false, "NVIDIA", "nvidia-vulkan-icd", "nvidia",
	 "NVIDIA/nvidia-container-toolkit internal/discover/graphics.go"},
	{"libEGL_nvidia", GPU_VENDOR_NVIDIA, false, "NVIDIA", "nvidia-vulkan-icd", "nvidia",
	 "NVIDIA/nvidia-container-toolkit#1952"},
	{"libvulkan_nouveau", GPU_VENDOR_NVIDIA, false, "NVK", MESA, "nouveau", "Mesa src/nouveau/vulkan/meson.build"},
	{"libvulkan_lvp", GPU_VENDOR_OTHER, true, "lavapipe", MESA, "", "Mesa src/gallium/targets/lavapipe/meson.build"},
	{"libvk_swiftshader", GPU_VENDOR_OTHER, true, "SwiftShader", NULL, "", "google/swiftshader"},
	{"libvulkan_virtio", GPU_VENDOR_OTHER, false, "Venus", MESA, "virtio_gpu", "Mesa src/virtio/vulkan/meson.build"},
	{"libvulkan_gfxstream", GPU_VENDOR_OTHER, false, "gfxstream", MESA, "virtio_gpu", "Mesa src/gfxstream"},
	{"libvulkan_dzn", GPU_VENDOR_OTHER, false, "Dozen", MESA, "dxgkrnl", "Mesa src/microsoft/vulkan/meson.build"},
	{0},
};

const struct facts_vulkan_driver *facts_vulkan_driver_of(const char *library)
{
	const struct facts_vulkan_driver *d;

	for (d = facts_vulkan_drivers; library && d->library; d++)
		if (str_starts(library, d->library))
			return d;
	return NULL;
}
