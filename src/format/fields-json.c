/* SPDX-License-Identifier: Apache-2.0 */
#include "format/fields-json.h"

#include "base/parse.h"
#include "base/pci-address.h"

enum { LIST_LIMIT = 4096, TEXT_LIMIT = 64 * 1024 };

struct reader {
	struct arena *a;
	uint32_t left; /* elements that may still come, over all lists */
};

/* Every list has the shape {pointer, count}. */
struct any_list {
	char *v;
	uint32_t n;
};

static void object_read(struct reader *r, const json_t *j, void *obj, const struct field *table);

static bool text_read(struct reader *r, const json_t *j, const char **ret)
{
	if (!json_is_string(j))
		return false;
	*ret = utf8_clean(r->a, json_string_value(j),
			  MIN(json_string_length(j), (size_t)TEXT_LIMIT));
	return true;
}

static bool texts_read(struct reader *r, const json_t *j, struct strs *ret)
{
	const char *s;
	size_t i;

	if (!json_is_array(j))
		return false;
	for (i = 0; i < json_array_size(j) && ret->n < LIST_LIMIT; i++)
		if (text_read(r, json_array_get(j, i), &s))
			strs_add(r->a, ret, s);
	return true;
}

static bool list_read(struct reader *r, const json_t *j, struct any_list *ret,
		      const struct field *f)
{
	size_t n = MIN(json_array_size(j), (size_t)r->left), i;

	if (!json_is_array(j))
		return false;
	r->left -= (uint32_t)n;
	ret->v = arena_alloc(r->a, n * f->elem_size);
	for (i = 0; i < n; i++)
		if (json_is_object(json_array_get(j, i)))
			object_read(r, json_array_get(j, i), ret->v + ret->n++ * f->elem_size,
				    f->sub);
	return true;
}

static bool number_read(const json_t *j, uint64_t max, uint64_t *ret)
{
	if (!json_is_integer(j) || json_integer_value(j) < 0 ||
	    (uint64_t)json_integer_value(j) > max)
		return false;
	*ret = (uint64_t)json_integer_value(j);
	return true;
}

static bool hex_read(const json_t *j, uint64_t *ret)
{
	return json_is_string(j) && parse_u64(json_string_value(j), 0, UINT64_MAX, ret) == 0;
}

static bool value_read(struct reader *r, const json_t *j, void *at, const struct field *f)
{
	uint64_t v;

	switch (f->kind) {
	case FIELD_b: *(bool *)at = json_is_true(j); return json_is_boolean(j);
	case FIELD_u32:
		if (!number_read(j, UINT32_MAX, &v))
			return false;
		*(uint32_t *)at = (uint32_t)v;
		return true;
	case FIELD_u64: return number_read(j, INT64_MAX, at);
	case FIELD_hex: return hex_read(j, at);
	case FIELD_hex4:
		if (!json_is_string(j) || parse_u64(json_string_value(j), 16, UINT16_MAX, &v) < 0)
			return false;
		*(uint16_t *)at = (uint16_t)v;
		return true;
	case FIELD_addr: return json_is_string(j) && pci_addr_parse(json_string_value(j), at) == 0;
	case FIELD_en:
		*(unsigned *)at = json_is_string(j) ? enum_value(f->tab, json_string_value(j)) : 0;
		return *(unsigned *)at != 0;
	case FIELD_str: return text_read(r, j, at);
	case FIELD_strs: return texts_read(r, j, at);
	case FIELD_list: return list_read(r, j, at, f);
	default: return false; /* references are ours to make; nothing that is read back has other kinds */
	}
}

static void object_read(struct reader *r, const json_t *j, void *obj, const struct field *table)
{
	const struct field *f;
	uint64_t known;

	memcpy(&known, obj, sizeof(known));
	for (f = table; f->name; f++) {
		const json_t *v = json_object_get(j, f->name);

		if (v && !json_is_null(v) && value_read(r, v, (char *)obj + f->offset, f))
			known |= UINT64_C(1) << f->bit;
	}
	memcpy(obj, &known, sizeof(known));
}

void fields_read(struct arena *a, const json_t *j, void *obj, const struct field *table)
{
	struct reader r = {.a = a, .left = 16 * LIST_LIMIT};

	object_read(&r, j, obj, table);
}
