/* SPDX-License-Identifier: Apache-2.0 */
/* What Vulkan programs see, matched with the GPUs that are there. A software renderer never counts as a GPU. */
#include "base/parse.h"
#include "check/media.h"
#include "check/reports.h"
#include "cli/words.h"
#include "codec/json.h"
#include "facts/vulkan.h"

enum {
	PHASES = PROBE_ALL & ~PROBE_EDID & ~PROBE_TYPEC & ~PROBE_FILES,
};

static const struct vulkan_device *device_of(const struct report *r, uint32_t gpu)
{
	uint32_t i;

	for (i = 0; r && i < r->vulkan.n; i++)
		if (r->vulkan.v[i].gpu == gpu)
			return &r->vulkan.v[i];
	return NULL;
}

static const char *say_gpu(struct cli *c, const struct vulkan_device *d)
{
	if (d->type == VULKAN_TYPE_CPU)
		return "none: software";
	return d->gpu == NONE ? "none known" : say_addr(c, c->snap->gpus.v[d->gpu].address);
}

static const char *say_driver_of(struct cli *c, const struct vulkan_device *d)
{
	const char *name = d->driver ? d->driver : "unknown";

	return d->driver_info && *d->driver_info ?
		       d->driver_info :
		       arena_printf(c->a, "%s %s", name,
				    d->driver_version ? d->driver_version : "");
}

static void print_devices(struct cli *c, const struct report *r)
{
	static const char *const heads[] = {"", "DEVICE", "TYPE", "API", "MEMORY", "DRIVER", "GPU"};
	/* Which driver it is stands with the GPUs below, too. */
	struct table t = {.columns = ARRAY_LEN(heads), .heads = heads, .flexible = 5};
	uint32_t i;

	if (r->vulkan.n == 0) {
		buf_adds(&c->out, "no Vulkan device\n");
		return;
	}
	for (i = 0; i < r->vulkan.n; i++) {
		const struct vulkan_device *d = &r->vulkan.v[i];

		strs_add(c->a, &t.cells, arena_printf(c->a, "%u", d->index));
		strs_add(c->a, &t.cells, d->name ? d->name : "unknown");
		strs_add(c->a, &t.cells, enum_name(&vulkan_type_tab, d->type));
		strs_add(c->a, &t.cells, d->api_version ? d->api_version : "unknown");
		strs_add(c->a, &t.cells,
			 FIELD_KNOWN(d, vulkan_device, memory_bytes) ?
				 say_bytes(c, d->memory_bytes) :
				 "unknown");
		strs_add(c->a, &t.cells, say_driver_of(c, d));
		strs_add(c->a, &t.cells, say_gpu(c, d));
	}
	table_print(c, &t);
}

/* A GPU without a device: that there is none is known only where its driver was asked. */
static const char *say_none(struct cli *c, const struct report *r, const struct gpu *g)
{
	const char *vendor = enum_name(&gpu_vendor_tab, g->vendor);

	if (r->about && str_starts(r->about, "not=") && strstr(r->about, vendor))
		return "not asked, because a GPU of its maker is asleep (--wake asks it) or lost";
	if (r->outcome != REPORT_OUTCOME_FRESH && r->outcome != REPORT_OUTCOME_DENIED)
		return "not known";
	return facts_family_no_vulkan(media_family(c->snap, g)) ?
		       "no driver of this family has Vulkan" :
		       "no Vulkan";
}

static void print_gpus(struct cli *c, const struct report *r)
{
	uint32_t i;

	for (i = 0; i < c->snap->gpus.n; i++) {
		const struct gpu *g = &c->snap->gpus.v[i];
		const struct vulkan_device *d = device_of(r, i);
		bool good = d && (!FIELD_KNOWN(d, vulkan_device, opens) || d->opens);

		buf_addf(&c->out, "%sGPU %u  %s  %s: %s%s\n", good ? "" : cli_yellow(c), g->index,
			 say_addr(c, g->address), say_name(c, g),
			 good ? arena_printf(c->a, "device %u, %s", d->index, say_driver_of(c, d)) :
			 d    ? "listed, does not open" :
				say_none(c, r, g),
			 good ? "" : cli_plain(c));
	}
}

/* What the loader makes of a manifest, in a word. */
static const char *say_use(const struct vulkan_file *f)
{
	if (FIELD_KNOWN(f, vulkan_file, used) && !f->used)
		return "left out";
	return FIELD_KNOWN(f, vulkan_file, result) ? enum_name(&library_result_tab, f->result) :
						     "not tried";
}

static void print_files(struct cli *c, const char *head, const struct vulkan_file_list *l)
{
	const char *const heads[] = {head, "LIBRARY", "RESULT"};
	struct table t = {.columns = ARRAY_LEN(heads), .heads = heads, .flexible = 0};
	uint32_t i;

	if (l->n == 0) {
		buf_addf(&c->out, "\n%s: none\n", head);
		return;
	}
	buf_addc(&c->out, '\n');
	for (i = 0; i < l->n; i++) {
		strs_add(c->a, &t.cells, l->v[i].path ? l->v[i].path : "");
		strs_add(c->a, &t.cells, l->v[i].library ? str_base(l->v[i].library) : "none");
		strs_add(c->a, &t.cells, say_use(&l->v[i]));
	}
	table_print(c, &t);
}

static void print_text(struct cli *c, const struct report *r, const struct report *files,
		       const struct finding_list *findings)
{
	uint32_t i;

	if (!r) {
		buf_adds(&c->out, "this source does not say what Vulkan programs see\n");
	} else if (r->outcome == REPORT_OUTCOME_FRESH || r->vulkan.n) {
		buf_addf(&c->out, "%sVulkan loader %s%s\n", cli_bold(c),
			 r->library_version ? r->library_version : "unknown", cli_plain(c));
		if (FIELD_KNOWN(r, report, error))
			text_wrap(c, 2, r->error);
		print_devices(c, r);
	} else {
		text_wrap(c, 0, arena_printf(c->a, "Vulkan: %s", say_outcome(c, r)));
	}
	for (i = 0; r && i < r->left_out.n; i++)
		text_wrap(c, 2, arena_printf(c->a, "not asked: %s", r->left_out.v[i]));
	if (r && c->snap->gpus.n) {
		buf_addc(&c->out, '\n');
		print_gpus(c, r);
	}
	if (files && !FIELD_KNOWN(files, report, drivers)) {
		text_wrap(c, 0, arena_printf(c->a, "\nmanifests: %s", say_outcome(c, files)));
	} else if (files) {
		print_files(c, "DRIVER MANIFEST", &files->drivers);
		print_files(c, "LAYER MANIFEST", &files->layers);
		for (i = 0; i < files->variables.n; i++)
			text_wrap(c, 0,
				  arena_printf(c->a, "%sset: %s", i ? "" : "\n",
					       files->variables.v[i]));
	}
	if (findings->n)
		buf_addc(&c->out, '\n');
	for (i = 0; i < findings->n; i++)
		finding_print(c, &findings->v[i], true);
}

static json_t *gpus_json(struct cli *c, const struct report *r)
{
	json_t *a = json_array();
	uint32_t i;

	for (i = 0; i < c->snap->gpus.n; i++) {
		const struct gpu *g = &c->snap->gpus.v[i];
		const struct vulkan_device *d = device_of(r, i);
		json_t *o = json_pack("{s:s, s:s, s:s}", "id", g->id, "address",
				      say_addr(c, g->address), "name", say_name(c, g));

		json_object_set_new(o, "device", d ? json_integer(d->index) : json_null());
		json_array_append_new(a, o);
	}
	return a;
}

static void print_json(struct cli *c, const struct report *r, const struct report *files,
		       const struct finding_list *findings)
{
	json_t *doc = json_document("vulkan");

	json_object_set_new(doc, "report",
			    r ? json_object_of(c->snap, r, report_fields) : json_null());
	json_object_set_new(doc, "files",
			    files ? json_object_of(c->snap, files, report_fields) : json_null());
	json_object_set_new(doc, "gpus", gpus_json(c, r));
	json_object_set_new(doc, "findings", json_findings(c->snap, findings));
	json_print(doc, &c->out);
}

static int run(struct cli *c)
{
	const struct report *r, *files;
	struct finding_list findings;
	struct strs topics = {0};
	int code = cli_snapshot(c, PROBE_LIST);

	if (code == 0)
		code = cli_reports(c, PHASES, REPORTS_VULKAN, NONE);
	strs_add(c->a, &topics, "vulkan");
	strs_add(c->a, &topics, "userspace");
	if (code == 0)
		code = cli_findings(c, &topics, &findings);
	if (code)
		return code;
	r = report_find(c->snap, REPORT_KIND_VULKAN);
	files = report_find(c->snap, REPORT_KIND_VULKAN_FILES);
	(c->json ? print_json : print_text)(c, r, files, &findings);
	return cli_status_of(&findings);
}

const struct verb verb_vulkan = {
	.name = "vulkan",
	.args = "",
	.summary = "what Vulkan programs see of the GPUs, and why not more",
	.about =
		"Asks Vulkan through the system's loader, in a worker that may crash or hang, opens each device, and matches it with the "
		"GPUs of this machine; a software renderer never counts. Names the driver and layer manifests that the loader finds, what it "
		"leaves out, and what came of loading each. A GPU that is asleep is not asked without --wake.",
	.run = run,
};
