/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel modules that matter to the GPUs here: those bound to them, those that could claim them, those the tables name
 * for them, the rivals of all these, and a few around them. Everything a check says about drivers rests on these rows.
 */
#include "probe/platform.h"

#include "base/parse.h"
#include "facts/facts.h"
#include "format/modules-alias.h"
#include "host/library.h"
#include "host/scan.h"

#include <errno.h>

#define PHASE "modules"
enum { MODULES_MAX = 128, PARAMS_MAX = 256, PARAM_VALUE_MAX = 256, FIRMWARE_MAX = 8192 };

struct module *modules_row(struct probe *p, const char *name)
{
	struct module_list *l = &p->snap->platform.modules;
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (module_name_eq(name, strlen(name), l->v[i].name))
			return &l->v[i];
	return NULL;
}

static void name_add(struct probe *p, const char *name)
{
	const struct facts_driver *driver = facts_driver_find(name);
	struct module_list *l = &p->snap->platform.modules;
	struct module *m;

	if (driver && driver->module)
		name = driver->module;
	if (!*name || l->n >= MODULES_MAX || modules_row(p, name))
		return;
	m = LIST_PUSH(p->a, l);
	FIELD_SET(m, module, name, module_name(p->a, name, strlen(name)));
}

static void names_add(struct probe *p, const char *words)
{
	struct strs names = str_split(p->a, words ? words : "", " ");
	uint32_t i;

	for (i = 0; i < names.n; i++)
		name_add(p, names.v[i]);
}

/* A driver, and what must not be loaded for the same GPU. */
static void driver_add(struct probe *p, const char *name)
{
	const struct facts_driver *row = facts_driver_find(name);

	name_add(p, name);
	if (row)
		names_add(p, row->rivals);
}

/* Modules that claim the GPU's main function. */
static void candidates(struct probe *p, struct gpu *g)
{
	const struct pci_device *d = &p->snap->pci.v[g->pci];
	const char *s;
	int r;

	if (!FIELD_KNOWN(d, pci_device, modalias) || !*d->modalias)
		return;
	r = tree_answer(p->tree, p->a, "modalias", d->modalias, &s);
	if (r == 0)
		FIELD_SET(g, gpu, drivers_possible, str_split(p->a, s, " "));
	else if (r != -ENODATA)
		snapshot_gap(p->snap, PHASE, arena_printf(p->a, "modalias %s", d->modalias), r);
}

static void gpu_names(struct probe *p, struct gpu *g)
{
	uint32_t i;

	candidates(p, g);
	if (g->driver)
		driver_add(p, g->driver);
	for (i = 0; i < g->driver_wanted.n; i++)
		driver_add(p, g->driver_wanted.v[i]);
	for (i = 0; i < g->drivers_possible.n; i++)
		driver_add(p, g->drivers_possible.v[i]);
}

static bool attr(struct probe *p, const char *module, const char *name, const char **ret)
{
	const char *path = arena_printf(p->a, "sys/module/%s/%s", module, name);
	int r = tree_read_str(p->root, path, p->a, ret);

	if (r < 0 && r != -ENOENT)
		snapshot_gap(p->snap, PHASE, path, r);
	return r == 0;
}

/*
 * Parameters in force. One that only root may read (force_probe has mode 0400) is a gap: what it is set to is not
 * known. Long ones are left out: they are lists for debugging.
 */
static void read_params(struct probe *p, struct module *m)
{
	const char *dir = arena_printf(p->a, "sys/module/%s/parameters", m->name), *s;
	struct strs names;
	uint32_t i;

	if (tree_list(p->root, dir, p->a, &names) < 0)
		return;
	for (i = 0; i < names.n && m->params.n < PARAMS_MAX; i++) {
		struct module_param *param;

		if (!attr(p, m->name, arena_printf(p->a, "parameters/%s", names.v[i]), &s) ||
		    strlen(s) > PARAM_VALUE_MAX)
			continue;
		param = LIST_PUSH(p->a, &m->params);
		FIELD_SET(param, module_param, name, names.v[i]);
		FIELD_SET(param, module_param, value, s);
	}
	FIELD_KNOW(m, module, params);
}

struct loaded_search {
	const char *module;
	bool found;
};

/* "i915 3735552 18 - Live 0x0000000000000000" */
static bool loaded_line(void *arg, const char *line, size_t n)
{
	struct loaded_search *s = arg;
	const char *blank = memchr(line, ' ', n);

	s->found = blank && module_name_eq(line, (size_t)(blank - line), s->module);
	return !s->found;
}

/* Where /sys/module cannot be looked at: the list in /proc. What is not in it may still be built in. */
static void read_state_of_list(struct probe *p, struct module *m)
{
	struct loaded_search s = {.module = m->name};

	if (tree_scan(p->root, "proc/modules", '\n', loaded_line, &s) < 0)
		return;
	if (s.found)
		FIELD_SET(m, module, state, MODULE_STATE_LOADED);
	else if (m->filename && str_eq(m->filename, "(builtin)"))
		FIELD_SET(m, module, state, MODULE_STATE_BUILTIN);
	else if (FIELD_KNOWN(m, module, available))
		FIELD_SET(m, module, state, MODULE_STATE_ABSENT);
}

/* Loaded modules have a state; what is built in has a folder only when it has parameters or a version. */
static void read_state(struct probe *p, struct module *m)
{
	const char *dir = arena_printf(p->a, "sys/module/%s", m->name), *s;
	int r = platform_absent(p, dir, "sys/module");

	if (r == 0 && (attr(p, m->name, "initstate", &s) || attr(p, m->name, "refcnt", &s)))
		FIELD_SET(m, module, state, MODULE_STATE_LOADED);
	else if (m->filename && str_eq(m->filename, "(builtin)"))
		FIELD_SET(m, module, state, MODULE_STATE_BUILTIN);
	else if (r == 0)
		/* Some captures keep only what interested them of a loaded module's folder. */
		FIELD_SET(m, module, state,
			  m->filename && *m->filename ? MODULE_STATE_LOADED : MODULE_STATE_BUILTIN);
	else if (r == -ENOENT)
		FIELD_SET(m, module, state, MODULE_STATE_ABSENT);
	else
		read_state_of_list(p, m);
	if (r < 0)
		return;
	FIELD_SET(m, module, version, attr(p, m->name, "version", &s) ? s : "");
	if (attr(p, m->name, "srcversion", &s))
		FIELD_SET(m, module, srcversion, s);
	if (attr(p, m->name, "taint", &s))
		FIELD_SET(m, module, taint, s);
	read_params(p, m);
}

static void read_file_place(struct probe *p, struct module *m)
{
	const char *s;

	if (tree_answer(p->tree, p->a, "modfile", m->name, &s) < 0)
		return;
	FIELD_SET(m, module, available, *s != '\0');
	FIELD_SET(m, module, filename, s);
}

/* A driver names a file once for each family that uses it. */
static struct strs each_once(struct arena *a, struct strs l)
{
	struct strs out = {0};
	uint32_t i;

	strs_sort(&l);
	for (i = 0; i < l.n; i++)
		if (i == 0 || !str_eq(l.v[i], l.v[i - 1]))
			strs_add(a, &out, l.v[i]);
	return out;
}

/*
 * What the file says. A packed file must be unpacked whole for that, which takes long for a large driver: only when
 * everything is asked for, or something is not right with a GPU.
 */
static void read_file(struct probe *p, struct module *m, bool deep)
{
	const char *s, *v;
	size_t n;
	int r;

	if (!m->filename || !*m->filename ||
	    (!deep && !str_ends(m->filename, ".ko") && m->filename[0] == '/'))
		return;
	r = tree_answer(p->tree, p->a, "modinfo", m->name, &s);
	if (r < 0) {
		if (r != -ENODATA)
			snapshot_gap(p->snap, PHASE, m->filename, r);
		return;
	}
	n = strlen(s);
	FIELD_SET(m, module, file_version, (v = keyval_get(p->a, s, n, "version")) ? v : "");
	FIELD_SET(m, module, license, (v = keyval_get(p->a, s, n, "license")) ? v : "");
	FIELD_SET(m, module, intree, keyval_get(p->a, s, n, "intree") != NULL);
	if (m->filename[0] == '/')
		FIELD_SET(m, module, signer, (v = keyval_get(p->a, s, n, "signer")) ? v : "");
	if ((v = keyval_get(p->a, s, n, "params")))
		FIELD_SET(m, module, param_names, str_split(p->a, v, " "));
	if (tree_answer(p->tree, p->a, "firmware", m->name, &s) == 0)
		FIELD_SET(m, module, firmware, each_once(p->a, str_split(p->a, s, "\n")));
}

/* Modules of GPU drivers are looked into; of the others it matters only whether they are there. */
static bool is_driver(const struct module *m)
{
	const struct facts_driver *row = facts_driver_find(m->name);

	return row && (str_eq(row->role, "gpu") || str_eq(row->role, "companion"));
}

/* Whether something is the matter with a GPU that its driver may have to do with. */
static bool in_trouble(const struct gpu *g)
{
	const struct facts_driver *row =
		g->driver && *g->driver ? facts_driver_find(g->driver) : NULL;

	switch (g->state) {
	case GPU_STATE_UNBOUND:
	case GPU_STATE_DEGRADED:
	case GPU_STATE_WEDGED: return true;
	case GPU_STATE_BOUND: return !row || str_eq(row->role, "gpu");
	default: return false;
	}
}

static bool some_in_trouble(const struct snapshot *s)
{
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		if (in_trouble(&s->gpus.v[i]))
			return true;
	return false;
}

/* The NVIDIA module that runs: its version, and which of the two kinds it is. */
static void read_nvidia(struct probe *p, struct platform *m)
{
	const struct module *row = modules_row(p, "nvidia");
	const char *s, *at;
	int r;

	if (tree_read_str(p->root, "proc/driver/nvidia/version", p->a, &s) == 0) {
		bool open = strstr(s, "Open Kernel Module") != NULL;

		at = strstr(s, "Kernel Module");
		at = at ? at + strcspn(at, "\n0123456789") : s;
		/* "… Open Kernel Module for x86_64  570.86.16  Release Build": the version is the first with a dot. */
		while (*at && *at != '\n' &&
		       !(strspn(at, "0123456789") && at[strspn(at, "0123456789")] == '.')) {
			at += strcspn(at, " \n");
			at += strspn(at, " ");
		}
		FIELD_SET(m, platform, nvidia_module_version,
			  arena_strn(p->a, at, strspn(at, "0123456789.")));
		FIELD_SET(m, platform, nvidia_module_flavour, open ? "open" : "proprietary");
	} else if (row && row->state == MODULE_STATE_LOADED) {
		if (row->version && *row->version)
			FIELD_SET(m, platform, nvidia_module_version, row->version);
		/* The taint 'P' is what a module gets that is not under a free licence. */
		if (FIELD_KNOWN(row, module, taint))
			FIELD_SET(m, platform, nvidia_module_flavour,
				  strchr(row->taint, 'P') ? "proprietary" : "open");
	}
	r = tree_answer(p->tree, p->a, "library", "libnvidia-ml.so", &s);
	if (r == -ENODATA)
		r = library_versions(p->root, p->a, "libnvidia-ml.so", &s);
	if (r == 0)
		FIELD_SET(m, platform, nvidia_library_version, s);
}

static void read_peer_memory(struct probe *p, struct platform *m)
{
	struct strs names;
	int module = platform_absent(p, "sys/module/nvidia_peermem", "sys/module");
	int clients = tree_list(p->root, "sys/kernel/mm/memory_peers", p->a, &names);

	if (module == 0 || (clients == 0 && names.n))
		FIELD_SET(m, platform, peer_memory, true);
	else if (module == -ENOENT)
		FIELD_SET(m, platform, peer_memory, false);
}

static bool wants_nvidia(const struct snapshot *s)
{
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		if (s->gpus.v[i].vendor == GPU_VENDOR_NVIDIA)
			return true;
	return false;
}

/* What the driver's module says of a GPU's driver. */
static void gpu_driver(struct probe *p, struct gpu *g)
{
	const struct platform *m = &p->snap->platform;
	const struct module *row = g->driver && *g->driver ? modules_row(p, g->driver) : NULL;

	if (!row)
		return;
	if (FIELD_KNOWN(row, module, version))
		FIELD_SET(g, gpu, driver_version, row->version);
	if (str_eq(row->name, "nvidia") && FIELD_KNOWN(m, platform, nvidia_module_flavour))
		FIELD_SET(g, gpu, driver_flavour, m->nvidia_module_flavour);
	if (str_eq(row->name, "nvidia") && FIELD_KNOWN(m, platform, nvidia_module_version))
		FIELD_SET(g, gpu, driver_version, m->nvidia_module_version);
}

void probe_modules(struct probe *p)
{
	struct platform *m = &p->snap->platform;
	const struct facts_module *fact;
	bool deep = p->request->phases & PROBE_FILES || some_in_trouble(p->snap);
	uint32_t i;

	for (i = 0; i < p->snap->gpus.n; i++)
		gpu_names(p, &p->snap->gpus.v[i]);
	for (fact = facts_modules; fact->name; fact++)
		name_add(p, fact->name);
	for (i = 0; i < m->modules.n; i++) {
		read_file_place(p, &m->modules.v[i]);
		read_state(p, &m->modules.v[i]);
		if (is_driver(&m->modules.v[i]))
			read_file(p, &m->modules.v[i], deep);
	}
	FIELD_KNOW(m, platform, modules);
	if (wants_nvidia(p->snap))
		read_nvidia(p, m);
	read_peer_memory(p, m);
	for (i = 0; i < p->snap->gpus.n; i++)
		gpu_driver(p, &p->snap->gpus.v[i]);
	modules_rules(p);
	modules_firmware(p);
	if (deep)
		modules_initramfs(p);
	modules_nodes(p);
	modules_xorg(p);
}
