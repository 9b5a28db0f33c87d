/* SPDX-License-Identifier: Apache-2.0 */
#include "host/program.h"

#include "base/parse.h"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

const char *const program_folders[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", NULL};

static const char *in_folder(struct arena *a, const char *folder, const char *name)
{
	const char *file = arena_printf(a, "%s/%s", folder, name);

	return access(file, X_OK) == 0 ? file : NULL;
}

const char *program_of_system(struct arena *a, const char *name)
{
	const char *const *folder, *file = NULL;

	for (folder = program_folders; *folder && !file; folder++)
		file = in_folder(a, *folder, name);
	return file;
}

const char *program_find(struct arena *a, const char *name)
{
	const char *path = getenv("PATH");
	struct strs dirs = str_split(a, path ? path : "/usr/local/bin:/usr/bin:/bin", ":");
	const char *file = NULL;
	uint32_t i;

	if (strchr(name, '/'))
		return access(name, X_OK) == 0 ? name : NULL;
	for (i = 0; i < dirs.n && !file; i++)
		file = in_folder(a, dirs.v[i], name);
	return file;
}

bool program_is_privileged(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & (S_ISUID | S_ISGID) ||
					getxattr(path, "security.capability", NULL, 0) > 0);
}
