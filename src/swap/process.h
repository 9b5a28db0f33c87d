/* SPDX-License-Identifier: Apache-2.0 */
/* Who a process is, through a handle of its folder in /proc, which stays with the process and not with its number. */
#ifndef GPUBAY_SWAP_PROCESS_H
#define GPUBAY_SWAP_PROCESS_H

#include "host/tree.h"
#include "model/swap.h"

/* A number of its `stat`, counted from 1 as proc(5) does, from 4 on. False when it cannot be read. */
bool process_stat(const struct tree_dir *process, unsigned word, uint64_t *ret);
enum { PROCESS_STAT_FLAGS = 9, PROCESS_STAT_START = 22 };

/* When the process with this number was started, in clock ticks since boot; 0: not known. */
uint64_t process_start(struct tree *t, struct arena *a, uint32_t pid);
/* The same; 0 also for one that has ended and waits for its parent: it has nothing any more. */
uint64_t process_start_alive(struct tree *t, struct arena *a, uint32_t pid);

/* Users by their number, each looked up once. */
struct process_users {
	struct {
		uint32_t uid;
		const char *name;
	} *v;
	uint32_t n;
};

/* Number, command, user, start time, service and container. */
void process_describe(struct tree *t, const struct tree_dir *process, const char *pid, struct process_users *users, struct arena *a,
		      struct holder *ret);
/* A thread of the kernel, which has no files. */
bool process_is_kernel_thread(const struct tree_dir *process);

#endif
