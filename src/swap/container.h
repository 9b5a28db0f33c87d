/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A running container as the kernel has it: its first process, cgroups, namespaces. It is found by its id among the
 * control groups, or by its name in the files of whoever watches over it; engines are asked last, with a deadline.
 */
#ifndef GPUBAY_SWAP_CONTAINER_H
#define GPUBAY_SWAP_CONTAINER_H

#include "host/tree.h"
#include "swap/device-cgroup.h"

struct container {
	const char *id;     /* in full */
	const char *engine; /* podman, docker, containerd, cri-o */
	uint32_t pid;       /* of its first process */
	uint64_t start_ticks;
	/* Who that process is, in numbers of the host. */
	uint32_t uid, gid;
	struct u32s groups;
	uint64_t capabilities;
	const char *program;
	bool own_users;     /* it has a user namespace of its own */
	uint32_t root_uid, root_gid; /* who is root in there */
	const char *label;  /* SELinux: context of what is in its /dev; "" none */
	const char *unit;   /* systemd's scope; "" none */
	struct device_cgroup v1, v2; /* leaf NULL: not in that hierarchy */
};

/*
 * By id, a unique beginning of one, or a name. -ENOENT: none such; -ENOTUNIQ: several;
 * -ESRCH: it does not run; -ETIMEDOUT: an engine does not answer.
 */
int container_find(struct tree *t, struct arena *a, const char *wanted, struct container *ret, struct err *e);
/*
 * Whether anything can be given to it at all; -EPERM and the reason in *e where its runtime leaves no way, with what to do
 * instead in *ret_remedy.
 */
int container_open_to_gifts(const struct container *c, struct arena *a, const char **ret_remedy, struct err *e);
/* Whether the process that was its first is still the same and runs. */
bool container_alive(struct tree *t, struct arena *a, uint32_t pid, uint64_t start_ticks);

#endif
