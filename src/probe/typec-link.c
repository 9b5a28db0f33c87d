/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a Type-C port to the display it drives. Five facts are kept apart, because each of them can
 * be there without the next: the port offers DisplayPort, the partner offers it, the mode was
 * entered, hot-plug detect is up, the connector is connected. Which connector a port is wired to
 * the kernel says in few machines; where it does not, a port is named only when no other could be
 * meant, and otherwise the reason is given why it cannot be known.
 */
#include "probe/probe.h"

#include "base/parse.h"
#include "format/vdo.h"
#include "probe/typec.h"

#define ROUTERS "sys/bus/thunderbolt/devices"
#define DRM "sys/class/drm"

static uint32_t port_find(const struct snapshot *s, const char *name)
{
	uint32_t i;

	for (i = 0; i < s->typec.n; i++)
		if (str_eq(s->typec.v[i].name, name))
			return i;
	return NONE;
}

/*
 * The router at the end of the cable in one of the host's sockets: its route is the socket's
 * number.
 */
static uint32_t router_at(const struct snapshot *s, uint32_t host, const char *socket)
{
	uint64_t number, route;
	uint32_t i;

	if (parse_u64(socket, 10, 63, &number) < 0)
		return NONE;
	for (i = 0; i < s->routers.n; i++) {
		const struct tb_router *r = &s->routers.v[i];
		const char *dash = strchr(r->name, '-');

		if (r->parent == host && !r->host && dash &&
		    parse_u64(dash + 1, 16, UINT64_MAX, &route) == 0 && route == number)
			return i;
	}
	return NONE;
}

/* usb4_portN of the host's router has a link to the Type-C port it is the other half of. */
static void attach_by_socket(struct probe *p, uint32_t host)
{
	struct snapshot *s = p->snap;
	const char *dir = arena_printf(p->a, ROUTERS "/%s", s->routers.v[host].name), *target,
		   *link;
	struct strs names;
	uint32_t i;

	if (tree_list(p->root, dir, p->a, &names) < 0)
		return;
	for (i = 0; i < names.n; i++) {
		uint32_t port = NONE, router;

		if (!str_starts(names.v[i], "usb4_port"))
			continue;
		if (tree_link_base(p->root, arena_printf(p->a, "%s/%s/connector", dir, names.v[i]),
				   p->a, &target) == 0)
			port = port_find(s, target);
		if (port == NONE)
			continue;
		router = router_at(s, host, names.v[i] + strlen("usb4_port"));
		if (router != NONE)
			FIELD_SET(&s->typec.v[port], typec_port, router, router);
		if (tree_read_str(p->root, arena_printf(p->a, "%s/%s/link", dir, names.v[i]), p->a,
				  &link) == 0)
			FIELD_SET(&s->typec.v[port], typec_port, tunnel, !str_eq(link, "none"));
		else if (router != NONE)
			FIELD_SET(&s->typec.v[port], typec_port, tunnel, true);
	}
}

static bool tbt_active(const struct typec_port *t)
{
	uint32_t i;

	for (i = 0; i < t->altmodes.n; i++)
		if (t->altmodes.v[i].side == TYPEC_SIDE_PARTNER &&
		    t->altmodes.v[i].svid == SVID_TBT && t->altmodes.v[i].active)
			return true;
	return false;
}

/* What the partner says, for machines whose firmware does not join sockets and ports. */
static void attach_by_partner(struct typec_port *t)
{
	bool usb4 =
		FIELD_KNOWN(t, typec_port, partner_usb_mode) && str_eq(t->partner_usb_mode, "usb4");

	if (FIELD_KNOWN(t, typec_port, tunnel))
		return;
	if (FIELD_KNOWN(t, typec_port, dp_entered) && t->dp_entered)
		FIELD_SET(t, typec_port, tunnel, false);
	else if (usb4 || tbt_active(t))
		FIELD_SET(t, typec_port, tunnel, true);
	else if (FIELD_KNOWN(t, typec_port, partner) && !t->partner)
		FIELD_SET(t, typec_port, tunnel, false);
	else if (FIELD_KNOWN(t, typec_port, partner_usb_mode) && *t->partner_usb_mode)
		FIELD_SET(t, typec_port, tunnel, false);
}

/*
 * One box is plugged into the host and one port has a partner that could be it: they are the same.
 */
static void attach_by_elimination(struct snapshot *s)
{
	uint32_t i, router = NONE, port = NONE, routers = 0, ports = 0;

	for (i = 0; i < s->routers.n; i++)
		if (!s->routers.v[i].host && s->routers.v[i].depth == 1) {
			router = i;
			routers++;
		}
	for (i = 0; i < s->typec.n; i++) {
		const struct typec_port *t = &s->typec.v[i];

		if (t->router != NONE)
			return;
		if (t->partner && !(FIELD_KNOWN(t, typec_port, tunnel) && !t->tunnel)) {
			port = i;
			ports++;
		}
	}
	if (routers == 1 && ports == 1) {
		FIELD_SET(&s->typec.v[port], typec_port, router, router);
		FIELD_SET(&s->typec.v[port], typec_port, tunnel, true);
	}
}

static bool is_displayport(const struct connector *c)
{
	const char *dash = strchr(c->name, '-');

	return dash && str_starts(dash, "-DP-");
}

/* A port of a graphics card lies below one of the card's own functions. */
static uint32_t gpu_of_path(const struct snapshot *s, const struct typec_port *t)
{
	uint32_t i, k;

	for (i = 0; FIELD_KNOWN(t, typec_port, path) && i < s->gpus.n; i++)
		for (k = 0; k < s->gpus.v[i].functions.n; k++) {
			const struct pci_device *d = &s->pci.v[s->gpus.v[i].functions.v[k]];
			size_t n = FIELD_KNOWN(d, pci_device, path) ? strlen(d->path) : 0;

			if (n && strncmp(t->path, d->path, n) == 0 && t->path[n] == '/')
				return i;
		}
	return NONE;
}

/* GPUs that a port of the machine can be wired to. */
static bool gpu_possible(const struct snapshot *s, const struct typec_port *t, uint32_t gpu)
{
	if (gpu == NONE)
		return false;
	if (FIELD_KNOWN(t, typec_port, gpu) && t->gpu != NONE)
		return t->gpu == gpu;
	return s->gpus.v[gpu].external.attachment != ATTACHMENT_EXTERNAL;
}

static void set_connector(struct snapshot *s, uint32_t port, uint32_t connector, const char *why)
{
	struct typec_port *t = &s->typec.v[port];
	struct connector *c = &s->connectors.v[connector];

	FIELD_SET(t, typec_port, connector, connector);
	FIELD_SET(t, typec_port, connector_why, why);
	FIELD_SET(c, connector, typec, port);
	if (FIELD_KNOWN(c, connector, gpu) && c->gpu != NONE)
		FIELD_SET(t, typec_port, gpu, c->gpu);
}

/* The kernel's own word: a link, or one and the same firmware object. */
static void connect_by_kernel(struct probe *p)
{
	struct snapshot *s = p->snap;
	const char *target, *path;
	uint32_t i, k;

	for (i = 0; i < s->connectors.n; i++) {
		struct connector *c = &s->connectors.v[i];

		path = arena_printf(p->a, DRM "/%s/typec_connector", c->name);
		k = tree_link_base(p->root, path, p->a, &target) == 0 ? port_find(s, target) : NONE;
		if (k != NONE)
			set_connector(s, k, i,
				      arena_printf(p->a, "the kernel links %s to it", c->name));
	}
	for (i = 0; i < s->connectors.n; i++)
		for (k = 0; k < s->typec.n; k++) {
			const struct connector *c = &s->connectors.v[i];
			const struct typec_port *t = &s->typec.v[k];

			if (!FIELD_KNOWN(t, typec_port, connector) &&
			    !FIELD_KNOWN(c, connector, typec) &&
			    FIELD_KNOWN(t, typec_port, firmware_node) &&
			    FIELD_KNOWN(c, connector, firmware_node) && *t->firmware_node &&
			    str_eq(t->firmware_node, c->firmware_node))
				set_connector(
					s, k, i,
					arena_printf(p->a,
						     "port and %s are one firmware object, %s",
						     c->name, t->firmware_node));
		}
}

/* DisplayPort connectors that a port could be wired to and that no other port has. */
struct choice {
	uint32_t n, connected, disconnected;
	uint32_t one, one_connected; /* the last seen */
};

static struct choice choose(const struct snapshot *s, const struct typec_port *t)
{
	struct choice ch = {.one = NONE, .one_connected = NONE};
	uint32_t i;

	for (i = 0; i < s->connectors.n; i++) {
		const struct connector *c = &s->connectors.v[i];

		if (!is_displayport(c) || FIELD_KNOWN(c, connector, typec) ||
		    !FIELD_KNOWN(c, connector, gpu) || !gpu_possible(s, t, c->gpu))
			continue;
		ch.n++;
		ch.one = i;
		if (FIELD_KNOWN(c, connector, status) && c->status == CONNECTOR_STATUS_CONNECTED) {
			ch.connected++;
			ch.one_connected = i;
		} else if (FIELD_KNOWN(c, connector, status) &&
			   c->status == CONNECTOR_STATUS_DISCONNECTED) {
			ch.disconnected++;
		}
	}
	return ch;
}

static uint32_t capable_ports_left(const struct snapshot *s)
{
	uint32_t i, n = 0;

	for (i = 0; i < s->typec.n; i++)
		n += s->typec.v[i].dp_capable &&
		     !FIELD_KNOWN(&s->typec.v[i], typec_port, connector);
	return n;
}

/*
 * Where the kernel names some connectors, it would have named the rest as well: what it leaves out
 * is another socket.
 */
static bool kernel_names_any(const struct snapshot *s)
{
	uint32_t i;

	for (i = 0; i < s->connectors.n; i++)
		if (FIELD_KNOWN(&s->connectors.v[i], connector, typec))
			return true;
	return false;
}

static const char *why_unknown(struct probe *p, const struct choice *ch, uint32_t ports, bool named)
{
	const char *one = ch->connected == 1 ?
				  arena_printf(p->a, "; %s is the only one connected now",
					       p->snap->connectors.v[ch->one_connected].name) :
				  "";

	if (ch->n == 0)
		return "cannot be known, because the machine's GPUs show no DisplayPort connector "
		       "that is not wired elsewhere";
	if (named)
		return arena_printf(
			p->a,
			"cannot be known, because the kernel names other ports' connectors and not "
			"this one's%s",
			one);
	return arena_printf(
		p->a,
		"cannot be known, because %u DisplayPort connector%s and %u Type-C port%s are "
		"there and the kernel "
		"joins none of them%s",
		ch->n, ch->n == 1 ? "" : "s", ports, ports == 1 ? "" : "s", one);
}

static void connect_by_elimination(struct probe *p)
{
	struct snapshot *s = p->snap;
	uint32_t i, ports = capable_ports_left(s);
	bool named = kernel_names_any(s);

	for (i = 0; i < s->typec.n; i++) {
		struct typec_port *t = &s->typec.v[i];
		struct choice ch;

		if (FIELD_KNOWN(t, typec_port, connector))
			continue;
		ch = choose(s, t);
		if (FIELD_KNOWN(t, typec_port, dp_capable) && !t->dp_capable)
			FIELD_SET(t, typec_port, connector_why, "the port offers no DisplayPort");
		else if (ports == 1 && ch.n == 1 && !named)
			set_connector(
				s, i, ch.one,
				"the only DisplayPort connector, and the only Type-C port with "
				"DisplayPort");
		else
			FIELD_SET(t, typec_port, connector_why,
				  why_unknown(p, &ch, MAX(ports, 1u), named));
	}
}

/* With one GPU inside the machine there is no question which one drives the machine's ports. */
static void gpus_by_elimination(struct snapshot *s)
{
	uint32_t i, only = NONE, n = 0;

	for (i = 0; i < s->gpus.n; i++)
		if (s->gpus.v[i].external.attachment == ATTACHMENT_INTERNAL) {
			only = i;
			n++;
		} else if (s->gpus.v[i].external.attachment == ATTACHMENT_UNKNOWN) {
			n += 2;
		}
	for (i = 0; n == 1 && i < s->typec.n; i++)
		if (!FIELD_KNOWN(&s->typec.v[i], typec_port, gpu) && s->typec.v[i].dp_capable)
			FIELD_SET(&s->typec.v[i], typec_port, gpu, only);
}

static const struct typec_altmode *dp_mode(const struct typec_port *t, enum typec_side side)
{
	uint32_t i;

	for (i = 0; i < t->altmodes.n; i++)
		if (t->altmodes.v[i].side == side && t->altmodes.v[i].svid == SVID_DP)
			return &t->altmodes.v[i];
	return NULL;
}

static bool junk(const struct typec_altmode *m)
{
	return m && FIELD_KNOWN(m, typec_altmode, vdo_valid) && !m->vdo_valid;
}

static void conclude(struct typec_port *t, enum dp_verdict verdict, const char *reason)
{
	if (verdict)
		FIELD_SET(t, typec_port, dp_verdict, verdict);
	FIELD_SET(t, typec_port, dp_reason, reason);
}

static void judge_tunnel(struct probe *p, struct typec_port *t)
{
	const char *via = "Thunderbolt or USB4", *lit = "";

	if (t->router != NONE)
		via = arena_printf(p->a, "router %s", p->snap->routers.v[t->router].name);
	if (FIELD_KNOWN(t, typec_port, dp_connected))
		lit = t->dp_connected ? "; its connector is connected" :
					"; its connector is not connected";
	conclude(
		t, DP_VERDICT_TUNNELLED,
		arena_printf(
			p->a,
			"attached by %s: a display there is reached through the tunnel, of which "
			"alternate modes "
			"say nothing%s",
			via, lit));
}

/*
 * The mode is entered, as the kernel says. Only a connector that is connected shows that a picture
 * can flow.
 */
static void judge_entered(struct probe *p, struct typec_port *t)
{
	struct choice ch = choose(p->snap, t);
	bool pinless = FIELD_KNOWN(t, typec_port, dp_pin) && !*t->dp_pin;
	bool no_hpd = FIELD_KNOWN(t, typec_port, dp_hpd) && !t->dp_hpd;
	const char *more = pinless ? "; no pin assignment was configured" :
			   no_hpd  ? "; hot-plug detect is down" :
				     "";

	if (FIELD_KNOWN(t, typec_port, dp_connected) && t->dp_connected)
		conclude(t, DP_VERDICT_WORKING,
			 "the mode is entered and the connector is connected");
	else if (FIELD_KNOWN(t, typec_port, dp_connected))
		conclude(t, DP_VERDICT_NO_VIDEO,
			 arena_printf(p->a,
				      "the mode is said to be active, but %s is disconnected%s",
				      p->snap->connectors.v[t->connector].name, more));
	else if (ch.n && ch.disconnected == ch.n)
		conclude(
			t, DP_VERDICT_NO_VIDEO,
			arena_printf(
				p->a,
				"the mode is said to be active, but every DisplayPort connector is "
				"disconnected%s",
				more));
	else if (no_hpd)
		conclude(t, DP_VERDICT_NO_VIDEO,
			 "the mode is said to be active, but hot-plug detect is down");
	else if (ch.connected && !pinless)
		conclude(
			t, DP_VERDICT_WORKING,
			"the mode is entered and a DisplayPort connector is connected; which one "
			"is wired to the port is not known");
	else
		conclude(t, DP_VERDICT_UNKNOWN,
			 "the mode is entered; whether a picture flows cannot be seen");
}

static void judge(struct probe *p, struct typec_port *t)
{
	const struct typec_altmode *theirs = dp_mode(t, TYPEC_SIDE_PARTNER);
	bool entered = FIELD_KNOWN(t, typec_port, dp_entered) && t->dp_entered;

	if (FIELD_KNOWN(t, typec_port, tunnel) && t->tunnel && !entered)
		judge_tunnel(p, t);
	else if (entered)
		judge_entered(p, t);
	else if (FIELD_KNOWN(t, typec_port, dp_capable) && !t->dp_capable)
		conclude(
			t, DP_VERDICT_NOT_CAPABLE,
			t->altmodes.n ?
				"the port lists alternate modes, and DisplayPort is not among "
				"them" :
				"the port lists no alternate mode; some firmware hides them from "
				"the kernel");
	else if (!FIELD_KNOWN(t, typec_port, partner) || !FIELD_KNOWN(t, typec_port, dp_capable))
		conclude(t, DP_VERDICT_UNKNOWN, "the kernel does not say enough of this port");
	else if (!t->partner)
		conclude(t, DP_VERDICT_NOTHING_ATTACHED, "nothing is plugged in");
	else if (!FIELD_KNOWN(t, typec_port, dp_partner))
		conclude(t, DP_VERDICT_UNKNOWN,
			 "the kernel does not list what the attached device offers");
	else if (!t->dp_partner)
		conclude(t, DP_VERDICT_NOTHING_ATTACHED,
			 "what is plugged in offers no DisplayPort");
	else if (!FIELD_KNOWN(t, typec_port, dp_entered))
		conclude(t, DP_VERDICT_UNKNOWN,
			 "the kernel does not say whether the mode was entered");
	else
		conclude(
			t, DP_VERDICT_NOT_ENTERED,
			junk(theirs) ?
				"both sides offer DisplayPort, but the firmware passes on "
				"capabilities that make no sense" :
				"both sides offer DisplayPort, but the mode was not entered");
}

static void limit(struct typec_port *t)
{
	const struct typec_altmode *theirs = dp_mode(t, TYPEC_SIDE_PARTNER);
	bool four = theirs && FIELD_KNOWN(theirs, typec_altmode, pins) &&
		    (strchr(theirs->pins, 'C') || strchr(theirs->pins, 'E') ||
		     strchr(theirs->pins, 'A'));

	if (t->dp_verdict == DP_VERDICT_TUNNELLED || !FIELD_KNOWN(t, typec_port, dp_verdict))
		return;
	if (FIELD_KNOWN(t, typec_port, dp_lanes) && t->dp_lanes == 2)
		FIELD_SET(
			t, typec_port, dp_limit,
			four ? "two lanes: the pin assignment leaves the other two to USB "
			       "SuperSpeed, four would be offered" :
			       "two lanes: the attached device offers no assignment with four");
	else if (FIELD_KNOWN(t, typec_port, cable_speed) && str_starts(t->cable_speed, "USB 2.0"))
		FIELD_SET(t, typec_port, dp_limit,
			  "the cable has no wires for SuperSpeed or DisplayPort");
	else
		FIELD_SET(t, typec_port, dp_limit, "");
}

void probe_typec_link(struct probe *p)
{
	struct snapshot *s = p->snap;
	uint32_t i;

	if (s->typec.n == 0)
		return;
	for (i = 0; i < s->routers.n; i++)
		if (s->routers.v[i].host)
			attach_by_socket(p, i);
	for (i = 0; i < s->typec.n; i++) {
		uint32_t gpu = gpu_of_path(s, &s->typec.v[i]);

		attach_by_partner(&s->typec.v[i]);
		if (gpu != NONE)
			FIELD_SET(&s->typec.v[i], typec_port, gpu, gpu);
	}
	attach_by_elimination(s);
	connect_by_kernel(p);
	connect_by_elimination(p);
	gpus_by_elimination(s);
	for (i = 0; i < s->typec.n; i++) {
		struct typec_port *t = &s->typec.v[i];

		if (t->connector != NONE &&
		    FIELD_KNOWN(&s->connectors.v[t->connector], connector, status))
			FIELD_SET(t, typec_port, dp_connected,
				  s->connectors.v[t->connector].status ==
					  CONNECTOR_STATUS_CONNECTED);
		judge(p, t);
		limit(t);
	}
}
