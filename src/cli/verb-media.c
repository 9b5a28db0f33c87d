/* SPDX-License-Identifier: Apache-2.0 */
/* What each render node decodes and encodes, against what GPUs of its family can. */
#include "base/parse.h"
#include "check/media.h"
#include "cli/words.h"
#include "codec/json.h"

enum {
	PHASES = PROBE_ALL & ~PROBE_EDID & ~PROBE_TYPEC & ~PROBE_RDMA & ~PROBE_EXTLINK,
	KINDS = 1u << REPORT_KIND_VA | 1u << REPORT_KIND_VPL,
};

/* "D", "E", "DE"; in brackets what is promised and missing. */
static const char *say_ability(struct cli *c, bool has, bool promised, bool known,
			       const char *letter)
{
	if (has)
		return letter;
	return known && promised ?
		       arena_printf(c->a, "%s(%s missing)%s", cli_red(c), letter, cli_plain(c)) :
		       "";
}

static const char *say_codec(struct cli *c, const struct media_codec *m)
{
	bool known = FIELD_KNOWN(m, media_codec, decode_promised);
	const char *d = say_ability(c, m->decode, m->decode_promised, known, "D");
	const char *e = say_ability(c, m->encode, m->encode_promised, known, "E");

	return *d || *e		? arena_printf(c->a, "%s%s", d, e) :
	       m->never_encoded ? "- (never on this family)" :
				  "-";
}

static const char *say_rates(struct cli *c, const struct media_codec *m)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (i = 0; i < m->rate_control.n; i++)
		buf_addf(&b, "%s%s", i ? " " : "", m->rate_control.v[i]);
	return b.n ? arena_strn(c->a, b.p, b.n) : "";
}

static const char *say_size(struct cli *c, const struct media_codec *m)
{
	if (!FIELD_KNOWN(m, media_codec, width_max) || !FIELD_KNOWN(m, media_codec, height_max))
		return "";
	return arena_printf(c->a, "%ux%u", m->width_max, m->height_max);
}

/* Codecs that neither are there nor are promised say nothing. */
static bool is_shown(const struct media_codec *m)
{
	return m->decode || m->encode || m->decode_promised || m->encode_promised;
}

static void print_codecs(struct cli *c, const struct media_node *n)
{
	static const char *const heads[] = {"CODEC", "BITS",  "CHROMA",
					    "DOES",  "UP TO", "RATE CONTROL"};
	struct table t = {.columns = ARRAY_LEN(heads), .heads = heads, .flexible = 5};
	uint32_t i;

	for (i = 0; i < n->codecs.n; i++) {
		const struct media_codec *m = &n->codecs.v[i];

		if (!is_shown(m))
			continue;
		strs_add(c->a, &t.cells, m->codec);
		strs_add(c->a, &t.cells, arena_printf(c->a, "%u", m->depth));
		strs_add(c->a, &t.cells, m->chroma);
		strs_add(c->a, &t.cells, say_codec(c, m));
		strs_add(c->a, &t.cells, say_size(c, m));
		strs_add(c->a, &t.cells, say_rates(c, m));
	}
	if (t.cells.n)
		table_print(c, &t);
	else
		buf_adds(&c->out, "  neither decodes nor encodes anything\n");
}

static void print_reasons(struct cli *c, const struct media_node *n)
{
	const char *why = NULL;
	uint32_t i;

	for (i = 0; i < n->codecs.n; i++)
		if (FIELD_KNOWN(&n->codecs.v[i], media_codec, missing) && *n->codecs.v[i].missing)
			why = n->codecs.v[i].missing;
	if (why)
		text_wrap(c, 2, arena_printf(c->a, "missing: %s", why));
}

static void print_node(struct cli *c, const struct media_node *n)
{
	const struct gpu *g = n->gpu == NONE ? NULL : &c->snap->gpus.v[n->gpu];

	buf_addf(&c->out, "%s/dev/dri/%s%s", cli_bold(c), n->node, cli_plain(c));
	if (g)
		buf_addf(&c->out, "  %s  %s", say_addr(c, g->address), say_name(c, g));
	buf_addc(&c->out, '\n');
	if (n->outcome != REPORT_OUTCOME_FRESH || FIELD_KNOWN(n, media_node, error)) {
		text_wrap(c, 2,
			  FIELD_KNOWN(n, media_node, error) ?
				  arena_printf(c->a, "refused: %s", n->error) :
			  n->message ? arena_printf(c->a, "%s: %s",
						    enum_name(&report_outcome_tab, n->outcome),
						    n->message) :
				       enum_name(&report_outcome_tab, n->outcome));
		buf_addc(&c->out, '\n');
		return;
	}
	text_wrap(c, 2, n->vendor ? n->vendor : "unknown driver");
	print_codecs(c, n);
	print_reasons(c, n);
	buf_addc(&c->out, '\n');
}

static void print_vpl(struct cli *c)
{
	uint32_t i, k;

	for (i = 0; i < c->snap->reports.n; i++) {
		const struct report *r = &c->snap->reports.v[i];

		if (r->kind != REPORT_KIND_VPL)
			continue;
		if (r->vpl.n == 0)
			text_wrap(c, 0, arena_printf(c->a, "oneVPL: %s", say_outcome(c, r)));
		for (k = 0; k < r->vpl.n; k++) {
			const struct vpl_implementation *m = &r->vpl.v[k];

			buf_addf(&c->out, "oneVPL: %s %s, %s%s%s\n", m->name ? m->name : "unknown",
				 m->api_version ? m->api_version : "",
				 m->hardware ? "hardware" : "software", m->gpu == NONE ? "" : ", ",
				 m->gpu == NONE ? "" :
						  say_addr(c, c->snap->gpus.v[m->gpu].address));
		}
		buf_addc(&c->out, '\n');
	}
}

static void print_text(struct cli *c, const struct media_node_list *nodes,
		       const struct finding_list *findings)
{
	uint32_t i;

	if (nodes->n == 0)
		buf_adds(&c->out, c->snap->gpus.n ? "no render node of a GPU was asked\n" :
						    "no GPU, so no video\n");
	for (i = 0; i < nodes->n; i++)
		print_node(c, &nodes->v[i]);
	print_vpl(c);
	for (i = 0; i < findings->n; i++)
		finding_print(c, &findings->v[i], true);
}

static void print_json(struct cli *c, const struct media_node_list *nodes,
		       const struct finding_list *findings)
{
	json_t *doc = json_document("media"), *vpl = json_array();
	uint32_t i;

	json_object_set_new(
		doc, "nodes",
		json_array_of(c->snap, nodes->v, nodes->n, sizeof(*nodes->v), media_node_fields));
	for (i = 0; i < c->snap->reports.n; i++)
		if (c->snap->reports.v[i].kind == REPORT_KIND_VPL)
			json_array_append_new(vpl, json_object_of(c->snap, &c->snap->reports.v[i],
								  report_fields));
	json_object_set_new(doc, "vpl", vpl);
	json_object_set_new(doc, "findings", json_findings(c->snap, findings));
	json_print(doc, &c->out);
}

static int run(struct cli *c)
{
	struct media_node_list nodes;
	struct finding_list findings;
	struct strs topics = {0};
	uint32_t gpu = NONE;
	int r = cli_snapshot(c, PROBE_LIST);

	if (r)
		return r;
	if (c->args.n && (gpu = cli_gpu(c, c->args.v[0], &r)) == NONE)
		return r;
	r = cli_reports(c, PHASES, KINDS, gpu);
	strs_add(c->a, &topics, "media");
	strs_add(c->a, &topics, "userspace");
	if (r == 0)
		r = cli_findings(c, &topics, &findings);
	if (r)
		return r;
	media_nodes(c->snap, c->a, &nodes);
	(c->json ? print_json : print_text)(c, &nodes, &findings);
	return cli_status_of(&findings);
}

const struct verb verb_media = {
	.name = "media",
	.args = "[GPU]",
	.summary = "which video codecs each GPU decodes and encodes",
	.about =
		"Asks VA-API about each render node, in a worker that may crash or hang, and prints what it decodes (D) and encodes (E), codec "
		"by codec and bit depth, with the rate control of its encoders. What GPUs of the family can and this driver does not offer is "
		"marked, with the reason. A GPU that is asleep is not asked without --wake.",
	.max = 1,
	.run = run,
};
