/* SPDX-License-Identifier: Apache-2.0 */
#include "check/access.h"

bool in_container(const struct check *c)
{
	return c->snap->platform.virt == VIRT_KIND_CONTAINER;
}

bool gpu_is_given(const struct check *c, const struct gpu *g)
{
	bool render = false;
	uint32_t i;

	if (!in_container(c))
		return true;
	for (i = 0; i < g->drm.n; i++) {
		const struct drm_node *d = &c->snap->drm.v[g->drm.v[i]];

		render |= d->kind == DRM_KIND_RENDER;
		if (d->kind == DRM_KIND_RENDER && (!FIELD_KNOWN(d, drm_node, path) || *d->path))
			return g->nodes_missing.n == 0;
	}
	return !render && g->nodes_missing.n == 0;
}

const char *user_name(const struct check *c)
{
	const struct user *u = &c->snap->platform.user;

	return u->name && *u->name ? u->name : "the user";
}

void access_evidence(struct check *c, struct finding *f, const struct drm_node *d)
{
	check_evidence(c, f, d->path,
		       FIELD_KNOWN(d, drm_node, mode) ?
			       arena_printf(c->arena, "mode %04o, group %s", d->mode,
					    d->group ? d->group : "?") :
			       "closed",
		       arena_printf(c->arena, "readable and writable by %s", user_name(c)));
}

void access_remedy(struct check *c, struct finding *f, const char *path, uint32_t mode,
		   uint32_t gid, const char *group)
{
	bool joins = gid != 0 && (mode & 060) == 060;

	if (joins && in_container(c))
		check_remedy(
			c, f,
			"Start the container with '--group-add %u', the group of the node by number, or with '--group-add keep-groups' "
			"(podman with crun), or by a CDI spec of 'gpubay cdi generate'.",
			gid);
	else if (joins)
		check_remedy(
			c, f,
			"Add the user to the group: 'usermod -aG %s %s' as root, then log in again.",
			group ? group : "GROUP", user_name(c));
	else
		check_remedy(
			c, f,
			"%s belongs to no group that could be joined: udev's rules have not set it up. Run 'udevadm trigger' as "
			"root, or add a rule (SUBSYSTEM==\"drm\", KERNEL==\"renderD*\", GROUP=\"render\", MODE=\"0660\").",
			path);
}

void access_remedy_refused(struct check *c, struct finding *f, const struct drm_node *d)
{
	if (FIELD_KNOWN(d, drm_node, openable) && d->openable)
		check_remedy(
			c, f,
			"The node's mode lets %s in, so something else refuses: in a container its device rules (start it with '--device %s' "
			"or a CDI name), else a security module ('journalctl -k -b | grep -i denied').",
			user_name(c), d->path);
	else if (FIELD_KNOWN(d, drm_node, mode))
		access_remedy(c, f, d->path, d->mode, d->gid, d->group);
}

bool access_is_said(const struct check *c, const struct drm_node *d)
{
	return FIELD_KNOWN(d, drm_node, openable) && !d->openable && check_runs(c, "nodes");
}
