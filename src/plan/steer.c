/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/steer.h"

#include "base/buf.h"
#include "base/parse.h"
#include "facts/codecs.h"
#include "facts/facts.h"
#include "facts/steer.h"

FIELD_TABLE(steer_var, STEER_VAR)

static bool word_in(const char *words, const char *word)
{
	size_t n;

	for (; *words; words += n + (words[n] == ' ')) {
		n = strcspn(words, " ");
		if (strlen(word) == n && memcmp(words, word, n) == 0)
			return true;
	}
	return false;
}

static const char *alias_with(const struct gpu *g, const char *prefix)
{
	uint32_t i;

	for (i = 0; i < g->aliases.n; i++)
		if (str_starts(g->aliases.v[i], prefix))
			return g->aliases.v[i];
	return NULL;
}

static const char *render_node(const struct snapshot *s, const struct gpu *g)
{
	uint32_t i;

	for (i = 0; i < g->drm.n; i++)
		if (s->drm.v[g->drm.v[i]].kind == DRM_KIND_RENDER && s->drm.v[g->drm.v[i]].path)
			return s->drm.v[g->drm.v[i]].path;
	return NULL;
}

/* NONE stands for the software renderer. */
static const char *driver_of(const struct snapshot *s, uint32_t gpu)
{
	return gpu == NONE ? STEER_SOFTWARE : s->gpus.v[gpu].driver;
}

static bool fits(const struct snapshot *s, const struct facts_steer *row, uint32_t gpu)
{
	const char *driver = driver_of(s, gpu);

	return !row->drivers || (driver && word_in(row->drivers, driver));
}

/* Devices that ROCm makes of a GPU, each of its partitions being one; 0 where their number is not known. */
static uint32_t devices_of(const struct snapshot *s, uint32_t gpu)
{
	const struct gpu *g = &s->gpus.v[gpu];
	uint32_t i, n = 0;

	if (!FIELD_KNOWN(g, gpu, partition_mode) || !*g->partition_mode || str_eq(g->partition_mode, "SPX"))
		return 1;
	for (i = 0; i < g->slices.n; i++)
		n += s->slices.v[g->slices.v[i]].kind == SLICE_KIND_PARTITION;
	return n;
}

/* Adds the devices of a GPU that the row is for; false where their number is not known. */
static bool count_add(const struct snapshot *s, const struct facts_steer *row, uint32_t gpu, uint32_t *n)
{
	uint32_t more = fits(s, row, gpu) ? devices_of(s, gpu) : 0;

	*n += more;
	return more || !fits(s, row, gpu);
}

/* How many devices of the chosen GPUs the row is for are named before this one. */
static bool position_named(const struct snapshot *s, const struct facts_steer *row, uint32_t gpu, const struct u32s *chosen, uint32_t *ret)
{
	uint32_t i;

	for (i = *ret = 0; i < chosen->n && chosen->v[i] != gpu; i++)
		if (!count_add(s, row, chosen->v[i], ret))
			return false;
	return true;
}

/* How many devices that a library sees come before this GPU: those of the machine, or of the chosen GPUs where others are closed. */
static bool position_seen(const struct snapshot *s, const struct facts_steer *row, uint32_t gpu, const struct u32s *chosen, bool closed, uint32_t *ret)
{
	uint32_t i;

	for (i = *ret = 0; i < gpu; i++)
		if ((!closed || u32s_has(chosen, i)) && !count_add(s, row, i, ret))
			return false;
	return true;
}

static bool is_only_one(const struct snapshot *s, const struct gpu *g)
{
	uint32_t i, n = 0;

	for (i = 0; i < s->gpus.n; i++)
		n += s->gpus.v[i].vendor_id == g->vendor_id && s->gpus.v[i].device_id == g->device_id;
	return n == 1;
}

static const char *family_of(const struct snapshot *s, const struct gpu *g)
{
	const struct pci_device *d = &s->pci.v[g->pci];
	const struct facts_family *f =
		facts_family_at(g->vendor_id, g->device_id, FIELD_KNOWN(d, pci_device, class) ? d->class : 0);

	return f ? f->key : NULL;
}

static const char *va_driver(const struct snapshot *s, const struct gpu *g)
{
	const struct facts_va_driver *d = facts_va_driver_for(g->driver, family_of(s, g));

	return d ? d->name : NULL;
}

static const char *media_runtime(const struct snapshot *s, const struct gpu *g)
{
	const char *family = family_of(s, g);

	return !family ? NULL : facts_vpl_family(family) ? "ONEVPL" : "MSDK";
}

struct filling {
	const struct snapshot *s;
	const struct facts_steer *row;
	const struct u32s *gpus;
	unsigned what;
	struct arena *a;
};

/* "8,9,10": the numbers of a GPU's devices from a first one on; NULL where their number is not known. */
static const char *numbers(const struct filling *f, uint32_t gpu, uint32_t first)
{
	uint32_t n = devices_of(f->s, gpu), i;
	const char *list = NULL;

	for (i = 0; i < n; i++)
		list = arena_printf(f->a, "%s%s%u", list ? list : "", list ? "," : "", first + i);
	return list;
}

/* What stands for a letter; NULL when it is not known. */
static const char *letter(const struct filling *f, uint32_t gpu, char c)
{
	const struct gpu *g = &f->s->gpus.v[gpu];
	uint32_t first;

	switch (c) {
	case 't':
		return arena_printf(f->a, "pci-%04x_%02x_%02x_%x", PCI_DOMAIN(g->address), PCI_BUS(g->address),
				    PCI_DEV(g->address), PCI_FN(g->address));
	case 'v':
		return arena_printf(f->a, "%04x", g->vendor_id);
	case 'd':
		return is_only_one(f->s, g) ? arena_printf(f->a, "%04x", g->device_id) : NULL;
	case 'i':
		return position_seen(f->s, f->row, gpu, f->gpus, f->what & STEER_CLOSED, &first) ? numbers(f, gpu, first) : NULL;
	case 'n':
		return position_named(f->s, f->row, gpu, f->gpus, &first) ? numbers(f, gpu, first) : NULL;
	case 'u':
		return alias_with(g, "GPU-");
	case 'r':
		return render_node(f->s, g);
	case 'q':
		/* Partitions share it, and what fits more than one device fits none. */
		return g->id_source == ID_SOURCE_AMD_UNIQUE_ID && devices_of(f->s, gpu) == 1 ? g->id + strlen("amd-") : NULL;
	case 'a':
		return va_driver(f->s, g);
	case 'm':
		return media_runtime(f->s, g);
	}
	return NULL;
}

/* False when a value the template needs is not known. */
static bool fill(const struct filling *f, uint32_t gpu, struct buf *out)
{
	const char *at, *text;

	for (at = f->row->value; *at; at++) {
		if (*at != '%') {
			buf_addc(out, *at);
			continue;
		}
		text = gpu == NONE ? NULL : letter(f, gpu, *++at);
		if (!text || !*text)
			return false;
		buf_adds(out, text);
	}
	return true;
}

static bool has_var(const struct steer_var_list *l, const char *name)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (str_eq(l->v[i].name, name))
			return true;
	return false;
}

static void add_var(struct arena *a, struct steer_var_list *l, const char *name, const char *value, const char *note)
{
	struct steer_var *v = LIST_PUSH(a, l);

	FIELD_SET(v, steer_var, name, name);
	FIELD_SET(v, steer_var, value, value);
	FIELD_SET(v, steer_var, note, note);
}

static bool machine_has(const struct snapshot *s, const struct facts_steer *row)
{
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		if (fits(s, row, i))
			return true;
	return false;
}

static void plan_row(const struct filling *f, struct steer_var_list *ret)
{
	struct buf value CLEANUP(buf_free) = BUF_NULL;
	uint32_t i, n = 0;

	if (f->row->how == STEER_ALONE && f->gpus->n != 1)
		return;
	for (i = 0; i < f->gpus->n && (f->row->how != STEER_FIRST || n == 0); i++) {
		if (!fits(f->s, f->row, f->gpus->v[i]))
			continue;
		if (f->row->how == STEER_HIDE)
			return;
		if (n++)
			buf_addc(&value, ',');
		if (!fill(f, f->gpus->v[i], &value))
			return;
	}
	if (n || (f->row->how == STEER_HIDE && machine_has(f->s, f->row)))
		add_var(f->a, ret, f->row->variable, arena_strn(f->a, value.n ? value.p : "", value.n), f->row->note);
}

static const char *icd_prefixes(const char *driver)
{
	const struct facts_icd *row;

	for (row = facts_icds; row->driver; row++)
		if (str_eq(row->driver, driver))
			return row->prefixes;
	return NULL;
}

static void plan_icds(const struct snapshot *s, const struct u32s *gpus, const struct strs *icds, struct arena *a,
		      struct steer_var_list *ret)
{
	struct buf value CLEANUP(buf_free) = BUF_NULL;
	struct strs taken = {0};
	uint32_t i, j, k;

	for (i = 0; i < gpus->n; i++) {
		const char *driver = driver_of(s, gpus->v[i]), *words = driver ? icd_prefixes(driver) : NULL;
		struct strs prefixes = str_split(a, words ? words : "", " ");

		for (j = 0; j < prefixes.n; j++)
			for (k = 0; k < icds->n; k++)
				if (str_starts(str_base(icds->v[k]), prefixes.v[j]) && !strs_has(&taken, icds->v[k])) {
					strs_add(a, &taken, icds->v[k]);
					buf_addf(&value, "%s%s", value.n ? ":" : "", icds->v[k]);
				}
	}
	if (value.n)
		add_var(a, ret, "VK_DRIVER_FILES", arena_strn(a, value.p, value.n), "the Vulkan loader looks at these drivers only");
}

/* An image has manifests of its own, in places and with endings of its own. */
static void plan_image_icds(const struct snapshot *s, const struct u32s *gpus, struct arena *a, struct steer_var_list *ret)
{
	struct buf value CLEANUP(buf_free) = BUF_NULL;
	struct strs taken = {0};
	uint32_t i, j;

	for (i = 0; i < gpus->n; i++) {
		const char *driver = driver_of(s, gpus->v[i]), *words = driver ? icd_prefixes(driver) : NULL;
		struct strs prefixes = str_split(a, words ? words : "", " ");

		for (j = 0; j < prefixes.n; j++) {
			if (strs_has(&taken, prefixes.v[j]))
				continue;
			strs_add(a, &taken, prefixes.v[j]);
			buf_addf(&value, "%s%s*", value.n ? "," : "", prefixes.v[j]);
		}
	}
	if (value.n)
		add_var(a, ret, "VK_LOADER_DRIVERS_SELECT", arena_strn(a, value.p, value.n),
			"the Vulkan loader looks at these drivers only, since 1.3.234");
}

void steer_plan(const struct snapshot *s, const struct u32s *gpus, unsigned what, const struct strs *icds, struct arena *a,
		struct steer_var_list *ret)
{
	struct filling f = {.s = s, .gpus = gpus, .what = what, .a = a};

	*ret = (struct steer_var_list){0};
	for (f.row = facts_steers; f.row->variable; f.row++)
		if (f.row->what & what && !has_var(ret, f.row->variable))
			plan_row(&f, ret);
	if (what & STEER_VULKAN && what & STEER_IMAGE)
		plan_image_icds(s, gpus, a, ret);
	else if (what & STEER_VULKAN)
		plan_icds(s, gpus, icds, a, ret);
}

unsigned steer_reports(const struct snapshot *s, const struct u32s *gpus, unsigned what)
{
	const struct facts_steer *row;
	uint32_t i;

	for (row = facts_steers; row->variable; row++)
		for (i = 0; row->what & what && strstr(row->value, "%u") && i < gpus->n; i++)
			if (gpus->v[i] != NONE && fits(s, row, gpus->v[i]) && !alias_with(&s->gpus.v[gpus->v[i]], "GPU-"))
				return 1u << REPORT_KIND_NVML;
	return 0;
}

struct strs steer_nodes(const struct snapshot *s, const struct u32s *gpus, struct arena *a)
{
	struct strs nodes = {0};
	uint32_t i, j;

	for (i = 0; i < gpus->n && gpus->v[i] != NONE; i++) {
		const struct gpu *g = &s->gpus.v[gpus->v[i]];

		for (j = 0; j < g->drm.n; j++)
			if (s->drm.v[g->drm.v[j]].path && *s->drm.v[g->drm.v[j]].path)
				strs_add(a, &nodes, s->drm.v[g->drm.v[j]].path);
		for (j = 0; j < g->nodes.n; j++)
			if (!strs_has(&nodes, g->nodes.v[j]))
				strs_add(a, &nodes, g->nodes.v[j]);
	}
	return nodes;
}
