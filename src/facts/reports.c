/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/reports.h"

#include "base/parse.h"

const struct facts_report facts_reports[] = {
	{REPORT_KIND_NVML, SCOPE_GPU, "nvidia", false, "libnvidia-ml1", "NVML"},
	{REPORT_KIND_VULKAN, SCOPE_NODE_MACHINE, NULL, true, "libvulkan1", "Vulkan"},
	{REPORT_KIND_VULKAN_FILES, SCOPE_NODE_MACHINE, NULL, true, "libvulkan1", "the Vulkan loader's files"},
	{REPORT_KIND_VA, SCOPE_RENDER_NODE, NULL, false, "libva-drm2", "VA-API"},
	{REPORT_KIND_NVCODEC, SCOPE_GPU, "nvidia", false, "libnvcuvid1 libnvidia-encode1", "NVDEC and NVENC", true},
	{REPORT_KIND_VPL, SCOPE_NODE_MACHINE, "i915 xe", false, "libvpl2", "oneVPL"},
	{REPORT_KIND_LEVEL_ZERO, SCOPE_NODE_MACHINE, "i915 xe", false, "libze1", "Level Zero"},
	{REPORT_KIND_OPENCL, SCOPE_NODE_MACHINE, NULL, false, "ocl-icd-libopencl1", "OpenCL"},
	{REPORT_KIND_VERBS, SCOPE_RDMA, NULL, false, "libibverbs1", "verbs"},
	{0},
};

const struct facts_report *facts_report_of(enum report_kind kind)
{
	const struct facts_report *r;

	for (r = facts_reports; r->name; r++)
		if (r->kind == kind)
			return r;
	return NULL;
}

bool facts_report_fits(const struct facts_report *row, const char *driver)
{
	const char *at = row->drivers;
	size_t n = driver ? strlen(driver) : 0;

	if (!at)
		return true;
	while (n && (at = strstr(at, driver))) {
		if ((at == row->drivers || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
			return true;
		at += n;
	}
	return false;
}

const struct facts_lost facts_losts[] = {
	{GPU_VENDOR_NVIDIA, "NVIDIA/open-gpu-kernel-modules kernel-open/nvidia/nv.c: open waits for a GPU that fell off the bus"},
	{0},
};

bool facts_lost_of(enum gpu_vendor vendor)
{
	const struct facts_lost *l;

	for (l = facts_losts; l->source; l++)
		if (l->vendor == vendor)
			return true;
	return false;
}
