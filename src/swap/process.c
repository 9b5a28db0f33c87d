/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/process.h"

#include "base/parse.h"
#include "host/users.h"
#include "swap/attribute.h"

enum { STAT_MAX = 4096, PF_KTHREAD = 0x00200000 };

/* What follows the command, the second word, which may hold blanks and brackets; NULL when it cannot be read. */
static const char *stat_read(const struct tree_dir *process, char text[static STAT_MAX])
{
	long n = tree_read(process, "stat", text, STAT_MAX - 1);

	text[n < 0 ? 0 : n] = '\0';
	return strrchr(text, ')');
}

static bool stat_number(const char *at, unsigned word, uint64_t *ret)
{
	unsigned i;

	for (i = 2; at && i < word; i++)
		at = strchr(at + 1, ' ');
	return at && parse_u64n(at + 1, strcspn(at + 1, " \n"), 10, UINT64_MAX, ret) == 0;
}

bool process_stat(const struct tree_dir *process, unsigned word, uint64_t *ret)
{
	char text[STAT_MAX];

	return stat_number(stat_read(process, text), word, ret);
}

static uint64_t start_of(struct tree *t, struct arena *a, uint32_t pid, const char *but)
{
	struct tree_dir process CLEANUP(tree_close) = {.fd = -1};
	char text[STAT_MAX];
	const char *at;
	uint64_t ticks;

	if (tree_open(&t->root, arena_printf(a, "proc/%u", pid), &process) < 0)
		return 0;
	at = stat_read(&process, text);
	/* ") S ": the state is the third word. */
	if (!at || strlen(at) < 3 || strchr(but, at[2]))
		return 0;
	return stat_number(at, PROCESS_STAT_START, &ticks) ? ticks : 0;
}

uint64_t process_start(struct tree *t, struct arena *a, uint32_t pid)
{
	return start_of(t, a, pid, "");
}

uint64_t process_start_alive(struct tree *t, struct arena *a, uint32_t pid)
{
	return start_of(t, a, pid, "ZX");
}

static const char *user_name(struct tree *t, struct process_users *users, struct arena *a, uint32_t uid)
{
	const char *number = arena_printf(a, "%u", uid);
	struct user_entry entry;
	uint32_t i;

	for (i = 0; i < users->n; i++)
		if (users->v[i].uid == uid)
			return users->v[i].name;
	LIST_PUSH(a, users)->uid = uid;
	users->v[i].name = user_find(&t->root, a, number, &entry) == 0 ? entry.name : number;
	return users->v[i].name;
}

static void user_read(struct tree *t, const struct tree_dir *process, struct process_users *users, struct arena *a, struct holder *h)
{
	const char *text, *at;
	uint32_t uid;

	if (tree_read_str(process, "status", a, &text) < 0)
		return;
	at = strstr(text, "\nUid:");
	if (!at)
		return;
	at += strlen("\nUid:");
	at += strspn(at, " \t");
	if (parse_u32(arena_strn(a, at, strcspn(at, " \t\n")), 10, UINT32_MAX, &uid) < 0)
		return;
	FIELD_SET(h, holder, uid, uid);
	FIELD_SET(h, holder, user, user_name(t, users, a, uid));
}

void process_describe(struct tree *t, const struct tree_dir *process, const char *pid, struct process_users *users, struct arena *a,
		      struct holder *ret)
{
	const char *text;

	*ret = (struct holder){0};
	if (parse_u32(pid, 10, UINT32_MAX, &ret->pid) == 0)
		FIELD_KNOW(ret, holder, pid);
	if (tree_read_str(process, "comm", a, &text) == 0)
		FIELD_SET(ret, holder, command, text);
	if (process_stat(process, PROCESS_STAT_START, &ret->start_ticks))
		FIELD_KNOW(ret, holder, start_ticks);
	user_read(t, process, users, a, ret);
	if (tree_read_str(process, "cgroup", a, &text) == 0)
		attribute_cgroup(a, text, ret);
}

bool process_is_kernel_thread(const struct tree_dir *process)
{
	uint64_t flags;

	return process_stat(process, PROCESS_STAT_FLAGS, &flags) && (flags & PF_KTHREAD);
}
