/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nobody may use the GPU when its driver lets go. Daemons that hold every GPU are asked to let go of this one; all others
 * are a person's programs, and are ended only when the person said so.
 */
#include "base/parse.h"
#include "swap/eject-internal.h"

#include <errno.h>
#include <time.h>

enum { LOOK_AGAIN_MS = 200 };

/* A driver that waits for its users, among those of the unit. */
static const struct facts_waits *waits(const struct eject *e)
{
	uint32_t i;

	for (i = 0; i < e->unit.gpus.n; i++) {
		const struct facts_waits *row =
			facts_waits_find(e->s->gpus.v[e->unit.gpus.v[i]].driver);

		if (row)
			return row;
	}
	for (i = 0; i < e->unit.vfs.n; i++) {
		const struct facts_waits *row =
			facts_waits_find(e->s->pci.v[e->unit.vfs.v[i]].driver);

		if (row)
			return row;
	}
	return NULL;
}

/*
 * Whether this one keeps the GPU from going. A console is taken off its framebuffer, which is a step of its own. With
 * --force, drivers that can let go of a GPU in use do, and who may only use another GPU is not asked.
 */
static bool blocks(const struct eject *e, const struct holder *h)
{
	if (h->how == HOLD_CONSOLE)
		return false;
	if (h->how == HOLD_MOUNT)
		return true;
	/* Left over from an earlier binding, of this GPU or another: today's driver has nothing to do with it. */
	if (!h->certain && (h->how == HOLD_OPEN_DELETED || h->how == HOLD_MAPPED_DELETED))
		return false;
	return !e->req->force || (h->certain && waits(e));
}

/* Everybody who holds it now. False, and the refusal said, where not everybody could be seen. */
static bool scan(struct eject *e, struct holder_list *ret)
{
	bool partial = true;
	int r = holders_find(e->m->tree, &e->nodes, e->a, ret, &partial);

	FIELD_SET(e->out, outcome, holders_partial, r < 0 || partial);
	if (r == 0 && !partial)
		return true;
	e->out->holders = *ret;
	return eject_refuse(e, "not every process that may hold the GPU could be looked at",
			    "run it as root, on the machine itself and not in a container");
}

/* Those that keep it from going; with `daemons` false, daemons that can be asked are left out. */
static struct holder_list blockers(const struct eject *e, const struct holder_list *all,
				   bool daemons)
{
	struct holder_list some = {0};
	uint32_t i;

	for (i = 0; i < all->n; i++)
		if (blocks(e, &all->v[i]) && (daemons || !facts_daemon_find(all->v[i].command)))
			*LIST_PUSH(e->a, &some) = all->v[i];
	return some;
}

static const char *say_users(struct eject *e, const struct holder_list *l)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (i = 0; i < l->n && i < 8; i++)
		buf_addf(&b, "%s%s (%u)", i ? ", " : "", l->v[i].command ? l->v[i].command : "?",
			 l->v[i].pid);
	if (l->n > 8)
		buf_addf(&b, " and %u more", l->n - 8);
	return b.n ? arena_strn(e->a, b.p, b.n) : NULL;
}

bool eject_refuse_users(struct eject *e, const struct holder_list *l)
{
	const struct facts_waits *row = waits(e);
	bool mount = false;
	uint32_t i;

	for (i = 0; i < l->n; i++)
		mount |= l->v[i].how == HOLD_MOUNT;
	e->out->holders = *l;
	return eject_refuse(
		e,
		arena_printf(e->a, "%s%s%s",
			     mount ? "a file system on it is mounted, or it is used" : "it is used",
			     row ? "; " : "", row ? row->effect : ""),
		mount ? "unmount what is on it, then eject again" :
		e->req->stop ?
			"end these programs yourself, or say --stop --force to end them at once" :
			"end these programs, or say --stop to have them ended");
}

bool eject_blockers(struct eject *e, struct holder_list *ret)
{
	struct holder_list all = {0};

	*ret = (struct holder_list){0};
	if (!scan(e, &all))
		return false;
	*ret = blockers(e, &all, true);
	return true;
}

bool eject_step_look(struct eject *e)
{
	const struct gpu **gpus = arena_alloc(e->a, e->unit.gpus.n * sizeof(*gpus));
	struct holder_list all = {0}, some;
	uint32_t i;

	for (i = 0; i < e->unit.gpus.n; i++)
		gpus[i] = &e->s->gpus.v[e->unit.gpus.v[i]];
	held_nodes_find(e->m->tree, e->s, gpus, e->unit.gpus.n, e->a, &e->nodes);
	if (!scan(e, &all))
		return false;
	some = blockers(e, &all, false);
	steps_begin(&e->steps, "look for its users");
	if (some.n && !e->req->stop) {
		steps_end(&e->steps, STEP_RESULT_REFUSED, say_users(e, &some), NULL);
		return eject_refuse_users(e, &some);
	}
	steps_end(&e->steps, STEP_RESULT_DONE, all.n ? say_users(e, &all) : "nobody", NULL);
	return true;
}

/* The words of a daemon's command, for the GPU that goes. */
static const char *const *fill(struct eject *e, const char *template)
{
	const struct pci_device *d = &e->s->pci.v[e->g->pci];
	struct strs words = str_split(e->a, template, " "), done = {0};
	char address[PCI_ADDR_TEXT];
	const char *c;
	uint32_t i;

	pci_addr_text(d->address, address);
	for (i = 0; i < words.n; i++) {
		struct buf b CLEANUP(buf_free) = BUF_NULL;

		for (c = words.v[i]; *c; c++) {
			if (*c != '%') {
				buf_addc(&b, *c);
				continue;
			}
			switch (*++c) {
			case 'a': buf_adds(&b, address); break;
			case 'v': buf_addf(&b, "%04X", d->vendor_id); break;
			case 'd': buf_addf(&b, "%04X", d->device_id); break;
			case 'V': buf_addf(&b, "%04X", d->subsystem_vendor_id); break;
			default: buf_addf(&b, "%04X", d->subsystem_device_id); break;
			}
		}
		strs_add(e->a, &done, arena_strn(e->a, b.p, b.n));
	}
	strs_add(e->a, &done, NULL);
	return done.v;
}

/* Whether the daemon still holds it, after some time to let go. */
static bool holds_still(struct eject *e, const struct facts_daemon *row, uint32_t wait_ms)
{
	const struct timespec piece = {.tv_nsec = LOOK_AGAIN_MS * 1000 * 1000};
	struct holder_list all;
	bool partial, holds;
	uint32_t i, waited;

	for (waited = 0;; waited += LOOK_AGAIN_MS) {
		all = (struct holder_list){0};
		if (e->fx->dry || holders_find(e->m->tree, &e->nodes, e->a, &all, &partial) < 0)
			return false;
		for (i = 0, holds = false; i < all.n; i++)
			holds |= facts_daemon_find(all.v[i].command) == row;
		if (!holds || waited >= wait_ms)
			return holds;
		nanosleep(&piece, NULL);
	}
}

static int systemctl(struct eject *e, const char *verb, const char *unit)
{
	const char *const argv[] = {"systemctl", verb, unit, NULL};

	return effects_run(e->fx, argv, e->timeout_ms, NULL);
}

static void quiet(struct eject *e, const struct facts_daemon *row)
{
	struct err err = {0};
	int r = -ENOENT;

	steps_begin(&e->steps, "%s lets go", row->program);
	if (row->release)
		r = effects_run(e->fx, fill(e, row->release), e->timeout_ms, NULL);
	if (r == 0 && !holds_still(e, row, 2000)) {
		steps_end(&e->steps, STEP_RESULT_DONE, NULL, NULL);
		return;
	}
	if (!strs_has(&e->journal.units, row->unit))
		strs_add(e->a, &e->journal.units, row->unit);
	journal_write(e->fx, &e->journal, &err);
	r = systemctl(e, "stop", row->unit);
	steps_end(&e->steps, r ? STEP_RESULT_FAILED : STEP_RESULT_DONE,
		  r ? arena_printf(e->a, "'systemctl stop %s' failed", row->unit) :
		      arena_printf(e->a, "%s is stopped meanwhile: %s", row->unit, row->what),
		  NULL);
}

bool eject_step_daemons(struct eject *e)
{
	const struct facts_daemon *row;
	struct holder_list all = {0};
	struct strs done = {0};
	bool partial;
	uint32_t i;

	if (holders_find(e->m->tree, &e->nodes, e->a, &all, &partial) < 0)
		return true;
	for (i = 0; i < all.n; i++) {
		row = facts_daemon_find(all.v[i].command);
		if (!row || strs_has(&done, row->unit))
			continue;
		strs_add(e->a, &done, row->unit);
		quiet(e, row);
	}
	return true;
}

void eject_daemons_again(struct eject *e)
{
	uint32_t i;
	int r;

	for (i = 0; i < e->journal.units.n; i++) {
		steps_begin(&e->steps, "start %s again", e->journal.units.v[i]);
		r = systemctl(e, "start", e->journal.units.v[i]);
		steps_end(&e->steps, r ? STEP_RESULT_FAILED : STEP_RESULT_DONE, NULL, NULL);
	}
	e->journal.units.n = 0;
}
