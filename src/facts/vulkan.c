/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/vulkan.h"

#include "base/parse.h"
#include "facts/facts.h"

#define MESA "mesa-vulkan-drivers"

#define NV_PARTS "libnvidia-glcore libnvidia-tls libnvidia-glvkspirv"

const struct facts_vulkan_driver facts_vulkan_drivers[] = {
	{"libvulkan_intel_hasvk", GPU_VENDOR_INTEL, false, "HASVK", MESA, "i915", true, NULL, "Mesa src/intel/vulkan_hasvk/meson.build"},
	{"libvulkan_intel", GPU_VENDOR_INTEL, false, "ANV", MESA, "i915 xe", true, NULL, "Mesa src/intel/vulkan/meson.build"},
	{"libvulkan_radeon", GPU_VENDOR_AMD, false, "RADV", MESA, "amdgpu", true, NULL, "Mesa src/amd/vulkan/meson.build"},
	{"amdvlk", GPU_VENDOR_AMD, false, "AMDVLK", NULL, "amdgpu", false, NULL, "GPUOpen-Drivers/AMDVLK: discontinued"},
	{"libGLX_nvidia", GPU_VENDOR_NVIDIA, false, "NVIDIA", "nvidia-vulkan-icd", "nvidia", false, NV_PARTS,
	 "NVIDIA/nvidia-container-toolkit internal/discover/graphics.go; NVIDIA/libnvidia-container#55", "/dev/nvidia-modeset"},
	{"libEGL_nvidia", GPU_VENDOR_NVIDIA, false, "NVIDIA", "nvidia-vulkan-icd", "nvidia", false, NV_PARTS,
	 "NVIDIA/nvidia-container-toolkit#1952", "/dev/nvidia-modeset"},
	{"libvulkan_nouveau", GPU_VENDOR_NVIDIA, false, "NVK", MESA, "nouveau", true, NULL, "Mesa src/nouveau/vulkan/meson.build"},
	{"libvulkan_lvp", GPU_VENDOR_OTHER, true, "lavapipe", MESA, "", true, NULL, "Mesa src/gallium/targets/lavapipe/meson.build"},
	{"libvk_swiftshader", GPU_VENDOR_OTHER, true, "SwiftShader", NULL, "", true, NULL, "google/swiftshader"},
	{"libvulkan_virtio", GPU_VENDOR_OTHER, false, "Venus", MESA, "virtio_gpu", true, NULL, "Mesa src/virtio/vulkan/meson.build"},
	{"libvulkan_gfxstream", GPU_VENDOR_OTHER, false, "gfxstream", MESA, "virtio_gpu", true, NULL, "Mesa src/gfxstream"},
	{"libvulkan_dzn", GPU_VENDOR_OTHER, false, "Dozen", MESA, "dxgkrnl", true, NULL, "Mesa src/microsoft/vulkan/meson.build"},
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

bool facts_vulkan_driver_works(const struct facts_vulkan_driver *row, const char *driver)
{
	size_t n = driver ? strlen(driver) : 0;
	const char *at = row->kernel;

	while (n && (at = strstr(at, driver))) {
		if ((at == row->kernel || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
			return true;
		at += n;
	}
	return false;
}

const struct facts_no_vulkan facts_no_vulkans[] = {
	{"i740 i810 gen2 gen3 pnv gen4 ilk snb poulsbo tunnel-creek moorestown medfield cloverview cedarview",
	 "Mesa src/intel/vulkan_hasvk: Gen7 and later"},
	{"pvc", "Mesa src/intel/vulkan: no Xe-HPC"},
	{"mach64 rage128 r100* r200* r300* r400* r500 r600* r700 evergreen* northern-islands cayman trinity",
	 "Mesa src/amd/vulkan: GCN 1 and later"},
	{"nv1 riva128 fahrenheit celsius* kelvin rankine curie* tesla* fermi*", "NVIDIA driver 470 release notes: Kepler and later"},
	{0},
};

bool facts_family_no_vulkan(const char *family)
{
	const struct facts_no_vulkan *row;

	for (row = facts_no_vulkans; row->families; row++)
		if (facts_any_fits(row->families, family))
			return true;
	return false;
}

const struct facts_privileged facts_privilegeds[] = {
	{"/usr/bin/gamescope", "ValveSoftware/gamescope: cap_sys_nice, set by distributions"},
	{"/usr/games/gamescope", "ValveSoftware/gamescope: cap_sys_nice, set by distributions"},
	{"/usr/bin/sunshine", "LizardByte/Sunshine: cap_sys_admin for KMS capture"},
	{"/usr/bin/kwin_wayland", "KDE/kwin: cap_sys_nice"},
	{0},
};
