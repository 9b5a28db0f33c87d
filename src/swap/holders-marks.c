/* SPDX-License-Identifier: Apache-2.0 */
/* What a file that a process has open, or has mapped, says of GPUs: which one, and how sure. */
#include "swap/holders-internal.h"

#include "base/parse.h"
#include "facts/facts.h"

/* drivers/gpu/drm/drm_drv.c, drivers/accel: numbers that only these give out. */
enum { DRM_MAJOR = 226, ACCEL_MAJOR = 261, FDINFO_MAX = 4096 };

static void mark(struct holders_find *f, uint32_t gpu, bool certain, enum hold how, const char *node)
{
	struct holders_mark *m = &f->marks[gpu];

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
static void mark_rows(struct holders_find *f, const struct held_node *row, enum hold how, bool deleted)
{
	const struct held_node *end = f->nodes->v + f->nodes->n, *at;

	for (at = row; at < end && at->major == row->major && at->minor == row->minor; at++)
		mark(f, at->gpu, !at->shared, deleted ? as_deleted(how) : how, at->path);
}

/* A line "key:  value" of fdinfo; NULL when there is none. */
static const char *fdinfo_value(struct holders_find *f, const char *fd, const char *key)
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

static bool has_function(const struct holders_find *f, const struct held_gpu *h, uint64_t address)
{
	uint32_t i;

	for (i = 0; i < h->functions.n; i++)
		if (f->nodes->snap->pci.v[h->functions.v[i]].address == address)
			return true;
	return false;
}

/*
 * A DRM node that was gone before the nodes were looked for: its number says nothing any more, but newer drivers write
 * the address of their device beside it. Where they do not, it may be any GPU's. fd is NULL for a mapping.
 */
static void mark_orphan(struct holders_find *f, const char *fd, const char *path)
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

bool holders_number_matters(const struct holders_find *f, uint32_t major, uint32_t minor)
{
	return held_nodes_at(f->nodes, major, minor) || major == DRM_MAJOR || major == ACCEL_MAJOR;
}

void holders_mark_number(struct holders_find *f, enum hold how, const char *fd, const struct tree_stat *st, const char *path, bool deleted)
{
	const struct held_node *row = held_nodes_at(f->nodes, st->major, st->minor);

	if (row)
		mark_rows(f, row, how, deleted);
	else if (deleted && snapshot_drm_find(f->nodes->snap, st->major, st->minor) == NONE)
		mark_orphan(f, fd, path);
}

void holders_mark_path(struct holders_find *f, const char *path, enum hold how, bool deleted)
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

void holders_mark_file(struct holders_find *f, const char *text, const char *fd)
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

void holders_mark_company(struct holders_find *f, bool block, uint32_t major, uint32_t minor)
{
	const struct held_node_list *l = &f->nodes->company;
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].block == block && l->v[i].major == major && l->v[i].minor == minor)
			mark(f, l->v[i].gpu, true, HOLD_OPEN, l->v[i].path);
}

void holders_mark_kfd(struct holders_find *f, const char *pid)
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

bool holders_files_matter(const struct held_nodes *nodes)
{
	const struct facts_held_file *row;
	uint32_t i;

	for (row = facts_held_files; row->text; row++)
		for (i = 0; i < nodes->gpus.n; i++)
			if (file_fits(row, &nodes->gpus.v[i]))
				return true;
	return false;
}
