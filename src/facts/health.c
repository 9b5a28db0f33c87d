/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/health.h"

const struct facts_health facts_health[] = {
	{"xe", "sys/bus/pci/devices/%a/survivability_mode", NULL, GPU_STATE_DEGRADED,
	 "firmware recovery: only flashing the firmware works", "drivers/gpu/drm/xe/xe_survivability_mode.c"},
	{"i915", "sys/kernel/debug/dri/%m/i915_wedged", "1", GPU_STATE_WEDGED, "the GPU hung and could not be reset",
	 "drivers/gpu/drm/i915/i915_debugfs.c"},
	{"nvidia", "proc/driver/nvidia/gpus/%a/information", "??.??.??.??.??", GPU_STATE_WEDGED,
	 "the driver holds the GPU but cannot talk to it", "apnex/aorus-5090-egpu, captured dead state"},
	{0},
};

const struct facts_memory facts_memory[] = {
	{"amdgpu", "mem_info_vram_total", false, "Documentation/gpu/amdgpu/driver-misc.rst"},
	{"amdgpu", "mem_info_vis_vram_total", true, "Documentation/gpu/amdgpu/driver-misc.rst"},
	{"xe", "tile0/physical_vram_size_bytes", false, "drivers/gpu/drm/xe/xe_tile_sysfs.c"},
	{"i915", "lmem_total_bytes", false, "intel-gpu/intel-gpu-i915-backports"},
	{0},
};
