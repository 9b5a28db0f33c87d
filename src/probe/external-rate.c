/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reaches a GPU through a cable. Two figures are true: what the routers on the way say of
 * their links (lanes times rate, which all tunnels share, and of which packet headers take their
 * part), and the PCI Express link inside the box. The PCI links that a tunnel shows in between are
 * made up (2.5 GT/s, whatever the cable does) and are not counted. A GPU slows its link down while
 * it idles, so the link inside the box counts with the rate both ends can do and with the lanes
 * that are in use now: those do not change by idling.
 */
#include "probe/external.h"

#include "base/parse.h"
#include "facts/thunderbolt.h"
#include "model/topo.h"

enum { MADE_UP_MTS = 2500, LANES_MAX = 32 };

/* One end of a link; fields are 0 where unknown. A dead device says 255 lanes. */
struct end {
	uint32_t max_mts, max_width, mts, width;
};

static uint32_t sane_width(bool known, uint32_t width)
{
	return known && width <= LANES_MAX ? width : 0;
}

static struct end end_of(const struct pci_device *d)
{
	const struct pci_link *l = &d->link;
	const struct pci_config *c = &d->config;
	struct end e = {0};

	if (FIELD_KNOWN(d, pci_device, link)) {
		e.max_mts = FIELD_KNOWN(l, pci_link, max_speed_mts) ? l->max_speed_mts : 0;
		e.mts = FIELD_KNOWN(l, pci_link, speed_mts) ? l->speed_mts : 0;
		e.max_width = sane_width(FIELD_KNOWN(l, pci_link, max_width), l->max_width);
		e.width = sane_width(FIELD_KNOWN(l, pci_link, width), l->width);
	}
	if (FIELD_KNOWN(d, pci_device, config)) {
		if (!e.max_mts && FIELD_KNOWN(c, pci_config, link_max_speed_mts))
			e.max_mts = c->link_max_speed_mts;
		if (!e.max_width)
			e.max_width = sane_width(FIELD_KNOWN(c, pci_config, link_max_width),
						 c->link_max_width);
	}
	return e;
}

static uint32_t both(uint32_t a, uint32_t b)
{
	return a && b ? MIN(a, b) : MAX(a, b);
}

static enum pci_port_type port_type(const struct pci_device *d)
{
	bool known = FIELD_KNOWN(d, pci_device, config) &&
		     FIELD_KNOWN(&d->config, pci_config, port_type);

	return known ? d->config.port_type : PCI_PORT_TYPE_UNKNOWN;
}

/* Inside a switch, between its downstream and upstream port, is no link. */
static bool inside_switch(const struct pci_device *below, const struct pci_device *above)
{
	return port_type(below) == PCI_PORT_TYPE_DOWNSTREAM ||
	       port_type(above) == PCI_PORT_TYPE_UPSTREAM;
}

struct narrowest {
	uint32_t now, possible; /* Mb/s, 0 while nothing was found */
	uint32_t mts, width;	/* the link's */
	bool idle;		/* it runs slower than it can at this moment */
	const char *below;	/* address of its lower end */
};

static void take_link(struct judge *j, const struct pci_device *below,
		      const struct pci_device *above, bool tunnel, struct narrowest *n)
{
	struct end a = end_of(below), b = end_of(above);
	uint32_t max_mts = both(a.max_mts, b.max_mts), max_width = both(a.max_width, b.max_width);
	uint32_t width = both(a.width, b.width), mts = tunnel ? max_mts : both(a.mts, b.mts);
	uint32_t now, possible = topo_link_mbps(max_mts, max_width);
	char text[PCI_ADDR_TEXT];

	if (tunnel && (a.max_mts == MADE_UP_MTS || b.max_mts == MADE_UP_MTS))
		return;
	now = topo_link_mbps(mts, width ? width : tunnel ? max_width : 0);
	if (!now || (n->now && n->now <= now))
		return;
	*n = (struct narrowest){now,
				possible,
				mts,
				width ? width : max_width,
				both(a.mts, b.mts) < max_mts,
				arena_str(j->p->a, pci_addr_text(below->address, text))};
}

/* Links from the GPU up to (and with) the one into `port`. */
static struct narrowest links_below(struct judge *j, bool tunnel)
{
	const struct pci_device *below = &j->s->pci.v[j->g->pci];
	struct narrowest n = {0};
	uint32_t k;

	for (k = 0; k < j->n; k++) {
		const struct pci_device *above = &j->s->pci.v[j->way[k]];

		if (!inside_switch(below, above))
			take_link(j, below, above, tunnel, &n);
		if (j->way[k] == j->x->port)
			break;
		below = above;
	}
	return n;
}

static const char *gbps(struct judge *j, uint32_t mbps)
{
	if (mbps % 1000 == 0)
		return arena_printf(j->p->a, "%u Gb/s", mbps / 1000);
	return arena_printf(j->p->a, "%u.%u Gb/s", mbps / 1000, mbps % 1000 / 100);
}

static uint32_t router_best(const struct tb_router *r)
{
	return facts_tb_rate_mbps(FIELD_KNOWN(r, tb_router, generation) ? r->generation : 0,
				  FIELD_KNOWN(r, tb_router, usb4_version) ? r->usb4_version : NULL);
}

/* The cable chain: the slowest router link from the box to the host, and what each end could do. */
struct cable {
	uint32_t now, host, box;
	const struct tb_router *slowest, *own;
};

static struct cable cable_of(struct judge *j)
{
	struct cable c = {.host = j->host_rate_mbps, .box = j->box_rate_mbps};
	uint32_t i = j->x->router;

	if (i != NONE) {
		c.own = &j->s->routers.v[i];
		c.box = MAX(c.box, router_best(c.own));
	}
	while (i != NONE) {
		const struct tb_router *r = &j->s->routers.v[i];
		uint32_t rate = tb_router_rate_mbps(r);

		if (r->host) {
			c.host = MAX(c.host, router_best(r));
			break;
		}
		if (rate && (!c.now || rate < c.now)) {
			c.now = rate;
			c.slowest = r;
		}
		i = FIELD_KNOWN(r, tb_router, parent) ? r->parent : NONE;
	}
	return c;
}

static const char *cable_reason(struct judge *j, const struct cable *c)
{
	uint32_t could = both(c->host, c->box);

	if (c->slowest != c->own)
		return arena_printf(j->p->a, "the link of '%s' it hangs behind: %s",
				    c->slowest->device_name && *c->slowest->device_name ?
					    c->slowest->device_name :
					    c->slowest->name,
				    gbps(j, c->now));
	if (c->now < could)
		return arena_printf(j->p->a, "the cable or %s: %u lane%s of %s, where %s can do %s",
				    c->host ? "its contact" : "the host's port",
				    c->slowest->rx_lanes, c->slowest->rx_lanes == 1 ? "" : "s",
				    gbps(j, c->slowest->rx_speed_mbps),
				    c->host ? "both ends" : "the box", gbps(j, could));
	if (c->host && c->host < c->box)
		return arena_printf(j->p->a, "the host's port: %s, where the box can do %s",
				    gbps(j, c->host), gbps(j, c->box));
	return "";
}

static const char *link_reason(struct judge *j, const struct narrowest *n, const char *what)
{
	return arena_printf(j->p->a, "%s (above %s): %u lane%s of %u.%u GT/s", what, n->below,
			    n->width, n->width == 1 ? "" : "s", n->mts / 1000, n->mts % 1000 / 100);
}

static void rate_tunnel(struct judge *j)
{
	struct narrowest n = links_below(j, true);
	struct cable c = cable_of(j);

	if (c.now)
		FIELD_SET(j->x, external, bandwidth_mbps, both(c.now, n.now));
	if (c.box || c.host)
		FIELD_SET(j->x, external, possible_mbps, MAX(c.box ? c.box : c.host, c.now));
	if (!c.now)
		return;
	FIELD_SET(j->x, external, limited_by,
		  n.now && n.now < c.now ?
			  link_reason(j, &n, "the PCI Express link inside the box") :
			  cable_reason(j, &c));
}

/* No tunnel: the link is what it says, and a slow one may be a bad cable or a GPU that rests. */
static void rate_cable(struct judge *j)
{
	struct narrowest n = links_below(j, false);

	if (!n.now)
		return;
	FIELD_SET(j->x, external, bandwidth_mbps, n.now);
	FIELD_SET(j->x, external, possible_mbps, MAX(n.possible, n.now));
	FIELD_SET(j->x, external, limited_by,
		  n.now >= n.possible ?
			  "" :
			  link_reason(j, &n,
				      n.idle ?
					      "the link runs below what both ends can do, which is "
					      "normal while the GPU rests" :
					      "the link has fewer lanes than both ends can do"));
}

void external_rate(struct judge *j)
{
	const char *interface = FIELD_KNOWN(j->x, external, interface) ? j->x->interface : "";

	if (str_eq(interface, "thunderbolt") || str_eq(interface, "usb4"))
		rate_tunnel(j);
	else
		rate_cable(j);
}
