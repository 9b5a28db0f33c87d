/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/attribute.h"

#include "base/parse.h"
#include "facts/holders.h"

enum { ID_MIN = 12, ID_MAX = 128 };

/* A container's id is hexadecimal. "conmon-1f…", the engine's own helper, is none. */
static bool is_id(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f')))
			return false;
	return n >= ID_MIN && n <= ID_MAX;
}

static bool parent_fits(const char *wanted, const char *parent)
{
	size_t n = wanted ? strlen(wanted) : 0;

	if (!wanted)
		return true;
	return wanted[n - 1] == '*' ? strncmp(parent, wanted, n - 1) == 0 : str_eq(parent, wanted);
}

static const struct facts_cgroup *container_of(struct arena *a, const char *parent, const char *name, const char **ret_id)
{
	const struct facts_cgroup *row;

	for (row = facts_cgroups; row->engine; row++) {
		size_t n = strlen(name), prefix = strlen(row->prefix), suffix = strlen(row->suffix);

		if (!parent_fits(row->parent, parent) || !str_starts(name, row->prefix) || !str_ends(name, row->suffix) ||
		    n <= prefix + suffix || !is_id(name + prefix, n - prefix - suffix))
			continue;
		*ret_id = arena_strn(a, name + prefix, n - prefix - suffix);
		return row;
	}
	return NULL;
}

/* "kubepods-burstable-pod1234_5678.slice" and "pod1234-5678" hold a pod's uid. */
static const char *pod_of(struct arena *a, const char *name)
{
	const char *at = str_starts(name, "kubepods") ? strstr(name, "-pod") : NULL;
	char *uid, *c;
	size_t n;

	if (at)
		name = at + 1;
	else if (!str_starts(name, "pod"))
		return NULL;
	n = strcspn(name, ".");
	uid = arena_strn(a, name + 3, n - 3);
	for (c = uid; *c; c++)
		*c = *c == '_' ? '-' : *c;
	return n - 3 >= 32 ? uid : NULL;
}

/* "user@1000.service": what is below it is run by that user's own manager. */
static bool manager_of(struct arena *a, const char *name, uint32_t *ret)
{
	size_t n = strlen("user@"), end = strlen(".service"), all = strlen(name);

	return str_starts(name, "user@") && str_ends(name, ".service") && all > n + end &&
	       parse_u32(arena_strn(a, name + n, all - n - end), 10, UINT32_MAX, ret) == 0;
}

/*
 * One control group, from the root down. The outermost container is the one that an engine of this machine can stop;
 * what runs inside of it is its own affair.
 */
static void path_read(struct arena *a, const char *path, struct holder *h)
{
	struct strs names = str_split(a, path, "/");
	const char *pod = NULL, *unit = NULL, *id;
	const struct facts_cgroup *row = NULL;
	uint32_t i, uid = NONE, found;

	for (i = 0; i < names.n && !row; i++) {
		const char *name = names.v[i];

		if (manager_of(a, name, &found)) {
			uid = found;
			unit = name;
			continue;
		}
		if (pod_of(a, name))
			pod = pod_of(a, name);
		row = container_of(a, i ? names.v[i - 1] : "", name, &id);
		if (!row && (str_ends(name, ".service") || str_ends(name, ".scope")))
			unit = name;
	}
	if (row) {
		FIELD_SET(h, holder, engine, row->engine);
		FIELD_SET(h, holder, container, id);
	}
	if (row && pod)
		FIELD_SET(h, holder, pod, pod);
	/* A container below the user's manager is not that manager's own doing. */
	if (unit && !FIELD_KNOWN(h, holder, unit) && !(row && uid != NONE && manager_of(a, unit, &found)))
		FIELD_SET(h, holder, unit, unit);
	if (uid != NONE)
		FIELD_SET(h, holder, manager_uid, uid);
}

/* "ID", "docker-ID.scope", "slice:cri:ID". */
static bool is_named(const char *name, size_t n, const char *id)
{
	static const char scope[] = ".scope";
	size_t k = strlen(id), s = strlen(scope);

	if (n > s && memcmp(name + n - s, scope, s) == 0)
		n -= s;
	return k && n >= k && memcmp(name + n - k, id, k) == 0 && (n == k || name[n - k - 1] == '-' || name[n - k - 1] == ':');
}

size_t attribute_named(const char *path, const char *id)
{
	const char *name = path, *end;

	for (; *name; name = end) {
		name += strspn(name, "/");
		end = name + strcspn(name, "/");
		if (is_named(name, (size_t)(end - name), id))
			return (size_t)(end - path);
	}
	return 0;
}

/* The path in "0::/path" and "7:devices:/path"; NULL where there is none. */
static const char *path_in(const char *line)
{
	const char *names = strchr(line, ':'), *path = names ? strchr(names + 1, ':') : NULL;

	return path ? path + 1 : NULL;
}

const char *attribute_own(struct arena *a, const char *text, const char *id)
{
	struct strs lines = str_split(a, text, "\n");
	uint32_t i;

	for (i = 0; i < lines.n; i++) {
		const char *path = path_in(lines.v[i]);
		size_t n = path ? attribute_named(path, id) : 0;

		if (n)
			return arena_strn(a, path, n);
	}
	return NULL;
}

bool attribute_below(struct arena *a, const char *text, const char *group)
{
	struct strs lines = str_split(a, text, "\n");
	size_t n = strlen(group);
	uint32_t i;

	for (i = 0; i < lines.n; i++) {
		const char *path = path_in(lines.v[i]);

		if (path && str_starts(path, group) && (path[n] == '/' || path[n] == '\0'))
			return true;
	}
	return false;
}

/* "0::/path" is version 2, "1:name=systemd:/path" what systemd keeps beside version 1; all others come last. */
static unsigned rank(const char *line)
{
	return strstr(line, ":name=systemd:") ? 0 : str_starts(line, "0::") ? 1 : 2;
}

void attribute_cgroup(struct arena *a, const char *text, struct holder *h)
{
	struct strs lines = str_split(a, text, "\n");
	unsigned r;
	uint32_t i;

	for (r = 0; r < 3; r++)
		for (i = 0; i < lines.n; i++) {
			const char *path = path_in(lines.v[i]);

			if (path && rank(lines.v[i]) == r && !FIELD_KNOWN(h, holder, container))
				path_read(a, path, h);
		}
}
