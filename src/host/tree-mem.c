/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree in memory. The children of a directory are an AA tree (Arne Andersson, "Balanced search trees made
 * simple", 1993) ordered by name: a machine with 8,192 functions loads and answers in logarithmic steps, and no order
 * or choice of names in a hostile capture can make that worse, as it could with a hash table.
 *
 * What is missing is either absent (-ENOENT) or unknown (-ENODATA): `cover` of the nearest directory above that has
 * one says which. A name can stand for either without being a thing itself (NODE_NONE): a known hole in what is
 * otherwise unknown, or an entry of which only the name is known.
 */
#include "host/tree-mem.h"

#include <errno.h>

enum {
	PATH_LIMIT = 4096,
	NAME_LIMIT = 255,
	DEPTH_LIMIT = 64,
	LINK_LIMIT = 40, /* MAXSYMLINKS of the kernel */
	NODE_LIMIT = 1024 * 1024,
};

enum node_kind { NODE_NONE, NODE_ERROR, NODE_FILE, NODE_DIR, NODE_LINK, NODE_CHAR, NODE_BLOCK };
enum cover { COVER_INHERIT, COVER_YES, COVER_NO };

struct node {
	const char *name;
	struct node *parent;
	struct node *left, *right; /* siblings with smaller and with greater names */
	struct node *children;     /* top of the children's AA tree */
	const void *data;          /* content of a file, target of a link, both terminated */
	uint64_t size;
	const char *path; /* made when a handle asks for it */
	uint32_t uid, gid, major, minor;
	uint16_t mode;
	uint16_t error;
	uint8_t level; /* of the AA tree */
	uint8_t kind;
	uint8_t cover;
	bool owned; /* mode, uid and gid were given */
};

struct mem {
	struct tree tree;
	struct arena *a;
	struct node *root;
	struct node *answers; /* one child for each kind, below it one "file" for each key */
	struct {
		const struct node **v;
		uint32_t n;
	} patterns; /* answers whose key has a '*' or '?' */
	uint32_t n_nodes;
	/* The directory of the last addition: entries come directory by directory. */
	struct node *last;
	char last_path[PATH_LIMIT];
	size_t last_len;
};

static const struct tree_ops mem_ops;

static struct mem *mem_of(struct tree *t)
{
	return (struct mem *)t; /* tree is its first member */
}

/* Names */

static int name_cmp(const char *s, size_t n, const struct node *b)
{
	int r = strncmp(s, b->name, n);

	return r ? r : b->name[n] ? -1 : 0;
}

static struct node *child_find(const struct node *dir, const char *s, size_t n)
{
	struct node *c = dir->children;

	while (c) {
		int r = name_cmp(s, n, c);

		if (r == 0)
			return c;
		c = r < 0 ? c->left : c->right;
	}
	return NULL;
}

static struct node *aa_skew(struct node *t)
{
	struct node *l = t->left;

	if (!l || l->level != t->level)
		return t;
	t->left = l->right;
	l->right = t;
	return l;
}

static struct node *aa_split(struct node *t)
{
	struct node *r = t->right;

	if (!r || !r->right || r->right->level != t->level)
		return t;
	t->right = r->left;
	r->left = t;
	r->level++;
	return r;
}

static struct node *aa_insert(struct node *t, struct node *c)
{
	if (!t)
		return c;
	if (strcmp(c->name, t->name) < 0)
		t->left = aa_insert(t->left, c);
	else
		t->right = aa_insert(t->right, c);
	return aa_split(aa_skew(t));
}

static int child_new(struct mem *m, struct node *dir, const char *s, size_t n, struct node **ret)
{
	struct node *c;

	if (m->n_nodes >= NODE_LIMIT)
		return -E2BIG;
	m->n_nodes++;
	c = ARENA_NEW(m->a, struct node);
	c->name = arena_strn(m->a, s, n);
	c->parent = dir;
	c->level = 1;
	dir->children = aa_insert(dir->children, c);
	*ret = c;
	return 0;
}

/* Adding */

/* Whether path may be added: components that are names, none too long, not too many. */
static int path_check(const char *path)
{
	const char *p;
	size_t n;
	int depth;

	for (p = path, depth = 1;; p += n + 1, depth++) {
		n = strcspn(p, "/");
		if (n == 0 || (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
			return -EINVAL;
		if (n > NAME_LIMIT || depth > DEPTH_LIMIT)
			return -E2BIG;
		if (!p[n])
			return (size_t)(p + n - path) < PATH_LIMIT ? 0 : -E2BIG;
	}
}

/*
 * A name of which nothing was known so far, or only that reading it fails, becomes a thing. A directory keeps the
 * error (it cannot be listed), for all else the content takes its place.
 */
static int become(struct node *c, enum node_kind kind)
{
	if (c->kind == NODE_NONE || c->kind == NODE_ERROR) {
		c->kind = (uint8_t)kind;
		c->error = kind == NODE_DIR ? c->error : 0;
	}
	return c->kind == kind ? 0 : -EEXIST;
}

/* The directory of the first len bytes of path, made with all above it. */
static int make_dirs(struct mem *m, const char *path, size_t len, struct node **ret)
{
	struct node *cur = m->root;
	const char *p;
	size_t n;
	int r;

	if (m->last && len == m->last_len && memcmp(path, m->last_path, len) == 0) {
		*ret = m->last;
		return 0;
	}
	for (p = path; p < path + len; p += n + 1) {
		struct node *c;

		n = strcspn(p, "/");
		c = child_find(cur, p, n);
		r = c ? 0 : child_new(m, cur, p, n, &c);
		if (r == 0)
			r = become(c, NODE_DIR);
		if (r < 0)
			return r;
		cur = c;
	}
	memcpy(m->last_path, path, len);
	m->last_len = len;
	m->last = cur;
	*ret = cur;
	return 0;
}

/* The entry of that path, made as NODE_NONE when it is not there. */
static int make_entry(struct mem *m, const char *path, struct node **ret)
{
	const char *name = strrchr(path, '/');
	struct node *dir;
	int r = path_check(path);

	name = name ? name + 1 : path;
	if (r == 0)
		r = make_dirs(m, path, name == path ? 0 : (size_t)(name - path - 1), &dir);
	if (r < 0)
		return r;
	*ret = child_find(dir, name, strlen(name));
	return *ret ? 0 : child_new(m, dir, name, strlen(name), ret);
}

static int make_kind(struct mem *m, const char *path, enum node_kind kind, struct node **ret)
{
	int r = make_entry(m, path, ret);

	return r < 0 ? r : become(*ret, kind);
}

int tree_mem_dir(struct tree *t, const char *path)
{
	struct node *n;

	return *path ? make_kind(mem_of(t), path, NODE_DIR, &n) : 0;
}

int tree_mem_file(struct tree *t, const char *path, const void *p, size_t size)
{
	struct mem *m = mem_of(t);
	struct node *n;
	int r = make_kind(m, path, NODE_FILE, &n);

	if (r < 0)
		return r;
	n->data = arena_strn(m->a, p, size);
	n->size = size;
	return 0;
}

int tree_mem_link(struct tree *t, const char *path, const char *target)
{
	struct mem *m = mem_of(t);
	struct node *n;
	int r;

	if (!*target || strlen(target) >= PATH_LIMIT)
		return *target ? -E2BIG : -EINVAL;
	r = make_kind(m, path, NODE_LINK, &n);
	if (r < 0)
		return r;
	n->data = arena_str(m->a, target);
	n->size = strlen(target);
	return 0;
}

int tree_mem_node(struct tree *t, const char *path, bool block, uint32_t major, uint32_t minor)
{
	struct node *n;
	int r = make_kind(mem_of(t), path, block ? NODE_BLOCK : NODE_CHAR, &n);

	if (r < 0)
		return r;
	n->major = major;
	n->minor = minor;
	return 0;
}

int tree_mem_error(struct tree *t, const char *path, int code)
{
	struct node *n;
	int r;

	if (code <= 0 || code > UINT16_MAX)
		return -EINVAL;
	r = make_entry(mem_of(t), path, &n);
	if (r < 0)
		return r;
	if (n->kind == NODE_NONE)
		n->kind = NODE_ERROR;
	n->error = (uint16_t)code;
	return 0;
}

int tree_mem_owner(struct tree *t, const char *path, uint32_t mode, uint32_t uid, uint32_t gid)
{
	struct node *n;
	int r = make_entry(mem_of(t), path, &n);

	if (r < 0)
		return r;
	n->mode = (uint16_t)(mode & 07777);
	n->uid = uid;
	n->gid = gid;
	n->owned = true;
	return 0;
}

int tree_mem_cover(struct tree *t, const char *path, bool covered)
{
	struct mem *m = mem_of(t);
	struct node *n = m->root;
	int r = *path ? make_entry(m, path, &n) : 0;

	if (r < 0)
		return r;
	n->cover = covered ? COVER_YES : COVER_NO;
	return 0;
}

static int make_answer(struct mem *m, const char *kind, const char *key, struct node **ret)
{
	struct node *k = child_find(m->answers, kind, strlen(kind));
	int r = k ? 0 : child_new(m, m->answers, kind, strlen(kind), &k);

	if (r < 0)
		return r;
	*ret = child_find(k, key, strlen(key));
	if (*ret)
		return 0;
	r = child_new(m, k, key, strlen(key), ret);
	if (r == 0 && strpbrk(key, "*?"))
		*LIST_PUSH(m->a, &m->patterns) = *ret;
	return r;
}

int tree_mem_answer(struct tree *t, const char *kind, const char *key, const char *value)
{
	struct mem *m = mem_of(t);
	struct node *n;
	int r = make_answer(m, kind, key, &n);

	if (r < 0)
		return r;
	n->data = arena_str(m->a, value);
	n->error = 0;
	return 0;
}

int tree_mem_answer_error(struct tree *t, const char *kind, const char *key, int code)
{
	struct node *n;
	int r = code > 0 && code <= UINT16_MAX ? make_answer(mem_of(t), kind, key, &n) : -EINVAL;

	if (r == 0)
		n->error = (uint16_t)code;
	return r;
}

static void keys_each(const struct node *n, const char *kind, tree_mem_answer_fn *fn, void *arg)
{
	if (!n)
		return;
	keys_each(n->left, kind, fn, arg);
	fn(arg, kind, n->name, n->error ? NULL : n->data, n->error);
	keys_each(n->right, kind, fn, arg);
}

static void kinds_each(const struct node *k, tree_mem_answer_fn *fn, void *arg)
{
	if (!k)
		return;
	kinds_each(k->left, fn, arg);
	keys_each(k->children, k->name, fn, arg);
	kinds_each(k->right, fn, arg);
}

void tree_mem_each_answer(const struct tree *t, tree_mem_answer_fn *fn, void *arg)
{
	kinds_each(((const struct mem *)t)->answers->children, fn, arg);
}

/* '*' is any text, '?' any character. Only the last star needs to be gone back to, so this is never exponential. */
static bool glob_match(const char *pattern, const char *s)
{
	const char *star = NULL, *again = s;

	while (*s) {
		if (*pattern == '*') {
			star = ++pattern;
			again = s;
		} else if (*pattern == '?' || *pattern == *s) {
			pattern++;
			s++;
		} else if (star) {
			pattern = star;
			s = ++again;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

/* The answer to exactly this key, else of the longest pattern that fits. */
static const struct node *answer_find(const struct mem *m, const char *kind, const char *key)
{
	const struct node *k = child_find(m->answers, kind, strlen(kind)), *n, *best = NULL;
	uint32_t i;

	n = k ? child_find(k, key, strlen(key)) : NULL;
	if (!k || n)
		return n;
	for (i = 0; i < m->patterns.n; i++) {
		n = m->patterns.v[i];
		if (n->parent == k && (!best || strlen(n->name) > strlen(best->name)) && glob_match(n->name, key))
			best = n;
	}
	return best;
}

const char *tree_mem_answer_text(const struct tree *t, const char *kind, const char *key)
{
	const struct node *n = t->ops == &mem_ops ? answer_find((const struct mem *)t, kind, key) : NULL;

	return n && !n->error ? n->data : NULL;
}

static const struct node *node_at(const struct tree *t, const char *path)
{
	const struct node *n = ((const struct mem *)t)->root;

	while (n && *path) {
		size_t len = strcspn(path, "/");

		n = child_find(n, path, len);
		path += len + (path[len] == '/');
	}
	return n;
}

bool tree_mem_has(const struct tree *t, const char *path)
{
	const struct node *n = node_at(t, path);

	return n && (n->kind != NODE_NONE || n->cover == COVER_NO);
}

/* Looking */

/* What is to be said of an entry that is not in dir. */
static int missing(const struct node *dir)
{
	for (; dir; dir = dir->parent)
		if (dir->cover != COVER_INHERIT)
			return dir->cover == COVER_YES ? -ENOENT : -ENODATA;
	return -ENOENT;
}

/* Why one cannot go on below this node. An unknown content (ENODATA) is that of a file. */
static int no_way(const struct node *n)
{
	if (n->kind == NODE_NONE)
		return missing(n);
	return n->kind == NODE_ERROR && n->error != ENODATA ? -(int)n->error : -ENOTDIR;
}

/* A way through the tree: what is left of the path, rewritten into the other buffer at each link. */
struct walk {
	struct mem *m;
	struct node *cur;
	const char *rest;
	unsigned n_links;
	char buf[2][PATH_LIMIT];
};

static int walk_link(struct walk *w, const struct node *link)
{
	char *out = w->buf[w->n_links % 2];
	const char *target = link->data;
	size_t n = link->size, left = strlen(w->rest);

	if (++w->n_links > LINK_LIMIT)
		return -ELOOP;
	if (n + 1 + left >= PATH_LIMIT)
		return -ENAMETOOLONG;
	memcpy(out, target, n);
	out[n] = '/';
	memcpy(out + n + 1, w->rest, left + 1);
	if (!left)
		out[n] = '\0';
	if (target[0] == '/')
		w->cur = w->m->root;
	w->rest = out;
	return 0;
}

static int walk_step(struct walk *w, size_t n, bool follow)
{
	const char *name = w->rest;
	struct node *c;

	if (w->cur->kind != NODE_DIR)
		return no_way(w->cur);
	w->rest += n;
	if (n == 1 && name[0] == '.')
		return 0;
	if (n == 2 && name[0] == '.' && name[1] == '.') {
		w->cur = w->cur->parent ? w->cur->parent : w->cur;
		return 0;
	}
	c = child_find(w->cur, name, n);
	if (!c)
		return missing(w->cur);
	if (c->kind == NODE_LINK && (follow || *w->rest)) {
		w->rest += strspn(w->rest, "/");
		return walk_link(w, c);
	}
	w->cur = c;
	return 0;
}

static int find(const struct tree_dir *at, const char *path, bool follow, struct node **ret)
{
	struct walk w;
	size_t n;
	int r;

	w.m = mem_of(at->tree);
	w.cur = at->node && path[0] != '/' ? (struct node *)at->node : w.m->root;
	w.rest = path;
	w.n_links = 0;
	if (strlen(path) >= PATH_LIMIT)
		return -ENAMETOOLONG;
	for (;;) {
		w.rest += strspn(w.rest, "/");
		n = strcspn(w.rest, "/");
		if (n == 0)
			break;
		r = walk_step(&w, n, follow);
		if (r < 0)
			return r;
	}
	if (w.cur->kind == NODE_NONE)
		return missing(w.cur);
	*ret = w.cur;
	return 0;
}

static const char *node_path(struct mem *m, struct node *n)
{
	if (!n->path)
		n->path = !n->parent	    ? ""
			  : !*node_path(m, n->parent) ? n->name
						      : arena_printf(m->a, "%s/%s", n->parent->path, n->name);
	return n->path;
}

static int mem_open(const struct tree_dir *at, const char *path, struct tree_dir *ret)
{
	struct node *n;
	int r = find(at, path, true, &n);

	if (r < 0)
		return r;
	if (n->kind != NODE_DIR)
		return no_way(n);
	if (n->error && n->error != ENODATA)
		return -(int)n->error;
	*ret = (struct tree_dir){.tree = at->tree, .fd = -1, .node = n, .path = node_path(mem_of(at->tree), n)};
	return 0;
}

static void mem_close(struct tree_dir *d)
{
	*d = (struct tree_dir){.fd = -1};
}

static long mem_read(const struct tree_dir *at, const char *path, uint64_t offset, void *buf, size_t size)
{
	struct node *n;
	size_t count;
	int r = find(at, path, true, &n);

	if (r < 0)
		return r;
	if (n->error)
		return -(long)n->error;
	if (n->kind != NODE_FILE)
		return n->kind == NODE_DIR ? -EISDIR : -ENXIO;
	if (offset >= n->size)
		return 0;
	count = (size_t)MIN((uint64_t)size, n->size - offset);
	memcpy(buf, (const char *)n->data + offset, count);
	return (long)count;
}

static long mem_readlink(const struct tree_dir *at, const char *path, char *buf, size_t size)
{
	struct node *n;
	int r = find(at, path, false, &n);

	if (r < 0)
		return r;
	if (n->kind == NODE_ERROR && n->error != ENODATA)
		return -(long)n->error;
	if (n->kind != NODE_LINK)
		return -EINVAL; /* also of a file of which only that is known */
	if (n->size >= size)
		return -ENAMETOOLONG;
	memcpy(buf, n->data, n->size + 1);
	return (long)n->size;
}

static bool listed(const struct node *n)
{
	return n->kind != NODE_NONE || missing(n) == -ENODATA;
}

static void list_names(const struct node *n, struct arena *a, struct strs *out)
{
	if (!n)
		return;
	list_names(n->left, a, out);
	if (listed(n))
		strs_add(a, out, arena_str(a, n->name));
	list_names(n->right, a, out);
}

void tree_mem_names(const struct tree *t, const char *path, struct arena *a, struct strs *ret)
{
	const struct node *n = node_at(t, path);

	*ret = (struct strs){0};
	list_names(n ? n->children : NULL, a, ret);
	strs_sort(ret);
}

static int mem_list(const struct tree_dir *at, const char *path, struct arena *a, struct strs *ret)
{
	struct node *n;
	int r = find(at, path, true, &n);

	if (r < 0)
		return r;
	if (n->kind != NODE_DIR)
		return no_way(n);
	if (n->error)
		return -(int)n->error;
	if (missing(n) == -ENODATA)
		return -ENODATA; /* a list with gaps would be a wrong answer */
	list_names(n->children, a, ret);
	return 0;
}

static const struct {
	enum tree_type type;
	uint32_t mode;
} node_kinds[] = {
	[NODE_NONE] = {TREE_OTHER, 0},	   [NODE_ERROR] = {TREE_FILE, 0},   [NODE_FILE] = {TREE_FILE, 0644},
	[NODE_DIR] = {TREE_DIR, 0755},	   [NODE_LINK] = {TREE_LINK, 0777}, [NODE_CHAR] = {TREE_CHAR, 0600},
	[NODE_BLOCK] = {TREE_BLOCK, 0600},
};

static int mem_stat(const struct tree_dir *at, const char *path, bool follow, struct tree_stat *ret)
{
	struct node *n;
	int r = find(at, path, follow, &n);

	if (r < 0)
		return r;
	*ret = (struct tree_stat){
		.type = node_kinds[n->kind].type,
		.mode = n->owned ? n->mode : node_kinds[n->kind].mode,
		.uid = n->uid,
		.gid = n->gid,
		.major = n->major,
		.minor = n->minor,
		.size = n->size,
	};
	return 0;
}

static int mem_answer(struct tree *t, struct arena *a, const char *kind, const char *key, const char **ret)
{
	const struct node *n = answer_find(mem_of(t), kind, key);

	if (!n || n->error)
		return n ? -(int)n->error : -ENODATA;
	*ret = arena_str(a, n->data);
	return 0;
}

static void mem_free(struct tree *t)
{
	struct mem *m = mem_of(t);

	arena_free(m->a);
	free(m);
}

static const struct tree_ops mem_ops = {
	.free = mem_free,
	.open = mem_open,
	.close = mem_close,
	.read = mem_read,
	.readlink = mem_readlink,
	.list = mem_list,
	.stat = mem_stat,
	.answer = mem_answer,
};

struct arena *tree_mem_arena(struct tree *t)
{
	return mem_of(t)->a;
}

struct tree *tree_new_mem(const char *name)
{
	struct mem *m = xmalloc(sizeof(*m));

	*m = (struct mem){.a = arena_new()};
	m->root = ARENA_NEW(m->a, struct node);
	m->root->kind = NODE_DIR;
	m->answers = ARENA_NEW(m->a, struct node);
	m->tree.ops = &mem_ops;
	m->tree.name = arena_str(m->a, name);
	m->tree.root = (struct tree_dir){.tree = &m->tree, .fd = -1, .node = m->root, .path = ""};
	return &m->tree;
}
