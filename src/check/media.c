/* SPDX-License-Identifier: Apache-2.0 */
#include "check/media.h"

#include "base/parse.h"
#include "facts/facts.h"

FIELD_TABLE(media_codec, MEDIA_CODEC)
FIELD_TABLE(media_node, MEDIA_NODE)

const char *media_family(const struct snapshot *s, const struct gpu *g)
{
	const struct pci_device *d = &s->pci.v[g->pci];
	const struct facts_family *f = facts_family_at(
		g->vendor_id, g->device_id, FIELD_KNOWN(d, pci_device, class) ? d->class : 0);

	return f ? f->key : NULL;
}

int media_huc(const struct snapshot *s, struct arena *a, uint32_t gpu, const char **ret_why)
{
	const struct gpu *g = &s->gpus.v[gpu];
	const char *family = media_family(s, g);
	const struct facts_firmware *f;
	bool any = false, with_this = false;
	uint32_t i;

	for (f = facts_firmwares; family && f->file; f++) {
		if (!str_eq(f->kind, "HuC") || !facts_family_fits(f->family, family))
			continue;
		any = true;
		with_this |= str_eq(f->driver, g->driver);
	}
	if (any && !with_this) {
		*ret_why = arena_printf(a, "%s loads no HuC firmware for this family",
					g->driver ? g->driver : "the driver");
		return 0;
	}
	for (i = 0; i < s->platform.firmware.n; i++) {
		const struct firmware_file *w = &s->platform.firmware.v[i];

		if (!str_eq(w->kind, "HuC") || !u32s_has(&w->gpus, gpu) ||
		    !FIELD_KNOWN(w, firmware_file, state))
			continue;
		*ret_why = arena_printf(a, "the HuC firmware %s is %s", w->name,
					enum_name(&firmware_state_tab, w->state));
		return w->state == FIRMWARE_STATE_PRESENT;
	}
	return -1;
}

const char *media_codec_name(struct arena *a, const char *codec, uint32_t depth, const char *chroma)
{
	bool plain = str_eq(chroma, "4:2:0");

	return arena_printf(a, "%s%s%s%s", codec,
			    depth > 8 ? arena_printf(a, " %u bit", depth) : "", plain ? "" : " ",
			    plain ? "" : chroma);
}

bool media_lacks_rate_control(const struct media_codec *c)
{
	return c->encode && strs_has(&c->rate_control, "CQP") &&
	       !strs_has(&c->rate_control, "CBR") && !strs_has(&c->rate_control, "VBR");
}

/* Modes of one more way to decode or encode a codec; sizes are 0 where they are not told. */
static void modes_take(struct arena *a, struct media_codec *m, const struct strs *rates, uint32_t width, uint32_t height)
{
	uint32_t i;

	for (i = 0; rates && i < rates->n; i++)
		if (!strs_has(&m->rate_control, rates->v[i]))
			strs_add(a, &m->rate_control, rates->v[i]);
	if (width > m->width_max)
		FIELD_SET(m, media_codec, width_max, width);
	if (height > m->height_max)
		FIELD_SET(m, media_codec, height_max, height);
}

static void config_take(struct arena *a, struct media_codec *m, const struct va_config *c, unsigned does)
{
	m->decode |= (does & CODEC_DECODE) != 0;
	m->encode |= (does & CODEC_ENCODE) != 0;
	modes_take(a, m, does & CODEC_ENCODE ? &c->rate_control : NULL, c->width_max, c->height_max);
}

/* The same of NVDEC and NVENC. */
static void video_take(struct arena *a, struct media_codec *m, const struct video_codec *v)
{
	m->decode |= !v->encode;
	m->encode |= v->encode;
	modes_take(a, m, &v->rate_control, v->width_max, v->height_max);
}

static void codec_read(struct arena *a, struct media_codec *m, const struct facts_codec *row,
		       const struct report *r)
{
	uint32_t i;

	FIELD_SET(m, media_codec, decode, false);
	FIELD_SET(m, media_codec, encode, false);
	for (i = 0; i < r->va.n; i++) {
		unsigned does = facts_codec_does(row, &r->va.v[i]);

		if (does)
			config_take(a, m, &r->va.v[i], does);
	}
	for (i = 0; i < r->video.n; i++)
		if (facts_codec_is(row, &r->video.v[i]))
			video_take(a, m, &r->video.v[i]);
	FIELD_KNOW(m, media_codec, rate_control);
}

/* Why something that the family has is not offered here. */
static const char *why_missing(const struct snapshot *s, struct arena *a, const struct report *r,
			       unsigned lost)
{
	const struct gpu *g = &s->gpus.v[r->gpu];
	const struct facts_id *id = facts_id_find(g->vendor_id, g->device_id);
	const struct facts_va_build *b;

	/* NVIDIA's interface says the reason itself. */
	if (FIELD_KNOWN(r, report, error) || r->left_out.n)
		return FIELD_KNOWN(r, report, error) ? r->error : r->left_out.v[0];
	if (id && id->flags & ID_NOT_IN_MEDIA)
		return "the driver does not know this device id";
	for (b = facts_va_builds; b->vendor; b++)
		if (r->vendor && strstr(r->vendor, b->vendor) &&
		    (!b->free_kernels || lost & (CODEC_DECODE_FULL | CODEC_ENCODE_FULL)))
			return b->say;
	return "the driver is older than this GPU, or was built without it";
}

static void codec_judge(const struct snapshot *s, struct arena *a, struct media_codec *m,
			const struct report *r, unsigned promise)
{
	unsigned lost = 0;

	FIELD_SET(m, media_codec, decode_promised, promise & CODEC_DECODE);
	FIELD_SET(m, media_codec, encode_promised, promise & CODEC_ENCODE);
	FIELD_SET(m, media_codec, never_encoded, promise & CODEC_NEVER_ENCODE);
	if (m->decode_promised && !m->decode)
		lost |= CODEC_DECODE | (promise & CODEC_DECODE_FULL);
	if (m->encode_promised && !m->encode)
		lost |= CODEC_ENCODE | (promise & CODEC_ENCODE_FULL);
	FIELD_SET(m, media_codec, missing, lost ? why_missing(s, a, r, lost) : "");
}

static void node_codecs(const struct snapshot *s, struct arena *a, struct media_node *n,
			const struct report *r)
{
	const struct facts_va_driver *va = facts_va_driver_named(r->vendor);
	const char *driver = r->kind == REPORT_KIND_NVCODEC ? FACTS_NVCODEC : va ? va->name : NULL;
	const struct facts_media *row = NULL;
	const struct facts_codec *c;

	if (r->gpu != NONE)
		row = facts_media_of(media_family(s, &s->gpus.v[r->gpu]), driver);
	for (c = facts_codecs; c->key; c++) {
		struct media_codec *m = LIST_PUSH(a, &n->codecs);

		FIELD_SET(m, media_codec, key, c->key);
		FIELD_SET(m, media_codec, codec, c->name);
		FIELD_SET(m, media_codec, depth, c->depth);
		FIELD_SET(m, media_codec, chroma, c->chroma);
		codec_read(a, m, c, r);
		if (row)
			codec_judge(s, a, m, r, facts_media_promise(row, c->key));
	}
	FIELD_KNOW(n, media_node, codecs);
}

static void node_add(const struct snapshot *s, struct arena *a, struct media_node_list *l,
		     const struct report *r)
{
	const struct facts_va_driver *d = facts_va_driver_named(r->vendor);
	bool va = r->kind == REPORT_KIND_VA;
	struct media_node *n = LIST_PUSH(a, l);

	FIELD_SET(n, media_node, interface, va ? "VA-API" : "NVDEC and NVENC");
	FIELD_SET(n, media_node, node, va && r->about ? r->about : "");
	FIELD_SET(n, media_node, gpu, FIELD_KNOWN(r, report, gpu) ? r->gpu : NONE);
	FIELD_SET(n, media_node, outcome, r->outcome);
	if (FIELD_KNOWN(r, report, message))
		FIELD_SET(n, media_node, message, r->message);
	if (FIELD_KNOWN(r, report, error))
		FIELD_SET(n, media_node, error, r->error);
	if (FIELD_KNOWN(r, report, vendor))
		FIELD_SET(n, media_node, vendor, r->vendor);
	if (FIELD_KNOWN(r, report, left_out))
		FIELD_SET(n, media_node, left_out, r->left_out);
	if (d)
		FIELD_SET(n, media_node, driver, d->name);
	if (FIELD_KNOWN(r, report, api_version))
		FIELD_SET(n, media_node, version, r->api_version);
	if ((FIELD_KNOWN(r, report, va) && !FIELD_KNOWN(r, report, error)) || r->video.n)
		node_codecs(s, a, n, r);
}

void media_nodes(const struct snapshot *s, struct arena *a, struct media_node_list *ret)
{
	static const enum report_kind kinds[] = {REPORT_KIND_VA, REPORT_KIND_NVCODEC};
	uint32_t i, k;

	*ret = (struct media_node_list){0};
	for (k = 0; k < ARRAY_LEN(kinds); k++)
		for (i = 0; i < s->reports.n; i++)
			if (s->reports.v[i].kind == kinds[k])
				node_add(s, a, ret, &s->reports.v[i]);
}
