/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a holder of a GPU is ended as it is meant to be: a service by its service manager, a container by its engine, and
 * what belongs to neither by a signal. Services and containers of a user are that user's to end, and are ended as that
 * user.
 */
#ifndef GPUBAY_SWAP_STOP_H
#define GPUBAY_SWAP_STOP_H

#include "model/swap.h"
#include "swap/containers.h"

struct stop_way {
	const char *name; /* the service or container, the same for all its processes; NULL: the process itself */
	const char *what; /* "the container web by podman", "web.service"; NULL: the process itself */
	struct strs argv; /* ended by NULL; empty: by signal, or not known how */
	struct strs by_force; /* the same, when that did not end it in time; empty: it needs nothing more */
	bool unknown;     /* a container of an engine that has no row */
};

/* Whether the engine's containers can be stopped at all. */
bool stop_is_known(const char *engine);
/* The containers are those of watched_find. A command may take `seconds` to end it by grace. */
void stop_way_of(struct tree *t, struct arena *a, const struct holder *h, const struct watched_list *containers, uint32_t seconds,
		 struct stop_way *ret);

/*
 * The same beside the service that we are, as a unit of its own: what an engine unmounts in a service's copy of the mounts stays
 * mounted outside, and another user's run-time folder is hidden there. It ends when `seconds` are over.
 */
struct strs stop_beside(struct arena *a, const struct strs *argv, uint32_t seconds);

#endif
