/* SPDX-License-Identifier: Apache-2.0 */
#include "format/toml-internal.h"

#include "base/parse.h"

/* How a table came to be decides who may add to it. */
enum {
	STATE_IMPLICIT, /* only as a part of a longer [a.b.c]: a header may still define it */
	STATE_HEADER,   /* by [a]: closed to other headers of the name, and to dotted keys from outside */
	STATE_DOTTED,   /* by a.b = 1 */
	STATE_CLOSED,   /* written in braces, or an array in brackets: complete */
	STATE_GROWING,  /* array of [[a]] */
};

struct key_path {
	struct {
		const char *name;
		size_t n;
	} part[TOML_DEPTH_MAX];
	uint32_t n;
	uint32_t line;
};

int toml_fail(struct toml_reader *r, const char *what)
{
	return err_set(r->e, -EINVAL, "%s:%u:%u: %s", r->name, r->line, (unsigned)(r->p - r->line_start) + 1, what);
}

int toml_too_much(struct toml_reader *r, const char *what)
{
	return err_set(r->e, -E2BIG, "%s:%u: too many %s", r->name, r->line, what);
}

bool toml_newline(struct toml_reader *r)
{
	unsigned n = toml_peek(r, 0) == '\n' ? 1 : toml_peek(r, 0) == '\r' && toml_peek(r, 1) == '\n' ? 2 : 0;

	r->p += n;
	r->line += n > 0;
	if (n)
		r->line_start = r->p;
	return n > 0;
}

static void skip_blanks(struct toml_reader *r)
{
	while (toml_peek(r, 0) == ' ' || toml_peek(r, 0) == '\t')
		r->p++;
}

static int skip_comment(struct toml_reader *r)
{
	if (toml_peek(r, 0) != '#')
		return 0;
	for (; r->p < r->end && *r->p != '\n' && !(*r->p == '\r' && toml_peek(r, 1) == '\n'); r->p++)
		if (((unsigned char)*r->p < ' ' && *r->p != '\t') || *r->p == 0x7f)
			return toml_fail(r, "control character in a comment");
	return 0;
}

/* Blanks, comments and line breaks, as between the elements of an array. */
static int skip_space(struct toml_reader *r)
{
	int result = 0;

	do {
		skip_blanks(r);
		result = skip_comment(r);
	} while (result == 0 && toml_newline(r));
	return result;
}

static int end_of_line(struct toml_reader *r)
{
	int result;

	skip_blanks(r);
	result = skip_comment(r);
	if (result == 0 && r->p < r->end && !toml_newline(r))
		return toml_fail(r, "the line should end here");
	return result;
}

static bool is_bare(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static int read_simple_key(struct toml_reader *r, const char **ret, size_t *ret_n)
{
	const char *from = r->p;

	if (toml_peek(r, 0) == '"' || toml_peek(r, 0) == '\'')
		return toml_read_string(r, false, ret, ret_n);
	while (is_bare(toml_peek(r, 0)))
		r->p++;
	if (r->p == from)
		return toml_fail(r, "a key is missing");
	*ret = arena_strn(r->a, from, (size_t)(r->p - from));
	*ret_n = (size_t)(r->p - from);
	return 0;
}

static int read_key(struct toml_reader *r, struct key_path *ret)
{
	int result;

	ret->n = 0;
	ret->line = r->line;
	for (;;) {
		if (ret->n == TOML_DEPTH_MAX)
			return toml_too_much(r, "parts in a key");
		result = read_simple_key(r, &ret->part[ret->n].name, &ret->part[ret->n].n);
		if (result < 0)
			return result;
		ret->n++;
		skip_blanks(r);
		if (toml_peek(r, 0) != '.')
			return 0;
		r->p++;
		skip_blanks(r);
	}
}

static struct toml *find(const struct toml *table, const char *key, size_t n)
{
	uint32_t i;

	for (i = 0; i < table->list.n; i++)
		if (table->list.v[i]->n_key == n && memcmp(table->list.v[i]->key, key, n) == 0)
			return table->list.v[i];
	return NULL;
}

static int add_member(struct toml_reader *r, struct toml *table, const struct key_path *k, uint32_t part, struct toml **ret)
{
	struct toml *v;

	if (++r->n_keys > TOML_KEYS_MAX || table->list.n == TOML_TABLE_MAX)
		return toml_too_much(r, "keys");
	v = ARENA_NEW(r->a, struct toml);
	*LIST_PUSH(r->a, &table->list) = v;
	v->key = k->part[part].name;
	v->n_key = k->part[part].n;
	v->line = k->line;
	*ret = v;
	return 0;
}

/* The table that a part of a header before the last names: made when missing, the newest of an array of tables. */
static int step_header(struct toml_reader *r, struct toml **at, const struct key_path *k, uint32_t part)
{
	struct toml *v = find(*at, k->part[part].name, k->part[part].n);
	int result;

	if (!v) {
		result = add_member(r, *at, k, part, &v);
		if (result < 0)
			return result;
		v->type = TOML_TABLE;
	}
	if (v->type == TOML_ARRAY && v->state == STATE_GROWING)
		v = v->list.v[v->list.n - 1];
	if (v->type != TOML_TABLE || v->state == STATE_CLOSED)
		return toml_fail(r, "a part of this name is no table, or is complete already");
	*at = v;
	return 0;
}

/* [a.b] */
static int open_table(struct toml_reader *r, struct toml *at, const struct key_path *k, struct toml **ret)
{
	struct toml *v = find(at, k->part[k->n - 1].name, k->part[k->n - 1].n);
	int result = 0;

	if (v && (v->type != TOML_TABLE || v->state != STATE_IMPLICIT))
		return toml_fail(r, "this table was defined before");
	if (!v)
		result = add_member(r, at, k, k->n - 1, &v);
	if (result < 0)
		return result;
	v->type = TOML_TABLE;
	v->state = STATE_HEADER;
	v->line = k->line;
	*ret = v;
	return 0;
}

/* [[a.b]] */
static int open_element(struct toml_reader *r, struct toml *at, const struct key_path *k, struct toml **ret)
{
	struct toml *v = find(at, k->part[k->n - 1].name, k->part[k->n - 1].n), *one;
	int result = 0;

	if (v && (v->type != TOML_ARRAY || v->state != STATE_GROWING))
		return toml_fail(r, "this name is no array of tables");
	if (!v) {
		result = add_member(r, at, k, k->n - 1, &v);
		if (result < 0)
			return result;
		v->type = TOML_ARRAY;
		v->state = STATE_GROWING;
	}
	if (++r->n_keys > TOML_KEYS_MAX)
		return toml_too_much(r, "tables");
	one = ARENA_NEW(r->a, struct toml);
	*LIST_PUSH(r->a, &v->list) = one;
	one->type = TOML_TABLE;
	one->state = STATE_HEADER;
	one->line = k->line;
	*ret = one;
	return 0;
}

static int read_header(struct toml_reader *r, struct toml *root, struct toml **ret)
{
	bool element = toml_peek(r, 1) == '[';
	struct toml *at = root;
	struct key_path k;
	uint32_t i;
	int result;

	r->p += element ? 2 : 1;
	skip_blanks(r);
	result = read_key(r, &k);
	if (result < 0)
		return result;
	if (toml_peek(r, 0) != ']' || (element && toml_peek(r, 1) != ']'))
		return toml_fail(r, "the table's name should end with a bracket");
	r->p += element ? 2 : 1;
	for (i = 0; i + 1 < k.n && result == 0; i++)
		result = step_header(r, &at, &k, i);
	if (result == 0)
		result = element ? open_element(r, at, &k, ret) : open_table(r, at, &k, ret);
	return result < 0 ? result : end_of_line(r);
}

static int read_value(struct toml_reader *r, struct toml *v, unsigned depth);

static int read_pair(struct toml_reader *r, struct toml *table, unsigned depth)
{
	struct toml *at = table, *v;
	struct key_path k;
	uint32_t i;
	int result = read_key(r, &k);

	for (i = 0; i + 1 < k.n && result == 0; i++) {
		v = find(at, k.part[i].name, k.part[i].n);
		if (v && (v->type != TOML_TABLE || v->state == STATE_HEADER || v->state == STATE_CLOSED))
			return toml_fail(r, "a part of this key was defined before");
		if (!v)
			result = add_member(r, at, &k, i, &v);
		if (result == 0) {
			v->type = TOML_TABLE;
			v->state = STATE_DOTTED;
			at = v;
		}
	}
	if (result < 0)
		return result;
	if (toml_peek(r, 0) != '=')
		return toml_fail(r, "'=' should follow the key");
	if (find(at, k.part[k.n - 1].name, k.part[k.n - 1].n))
		return toml_fail(r, "this key was set before");
	r->p++;
	skip_blanks(r);
	result = add_member(r, at, &k, k.n - 1, &v);
	return result < 0 ? result : read_value(r, v, depth + k.n);
}

static int read_array(struct toml_reader *r, struct toml *v, unsigned depth)
{
	int result;

	v->type = TOML_ARRAY;
	v->state = STATE_CLOSED;
	r->p++;
	for (;;) {
		struct toml *one;

		result = skip_space(r);
		if (result < 0)
			return result;
		if (toml_peek(r, 0) == ']')
			break;
		if (++r->n_keys > TOML_KEYS_MAX)
			return toml_too_much(r, "values");
		one = ARENA_NEW(r->a, struct toml);
		one->line = r->line;
		result = read_value(r, one, depth);
		if (result == 0)
			result = skip_space(r);
		if (result < 0)
			return result;
		*LIST_PUSH(r->a, &v->list) = one;
		if (toml_peek(r, 0) == ']')
			break;
		if (toml_peek(r, 0) != ',')
			return toml_fail(r, "',' or ']' should follow");
		r->p++;
	}
	r->p++;
	return 0;
}

/* What dotted keys made inside braces is complete when they close. */
static void close_dotted(struct toml *table)
{
	uint32_t i;

	table->state = STATE_CLOSED;
	for (i = 0; i < table->list.n; i++)
		if (table->list.v[i]->type == TOML_TABLE && table->list.v[i]->state == STATE_DOTTED)
			close_dotted(table->list.v[i]);
}

/* { a = 1, b = 2 }: on one line, no comma at the end. */
static int read_inline(struct toml_reader *r, struct toml *v, unsigned depth)
{
	int result = 0;

	v->type = TOML_TABLE;
	v->state = STATE_DOTTED;
	r->p++;
	skip_blanks(r);
	if (toml_peek(r, 0) != '}') {
		for (;;) {
			result = read_pair(r, v, depth);
			if (result < 0)
				return result;
			skip_blanks(r);
			if (toml_peek(r, 0) != ',')
				break;
			r->p++;
			skip_blanks(r);
		}
		if (toml_peek(r, 0) != '}')
			return toml_fail(r, "',' or '}' should follow");
	}
	r->p++;
	close_dotted(v);
	return 0;
}

static int read_value(struct toml_reader *r, struct toml *v, unsigned depth)
{
	if (depth > TOML_DEPTH_MAX)
		return toml_too_much(r, "levels");
	switch (toml_peek(r, 0)) {
	case '[':
		return read_array(r, v, depth + 1);
	case '{':
		return read_inline(r, v, depth + 1);
	case '"':
	case '\'':
		v->type = TOML_STRING;
		return toml_read_string(r, true, &v->text, &v->n);
	default:
		return toml_read_word(r, v);
	}
}

/* Length of the character at s, or 0 when it is not UTF-8 as RFC 3629 has it. */
static size_t utf8_size(const unsigned char *s, size_t n)
{
	size_t need = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0, i;

	if (need == 0 || need > n)
		return 0;
	for (i = 1; i < need; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return need;
}

static int check_utf8(struct toml_reader *r)
{
	struct toml_reader at = *r;

	while (at.p < at.end) {
		size_t n = utf8_size((const unsigned char *)at.p, (size_t)(at.end - at.p));

		if (n == 0 || *at.p == '\0')
			return toml_fail(&at, n ? "a NUL byte" : "not UTF-8");
		if (!toml_newline(&at))
			at.p += n;
	}
	return 0;
}

int toml_parse(struct arena *a, const char *name, const char *text, size_t n, struct toml **ret, struct err *e)
{
	struct toml_reader r = {.a = a, .name = name, .p = text, .end = text + n, .line_start = text, .line = 1, .e = e};
	struct toml *root = ARENA_NEW(a, struct toml), *at = root;
	int result;

	if (n > TOML_TEXT_MAX)
		return err_set(e, -E2BIG, "%s: larger than %d KiB", name, TOML_TEXT_MAX >> 10);
	root->type = TOML_TABLE;
	root->state = STATE_HEADER;
	root->line = 1;
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		r.p += 3;
	result = check_utf8(&r);
	while (result == 0 && r.p < r.end) {
		skip_blanks(&r);
		if (toml_peek(&r, 0) == '[') {
			result = read_header(&r, root, &at);
		} else if (r.p == r.end || strchr("#\r\n", *r.p)) {
			result = end_of_line(&r);
		} else {
			result = read_pair(&r, at, 0);
			if (result == 0)
				result = end_of_line(&r);
		}
	}
	*ret = result < 0 ? NULL : root;
	return result;
}

const struct toml *toml_get(const struct toml *table, const char *key)
{
	return table && table->type == TOML_TABLE ? find(table, key, strlen(key)) : NULL;
}

const char *toml_str(const struct toml *v)
{
	return v && v->type == TOML_STRING ? v->text : NULL;
}

int64_t toml_int(const struct toml *v, int64_t fallback)
{
	return v && v->type == TOML_INTEGER ? v->integer : fallback;
}

bool toml_bool(const struct toml *v, bool fallback)
{
	return v && v->type == TOML_BOOL ? v->yes : fallback;
}
