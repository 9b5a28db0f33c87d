/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/give.h"

#include "base/parse.h"
#include "swap/given.h"
#include "swap/note.h"
#include "swap/unit-devices.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

enum { CHILD_MS = 10000 };

/* One giving, from the wish to what is there at its end. */
struct gift {
	struct steps *s;
	struct arena *a;
	struct tree *t;
	const struct give_wish *wish;
	struct given given;         /* what was planned, or is to be taken back */
	struct given_node_list all; /* every node of the GPU, those that the container had before too */
	struct given_list others;   /* what else was given to the same container */
	struct err e;
};

static const char *say_container(struct arena *a, const struct container *c)
{
	return arena_printf(a, "%s%scontainer %.12s", c->engine ? c->engine : "", c->engine && *c->engine ? " " : "", c->id);
}

static bool has_device(const struct device_number_list *l, const struct device_number *d)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].major == d->major && l->v[i].minor == d->minor)
			return true;
	return false;
}

static bool has_node(const struct given_node_list *l, const char *path)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (str_eq(l->v[i].path, path))
			return true;
	return false;
}

/* Nodes that all GPUs of a driver share stay for as long as one of these is given. */
static bool others_have_node(const struct gift *g, const char *path)
{
	uint32_t i;

	for (i = 0; i < g->others.n; i++)
		if (has_node(&g->others.v[i].nodes, path))
			return true;
	return false;
}

static bool others_have_device(const struct gift *g, const struct device_number *d)
{
	uint32_t i;

	for (i = 0; i < g->others.n; i++)
		if (has_device(&g->others.v[i].opened, d) || has_device(&g->others.v[i].listed, d))
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

static void find_others(struct gift *g)
{
	struct given_list all;
	uint32_t i;

	given_find(g->t, g->a, NULL, g->given.container.id, &all);
	g->others = (struct given_list){0};
	for (i = 0; i < all.n; i++)
		if (!str_eq(all.v[i].gpu, g->given.gpu))
			*LIST_PUSH(g->a, &g->others) = all.v[i];
}

/*
 * The parts, each run in a child. A child outlives a parent that is killed; so that it does not go on giving while somebody
 * already takes back, they wait for each other, and one whose turn comes when its parent is gone does nothing.
 */
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

static int do_part(struct effects *fx, const char *what, effects_fn fn, void *arg, struct err *e)
{
	struct part p = {.fn = fn, .arg = arg, .parent = getpid()};

	return effects_child(fx, what, take_turn, &p, CHILD_MS, e);
}

static int open_filters(void *arg, struct err *e)
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

static int open_list(void *arg, struct err *e)
{
	const struct given *g = arg;

	return device_list_open(&g->container.v1, &g->listed, e);
}

static int close_list(void *arg, struct err *e)
{
	const struct given *g = arg;

	return device_list_close(&g->container.v1, &g->listed, e);
}

/* Taking back. */

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
		if (!others_have_node(g, from->nodes.v[i].path))
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

/* All of it is tried, whatever fails; what failed stays written down. */
static int undo(struct gift *g, struct err *e)
{
	struct effects *fx = g->s->fx;
	struct given own;
	struct node_job job;
	int r = 0, one;

	leave_shared(g, &own);
	job = (struct node_job){.container = &own.container, .nodes = own.nodes, .links = own.links};
	one = do_part(fx, "remove its nodes", container_nodes_remove, &job, e);
	r = one < 0 && one != -ESRCH ? one : r;
	if (own.container.v2.folder && own.opened.n) {
		one = do_part(fx, "close its device filter", close_filters, &own, e);
		r = r < 0 ? r : MIN(one, 0);
	}
	if (own.container.v1.folder && own.listed.n) {
		one = do_part(fx, "close its device list", close_list, &own, e);
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

/* what: "it" where everybody knows which GPU that is; NULL: its id. */
static int take_back_one(struct steps *s, struct tree *t, const struct given *given, const char *what, struct err *e)
{
	struct gift g = {.s = s, .a = s->a, .t = t, .given = *given};
	const struct container *c = &given->container;
	struct err own = {0};
	int r;

	if (!container_alive(t, s->a, c->pid, c->start_ticks)) {
		given_forget(s->fx, given);
		return 0;
	}
	find_others(&g);
	steps_begin(s, "take %s back from %s", what ? what : given->gpu, say_container(s->a, c));
	r = undo(&g, &own);
	if (r < 0) {
		steps_end(s, r == -ETIMEDOUT ? STEP_RESULT_HUNG : STEP_RESULT_FAILED, arena_str(s->a, own.text), "stop the container");
		return err_set(e, r, "%s: %s", say_container(s->a, c), own.text);
	}
	steps_end(s, STEP_RESULT_DONE, "its nodes are gone from there; what it has open stays open", NULL);
	return 0;
}

static int take_back_all(struct steps *s, struct tree *t, const struct given_list *l, const char *what, struct err *e)
{
	uint32_t i;
	int r = 0, one;

	for (i = 0; i < l->n; i++) {
		one = take_back_one(s, t, &l->v[i], what, e);
		r = r < 0 ? r : one;
	}
	return r;
}

int give_take_back(struct steps *s, const char *gpu_id, struct err *e)
{
	struct tree *t CLEANUP(tree_freep) = tree_new_live();
	struct given_list l;

	given_find(t, s->a, gpu_id, NULL, &l);
	return take_back_all(s, t, &l, "it", e);
}

static bool there(const struct snapshot *snap, const char *id)
{
	uint32_t i;

	for (i = 0; i < snap->gpus.n; i++)
		if (str_eq(snap->gpus.v[i].id, id))
			return true;
	for (i = 0; i < snap->displays.n; i++)
		if (str_eq(snap->displays.v[i].id, id))
			return true;
	return false;
}

/* A driver that let go and bound anew made nodes of other numbers; the old ones may be another GPU's next. */
static bool outdated(struct tree *t, const struct given *g)
{
	struct tree_stat st;
	uint32_t i;

	for (i = 0; i < g->nodes.n; i++) {
		const struct given_node *n = &g->nodes.v[i];

		if (tree_stat(&t->root, n->path + 1, &st) < 0 || st.type != TREE_CHAR || st.major != n->number.major ||
		    st.minor != n->number.minor)
			return true;
	}
	return false;
}

int give_sweep(struct steps *s, struct tree *t, const struct snapshot *snap, struct err *e)
{
	struct given_list l, gone = {0};
	uint32_t i;

	given_find(t, s->a, NULL, NULL, &l);
	for (i = 0; i < l.n; i++)
		if (!there(snap, l.v[i].gpu) || outdated(t, &l.v[i]) || !container_alive(t, s->a, l.v[i].container.pid, l.v[i].container.start_ticks))
			*LIST_PUSH(s->a, &gone) = l.v[i];
	return take_back_all(s, t, &gone, NULL, e);
}

enum verdict give_detach(struct steps *s, struct tree *t, const char *gpu_id, const char *container)
{
	struct given_list l = {0};
	struct container c;
	struct err e = {0};
	int r;

	FIELD_SET(s->outcome, outcome, verb, "detach");
	FIELD_SET(s->outcome, outcome, subject, container);
	r = container_find(t, s->a, container, &c, &e);
	if (r < 0) {
		steps_conclude(s, VERDICT_REFUSED, arena_str(s->a, e.text),
			       r == -ENOENT || r == -ESRCH ? "what was given to a container that is gone is gone with it" : NULL);
		return VERDICT_REFUSED;
	}
	given_find(t, s->a, gpu_id, c.id, &l);
	if (l.n == 0) {
		steps_conclude(s, VERDICT_REFUSED,
			       arena_printf(s->a, "%s given to %s by gpubay", gpu_id ? "this GPU was not" : "nothing was",
					    say_container(s->a, &c)),
			       "a GPU that the container was started with stays until it is stopped");
		return VERDICT_REFUSED;
	}
	if (take_back_all(s, t, &l, gpu_id ? "it" : NULL, &e) < 0) {
		steps_conclude(s, VERDICT_FAILED, arena_str(s->a, e.text), "stop the container");
		return VERDICT_FAILED;
	}
	steps_conclude(s, VERDICT_CHANGED, arena_printf(s->a, "%s has it no more", say_container(s->a, &c)), NULL);
	return s->outcome->verdict;
}

/* Giving. */

/* As a CDI spec would have it: the container's own user owns the node, the host's group and mode stay. */
static void want_node(struct gift *g, const char *path)
{
	const struct container *c = &g->given.container;
	struct tree_stat st;

	if (has_node(&g->all, path) || tree_stat(&g->t->root, path + 1, &st) < 0 || st.type != TREE_CHAR)
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
	return (l.n && has_node(&l.v[0].nodes, path)) || others_have_node(g, path);
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
		if (!has_device(&g->given.listed, &l.v[0].listed.v[i]))
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
		n = do_part(fx, "open its device filter", open_filters, &g->given, &g->e);
	if (r == 0 && n >= 0 && given->listed.n)
		r = do_part(fx, "add to its device list", open_list, &g->given, &g->e);
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
		r = do_part(g->s->fx, "make its nodes", container_nodes_make, &job, &g->e);
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
	r = effects_child(g->s->fx, "try its nodes", container_nodes_try, &job, CHILD_MS, &g->e);
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
	if (undo(g, &later) < 0)
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
		steps_end(g->s, STEP_RESULT_DONE, arena_printf(g->a, "%s, process %u", say_container(g->a, c), c->pid), NULL);
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
		find_others(&g), r = plan(&g);
	if (r == 0) {
		keep_earlier(&g);
		r = carry_out(&g);
	}
	if (r < 0)
		return conclude(&g, is_refusal(r) ? VERDICT_REFUSED : VERDICT_FAILED, arena_str(g.a, g.e.text), remedy);
	return conclude(&g, VERDICT_USABLE, arena_printf(g.a, "%s can use it", say_container(g.a, &g.given.container)), NULL);
}
