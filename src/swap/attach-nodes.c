/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a GPU that has a driver to one that programs can open: its nodes, udev's entry, and the text consoles that eject took
 * off it.
 */
#include "base/parse.h"
#include "facts/attach.h"
#include "swap/attach-internal.h"
#include "swap/journal.h"

#include <errno.h>

enum { TOOL_MS = 30000, NODES_MS = 3000 };

static bool is_ready(struct attach *at, void *arg)
{
	uint32_t i = attach_find(at, arg);

	return i != NONE && at->s->gpus.v[i].state == GPU_STATE_READY;
}

/* Which of the tool's minors are missing; "0" where only nodes without a number are. */
static struct strs missing_minors(struct attach *at, const struct gpu *g, const struct facts_node_tool *tool)
{
	size_t n = strlen(tool->node);
	struct strs l = {0};
	uint32_t i, minor;

	for (i = 0; i < g->nodes_missing.n; i++)
		if (str_starts(g->nodes_missing.v[i], tool->node) && parse_u32(g->nodes_missing.v[i] + n, 10, 255, &minor) == 0)
			strs_add(at->a, &l, arena_printf(at->a, "%u", minor));
	if (g->nodes_missing.n && !l.n)
		strs_add(at->a, &l, "0");
	return l;
}

/* Some drivers leave it to a tool of theirs to make the nodes. */
static bool make_nodes(struct attach *at, const struct gpu *g)
{
	const struct facts_node_tool *tool = facts_node_tool_find(g->driver);
	struct strs missing = tool ? missing_minors(at, g, tool) : (struct strs){0};
	uint32_t i;

	for (i = 0; i < missing.n; i++) {
		const char *const argv[] = {tool->program, tool->with, tool->minor, missing.v[i], NULL};
		int r;

		steps_begin(&at->st, "make its nodes");
		r = effects_run(at->fx, argv, TOOL_MS, NULL);
		if (!attach_wrote(at, r > 0 ? -EIO : r, r > 0 ? arena_printf(at->a, "%s ended with %d", tool->program, r) : NULL,
				  arena_printf(at->a, "install %s, which comes with the driver", tool->program)))
			return false;
	}
	return true;
}

static const char *say_nodes(struct attach *at, const struct gpu *g)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (i = 0; i < g->drm.n; i++)
		buf_addf(&b, "%s%s", b.n ? " " : "", at->s->drm.v[g->drm.v[i]].name);
	for (i = 0; i < g->nodes.n; i++)
		buf_addf(&b, "%s%s", b.n ? " " : "", g->nodes.v[i]);
	return arena_strn(at->a, b.p ? b.p : "", b.n);
}

/* A part of a machine: what is not in it is no fault. */
static bool nodes_are_unknown(const struct attach *at, const struct gpu *g)
{
	return !at->m->live && !at->s->drm_known && g->state == GPU_STATE_BOUND && !g->nodes_missing.n;
}

/* A container needs the render node alone. Told when it has it. */
static bool is_enough_for_container(struct attach *at, const struct attach_one *o, const struct gpu *g)
{
	uint32_t i;

	for (i = 0; i < g->drm.n && at->s->platform.virt == VIRT_KIND_CONTAINER; i++) {
		const struct drm_node *d = &at->s->drm.v[g->drm.v[i]];

		if (d->kind != DRM_KIND_RENDER || !FIELD_KNOWN(d, drm_node, path) || !*d->path || g->nodes_missing.n)
			continue;
		steps_tell(&at->st, "nodes", STEP_RESULT_DONE,
			   arena_printf(at->a, "%s; the card's own node, which only lights displays, is not given to this container", d->name), NULL);
		steps_tell(&at->st, "ready", STEP_RESULT_DONE, arena_printf(at->a, "%s %s", o->text, g->name ? g->name : ""), NULL);
		at->usable++;
		return true;
	}
	return false;
}

/* In a container that was not given it: a note for the checks, and the answer for who asks. Told when it is so. */
static bool is_not_given(struct attach *at, const struct attach_one *o)
{
	struct attach_why why;
	uint32_t n;

	for (n = 0; at->m->note(at->m->arg, at->s, "GB4001", n, at->a, &why); n++)
		if (str_eq(why.subject, o->text))
			return !attach_fails(at, STEP_RESULT_FAILED, "nodes", arena_printf(at->a, "%s (gpubay explain %s)", why.message, why.id),
					     why.remedy);
	return false;
}

/* Which layer keeps a bound GPU from being ready. */
static bool not_ready(struct attach *at, const struct attach_one *o)
{
	const struct gpu *g;
	uint32_t k;

	attach_look(at, true);
	if (!attach_is_alive(at, o))
		return false;
	g = attach_here(at, o);
	if (nodes_are_unknown(at, g)) {
		steps_tell(&at->st, "nodes", STEP_RESULT_SKIPPED, arena_str(at->a, attach_first_evidence(at, g)), NULL);
		at->pending = true;
		return false;
	}
	if (g->state == GPU_STATE_DEGRADED)
		return attach_fails_by(at, "it works", attach_index(at, g), NULL, "pci", attach_first_evidence(at, g), "GB3022");
	for (k = 0; k < g->state_evidence.n; k++) {
		const struct evidence *e = &g->state_evidence.v[k];

		if (!e->path || !str_starts(e->path, "/run/udev/"))
			continue;
		steps_tell(&at->st, "nodes", STEP_RESULT_DONE, say_nodes(at, g), NULL);
		return attach_fails(at, STEP_RESULT_FAILED, "udev", arena_printf(at->a, "%s (%s)", e->note, e->path),
				    "udevadm settle; where nothing comes of it, look whether a rule hangs: journalctl -u systemd-udevd");
	}
	if (is_enough_for_container(at, o, g) || is_not_given(at, o))
		return false;
	return attach_fails_by(at, "nodes", attach_index(at, g), NULL, "nodes firmware driver", attach_first_evidence(at, g), NULL);
}

/* udev makes them in a moment; what it does not make, a tool may. */
static bool wait_for_nodes(struct attach *at, struct attach_one *o)
{
	const struct gpu *g;

	if (is_ready(at, o) || attach_until(at, MIN(at->timeout_ms, (uint32_t)NODES_MS), is_ready, o))
		return true;
	g = attach_here(at, o);
	if (!g || (!attach_ends(at) && !make_nodes(at, g)))
		return false;
	return attach_until(at, at->timeout_ms, is_ready, o) || not_ready(at, o);
}

/* Eject took the text consoles off the last framebuffer: now there is one again. */
static void consoles_come_back(struct attach *at, const struct attach_one *o)
{
	struct journal j;
	const char *path, *bound;

	if (journal_find(at->m->tree, o->id, at->a, &j) < 0 || !j.console)
		return;
	path = arena_printf(at->a, "/sys/class/vtconsole/%s/bind", j.console);
	if (tree_read_str(&at->m->tree->root, path + 1, at->a, &bound) < 0 || !str_eq(bound, "0"))
		return;
	steps_begin(&at->st, "text consoles come back (%s)", j.console);
	steps_path(&at->st, path);
	attach_wrote(at, effects_write(at->fx, path, "1", attach_patience(at)), NULL, NULL);
}

bool attach_nodes(struct attach *at, struct attach_one *o)
{
	const struct gpu *g;

	if (!wait_for_nodes(at, o))
		return false;
	g = attach_here(at, o);
	if (!g)
		return false;
	steps_tell(&at->st, "nodes", STEP_RESULT_DONE, say_nodes(at, g), NULL);
	if (at->s->platform.udev)
		steps_tell(&at->st, "udev", STEP_RESULT_DONE, "has its entry", NULL);
	steps_tell(&at->st, "ready", STEP_RESULT_DONE, arena_printf(at->a, "%s %s", o->text, g->name ? g->name : ""), NULL);
	consoles_come_back(at, o);
	at->usable++;
	return true;
}
