/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/containers.h"

#include "base/parse.h"
#include "swap/attribute.h"

#include <stdlib.h>

#define GIVEN_FOLDER "run/gpubay/given" /* swap/give.c: one file for each GPU and container */

static struct gpu_container *container_at(struct arena *a, struct gpu_container_list *l, const char *id)
{
	struct gpu_container *c;
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (str_eq(l->v[i].id, id))
			return &l->v[i];
	c = LIST_PUSH(a, l);
	FIELD_SET(c, gpu_container, id, id);
	FIELD_SET(c, gpu_container, in_use, false);
	FIELD_KNOW(c, gpu_container, gpus);
	FIELD_KNOW(c, gpu_container, pids);
	FIELD_KNOW(c, gpu_container, nodes);
	FIELD_KNOW(c, gpu_container, ways);
	return c;
}

/* What one of its processes holds. */
static void holder_join(struct arena *a, struct gpu_container_list *l, const struct holder *h)
{
	struct gpu_container *c = container_at(a, l, h->container);
	uint32_t i;

	FIELD_SET(c, gpu_container, engine, h->engine);
	if (h->pod)
		FIELD_SET(c, gpu_container, pod, h->pod);
	if (FIELD_KNOWN(h, holder, manager_uid))
		FIELD_SET(c, gpu_container, manager_uid, h->manager_uid);
	c->in_use = true;
	if (h->certain && h->gpu != NONE && !u32s_has(&c->gpus, h->gpu))
		u32s_add(a, &c->gpus, h->gpu);
	if (!u32s_has(&c->pids, h->pid))
		u32s_add(a, &c->pids, h->pid);
	for (i = 0; i < h->nodes.n; i++)
		if (!strs_has(&c->nodes, h->nodes.v[i]))
			strs_add(a, &c->nodes, h->nodes.v[i]);
}

/* GPUs that it was given while it ran. */
static void given_join(struct tree *t, const struct held_nodes *nodes, struct arena *a, struct gpu_container *c)
{
	uint32_t i;

	for (i = 0; i < nodes->gpus.n; i++) {
		const struct held_gpu *g = &nodes->gpus.v[i];

		if (!g->gpu->id || !tree_exists(&t->root, arena_printf(a, GIVEN_FOLDER "/%s/%s", g->gpu->id, c->id)))
			continue;
		if (!strs_has(&c->ways, "gpubay attach"))
			strs_add(a, &c->ways, "gpubay attach");
		if (g->index != NONE && !u32s_has(&c->gpus, g->index))
			u32s_add(a, &c->gpus, g->index);
	}
}

static const char *cgroup_text(struct tree *t, struct arena *a, uint32_t pid)
{
	const char *text;

	return pid && tree_read_str(&t->root, arena_printf(a, "proc/%u/cgroup", pid), a, &text) == 0 ? text : "";
}

struct named {
	const char *id, *name, *engine;
	const char *group; /* its own, by where its first process is; NULL: not known */
};

/* As its control group is named, or by being in the one where the container's first process is. */
static bool belongs(struct arena *a, const struct holder *h, const char *text, const struct named *c)
{
	return h->container ? str_eq(c->id, h->container) : c->engine && c->group && attribute_below(a, text, c->group);
}

static void holder_name(struct tree *t, struct arena *a, const struct named *all, uint32_t n, struct holder *h)
{
	const char *text = h->container ? "" : cgroup_text(t, a, h->pid);
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (!belongs(a, h, text, &all[i]))
			continue;
		if (!h->container) {
			FIELD_SET(h, holder, container, all[i].id);
			FIELD_SET(h, holder, engine, all[i].engine);
		}
		if (all[i].name)
			FIELD_SET(h, holder, container_name, all[i].name);
		return;
	}
}

void holders_name(struct tree *t, struct arena *a, struct holder_list *l)
{
	struct watched_list watched = {0};
	struct named *all;
	uint32_t i;

	if (l->n)
		watched_find(t, a, &watched);
	all = arena_alloc(a, watched.n * sizeof(*all));
	for (i = 0; i < watched.n; i++) {
		const struct watched *w = &watched.v[i];

		all[i].id = w->id;
		all[i].name = watched_name(t, w, a, &all[i].engine);
		all[i].group = attribute_own(a, cgroup_text(t, a, watched_first(t, w, a)), w->id);
	}
	for (i = 0; i < l->n; i++)
		holder_name(t, a, all, watched.n, &l->v[i]);
}

static int by_name(const void *x, const void *y)
{
	const struct gpu_container *a = x, *b = y;
	int r = strcmp(a->engine ? a->engine : "", b->engine ? b->engine : "");

	if (r == 0)
		r = strcmp(a->name ? a->name : "", b->name ? b->name : "");
	return r ? r : strcmp(a->id, b->id);
}

void gpu_containers_find(struct tree *t, const struct held_nodes *nodes, const struct holder_list *holders, struct arena *a,
			 struct gpu_container_list *ret)
{
	struct gpu_container_list all = {0};
	struct watched_list watched;
	uint32_t i;

	*ret = (struct gpu_container_list){0};
	for (i = 0; i < holders->n; i++)
		if (holders->v[i].container)
			holder_join(a, &all, &holders->v[i]);
	watched_find(t, a, &watched);
	for (i = 0; i < watched.n; i++) {
		struct gpu_container *c = container_at(a, &all, watched.v[i].id);

		given_join(t, nodes, a, c);
		watched_describe(t, nodes, &watched.v[i], a, c);
	}
	for (i = 0; i < all.n; i++)
		if (all.v[i].in_use || all.v[i].gpus.n || all.v[i].nodes.n)
			*LIST_PUSH(a, ret) = all.v[i];
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), by_name);
}
