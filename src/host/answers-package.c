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

static bool package_line(void *arg, const char *record, size_t n)
{
	struct wanted *w = arg;

	if (n > 9 && memcmp(record, "Package: ", 9) == 0) {
		for (w->at = 0; w->at < w->names.n; w->at++)
			if (strlen(w->names.v[w->at]) == n - 9 && memcmp(w->names.v[w->at], record + 9, n - 9) == 0)
				return true;
		w->at = NONE;
	} else if (w->at != NONE && n > 8 && memcmp(record, "Status: ", 8) == 0) {
		if (n < 10 || memcmp(record + n - 10, " installed", 10) != 0)
			w->at = NONE;
	} else if (w->at != NONE && n > 9 && memcmp(record, "Version: ", 9) == 0) {
		w->found[w->at] = utf8_clean(w->a, record + 9, n - 9);
	}
	return true;
}

/* Alpine's database: "P:podman" and "V:5.2.2-r1", a line each. */
static bool apk_line(void *arg, const char *record, size_t n)
{
	struct wanted *w = arg;

	if (n > 2 && memcmp(record, "P:", 2) == 0) {
		for (w->at = 0; w->at < w->names.n; w->at++)
			if (strlen(w->names.v[w->at]) == n - 2 && memcmp(w->names.v[w->at], record + 2, n - 2) == 0)
				return true;
		w->at = NONE;
	} else if (w->at != NONE && n > 2 && memcmp(record, "V:", 2) == 0) {
		w->found[w->at] = utf8_clean(w->a, record + 2, n - 2);
	}
	return true;
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
	int r = tree_scan(&an->tree->root, "var/lib/dpkg/status", '\n', package_line, w);

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
