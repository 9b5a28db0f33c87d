/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only way to change the machine. What is done goes through a table of functions, so that the same steps run for
 * real (linux), only say what they would do (dry), or fail at the n-th (fault).
 *
 * A write to an attribute may hang in the kernel for ever (NVIDIA's driver waits in unbind until the last user is
 * gone), and what hangs there can be neither ended nor safely repeated. So each goes through a child with a deadline.
 * One that misses it is left alone, whatever becomes of it, and nothing is written below its device a second time.
 */
#ifndef GPUBAY_HOST_EFFECTS_H
#define GPUBAY_HOST_EFFECTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct effects;

enum effect { EFFECT_UNKNOWN, EFFECT_WRITE, EFFECT_FILE, EFFECT_UNLINK, EFFECT_RUN, EFFECT_SIGNAL, EFFECT_CHILD };

/* What a child does, in one go: 0 or more, or negative errno and what a person reads of the failure. */
typedef int (*effects_fn)(void *arg, struct err *e);

struct effects_ops {
	int (*write)(struct effects *fx, const char *path, const char *value, uint32_t deadline_ms);
	int (*file)(struct effects *fx, const char *path, const struct buf *content, unsigned mode, struct err *e);
	int (*unlink)(struct effects *fx, const char *path);
	int (*run)(struct effects *fx, const char *const *argv, uint32_t deadline_ms, struct buf *ret_out);
	int (*signal)(struct effects *fx, int pidfd, int sig);
	int (*child)(struct effects *fx, const char *what, effects_fn fn, void *arg, uint32_t deadline_ms, struct err *e);
};

struct effects {
	const struct effects_ops *ops;
	struct arena *a;       /* the caller's; lives longer */
	struct strs hung;      /* folders of attributes whose write never came back */
	bool dry;              /* nothing changes: what waits for a change need not wait */
	bool confined;         /* in a service that can gain no rights (gpubay-act), with mounts of its own */
	/* dry: told what would be done. */
	void (*on_would)(void *arg, enum effect kind, const char *what, const char *value);
	void *on_would_arg;
	/* fault: the real one, and at which effect (from 1) what happens. */
	struct effects *under;
	unsigned count, fault_at;
	int fault_code;        /* negative errno; 0: the process is killed before the effect */
};

void effects_init_linux(struct effects *fx, struct arena *a);
void effects_init_dry(struct effects *fx, struct arena *a);
void effects_init_fault(struct effects *fx, struct effects *under, unsigned at, int code);

/*
 * Writes value to an attribute (absolute path) by one write(2). 0; the write's negative errno; -ETIMEDOUT: it hangs in
 * the kernel and was left alone; -EBUSY: an earlier write below the same folder hangs.
 */
int effects_write(struct effects *fx, const char *path, const char *value, uint32_t deadline_ms);
/* Replaces a file as a whole: temporary file beside it, fsync, rename. Makes its folders. */
int effects_file(struct effects *fx, const char *path, const struct buf *content, unsigned mode, struct err *e);
/* 0 also when it was not there. */
int effects_unlink(struct effects *fx, const char *path);
/*
 * A program (argv[0]: a path, or a name in the system's folders) with a deadline; what it printed, standard error last, goes to ret_out (may be NULL). Its exit status, or
 * negative errno: -ETIMEDOUT it was ended, -EINTR it died of a signal, -ENOENT and so on where it could not be started.
 */
int effects_run(struct effects *fx, const char *const *argv, uint32_t deadline_ms, struct buf *ret_out);
int effects_signal(struct effects *fx, int pidfd, int sig);
/*
 * A function that runs in a forked child with a deadline, for what one system call cannot do or what changes the process
 * that does it (namespaces, cgroups). The child has no descriptor of its parent. What fn gives; -ETIMEDOUT: left alone.
 * `what` says in a few words what is done.
 */
int effects_child(struct effects *fx, const char *what, effects_fn fn, void *arg, uint32_t deadline_ms, struct err *e);

#endif
