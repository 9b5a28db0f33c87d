/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process is looked at through a handle of its folder in /proc: that stays with the process, and fails once it is
 * gone, whoever has its number by then. The number behind an open file is asked for with one call that neither opens
 * the file nor asks a server for it.
 *
 * A mapping keeps a device in use after the file was closed. /proc/PID/maps names a path, which a container may have
 * made up, so what could be a device is asked for its number, too (map_files).
 */
#include "swap/holders.h"

#include "base/buf.h"
#include "base/parse.h"
#include "host/scan.h"
#include "swap/containers.h"
#include "swap/holders-internal.h"
#include "swap/kernel-holders.h"

#include <errno.h>
#include <stdlib.h>

#define GONE " (deleted)"
enum { PIDS_MAX = 65536 };
#define FIRST_PID_NAMESPACE "pid:[4026531836]" /* include/linux/proc_ns.h: PROC_PID_INIT_INO */

static bool refused(int r)
{
	return r == -EACCES || r == -EPERM;
}

/* The link's text; "" when it cannot be read. */
static char *link_text(struct holders_find *f, const char *path)
{
	char text[4096];
	long n = tree_readlink_buf(&f->process, path, text, sizeof(text));

	return n > 0 ? utf8_clean(f->brief, text, (size_t)n) : arena_str(f->brief, "");
}

/* Cuts " (deleted)"; whether it stood there. */
static bool cut_gone(char *path)
{
	bool gone = str_ends(path, GONE);

	if (gone)
		path[strlen(path) - strlen(GONE)] = '\0';
	return gone;
}

/* A link is read only where the number may be a GPU's: of all open files few are. */
static void fd_look(struct holders_find *f, const char *fd)
{
	const char *path = arena_printf(f->brief, "fd/%s", fd);
	struct tree_stat st;
	char *text;
	int r = tree_stat(&f->process, path, &st);

	if (refused(r))
		f->refused = true;
	if (r == 0 && st.type == TREE_BLOCK) {
		holders_mark_company(f, true, st.major, st.minor);
	} else if (r == 0 && st.type == TREE_CHAR) {
		holders_mark_company(f, false, st.major, st.minor);
		if (holders_number_matters(f, st.major, st.minor)) {
			text = link_text(f, path);
			holders_mark_number(f, HOLD_OPEN, fd, &st, text, cut_gone(text));
		}
	} else if (r == 0 && st.type == TREE_OTHER && f->files) {
		holders_mark_file(f, link_text(f, path), fd);
	} else if (r == -ENOENT && !f->t->live) {
		/* A copied tree has the link and not what it led to. */
		text = link_text(f, path);
		holders_mark_path(f, text, HOLD_OPEN, cut_gone(text));
		holders_mark_file(f, text, fd);
	}
}

/* "7f12a000-7f12b000 rw-s 00100000 00:06 123   /dev/dri/card0": the columns before the path are parted by blanks. */
static const char *map_path(const char *line)
{
	unsigned i;

	for (i = 0; i < 5; i++) {
		line += strcspn(line, " ");
		line += strspn(line, " ");
	}
	return line;
}

static const char *skip_zeros(const char *s, size_t n)
{
	while (n > 1 && *s == '0')
		s++, n--;
	return s;
}

/* The name of the mapping in map_files: the same two numbers, without leading zeros. */
static const char *map_name(struct holders_find *f, const char *line)
{
	size_t first = strcspn(line, "-"), n = strcspn(line, " ");
	const char *a = skip_zeros(line, first), *b;

	if (first >= n)
		return "map_files/-";
	b = skip_zeros(line + first + 1, n - first - 1);
	return arena_printf(f->brief, "map_files/%.*s-%.*s", (int)(line + first - a), a, (int)(line + n - b), b);
}

/*
 * Device memory is shared memory, or (rarely) private memory of a file below /dev. Everything else is left alone
 * without a system call, and that is nearly every line.
 */
static bool map_look(void *arg, const char *record, size_t n)
{
	struct holders_find *f = arg;
	const char *perms = memchr(record, ' ', n), *path;
	struct tree_stat st;
	char *line, *text;
	bool deleted;

	if (!perms || record + n - perms < 6)
		return true;
	if (perms[4] != 's' && !memmem(record, n, " /dev/", 6))
		return true;
	line = utf8_clean(f->brief, record, n);
	path = map_path(line);
	if (!*path)
		return true;
	text = arena_str(f->brief, path);
	deleted = cut_gone(text);
	if (*path != '/') {
		if (f->files)
			holders_mark_file(f, path, NULL);
		return true;
	}
	if (tree_stat(&f->process, map_name(f, line), &st) < 0) {
		holders_mark_path(f, text, HOLD_MAPPED, deleted);
		return true;
	}
	if (st.type == TREE_CHAR && holders_number_matters(f, st.major, st.minor))
		holders_mark_number(f, HOLD_MAPPED, NULL, &st, text, deleted);
	return true;
}

static bool has_display_node(const struct strs *nodes)
{
	uint32_t i;

	for (i = 0; i < nodes->n; i++)
		if (str_starts(nodes->v[i], "/dev/dri/card") || str_starts(nodes->v[i], "/dev/nvidia-modeset"))
			return true;
	return false;
}

static void holder_add(struct holders_find *f, const struct holder *process, uint32_t gpu, const struct holders_mark *m)
{
	const struct facts_seat_program *seat = facts_seat_program_find(process->command ? process->command : "");
	struct holder *h = LIST_PUSH(f->a, f->to);

	*h = *process;
	FIELD_SET(h, holder, gpu, f->nodes->gpus.v[gpu].index);
	FIELD_SET(h, holder, certain, m->certain);
	FIELD_SET(h, holder, how, m->how);
	FIELD_SET(h, holder, nodes, m->nodes);
	FIELD_SET(h, holder, compositor, seat && !seat->broker && has_display_node(&m->nodes));
}

static bool all_certain(const struct holders_find *f)
{
	uint32_t i;

	for (i = 0; i < f->nodes->gpus.n; i++)
		if (!f->marks[i].certain)
			return false;
	return true;
}

static void process_holders(struct holders_find *f, const char *pid)
{
	struct holder h;
	bool any = false;
	uint32_t i;

	holders_mark_kfd(f, pid);
	for (i = 0; i < f->nodes->gpus.n; i++) {
		if (f->marks[i].seen && !any)
			process_describe(f->t, &f->process, pid, &f->users, f->a, &h);
		any |= f->marks[i].seen;
		if (f->marks[i].seen)
			holder_add(f, &h, i, &f->marks[i]);
		f->marks[i] = (struct holders_mark){0};
	}
}

static void unseen_add(struct holders_find *f, const char *pid)
{
	const char *text;

	f->view->partial = true;
	if (tree_read_str(&f->process, "comm", f->brief, &text) < 0)
		text = "?";
	strs_add(f->a, &f->view->unseen, arena_printf(f->a, "%s (%s)", utf8_clean(f->brief, text, strlen(text)), pid));
}

static void process_look(struct holders_find *f, const struct tree_dir *proc, const char *pid)
{
	struct strs fds;
	uint32_t i;
	int r;

	if (tree_open(proc, pid, &f->process) < 0)
		return;
	f->brief = arena_new();
	r = tree_list(&f->process, "fd", f->brief, &fds);
	if (refused(r))
		f->refused = true;
	for (i = 0; r == 0 && i < fds.n; i++)
		fd_look(f, fds.v[i]);
	if (!all_certain(f) && refused(tree_scan(&f->process, "maps", '\n', map_look, f)))
		f->refused = true;
	process_holders(f, pid);
	if (f->refused && !process_is_kernel_thread(&f->process))
		unseen_add(f, pid);
	f->refused = false;
	arena_freep(&f->brief);
	tree_close(&f->process);
}

/* What of /proc is hidden cannot be told by errors: other containers' processes, and with hidepid other users'. */
static bool hides(const struct tree_dir *proc, struct arena *a)
{
	const char *text;

	if (!tree_exists(proc, "1"))
		return true;
	return tree_readlink(proc, "self/ns/pid", a, &text) == 0 && !str_eq(text, FIRST_PID_NAMESPACE);
}

static int by_gpu(const void *x, const void *y)
{
	const struct holder *a = x, *b = y;

	if (a->gpu != b->gpu)
		return a->gpu < b->gpu ? -1 : 1;
	if (a->certain != b->certain)
		return a->certain ? -1 : 1;
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return strcmp(a->command ? a->command : "", b->command ? b->command : "");
}

int holders_find(struct tree *t, const struct held_nodes *nodes, struct arena *a, struct holder_list *ret,
		 struct holders_view *view)
{
	struct holders_find f = {.t = t, .nodes = nodes, .a = a, .to = ret, .files = holders_files_matter(nodes), .view = view};
	struct tree_dir proc CLEANUP(tree_close) = {.fd = -1};
	struct arena *brief CLEANUP(arena_freep) = arena_new();
	struct strs pids;
	uint32_t i, n = 0;
	int r;

	*ret = (struct holder_list){0};
	*view = (struct holders_view){0};
	r = tree_open(&t->root, "proc", &proc);
	if (r == 0)
		r = tree_list(&proc, "", brief, &pids);
	if (r < 0)
		return r;
	f.marks = arena_alloc(brief, nodes->gpus.n * sizeof(*f.marks));
	for (i = 0; i < pids.n; i++)
		if (pids.v[i][0] >= '1' && pids.v[i][0] <= '9') {
			process_look(&f, &proc, pids.v[i]);
			n++;
		}
	/* A capture of a machine is not one of what ran on it. */
	if (n == 0)
		return -ENODATA;
	holders_name(t, a, ret);
	kernel_holders_add(t, nodes, a, ret);
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), by_gpu);
	view->outside = hides(&proc, brief);
	view->partial |= view->outside || pids.n >= PIDS_MAX;
	return 0;
}

const char *holders_say_view(struct arena *a, const struct holders_view *view)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (i = 0; i < view->unseen.n && i < 8; i++)
		buf_addf(&b, "%s%s", i ? ", " : "", view->unseen.v[i]);
	if (view->unseen.n > 8)
		buf_addf(&b, " and %u more", view->unseen.n - 8);
	if (view->outside)
		buf_addf(&b, "%s", b.n ? "; and processes outside of this container, or hidden here, are not shown at all" :
					 "processes outside of this container, or hidden here, are not shown at all");
	return arena_strn(a, b.p ? b.p : "", b.n);
}
