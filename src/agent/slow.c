/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/slow.h"

#include "base/parse.h"
#include "live/cdi-files.h"
#include "probe/probe.h"

#include <sys/stat.h>

enum { STAMPS_MAX = 4096 };

#define FIRMWARE "lib/firmware"

/* inode 0: it was not there. Where only that was asked, entries that come and go in a folder (/run) do not matter. */
struct stamp {
	const char *path;
	bool content;
	dev_t device;
	ino_t inode;
	struct timespec mtime;
};
struct stamp_list {
	struct stamp *v;
	uint32_t n;
};

/* What lies in the kernel's own file systems has no times that mean anything; drivers that come and go make events. */
static bool has_time(const char *path)
{
	return !str_starts(path, "sys/") && !str_starts(path, "proc/") && !str_starts(path, "dev/");
}

static void take_stamp(const char *path, struct stamp *ret)
{
	struct stat st;

	ret->device = 0;
	ret->inode = 0;
	ret->mtime = (struct timespec){0};
	if (stat(path, &st) < 0)
		return;
	ret->device = st.st_dev;
	ret->inode = st.st_ino;
	ret->mtime = st.st_mtim;
}

static bool stamp_holds(const struct stamp *s)
{
	struct stamp now;

	take_stamp(s->path, &now);
	if (now.device != s->device || now.inode != s->inode)
		return false;
	return !s->content || (now.mtime.tv_sec == s->mtime.tv_sec && now.mtime.tv_nsec == s->mtime.tv_nsec);
}

static bool is_ours(const char *path)
{
	return str_starts(str_base(path), "gpubay-");
}

/* Stamped before it is read on: what changes meanwhile has another stamp then. */
struct stamper {
	struct slow *slow;
	const char *root;
};

static void stamp_path(struct stamper *w, const char *path, bool content)
{
	struct stamp_list *l = w->slow->stamps;
	struct stamp s = {.path = arena_printf(w->slow->a, "%s/%s", w->root, path)};
	const char *name = strrchr(path, '/');
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (str_eq(l->v[i].path, s.path))
			break;
	if (i == STAMPS_MAX)
		return;
	if (i == l->n) {
		take_stamp(s.path, &s);
		/* For each GPU dozens of files are looked for here: one that is missing comes only when its folder changes. */
		if (!s.inode && str_starts(path, FIRMWARE "/")) {
			stamp_path(w, arena_strn(w->slow->a, path, (size_t)(name - path)), true);
			return;
		}
		*LIST_PUSH(w->slow->a, l) = s;
	}
	l->v[i].content |= content;
}

static void on_read(void *arg, const struct tree_dir *at, const char *path, const char *op, long result)
{
	struct stamper *w = arg;
	const char *folder = at->path && *path != '/' ? at->path : "";
	char full[1024];

	if (str_eq(op, "answer") || snprintf(full, sizeof(full), "%s%s%s", folder, *folder && *path ? "/" : "", path) >= (int)sizeof(full))
		return;
	if (has_time(full) && !is_ours(full))
		stamp_path(w, full, str_eq(op, "read") || str_eq(op, "list") || str_eq(op, "readlink"));
}

static bool is_current(const struct slow *slow)
{
	uint32_t i;

	if (!slow->a)
		return false;
	for (i = 0; i < slow->stamps->n; i++)
		if (!stamp_holds(&slow->stamps->v[i]))
			return false;
	return true;
}

void slow_wrote(struct slow *slow, const char *folder)
{
	uint32_t i;

	for (i = 0; slow->a && i < slow->stamps->n; i++)
		if (str_eq(slow->stamps->v[i].path, folder))
			take_stamp(folder, &slow->stamps->v[i]);
}

void slow_forget(struct slow *slow)
{
	arena_free(slow->a);
	*slow = (struct slow){0};
}

/* A tree of its own: what a tree once answered, it answers again. */
static struct tree *open_tree(const char *root)
{
	struct tree *t;

	if (!*root)
		return tree_new_live();
	return tree_new_dir(root, &t, NULL) == 0 ? t : NULL;
}

bool slow_refresh(struct slow *slow, const char *root)
{
	static const struct probe_request request = {.phases = PROBE_PLATFORM | PROBE_MODULES | PROBE_RUNTIME};
	static const char *const packages[] = {"var/lib/dpkg/status", "lib/apk/db/installed", "var/lib/pacman/local"};
	struct cdi_wish wish;
	struct tree *t CLEANUP(tree_freep) = NULL;
	struct stamper stamper = {.slow = slow, .root = root};
	struct snapshot *s;
	unsigned i;

	if (is_current(slow))
		return false;
	slow_forget(slow);
	slow->a = arena_new();
	slow->stamps = ARENA_NEW(slow->a, struct stamp_list);
	t = open_tree(root);
	if (!t)
		return true;
	t->on_read = on_read;
	t->on_read_arg = &stamper;
	/* What answers are read from is not told. */
	for (i = 0; i < ARRAY_LEN(packages); i++)
		stamp_path(&stamper, packages[i], true);
	s = probe_snapshot(t, &request);
	cdi_wish_read(t, slow->a, &wish);
	cdi_files_settings(s, t, &wish, slow->a, &slow->cdi);
	t->on_read = NULL;
	snapshot_free(s);
	return true;
}
