/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records what is read of a tree and writes it down as a capture.
 *
 * Each read that the tree tells of is done again at once, straight on the tree's operations, and its result put into a
 * tree in memory: links at every step of the way, the file at its real place, names that a list gave, types, owners,
 * errors. That tree then answers the same reads as the machine did, and the writer only has to spell it out.
 * What was looked for and was not there needs nothing: `covers:` says that what is missing is absent.
 */
#include "host/capture.h"

#include "base/parse.h"
#include "host/redact.h"
#include "host/tree-mem.h"

#include <errno.h>

enum {
	FILE_LIMIT = 1024 * 1024,
	PATH_LIMIT = 4096,
	LINK_LIMIT = 40,
	DEPTH_LIMIT = 64,
};

struct capture_recorder {
	struct tree *t;    /* the machine */
	struct tree *copy; /* what was read of it */
	struct arena *a;
	struct strs tops;       /* top folders that were looked at */
	struct strs host_files; /* files that hold the name of another machine */
	unsigned n_left_out;    /* files too large to go in */
	const char *replaced;   /* see capture_replaced */
};

/* The way to an entry */

struct way {
	char path[PATH_LIMIT]; /* the entry at its real place; where the way ends early, the last step */
	size_t n;
	char rest[2][PATH_LIMIT]; /* what is still to go, rewritten at each link */
	unsigned n_links;
};

static void top_add(struct capture_recorder *r, const char *path)
{
	size_t n = strcspn(path, "/");
	uint32_t i;

	if (path[0] == '.' && (n == 1 || (n == 2 && path[1] == '.')))
		return;

	for (i = 0; i < r->tops.n; i++)
		if (strlen(r->tops.v[i]) == n && memcmp(r->tops.v[i], path, n) == 0)
			return;
	if (n)
		strs_add(r->a, &r->tops, arena_strn(r->a, path, n));
}

/* Links that lead to whoever reads them are no part of the machine. */
static bool magic_link(const char *path)
{
	return strcmp(path, "proc/self") == 0 || strcmp(path, "proc/thread-self") == 0;
}

static void record_type(struct capture_recorder *r, const char *path, bool owner);
static bool have(const struct capture_recorder *r, const char *path, enum tree_type type);

/* The target when path is a link, -EINVAL when it is something else. */
static long link_target(struct capture_recorder *r, const char *path, char *buf, size_t size)
{
	long n = r->copy->ops->readlink(&r->copy->root, path, buf, size);

	if (n >= 0 || n == -EINVAL || magic_link(path))
		return n >= 0 ? n : -EINVAL;
	n = r->t->ops->readlink(&r->t->root, path, buf, size);
	if (n >= 0)
		tree_mem_link(r->copy, path, buf);
	return n;
}

/* A directory on the way: what it has besides is absent from now on, no longer unknown. */
static void dir_add(struct capture_recorder *r, const char *path)
{
	struct tree_stat st;
	int before = r->copy->ops->stat(&r->copy->root, path, false, &st);

	tree_mem_dir(r->copy, path);
	if (before == -ENODATA)
		tree_mem_cover(r->copy, path, true);
}

static void way_up(struct way *w)
{
	while (w->n && w->path[w->n] != '/')
		w->n--;
	w->path[w->n] = '\0';
}

static int way_push(struct way *w, const char *name, size_t n)
{
	if (w->n + n + 2 > sizeof(w->path))
		return -ENAMETOOLONG;
	if (w->n)
		w->path[w->n++] = '/';
	memcpy(w->path + w->n, name, n);
	w->n += n;
	w->path[w->n] = '\0';
	return 0;
}

static int way_link(struct way *w, const char *target, const char **rest)
{
	char *out = w->rest[w->n_links % 2];

	if (++w->n_links > LINK_LIMIT)
		return -ELOOP;
	if (snprintf(out, PATH_LIMIT, "%s%s%s", target, **rest ? "/" : "", *rest) >= PATH_LIMIT)
		return -ENAMETOOLONG;
	way_up(w);
	if (target[0] == '/')
		w->path[w->n = 0] = '\0';
	*rest = out;
	return 0;
}

/*
 * Goes along `path` (from the root), recording links and directories, and leaves the real place in w->path.
 * Negative: the way ends at w->path with this error.
 */
static int way_go(struct capture_recorder *r, struct way *w, const char *path, bool follow)
{
	char target[PATH_LIMIT];
	const char *rest = path;
	size_t n;
	long got;
	int code;

	*w = (struct way){.n = 0};
	for (rest += strspn(rest, "/"); *rest; rest += strspn(rest, "/")) {
		const char *name = rest;

		n = strcspn(rest, "/");
		rest += n + strspn(rest + n, "/");
		if (n == 1 && name[0] == '.')
			continue;
		if (n == 2 && name[0] == '.' && name[1] == '.') {
			way_up(w);
			continue;
		}
		code = way_push(w, name, n);
		if (code < 0)
			return code;
		got = *rest || follow ? link_target(r, w->path, target, sizeof(target)) : -EINVAL;
		if (got >= 0)
			code = way_link(w, target, &rest);
		else if (got != -EINVAL)
			code = (int)got;
		else if (*rest && !have(r, w->path, TREE_DIR))
			record_type(r, w->path, false);
		if (code < 0)
			return code;
	}
	return 0;
}

/* What is recorded */

static bool have(const struct capture_recorder *r, const char *path, enum tree_type type)
{
	struct tree_stat st;

	return r->copy->ops->stat(&r->copy->root, path, false, &st) == 0 && st.type == type;
}

/* A file whose content is in already; the first read is the one that counts. */
static bool have_content(const struct capture_recorder *r, const char *path)
{
	char c;

	return r->copy->ops->read(&r->copy->root, path, 0, &c, 1) >= 0;
}

static void record_type(struct capture_recorder *r, const char *path, bool owner)
{
	char target[PATH_LIMIT];
	struct tree_stat st, now;

	if (r->t->ops->stat(&r->t->root, path, magic_link(path), &st) < 0)
		return;
	if (st.type == TREE_LINK)
		(void)link_target(r, path, target, sizeof(target));
	else if (st.type == TREE_DIR)
		dir_add(r, path);
	else if (st.type == TREE_CHAR || st.type == TREE_BLOCK)
		tree_mem_node(r->copy, path, st.type == TREE_BLOCK, st.major, st.minor);
	else if (r->copy->ops->stat(&r->copy->root, path, false, &now) < 0)
		tree_mem_error(r->copy, path, ENODATA); /* it is there; nobody looked inside yet */
	if (owner && st.type != TREE_LINK && *path)
		tree_mem_owner(r->copy, path, st.mode, st.uid, st.gid);
}

static void record_error(struct capture_recorder *r, const char *path, int code)
{
	struct tree_stat st;
	int there = r->t->ops->stat(&r->t->root, path, false, &st);

	if (!*path || code == -ENOENT || have_content(r, path))
		return;
	if (there == 0 && st.type == TREE_DIR)
		dir_add(r, path);
	if (code == -ENODATA && there < 0)
		tree_mem_cover(r->copy, path, false);
	else if (code != -EISDIR && code != -ENOTDIR && code != -ELOOP)
		tree_mem_error(r->copy, path, -code);
	else if (there == 0)
		record_type(r, path, false);
}

/*
 * The name of the machine at the other end of a cable: a Thunderbolt XDomain's device_name. Its uevent says which kind
 * it is; without that, a router has one of the attributes that only routers have.
 */
static bool is_peer_name(struct capture_recorder *r, const char *path)
{
	static const char *const router[] = {"authorized", "generation", "nvm_version"};
	const struct tree_dir *root = &r->t->root;
	const char *name = str_base(path);
	char sibling[PATH_LIMIT], uevent[1024];
	struct tree_stat st;
	size_t i;
	long n;

	if (strcmp(name, "device_name") != 0 || !strstr(path, "/domain"))
		return false;
	snprintf(sibling, sizeof(sibling), "%.*suevent", (int)(name - path), path);
	n = r->t->ops->read(root, sibling, 0, uevent, sizeof(uevent) - 1);
	if (n > 0) {
		uevent[n] = '\0';
		if (strstr(uevent, "DEVTYPE=thunderbolt_"))
			return strstr(uevent, "DEVTYPE=thunderbolt_xdomain") != NULL;
	}
	for (i = 0; i < ARRAY_LEN(router); i++) {
		snprintf(sibling, sizeof(sibling), "%.*s%s", (int)(name - path), path, router[i]);
		if (r->t->ops->stat(root, sibling, true, &st) == 0)
			return false;
	}
	return true;
}

static void record_content(struct capture_recorder *r, const char *path)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	char piece[16384];
	long n;

	if (have_content(r, path))
		return;
	do {
		n = r->t->ops->read(&r->t->root, path, b.n, piece, sizeof(piece));
		if (n > 0)
			buf_add(&b, piece, (size_t)n);
	} while (n > 0 && b.n <= FILE_LIMIT);
	if (n < 0 && b.n == 0) {
		record_error(r, path, (int)n);
	} else if (b.n > FILE_LIMIT) {
		tree_mem_error(r->copy, path, EFBIG);
		r->n_left_out++;
	} else {
		tree_mem_file(r->copy, path, b.p ? b.p : "", b.n);
		if (is_peer_name(r, path))
			strs_add(r->a, &r->host_files, arena_str(r->a, path));
	}
}

static void record_list(struct capture_recorder *r, const char *path)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct strs names = {0};
	char full[PATH_LIMIT];
	uint32_t i;

	if (r->t->ops->list(&r->t->root, path, a, &names) < 0)
		return;
	for (i = 0; i < names.n; i++)
		if (snprintf(full, sizeof(full), "%s%s%s", path, *path ? "/" : "", names.v[i]) < (int)sizeof(full) &&
		    !tree_mem_has(r->copy, full))
			tree_mem_cover(r->copy, full, false);
}

static void record_answer(struct capture_recorder *r, const char *both, long result)
{
	const char *blank = strchr(both, ' '), *text = NULL, *kind;
	int code;

	if (!blank || result == -ENODATA)
		return;
	kind = arena_strn(r->a, both, (size_t)(blank - both));
	code = r->t->ops->answer(r->t, r->a, kind, blank + 1, &text);
	if (code == 0 && text)
		tree_mem_answer(r->copy, kind, blank + 1, text);
	else if (code < 0 && code != -ENODATA)
		tree_mem_answer_error(r->copy, kind, blank + 1, -code);
}

/* A Thunderbolt device's `key` is a secret that opens it: it goes into no file. */
static bool is_secret(const char *path)
{
	const char *name = str_base(path);

	return strcmp(name, "key") == 0 && (strstr(path, "/domain") || strstr(path, "thunderbolt"));
}

static void record(struct capture_recorder *r, const char *path, const char *op, long result)
{
	bool follow = strcmp(op, "readlink") != 0 && strcmp(op, "lstat") != 0;
	struct way w;
	int code = way_go(r, &w, path, follow);

	if (result != -ENODATA) {
		top_add(r, path + strspn(path, "/"));
		top_add(r, w.path);
	}
	if (code < 0 || (result < 0 && strcmp(op, "readlink") != 0)) {
		record_error(r, w.path, code < 0 ? code : (int)result);
		return;
	}
	if (strcmp(op, "read") == 0 && !is_secret(w.path))
		record_content(r, w.path);
	else if (strcmp(op, "readlink") == 0)
		result == -ENODATA ? record_error(r, w.path, -ENODATA) : record_type(r, w.path, false);
	else
		record_type(r, w.path, strcmp(op, "stat") == 0 || strcmp(op, "lstat") == 0);
	if (strcmp(op, "list") == 0)
		record_list(r, w.path);
}

static void on_read(void *arg, const struct tree_dir *at, const char *path, const char *op, long result)
{
	struct capture_recorder *r = arg;
	const char *dir = at->path && path[0] != '/' ? at->path : "";
	char full[PATH_LIMIT];
	unsigned depth = 0;
	const char *s;

	if (strcmp(op, "answer") == 0) {
		record_answer(r, path, result);
		return;
	}
	if (snprintf(full, sizeof(full), "%s%s%s", dir, *dir && *path ? "/" : "", path) >= (int)sizeof(full))
		return;
	for (s = full; *s; s++)
		depth += *s == '/';
	if (depth <= DEPTH_LIMIT)
		record(r, full, op, result);
}

struct capture_recorder *capture_record(struct tree *t)
{
	struct capture_recorder *r = xmalloc(sizeof(*r));

	*r = (struct capture_recorder){.t = t, .copy = tree_new_mem("recording"), .a = arena_new()};
	t->on_read = on_read;
	t->on_read_arg = r;
	return r;
}

void capture_record_stop(struct capture_recorder *r)
{
	if (!r)
		return;
	r->t->on_read = NULL;
	r->t->on_read_arg = NULL;
	tree_free(r->copy);
	arena_free(r->a);
	free(r);
}

/* Spelling it out */

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
	bool plain = !strchr("#[\t", *s) && strcmp(s, "answers") != 0;

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
	int r = tree_read_file(&w->r->copy->root, path, a, FILE_LIMIT, &p, &n);

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
	char target[PATH_LIMIT] = "";

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

static void put_dir(struct writer *w, const char *path)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct tree *copy = w->r->copy;
	struct strs names = {0};
	struct tree_stat st;
	char full[PATH_LIMIT];
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
		    have(w->r, full, TREE_DIR))
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
}

static void learn_accounts(struct capture_recorder *r, struct redactor *redactor)
{
	struct buf dry CLEANUP(buf_free) = BUF_NULL;
	char *p;
	size_t n;

	if (tree_read_file(&r->copy->root, "etc/passwd", r->a, FILE_LIMIT, &p, &n) == 0)
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
