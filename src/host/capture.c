/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a capture (host/capture.h has the format) into a tree in memory. One pass over the lines; an entry whose
 * operator is ':' or '%' takes the lines behind it that begin with a tab. Whatever is wrong is said with line and
 * column and what was expected there: these files are also written by hand.
 */
#include "host/capture.h"

#include "base/parse.h"
#include "host/tree-mem.h"

#include <errno.h>

enum {
	TEXT_LIMIT = 64 * 1024 * 1024,
	BINARY_LIMIT = 4 * 1024 * 1024,
	CONTENT_LIMIT = 128 * 1024 * 1024, /* of all binaries: a gap costs no text */
	PATH_LIMIT = 4096,
};

/* Where the headers are kept: an answer kind that no question can name. */
#define HEADER_KIND "capture header"

struct parser {
	const char *name;
	const char *next, *end; /* what is left of the text */
	const char *line;       /* this line without its end */
	size_t n;
	unsigned line_no;
	bool crlf;
	struct tree *t;
	struct err *e;
	bool in_section, in_answers, ended;
	char path[PATH_LIMIT]; /* the section's directory, then the entry in it */
	size_t dir_len;
	size_t content;
	struct buf word, value;
};

/* A piece of the line that is still to be read. */
struct cursor {
	const char *s, *end;
};

static int expected(const struct parser *p, const char *where, const char *fmt, ...) PRINTF_LIKE(3, 4);
static int expected(const struct parser *p, const char *where, const char *fmt, ...)
{
	size_t column = where ? (size_t)(where - p->line) + 1 : p->n + 1;
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(p->e, -EINVAL, "%s:%u:%zu: expected %s", p->name, p->line_no, column, text);
}

/* Lines */

static bool line_next(struct parser *p)
{
	if (!next_line(&p->next, p->end, &p->line, &p->n))
		return false;
	p->line_no++;
	if (p->crlf && p->n && p->line[p->n - 1] == '\r')
		p->n--;
	return true;
}

static int line_check(const struct parser *p)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if ((unsigned char)p->line[i] < 0x20 && p->line[i] != '\t')
			return expected(p, p->line + i, "text, found the byte 0x%02x", (unsigned char)p->line[i]);
	return 0;
}

/* The next line when it begins with a tab, without it: part of the entry before. */
static int line_more(struct parser *p, struct cursor *ret)
{
	int r;

	if (p->next >= p->end || *p->next != '\t')
		return 0;
	line_next(p);
	r = line_check(p);
	*ret = (struct cursor){p->line + 1, p->line + p->n};
	return r < 0 ? r : 1;
}

/* Words */

static bool at_end(const struct cursor *c)
{
	return c->s == c->end;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What stands behind a backslash. */
static int escape(const struct parser *p, struct cursor *c, struct buf *out)
{
	static const char from[] = "nrt\\\"'0", to[] = "\n\r\t\\\"'";
	const char *at = at_end(c) ? NULL : strchr(from, *c->s);

	if (at && *c->s) {
		buf_addc(out, to[at - from]);
		c->s++;
		return 0;
	}
	if (c->end - c->s >= 3 && *c->s == 'x' && hex_digit(c->s[1]) >= 0 && hex_digit(c->s[2]) >= 0) {
		buf_addc(out, (char)(hex_digit(c->s[1]) << 4 | hex_digit(c->s[2])));
		c->s += 3;
		return 0;
	}
	return expected(p, c->s - 1, "one of \\n \\r \\t \\0 \\\\ \\\" \\' \\xHH");
}

/* Up to `stop` (0: the end of the cursor), escapes resolved. */
static int escaped_text(const struct parser *p, struct cursor *c, char stop, struct buf *out)
{
	int r = 0;

	while (r == 0 && !at_end(c) && (!stop || *c->s != stop)) {
		char ch = *c->s++;

		if (ch == '\\')
			r = escape(p, c, out);
		else
			buf_addc(out, ch);
	}
	return r;
}

static int quoted(const struct parser *p, struct cursor *c, struct buf *out)
{
	const char *start = c->s++;
	int r = escaped_text(p, c, '"', out);

	if (r < 0)
		return r;
	if (at_end(c))
		return expected(p, NULL, "'\"' at the end of the string from column %zu", (size_t)(start - p->line) + 1);
	c->s++;
	if (strlen(out->p ? out->p : "") != out->n)
		return expected(p, start, "a string without a zero byte");
	return 0;
}

/* A word up to the next blank, or a string in quotes; `what` for the message. Result in p->word. */
static int word(struct parser *p, struct cursor *c, const char *what)
{
	const char *start = c->s;

	buf_clear(&p->word);
	buf_add(&p->word, "", 0);
	if (!at_end(c) && *c->s == '"')
		return quoted(p, c, &p->word);
	while (!at_end(c) && *c->s != ' ')
		c->s++;
	if (c->s == start)
		return expected(p, start, "%s", what);
	buf_add(&p->word, start, (size_t)(c->s - start));
	return 0;
}

static int blank(const struct parser *p, struct cursor *c, const char *what)
{
	if (at_end(c) || *c->s != ' ')
		return expected(p, c->s, "%s", what);
	c->s++;
	return 0;
}

static int line_end(const struct parser *p, const struct cursor *c)
{
	return at_end(c) ? 0 : expected(p, c->s, "the end of the line");
}

/* "{0660 0:44}" at the end of an entry */

struct owner {
	bool given;
	uint32_t mode, uid, gid;
};

static bool owner_number(const char **s, const char *end, unsigned base, uint32_t max, uint32_t *ret)
{
	const char *start = *s;
	uint64_t v;

	while (*s < end && **s >= '0' && **s <= '9')
		(*s)++;
	if (parse_u64n(start, (size_t)(*s - start), base, max, &v) < 0)
		return false;
	*ret = (uint32_t)v;
	return true;
}

/* Cuts it off when it is there; what only looks alike is part of the value. */
static struct owner owner_cut(struct cursor *c)
{
	const char *s, *last = c->end - 1;
	struct owner o = {.given = true};

	if (at_end(c) || *last != '}')
		return (struct owner){0};
	s = last;
	while (s > c->s && *s != '{')
		s--;
	if (*s != '{' || (s > c->s && s[-1] != ' '))
		return (struct owner){0};
	last = s;
	s++;
	if (!owner_number(&s, c->end - 1, 8, 07777, &o.mode))
		return (struct owner){0};
	if (*s == ' ') {
		s++;
		if (!owner_number(&s, c->end - 1, 10, UINT32_MAX, &o.uid) || *s++ != ':' ||
		    !owner_number(&s, c->end - 1, 10, UINT32_MAX, &o.gid))
			return (struct owner){0};
	}
	if (s != c->end - 1)
		return (struct owner){0};
	c->end = last > c->s ? last - 1 : last;
	return o;
}

static int owner_set(struct parser *p, const char *where, const struct owner *o)
{
	if (o->given && tree_mem_owner(p->t, p->path, o->mode, o->uid, o->gid) < 0)
		return expected(p, where, "an entry that can have an owner");
	return 0;
}

/* Values */

/* Lines behind an entry, each with a newline: a file of several lines. */
static int value_lines(struct parser *p)
{
	struct cursor more;
	unsigned lines = 0;
	int r;

	buf_clear(&p->value);
	while ((r = line_more(p, &more)) > 0) {
		buf_add(&p->value, more.s, (size_t)(more.end - more.s));
		buf_addc(&p->value, '\n');
		lines++;
	}
	return r < 0 ? r : lines ? 0 : expected(p, NULL, "a line that begins with a tab after this one");
}

static int binary_reserve(struct parser *p, const char *where, uint64_t size)
{
	static const char zero[4096];

	if (size > BINARY_LIMIT)
		return expected(p, where, "at most %u bytes", (unsigned)BINARY_LIMIT);
	if (p->content + size > CONTENT_LIMIT)
		return expected(p, where, "at most %u bytes of binaries", (unsigned)CONTENT_LIMIT);
	while (p->value.n < size)
		buf_add(&p->value, zero, MIN(sizeof(zero), (size_t)size - p->value.n));
	return 0;
}

static int hex_bytes(struct parser *p, struct cursor *c)
{
	while (!at_end(c)) {
		if (*c->s == ' ') {
			c->s++;
			continue;
		}
		if (c->end - c->s < 2 || hex_digit(c->s[0]) < 0 || hex_digit(c->s[1]) < 0 ||
		    (c->end - c->s > 2 && c->s[2] != ' '))
			return expected(p, c->s, "two hexadecimal digits and a blank");
		if (p->value.n >= BINARY_LIMIT)
			return expected(p, c->s, "at most %u bytes", (unsigned)BINARY_LIMIT);
		buf_addc(&p->value, (char)(hex_digit(c->s[0]) << 4 | hex_digit(c->s[1])));
		c->s += 2;
	}
	return 0;
}

/* "0040: 0d 00 …", or "size: 4096" as the last line. */
static int binary_line(struct parser *p, struct cursor *c, bool *ret_last)
{
	const char *start = c->s, *colon = memchr(start, ':', (size_t)(c->end - start));
	size_t n = colon ? (size_t)(colon - start) : 0;
	uint64_t at;
	int r;

	*ret_last = n == 4 && memcmp(start, "size", 4) == 0;
	if (*ret_last) {
		c->s = colon + 1 + (colon + 1 < c->end && colon[1] == ' ');
		if (parse_u64n(c->s, (size_t)(c->end - c->s), 10, UINT32_MAX, &at) < 0 || at < p->value.n)
			return expected(p, c->s, "the size in decimal, not less than what is there already");
		return binary_reserve(p, c->s, at);
	}
	if (n == 0 || hex_digit(start[0]) < 0 || (n > 1 && hex_digit(start[1]) < 0) ||
	    parse_u64n(start, n, 16, UINT32_MAX, &at) < 0)
		return expected(p, start, "'offset: bytes' in hexadecimal, or 'size: N'");
	if (at < p->value.n)
		return expected(p, start, "an offset of at least 0x%zx: these bytes are there already", p->value.n);
	r = binary_reserve(p, start, at);
	c->s = colon + 1;
	return r < 0 ? r : hex_bytes(p, c);
}

static int value_binary(struct parser *p)
{
	struct cursor more;
	unsigned lines = 0;
	bool last = false;
	int r;

	buf_clear(&p->value);
	while ((r = line_more(p, &more)) > 0) {
		if (last)
			return expected(p, p->line, "no line after 'size:'");
		r = binary_line(p, &more, &last);
		if (r < 0)
			return r;
		lines++;
	}
	p->content += p->value.n;
	return r < 0 ? r : lines ? 0 : expected(p, NULL, "a line that begins with a tab after this one");
}

/* Entries of a directory */

/* What tree_mem_* said about a path, as a message. */
static int entry_result(const struct parser *p, const char *where, int r)
{
	if (r == -EEXIST)
		return expected(p, where, "another name: '%s' is, or lies below, something of another kind", p->path);
	if (r == -E2BIG)
		return expected(p, where, "fewer, shorter or less deep names (at '%.100s')", p->path);
	return r < 0 ? expected(p, where, "a name without '/' that is neither empty nor '.' nor '..'") : 0;
}

static int add_file(struct parser *p, const char *where)
{
	return entry_result(p, where, tree_mem_file(p->t, p->path, p->value.p ? p->value.p : "", p->value.n));
}

static int entry_node(struct parser *p, struct cursor *c, const char *where)
{
	const char *start = c->s, *colon = memchr(start, ':', (size_t)(c->end - start));
	uint64_t major, minor;

	if (!colon || c->end - start < 3 || (start[0] != 'c' && start[0] != 'b') || start[1] != ' ' ||
	    parse_u64n(start + 2, (size_t)(colon - start - 2), 10, UINT32_MAX, &major) < 0 ||
	    parse_u64n(colon + 1, (size_t)(c->end - colon - 1), 10, UINT32_MAX, &minor) < 0)
		return expected(p, start, "'c major:minor' or 'b major:minor'");
	return entry_result(p, where, tree_mem_node(p->t, p->path, start[0] == 'b', (uint32_t)major, (uint32_t)minor));
}

/* "EINVAL", or "E1234" for what has no name. */
static int error_code(struct parser *p, struct cursor *c, int *ret)
{
	const char *start = c->s;
	uint32_t number = 0;
	int r = word(p, c, "the name of an errno");

	if (r < 0)
		return r;
	*ret = errno_value(p->word.p);
	if (!*ret && p->word.n > 1 && parse_u32(p->word.p + 1, 10, UINT16_MAX, &number) == 0)
		*ret = (int)number;
	if (*ret <= 0)
		return expected(p, start, "the name of an errno");
	return line_end(p, c);
}

static int entry_link(struct parser *p, struct cursor *c, const char *where)
{
	int r;

	buf_clear(&p->value);
	if (!at_end(c) && *c->s == '"') {
		r = quoted(p, c, &p->value);
		if (r == 0)
			r = line_end(p, c);
		if (r < 0)
			return r;
	} else {
		buf_add(&p->value, c->s, (size_t)(c->end - c->s));
	}
	if (p->value.n == 0 || p->value.n >= PATH_LIMIT)
		return expected(p, c->s, "the target of the link");
	return entry_result(p, where, tree_mem_link(p->t, p->path, p->value.p));
}

static int entry_value(struct parser *p, char op, struct cursor *c, const char *where)
{
	int code, r;

	switch (op) {
	case '=':
		buf_clear(&p->value);
		buf_add(&p->value, c->s, (size_t)(c->end - c->s));
		buf_addc(&p->value, '\n');
		return add_file(p, where);
	case '~':
		buf_clear(&p->value);
		r = escaped_text(p, c, 0, &p->value);
		return r < 0 ? r : add_file(p, where);
	case ':':
	case '%':
		r = line_end(p, c);
		if (r == 0)
			r = op == ':' ? value_lines(p) : value_binary(p);
		return r < 0 ? r : add_file(p, p->line);
	case '-':
		return entry_link(p, c, where);
	case '!':
		r = error_code(p, c, &code);
		return r < 0 ? r : entry_result(p, where, tree_mem_error(p->t, p->path, code));
	case '@':
		return entry_node(p, c, where);
	default:
		r = line_end(p, c);
		return r < 0 ? r : entry_result(p, where, tree_mem_cover(p->t, p->path, false));
	}
}

/* The operator behind a name, with blanks on both sides or the end of the line behind it. 0 when there is none. */
static char operator(struct cursor *c, const char *which)
{
	char op;

	if (c->end - c->s < 2 || *c->s != ' ')
		return 0;
	op = c->s[1];
	if (!strchr(which, op))
		return 0;
	c->s += 2;
	if (op == '-') {
		if (at_end(c) || *c->s != '>')
			return 0;
		c->s++;
	}
	if (!at_end(c) && *c->s != ' ')
		return 0;
	if (!at_end(c))
		c->s++;
	return op;
}

static int entry(struct parser *p)
{
	struct cursor c = {p->line, p->line + p->n};
	const char *after;
	struct owner o;
	struct tree_stat st;
	char op;
	int r = word(p, &c, "a name");

	if (r < 0)
		return r;
	after = c.s;
	if (p->dir_len + p->word.n + 2 > sizeof(p->path) || memchr(p->word.p, '/', p->word.n))
		return expected(p, p->line, "a name without '/', not too long");
	memcpy(p->path + p->dir_len, "/", p->dir_len ? 1 : 0);
	memcpy(p->path + p->dir_len + (p->dir_len ? 1 : 0), p->word.p, p->word.n + 1);
	o = owner_cut(&c);
	op = operator(&c, "=:%-!@~?");
	if (!op)
		return expected(p, after, "one of = : %% -> ! @ ~ ? with blanks around it after the name");
	/* A directory may get an error or a question mark beside its section; anything else twice is a slip. */
	if (tree_mem_has(p->t, p->path) &&
	    !(strchr("!?", op) && tree_lstat(&p->t->root, p->path, &st) == 0 && st.type == TREE_DIR))
		return expected(p, p->line, "another name: '%s' is there already", p->path);
	r = entry_value(p, op, &c, p->line);
	return r < 0 ? r : owner_set(p, p->line, &o);
}

/* Answers */

static int answer_value(struct parser *p, char op, struct cursor *c, const char *kind, const char *key)
{
	int code, r = 0;

	buf_clear(&p->value);
	buf_add(&p->value, "", 0);
	if (op == '!') {
		r = error_code(p, c, &code);
		return r < 0 ? r : tree_mem_answer_error(p->t, kind, key, code);
	}
	if (op == '=') {
		buf_add(&p->value, c->s, (size_t)(c->end - c->s));
	} else if (op == '~') {
		r = escaped_text(p, c, 0, &p->value);
	} else {
		r = line_end(p, c);
		if (r == 0)
			r = value_lines(p);
		if (r == 0)
			p->value.p[--p->value.n] = '\0';
	}
	return r < 0 ? r : tree_mem_answer(p->t, kind, key, p->value.p);
}

static int answer(struct parser *p)
{
	struct cursor c = {p->line, p->line + p->n};
	char kind[64];
	const char *after;
	char *key;
	char op;
	int r = word(p, &c, "a kind of answer");

	if (r < 0)
		return r;
	if (p->word.n >= sizeof(kind))
		return expected(p, p->line, "a kind of answer");
	memcpy(kind, p->word.p, p->word.n + 1);
	r = blank(p, &c, "a blank and a key after the kind of answer");
	if (r == 0)
		r = word(p, &c, "the key of the answer");
	if (r < 0)
		return r;
	key = arena_strn(tree_mem_arena(p->t), p->word.p, p->word.n);
	after = c.s;
	op = operator(&c, "=:~!");
	if (!op)
		return expected(p, after, "one of = : ~ ! with blanks around it after the key");
	r = answer_value(p, op, &c, kind, key);
	return r == -E2BIG ? expected(p, p->line, "fewer answers") : r;
}

/* Sections and headers */

/* The path of a section: no quotes, or a string in quotes; "/" is the root. */
static int section_path(struct parser *p, struct cursor *c)
{
	const char *close = c->end - 1;

	buf_clear(&p->word);
	buf_add(&p->word, "", 0);
	c->s++;
	if (c->s < c->end && *c->s == '"') {
		int r = quoted(p, c, &p->word);

		if (r < 0)
			return r;
	} else {
		while (close > c->s && *close != ']')
			close--;
		if (close < c->s || *close != ']')
			close = c->end;
		buf_add(&p->word, c->s, (size_t)(close - c->s));
		c->s = close;
	}
	if (at_end(c) || *c->s != ']')
		return expected(p, at_end(c) ? NULL : c->s, "']' after the directory");
	c->s++;
	return line_end(p, c);
}

static int section(struct parser *p)
{
	struct cursor c = {p->line, p->line + p->n};
	struct owner o = owner_cut(&c);
	int r = section_path(p, &c);

	if (r < 0)
		return r;
	p->in_section = true;
	p->in_answers = strcmp(p->word.p, "answers") == 0 && p->line[1] != '"';
	p->ended = strcmp(p->word.p, "end") == 0 && p->line[1] != '"';
	if (p->in_answers || p->ended)
		return 0;
	if (p->word.n >= sizeof(p->path))
		return expected(p, p->line + 1, "a shorter path");
	memcpy(p->path, p->word.p, p->word.n + 1);
	if (strcmp(p->path, "/") == 0)
		p->path[0] = '\0';
	else if (!*p->path)
		return expected(p, p->line + 1, "a directory");
	p->dir_len = strlen(p->path);
	r = tree_mem_dir(p->t, p->path);
	if (r == -EINVAL)
		return expected(p, p->line + 1, "a path without a '/' at its ends, and without '.' and '..' in it");
	r = entry_result(p, p->line + 1, r);
	return r < 0 ? r : owner_set(p, p->line + 1, &o);
}

static int header_covers(struct parser *p, const char *value)
{
	struct strs names = str_split(tree_mem_arena(p->t), value, " \t");
	uint32_t i;

	tree_mem_cover(p->t, "", false);
	for (i = 0; i < names.n; i++)
		if (tree_mem_cover(p->t, names.v[i], true) < 0)
			return expected(p, p->line, "names of top folders, found '%s'", names.v[i]);
	return 0;
}

static int header(struct parser *p)
{
	const char *colon = memchr(p->line, ':', p->n), *s;
	char *key, *value;

	for (s = p->line; s < p->line + p->n && ((*s >= 'a' && *s <= 'z') || *s == '-' || *s == '_'); s++)
		;
	if (!colon || s != colon || s == p->line || (colon + 1 < p->line + p->n && colon[1] != ' '))
		return expected(p, s, "'key: value' or a section '[directory]'");
	key = arena_strn(tree_mem_arena(p->t), p->line, (size_t)(colon - p->line));
	value = str_trim(arena_strn(tree_mem_arena(p->t), colon + 1, p->n - (size_t)(colon + 1 - p->line)));
	if (tree_mem_answer_text(p->t, HEADER_KIND, key))
		return expected(p, p->line, "a header that is not there yet");
	tree_mem_answer(p->t, HEADER_KIND, key, value);
	return strcmp(key, "covers") == 0 ? header_covers(p, value) : 0;
}

static int first_line(struct parser *p)
{
	static const char magic[] = "gpubay capture ";
	const size_t n = sizeof(magic) - 1;

	if (p->n && line_next(p)) {
		p->crlf = p->n && p->line[p->n - 1] == '\r';
		p->n -= p->crlf;
		if (p->n == n + 1 && memcmp(p->line, magic, n) == 0 && p->line[n] == '1')
			return 0;
		if (p->n > n && memcmp(p->line, magic, n) == 0)
			return expected(p, p->line + n, "version 1, the only one this program reads");
	}
	p->line_no = 1;
	return expected(p, p->line, "'gpubay capture 1'");
}

static int one_line(struct parser *p)
{
	int r = line_check(p);

	if (r < 0 || p->n == 0 || p->line[0] == '#')
		return r;
	if (p->ended)
		return expected(p, p->line, "nothing after [end]");
	if (p->line[0] == '[')
		return section(p);
	if (p->line[0] == '\t')
		return expected(p, p->line, "a name: this line continues nothing");
	return !p->in_section ? header(p) : p->in_answers ? answer(p) : entry(p);
}

int capture_parse(const char *name, const char *text, size_t n, struct tree **ret, struct err *e)
{
	struct parser p = {.name = name, .next = text, .end = text + n, .line = text, .n = n, .e = e};
	int r;

	if (n > TEXT_LIMIT)
		return err_set(e, -EINVAL, "%s:1:1: expected at most %u bytes", name, (unsigned)TEXT_LIMIT);
	p.t = tree_new_mem(name);
	r = first_line(&p);
	while (r == 0 && line_next(&p))
		r = one_line(&p);
	/* A file cut off in its header would be a machine without anything. */
	if (r == 0 && !p.in_section)
		r = expected(&p, NULL, "a section '[directory]' after this");
	if (r == 0 && !p.ended && capture_header(p.t, "end"))
		r = expected(&p, NULL, "'[end]' after this: the file is cut off");
	buf_free(&p.word);
	buf_free(&p.value);
	if (r < 0) {
		tree_free(p.t);
		return -EINVAL;
	}
	*ret = p.t;
	return 0;
}

const char *capture_header(const struct tree *t, const char *key)
{
	return tree_mem_answer_text(t, HEADER_KIND, key);
}
