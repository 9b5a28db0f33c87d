/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GPUs at the end of a cable: what their driver, Xorg and the person who pulls the cable must know.
 */
#include "check/check-thunderbolt.h"

#include "base/parse.h"
#include "facts/thunderbolt.h"
#include "format/xorg-conf.h"

static bool is_external(const struct gpu *g)
{
	return FIELD_KNOWN(g, gpu, external) && g->external.attachment == ATTACHMENT_EXTERNAL;
}

static bool by_tunnel(const struct gpu *g)
{
	return is_external(g) && FIELD_KNOWN(&g->external, external, interface) &&
	       (str_eq(g->external.interface, "thunderbolt") ||
		str_eq(g->external.interface, "usb4"));
}

static uint32_t others_with_driver(const struct check *c, uint32_t gpu)
{
	uint32_t i, n = 0;

	for (i = 0; i < c->snap->gpus.n; i++)
		n += i != gpu && str_eq(c->snap->gpus.v[i].driver, c->snap->gpus.v[gpu].driver);
	return n;
}

static void check_host_vendor(struct check *c, uint32_t i)
{
	const struct gpu *g = &c->snap->gpus.v[i];
	const struct facts_tb_host *row =
		FIELD_KNOWN(g, gpu, driver) ? facts_tb_host_find(g->driver) : NULL;
	const struct pci_device *port;
	struct finding *f;
	uint32_t root;

	if (!row || !by_tunnel(g))
		return;
	root = FIELD_KNOWN(&c->snap->pci.v[g->pci], pci_device, root_port) ?
		       c->snap->pci.v[g->pci].root_port :
		       NONE;
	if (root == NONE)
		return;
	port = &c->snap->pci.v[root];
	if (!FIELD_KNOWN(port, pci_device, vendor_id) || port->vendor_id == row->vendor)
		return;
	f = check_add(c, "GB6008", check_addr(c, g->address), i, "%s on this host: %s", g->driver,
		      row->effect);
	check_evidence(c, f, check_pci_path(c, root, "vendor"),
		       arena_printf(c->arena, "0x%04x", port->vendor_id),
		       arena_printf(c->arena, "0x%04x", row->vendor));
}

static void check_unplug(struct check *c, uint32_t i)
{
	const struct gpu *g = &c->snap->gpus.v[i];
	const struct facts_unplug *row =
		FIELD_KNOWN(g, gpu, driver) ? facts_unplug_find(g->driver) : NULL;
	struct finding *f;

	/* What hangs or is lost has advice of its own. */
	if (!row || !is_external(g) || g->state == GPU_STATE_WEDGED || g->state == GPU_STATE_LOST || (row->others && !others_with_driver(c, i)))
		return;
	f = check_add(c, "GB6013", check_addr(c, g->address), i, "%s: %s", g->driver, row->effect);
	check_evidence(c, f, check_pci_path(c, g->pci, "driver"), g->driver, NULL);
}

static void check_teardown(struct check *c, uint32_t i)
{
	const struct gpu *g = &c->snap->gpus.v[i];
	const struct tb_router *r;
	const struct tb_domain *d;
	struct finding *f;

	if (!by_tunnel(g) || !FIELD_KNOWN(&g->external, external, router) ||
	    g->external.router == NONE)
		return;
	r = &c->snap->routers.v[g->external.router];
	d = thunderbolt_domain(c, r);
	if (!d || !FIELD_KNOWN(d, tb_domain, deauthorization) || d->deauthorization)
		return;
	f = check_add(c, "GB6014", r->name, i,
		      "the tunnel to %s cannot be taken down before the cable is pulled",
		      thunderbolt_name(c, r));
	check_evidence(c, f, thunderbolt_domain_path(c, d, "deauthorization"), "0", NULL);
}

static bool xorg_allows(const struct check *c, const struct facts_xorg *row, bool *ret_used)
{
	const struct platform *pl = &c->snap->platform;
	bool allows = false;
	uint32_t i;

	*ret_used = FIELD_KNOWN(pl, platform, xorg_running) && pl->xorg_running;
	for (i = 0; i < pl->xorg.n; i++) {
		const struct xorg_option *o = &pl->xorg.v[i];

		if (*o->driver && !str_eq(o->driver, row->driver))
			continue;
		*ret_used |= str_eq(o->driver, row->driver);
		if (xorg_name_eq(o->name, row->option))
			allows = xorg_bool(o->value);
	}
	return allows;
}

static void check_xorg(struct check *c, uint32_t i)
{
	const struct platform *pl = &c->snap->platform;
	const struct gpu *g = &c->snap->gpus.v[i];
	const struct facts_xorg *row =
		FIELD_KNOWN(g, gpu, driver) ? facts_xorg_find(g->driver) : NULL;
	struct finding *f;
	bool used;
	uint32_t k;

	if (!row || !is_external(g) || !FIELD_KNOWN(pl, platform, xorg) ||
	    xorg_allows(c, row, &used) || !used)
		return;
	f = check_add(c, "GB6015", check_addr(c, g->address), i,
		      "Xorg leaves %s alone: %s is not set for driver '%s'", g->name, row->option,
		      row->driver);
	for (k = 0; k < pl->xorg.n; k++)
		if (str_eq(pl->xorg.v[k].driver, row->driver))
			check_evidence(c, f,
				       arena_printf(c->arena, "%s:%u", pl->xorg.v[k].file,
						    pl->xorg.v[k].line),
				       arena_printf(c->arena, "%s %s", pl->xorg.v[k].name,
						    pl->xorg.v[k].value),
				       NULL);
	if (f->evidence.n == 0)
		check_evidence(c, f, "/etc/X11/xorg.conf.d",
			       arena_printf(c->arena, "no %s", row->option),
			       arena_printf(c->arena, "%s True", row->option));
}

static void check_lit(struct check *c, uint32_t i)
{
	const struct gpu *g = &c->snap->gpus.v[i];
	struct finding *f;
	uint32_t k;

	if (!is_external(g) || !FIELD_KNOWN(g, gpu, displays_lit) || g->displays_lit == 0)
		return;
	f = check_add(c, "GB6016", check_addr(c, g->address), i,
		      "%u display%s lit by the external %s", g->displays_lit,
		      g->displays_lit == 1 ? " is" : "s are", g->name);
	for (k = 0; k < g->connectors.n; k++) {
		const struct connector *con = &c->snap->connectors.v[g->connectors.v[k]];

		if (con->enabled)
			check_evidence(
				c, f,
				arena_printf(c->arena, "/sys/class/drm/%s/enabled", con->name),
				"enabled", NULL);
	}
}

/* What the cable loses is a warning of its own (GB6007). */
static void check_rate(struct check *c, uint32_t i)
{
	const struct gpu *g = &c->snap->gpus.v[i];
	const struct external *x = &g->external;
	struct finding *f;

	if (!is_external(g) || !FIELD_KNOWN(x, external, limited_by) || !*x->limited_by ||
	    !FIELD_KNOWN(x, external, bandwidth_mbps) || !FIELD_KNOWN(x, external, possible_mbps) ||
	    x->bandwidth_mbps >= x->possible_mbps)
		return;
	if (FIELD_KNOWN(x, external, router) && x->router != NONE &&
	    thunderbolt_lost_mbps(c, &c->snap->routers.v[x->router]))
		return;
	f = check_add(c, "GB6017", check_addr(c, g->address), i,
		      "%s reaches %s of %s; limited by %s", g->name,
		      thunderbolt_gbps(c, x->bandwidth_mbps), thunderbolt_gbps(c, x->possible_mbps),
		      x->limited_by);
	check_evidence(c, f, "bandwidth", thunderbolt_gbps(c, x->bandwidth_mbps),
		       thunderbolt_gbps(c, x->possible_mbps));
}

/* SMBIOS chassis types of servers: a hot-plug slot there is a slot. */
static bool is_server(const struct platform *pl)
{
	static const uint8_t servers[] = {17, 23, 25, 28, 29};
	unsigned i;

	for (i = 0; FIELD_KNOWN(pl, platform, chassis) && i < ARRAY_LEN(servers); i++)
		if (pl->chassis == servers[i])
			return true;
	return FIELD_KNOWN(pl, platform, virt) && pl->virt == VIRT_KIND_VM;
}

static void check_unclear(struct check *c, uint32_t i)
{
	const struct gpu *g = &c->snap->gpus.v[i];
	const struct external *x = &g->external;
	struct finding *f;
	uint32_t k;

	if (!FIELD_KNOWN(g, gpu, external) || !str_eq(x->interface, "hot-plug slot") ||
	    x->attachment != ATTACHMENT_UNKNOWN || is_server(&c->snap->platform))
		return;
	f = check_add(
		c, "GB6018", check_addr(c, g->address), i,
		"%s is in a hot-plug slot: whether that is inside or at the end of an OCuLink "
		"cable cannot be seen",
		g->name);
	for (k = 0; k < x->evidence.n; k++)
		check_evidence(c, f, x->evidence.v[k].path, x->evidence.v[k].value, NULL);
	if (x->port != NONE)
		check_remedy(c, f,
			     "If it is outside, write into /etc/gpubay/external-ports: %s oculink",
			     check_addr(c, c->snap->pci.v[x->port].address));
}

void check_external_ports(struct check *c)
{
	const struct platform *pl = &c->snap->platform;
	uint64_t address;
	uint32_t i;

	for (i = 0; FIELD_KNOWN(pl, platform, external_ports) && c->snap->has_pci &&
		    i < pl->external_ports.n;
	     i++) {
		const char *line = pl->external_ports.v[i];
		struct strs words = str_split(c->arena, line, " \t");
		bool good = words.n && pci_addr_parse(str_base(words.v[0]), &address) == 0;
		struct finding *f;

		if (good && snapshot_pci_find(c->snap, address) != NONE)
			continue;
		f = check_add(
			c, "GB6019", words.n ? words.v[0] : "", NONE,
			good ? "/etc/gpubay/external-ports names %s, and there is no such PCI "
			       "function" :
			       "/etc/gpubay/external-ports: '%s' is no PCI address or path to one",
			words.n ? words.v[0] : "");
		check_evidence(c, f, "/etc/gpubay/external-ports", line, NULL);
	}
}

void check_external_gpus(struct check *c)
{
	uint32_t i;

	for (i = 0; i < c->snap->gpus.n; i++) {
		check_host_vendor(c, i);
		check_unplug(c, i);
		check_teardown(c, i);
		check_xorg(c, i);
		check_lit(c, i);
		check_rate(c, i);
		check_unclear(c, i);
	}
}
