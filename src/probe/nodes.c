/* SPDX-License-Identifier: Apache-2.0 */
/* Device nodes that GPU drivers make beside those of DRM, and whether the user may open them. */
#include "probe/platform.h"

#include "base/parse.h"
#include "facts/driver-rules.h"
#include "host/users.h"

#include <errno.h>

#define PHASE "modules"
enum { NODES_MAX = 256 };

static const char *group_name(struct probe *p, uint32_t gid)
{
	const char *key = arena_printf(p->a, "%u", gid), *s;

	if (tree_answer(p->tree, p->a, "group", key, &s) == 0)
		return arena_strn(p->a, s, strcspn(s, " "));
	return group_find(p->root, p->a, key, &s, &gid) == 0 ? s : key;
}

static void node_read(struct probe *p, struct device_node *n)
{
	const struct user *u = &p->snap->platform.user;
	struct tree_stat st;
	int r = tree_stat(p->root, n->path + 1, &st);

	if (r == -ENOENT)
		FIELD_SET(n, device_node, exists, false);
	if (r < 0) {
		snapshot_gap(p->snap, PHASE, n->path, r);
		return;
	}
	FIELD_SET(n, device_node, exists, true);
	FIELD_SET(n, device_node, uid, st.uid);
	FIELD_SET(n, device_node, gid, st.gid);
	FIELD_SET(n, device_node, mode, st.mode);
	FIELD_SET(n, device_node, group, group_name(p, st.gid));
	if (FIELD_KNOWN(u, user, uid) && FIELD_KNOWN(u, user, gids))
		FIELD_SET(n, device_node, openable, user_may_open(u, st.mode, st.uid, st.gid));
}

static void node_add(struct probe *p, const char *path, const char *driver, uint32_t gpu)
{
	struct device_node_list *l = &p->snap->platform.device_nodes;
	struct device_node *n;
	uint32_t i;

	for (i = 0; i < l->n && !str_eq(l->v[i].path, path); i++)
		;
	if (i == l->n) {
		if (l->n >= NODES_MAX)
			return;
		n = LIST_PUSH(p->a, l);
		FIELD_SET(n, device_node, path, path);
		FIELD_SET(n, device_node, driver, driver);
		FIELD_KNOW(n, device_node, gpus);
		node_read(p, n);
	}
	if (!u32s_has(&l->v[i].gpus, gpu))
		u32s_add(p->a, &l->v[i].gpus, gpu);
}

void modules_nodes(struct probe *p)
{
	const struct facts_node *row;
	uint32_t i, k;

	for (i = 0; i < p->snap->gpus.n; i++) {
		const struct gpu *g = &p->snap->gpus.v[i];

		if (!g->driver || !*g->driver)
			continue;
		for (k = 0; k < g->nodes.n; k++)
			node_add(p, g->nodes.v[k], g->driver, i);
		for (k = 0; k < g->nodes_missing.n; k++)
			node_add(p, g->nodes_missing.v[k], g->driver, i);
		for (row = facts_nodes; row->driver; row++)
			if (str_eq(row->driver, g->driver) && tree_exists(p->root, row->when))
				node_add(p, arena_printf(p->a, "/dev/%s", row->node), g->driver, i);
	}
	FIELD_KNOW(&p->snap->platform, platform, device_nodes);
}
