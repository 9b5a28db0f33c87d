/* SPDX-License-Identifier: Apache-2.0 */
/* Which versions of a shared library are installed, by the names of their files: nothing is loaded for it. */
#include "host/library.h"

#include "base/buf.h"
#include "base/parse.h"

#include <errno.h>

/* Where distributions put a driver's libraries; below usr/lib also the folders named for an architecture. */
static const char *const dirs[] = {"usr/lib64",
				   "usr/lib",
				   "usr/lib64/nvidia",
				   "usr/lib/nvidia",
				   "run/opengl-driver/lib",
				   "usr/local/nvidia/lib64",
				   "usr/lib/wsl/lib"};
static const char *const below[] = {"", "/nvidia", "/nvidia/current"};

/* "libnvidia-ml.so.570.86.16" gives its version; names with a single number are links. */
static const char *version_of(const char *name, const char *library)
{
	size_t n = strlen(library);

	if (!str_starts(name, library) || name[n] != '.' || !strchr(name + n + 1, '.') ||
	    name[n + 1 + strspn(name + n + 1, "0123456789.")])
		return NULL;
	return name + n + 1;
}

static bool dir_add(const struct tree_dir *root, struct arena *a, const char *dir,
		    const char *library, struct strs *found)
{
	struct strs names;
	uint32_t i;

	if (tree_list(root, dir, a, &names) < 0)
		return false;
	for (i = 0; i < names.n; i++) {
		const char *version = version_of(names.v[i], library);

		if (version && !strs_has(found, version))
			strs_add(a, found, version);
	}
	return true;
}

int library_versions(const struct tree_dir *root, struct arena *a, const char *library,
		     const char **ret)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	struct strs found = {0}, tops;
	bool looked = false;
	uint32_t i, k;

	for (i = 0; i < ARRAY_LEN(dirs); i++)
		looked |= dir_add(root, a, dirs[i], library, &found);
	if (tree_list(root, "usr/lib", a, &tops) < 0)
		tops.n = 0;
	for (i = 0; i < tops.n; i++)
		for (k = 0; k < ARRAY_LEN(below) && strstr(tops.v[i], "-linux-gnu"); k++)
			looked |= dir_add(root, a,
					  arena_printf(a, "usr/lib/%s%s", tops.v[i], below[k]),
					  library, &found);
	if (!looked)
		return -ENODATA;
	for (i = 0; i < found.n; i++)
		buf_addf(&b, "%s%s", i ? " " : "", found.v[i]);
	*ret = utf8_clean(a, b.p ? b.p : "", b.n);
	return 0;
}
