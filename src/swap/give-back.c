/* SPDX-License-Identifier: Apache-2.0 */
/* Taking back: from one container, of one GPU before it is ejected, of all that were pulled. */
#include "swap/give-internal.h"

#include "base/parse.h"

#include <errno.h>

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
	gift_find_others(&g);
	steps_begin(s, "take %s back from %s", what ? what : given->gpu, gift_say_container(s->a, c));
	r = gift_undo(&g, &own);
	if (r < 0) {
		steps_end(s, r == -ETIMEDOUT ? STEP_RESULT_HUNG : STEP_RESULT_FAILED, arena_str(s->a, own.text), "stop the container");
		return err_set(e, r, "%s: %s", gift_say_container(s->a, c), own.text);
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

	if (snapshot_gpu_with_id(snap, id) != NONE)
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
					    gift_say_container(s->a, &c)),
			       "a GPU that the container was started with stays until it is stopped");
		return VERDICT_REFUSED;
	}
	if (take_back_all(s, t, &l, gpu_id ? "it" : NULL, &e) < 0) {
		steps_conclude(s, VERDICT_FAILED, arena_str(s->a, e.text), "stop the container");
		return VERDICT_FAILED;
	}
	steps_conclude(s, VERDICT_CHANGED, arena_printf(s->a, "%s has it no more", gift_say_container(s->a, &c)), NULL);
	return s->outcome->verdict;
}
