/* SPDX-License-Identifier: Apache-2.0 */
/* Options given to GPU drivers: such as the driver does not have, such as are not in force, and i915's enable_guc. */
#include "base/parse.h"
#include "check/check-kernel.h"
#include "format/modules-alias.h"

enum { NAME_MAX_COMPARED = 48, NEAR = 2 };

/* Steps (insert, drop, change a letter, swap two) from one word to the other; more than enough when they are long. */
static unsigned distance(const char *a, const char *b)
{
	unsigned rows[3][NAME_MAX_COMPARED + 1], i, k, n = (unsigned)strlen(a),
						       m = (unsigned)strlen(b);

	if (n > NAME_MAX_COMPARED || m > NAME_MAX_COMPARED)
		return NAME_MAX_COMPARED;
	for (k = 0; k <= m; k++)
		rows[0][k] = k;
	for (i = 1; i <= n; i++) {
		unsigned *now = rows[i % 3], *before = rows[(i + 2) % 3],
			 *earlier = rows[(i + 1) % 3];

		now[0] = i;
		for (k = 1; k <= m; k++) {
			now[k] = MIN(before[k - 1] + (a[i - 1] != b[k - 1]),
				     MIN(before[k], now[k - 1]) + 1);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				now[k] = MIN(now[k], earlier[k - 2] + 1);
		}
	}
	return rows[n % 3][m];
}

/* The parameter that was probably meant; NULL when none is near. */
static const char *nearest(const struct module *m, const char *name)
{
	const char *best = NULL;
	unsigned least = NEAR + 1, d;
	uint32_t i;

	for (i = 0; i < m->param_names.n; i++) {
		d = distance(name, m->param_names.v[i]);
		if (d < least) {
			least = d;
			best = m->param_names.v[i];
		}
	}
	return best;
}

static bool has_param(const struct module *m, const char *name)
{
	/* Every module has these (kernel/params.c, kernel/module/main.c, lib/dynamic_debug.c). */
	static const char *const always[] = {"dyndbg", "async_probe"};
	uint32_t i;

	for (i = 0; i < ARRAY_LEN(always); i++)
		if (str_eq(name, always[i]))
			return true;
	for (i = 0; i < m->param_names.n; i++)
		if (module_name_eq(name, strlen(name), m->param_names.v[i]))
			return true;
	return false;
}

static void check_unknown(struct check *c, const struct module *m, const struct modprobe_rule *r,
			  const char *name)
{
	const char *meant = nearest(m, name);
	struct finding *f =
		check_add(c, "GB5040", m->name, NONE, "%s has no option '%s'%s%s%s", m->name, name,
			  meant ? ", but '" : "", meant ? meant : "", meant ? "'" : "");

	check_evidence(c, f, rule_place(c, r), r->text, meant);
	if (r->line)
		check_remedy(
			c, f,
			"Correct or remove '%s' in line %u of %s, renew the initramfs and boot again.",
			name, r->line, r->file);
	else
		check_remedy(c, f,
			     "Correct or remove '%s.%s' on the kernel command line and boot again.",
			     m->name, name);
}

/* A number, or a yes or no; false when it is text. */
static bool value_of(const char *s, int64_t *ret)
{
	uint64_t v;

	if (str_eq(s, "Y") || str_eq(s, "y") || str_ieq(s, "on") || str_ieq(s, "true"))
		*ret = 1;
	else if (str_eq(s, "N") || str_eq(s, "n") || str_ieq(s, "off") || str_ieq(s, "false"))
		*ret = 0;
	else if (parse_u64(s, 0, INT64_MAX, &v) == 0)
		*ret = (int64_t)v;
	else
		return parse_i64(s, ret) == 0;
	return true;
}

static const char *in_force(const struct module *m, const char *name)
{
	uint32_t i;

	for (i = 0; i < m->params.n; i++)
		if (module_name_eq(name, strlen(name), m->params.v[i].name))
			return m->params.v[i].value;
	return NULL;
}

/* Whether a later rule sets the same option again: that one counts. */
static bool set_again(struct check *c, const struct module *m, uint32_t after, const char *name)
{
	const struct modprobe_rule_list *rules = &c->snap->platform.modprobe;
	uint32_t i;

	for (i = after + 1; i < rules->n; i++)
		if (rules->v[i].kind == MODPROBE_KIND_OPTIONS &&
		    str_eq(rules->v[i].module, m->name) &&
		    strstr(rules->v[i].text, arena_printf(c->arena, "%s=", name)))
			return true;
	return false;
}

static void check_in_force(struct check *c, const struct module *m, uint32_t rule, const char *name,
			   const char *value)
{
	const struct modprobe_rule *r = &c->snap->platform.modprobe.v[rule];
	const char *now = in_force(m, name);
	int64_t a, b;
	struct finding *f;

	if (m->state != MODULE_STATE_LOADED || !now || !value_of(value, &a) || !value_of(now, &b) ||
	    a == b || set_again(c, m, rule, name))
		return;
	f = check_add(c, "GB5041", m->name, NONE, "%s.%s is set to %s, and %s is in force", m->name,
		      name, value, now);
	check_evidence(c, f, rule_place(c, r), r->text, NULL);
	check_evidence(c, f, arena_printf(c->arena, "/sys/module/%s/parameters/%s", m->name, name),
		       now, value);
}

void run_options(struct check *c)
{
	const struct modprobe_rule_list *rules = &c->snap->platform.modprobe;
	uint32_t i, k;

	for (i = 0; i < rules->n; i++) {
		const struct modprobe_rule *r = &rules->v[i];
		const struct module *m = snapshot_module(c->snap, r->module);
		struct strs words;

		if (r->kind != MODPROBE_KIND_OPTIONS || !m)
			continue;
		words = str_split(c->arena, r->text, " ");
		for (k = 0; k < words.n; k++) {
			size_t n = strcspn(words.v[k], "=");
			const char *name = arena_strn(c->arena, words.v[k], n);

			if (FIELD_KNOWN(m, module, param_names) && m->param_names.n &&
			    !has_param(m, name))
				check_unknown(c, m, r, name);
			else if (words.v[k][n] == '=')
				check_in_force(c, m, i, name, words.v[k] + n + 1);
		}
	}
}

/* Whether i915 runs this family with GuC unless it is told not to. */
static bool guc_by_default(const struct facts_family *family)
{
	const struct facts_firmware *row;

	for (row = facts_firmwares; row->family; row++)
		if (str_eq(row->driver, "i915") && str_eq(row->kind, "GuC") && row->required &&
		    facts_family_fits(row->family, family->key))
			return true;
	return false;
}

void run_guc(struct check *c)
{
	struct setting set = module_setting(c, "i915", "enable_guc");
	const struct module *m = snapshot_module(c->snap, "i915");
	struct finding *f;
	uint32_t i;
	int64_t v;

	if (!m || !FIELD_KNOWN(m, module, params))
		return;
	for (i = 0; i < c->snap->gpus.n; i++) {
		const struct gpu *g = &c->snap->gpus.v[i];
		const struct facts_family *family = gpu_family(c, g);

		if (!family || !str_eq(g->driver, "i915"))
			continue;
		if (!set.value || !value_of(set.value, &v))
			v = -1;
		if (guc_by_default(family) && set.value && v == 0) {
			f = check_add(c, "GB5030", check_addr(c, g->address), i,
				      "%s: i915.enable_guc=0 switches GuC and HuC off", g->name);
			check_evidence(c, f, set.path, set.value, "-1");
		} else if (family->flags & FAMILY_HUC_BY_OPTION && (v < 0 || !(v & 2))) {
			f = check_add(c, "GB5031", check_addr(c, g->address), i,
				      "%s: HuC is not loaded unless i915.enable_guc=2 says so",
				      g->name);
			check_evidence(c, f,
				       set.path ? set.path :
						  "/sys/module/i915/parameters/enable_guc",
				       set.value ? set.value : "not set", "2");
		}
	}
}
