/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ends who holds the GPU, each the way it is meant to be ended: a container by its engine, a service by systemd, a
 * program by SIGTERM. Then it waits, and only by force ends what is left. A process is signalled through a descriptor
 * that was held against its start time: a number that was used again never gets a signal meant for another.
 */
#include "base/parse.h"
#include "facts/holders.h"
#include "swap/eject-internal.h"
#include "swap/process.h"
#include "swap/stop.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_AGAIN_MS = 200, KILLED_MS = 5000, GRACE_MS = 10000 };

static int signal_process(struct eject *e, const struct holder *h, int sig)
{
	int fd = (int)syscall(SYS_pidfd_open, (pid_t)h->pid, 0), r = fd < 0 ? -errno : 0;
	uint64_t start = r == 0 ? process_start(e->m->tree, e->a, h->pid) : 0;

	/* Unknown is not the same. */
	if (r == 0 && (start == 0 || start != h->start_ticks))
		r = -ESRCH;
	if (r == 0)
		r = effects_signal(e->fx, fd, sig);
	if (fd >= 0)
		close(fd);
	return r == -ESRCH ? 0 : r;
}

/* Why a command did not do it: its own last words, where it had any. */
static const char *command_why(struct eject *e, int r, const char *program, const struct buf *said)
{
	struct strs lines = str_split(e->a, said->n ? arena_strn(e->a, said->p, said->n) : "", "\n");
	const char *last = lines.n ? lines.v[lines.n - 1] : "";

	if (r == -ETIMEDOUT)
		return "it did not answer in time";
	if (r == -ENOENT)
		return arena_printf(e->a, "%s is not installed", program);
	if (r < 0)
		return arena_printf(e->a, "%s: %s", program, strerror(-r));
	return *last ? utf8_clean(e->a, last, strlen(last)) : arena_printf(e->a, "%s ended with status %d", program, r);
}

static void stop_by_command(struct eject *e, const struct strs *argv)
{
	struct buf said CLEANUP(buf_free) = BUF_NULL;
	uint32_t wait_ms = e->timeout_ms + GRACE_MS;
	struct strs all = e->fx->confined ? stop_beside(e->a, argv, wait_ms / 1000) : *argv;
	int r = effects_run(e->fx, all.v, wait_ms, &said);

	steps_end(&e->steps, r ? STEP_RESULT_FAILED : STEP_RESULT_DONE, r ? command_why(e, r, argv->v[0], &said) : NULL, NULL);
}

static void stop(struct eject *e, const struct holder *h, const struct stop_way *w)
{
	int r;

	if (w->what)
		steps_begin(&e->steps, "stop %s", w->what);
	else
		steps_begin(&e->steps, "end %s (%u)", h->command ? h->command : "process", h->pid);
	if (w->argv.n) {
		stop_by_command(e, &w->argv);
		return;
	}
	r = signal_process(e, h, SIGTERM);
	steps_end(&e->steps, r ? STEP_RESULT_FAILED : STEP_RESULT_DONE, r ? strerror(-r) : NULL, NULL);
}

/* Each once: a container with ten processes is stopped one time. By force: those whose engine is not told how long to wait. */
static bool stop_all(struct eject *e, const struct holder_list *l, bool by_force)
{
	struct watched_list containers;
	struct strs done = {0};
	struct stop_way w;
	uint32_t i;

	watched_find(e->m->tree, e->a, &containers);
	for (i = 0; i < l->n; i++) {
		const char *key;

		stop_way_of(e->m->tree, e->a, &l->v[i], &containers, e->timeout_ms / 1000, &w);
		key = w.name ? w.name : arena_printf(e->a, "%u", l->v[i].pid);
		if (strs_has(&done, key) || (by_force && !w.by_force.n))
			continue;
		strs_add(e->a, &done, key);
		if (!by_force) {
			stop(e, &l->v[i], &w);
			continue;
		}
		steps_begin(&e->steps, "kill %s", w.what);
		stop_by_command(e, &w.by_force);
	}
	return done.n > 0;
}

static void kill_all(struct eject *e, const struct holder_list *l)
{
	uint32_t i;
	int r;

	for (i = 0; i < l->n; i++) {
		steps_begin(&e->steps, "kill %s (%u)",
			    l->v[i].command ? l->v[i].command : "process", l->v[i].pid);
		r = signal_process(e, &l->v[i], SIGKILL);
		steps_end(&e->steps, r ? STEP_RESULT_FAILED : STEP_RESULT_DONE,
			  r ? strerror(-r) : NULL, NULL);
	}
}

/* Those that are not for us to end, with the reason; NULL: all may be ended. */
static const char *spared(struct eject *e, const struct holder_list *l)
{
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		const struct holder *h = &l->v[i];
		const struct facts_seat_program *seat = facts_seat_program_find(h->command);
		const char *name = h->command ? h->command : "a process";

		if (h->pid == 1 && FIELD_KNOWN(h, holder, pid))
			return "process 1 holds it, which cannot be ended";
		if (h->how == HOLD_MOUNT)
			return "a file system on what goes with it is mounted";
		if (h->how == HOLD_NETWORK)
			return arena_printf(e->a, "%s goes with it", name);
		if (h->pod && *h->pod)
			return arena_printf(
				e->a, "the pod %s holds it, and Kubernetes would start it again",
				h->pod);
		if (h->container && *h->container && !stop_is_known(h->engine))
			return arena_printf(e->a, "how containers of %s are stopped is not known",
					    h->engine ? h->engine : "this engine");
		if (h->compositor && !e->req->force && !(seat && seat->broker))
			return arena_printf(
				e->a,
				"%s (%u) is the display server of a session, and everything in it would end",
				name, h->pid);
	}
	return NULL;
}

static bool refuse_spared(struct eject *e, const struct holder_list *l, const char *why)
{
	e->out->holders = *l;
	return eject_refuse(
		e, why,
		"end it yourself (log out, unmount, drain the node, take the interface down), then eject again; --force ends a session, too, "
		"and takes a network interface away");
}

/* Brokers let go when those do that they opened it for. */
static struct holder_list without_brokers(struct eject *e, const struct holder_list *l)
{
	struct holder_list some = {0};
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		const struct facts_seat_program *seat = facts_seat_program_find(l->v[i].command);

		if (!seat || !seat->broker)
			*LIST_PUSH(e->a, &some) = l->v[i];
	}
	return some;
}

/* Looks again until nobody is left or the time is over; who is left. */
static bool wait_gone(struct eject *e, uint32_t wait_ms, struct holder_list *ret)
{
	const struct timespec piece = {.tv_nsec = LOOK_AGAIN_MS * 1000 * 1000};
	uint32_t waited;

	for (waited = 0;; waited += LOOK_AGAIN_MS) {
		if (e->fx->dry) {
			*ret = (struct holder_list){0};
			return true;
		}
		if (eject_ends_here(e) || !eject_blockers(e, ret))
			return false;
		if (ret->n == 0 || waited >= wait_ms)
			return true;
		nanosleep(&piece, NULL);
	}
}

bool eject_step_stop(struct eject *e)
{
	struct holder_list left, ours;
	const char *why;

	if (!eject_blockers(e, &left))
		return false;
	if (left.n == 0)
		return true;
	if (!e->req->stop)
		return eject_refuse_users(e, &left);
	why = spared(e, &left);
	if (why)
		return refuse_spared(e, &left, why);
	ours = without_brokers(e, &left);
	stop_all(e, &ours, false);
	if (!wait_gone(e, e->timeout_ms, &left))
		return false;
	if (left.n && stop_all(e, &left, true) && !wait_gone(e, KILLED_MS, &left))
		return false;
	if (left.n && e->req->force) {
		ours = without_brokers(e, &left);
		kill_all(e, &ours);
		if (!wait_gone(e, KILLED_MS, &left))
			return false;
	}
	return left.n == 0 || eject_refuse_users(e, &left);
}
