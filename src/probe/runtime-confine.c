/* SPDX-License-Identifier: Apache-2.0 */
/* What confines containers beside their engine: SELinux, AppArmor, user namespaces, and which program makes them. */
#include "probe/runtime.h"

#include "base/parse.h"

#include <errno.h>

/* Reads "1", or "1 1" of a boolean (now and after the next load). 1, 0, or -errno. */
static int is_one(struct probe *p, const char *path)
{
	const char *s;
	int r = tree_read_str(p->root, path, p->a, &s);

	return r < 0 ? r : *s == '1';
}

static void booleans_on(struct probe *p, struct runtime *r)
{
	const struct facts_selinux *row;
	uint32_t i;

	FIELD_KNOW(r, runtime, selinux_on);
	for (row = facts_selinuxes; row->nodes; row++) {
		struct strs names = str_split(p->a, row->booleans, " ");

		for (i = 0; i < names.n; i++)
			if (!strs_has(&r->selinux_on, names.v[i]) &&
			    is_one(p, arena_printf(p->a, "sys/fs/selinux/booleans/%s", names.v[i])) == 1)
				strs_add(p->a, &r->selinux_on, names.v[i]);
	}
}

void runtime_selinux(struct probe *p, struct runtime *r, bool labels)
{
	int enforcing = is_one(p, "sys/fs/selinux/enforce");

	if (enforcing < 0 && enforcing != -ENOENT)
		return;
	FIELD_SET(r, runtime, selinux, enforcing == 1 && labels);
	if (r->selinux)
		booleans_on(p, r);
}

/* Ubuntu lets only programs with a profile make user namespaces; its profile for Podman comes with AppArmor's package. */
static const char *rootless_barrier(struct probe *p)
{
	if (is_one(p, "proc/sys/kernel/unprivileged_userns_clone") == 0)
		return "unprivileged_userns_clone";
	if (is_one(p, "proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1 && !tree_exists(p->root, "etc/apparmor.d/podman"))
		return "apparmor_restrict_unprivileged_userns";
	return "";
}

void runtime_rootless(struct probe *p, struct runtime *r)
{
	FIELD_SET(r, runtime, rootless_barrier, rootless_barrier(p));
}

void runtime_oci(struct probe *p, struct runtime *r)
{
	static const char *const names[] = {"crun", "runc"}, *const places[] = {"usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin"};
	unsigned i, k;

	FIELD_KNOW(r, runtime, oci);
	for (i = 0; i < ARRAY_LEN(names); i++)
		for (k = 0; k < ARRAY_LEN(places); k++)
			if (tree_exists(p->root, arena_printf(p->a, "%s/%s", places[k], names[i]))) {
				strs_add(p->a, &r->oci, names[i]);
				break;
			}
}
