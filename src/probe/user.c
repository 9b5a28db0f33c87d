/* SPDX-License-Identifier: Apache-2.0 */
/* The user whose access is judged: who asks, or whom the person named. */
#include "probe/platform.h"

#include "base/parse.h"
#include "host/users.h"

#include <errno.h>

#define PHASE "platform"

static void user_set(struct user *u, const struct user_entry *e)
{
	FIELD_SET(u, user, uid, e->uid);
	FIELD_SET(u, user, gid, e->gids.v[0]);
	FIELD_SET(u, user, gids, e->gids);
	FIELD_SET(u, user, name, e->name);
}

/* The answer "uid gid groups… name". */
static bool user_parse(struct probe *p, const char *answer, struct user_entry *ret)
{
	struct strs words = str_split(p->a, answer, " ");
	uint32_t i, gid;

	*ret = (struct user_entry){0};
	if (words.n < 3 || parse_u32(words.v[0], 10, UINT32_MAX, &ret->uid) < 0)
		return false;
	ret->name = words.v[words.n - 1];
	for (i = 1; i + 1 < words.n; i++)
		if (parse_u32(words.v[i], 10, UINT32_MAX, &gid) == 0 && !u32s_has(&ret->gids, gid))
			u32s_add(p->a, &ret->gids, gid);
	return ret->gids.n > 0;
}

/* By the source's answer, or by the files that the tree has. */
static int user_lookup(struct probe *p, const char *wanted, struct user_entry *ret)
{
	const char *s;
	int r = tree_answer(p->tree, p->a, "user", wanted, &s);

	if (r == 0)
		return user_parse(p, s, ret) ? 0 : -EINVAL;
	return r == -ENODATA && p->request->user ? user_find(p->root, p->a, wanted, ret) : r;
}

static void group_names(struct probe *p, struct user *u)
{
	const char *s;
	uint32_t i, gid;

	for (i = 0; i < u->gids.n; i++) {
		const char *key = arena_printf(p->a, "%u", u->gids.v[i]);

		if (tree_answer(p->tree, p->a, "group", key, &s) == 0)
			strs_add(p->a, &u->groups, arena_strn(p->a, s, strcspn(s, " ")));
		else if (group_find(p->root, p->a, key, &s, &gid) == 0)
			strs_add(p->a, &u->groups, s);
	}
	if (u->groups.n)
		FIELD_KNOW(u, user, groups);
}

static bool limit_parse(const char *s, size_t n, uint64_t *ret)
{
	if (n == 9 && memcmp(s, "unlimited", 9) == 0)
		*ret = UINT64_MAX;
	else if (parse_u64n(s, n, 10, UINT64_MAX, ret) < 0)
		return false;
	return true;
}

static void limits(struct probe *p, struct user *u)
{
	const char *s;
	uint64_t v;
	size_t n;

	if (tree_answer(p->tree, p->a, "limits", "memlock", &s) < 0)
		return;
	n = strcspn(s, " ");
	if (limit_parse(s, n, &v))
		FIELD_SET(u, user, memlock_bytes, v);
	if (s[n] && limit_parse(s + n + 1, strlen(s + n + 1), &v))
		FIELD_SET(u, user, memlock_hard_bytes, v);
}

/* logind writes down which seats a user's sessions have (systemd/systemd:src/login/logind-user.c). */
static void session(struct probe *p, struct user *u)
{
	const char *path = arena_printf(p->a, "run/systemd/users/%u", u->uid);
	char *text, *seats;
	size_t n;
	int r = tree_read_file(p->root, path, p->a, TREE_ATTR_MAX, &text, &n);

	if (r == 0) {
		seats = keyval_get(p->a, text, n, "SEATS");
		FIELD_SET(u, user, session, seats && *seats);
	} else if (r == -ENOENT && platform_absent(p, path, "run") == -ENOENT) {
		FIELD_SET(u, user, session, false);
	}
}

void platform_user(struct probe *p, struct platform *m)
{
	const char *wanted = p->request->user ? p->request->user : "self";
	struct user_entry e;
	struct user u = {0};
	int r = user_lookup(p, wanted, &e);

	if (r < 0) {
		if (p->request->user)
			snapshot_gap(p->snap, PHASE, arena_printf(p->a, "user %s", wanted),
				     r == -ENOENT ? -ESRCH : r);
		return;
	}
	user_set(&u, &e);
	group_names(p, &u);
	/* The limits are this process's own; another user's are not known. */
	if (!p->request->user)
		limits(p, &u);
	session(p, &u);
	FIELD_SET(m, platform, user, u);
	p->snap->is_root = u.uid == 0;
}
