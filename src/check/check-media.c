/* SPDX-License-Identifier: Apache-2.0 */
/* Video: whether each render node has its VA-API driver, and whether what programs find offers what the GPU has. */
#include "check/access.h"
#include "check/media.h"
#include "check/reports.h"

#include "base/buf.h"
#include "base/parse.h"
#include "facts/facts.h"

static const char *say_codec(struct arena *a, const struct media_codec *m)
{
	return media_codec_name(a, m->codec, m->depth, m->chroma);
}

static bool is_va(const struct media_node *n)
{
	return *n->node;
}

/* What is asked is called after its node, what needs none after its interface. */
static const char *place_of(const struct media_node *n)
{
	return is_va(n) ? n->node : n->interface;
}

/* What the driver calls itself; NVIDIA's has a version of its interface alone. */
static const char *said_by(const struct media_node *n)
{
	return is_va(n) ? n->vendor : n->version;
}

static const char *subject_of(struct check *c, const struct media_node *n)
{
	return n->gpu == NONE ? place_of(n) : check_addr(c, c->snap->gpus.v[n->gpu].address);
}

static const char *name_of(struct check *c, const struct media_node *n)
{
	return n->gpu == NONE ? place_of(n) : c->snap->gpus.v[n->gpu].name;
}

/* A list in one phrase: "HEVC decode, AV1 encode". */
static void phrase_add(struct buf *b, const char *codec, const char *what)
{
	buf_addf(b, "%s%s%s%s", b->n ? ", " : "", codec, what ? " " : "", what ? what : "");
}

static const struct report *report_of(const struct snapshot *s, const struct media_node *n)
{
	uint32_t i;

	for (i = 0; i < s->reports.n; i++) {
		const struct report *r = &s->reports.v[i];

		if (is_va(n) ? r->kind == REPORT_KIND_VA && str_eq(r->about, n->node) :
			       r->kind == REPORT_KIND_NVCODEC && r->gpu == n->gpu)
			return r;
	}
	return NULL;
}

static void missing(struct check *c, const struct media_node *n)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	const struct facts_va_build *build;
	const char *why = NULL;
	struct finding *f;
	uint32_t i;

	for (i = 0; i < n->codecs.n; i++) {
		const struct media_codec *m = &n->codecs.v[i];

		if (!FIELD_KNOWN(m, media_codec, missing) || !*m->missing)
			continue;
		why = m->missing;
		if (m->decode_promised && !m->decode)
			phrase_add(&b, say_codec(c->arena, m), "decode");
		if (m->encode_promised && !m->encode)
			phrase_add(&b, say_codec(c->arena, m), "encode");
	}
	if (!b.n)
		return;
	f = check_add(c, "GB0204", subject_of(c, n), n->gpu,
		      "%s: not offered although the GPU has it: %s", name_of(c, n), b.p);
	check_evidence(c, f, place_of(n), said_by(n), NULL);
	check_evidence(c, f, place_of(n), why, NULL);
	for (build = facts_va_builds; build->vendor; build++)
		if (str_eq(why, build->say))
			check_remedy(c, f, "%s", build->mend);
}

static void rate_control(struct check *c, const struct media_node *n)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	const char *why = NULL;
	struct finding *f;
	uint32_t i;

	if (n->gpu == NONE || c->snap->gpus.v[n->gpu].vendor != GPU_VENDOR_INTEL)
		return;
	for (i = 0; i < n->codecs.n; i++)
		if (media_lacks_rate_control(&n->codecs.v[i]))
			phrase_add(&b, say_codec(c->arena, &n->codecs.v[i]), NULL);
	if (!b.n)
		return;
	f = check_add(c, "GB0205", subject_of(c, n), n->gpu, "%s encodes without CBR and VBR: %s",
		      name_of(c, n), b.p);
	check_evidence(c, f, place_of(n), "CQP", "CBR VBR");
	if (media_huc(c->snap, c->arena, n->gpu, &why) == 0)
		check_evidence(c, f, "HuC", why, NULL);
}

static void never(struct check *c, const struct media_node *n)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (i = 0; i < n->codecs.n; i++)
		if (n->codecs.v[i].never_encoded && !n->codecs.v[i].encode)
			phrase_add(&b, say_codec(c->arena, &n->codecs.v[i]), NULL);
	if (b.n)
		check_evidence(c,
			       check_add(c, "GB0207", subject_of(c, n), n->gpu,
					 "%s: no GPU of this family encodes %s", name_of(c, n),
					 b.p),
			       place_of(n), said_by(n), NULL);
}

static void driver_fits(struct check *c, const struct media_node *n)
{
	const struct facts_va_driver *d = facts_va_driver_named(n->vendor);
	const struct report *r = report_of(c->snap, n);
	const char *family, *set = r ? report_variable(r, "LIBVA_DRIVER_NAME") : NULL;
	const struct gpu *g;
	struct finding *f;

	if (!d || n->gpu == NONE)
		return;
	g = &c->snap->gpus.v[n->gpu];
	family = media_family(c->snap, g);
	/* Names of drivers that share a vendor string say the same. */
	for (; d->name; d++)
		if (strstr(n->vendor, d->vendor) && facts_va_driver_serves(d, g->driver, family))
			return;
	f = check_add(c, "GB0202", subject_of(c, n), n->gpu, "%s is driven by %s", g->name,
		      n->vendor);
	d = facts_va_driver_for(g->driver, family);
	check_evidence(c, f, place_of(n), said_by(n), d ? d->name : NULL);
	if (set)
		check_evidence(c, f, "environment", set, NULL);
}

/* The driver was found and did not start, as libva says; else it is not there. */
static bool did_not_start(const struct report *r)
{
	return r && r->stderr_tail && strstr(r->stderr_tail, "init failed");
}

static void refused_remedy(struct check *c, struct finding *f, const struct facts_va_driver *d,
			   bool found)
{
	if (d->beside) {
		f->severity = SEVERITY_NOTE;
		check_remedy(
			c, f,
			"Programs that use %s need nothing. For those that know VA-API alone install the driver %s: package %s.",
			d->beside, d->name, d->package);
	} else if (found) {
		check_remedy(
			c, f,
			"The driver %s is here and does not start: update it (package %s).%s%s",
			d->name, d->package, d->minimum ? " " : "", d->minimum ? d->minimum : "");
	} else {
		check_remedy(c, f, "Install the VA-API driver %s: package %s.", d->name,
			     d->package);
	}
}

static void refused(struct check *c, const struct media_node *n)
{
	const struct report *r = report_of(c->snap, n);
	const char *set = r ? report_variable(r, "LIBVA_DRIVER_NAME") : NULL,
		   *name = set ? strchr(set, '=') + 1 : NULL;
	const struct gpu *g = n->gpu == NONE ? NULL : &c->snap->gpus.v[n->gpu];
	const char *family = g ? media_family(c->snap, g) : NULL;
	const struct facts_va_driver *d = g ? facts_va_driver_for(g->driver, family) : NULL;
	struct finding *f;

	if (name && d && !facts_va_driver_of_name(name, g->driver, family)) {
		f = check_add(c, "GB0202", subject_of(c, n), n->gpu,
			      "%s: %s, but this GPU's driver is %s", g->name, set, d->name);
		check_evidence(c, f, "environment", set, d->name);
	} else {
		if (name && d)
			d = facts_va_driver_of_name(name, g->driver, family);
		f = check_add(c, "GB0201", subject_of(c, n), n->gpu, "%s: VA-API does not start",
			      name_of(c, n));
		if (d)
			refused_remedy(c, f, d, did_not_start(r));
	}
	if (r)
		report_evidence(c, f, r);
}

static void closed(struct check *c, const struct media_node *n, const struct report *r)
{
	uint32_t at = snapshot_drm_named(c->snap, n->node);
	const struct drm_node *d = at == NONE ? NULL : &c->snap->drm.v[at];
	struct finding *f;

	if (d && access_is_said(c, d))
		return;
	f = check_add(c, "GB0208", n->node, n->gpu, "%s may not open %s", user_name(c), n->node);
	report_evidence(c, f, r);
	if (!d)
		return;
	access_evidence(c, f, d);
	access_remedy_refused(c, f, d);
}

/* A library for encoding is not missed on a GPU that has no encoder. */
static bool lacks_library(const struct media_node *n)
{
	bool encodes = n->codecs.n == 0;
	uint32_t i;

	for (i = 0; i < n->codecs.n; i++)
		encodes |= !FIELD_KNOWN(&n->codecs.v[i], media_codec, encode_promised) ||
			   n->codecs.v[i].encode_promised;
	for (i = 0; i < n->left_out.n; i++)
		if (encodes || !str_starts(n->left_out.v[i], "libnvidia-encode"))
			return true;
	return false;
}

/* NVIDIA's own interface: its libraries come by themselves, and a container may have been given none. */
static void own_interface(struct check *c, const struct media_node *n)
{
	struct finding *f;
	uint32_t i;

	if (n->outcome == REPORT_OUTCOME_ABSENT || lacks_library(n)) {
		if (report_said(c, "GB0211", NULL))
			return;
		f = check_add(c, "GB0211", n->interface, NONE,
			      "NVIDIA's libraries for video are not all here");
		if (n->outcome == REPORT_OUTCOME_ABSENT)
			check_evidence(c, f, n->interface, n->message, NULL);
		for (i = 0; i < n->left_out.n; i++)
			check_evidence(c, f, n->interface, n->left_out.v[i], NULL);
		if (in_container(c))
			check_remedy(
				c, f,
				"Start the container with NVIDIA_DRIVER_CAPABILITIES=compute,video,utility (or all), or by a "
				"CDI spec of 'gpubay cdi generate'.");
	} else if (FIELD_KNOWN(n, media_node, error)) {
		f = check_add(c, "GB0212", subject_of(c, n), n->gpu, "%s: NVDEC or NVENC refuses",
			      name_of(c, n));
		report_evidence(c, f, report_of(c->snap, n));
	}
}

static void node(struct check *c, const struct media_node *n)
{
	const struct report *r = report_of(c->snap, n);
	struct finding *f;

	if (n->gpu != NONE && !gpu_is_given(c, &c->snap->gpus.v[n->gpu]))
		return;
	if (r && report_failed(r)) {
		f = check_add(c, "GB0203", subject_of(c, n), n->gpu, "%s: asking %s: %s",
			      name_of(c, n), n->interface,
			      enum_name(&report_outcome_tab, r->outcome));
		report_evidence(c, f, r);
	} else if (n->outcome == REPORT_OUTCOME_DENIED) {
		closed(c, n, r);
	} else if (n->outcome == REPORT_OUTCOME_FRESH && is_va(n) &&
		   FIELD_KNOWN(n, media_node, error)) {
		refused(c, n);
	} else if (n->outcome == REPORT_OUTCOME_FRESH && n->codecs.n) {
		driver_fits(c, n);
		if (n->left_out.n == 0 && !FIELD_KNOWN(n, media_node, error))
			missing(c, n);
		rate_control(c, n);
		never(c, n);
	}
	if (!is_va(n))
		own_interface(c, n);
}

/* Several nodes that do video: which one is which GPU. */
static void several(struct check *c, const struct media_node_list *l)
{
	struct finding *f = NULL;
	uint32_t i, n = 0;

	for (i = 0; i < l->n; i++)
		n += is_va(&l->v[i]) && l->v[i].codecs.n && l->v[i].gpu != NONE;
	if (n < 2)
		return;
	for (i = 0; i < l->n; i++) {
		if (!is_va(&l->v[i]) || !l->v[i].codecs.n || l->v[i].gpu == NONE)
			continue;
		if (!f)
			f = check_add(c, "GB0206", "media", NONE,
				      "programs that are told no node use %s: %s", l->v[i].node,
				      name_of(c, &l->v[i]));
		check_evidence(c, f, arena_printf(c->arena, "/dev/dri/%s", l->v[i].node),
			       arena_printf(c->arena, "%s %s",
					    check_addr(c, c->snap->gpus.v[l->v[i].gpu].address),
					    name_of(c, &l->v[i])),
			       NULL);
	}
}

static void no_library(struct check *c, const struct media_node_list *l)
{
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		const struct report *r = report_of(c->snap, &l->v[i]);

		if (!is_va(&l->v[i]) || l->v[i].outcome != REPORT_OUTCOME_ABSENT || !r)
			continue;
		report_evidence(c, check_add(c, "GB0209", "media", NONE, "VA-API is not installed"),
				r);
		return;
	}
}

static void one_vpl(struct check *c)
{
	const struct report *r = report_find(c->snap, REPORT_KIND_VPL);
	struct finding *f;
	uint32_t i, k;

	if (!r || (r->outcome != REPORT_OUTCOME_ABSENT &&
		   (r->outcome != REPORT_OUTCOME_FRESH || !FIELD_KNOWN(r, report, vpl))))
		return;
	for (i = 0; i < c->snap->gpus.n; i++) {
		const struct gpu *g = &c->snap->gpus.v[i];
		bool has = false;

		if (!gpu_is_served(g) || !gpu_is_given(c, g) ||
		    !facts_vpl_family(media_family(c->snap, g)))
			continue;
		for (k = 0; k < r->vpl.n; k++)
			has |= r->vpl.v[k].hardware &&
			       (r->vpl.v[k].gpu == i || r->vpl.v[k].gpu == NONE);
		if (has)
			continue;
		f = check_add(c, "GB0210", check_addr(c, g->address), i,
			      "%s: oneVPL finds no runtime for it", g->name);
		check_evidence(c, f, r->library ? r->library : "libvpl.so.2",
			       FIELD_KNOWN(r, report, error)   ? r->error :
			       FIELD_KNOWN(r, report, message) ? r->message :
								 "no hardware implementation",
			       NULL);
	}
}

static void run(struct check *c)
{
	struct media_node_list nodes;
	uint32_t i;

	media_nodes(c->snap, c->arena, &nodes);
	for (i = 0; i < nodes.n; i++)
		node(c, &nodes.v[i]);
	several(c, &nodes);
	no_library(c, &nodes);
	one_vpl(c);
}

const struct check_fn check_media_fns[] = {
	{"media",
	 "GB0201 GB0202 GB0203 GB0204 GB0205 GB0206 GB0207 GB0208 GB0209 GB0210 GB0211 GB0212",
	 run},
	{0},
};
