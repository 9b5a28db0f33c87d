/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/steer.h"

#include "base/buf.h"
#include "base/parse.h"
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

/* Position among the GPUs that the same library counts: those with the same driver, in PCI order. */
static uint32_t position(const struct snapshot *s, uint32_t gpu)
{
	uint32_t i, n = 0;

	for (i = 0; i < gpu; i++)
		n += str_eq(s->gpus.v[i].driver, s->gpus.v[gpu].driver);
	return n;
}

/* False when a value the template needs is not known. */
static bool fill(const struct snapshot *s, uint32_t gpu, const char *template, struct buf *out)
{
	const struct gpu *g = &s->gpus.v[gpu];
	const char *text;

	for (; *template; template++) {
		if (*template != '%') {
			buf_addc(out, *template);
			continue;
		}
		switch (*++template) {
		case 't':
			buf_addf(out, "pci-%04x_%02x_%02x_%x", PCI_DOMAIN(g->address), PCI_BUS(g->address), PCI_DEV(g->address),
				 PCI_FN(g->address));
			break;
		case 'v':
			buf_addf(out, "%04x", g->vendor_id);
			break;
		case 'd':
			buf_addf(out, "%04x", g->device_id);
			break;
		case 'i':
			buf_addf(out, "%u", position(s, gpu));
			break;
		case 'u':
		case 'r':
			text = *template == 'u' ? alias_with(g, "GPU-") : render_node(s, g);
			if (!text || !*text)
				return false;
			buf_adds(out, text);
			break;
		case 'q':
			if (g->id_source != ID_SOURCE_AMD_UNIQUE_ID)
				return false;
			buf_adds(out, g->id + strlen("amd-"));
			break;
		default:
			return false;
		}
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

static void plan_row(const struct snapshot *s, const struct u32s *gpus, const struct facts_steer *row, struct arena *a,
		     struct steer_var_list *ret)
{
	struct buf value CLEANUP(buf_free) = BUF_NULL;
	uint32_t i, n = 0;

	for (i = 0; i < gpus->n && (row->many || n == 0); i++) {
		const struct gpu *g = &s->gpus.v[gpus->v[i]];

		if (row->drivers && !(g->driver && word_in(row->drivers, g->driver)))
			continue;
		if (n++)
			buf_addc(&value, ',');
		if (!fill(s, gpus->v[i], row->value, &value))
			return;
	}
	if (n)
		add_var(a, ret, row->variable, arena_strn(a, value.p, value.n), row->note);
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
		const char *driver = s->gpus.v[gpus->v[i]].driver, *words = driver ? icd_prefixes(driver) : NULL;
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

void steer_plan(const struct snapshot *s, const struct u32s *gpus, unsigned what, const struct strs *icds, struct arena *a,
		struct steer_var_list *ret)
{
	const struct facts_steer *row;

	*ret = (struct steer_var_list){0};
	for (row = facts_steers; row->variable; row++)
		if (row->what & what && !has_var(ret, row->variable))
			plan_row(s, gpus, row, a, ret);
	if (what & STEER_VULKAN)
		plan_icds(s, gpus, icds, a, ret);
}

struct strs steer_nodes(const struct snapshot *s, const struct u32s *gpus, struct arena *a)
{
	struct strs nodes = {0};
	uint32_t i, j;

	for (i = 0; i < gpus->n; i++) {
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
