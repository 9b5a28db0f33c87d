/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the links of a way carry. Three of them lie: the one inside a card with its own switch (2.5 GT/s x1), the one
 * that is a tunnel (2.5 GT/s x4, whatever the cable carries), and the one between two boxes, of which nothing is told.
 */
#include "model/topo-rate.h"

#include "base/parse.h"

uint32_t topo_link_mbps(uint32_t speed_mts, uint32_t width)
{
	uint64_t lane;

	/* Line coding: 8b/10b up to 5 GT/s, 128b/130b up to 32, none to speak of with 64 (PAM4 and FLITs). */
	if (speed_mts <= 5000)
		lane = (uint64_t)speed_mts * 8 / 10;
	else if (speed_mts < 64000)
		lane = (uint64_t)speed_mts * 128 / 130;
	else
		lane = speed_mts;
	return width > 64 ? 0 : (uint32_t)MIN(lane * width, UINT32_MAX);
}

static bool link_now(const struct pci_device *d, uint32_t *ret)
{
	if (!FIELD_KNOWN(d, pci_device, link) || !FIELD_KNOWN(&d->link, pci_link, speed_mts) ||
	    !FIELD_KNOWN(&d->link, pci_link, width))
		return false;
	*ret = topo_link_mbps(d->link.speed_mts, d->link.width);
	return *ret > 0;
}

static bool link_max(const struct pci_device *d, uint32_t *ret_speed, uint32_t *ret_width)
{
	if (!FIELD_KNOWN(d, pci_device, link) || !FIELD_KNOWN(&d->link, pci_link, max_speed_mts) ||
	    !FIELD_KNOWN(&d->link, pci_link, max_width))
		return false;
	*ret_speed = d->link.max_speed_mts;
	*ret_width = d->link.max_width;
	return *ret_speed > 0 && *ret_width > 0 && *ret_width <= 64;
}

bool topo_link_possible(const struct pci_device *below, const struct pci_device *above, uint32_t *ret_mbps)
{
	uint32_t speed, width, speed2, width2;

	if (!link_max(below, &speed, &width))
		return false;
	if (link_max(above, &speed2, &width2)) {
		speed = MIN(speed, speed2);
		width = MIN(width, width2);
	}
	*ret_mbps = topo_link_mbps(speed, width);
	return true;
}

/* The lowest of several rates; unknown as soon as one of them is. */
struct lowest {
	uint32_t now, possible; /* NONE: nothing yet */
	uint32_t at;
	bool now_known, possible_known;
};

static void lowest_take(struct lowest *l, bool now_known, uint32_t now, bool possible_known, uint32_t possible, uint32_t at)
{
	l->now_known = l->now_known && now_known;
	l->possible_known = l->possible_known && possible_known;
	if (now_known && now < l->now) {
		l->now = now;
		l->at = at;
	}
	if (possible_known && possible < l->possible)
		l->possible = possible;
}

static bool is_tunnel(const struct gpu *g)
{
	return FIELD_KNOWN(g, gpu, external) && g->external.attachment == ATTACHMENT_EXTERNAL &&
	       FIELD_KNOWN(&g->external, external, interface) &&
	       (str_eq(g->external.interface, "thunderbolt") || str_eq(g->external.interface, "usb4"));
}

static uint32_t gpu_port(const struct gpu *g)
{
	return is_tunnel(g) && FIELD_KNOWN(&g->external, external, port) ? g->external.port : NONE;
}

static bool is_domain_port(const struct snapshot *s, uint32_t pci)
{
	uint32_t i;

	for (i = 0; i < s->domains.n; i++)
		if (u32s_has(&s->domains.v[i].root_ports, pci))
			return true;
	return false;
}

static bool is_gpu_port(const struct snapshot *s, uint32_t pci)
{
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		if (gpu_port(&s->gpus.v[i]) == pci)
			return true;
	return false;
}

static bool is_thunderbolt(const struct pci_device *d)
{
	return FIELD_KNOWN(d, pci_device, config) && FIELD_KNOWN(&d->config, pci_config, thunderbolt) && d->config.thunderbolt;
}

bool topo_is_tunnel(const struct snapshot *s, uint32_t above, uint32_t below)
{
	return is_thunderbolt(&s->pci.v[above]) && is_thunderbolt(&s->pci.v[below]);
}

static bool has_tunnel_mark(const struct pci_device *d)
{
	if (FIELD_KNOWN(d, pci_device, removable) && d->removable == PCI_REMOVABLE_REMOVABLE)
		return true;
	return is_thunderbolt(d);
}

uint32_t topo_tunnel_port(const struct snapshot *s, uint32_t pci)
{
	struct topo_chain c;
	uint32_t k, marked = NONE;

	topo_climb(s, pci, &c);
	for (k = 1; k < c.n; k++)
		if (is_gpu_port(s, c.v[k]) || is_domain_port(s, c.v[k]))
			return c.v[k];
	for (k = 0; k + 1 < c.n; k++)
		if (has_tunnel_mark(&s->pci.v[c.v[k]]))
			marked = c.v[k + 1];
	return marked;
}

/* What the cable at a port carries: told by the GPU itself, or by one behind the same port. */
static const struct external *cable_of(const struct snapshot *s, const struct topo_end *e)
{
	const struct external *own = e->kind == TOPO_GPU ? &s->gpus.v[e->index].external : NULL;
	uint32_t i;

	if (own && FIELD_KNOWN(own, external, bandwidth_mbps))
		return own;
	for (i = 0; i < s->gpus.n; i++)
		if (gpu_port(&s->gpus.v[i]) == e->tunnel && FIELD_KNOWN(&s->gpus.v[i].external, external, bandwidth_mbps))
			return &s->gpus.v[i].external;
	return NULL;
}

/* Place in the chain from which on the links tell the truth about the card. */
static uint32_t first_true_link(const struct snapshot *s, const struct topo_end *end, const struct topo_chain *c)
{
	const struct gpu *g = end->kind == TOPO_GPU ? &s->gpus.v[end->index] : NULL;
	uint32_t k;

	if (!g || !FIELD_KNOWN(g, gpu, link_at))
		return 0;
	for (k = 0; k < c->n; k++)
		if (c->v[k] == g->link_at)
			return k;
	return 0;
}

/*
 * A tunnelled link says of itself 2.5 GT/s, which is made up: the cable's own figure stands for the whole way from the
 * device to the host's port. Between boxes there is no figure.
 */
static uint32_t take_cable(const struct snapshot *s, const struct topo_end *e, uint32_t port_place, struct lowest *l)
{
	const struct external *x = cable_of(s, e);

	lowest_take(l, x, x ? x->bandwidth_mbps : 0, x && FIELD_KNOWN(x, external, possible_mbps), x ? x->possible_mbps : 0,
		    e->tunnel);
	return port_place;
}

/* Links from one end up to (without) place `end`; returns whether a tunnel was passed. */
static bool side_rates(const struct snapshot *s, const struct topo_end *e, const struct topo_chain *c, uint32_t end,
		       struct lowest *l)
{
	uint32_t k = first_true_link(s, e, c), p;
	bool tunnel;

	for (p = 1; p < c->n && c->v[p] != e->tunnel; p++)
		;
	tunnel = p < c->n && p < end;
	if (tunnel)
		k = take_cable(s, e, p, l);
	for (; k + 1 < c->n && k < end; k++) {
		const struct pci_device *below = &s->pci.v[c->v[k]], *above = &s->pci.v[c->v[k + 1]];
		uint32_t now = 0, possible = 0;
		bool now_known, possible_known;

		if (k > 0 && topo_same_switch(s, c, k))
			continue;
		if (k < p && topo_is_tunnel(s, c->v[k + 1], c->v[k])) {
			lowest_take(l, false, 0, false, 0, NONE);
			tunnel = true;
			continue;
		}
		now_known = link_now(below, &now) || link_now(above, &now);
		possible_known = topo_link_possible(below, above, &possible);
		lowest_take(l, now_known, now, possible_known, possible, c->v[k + 1]);
	}
	return tunnel;
}

void topo_set_rates(const struct snapshot *s, const struct topo_end *from, const struct topo_end *to, const struct topo_chain *a,
		    const struct topo_chain *b, uint32_t i, uint32_t j, struct path *ret)
{
	struct lowest l = {.now = NONE, .possible = NONE, .at = NONE, .now_known = true, .possible_known = true};
	bool left = side_rates(s, from, a, i, &l), right = side_rates(s, to, b, j, &l);

	FIELD_SET(ret, path, tunnel, left || right);
	if (l.now_known && l.now != NONE) {
		FIELD_SET(ret, path, rate_mbps, l.now);
		FIELD_SET(ret, path, slowest, l.at);
	}
	if (l.possible_known && l.possible != NONE)
		FIELD_SET(ret, path, possible_mbps, l.possible);
}
