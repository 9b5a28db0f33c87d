/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes a GPU out of the running machine, so that its cable or card may be pulled: refuses where that would harm, takes
 * it out of what containers are offered, sees that nobody uses it, has its drivers let go, removes it and everything
 * that hangs on the same port, takes its tunnel or its slot's power down, and looks whether all of it is gone.
 *
 * What it is about to do stands in a file below /run before the first change (swap/journal.h), so that a second run
 * finishes what one that died began, also when the GPU is no longer there to be named.
 */
#ifndef GPUBAY_SWAP_EJECT_H
#define GPUBAY_SWAP_EJECT_H

#include "host/effects.h"
#include "host/tree.h"
#include "model/snapshot.h"
#include "model/swap.h"

enum { EJECT_TIMEOUT_MS = 30000 };

struct eject_request {
	bool stop; /* end who holds it, by grace */
	bool force; /* end them by force, and go on where only a person can know that it is all right */
	uint32_t
		timeout_ms; /* how long a process, a unit or the kernel may take; 0: EJECT_TIMEOUT_MS */
};

/* What the caller lends. */
struct eject_machine {
	struct tree *tree; /* where /proc, /sys and /run are read */
	struct effects *fx;
	const struct swap_listener *listener; /* may be NULL */
	/*
	 * Offers containers what there is now, which leaves out a GPU that is noted as going; what changed is added. With
	 * dry effects it only says what would change.
	 */
	int (*publish)(void *arg, const char *gpu_id, struct arena *a, struct strs *ret_changed,
		       struct err *e);
	void *arg;
};

/* The snapshot needs PROBE_LIST, PROBE_EDID (displays) and PROBE_PLATFORM. Everything that came of it is in *ret; a says how long it lives. */
void eject(const struct eject_machine *m, const struct eject_request *req, const struct snapshot *s,
	   uint32_t gpu, struct arena *a, struct outcome *ret);

/*
 * The same for a GPU that is not there any more: finishes what an earlier run began, or says that it is out. -ENODEV: no
 * run knows of a GPU by this name (stable id, unique prefix of it, or the address it had).
 */
int eject_again(const struct eject_machine *m, const struct eject_request *req, const char *name,
		struct arena *a, struct outcome *ret);

#endif
