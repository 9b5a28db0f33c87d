/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users, groups and limits. The files /etc/passwd and /etc/group come first: they are the same for the live machine
 * and for a tree, and asking the name service would load its libraries into every run. It is asked on the live machine
 * when the files do not know the name.
 */
#include "base/parse.h"
#include "host/answers-internal.h"
#include "host/scan.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <unistd.h>

enum { FIELDS_MAX = 4, GROUPS_MAX = 4096 };

/* Splits "a:b:c:rest" at its first colons; the number of fields. */
static unsigned fields_split(struct arena *a, const char *record, size_t n, char *ret[static FIELDS_MAX])
{
	const char *end = record + n;
	unsigned i;

	for (i = 0; i < FIELDS_MAX; i++) {
		const char *colon = memchr(record, ':', (size_t)(end - record));

		ret[i] = arena_strn(a, record, (size_t)((colon ? colon : end) - record));
		if (!colon)
			return i + 1;
		record = colon + 1;
	}
	return i;
}

struct wanted {
	struct arena *a;
	const char *text;     /* a name, or a number */
	const char *user;     /* whose groups are gathered */
	char name[256];
	uint32_t id, gid;
	struct u32s *groups;
	bool found;
};

/* A record of passwd or group, where the number stands in the third field. */
static bool record_find(void *arg, const char *record, size_t n)
{
	struct wanted *w = arg;
	char *f[FIELDS_MAX];
	uint32_t id;

	if (fields_split(w->a, record, n, f) < 3 || parse_u32(f[2], 10, UINT32_MAX - 1, &id) < 0 ||
	    (strcmp(f[0], w->text) != 0 && strcmp(f[2], w->text) != 0))
		return true;
	snprintf(w->name, sizeof(w->name), "%s", f[0]);
	w->id = id;
	w->found = true;
	return false;
}

/* The fourth field of passwd is the primary group. */
static bool passwd_find(void *arg, const char *record, size_t n)
{
	struct wanted *w = arg;
	char *f[FIELDS_MAX];

	if (record_find(arg, record, n))
		return true;
	if (fields_split(w->a, record, n, f) < FIELDS_MAX || parse_u32(f[3], 10, UINT32_MAX - 1, &w->gid) < 0)
		w->found = false;
	return false;
}

static bool group_gather(void *arg, const char *record, size_t n)
{
	struct wanted *w = arg;
	char *f[FIELDS_MAX], *member, *next;
	uint32_t gid;

	if (fields_split(w->a, record, n, f) < FIELDS_MAX || parse_u32(f[2], 10, UINT32_MAX - 1, &gid) < 0)
		return true;
	for (member = f[3]; member; member = next) {
		next = strchr(member, ',');
		if (next)
			*next++ = '\0';
		if (strcmp(member, w->user) == 0 && !u32s_has(w->groups, gid))
			u32s_add(w->a, w->groups, gid);
	}
	return w->groups->n < GROUPS_MAX;
}

static const char *user_text(struct answers *an, uint32_t uid, const struct u32s *gids, const char *name)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	buf_addf(&b, "%u", uid);
	for (i = 0; i < gids->n; i++)
		buf_addf(&b, " %u", gids->v[i]);
	buf_addf(&b, " %s", name);
	return utf8_clean(an->arena, b.p, b.n);
}

/* A user that the files do not know, asked of the live machine's name service. */
static int user_of_service(struct answers *an, const char *key, const char **ret)
{
	struct u32s gids = {0};
	gid_t list[256];
	int n = ARRAY_LEN(list), i;
	struct passwd *pw;
	uint32_t uid;

	if (!an->tree->live)
		return -ENOENT;
	pw = parse_u32(key, 10, UINT32_MAX - 1, &uid) == 0 ? getpwuid(uid) : getpwnam(key);
	if (!pw)
		return -ENOENT;
	if (getgrouplist(pw->pw_name, pw->pw_gid, list, &n) < 0)
		n = ARRAY_LEN(list);
	u32s_add(an->arena, &gids, pw->pw_gid);
	for (i = 0; i < n; i++)
		if (!u32s_has(&gids, list[i]))
			u32s_add(an->arena, &gids, list[i]);
	*ret = user_text(an, pw->pw_uid, &gids, pw->pw_name);
	return 0;
}

static int user_named(struct answers *an, const char *key, const char **ret)
{
	struct u32s gids = {0};
	struct wanted w = {.a = an->arena, .text = key, .groups = &gids};
	int r = tree_scan(&an->tree->root, "etc/passwd", '\n', passwd_find, &w);

	if (r < 0 && r != -ENOENT)
		return r;
	if (!w.found)
		return user_of_service(an, key, ret);
	u32s_add(an->arena, &gids, w.gid);
	w.user = w.name;
	(void)tree_scan(&an->tree->root, "etc/group", '\n', group_gather, &w);
	*ret = user_text(an, w.id, &gids, w.name);
	return 0;
}

/* This process: the groups it has now, which may be older than what /etc/group says. */
static int user_self(struct answers *an, const char **ret)
{
	struct wanted w = {.a = an->arena};
	struct u32s gids = {0};
	gid_t list[GROUPS_MAX];
	char number[16];
	int n = getgroups(ARRAY_LEN(list), list), i;

	snprintf(number, sizeof(number), "%u", getuid());
	w.text = number;
	if (tree_scan(&an->tree->root, "etc/passwd", '\n', passwd_find, &w) < 0 || !w.found)
		snprintf(w.name, sizeof(w.name), "%s", number);
	u32s_add(an->arena, &gids, getgid());
	for (i = 0; i < n; i++)
		if (!u32s_has(&gids, list[i]))
			u32s_add(an->arena, &gids, list[i]);
	*ret = user_text(an, getuid(), &gids, w.name);
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
	struct wanted w = {.a = an->arena, .text = key};
	int r = tree_scan(&an->tree->root, "etc/group", '\n', record_find, &w);
	struct group *gr = NULL;
	uint32_t gid;

	if (r < 0 && r != -ENOENT)
		return r;
	if (!w.found && an->tree->live)
		gr = parse_u32(key, 10, UINT32_MAX - 1, &gid) == 0 ? getgrgid(gid) : getgrnam(key);
	if (gr) {
		snprintf(w.name, sizeof(w.name), "%s", gr->gr_name);
		w.id = gr->gr_gid;
		w.found = true;
	}
	if (!w.found)
		return -ENOENT;
	*ret = arena_printf(an->arena, "%s %u", w.name, w.id);
	return 0;
}

static void limit_add(struct buf *b, rlim_t v)
{
	if (v == RLIM_INFINITY)
		buf_adds(b, "unlimited");
	else
		buf_addf(b, "%llu", (unsigned long long)v);
}

int answer_limits(struct answers *an, const char *key, const char **ret)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	struct rlimit lim;

	if (!an->tree->live || strcmp(key, "memlock") != 0 || getrlimit(RLIMIT_MEMLOCK, &lim) < 0)
		return -ENODATA;
	limit_add(&b, lim.rlim_cur);
	buf_addc(&b, ' ');
	limit_add(&b, lim.rlim_max);
	*ret = arena_strn(an->arena, b.p, b.n);
	return 0;
}
