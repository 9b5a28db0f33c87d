/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a GPU usable that is plugged in and is not: layer by layer from the box and its cable over the permission, the
 * PCIe tunnel, memory windows, driver and nodes to udev's entry. Each layer is told with what was seen, and the first
 * that does not hold with what would mend it; over dry effects that is all, and answers why a GPU is not usable.
 */
#ifndef GPUBAY_SWAP_ATTACH_H
#define GPUBAY_SWAP_ATTACH_H

#include "host/effects.h"
#include "host/tree.h"
#include "model/snapshot.h"
#include "model/swap.h"

enum { ATTACH_TIMEOUT_MS = 20000 };

struct attach_request {
	const char *what;    /* GPU, router, unique id; NULL: everything that could be attached */
	bool once;           /* the box that is named is let in for this time */
	bool wait;           /* what is named may not be plugged in yet */
	uint32_t timeout_ms; /* how long each layer is waited for; 0: ATTACH_TIMEOUT_MS */
};

/* A finding of the checks. */
struct attach_why {
	const char *id, *subject, *message, *remedy;
};

/* What the caller lends. */
struct attach_machine {
	struct tree *tree;
	bool live;           /* this very machine, not a file or folder */
	struct effects *fx;
	const struct swap_listener *listener; /* may be NULL */
	/* A new snapshot, which attach frees; whole: with what the checks of drivers need. */
	struct snapshot *(*look)(void *arg, bool whole);
	/*
	 * The gravest finding (error or warning) of these topics (blank separated) about a GPU, or with gpu NONE about this
	 * subject (NULL: about any). False when there is none.
	 */
	bool (*why)(void *arg, const struct snapshot *s, uint32_t gpu, const char *subject, const char *topics, struct arena *a,
		    struct attach_why *ret);
	/* The nth of the findings with these ids (blank separated), notes among them. */
	bool (*note)(void *arg, const struct snapshot *s, const char *ids, uint32_t nth, struct arena *a, struct attach_why *ret);
	void *arg;
	/*
	 * Offers containers what is ready now; what changed is added. NULL: nobody does. Not called over dry effects. As in
	 * struct eject_machine.
	 */
	int (*publish)(void *arg, const char *gpu_id, struct arena *a, struct strs *ret_changed, struct err *e);
	void *publish_arg;
};

/*
 * 0 with the outcome concluded, whatever came of it. -ENODEV: what is named is not there; -EEXIST: it fits several;
 * -EINVAL, -EPERM: the list of boxes is at fault (swap/trust.h). *out lives as long as the effects' arena.
 */
int attach_run(const struct attach_request *req, const struct attach_machine *m, struct outcome *out, struct err *e);

#endif
