/* SPDX-License-Identifier: Apache-2.0 */
#include "host/worker.h"

#include "base/parse.h"

#include <dirent.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOBODY = 65534 };

/* Where the nodes of GPUs and RDMA devices are, and how their names begin. */
static const struct {
	const char *dir, *prefix;
} nodes[] = {
	{"/dev/dri", "render"}, {"/dev/dri", "card"},	       {"/dev", "nvidia"},
	{"/dev", "kfd"},	{"/dev/infiniband", "uverbs"},
};

static void gid_add(struct worker_identity *id, uint32_t gid)
{
	unsigned i;

	for (i = 0; i < id->n_gids; i++)
		if (id->gids[i] == gid)
			return;
	if (id->n_gids < WORKER_GROUPS_MAX)
		id->gids[id->n_gids++] = gid;
}

/* Everybody's, a group's, or root's alone. */
static void node_look(struct worker_identity *id, const struct stat *st)
{
	if (!S_ISCHR(st->st_mode) || (st->st_mode & 06) == 06)
		return;
	if ((st->st_mode & 060) == 060 && st->st_gid != 0)
		gid_add(id, st->st_gid);
	else
		id->strip = true;
}

static void nodes_look(struct worker_identity *id)
{
	struct dirent *d;
	struct stat st;
	unsigned i;
	DIR *dir;

	for (i = 0; i < ARRAY_LEN(nodes); i++) {
		dir = opendir(nodes[i].dir);
		while (dir && (d = readdir(dir)))
			if (str_starts(d->d_name, nodes[i].prefix) &&
			    fstatat(dirfd(dir), d->d_name, &st, 0) == 0)
				node_look(id, &st);
		if (dir)
			closedir(dir);
	}
}

static void person(struct worker_identity *id, const char *number)
{
	gid_t list[WORKER_GROUPS_MAX / 2];
	int n = ARRAY_LEN(list), i;
	struct passwd *pw;
	uint32_t uid;

	if (!number || parse_u32(number, 10, UINT32_MAX - 1, &uid) < 0 || uid == 0)
		return;
	pw = getpwuid(uid);
	if (!pw)
		return;
	id->uid = pw->pw_uid;
	id->gid = pw->pw_gid;
	if (strlen(pw->pw_dir) < sizeof(id->home))
		memcpy(id->home, pw->pw_dir, strlen(pw->pw_dir) + 1);
	if (getgrouplist(pw->pw_name, pw->pw_gid, list, &n) < 0)
		n = ARRAY_LEN(list);
	for (i = 0; i < n; i++)
		gid_add(id, list[i]);
}

void worker_identity_get(struct worker_identity *ret)
{
	*ret = (struct worker_identity){.uid = NOBODY, .gid = NOBODY};
	if (geteuid() != 0)
		return;
	ret->change = true;
	person(ret, getenv("SUDO_UID"));
	nodes_look(ret);
}
