/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users, groups and limits. The files /etc/passwd and /etc/group come first: they are the same for the live machine
 * and for a tree, and asking the name service would load its libraries into every run. It is asked on the live machine
 * when the files do not know the name.
 */
#include "base/parse.h"
#include "host/answers-internal.h"
#include "host/users.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { GROUPS_MAX = 4096, SERVICE_GROUPS_MAX = 256 };

static const char *user_text(struct answers *an, const struct user_entry *u)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	buf_addf(&b, "%u", u->uid);
	for (i = 0; i < u->gids.n; i++)
		buf_addf(&b, " %u", u->gids.v[i]);
	buf_addf(&b, " %s", u->name);
	return utf8_clean(an->arena, b.p, b.n);
}

static void gids_add(struct answers *an, struct user_entry *u, const gid_t *list, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (!u32s_has(&u->gids, list[i]))
			u32s_add(an->arena, &u->gids, list[i]);
}

/* A user that the files do not know, asked of the live machine's name service. */
static int user_of_service(struct answers *an, const char *key, struct user_entry *ret)
{
	gid_t list[SERVICE_GROUPS_MAX];
	int n = ARRAY_LEN(list);
	struct passwd *pw;
	uint32_t uid;

	if (!an->tree->live)
		return -ENOENT;
	pw = parse_u32(key, 10, UINT32_MAX - 1, &uid) == 0 ? getpwuid(uid) : getpwnam(key);
	if (!pw)
		return -ENOENT;
	*ret = (struct user_entry){.name = arena_str(an->arena, pw->pw_name), .uid = pw->pw_uid};
	gids_add(an, ret, &pw->pw_gid, 1);
	if (getgrouplist(ret->name, pw->pw_gid, list, &n) >= 0)
		gids_add(an, ret, list, n);
	return 0;
}

static int user_named(struct answers *an, const char *key, const char **ret)
{
	struct user_entry u;
	int r = user_find(&an->tree->root, an->arena, key, &u);

	if (r == -ENOENT)
		r = user_of_service(an, key, &u);
	if (r == 0)
		*ret = user_text(an, &u);
	return r;
}

/* This process: the groups it has now, which may be older than what /etc/group says. */
static int user_self(struct answers *an, const char **ret)
{
	const char *number = arena_printf(an->arena, "%u", getuid());
	struct user_entry u = {.name = number}, known;
	gid_t list[GROUPS_MAX], primary = getgid();

	if (user_find(&an->tree->root, an->arena, number, &known) == 0)
		u.name = known.name;
	u.uid = getuid();
	gids_add(an, &u, &primary, 1);
	gids_add(an, &u, list, getgroups(ARRAY_LEN(list), list));
	*ret = user_text(an, &u);
	return 0;
}

/* Under sudo the question is about the person, not about root. */
int answer_user(struct answers *an, const char *key, const char **ret)
{
	const char *sudo;

	if (strcmp(key, "self") != 0)
		return user_named(an, key, ret);
	if (!an->tree->live)
		return -ENODATA;
	sudo = getuid() == 0 ? getenv("SUDO_UID") : NULL;
	if (sudo && user_named(an, sudo, ret) == 0)
		return 0;
	return user_self(an, ret);
}

int answer_group(struct answers *an, const char *key, const char **ret)
{
	struct group *gr = NULL;
	const char *name;
	uint32_t gid;
	int r = group_find(&an->tree->root, an->arena, key, &name, &gid);

	if (r == -ENOENT && an->tree->live) {
		gr = parse_u32(key, 10, UINT32_MAX - 1, &gid) == 0 ? getgrgid(gid) : getgrnam(key);
		if (gr) {
			name = gr->gr_name;
			gid = gr->gr_gid;
			r = 0;
		}
	}
	if (r == 0)
		*ret = arena_printf(an->arena, "%s %u", name, gid);
	return r;
}

static void limit_add(struct buf *b, rlim_t v)
{
	if (v == RLIM_INFINITY)
		buf_adds(b, "unlimited");
	else
		buf_addf(b, "%llu", (unsigned long long)v);
}

/* Room for shared memory as a whole, not what is free of it now. */
static int limit_shm(struct answers *an, const char **ret)
{
	struct statvfs v;

	if (statvfs("/dev/shm", &v) < 0)
		return -ENODATA;
	*ret = arena_printf(an->arena, "%llu", (unsigned long long)v.f_blocks * v.f_frsize);
	return 0;
}

int answer_limits(struct answers *an, const char *key, const char **ret)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	struct rlimit lim;

	if (an->tree->live && strcmp(key, "shm") == 0)
		return limit_shm(an, ret);
	if (!an->tree->live || strcmp(key, "memlock") != 0 || getrlimit(RLIMIT_MEMLOCK, &lim) < 0)
		return -ENODATA;
	limit_add(&b, lim.rlim_cur);
	buf_addc(&b, ' ');
	limit_add(&b, lim.rlim_max);
	*ret = arena_strn(an->arena, b.p, b.n);
	return 0;
}
