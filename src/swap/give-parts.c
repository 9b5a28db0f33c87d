/* SPDX-License-Identifier: Apache-2.0 */
/* What is done in a container for a gift, and undone: nodes, device filters and lists, what systemd is told. */
#include "swap/give-internal.h"

#include "base/parse.h"
#include "swap/unit-devices.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

const char *gift_say_container(struct arena *a, const struct container *c)
{
	return arena_printf(a, "%s%scontainer %.12s", c->engine ? c->engine : "", c->engine && *c->engine ? " " : "", c->id);
}

bool gift_has_device(const struct device_number_list *l, const struct device_number *d)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].major == d->major && l->v[i].minor == d->minor)
			return true;
	return false;
}

bool gift_has_node(const struct given_node_list *l, const char *path)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (str_eq(l->v[i].path, path))
			return true;
	return false;
}

bool gift_others_have_node(const struct gift *g, const char *path)
{
	uint32_t i;

	for (i = 0; i < g->others.n; i++)
		if (gift_has_node(&g->others.v[i].nodes, path))
			return true;
	return false;
}

static bool others_have_device(const struct gift *g, const struct device_number *d)
{
	uint32_t i;

	for (i = 0; i < g->others.n; i++)
		if (gift_has_device(&g->others.v[i].opened, d) || gift_has_device(&g->others.v[i].listed, d))
			return true;
	return false;
}

static bool others_allow(const struct gift *g, const char *node)
{
	uint32_t i;

	for (i = 0; i < g->others.n; i++)
		if (strs_has(&g->others.v[i].allowed, node))
			return true;
	return false;
}

void gift_find_others(struct gift *g)
{
	struct given_list all;
	uint32_t i;

	given_find(g->t, g->a, NULL, g->given.container.id, &all);
	g->others = (struct given_list){0};
	for (i = 0; i < all.n; i++)
		if (!str_eq(all.v[i].gpu, g->given.gpu))
			*LIST_PUSH(g->a, &g->others) = all.v[i];
}

struct part {
	effects_fn fn;
	void *arg;
	pid_t parent;
};

static int take_turn(void *arg, struct err *e)
{
	const struct part *p = arg;
	int lock = open(GIVEN_LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		return err_set(e, -errno, "cannot lock '%s': %s", GIVEN_LOCK, strerror(errno));
	if (getppid() != p->parent)
		return -ECANCELED;
	return p->fn(p->arg, e);
}

int gift_do_part(struct effects *fx, const char *what, effects_fn fn, void *arg, struct err *e)
{
	struct part p = {.fn = fn, .arg = arg, .parent = getpid()};

	return effects_child(fx, what, take_turn, &p, GIVE_CHILD_MS, e);
}

int gift_open_filters(void *arg, struct err *e)
{
	const struct given *g = arg;
	unsigned n;
	int r = device_filters_open(&g->container.v2, &g->opened, &n, e);

	return r < 0 ? r : (int)n;
}

static int close_filters(void *arg, struct err *e)
{
	const struct given *g = arg;
	unsigned n;
	int r = device_filters_close(&g->container.v2, &g->opened, &n, e);

	return r < 0 ? r : (int)n;
}

int gift_open_list(void *arg, struct err *e)
{
	const struct given *g = arg;

	return device_list_open(&g->container.v1, &g->listed, e);
}

static int close_list(void *arg, struct err *e)
{
	const struct given *g = arg;

	return device_list_close(&g->container.v1, &g->listed, e);
}

/* What of it is only this GPU's. */
static void leave_shared(const struct gift *g, struct given *ret)
{
	const struct given *from = &g->given;
	uint32_t i;

	*ret = *from;
	ret->nodes = (struct given_node_list){0};
	ret->opened = ret->listed = (struct device_number_list){0};
	ret->allowed = (struct strs){0};
	for (i = 0; i < from->nodes.n; i++)
		if (!gift_others_have_node(g, from->nodes.v[i].path))
			*LIST_PUSH(g->a, &ret->nodes) = from->nodes.v[i];
	for (i = 0; i < from->opened.n; i++)
		if (!others_have_device(g, &from->opened.v[i]))
			*LIST_PUSH(g->a, &ret->opened) = from->opened.v[i];
	for (i = 0; i < from->listed.n; i++)
		if (!others_have_device(g, &from->listed.v[i]))
			*LIST_PUSH(g->a, &ret->listed) = from->listed.v[i];
	for (i = 0; i < from->allowed.n; i++)
		if (!others_allow(g, from->allowed.v[i]))
			strs_add(g->a, &ret->allowed, from->allowed.v[i]);
}

int gift_undo(struct gift *g, struct err *e)
{
	struct effects *fx = g->s->fx;
	struct given own;
	struct node_job job;
	int r = 0, one;

	leave_shared(g, &own);
	job = (struct node_job){.container = &own.container, .nodes = own.nodes, .links = own.links};
	one = gift_do_part(fx, "remove its nodes", container_nodes_remove, &job, e);
	r = one < 0 && one != -ESRCH ? one : r;
	if (own.container.v2.folder && own.opened.n) {
		one = gift_do_part(fx, "close its device filter", close_filters, &own, e);
		r = r < 0 ? r : MIN(one, 0);
	}
	if (own.container.v1.folder && own.listed.n) {
		one = gift_do_part(fx, "close its device list", close_list, &own, e);
		r = r < 0 ? r : MIN(one, 0);
	}
	if (own.allowed.n) {
		one = unit_devices_close(fx, g->t, own.container.unit, &own.allowed, e);
		r = r < 0 ? r : one;
	}
	if (r < 0)
		return r;
	one = given_forget(fx, &g->given);
	return one < 0 ? err_set(e, one, "cannot remove the note of it: %s", strerror(-one)) : 0;
}
