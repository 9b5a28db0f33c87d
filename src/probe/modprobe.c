/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules for modprobe in the order in which kmod reads them: of files with the same name the first folder's counts, and
 * those that are left are read sorted by name. The kernel command line has its own ways to say the same.
 */
#include "probe/platform.h"

#include "base/parse.h"
#include "format/modprobe-conf.h"
#include "format/modules-alias.h"

#include <errno.h>

#define PHASE "modules"
#define CMDLINE "kernel command line"
enum { FILES_MAX = 1024, RULES_MAX = 4096, CONF_MAX = 1 << 20 };

/* kmod/kmod:libkmod/libkmod.c, default_config_paths */
static const struct {
	const char *dir, *above;
} folders[] = {
	{"etc/modprobe.d", "etc"},	     {"run/modprobe.d", "run"},
	{"usr/local/lib/modprobe.d", "usr"}, {"usr/lib/modprobe.d", "usr"},
	{"lib/modprobe.d", "lib"},
};

static const enum modprobe_kind kind_of_word[] = {
	[MODPROBE_WORD_BLACKLIST] = MODPROBE_KIND_BLACKLIST,
	[MODPROBE_WORD_OPTIONS] = MODPROBE_KIND_OPTIONS,
	[MODPROBE_WORD_INSTALL] = MODPROBE_KIND_INSTALL,
	[MODPROBE_WORD_ALIAS] = MODPROBE_KIND_ALIAS,
	[MODPROBE_WORD_SOFTDEP] = MODPROBE_KIND_SOFTDEP,
	[MODPROBE_WORD_REMOVE] = MODPROBE_KIND_UNKNOWN,
};

static void rule_add(struct probe *p, enum modprobe_kind kind, const char *module, const char *text,
		     const char *file, unsigned line)
{
	struct platform *m = &p->snap->platform;
	struct modprobe_rule *rule;

	if (kind == MODPROBE_KIND_UNKNOWN || !modules_row(p, module) || m->modprobe.n >= RULES_MAX)
		return;
	rule = LIST_PUSH(p->a, &m->modprobe);
	FIELD_SET(rule, modprobe_rule, kind, kind);
	FIELD_SET(rule, modprobe_rule, module, module);
	FIELD_SET(rule, modprobe_rule, text, text);
	FIELD_SET(rule, modprobe_rule, file, file);
	FIELD_SET(rule, modprobe_rule, line, line);
}

static void read_conf(struct probe *p, const char *path)
{
	struct modprobe_lines lines = {0};
	char *text;
	size_t n;
	uint32_t i;
	int r = tree_read_file(p->root, path, p->a, CONF_MAX, &text, &n);

	if (r < 0) {
		snapshot_gap(p->snap, PHASE, path, r);
		return;
	}
	modprobe_conf_parse(p->a, text, n, &lines);
	for (i = 0; i < lines.n; i++) {
		const struct modprobe_line *l = &lines.v[i];
		bool off = l->word == MODPROBE_WORD_ALIAS && str_eq(l->module, "off");

		/* "alias nouveau off" is about nouveau. */
		rule_add(p, kind_of_word[l->word],
			 off ? module_name(p->a, l->text, strlen(l->text)) : l->module,
			 off ? "off" : l->text, arena_printf(p->a, "/%s", path), l->line);
	}
}

struct conf_file {
	const char *name, *path;
};
struct conf_files {
	struct conf_file *v;
	uint32_t n;
};

static bool has_name(const struct conf_files *files, const char *name)
{
	uint32_t i;

	for (i = 0; i < files->n; i++)
		if (str_eq(files->v[i].name, name))
			return true;
	return false;
}

static int file_cmp(const void *a, const void *b)
{
	return strcmp(((const struct conf_file *)a)->name, ((const struct conf_file *)b)->name);
}

/* False when a folder that could be there was not looked at. */
static bool folder_add(struct probe *p, const char *dir, const char *above,
		       struct conf_files *files)
{
	struct strs names;
	uint32_t i;
	int r = tree_list(p->root, dir, p->a, &names);

	if (r < 0) {
		if (r != -ENOENT && r != -ENODATA)
			snapshot_gap(p->snap, PHASE, dir, r);
		return r == -ENOENT && platform_absent(p, dir, above) == -ENOENT;
	}
	for (i = 0; i < names.n && files->n < FILES_MAX; i++) {
		struct conf_file *f;

		if (!str_ends(names.v[i], ".conf") || has_name(files, names.v[i]))
			continue;
		f = LIST_PUSH(p->a, files);
		*f = (struct conf_file){names.v[i], arena_printf(p->a, "%s/%s", dir, names.v[i])};
	}
	return true;
}

/* A list of modules: "modprobe.blacklist=nouveau,radeon". */
static void blacklist_add(struct probe *p, const char *list, const char *text)
{
	struct strs modules = str_split(p->a, list, ",");
	uint32_t i;

	for (i = 0; i < modules.n; i++)
		rule_add(p, MODPROBE_KIND_BLACKLIST,
			 module_name(p->a, modules.v[i], strlen(modules.v[i])), text, CMDLINE, 0);
}

/*
 * modprobe.blacklist is kmod's, module_blacklist the kernel's own (kernel/module/main.c), rd.driver.blacklist dracut's;
 * NAME.option=value is an option.
 */
static void cmdline_rules(struct probe *p)
{
	static const char *const lists[] = {"modprobe.blacklist", "module_blacklist",
					    "rd.driver.blacklist"};
	const struct cmdline_param_list *params = &p->snap->platform.params;
	uint32_t i;
	unsigned k;

	for (i = 0; i < params->n; i++) {
		const struct cmdline_param *c = &params->v[i];
		const char *dot = strchr(c->name, '.');
		const char *text = arena_printf(p->a, "%s=%s", c->name, c->value);

		for (k = 0; k < ARRAY_LEN(lists) && !str_eq(c->name, lists[k]); k++)
			;
		if (k < ARRAY_LEN(lists))
			blacklist_add(p, c->value, text);
		else if (dot && dot > c->name)
			rule_add(p, MODPROBE_KIND_OPTIONS,
				 module_name(p->a, c->name, (size_t)(dot - c->name)),
				 arena_printf(p->a, "%s%s%s", dot + 1, *c->value ? "=" : "",
					      c->value),
				 CMDLINE, 0);
	}
}

void modules_rules(struct probe *p)
{
	struct conf_files files = {0};
	bool known = false;
	unsigned i;

	for (i = 0; i < ARRAY_LEN(folders); i++)
		known |= folder_add(p, folders[i].dir, folders[i].above, &files);
	if (files.n)
		qsort(files.v, files.n, sizeof(*files.v), file_cmp);
	for (i = 0; i < files.n; i++)
		read_conf(p, files.v[i].path);
	cmdline_rules(p);
	if (known || p->snap->platform.modprobe.n)
		FIELD_KNOW(&p->snap->platform, platform, modprobe);
}
