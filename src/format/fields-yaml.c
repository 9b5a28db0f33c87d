/* SPDX-License-Identifier: Apache-2.0 */
#include "format/fields-yaml.h"

#include "base/buf.h"
#include "base/parse.h"

#include <errno.h>

struct reader {
	struct arena *a;
	const char *name;
	struct err *e;
};

/* Every list has the shape {pointer, count}. */
struct any_list {
	char *v;
	uint32_t n;
};

static int object_read(struct reader *r, const struct yaml *v, void *obj, const struct field *table);

static int expected(struct reader *r, uint32_t line, uint32_t column, const char *what)
{
	return err_set(r->e, -EINVAL, "%s:%u:%u: expected %s", r->name, line, column, what);
}

static int wrong(struct reader *r, const struct yaml *v, const char *what)
{
	return expected(r, v->line, v->column, what);
}

static bool is_key(const struct field *f, const char *key)
{
	const char *s = f->name;

	for (; *s && *key; s++, key++)
		if (*key != (*s == '_' ? '-' : *s))
			return false;
	return !*s && !*key && !(f->flags & FIELD_HIDDEN);
}

static const struct field *field_of(const struct field *table, const char *key)
{
	const struct field *f;

	for (f = table; f->name; f++)
		if (is_key(f, key))
			return f;
	return NULL;
}

static int unknown_key(struct reader *r, const struct yaml *v, const struct field *table)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	const struct field *f;
	const char *s;

	for (f = table; f->name; f++) {
		if (f->flags & FIELD_HIDDEN)
			continue;
		buf_adds(&b, b.n ? ", " : "one of ");
		for (s = f->name; *s; s++)
			buf_addc(&b, *s == '_' ? '-' : *s);
	}
	buf_addf(&b, "; found '%.100s'", v->key);
	return expected(r, v->key_line, v->key_column, b.p);
}

static int number_read(struct reader *r, const struct yaml *v, uint64_t max, uint64_t *ret)
{
	int64_t n;

	if (!yaml_int(v, &n) || n < 0 || (uint64_t)n > max)
		return wrong(r, v, "a whole number that is not negative");
	*ret = (uint64_t)n;
	return 0;
}

static int enum_read(struct reader *r, const struct yaml *v, const struct enumtab *tab, unsigned *ret)
{
	const char *s = yaml_str(v);

	*ret = s ? enum_value(tab, s) : 0;
	return *ret ? 0 : wrong(r, v, "another word");
}

static int list_read(struct reader *r, const struct yaml *v, struct any_list *ret, const struct field *f)
{
	uint32_t i;
	int code = 0;

	if (v->type != YAML_LIST)
		return wrong(r, v, "a list");
	if (v->list.n > FIELDS_YAML_LIST_MAX)
		return wrong(r, v, "a list of at most 500");
	ret->v = arena_alloc(r->a, v->list.n * f->elem_size);
	for (i = 0; i < v->list.n && code == 0; i++)
		code = object_read(r, v->list.v[i], ret->v + ret->n++ * f->elem_size, f->sub);
	return code;
}

static int texts_read(struct reader *r, const struct yaml *v, struct strs *ret)
{
	uint32_t i;

	if (v->type != YAML_LIST)
		return wrong(r, v, "a list");
	for (i = 0; i < v->list.n; i++) {
		if (!yaml_str(v->list.v[i]))
			return wrong(r, v->list.v[i], "text");
		strs_add(r->a, ret, yaml_str(v->list.v[i]));
	}
	return 0;
}

static int value_read(struct reader *r, const struct yaml *v, void *at, const struct field *f)
{
	uint64_t n = 0;
	int code;

	switch (f->kind) {
	case FIELD_b: return yaml_bool(v, at) ? 0 : wrong(r, v, "true or false");
	case FIELD_u32:
		code = number_read(r, v, UINT32_MAX, &n);
		*(uint32_t *)at = (uint32_t)n;
		return code;
	case FIELD_u64: return number_read(r, v, INT64_MAX, at);
	case FIELD_str:
		*(const char **)at = yaml_str(v);
		return *(const char **)at ? 0 : wrong(r, v, "text");
	case FIELD_strs: return texts_read(r, v, at);
	case FIELD_en: return enum_read(r, v, f->tab, at);
	case FIELD_obj: return object_read(r, v, at, f->sub);
	case FIELD_list: return list_read(r, v, at, f);
	default: return wrong(r, v, "nothing here"); /* no kind that people write */
	}
}

static void set_line(void *obj, const struct field *table, const struct yaml *v, uint64_t *known)
{
	const struct field *f;

	for (f = table; f->name; f++)
		if (f->flags & FIELD_HIDDEN && f->kind == FIELD_u32 && strcmp(f->name, "line") == 0) {
			*(uint32_t *)((char *)obj + f->offset) = v->line;
			*known |= UINT64_C(1) << f->bit;
		}
}

static int object_read(struct reader *r, const struct yaml *v, void *obj, const struct field *table)
{
	uint64_t known = 0;
	uint32_t i;
	int code = 0;

	if (v->type != YAML_MAP)
		return wrong(r, v, "a map");
	set_line(obj, table, v, &known);
	for (i = 0; i < v->list.n && code == 0; i++) {
		const struct yaml *member = v->list.v[i];
		const struct field *f = field_of(table, member->key);

		if (!f)
			return unknown_key(r, member, table);
		/* "allow:" and nothing behind it is the empty list, or what is not said. */
		if (yaml_is_null(member))
			continue;
		code = value_read(r, member, (char *)obj + f->offset, f);
		known |= UINT64_C(1) << f->bit;
	}
	memcpy(obj, &known, sizeof(known));
	return code;
}

int fields_read_yaml(struct arena *a, const char *name, const struct yaml *v, void *obj, const struct field *table,
		     struct err *e)
{
	struct reader r = {.a = a, .name = name, .e = e};

	return !v || yaml_is_null(v) ? 0 : object_read(&r, v, obj, table);
}
