/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device nodes in the mount namespace of a running container: looked for, made, removed, tried as the container's own
 * user. Each node is an inode of a tmpfs of ours, with the owner that the container needs, and is mounted on an empty
 * file in the container: so it can also be opened in a user namespace, where a node made by mknod in the container's own
 * /dev could not, and the host's own node keeps its owner. What of this changes the caller's namespaces or cgroups runs
 * in a child (effects_child).
 *
 * The container is not trusted: paths are walked in its own root, name by name, and links are not followed.
 */
#ifndef GPUBAY_SWAP_CONTAINER_NODES_H
#define GPUBAY_SWAP_CONTAINER_NODES_H

#include "swap/container.h"

struct given_node {
	const char *path; /* the same on the host and in the container */
	struct device_number number;
	uint32_t mode, uid, gid;
};
struct given_node_list {
	struct given_node *v;
	uint32_t n;
};

/* A link of /dev/dri/by-path. */
struct given_link {
	const char *path, *target;
};
struct given_link_list {
	struct given_link *v;
	uint32_t n;
};

struct node_job {
	const struct container *container;
	struct given_node_list nodes;
	struct given_link_list links;
};

enum node_there { NODE_UNKNOWN, NODE_MISSING, NODE_SAME, NODE_OTHER };

/* What stands at the path of a node in the container. */
int container_node_look(const struct container *c, struct arena *a, const struct given_node *n, enum node_there *ret, struct err *e);

/* For effects_child; the argument is a struct node_job. */
int container_nodes_make(void *job, struct err *e);
/* What is not there any more, or is somebody else's now, is left alone. */
int container_nodes_remove(void *job, struct err *e);
/*
 * Whether the container's first process may read and write the nodes: in its cgroups, with its user, groups and
 * capabilities. They are not opened, which could wake a GPU. 1: the caller has no right to become that user, and only the
 * device policy was tried. -EPERM: that forbids it; -EACCES: mode, owner or a security module does.
 */
int container_nodes_try(void *job, struct err *e);

#endif
