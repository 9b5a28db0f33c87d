/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/steer.h"

#include "base/parse.h"

#define MESA "i915 xe amdgpu radeon nouveau"
#define INTEL "i915 xe"
#define SOFTWARE STEER_SOFTWARE

#define MESA_ENV "Mesa docs/envvars.rst"
#define MESA_SELECT "Mesa src/vulkan/device-select-layer: VVVV:DDDD, with '!' the others are hidden; of equal GPUs it takes the last"
#define LOADER "KhronosGroup/Vulkan-Loader docs/LoaderInterfaceArchitecture.md"
#define PRIME "NVIDIA driver README, PRIME render offload"
#define CUDA_ENV "CUDA C++ programming guide, environment variables"
#define ROCM_ENV "ROCm docs, GPU isolation techniques"
#define ROCR "ROCm/ROCR-Runtime core/runtime/amd_filter_device.cpp: GPU- and 16 hex digits; set but empty shows none"
#define ZE_ENV "Level Zero specification, core programming guide, environment variables"
#define ZE_FLAT ZE_ENV ": since 2023 tiles count as devices unless COMPOSITE is asked for"

const struct facts_steer facts_steers[] = {
	{STEER_GL | STEER_VULKAN, MESA, "DRI_PRIME", "%t", STEER_FIRST, "Mesa's OpenGL and Vulkan drivers", MESA_ENV},
	{STEER_GL, "nvidia", "__NV_PRIME_RENDER_OFFLOAD", "1", STEER_FIRST, "NVIDIA's OpenGL on a machine whose display is another GPU's",
	 PRIME},
	{STEER_GL, "nvidia", "__GLX_VENDOR_LIBRARY_NAME", "nvidia", STEER_FIRST, "the OpenGL library of libglvnd", PRIME},
	{STEER_GL, SOFTWARE, "__GLX_VENDOR_LIBRARY_NAME", "mesa", STEER_FIRST, "the OpenGL library of libglvnd", PRIME},
	{STEER_GL, SOFTWARE, "LIBGL_ALWAYS_SOFTWARE", "true", STEER_FIRST, "Mesa's OpenGL renders on the processor", MESA_ENV},
	{STEER_GL, SOFTWARE, "GALLIUM_DRIVER", "llvmpipe", STEER_FIRST, "which of Mesa's software renderers", MESA_ENV},
	{STEER_VULKAN, "nvidia", "__VK_LAYER_NV_optimus", "NVIDIA_only", STEER_ALONE, "NVIDIA's Vulkan layer; hides the others", PRIME},
	{STEER_VULKAN, SOFTWARE, "MESA_VK_DEVICE_SELECT", "10005:0!", STEER_FIRST,
	 "Mesa's device selection layer; 10005 is Mesa's vendor number for software", MESA_SELECT},
	{STEER_VULKAN, NULL, "MESA_VK_DEVICE_SELECT", "%v:%d!", STEER_ALONE, "Mesa's device selection layer; hides the others", MESA_SELECT},
	{STEER_VULKAN, NULL, "MESA_VK_DEVICE_SELECT", "%v:%d", STEER_FIRST, "Mesa's device selection layer puts it first", MESA_SELECT},
	{STEER_VULKAN, SOFTWARE, "VK_LOADER_DEVICE_SELECT", "0x10005:0x0", STEER_FIRST, "the loader puts this device first", LOADER},
	{STEER_VULKAN, NULL, "VK_LOADER_DEVICE_SELECT", "0x%v:0x%d", STEER_FIRST, "the loader puts this device first", LOADER},
	{STEER_MEDIA, NULL, "LIBVA_DRIVER_NAME", "%a", STEER_FIRST, "VA-API driver", "intel/libva va/drm/va_drm_utils.c"},
	{STEER_MEDIA, INTEL, "INTEL_MEDIA_RUNTIME", "%m", STEER_FIRST, "Quick Sync's runtime, for programs with the older libmfx",
	 "Intel-Media-SDK/MediaSDK api/mfx_dispatch/linux/mfxloader.cpp: ONEVPL or MSDK"},
	{STEER_MEDIA, INTEL, "GST_MSDK_DRM_DEVICE", "%r", STEER_FIRST, "GStreamer's Quick Sync elements",
	 "GStreamer gst-plugins-bad sys/msdk/gstmsdkcontext.c"},
	{STEER_MEDIA, INTEL " amdgpu radeon", "GST_VAAPI_DRM_DEVICE", "%r", STEER_FIRST, "GStreamer's older VA-API elements",
	 "GStreamer gstreamer-vaapi gst-libs/gst/vaapi/gstvaapidisplay_drm.c"},
	{STEER_MEDIA, NULL, "GPUBAY_RENDER_NODE", "%r", STEER_FIRST,
	 "VA-API and oneVPL take no device from the environment: give the program this node, as ffmpeg -vaapi_device",
	 "intel/intel-device-plugins-for-kubernetes gpu_plugin README; intel/libvpl doc/multi-adapter-guide.md"},
	{STEER_COMPUTE | STEER_MEDIA, "nvidia", "CUDA_DEVICE_ORDER", "PCI_BUS_ID", STEER_FIRST, "numbers follow PCI addresses", CUDA_ENV},
	{STEER_COMPUTE | STEER_MEDIA, "nvidia", "CUDA_VISIBLE_DEVICES", "%u", STEER_EACH, "by UUID, which survives renumbering", CUDA_ENV},
	{STEER_COMPUTE | STEER_MEDIA, "nvidia", "CUDA_VISIBLE_DEVICES", "%i", STEER_EACH, "by number", CUDA_ENV},
	{STEER_COMPUTE | STEER_MEDIA, "nvidia", "CUDA_VISIBLE_DEVICES", "", STEER_HIDE, "no NVIDIA GPU", CUDA_ENV},
	{STEER_COMPUTE, "amdgpu", "ROCR_VISIBLE_DEVICES", "GPU-%q", STEER_EACH, "by unique id", ROCR},
	{STEER_COMPUTE, "amdgpu", "ROCR_VISIBLE_DEVICES", "%i", STEER_EACH, "by number", ROCM_ENV},
	{STEER_COMPUTE, "amdgpu", "ROCR_VISIBLE_DEVICES", "", STEER_HIDE, "no AMD GPU", ROCR},
	{STEER_COMPUTE, "amdgpu", "HIP_VISIBLE_DEVICES", "%n", STEER_EACH, "HIP counts what ROCR_VISIBLE_DEVICES left; else it would take CUDA's",
	 ROCM_ENV "; HIP environment variables"},
	{STEER_COMPUTE, INTEL, "ZE_FLAT_DEVICE_HIERARCHY", "COMPOSITE", STEER_FIRST, "numbers count cards, not their tiles", ZE_FLAT},
	{STEER_COMPUTE, INTEL, "ZE_ENABLE_PCI_ID_DEVICE_ORDER", "1", STEER_FIRST, "numbers follow PCI addresses", ZE_ENV},
	{STEER_COMPUTE, INTEL, "ZE_AFFINITY_MASK", "%i", STEER_EACH, "Level Zero devices", ZE_ENV},
	{0},
};

const struct facts_icd facts_icds[] = {
	{"i915", "intel_icd intel_hasvk_icd", "Mesa src/intel/vulkan/meson.build"},
	{"xe", "intel_icd", "Mesa src/intel/vulkan/meson.build"},
	{"amdgpu", "radeon_icd amd_icd64", "Mesa src/amd/vulkan/meson.build"},
	{"radeon", "radeon_icd", "Mesa src/amd/vulkan/meson.build"},
	{"nouveau", "nouveau_icd", "Mesa src/nouveau/vulkan/meson.build"},
	{"nvidia", "nvidia_icd", "NVIDIA driver README, installed components"},
	{SOFTWARE, "lvp_icd vk_swiftshader_icd", "Mesa src/gallium/targets/lavapipe/meson.build; google/swiftshader"},
	{0},
};

bool facts_is_software(const char *name)
{
	static const char *const names[] = {STEER_SOFTWARE, "lavapipe", "llvmpipe", "cpu"};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		if (str_ieq(names[i], name))
			return true;
	return false;
}

#define NCCL "NVIDIA NCCL user guide, troubleshooting: shared memory, pinned memory"

const struct facts_run_limit facts_run_limits[] = {
	{"shm", STEER_COMPUTE, 2, 1ull << 30, "/dev/shm", "NCCL and RCCL pass data between processes through it",
	 "mount it larger; for a container give --shm-size=1g", NCCL},
	{"shm", STEER_COMPUTE, 1, (64ull << 20) + 1, "/dev/shm", "data loaders that share memory die when it is full",
	 "mount it larger; for a container give --shm-size=1g", "pytorch/pytorch README.md, Docker image"},
	{"memlock", STEER_COMPUTE, 2, 64ull << 20, "the limit of locked memory", "NCCL and RCCL lock the buffers that devices reach into",
	 "'ulimit -l unlimited'; for a container give --ulimit memlock=-1", NCCL},
	{0},
};
