/* SPDX-License-Identifier: Apache-2.0 */
#include "host/program.h"

#include "base/parse.h"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

const char *program_find(struct arena *a, const char *name)
{
	const char *path = getenv("PATH");
	struct strs dirs = str_split(a, path ? path : "/usr/local/bin:/usr/bin:/bin", ":");
	uint32_t i;

	if (strchr(name, '/'))
		return access(name, X_OK) == 0 ? name : NULL;
	for (i = 0; i < dirs.n; i++) {
		const char *file = arena_printf(a, "%s/%s", dirs.v[i], name);

		if (access(file, X_OK) == 0)
			return file;
	}
	return NULL;
}

bool program_is_privileged(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & (S_ISUID | S_ISGID) ||
					getxattr(path, "security.capability", NULL, 0) > 0);
}
