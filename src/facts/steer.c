/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/steer.h"

#define MESA "i915 xe amdgpu radeon nouveau"

const struct facts_steer facts_steers[] = {
	{STEER_GL | STEER_VULKAN, MESA, "DRI_PRIME", "%t", false, "Mesa's OpenGL and Vulkan drivers",
	 "Mesa docs/envvars.rst; docs/drivers/zink.rst"},
	{STEER_GL, "nvidia", "__NV_PRIME_RENDER_OFFLOAD", "1", false, "NVIDIA's OpenGL on a machine whose display is another GPU's",
	 "NVIDIA driver README, PRIME render offload"},
	{STEER_GL, "nvidia", "__GLX_VENDOR_LIBRARY_NAME", "nvidia", false, "the OpenGL library of libglvnd",
	 "NVIDIA driver README, PRIME render offload"},
	{STEER_VULKAN, NULL, "MESA_VK_DEVICE_SELECT", "%v:%d!", false, "Mesa's device selection layer; hides the others",
	 "Mesa src/vulkan/device-select-layer"},
	{STEER_VULKAN, NULL, "VK_LOADER_DEVICE_SELECT", "%v:%d", false, "the loader puts this device first",
	 "KhronosGroup/Vulkan-Loader docs/LoaderApplicationInterface.md"},
	{STEER_MEDIA, "i915 xe", "LIBVA_DRIVER_NAME", "iHD", false, "VA-API driver", "intel/libva va/drm/va_drm_utils.c"},
	{STEER_MEDIA, "amdgpu", "LIBVA_DRIVER_NAME", "radeonsi", false, "VA-API driver", "intel/libva va/drm/va_drm_utils.c"},
	{STEER_MEDIA, "nvidia", "LIBVA_DRIVER_NAME", "nvidia", false, "VA-API driver", "intel/libva va/drm/va_drm_utils.c"},
	{STEER_MEDIA, NULL, "GPUBAY_RENDER_NODE", "%r", false,
	 "VA-API and Quick Sync take no device from the environment: give the program this node, as ffmpeg -vaapi_device",
	 "intel/intel-device-plugins-for-kubernetes gpu_plugin README"},
	{STEER_COMPUTE, "nvidia", "CUDA_DEVICE_ORDER", "PCI_BUS_ID", false, "numbers follow PCI addresses",
	 "CUDA C++ programming guide, environment variables"},
	{STEER_COMPUTE, "nvidia", "CUDA_VISIBLE_DEVICES", "%u", true, "by UUID, which survives renumbering",
	 "CUDA C++ programming guide, environment variables"},
	{STEER_COMPUTE, "nvidia", "CUDA_VISIBLE_DEVICES", "%i", true, "by number", "CUDA C++ programming guide, environment variables"},
	{STEER_COMPUTE, "amdgpu", "ROCR_VISIBLE_DEVICES", "GPU-%q", true, "by unique id", "ROCm docs, GPU isolation techniques"},
	{STEER_COMPUTE, "amdgpu", "ROCR_VISIBLE_DEVICES", "%i", true, "by number", "ROCm docs, GPU isolation techniques"},
	{STEER_COMPUTE, "i915 xe", "ZE_ENABLE_PCI_ID_DEVICE_ORDER", "1", false, "numbers follow PCI addresses",
	 "Level Zero specification, environment variables"},
	{STEER_COMPUTE, "i915 xe", "ZE_AFFINITY_MASK", "%i", true, "Level Zero devices", "Level Zero specification, environment variables"},
	{0},
};

const struct facts_icd facts_icds[] = {
	{"i915", "intel_icd intel_hasvk_icd", "Mesa src/intel/vulkan/meson.build"},
	{"xe", "intel_icd", "Mesa src/intel/vulkan/meson.build"},
	{"amdgpu", "radeon_icd amd_icd64", "Mesa src/amd/vulkan/meson.build"},
	{"radeon", "radeon_icd", "Mesa src/amd/vulkan/meson.build"},
	{"nouveau", "nouveau_icd", "Mesa src/nouveau/vulkan/meson.build"},
	{"nvidia", "nvidia_icd", "NVIDIA driver README, installed components"},
	{0},
};
