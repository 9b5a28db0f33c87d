/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"
#include "check/media.h"
#include "cli/words.h"
#include "codec/json.h"
#include "codec/text.h"

static json_t *pci_json(struct cli *c, const struct gpu *g)
{
	json_t *a = json_array();
	uint32_t i;

	for (i = 0; i < g->functions.n; i++)
		json_array_append_new(a, json_object_of(c->snap, &c->snap->pci.v[g->functions.v[i]], pci_device_fields));
	return a;
}

static json_t *drm_json(struct cli *c, const struct gpu *g)
{
	json_t *a = json_array();
	uint32_t i;

	for (i = 0; i < g->drm.n; i++)
		json_array_append_new(a, json_object_of(c->snap, &c->snap->drm.v[g->drm.v[i]], drm_node_fields));
	return a;
}

static json_t *connectors_json(struct cli *c, const struct gpu *g)
{
	json_t *a = json_array();
	uint32_t i;

	for (i = 0; i < g->connectors.n; i++)
		json_array_append_new(a, json_object_of(c->snap, &c->snap->connectors.v[g->connectors.v[i]], connector_fields));
	return a;
}

/* What is about this GPU, or about no single one. */
static bool concerns(const struct report *r, const struct gpu *g)
{
	return !FIELD_KNOWN(r, report, gpu) || r->gpu == NONE || r->gpu == g->index;
}

static json_t *reports_json(struct cli *c, const struct gpu *g)
{
	json_t *a = json_array();
	uint32_t i;

	for (i = 0; i < c->snap->reports.n; i++)
		if (concerns(&c->snap->reports.v[i], g))
			json_array_append_new(a, json_object_of(c->snap, &c->snap->reports.v[i], report_fields));
	return a;
}

/* Of this GPU, and of the libraries that were asked about it: those have no GPU where they fail for all. */
static bool is_of(const struct finding *f, uint32_t gpu)
{
	static const char *const libraries[] = {"vulkan", "media", "userspace"};
	unsigned i;

	for (i = 0; f->gpu == NONE && i < ARRAY_LEN(libraries); i++)
		if (str_eq(f->topic, libraries[i]))
			return true;
	return f->gpu == gpu;
}

static void only_this(struct finding_list *l, uint32_t gpu)
{
	uint32_t i, n = 0;

	for (i = 0; i < l->n; i++)
		if (is_of(&l->v[i], gpu))
			l->v[n++] = l->v[i];
	l->n = n;
}

static void print_json(struct cli *c, const struct gpu *g, const struct finding_list *findings)
{
	json_t *doc = json_document("gpu");

	json_object_set_new(doc, "gpu", json_object_of(c->snap, g, gpu_fields));
	json_object_set_new(doc, "pci", pci_json(c, g));
	json_object_set_new(doc, "drm", drm_json(c, g));
	json_object_set_new(doc, "connectors", connectors_json(c, g));
	json_object_set_new(doc, "reports", reports_json(c, g));
	json_object_set_new(doc, "findings", json_findings(c->snap, findings));
	json_print(doc, &c->out);
}

static bool lists(const struct report *r, uint32_t gpu)
{
	uint32_t i;

	for (i = 0; i < r->vulkan.n; i++)
		if (r->vulkan.v[i].gpu == gpu)
			return true;
	return false;
}

/* Of one node, what it decodes or encodes. */
static const char *say_codecs(struct cli *c, const struct media_node *n, bool encode)
{
	const char *list = "";
	uint32_t i;

	for (i = 0; i < n->codecs.n; i++) {
		const struct media_codec *m = &n->codecs.v[i];

		if (encode ? m->encode : m->decode)
			list = arena_printf(c->a, "%s%s%s", list, *list ? ", " : "",
					    media_codec_name(c->a, m->codec, m->depth, m->chroma));
	}
	return *list ? list : "nothing";
}

/* In a line each; 'gpubay media' has the rest. */
static void media_text(struct cli *c, const struct report *r)
{
	struct media_node_list nodes;
	uint32_t i;

	media_nodes(c->snap, c->a, &nodes);
	for (i = 0; i < nodes.n; i++) {
		const struct media_node *n = &nodes.v[i];

		if (!*n->node || !str_eq(n->node, r->about) || !n->codecs.n)
			continue;
		text_wrap(c, 2, n->vendor ? n->vendor : "unknown driver");
		text_wrap(c, 2, arena_printf(c->a, "decodes: %s", say_codecs(c, n, false)));
		text_wrap(c, 2, arena_printf(c->a, "encodes: %s", say_codecs(c, n, true)));
	}
}

/* The manifests of drivers for GPUs of its maker. */
static void files_text(struct cli *c, const struct gpu *g, const struct report *r)
{
	uint32_t i;

	for (i = 0; i < r->drivers.n; i++) {
		const struct vulkan_file *f = &r->drivers.v[i];
		bool out = FIELD_KNOWN(f, vulkan_file, used) && !f->used;

		if (f->vendor == g->vendor)
			text_wrap(c, 2, arena_printf(c->a, "%s: %s%s", f->path,
						     out ? "left out by " : enum_name(&library_result_tab, f->result),
						     out ? f->left_out_by : ""));
	}
}

/* Each library in one line, and what it says of this GPU below it. */
static void reports_text(struct cli *c, const struct gpu *g)
{
	uint32_t i, k;

	for (i = 0; i < c->snap->reports.n; i++) {
		const struct report *r = &c->snap->reports.v[i];

		if (!concerns(r, g))
			continue;
		buf_addf(&c->out, "\n%s%s%s%s%s%s%s\n", cli_bold(c), enum_name(&report_kind_tab, r->kind), r->about ? " " : "",
			 r->about ? r->about : "", cli_plain(c), r->library_version ? "  " : "",
			 r->library_version ? r->library_version : "");
		text_wrap(c, 2, say_outcome(c, r));
		for (k = 0; k < r->nvml.n; k++)
			text_fields(c->snap, &r->nvml.v[k], nvml_device_fields, 2, c->width, &c->out);
		if (r->kind == REPORT_KIND_VA)
			media_text(c, r);
		files_text(c, g, r);
		if (r->kind == REPORT_KIND_VULKAN && r->outcome == REPORT_OUTCOME_FRESH && !lists(r, g->index))
			text_wrap(c, 2, "no device for this GPU");
		for (k = 0; k < r->vulkan.n; k++)
			if (r->vulkan.v[k].gpu == g->index)
				text_fields(c->snap, &r->vulkan.v[k], vulkan_device_fields, 2, c->width, &c->out);
		for (k = 0; k < r->compute.n; k++)
			if (r->compute.v[k].gpu == g->index)
				text_fields(c->snap, &r->compute.v[k], compute_device_fields, 2, c->width, &c->out);
		for (k = 0; k < r->vpl.n; k++)
			if (r->vpl.v[k].gpu == g->index)
				text_fields(c->snap, &r->vpl.v[k], vpl_implementation_fields, 2, c->width, &c->out);
	}
}

static void print_text(struct cli *c, const struct gpu *g, const struct finding_list *findings)
{
	uint32_t i;
	const char *state = enum_name(&gpu_state_tab, g->state), *name = say_name(c, g);
	bool fits = strlen(name) + strlen(state) + 16 <= c->width;

	buf_addf(&c->out, "%sGPU %u  %s%s%s%s%s%s\n", cli_bold(c), g->index, name, cli_plain(c), fits ? "  " : "\n  ",
		 state_colour(c, g->state), state, cli_plain(c));
	text_fields(c->snap, g, gpu_fields, 2, c->width, &c->out);
	for (i = 0; i < g->functions.n; i++) {
		const struct pci_device *d = &c->snap->pci.v[g->functions.v[i]];

		buf_addf(&c->out, "\n%sfunction %s%s\n", cli_bold(c), say_addr(c, d->address), cli_plain(c));
		text_fields(c->snap, d, pci_device_fields, 2, c->width, &c->out);
	}
	for (i = 0; i < g->drm.n; i++) {
		buf_addf(&c->out, "\n%snode %s%s\n", cli_bold(c), c->snap->drm.v[g->drm.v[i]].name, cli_plain(c));
		text_fields(c->snap, &c->snap->drm.v[g->drm.v[i]], drm_node_fields, 2, c->width, &c->out);
	}
	for (i = 0; i < g->connectors.n; i++) {
		buf_addf(&c->out, "\n%sconnector %s%s\n", cli_bold(c), c->snap->connectors.v[g->connectors.v[i]].name, cli_plain(c));
		text_fields(c->snap, &c->snap->connectors.v[g->connectors.v[i]], connector_fields, 2, c->width, &c->out);
	}
	reports_text(c, g);
	buf_addf(&c->out, "\n%sfindings%s  %s\n", cli_bold(c), cli_plain(c), say_counts(c, findings));
	for (i = 0; i < findings->n; i++)
		finding_print(c, &findings->v[i], true);
}

static int run(struct cli *c)
{
	struct finding_list findings;
	int r = cli_snapshot(c, PROBE_ALL);
	uint32_t gpu;

	if (r)
		return r;
	gpu = cli_gpu(c, c->args.v[0], &r);
	if (gpu == NONE)
		return r;
	/* Only now is it known whom to ask about. */
	r = cli_reports(c, PROBE_ALL, 0, gpu);
	if (r == 0 && (gpu = cli_gpu(c, c->args.v[0], &r)) == NONE)
		return r;
	r = cli_findings(c, NULL, &findings);
	if (r)
		return r;
	only_this(&findings, gpu);
	if (c->json)
		print_json(c, &c->snap->gpus.v[gpu], &findings);
	else
		print_text(c, &c->snap->gpus.v[gpu], &findings);
	return cli_status_of(&findings);
}

const struct verb verb_show = {
	.name = "show",
	.args = "GPU",
	.summary = "everything about one GPU",
	.about = "Prints all that is known of one GPU, its functions, nodes and displays, and what is wrong with it. GPU is its number "
		 "in 'gpubay list', its PCI address (0000:03:00.0 or 03:00.0), stable id or the beginning of it, a node (card0, "
		 "renderD128), or a vendor, family or name that fits only one.",
	.min = 1,
	.max = 1,
	.run = run,
};
