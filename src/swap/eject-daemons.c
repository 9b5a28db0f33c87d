/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Daemons that hold every GPU of theirs are asked to let go of this one. Where that is not possible their unit is stopped
 * meanwhile, and started again afterwards, whatever came of the rest.
 */
#include "base/parse.h"
#include "swap/eject-internal.h"

#include <errno.h>
#include <time.h>

enum { LOOK_AGAIN_MS = 200, LETS_GO_MS = 2000 };

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
	struct holders_view view;
	struct holder_list all;
	uint32_t i, waited;
	bool holds;

	for (waited = 0;; waited += LOOK_AGAIN_MS) {
		all = (struct holder_list){0};
		if (e->fx->dry || holders_find(e->m->tree, &e->nodes, e->a, &all, &view) < 0)
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
	if (r == 0 && !holds_still(e, row, LETS_GO_MS)) {
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
	struct holders_view view;
	struct strs done = {0};
	uint32_t i;

	if (holders_find(e->m->tree, &e->nodes, e->a, &all, &view) < 0)
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
