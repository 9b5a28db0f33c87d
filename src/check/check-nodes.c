/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device nodes: whether they are there and whether the user asked about may open them. In a container most nodes are
 * missing on purpose, so that this is a note there.
 */
#include "base/parse.h"
#include "check/access.h"
#include "check/driver-why.h"

static const struct facts_driver *gpu_driver(const struct gpu *g)
{
	const struct facts_driver *row =
		g->driver && *g->driver ? facts_driver_find(g->driver) : NULL;

	return row && str_eq(row->role, "gpu") ? row : NULL;
}

/* Nodes that the kernel has and /dev has not. */
static void check_missing(struct check *c, uint32_t gpu)
{
	const struct gpu *g = &c->snap->gpus.v[gpu];
	struct finding *f = NULL;
	bool blocked = false;
	uint32_t i;

	/* A container needs the render node alone, and is safer without the other. */
	if (in_container(c) && gpu_is_given(c, g))
		return;
	for (i = 0; i < g->drm.n; i++) {
		const struct drm_node *d = &c->snap->drm.v[g->drm.v[i]];
		const char *path = arena_printf(c->arena, "/dev/dri/%s", d->name);
		const char *instead = FIELD_KNOWN(d, drm_node, instead) ? d->instead : "";

		if (!FIELD_KNOWN(d, drm_node, path) || *d->path)
			continue;
		if (!f)
			f = check_add(c, "GB4001", check_addr(c, g->address), gpu,
				      in_container(c) ?
					      "%s is not given to this container: %s is missing" :
					      "%s: %s is missing",
				      g->name, path);
		check_evidence(c, f, path, *instead ? instead : "missing",
			       arena_printf(c->arena, "character device %u:%u", d->major,
					    d->minor));
		blocked |= *instead != 0;
	}
	if (blocked)
		check_remedy(c, f,
			     "Something else stands where the node belongs. Remove it, then 'udevadm trigger --subsystem-match=drm' as "
			     "root, or boot again.");
	if (!f || !in_container(c))
		return;
	f->severity = SEVERITY_NOTE;
	check_remedy(
		c, f,
		"If the container is to use it, start it with the GPU's nodes ('--device' with a CDI name, or the nodes in "
		"/dev/dri).");
}

static bool has_kind(const struct check *c, const struct gpu *g, enum drm_kind kind)
{
	uint32_t i;

	for (i = 0; i < g->drm.n; i++)
		if (c->snap->drm.v[g->drm.v[i]].kind == kind)
			return true;
	return false;
}

/* A driver that makes DRM nodes and made none at all. */
static void check_made_none(struct check *c, uint32_t gpu)
{
	const struct gpu *g = &c->snap->gpus.v[gpu];
	const struct facts_driver *row = gpu_driver(g);
	struct finding *f;

	if (!row || !row->drm || !FIELD_KNOWN(g, gpu, drm) || gpu_out_of_reach(g) ||
	    g->state == GPU_STATE_WEDGED || g->survivability || has_kind(c, g, DRM_KIND_PRIMARY) ||
	    has_kind(c, g, DRM_KIND_RENDER))
		return;
	f = check_add(c, "GB4002", check_addr(c, g->address), gpu, "%s: %s made no card%s node",
		      g->name, g->driver, row->render ? " and no render" : "");
	check_evidence(c, f, check_pci_path(c, g->pci, "drm"), "no card",
		       row->render ? "card and renderD" : "card");
	check_remedy(c, f, "Read what the driver said: 'journalctl -k -b | grep -i %s'.",
		     g->driver);
}

static void check_own_nodes(struct check *c, uint32_t gpu)
{
	const struct gpu *g = &c->snap->gpus.v[gpu];
	struct finding *f;
	uint32_t i;

	if (g->nodes_missing.n == 0 || gpu_out_of_reach(g))
		return;
	f = check_add(c, "GB4003", check_addr(c, g->address), gpu,
		      in_container(c) ? "%s is not given to this container: %s is missing" :
					"%s: %s is missing",
		      g->name, g->nodes_missing.v[0]);
	for (i = 0; i < g->nodes_missing.n; i++)
		check_evidence(c, f, g->nodes_missing.v[i], "missing", "character device");
	if (in_container(c)) {
		f->severity = SEVERITY_NOTE;
		check_remedy(
			c, f,
			"If the container is to use it, start it with '--device' and the GPU's CDI name.");
	}
}

static const char *mode_text(struct check *c, const struct device_node *n)
{
	return arena_printf(c->arena, "mode %04o, group %s", n->mode, n->group ? n->group : "?");
}

/* One finding for a GPU: what counts is the render node; a card without one is judged by the card. */
static void check_access(struct check *c, uint32_t gpu)
{
	const struct gpu *g = &c->snap->gpus.v[gpu];
	const struct user *u = &c->snap->platform.user;
	enum drm_kind kind = has_kind(c, g, DRM_KIND_RENDER) ? DRM_KIND_RENDER : DRM_KIND_PRIMARY;
	bool at_screen = FIELD_KNOWN(u, user, session) && u->session;
	struct finding *f;
	uint32_t i;

	for (i = 0; i < g->drm.n; i++) {
		const struct drm_node *d = &c->snap->drm.v[g->drm.v[i]];

		if (d->kind != kind || d->partition >= 0 || !FIELD_KNOWN(d, drm_node, openable) ||
		    d->openable)
			continue;
		f = check_add(c, at_screen ? "GB4005" : "GB4004", check_addr(c, g->address), gpu,
			      at_screen ?
				      "%s: %s reaches %s only through the session at the screen" :
				      "%s: %s may not open %s",
			      g->name, user_name(c), d->path);
		access_evidence(c, f, d);
		if (FIELD_KNOWN(u, user, groups))
			check_evidence(c, f, "groups",
				       arena_printf(c->arena, "%u groups, not %s", u->groups.n,
						    d->group ? d->group : "its"),
				       d->group);
		access_remedy(c, f, d->path, d->mode, d->gid, d->group);
		return;
	}
}

static bool is_closed_nvidia(const struct device_node *n)
{
	return str_eq(n->driver, "nvidia") && FIELD_KNOWN(n, device_node, openable) && !n->openable;
}

/* NVIDIA's nodes are wanted together: one finding for all that are closed. Missing ones are said with their GPU. */
static void check_nvidia_nodes(struct check *c)
{
	const struct device_node_list *l = &c->snap->platform.device_nodes;
	struct finding *f = NULL;
	const char *closed = "";
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (is_closed_nvidia(&l->v[i]))
			closed = arena_printf(c->arena, "%s%s%s", closed, *closed ? ", " : "", l->v[i].path);
	for (i = 0; i < l->n; i++) {
		const struct device_node *n = &l->v[i];

		if (!is_closed_nvidia(n))
			continue;
		if (!f)
			f = check_add(c, "GB4007", n->path, n->gpus.n == 1 ? n->gpus.v[0] : NONE, "%s may not open %s",
				      user_name(c), closed);
		check_evidence(c, f, n->path, mode_text(c, n),
			       arena_printf(c->arena, "readable and writable by %s", user_name(c)));
		if (n->gid != 0 && (n->mode & 060) == 060)
			check_remedy(
				c, f,
				"Add the user to the group: 'usermod -aG %s %s' as root, then log in again.",
				n->group, user_name(c));
	}
}

/* A node that the kernel has beside those of DRM: /dev/kfd. */
static void check_compute_node(struct check *c, const struct device_node *n)
{
	uint32_t gpu = n->gpus.n == 1 ? n->gpus.v[0] : NONE;
	struct finding *f;

	if (FIELD_KNOWN(n, device_node, exists) && !n->exists) {
		f = check_add(c, "GB4006", n->path, gpu, "%s is missing, though the kernel has it",
			      n->path);
		check_evidence(c, f, n->path, "missing", "character device");
		if (in_container(c))
			f->severity = SEVERITY_NOTE;
	} else if (FIELD_KNOWN(n, device_node, openable) && !n->openable) {
		f = check_add(c, "GB4006", n->path, gpu, "%s may not open %s", user_name(c),
			      n->path);
		check_evidence(c, f, n->path, mode_text(c, n),
			       arena_printf(c->arena, "readable and writable by %s", user_name(c)));
		if (n->gid != 0 && (n->mode & 060) == 060)
			check_remedy(
				c, f,
				"Add the user to the group: 'usermod -aG %s %s' as root, then log in again.",
				n->group, user_name(c));
	}
}

/* Nodes without their link, once for the machine. */
static void check_by_path(struct check *c)
{
	const struct snapshot *s = c->snap;
	struct finding *f;
	uint32_t i;

	for (i = 0; i < s->drm.n; i++) {
		const struct drm_node *d = &s->drm.v[i];

		if (d->gpu == NONE || d->partition >= 0 || !FIELD_KNOWN(d, drm_node, gpu) ||
		    !FIELD_KNOWN(d, drm_node, by_path) || *d->by_path || !d->path || !*d->path)
			continue;
		f = check_add(c, "GB4008", "/dev/dri/by-path", NONE,
			      "%s has no link below /dev/dri/by-path", d->path);
		check_evidence(c, f, "/dev/dri/by-path", "no link to it", NULL);
		if (FIELD_KNOWN(&s->platform, platform, udev))
			check_evidence(c, f, "/run/udev/control",
				       s->platform.udev ? "there" : "missing", "udev runs");
		return;
	}
}

static void run_nodes(struct check *c)
{
	uint32_t i;

	for (i = 0; i < c->snap->gpus.n; i++) {
		check_missing(c, i);
		check_made_none(c, i);
		check_own_nodes(c, i);
		check_access(c, i);
	}
	for (i = 0; i < c->snap->platform.device_nodes.n; i++)
		if (facts_node_find(c->snap->platform.device_nodes.v[i].path))
			check_compute_node(c, &c->snap->platform.device_nodes.v[i]);
	check_nvidia_nodes(c);
	check_by_path(c);
}

const struct check_fn check_nodes_fns[] = {
	{"nodes", "GB4001 GB4002 GB4003 GB4004 GB4005 GB4006 GB4007 GB4008", run_nodes},
	{0},
};
