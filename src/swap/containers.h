/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which containers have a GPU: those whose processes hold one, and those that were given one and do not use it now.
 * Found by the processes that watch over containers (conmon, containerd's shims) and the files these were started with,
 * so that it works while an engine's daemon hangs. Only podman's own record of how a container was made is asked for by
 * its command, with a deadline.
 */
#ifndef GPUBAY_SWAP_CONTAINERS_H
#define GPUBAY_SWAP_CONTAINERS_H

#include "model/swap.h"
#include "swap/nodes.h"

/* The holders are those of the same nodes. Sorted by engine, name and id. */
void gpu_containers_find(struct tree *t, const struct held_nodes *nodes, const struct holder_list *holders, struct arena *a,
			 struct gpu_container_list *ret);

/* A container by whoever watches over it. */
struct watched {
	const char *id;
	const char *bundle;    /* folder of its config.json */
	const char *name;      /* as conmon was told; NULL: by the files */
	const char *first;     /* the file that holds the number of its first process */
	const char *space;     /* containerd's namespace; NULL: it is not containerd's */
	const char *address;   /* containerd's socket; NULL: not told */
	bool docker;           /* containerd's shim works for docker */
	struct strs engine_command; /* podman with the options that it was started with */
};
struct watched_list {
	struct watched *v;
	uint32_t n;
};
void watched_find(struct tree *t, struct arena *a, struct watched_list *ret);
/* Its first process; 0: not known. */
uint32_t watched_first(struct tree *t, const struct watched *w, struct arena *a);
/* What it is called, and whose it is; NULL where nothing says so. */
const char *watched_name(struct tree *t, const struct watched *w, struct arena *a, const char **ret_engine);
/* Sets the names of the holders' containers, and the containers of those whose control groups no engine named. */
void holders_name(struct tree *t, struct arena *a, struct holder_list *l);
/* What the files (and podman) say of it: engine, name, image, pod, nodes, ways and GPUs. */
void watched_describe(struct tree *t, const struct held_nodes *nodes, const struct watched *w, struct arena *a, struct gpu_container *c);

#endif
