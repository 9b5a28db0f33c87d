/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vulkan: which GPUs a program sees, and for each that it does not, the one reason why. Files are judged first, because
 * a driver that the loader skips explains all the rest.
 */
#include "check/access.h"
#include "check/media.h"
#include "check/reports.h"

#include "base/parse.h"
#include "facts/facts.h"
#include "facts/userspace.h"
#include "facts/vulkan.h"

struct vulkan {
	struct check *c;
	const struct report *devices, *files; /* NULL: not asked */
	unsigned n_broken;		      /* drivers that crash or hang by themselves */
};

static const struct facts_vulkan_driver *row_of(const struct vulkan_file *f)
{
	return FIELD_KNOWN(f, vulkan_file, library) ? facts_vulkan_driver_of(str_base(f->library)) :
						      NULL;
}

static bool works(const struct vulkan_file *f)
{
	return FIELD_KNOWN(f, vulkan_file, result) && f->result == LIBRARY_RESULT_WORKS;
}

/* Another driver of the same vendor does work, so this one is spare. */
static bool has_working(const struct vulkan *v, enum gpu_vendor vendor)
{
	uint32_t i;

	for (i = 0; i < v->files->drivers.n; i++)
		if (v->files->drivers.v[i].vendor == vendor && works(&v->files->drivers.v[i]))
			return true;
	return false;
}

static const char *say_driver(struct vulkan *v, const struct vulkan_file *f)
{
	const struct facts_vulkan_driver *row = row_of(f);

	return row ? row->name : f->library ? str_base(f->library) : str_base(f->path);
}

/* The finding of a driver that came to nothing; NULL where nothing is wrong. */
static const char *id_of_result(const struct vulkan *v, const struct vulkan_file *f)
{
	switch (f->result) {
	case LIBRARY_RESULT_MISSING: return "GB0102";
	case LIBRARY_RESULT_DEPENDENCY: return "GB0103";
	case LIBRARY_RESULT_WRONG_ARCH: return has_working(v, f->vendor) ? NULL : "GB0104";
	case LIBRARY_RESULT_NO_ENTRY:
	case LIBRARY_RESULT_FAILED: return "GB0107";
	case LIBRARY_RESULT_CRASHED:
	case LIBRARY_RESULT_HUNG: return "GB0108";
	case LIBRARY_RESULT_BAD_MANIFEST:
	case LIBRARY_RESULT_UNREADABLE: return "GB0109";
	default: return NULL;
	}
}

static const char *say_result(struct vulkan *v, const struct vulkan_file *f)
{
	const char *name = say_driver(v, f);

	switch (f->result) {
	case LIBRARY_RESULT_MISSING:
	case LIBRARY_RESULT_DEPENDENCY:
		return arena_printf(v->c->arena, "Vulkan driver %s: %s is missing", name,
				    FIELD_KNOWN(f, vulkan_file, missing) ? f->missing :
									   "a library");
	case LIBRARY_RESULT_WRONG_ARCH:
		return arena_printf(v->c->arena,
				    "Vulkan driver %s is there for another architecture only",
				    name);
	case LIBRARY_RESULT_CRASHED:
		return arena_printf(v->c->arena, "loading the Vulkan driver %s crashes", name);
	case LIBRARY_RESULT_HUNG:
		return arena_printf(v->c->arena, "loading the Vulkan driver %s hangs", name);
	case LIBRARY_RESULT_BAD_MANIFEST:
	case LIBRARY_RESULT_UNREADABLE:
		return arena_printf(v->c->arena, "the manifest %s cannot be used",
				    str_base(f->path));
	default:
		return arena_printf(v->c->arena, "Vulkan driver %s loads but does not start", name);
	}
}

/* Nodes that a driver looks for and does not find. */
static void nodes_evidence(struct vulkan *v, struct finding *f, const struct gpu *g,
			   const struct facts_vulkan_driver *row)
{
	uint32_t k;

	for (k = 0; k < g->nodes_missing.n; k++)
		check_evidence(v->c, f, g->nodes_missing.v[k], "missing", NULL);
	for (k = 0; k < g->drm.n; k++) {
		const struct drm_node *d = &v->c->snap->drm.v[g->drm.v[k]];

		if (FIELD_KNOWN(d, drm_node, path) && !*d->path)
			check_evidence(v->c, f, arena_printf(v->c->arena, "/dev/dri/%s", d->name),
				       "missing", NULL);
	}
	if (row && row->node && FIELD_KNOWN(g, gpu, nodes) && !strs_has(&g->nodes, row->node) &&
	    !strs_has(&g->nodes_missing, row->node))
		check_evidence(v->c, f, row->node, "missing", NULL);
}

static void nodes_of_all(struct vulkan *v, struct finding *f, enum gpu_vendor vendor,
			 const struct facts_vulkan_driver *row)
{
	uint32_t i;

	for (i = 0; i < v->c->snap->gpus.n; i++)
		if (v->c->snap->gpus.v[i].vendor == vendor)
			nodes_evidence(v, f, &v->c->snap->gpus.v[i], row);
}

static void file_broken(struct vulkan *v, const struct vulkan_file *d)
{
	const char *id = id_of_result(v, d);
	struct finding *f;

	if (!id)
		return;
	v->n_broken += str_eq(id, "GB0108");
	f = check_add(v->c, id, d->path, NONE, "%s", say_result(v, d));
	check_evidence(v->c, f, d->path, d->library, NULL);
	if (FIELD_KNOWN(d, vulkan_file, error))
		check_evidence(v->c, f, d->library_path ? d->library_path : d->library, d->error,
			       NULL);
	if (str_eq(id, "GB0107"))
		nodes_of_all(v, f, d->vendor, row_of(d));
	/* What no GPU here wants hurts nobody, unless loading it alone brings programs down. */
	if (!has_gpu_of(v->c->snap, d->vendor) && !str_eq(id, "GB0108"))
		f->severity = SEVERITY_NOTE;
}

static void file_of_absent_gpu(struct vulkan *v, const struct vulkan_file *d)
{
	const struct facts_vulkan_driver *row = row_of(d);
	struct finding *f;

	if (!row || row->shared || row->vendor == GPU_VENDOR_OTHER || !v->c->snap->has_pci ||
	    has_gpu_of(v->c->snap, row->vendor))
		return;
	f = check_add(v->c, "GB0105", d->path, NONE,
		      "Vulkan driver %s is installed, but no GPU of %s is here", row->name,
		      enum_name(&gpu_vendor_tab, row->vendor));
	check_evidence(v->c, f, d->path, d->library, NULL);
}

static void file_incomplete(struct vulkan *v, const struct vulkan_file *d)
{
	struct finding *f;
	uint32_t i;

	if (d->incomplete.n == 0)
		return;
	f = check_add(v->c, "GB0116", d->path, NONE, "Vulkan driver %s: %s is missing",
		      say_driver(v, d), d->incomplete.v[0]);
	for (i = 0; i < d->incomplete.n; i++)
		check_evidence(v->c, f, d->incomplete.v[i], "missing", d->library_path);
}

static void files(struct vulkan *v)
{
	struct finding *f;
	uint32_t i;

	for (i = 0; i < v->files->drivers.n; i++) {
		const struct vulkan_file *d = &v->files->drivers.v[i];

		if (FIELD_KNOWN(d, vulkan_file, used) && !d->used)
			continue;
		file_broken(v, d);
		file_of_absent_gpu(v, d);
		file_incomplete(v, d);
	}
	for (i = 0; i < v->files->layers.n; i++) {
		const struct vulkan_file *l = &v->files->layers.v[i];

		/* One of another architecture serves the programs of that: overlays come for both. */
		if (!l->implicit || !FIELD_KNOWN(l, vulkan_file, result) || works(l) ||
		    l->result == LIBRARY_RESULT_NOT_TRIED || l->result == LIBRARY_RESULT_WRONG_ARCH)
			continue;
		f = check_add(v->c, "GB0122", l->path, NONE, "implicit Vulkan layer %s: %s",
			      l->name ? l->name : str_base(l->path),
			      enum_name(&library_result_tab, l->result));
		check_evidence(v->c, f, l->path,
			       FIELD_KNOWN(l, vulkan_file, error) ? l->error : l->library, NULL);
	}
}

static const char *const path_variables[] = {
	"VK_DRIVER_FILES",    "VK_ICD_FILENAMES",  "VK_ADD_DRIVER_FILES",
	"VK_LAYER_PATH",      "VK_ADD_LAYER_PATH", "VK_ADD_IMPLICIT_LAYER_PATH",
	"LIBVA_DRIVERS_PATH", "LIBVA_DRIVER_NAME", NULL};

static void variables(struct vulkan *v)
{
	struct finding *f = NULL;
	uint32_t i, k;

	for (i = 0; path_variables[i]; i++) {
		const char *set = report_variable(v->files, path_variables[i]);

		for (k = 0; set && k < v->files->privileged.n; k++) {
			if (!f)
				f = check_add(v->c, "GB0112", v->files->privileged.v[k], NONE,
					      "%s ignores %s: it has privileges of its own",
					      v->files->privileged.v[k], path_variables[i]);
			check_evidence(v->c, f, v->files->privileged.v[k], set, NULL);
		}
	}
}

/* Devices */

static bool has_device(const struct vulkan *v, uint32_t gpu)
{
	uint32_t i;

	for (i = 0; i < v->devices->vulkan.n; i++)
		if (v->devices->vulkan.v[i].gpu == gpu)
			return true;
	return false;
}

static const struct nvml_device *nvml_of(const struct snapshot *s, uint32_t gpu)
{
	uint32_t i, k;

	for (i = 0; i < s->reports.n; i++)
		for (k = 0; k < s->reports.v[i].nvml.n; k++)
			if (s->reports.v[i].nvml.v[k].gpu == gpu)
				return &s->reports.v[i].nvml.v[k];
	return NULL;
}

/* Cut by MIG, as NVML says or the kernel's driver, and no instance is one with graphics. */
static const char *mig_without_graphics(const struct snapshot *s, uint32_t gpu)
{
	const struct nvml_device *n = nvml_of(s, gpu);
	const struct gpu *g = &s->gpus.v[gpu];
	const char *seen = n && n->mig ? "NVML: MIG mode" : NULL;
	uint32_t i;

	for (i = 0; n && i < n->migs.n; i++)
		if (n->migs.v[i].name && strstr(n->migs.v[i].name, "+gfx"))
			return NULL;
	for (i = 0; !n && i < g->slices.n; i++)
		if (s->slices.v[g->slices.v[i]].kind == SLICE_KIND_MIG)
			seen = "/proc/driver/nvidia/capabilities: MIG";
	return seen;
}

/* NVIDIA's driver goes over all GPUs of the module: some with nodes and some without is what makes it fail. */
static bool sees_some_only(const struct snapshot *s, enum gpu_vendor vendor)
{
	unsigned with = 0, without = 0;
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++) {
		if (s->gpus.v[i].vendor != vendor ||
		    !FIELD_KNOWN(&s->gpus.v[i], gpu, nodes_missing))
			continue;
		if (s->gpus.v[i].nodes_missing.n)
			without++;
		else
			with++;
	}
	return with && without;
}

/* Beside another driver that works the loader keeps a driver's failure to itself. */
static bool fails_as_whole(const struct vulkan *v, enum gpu_vendor vendor)
{
	uint32_t i;

	for (i = 0; i < v->c->snap->gpus.n; i++)
		if (v->c->snap->gpus.v[i].vendor == vendor && has_device(v, i))
			return false;
	return v->devices->vulkan.n ||
	       (v->devices->error && strstr(v->devices->error, "VK_ERROR_INITIALIZATION_FAILED"));
}

/* What a driver needs to see a GPU: its render node, and to be as new as the GPU. */
static void not_seen_why(struct vulkan *v, struct finding *f, const struct gpu *g,
			 const struct facts_vulkan_driver *row)
{
	const struct facts_userspace *need = facts_userspace_of(
		REPORT_KIND_VULKAN, g->vendor, g->driver, media_family(v->c->snap, g));
	uint32_t i;
	bool node = false;

	if (need && row->shared)
		check_remedy(
			v->c, f,
			"%s Update it; in a container look that the render node, its link in /dev/dri/by-path "
			"and /sys are there.",
			need->mend);
	for (i = 0; i < g->drm.n; i++)
		node |= v->c->snap->drm.v[g->drm.v[i]].kind == DRM_KIND_RENDER;
	if (FIELD_KNOWN(g, gpu, drm) && !node && row->companions == NULL)
		check_evidence(v->c, f, "/dev/dri", "it has no render node", "renderDN");
	for (i = 0; i < v->devices->vulkan.n; i++)
		if (row->shared && v->devices->vulkan.v[i].driver_info &&
		    str_starts(v->devices->vulkan.v[i].driver_info, "Mesa ")) {
			check_evidence(v->c, f, "Mesa", v->devices->vulkan.v[i].driver_info, NULL);
			return;
		}
}

static void not_seen(struct vulkan *v, uint32_t gpu, const struct vulkan_file *d)
{
	const struct snapshot *s = v->c->snap;
	const struct gpu *g = &s->gpus.v[gpu];
	const char *subject = check_addr(v->c, g->address), *mig = mig_without_graphics(s, gpu);
	struct finding *f;

	if (mig) {
		f = check_add(v->c, "GB0119", subject, gpu, "%s is cut by MIG and has no Vulkan",
			      g->name);
		check_evidence(v->c, f, mig, "on", NULL);
	} else if (fails_as_whole(v, g->vendor) && sees_some_only(s, g->vendor)) {
		f = check_add(v->c, "GB0115", subject, gpu,
			      "%s: its Vulkan driver fails, and nodes of other GPUs are missing",
			      g->name);
		nodes_of_all(v, f, g->vendor, NULL);
	} else {
		f = check_add(v->c, "GB0120", subject, gpu,
			      "%s: the Vulkan driver %s does not see it", g->name,
			      say_driver(v, d));
		check_evidence(v->c, f, d->path, d->library, NULL);
		not_seen_why(v, f, g, row_of(d));
	}
	report_evidence(v->c, f, v->devices);
}

static void hidden(struct vulkan *v, uint32_t gpu, const struct vulkan_file *d)
{
	const struct gpu *g = &v->c->snap->gpus.v[gpu];
	const char *set = report_variable(v->files, d->left_out_by ? d->left_out_by : "");
	struct finding *f;

	f = check_add(v->c, "GB0111", check_addr(v->c, g->address), gpu,
		      "%s: %s keeps its Vulkan driver %s out", g->name,
		      d->left_out_by ? d->left_out_by : "a variable", say_driver(v, d));
	check_evidence(v->c, f, "environment", set ? set : d->left_out_by, NULL);
	check_evidence(v->c, f, d->path, d->library, NULL);
}

static void no_driver(struct vulkan *v, uint32_t gpu)
{
	const struct snapshot *s = v->c->snap;
	const struct gpu *g = &s->gpus.v[gpu];
	const struct facts_vulkan_driver *row;
	const char *subject = check_addr(v->c, g->address);
	struct finding *f;

	for (row = facts_vulkan_drivers; row->library; row++)
		if (row->vendor == g->vendor && row->package &&
		    facts_vulkan_driver_works(row, g->driver))
			break;
	if (s->platform.virt == VIRT_KIND_CONTAINER && row->library && row->companions) {
		f = check_add(v->c, "GB0118", subject, gpu,
			      "%s: the container has no graphics driver for it", g->name);
	} else {
		f = check_add(v->c, "GB0101", subject, gpu, "%s has no Vulkan driver", g->name);
		if (!row->library)
			check_remedy(
				v->c, f,
				"No Vulkan driver works with the kernel driver %s; use another one for this GPU.",
				g->driver);
		else
			check_remedy(v->c, f, "Install the Vulkan driver %s: package %s.",
				     row->name, row->package);
	}
	check_evidence(v->c, f, "vulkan/icd.d",
		       arena_printf(v->c->arena, "%u manifests, none for it", v->files->drivers.n),
		       NULL);
}

/* Why the loader has nothing for this GPU: the best of its driver's manifests decides. */
static void gpu_without(struct vulkan *v, uint32_t gpu)
{
	const struct gpu *g = &v->c->snap->gpus.v[gpu];
	const struct vulkan_file *working = NULL, *unused = NULL, *broken = NULL;
	uint32_t i;

	for (i = 0; i < v->files->drivers.n; i++) {
		const struct vulkan_file *d = &v->files->drivers.v[i];
		const struct facts_vulkan_driver *row = row_of(d);

		if (!row || row->vendor != g->vendor || !facts_vulkan_driver_works(row, g->driver))
			continue;
		if (FIELD_KNOWN(d, vulkan_file, used) && !d->used)
			unused = d;
		else if (works(d))
			working = d;
		else
			broken = d;
	}
	if (working)
		not_seen(v, gpu, working);
	else if (unused && !broken)
		hidden(v, gpu, unused);
	else if (!broken)
		no_driver(v, gpu);
}

/* The render node of a GPU that was closed to who asked, or NULL. */
static const struct drm_node *closed_node(const struct vulkan *v, uint32_t gpu)
{
	const struct gpu *g = &v->c->snap->gpus.v[gpu];
	uint32_t i, k;

	for (i = 0; i < g->drm.n; i++) {
		const struct drm_node *d = &v->c->snap->drm.v[g->drm.v[i]];

		for (k = 0; d->kind == DRM_KIND_RENDER && k < v->devices->left_out.n; k++)
			if (str_starts(v->devices->left_out.v[k],
				       arena_printf(v->c->arena, "/dev/dri/%s:", d->name)))
				return d;
	}
	return NULL;
}

static void closed(struct vulkan *v, uint32_t gpu, const struct drm_node *d)
{
	const struct gpu *g = &v->c->snap->gpus.v[gpu];
	struct finding *f;

	if (access_is_said(v->c, d))
		return;
	f = check_add(v->c, "GB0110", check_addr(v->c, g->address), gpu,
		      "%s: %s may not open %s, which Vulkan needs", g->name, user_name(v->c),
		      d->path);
	access_evidence(v->c, f, d);
	access_remedy_refused(v->c, f, d);
}

static bool is_expected(const struct vulkan *v, uint32_t gpu)
{
	const struct gpu *g = &v->c->snap->gpus.v[gpu];
	uint32_t i;

	if (!gpu_is_served(g) || !gpu_is_given(v->c, g) ||
	    facts_family_no_vulkan(media_family(v->c->snap, g)))
		return false;
	/* A driver that was not asked, because a GPU of its vendor sleeps or is lost, says nothing. */
	for (i = 0; v->files && i < v->files->drivers.n; i++)
		if (v->files->drivers.v[i].vendor == g->vendor &&
		    str_eq(v->files->drivers.v[i].left_out_by, "not asked now"))
			return false;
	return !(FIELD_KNOWN(g, gpu, asleep) && g->asleep);
}

static void coverage(struct vulkan *v)
{
	bool software = false, hardware = false, without = false;
	struct finding *f;
	uint32_t i;

	for (i = 0; i < v->devices->vulkan.n; i++) {
		software |= v->devices->vulkan.v[i].type == VULKAN_TYPE_CPU;
		hardware |= v->devices->vulkan.v[i].type != VULKAN_TYPE_CPU;
	}
	for (i = 0; i < v->c->snap->gpus.n; i++) {
		if (has_device(v, i) || !is_expected(v, i))
			continue;
		without = true;
		if (closed_node(v, i))
			closed(v, i, closed_node(v, i));
		else if (v->files)
			gpu_without(v, i);
	}
	if (!software || hardware || !without)
		return;
	f = check_add(v->c, "GB0106", "vulkan", NONE, "only software Vulkan: %s is the only device",
		      v->devices->vulkan.v[0].name);
	check_evidence(v->c, f, "vulkan", v->devices->vulkan.v[0].name, "a GPU");
}

static void device_opens(struct vulkan *v, const struct vulkan_device *d)
{
	const char *subject =
		FIELD_KNOWN(d, vulkan_device, address) ? check_addr(v->c, d->address) : d->name;
	struct finding *f;

	if (d->type == VULKAN_TYPE_CPU || !FIELD_KNOWN(d, vulkan_device, opens) || d->opens)
		return;
	f = check_add(v->c, "GB0114", subject, d->gpu, "Vulkan lists %s but cannot use it: %s",
		      d->name, d->error ? d->error : "no reason given");
	check_evidence(v->c, f, d->driver ? d->driver : "vulkan", d->error, NULL);
}

static void order(struct vulkan *v)
{
	const struct vulkan_device *first = v->devices->vulkan.v, *best = NULL;
	struct finding *f;
	uint32_t i;

	for (i = 1; i < v->devices->vulkan.n; i++)
		if (!best && v->devices->vulkan.v[i].type == VULKAN_TYPE_DISCRETE)
			best = &v->devices->vulkan.v[i];
	if (!best || first->type == VULKAN_TYPE_DISCRETE)
		return;
	f = check_add(v->c, "GB0113", "vulkan", best->gpu, "the first Vulkan device is %s, not %s",
		      first->name, best->name);
	check_evidence(v->c, f, "vulkan", first->name, best->name);
	check_remedy(
		v->c, f,
		"To choose it: VK_LOADER_DEVICE_SELECT=%llx:%llx or MESA_VK_DEVICE_SELECT=%llx:%llx, or 'gpubay run --vulkan'.",
		(unsigned long long)best->vendor_id, (unsigned long long)best->device_id,
		(unsigned long long)best->vendor_id, (unsigned long long)best->device_id);
}

static void devices(struct vulkan *v)
{
	const struct report *r = v->devices;
	uint32_t i;

	if (report_failed(r) && v->n_broken == 0) {
		struct finding *f = check_add(v->c, "GB0108", "vulkan", NONE, "asking Vulkan: %s",
					      enum_name(&report_outcome_tab, r->outcome));

		report_evidence(v->c, f, r);
	} else if (report_failed(r)) {
		return; /* the driver that does it is named */
	} else if (r->outcome == REPORT_OUTCOME_ABSENT && v->c->snap->gpus.n) {
		report_evidence(
			v->c,
			check_add(v->c, "GB0121", "vulkan", NONE, "no Vulkan loader can be used"),
			r);
	} else if (r->outcome == REPORT_OUTCOME_FRESH || r->outcome == REPORT_OUTCOME_DENIED) {
		for (i = 0; i < r->vulkan.n; i++)
			device_opens(v, &r->vulkan.v[i]);
		if (r->vulkan.n)
			order(v);
		coverage(v);
	}
}

static void run(struct check *c)
{
	struct vulkan v = {.c = c,
			   .devices = report_find(c->snap, REPORT_KIND_VULKAN),
			   .files = report_find(c->snap, REPORT_KIND_VULKAN_FILES)};

	if (v.files &&
	    (v.files->outcome != REPORT_OUTCOME_FRESH || !FIELD_KNOWN(v.files, report, drivers)))
		v.files = NULL;
	if (v.files) {
		files(&v);
		variables(&v);
	}
	if (v.devices)
		devices(&v);
}

const struct check_fn check_vulkan_fns[] = {
	{"vulkan",
	 "GB0101 GB0102 GB0103 GB0104 GB0105 GB0106 GB0107 GB0108 GB0109 GB0110 GB0111 GB0112 GB0113 GB0114 GB0115 GB0116 GB0118 "
	 "GB0119 GB0120 GB0121 GB0122",
	 run},
	{0},
};
