/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/give.h"

#include "base/parse.h"
#include "swap/give-internal.h"
#include "swap/note.h"
#include "swap/unit-devices.h"

#include <errno.h>

/* As a CDI spec would have it: the container's own user owns the node, the host's group and mode stay. */
static void want_node(struct gift *g, const char *path)
{
	const struct container *c = &g->given.container;
	struct tree_stat st;

	if (gift_has_node(&g->all, path) || tree_stat(&g->t->root, path + 1, &st) < 0 || st.type != TREE_CHAR)
		return;
	*LIST_PUSH(g->a, &g->all) = (struct given_node){
		.path = path,
		.number = {st.major, st.minor},
		.mode = (st.mode & 0777) | 0600,
		.uid = c->uid,
		.gid = c->own_users ? c->gid : st.gid,
	};
}

static void want_nodes(struct gift *g)
{
	const struct gpu *gpu = g->wish->gpu;
	uint32_t i;

	for (i = 0; i < gpu->drm.n; i++) {
		const struct drm_node *d = &g->wish->snap->drm.v[gpu->drm.v[i]];

		if (!d->path || !*d->path)
			continue;
		want_node(g, d->path);
		if (d->by_path && *d->by_path)
			*LIST_PUSH(g->a, &g->given.links) =
				(struct given_link){.path = d->by_path, .target = arena_printf(g->a, "../%s", d->name)};
	}
	for (i = 0; i < gpu->nodes.n; i++)
		want_node(g, gpu->nodes.v[i]);
}

/* What was given before and is still there is written down again. */
static bool ours_before(const struct gift *g, const char *path)
{
	struct given_list l;

	given_find(g->t, g->a, g->given.gpu, g->given.container.id, &l);
	return (l.n && gift_has_node(&l.v[0].nodes, path)) || gift_others_have_node(g, path);
}

static int plan_node(struct gift *g, const struct given_node *n)
{
	enum node_there there;
	int r = container_node_look(&g->given.container, g->a, n, &there, &g->e);

	if (r < 0)
		return r;
	if (there == NODE_OTHER)
		return err_set(&g->e, -EEXIST, "the container has something else at '%s'", n->path);
	if (there == NODE_MISSING || ours_before(g, n->path))
		*LIST_PUSH(g->a, &g->given.nodes) = *n;
	return 0;
}

/* Looks, and changes nothing. */
static int plan(struct gift *g)
{
	struct container *c = &g->given.container;
	struct device_number_list all = {0};
	struct strs paths = {0};
	uint32_t i;
	int r = 0;

	want_nodes(g);
	if (g->all.n == 0)
		return err_set(&g->e, -ENODEV, "the GPU has no device nodes");
	for (i = 0; i < g->all.n && r == 0; i++) {
		r = plan_node(g, &g->all.v[i]);
		*LIST_PUSH(g->a, &all) = g->all.v[i].number;
		strs_add(g->a, &paths, g->all.v[i].path);
	}
	if (r == 0 && c->v2.leaf)
		g->given.opened = all;
	if (r == 0 && c->v1.folder)
		r = device_list_missing(g->a, &c->v1, &all, &g->given.listed, &g->e);
	if (r == 0)
		r = unit_devices_missing(g->t, g->a, c->unit, &paths, &g->given.allowed, &g->e);
	return r;
}

/* Entries that an earlier giving added are not missing now, but are ours all the same. */
static void keep_earlier(struct gift *g)
{
	struct given_list l;
	uint32_t i;

	given_find(g->t, g->a, g->given.gpu, g->given.container.id, &l);
	for (i = 0; l.n && i < l.v[0].listed.n; i++)
		if (!gift_has_device(&g->given.listed, &l.v[0].listed.v[i]))
			*LIST_PUSH(g->a, &g->given.listed) = l.v[0].listed.v[i];
	for (i = 0; l.n && i < l.v[0].allowed.n; i++)
		if (!strs_has(&g->given.allowed, l.v[0].allowed.v[i]))
			strs_add(g->a, &g->given.allowed, l.v[0].allowed.v[i]);
}

static int end_step(struct gift *g, int r, const char *detail)
{
	if (r >= 0)
		steps_end(g->s, STEP_RESULT_DONE, detail, NULL);
	else
		steps_end(g->s, r == -ETIMEDOUT ? STEP_RESULT_HUNG : STEP_RESULT_FAILED, arena_str(g->a, g->e.text), NULL);
	return r;
}

static int open_policy(struct gift *g)
{
	struct effects *fx = g->s->fx;
	const struct given *given = &g->given;
	int r = 0, n = 0;

	steps_begin(g->s, "open its device policy");
	if (given->allowed.n)
		r = unit_devices_open(fx, given->container.unit, &given->allowed, &g->e);
	if (r == 0 && given->opened.n)
		n = gift_do_part(fx, "open its device filter", gift_open_filters, &g->given, &g->e);
	if (r == 0 && n >= 0 && given->listed.n)
		r = gift_do_part(fx, "add to its device list", gift_open_list, &g->given, &g->e);
	if (n < 0)
		r = n;
	return end_step(g, r, given->listed.n || n || given->allowed.n ? "opened for the GPU's nodes" : "lets the GPU through already");
}

static const char *say_nodes(struct gift *g, const struct given_node_list *l)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (i = 0; i < l->n; i++)
		buf_addf(&b, "%s%s", i ? ", " : "", l->v[i].path);
	return b.n ? arena_strn(g->a, b.p, b.n) : "they are there already";
}

/* Only those that are missing: what an earlier giving made stays as it is. */
static int make_nodes(struct gift *g)
{
	struct node_job job = {.container = &g->given.container, .links = g->given.links};
	enum node_there there;
	uint32_t i;
	int r = 0;

	steps_begin(g->s, "make its nodes");
	for (i = 0; i < g->given.nodes.n && r == 0; i++) {
		r = container_node_look(&g->given.container, g->a, &g->given.nodes.v[i], &there, &g->e);
		if (there == NODE_MISSING)
			*LIST_PUSH(g->a, &job.nodes) = g->given.nodes.v[i];
	}
	if (r == 0)
		r = gift_do_part(g->s->fx, "make its nodes", container_nodes_make, &job, &g->e);
	return end_step(g, r, say_nodes(g, &job.nodes));
}

/* A process that joins a paused container is paused too. */
static bool paused(struct gift *g)
{
	const struct container *c = &g->given.container;
	char *text;

	return c->v2.leaf &&
	       tree_read_file(&g->t->root, arena_printf(g->a, "%s/cgroup.events", c->v2.leaf + 1), g->a, TREE_ATTR_MAX, &text, NULL) == 0 &&
	       strstr(text, "frozen 1");
}

static int try_nodes(struct gift *g)
{
	struct node_job job = {.container = &g->given.container, .nodes = g->all};
	int r;

	if (g->s->fx->dry)
		return 0;
	steps_begin(g->s, "try as the container's user");
	if (paused(g)) {
		steps_end(g->s, STEP_RESULT_SKIPPED, "the container is paused", NULL);
		return 0;
	}
	/* Not in turn: a child that is paused with the container must keep nobody waiting. */
	r = effects_child(g->s->fx, "try its nodes", container_nodes_try, &job, GIVE_CHILD_MS, &g->e);
	return end_step(g, r, r == 1 ? "its device policy lets the nodes through; who runs this may not become the container's user" :
				       "it may read and write the GPU's nodes");
}

/* Eject notes that the GPU goes, then takes back what it finds given; so one of the two always sees the other. */
static int still_stays(struct gift *g)
{
	const char *note = arena_printf(g->a, NOTE_FOLDER "/%s", g->given.gpu);

	return g->s->fx->dry || !tree_exists(&g->t->root, note + 1) ? 0 : err_set(&g->e, -EBUSY, "the GPU is being taken out");
}

/* What is half done is undone; the failure that is told is the first one. */
static int carry_out(struct gift *g)
{
	struct err later = {0};
	int r = given_write(g->s->fx, &g->given, &g->e);

	if (r == 0)
		r = still_stays(g);
	if (r == 0)
		r = open_policy(g);
	if (r == 0)
		r = make_nodes(g);
	if (r == 0)
		r = MIN(try_nodes(g), 0);
	if (r == 0)
		return 0;
	steps_begin(g->s, "put everything back");
	if (gift_undo(g, &later) < 0)
		steps_end(g->s, STEP_RESULT_FAILED, arena_str(g->a, later.text), "stop the container");
	else
		steps_end(g->s, STEP_RESULT_DONE, NULL, NULL);
	return r;
}

static enum verdict conclude(struct gift *g, enum verdict v, const char *reason, const char *remedy)
{
	steps_conclude(g->s, v, reason, remedy);
	return g->s->outcome->verdict;
}

/* Not: broken, but: must not or cannot be. */
static bool is_refusal(int r)
{
	return r == -EACCES || r == -EPERM || r == -EEXIST || r == -EROFS || r == -EOPNOTSUPP || r == -ESRCH || r == -ENODEV || r == -EBUSY;
}

static int find(struct gift *g)
{
	struct container *c = &g->given.container;
	int r;

	steps_begin(g->s, "find the container");
	r = container_find(g->t, g->a, g->wish->container, c, &g->e);
	if (r < 0)
		steps_end(g->s, STEP_RESULT_FAILED, arena_str(g->a, g->e.text), NULL);
	else
		steps_end(g->s, STEP_RESULT_DONE, arena_printf(g->a, "%s, process %u", gift_say_container(g->a, c), c->pid), NULL);
	return r;
}

/* A GPU that does not work here does not work there either. */
static bool usable(struct gift *g)
{
	const struct gpu *gpu = g->wish->gpu;

	if (gpu->state == GPU_STATE_READY || gpu->state == GPU_STATE_DEGRADED || gpu->state == GPU_STATE_UNKNOWN)
		return true;
	err_set(&g->e, -ENODEV, "the GPU is %s", enum_name(&gpu_state_tab, gpu->state));
	return false;
}

enum verdict give_attach(struct steps *s, const struct give_wish *wish)
{
	struct gift g = {.s = s, .a = s->a, .t = wish->tree, .wish = wish, .given = {.gpu = wish->gpu->id}};
	const char *remedy = "start the container anew with the GPU: --device KIND=NAME";
	int r;

	FIELD_SET(s->outcome, outcome, verb, "attach");
	FIELD_SET(s->outcome, outcome, subject, wish->gpu->id);
	if (!usable(&g))
		return conclude(&g, VERDICT_REFUSED, arena_str(g.a, g.e.text), "'gpubay attach' makes it usable, or says what keeps it from that");
	r = give_sweep(s, g.t, wish->snap, &g.e);
	if (r == 0)
		r = find(&g);
	if (r == -ENOENT || r == -ENOTUNIQ || r == -ESRCH || r == -ETIMEDOUT)
		return conclude(&g, VERDICT_REFUSED, arena_str(g.a, g.e.text), "'podman ps', 'docker ps' or 'ctr -n NAMESPACE tasks ls' shows the containers that run");
	if (r == 0)
		r = container_open_to_gifts(&g.given.container, g.a, &remedy, &g.e);
	if (r == 0)
		gift_find_others(&g), r = plan(&g);
	if (r == 0) {
		keep_earlier(&g);
		r = carry_out(&g);
	}
	if (r < 0)
		return conclude(&g, is_refusal(r) ? VERDICT_REFUSED : VERDICT_FAILED, arena_str(g.a, g.e.text), remedy);
	return conclude(&g, VERDICT_USABLE, arena_printf(g.a, "%s can use it", gift_say_container(g.a, &g.given.container)), NULL);
}
