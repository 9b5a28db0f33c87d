/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/agent.h"

#include "agent/gone.h"
#include "agent/notes.h"
#include "base/parse.h"
#include "codec/gone-json.h"
#include "codec/json.h"
#include "probe/probe.h"



/* Nothing that wakes a device, starts a program or reads packed files; monitors are read from the kernel's memory. */
enum { LOOKED_AT = PROBE_LIST | PROBE_EDID };

int agent_open(struct agent *a, const struct agent_options *options, struct err *e)
{
	int r = 0;

	*a = (struct agent){.options = options};
	if (*options->root)
		r = tree_new_dir(options->root, &a->tree, e);
	else
		a->tree = tree_new_live();
	if (r == 0)
		publisher_open(&a->publisher, options, a->tree, !options->once);
	return r;
}

static void drop_shown(struct agent *a)
{
	snapshot_free(a->looked);
	arena_free(a->since);
	a->looked = NULL;
	a->since = NULL;
	a->shown = NULL;
}

void agent_close(struct agent *a)
{
	if (!a->tree)
		return;
	drop_shown(a);
	publisher_close(&a->publisher);
	tree_free(a->tree);
}

void agent_look(struct agent *a)
{
	static const struct probe_request request = {.phases = LOOKED_AT};
	struct snapshot *s;

	slow_refresh(&a->publisher.slow, a->options->root);
	s = probe_snapshot(a->tree, &request);
	/* A GPU that was ejected and came back. */
	if (notes_tidy(a->options->run_dir, s)) {
		snapshot_free(s);
		s = probe_snapshot(a->tree, &request);
	}
	publish(&a->publisher, s);
	drop_shown(a);
	a->looked = s;
	a->shown = s;
}

static void conclude(struct agent *a, struct snapshot *next)
{
	if (!next)
		return;
	publish(&a->publisher, next);
	a->shown = next;
}

static struct arena *since(struct agent *a)
{
	if (!a->since)
		a->since = arena_new();
	return a->since;
}

/* Kernels tell it once and keep no trace of it; the note is what later looks, ours and others', know it from. */
static void note_wedged(struct agent *a, const struct snapshot *s, const char *way_out)
{
	struct err e = {0};
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		if (s->gpus.v[i].state == GPU_STATE_WEDGED && a->shown->gpus.v[i].state != GPU_STATE_WEDGED)
			notes_write(a->options->run_dir, s->gpus.v[i].id, GPU_STATE_WEDGED, way_out, &e);
	publish_trouble(&a->publisher, &a->publisher.note_trouble, "notes", e.code ? &e : NULL);
}

/* A driver that binds anew makes notes about its GPU's past untrue. */
static void forget_notes(struct agent *a, const struct uevent *u)
{
	uint64_t address;
	uint32_t i;

	if (u->action != UEVENT_ACTION_BIND || !str_eq(u->subsystem, "pci") || pci_addr_parse(str_base(u->devpath), &address) < 0)
		return;
	for (i = 0; i < a->shown->gpus.n; i++)
		if (a->shown->gpus.v[i].address == address)
			notes_clear(a->options->run_dir, a->shown->gpus.v[i].id);
}

enum weight agent_event(struct agent *a, const struct uevent *u)
{
	enum weight w = uevent_weigh(u);
	struct snapshot *next;

	if (w == WEIGH_SLOW)
		slow_forget(&a->publisher.slow);
	if (!a->shown || w == WEIGH_NOTHING)
		return w;
	forget_notes(a, u);
	if (w != WEIGH_URGENT)
		return w;
	next = gone_by_event(a->shown, u, since(a));
	if (next && *u->wedged)
		note_wedged(a, next, u->wedged);
	conclude(a, next);
	return w;
}

void agent_noted(struct agent *a, const char *id)
{
	enum gpu_state state = notes_read(a->options->run_dir, id);

	if (!a->shown || !state)
		return;
	conclude(a, gone_by_note(a->shown, id, state, since(a)));
	publish_note(&a->publisher, id, state);
}

static bool any_given(const struct agent *a)
{
	struct arena *tmp CLEANUP(arena_freep) = arena_new();
	struct strs gpus;

	return tree_list(&a->tree->root, "run/gpubay/given", tmp, &gpus) == 0 && gpus.n;
}

bool agent_must_ask(struct agent *a)
{
	struct pulled *p = &a->publisher.pulled;
	bool must = p->due || (p->moved && any_given(a));

	p->due = p->moved = false;
	return must;
}

void agent_answered(struct agent *a, const struct buf *answer, const struct err *e)
{
	struct arena *tmp CLEANUP(arena_freep) = arena_new();
	struct gone left = {0};
	struct err own = {0};

	if (!e && gone_read(tmp, answer->p, answer->n, &left, &own) == 0)
		publish_left(&a->publisher, &left);
	publish_trouble(&a->publisher, &a->publisher.left_trouble, "GPUs that are gone", e ? e : own.code ? &own : NULL);
}

uint64_t agent_retry_us(const struct agent *a, unsigned attempt)
{
	enum { SECOND = 1000 * 1000, SETTLE_FIRST = SECOND / 10, SETTLE_ATTEMPTS = 8, TROUBLE_MAX = 300 };
	uint32_t i;

	for (i = 0; i < a->shown->gpus.n; i++)
		if (a->shown->gpus.v[i].state == GPU_STATE_BOUND && attempt < SETTLE_ATTEMPTS)
			return (uint64_t)SETTLE_FIRST << attempt;
	if (publish_waits(&a->publisher))
		return (uint64_t)SECOND * (attempt < 9 ? MIN(1u << attempt, (unsigned)TROUBLE_MAX) : TROUBLE_MAX);
	return 0;
}

void agent_node(const struct agent *a, struct buf *out)
{
	json_line(json_node(a->shown, NULL), out);
}

const char *agent_summary(const struct agent *a, char *buf, size_t size)
{
	uint32_t i, ready = 0;

	for (i = 0; i < a->shown->gpus.n; i++)
		ready += a->shown->gpus.v[i].state == GPU_STATE_READY;
	snprintf(buf, size, "%u GPU%s, %u ready", a->shown->gpus.n, a->shown->gpus.n == 1 ? "" : "s", ready);
	return buf;
}
