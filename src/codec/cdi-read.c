/* SPDX-License-Identifier: Apache-2.0 */
/* Reading CDI specs, ours and foreign. */
#include "codec/cdi-json.h"

#include "base/parse.h"
#include "codec/cdi-shape.h"
#include "format/json.h"

#include <errno.h>

#define TEXT(k) {.key = (k), .type = JSON_STRING}
#define NEEDED(k) {.key = (k), .type = JSON_STRING, .required = true}
#define NUMBER(k) {.key = (k), .type = JSON_INTEGER}
#define TRUTH(k) {.key = (k), .type = JSON_TRUE}
#define NATURAL(k) {.key = (k), .type = JSON_INTEGER, .natural = true}
#define NATURALS(k) {.key = (k), .type = JSON_ARRAY, .element = JSON_INTEGER, .natural = true}
#define ENVIRONMENT(k) {.key = (k), .type = JSON_ARRAY, .element = JSON_STRING, .assigns = true}
#define TEXTS(k) {.key = (k), .type = JSON_ARRAY, .element = JSON_STRING}
#define OBJECTS(k, s, need) {.key = (k), .type = JSON_ARRAY, .element = JSON_OBJECT, .inner = (s), .required = (need)}
#define OBJECT(k, s, need) {.key = (k), .type = JSON_OBJECT, .inner = (s), .required = (need)}
#define HOST_PATH(k, need) {.key = (k), .type = JSON_STRING, .required = (need), .host_path = true}

static const struct cdi_shape node_shape[] = {
	NEEDED("path"), HOST_PATH("hostPath", false), {.key = "type", .type = JSON_STRING, .words = "b c u p"}, NUMBER("major"),
	NUMBER("minor"), NATURAL("fileMode"), {.key = "permissions", .type = JSON_STRING, .words = "none", .chars = "rwm"}, NATURAL("uid"),
	NATURAL("gid"), {0},
};
static const struct cdi_shape mount_shape[] = {
	HOST_PATH("hostPath", true), NEEDED("containerPath"), TEXT("type"), TEXTS("options"), {0},
};
static const struct cdi_shape hook_shape[] = {
	{.key = "hookName", .type = JSON_STRING, .required = true,
	 .words = "prestart createRuntime createContainer startContainer poststart poststop"},
	HOST_PATH("path", true), TEXTS("args"), ENVIRONMENT("env"), NUMBER("timeout"), {0},
};
static const struct cdi_shape rdt_shape[] = {
	TEXT("closID"), TEXT("l3CacheSchema"), TEXT("memBwSchema"), TEXTS("schemata"), TRUTH("enableMonitoring"),
	TRUTH("enableCMT"), TRUTH("enableMBM"), {0},
};
static const struct cdi_shape net_shape[] = {NEEDED("hostInterfaceName"), NEEDED("name"), {0}};
static const struct cdi_shape edits_shape[] = {
	ENVIRONMENT("env"), OBJECTS("deviceNodes", node_shape, false), OBJECTS("mounts", mount_shape, false),
	OBJECTS("hooks", hook_shape, false), NATURALS("additionalGids"), OBJECT("intelRdt", rdt_shape, false),
	OBJECTS("netDevices", net_shape, false), {0},
};
static const struct cdi_shape device_shape[] = {
	NEEDED("name"), OBJECT("annotations", NULL, false), OBJECT("containerEdits", edits_shape, true), {0},
};
const struct cdi_shape cdi_spec_shape[] = {
	NEEDED("cdiVersion"), NEEDED("kind"), OBJECT("annotations", NULL, false), OBJECTS("devices", device_shape, true),
	OBJECT("containerEdits", edits_shape, false), {0},
};

const struct cdi_shape *cdi_shape_find(const struct cdi_shape *shape, const char *key)
{
	for (; shape->key; shape++)
		if (str_eq(shape->key, key))
			return shape;
	return NULL;
}

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

static bool has_word(const char *words, const char *word)
{
	size_t n;

	for (; *words; words += n + (words[n] == ' ')) {
		n = strcspn(words, " ");
		if (strlen(word) == n && memcmp(words, word, n) == 0)
			return true;
	}
	return false;
}

/* What the engines' library asks of a value beyond its type. */
static bool is_allowed(const json_t *value, const struct cdi_shape *row)
{
	const char *text = json_string_value(value);

	if (!text)
		return !row->natural || json_integer_value(value) >= 0;
	if (!*text)
		return !row->required && !row->assigns;
	if (row->words && has_word(row->words, text))
		return true;
	if (row->words || row->chars)
		return row->chars && text[strspn(text, row->chars)] == '\0';
	return !row->assigns || (*text != '=' && strchr(text, '='));
}

static int walk(struct reading *r, const json_t *o, const struct cdi_shape *shape, const char *where);

static int walk_array(struct reading *r, const json_t *array, const struct cdi_shape *row, const char *where)
{
	json_t *element;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)array, i, element) {
		if (!same_type(element, row->element))
			return err_set(r->e, -EINVAL, "%s: '%s' in %s holds something of the wrong type", r->name, row->key, where);
		if (!is_allowed(element, row))
			return err_set(r->e, -EINVAL, "%s: '%s' in %s holds what may not be there", r->name, row->key, where);
		if (row->element == JSON_OBJECT && walk(r, element, row->inner, row->key) < 0)
			return r->e->code;
	}
	return 0;
}

static int walk_value(struct reading *r, const json_t *value, const struct cdi_shape *row, const char *where)
{
	if (!same_type(value, row->type))
		return err_set(r->e, -EINVAL, "%s: '%s' in %s has the wrong type", r->name, row->key, where);
	if (row->type != JSON_ARRAY && row->type != JSON_OBJECT && !is_allowed(value, row))
		return err_set(r->e, -EINVAL, "%s: '%s' in %s has a value that may not be there", r->name, row->key, where);
	if (row->host_path)
		strs_add(r->a, &r->out->paths, arena_str(r->a, json_string_value(value)));
	if (row->type == JSON_ARRAY)
		return walk_array(r, value, row, where);
	return row->type == JSON_OBJECT && row->inner ? walk(r, value, row->inner, row->key) : 0;
}

static int walk(struct reading *r, const json_t *o, const struct cdi_shape *shape, const char *where)
{
	const struct cdi_shape *row;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)o, key, value) {
		row = cdi_shape_find(shape, key);
		if (!row)
			return err_set(r->e, -EINVAL, "%s: unknown key '%s' in %s", r->name, key, where);
		if (walk_value(r, value, row, where) < 0)
			return r->e->code;
	}
	for (row = shape; row->key; row++)
		if (row->required && !json_object_get(o, row->key))
			return err_set(r->e, -EINVAL, "%s: '%s' is missing in %s", r->name, row->key, where);
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

static int read_document(struct reading *r, const char *text, size_t n, json_t **ret)
{
	json_error_t where;
	struct yaml *yaml;

	if (str_ends(r->name, ".yaml"))
		return yaml_parse(r->a, r->name, text, n, &yaml, r->e) < 0 ? r->e->code : cdi_yaml_values(r->name, yaml, ret, r->e);
	*ret = json_loadb(text, n, JSON_REJECT_DUPLICATES, &where);
	return *ret ? 0 : err_set(r->e, -EINVAL, "%s:%d:%d: %s", r->name, where.line, where.column, where.text);
}

static int take_names(struct reading *r, const json_t *doc)
{
	struct cdi_outline *out = r->out;

	out->kind = arena_str(r->a, json_string_value(json_object_get(doc, "kind")));
	out->version = arena_str(r->a, json_string_value(json_object_get(doc, "cdiVersion")));
	out->version_number = known_version(out->version);
	if (!cdi_kind_valid(out->kind))
		return err_set(r->e, -EINVAL, "%s: '%s' is not a kind (vendor/class)", r->name, out->kind);
	if (!out->version_number)
		return err_set(r->e, -EINVAL, "%s: no such version of the specification: '%s'", r->name, out->version);
	return take_devices(r, json_object_get(doc, "devices"));
}

int cdi_spec_parse(const char *name, const char *text, size_t n, struct arena *a, struct cdi_outline *ret, struct err *e)
{
	struct err own = {0};
	struct reading r = {.name = name, .a = a, .out = ret, .e = e ? e : &own};
	json_t *doc CLEANUP(json_freep) = NULL;
	int result;

	*ret = (struct cdi_outline){0};
	result = read_document(&r, text, n, &doc);
	if (result == 0)
		result = json_is_object(doc) ? walk(&r, doc, cdi_spec_shape, "the spec") :
					       err_set(r.e, -EINVAL, "%s: not an object", name);
	return result == 0 ? take_names(&r, doc) : result;
}
