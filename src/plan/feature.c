/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/feature.h"

#include "base/buf.h"
#include "base/parse.h"
#include "facts/codecs.h"
#include "facts/facts.h"
#include "facts/reports.h"

#include <errno.h>

/* Why a library's answer does not help; NULL when it answered. */
static const char *no_answer(const struct report *r)
{
	if (r->outcome != REPORT_OUTCOME_FRESH)
		return FIELD_KNOWN(r, report, message) && *r->message ? r->message : enum_name(&report_outcome_tab, r->outcome);
	return FIELD_KNOWN(r, report, error) && *r->error ? r->error : NULL;
}

static const char *lack_external(const struct snapshot *s, uint32_t gpu, const char *arg, struct arena *a)
{
	(void)arg, (void)a;
	return s->gpus.v[gpu].external.attachment == ATTACHMENT_EXTERNAL ? NULL : "is not external";
}

static const char *lack_internal(const struct snapshot *s, uint32_t gpu, const char *arg, struct arena *a)
{
	(void)arg, (void)a;
	return s->gpus.v[gpu].external.attachment == ATTACHMENT_INTERNAL ? NULL : "is not internal";
}

static const char *lack_display(const struct snapshot *s, uint32_t gpu, const char *arg, struct arena *a)
{
	(void)arg, (void)a;
	return s->gpus.v[gpu].displays_lit > 0 || s->gpus.v[gpu].boot_display ? NULL : "drives no display";
}

static const char *lack_headless(const struct snapshot *s, uint32_t gpu, const char *arg, struct arena *a)
{
	return lack_display(s, gpu, arg, a) ? NULL : "drives a display";
}

static const char *lack_sriov(const struct snapshot *s, uint32_t gpu, const char *arg, struct arena *a)
{
	const struct gpu *g = &s->gpus.v[gpu];

	(void)arg, (void)a;
	return FIELD_KNOWN(g, gpu, sriov) && g->sriov.totalvfs > 0 ? NULL : "has no virtual functions";
}

static const struct vulkan_device *vulkan_device(const struct report *r, uint32_t gpu)
{
	uint32_t i;

	for (i = 0; i < r->vulkan.n; i++)
		if (r->vulkan.v[i].gpu == gpu)
			return &r->vulkan.v[i];
	return NULL;
}

static const struct report *vulkan_report(const struct snapshot *s)
{
	uint32_t i;

	for (i = 0; i < s->reports.n; i++)
		if (s->reports.v[i].kind == REPORT_KIND_VULKAN)
			return &s->reports.v[i];
	return NULL;
}

static const char *lack_vulkan(const struct snapshot *s, uint32_t gpu, const char *arg, struct arena *a)
{
	const struct report *r = vulkan_report(s);
	const struct vulkan_device *d = r ? vulkan_device(r, gpu) : NULL;
	const char *why = r ? no_answer(r) : "nothing here says what Vulkan offers";

	(void)arg;
	if (!d)
		return arena_printf(a, "has no Vulkan: %s", why ? why : "no Vulkan device is this GPU");
	if (FIELD_KNOWN(d, vulkan_device, opens) && !d->opens)
		return arena_printf(a, "has no Vulkan: it is listed and does not open%s%s", d->error ? ", " : "", d->error ? d->error : "");
	return NULL;
}

static bool node_does(const struct report *r, const char *codec, unsigned wanted)
{
	const struct facts_codec *row;
	uint32_t i;

	for (row = facts_codecs; row->key; row++)
		for (i = 0; facts_codec_named(row, codec) && i < r->va.n; i++)
			if (facts_codec_does(row, &r->va.v[i]) & wanted)
				return true;
	return false;
}

/* By any of the GPU's render nodes. */
static const char *lack_codec(const struct snapshot *s, uint32_t gpu, const char *codec, unsigned wanted, const char *what,
			      struct arena *a)
{
	const char *why = "VA-API was not asked, or has no node of it";
	uint32_t i;

	for (i = 0; i < s->reports.n; i++) {
		const struct report *r = &s->reports.v[i];
		const char *not_this;

		if (r->kind != REPORT_KIND_VA || r->gpu != gpu)
			continue;
		not_this = no_answer(r);
		if (!not_this && node_does(r, codec, wanted))
			return NULL;
		why = not_this ? arena_printf(a, "VA-API: %s", not_this) : "VA-API offers none";
	}
	return arena_printf(a, "has no %s for %s: %s", what, codec, why);
}

static const char *lack_encoder(const struct snapshot *s, uint32_t gpu, const char *arg, struct arena *a)
{
	return lack_codec(s, gpu, arg, CODEC_ENCODE, "encoder", a);
}

static const char *lack_decoder(const struct snapshot *s, uint32_t gpu, const char *arg, struct arena *a)
{
	return lack_codec(s, gpu, arg, CODEC_DECODE, "decoder", a);
}

/* A name that ends with ':' is followed by a codec. */
static const struct feature {
	const char *name;
	const char *(*lack)(const struct snapshot *s, uint32_t gpu, const char *arg, struct arena *a);
	unsigned reports;
} features[] = {
	{"internal", lack_internal, 0},
	{"external", lack_external, 0},
	{"headless", lack_headless, 0},
	{"display", lack_display, 0},
	{"sriov", lack_sriov, 0},
	{"vulkan", lack_vulkan, 1u << REPORT_KIND_VULKAN},
	{"encode:", lack_encoder, 1u << REPORT_KIND_VA},
	{"decode:", lack_decoder, 1u << REPORT_KIND_VA},
};

static const struct feature *feature_find(const char *name, const char **ret_arg)
{
	size_t n = strcspn(name, ":");
	unsigned i;

	n += name[n] == ':';
	*ret_arg = name + n;
	for (i = 0; i < ARRAY_LEN(features); i++)
		if (strlen(features[i].name) == n && memcmp(features[i].name, name, n) == 0)
			return &features[i];
	return NULL;
}

static bool is_codec(const char *name)
{
	const struct facts_codec *row;

	for (row = facts_codecs; row->key; row++)
		if (facts_codec_named(row, name))
			return true;
	return false;
}

static int no_codec(const char *name, struct err *e)
{
	struct buf names CLEANUP(buf_free) = BUF_NULL;
	const struct facts_codec *row;

	for (row = facts_codecs; row->key; row++)
		buf_addf(&names, " %s", row->key);
	return err_set(e, -EINVAL, "unknown codec '%s'; there are, with or without the depth:%s", name, names.n ? names.p : "");
}

int feature_check(const char *name, struct err *e)
{
	const char *arg;
	const struct feature *f = feature_find(name, &arg);

	if (f && (f->name[strlen(f->name) - 1] != ':' || is_codec(arg)))
		return 0;
	if (f)
		return no_codec(arg, e);
	if (facts_driver_find(name))
		return 0;
	return err_set(e, -EINVAL,
		       "unknown feature '%s'; there are internal, external, headless, display, sriov, vulkan, encode:CODEC, "
		       "decode:CODEC, and names of drivers", name);
}

unsigned feature_reports(const char *name)
{
	const char *arg;
	const struct feature *f = feature_find(name, &arg);

	return f ? f->reports : 0;
}

const char *feature_lack(const struct snapshot *s, uint32_t gpu, const char *name, struct arena *a)
{
	const char *arg, *driver = s->gpus.v[gpu].driver;
	const struct feature *f = feature_find(name, &arg);

	if (f)
		return f->lack(s, gpu, arg, a);
	return str_eq(driver, name) ? NULL : arena_printf(a, "is run by %s, not by %s", driver && *driver ? driver : "no driver", name);
}

/* What the driver says of memory that is the GPU's own; an integrated one shares the machine's. */
static uint64_t reported_memory(const struct snapshot *s, uint32_t gpu)
{
	uint32_t i, k;

	for (i = 0; i < s->reports.n; i++)
		for (k = 0; k < s->reports.v[i].nvml.n; k++)
			if (s->reports.v[i].nvml.v[k].gpu == gpu && s->reports.v[i].nvml.v[k].memory_bytes)
				return s->reports.v[i].nvml.v[k].memory_bytes;
	for (i = 0; i < s->reports.n && s->gpus.v[gpu].kind == GPU_KIND_DISCRETE; i++)
		for (k = 0; k < s->reports.v[i].vulkan.n; k++)
			if (s->reports.v[i].vulkan.v[k].gpu == gpu && s->reports.v[i].vulkan.v[k].memory_bytes)
				return s->reports.v[i].vulkan.v[k].memory_bytes;
	return 0;
}

uint64_t feature_memory(const struct snapshot *s, uint32_t gpu)
{
	const struct gpu *g = &s->gpus.v[gpu];
	uint64_t bytes = FIELD_KNOWN(g, gpu, vram_bytes) ? g->vram_bytes : reported_memory(s, gpu);

	return bytes ? bytes : FIELD_KNOWN(g, gpu, vram_visible_bytes) ? g->vram_visible_bytes : 0;
}

unsigned feature_memory_reports(const struct snapshot *s)
{
	const struct facts_report *nvml = facts_report_of(REPORT_KIND_NVML);
	unsigned kinds = 0;
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++) {
		const struct gpu *g = &s->gpus.v[i];

		if (FIELD_KNOWN(g, gpu, vram_bytes) || g->state != GPU_STATE_READY)
			continue;
		if (g->driver && facts_report_fits(nvml, g->driver))
			kinds |= 1u << REPORT_KIND_NVML;
		else if (g->kind == GPU_KIND_DISCRETE)
			kinds |= 1u << REPORT_KIND_VULKAN;
	}
	return kinds;
}
