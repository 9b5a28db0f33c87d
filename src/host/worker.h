/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program run as a child that may do anything wrong: hang, crash, print for ever, eat all memory, fork. It gets its
 * own session, a deadline, a limit of output and of memory, dies with its parent, and can gain no privileges. The
 * caller never waits beyond the deadline and a short grace, not even for a child that the kernel cannot end. Linux only.
 *
 * Memory is what the group holds in RAM, not its address space: compute libraries reserve hundreds of GiB of that.
 */
#ifndef GPUBAY_HOST_WORKER_H
#define GPUBAY_HOST_WORKER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/enumtab.h"

#define WORKER_END(E, P) \
	E(P, EXITED, "exited") E(P, CRASHED, "crashed") E(P, HUNG, "hung") E(P, TOO_LONG, "printed too much") \
	E(P, TOO_BIG, "took too much memory") E(P, NOT_STARTED, "not started")
ENUM_DECL(worker_end, WORKER_END)

enum {
	WORKER_DEADLINE_MS = 10000,
	WORKER_OUTPUT_MAX = 16 * 1024 * 1024,
	WORKER_TAIL_MAX = 2048,
	WORKER_GROUPS_MAX = 64,
	WORKER_GRACE_MS = 2000, /* how long a killed child is waited for */
};
#define WORKER_MEMORY_MAX (UINT64_C(4) << 30)

/* Who the child is. */
struct worker_identity {
	bool change;     /* to uid, gid and groups; else it stays who the caller is */
	bool strip;      /* root, but without any capability */
	uint32_t uid, gid;
	uint32_t gids[WORKER_GROUPS_MAX];
	unsigned n_gids;
	char home[256];  /* "" to leave HOME alone */
};

struct worker {
	/* What is to be run. Zero means the limits above. */
	const char *program;
	const char *const *argv; /* ended by NULL */
	const struct worker_identity *identity; /* NULL: as the caller */
	uint32_t deadline_ms;
	size_t output_max;
	uint64_t memory_max;

	/* What came of it. */
	enum worker_end end;
	int status;           /* exit status */
	int signal;           /* crashed: which */
	int error;            /* not started: errno */
	bool stuck;           /* could not be ended: hangs in the kernel, left alone */
	uint32_t took_ms;
	uint64_t memory_peak; /* as far as it was seen */
	struct buf out;
	char tail[WORKER_TAIL_MAX + 1]; /* last of what it wrote to standard error */
	size_t n_tail;

	/* The runner's own. */
	int pid, fd_out, fd_err, fd_start, fd_pid;
	uint64_t started_ms, killed_ms;
	int state;
};

/* Runs all of them, at most `at_once` together (0: all), and gives back when each has ended one way or another. */
void worker_run(struct worker *w, unsigned n, unsigned at_once);
void worker_free(struct worker *w);

/*
 * Whom a library may be asked as: who asks; for root the person behind sudo, else nobody, with the groups that may open
 * the device nodes. Where a node is root's alone the child stays root and loses every capability.
 */
void worker_identity_get(struct worker_identity *ret);

#endif
