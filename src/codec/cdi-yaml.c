/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/cdi-shape.h"

#include "base/parse.h"

#include <errno.h>

struct turning {
	const char *name;
	struct err *e;
};

static json_t *turn(struct turning *t, const struct yaml *v, const struct cdi_shape *row, json_type type);

static json_t *wrong(struct turning *t, const struct yaml *v, const char *key)
{
	err_set(t->e, -EINVAL, "%s:%u:%u: '%s' has the wrong type", t->name, v->line, v->column, key ? key : "the spec");
	return NULL;
}

static json_t *turn_map(struct turning *t, const struct yaml *v, const struct cdi_shape *row)
{
	static const struct cdi_shape any = {.type = JSON_STRING};
	json_t *o = json_object(), *value;
	uint32_t i;

	for (i = 0; i < v->list.n; i++) {
		const struct yaml *m = v->list.v[i];
		const struct cdi_shape *s = row->inner ? cdi_shape_find(row->inner, m->key) : &any;

		if (!s) {
			err_set(t->e, -EINVAL, "%s:%u:%u: unknown key '%s'", t->name, m->key_line, m->key_column, m->key);
			json_decref(o);
			return NULL;
		}
		if (yaml_is_null(m))
			continue;
		value = turn(t, m, s, s->type);
		if (!value) {
			json_decref(o);
			return NULL;
		}
		json_object_set_new(o, m->key, value);
	}
	return o;
}

static json_t *turn_list(struct turning *t, const struct yaml *v, const struct cdi_shape *row)
{
	json_t *a = json_array(), *value;
	uint32_t i;

	for (i = 0; i < v->list.n; i++) {
		value = turn(t, v->list.v[i], row, row->element);
		if (!value) {
			json_decref(a);
			return NULL;
		}
		json_array_append_new(a, value);
	}
	return a;
}

/* NULL with the error set. */
static json_t *turn(struct turning *t, const struct yaml *v, const struct cdi_shape *row, json_type type)
{
	int64_t number;
	bool yes;

	if (type == JSON_OBJECT && v->type == YAML_MAP)
		return turn_map(t, v, row);
	if (type == JSON_ARRAY && v->type == YAML_LIST)
		return turn_list(t, v, row);
	if (type == JSON_STRING && yaml_str(v))
		return json_string(yaml_str(v));
	if (type == JSON_INTEGER && yaml_int(v, &number))
		return json_integer(number);
	if (type == JSON_TRUE && yaml_bool(v, &yes))
		return json_boolean(yes);
	return wrong(t, v, row->key);
}

int cdi_yaml_values(const char *name, const struct yaml *doc, json_t **ret, struct err *e)
{
	static const struct cdi_shape spec = {.type = JSON_OBJECT, .inner = cdi_spec_shape};
	struct turning t = {.name = name, .e = e};

	*ret = doc ? turn(&t, doc, &spec, JSON_OBJECT) : NULL;
	if (!doc)
		err_set(e, -EINVAL, "%s:1:1: an empty file", name);
	return *ret ? 0 : -EINVAL;
}
