/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/nvidia-files.h"

#include "base/parse.h"
#include "facts/nvidia-files.h"

/* Where /usr/lib64 or /lib is a link, the same file would be found twice under two names. */
static bool is_link(const struct tree_dir *root, const char *folder)
{
	struct tree_stat st;

	return tree_lstat(root, folder, &st) < 0 || st.type != TREE_DIR;
}

static bool wanted(const char *name, const char *suffix)
{
	const char *const *p;

	if (!str_ends(name, suffix))
		return false;
	for (p = facts_nvidia_prefixes; *p; p++)
		if (str_starts(name, *p))
			return true;
	return false;
}

static void find_libraries(const struct tree_dir *root, const char *version, struct arena *a, struct strs *files,
			   struct strs *folders)
{
	const char *suffix = arena_printf(a, ".so.%s", version);
	const char *const *folder;
	struct strs names;
	uint32_t i;

	for (folder = facts_nvidia_folders; *folder; folder++) {
		uint32_t before = files->n;

		if (is_link(root, *folder) || tree_list(root, *folder, a, &names) < 0)
			continue;
		for (i = 0; i < names.n; i++)
			if (wanted(names.v[i], suffix))
				strs_add(a, files, arena_printf(a, "/%s/%s", *folder, names.v[i]));
		if (files->n > before)
			strs_add(a, folders, arena_printf(a, "/%s", *folder));
	}
}

static const char *with_version(struct arena *a, const char *pattern, const char *version)
{
	const char *at = strstr(pattern, "%v");

	return at ? arena_printf(a, "%.*s%s%s", (int)(at - pattern), pattern, version, at + 2) : pattern;
}

static void find_pattern(const struct tree_dir *root, const char *pattern, struct arena *a, struct strs *files)
{
	const char *base = str_base(pattern);
	char *folder = arena_strn(a, pattern, (size_t)(base - pattern - 1));
	size_t n = strcspn(base, "*");
	struct strs names;
	uint32_t i;

	if (!base[n]) {
		if (tree_exists(root, pattern))
			strs_add(a, files, arena_printf(a, "/%s", pattern));
		return;
	}
	if (is_link(root, "lib") && str_starts(pattern, "lib/"))
		return;
	if (tree_list(root, folder, a, &names) < 0)
		return;
	for (i = 0; i < names.n; i++)
		if (strncmp(names.v[i], base, n) == 0)
			strs_add(a, files, arena_printf(a, "/%s/%s", folder, names.v[i]));
}

void nvidia_files_find(const struct tree_dir *root, const char *version, struct arena *a, struct strs *ret_files,
		       struct strs *ret_folders)
{
	const char *const *pattern;

	*ret_files = (struct strs){0};
	*ret_folders = (struct strs){0};
	find_libraries(root, version, a, ret_files, ret_folders);
	for (pattern = facts_nvidia_files; *pattern; pattern++)
		find_pattern(root, with_version(a, *pattern, version), a, ret_files);
	strs_sort(ret_files);
}
