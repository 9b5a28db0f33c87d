/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nobody may use the GPU when its driver lets go, nor what is unplugged with it: who does is found, and refused with the
 * list, or left to be ended (eject-stop.c) when a person said so.
 */
#include "base/parse.h"
#include "swap/company.h"
#include "swap/eject-internal.h"
#include "swap/module-uses.h"

const struct facts_waits *eject_waits(const struct eject *e)
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
 * --force, drivers that can let go of a GPU in use do, and who may only use another GPU is not asked; a mounted disk
 * stays a reason.
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
	return !e->req->force || (h->certain && h->how != HOLD_NETWORK && eject_waits(e));
}

/* None of its drivers has a user, seen or not. Who has a disk that goes with it nobody counts. */
static bool kernel_counts_none(struct eject *e)
{
	uint64_t uses;
	uint32_t i;

	if (e->nodes.company.n)
		return false;
	for (i = 0; i < e->unit.gpus.n; i++) {
		const char *driver = e->s->gpus.v[e->unit.gpus.v[i]].driver;

		if (driver && *driver && (!module_uses(e->m->tree, e->a, driver, &uses) || uses))
			return false;
	}
	return e->unit.vfs.n == 0;
}

/* Nobody can be ruled out that was not seen, but by the kernel's own count, or by a person. */
static bool may_be_partial(struct eject *e)
{
	if (!e->s->is_root)
		return false;
	return kernel_counts_none(e) || (e->req->force && !eject_waits(e));
}

static bool refuse_partial(struct eject *e, const struct holders_view *view)
{
	const char *who = holders_say_view(e->a, view);

	return eject_refuse(
		e, arena_printf(e->a, "not every process that may hold the GPU could be looked at%s%s", *who ? ": " : "", who),
		!e->s->is_root || !*who ? "run it as root, on the machine itself and not in a container" :
		eject_waits(e) ? "run it on the machine itself; --force does not help here: its driver would wait for whoever holds it" :
				 "run it on the machine itself; or, where you know that none of these uses it: --force");
}

/* Everybody who holds it now. False, and the refusal said, where not everybody could be seen. */
static bool scan(struct eject *e, struct holder_list *ret)
{
	struct holders_view view = {.partial = true};
	int r = holders_find(e->m->tree, &e->nodes, e->a, ret, &view);

	FIELD_SET(e->out, outcome, holders_partial, r < 0 || view.partial);
	FIELD_SET(e->out, outcome, holders_unseen, view.unseen);
	if (r == 0 && (!view.partial || may_be_partial(e)))
		return true;
	e->out->holders = *ret;
	return refuse_partial(e, &view);
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
		buf_addf(&b, "%s%s%s", i ? ", " : "", l->v[i].command ? l->v[i].command : "?",
			 FIELD_KNOWN(&l->v[i], holder, pid) ? arena_printf(e->a, " (%u)", l->v[i].pid) : "");
	if (l->n > 8)
		buf_addf(&b, " and %u more", l->n - 8);
	return b.n ? arena_strn(e->a, b.p, b.n) : NULL;
}

/* What is told of those that keep it, by what they are: the strongest kind says what to do. */
static const char *mend(const struct eject *e, bool disk, bool network, bool process)
{
	if (disk)
		return "unmount what is on it, then eject again";
	if (network && !process)
		return "let the machine be reached another way, or take the interface down ('ip link set NAME down'); --force takes it "
		       "away as it is";
	return e->req->stop ? "end these programs yourself, or say --stop --force to end them at once" :
			      "end these programs, or say --stop to have them ended";
}

bool eject_refuse_users(struct eject *e, const struct holder_list *l)
{
	const struct facts_waits *row = eject_waits(e);
	bool disk = false, network = false, process = false;
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		disk |= l->v[i].how == HOLD_MOUNT;
		network |= l->v[i].how == HOLD_NETWORK;
		process |= l->v[i].how != HOLD_MOUNT && l->v[i].how != HOLD_NETWORK;
	}
	if (process)
		buf_addf(&b, "it is used%s%s", row ? "; " : "", row ? row->effect : "");
	if (disk)
		buf_addf(&b, "%sa disk that goes with it is mounted", b.n ? "; " : "");
	if (network)
		buf_addf(&b, "%sa network interface that goes with it is in use", b.n ? "; " : "");
	e->out->holders = *l;
	return eject_refuse(e, arena_strn(e->a, b.p ? b.p : "", b.n), mend(e, disk, network, process));
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
	company_is(e->m->tree, e->a, &e->nodes, &e->unit.others);
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

/* Whether anybody can be seen to have a GPU of this driver. */
static bool seen_in_use(struct eject *e, const char *driver)
{
	const struct gpu **gpus = arena_alloc(e->a, e->s->gpus.n * sizeof(*gpus));
	struct holder_list all = {0};
	struct holders_view view;
	struct held_nodes nodes;
	uint32_t i, n = 0;

	for (i = 0; i < e->s->gpus.n; i++)
		if (str_eq(e->s->gpus.v[i].driver, driver))
			gpus[n++] = &e->s->gpus.v[i];
	held_nodes_find(e->m->tree, e->s, gpus, n, e->a, &nodes);
	if (holders_find(e->m->tree, &nodes, e->a, &all, &view) < 0)
		return true;
	for (i = 0; i < all.n; i++)
		if (all.v[i].how != HOLD_CONSOLE && all.v[i].how != HOLD_MOUNT && all.v[i].how != HOLD_NETWORK)
			return true;
	return false;
}

/* Which GPU is meant the kernel's count does not say; so it counts only while nobody has any of the driver's. */
bool eject_step_count(struct eject *e)
{
	const struct facts_waits *row = eject_waits(e);
	uint64_t uses;

	if (!row || e->req->force || e->fx->dry || !module_uses(e->m->tree, e->a, row->driver, &uses) || uses <= eject_console_uses(e) ||
	    seen_in_use(e, row->driver))
		return true;
	return eject_refuse(
		e,
		arena_printf(e->a,
			     "the kernel counts %llu users of %s that no process shows: a buffer that another driver still has, or a "
			     "descriptor on its way between programs; %s",
			     (unsigned long long)uses, row->driver, row->effect),
		"end the programs that used it last, desktops among them, and eject again; --force goes on, and may hang for good");
}
