/* SPDX-License-Identifier: Apache-2.0 */
/* Container engines: what keeps a container from a node that the engine hands over. */
#include "check/check.h"

#include "base/parse.h"
#include "facts/engines.h"

/* The first node of the row's kind that a ready GPU has; NULL. */
static const char *node_below(struct check *c, const char *prefix)
{
	const struct snapshot *s = c->snap;
	uint32_t i, k;

	for (i = 0; i < s->gpus.n; i++) {
		for (k = 0; k < s->gpus.v[i].drm.n; k++) {
			const char *path = s->drm.v[s->gpus.v[i].drm.v[k]].path;

			if (path && str_starts(path, prefix))
				return path;
		}
		for (k = 0; k < s->gpus.v[i].nodes.n; k++)
			if (str_starts(s->gpus.v[i].nodes.v[k], prefix))
				return s->gpus.v[i].nodes.v[k];
	}
	return NULL;
}

static bool any_on(struct check *c, const struct runtime *r, const char *booleans)
{
	struct strs names = str_split(c->arena, booleans, " ");
	uint32_t i;

	for (i = 0; i < names.n; i++)
		if (strs_has(&r->selinux_on, names.v[i]))
			return true;
	return false;
}

static void run_selinux(struct check *c)
{
	const struct facts_selinux *row;
	uint32_t i;

	for (i = 0; i < c->snap->runtimes.n; i++)
		for (row = facts_selinuxes; row->nodes; row++) {
			const struct runtime *r = &c->snap->runtimes.v[i];
			const char *node, *boolean = arena_strn(c->arena, row->booleans, strcspn(row->booleans, " "));
			struct finding *f;

			if (!FIELD_KNOWN(r, runtime, selinux) || !r->selinux || any_on(c, r, row->booleans) ||
			    !(node = node_below(c, row->nodes)))
				continue;
			f = check_add(c, "GB0410", r->program, NONE, "SELinux does not let containers of %s open %s",
				      facts_engine_find(r->kind)->name, node);
			check_evidence(c, f, arena_printf(c->arena, "/sys/fs/selinux/booleans/%s", boolean), "off", "on");
			check_remedy(c, f, "Switch it on ('setsebool -P %s 1'), or start the container with --security-opt label=disable.", boolean);
		}
}

/* Podman and who would use it without root; false where there is no such pair. */
static bool rootless(struct check *c, const struct runtime **ret, const struct user **ret_user)
{
	const struct user *u = &c->snap->platform.user;
	uint32_t i;

	if (!FIELD_KNOWN(&c->snap->platform, platform, user) || !FIELD_KNOWN(u, user, uid) || u->uid == 0 || c->snap->gpus.n == 0)
		return false;
	*ret_user = u;
	for (i = 0; i < c->snap->runtimes.n; i++)
		if (c->snap->runtimes.v[i].kind == RUNTIME_KIND_PODMAN) {
			*ret = &c->snap->runtimes.v[i];
			return true;
		}
	return false;
}

/* The user's own, by a group that is not the primary one alone; a session at a seat gets the node by name. */
static bool by_group_alone(const struct user *u, const struct drm_node *d)
{
	return d->kind == DRM_KIND_RENDER && FIELD_KNOWN(d, drm_node, mode) && FIELD_KNOWN(d, drm_node, gid) && (d->mode & 06) != 06 &&
	       d->uid != u->uid && d->gid != u->gid && u32s_has(&u->gids, d->gid) && (d->mode & 060) == 060;
}

static void run_groups(struct check *c)
{
	const struct runtime *r;
	const struct user *u;
	bool crun;
	uint32_t i;

	if (!rootless(c, &r, &u) || (FIELD_KNOWN(u, user, session) && u->session))
		return;
	crun = strs_has(&r->oci, "crun");
	for (i = 0; i < c->snap->drm.n; i++) {
		const struct drm_node *d = &c->snap->drm.v[i];
		struct finding *f;

		if (!by_group_alone(u, d) || d->gpu == NONE || (r->keeps_groups && crun))
			continue;
		f = check_add(c, "GB0411", r->program, d->gpu, "%s may open %s by its group, which a container of Podman without root does not have",
			      u->name ? u->name : "the user", d->path);
		check_evidence(c, f, d->path, arena_printf(c->arena, "group %s, mode %04o", d->group ? d->group : "unknown", d->mode), NULL);
		if (FIELD_KNOWN(r, runtime, oci) && !crun)
			check_remedy(c, f, "Install crun and start the container with 'podman --runtime crun run --group-add keep-groups'; runc "
					   "cannot do it.");
		return;
	}
}

static void run_barrier(struct check *c)
{
	const struct runtime *r;
	const struct user *u;
	struct finding *f;
	bool apparmor;

	if (!rootless(c, &r, &u) || !FIELD_KNOWN(r, runtime, rootless_barrier) || !*r->rootless_barrier)
		return;
	apparmor = str_starts(r->rootless_barrier, "apparmor");
	f = check_add(c, "GB0412", r->program, NONE, "%s cannot start containers: users may make no namespaces", u->name ? u->name : "the user");
	check_evidence(c, f, arena_printf(c->arena, "/proc/sys/kernel/%s", r->rootless_barrier), apparmor ? "1" : "0", apparmor ? "0" : "1");
	if (apparmor)
		check_remedy(c, f, "Install the AppArmor profile for Podman (/etc/apparmor.d/podman, of Ubuntu's package apparmor), or start "
				   "containers as root.");
	else
		check_remedy(c, f, "'sysctl kernel.%s=1', or start containers as root.", r->rootless_barrier);
}

const struct check_fn check_confine_fns[] = {
	{"runtime", "GB0410", run_selinux}, {"runtime", "GB0411", run_groups}, {"runtime", "GB0412", run_barrier}, {0},
};
