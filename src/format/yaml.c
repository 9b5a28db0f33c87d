/* SPDX-License-Identifier: Apache-2.0 */
#include "format/yaml.h"

#include "base/parse.h"

#include <errno.h>
#include <yaml.h>

const struct yaml *yaml_get(const struct yaml *map, const char *key)
{
	uint32_t i;

	for (i = 0; map && map->type == YAML_MAP && i < map->list.n; i++)
		if (str_eq(map->list.v[i]->key, key))
			return map->list.v[i];
	return NULL;
}

bool yaml_is_null(const struct yaml *v)
{
	static const char *const words[] = {"", "~", "null", "Null", "NULL"};
	unsigned i;

	for (i = 0; v && v->type == YAML_SCALAR && v->plain && i < ARRAY_LEN(words); i++)
		if (str_eq(v->text, words[i]))
			return true;
	return false;
}

const char *yaml_str(const struct yaml *v)
{
	return v && v->type == YAML_SCALAR && !yaml_is_null(v) ? v->text : NULL;
}

/* YAML 1.1 writes octal numbers with a leading 0, 1.2 with 0o; readers of Go's take both. */
bool yaml_int(const struct yaml *v, int64_t *ret)
{
	const char *at = v && v->type == YAML_SCALAR && v->plain ? v->text : "";
	bool minus = *at == '-';
	unsigned base = 10;
	uint64_t number;

	at += *at == '-' || *at == '+';
	if (at[0] == '0' && (at[1] == 'x' || at[1] == 'o')) {
		base = at[1] == 'x' ? 16 : 8;
		at += 2;
	} else if (at[0] == '0' && at[1]) {
		base = 8;
		at++;
	}
	if (!*at || parse_u64n(at, strlen(at), base, INT64_MAX, &number) < 0)
		return false;
	*ret = minus ? -(int64_t)number : (int64_t)number;
	return true;
}

bool yaml_bool(const struct yaml *v, bool *ret)
{
	const char *text = v && v->type == YAML_SCALAR && v->plain ? v->text : NULL;

	*ret = str_eq(text, "true") || str_eq(text, "True") || str_eq(text, "TRUE");
	return *ret || str_eq(text, "false") || str_eq(text, "False") || str_eq(text, "FALSE");
}

struct reader {
	yaml_parser_t parser;
	struct arena *a;
	const char *name;
	struct err *e;
	unsigned depth;
	uint32_t nodes;
};

static int fault_at(struct reader *r, const yaml_mark_t *at, int code, const char *text)
{
	return err_set(r->e, code, "%s:%zu:%zu: %s", r->name, at->line + 1, at->column + 1, text);
}

/* libyaml's own words; its reader knows a byte and no line. */
static int fault_of_parser(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *text = p->problem ? p->problem : "cannot be read";

	if (p->error == YAML_MEMORY_ERROR)
		return fault_at(r, &p->mark, -E2BIG, "out of memory");
	return fault_at(r, p->error == YAML_READER_ERROR ? &p->mark : &p->problem_mark, -EINVAL, text);
}

static int next_event(struct reader *r, yaml_event_t *ret)
{
	return yaml_parser_parse(&r->parser, ret) ? 0 : fault_of_parser(r);
}

static struct yaml *new_node(struct reader *r, enum yaml_type type, const yaml_event_t *event)
{
	struct yaml *v = arena_alloc(r->a, sizeof(*v));

	*v = (struct yaml){.type = type, .line = (uint32_t)event->start_mark.line + 1, .column = (uint32_t)event->start_mark.column + 1};
	return v;
}

static int read_node(struct reader *r, yaml_event_t *event, struct yaml **ret);

static int read_scalar(struct reader *r, yaml_event_t *event, struct yaml **ret)
{
	const char *text = (const char *)event->data.scalar.value;

	if (event->data.scalar.anchor || event->data.scalar.tag)
		return fault_at(r, &event->start_mark, -EINVAL, "anchors and tags are not read");
	if (strlen(text) != event->data.scalar.length)
		return fault_at(r, &event->start_mark, -EINVAL, "a NUL in a scalar");
	*ret = new_node(r, YAML_SCALAR, event);
	(*ret)->text = arena_strn(r->a, text, event->data.scalar.length);
	(*ret)->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return 0;
}

/* Elements up to the event that ends them. */
static int read_list(struct reader *r, struct yaml *list)
{
	yaml_event_t event;
	struct yaml *one;
	int code = 0;

	while (code == 0) {
		code = next_event(r, &event);
		if (code)
			return code;
		if (event.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&event);
			return 0;
		}
		code = read_node(r, &event, &one);
		if (code == 0)
			*LIST_PUSH(r->a, &list->list) = one;
	}
	return code;
}

static int check_key(struct reader *r, const struct yaml *map, const struct yaml *key, const yaml_mark_t *at)
{
	if (key->type != YAML_SCALAR)
		return fault_at(r, at, -EINVAL, "a key is no word");
	if (map->list.n >= YAML_MAP_MAX)
		return fault_at(r, at, -E2BIG, "more keys in a map than are read");
	if (yaml_get(map, key->text))
		return fault_at(r, at, -EINVAL, arena_printf(r->a, "the key '%s' is there twice", utf8_clean(r->a, key->text, strlen(key->text))));
	return 0;
}

static int read_map(struct reader *r, struct yaml *map)
{
	yaml_event_t event;
	yaml_mark_t at;
	struct yaml *key, *one;
	int code = 0;

	while (code == 0) {
		code = next_event(r, &event);
		if (code)
			return code;
		if (event.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&event);
			return 0;
		}
		at = event.start_mark;
		code = read_node(r, &event, &key);
		if (code == 0)
			code = check_key(r, map, key, &at);
		if (code == 0)
			code = next_event(r, &event);
		if (code == 0)
			code = read_node(r, &event, &one);
		if (code == 0) {
			one->key = key->text;
			one->key_line = key->line;
			one->key_column = key->column;
			*LIST_PUSH(r->a, &map->list) = one;
		}
	}
	return code;
}

static int read_inside(struct reader *r, yaml_event_t *event, struct yaml **ret)
{
	bool map = event->type == YAML_MAPPING_START_EVENT;
	int code;

	if (map ? event->data.mapping_start.anchor || event->data.mapping_start.tag
		: event->data.sequence_start.anchor || event->data.sequence_start.tag)
		return fault_at(r, &event->start_mark, -EINVAL, "anchors and tags are not read");
	if (++r->depth > YAML_DEPTH_MAX)
		return fault_at(r, &event->start_mark, -E2BIG, "nested more deeply than is read");
	*ret = new_node(r, map ? YAML_MAP : YAML_LIST, event);
	code = map ? read_map(r, *ret) : read_list(r, *ret);
	r->depth--;
	return code;
}

/* Takes the event. */
static int read_node(struct reader *r, yaml_event_t *event, struct yaml **ret)
{
	int code;

	if (++r->nodes > YAML_NODES_MAX)
		code = fault_at(r, &event->start_mark, -E2BIG, "more values than are read");
	else if (event->type == YAML_SCALAR_EVENT)
		code = read_scalar(r, event, ret);
	else if (event->type == YAML_MAPPING_START_EVENT || event->type == YAML_SEQUENCE_START_EVENT)
		code = read_inside(r, event, ret);
	else
		code = fault_at(r, &event->start_mark, -EINVAL,
				event->type == YAML_ALIAS_EVENT ? "anchors and tags are not read" : "a value is missing");
	yaml_event_delete(event);
	return code;
}

/* Stream start, document start, one node, document end, stream end. */
static int read_stream(struct reader *r, struct yaml **ret)
{
	yaml_event_t event;
	bool done = false;
	int code = 0;

	while (!done && code == 0) {
		code = next_event(r, &event);
		if (code)
			return code;
		if (event.type == YAML_DOCUMENT_START_EVENT && *ret)
			code = fault_at(r, &event.start_mark, -EINVAL, "a second document");
		done = event.type == YAML_STREAM_END_EVENT;
		if (code || done || event.type == YAML_STREAM_START_EVENT || event.type == YAML_DOCUMENT_START_EVENT ||
		    event.type == YAML_DOCUMENT_END_EVENT)
			yaml_event_delete(&event);
		else
			code = read_node(r, &event, ret);
	}
	return code;
}

int yaml_parse(struct arena *a, const char *name, const char *text, size_t n, struct yaml **ret, struct err *e)
{
	struct err own = {0};
	struct reader r = {.a = a, .name = name, .e = e ? e : &own};
	int code;

	*ret = NULL;
	if (n > YAML_TEXT_MAX)
		return err_set(r.e, -E2BIG, "%s:1:1: larger than %u bytes", name, (unsigned)YAML_TEXT_MAX);
	if (!yaml_parser_initialize(&r.parser))
		return err_set(r.e, -ENOMEM, "%s:1:1: out of memory", name);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, n);
	code = read_stream(&r, ret);
	yaml_parser_delete(&r.parser);
	if (code)
		*ret = NULL;
	return code;
}
