/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/containers.h"

#include "base/parse.h"

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
		strs_add(a, &c->ways, "gpubay attach");
		if (g->index != NONE && !u32s_has(&c->gpus, g->index))
			u32s_add(a, &c->gpus, g->index);
	}
}

void holders_name(struct tree *t, struct arena *a, struct holder_list *l)
{
	struct watched_list watched = {0};
	bool looked = false;
	uint32_t i, k;

	for (i = 0; i < l->n; i++) {
		struct holder *h = &l->v[i];

		if (!h->container)
			continue;
		if (!looked)
			watched_find(t, a, &watched);
		looked = true;
		for (k = 0; k < watched.n && !h->container_name; k++) {
			const char *name = str_eq(watched.v[k].id, h->container) ? watched_name(t, &watched.v[k], a) : NULL;

			if (name)
				FIELD_SET(h, holder, container_name, name);
		}
	}
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
