/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was given to a container: a file /run/gpubay/given/GPU/CONTAINER, lines of a key and a value, written before the
 * first change and removed after the last. It says all that taking back needs, so that whoever ejects the GPU can do it,
 * whatever became of the program that gave it.
 */
#ifndef GPUBAY_SWAP_GIVEN_H
#define GPUBAY_SWAP_GIVEN_H

#include "host/effects.h"
#include "swap/container-nodes.h"

#define GIVEN_FOLDER "/run/gpubay/given"
#define GIVEN_LOCK GIVEN_FOLDER "/.lock" /* no id of a GPU begins so */

struct given {
	const char *gpu; /* stable id */
	struct container container; /* id, engine, process, unit, folders and leafs of its cgroups */
	struct given_node_list nodes; /* that we made */
	struct given_link_list links;
	struct device_number_list opened; /* cgroup v2: may have a block of ours in filters */
	struct device_number_list listed; /* cgroup v1: put on the list by us */
	struct strs allowed; /* nodes that were named to systemd for the unit */
};
struct given_list {
	struct given *v;
	uint32_t n;
};

/* Pure. -EINVAL and "name:line: …" in *e. */
int given_parse(struct arena *a, const char *name, const char *text, size_t n, struct given *ret, struct err *e);
void given_print(const struct given *g, struct buf *ret);

int given_write(struct effects *fx, const struct given *g, struct err *e);
int given_forget(struct effects *fx, const struct given *g);
/* All there are; gpu (stable id) and container (id) narrow it down where they are not NULL. Unreadable ones are left out. */
void given_find(struct tree *t, struct arena *a, const char *gpu, const char *container, struct given_list *ret);

#endif
