/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes are known by their unique id, and by their place where they tell none. */
#include "base/parse.h"
#include "model/diff-internal.h"

static struct event *tell_router(struct diff *d, enum event_kind kind, const struct router_view *v, const char *reason)
{
	struct event *e = diff_tell(d, kind, reason);

	FIELD_SET(e, event, router, arena_str(d->a, v->name));
	FIELD_SET(e, event, name, arena_str(d->a, v->title));
	return e;
}

static const struct router_view *router_find(const struct router_view_list *l, const struct router_view *wanted)
{
	bool by_id = FIELD_KNOWN(wanted, router_view, unique_id);
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (by_id && FIELD_KNOWN(&l->v[i], router_view, unique_id) ?
			    str_eq(l->v[i].unique_id, wanted->unique_id) :
			    str_eq(l->v[i].name, wanted->name))
			return &l->v[i];
	return NULL;
}

static void tell_authorized(struct diff *d, const struct router_view *was, const struct router_view *v)
{
	bool before = was && FIELD_KNOWN(was, router_view, authorized) && was->authorized;

	if (!FIELD_KNOWN(v, router_view, authorized) || before == v->authorized)
		return;
	if (v->authorized)
		tell_router(d, EVENT_KIND_AUTHORIZED, v, "a PCIe tunnel to it is allowed");
	else
		tell_router(d, EVENT_KIND_DEAUTHORIZED, v, "its PCIe tunnel is not allowed any more");
}

static void tell_router_added(struct diff *d, const struct router_view *was, const struct router_view *v)
{
	const char *how = was ? arena_printf(d->a, "moved here from %s", was->name) :
				FIELD_KNOWN(d->old, view, routers) ? "plugged in" : "found at the start";

	if (FIELD_KNOWN(v, router_view, authorized) && !v->authorized)
		how = arena_printf(d->a, "%s; not authorized, so no GPU in it can be seen", how);
	tell_router(d, EVENT_KIND_ROUTER_ADDED, v, how);
	if (FIELD_KNOWN(v, router_view, authorized) && v->authorized)
		tell_authorized(d, NULL, v);
}

static void tell_rate(struct diff *d, const struct router_view *was, const struct router_view *v)
{
	const char *before, *after;

	if (!FIELD_KNOWN(was, router_view, rate_mbps) || !FIELD_KNOWN(v, router_view, rate_mbps) ||
	    was->rate_mbps == v->rate_mbps)
		return;
	before = rate_words(d->a, was->rate_mbps);
	after = rate_words(d->a, v->rate_mbps);
	diff_change(tell_router(d, EVENT_KIND_LINK_CHANGED, v,
				arena_printf(d->a, "its link to the host carries %s; it carried %s", after, before)),
		    before, after);
}

void diff_routers_gone(struct diff *d)
{
	uint32_t i;

	for (i = 0; i < d->old->routers.n; i++) {
		const struct router_view *r = &d->old->routers.v[i];

		if (!router_find(&d->view->routers, r))
			tell_router(d, EVENT_KIND_ROUTER_REMOVED, r, "unplugged, or its controller went away");
	}
}

void diff_routers_here(struct diff *d)
{
	uint32_t i;

	for (i = 0; i < d->view->routers.n; i++) {
		struct router_view *v = &d->view->routers.v[i];
		const struct router_view *was = router_find(&d->old->routers, v);

		if (!was || !str_eq(was->name, v->name)) {
			tell_router_added(d, was, v);
			continue;
		}
		router_view_inherit(v, was);
		tell_authorized(d, was, v);
		tell_rate(d, was, v);
	}
}
