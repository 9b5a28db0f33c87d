/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Firmware files that the drivers of the GPUs here ask for. The tables name what a family needs (GuC, DMC, PSP …); the
 * driver's own list, from its module, has the exact names this very kernel asks for. Both are needed: the list holds
 * all families' files, and a table cannot know every kernel's version numbers.
 */
#include "probe/platform.h"

#include "base/parse.h"
#include "facts/facts.h"

#include <errno.h>

#define PHASE "modules"
enum { FILES_MAX = 1024, PATH_TOO_LONG = 512, OWN_LIST_MAX = 8 };

/* "_70.1.1.bin" and "_ver2_16.bin" begin a version; "_11_0_3_pfp.bin" does not: it is a part of the name. */
static bool version_begins(const char *p)
{
	size_t digits;

	if (*p != '_' && *p != '-')
		return false;
	if (str_starts(p + 1, "ver"))
		return true;
	digits = strspn(p + 1, "0123456789_-");
	return p[1] >= '0' && p[1] <= '9' && (p[1 + digits] == '.' || !p[1 + digits]);
}

/* Length of what stays the same of a name over its versions: "i915/tgl_guc" of "i915/tgl_guc_70.1.1.bin". */
static size_t stem_length(const char *file)
{
	const char *name = str_base(file), *p;

	for (p = name; *p && *p != '.'; p++)
		if (p > name && version_begins(p))
			break;
	return (size_t)(p - file);
}

static bool same_stem(const char *name, const char *file, size_t stem)
{
	return strncmp(name, file, stem) == 0 && strchr("._-", name[stem]) && name[stem] &&
	       stem_length(name) == stem;
}

/* The table's names that the driver's list has; all versions that the list has where those are others. */
static struct strs candidates(struct probe *p, const struct module *m, const char *file,
			      const char *older)
{
	struct strs named = str_split(p->a, older ? older : "", " "), found = {0};
	size_t stem = stem_length(file);
	uint32_t i;

	strs_add(p->a, &named, file);
	if (!m || !FIELD_KNOWN(m, module, firmware))
		return named;
	for (i = 0; i < named.n; i++)
		if (strs_has(&m->firmware, named.v[i]))
			strs_add(p->a, &found, named.v[i]);
	if (found.n)
		return found;
	for (i = 0; i < m->firmware.n; i++)
		if (same_stem(m->firmware.v[i], file, stem) && !strs_has(&found, m->firmware.v[i]))
			strs_add(p->a, &found, m->firmware.v[i]);
	return found;
}

/* Folders in the kernel's order (drivers/base/firmware_loader/main.c, fw_path). */
static struct strs search_path(struct probe *p)
{
	const char *top = tree_exists(p->root, "lib/firmware") ? "lib/firmware" :
								 "usr/lib/firmware",
		   *s;
	const char *release = p->snap->platform.kernel;
	struct strs path = {0};

	if (tree_read_str(p->root, "sys/module/firmware_class/parameters/path", p->a, &s) == 0 &&
	    *s == '/' && s[1])
		strs_add(p->a, &path, s + 1);
	if (release)
		strs_add(p->a, &path, arena_printf(p->a, "%s/updates/%s", top, release));
	strs_add(p->a, &path, arena_printf(p->a, "%s/updates", top));
	if (release)
		strs_add(p->a, &path, arena_printf(p->a, "%s/%s", top, release));
	strs_add(p->a, &path, top);
	return path;
}

/*
 * Whether a missing file is missing: the folder is there, or it is the live machine and no container (those have no
 * firmware of their own), or a whole system's root.
 */
static bool can_tell(struct probe *p)
{
	if (tree_exists(p->root, "lib/firmware") || tree_exists(p->root, "usr/lib/firmware"))
		return true;
	if (p->snap->platform.virt == VIRT_KIND_CONTAINER)
		return false;
	return p->tree->live || tree_exists(p->root, "etc/os-release");
}

/* One name in one form: plain, or packed as the kernel may or may not be able to read. */
static bool form_find(struct probe *p, const struct strs *path, const char *name,
		      const char *suffix, const char **ret)
{
	uint32_t i;

	for (i = 0; i < path->n; i++) {
		const char *full = arena_printf(p->a, "%s/%s%s", path->v[i], name, suffix);

		if (tree_exists(p->root, full)) {
			*ret = arena_printf(p->a, "/%s", full);
			return true;
		}
	}
	return false;
}

/* Whether the kernel reads this packed form; where its configuration is not known, it is not called wrong. */
static bool form_readable(const struct platform *m, const char *how)
{
	return !FIELD_KNOWN(m, platform, firmware_compress) || strstr(m->firmware_compress, how);
}

static enum firmware_state file_find(struct probe *p, const struct strs *path, const char *name,
				     const char **ret)
{
	const struct platform *m = &p->snap->platform;
	bool zst = form_readable(m, "zstd"), xz = form_readable(m, "xz");

	if (form_find(p, path, name, "", ret) || (zst && form_find(p, path, name, ".zst", ret)) ||
	    (xz && form_find(p, path, name, ".xz", ret)))
		return FIRMWARE_STATE_PRESENT;
	if ((!zst && form_find(p, path, name, ".zst", ret)) ||
	    (!xz && form_find(p, path, name, ".xz", ret)))
		return FIRMWARE_STATE_UNREADABLE;
	*ret = "";
	return FIRMWARE_STATE_MISSING;
}

/*
 * Where the driver's own list is not known, another version of the file may be the one it asks for: not missing then.
 */
static bool other_version(struct probe *p, const struct strs *path, const char *file,
			  const char **ret)
{
	size_t stem = stem_length(file), dir = (size_t)(str_base(file) - file);
	struct strs names;
	uint32_t i, k;

	for (i = 0; i < path->n; i++) {
		const char *at =
			arena_printf(p->a, "%s/%.*s", path->v[i], (int)(dir ? dir - 1 : 0), file);

		if (tree_list(p->root, at, p->a, &names) < 0)
			continue;
		for (k = 0; k < names.n; k++) {
			const char *name = arena_printf(p->a, "%.*s%s", (int)dir, file, names.v[k]);

			if (same_stem(name, file, stem)) {
				*ret = arena_printf(p->a, "/%s/%s", at, names.v[k]);
				return true;
			}
		}
	}
	return false;
}

/* The best state over the names that would do. */
static void state_find(struct probe *p, const struct strs *path, const struct strs *names,
		       bool exact, struct firmware_file *f)
{
	enum firmware_state best = FIRMWARE_STATE_MISSING, state;
	const char *found;
	uint32_t i;

	FIELD_SET(f, firmware_file, path, "");
	for (i = 0; i < names->n && best != FIRMWARE_STATE_PRESENT; i++) {
		state = file_find(p, path, names->v[i], &found);
		if (state == FIRMWARE_STATE_PRESENT ||
		    (state == FIRMWARE_STATE_UNREADABLE && best == FIRMWARE_STATE_MISSING)) {
			best = state;
			FIELD_SET(f, firmware_file, name, names->v[i]);
			FIELD_SET(f, firmware_file, path, found);
		}
	}
	if (best == FIRMWARE_STATE_MISSING && !exact && other_version(p, path, f->name, &found)) {
		best = FIRMWARE_STATE_PRESENT;
		FIELD_SET(f, firmware_file, path, found);
	}
	FIELD_SET(f, firmware_file, state, best);
}

static struct firmware_file *file_row(struct probe *p, const char *module, const char *kind,
				      const struct strs *names)
{
	struct firmware_file_list *l = &p->snap->platform.firmware;
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (str_eq(l->v[i].module, module) && str_eq(l->v[i].kind, kind) &&
		    strs_has(names, l->v[i].name))
			return &l->v[i];
	return NULL;
}

static void file_add(struct probe *p, const struct strs *path, const struct module *m,
		     const struct facts_firmware *row, uint32_t gpu)
{
	struct strs names = candidates(p, m, row->file, row->older);
	struct firmware_file *f;

	/* This kernel's driver does not ask for it. */
	if (names.n == 0 || p->snap->platform.firmware.n >= FILES_MAX ||
	    strlen(row->file) > PATH_TOO_LONG)
		return;
	f = file_row(p, row->driver, row->kind, &names);
	if (!f) {
		f = LIST_PUSH(p->a, &p->snap->platform.firmware);
		FIELD_SET(f, firmware_file, name,
			  strs_has(&names, row->file) ? row->file : names.v[0]);
		f->names = names;
		FIELD_SET(f, firmware_file, module, row->driver);
		FIELD_SET(f, firmware_file, kind, row->kind);
		FIELD_SET(f, firmware_file, required, row->required);
		FIELD_SET(f, firmware_file, consequence, row->consequence);
		FIELD_KNOW(f, firmware_file, gpus);
		state_find(p, path, &names, m && FIELD_KNOWN(m, module, firmware), f);
	}
	if (!u32s_has(&f->gpus, gpu))
		u32s_add(p->a, &f->gpus, gpu);
}

/* The driver whose firmware matters: the one that is bound, or the first of the wanted ones that is there. */
static const char *driver_of(struct probe *p, const struct gpu *g)
{
	const struct facts_driver *bound =
		g->driver && *g->driver ? facts_driver_find(g->driver) : NULL;
	uint32_t i;

	if (bound && str_eq(bound->role, "gpu"))
		return bound->name;
	for (i = 0; i < g->driver_wanted.n; i++) {
		const struct facts_driver *row = facts_driver_find(g->driver_wanted.v[i]);
		const struct module *m =
			modules_row(p, row && row->module ? row->module : g->driver_wanted.v[i]);

		if (m && m->available)
			return g->driver_wanted.v[i];
	}
	return NULL;
}

/*
 * A driver whose files no table names (their names hold its version): when its own list is short, it wants all of it.
 * The names are split as the driver's module spells them.
 */
static void own_list(struct probe *p, const struct strs *path, const struct module *m,
		     const char *driver, uint32_t gpu)
{
	uint32_t i;

	if (!m || !FIELD_KNOWN(m, module, firmware) || m->firmware.n > OWN_LIST_MAX)
		return;
	for (i = 0; i < m->firmware.n; i++) {
		struct facts_firmware row = {.driver = driver,
					     .kind = "firmware",
					     .file = m->firmware.v[i],
					     .required = true,
					     .consequence = "the driver does not come up"};

		file_add(p, path, m, &row, gpu);
	}
}

static void gpu_firmware(struct probe *p, const struct strs *path, uint32_t gpu)
{
	const struct gpu *g = &p->snap->gpus.v[gpu];
	const struct pci_device *d = &p->snap->pci.v[g->pci];
	const struct facts_family *family = facts_family_at(g->vendor_id, g->device_id, d->class);
	const char *driver = driver_of(p, g);
	const struct facts_driver *driver_row = driver ? facts_driver_find(driver) : NULL;
	const struct facts_firmware *row;
	const struct module *m;
	bool named = false;

	if (!family || !driver)
		return;
	m = modules_row(p, driver_row && driver_row->module ? driver_row->module : driver);
	for (row = facts_firmwares; row->family; row++) {
		named |= str_eq(row->driver, driver);
		if (str_eq(row->driver, driver) && facts_family_fits(row->family, family->key))
			file_add(p, path, m, row, gpu);
	}
	if (!named)
		own_list(p, path, m, driver, gpu);
}

void modules_firmware(struct probe *p)
{
	struct strs path;
	uint32_t i;

	if (!can_tell(p))
		return;
	path = search_path(p);
	for (i = 0; i < p->snap->gpus.n; i++)
		gpu_firmware(p, &path, i);
	FIELD_KNOW(&p->snap->platform, platform, firmware);
}
