/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"
#include "model/diff-internal.h"

#include <errno.h>

struct event *diff_tell(struct diff *d, enum event_kind kind, const char *reason)
{
	struct event *e = LIST_PUSH(d->a, d->events);

	FIELD_SET(e, event, kind, kind);
	if (reason && *reason)
		FIELD_SET(e, event, reason, reason);
	return e;
}

static struct event *tell_gpu(struct diff *d, enum event_kind kind, const struct gpu_view *v, const char *reason)
{
	struct event *e = diff_tell(d, kind, reason);

	FIELD_SET(e, event, gpu, arena_str(d->a, v->id));
	FIELD_SET(e, event, address, v->address);
	FIELD_SET(e, event, name, arena_str(d->a, v->name));
	if (FIELD_KNOWN(v, gpu_view, state))
		FIELD_SET(e, event, new_state, v->state);
	if (FIELD_KNOWN(v, gpu_view, router))
		FIELD_SET(e, event, router, arena_str(d->a, v->router));
	return e;
}

void diff_change(struct event *e, const char *before, const char *after)
{
	FIELD_SET(e, event, before, before);
	FIELD_SET(e, event, after, after);
}

/* Which GPU of a list has this id; an id made of the address says nothing once another card may be there. */
static uint32_t find_id(const struct gpu_view_list *l, const char *id)
{
	uint32_t i;

	for (i = l->n; i-- > 0;)
		if (str_eq(l->v[i].id, id))
			return i;
	return NONE;
}

static bool same_model(const struct gpu_view *a, const struct gpu_view *b)
{
	return a->vendor_id == b->vendor_id && a->device_id == b->device_id;
}

/*
 * The old view of a GPU that is there now: the one with its id, or the one at its place whose id came from another
 * source. What names a card (AMD's unique_id, the serial number in configuration space) can be read only while the
 * driver is bound or the card awake, so an id may become known, or unknown, while nothing changes hands.
 */
static uint32_t find_before(const struct diff *d, const struct gpu_view *v)
{
	const struct gpu_view_list *old = &d->old->gpus;
	uint32_t i = find_id(old, v->id);

	if (i != NONE && same_model(&old->v[i], v))
		return i;
	for (i = 0; i < old->n; i++)
		if (old->v[i].address == v->address && same_model(&old->v[i], v) &&
		    old->v[i].id_source != v->id_source && snapshot_gpu_with_id(d->snap, old->v[i].id) == NONE)
			return i;
	return NONE;
}

static const char *place_words(const struct diff *d, const struct gpu_view *v)
{
	if (!FIELD_KNOWN(v, gpu_view, router))
		return "";
	return v->box && *v->box ? arena_printf(d->a, " in box %s (%s)", v->router, v->box) :
				   arena_printf(d->a, " in box %s", v->router);
}

/* It came back: known by an id that is not just the place it was at. */
static bool tell_returned(struct diff *d, const struct gpu_view *v)
{
	uint32_t i = find_id(&d->view->gone, v->id);
	const struct gpu_view *was;
	char now[PCI_ADDR_TEXT], then[PCI_ADDR_TEXT];
	struct event *e;

	if (i == NONE || v->id_source == ID_SOURCE_ADDRESS)
		return false;
	was = &d->view->gone.v[i];
	pci_addr_text(v->address, now);
	pci_addr_text(was->address, then);
	e = tell_gpu(d, EVENT_KIND_RETURNED, v,
		     v->address == was->address ?
			     arena_printf(d->a, "back at %s%s", now, place_words(d, v)) :
			     arena_printf(d->a, "back at %s%s; it was at %s", now, place_words(d, v), then));
	FIELD_SET(e, event, old_address, was->address);
	memmove(&d->view->gone.v[i], &d->view->gone.v[i + 1], (--d->view->gone.n - i) * sizeof(*was));
	return true;
}

static void tell_added(struct diff *d, const struct gpu_view *v)
{
	if (tell_returned(d, v))
		return;
	if (!FIELD_KNOWN(d->old, view, gpus))
		tell_gpu(d, EVENT_KIND_ADDED, v, arena_printf(d->a, "found at the start%s", place_words(d, v)));
	else
		tell_gpu(d, EVENT_KIND_ADDED, v, arena_printf(d->a, "new on the PCI bus%s", place_words(d, v)));
}

static const char *gone_reason(const struct diff *d, const struct gpu_view *v)
{
	uint32_t i;

	if (v->state == GPU_STATE_REMOVING || v->state == GPU_STATE_SAFE_TO_UNPLUG)
		return "taken out as asked";
	/* Concluded from an event alone, while it still stands in the snapshot: what became of its box is not known yet. */
	if (!FIELD_KNOWN(v, gpu_view, router) || snapshot_gpu_with_id(d->snap, v->id) != NONE)
		return v->state == GPU_STATE_LOST ? "it had stopped answering, and is gone from the PCI bus" :
						    "gone from the PCI bus";
	for (i = 0; i < d->view->routers.n; i++) {
		const struct router_view *r = &d->view->routers.v[i];

		if (!str_eq(r->name, v->router))
			continue;
		return FIELD_KNOWN(r, router_view, authorized) && !r->authorized ?
			       arena_printf(d->a, "the tunnel to box %s was taken down", r->name) :
			       arena_printf(d->a, "gone from the PCI bus; box %s is still there", r->name);
	}
	return arena_printf(d->a, "box %s was unplugged", v->router);
}

static void remember_gone(struct diff *d, const struct gpu_view *v)
{
	struct gpu_view_list *l = &d->view->gone;

	if (l->n == VIEW_GONE_MAX)
		memmove(&l->v[0], &l->v[1], --l->n * sizeof(*v));
	*LIST_PUSH(d->a, l) = gpu_view_copy(d->a, v);
}

static void tell_removed(struct diff *d)
{
	uint32_t i;

	for (i = 0; i < d->old->gpus.n; i++) {
		const struct gpu_view *v = &d->old->gpus.v[i];
		struct event *e;

		if (d->old_there[i])
			continue;
		e = tell_gpu(d, EVENT_KIND_REMOVED, v, gone_reason(d, v));
		if (FIELD_KNOWN(v, gpu_view, state))
			FIELD_SET(e, event, old_state, v->state);
		FIELD_SET(e, event, new_state, GPU_STATE_ABSENT);
		remember_gone(d, v);
	}
}

static void tell_state(struct diff *d, const struct gpu_view *was, const struct gpu_view *v, const struct gpu *g)
{
	enum event_kind kind = event_kind_of(v->state);
	struct event *e;

	if (!FIELD_KNOWN(v, gpu_view, state) || kind == EVENT_KIND_UNKNOWN)
		return;
	if (was && FIELD_KNOWN(was, gpu_view, state) && was->state == v->state)
		return;
	if (!was && v->state == GPU_STATE_UNBOUND)
		return; /* what every GPU is when it comes: said by its coming */
	e = tell_gpu(d, kind, v, gpu_state_reason(d->snap, g, d->a));
	if (was && FIELD_KNOWN(was, gpu_view, state))
		FIELD_SET(e, event, old_state, was->state);
}

static void tell_driver(struct diff *d, const struct gpu_view *was, const struct gpu_view *v)
{
	bool both = FIELD_KNOWN(was, gpu_view, driver) && FIELD_KNOWN(v, gpu_view, driver);

	if (!both || !*was->driver || !*v->driver || str_eq(was->driver, v->driver))
		return;
	diff_change(tell_gpu(d, EVENT_KIND_DRIVER_CHANGED, v,
			     arena_printf(d->a, "driver %s in place of %s", v->driver, was->driver)),
		    arena_str(d->a, was->driver), v->driver);
}

/* Other numbers while the state is the same: it was unbound and bound again between two looks. */
static void tell_nodes(struct diff *d, const struct gpu_view *was, const struct gpu_view *v)
{
	bool both = FIELD_KNOWN(was, gpu_view, nodes) && FIELD_KNOWN(v, gpu_view, nodes);

	if (!both || !*was->nodes || !*v->nodes || was->state != v->state || str_eq(was->nodes, v->nodes))
		return;
	diff_change(tell_gpu(d, EVENT_KIND_NODES_CHANGED, v,
			     arena_printf(d->a, "now %s; it was %s", v->nodes, was->nodes)),
		    arena_str(d->a, was->nodes), v->nodes);
}

static void tell_link(struct diff *d, const struct gpu_view *was, const struct gpu_view *v)
{
	const char *before, *after;

	if (!FIELD_KNOWN(was, gpu_view, link_mts) || !FIELD_KNOWN(v, gpu_view, link_mts) ||
	    (was->link_mts == v->link_mts && was->link_width == v->link_width))
		return;
	before = link_words(d->a, was->link_mts, was->link_width);
	after = link_words(d->a, v->link_mts, v->link_width);
	diff_change(tell_gpu(d, EVENT_KIND_LINK_CHANGED, v,
			     arena_printf(d->a, "its link can do %s; it could do %s", after, before)),
		    before, after);
}

static const struct display_view *display_find(const struct gpu_view *v, const struct display_view *wanted)
{
	uint32_t i;

	for (i = 0; v && i < v->displays.n; i++)
		if (str_eq(v->displays.v[i].connector, wanted->connector))
			return &v->displays.v[i];
	return NULL;
}

/* A monitor tells its name a moment after it was plugged in: only another name is another monitor. */
static bool other_monitor(const struct display_view *a, const struct display_view *b)
{
	return !a || (a->monitor && *a->monitor && b->monitor && *b->monitor && !str_eq(a->monitor, b->monitor));
}

/* Displays that `v` has and `other` has not. */
static void tell_displays(struct diff *d, enum event_kind kind, const struct gpu_view *v, const struct gpu_view *other,
			  const struct gpu_view *about)
{
	uint32_t i;

	for (i = 0; i < v->displays.n; i++) {
		const struct display_view *x = &v->displays.v[i];
		const char *monitor = x->monitor ? x->monitor : "";
		struct event *e;

		if (!other_monitor(display_find(other, x), x))
			continue;
		e = tell_gpu(d, kind, about, arena_printf(d->a, "%s%s%s at %s", *monitor ? "monitor " : "a display",
							  monitor, kind == EVENT_KIND_DISPLAY_CONNECTED ? "" : " no longer",
							  x->connector));
		FIELD_SET(e, event, connector, arena_str(d->a, x->connector));
		if (*monitor)
			FIELD_SET(e, event, monitor, arena_str(d->a, monitor));
	}
}

/* The better id stays when the source of it cannot be read for a while; one that becomes known is told. */
static void settle_id(struct diff *d, const struct gpu_view *was, struct gpu_view *v)
{
	struct event *e;

	if (str_eq(was->id, v->id))
		return;
	if (was->id_source < v->id_source) {
		v->id = arena_str(d->a, was->id);
		v->id_source = was->id_source;
		return;
	}
	if (tell_returned(d, v))
		return;
	e = tell_gpu(d, EVENT_KIND_RENAMED, v,
		     arena_printf(d->a, "its %s can be read now", enum_name(&id_source_tab, v->id_source)));
	diff_change(e, arena_str(d->a, was->id), v->id);
}

static void tell_moved(struct diff *d, const struct gpu_view *was, const struct gpu_view *v)
{
	char now[PCI_ADDR_TEXT], then[PCI_ADDR_TEXT];
	struct event *e;

	if (was->address == v->address)
		return;
	e = tell_gpu(d, EVENT_KIND_RETURNED, v,
		     arena_printf(d->a, "now at %s%s; it was at %s", pci_addr_text(v->address, now), place_words(d, v),
				  pci_addr_text(was->address, then)));
	FIELD_SET(e, event, old_address, was->address);
}

static void compare_gpu(struct diff *d, const struct gpu_view *was, struct gpu_view *v, const struct gpu *g)
{
	settle_id(d, was, v);
	gpu_view_inherit(d->a, v, was);
	tell_moved(d, was, v);
	tell_driver(d, was, v);
	tell_state(d, was, v, g);
	tell_nodes(d, was, v);
	tell_link(d, was, v);
	tell_displays(d, EVENT_KIND_DISPLAY_DISCONNECTED, was, v, v);
	tell_displays(d, EVENT_KIND_DISPLAY_CONNECTED, v, was, v);
}

/* The GPUs that are there, and for each the index of what it was before. */
static void take_gpus(struct diff *d, struct u32s *before)
{
	uint32_t i;

	for (i = 0; i < d->snap->gpus.n; i++) {
		const struct gpu *g = &d->snap->gpus.v[i];
		uint32_t was;

		if (g->state == GPU_STATE_ABSENT)
			continue;
		gpu_view_take(d->snap, g, d->a, LIST_PUSH(d->a, &d->view->gpus));
		was = find_before(d, &d->view->gpus.v[d->view->gpus.n - 1]);
		u32s_add(d->a, before, was);
		if (was != NONE)
			d->old_there[was] = true;
	}
}

static void gpus_here(struct diff *d, const struct u32s *before)
{
	uint32_t i, k = 0;

	for (i = 0; i < d->snap->gpus.n; i++) {
		const struct gpu *g = &d->snap->gpus.v[i];
		struct gpu_view *v;

		if (g->state == GPU_STATE_ABSENT)
			continue;
		v = &d->view->gpus.v[k];
		if (before->v[k] != NONE) {
			compare_gpu(d, &d->old->gpus.v[before->v[k]], v, g);
		} else {
			tell_added(d, v);
			tell_state(d, NULL, v, g);
			tell_displays(d, EVENT_KIND_DISPLAY_CONNECTED, v, NULL, v);
		}
		k++;
	}
}

void view_diff(const struct view *old, const struct snapshot *snap, struct arena *a, struct view *ret_view,
	       struct event_list *events)
{
	struct diff d = {.old = old, .snap = snap, .a = a, .view = ret_view, .events = events};
	struct u32s before = {0};
	uint32_t i;

	*ret_view = (struct view){0};
	if (!snap->has_pci && snap->pci_error && snap->pci_error != -ENOENT) {
		view_copy(a, old, ret_view);
		return;
	}
	FIELD_KNOW(ret_view, view, gpus);
	FIELD_KNOW(ret_view, view, gone);
	FIELD_KNOW(ret_view, view, routers);
	d.old_there = arena_alloc(a, old->gpus.n * sizeof(bool));
	for (i = 0; i < old->gone.n; i++)
		remember_gone(&d, &old->gone.v[i]);
	router_views_take(snap, a, &ret_view->routers);
	take_gpus(&d, &before);
	tell_removed(&d);
	diff_routers_gone(&d);
	diff_routers_here(&d);
	gpus_here(&d, &before);
}

void snapshot_diff(const struct snapshot *old, const struct snapshot *snap, struct arena *a, struct event_list *events)
{
	const struct snapshot nothing = {0};
	struct event_list ignored = {0};
	struct view none = {0}, before = {0}, after;

	if (old)
		view_diff(&none, old, a, &before, &ignored);
	view_diff(&before, snap ? snap : &nothing, a, &after, events);
}

void view_noted(struct view *v, const char *id, enum gpu_state state, struct arena *a, struct event_list *events)
{
	struct diff d = {.a = a, .events = events};
	uint32_t i = find_id(&v->gone, id);
	struct event *e;

	if (i == NONE || v->gone.v[i].state == state || event_kind_of(state) == EVENT_KIND_UNKNOWN)
		return;
	e = tell_gpu(&d, event_kind_of(state), &v->gone.v[i],
		     state == GPU_STATE_SAFE_TO_UNPLUG ? "everything on the way to it is taken down" : NULL);
	FIELD_SET(e, event, new_state, state);
	FIELD_SET(&v->gone.v[i], gpu_view, state, state);
}
