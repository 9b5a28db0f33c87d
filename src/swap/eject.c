/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/eject.h"

#include "base/parse.h"
#include "swap/company.h"
#include "swap/eject-internal.h"
#include "swap/give.h"
#include "swap/interrupt.h"
#include "swap/note.h"

#include <errno.h>

const char *eject_pci_path(struct eject *e, uint64_t address, const char *name)
{
	char text[PCI_ADDR_TEXT];

	return arena_printf(e->a, "/sys/bus/pci/devices/%s/%s", pci_addr_text(address, text), name);
}

/* Offers containers what the notes now allow. */
static int publish(struct eject *e, struct strs *ret_changed, struct err *err)
{
	return e->m->publish ? e->m->publish(e->m->arg, e->journal.gpu_id, e->a, ret_changed, err) :
			       0;
}

/* Of every GPU that goes; unknown takes the notes away. */
static int note_all(struct eject *e, enum gpu_state state, struct err *err)
{
	const struct strs *others = &e->journal.company;
	uint32_t i;
	int r = 0, one;

	for (i = 0; i <= others->n; i++) {
		const char *id = i ? others->v[i - 1] : e->journal.gpu_id;

		one = state ? note_write(e->fx, id, state, err) : note_clear(e->fx, id);
		r = r ? r : one;
	}
	return r;
}

/* Everything is again as before the first change; the drivers have not been touched. */
static void give_back(struct eject *e)
{
	struct strs changed = {0};
	struct err err = {0};

	if (!e->withdrawn)
		return;
	e->withdrawn = false;
	eject_console_again(e);
	eject_daemons_again(e);
	steps_begin(&e->steps, "offer it to containers again");
	note_all(e, GPU_STATE_UNKNOWN, &err);
	if (publish(e, &changed, &err) < 0)
		steps_end(&e->steps, STEP_RESULT_FAILED, arena_str(e->a, err.text), NULL);
	else
		steps_end(&e->steps, STEP_RESULT_DONE, NULL, NULL);
	if (e->taken)
		steps_tell(&e->steps, "give it to its containers again", STEP_RESULT_SKIPPED,
			   arena_printf(e->a, "'gpubay attach --container CONTAINER %s' does", e->journal.gpu_id), NULL);
}

bool eject_refuse(struct eject *e, const char *reason, const char *remedy)
{
	give_back(e);
	return steps_conclude(&e->steps, VERDICT_REFUSED, reason, remedy), false;
}

bool eject_not_safe(struct eject *e, const char *reason, const char *remedy)
{
	give_back(e);
	return steps_conclude(&e->steps, VERDICT_NOT_SAFE, reason, remedy), false;
}

/* It stays withdrawn, and everybody sees why. */
static bool hangs(struct eject *e)
{
	struct strs changed = {0};
	struct err err = {0};

	steps_end(
		&e->steps, STEP_RESULT_HUNG,
		"the kernel did not come back in time; the write is left alone and not tried again",
		NULL);
	note_all(e, GPU_STATE_WEDGED, &err);
	publish(e, &changed, &err);
	steps_conclude(&e->steps, VERDICT_NOT_SAFE, "the kernel hangs in the middle of it",
		       "leave it plugged in, save your work and reboot; nothing else ends this");
	return false;
}

bool eject_wrote(struct eject *e, int r, const int *fine)
{
	for (; r && *fine; fine++)
		if (r == *fine)
			r = 0;
	if (r == -ETIMEDOUT)
		return hangs(e);
	steps_end(&e->steps, r ? STEP_RESULT_FAILED : STEP_RESULT_DONE, r ? strerror(-r) : NULL,
		  NULL);
	if (r == 0)
		return true;
	return eject_not_safe(
		e, "the kernel refused a step, so it is only half taken out",
		"leave it plugged in; 'gpubay attach' brings it back, the kernel's log (dmesg) may say why");
}

static bool step_unit(struct eject *e)
{
	const char *others = unit_say_all(e->s, e->a, &e->unit.others);
	const char *usb = company_say_usb(e->m->tree, e->a, e->s, &e->unit.others);

	steps_tell(&e->steps, "what goes", STEP_RESULT_DONE,
		   arena_printf(e->a, "%s%s%s%s%s", unit_say_all(e->s, e->a, &e->g->functions),
				*others ? "; with it: " : "", others, *usb ? "; on its USB: " : "", usb),
		   NULL);
	return true;
}

/* From here on the machine changes. */
static bool step_withdraw(struct eject *e)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	struct strs changed = {0};
	struct err err = {0};
	uint32_t i;
	int r;

	steps_begin(&e->steps, "withdraw it from containers");
	r = journal_write(e->fx, &e->journal, &err);
	if (r == 0)
		r = note_all(e, GPU_STATE_REMOVING, &err);
	e->withdrawn = true;
	if (r == 0)
		r = publish(e, &changed, &err);
	for (i = 0; i < changed.n; i++)
		buf_addf(&b, "%s%s", i ? ", " : "", changed.v[i]);
	steps_end(&e->steps, r < 0 ? STEP_RESULT_FAILED : STEP_RESULT_DONE,
		  r < 0 ? arena_str(e->a, err.text) :
		  b.n	? arena_strn(e->a, b.p, b.n) :
			  NULL,
		  NULL);
	if (r < 0)
		return eject_refuse(e, "new containers could still be given it",
				    "see to it that /run can be written, and is not full");
	return true;
}

static bool step_take_back(struct eject *e)
{
	const struct strs *others = &e->journal.company;
	uint32_t i, before = e->out->steps.n;
	struct err err = {0};

	e->taken = false;
	for (i = 0; i <= others->n; i++, e->taken = e->out->steps.n > before)
		if (give_take_back(&e->steps, i ? others->v[i - 1] : e->journal.gpu_id, &err) < 0)
			return eject_refuse(
				e,
				arena_printf(e->a,
					     "it could not be taken back from a container: %s",
					     err.text),
				NULL);
	return true;
}

static void conclude_gone(struct eject *e)
{
	const struct facts_letgo *how =
		facts_letgo_find(e->journal.interface, e->journal.slot != NULL);
	struct strs changed = {0};
	struct err err = {0};

	e->withdrawn = false;
	eject_console_again(e);
	eject_daemons_again(e);
	if (how->unsafe) {
		note_all(e, GPU_STATE_UNKNOWN, &err);
		steps_conclude(&e->steps, VERDICT_NOT_SAFE,
			       arena_printf(e->a, "the system has let it go, but %s", how->unsafe),
			       NULL);
		return;
	}
	note_all(e, GPU_STATE_SAFE_TO_UNPLUG, &err);
	publish(e, &changed, &err);
	steps_conclude(&e->steps, VERDICT_SAFE, NULL, how->before);
}

static void begin(struct eject *e, const struct eject_machine *m, const struct eject_request *req,
		  struct arena *a, struct outcome *ret, const char *subject)
{
	*ret = (struct outcome){0};
	e->m = m;
	e->req = req;
	e->a = a;
	e->fx = m->fx;
	e->out = ret;
	e->timeout_ms = req->timeout_ms ? req->timeout_ms : EJECT_TIMEOUT_MS;
	FIELD_SET(ret, outcome, verb, "eject");
	FIELD_SET(ret, outcome, subject, subject);
	FIELD_KNOW(ret, outcome, holders);
	steps_init(&e->steps, a, m->fx, ret, m->listener);
}

bool eject_ends_here(struct eject *e)
{
	if (!interrupt_came() || e->interrupted)
		return false;
	e->interrupted = true;
	if (!e->begun) {
		eject_refuse(e, "it was interrupted; the GPU is as it was before", "gpubay eject: begins anew");
		return true;
	}
	steps_tell(&e->steps, "interrupted", STEP_RESULT_SKIPPED, "its drivers are letting go already: it is finished", NULL);
	return false;
}

typedef bool step_fn(struct eject *e);

static bool walk(struct eject *e, step_fn *const *sequence)
{
	for (; *sequence; sequence++)
		if (eject_ends_here(e) || !(*sequence)(e))
			return false;
	return true;
}

/* From here on there is no way back but to the end. */
static bool step_begin(struct eject *e)
{
	e->begun = true;
	return true;
}

static enum gpu_state noted(const struct eject *e)
{
	const char *note;
	int r = tree_read_str(&e->m->tree->root,
			      arena_printf(e->a, "%s/%s", NOTE_FOLDER + 1, e->journal.gpu_id), e->a,
			      &note);

	return r < 0 ? GPU_STATE_UNKNOWN : enum_value(&gpu_state_tab, note);
}

/* What an earlier run, which died, took off and stopped is still to be put back. */
static void inherit(struct eject *e)
{
	struct journal before;

	if (noted(e) != GPU_STATE_REMOVING ||
	    journal_find(e->m->tree, e->journal.gpu_id, e->a, &before) < 0)
		return;
	e->journal.console = before.console;
	e->journal.units = before.units;
	e->withdrawn = true;
}

void eject(const struct eject_machine *m, const struct eject_request *req, const struct snapshot *s,
	   uint32_t gpu, struct arena *a, struct outcome *ret)
{
	static step_fn *const sequence[] = {
		step_unit,	    eject_step_refuse, eject_step_warn,
		eject_step_look,    step_withdraw,     step_take_back,
		eject_step_daemons, eject_step_stop,   eject_step_console,
		eject_step_count,   step_begin,	       eject_step_vfs,
		eject_step_unbind,  eject_step_remove, eject_step_let_go,
		eject_step_verify,  NULL,
	};
	struct eject e = {.s = s, .g = &s->gpus.v[gpu]};

	begin(&e, m, req, a, ret, e.g->id);
	unit_find(m->tree, s, gpu, a, &e.unit);
	journal_of(s, &e.unit, a, &e.journal);
	inherit(&e);
	if (walk(&e, sequence))
		conclude_gone(&e);
}

int eject_again(const struct eject_machine *m, const struct eject_request *req, const char *name,
		struct arena *a, struct outcome *ret)
{
	static step_fn *const sequence[] = {eject_step_vfs,    eject_step_unbind, eject_step_remove,
					    eject_step_let_go, eject_step_verify, NULL};
	static step_fn *const look[] = {eject_step_verify, NULL};
	struct eject e = {0};
	enum gpu_state state;
	int r = journal_find(m->tree, name, a, &e.journal);

	if (r < 0)
		return r;
	e.m = m;
	e.a = a;
	state = noted(&e);
	if (state != GPU_STATE_REMOVING && state != GPU_STATE_WEDGED &&
	    state != GPU_STATE_SAFE_TO_UNPLUG)
		return -ENODEV;
	begin(&e, m, req, a, ret, e.journal.gpu_id);
	e.begun = true;
	if (state == GPU_STATE_WEDGED)
		eject_not_safe(
			&e, "an earlier attempt hangs in the kernel: a second one would hang, too",
			"leave it plugged in, save your work and reboot");
	else if (walk(&e, state == GPU_STATE_REMOVING ? sequence : look))
		conclude_gone(&e);
	return 0;
}
