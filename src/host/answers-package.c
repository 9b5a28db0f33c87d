/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of installed packages, out of the system's database of them. The answer is kept in captures, not the database. */
#include "base/parse.h"
#include "host/answers-internal.h"
#include "host/scan.h"

#include <errno.h>

struct wanted {
	struct arena *a;
	struct strs names;
	uint32_t at;      /* which of them this record is about; NONE: another package */
	const char **found;
};

/* The value of a line that begins with this key; NULL: it does not, or has none. */
static const char *value_of(const char *record, size_t n, const char *key, size_t *ret_n)
{
	size_t k = strlen(key);

	*ret_n = n - k;
	return n > k && memcmp(record, key, k) == 0 ? record + k : NULL;
}

static uint32_t name_find(const struct wanted *w, const char *name, size_t n)
{
	uint32_t i;

	for (i = 0; i < w->names.n; i++)
		if (strlen(w->names.v[i]) == n && memcmp(w->names.v[i], name, n) == 0)
			return i;
	return NONE;
}

/* A line that names a package, or tells the version of the one that was named. */
static bool take_line(struct wanted *w, const char *record, size_t n, const char *name_key, const char *version_key)
{
	const char *value;
	size_t len;

	if ((value = value_of(record, n, name_key, &len)))
		w->at = name_find(w, value, len);
	else if (w->at != NONE && (value = value_of(record, n, version_key, &len)))
		w->found[w->at] = utf8_clean(w->a, value, len);
	return true;
}

static bool dpkg_line(void *arg, const char *record, size_t n)
{
	struct wanted *w = arg;
	size_t len;

	/* "install ok installed": what was removed and left its configuration has a record too. */
	if (value_of(record, n, "Status: ", &len) && (n < 10 || memcmp(record + n - 10, " installed", 10) != 0))
		w->at = NONE;
	return take_line(w, record, n, "Package: ", "Version: ");
}

/* Alpine's database: "P:podman" and "V:5.2.2-r1", a line each. */
static bool apk_line(void *arg, const char *record, size_t n)
{
	return take_line(arg, record, n, "P:", "V:");
}

/* Arch's database: a folder for each package, NAME-VERSION-RELEASE. */
static int pacman_find(struct answers *an, struct wanted *w)
{
	struct strs folders;
	int r = tree_list(&an->tree->root, "var/lib/pacman/local", an->arena, &folders);
	uint32_t i, k;

	for (i = 0; r == 0 && i < folders.n; i++)
		for (k = 0; k < w->names.n; k++) {
			const char *name = w->names.v[k], *rest = folders.v[i] + strlen(name);

			if (str_starts(folders.v[i], name) && *rest == '-' && rest[1] >= '0' && rest[1] <= '9')
				w->found[k] = rest + 1;
		}
	return r;
}

static bool is_missing(int r)
{
	return r == -ENOENT || r == -ENODATA;
}

/* The first database that is there counts. Of RPM's there is no reading without its library. */
static int find(struct answers *an, struct wanted *w)
{
	int r = tree_scan(&an->tree->root, "var/lib/dpkg/status", '\n', dpkg_line, w);

	if (is_missing(r))
		r = tree_scan(&an->tree->root, "lib/apk/db/installed", '\n', apk_line, w);
	return is_missing(r) ? pacman_find(an, w) : r;
}

int answer_package(struct answers *an, const char *key, const char **ret)
{
	struct wanted w = {.a = an->arena, .names = str_split(an->arena, key, "|"), .at = NONE};
	uint32_t i;
	int r;

	w.found = arena_alloc(an->arena, sizeof(*w.found) * w.names.n);
	r = find(an, &w);
	if (r < 0)
		return r == -ENOENT ? -ENODATA : r;
	*ret = "";
	for (i = w.names.n; i-- > 0;)
		if (w.found[i])
			*ret = w.found[i];
	return 0;
}
