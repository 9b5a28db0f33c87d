/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/vulkan-manifest.h"

#include "facts/vulkan.h"
#include "format/glob.h"
#include "format/json.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANIFEST_MAX = 1024 * 1024, FILES_MAX = 512 };

static char *file_read(struct work *w, const char *path, size_t *ret_n, int *ret_code)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	char *text = NULL;
	ssize_t n = -1;

	*ret_code = fd < 0 ? errno : 0;
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= MANIFEST_MAX) {
		text = arena_alloc(w->a, (size_t)st.st_size + 1);
		n = read(fd, text, (size_t)st.st_size);
	} else if (fd >= 0) {
		*ret_code = EFBIG;
	}
	if (fd >= 0)
		close(fd);
	*ret_n = n > 0 ? (size_t)n : 0;
	return text;
}

static void owner_set(struct vulkan_file *f)
{
	const struct facts_vulkan_driver *row = facts_vulkan_driver_of(str_base(f->library));

	FIELD_SET(f, vulkan_file, vendor, row ? row->vendor : GPU_VENDOR_OTHER);
	FIELD_SET(f, vulkan_file, software, row && row->software);
}

static void bad(struct vulkan_file *f, enum library_result result, const char *error)
{
	FIELD_SET(f, vulkan_file, result, result);
	FIELD_SET(f, vulkan_file, error, error);
}

static void text_set(struct work *w, struct vulkan_file *f, const json_t *o)
{
	const char *library = json_get_str(o, "library_path"),
		   *version = json_get_str(o, "api_version");

	if (library) {
		FIELD_SET(f, vulkan_file, library, work_text(w, library, TEXT_MAX));
		owner_set(f);
	}
	if (version)
		FIELD_SET(f, vulkan_file, api_version, work_text(w, version, 64));
}

/* A layer file holds one layer, or a list of them; the first stands for the file. */
static void manifest_read(struct work *w, struct vulkan_file *f, bool driver)
{
	json_t *j CLEANUP(json_freep) = NULL;
	const json_t *o;
	struct err e = {0};
	size_t n;
	int code;
	char *text = file_read(w, f->path, &n, &code);

	if (!text) {
		bad(f, LIBRARY_RESULT_UNREADABLE, strerror(code));
		return;
	}
	if (json_read(f->path, text, n, &j, &e) < 0) {
		bad(f, LIBRARY_RESULT_BAD_MANIFEST, arena_str(w->a, e.text));
		return;
	}
	o = json_object_get(j, driver ? "ICD" : "layer");
	if (!o && !driver)
		o = json_array_get(json_object_get(j, "layers"), 0);
	if (!json_is_object(o)) {
		bad(f, LIBRARY_RESULT_BAD_MANIFEST,
		    driver ? "it has no ICD object" : "it has no layer object");
		return;
	}
	text_set(w, f, o);
	if (!driver && json_get_str(o, "name"))
		FIELD_SET(f, vulkan_file, name, work_text(w, json_get_str(o, "name"), 256));
	if (!f->library && (driver || !json_object_get(o, "component_layers")))
		bad(f, LIBRARY_RESULT_BAD_MANIFEST, "it names no library_path");
}

/* Search folders */

static void dirs_add(struct work *w, struct strs *dirs, const char *list, const char *below)
{
	struct strs all = str_split(w->a, list, ":");
	uint32_t i;

	for (i = 0; i < all.n; i++) {
		const char *dir = arena_printf(w->a, "%s/%s", all.v[i], below);

		if (all.v[i][0] == '/' && !strs_has(dirs, dir))
			strs_add(w->a, dirs, dir);
	}
}

static const char *env_or(const char *name, const char *fallback)
{
	const char *v = getenv(name);

	return v && *v ? v : fallback;
}

static struct strs search_dirs(struct work *w, const char *below)
{
	const char *home = env_or("HOME", NULL);
	struct strs dirs = {0};

	if (getenv("XDG_CONFIG_HOME") || home)
		dirs_add(w, &dirs,
			 env_or("XDG_CONFIG_HOME",
				arena_printf(w->a, "%s/.config", home ? home : "")),
			 below);
	dirs_add(w, &dirs, env_or("XDG_CONFIG_DIRS", "/etc/xdg"), below);
	dirs_add(w, &dirs, "/usr/local/etc:/etc", below);
	if (getenv("XDG_DATA_HOME") || home)
		dirs_add(w, &dirs,
			 env_or("XDG_DATA_HOME",
				arena_printf(w->a, "%s/.local/share", home ? home : "")),
			 below);
	dirs_add(w, &dirs, env_or("XDG_DATA_DIRS", "/usr/local/share:/usr/share"), below);
	return dirs;
}

static void file_add(struct work *w, struct vulkan_file_list *l, const char *path, bool driver)
{
	struct vulkan_file *f;
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (str_eq(l->v[i].path, path))
			return;
	if (l->n >= FILES_MAX)
		return;
	f = LIST_PUSH(w->a, l);
	FIELD_SET(f, vulkan_file, path, work_text(w, path, TEXT_MAX));
	FIELD_SET(f, vulkan_file, used, true);
	FIELD_SET(f, vulkan_file, left_out_by, "");
	manifest_read(w, f, driver);
}

static void dir_add(struct work *w, struct vulkan_file_list *l, const char *dir, bool driver)
{
	struct strs names = {0};
	struct dirent *d;
	DIR *at = opendir(dir);
	uint32_t i;

	while (at && (d = readdir(at)) && names.n < FILES_MAX)
		if (str_ends(d->d_name, ".json"))
			strs_add(w->a, &names, arena_str(w->a, d->d_name));
	if (at)
		closedir(at);
	strs_sort(&names);
	for (i = 0; i < names.n; i++)
		file_add(w, l, arena_printf(w->a, "%s/%s", dir, names.v[i]), driver);
}

/* VK_DRIVER_FILES may name files and folders. */
static void paths_add(struct work *w, struct vulkan_file_list *l, const char *paths)
{
	struct strs all = str_split(w->a, paths, ":");
	struct stat st;
	uint32_t i;

	for (i = 0; i < all.n; i++) {
		if (stat(all.v[i], &st) == 0 && S_ISDIR(st.st_mode))
			dir_add(w, l, all.v[i], true);
		else
			file_add(w, l, all.v[i], true);
	}
}

/* VK_LOADER_DRIVERS_SELECT and _DISABLE: globs on the manifest's file name, comma separated. */
static bool globs_fit(struct work *w, const char *globs, const char *name)
{
	struct strs all = str_split(w->a, globs, ",");
	uint32_t i;

	for (i = 0; i < all.n; i++)
		if (glob_match(all.v[i], strlen(all.v[i]), name, strlen(name)))
			return true;
	return false;
}

static void leave_out(struct vulkan_file *f, const char *by)
{
	f->used = false;
	f->left_out_by = by;
}

static void variables_apply(struct work *w, struct vulkan_file_list *l)
{
	const char *select = getenv("VK_LOADER_DRIVERS_SELECT"),
		   *disable = getenv("VK_LOADER_DRIVERS_DISABLE");
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		const char *name = str_base(l->v[i].path);

		if (select && *select && !globs_fit(w, select, name))
			leave_out(&l->v[i], "VK_LOADER_DRIVERS_SELECT");
		if (disable && *disable && globs_fit(w, disable, name))
			leave_out(&l->v[i], "VK_LOADER_DRIVERS_DISABLE");
		if (FIELD_KNOWN(&l->v[i], vulkan_file, vendor) && vendor_is_out(w, l->v[i].vendor))
			leave_out(&l->v[i], "not asked now");
	}
}

void manifest_drivers(struct work *w, struct vulkan_file_list *ret)
{
	const char *only = env_or("VK_DRIVER_FILES", env_or("VK_ICD_FILENAMES", NULL)),
		   *more = getenv("VK_ADD_DRIVER_FILES");
	struct strs dirs = search_dirs(w, "vulkan/icd.d");
	uint32_t i, n;

	if (only)
		paths_add(w, ret, only);
	else if (more)
		paths_add(w, ret, more);
	n = ret->n;
	for (i = 0; i < dirs.n; i++)
		dir_add(w, ret, dirs.v[i], true);
	for (i = n; only && i < ret->n; i++)
		leave_out(&ret->v[i],
			  getenv("VK_DRIVER_FILES") ? "VK_DRIVER_FILES" : "VK_ICD_FILENAMES");
	variables_apply(w, ret);
}

static void layers_of(struct work *w, struct vulkan_file_list *l, const char *below, bool implicit)
{
	struct strs dirs = search_dirs(w, below);
	uint32_t i, first = l->n;

	for (i = 0; i < dirs.n; i++)
		dir_add(w, l, dirs.v[i], false);
	for (i = first; i < l->n; i++) {
		FIELD_SET(&l->v[i], vulkan_file, implicit, implicit);
		if (!implicit)
			leave_out(&l->v[i], "explicit: only where a program asks for it");
	}
}

void manifest_layers(struct work *w, struct vulkan_file_list *ret)
{
	layers_of(w, ret, "vulkan/implicit_layer.d", true);
	layers_of(w, ret, "vulkan/explicit_layer.d", false);
}

const char *manifest_library(struct work *w, const struct vulkan_file *f)
{
	const char *slash;

	if (!f->library || !*f->library)
		return NULL;
	if (f->library[0] == '/' || !strchr(f->library, '/'))
		return f->library;
	slash = strrchr(f->path, '/');
	return arena_printf(w->a, "%.*s/%s", (int)(slash ? slash - f->path : 0), f->path,
			    f->library);
}

bool vendor_is_out(const struct work *w, enum gpu_vendor vendor)
{
	const char *list = w->about && str_starts(w->about, "not=") ? w->about + 4 : "",
		   *name = enum_name(&gpu_vendor_tab, vendor);

	while (*list) {
		size_t n = strcspn(list, ",");

		if (n == strlen(name) && memcmp(list, name, n) == 0)
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}
