/* SPDX-License-Identifier: Apache-2.0 */
/* Container engines, by files alone: none is started or asked. */
#include "probe/runtime.h"

#include "base/parse.h"

#include <errno.h>

#define PHASE "runtime"
enum { FILES_MAX = 256 };

struct runtime_mark *runtime_mark(struct probe *p, struct runtime *r, enum runtime_mark_kind kind, const char *file,
				  uint32_t line, const char *key, const char *value)
{
	struct runtime_mark *m = LIST_PUSH(p->a, &r->marks);

	FIELD_SET(m, runtime_mark, kind, kind);
	FIELD_SET(m, runtime_mark, file, file);
	FIELD_SET(m, runtime_mark, line, line);
	FIELD_SET(m, runtime_mark, key, key);
	FIELD_SET(m, runtime_mark, value, value);
	return m;
}

bool runtime_layer(struct probe *p, struct runtime *r, const char *path, struct layers *l)
{
	const char *file = arena_printf(p->a, "/%s", path);
	struct err e = {0};
	struct toml *root;
	char *text;
	size_t n;
	int result = tree_read_file(p->root, path, p->a, TOML_TEXT_MAX, &text, &n);
	struct layer *one;

	if (result < 0) {
		snapshot_gap(p->snap, PHASE, path, result);
		return false;
	}
	strs_add(p->a, &r->config, file);
	if (toml_parse(p->a, file, text, n, &root, &e) < 0) {
		const char *place = e.text + strlen(file) + 1;
		uint32_t line = 0;

		parse_u32(arena_strn(p->a, place, strspn(place, "0123456789")), 10, UINT32_MAX, &line);
		runtime_mark(p, r, RUNTIME_MARK_KIND_BROKEN, file, line, "", arena_str(p->a, e.text));
		return false;
	}
	one = LIST_PUSH(p->a, l);
	one->file = file;
	one->root = root;
	return true;
}

void runtime_layer_folder(struct probe *p, struct runtime *r, const char *folder, const char *end, struct layers *l)
{
	struct strs names;
	uint32_t i;

	if (tree_list(p->root, folder, p->a, &names) < 0)
		return;
	for (i = 0; i < names.n && i < FILES_MAX; i++)
		if (str_ends(names.v[i], end))
			runtime_layer(p, r, arena_printf(p->a, "%s/%s", folder, names.v[i]), l);
}

const struct toml *runtime_value(const struct layers *l, const char *const *keys, const char **ret_file)
{
	const struct toml *found = NULL;
	uint32_t i;

	*ret_file = "";
	for (i = 0; i < l->n; i++) {
		const struct toml *v = l->v[i].root;
		const char *const *k;

		for (k = keys; *k && v; k++)
			v = toml_get(v, *k);
		if (v) {
			found = v;
			*ret_file = l->v[i].file;
		}
	}
	return found;
}

/* Whether a runtime's name or program is that of NVIDIA's container toolkit before CDI. */
static bool is_legacy(const char *s)
{
	return s && (str_eq(s, "nvidia") || str_starts(s, "nvidia-") || str_starts(str_base(s), "nvidia-container-runtime"));
}

static const char *program_of(const struct toml *one)
{
	const struct toml *options = toml_get(one, "options"), *list = one;
	const char *program = toml_str(toml_get(options, "BinaryName"));

	if (!program)
		program = toml_str(toml_get(one, "runtime_path"));
	if (!program && list->type == TOML_ARRAY && list->list.n)
		program = toml_str(list->list.v[0]);
	return program;
}

static void mark_program(struct probe *p, struct runtime_mark *m, const char *program)
{
	struct tree_stat st;
	int result;

	if (!program || *program != '/')
		return;
	result = tree_stat(p->root, program + 1, &st);
	if (result == 0 || result == -ENOENT)
		FIELD_SET(m, runtime_mark, exists, result == 0);
}

void runtime_legacy(struct probe *p, struct runtime *r, const char *file, const struct toml *runtimes)
{
	uint32_t i;

	for (i = 0; runtimes && runtimes->type == TOML_TABLE && i < runtimes->list.n; i++) {
		const struct toml *one = runtimes->list.v[i];
		const char *program = program_of(one), *name = utf8_clean(p->a, one->key, one->n_key);

		if (is_legacy(name) || is_legacy(program))
			mark_program(p, runtime_mark(p, r, RUNTIME_MARK_KIND_LEGACY, file, one->line, arena_printf(p->a, "runtimes.%s", name),
						     program ? utf8_clean(p->a, program, strlen(program)) : ""), program);
	}
}

void runtime_default(struct probe *p, struct runtime *r, const char *file, uint32_t line, const char *key, const char *value)
{
	if (is_legacy(value))
		mark_program(p, runtime_mark(p, r, RUNTIME_MARK_KIND_DEFAULT, file, line, key, utf8_clean(p->a, value, strlen(value))), value);
}

void runtime_dir_add(struct probe *p, struct runtime *r, const char *dir)
{
	char *path = utf8_clean(p->a, dir, strlen(dir));
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
	strs_add(p->a, &r->cdi_spec_dirs, path);
}

void runtime_dirs(struct probe *p, struct runtime *r, const struct toml *dirs, const char *file)
{
	uint32_t i;

	FIELD_KNOW(r, runtime, cdi_spec_dirs);
	FIELD_SET(r, runtime, cdi_dirs_file, dirs ? file : "");
	FIELD_SET(r, runtime, cdi_dirs_line, dirs ? dirs->line : 0);
	for (i = 0; dirs && i < dirs->list.n; i++) {
		const char *dir = toml_str(dirs->list.v[i]);

		if (dir)
			runtime_dir_add(p, r, dir);
	}
	if (!dirs) {
		strs_add(p->a, &r->cdi_spec_dirs, "/etc/cdi");
		strs_add(p->a, &r->cdi_spec_dirs, "/var/run/cdi");
	}
}

void runtime_cdi(struct runtime *r, int on, const char *file, uint32_t line)
{
	const struct facts_engine *e = facts_engine_find(r->kind);
	bool known = FIELD_KNOWN(r, runtime, version_number);

	FIELD_SET(r, runtime, cdi_file, on >= 0 ? file : "");
	FIELD_SET(r, runtime, cdi_line, on >= 0 ? line : 0);
	if (known && r->version_number < e->cdi_since)
		FIELD_SET(r, runtime, cdi, false);
	else if (on >= 0)
		FIELD_SET(r, runtime, cdi, on > 0);
	else if (known)
		FIELD_SET(r, runtime, cdi, r->version_number >= e->cdi_default);
}

/* "5:25.0.3-1~ubuntu.22.04" is 25.0.3. */
bool runtime_version_parse(struct probe *p, const char *text, const char **ret, uint32_t *ret_number)
{
	const char *colon = strchr(text, ':'), *from = colon ? colon + 1 : text;
	struct strs parts = str_split(p->a, arena_strn(p->a, from, strspn(from, "0123456789.")), ".");
	uint32_t v[3] = {0}, i;

	for (i = 0; i < parts.n && i < 3; i++)
		if (parse_u32(parts.v[i], 10, 255, &v[i]) < 0)
			return false;
	*ret = arena_strn(p->a, from, strspn(from, "0123456789."));
	*ret_number = ENGINE_VERSION(v[0], v[1], v[2]);
	return parts.n > 0;
}

static void find_version(struct probe *p, struct runtime *r, const struct facts_engine *e)
{
	const char *answer, *version;
	uint32_t number, cdi;

	if ((tree_answer(p->tree, p->a, "package", e->packages, &answer) < 0 || !*answer) &&
	    (!e->elsewhere || tree_answer(p->tree, p->a, "package", e->elsewhere, &answer) < 0 || !*answer))
		return;
	FIELD_SET(r, runtime, package, answer);
	if (!runtime_version_parse(p, answer, &version, &number))
		return;
	FIELD_SET(r, runtime, version, version);
	FIELD_SET(r, runtime, version_number, number);
	cdi = facts_engine_cdi_of(e->kind, number);
	if (cdi) {
		FIELD_SET(r, runtime, cdi_version, arena_printf(p->a, "%u.%u.%u", cdi >> 16, cdi >> 8 & 0xff, cdi & 0xff));
		FIELD_SET(r, runtime, cdi_version_number, cdi);
	}
}

static struct runtime *new_runtime(struct probe *p, enum runtime_kind kind, const char *program, const char *managed_by)
{
	struct runtime *r = LIST_PUSH(p->a, &p->snap->runtimes);

	FIELD_SET(r, runtime, kind, kind);
	FIELD_SET(r, runtime, program, arena_printf(p->a, "/%s", program));
	FIELD_SET(r, runtime, managed_by, managed_by);
	FIELD_KNOW(r, runtime, config);
	FIELD_KNOW(r, runtime, marks);
	return r;
}

static void probe_engine(struct probe *p, const struct facts_engine *e)
{
	struct strs programs = str_split(p->a, e->programs, " ");
	struct runtime *r;
	uint32_t i;

	for (i = 0; i < programs.n && !tree_exists(p->root, programs.v[i]); i++)
		;
	if (i == programs.n)
		return;
	r = new_runtime(p, e->kind, programs.v[i], "");
	find_version(p, r, e);
	if (e->kind == RUNTIME_KIND_PODMAN)
		runtime_podman(p, r);
	else if (e->kind == RUNTIME_KIND_DOCKER)
		runtime_docker(p, r);
	else if (e->kind == RUNTIME_KIND_CONTAINERD)
		runtime_containerd(p, r, "etc/containerd");
	else if (e->kind == RUNTIME_KIND_CRIO)
		runtime_crio(p, r);
	else
		runtime_kubelet(p, r);
}

/* k3s and RKE2 carry a containerd of their own and write its configuration at each start. */
static void probe_bundles(struct probe *p)
{
	static const char *const names[] = {"k3s", "rke2"}, *const places[] = {"usr/local/bin", "usr/bin", "opt/rke2/bin"};
	unsigned i, k;

	for (i = 0; i < ARRAY_LEN(names); i++)
		for (k = 0; k < ARRAY_LEN(places); k++) {
			const char *program = arena_printf(p->a, "%s/%s", places[k], names[i]);

			if (!tree_exists(p->root, program))
				continue;
			runtime_containerd(p, new_runtime(p, RUNTIME_KIND_CONTAINERD, program, names[i]),
					   arena_printf(p->a, "var/lib/rancher/%s/agent/etc/containerd", names[i]));
			break;
		}
}

/* What gpubay writes to /run/cdi is not where this engine looks. */
static void mark_apart(struct probe *p, struct runtime *r)
{
	if (FIELD_KNOWN(r, runtime, cdi_spec_dirs) && strs_has(&r->cdi_spec_dirs, "/var/run/cdi") && !strs_has(&r->cdi_spec_dirs, "/run/cdi") &&
	    runtime_var_run_apart(p->root, p->a))
		runtime_mark(p, r, RUNTIME_MARK_KIND_APART, "/var/run", 0, "cdi-spec-dirs", "/var/run/cdi");
}

void probe_runtime(struct probe *p)
{
	const struct facts_engine *e;
	uint32_t i;

	for (e = facts_engines; e->name; e++)
		probe_engine(p, e);
	probe_bundles(p);
	for (i = 0; i < p->snap->runtimes.n; i++)
		mark_apart(p, &p->snap->runtimes.v[i]);
	runtime_specs(p);
}
