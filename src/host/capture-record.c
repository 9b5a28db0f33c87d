/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records what is read of a tree. Each read that the tree tells of is done again at once, straight on the tree's
 * operations, and its result put into a tree in memory: links at every step of the way, the file at its real place,
 * names that a list gave, types, owners, errors. That tree then answers the same reads as the machine did, and
 * capture-write.c only has to spell it out.
 * What was looked for and was not there needs nothing: `covers:` says that what is missing is absent.
 */
#include "host/capture-internal.h"

#include "base/parse.h"
#include "host/tree-mem.h"

#include <errno.h>

enum { LINK_LIMIT = 40, DEPTH_LIMIT = 64 };

/* The way to an entry */

struct way {
	char path[CAPTURE_PATH_MAX]; /* the entry at its real place; where the way ends early, the last step */
	size_t n;
	char rest[2][CAPTURE_PATH_MAX]; /* what is still to go, rewritten at each link */
	unsigned n_links;
};

static void top_add(struct capture_recorder *r, const char *path)
{
	size_t n = strcspn(path, "/");
	uint32_t i;

	if ((path[0] == '.' && (n == 1 || (n == 2 && path[1] == '.'))) || strcspn(path, " \t\r\n") < n)
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
	if (snprintf(out, CAPTURE_PATH_MAX, "%s%s%s", target, **rest ? "/" : "", *rest) >= CAPTURE_PATH_MAX)
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
	char target[CAPTURE_PATH_MAX];
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
	char target[CAPTURE_PATH_MAX];
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
	char sibling[CAPTURE_PATH_MAX], uevent[1024];
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
	} while (n > 0 && b.n <= CAPTURE_FILE_MAX);
	if (n < 0 && b.n == 0) {
		record_error(r, path, (int)n);
	} else if (b.n > CAPTURE_FILE_MAX) {
		char c;

		r->n_left_out += r->copy->ops->read(&r->copy->root, path, 0, &c, 1) != -EFBIG;
		tree_mem_error(r->copy, path, EFBIG);
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
	char full[CAPTURE_PATH_MAX];
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
	char full[CAPTURE_PATH_MAX];
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
