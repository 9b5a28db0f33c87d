/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names from pci.ids without reading its 1.3 MB: the file is sorted by vendor and, below each vendor, by device, so a
 * line is found by halving. Every step reads one block at an offset and looks at the first line in it that tells where
 * we are. A file that is not sorted gives no name, never a wrong one. Where there is no such file (some systems keep
 * only systemd's hardware database), the database is asked, on the live machine.
 */
#include "base/parse.h"
#include "host/answers-internal.h"

#include <dlfcn.h>
#include <errno.h>

enum { BLOCK = 16384, LINE = 1024, FILE_MAX = 16 << 20 };

static const char *const files[] = {"usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids",
				    "usr/share/pci.ids"};

struct vendor_range {
	struct vendor_range *next;
	uint32_t id;
	uint64_t start, end; /* its own line, and the next vendor's */
	const char *name;
};

struct ids {
	struct answers *an;
	const char *path;
	char block[BLOCK + 1];
	uint64_t at; /* offset of block */
	size_t n;
};

/* Reads the block at an offset; false at the end of the file. */
static bool block_read(struct ids *f, uint64_t at)
{
	long n = tree_pread(&f->an->tree->root, f->path, at, f->block, BLOCK);

	f->at = at;
	f->n = n > 0 ? (size_t)n : 0;
	f->block[f->n] = '\0';
	return f->n > 0;
}

/* The same, but what was read last will do where a whole line at the offset is in it: halving ends within one block. */
static bool block_hold(struct ids *f, uint64_t at)
{
	uint64_t end = f->at + f->n;

	if (f->n && at >= f->at && (f->n < BLOCK ? at < end : at + LINE <= end))
		return true;
	return block_read(f, at);
}

/* "8086  Intel Corporation" or "<tab>e20b  name"; 0x10000 (behind all) for the classes at the file's end. */
static bool line_id(const char *line, bool device, uint32_t *ret)
{
	uint64_t id;

	if (device && *line++ != '\t')
		return false;
	if (!device && line[0] == 'C' && line[1] == ' ') {
		*ret = 0x10000;
		return true;
	}
	if (strnlen(line, 6) < 6 || line[4] != ' ' || parse_u64n(line, 4, 16, 0xffff, &id) < 0)
		return false;
	*ret = (uint32_t)id;
	return true;
}

/*
 * The first line of the kind that begins at or behind `from` and before `limit`: its id and offset. Behind the
 * beginning of the file a line begins after a newline, so the byte before `from` is read too.
 */
static bool line_first(struct ids *f, uint64_t from, uint64_t limit, bool device, uint32_t *ret_id,
		       uint64_t *ret_at)
{
	uint64_t at = from ? from - 1 : 0;
	bool begins = from == 0;

	while (at < limit && block_hold(f, at)) {
		char *start = f->block + (at - f->at), *p = start, *end = f->block + f->n, *nl;

		for (; p < end; p = nl + 1, begins = true) {
			nl = memchr(p, '\n', (size_t)(end - p));
			/* A cut line is read again as a whole, unless it is longer than any line of ours. */
			if (!nl && p > start && f->n == BLOCK)
				break;
			if (begins && f->at + (uint64_t)(p - f->block) < limit &&
			    line_id(p, device, ret_id)) {
				*ret_at = f->at + (uint64_t)(p - f->block);
				return true;
			}
			if (!nl) {
				p = end;
				begins = false;
				break;
			}
		}
		if (p == start)
			return false;
		at = f->at + (uint64_t)(p - f->block);
	}
	return false;
}

/* The line with this id between two offsets; false when there is none. */
static bool line_bisect(struct ids *f, uint64_t low, uint64_t high, bool device, uint32_t wanted,
			uint64_t *ret_at)
{
	while (low < high) {
		uint64_t middle = low + (high - low) / 2, at;
		uint32_t id;

		if (high - low <= BLOCK)
			middle = low;
		if (!line_first(f, middle, high, device, &id, &at)) {
			if (middle == low)
				return false;
			high = middle;
		} else if (id == wanted) {
			*ret_at = at;
			return true;
		} else if (id > wanted) {
			/* What is wanted stands before this line; with middle == low there is nothing before it. */
			if (middle == low)
				return false;
			high = middle;
		} else {
			low = at + 1;
		}
	}
	return false;
}

/* The name on the line at an offset. */
static const char *line_name(struct ids *f, uint64_t at, bool device)
{
	const char *name;

	if (!block_read(f, at))
		return NULL;
	name = f->block + (device ? 5 : 4);
	name += strspn(name, " ");
	return utf8_clean(f->an->arena, name, strcspn(name, "\r\n"));
}

static struct vendor_range *vendor_find(struct ids *f, uint32_t vendor)
{
	struct arena *a = f->an->arena;
	struct vendor_range *v;
	struct tree_stat st;
	uint64_t start;
	uint32_t next;

	for (v = f->an->vendors; v; v = v->next)
		if (v->id == vendor)
			return v->name ? v : NULL;
	v = ARENA_NEW(a, struct vendor_range);
	*v = (struct vendor_range){.next = f->an->vendors, .id = vendor};
	f->an->vendors = v;
	if (tree_stat(&f->an->tree->root, f->path, &st) < 0 || st.size > FILE_MAX ||
	    !line_bisect(f, 0, st.size, false, vendor, &start))
		return NULL;
	v->start = start;
	v->end = st.size;
	(void)line_first(f, start + 1, st.size, false, &next, &v->end);
	v->name = line_name(f, start, false);
	return v;
}

static int name_of_file(struct answers *an, const char *path, uint32_t vendor, uint32_t device,
			const char **ret)
{
	struct ids f = {.an = an, .path = path};
	struct vendor_range *v = vendor_find(&f, vendor);
	uint64_t at;

	if (!v)
		return -ENOENT;
	if (device > 0xffff) {
		*ret = v->name;
		return 0;
	}
	if (!line_bisect(&f, v->start + 1, v->end, true, device, &at))
		return -ENOENT;
	*ret = line_name(&f, at, true);
	return *ret ? 0 : -ENOENT;
}

/* libsystemd's hardware database, loaded at first use. */
static int name_of_hwdb(struct answers *an, uint32_t vendor, uint32_t device, const char **ret)
{
	int (*open)(void **), (*get)(void *, const char *, const char *, const char **);
	void *(*unref)(void *), *lib, *db = NULL, *symbol[3];
	char alias[64];
	const char *name;
	int r = -ENODATA;

	lib = an->tree->live ? dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL) : NULL;
	if (!lib)
		return -ENODATA;
	symbol[0] = dlsym(lib, "sd_hwdb_new");
	symbol[1] = dlsym(lib, "sd_hwdb_get");
	symbol[2] = dlsym(lib, "sd_hwdb_unref");
	if (!symbol[0] || !symbol[1] || !symbol[2])
		return -ENODATA;
	memcpy(&open, &symbol[0], sizeof(open));
	memcpy(&get, &symbol[1], sizeof(get));
	memcpy(&unref, &symbol[2], sizeof(unref));
	snprintf(alias, sizeof(alias), device > 0xffff ? "pci:v%08X*" : "pci:v%08Xd%08X*", vendor,
		 device);
	if (open(&db) >= 0) {
		r = get(db, alias,
			device > 0xffff ? "ID_VENDOR_FROM_DATABASE" : "ID_MODEL_FROM_DATABASE",
			&name) >= 0 ?
			    0 :
			    -ENOENT;
		if (r == 0)
			*ret = utf8_clean(an->arena, name, strlen(name));
		unref(db);
	}
	return r;
}

/* Key: "8086:e20b", or "8086" for the vendor. -ENOENT: not in the database. */
int answer_pciname(struct answers *an, const char *key, const char **ret)
{
	uint64_t vendor, device = UINT64_MAX;
	unsigned i;

	if (strlen(key) < 4 || parse_u64n(key, 4, 16, 0xffff, &vendor) < 0 ||
	    (key[4] && (key[4] != ':' || parse_u64(key + 5, 16, 0xffff, &device) < 0)))
		return -ENODATA;
	for (i = 0; i < ARRAY_LEN(files); i++)
		if (tree_exists(&an->tree->root, files[i]))
			return name_of_file(an, files[i], (uint32_t)vendor,
					    (uint32_t)MIN(device, 0x10000u), ret);
	return name_of_hwdb(an, (uint32_t)vendor, (uint32_t)MIN(device, 0x10000u), ret);
}
