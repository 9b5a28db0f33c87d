/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/cdi-json.h"

#include "base/parse.h"

#include <errno.h>
#include "format/json.h"

static json_t *strs_json(const struct strs *l)
{
	json_t *a = json_array();
	uint32_t i;

	for (i = 0; i < l->n; i++)
		json_array_append_new(a, json_string(l->v[i]));
	return a;
}

static json_t *nodes_json(const struct cdi_node_list *l)
{
	json_t *a = json_array();
	uint32_t i;

	for (i = 0; i < l->n; i++)
		json_array_append_new(a, json_pack("{s:s}", "path", l->v[i].path));
	return a;
}

static json_t *mounts_json(const struct cdi_mount_list *l)
{
	json_t *a = json_array();
	uint32_t i;

	for (i = 0; i < l->n; i++)
		json_array_append_new(a, json_pack("{s:s, s:s, s:[s,s,s,s,s]}", "hostPath", l->v[i].host, "containerPath",
						   l->v[i].container, "options", "ro", "nosuid", "nodev", "rbind", "rprivate"));
	return a;
}

static json_t *hooks_json(const struct cdi_hook_list *l)
{
	json_t *a = json_array();
	uint32_t i;

	for (i = 0; i < l->n; i++)
		json_array_append_new(a, json_pack("{s:s, s:s, s:o}", "hookName", l->v[i].name, "path", l->v[i].path, "args",
						   strs_json(&l->v[i].args)));
	return a;
}

static json_t *edits_json(const struct cdi_edits *e)
{
	json_t *o = json_object(), *gids;
	uint32_t i;

	if (e->env.n)
		json_object_set_new(o, "env", strs_json(&e->env));
	if (e->nodes.n)
		json_object_set_new(o, "deviceNodes", nodes_json(&e->nodes));
	if (e->mounts.n)
		json_object_set_new(o, "mounts", mounts_json(&e->mounts));
	if (e->hooks.n)
		json_object_set_new(o, "hooks", hooks_json(&e->hooks));
	if (e->gids.n) {
		gids = json_array();
		for (i = 0; i < e->gids.n; i++)
			json_array_append_new(gids, json_integer(e->gids.v[i]));
		json_object_set_new(o, "additionalGids", gids);
	}
	return o;
}

void cdi_json_print(const struct cdi_spec *spec, struct buf *out)
{
	struct arena *a = arena_new();
	json_t *devices = json_array(), *doc, *edits = edits_json(&spec->edits);
	uint32_t i;
	char *text;

	for (i = 0; i < spec->devices.n; i++)
		json_array_append_new(devices, json_pack("{s:s, s:o}", "name", spec->devices.v[i].name, "containerEdits",
							 edits_json(&spec->devices.v[i].edits)));
	doc = json_pack("{s:s, s:s, s:o}", "cdiVersion", cdi_version_text(a, spec->version), "kind", spec->kind, "devices", devices);
	if (json_object_size(edits))
		json_object_set(doc, "containerEdits", edits);
	text = json_dumps(doc, JSON_INDENT(2));
	buf_adds(out, text ? text : "{}");
	buf_addc(out, '\n');
	free(text);
	json_decref(edits);
	json_decref(doc);
	arena_free(a);
}

/* Keys that each object may have; what is not here is an error to the engines as well. */
struct shape {
	const char *key;
	json_type type;
	const struct shape *inner; /* of an object, or of each element of an array; NULL: strings or numbers */
	bool required;
	bool host_path; /* a path on this machine */
};

static const struct shape node_shape[] = {{"path", JSON_STRING, NULL, true, false},    {"hostPath", JSON_STRING, NULL, false, true},
					  {"type", JSON_STRING, NULL, false, false},   {"major", JSON_INTEGER, NULL, false, false},
					  {"minor", JSON_INTEGER, NULL, false, false}, {"fileMode", JSON_INTEGER, NULL, false, false},
					  {"permissions", JSON_STRING, NULL, false, false}, {"uid", JSON_INTEGER, NULL, false, false},
					  {"gid", JSON_INTEGER, NULL, false, false},   {0}};
static const struct shape mount_shape[] = {{"hostPath", JSON_STRING, NULL, true, true},
					   {"containerPath", JSON_STRING, NULL, true, false},
					   {"type", JSON_STRING, NULL, false, false},
					   {"options", JSON_ARRAY, NULL, false, false},
					   {0}};
static const struct shape hook_shape[] = {{"hookName", JSON_STRING, NULL, true, false}, {"path", JSON_STRING, NULL, true, true},
					  {"args", JSON_ARRAY, NULL, false, false},     {"env", JSON_ARRAY, NULL, false, false},
					  {"timeout", JSON_INTEGER, NULL, false, false}, {0}};
static const struct shape rdt_shape[] = {{"closID", JSON_STRING, NULL, false, false},
					 {"l3CacheSchema", JSON_STRING, NULL, false, false},
					 {"memBwSchema", JSON_STRING, NULL, false, false},
					 {"schemata", JSON_ARRAY, NULL, false, false},
					 {"enableMonitoring", JSON_TRUE, NULL, false, false},
					 {"enableCMT", JSON_TRUE, NULL, false, false},
					 {"enableMBM", JSON_TRUE, NULL, false, false},
					 {0}};
static const struct shape net_shape[] = {{"hostInterfaceName", JSON_STRING, NULL, true, false},
					 {"name", JSON_STRING, NULL, true, false},
					 {0}};
static const struct shape edits_shape[] = {{"env", JSON_ARRAY, NULL, false, false},
					   {"deviceNodes", JSON_ARRAY, node_shape, false, false},
					   {"mounts", JSON_ARRAY, mount_shape, false, false},
					   {"hooks", JSON_ARRAY, hook_shape, false, false},
					   {"additionalGids", JSON_ARRAY, NULL, false, false},
					   {"intelRdt", JSON_OBJECT, rdt_shape, false, false},
					   {"netDevices", JSON_ARRAY, net_shape, false, false},
					   {0}};
static const struct shape any_shape[] = {{0}};
static const struct shape device_shape[] = {{"name", JSON_STRING, NULL, true, false},
					    {"annotations", JSON_OBJECT, any_shape, false, false},
					    {"containerEdits", JSON_OBJECT, edits_shape, true, false},
					    {0}};
static const struct shape spec_shape[] = {{"cdiVersion", JSON_STRING, NULL, true, false},
					  {"kind", JSON_STRING, NULL, true, false},
					  {"annotations", JSON_OBJECT, any_shape, false, false},
					  {"devices", JSON_ARRAY, device_shape, true, false},
					  {"containerEdits", JSON_OBJECT, edits_shape, false, false},
					  {0}};

struct reading {
	const char *name;
	struct arena *a;
	struct cdi_outline *out;
	struct err *e;
};

static bool same_type(const json_t *j, json_type type)
{
	return json_typeof(j) == type || (type == JSON_TRUE && json_is_boolean(j));
}

static int walk(struct reading *r, const json_t *o, const struct shape *shape, const char *where)
{
	const struct shape *s;
	const char *key;
	json_t *value, *element;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)o, key, value) {
		for (s = shape; s->key && !str_eq(s->key, key); s++)
			;
		if (shape == any_shape)
			continue;
		if (!s->key)
			return err_set(r->e, -EINVAL, "%s: unknown key '%s' in %s", r->name, key, where);
		if (!same_type(value, s->type))
			return err_set(r->e, -EINVAL, "%s: '%s' in %s has the wrong type", r->name, key, where);
		if (s->host_path)
			strs_add(r->a, &r->out->paths, arena_str(r->a, json_string_value(value)));
		if (s->type == JSON_OBJECT && s->inner && walk(r, value, s->inner, key) < 0)
			return r->e->code;
		if (s->type == JSON_ARRAY && s->inner)
			json_array_foreach(value, i, element) {
				if (!json_is_object(element))
					return err_set(r->e, -EINVAL, "%s: '%s' in %s holds something else than objects", r->name, key, where);
				if (walk(r, element, s->inner, key) < 0)
					return r->e->code;
			}
	}
	for (s = shape; s->key; s++)
		if (s->required && !json_object_get(o, s->key))
			return err_set(r->e, -EINVAL, "%s: '%s' is missing in %s", r->name, s->key, where);
	/* A device node without a host path is on the host where it is in the container. */
	if (shape == node_shape && !json_object_get(o, "hostPath"))
		strs_add(r->a, &r->out->paths, arena_str(r->a, json_string_value(json_object_get(o, "path"))));
	return 0;
}

/* Versions that exist; the number is what versions compare by. */
static uint32_t known_version(const char *text)
{
	static const struct {
		const char *text;
		uint32_t number;
	} versions[] = {{"0.1.0", CDI_VERSION(0, 1, 0)}, {"0.2.0", CDI_VERSION(0, 2, 0)}, {"0.3.0", CDI_VERSION(0, 3, 0)},
			{"0.4.0", CDI_VERSION(0, 4, 0)}, {"0.5.0", CDI_VERSION(0, 5, 0)}, {"0.6.0", CDI_VERSION(0, 6, 0)},
			{"0.7.0", CDI_VERSION(0, 7, 0)}, {"0.8.0", CDI_VERSION(0, 8, 0)}, {"1.0.0", CDI_VERSION(1, 0, 0)},
			{"1.1.0", CDI_VERSION(1, 1, 0)}};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(versions); i++)
		if (str_eq(versions[i].text, text))
			return versions[i].number;
	return 0;
}

static int take_devices(struct reading *r, const json_t *devices)
{
	size_t i;
	json_t *d;

	json_array_foreach((json_t *)(uintptr_t)devices, i, d) {
		const char *name = json_string_value(json_object_get(d, "name"));

		if (!cdi_device_valid(name))
			return err_set(r->e, -EINVAL, "%s: '%s' is not a device name", r->name, name);
		if (strs_has(&r->out->devices, name))
			return err_set(r->e, -EINVAL, "%s: device '%s' is there twice", r->name, name);
		if (json_object_size(json_object_get(d, "containerEdits")) == 0)
			return err_set(r->e, -EINVAL, "%s: device '%s' has no edits", r->name, name);
		strs_add(r->a, &r->out->devices, arena_str(r->a, name));
	}
	return r->out->devices.n ? 0 : err_set(r->e, -EINVAL, "%s: no devices", r->name);
}

int cdi_json_parse(const char *name, const char *text, size_t n, struct arena *a, struct cdi_outline *ret, struct err *e)
{
	struct err own = {0};
	struct reading r = {.name = name, .a = a, .out = ret, .e = e ? e : &own};
	json_error_t where;
	json_t *doc;
	int result;

	*ret = (struct cdi_outline){0};
	if (str_ends(name, ".yaml"))
		return err_set(r.e, -EOPNOTSUPP, "%s: YAML specs are not read", name);
	doc = json_loadb(text, n, JSON_REJECT_DUPLICATES, &where);
	if (!doc)
		return err_set(r.e, -EINVAL, "%s:%d:%d: %s", name, where.line, where.column, where.text);
	result = json_is_object(doc) ? walk(&r, doc, spec_shape, "the spec") : err_set(r.e, -EINVAL, "%s: not an object", name);
	if (result == 0) {
		ret->kind = arena_str(a, json_string_value(json_object_get(doc, "kind")));
		ret->version = arena_str(a, json_string_value(json_object_get(doc, "cdiVersion")));
		ret->version_number = known_version(ret->version);
		if (!cdi_kind_valid(ret->kind))
			result = err_set(r.e, -EINVAL, "%s: '%s' is not a kind (vendor/class)", name, ret->kind);
		else if (!ret->version_number)
			result = err_set(r.e, -EINVAL, "%s: no such version of the specification: '%s'", name, ret->version);
		else
			result = take_devices(&r, json_object_get(doc, "devices"));
	}
	json_decref(doc);
	return result;
}
