/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/parse.h"
#include "codec/facts-tables.h"

#include <errno.h>

static bool row_ends(const struct facts_table *t, const char *row)
{
	const void *const *end = (const void *const *)(row + t->end);

	return !*end;
}

const void *facts_row_next(const struct facts_table *t, const void *row, unsigned *part)
{
	const char *next = row ? (const char *)row + t->size : t->part(*part = 0);

	while (next && row_ends(t, next))
		next = t->part(++*part);
	return next;
}

static const char *string_at(const struct column *column, const void *row)
{
	const char *s = *(const char *const *)((const char *)row + column->offset);

	return s ? s : "";
}

/* Numbers of whatever width; strings are not asked. */
static uint32_t number_at(const struct column *column, const void *row)
{
	const char *at = (const char *)row + column->offset;

	switch (column->kind) {
	case COLUMN_HEX4:
	case COLUMN_NUMBER16: return *(const uint16_t *)at;
	case COLUMN_BOOL: return *(const bool *)at;
	default: return *(const unsigned *)at;
	}
}

static const char *flags_text(struct arena *a, const struct column *column, unsigned flags)
{
	const char *text = "";
	unsigned i;

	for (i = 0; column->names[i]; i++)
		if (flags & 1u << i)
			text = arena_printf(a, "%s%s%s", text, *text ? " " : "", column->names[i]);
	return text;
}

static const char *kernel_text(struct arena *a, unsigned version)
{
	return version ? arena_printf(a, "%u.%u", version >> 16, version >> 8 & 0xff) : "";
}

const char *facts_cell(struct arena *a, const struct column *column, const void *row)
{
	switch (column->kind) {
	case COLUMN_STR:
	case COLUMN_WORDS: return string_at(column, row);
	case COLUMN_HEX4: return arena_printf(a, "%04x", number_at(column, row));
	case COLUMN_NUMBER16:
	case COLUMN_NUMBER32: return number_at(column, row) ? arena_printf(a, "%u", number_at(column, row)) : "";
	case COLUMN_BOOL: return number_at(column, row) ? "yes" : "no";
	case COLUMN_FLAGS: return flags_text(a, column, number_at(column, row));
	case COLUMN_KERNEL: return kernel_text(a, number_at(column, row));
	case COLUMN_ENUM: return enum_name(column->tab, number_at(column, row));
	}
	return "";
}

static json_t *words_json(struct arena *a, const char *text)
{
	struct strs words = str_split(a, text, " ");
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i < words.n; i++)
		json_array_append_new(list, json_string(words.v[i]));
	return list;
}

json_t *facts_row_json(struct arena *a, const struct facts_table *t, const void *row)
{
	json_t *object = json_object(), *value;
	const struct column *column;

	for (column = t->columns; column->name; column++) {
		const char *text = facts_cell(a, column, row);

		if (column->kind == COLUMN_BOOL)
			value = json_boolean(number_at(column, row));
		else if (column->kind == COLUMN_NUMBER16 || column->kind == COLUMN_NUMBER32)
			value = json_integer(number_at(column, row));
		else if (column->kind == COLUMN_WORDS || column->kind == COLUMN_FLAGS)
			value = words_json(a, text);
		else
			value = json_string(text);
		json_object_set_new(object, column->name, value);
	}
	return object;
}

int facts_id_parse(const char *text, uint16_t *ret_vendor, uint16_t *ret_device, bool *ret_whole)
{
	const char *colon = strchr(text, ':');
	uint64_t vendor, device = 0;

	if (!colon || colon - text > 4 || parse_u64n(text, (size_t)(colon - text), 16, 0xffff, &vendor) < 0)
		return -EINVAL;
	if (colon[1] && (strlen(colon + 1) > 4 || parse_u64(colon + 1, 16, 0xffff, &device) < 0))
		return -EINVAL;
	*ret_vendor = (uint16_t)vendor;
	*ret_device = (uint16_t)device;
	*ret_whole = colon[1] != '\0';
	return 0;
}

static const struct column *column_find(const struct facts_table *t, const char *name)
{
	const struct column *column;

	for (column = t->columns; column->name; column++)
		if (str_eq(column->name, name))
			return column;
	return NULL;
}

static bool id_matches(const struct facts_table *t, const void *row, uint16_t vendor, uint16_t device, bool whole)
{
	const struct column *of_vendor = column_find(t, "vendor"), *first = column_find(t, "first"), *last = column_find(t, "last");

	if (number_at(of_vendor, row) != vendor)
		return false;
	return !whole || (device >= number_at(first, row) && device <= number_at(last, row));
}

static bool contains(const char *text, const char *piece)
{
	size_t n = strlen(piece), i;

	for (; *text; text++) {
		for (i = 0; i < n && text[i] && (text[i] | 0x20) == (piece[i] | 0x20); i++)
			;
		if (i == n)
			return true;
	}
	return n == 0;
}

bool facts_row_matches(struct arena *a, const struct facts_table *t, const void *row, const char *filter)
{
	const struct column *column;
	uint16_t vendor, device;
	bool whole;

	if (column_find(t, "first") && facts_id_parse(filter, &vendor, &device, &whole) == 0)
		return id_matches(t, row, vendor, device, whole);
	for (column = t->columns; column->name; column++)
		if (contains(facts_cell(a, column, row), filter))
			return true;
	return false;
}
