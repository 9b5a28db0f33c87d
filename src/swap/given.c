/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/given.h"

#include "base/parse.h"

#include <errno.h>

#define HEAD "gpubay-given 1"
enum { TEXT_MAX = 64 * 1024, LINES_MAX = 512 };

static int number(const char *s, uint32_t *ret)
{
	return parse_u32(s, 10, UINT32_MAX, ret);
}

static bool dev_path(const char *s)
{
	return str_starts(s, "/dev/") && !strstr(s, "/../") && !str_ends(s, "/") && !str_ends(s, "/..");
}

/* The words of a value, the last of which takes the rest of the line. */
static bool words(struct arena *a, const char *value, const char **w, unsigned n)
{
	unsigned i;

	for (i = 0; i + 1 < n; i++) {
		size_t len = strcspn(value, " ");

		if (!value[len])
			return false;
		w[i] = arena_strn(a, value, len);
		value += len + 1;
	}
	w[i] = value;
	return *value;
}

static int add_device(struct arena *a, const char *value, struct device_number_list *l)
{
	struct device_number d;
	const char *w[2];

	if (!words(a, value, w, 2) || number(w[0], &d.major) < 0 || number(w[1], &d.minor) < 0)
		return -EINVAL;
	*LIST_PUSH(a, l) = d;
	return 0;
}

/* "226 128 660 0 105 /dev/dri/renderD128" */
static int add_node(struct arena *a, const char *value, struct given_node_list *l)
{
	struct given_node n;
	const char *w[6];

	if (!words(a, value, w, 6) || number(w[0], &n.number.major) < 0 || number(w[1], &n.number.minor) < 0 ||
	    parse_u32(w[2], 8, 0777, &n.mode) < 0 || number(w[3], &n.uid) < 0 || number(w[4], &n.gid) < 0 || !dev_path(w[5]))
		return -EINVAL;
	n.path = w[5];
	*LIST_PUSH(a, l) = n;
	return 0;
}

static int add_link(struct arena *a, const char *value, struct given_link_list *l)
{
	const char *w[2];

	if (!words(a, value, w, 2) || !dev_path(w[1]))
		return -EINVAL;
	*LIST_PUSH(a, l) = (struct given_link){.target = w[0], .path = w[1]};
	return 0;
}

static int set_folder(const char **to, const char *value)
{
	*to = value;
	return *value == '/' && !strstr(value, "/../") && !str_ends(value, "/..") ? 0 : -EINVAL;
}

static int set_line(struct arena *a, const char *key, const char *value, struct given *g)
{
	struct container *c = &g->container;

	if (str_eq(key, "gpu"))
		return g->gpu = value, 0;
	if (str_eq(key, "container"))
		return c->id = value, 0;
	if (str_eq(key, "engine"))
		return c->engine = value, 0;
	if (str_eq(key, "unit"))
		return c->unit = value, 0;
	if (str_eq(key, "pid"))
		return parse_u32(value, 10, INT32_MAX, &c->pid);
	if (str_eq(key, "start"))
		return parse_u64(value, 10, UINT64_MAX, &c->start_ticks);
	if (str_eq(key, "v1-folder"))
		return set_folder(&c->v1.folder, value);
	if (str_eq(key, "v1-leaf"))
		return set_folder(&c->v1.leaf, value);
	if (str_eq(key, "v2-folder"))
		return set_folder(&c->v2.folder, value);
	if (str_eq(key, "v2-leaf"))
		return set_folder(&c->v2.leaf, value);
	if (str_eq(key, "node"))
		return add_node(a, value, &g->nodes);
	if (str_eq(key, "link"))
		return add_link(a, value, &g->links);
	if (str_eq(key, "opened"))
		return add_device(a, value, &g->opened);
	if (str_eq(key, "listed"))
		return add_device(a, value, &g->listed);
	if (str_eq(key, "allowed"))
		return strs_add(a, &g->allowed, value), dev_path(value) ? 0 : -EINVAL;
	return -EINVAL;
}

/* A leaf lies in its folder; without one of the two there is nothing to change. */
static bool placed(const struct device_cgroup *c)
{
	return !c->folder || (c->leaf && str_starts(c->leaf, c->folder));
}

int given_parse(struct arena *a, const char *name, const char *text, size_t n, struct given *ret, struct err *e)
{
	const char *end = text + n, *line;
	unsigned at = 0;
	size_t len;

	*ret = (struct given){.container = {.engine = "", .unit = "", .label = "", .program = ""}};
	while (next_line(&text, end, &line, &len)) {
		char *key = arena_strn(a, line, len), *value = strchr(key, ' ');
		bool good = ++at == 1 ? str_eq(key, HEAD) : value && at < LINES_MAX && strlen(key) == len;

		if (good && at > 1) {
			*value++ = '\0';
			good = *value && set_line(a, key, value, ret) == 0;
		}
		if (!good)
			return err_set(e, -EINVAL, "%s:%u: expected %s", name, at, at == 1 ? "'" HEAD "'" : "a key and a value that fit");
	}
	if (!ret->gpu || !ret->container.id || !ret->container.pid || !placed(&ret->container.v1) || !placed(&ret->container.v2))
		return err_set(e, -EINVAL, "%s:%u: expected more", name, at);
	ret->container.v1.mount = ret->container.v1.folder;
	ret->container.v2.mount = ret->container.v2.folder;
	return 0;
}

static void print_text(struct buf *b, const char *key, const char *value)
{
	if (value && *value)
		buf_addf(b, "%s %s\n", key, value);
}

static void print_devices(struct buf *b, const char *key, const struct device_number_list *l)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		buf_addf(b, "%s %u %u\n", key, l->v[i].major, l->v[i].minor);
}

void given_print(const struct given *g, struct buf *ret)
{
	const struct container *c = &g->container;
	uint32_t i;

	buf_addf(ret, HEAD "\ngpu %s\ncontainer %s\npid %u\nstart %llu\n", g->gpu, c->id, c->pid, (unsigned long long)c->start_ticks);
	print_text(ret, "engine", c->engine);
	print_text(ret, "unit", c->unit);
	print_text(ret, "v1-folder", c->v1.folder);
	print_text(ret, "v1-leaf", c->v1.leaf);
	print_text(ret, "v2-folder", c->v2.folder);
	print_text(ret, "v2-leaf", c->v2.leaf);
	for (i = 0; i < g->nodes.n; i++) {
		const struct given_node *n = &g->nodes.v[i];

		buf_addf(ret, "node %u %u %o %u %u %s\n", n->number.major, n->number.minor, n->mode, n->uid, n->gid, n->path);
	}
	for (i = 0; i < g->links.n; i++)
		buf_addf(ret, "link %s %s\n", g->links.v[i].target, g->links.v[i].path);
	print_devices(ret, "opened", &g->opened);
	print_devices(ret, "listed", &g->listed);
	for (i = 0; i < g->allowed.n; i++)
		buf_addf(ret, "allowed %s\n", g->allowed.v[i]);
}

static const char *path_of(struct arena *a, const struct given *g)
{
	return arena_printf(a, GIVEN_FOLDER "/%s/%s", g->gpu, g->container.id);
}

int given_write(struct effects *fx, const struct given *g, struct err *e)
{
	struct buf text CLEANUP(buf_free) = BUF_NULL;

	given_print(g, &text);
	return effects_file(fx, path_of(fx->a, g), &text, 0600, e);
}

int given_forget(struct effects *fx, const struct given *g)
{
	return effects_unlink(fx, path_of(fx->a, g));
}

static void find_in(struct tree *t, struct arena *a, const char *gpu, const char *container, struct given_list *ret)
{
	const char *folder = arena_printf(a, GIVEN_FOLDER "/%s", gpu) + 1;
	struct strs names;
	struct given g;
	uint32_t i;
	size_t n;
	char *text;

	if (tree_list(&t->root, folder, a, &names) < 0)
		return;
	for (i = 0; i < names.n; i++)
		if ((!container || str_eq(container, names.v[i])) &&
		    tree_read_file(&t->root, arena_printf(a, "%s/%s", folder, names.v[i]), a, TEXT_MAX, &text, &n) == 0 &&
		    given_parse(a, names.v[i], text, n, &g, NULL) == 0 && str_eq(g.gpu, gpu) && str_eq(g.container.id, names.v[i]))
			*LIST_PUSH(a, ret) = g;
}

void given_find(struct tree *t, struct arena *a, const char *gpu, const char *container, struct given_list *ret)
{
	struct strs gpus = {0};
	uint32_t i;

	*ret = (struct given_list){0};
	if (gpu)
		strs_add(a, &gpus, gpu);
	else if (tree_list(&t->root, GIVEN_FOLDER + 1, a, &gpus) < 0)
		return;
	for (i = 0; i < gpus.n; i++)
		find_in(t, a, gpus.v[i], container, ret);
}
