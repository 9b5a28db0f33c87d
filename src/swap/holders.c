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
#include "facts/facts.h"
#include "host/scan.h"
#include "swap/containers.h"
#include "swap/kernel-holders.h"
#include "swap/process.h"

#include <errno.h>
#include <stdlib.h>

#define GONE " (deleted)"
/* drivers/gpu/drm/drm_drv.c, drivers/accel: numbers that only these give out. */
enum { DRM_MAJOR = 226, ACCEL_MAJOR = 261, PIDS_MAX = 65536, FDINFO_MAX = 4096 };
#define FIRST_PID_NAMESPACE "pid:[4026531836]" /* include/linux/proc_ns.h: PROC_PID_INIT_INO */

/* What was seen of one process and one GPU. */
struct mark {
	bool seen, certain;
	enum hold how;
	struct strs nodes;
};

struct find {
	struct tree *t;
	const struct held_nodes *nodes;
	struct arena *a;     /* what stays */
	struct arena *brief; /* of one process */
	struct holder_list *to;
	struct mark *marks;  /* one for each GPU */
	struct tree_dir process;
	bool files;          /* files without a node may hold one of these GPUs */
	bool refused;        /* this process could not be looked at as a whole */
	struct holders_view *view;
	struct process_users users;
};

static bool refused(int r)
{
	return r == -EACCES || r == -EPERM;
}

static void mark(struct find *f, uint32_t gpu, bool certain, enum hold how, const char *node)
{
	struct mark *m = &f->marks[gpu];

	if (!m->seen || (certain && !m->certain) || (certain == m->certain && how < m->how))
		m->how = how;
	m->seen = true;
	m->certain |= certain;
	if (!strs_has(&m->nodes, node))
		strs_add(f->a, &m->nodes, arena_str(f->a, node));
}

static enum hold as_deleted(enum hold how)
{
	return how == HOLD_OPEN ? HOLD_OPEN_DELETED : HOLD_MAPPED_DELETED;
}

/* A node is gone where the path that was opened says so, and where there is none of that number any more. */
static void mark_rows(struct find *f, const struct held_node *row, enum hold how, bool deleted)
{
	const struct held_node *end = f->nodes->v + f->nodes->n, *at;

	for (at = row; at < end && at->major == row->major && at->minor == row->minor; at++)
		mark(f, at->gpu, !at->shared, deleted ? as_deleted(how) : how, at->path);
}

/* A line "key:  value" of fdinfo; NULL when there is none. */
static const char *fdinfo_value(struct find *f, const char *fd, const char *key)
{
	char text[FDINFO_MAX];
	const char *at = text, *line;
	size_t n, k = strlen(key);
	long got = tree_read(&f->process, arena_printf(f->brief, "fdinfo/%s", fd), text, sizeof(text));

	while (got > 0 && next_line(&at, text + got, &line, &n))
		if (n > k && memcmp(line, key, k) == 0 && line[k] == ':')
			return str_trim(arena_strn(f->brief, line + k + 1, n - k - 1));
	return NULL;
}

static bool has_function(const struct find *f, const struct held_gpu *h, uint64_t address)
{
	uint32_t i;

	for (i = 0; i < h->functions.n; i++)
		if (f->nodes->snap->pci.v[h->functions.v[i]].address == address)
			return true;
	return false;
}

static bool is_anybodys(const struct snapshot *s, uint32_t major, uint32_t minor)
{
	uint32_t i;

	for (i = 0; i < s->drm.n; i++)
		if (s->drm.v[i].major == major && s->drm.v[i].minor == minor)
			return true;
	return false;
}

/*
 * A DRM node that was gone before the nodes were looked for: its number says nothing any more, but newer drivers write
 * the address of their device beside it. Where they do not, it may be any GPU's. fd is NULL for a mapping.
 */
static void mark_orphan(struct find *f, const char *fd, const char *path)
{
	const char *pdev = fd ? fdinfo_value(f, fd, "drm-pdev") : NULL, *driver = fd ? fdinfo_value(f, fd, "drm-driver") : NULL;
	uint64_t address;
	bool told = pdev && pci_addr_parse(pdev, &address) == 0;
	uint32_t i;

	for (i = 0; i < f->nodes->gpus.n; i++) {
		const struct held_gpu *h = &f->nodes->gpus.v[i];

		if (told ? has_function(f, h, address) : !driver || !h->gpu->driver || !*h->gpu->driver || str_eq(driver, h->gpu->driver))
			mark(f, i, told, fd ? HOLD_OPEN_DELETED : HOLD_MAPPED_DELETED, path);
	}
}

/* The link's text; "" when it cannot be read. */
static char *link_text(struct find *f, const char *path)
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

/* By name, where a number cannot be had: a copied tree, or mappings that only root may follow. */
static void mark_path(struct find *f, const char *path, enum hold how, bool deleted)
{
	uint32_t i;

	for (i = 0; i < f->nodes->company.n; i++)
		if (str_eq(f->nodes->company.v[i].path, path))
			mark(f, f->nodes->company.v[i].gpu, true, how, path);
	for (i = 0; i < f->nodes->n; i++)
		if (str_eq(f->nodes->v[i].path, path))
			mark(f, f->nodes->v[i].gpu, !f->nodes->v[i].shared, deleted ? as_deleted(how) : how, path);
}

static bool file_fits(const struct facts_held_file *row, const struct held_gpu *h)
{
	const char *driver = h->gpu->driver ? h->gpu->driver : "";
	const struct facts_driver *d = facts_driver_find(driver);

	return row->driver ? str_eq(row->driver, driver) : d && str_eq(d->role, "passthrough");
}

/* A file without a node. fd is NULL for a mapping. */
static void mark_file(struct find *f, const char *text, const char *fd)
{
	const struct facts_held_file *row;
	uint64_t address;
	uint32_t i;

	for (row = facts_held_files; row->text; row++) {
		const char *folder = row->key && fd && str_eq(row->text, text) ? fdinfo_value(f, fd, row->key) : NULL;
		bool told = folder && pci_addr_parse(str_base(folder), &address) == 0;

		for (i = 0; str_eq(row->text, text) && i < f->nodes->gpus.n; i++) {
			const struct held_gpu *h = &f->nodes->gpus.v[i];

			if (file_fits(row, h) && (!told || has_function(f, h, address)))
				mark(f, i, told || (row->only_gpus && h->alone), fd ? HOLD_OPEN : HOLD_MAPPED, text);
		}
	}
}

/* A disk, say, that is unplugged with a GPU and opened as it is. */
static void mark_company(struct find *f, bool block, uint32_t major, uint32_t minor)
{
	const struct held_node_list *l = &f->nodes->company;
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].block == block && l->v[i].major == major && l->v[i].minor == minor)
			mark(f, l->v[i].gpu, true, HOLD_OPEN, l->v[i].path);
}

static void fd_look(struct find *f, const char *fd)
{
	const char *path = arena_printf(f->brief, "fd/%s", fd);
	const struct held_node *row;
	struct tree_stat st;
	int r = tree_stat(&f->process, path, &st);
	char *text;

	if (refused(r))
		f->refused = true;
	if (r == 0 && (st.type == TREE_CHAR || st.type == TREE_BLOCK))
		mark_company(f, st.type == TREE_BLOCK, st.major, st.minor);
	if (r == 0 && st.type == TREE_CHAR) {
		row = held_nodes_at(f->nodes, st.major, st.minor);
		if (row) {
			mark_rows(f, row, HOLD_OPEN, str_ends(link_text(f, path), GONE));
		} else if (st.major == DRM_MAJOR || st.major == ACCEL_MAJOR) {
			text = link_text(f, path);
			if (cut_gone(text) && !is_anybodys(f->nodes->snap, st.major, st.minor))
				mark_orphan(f, fd, text);
		}
	} else if (r == 0 && st.type == TREE_OTHER && f->files) {
		mark_file(f, link_text(f, path), fd);
	} else if (r == -ENOENT && !f->t->live) {
		/* A copied tree has the link and not what it led to. */
		text = link_text(f, path);
		mark_path(f, text, HOLD_OPEN, cut_gone(text));
		mark_file(f, text, fd);
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
static const char *map_name(struct find *f, const char *line)
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
	struct find *f = arg;
	const char *perms = memchr(record, ' ', n), *path;
	const struct held_node *row;
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
			mark_file(f, path, NULL);
		return true;
	}
	if (tree_stat(&f->process, map_name(f, line), &st) < 0) {
		mark_path(f, text, HOLD_MAPPED, deleted);
		return true;
	}
	row = st.type == TREE_CHAR ? held_nodes_at(f->nodes, st.major, st.minor) : NULL;
	if (row)
		mark_rows(f, row, HOLD_MAPPED, deleted);
	else if (deleted && st.type == TREE_CHAR && (st.major == DRM_MAJOR || st.major == ACCEL_MAJOR) &&
		 !is_anybodys(f->nodes->snap, st.major, st.minor))
		mark_orphan(f, NULL, text);
	return true;
}

/* amdkfd counts a process's memory on each GPU: what is more than nothing makes it certain. */
static void mark_kfd(struct find *f, const char *pid)
{
	uint32_t i, k;

	for (i = 0; i < f->nodes->gpus.n; i++) {
		const struct held_gpu *h = &f->nodes->gpus.v[i];
		uint64_t bytes;

		for (k = 0; f->marks[i].seen && !f->marks[i].certain && k < h->kfd_ids.n; k++) {
			const char *path = arena_printf(f->brief, "sys/class/kfd/kfd/proc/%s/vram_%u", pid, h->kfd_ids.v[k]);

			if (tree_read_u64(&f->t->root, path, 10, &bytes) == 0 && bytes)
				f->marks[i].certain = true;
		}
	}
}

static bool has_display_node(const struct strs *nodes)
{
	uint32_t i;

	for (i = 0; i < nodes->n; i++)
		if (str_starts(nodes->v[i], "/dev/dri/card") || str_starts(nodes->v[i], "/dev/nvidia-modeset"))
			return true;
	return false;
}

static void holder_add(struct find *f, const struct holder *process, uint32_t gpu, const struct mark *m)
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

static bool all_certain(const struct find *f)
{
	uint32_t i;

	for (i = 0; i < f->nodes->gpus.n; i++)
		if (!f->marks[i].certain)
			return false;
	return true;
}

static void process_holders(struct find *f, const char *pid)
{
	struct holder h;
	bool any = false;
	uint32_t i;

	mark_kfd(f, pid);
	for (i = 0; i < f->nodes->gpus.n; i++) {
		if (f->marks[i].seen && !any)
			process_describe(f->t, &f->process, pid, &f->users, f->a, &h);
		any |= f->marks[i].seen;
		if (f->marks[i].seen)
			holder_add(f, &h, i, &f->marks[i]);
		f->marks[i] = (struct mark){0};
	}
}

static void unseen_add(struct find *f, const char *pid)
{
	const char *text;

	f->view->partial = true;
	if (tree_read_str(&f->process, "comm", f->brief, &text) < 0)
		text = "?";
	strs_add(f->a, &f->view->unseen, arena_printf(f->a, "%s (%s)", utf8_clean(f->brief, text, strlen(text)), pid));
}

static void process_look(struct find *f, const struct tree_dir *proc, const char *pid)
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

static bool files_matter(const struct held_nodes *nodes)
{
	const struct facts_held_file *row;
	uint32_t i;

	for (row = facts_held_files; row->text; row++)
		for (i = 0; i < nodes->gpus.n; i++)
			if (file_fits(row, &nodes->gpus.v[i]))
				return true;
	return false;
}

int holders_find(struct tree *t, const struct held_nodes *nodes, struct arena *a, struct holder_list *ret,
		 struct holders_view *view)
{
	struct find f = {.t = t, .nodes = nodes, .a = a, .to = ret, .files = files_matter(nodes), .view = view};
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
