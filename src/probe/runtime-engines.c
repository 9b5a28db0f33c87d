/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of each engine: which files count, where the switches are. */
#include "probe/runtime.h"

#include "base/parse.h"
#include "format/glob.h"
#include "format/json.h"

#include <errno.h>

static bool list_has(const struct toml *list, const char *text)
{
	uint32_t i;

	for (i = 0; list && list->type == TOML_ARRAY && i < list->list.n; i++)
		if (str_eq(toml_str(list->list.v[i]), text))
			return true;
	return false;
}

/* containers.conf(5): the distribution's, the administrator's, drop-ins, and the user's. */
void runtime_podman(struct probe *p, struct runtime *r)
{
	static const char *const dirs[] = {"engine", "cdi_spec_dirs", NULL}, *const chosen[] = {"engine", "runtime", NULL},
			*const runtimes[] = {"engine", "runtimes", NULL}, *const label[] = {"containers", "label", NULL},
			*const annotations[] = {"containers", "annotations", NULL};
	static const char *const hooks[] = {"usr/share/containers/oci/hooks.d/oci-nvidia-hook.json",
					    "etc/containers/oci/hooks.d/oci-nvidia-hook.json"};
	const struct user *u = FIELD_KNOWN(&p->snap->platform, platform, user) ? &p->snap->platform.user : NULL;
	const struct toml *v;
	struct layers l = {0};
	const char *file;
	unsigned i;

	runtime_layer(p, r, "usr/share/containers/containers.conf", &l);
	runtime_layer(p, r, "etc/containers/containers.conf", &l);
	runtime_layer_folder(p, r, "etc/containers/containers.conf.d", ".conf", &l);
	if (u && FIELD_KNOWN(u, user, name) && !strchr(u->name, '/')) {
		const char *home = u->uid == 0 ? "root" : arena_printf(p->a, "home/%s", u->name);

		runtime_layer(p, r, arena_printf(p->a, "%s/.config/containers/containers.conf", home), &l);
		runtime_layer_folder(p, r, arena_printf(p->a, "%s/.config/containers/containers.conf.d", home), ".conf", &l);
	}
	runtime_cdi(r, -1, NULL, 0);
	v = runtime_value(&l, dirs, &file);
	runtime_dirs(p, r, v, file);
	v = runtime_value(&l, chosen, &file);
	if (toml_str(v))
		runtime_default(p, r, file, v->line, "engine.runtime", toml_str(v));
	v = runtime_value(&l, runtimes, &file);
	runtime_legacy(p, r, file, v);
	runtime_selinux(p, r, toml_bool(runtime_value(&l, label, &file), true));
	FIELD_SET(r, runtime, keeps_groups, list_has(runtime_value(&l, annotations, &file), "run.oci.keep_original_groups=1"));
	runtime_rootless(p, r);
	runtime_oci(p, r);
	for (i = 0; i < ARRAY_LEN(hooks); i++)
		if (tree_exists(p->root, hooks[i]))
			runtime_mark(p, r, RUNTIME_MARK_KIND_LEGACY, arena_printf(p->a, "/%s", hooks[i]), 0, "hook", "oci-nvidia-hook");
}

/* Line of the first member of that name; jansson keeps none. */
static uint32_t json_line(const char *text, const char *name)
{
	size_t n = strlen(name);
	uint32_t line = 1;

	for (; *text; text++) {
		line += *text == '\n';
		if (*text == '"' && strncmp(text + 1, name, n) == 0 && text[n + 1] == '"' && text[n + 2 + strspn(text + n + 2, " \t\r\n")] == ':')
			return line;
	}
	return 0;
}

static void docker_runtimes(struct probe *p, struct runtime *r, const char *file, const char *text, json_t *doc)
{
	const char *name, *path, *chosen = json_get_str(doc, "default-runtime");
	struct runtime_mark *m;
	struct tree_stat st;
	json_t *one;
	int result;

	json_object_foreach(json_object_get(doc, "runtimes"), name, one) {
		path = json_get_str(one, "path");
		if (!str_eq(name, "nvidia") && !(path && str_starts(str_base(path), "nvidia-container-runtime")))
			continue;
		m = runtime_mark(p, r, RUNTIME_MARK_KIND_LEGACY, file, json_line(text, name), arena_printf(p->a, "runtimes.%s", name),
				 path ? arena_str(p->a, path) : "");
		if (!path || *path != '/')
			continue;
		result = tree_stat(p->root, path + 1, &st);
		if (result == 0 || result == -ENOENT)
			FIELD_SET(m, runtime_mark, exists, result == 0);
	}
	if (chosen)
		runtime_default(p, r, file, json_line(text, "default-runtime"), "default-runtime", arena_str(p->a, chosen));
}

static void docker_dirs(struct probe *p, struct runtime *r, const char *file, const char *text, const json_t *dirs)
{
	json_t *one;
	size_t i;

	runtime_dirs(p, r, NULL, NULL);
	if (json_array_size(dirs) == 0)
		return;
	r->cdi_spec_dirs = (struct strs){0};
	FIELD_SET(r, runtime, cdi_dirs_file, file);
	FIELD_SET(r, runtime, cdi_dirs_line, json_line(text, "cdi-spec-dirs"));
	json_array_foreach(dirs, i, one)
		if (json_string_value(one))
			runtime_dir_add(p, r, json_string_value(one));
}

void runtime_docker(struct probe *p, struct runtime *r)
{
	static const char path[] = "etc/docker/daemon.json", file[] = "/etc/docker/daemon.json";
	json_t *doc CLEANUP(json_freep) = NULL, *on;
	struct err e = {0};
	char *text = NULL;
	size_t n;
	int result = tree_read_file(p->root, path, p->a, TOML_TEXT_MAX, &text, &n);

	if (result < 0)
		snapshot_gap(p->snap, "runtime", path, result);
	if (result == 0) {
		strs_add(p->a, &r->config, file);
		if (str_trim(arena_str(p->a, text))[0] != '\0' && json_read(file, text, n, &doc, &e) < 0) {
			const char *place = e.text + sizeof(file);
			uint32_t line = 0;

			parse_u32(arena_strn(p->a, place, strspn(place, "0123456789")), 10, UINT32_MAX, &line);
			runtime_mark(p, r, RUNTIME_MARK_KIND_BROKEN, file, line, "", arena_str(p->a, e.text));
		}
	}
	on = json_object_get(json_object_get(doc, "features"), "cdi");
	if (result == 0 || result == -ENOENT)
		runtime_cdi(r, json_is_boolean(on) ? json_is_true(on) : -1, file, text ? json_line(text, "cdi") : 0);
	runtime_selinux(p, r, json_is_true(json_object_get(doc, "selinux-enabled")));
	docker_dirs(p, r, file, text ? text : "", json_object_get(doc, "cdi-spec-dirs"));
	docker_runtimes(p, r, file, text ? text : "", doc);
}

/* Where the CRI plugin's table is depends on the configuration's version. */
static const struct toml *cri_table(const struct toml *root)
{
	static const char *const names[] = {NULL, "cri", "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime"};
	int64_t version = toml_int(toml_get(root, "version"), 1);

	return toml_get(toml_get(root, "plugins"), names[version >= 1 && version <= 3 ? version : 3]);
}

/* Files that `imports` names, read as layers behind the main one; "*" in the last component only. */
static void containerd_imports(struct probe *p, struct runtime *r, const char *folder, const struct toml *imports, struct layers *l)
{
	uint32_t i, k;

	for (i = 0; imports && i < imports->list.n; i++) {
		const char *pattern = toml_str(imports->list.v[i]), *slash;
		struct strs names;

		if (!pattern)
			continue;
		pattern = *pattern == '/' ? pattern + 1 : arena_printf(p->a, "%s/%s", folder, pattern);
		slash = strrchr(pattern, '/');
		if (!slash || tree_list(p->root, arena_strn(p->a, pattern, (size_t)(slash - pattern)), p->a, &names) < 0)
			continue;
		for (k = 0; k < names.n && k < 256; k++)
			if (glob_match(slash + 1, strlen(slash + 1), names.v[k], strlen(names.v[k])))
				runtime_layer(p, r, arena_printf(p->a, "%.*s/%s", (int)(slash - pattern), pattern, names.v[k]), l);
	}
}

/*
 * Only the tables that count: before 2.1 the last file that has the CRI plugin's table replaces it as a whole, which is
 * marked, because what the main file says of runtimes and registries is then gone.
 */
static void containerd_merge(struct probe *p, struct runtime *r, const struct layers *all, struct layers *ret)
{
	bool merges = FIELD_KNOWN(r, runtime, version_number) && r->version_number >= facts_containerd_merges;
	uint32_t i;

	for (i = 0; i < all->n; i++) {
		const struct toml *cri = cri_table(all->v[i].root);

		if (!cri)
			continue;
		if (ret->n && !merges && FIELD_KNOWN(r, runtime, version_number)) {
			runtime_mark(p, r, RUNTIME_MARK_KIND_MERGE, all->v[i].file, cri->line, "plugins", ret->v[ret->n - 1].file);
			*ret = (struct layers){0};
		}
		*LIST_PUSH(p->a, ret) = (struct layer){.file = all->v[i].file, .root = cri};
	}
}

/* A template that does not take over the generated part freezes it for good. */
static void containerd_template(struct probe *p, struct runtime *r, const char *folder)
{
	static const char *const names[] = {"config.toml.tmpl", "config-v3.toml.tmpl"};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		const char *path = arena_printf(p->a, "%s/%s", folder, names[i]);
		char *text;

		if (tree_read_file(p->root, path, p->a, TOML_TEXT_MAX, &text, NULL) < 0)
			continue;
		strs_add(p->a, &r->config, arena_printf(p->a, "/%s", path));
		if (!strstr(text, "template \"base\""))
			runtime_mark(p, r, RUNTIME_MARK_KIND_TEMPLATE, arena_printf(p->a, "/%s", path), 0, "", r->managed_by);
	}
}

/* As docker's own package of containerd has it: nobody can ask for a device by name then, and whether CDI is on is no question. */
static bool cri_disabled(const struct layers *all)
{
	static const char *const keys[] = {"disabled_plugins", NULL};
	const char *file;
	const struct toml *list = runtime_value(all, keys, &file);

	return list_has(list, "cri") || list_has(list, "io.containerd.grpc.v1.cri") || list_has(list, "io.containerd.cri.v1.runtime");
}

void runtime_containerd(struct probe *p, struct runtime *r, const char *folder)
{
	static const char *const on_keys[] = {"enable_cdi", NULL}, *const dir_keys[] = {"cdi_spec_dirs", NULL},
			*const default_keys[] = {"containerd", "default_runtime_name", NULL},
			*const selinux_keys[] = {"enable_selinux", NULL},
			*const runtime_keys[] = {"containerd", "runtimes", NULL};
	struct layers all = {0}, cri = {0};
	const struct toml *v;
	const char *file;
	uint32_t i;

	if (runtime_layer(p, r, arena_printf(p->a, "%s/config.toml", folder), &all)) {
		FIELD_SET(r, runtime, config_version, (uint32_t)toml_int(toml_get(all.v[0].root, "version"), 1));
		containerd_imports(p, r, folder, toml_get(all.v[0].root, "imports"), &all);
	}
	if (*r->managed_by)
		containerd_template(p, r, folder);
	containerd_merge(p, r, &all, &cri);
	v = runtime_value(&cri, on_keys, &file);
	if (!cri_disabled(&all))
		runtime_cdi(r, v && v->type == TOML_BOOL ? v->yes : -1, file, v ? v->line : 0);
	runtime_selinux(p, r, toml_bool(runtime_value(&cri, selinux_keys, &file), false));
	v = runtime_value(&cri, dir_keys, &file);
	runtime_dirs(p, r, v, file);
	v = runtime_value(&cri, default_keys, &file);
	if (toml_str(v))
		runtime_default(p, r, file, v->line, "default_runtime_name", toml_str(v));
	for (i = 0; i < cri.n; i++)
		runtime_legacy(p, r, cri.v[i].file, runtime_value(&(struct layers){&cri.v[i], 1}, runtime_keys, &file));
}

void runtime_crio(struct probe *p, struct runtime *r)
{
	static const char *const dirs[] = {"crio", "runtime", "cdi_spec_dirs", NULL},
			*const chosen[] = {"crio", "runtime", "default_runtime", NULL},
			*const selinux[] = {"crio", "runtime", "selinux", NULL},
			*const runtimes[] = {"crio", "runtime", "runtimes", NULL};
	struct layers l = {0};
	const struct toml *v;
	const char *file;
	uint32_t i;

	runtime_layer(p, r, "etc/crio/crio.conf", &l);
	runtime_layer_folder(p, r, "etc/crio/crio.conf.d", "", &l);
	runtime_cdi(r, -1, NULL, 0);
	runtime_selinux(p, r, toml_bool(runtime_value(&l, selinux, &file), false));
	v = runtime_value(&l, dirs, &file);
	runtime_dirs(p, r, v, file);
	v = runtime_value(&l, chosen, &file);
	if (toml_str(v))
		runtime_default(p, r, file, v->line, "default_runtime", toml_str(v));
	for (i = 0; i < l.n; i++)
		runtime_legacy(p, r, l.v[i].file, runtime_value(&(struct layers){&l.v[i], 1}, runtimes, &file));
}
