/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thunderbolt and USB4: from the host controller's driver over the port and the box to the GPU in
 * it. A box that is not authorized is the one thing here that is an error by itself: whoever
 * plugged it in expects it to work, and the kernel is silent about it.
 */
#include "check/check-thunderbolt.h"

#include "base/parse.h"
#include "facts/thunderbolt.h"

const char *thunderbolt_name(struct check *c, const struct tb_router *r)
{
	const char *maker = r->vendor_name ? r->vendor_name : "",
		   *name = r->device_name ? r->device_name : "";

	if (!*maker && !*name)
		return arena_printf(c->arena, "the box at %s", r->name);
	return arena_printf(c->arena, "'%s%s%s'", maker, *maker && *name ? " " : "", name);
}

static const char *router_path(struct check *c, const struct tb_router *r, const char *attr)
{
	return arena_printf(c->arena, "/sys/bus/thunderbolt/devices/%s/%s", r->name, attr);
}

static const char *number(struct check *c, uint32_t v)
{
	return arena_printf(c->arena, "%u", v);
}

const char *thunderbolt_domain_path(struct check *c, const struct tb_domain *d, const char *attr)
{
	return arena_printf(c->arena, "/sys/bus/thunderbolt/devices/%s/%s", d->name, attr);
}

const char *thunderbolt_gbps(struct check *c, uint32_t mbps)
{
	if (mbps % 1000 == 0)
		return arena_printf(c->arena, "%u Gb/s", mbps / 1000);
	return arena_printf(c->arena, "%u.%u Gb/s", mbps / 1000, mbps % 1000 / 100);
}

const struct tb_domain *thunderbolt_domain(const struct check *c, const struct tb_router *r)
{
	return FIELD_KNOWN(r, tb_router, domain) && r->domain != NONE ?
		       &c->snap->domains.v[r->domain] :
		       NULL;
}

static bool is_box(const struct tb_router *r)
{
	return !r->host && FIELD_KNOWN(r, tb_router, depth) && r->depth > 0;
}

static bool is_authorized(const struct tb_router *r)
{
	return is_box(r) && FIELD_KNOWN(r, tb_router, authorized) && r->authorized > 0;
}

/* "host_reset" of the thunderbolt module; NULL when not known. */
static const char *module_param(const struct check *c, const char *name)
{
	const struct module *m = snapshot_module(c->snap, "thunderbolt");
	uint32_t i;

	for (i = 0; m && i < m->params.n; i++)
		if (str_eq(m->params.v[i].name, name))
			return m->params.v[i].value;
	return NULL;
}

/* A parameter that is said to be off: N, 0, n, off, false. */
static bool is_off(const char *value)
{
	return value && (str_ieq(value, "n") || str_eq(value, "0") || str_ieq(value, "off") ||
			 str_ieq(value, "false"));
}

static bool no_pcie(const struct tb_domain *d)
{
	return d->security == TB_SECURITY_DPONLY || d->security == TB_SECURITY_USBONLY ||
	       d->security == TB_SECURITY_NOPCIE;
}

/* Boxes that nobody let in. */

static void advise_authorize(struct check *c, struct finding *f, const struct tb_router *r)
{
	const struct tb_router *up = FIELD_KNOWN(r, tb_router, parent) && r->parent != NONE ?
					     &c->snap->routers.v[r->parent] :
					     NULL;
	const char *host_reset = module_param(c, "host_reset"), *first = "", *reset = "";

	if (up && !up->host && FIELD_KNOWN(up, tb_router, authorized) && up->authorized == 0)
		first = arena_printf(c->arena,
				     "It hangs behind %s, which has to be allowed first: gpubay trust add %s. ",
				     thunderbolt_name(c, up), up->name);
	if (FIELD_KNOWN(r, tb_router, boot) && !r->boot && host_reset && !is_off(host_reset))
		reset = " If the firmware had connected it before the system started, "
			"thunderbolt.host_reset=0 on the kernel "
			"command line keeps that.";
	check_remedy(c, f,
		     "%sAs root: gpubay trust add %s, then gpubay attach %s; or for this time: gpubay "
		     "attach %s --once.%s",
		     first, r->name, r->name, r->name, reset);
}

static void check_unauthorized(struct check *c, uint32_t i)
{
	const struct tb_router *r = &c->snap->routers.v[i];
	const struct tb_domain *d = thunderbolt_domain(c, r);
	bool automatic = FIELD_KNOWN(r, tb_router, bolt_stored) && r->bolt_stored &&
			 str_eq(r->bolt_policy, "auto");
	struct finding *f;

	if (!is_box(r) || !FIELD_KNOWN(r, tb_router, authorized) || r->authorized > 0)
		return;
	/* Where no PCIe tunnel can be, letting it in would not help: that is the domain's finding. */
	if (d && no_pcie(d))
		return;
	if (automatic)
		f = check_add(
			c, "GB6001", r->name, NONE,
			"%s is not authorized, though bolt was told to do that by itself: its "
			"tunnel was taken down (then it "
			"can be unplugged), or bolt does not run",
			thunderbolt_name(c, r));
	else
		f = check_add(
			c, "GB6001", r->name, NONE,
			"%s is plugged in and not authorized: no GPU or other PCIe device in it "
			"can be used",
			thunderbolt_name(c, r));
	if (automatic)
		FIELD_SET(f, finding, severity,
			  c->snap->platform.boltd ? SEVERITY_NOTE : SEVERITY_WARNING);
	check_evidence(c, f, router_path(c, r, "authorized"), "0", "1");
	if (d && FIELD_KNOWN(d, tb_domain, security))
		check_evidence(c, f, thunderbolt_domain_path(c, d, "security"),
			       enum_name(&tb_security_tab, d->security), NULL);
	if (FIELD_KNOWN(r, tb_router, bolt_policy))
		check_evidence(c, f, "bolt's policy for it", r->bolt_policy, NULL);
	advise_authorize(c, f, r);
}

/* Domains, taken together: machines have two or more, set up alike. */

typedef bool domain_test(const struct tb_domain *d);

static bool lets_in(const struct tb_domain *d)
{
	return d->security == TB_SECURITY_NONE;
}

static bool unprotected(const struct tb_domain *d)
{
	return (d->security == TB_SECURITY_USER || d->security == TB_SECURITY_SECURE) &&
	       FIELD_KNOWN(d, tb_domain, iommu_dma_protection) && !d->iommu_dma_protection;
}

static const char *domains_where(struct check *c, domain_test *test)
{
	const char *names = NULL;
	uint32_t i;

	for (i = 0; i < c->snap->domains.n; i++)
		if (test(&c->snap->domains.v[i]))
			names = names ? arena_printf(c->arena, "%s, %s", names,
						     c->snap->domains.v[i].name) :
					c->snap->domains.v[i].name;
	return names;
}

static void domains_evidence(struct check *c, struct finding *f, domain_test *test,
			     const char *wanted)
{
	uint32_t i;

	for (i = 0; i < c->snap->domains.n; i++) {
		const struct tb_domain *d = &c->snap->domains.v[i];

		if (!test(d))
			continue;
		check_evidence(c, f, thunderbolt_domain_path(c, d, "security"),
			       enum_name(&tb_security_tab, d->security), wanted);
		if (FIELD_KNOWN(d, tb_domain, iommu_dma_protection))
			check_evidence(c, f, thunderbolt_domain_path(c, d, "iommu_dma_protection"),
				       d->iommu_dma_protection ? "1" : "0", wanted ? NULL : "1");
	}
}

static bool box_in(const struct check *c, domain_test *test)
{
	uint32_t i;

	for (i = 0; i < c->snap->routers.n; i++) {
		const struct tb_domain *d = thunderbolt_domain(c, &c->snap->routers.v[i]);

		if (d && is_box(&c->snap->routers.v[i]) && test(d))
			return true;
	}
	return false;
}

static void check_domains(struct check *c)
{
	const struct platform *pl = &c->snap->platform;
	bool iommu_off = FIELD_KNOWN(pl, platform, iommu) && !pl->iommu;
	const char *names = domains_where(c, no_pcie);
	struct finding *f;

	if (names) {
		f = check_add(c, "GB6002", names, NONE,
			      "the security level of %s allows no PCIe tunnels%s", names,
			      box_in(c, no_pcie) ?
				      ": a GPU in the box that is plugged in cannot be reached" :
				      "");
		if (!box_in(c, no_pcie))
			FIELD_SET(f, finding, severity, SEVERITY_NOTE);
		domains_evidence(c, f, no_pcie, "user");
	}
	names = domains_where(c, lets_in);
	if (names) {
		f = check_add(c, "GB6003", names, NONE, "%s lets any device in without asking%s",
			      names, iommu_off ? ", and no IOMMU confines it" : "");
		domains_evidence(c, f, lets_in, "user");
	}
	names = domains_where(c, unprotected);
	if (names) {
		f = check_add(c, "GB6004", names, NONE,
			      "%s: devices on the cable are not confined by the IOMMU%s", names,
			      iommu_off ? ", which is off" : "");
		if (!iommu_off)
			FIELD_SET(f, finding, severity, SEVERITY_NOTE);
		domains_evidence(c, f, unprotected, NULL);
		if (snapshot_cmdline(c->snap, "iommu"))
			check_evidence(c, f, "/proc/cmdline: iommu",
				       snapshot_cmdline(c->snap, "iommu"), NULL);
		if (snapshot_cmdline(c->snap, "intel_iommu"))
			check_evidence(c, f, "/proc/cmdline: intel_iommu",
				       snapshot_cmdline(c->snap, "intel_iommu"), NULL);
		if (snapshot_cmdline(c->snap, "amd_iommu"))
			check_evidence(c, f, "/proc/cmdline: amd_iommu",
				       snapshot_cmdline(c->snap, "amd_iommu"), NULL);
	}
}

/* Host controllers and ports. */

static bool is_nhi(const struct pci_device *d)
{
	const struct facts_tb *f = FIELD_KNOWN(d, pci_device, vendor_id) ?
					   facts_tb_find(d->vendor_id, d->device_id) :
					   NULL;

	return !d->bridge && ((f && f->part == TB_PART_NHI) ||
			      (FIELD_KNOWN(d, pci_device, class) && d->class == PCI_CLASS_USB4));
}

static void explain_driver(struct check *c, struct finding *f)
{
	const struct platform *pl = &c->snap->platform;
	const struct module *m = snapshot_module(c->snap, "thunderbolt");
	uint32_t i;

	for (i = 0; i < pl->modprobe.n; i++) {
		const struct modprobe_rule *rule = &pl->modprobe.v[i];
		const char *where;

		if ((rule->kind != MODPROBE_KIND_BLACKLIST &&
		     rule->kind != MODPROBE_KIND_INSTALL) ||
		    !str_eq(rule->module, "thunderbolt"))
			continue;
		where = rule->line ? arena_printf(c->arena, "%s:%u", rule->file, rule->line) :
				     rule->file;
		check_evidence(c, f, where, enum_name(&modprobe_kind_tab, rule->kind), NULL);
		check_remedy(
			c, f,
			"Remove the rule in %s, then: modprobe thunderbolt. An initramfs may hold "
			"a copy of the file.",
			where);
		return;
	}
	if (m && FIELD_KNOWN(m, module, available) && !m->available) {
		check_evidence(c, f, "module thunderbolt", "not there for this kernel", NULL);
		check_remedy(
			c, f,
			"Install the package with this kernel's full set of modules, or boot a "
			"kernel with CONFIG_USB4.");
	} else if (m && m->state == MODULE_STATE_LOADED) {
		check_evidence(c, f, "module thunderbolt", "loaded", NULL);
		check_remedy(
			c, f,
			"The module is loaded and did not take the controller: look for "
			"'thunderbolt' in the kernel's messages.");
	}
}

static void check_controllers(struct check *c)
{
	const char *names = NULL;
	struct finding *f;
	uint32_t i;

	for (i = 0; i < c->snap->pci.n; i++) {
		const struct pci_device *d = &c->snap->pci.v[i];

		if (is_nhi(d) && FIELD_KNOWN(d, pci_device, driver) && !*d->driver)
			names = names ? arena_printf(c->arena, "%s, %s", names,
						     check_addr(c, d->address)) :
					check_addr(c, d->address);
	}
	if (!names)
		return;
	f = check_add(c, "GB6005", names, NONE,
		      "no driver is bound to the Thunderbolt or USB4 host controller%s %s",
		      strchr(names, ',') ? "s" : "", names);
	for (i = 0; i < c->snap->pci.n; i++)
		if (is_nhi(&c->snap->pci.v[i]) &&
		    FIELD_KNOWN(&c->snap->pci.v[i], pci_device, driver) &&
		    !*c->snap->pci.v[i].driver)
			check_evidence(c, f, check_pci_path(c, i, "driver"), "none", "thunderbolt");
	explain_driver(c, f);
}

static bool is_tunnel_port(const struct check *c, uint32_t i)
{
	const struct pci_device *d = &c->snap->pci.v[i];
	const struct facts_tb *f = FIELD_KNOWN(d, pci_device, vendor_id) ?
					   facts_tb_find(d->vendor_id, d->device_id) :
					   NULL;
	uint32_t k;

	if (f && f->part == TB_PART_PORT)
		return true;
	for (k = 0; k < c->snap->domains.n; k++)
		if (u32s_has(&c->snap->domains.v[k].root_ports, i))
			return true;
	return false;
}

/* Functions below a port: bridges, or all that are none. */
static uint32_t count_below(const struct check *c, uint32_t port, bool bridges)
{
	const struct pci_device_list *all = &c->snap->pci;
	uint32_t i, up, steps, n = 0;

	for (i = 0; i < all->n; i++) {
		if (all->v[i].bridge != bridges)
			continue;
		up = i;
		for (steps = 0; steps < all->n && up != NONE; steps++) {
			up = FIELD_KNOWN(&all->v[up], pci_device, parent) ? all->v[up].parent :
									    NONE;
			if (up == port)
				break;
		}
		n += up == port;
	}
	return n;
}

static uint32_t devices_below(const struct check *c, uint32_t port)
{
	return count_below(c, port, false);
}

/*
 * Devices below all ports that tunnels of this domain may come out of; NONE when no such port is
 * known.
 */
static uint32_t count_in_domain(const struct check *c, const struct tb_domain *d, bool bridges)
{
	bool told = d && FIELD_KNOWN(d, tb_domain, root_ports) && d->root_ports.n;
	uint32_t i, n = NONE;

	for (i = 0; i < c->snap->pci.n; i++) {
		if (told ? !u32s_has(&d->root_ports, i) : !is_tunnel_port(c, i))
			continue;
		n = (n == NONE ? 0 : n) + count_below(c, i, bridges);
	}
	return n;
}

static bool waits_for_devices(const struct check *c, const struct tb_router *r)
{
	return is_authorized(r) && FIELD_KNOWN(r, tb_router, gpus) && r->gpus.n == 0 &&
	       count_in_domain(c, thunderbolt_domain(c, r), false) == 0;
}

static bool any_waits(const struct check *c)
{
	uint32_t i;

	for (i = 0; i < c->snap->routers.n; i++)
		if (waits_for_devices(c, &c->snap->routers.v[i]))
			return true;
	return false;
}

static void check_ports(struct check *c)
{
	const char *names = NULL;
	struct finding *f = NULL;
	uint32_t i;

	for (i = 0; i < c->snap->pci.n; i++) {
		const struct pci_device *d = &c->snap->pci.v[i];

		if (is_tunnel_port(c, i) && FIELD_KNOWN(&d->power, pci_power, asleep) &&
		    d->power.asleep && !devices_below(c, i))
			names = names ? arena_printf(c->arena, "%s, %s", names,
						     check_addr(c, d->address)) :
					check_addr(c, d->address);
	}
	if (!names)
		return;
	f = check_add(c, "GB6006", names, NONE,
		      "the tunnel port%s %s sleep%s: plugging a box in may make no event",
		      strchr(names, ',') ? "s" : "", names, strchr(names, ',') ? "" : "s");
	/*
	 * Sleeping is what an empty port should do; it is suspicious only when a box waits for its
	 * devices.
	 */
	if (!any_waits(c))
		FIELD_SET(f, finding, severity, SEVERITY_NOTE);
	for (i = 0; i < c->snap->pci.n; i++) {
		const struct pci_power *w = &c->snap->pci.v[i].power;

		if (!is_tunnel_port(c, i) || !w->asleep || devices_below(c, i))
			continue;
		check_evidence(c, f, check_pci_path(c, i, "power/runtime_status"),
			       w->runtime_status ? w->runtime_status : w->state, NULL);
		check_remedy(
			c, f,
			"If plugging in does nothing, as root: echo on > %s, or boot with "
			"pcie_port_pm=off.",
			check_pci_path(c, i, "power/control"));
	}
}

/* Boxes that are let in. */

static uint32_t best_of(const struct tb_router *r)
{
	return facts_tb_rate_mbps(FIELD_KNOWN(r, tb_router, generation) ? r->generation : 0,
				  FIELD_KNOWN(r, tb_router, usb4_version) ? r->usb4_version : NULL);
}

uint32_t thunderbolt_lost_mbps(const struct check *c, const struct tb_router *r)
{
	uint32_t now = tb_router_rate_mbps(r), could;

	if (!is_box(r) || !now || !FIELD_KNOWN(r, tb_router, parent) || r->parent == NONE)
		return 0;
	could = MIN(best_of(r), best_of(&c->snap->routers.v[r->parent]));
	return could > now ? could - now : 0;
}

static void check_cable(struct check *c, uint32_t i)
{
	const struct tb_router *r = &c->snap->routers.v[i];
	uint32_t lost = thunderbolt_lost_mbps(c, r), now = tb_router_rate_mbps(r),
		 could = now + lost;
	struct finding *f;

	if (!lost)
		return;
	f = check_add(c, "GB6007", r->name, r->gpus.n ? r->gpus.v[0] : NONE,
		      "%s is connected with %s, where both ends can do %s", thunderbolt_name(c, r),
		      thunderbolt_gbps(c, now), thunderbolt_gbps(c, could));
	/* From the second generation on a link has two lanes. */
	check_evidence(c, f, router_path(c, r, "rx_speed"), thunderbolt_gbps(c, r->rx_speed_mbps),
		       could >= 20000 && r->rx_speed_mbps < could / 2 ?
			       thunderbolt_gbps(c, could / 2) :
			       NULL);
	check_evidence(c, f, router_path(c, r, "rx_lanes"), number(c, r->rx_lanes),
		       could >= 20000 && r->rx_lanes < 2 ? "2" : NULL);
}

/* A USB4 hub without PCIe devices is an ordinary dock; nothing is wrong with one. */
static void check_empty(struct check *c, uint32_t i)
{
	const struct tb_router *r = &c->snap->routers.v[i];
	struct finding *f;
	uint32_t k;

	if (!waits_for_devices(c, r) || str_eq(r->usb4_type, "hub"))
		return;
	for (k = 0; k < c->snap->routers.n; k++)
		if (c->snap->routers.v[k].parent == i && !c->snap->routers.v[k].host &&
		    FIELD_KNOWN(&c->snap->routers.v[k], tb_router, parent))
			return;
	f = check_add(c, "GB6009", r->name, NONE, "%s is authorized, %s", thunderbolt_name(c, r),
		      count_in_domain(c, thunderbolt_domain(c, r), true) ?
			      "its PCIe switch is there, and no device answers behind it" :
			      "and no PCIe device is behind it");
	check_evidence(c, f, router_path(c, r, "authorized"), number(c, r->authorized), NULL);
	if (FIELD_KNOWN(r, tb_router, boot))
		check_evidence(c, f, router_path(c, r, "boot"), r->boot ? "1" : "0", NULL);
	if (module_param(c, "host_reset"))
		check_evidence(c, f, "/sys/module/thunderbolt/parameters/host_reset",
			       module_param(c, "host_reset"), NULL);
}

static void check_identity(struct check *c, uint32_t i)
{
	const struct tb_router *r = &c->snap->routers.v[i];
	struct finding *f;

	if (!is_box(r) || !FIELD_KNOWN(r, tb_router, vendor_name) ||
	    !FIELD_KNOWN(r, tb_router, device_name) || *r->vendor_name || *r->device_name)
		return;
	f = check_add(c, "GB6010", r->name, NONE, "the box at %s gives neither maker nor name",
		      r->name);
	check_evidence(c, f, router_path(c, r, "device_name"), "", NULL);
	check_evidence(c, f, router_path(c, r, "vendor_name"), "", NULL);
}

static void check_boot_list(struct check *c, uint32_t i)
{
	const struct tb_router *r = &c->snap->routers.v[i];
	const struct tb_domain *d = thunderbolt_domain(c, r);
	struct finding *f;

	/* An empty list is one that the firmware does not have, as on integrated controllers. */
	if (!is_authorized(r) || !d || !FIELD_KNOWN(d, tb_domain, boot_acl) || d->boot_acl.n == 0 ||
	    !FIELD_KNOWN(r, tb_router, unique_id) || strs_has(&d->boot_acl, r->unique_id) ||
	    (FIELD_KNOWN(r, tb_router, boot) && r->boot))
		return;
	f = check_add(c, "GB6011", r->name, r->gpus.n ? r->gpus.v[0] : NONE,
		      "%s is not on the firmware's boot list", thunderbolt_name(c, r));
	check_evidence(c, f, thunderbolt_domain_path(c, d, "boot_acl"),
		       arena_printf(c->arena, "%u other box%s", d->boot_acl.n,
				    d->boot_acl.n == 1 ? "" : "es"),
		       NULL);
}

static void check_memory_of_bolt(struct check *c, uint32_t i)
{
	const struct tb_router *r = &c->snap->routers.v[i];
	const struct tb_domain *d = thunderbolt_domain(c, r);
	struct finding *f;

	if (!is_authorized(r) || !c->snap->platform.boltd ||
	    !FIELD_KNOWN(r, tb_router, bolt_stored) || r->bolt_stored || !d ||
	    d->security == TB_SECURITY_NONE || (FIELD_KNOWN(r, tb_router, boot) && r->boot))
		return;
	if (FIELD_KNOWN(d, tb_domain, iommu_dma_protection) && d->iommu_dma_protection)
		return; /* bolt lets everything in there by itself */
	f = check_add(c, "GB6020", r->name, r->gpus.n ? r->gpus.v[0] : NONE,
		      "%s is authorized for this time only", thunderbolt_name(c, r));
	check_evidence(c, f, "/var/lib/boltd/devices", "not in it", NULL);
}

static void check_module(struct check *c)
{
	const char *value = module_param(c, "host_reset");
	struct finding *f;

	if (!is_off(value))
		return;
	f = check_add(c, "GB6012", "thunderbolt", NONE,
		      "the Thunderbolt controller is not reset at start (host_reset is off)");
	check_evidence(c, f, "/sys/module/thunderbolt/parameters/host_reset", value, NULL);
}

static void check_routers(struct check *c)
{
	uint32_t i;

	for (i = 0; i < c->snap->routers.n; i++) {
		check_unauthorized(c, i);
		check_cable(c, i);
		check_empty(c, i);
		check_identity(c, i);
		check_boot_list(c, i);
		check_memory_of_bolt(c, i);
	}
}

const struct check_fn check_thunderbolt_fns[] = {
	{"thunderbolt", "GB6002 GB6003 GB6004", check_domains},
	{"thunderbolt", "GB6005", check_controllers},
	{"thunderbolt", "GB6006", check_ports},
	{"thunderbolt", "GB6001 GB6007 GB6009 GB6010 GB6011 GB6020", check_routers},
	{"thunderbolt", "GB6012", check_module},
	{"thunderbolt", "GB6008 GB6013 GB6014 GB6015 GB6016 GB6017 GB6018", check_external_gpus},
	{"thunderbolt", "GB6019", check_external_ports},
	{.run = NULL},
};
