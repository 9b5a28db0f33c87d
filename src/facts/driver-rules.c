/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/driver-rules.h"

#include "base/parse.h"

/* clang-format off */
#define FIRMWARE_ONLY "drivers/gpu/drm/drm_nomodeset.c: drm_firmware_drivers_only()"

const struct facts_driver_rule facts_driver_rules[] = {
	{"i915",    true,  "modeset", "force_probe", 0,    "drivers/gpu/drm/i915/i915_module.c, i915_pci.c"},
	{"xe",      true,  "modeset", "force_probe", 4096, "drivers/gpu/drm/xe/xe_module.c, xe_pci.c, Kconfig"},
	{"amdgpu",  true,  "modeset", NULL,          0,    "drivers/gpu/drm/amd/amdgpu/amdgpu_drv.c; " FIRMWARE_ONLY},
	{"radeon",  true,  "modeset", NULL,          0,    "drivers/gpu/drm/radeon/radeon_drv.c; " FIRMWARE_ONLY},
	{"nouveau", true,  "modeset", NULL,          0,    "drivers/gpu/drm/nouveau/nouveau_drm.c; " FIRMWARE_ONLY},
	{0},
};

const struct facts_driver_switch facts_driver_switches[] = {
	{"tahiti pitcairn cape-verde oland hainan", "radeon amdgpu", "si_support",
	 "drivers/gpu/drm/amd/amdgpu/amdgpu_drv.c; drivers/gpu/drm/radeon/radeon_drv.c"},
	{"bonaire hawaii kaveri kabini mullins",    "radeon amdgpu", "cik_support",
	 "drivers/gpu/drm/amd/amdgpu/amdgpu_drv.c; drivers/gpu/drm/radeon/radeon_drv.c"},
	{0},
};

/* Newest release first for each system. */
const struct facts_package facts_packages[] = {
	{"firmware", "i915",    "debian", 13, "firmware-intel-graphics"},
	{"firmware", "i915",    "debian", 0,  "firmware-misc-nonfree"},
	{"firmware", "xe",      "debian", 13, "firmware-intel-graphics"},
	{"firmware", "xe",      "debian", 0,  "firmware-misc-nonfree"},
	{"firmware", "amdgpu",  "debian", 0,  "firmware-amd-graphics"},
	{"firmware", "radeon",  "debian", 0,  "firmware-amd-graphics"},
	{"firmware", "nouveau", "debian", 13, "firmware-nvidia-graphics"},
	{"firmware", "nouveau", "debian", 0,  "firmware-misc-nonfree"},
	{"firmware", "nvidia",  "debian", 0,  "firmware-nvidia-gsp"},
	{"driver",   "nvidia",  "debian", 0,  "nvidia-driver"},
	{"firmware", "i915",    "ubuntu", 0,  "linux-firmware"},
	{"firmware", "xe",      "ubuntu", 0,  "linux-firmware"},
	{"firmware", "amdgpu",  "ubuntu", 0,  "linux-firmware"},
	{"firmware", "radeon",  "ubuntu", 0,  "linux-firmware"},
	{"firmware", "nouveau", "ubuntu", 0,  "linux-firmware"},
	{"driver",   "nvidia",  "ubuntu", 0,  "nvidia-driver-NNN (ubuntu-drivers list shows which)"},
	{"firmware", "i915",    "fedora", 0,  "intel-gpu-firmware"},
	{"firmware", "xe",      "fedora", 0,  "intel-gpu-firmware"},
	{"firmware", "amdgpu",  "fedora", 0,  "amd-gpu-firmware"},
	{"firmware", "radeon",  "fedora", 0,  "amd-gpu-firmware"},
	{"firmware", "nouveau", "fedora", 0,  "nvidia-gpu-firmware"},
	{"driver",   "nvidia",  "fedora", 0,  "akmod-nvidia (from RPM Fusion)"},
	{"firmware", "i915",    "arch",   0,  "linux-firmware-intel"},
	{"firmware", "xe",      "arch",   0,  "linux-firmware-intel"},
	{"firmware", "amdgpu",  "arch",   0,  "linux-firmware-amdgpu"},
	{"firmware", "radeon",  "arch",   0,  "linux-firmware-radeon"},
	{"firmware", "nouveau", "arch",   0,  "linux-firmware-nvidia"},
	{"driver",   "nvidia",  "arch",   0,  "nvidia-open"},
	{0},
};

const struct facts_node facts_nodes[] = {
	{"amdgpu", "kfd", "sys/class/kfd/kfd", "render", "drivers/gpu/drm/amd/amdkfd/kfd_chardev.c; systemd/systemd:rules.d/50-udev-default.rules.in"},
	{0},
};

const struct facts_param facts_params[] = {
	{"pci", "nocrs", PARAM_ALWAYS, "GB5014",
	 "the kernel takes address space that the firmware did not offer"},
	{"pci", "realloc=off", PARAM_NO_WINDOW, "GB5013", "the kernel may not lay the windows out anew"},
	{"pcie_ports", "compat", PARAM_EXTERNAL, "GB5015",
	 "the kernel leaves hot-plug and error reporting to the firmware: a GPU that is plugged in may not be noticed"},
	{"pcie_port_pm", "force", PARAM_EXTERNAL, "GB5016",
	 "hot-plug ports may be put to sleep, and a sleeping port tells nobody that something was plugged in"},
	{"pcie_port_pm", "off", PARAM_EXTERNAL, "GB5018", "ports never sleep, which keeps hot-plug alive and costs power"},
	{"pcie_aspm", "force", PARAM_ALWAYS, "GB5017", "links save power although a device said that it cannot"},
	{"pcie_aspm", "off", PARAM_DISCRETE, "GB5019", "links are left as the firmware set them: idle GPUs may draw more"},
	{"nvidia.NVreg_EnableGpuFirmware", "0", PARAM_NVIDIA_OPEN, "GB5051", "the open module ignores it: it cannot do without"},
	{"nvidia_drm.modeset", "0|n|N", PARAM_NVIDIA, "GB5052",
	 "NVIDIA's driver makes no DRM nodes that Wayland or PRIME could use"},
	{"intel_iommu", NULL, PARAM_CPU_NOT_INTEL, "GB5023", "it has no effect on this processor"},
	{"amd_iommu", NULL, PARAM_CPU_NOT_AMD, "GB5023", "it has no effect on this processor"},
	{"amd_iommu", "on", PARAM_CPU_AMD, "GB5024", "the kernel knows no such value"},
	{0},
};
/* clang-format on */

static bool words_have(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (; *words; words += strcspn(words, " "), words += strspn(words, " "))
		if (strncmp(words, word, n) == 0 && (words[n] == ' ' || !words[n]))
			return true;
	return false;
}

const struct facts_driver_rule *facts_driver_rule_find(const char *driver)
{
	const struct facts_driver_rule *r;

	for (r = facts_driver_rules; driver && r->driver; r++)
		if (str_eq(r->driver, driver))
			return r;
	return NULL;
}

const struct facts_node *facts_node_find(const char *path)
{
	const struct facts_node *n;

	for (n = facts_nodes; n->driver; n++)
		if (str_starts(path, "/dev/") && str_eq(path + 5, n->node))
			return n;
	return NULL;
}

const struct facts_driver_switch *facts_driver_switch_find(const char *family, const char *driver)
{
	const struct facts_driver_switch *s;

	for (s = facts_driver_switches; family && s->families; s++)
		if (words_have(s->families, family) && words_have(s->drivers, driver))
			return s;
	return NULL;
}

const char *facts_package_find(const char *what, const char *driver, const char *os, const char *version)
{
	const struct facts_package *p;
	uint64_t number = 0;

	if (!driver || !os)
		return NULL;
	/* A system without a number is its own newest release. */
	if (!version || parse_u64n(version, strspn(version, "0123456789"), 10, 1000000, &number) < 0)
		number = UINT64_MAX;
	for (p = facts_packages; p->what; p++)
		if (str_eq(p->what, what) && str_eq(p->driver, driver) && str_eq(p->os, os) && p->since <= number)
			return p->package;
	return NULL;
}
