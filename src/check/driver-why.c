/* SPDX-License-Identifier: Apache-2.0 */
#include "check/driver-why.h"

#include "base/parse.h"

const struct facts_family *gpu_family(const struct check *c, const struct gpu *g)
{
	return facts_family_at(g->vendor_id, g->device_id, c->snap->pci.v[g->pci].class);
}

bool gpu_out_of_reach(const struct gpu *g)
{
	switch (g->state) {
	case GPU_STATE_ABSENT:
	case GPU_STATE_UNAUTHORIZED:
	case GPU_STATE_NO_BAR:
	case GPU_STATE_LOST:
	case GPU_STATE_WEDGED:
	case GPU_STATE_REMOVING:
	case GPU_STATE_SAFE_TO_UNPLUG: return true;
	default: return false;
	}
}

void driver_view(struct check *c, uint32_t gpu, const char *driver, struct driver_view *ret)
{
	const struct gpu *g = &c->snap->gpus.v[gpu];
	const struct facts_driver *row = facts_driver_find(driver);
	const struct facts_family *family = gpu_family(c, g);
	const char *module = row && row->module ? row->module : driver;

	*ret = (struct driver_view){
		.gpu = gpu,
		.g = g,
		.family = family,
		.name = driver,
		.module = module,
		.row = row,
		.rule = facts_driver_rule_find(driver),
		.kernel = family ? facts_kernel_find(family->key, driver) : NULL,
		.m = snapshot_module(c->snap, module),
	};
}

/* "force_probe=56a0 enable_guc=3": the last value of one option in a rule's text. */
static const char *option_value(struct check *c, const char *text, const char *param)
{
	struct strs words = str_split(c->arena, text, " ");
	size_t n = strlen(param);
	const char *value = NULL;
	uint32_t i;

	for (i = 0; i < words.n; i++)
		if (strncmp(words.v[i], param, n) == 0 && words.v[i][n] == '=')
			value = words.v[i] + n + 1;
	return value;
}

struct setting module_setting(struct check *c, const char *module, const char *param)
{
	const struct module *m = snapshot_module(c->snap, module);
	const struct modprobe_rule_list *rules = &c->snap->platform.modprobe;
	struct setting found = {0};
	uint32_t i;

	for (i = 0; m && i < m->params.n; i++)
		if (str_eq(m->params.v[i].name, param))
			return (struct setting){m->params.v[i].value,
						arena_printf(c->arena,
							     "/sys/module/%s/parameters/%s",
							     m->name, param)};
	/* What comes later wins; the command line stands last. */
	for (i = 0; i < rules->n; i++) {
		const struct modprobe_rule *r = &rules->v[i];
		const char *value =
			r->kind == MODPROBE_KIND_OPTIONS && m && str_eq(r->module, m->name) ?
				option_value(c, r->text, param) :
				NULL;

		if (value)
			found = (struct setting){value, rule_place(c, r)};
	}
	return found;
}

enum id_list id_list_find(struct check *c, const char *list, uint16_t device)
{
	struct strs items = str_split(c->arena, list ? list : "", ",");
	enum id_list found = ID_LIST_ABSENT;
	uint32_t i;

	for (i = 0; i < items.n; i++) {
		bool leave = items.v[i][0] == '!';
		const char *item = items.v[i] + leave;
		uint64_t id;

		if (str_eq(item, "*") || (parse_u64(item, 16, 0xffff, &id) == 0 && id == device))
			found = leave ? ID_LIST_LEAVE : ID_LIST_TAKE;
	}
	return found;
}

enum claim driver_claims(const struct driver_view *v)
{
	uint32_t i;

	if (!FIELD_KNOWN(v->g, gpu, drivers_possible))
		return CLAIM_UNKNOWN;
	for (i = 0; i < v->g->drivers_possible.n; i++)
		if (str_eq(v->g->drivers_possible.v[i], v->module))
			return CLAIM_YES;
	return CLAIM_NO;
}

/* What si_support, cik_support and the like say; unknown where neither a parameter nor a rule is there. */
static enum claim switch_takes(struct check *c, const struct driver_view *v)
{
	const struct facts_driver_switch *s =
		facts_driver_switch_find(v->family ? v->family->key : NULL, v->name);
	struct setting set;

	if (!s)
		return CLAIM_YES;
	set = module_setting(c, v->module, s->param);
	if (!set.value)
		return CLAIM_UNKNOWN;
	return str_eq(set.value, "0") || str_eq(set.value, "N") ? CLAIM_NO : CLAIM_YES;
}

enum claim driver_takes(struct check *c, const struct driver_view *v)
{
	enum claim claims = driver_claims(v);
	struct setting set;

	if (claims == CLAIM_NO)
		return CLAIM_NO;
	if (v->rule && v->rule->off) {
		set = module_setting(c, v->module, v->rule->off);
		if (set.value && str_eq(set.value, "0"))
			return CLAIM_NO;
	}
	if (v->rule && v->rule->force) {
		set = module_setting(c, v->module, v->rule->force);
		switch (id_list_find(c, set.value, v->g->device_id)) {
		case ID_LIST_TAKE: return claims;
		case ID_LIST_LEAVE: return CLAIM_NO;
		case ID_LIST_ABSENT:
			if (v->kernel && v->kernel->force_probe)
				return CLAIM_NO;
		}
	}
	return claims == CLAIM_YES ? switch_takes(c, v) : claims;
}

/* "install nouveau /bin/false": the command does nothing on purpose. */
static bool does_nothing(const char *command)
{
	static const char *const names[] = {"false", "true", ":", "no_such_driver"};
	char word[64];
	unsigned i;

	snprintf(word, sizeof(word), "%.*s", (int)MIN(strcspn(command, " "), sizeof(word) - 1),
		 command);
	for (i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(str_base(word), names[i]))
			return true;
	return str_starts(command, "/dev/null");
}

static bool rule_blocks(const struct modprobe_rule *r)
{
	return r->kind == MODPROBE_KIND_BLACKLIST ||
	       (r->kind == MODPROBE_KIND_ALIAS && str_eq(r->text, "off")) ||
	       (r->kind == MODPROBE_KIND_INSTALL && does_nothing(r->text));
}

const struct modprobe_rule *module_blocked(const struct check *c, const char *module)
{
	const struct modprobe_rule_list *rules = &c->snap->platform.modprobe;
	const struct module *m = snapshot_module(c->snap, module);
	uint32_t i;

	for (i = 0; i < rules->n; i++)
		if (str_eq(rules->v[i].module, m ? m->name : module) && rule_blocks(&rules->v[i]))
			return &rules->v[i];
	return NULL;
}

const char *rule_place(struct check *c, const struct modprobe_rule *r)
{
	return r->line ? arena_printf(c->arena, "%s:%u", r->file, r->line) :
			 arena_printf(c->arena, "%s", "/proc/cmdline");
}

const char *driver_best(struct check *c, uint32_t gpu)
{
	const struct gpu *g = &c->snap->gpus.v[gpu];
	struct driver_view v;
	uint32_t i;

	for (i = 0; i < g->driver_wanted.n; i++) {
		driver_view(c, gpu, g->driver_wanted.v[i], &v);
		if (v.m &&
		    (v.m->available || v.m->state == MODULE_STATE_LOADED ||
		     v.m->state == MODULE_STATE_BUILTIN ||
		     (!FIELD_KNOWN(v.m, module, available) && driver_claims(&v) == CLAIM_YES)))
			return v.name;
	}
	if (g->driver_wanted.n)
		return g->driver_wanted.v[0];
	/* A family that the tables know and no driver serves; amdgpu claims every AMD display by its class all the same. */
	if (FIELD_KNOWN(g, gpu, driver_wanted))
		return NULL;
	/* Not in the tables: what claims it. */
	for (i = 0; i < g->drivers_possible.n; i++) {
		driver_view(c, gpu, g->drivers_possible.v[i], &v);
		if (v.row && str_eq(v.row->role, "gpu"))
			return v.name;
	}
	return NULL;
}

const char *package_text(struct check *c, const char *what, const char *driver)
{
	const struct platform *m = &c->snap->platform;
	const char *package = facts_package_find(what, driver, m->os_id, m->os_version);

	return package ?
		       arena_printf(c->arena, "package %s", package) :
		       arena_printf(c->arena, "your system's package with the %s %s", driver, what);
}
