/* SPDX-License-Identifier: Apache-2.0 */
#include "format/trust-file.h"

#include "base/parse.h"

#include <errno.h>

/* A line as it is taken apart. */
struct cursor {
	const char *path;
	unsigned line;
	const char *start, *at, *end;
	struct arena *a;
	struct err *e;
};

static int expected(const struct cursor *c, const char *what)
{
	return err_set(c->e, -EINVAL, "%s:%u:%u: expected %s", c->path, c->line, (unsigned)(c->at - c->start) + 1, what);
}

static void skip_blanks(struct cursor *c)
{
	while (c->at < c->end && (*c->at == ' ' || *c->at == '\t'))
		c->at++;
}

static bool at_end(const struct cursor *c)
{
	return c->at == c->end || *c->at == '#';
}

static size_t word_length(const struct cursor *c)
{
	size_t n = 0;

	while (c->at + n < c->end && !strchr(" \t#", c->at[n]))
		n++;
	return n;
}

/* Takes this word, when it stands here as a whole. */
static bool take(struct cursor *c, const char *word)
{
	size_t n = strlen(word);

	if (word_length(c) != n || memcmp(c->at, word, n) != 0)
		return false;
	c->at += n;
	skip_blanks(c);
	return true;
}

bool trust_is_id(const char *s)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	unsigned i;

	for (i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == '-' ? s[i] != '-' : s[i] == '\0' || !strchr("0123456789abcdefABCDEF", s[i]))
			return false;
	return s[i] == '\0';
}

static int take_id(struct cursor *c, const char **ret)
{
	size_t n = word_length(c);
	char *id = arena_strn(c->a, c->at, n);

	if (!trust_is_id(id))
		return expected(c, "a unique id like 01234567-89ab-cdef-0123-456789abcdef");
	c->at += n;
	skip_blanks(c);
	*ret = str_lower(id);
	return 0;
}

static bool label_takes(unsigned char ch)
{
	return ch >= ' ' && ch != 0x7f && ch != '"' && ch != '\\';
}

static int take_label(struct cursor *c, const char **ret)
{
	const char *start = ++c->at;

	while (c->at < c->end && label_takes((unsigned char)*c->at))
		c->at++;
	if (c->at == c->end || *c->at != '"')
		return expected(c, "the label's closing '\"'");
	if (c->at - start > TRUST_LABEL_MAX)
		return expected(c, "a label of at most 100 bytes");
	*ret = utf8_clean(c->a, start, (size_t)(c->at - start));
	c->at++;
	skip_blanks(c);
	return 0;
}

static int parse_allow(struct cursor *c, struct trust_file *f)
{
	struct trust_entry entry = {.label = "", .file = c->path, .line = c->line};
	const struct trust_entry *old;
	const char *id_at = c->at;
	int r = take_id(c, &entry.unique_id);

	if (r < 0)
		return r;
	old = trust_file_find(f, entry.unique_id);
	if (old) {
		c->at = id_at;
		return err_set(c->e, -EINVAL, "%s:%u:%u: '%s' is in line %u already", c->path, c->line,
			       (unsigned)(c->at - c->start) + 1, entry.unique_id, old->line);
	}
	while (!at_end(c)) {
		bool *flag = *c->at == 'o' ? &entry.once : *c->at == 'i' ? &entry.iommu : &entry.key;

		if (*c->at == '"' && !*entry.label)
			r = take_label(c, &entry.label);
		else if (!*flag && (take(c, "once") || take(c, "iommu") || take(c, "key")))
			*flag = true;
		else
			r = expected(c, "'once', 'iommu', 'key' (each one time) or a label in '\"'");
		if (r < 0)
			return r;
	}
	if (f->entries.n == TRUST_ENTRIES_MAX)
		return err_set(c->e, -EINVAL, "%s:%u:1: more than %u entries", c->path, c->line, TRUST_ENTRIES_MAX);
	*LIST_PUSH(c->a, &f->entries) = entry;
	return 0;
}

static int parse_line(struct cursor *c, struct trust_file *f)
{
	if (c->end - c->start > TRUST_LINE_MAX)
		return err_set(c->e, -EINVAL, "%s:%u:%u: a line is longer than %u bytes", c->path, c->line, TRUST_LINE_MAX + 1,
			       TRUST_LINE_MAX);
	skip_blanks(c);
	if (at_end(c))
		return 0;
	if (take(c, "allow"))
		return parse_allow(c, f);
	if (!take(c, "require-iommu"))
		return expected(c, "'allow' or 'require-iommu'");
	f->require_iommu = true;
	return at_end(c) ? 0 : expected(c, "nothing more");
}

int trust_file_parse(const char *path, const char *text, size_t n, struct arena *a, struct trust_file *ret, struct err *e)
{
	struct cursor c = {.path = path, .a = a, .e = e};
	struct trust_file f = {0};
	const char *end = text + n;
	size_t length;

	*ret = f;
	if (n > TRUST_FILE_MAX)
		return err_set(e, -EINVAL, "%s: larger than %u KiB", path, TRUST_FILE_MAX / 1024);
	while (next_line(&text, end, &c.start, &length)) {
		int r;

		c.line++;
		c.at = c.start;
		c.end = c.start + length;
		r = parse_line(&c, &f);
		if (r < 0)
			return r;
	}
	*ret = f;
	return 0;
}

const struct trust_entry *trust_file_find(const struct trust_file *f, const char *unique_id)
{
	uint32_t i;

	for (i = 0; i < f->entries.n; i++)
		if (str_ieq(f->entries.v[i].unique_id, unique_id))
			return &f->entries.v[i];
	return NULL;
}

void trust_file_print(const struct trust_entry *entry, struct buf *b)
{
	const char *label = entry->label ? entry->label : "";
	size_t n = strlen(label), i;

	buf_addf(b, "allow %s%s%s%s", entry->unique_id, entry->once ? " once" : "", entry->iommu ? " iommu" : "", entry->key ? " key" : "");
	/* A character is taken whole or not at all. */
	for (n = MIN(n, (size_t)TRUST_LABEL_MAX); n && ((unsigned char)label[n] & 0xc0) == 0x80; n--)
		;
	if (n) {
		buf_adds(b, " \"");
		for (i = 0; i < n; i++)
			if (label_takes((unsigned char)label[i]))
				buf_addc(b, label[i]);
		buf_addc(b, '"');
	}
	buf_addc(b, '\n');
}

void trust_file_cut(const char *text, size_t n, unsigned line, struct buf *b)
{
	const char *end = text + n, *start;
	size_t length;
	unsigned i;

	for (i = 1; next_line(&text, end, &start, &length); i++) {
		if (i == line)
			continue;
		buf_add(b, start, length);
		buf_addc(b, '\n');
	}
}
