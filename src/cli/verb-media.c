/* SPDX-License-Identifier: Apache-2.0 */
/* What each render node decodes and encodes, against what GPUs of its family can. */
#include "base/parse.h"
#include "check/media.h"
#include "cli/words.h"
#include "codec/json.h"

enum {
	PHASES = PROBE_ALL & ~PROBE_EDID & ~PROBE_TYPEC & ~PROBE_RDMA & ~PROBE_EXTLINK,
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

static const char *say_end(struct cli *c, const struct media_node *n)
{
	const char *outcome = enum_name(&report_outcome_tab, n->outcome);

	if (FIELD_KNOWN(n, media_node, error))
		return arena_printf(c->a, "refused: %s", n->error);
	if (!n->message)
		return outcome;
	return n->outcome == REPORT_OUTCOME_PENDING ?
		       n->message :
		       arena_printf(c->a, "%s: %s", outcome, n->message);
}

/* What is asked about, and the GPU behind it: on one line where there is room. */
static void print_head(struct cli *c, const char *place, const struct gpu *g)
{
	const char *name = g ? say_name(c, g) : "", *address = g ? say_addr(c, g->address) : "";
	bool fits = strlen(place) + strlen(address) + strlen(name) + 4 <= c->width;

	buf_addf(&c->out, "%s%s%s%s%s%s%s\n", cli_bold(c), place, cli_plain(c), g ? "  " : "",
		 address,
		 !g   ? "" :
		 fits ? "  " :
			"\n  ",
		 name);
}

static void print_node(struct cli *c, const struct media_node *n)
{
	const struct gpu *g = n->gpu == NONE ? NULL : &c->snap->gpus.v[n->gpu];
	uint32_t i;

	print_head(c, arena_printf(c->a, "%s%s", *n->node ? "/dev/dri/" : n->interface, n->node),
		   g);
	if (n->outcome != REPORT_OUTCOME_FRESH || FIELD_KNOWN(n, media_node, error))
		text_wrap(c, 2, say_end(c, n));
	else if (*n->node)
		text_wrap(c, 2, n->vendor ? n->vendor : "unknown driver");
	for (i = 0; i < n->left_out.n; i++)
		text_wrap(c, 2, n->left_out.v[i]);
	if (n->codecs.n)
		print_codecs(c, n);
	print_reasons(c, n);
	buf_addc(&c->out, '\n');
}

/* "H.264, HEVC 10 bit": what the tables promise of a family, by one bit. */
static const char *say_promise(struct cli *c, const struct facts_media *row, unsigned bit)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	const struct facts_codec *codec;

	for (codec = facts_codecs; codec->key; codec++)
		if (facts_media_promise(row, codec->key) & bit)
			buf_addf(&b, "%s%s", b.n ? ", " : "",
				 media_codec_name(c->a, codec->name, codec->depth, codec->chroma));
	return b.n ? arena_strn(c->a, b.p, b.n) : "nothing";
}

/* Of NVIDIA's GPUs, what their own interface does. */
static const struct facts_media *row_of(struct cli *c, const struct gpu *g)
{
	return facts_media_of(media_family(c->snap, g),
			      g->vendor == GPU_VENDOR_NVIDIA ? FACTS_NVCODEC : NULL);
}

/* A GPU that nobody could be asked about: what its family can is known all the same. Once for all of that family. */
static void print_family(struct cli *c, uint32_t gpu, bool all)
{
	const struct gpu *g = c->snap->gpus.v;
	const char *family = media_family(c->snap, &g[gpu]);
	const struct facts_media *row = row_of(c, &g[gpu]);
	uint32_t i;

	for (i = 0; all && i < gpu; i++)
		if (str_eq(media_family(c->snap, &g[i]), family))
			return;
	for (i = gpu; i < c->snap->gpus.n; i++)
		if (i == gpu || (all && str_eq(media_family(c->snap, &g[i]), family)))
			buf_addf(&c->out, "%s%s%s  %s\n", cli_bold(c), say_addr(c, g[i].address),
				 cli_plain(c), say_name(c, &g[i]));
	if (!row) {
		text_wrap(c, 2, "gpubay's tables do not say what this family can");
		return;
	}
	text_wrap(c, 2,
		  arena_printf(c->a, "its family decodes: %s", say_promise(c, row, CODEC_DECODE)));
	text_wrap(c, 2,
		  arena_printf(c->a, "its family encodes: %s", say_promise(c, row, CODEC_ENCODE)));
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
		       const struct finding_list *findings, uint32_t gpu)
{
	uint32_t i;

	if (nodes->n == 0)
		buf_adds(&c->out,
			 !c->snap->gpus.n ? "no GPU, so no video\n" :
			 c->tree->live	  ? "no GPU has a render node that could be asked\n" :
					    "this source does not say what the drivers offer\n\n");
	for (i = 0; nodes->n == 0 && i < c->snap->gpus.n; i++)
		if (gpu == NONE || gpu == i)
			print_family(c, i, gpu == NONE);
	for (i = 0; i < nodes->n; i++)
		print_node(c, &nodes->v[i]);
	print_vpl(c);
	for (i = 0; i < findings->n; i++)
		finding_print(c, &findings->v[i], true);
}

static json_t *promise_json(const struct facts_media *row, unsigned bit)
{
	json_t *a = row ? json_array() : json_null();
	const struct facts_codec *codec;

	for (codec = facts_codecs; row && codec->key; codec++)
		if (facts_media_promise(row, codec->key) & bit)
			json_array_append_new(a, json_string(codec->key));
	return a;
}

/* What the tables promise of each GPU's family, in the keys of 'gpubay facts codecs'; null where they have no row. */
static json_t *families_json(struct cli *c, uint32_t gpu)
{
	json_t *a = json_array();
	uint32_t i;

	for (i = 0; i < c->snap->gpus.n; i++) {
		const struct gpu *g = &c->snap->gpus.v[i];
		const struct facts_media *row = row_of(c, g);
		json_t *o;

		if (gpu != NONE && gpu != i)
			continue;
		o = json_pack("{s:s, s:s, s:s}", "id", g->id, "address", say_addr(c, g->address),
			      "name", say_name(c, g));
		json_object_set_new(o, "family_decodes", promise_json(row, CODEC_DECODE));
		json_object_set_new(o, "family_encodes", promise_json(row, CODEC_ENCODE));
		json_array_append_new(a, o);
	}
	return a;
}

static void print_json(struct cli *c, const struct media_node_list *nodes,
		       const struct finding_list *findings, uint32_t gpu)
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
	json_object_set_new(doc, "gpus", families_json(c, gpu));
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
	r = cli_reports(c, PHASES, REPORTS_MEDIA, gpu);
	strs_add(c->a, &topics, "media");
	strs_add(c->a, &topics, "userspace");
	if (r == 0)
		r = cli_findings(c, &topics, &findings);
	if (r)
		return r;
	media_nodes(c->snap, c->a, &nodes);
	(c->json ? print_json : print_text)(c, &nodes, &findings, gpu);
	return cli_status_of(&findings);
}

const struct verb verb_media = {
	.name = "media",
	.args = "[GPU]",
	.summary = "which video codecs each GPU decodes and encodes",
	.about =
		"Asks VA-API about each render node, and NVDEC and NVENC about each NVIDIA GPU, in a worker that may crash or hang, and prints "
		"what it decodes (D) and encodes (E), codec by codec and bit depth, with the rate control of its encoders. What GPUs of the family can and this driver does not offer is "
		"marked, with the reason. A GPU that is asleep is not asked without --wake.",
	.max = 1,
	.run = run,
};
