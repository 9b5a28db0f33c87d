/* SPDX-License-Identifier: Apache-2.0 */
/* Spells a recording out as a capture: by directories in sorted order, the same bytes for the same recording. */
#include "host/capture-internal.h"

#include "base/parse.h"
#include "host/redact.h"
#include "host/tree-mem.h"

#include <errno.h>

struct writer {
	const struct capture_recorder *r;
	struct redactor *redactor; /* NULL: nothing is replaced */
	struct buf *out;
	struct buf text; /* one value after redaction */
};

static void put_escaped(struct buf *out, const char *p, size_t n, bool quotes)
{
	size_t i;

	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == '\n')
			buf_adds(out, "\\n");
		else if (c == '\t')
			buf_adds(out, "\\t");
		else if (c == '\\' || (quotes && c == '"'))
			buf_addf(out, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f || c == '{' || (c == ' ' && (i == 0 || i + 1 == n) && !quotes))
			buf_addf(out, "\\x%02x", c);
		else
			buf_addc(out, (char)c);
	}
}

/* A name or a path: in quotes when it could be taken for something else. */
static void put_name(struct buf *out, const char *s, const char *special)
{
	const char *p;
	bool plain = !strchr("#[\t", *s) && strcmp(s, "answers") != 0 && strcmp(s, "end") != 0;

	for (p = s; *p && plain; p++)
		plain = *p > ' ' && *p < 0x7f && !strchr(special, *p);
	if (plain) {
		buf_adds(out, s);
		return;
	}
	buf_addc(out, '"');
	put_escaped(out, s, strlen(s), true);
	buf_addc(out, '"');
}

static const char *redacted_path(struct writer *w, const char *path, const char *text)
{
	buf_clear(&w->text);
	buf_add(&w->text, "", 0);
	if (!w->redactor)
		return text;
	redact_path(w->redactor, path, text, &w->text);
	return w->text.p;
}

/* Whether bytes are text that may stand as it is: UTF-8 without control characters. */
static bool is_text(const char *p, size_t n)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	const char *clean = utf8_clean(a, p, n);
	size_t i;

	if (memchr(p, 0, n) || strlen(clean) != n || memcmp(clean, p, n) != 0)
		return false;
	for (i = 0; i < n; i++)
		if ((unsigned char)p[i] < 0x20 && p[i] != '\n' && p[i] != '\t')
			return false;
	return true;
}

static void put_lines(struct buf *out, const char *p, size_t n)
{
	const char *end = p + n, *line;
	size_t len;

	buf_adds(out, " :");
	while (next_line(&p, end, &line, &len)) {
		buf_adds(out, "\n\t");
		buf_add(out, line, len);
	}
}

static void put_binary(struct buf *out, const char *p, size_t n)
{
	static const char zero[16];
	size_t at, i, end = 0;

	buf_adds(out, " %");
	for (at = 0; at < n; at += 16) {
		size_t len = MIN((size_t)16, n - at);

		if (memcmp(p + at, zero, len) == 0)
			continue;
		buf_addf(out, "\n\t%04zx:", at);
		for (i = 0; i < len; i++)
			buf_addf(out, " %02x", (unsigned char)p[at + i]);
		end = at + len;
	}
	if (end < n)
		buf_addf(out, "\n\tsize: %zu", n);
}

static void put_content(struct buf *out, const char *p, size_t n, bool lines)
{
	const char *first = memchr(p, '\n', n);
	bool text = is_text(p, n), whole = n && p[n - 1] == '\n', one = first == p + n - 1;
	bool odd = n > 1 && (p[0] == ' ' || p[n - 2] == ' ' || p[n - 2] == '\t' || p[n - 2] == '}');

	if (text && lines && whole && one && !odd) {
		buf_adds(out, n > 1 ? " = " : " =");
		buf_add(out, p, n - 1);
	} else if (text && lines && whole && !one) {
		put_lines(out, p, n);
	} else if (text) {
		buf_adds(out, n ? " ~ " : " ~");
		put_escaped(out, p, n, false);
	} else {
		put_binary(out, p, n);
	}
}

static void put_owner(struct writer *w, const struct tree_stat *st)
{
	static const uint32_t usual[] = {[TREE_OTHER] = 0, [TREE_FILE] = 0644, [TREE_DIR] = 0755, [TREE_LINK] = 0777,
					 [TREE_CHAR] = 0600, [TREE_BLOCK] = 0600};

	if (st->uid || st->gid)
		buf_addf(w->out, " {%04o %u:%u}", st->mode, st->uid, st->gid);
	else if (st->mode != usual[st->type])
		buf_addf(w->out, " {%04o}", st->mode);
}

/* At the end of the first line of what was written from start on. */
static void put_owner_at_eol(struct writer *w, size_t start, const struct tree_stat *st)
{
	size_t eol = (size_t)((char *)memchr(w->out->p + start, '\n', w->out->n - start) - w->out->p);
	struct buf tail CLEANUP(buf_free) = BUF_NULL;

	buf_add(&tail, w->out->p + eol, w->out->n - eol);
	w->out->n = eol;
	put_owner(w, st);
	buf_add(w->out, tail.p, tail.n);
}

static void put_file(struct writer *w, const char *path)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	char *p;
	size_t n;
	int r = tree_read_file(&w->r->copy->root, path, a, CAPTURE_FILE_MAX, &p, &n);

	if (r < 0) {
		buf_addf(w->out, " ! %s", errno_name(r));
		return;
	}
	buf_clear(&w->text);
	if (w->redactor)
		redact_content(w->redactor, path, p, n, &w->text);
	else
		buf_add(&w->text, p, n);
	put_content(w->out, w->text.p ? w->text.p : "", w->text.n, true);
}

static void put_link(struct writer *w, const char *path)
{
	char target[CAPTURE_PATH_MAX] = "";

	w->r->copy->ops->readlink(&w->r->copy->root, path, target, sizeof(target));
	buf_adds(w->out, " -> ");
	put_name(w->out, redacted_path(w, path, target), "\"{}");
}

/* One line, or one and those behind it. */
static void put_entry(struct writer *w, const char *path, const char *name)
{
	struct strs names = {0};
	struct tree_stat st;
	struct arena *a CLEANUP(arena_freep) = arena_new();
	int r = tree_lstat(&w->r->copy->root, path, &st);
	int listing = r == 0 && st.type == TREE_DIR ? w->r->copy->ops->list(&w->r->copy->root, path, a, &names) : 0;
	size_t start;

	if (r == 0 && st.type == TREE_DIR && listing == 0)
		return; /* has a section */
	put_name(w->out, redacted_path(w, path, name), "\"\\=");
	if (r < 0) {
		buf_adds(w->out, " ?\n");
		return;
	}
	start = w->out->n;
	if (st.type == TREE_DIR)
		buf_addf(w->out, " ! %s", errno_name(listing));
	else if (st.type == TREE_LINK)
		put_link(w, path);
	else if (st.type == TREE_CHAR || st.type == TREE_BLOCK)
		buf_addf(w->out, " @ %c %u:%u", st.type == TREE_CHAR ? 'c' : 'b', st.major, st.minor);
	else
		put_file(w, path);
	buf_addc(w->out, '\n');
	if (st.type != TREE_DIR && st.type != TREE_LINK && (st.mode || st.uid || st.gid))
		put_owner_at_eol(w, start, &st);
}

static bool is_dir(struct tree *t, const char *path)
{
	struct tree_stat st;

	return tree_lstat(&t->root, path, &st) == 0 && st.type == TREE_DIR;
}

static void put_dir(struct writer *w, const char *path)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct tree *copy = w->r->copy;
	struct strs names = {0};
	struct tree_stat st;
	char full[CAPTURE_PATH_MAX];
	size_t start = w->out->n, body;
	uint32_t i;

	if (tree_stat(&copy->root, path, &st) < 0)
		return;
	tree_mem_names(copy, path, a, &names);
	buf_addc(w->out, '\n');
	buf_addc(w->out, '[');
	put_name(w->out, *path ? redacted_path(w, path, path) : "/", "\"\\]");
	buf_addc(w->out, ']');
	if (*path)
		put_owner(w, &st);
	buf_addc(w->out, '\n');
	body = w->out->n;
	for (i = 0; i < names.n; i++)
		if (snprintf(full, sizeof(full), "%s%s%s", path, *path ? "/" : "", names.v[i]) < (int)sizeof(full))
			put_entry(w, full, names.v[i]);
	/* A directory of directories is made by them, unless there is more to say of it. */
	if (w->out->n == body && (!*path || (names.n && !st.uid && !st.gid && st.mode == 0755)))
		w->out->n = start;
	for (i = 0; i < names.n; i++)
		if (snprintf(full, sizeof(full), "%s%s%s", path, *path ? "/" : "", names.v[i]) < (int)sizeof(full) &&
		    is_dir(w->r->copy, full))
			put_dir(w, full);
}

static void put_answer(void *arg, const char *kind, const char *key, const char *text, int error)
{
	struct writer *w = arg;

	put_name(w->out, kind, "\"\\=");
	buf_addc(w->out, ' ');
	buf_clear(&w->text);
	buf_add(&w->text, "", 0);
	if (w->redactor)
		redact_answer(w->redactor, kind, NULL, key, &w->text);
	else
		buf_adds(&w->text, key);
	put_name(w->out, w->text.p, "\"\\=");
	if (!text) {
		buf_addf(w->out, " ! %s\n", errno_name(error));
		return;
	}
	buf_clear(&w->text);
	buf_add(&w->text, "", 0);
	if (w->redactor)
		redact_answer(w->redactor, kind, key, text, &w->text);
	else
		buf_adds(&w->text, text);
	/* Lines are the text of a file without its last newline. */
	if (strchr(w->text.p, '\n') && !str_ends(w->text.p, "\n") && is_text(w->text.p, w->text.n)) {
		put_lines(w->out, w->text.p, w->text.n);
	} else if (!strchr(w->text.p, '\n') && is_text(w->text.p, w->text.n) && *w->text.p != ' ' && !str_ends(w->text.p, " ")) {
		buf_adds(w->out, w->text.n ? " = " : " =");
		buf_adds(w->out, w->text.p);
	} else {
		put_content(w->out, w->text.p, w->text.n, false);
	}
	buf_addc(w->out, '\n');
}

static void put_header(struct writer *w, const char *key, const char *value)
{
	const char *s;

	if (!value || !*value)
		return;
	buf_addf(w->out, "%s: ", key);
	for (s = value; *s; s++)
		buf_addc(w->out, (unsigned char)*s < ' ' ? ' ' : *s);
	buf_addc(w->out, '\n');
}

static void put_all(struct writer *w, const char *note)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct strs tops = w->r->tops;
	const char *kernel = NULL;
	char *summary = w->redactor ? redact_summary(w->redactor, a) : NULL;
	size_t before;
	uint32_t i;

	buf_adds(w->out, "gpubay capture 1\n");
	put_header(w, "origin", w->r->t->live ? "captured" : "derived");
	put_header(w, "note", note);
	put_header(w, "tool", "gpubay " GPUBAY_VERSION);
	if (tree_read_str(&w->r->copy->root, "proc/sys/kernel/osrelease", a, &kernel) == 0)
		put_header(w, "kernel", kernel);
	put_header(w, "redacted", summary ? summary : "no");
	put_header(w, "end", "[end]");
	strs_sort(&tops);
	buf_adds(w->out, "covers:");
	for (i = 0; i < tops.n; i++)
		buf_addf(w->out, " %s", tops.v[i]);
	buf_addc(w->out, '\n');
	put_dir(w, "");
	before = w->out->n;
	buf_adds(w->out, "\n[answers]\n");
	tree_mem_each_answer(w->r->copy, put_answer, w);
	if (w->out->n == before + 11)
		w->out->n = before;
	buf_adds(w->out, "\n[end]\n");
}

static void learn_accounts(struct capture_recorder *r, struct redactor *redactor)
{
	struct buf dry CLEANUP(buf_free) = BUF_NULL;
	char *p;
	size_t n;

	if (tree_read_file(&r->copy->root, "etc/passwd", r->a, CAPTURE_FILE_MAX, &p, &n) == 0)
		redact_content(redactor, "etc/passwd", p, n, &dry);
}

int capture_write(struct capture_recorder *r, bool redact, const char *note, struct buf *out, struct err *e)
{
	struct writer w = {.r = r, .out = out};
	uint32_t i;

	if (r->tops.n == 0)
		return err_set(e, -ENODATA, "nothing was read, so there is nothing to write");
	if (redact) {
		struct buf dry CLEANUP(buf_free) = BUF_NULL;

		/* What is found late in the tree is to be replaced in what comes before it too; accounts first of all. */
		w.redactor = redactor_new();
		learn_accounts(r, w.redactor);
		for (i = 0; i < r->host_files.n; i++)
			redact_host_name(w.redactor, r->host_files.v[i]);
		w.out = &dry;
		put_all(&w, note);
		w.out = out;
	}
	put_all(&w, note);
	r->replaced = w.redactor ? redact_summary(w.redactor, r->a) : "nothing";
	redactor_free(w.redactor);
	buf_free(&w.text);
	return 0;
}

const char *capture_replaced(const struct capture_recorder *r)
{
	return r->replaced ? r->replaced : "nothing";
}

unsigned capture_left_out(const struct capture_recorder *r)
{
	return r->n_left_out;
}
