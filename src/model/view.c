/* SPDX-License-Identifier: Apache-2.0 */
#include "model/view.h"

#include "base/buf.h"
#include "base/parse.h"

FIELD_TABLE(display_view, DISPLAY_VIEW)
FIELD_TABLE(gpu_view, GPU_VIEW)
FIELD_TABLE(router_view, ROUTER_VIEW)
FIELD_TABLE(view, VIEW)

/* "card1-DP-2" is "DP-2": the card's number is another one each time the driver binds. */
static const char *connector_words(const struct connector *c)
{
	const char *dash = strchr(c->name, '-');

	return dash && dash[1] ? dash + 1 : c->name;
}

static void take_displays(const struct snapshot *s, const struct gpu *g, struct arena *a, struct gpu_view *v)
{
	uint32_t i;

	for (i = 0; i < g->connectors.n; i++) {
		const struct connector *c = &s->connectors.v[g->connectors.v[i]];
		struct display_view *d;

		if (!FIELD_KNOWN(c, connector, status))
			return; /* nothing can be said of any: they are all read the same way */
		if (c->status != CONNECTOR_STATUS_CONNECTED)
			continue;
		d = LIST_PUSH(a, &v->displays);
		FIELD_SET(d, display_view, connector, arena_str(a, connector_words(c)));
		if (FIELD_KNOWN(c, connector, monitor) && c->monitor.name)
			FIELD_SET(d, display_view, monitor, arena_str(a, c->monitor.name));
	}
	if (FIELD_KNOWN(g, gpu, connectors))
		FIELD_KNOW(v, gpu_view, displays);
}

static const char *nodes_words(const struct snapshot *s, const struct gpu *g, struct arena *a)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (i = 0; i < g->drm.n; i++)
		buf_addf(&b, "%s%s", i ? " " : "", s->drm.v[g->drm.v[i]].name);
	return arena_strn(a, b.p ? b.p : "", b.n);
}

/* What a process may hold it by. Nodes that no event tells the number of are looked up by their names. */
static const char *had_words(const struct snapshot *s, const struct gpu *g, struct arena *a)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	if (!g->driver || !*g->driver || (!g->drm.n && !g->nodes.n))
		return NULL;
	buf_adds(&b, g->driver);
	for (i = 0; i < g->drm.n; i++) {
		const struct drm_node *d = &s->drm.v[g->drm.v[i]];

		if (FIELD_KNOWN(d, drm_node, major) && FIELD_KNOWN(d, drm_node, minor))
			buf_addf(&b, " /dev/%s/%s=%u:%u", d->kind == DRM_KIND_ACCEL ? "accel" : "dri", d->name, d->major, d->minor);
	}
	for (i = 0; i < g->nodes.n; i++)
		buf_addf(&b, " %s", g->nodes.v[i]);
	return arena_strn(a, b.p, b.n);
}

/* What a link can do is what both of its ends can do. A dead device says 255 lanes. */
static void take_link(const struct gpu *g, struct gpu_view *v)
{
	const struct pci_link *own = &g->link, *other = &g->link_partner;
	bool partner = FIELD_KNOWN(g, gpu, link_partner);

	if (!FIELD_KNOWN(g, gpu, link) || !FIELD_KNOWN(own, pci_link, max_speed_mts) ||
	    !FIELD_KNOWN(own, pci_link, max_width) || own->max_width == 0 || own->max_width > 32)
		return;
	FIELD_SET(v, gpu_view, link_mts, own->max_speed_mts);
	FIELD_SET(v, gpu_view, link_width, own->max_width);
	if (partner && FIELD_KNOWN(other, pci_link, max_speed_mts) && other->max_speed_mts)
		v->link_mts = MIN(v->link_mts, other->max_speed_mts);
	if (partner && FIELD_KNOWN(other, pci_link, max_width) && other->max_width)
		v->link_width = MIN(v->link_width, other->max_width);
}

static void take_place(const struct snapshot *s, const struct gpu *g, struct arena *a, struct gpu_view *v)
{
	const struct external *x = &g->external;

	if (!FIELD_KNOWN(g, gpu, external) || !FIELD_KNOWN(x, external, router) || x->router == NONE)
		return;
	FIELD_SET(v, gpu_view, router, arena_str(a, s->routers.v[x->router].name));
	if (FIELD_KNOWN(x, external, enclosure))
		FIELD_SET(v, gpu_view, box, arena_str(a, x->enclosure));
}

void gpu_view_take(const struct snapshot *s, const struct gpu *g, struct arena *a, struct gpu_view *ret)
{
	const char *had;

	*ret = (struct gpu_view){0};
	FIELD_SET(ret, gpu_view, id, arena_str(a, g->id ? g->id : ""));
	FIELD_SET(ret, gpu_view, id_source, g->id_source);
	FIELD_SET(ret, gpu_view, address, g->address);
	FIELD_SET(ret, gpu_view, vendor_id, g->vendor_id);
	FIELD_SET(ret, gpu_view, device_id, g->device_id);
	FIELD_SET(ret, gpu_view, name, arena_str(a, g->name ? g->name : ""));
	if (FIELD_KNOWN(g, gpu, state) && g->state != GPU_STATE_UNKNOWN)
		FIELD_SET(ret, gpu_view, state, g->state);
	if (FIELD_KNOWN(g, gpu, driver))
		FIELD_SET(ret, gpu_view, driver, arena_str(a, g->driver));
	if (FIELD_KNOWN(g, gpu, drm))
		FIELD_SET(ret, gpu_view, nodes, nodes_words(s, g, a));
	had = had_words(s, g, a);
	if (had)
		FIELD_SET(ret, gpu_view, had, had);
	take_displays(s, g, a, ret);
	take_link(g, ret);
	take_place(s, g, a, ret);
}

static const char *router_title(const struct tb_router *r, struct arena *a)
{
	const char *maker = r->vendor_name ? r->vendor_name : "", *name = r->device_name ? r->device_name : "";

	return arena_printf(a, "%s%s%s", maker, *maker && *name ? " " : "", name);
}

void router_views_take(const struct snapshot *s, struct arena *a, struct router_view_list *ret)
{
	uint32_t i;

	for (i = 0; i < s->routers.n; i++) {
		const struct tb_router *r = &s->routers.v[i];
		struct router_view *v;
		uint32_t rate = tb_router_rate_mbps(r);

		if (r->host || !r->name)
			continue;
		v = LIST_PUSH(a, ret);
		FIELD_SET(v, router_view, name, arena_str(a, r->name));
		FIELD_SET(v, router_view, title, router_title(r, a));
		if (FIELD_KNOWN(r, tb_router, unique_id) && r->unique_id && *r->unique_id)
			FIELD_SET(v, router_view, unique_id, arena_str(a, r->unique_id));
		if (FIELD_KNOWN(r, tb_router, authorized))
			FIELD_SET(v, router_view, authorized, r->authorized != 0);
		if (rate)
			FIELD_SET(v, router_view, rate_mbps, rate);
	}
}

static void copy_displays(struct arena *a, struct gpu_view *v)
{
	struct display_view *d = arena_dup(a, v->displays.v, v->displays.n * sizeof(*d));
	uint32_t i;

	for (i = 0; i < v->displays.n; i++) {
		d[i].connector = arena_str(a, d[i].connector);
		d[i].monitor = arena_str(a, d[i].monitor);
	}
	v->displays.v = d;
}

struct gpu_view gpu_view_copy(struct arena *a, const struct gpu_view *v)
{
	struct gpu_view c = *v;

	c.id = arena_str(a, v->id);
	c.name = arena_str(a, v->name);
	c.driver = arena_str(a, v->driver);
	c.nodes = arena_str(a, v->nodes);
	c.had = arena_str(a, v->had);
	c.router = arena_str(a, v->router);
	c.box = arena_str(a, v->box);
	copy_displays(a, &c);
	return c;
}

void view_copy(struct arena *a, const struct view *v, struct view *ret)
{
	uint32_t i;

	*ret = (struct view){.known = v->known};
	for (i = 0; i < v->gpus.n; i++)
		*LIST_PUSH(a, &ret->gpus) = gpu_view_copy(a, &v->gpus.v[i]);
	for (i = 0; i < v->gone.n; i++)
		*LIST_PUSH(a, &ret->gone) = gpu_view_copy(a, &v->gone.v[i]);
	for (i = 0; i < v->routers.n; i++) {
		struct router_view *r = LIST_PUSH(a, &ret->routers);

		*r = v->routers.v[i];
		r->name = arena_str(a, r->name);
		r->unique_id = arena_str(a, r->unique_id);
		r->title = arena_str(a, r->title);
	}
}

void gpu_view_inherit(struct arena *a, struct gpu_view *v, const struct gpu_view *before)
{
	struct gpu_view was = gpu_view_copy(a, before);

#define INHERIT(m) \
	if (!FIELD_KNOWN(v, gpu_view, m) && FIELD_KNOWN(&was, gpu_view, m)) \
		FIELD_SET(v, gpu_view, m, was.m)
	INHERIT(state);
	INHERIT(driver);
	INHERIT(nodes);
	INHERIT(had);
	INHERIT(link_mts);
	INHERIT(link_width);
	INHERIT(displays);
	INHERIT(router);
	INHERIT(box);
#undef INHERIT
}

void router_view_inherit(struct router_view *v, const struct router_view *before)
{
	if (!FIELD_KNOWN(v, router_view, authorized) && FIELD_KNOWN(before, router_view, authorized))
		FIELD_SET(v, router_view, authorized, before->authorized);
	if (!FIELD_KNOWN(v, router_view, rate_mbps) && FIELD_KNOWN(before, router_view, rate_mbps))
		FIELD_SET(v, router_view, rate_mbps, before->rate_mbps);
}

/* The last evidence is what decided; its note says what follows from what the file said. */
static const char *evidence_words(const struct evidence_list *l, struct arena *a)
{
	const struct evidence *e = &l->v[l->n - 1];
	const char *seen = !e->path ? (e->value ? e->value : "") :
	       e->value ? arena_printf(a, "%s: %s", e->path, e->value) :
			  e->path;

	if (!e->note || !*e->note)
		return seen;
	return *seen ? arena_printf(a, "%s (%s)", e->note, seen) : e->note;
}

const char *gpu_state_reason(const struct snapshot *s, const struct gpu *g, struct arena *a)
{
	const char *nodes;

	if (g->state != GPU_STATE_READY)
		return g->state_evidence.n ? arena_str(a, evidence_words(&g->state_evidence, a)) :
					     arena_printf(a, "its state is now %s", enum_name(&gpu_state_tab, g->state));
	nodes = nodes_words(s, g, a);
	return *nodes ? arena_printf(a, "driver %s, %s", g->driver, nodes) : arena_printf(a, "driver %s", g->driver);
}

const char *link_words(struct arena *a, uint32_t mts, uint32_t width)
{
	return arena_printf(a, "%u.%u GT/s x%u", mts / 1000, mts % 1000 / 100, width);
}

const char *rate_words(struct arena *a, uint32_t mbps)
{
	return mbps % 1000 ? arena_printf(a, "%u.%u Gb/s", mbps / 1000, mbps % 1000 / 100) :
			     arena_printf(a, "%u Gb/s", mbps / 1000);
}
