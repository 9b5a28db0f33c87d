/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a GPU on the bus to one that has a driver: it answers, its memory windows have addresses, a driver is bound. Its
 * nodes come after that (attach-nodes.c). No driver is loaded for a GPU that does not answer or has no windows: some hang
 * the machine then (minisforum-docs/MS-02-Ultra#32, NVIDIA/open-gpu-kernel-modules#1109).
 */
#include "base/parse.h"
#include "facts/checks.h"
#include "facts/facts.h"
#include "facts/reports.h"
#include "swap/attach-internal.h"
#include "swap/journal.h"
#include "swap/note.h"

#include <errno.h>

enum { BY_ITSELF_MS = 5000, MAYBE_MS = 1000, LOADED_MS = 2000 };

uint32_t attach_find(const struct attach *at, const struct attach_one *o)
{
	uint32_t i;

	for (i = 0; i < at->s->gpus.n; i++)
		if (at->s->gpus.v[i].address == o->address)
			return i;
	return NONE;
}

const struct gpu *attach_here(struct attach *at, const struct attach_one *o)
{
	uint32_t i = attach_find(at, o);

	if (i != NONE && at->s->gpus.v[i].state != GPU_STATE_ABSENT)
		return &at->s->gpus.v[i];
	attach_fails(at, STEP_RESULT_FAILED, arena_printf(at->a, "GPU %s", o->text), "it went away meanwhile", "plug it in again");
	return NULL;
}

uint32_t attach_index(const struct attach *at, const struct gpu *g)
{
	return (uint32_t)(g - at->s->gpus.v);
}

const char *attach_first_evidence(struct attach *at, const struct gpu *g)
{
	const struct evidence *e = g->state_evidence.v;
	uint32_t i;

	for (i = 0; i + 1 < g->state_evidence.n && !(e->note && *e->note); i++)
		e = &g->state_evidence.v[i + 1];
	if (!g->state_evidence.n)
		return "for no reason that can be seen";
	return arena_printf(at->a, "%s%s%s%s%s", e->note ? e->note : "", e->path ? " (" : "", e->path ? e->path : "",
			    e->value && *e->value ? arena_printf(at->a, ": %s", e->value) : "", e->path ? ")" : "");
}

/* Life. */

/* What eject noted of it is over, now that it is wanted again; that it hangs is not. */
static bool forget_note(struct attach *at, const struct attach_one *o)
{
	const char *text;
	enum gpu_state state;

	if (tree_read_str(&at->m->tree->root, arena_printf(at->a, NOTE_FOLDER "/%s", o->id) + 1, at->a, &text) < 0)
		return true;
	state = enum_value(&gpu_state_tab, text);
	if (state == GPU_STATE_WEDGED)
		return true;
	steps_begin(&at->st, "forget that it was %s", state == GPU_STATE_REMOVING ? "being taken out" : "ejected");
	if (!attach_wrote(at, note_clear(at->fx, o->id), NULL, NULL))
		return false;
	attach_look(at, true);
	return true;
}

/* Some drivers hang whoever has them take another GPU while one of theirs is dead. */
static const struct gpu *dead_sibling(const struct attach *at, const struct gpu *g)
{
	uint32_t i;

	for (i = 0; i < at->s->gpus.n && facts_lost_of(g->vendor); i++)
		if (at->s->gpus.v[i].vendor == g->vendor && at->s->gpus.v[i].state == GPU_STATE_LOST)
			return &at->s->gpus.v[i];
	return NULL;
}

bool attach_is_alive(struct attach *at, const struct attach_one *o)
{
	const struct gpu *g = attach_here(at, o);

	if (!g)
		return false;
	if (g->state == GPU_STATE_REMOVING || g->state == GPU_STATE_SAFE_TO_UNPLUG) {
		/* Over dry effects the note stays, and hides the rest. */
		at->pending |= at->fx->dry;
		return !at->fx->dry && attach_fails(at, STEP_RESULT_FAILED, "GPU", "it is being taken out", "wait until that has ended");
	}
	if (g->state == GPU_STATE_UNAUTHORIZED)
		return attach_fails(at, STEP_RESULT_FAILED, "PCIe tunnel", attach_first_evidence(at, g), "let its box in: gpubay trust, then gpubay attach BOX");
	if (g->state == GPU_STATE_LOST)
		return attach_fails_by(at, "it answers", attach_index(at, g), NULL, "pci", attach_first_evidence(at, g), "GB3020");
	if (g->state == GPU_STATE_WEDGED)
		return attach_fails_by(at, "it works", attach_index(at, g), NULL, "pci", attach_first_evidence(at, g), "GB3021");
	return true;
}

/* Windows. */

static bool has_windows(struct attach *at, const struct attach_one *o)
{
	const struct gpu *g = &at->s->gpus.v[attach_find(at, o)];
	const struct pci_device *d = &at->s->pci.v[g->pci];
	uint64_t bytes = 0;
	uint32_t k, n = 0;

	if (g->state == GPU_STATE_NO_BAR)
		return attach_fails_by(at, "memory windows", attach_index(at, g), NULL, "pci", attach_first_evidence(at, g), "GB3001");
	for (k = 0; k < d->bars.n; k++)
		if (d->bars.v[k].assigned && !d->bars.v[k].io && d->bars.v[k].index < 6) {
			bytes += d->bars.v[k].size;
			n++;
		}
	steps_tell(&at->st, "memory windows", STEP_RESULT_DONE,
		   FIELD_KNOWN(d, pci_device, bars) ? arena_printf(at->a, "%u, %llu MiB together", n, (unsigned long long)(bytes >> 20)) : NULL,
		   NULL);
	return true;
}

/* Driver. */

static bool has_driver(struct attach *at, void *arg)
{
	uint32_t i = attach_find(at, arg);

	return i != NONE && FIELD_KNOWN(&at->s->gpus.v[i], gpu, driver) && *at->s->gpus.v[i].driver;
}

static bool driver_is_there(struct attach *at, const struct gpu *g)
{
	uint32_t i;

	for (i = 0; i < g->drivers_possible.n; i++)
		if (tree_exists(&at->m->tree->root, arena_printf(at->a, "sys/bus/pci/drivers/%s", g->drivers_possible.v[i])))
			return true;
	return false;
}

static bool load(struct attach *at, const struct gpu *g)
{
	const struct pci_device *d = &at->s->pci.v[g->pci];
	struct buf out CLEANUP(buf_free) = BUF_NULL;
	/* By the name that the GPU goes by, as udev does it: rules of modprobe.d hold, blacklists too. */
	const char *const argv[] = {"modprobe", "-b", "--", arena_str(at->a, d->modalias), NULL};
	int r;

	if (!FIELD_KNOWN(d, pci_device, modalias) || !*d->modalias)
		return true;
	if (attach_ends(at))
		return attach_fails(at, STEP_RESULT_FAILED, "driver", "", NULL);
	steps_begin(&at->st, "load its driver");
	r = effects_run(at->fx, argv, attach_patience(at), &out);
	if (r > 0)
		return attach_wrote(at, -EIO, arena_printf(at->a, "modprobe ended with %d: %.300s", r, out.p ? out.p : ""),
				    "gpubay check driver");
	return attach_wrote(at, r, NULL, "gpubay check driver");
}

static bool ask_to_bind(struct attach *at, const struct attach_one *o)
{
	const char *path = "/sys/bus/pci/drivers_probe";

	if (attach_ends(at))
		return attach_fails(at, STEP_RESULT_FAILED, "driver", "", NULL);
	steps_begin(&at->st, "have a driver bind to %s", o->text);
	steps_path(&at->st, path);
	return attach_wrote(at, effects_write(at->fx, path, o->text, attach_patience(at)), NULL, "gpubay check driver");
}

/*
 * What loading and asking may mend: a driver that is not loaded, or did not take it. Where the tables know of none and a
 * module claims it all the same, that is tried too. Any other error of the driver's checks is for a person.
 */
static bool may_mend(const struct gpu *g, const char *id)
{
	return str_eq(id, "GB1102") || str_eq(id, "GB1109") || (str_eq(id, "GB1101") && g->drivers_possible.n);
}

static bool may_bind(struct attach *at, const struct attach_one *o)
{
	const struct gpu *g = attach_here(at, o), *dead = g ? dead_sibling(at, g) : NULL;
	char address[PCI_ADDR_TEXT];
	struct attach_why why;

	if (!g)
		return false;
	if (dead)
		return attach_fails(at, STEP_RESULT_REFUSED, "driver",
				    arena_printf(at->a, "%s of the same vendor is lost: its driver may hang when it takes another",
						 pci_addr_text(dead->address, address)),
				    check_row_find("GB3020")->remedy);
	if (at->m->why(at->m->arg, at->s, attach_index(at, g), NULL, "driver", at->a, &why) && !may_mend(g, why.id) &&
	    check_row_find(why.id)->severity == SEVERITY_ERROR)
		return attach_fails(at, STEP_RESULT_REFUSED, "driver", arena_printf(at->a, "%s (gpubay explain %s)", why.message, why.id),
				    why.remedy);
	return true;
}

/*
 * Loaded by udev when the GPU has just come, which it may also have a moment before we did; else by us. A module that is
 * loaded takes what is there by itself.
 */
static bool see_it_loaded(struct attach *at, struct attach_one *o)
{
	const struct gpu *g;

	if (attach_until(at, MIN(at->timeout_ms, (uint32_t)(at->arriving ? BY_ITSELF_MS : MAYBE_MS)), has_driver, o))
		return true;
	attach_look(at, true);
	g = attach_here(at, o);
	if (!g || driver_is_there(at, g))
		return g != NULL;
	if (!load(at, g))
		return false;
	if (!at->fx->dry)
		attach_until(at, MIN(at->timeout_ms, (uint32_t)LOADED_MS), has_driver, o);
	return true;
}

static bool bind_marked(struct attach *at, struct attach_one *o)
{
	const struct gpu *g;

	if (!see_it_loaded(at, o))
		return false;
	if (has_driver(at, o))
		return true;
	if (!attach_here(at, o) || !ask_to_bind(at, o))
		return false;
	at->pending |= at->fx->dry;
	if (at->fx->dry)
		return false;
	if (attach_until(at, at->timeout_ms, has_driver, o))
		return true;
	attach_look(at, true);
	g = attach_here(at, o);
	return g && attach_fails_by(at, "driver", attach_index(at, g), NULL, "driver firmware", "no driver took it", "GB1109");
}

/* A driver that hangs holds the device's lock: others are warned before, and told after. */
static bool bind(struct attach *at, struct attach_one *o)
{
	struct err e = {0};
	bool bound;

	if (!may_bind(at, o))
		return false;
	journal_mark(at->fx, o->text, &e);
	bound = bind_marked(at, o);
	if (at->hung)
		note_write(at->fx, o->id, GPU_STATE_WEDGED, &e);
	else
		journal_unmark(at->fx, o->text);
	return bound;
}

/* Kept for a virtual machine, say: that is somebody's will, and a fault only where this very GPU was asked for. */
static bool serves_this_machine(struct attach *at, const struct gpu *g)
{
	const struct facts_driver *row = facts_driver_find(g->driver);
	const char *words;

	if (!row || str_eq(row->role, "gpu") || str_eq(row->role, "virtual"))
		return true;
	words = arena_printf(at->a, "%s has it, a %s driver: it is kept for something else", g->driver, row->role);
	if (at->req->what)
		return attach_fails_by(at, "driver", attach_index(at, g), NULL, "driver", words, NULL);
	at->kept = true;
	steps_tell(&at->st, "driver", STEP_RESULT_SKIPPED, words, NULL);
	return false;
}

static bool driver(struct attach *at, struct attach_one *o)
{
	const struct gpu *g;

	/* The rules of modprobe and what the module asks for are read only now: they cost. */
	attach_look(at, true);
	if (!attach_is_alive(at, o) || (!has_driver(at, o) && !bind(at, o)))
		return false;
	g = attach_here(at, o);
	if (!g || !serves_this_machine(at, g))
		return false;
	steps_tell(&at->st, "driver", STEP_RESULT_DONE, arena_str(at->a, g->driver), NULL);
	return true;
}

bool attach_gpu(struct attach *at, uint64_t address)
{
	struct attach_one o = {.address = address};
	const struct gpu *g;

	pci_addr_text(address, o.text);
	if (strs_has(&at->done, o.text))
		return true;
	strs_add(at->a, &at->done, arena_str(at->a, o.text));
	g = attach_here(at, &o);
	if (!g)
		return false;
	o.id = arena_str(at->a, g->id);
	steps_tell(&at->st, arena_printf(at->a, "GPU %s", o.text), STEP_RESULT_DONE, arena_str(at->a, g->name ? g->name : ""), NULL);
	return forget_note(at, &o) && attach_is_alive(at, &o) && has_windows(at, &o) && driver(at, &o) && attach_nodes(at, &o);
}
