/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel parameters and what became of them: those that keep drivers away, those about windows and ports, the IOMMU.
 * Most are rows that say when a parameter deserves a word; the functions here are for what depends on more.
 */
#include "check/check-kernel.h"

#include "base/parse.h"
#include "check/room.h"
#include "format/cmdline.h"
#include "format/modules-alias.h"

static bool is_external(const struct gpu *g)
{
	return FIELD_KNOWN(g, gpu, external) && g->external.attachment == ATTACHMENT_EXTERNAL;
}

static bool has_external(const struct snapshot *s)
{
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		if (is_external(&s->gpus.v[i]))
			return true;
	return s->domains.n > 0;
}

static bool has_gpu(const struct snapshot *s, bool (*fits)(const struct gpu *g))
{
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		if (fits(&s->gpus.v[i]))
			return true;
	return false;
}

static bool fits_no_window(const struct gpu *g)
{
	return g->state == GPU_STATE_NO_BAR;
}

static bool fits_discrete(const struct gpu *g)
{
	return g->kind == GPU_KIND_DISCRETE;
}

static bool fits_nvidia(const struct gpu *g)
{
	return str_eq(g->driver, "nvidia");
}

/* A virtual machine may be given one maker's IOMMU beside another's processor (QEMU: intel-iommu). */
static bool iommu_of_any_maker(const struct platform *m)
{
	return m->virt == VIRT_KIND_VM && FIELD_KNOWN(m, platform, iommu) && m->iommu;
}

static bool applies(const struct snapshot *s, enum param_when when)
{
	const struct platform *m = &s->platform;

	switch (when) {
	case PARAM_ALWAYS: return s->gpus.n > 0;
	case PARAM_EXTERNAL: return has_external(s);
	case PARAM_NO_WINDOW: return has_gpu(s, fits_no_window);
	case PARAM_DISCRETE: return has_gpu(s, fits_discrete);
	case PARAM_NVIDIA: return has_gpu(s, fits_nvidia);
	case PARAM_NVIDIA_OPEN:
		return has_gpu(s, fits_nvidia) && str_eq(m->nvidia_module_flavour, "open");
	case PARAM_CPU_NOT_INTEL:
		return !iommu_of_any_maker(m) && m->cpu_vendor != CPU_VENDOR_UNKNOWN && m->cpu_vendor != CPU_VENDOR_INTEL;
	case PARAM_CPU_NOT_AMD:
		return !iommu_of_any_maker(m) && m->cpu_vendor != CPU_VENDOR_UNKNOWN && m->cpu_vendor != CPU_VENDOR_AMD;
	case PARAM_CPU_AMD: return m->cpu_vendor == CPU_VENDOR_AMD;
	}
	return false;
}

/* "0|n|N": whether the value, or an item of its comma list, is one of these words. */
static bool words_fit(struct check *c, const char *words, const char *value)
{
	struct strs l = str_split(c->arena, words ? words : "", "|");
	uint32_t i;

	for (i = 0; i < l.n; i++)
		if (str_eq(l.v[i], value) || cmdline_list_has(c->arena, value, l.v[i], NULL))
			return true;
	return !words;
}

static void param_add(struct check *c, const struct facts_param *row, const char *path,
		      const char *value)
{
	const char *text = arena_printf(c->arena, "%s%s%s", row->name, value && *value ? "=" : "",
					value ? value : "");
	struct finding *f = check_add(c, row->check, row->name, NONE, "%s: %s", text, row->effect);

	check_evidence(c, f, path, str_starts(path, "/sys/") ? value : text, NULL);
}

static void run_params(struct check *c)
{
	const struct cmdline_param_list *params = &c->snap->platform.params;
	const struct facts_param *row;
	uint32_t i;

	for (row = facts_params; row->name; row++) {
		const char *dot = strchr(row->name, '.');
		bool found = false;

		if (!applies(c->snap, row->when))
			continue;
		if (dot) {
			struct setting set = module_setting(c,
							    arena_strn(c->arena, row->name,
								       (size_t)(dot - row->name)),
							    dot + 1);

			if (set.value && words_fit(c, row->words, set.value))
				param_add(c, row, set.path, set.value);
			continue;
		}
		for (i = 0; i < params->n && !found; i++)
			if (module_name_eq(params->v[i].name, strlen(params->v[i].name),
					   row->name) &&
			    words_fit(c, row->words, params->v[i].value)) {
				param_add(c, row, "/proc/cmdline", params->v[i].value);
				found = true;
			}
	}
}

/* Once for the machine: the GPUs that would have a driver but for it stand in the evidence. */
static void run_nomodeset(struct check *c)
{
	struct finding *f = NULL;
	struct driver_view v;
	uint32_t i;

	if (!snapshot_cmdline(c->snap, "nomodeset"))
		return;
	for (i = 0; i < c->snap->gpus.n; i++) {
		const struct gpu *g = &c->snap->gpus.v[i];
		const char *best = driver_best(c, i);

		if (!best || !FIELD_KNOWN(g, gpu, driver) || *g->driver || gpu_out_of_reach(g))
			continue;
		driver_view(c, i, best, &v);
		if (!v.rule || !v.rule->nomodeset)
			continue;
		if (!f) {
			f = check_add(c, "GB5001", check_addr(c, g->address), i,
				      "%s has no driver: nomodeset keeps %s away", g->name, best);
			check_evidence(c, f, "/proc/cmdline", "nomodeset", "without it");
		}
		check_evidence(c, f, check_pci_path(c, g->pci, "driver"), "missing", best);
	}
}

/* "64M" in bytes, 0 when it is no size. */
static uint64_t size_of(const char *s)
{
	static const char units[] = "KMGT";
	size_t n = strspn(s, "0123456789");
	const char *unit;
	uint64_t v;

	if (parse_u64n(s, n, 10, UINT64_C(1) << 40, &v) < 0)
		return 0;
	if (!s[n])
		return v;
	unit = strchr(units, s[n] >= 'a' ? s[n] - 32 : s[n]);
	return unit && *unit && v < UINT64_C(1) << 22 ? v << (10 * (unit - units + 1)) : 0;
}

/*
 * What the kernel was told to keep for hot-plug: "hpmmioprefsize=64M" of the pci parameters. *ret_bytes: the prefetchable
 * part of it, where a GPU's memory goes; 0: it says nothing of memory.
 */
static const char *room_kept(struct check *c, uint64_t *ret_bytes)
{
	enum { MEMORY_ONLY = 2, BUSES_ONLY = 3 };
	static const char *const names[] = {"hpmmioprefsize=", "hpmemsize=", [MEMORY_ONLY] = "hpmmiosize=", [BUSES_ONLY] = "hpbussize="};
	const struct cmdline_param_list *params = &c->snap->platform.params;
	const char *value;
	uint32_t i;
	unsigned k;

	for (k = 0; k < ARRAY_LEN(names); k++)
		for (i = 0; i < params->n; i++)
			if (str_eq(params->v[i].name, "pci") &&
			    cmdline_list_has(c->arena, params->v[i].value, names[k], &value)) {
				*ret_bytes = k == MEMORY_ONLY ? ROOM_KEPT_ANYWAY : k == BUSES_ONLY ? 0 : size_of(value);
				return arena_printf(c->arena, "pci=%s%s", names[k], value);
			}
	return NULL;
}

static void run_room(struct check *c)
{
	const struct platform *m = &c->snap->platform;
	uint64_t bytes;
	const char *kept = room_kept(c, &bytes);
	struct finding *f;
	uint32_t i;

	if (!kept)
		return;
	if (FIELD_KNOWN(m, platform, pcie_ports_native) && !m->pcie_ports_native &&
	    has_external(c->snap)) {
		f = check_add(c, "GB5011", "pci", NONE, "%s has no effect: ACPI runs hot-plug here",
			      kept);
		check_evidence(c, f, "/proc/cmdline", kept, NULL);
		check_evidence(c, f, "/sys/bus/pci_express/devices", "no hot-plug service",
			       "pcie004 or pcie204");
		return;
	}
	for (i = 0; i < c->snap->gpus.n; i++) {
		const struct gpu *g = &c->snap->gpus.v[i];

		struct room now = room_of(c->snap, g, false);

		if (g->state != GPU_STATE_NO_BAR || !is_external(g) || !bytes ||
		    bytes >= (now.prefetch ? now.prefetch : ROOM_FOR_SMALL_GPU))
			continue;
		f = check_add(c, "GB5010", check_addr(c, g->address), i,
			      "%s: the room kept by %s is too small", g->name, kept);
		check_evidence(c, f, "/proc/cmdline", kept,
			       now.prefetch ? arena_printf(c->arena, "%lluM or more", (unsigned long long)(now.prefetch >> 20)) : NULL);
		check_remedy(c, f, "In its place boot with %s.", room_parameter(c, &now));
	}
}

static bool is_passthrough(const char *driver)
{
	const struct facts_driver *row = driver && *driver ? facts_driver_find(driver) : NULL;

	return row && str_eq(row->role, "passthrough");
}

static void check_group(struct check *c, uint32_t gpu)
{
	const struct gpu *g = &c->snap->gpus.v[gpu];
	struct finding *f = NULL;
	uint32_t i;

	for (i = 0; i < g->iommu_shared.n; i++) {
		const struct pci_device *d = &c->snap->pci.v[g->iommu_shared.v[i]];

		/* Ports of the kernel may stay: only what works with memory of its own is in the way. */
		if (d->bridge || !FIELD_KNOWN(d, pci_device, driver) || !*d->driver ||
		    is_passthrough(d->driver))
			continue;
		if (!f)
			f = check_add(c, "GB5022", check_addr(c, g->address), gpu,
				      "%s shares IOMMU group %d with %s, which %s uses", g->name,
				      g->iommu_group, check_addr(c, d->address), d->driver);
		check_evidence(c, f,
			       arena_printf(c->arena, "/sys/kernel/iommu_groups/%d/devices/%s",
					    g->iommu_group, check_addr(c, d->address)),
			       d->driver, "vfio-pci or no driver");
	}
}

/* The parameter that asks for an IOMMU or forbids it; NULL when none does. */
static const char *iommu_param(struct check *c, bool off)
{
	static const char *const names[] = {"intel_iommu", "amd_iommu", "iommu"};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = snapshot_cmdline(c->snap, names[i]);

		if (!value)
			continue;
		if (off ? cmdline_list_has(c->arena, value, "off", NULL) :
			  cmdline_list_has(c->arena, value, "on", NULL) ||
				    cmdline_list_has(c->arena, value, "pt", NULL) ||
				    cmdline_list_has(c->arena, value, "force", NULL))
			return arena_printf(c->arena, "%s=%s", names[i], value);
	}
	return NULL;
}

static void run_iommu(struct check *c)
{
	const struct platform *m = &c->snap->platform;
	const char *on = iommu_param(c, false), *off = iommu_param(c, true);
	bool without = FIELD_KNOWN(m, platform, iommu) && !m->iommu, told = false;
	struct finding *f;
	uint32_t i;

	for (i = 0; i < c->snap->gpus.n; i++) {
		const struct gpu *g = &c->snap->gpus.v[i];

		if (!FIELD_KNOWN(g, gpu, driver) || !is_passthrough(g->driver))
			continue;
		check_group(c, i);
		if (!without)
			continue;
		f = check_add(c, "GB5021", check_addr(c, g->address), i,
			      "%s is reserved for a virtual machine, but there is no IOMMU",
			      g->name);
		check_evidence(c, f, "/sys/kernel/iommu_groups", "empty",
			       "a group for each device");
		if (off)
			check_evidence(c, f, "/proc/cmdline", off, "without it");
		if (off)
			check_remedy(c, f,
				     "Remove '%s' from the kernel command line and boot again.",
				     off);
		told = true;
	}
	if (!without || !on || off || told || c->snap->gpus.n == 0)
		return;
	f = check_add(c, "GB5020", "iommu", NONE, "%s asks for an IOMMU, and there is none", on);
	check_evidence(c, f, "/proc/cmdline", on, NULL);
	check_evidence(c, f, "/sys/kernel/iommu_groups", "empty", "a group for each device");
	if (m->virt == VIRT_KIND_VM)
		f->severity = SEVERITY_NOTE;
}

static void run_hotplug(struct check *c)
{
	const struct platform *m = &c->snap->platform;
	struct finding *f;

	if (!FIELD_KNOWN(m, platform, hotplug_pci) || m->hotplug_pci || !has_external(c->snap))
		return;
	f = check_add(c, "GB5060", "kernel", NONE,
		      "kernel %s is built without PCI Express hot-plug",
		      m->kernel ? m->kernel : "");
	check_evidence(c, f, "CONFIG_HOTPLUG_PCI_PCIE", "n", "y");
}

const struct check_fn check_kernel_fns[] = {
	{"kernel", "GB5001", run_nomodeset},
	{"kernel", "GB5010 GB5011", run_room},
	{"kernel", "GB5013 GB5014 GB5015 GB5016 GB5017 GB5018 GB5019 GB5023 GB5024 GB5051 GB5052",
	 run_params},
	{"kernel", "GB5020 GB5021 GB5022", run_iommu},
	{"kernel", "GB5030 GB5031", run_guc},
	{"kernel", "GB5040 GB5041", run_options},
	{"kernel", "GB5060", run_hotplug},
	{0},
};
