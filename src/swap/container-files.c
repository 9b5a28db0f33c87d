/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container is called and what it was given, out of the files that it was started with: the runtime's config.json
 * (Open Container Initiative, runtime-spec), the engines' own records beside it. Where such a record lies is found by
 * what config.json refers to, because every engine lets its folders be moved.
 */
#include "base/parse.h"
#include "format/json.h"
#include "host/worker.h"
#include "swap/containers.h"

enum { RECORD_MAX = 4 * 1024 * 1024, ASK_MS = 5000 };

struct describe {
	struct tree *t;
	struct arena *a;
	const struct held_nodes *nodes;
	const struct watched *w;
	struct gpu_container *c;
};

/* A file by its absolute path; NULL where it cannot be read or is no JSON. */
static json_t *record(struct describe *d, const char *path)
{
	json_t *j = NULL;
	char *text;
	size_t n;

	if (*path != '/' || tree_read_file(&d->t->root, path + 1, d->a, RECORD_MAX, &text, &n) < 0)
		return NULL;
	return json_read(path, text, n, &j, NULL) == 0 ? j : NULL;
}

static const char *clean(struct describe *d, const char *text)
{
	return text ? utf8_clean(d->a, text, strlen(text)) : NULL;
}

static void way_add(struct describe *d, const char *text)
{
	if (!strs_has(&d->c->ways, text))
		strs_add(d->a, &d->c->ways, clean(d, text));
}

/* It has this node; where that is a GPU's alone, it has the GPU. */
static bool node_given(struct describe *d, const struct held_node *row)
{
	const struct held_node *end = d->nodes->v + d->nodes->n, *at;
	bool any = false;

	for (at = row; row && at < end && at->major == row->major && at->minor == row->minor; at++) {
		uint32_t index = d->nodes->gpus.v[at->gpu].index;

		any = true;
		if (!strs_has(&d->c->nodes, at->path))
			strs_add(d->a, &d->c->nodes, at->path);
		if (!at->shared && index != NONE && !u32s_has(&d->c->gpus, index))
			u32s_add(d->a, &d->c->gpus, index);
	}
	return any;
}

static void devices_read(struct describe *d, const json_t *config)
{
	const json_t *list = json_object_get(json_object_get(config, "linux"), "devices"), *device;
	size_t i;

	json_array_foreach(list, i, device) {
		uint64_t major = json_get_u64(device, "major", UINT32_MAX), minor = json_get_u64(device, "minor", UINT32_MAX);

		if (str_eq(json_get_str(device, "type"), "c") && major < UINT32_MAX && minor < UINT32_MAX)
			node_given(d, held_nodes_at(d->nodes, (uint32_t)major, (uint32_t)minor));
	}
}

/* Rootless engines cannot make nodes, and mount the machine's. */
static void mounts_read(struct describe *d, const json_t *config)
{
	const json_t *list = json_object_get(config, "mounts"), *mount;
	uint32_t k;
	size_t i;

	json_array_foreach(list, i, mount) {
		const char *source = json_get_str(mount, "source");
		bool any = false;

		for (k = 0; source && k < d->nodes->n; k++) {
			const char *path = d->nodes->v[k].path;
			size_t n = strlen(source);

			if (str_starts(path, source) && n > strlen("/dev/") && (path[n] == '/' || path[n] == '\0'))
				any |= node_given(d, held_nodes_at(d->nodes, d->nodes->v[k].major, d->nodes->v[k].minor));
		}
		if (any)
			way_add(d, "bind mount");
	}
}

/* A rule that allows every device for reading and writing. */
static bool is_privileged(const json_t *config)
{
	const json_t *list = json_object_get(json_object_get(json_object_get(config, "linux"), "resources"), "devices"), *rule;
	size_t i;

	json_array_foreach(list, i, rule) {
		const char *access = json_get_str(rule, "access"), *type = json_get_str(rule, "type");

		if (json_get_bool(rule, "allow", false) && access && strchr(access, 'r') && strchr(access, 'w') && !json_object_get(rule, "major") &&
		    !json_object_get(rule, "minor") && (!type || str_eq(type, "a")))
			return true;
	}
	return false;
}

/* The first of these annotations that is there; NULL when none is. */
static const char *annotation(const json_t *config, const char *const *keys)
{
	const json_t *all = json_object_get(config, "annotations");

	for (; *keys; keys++)
		if (json_get_str(all, *keys))
			return json_get_str(all, *keys);
	return NULL;
}

static void names_read(struct describe *d, const json_t *config)
{
	static const char *const names[] = {"io.kubernetes.cri.container-name", "io.kubernetes.container.name", "nerdctl/name", NULL};
	static const char *const images[] = {"io.kubernetes.cri.image-name", "io.kubernetes.cri-o.ImageName", NULL};
	static const char *const pods[] = {"io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name", NULL};
	static const char *const spaces[] = {"io.kubernetes.cri.sandbox-namespace", "io.kubernetes.pod.namespace", NULL};
	static const char *const managers[] = {"io.container.manager", NULL};
	const char *name = annotation(config, names), *image = annotation(config, images), *pod = annotation(config, pods);
	const char *space = annotation(config, spaces), *manager = annotation(config, managers), *key;
	const json_t *value;

	name = name ? name : d->w->name;
	FIELD_SET(d->c, gpu_container, engine,
		  d->w->docker ? "docker" : str_eq(manager, "libpod") ? "podman" : str_eq(manager, "cri-o") ? "cri-o" : "containerd");
	if (name)
		FIELD_SET(d->c, gpu_container, name, clean(d, name));
	if (image)
		FIELD_SET(d->c, gpu_container, image, clean(d, image));
	if (pod)
		FIELD_SET(d->c, gpu_container, pod, space ? arena_printf(d->a, "%s/%s", clean(d, space), clean(d, pod)) : clean(d, pod));
	json_object_foreach((json_t *)(uintptr_t)json_object_get(config, "annotations"), key, value) {
		struct strs devices = str_split(d->a, json_string_value(value) ? json_string_value(value) : "", ",");
		uint32_t i;

		for (i = 0; str_starts(key, "cdi.k8s.io/") && i < devices.n; i++)
			way_add(d, arena_printf(d->a, "CDI %s", devices.v[i]));
	}
}

/* The folder of the file that is mounted there. */
static const char *folder_behind(struct describe *d, const json_t *config, const char *destination)
{
	const json_t *list = json_object_get(config, "mounts"), *mount;
	size_t i;

	json_array_foreach(list, i, mount) {
		const char *source = json_get_str(mount, "source");

		if (str_eq(json_get_str(mount, "destination"), destination) && source && strchr(source, '/'))
			return arena_strn(d->a, source, (size_t)(str_base(source) - source));
	}
	return NULL;
}

static void docker_read(struct describe *d, const json_t *config)
{
	const char *folder = folder_behind(d, config, "/etc/hostname"), *name;
	json_t *own CLEANUP(json_freep) = folder ? record(d, arena_printf(d->a, "%sconfig.v2.json", folder)) : NULL;
	json_t *host CLEANUP(json_freep) = folder ? record(d, arena_printf(d->a, "%shostconfig.json", folder)) : NULL;
	const json_t *request, *id;
	size_t i, k;

	name = json_get_str(own, "Name");
	if (name)
		FIELD_SET(d->c, gpu_container, name, clean(d, name + (*name == '/')));
	if (json_get_str(json_object_get(own, "Config"), "Image"))
		FIELD_SET(d->c, gpu_container, image, clean(d, json_get_str(json_object_get(own, "Config"), "Image")));
	json_array_foreach(json_object_get(host, "DeviceRequests"), i, request)
		json_array_foreach(json_object_get(request, "DeviceIDs"), k, id)
			if (json_string_value(id))
				way_add(d, arena_printf(d->a, "%s %s", str_eq(json_get_str(request, "Driver"), "cdi") ? "CDI" : "--gpus",
							json_string_value(id)));
}

/* podman keeps its containers' images beside their folders: ROOT/DRIVER-containers/containers.json. */
static void podman_image(struct describe *d)
{
	const char *end = strstr(d->w->bundle, "-containers/");
	const char *folder = end ? arena_strn(d->a, d->w->bundle, (size_t)(end - d->w->bundle) + strlen("-containers/")) : NULL;
	json_t *all CLEANUP(json_freep) = folder ? record(d, arena_printf(d->a, "%scontainers.json", folder)) : NULL;
	const json_t *one;
	size_t i;

	json_array_foreach(all, i, one) {
		const char *text = json_get_str(one, "metadata");
		json_t *metadata CLEANUP(json_freep) = NULL;

		if (!str_eq(json_get_str(one, "id"), d->c->id) || !text || json_read("metadata", text, strlen(text), &metadata, NULL) < 0)
			continue;
		if (json_get_str(metadata, "image-name"))
			FIELD_SET(d->c, gpu_container, image, clean(d, json_get_str(metadata, "image-name")));
	}
}

/* "--device intel.com/gpu=0" and "--device /dev/dri": the words that podman was called with. */
static void podman_words(struct describe *d, const json_t *words)
{
	const json_t *word;
	size_t i;

	json_array_foreach(words, i, word) {
		const char *text = json_string_value(word), *value = NULL;

		if (str_eq(text, "--device"))
			value = json_string_value(json_array_get(words, i + 1));
		else if (text && str_starts(text, "--device="))
			value = text + strlen("--device=");
		if (value)
			way_add(d, arena_printf(d->a, *value == '/' ? "--device %s" : "CDI %s", value));
	}
}

static void podman_ask(struct describe *d)
{
	struct strs argv = {0};
	struct worker w = {.deadline_ms = ASK_MS};
	json_t *words CLEANUP(json_freep) = NULL;
	uint32_t i;

	/* Another user's podman can only be asked by that user. */
	if (!d->t->live || d->w->engine_command.n == 0 || FIELD_KNOWN(d->c, gpu_container, manager_uid))
		return;
	for (i = 0; i < d->w->engine_command.n; i++)
		strs_add(d->a, &argv, d->w->engine_command.v[i]);
	strs_add(d->a, &argv, "container");
	strs_add(d->a, &argv, "inspect");
	strs_add(d->a, &argv, "--format");
	strs_add(d->a, &argv, "{{json .Config.CreateCommand}}");
	strs_add(d->a, &argv, d->c->id);
	strs_add(d->a, &argv, NULL);
	w.program = argv.v[0];
	w.argv = argv.v;
	worker_run(&w, 1, 0);
	if (w.end == WORKER_END_EXITED && w.status == 0 && json_read("podman", w.out.p ? w.out.p : "", w.out.n, &words, NULL) == 0)
		podman_words(d, words);
	worker_free(&w);
}

const char *watched_name(struct tree *t, const struct watched *w, struct arena *a, const char **ret_engine)
{
	struct gpu_container c = {0};
	struct describe d = {.t = t, .a = a, .w = w, .c = &c};
	json_t *config CLEANUP(json_freep) = record(&d, arena_printf(a, "%s/config.json", w->bundle));

	if (config)
		names_read(&d, config);
	if (config && w->docker)
		docker_read(&d, config);
	*ret_engine = c.engine;
	return c.name ? c.name : w->name;
}

void watched_describe(struct tree *t, const struct held_nodes *nodes, const struct watched *w, struct arena *a, struct gpu_container *c)
{
	struct describe d = {.t = t, .a = a, .nodes = nodes, .w = w, .c = c};
	json_t *config CLEANUP(json_freep) = record(&d, arena_printf(a, "%s/config.json", w->bundle));

	if (!config)
		return;
	names_read(&d, config);
	devices_read(&d, config);
	mounts_read(&d, config);
	if (w->docker)
		docker_read(&d, config);
	if (is_privileged(config))
		way_add(&d, "privileged");
	if (str_eq(c->engine, "podman")) {
		podman_image(&d);
		/* Only of those that matter: it takes a tenth of a second. */
		if (c->nodes.n || c->in_use)
			podman_ask(&d);
	}
	if (c->nodes.n && c->ways.n == 0)
		way_add(&d, "device nodes");
}
