/* SPDX-License-Identifier: Apache-2.0 */
#include "host/effects.h"

#include "base/parse.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

/*
 * What is shut after a hang: the device whose attribute it was, or, where it was the driver's unbind, that driver: which
 * of its locks the hanging child holds is not to be known.
 */
static const char *folder_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	return arena_strn(a, path, slash ? (size_t)(slash - path) : 0);
}

static bool hangs(const struct effects *fx, const char *path)
{
	uint32_t i;

	for (i = 0; i < fx->hung.n; i++)
		if (str_starts(path, fx->hung.v[i]))
			return true;
	return false;
}

int effects_write(struct effects *fx, const char *path, const char *value, uint32_t deadline_ms)
{
	int r;

	if (hangs(fx, path))
		return -EBUSY;
	r = fx->ops->write(fx, path, value, deadline_ms);
	if (r == -ETIMEDOUT)
		strs_add(fx->a, &fx->hung, folder_of(fx->a, path));
	return r;
}

int effects_file(struct effects *fx, const char *path, const struct buf *content, unsigned mode, struct err *e)
{
	return fx->ops->file(fx, path, content, mode, e);
}

int effects_unlink(struct effects *fx, const char *path)
{
	return fx->ops->unlink(fx, path);
}

int effects_run(struct effects *fx, const char *const *argv, uint32_t deadline_ms, struct buf *ret_out)
{
	return fx->ops->run(fx, argv, deadline_ms, ret_out);
}

int effects_signal(struct effects *fx, int pidfd, int sig)
{
	return fx->ops->signal(fx, pidfd, sig);
}

int effects_child(struct effects *fx, const char *what, effects_fn fn, void *arg, uint32_t deadline_ms, struct err *e)
{
	return fx->ops->child(fx, what, fn, arg, deadline_ms, e);
}

static int would(struct effects *fx, enum effect kind, const char *what, const char *value)
{
	if (fx->on_would)
		fx->on_would(fx->on_would_arg, kind, what, value);
	return 0;
}

static int dry_write(struct effects *fx, const char *path, const char *value, uint32_t deadline_ms)
{
	return would(fx, EFFECT_WRITE, path, value);
}

static int dry_file(struct effects *fx, const char *path, const struct buf *content, unsigned mode, struct err *e)
{
	return would(fx, EFFECT_FILE, path, content->p);
}

static int dry_unlink(struct effects *fx, const char *path)
{
	return would(fx, EFFECT_UNLINK, path, NULL);
}

static int dry_run(struct effects *fx, const char *const *argv, uint32_t deadline_ms, struct buf *ret_out)
{
	struct buf line CLEANUP(buf_free) = BUF_NULL;
	unsigned i;

	for (i = 0; argv[i]; i++)
		buf_addf(&line, "%s%s", i ? " " : "", argv[i]);
	return would(fx, EFFECT_RUN, line.p, NULL);
}

static int dry_signal(struct effects *fx, int pidfd, int sig)
{
	return would(fx, EFFECT_SIGNAL, sigabbrev_np(sig), NULL);
}

static int dry_child(struct effects *fx, const char *what, effects_fn fn, void *arg, uint32_t deadline_ms, struct err *e)
{
	return would(fx, EFFECT_CHILD, what, NULL);
}

void effects_init_dry(struct effects *fx, struct arena *a)
{
	static const struct effects_ops ops = {dry_write, dry_file, dry_unlink, dry_run, dry_signal, dry_child};

	*fx = (struct effects){.ops = &ops, .a = a, .dry = true};
}

/* Whether the effect that is asked for now is the one to fail; dying is by SIGKILL, as the worst case is. */
static bool faulty(struct effects *fx)
{
	if (++fx->count != fx->fault_at)
		return false;
	if (fx->fault_code == 0)
		kill(getpid(), SIGKILL);
	return true;
}

static int fault_write(struct effects *fx, const char *path, const char *value, uint32_t deadline_ms)
{
	return faulty(fx) ? fx->fault_code : fx->under->ops->write(fx->under, path, value, deadline_ms);
}

static int fault_file(struct effects *fx, const char *path, const struct buf *content, unsigned mode, struct err *e)
{
	if (faulty(fx))
		return err_set(e, fx->fault_code, "cannot write '%s': %s", path, strerror(-fx->fault_code));
	return fx->under->ops->file(fx->under, path, content, mode, e);
}

static int fault_unlink(struct effects *fx, const char *path)
{
	return faulty(fx) ? fx->fault_code : fx->under->ops->unlink(fx->under, path);
}

static int fault_run(struct effects *fx, const char *const *argv, uint32_t deadline_ms, struct buf *ret_out)
{
	return faulty(fx) ? fx->fault_code : fx->under->ops->run(fx->under, argv, deadline_ms, ret_out);
}

static int fault_signal(struct effects *fx, int pidfd, int sig)
{
	return faulty(fx) ? fx->fault_code : fx->under->ops->signal(fx->under, pidfd, sig);
}

static int fault_child(struct effects *fx, const char *what, effects_fn fn, void *arg, uint32_t deadline_ms, struct err *e)
{
	if (faulty(fx))
		return err_set(e, fx->fault_code, "cannot %s: %s", what, strerror(-fx->fault_code));
	return fx->under->ops->child(fx->under, what, fn, arg, deadline_ms, e);
}

void effects_init_fault(struct effects *fx, struct effects *under, unsigned at, int code)
{
	static const struct effects_ops ops = {fault_write, fault_file, fault_unlink, fault_run, fault_signal, fault_child};

	*fx = (struct effects){.ops = &ops, .a = under->a, .dry = under->dry, .under = under, .fault_at = at, .fault_code = code};
}
