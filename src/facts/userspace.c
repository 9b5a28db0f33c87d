/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/userspace.h"

#include "base/parse.h"
#include "facts/facts.h"

#define VULKAN REPORT_KIND_VULKAN
#define COMPUTE REPORT_KIND_OPENCL
#define INTEL_PLUGIN "intel/intel-device-plugins-for-kubernetes cmd/gpu_plugin/README.md"

const struct facts_userspace facts_userspaces[] = {
	{VULKAN, GPU_VENDOR_INTEL, "xe", "bmg-*", "Battlemage needs Mesa 24.3 or later, 25.0 is better.", "Mesa release notes 24.3.0, 25.0.0; " INTEL_PLUGIN},
	{VULKAN, GPU_VENDOR_INTEL, "xe", NULL, "With the kernel driver xe it needs Mesa 24.1 or later.", "Mesa release notes 24.1.0; " INTEL_PLUGIN},
	{VULKAN, GPU_VENDOR_AMD, NULL, "navi44 navi48", "RDNA 4 needs Mesa 25.0 or later.", "Mesa release notes 25.0.0"},
	{VULKAN, GPU_VENDOR_AMD, NULL, "navi31 navi32 navi33", "RDNA 3 needs Mesa 22.3 or later.", "Mesa release notes 22.3.0"},
	{COMPUTE, GPU_VENDOR_INTEL, NULL, "bdw chv skl bxt glk kbl cfl whl cml icl ehl jsl",
	 "install Intel's runtime for GPUs before Tiger Lake: intel-opencl-icd up to 24.35, intel-opencl-icd-legacy1 after that.",
	 "intel/compute-runtime LEGACY_PLATFORMS.md"},
	{COMPUTE, GPU_VENDOR_INTEL, "xe", NULL, "install intel-opencl-icd (and libze-intel-gpu1) 24.13 or later: before that it does not know the kernel driver xe.",
	 INTEL_PLUGIN},
	{COMPUTE, GPU_VENDOR_INTEL, NULL, NULL, "install intel-opencl-icd (and libze-intel-gpu1 for Level Zero).", "intel/compute-runtime README.md"},
	{COMPUTE, GPU_VENDOR_AMD, NULL, NULL, "install ROCm's OpenCL (rocm-opencl-icd), or mesa-opencl-icd with RUSTICL_ENABLE=radeonsi.",
	 "ROCm documentation; Mesa docs/rusticl.rst"},
	{COMPUTE, GPU_VENDOR_NVIDIA, "nvidia", NULL, "install nvidia-opencl-icd (the distribution's libnvidia-compute) in the version of the module.",
	 "NVIDIA driver README, installed components"},
	{0},
};

const struct facts_userspace *facts_userspace_of(enum report_kind kind, enum gpu_vendor vendor, const char *driver, const char *family)
{
	const struct facts_userspace *u;

	for (u = facts_userspaces; u->mend; u++)
		if (u->kind == kind && u->vendor == vendor && (!u->drivers || facts_any_fits(u->drivers, driver)) &&
		    (!u->families || facts_any_fits(u->families, family)))
			return u;
	return NULL;
}
