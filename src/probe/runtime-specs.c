/* SPDX-License-Identifier: Apache-2.0 */
/* CDI specs: what each offers, and whether the device nodes that it hands out are here. */
#include "probe/runtime.h"

#include "base/parse.h"
#include "format/json.h"
#include "format/yaml.h"

#include <errno.h>

#define PHASE "runtime"
enum { FILES_MAX = 256, SPEC_MAX = 4 * 1024 * 1024 };

/* What a spec says of itself; the texts are kept. */
static void spec_take(struct probe *p, struct cdi_file *f, const char *kind, const char *version)
{
	const char *unused;

	if (kind)
		FIELD_SET(f, cdi_file, kind, arena_str(p->a, kind));
	if (version) {
		FIELD_SET(f, cdi_file, version, arena_str(p->a, version));
		if (runtime_version_parse(p, version, &unused, &f->version_number))
			FIELD_KNOW(f, cdi_file, version_number);
	}
	FIELD_SET(f, cdi_file, fault,
		  !kind	   ? "it names no kind" :
		  !version ? "it names no version" :
			     "");
	FIELD_KNOW(f, cdi_file, devices);
	FIELD_KNOW(f, cdi_file, missing);
}

/* A node of the host; without a path of its own there it is called as in the container. */
static void node_take(struct probe *p, struct cdi_file *f, const char *host, const char *path)
{
	const char *node = host ? host : path;
	struct tree_stat st;

	if (node && *node == '/' && !strs_has(&f->missing, node) &&
	    tree_stat(p->root, node + 1, &st) == -ENOENT)
		strs_add(p->a, &f->missing, arena_str(p->a, node));
}

static void yaml_nodes(struct probe *p, struct cdi_file *f, const struct yaml *edits)
{
	const struct yaml *nodes = yaml_get(edits, "deviceNodes");
	uint32_t i;

	for (i = 0; nodes && i < nodes->list.n; i++)
		node_take(p, f, yaml_str(yaml_get(nodes->list.v[i], "hostPath")),
			  yaml_str(yaml_get(nodes->list.v[i], "path")));
}

static void read_yaml(struct probe *p, struct cdi_file *f, const char *text, size_t n)
{
	const struct yaml *devices;
	struct err e = {0};
	struct yaml *doc;
	uint32_t i;

	if (yaml_parse(p->a, f->path, text, n, &doc, &e) < 0) {
		FIELD_SET(f, cdi_file, fault, arena_str(p->a, e.text));
		return;
	}
	spec_take(p, f, yaml_str(yaml_get(doc, "kind")), yaml_str(yaml_get(doc, "cdiVersion")));
	devices = yaml_get(doc, "devices");
	for (i = 0; devices && i < devices->list.n; i++) {
		const struct yaml *one = devices->list.v[i];

		if (yaml_str(yaml_get(one, "name")))
			strs_add(p->a, &f->devices, yaml_str(yaml_get(one, "name")));
		yaml_nodes(p, f, yaml_get(one, "containerEdits"));
	}
	yaml_nodes(p, f, yaml_get(doc, "containerEdits"));
}

static void json_nodes(struct probe *p, struct cdi_file *f, const json_t *edits)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(edits, "deviceNodes"), i, one)
		node_take(p, f, json_get_str(one, "hostPath"), json_get_str(one, "path"));
}

static void read_json(struct probe *p, struct cdi_file *f, const char *text, size_t n)
{
	json_t *doc CLEANUP(json_freep) = NULL, *one;
	struct err e = {0};
	size_t i;

	if (json_read(f->path, text, n, &doc, &e) < 0) {
		FIELD_SET(f, cdi_file, fault, arena_str(p->a, e.text));
		return;
	}
	spec_take(p, f, json_get_str(doc, "kind"), json_get_str(doc, "cdiVersion"));
	json_array_foreach(json_object_get(doc, "devices"), i, one) {
		if (json_get_str(one, "name"))
			strs_add(p->a, &f->devices, arena_str(p->a, json_get_str(one, "name")));
		json_nodes(p, f, json_object_get(one, "containerEdits"));
	}
	json_nodes(p, f, json_object_get(doc, "containerEdits"));
}

static void read_spec(struct probe *p, const char *path)
{
	struct cdi_file *f = LIST_PUSH(p->a, &p->snap->cdi_specs);
	char *text;
	size_t n;
	int r = tree_read_file(p->root, path, p->a, SPEC_MAX, &text, &n);

	FIELD_SET(f, cdi_file, path, arena_printf(p->a, "/%s", path));
	FIELD_SET(f, cdi_file, ours, str_starts(str_base(path), "gpubay-"));
	if (r < 0)
		snapshot_gap(p->snap, PHASE, path, r);
	else if (str_ends(path, ".yaml"))
		read_yaml(p, f, text, n);
	else
		read_json(p, f, text, n);
}

bool runtime_var_run_apart(const struct tree_dir *root, struct arena *a)
{
	const char *target;

	return tree_readlink(root, "var/run", a, &target) == -EINVAL;
}

static void folder_add(struct arena *a, const char *dir, bool apart, struct strs *ret)
{
	char *path = arena_str(a, *dir == '/' ? dir + 1 : "");
	size_t n = strlen(path);

	while (n && path[n - 1] == '/')
		path[--n] = '\0';
	if (!apart && str_starts(path, "var/run/"))
		path += strlen("var/");
	if (*path && !strs_has(ret, path))
		strs_add(a, ret, path);
}

void runtime_spec_folders(const struct tree_dir *root, const struct snapshot *s, struct arena *a, struct strs *ret)
{
	bool apart = runtime_var_run_apart(root, a);
	uint32_t i, k;

	*ret = (struct strs){0};
	folder_add(a, "/etc/cdi", apart, ret);
	folder_add(a, "/run/cdi", apart, ret);
	folder_add(a, "/var/run/cdi", apart, ret);
	for (i = 0; s && i < s->runtimes.n; i++)
		for (k = 0; k < s->runtimes.v[i].cdi_spec_dirs.n; k++)
			folder_add(a, s->runtimes.v[i].cdi_spec_dirs.v[k], apart, ret);
}

void runtime_specs(struct probe *p)
{
	struct strs folders, names;
	uint32_t i, k;

	runtime_spec_folders(p->root, p->snap, p->a, &folders);
	for (i = 0; i < folders.n; i++) {
		if (tree_list(p->root, folders.v[i], p->a, &names) < 0)
			continue;
		for (k = 0; k < names.n && k < FILES_MAX; k++)
			if (str_ends(names.v[k], ".json") || str_ends(names.v[k], ".yaml"))
				read_spec(p, arena_printf(p->a, "%s/%s", folders.v[i], names.v[k]));
	}
}
