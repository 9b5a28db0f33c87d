/* SPDX-License-Identifier: Apache-2.0 */
/* Users and groups by a tree's own /etc/passwd and /etc/group. */
#ifndef GPUBAY_HOST_USERS_H
#define GPUBAY_HOST_USERS_H

#include "host/tree.h"

struct user_entry {
	const char *name;
	uint32_t uid;
	struct u32s gids; /* primary first */
};

/* By name or number. -ENOENT: the file does not have it. */
int user_find(const struct tree_dir *root, struct arena *a, const char *key, struct user_entry *ret);
int group_find(const struct tree_dir *root, struct arena *a, const char *key, const char **ret_name, uint32_t *ret_gid);

#endif
