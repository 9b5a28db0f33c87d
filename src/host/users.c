/* SPDX-License-Identifier: Apache-2.0 */
#include "host/users.h"

#include "base/parse.h"
#include "host/scan.h"

#include <errno.h>

enum { FIELDS = 4, GROUPS_MAX = 4096 };

struct search {
	struct arena *a;
	const char *key;
	char *field[FIELDS];
	uint32_t id;
	bool found;
	struct user_entry *user; /* group_gather */
};

/* The first four fields of "a:b:c:d:rest"; false when there are fewer. */
static bool fields_split(struct search *s, const char *record, size_t n)
{
	const char *end = record + n;
	unsigned i;

	for (i = 0; i < FIELDS; i++) {
		const char *colon = memchr(record, ':', (size_t)(end - record));

		s->field[i] = utf8_clean(s->a, record, (size_t)((colon ? colon : end) - record));
		if (!colon)
			return i + 1 == FIELDS;
		record = colon + 1;
	}
	return true;
}

/* Name and number stand in the same places in both files. */
static bool record_find(void *arg, const char *record, size_t n)
{
	struct search *s = arg;

	if (fields_split(s, record, n) && parse_u32(s->field[2], 10, UINT32_MAX - 1, &s->id) == 0)
		s->found = str_eq(s->field[0], s->key) || str_eq(s->field[2], s->key);
	return !s->found;
}

static bool group_gather(void *arg, const char *record, size_t n)
{
	struct search *s = arg;
	struct strs members;
	uint32_t gid;

	if (!fields_split(s, record, n) || parse_u32(s->field[2], 10, UINT32_MAX - 1, &gid) < 0)
		return true;
	members = str_split(s->a, s->field[3], ",");
	if (strs_has(&members, s->user->name) && !u32s_has(&s->user->gids, gid))
		u32s_add(s->a, &s->user->gids, gid);
	return s->user->gids.n < GROUPS_MAX;
}

int user_find(const struct tree_dir *root, struct arena *a, const char *key, struct user_entry *ret)
{
	struct search s = {.a = a, .key = key, .user = ret};
	uint32_t gid;
	int r = tree_scan(root, "etc/passwd", '\n', record_find, &s);

	if (r < 0)
		return r;
	if (!s.found || parse_u32(s.field[3], 10, UINT32_MAX - 1, &gid) < 0)
		return -ENOENT;
	*ret = (struct user_entry){.name = s.field[0], .uid = s.id};
	u32s_add(a, &ret->gids, gid);
	(void)tree_scan(root, "etc/group", '\n', group_gather, &s);
	return 0;
}

int group_find(const struct tree_dir *root, struct arena *a, const char *key, const char **ret_name,
	       uint32_t *ret_gid)
{
	struct search s = {.a = a, .key = key};
	int r = tree_scan(root, "etc/group", '\n', record_find, &s);

	if (r < 0)
		return r;
	if (!s.found)
		return -ENOENT;
	*ret_name = s.field[0];
	*ret_gid = s.id;
	return 0;
}
