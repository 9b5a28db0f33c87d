/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/module-uses.h"

#include "base/parse.h"

enum { DEPTH_MAX = 8 };

/* A module that is built on it counts as one use; its own uses are its affair, and counted there. */
static bool add(struct tree *t, struct arena *a, const char *module, struct strs *seen, unsigned depth, uint64_t *sum)
{
	struct strs users = {0};
	uint64_t count;
	uint32_t i;

	if (strs_has(seen, module))
		return true;
	strs_add(a, seen, module);
	if (depth > DEPTH_MAX || tree_read_u64(&t->root, arena_printf(a, "sys/module/%s/refcnt", module), 10, &count) < 0 ||
	    tree_list(&t->root, arena_printf(a, "sys/module/%s/holders", module), a, &users) < 0)
		return false;
	*sum += count > users.n ? count - users.n : 0;
	for (i = 0; i < users.n; i++)
		if (!add(t, a, users.v[i], seen, depth + 1, sum))
			return false;
	return true;
}

bool module_uses(struct tree *t, struct arena *a, const char *driver, uint64_t *ret)
{
	const char *link = arena_printf(a, "sys/bus/pci/drivers/%s/module", driver), *module;
	struct strs seen = {0};

	*ret = 0;
	/* bochs-drm is made by the module bochs. */
	if (tree_link_base(&t->root, link, a, &module) < 0)
		module = driver;
	return add(t, a, module, &seen, 0, ret);
}
