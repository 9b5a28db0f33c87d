/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/box.h"

#include "base/parse.h"

#include <errno.h>

enum { PREFIX_MIN = 4 };

bool box_is(const struct tb_router *r)
{
	return !r->host && FIELD_KNOWN(r, tb_router, depth) && r->depth > 0;
}

const char *box_name(struct arena *a, const struct tb_router *r)
{
	const char *maker = r->vendor_name ? r->vendor_name : "", *name = r->device_name ? r->device_name : "";

	if (!*maker && !*name)
		return arena_printf(a, "the box at %s", r->name);
	return arena_printf(a, "%s%s%s", maker, *maker && *name ? " " : "", name);
}

const struct tb_domain *box_domain(const struct snapshot *s, const struct tb_router *r)
{
	return FIELD_KNOWN(r, tb_router, domain) && r->domain != NONE ? &s->domains.v[r->domain] : NULL;
}

const char *box_path(struct arena *a, const struct tb_router *r, const char *attribute)
{
	return arena_printf(a, "/sys/bus/thunderbolt/devices/%s/%s", r->name, attribute);
}

uint32_t box_before(const struct snapshot *s, uint32_t router)
{
	uint32_t up = router, found = NONE;

	/* A parent is always nearer to the host: probe sees to it. */
	while (FIELD_KNOWN(&s->routers.v[up], tb_router, parent) && (up = s->routers.v[up].parent) != NONE)
		if (box_is(&s->routers.v[up]) && FIELD_KNOWN(&s->routers.v[up], tb_router, authorized) && !s->routers.v[up].authorized)
			found = up;
	return found;
}

uint32_t box_find(const struct snapshot *s, const char *text, struct err *e)
{
	size_t n = strlen(text);
	uint32_t i, found = NONE;

	for (i = 0; i < s->routers.n; i++) {
		const struct tb_router *r = &s->routers.v[i];
		const char *id = r->unique_id ? r->unique_id : "";

		if (!box_is(r))
			continue;
		if (str_eq(r->name, text) || str_ieq(id, text))
			return i;
		if (n < PREFIX_MIN || strlen(id) < n || !str_ieq(arena_strn(s->arena, id, n), text))
			continue;
		if (found != NONE) {
			err_set(e, -EEXIST, "'%s' is the beginning of two unique ids: at %s and at %s", text, s->routers.v[found].name,
				r->name);
			return NONE;
		}
		found = i;
	}
	return found;
}

bool box_level_shuts_out(const struct tb_domain *d)
{
	return d->security == TB_SECURITY_DPONLY || d->security == TB_SECURITY_USBONLY || d->security == TB_SECURITY_NOPCIE;
}
