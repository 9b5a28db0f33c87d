/* SPDX-License-Identifier: Apache-2.0 */
/* The sections about what is plugged in: external GPUs, USB Type-C displays, RDMA, and the ways between the two. */
#include "codec/discover.h"

#include "base/parse.h"
#include "facts/legacy.h"
#include "format/vdo.h"
#include "model/topo.h"

static json_t *text_json(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
static json_t *text_json(struct arena *a, const char *fmt, ...)
{
	json_t *j;
	va_list ap;

	va_start(ap, fmt);
	j = json_string(arena_vprintf(a, fmt, ap));
	va_end(ap);
	return j ? j : json_string("?");
}

static const char *addr_text(struct arena *a, uint64_t address)
{
	char text[PCI_ADDR_TEXT];

	return arena_str(a, pci_addr_text(address, text));
}

/* Gb/s with one decimal place where it is not whole. */
static const char *rate_text(struct arena *a, uint32_t mbps)
{
	uint32_t tenths = (mbps + 50) / 100;

	return tenths % 10 ? arena_printf(a, "%u.%u Gb/s", tenths / 10, tenths % 10) : arena_printf(a, "%u Gb/s", tenths / 10);
}

static bool is_external(const struct gpu *g)
{
	return FIELD_KNOWN(g, gpu, external) && g->external.attachment == ATTACHMENT_EXTERNAL;
}

static bool router_is_usb4(const struct tb_router *r)
{
	return FIELD_KNOWN(r, tb_router, generation) && r->generation >= 4;
}

static bool domain_is_usb4(const struct snapshot *s, const struct tb_domain *d)
{
	uint32_t i, index = (uint32_t)(d - s->domains.v);

	if (FIELD_KNOWN(d, tb_domain, nhi) && d->nhi < s->pci.n && s->pci.v[d->nhi].class == PCI_CLASS_USB4)
		return true;
	for (i = 0; i < s->routers.n; i++)
		if (s->routers.v[i].domain == index && s->routers.v[i].host && router_is_usb4(&s->routers.v[i]))
			return true;
	return false;
}

static enum tri usb4_here(const struct snapshot *s)
{
	uint32_t i;

	for (i = 0; i < s->pci.n; i++)
		if (s->pci.v[i].class == PCI_CLASS_USB4)
			return TRI_YES;
	for (i = 0; i < s->domains.n; i++)
		if (domain_is_usb4(s, &s->domains.v[i]))
			return TRI_YES;
	return TRI_NO;
}

static bool oculink_here(const struct snapshot *s)
{
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		if (is_external(&s->gpus.v[i]) && str_ieq(s->gpus.v[i].external.interface, "oculink"))
			return true;
	return false;
}

/*
 * Whether something may come and go while the machine runs: a Thunderbolt or USB4 domain, or a slot that says so, and a
 * kernel that was built to follow.
 */
static enum tri hot_swap(const struct snapshot *s)
{
	bool built = FIELD_KNOWN(&s->platform, platform, hotplug_pci), slots_known = true;
	uint32_t i;

	if (built && !s->platform.hotplug_pci)
		return TRI_NO;
	if (s->domains.n)
		return built ? TRI_YES : TRI_UNKNOWN;
	for (i = 0; i < s->pci.n; i++) {
		const struct pci_device *d = &s->pci.v[i];

		if (FIELD_KNOWN(d, pci_device, config) && d->config.hotplug_capable)
			return built ? TRI_YES : TRI_UNKNOWN;
		if (d->bridge && !FIELD_KNOWN(&d->config, pci_config, hotplug_capable))
			slots_known = false;
	}
	return slots_known ? TRI_NO : TRI_UNKNOWN;
}

static const char *router_name(struct arena *a, const struct tb_router *r)
{
	const char *vendor = r->vendor_name ? r->vendor_name : "", *device = r->device_name ? r->device_name : "";

	return arena_printf(a, "%s%s%s%s%s", r->name, *vendor ? " " : "", vendor, *device ? " " : "", device);
}

static const char *router_info(const struct snapshot *s, struct arena *a, const struct tb_router *r)
{
	const char *text = router_name(a, r);
	uint32_t i, rate = tb_router_rate_mbps(r);

	if (FIELD_KNOWN(r, tb_router, authorized))
		text = arena_printf(a, "%s, %s", text, r->authorized ? "authorized" : "not authorized");
	if (rate)
		text = arena_printf(a, "%s, %s", text, rate_text(a, rate));
	for (i = 0; i < r->gpus.n; i++)
		text = arena_printf(a, "%s, GPU %s", text, addr_text(a, s->gpus.v[r->gpus.v[i]].address));
	return text;
}

static json_t *connected_devices(const struct snapshot *s, struct arena *a)
{
	json_t *all = json_array();
	uint32_t i;

	for (i = 0; i < s->routers.n; i++) {
		const struct tb_router *r = &s->routers.v[i];

		if (!r->host)
			json_array_append_new(all, json_pack("{s:s, s:o}", "type", router_is_usb4(r) ? "usb4" : "thunderbolt", "info",
							     text_json(a, "%s", router_info(s, a, r))));
	}
	for (i = 0; i < s->gpus.n; i++) {
		const struct gpu *g = &s->gpus.v[i];

		if (is_external(g) && (!FIELD_KNOWN(&g->external, external, router) || g->external.router == NONE))
			json_array_append_new(all, json_pack("{s:o, s:o}", "type",
							     text_json(a, "%s", g->external.interface ? g->external.interface : "external"),
							     "info", text_json(a, "GPU %s", addr_text(a, g->address))));
	}
	return all;
}

/* What the firmware had not connected when the kernel took over, and is authorized now, was plugged in since. */
static json_t *hot_adds(const struct snapshot *s, struct arena *a)
{
	json_t *all = json_array();
	uint32_t i;

	for (i = 0; i < s->routers.n; i++) {
		const struct tb_router *r = &s->routers.v[i];

		if (!r->host && FIELD_KNOWN(r, tb_router, boot) && !r->boot && r->authorized)
			json_array_append_new(all, text_json(a, "%s", router_name(a, r)));
	}
	return all;
}

/* A source without that part of /sys (somebody's lspci output) cannot say that there is none. */
static enum tri domains_here(const struct snapshot *s)
{
	uint32_t i;

	for (i = 0; i < s->gaps.n; i++)
		if (str_eq(s->gaps.v[i].path, "/sys/bus/thunderbolt/devices"))
			return TRI_UNKNOWN;
	return s->domains.n ? TRI_YES : TRI_NO;
}

json_t *discover_egpu(const struct snapshot *s)
{
	struct arena *a = arena_new();
	json_t *j = json_object();
	enum tri domains = domains_here(s);
	enum tri usb4 = usb4_here(s);

	json_object_set_new(j, "thunderbolt_detected", json_tri(domains));
	json_object_set_new(j, "usb4_detected", json_tri(usb4 == TRI_NO && domains == TRI_UNKNOWN ? TRI_UNKNOWN : usb4));
	json_object_set_new(j, "oculink_detected", json_boolean(oculink_here(s)));
	json_object_set_new(j, "hot_swap_capable", json_tri(hot_swap(s)));
	json_object_set_new(j, "connected_devices", connected_devices(s, a));
	json_object_set_new(j, "recent_hot_adds", hot_adds(s, a));
	arena_free(a);
	return j;
}

static json_t *port_text(struct arena *a, const struct typec_port *p)
{
	const char *text = arena_printf(a, "%s: %s", p->name, enum_name(&dp_verdict_tab, p->dp_verdict));

	if (FIELD_KNOWN(p, typec_port, dp_lanes) && p->dp_lanes)
		text = arena_printf(a, "%s, %u lanes", text, p->dp_lanes);
	return text_json(a, "%s", text);
}

/* The Type-C port's own alternate mode, and what is plugged in. */
static bool port_does_thunderbolt(const struct snapshot *s, const struct typec_port *p)
{
	uint32_t i;

	for (i = 0; i < p->altmodes.n; i++)
		if (p->altmodes.v[i].side == TYPEC_SIDE_PORT && p->altmodes.v[i].svid == SVID_TBT)
			return true;
	return FIELD_KNOWN(p, typec_port, router) && p->router < s->routers.n && !router_is_usb4(&s->routers.v[p->router]);
}

static bool port_does_usb4(const struct snapshot *s, const struct typec_port *p)
{
	return (p->usb_capability && strstr(p->usb_capability, "usb4")) ||
	       (FIELD_KNOWN(p, typec_port, router) && p->router < s->routers.n && router_is_usb4(&s->routers.v[p->router]));
}

static json_t *displays_json(const struct snapshot *s, struct arena *a)
{
	json_t *all = json_array();
	uint32_t i;

	for (i = 0; i < s->connectors.n; i++) {
		const struct connector *c = &s->connectors.v[i];
		const char *name = c->monitor.name && *c->monitor.name ? c->monitor.name : c->monitor.manufacturer;

		if (FIELD_KNOWN(c, connector, status) && c->status == CONNECTOR_STATUS_CONNECTED)
			json_array_append_new(all, text_json(a, "%s: %s", c->name, name && *name ? name : "a display without a name"));
	}
	return all;
}

static enum tri dp_available(const struct snapshot *s)
{
	enum tri result = s->typec_class ? TRI_NO : TRI_UNKNOWN;
	uint32_t i;

	for (i = 0; i < s->typec.n; i++) {
		if (!FIELD_KNOWN(&s->typec.v[i], typec_port, dp_capable))
			result = TRI_UNKNOWN;
		else if (s->typec.v[i].dp_capable)
			return TRI_YES;
	}
	return result;
}

json_t *discover_dp(const struct snapshot *s)
{
	json_t *ports = json_array(), *tb = json_array(), *usb4 = json_array(), *displays;
	struct arena *a = arena_new();
	uint32_t i;

	for (i = 0; i < s->typec.n; i++) {
		const struct typec_port *p = &s->typec.v[i];

		json_array_append_new(ports, port_text(a, p));
		if (port_does_thunderbolt(s, p))
			json_array_append_new(tb, text_json(a, "%s", p->name));
		if (port_does_usb4(s, p))
			json_array_append_new(usb4, text_json(a, "%s", p->name));
	}
	displays = displays_json(s, a);
	arena_free(a);
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "usb_c_ports", ports, "dp_alt_mode_available", json_tri(dp_available(s)),
			 "connected_displays", displays, "thunderbolt_ports", tb, "usb4_ports", usb4);
}

static bool speaks(const struct rdma_nic *n, enum rdma_kind kind)
{
	return FIELD_KNOWN(n, rdma_nic, kind) && n->kind == kind;
}

static enum tri any_speaks(const struct snapshot *s, enum rdma_kind kind)
{
	enum tri result = s->rdma_known ? TRI_NO : TRI_UNKNOWN;
	uint32_t i;

	for (i = 0; i < s->rdma.n; i++) {
		if (speaks(&s->rdma.v[i], kind))
			return TRI_YES;
		if (!FIELD_KNOWN(&s->rdma.v[i], rdma_nic, kind) || s->rdma.v[i].kind == RDMA_KIND_UNKNOWN)
			result = TRI_UNKNOWN;
	}
	return result;
}

static json_t *rdma_modules(const struct snapshot *s, struct arena *a)
{
	json_t *all = json_array();
	struct strs names = {0};
	uint32_t i;

	if (!FIELD_KNOWN(&s->platform, platform, modules)) {
		json_decref(all);
		return json_null();
	}
	for (i = 0; i < s->platform.modules.n; i++) {
		const struct module *m = &s->platform.modules.v[i];

		if (m->state == MODULE_STATE_LOADED && facts_is_rdma_module(m->name))
			strs_add(a, &names, m->name);
	}
	strs_sort(&names);
	for (i = 0; i < names.n; i++)
		json_array_append_new(all, json_string(names.v[i]));
	return all;
}

json_t *discover_rdma(const struct snapshot *s)
{
	json_t *j = json_object(), *all = json_array(), *ib = json_array();
	struct arena *a = arena_new();
	uint32_t i;

	for (i = 0; i < s->rdma.n; i++) {
		json_array_append_new(all, text_json(a, "%s", s->rdma.v[i].name));
		if (speaks(&s->rdma.v[i], RDMA_KIND_INFINIBAND))
			json_array_append_new(ib, text_json(a, "%s", s->rdma.v[i].name));
	}
	json_object_set_new(j, "rdma_available", json_tri(s->rdma.n ? TRI_YES : s->rdma_known ? TRI_NO : TRI_UNKNOWN));
	json_object_set_new(j, "rdma_devices", all);
	json_object_set_new(j, "ib_devices", ib);
	json_object_set_new(j, "rdma_modules_loaded", rdma_modules(s, a));
	json_object_set_new(j, "roce_supported", json_tri(any_speaks(s, RDMA_KIND_ROCE)));
	json_object_set_new(j, "iwarp_supported", json_tri(any_speaks(s, RDMA_KIND_IWARP)));
	arena_free(a);
	return j;
}

/* What the pairs say together. */
struct pairs {
	uint32_t n_gpus, n_nics;
	bool usable, tunnel, direct_pcie;
	uint32_t best_mbps;
	json_t *notes;
};

static bool nic_active(const struct rdma_nic *n)
{
	uint32_t i;

	for (i = 0; i < n->ports.n; i++)
		if (n->ports.v[i].state && strstr(n->ports.v[i].state, "ACTIVE"))
			return true;
	return false;
}

static bool gpu_usable(const struct gpu *g)
{
	return g->state == GPU_STATE_READY || g->state == GPU_STATE_BOUND || g->state == GPU_STATE_DEGRADED;
}

/* Why bytes between the two go through the machine's memory, or NULL when they need not. */
static const char *staged_because(const struct snapshot *s, const struct path *p)
{
	const struct platform *m = &s->platform;

	if (FIELD_KNOWN(p, path, acs_redirect) && p->acs_redirect)
		return "ACS on the way sends their traffic up to the root complex";
	if (FIELD_KNOWN(p, path, class) && !topo_is_near(p->class))
		return "they meet only at the host bridge or beyond";
	if (FIELD_KNOWN(m, platform, p2pdma) && !m->p2pdma && FIELD_KNOWN(m, platform, peer_memory) && !m->peer_memory)
		return "the kernel has neither PCI peer-to-peer DMA nor a peer-memory module";
	return NULL;
}

static void add_pair(struct pairs *all, const struct snapshot *s, struct arena *a, const struct topo *t, uint32_t i, uint32_t k)
{
	const struct gpu *g = &s->gpus.v[t->v[i].index];
	const struct rdma_nic *nic = &s->rdma.v[t->v[k].index];
	const struct path *p = topo_path(t, i, k);
	bool known = p && FIELD_KNOWN(p, path, class), tunnel = p && FIELD_KNOWN(p, path, tunnel) && p->tunnel;
	const char *why = p ? staged_because(s, p) : NULL, *text;

	text = arena_printf(a, "GPU %s and %s: %s", addr_text(a, g->address), nic->name,
			    known ? enum_name(&path_class_tab, p->class) : "way unknown");
	if (tunnel)
		text = arena_printf(a, "%s, through a tunnel", text);
	if (p && FIELD_KNOWN(p, path, rate_mbps) && p->rate_mbps) {
		text = arena_printf(a, "%s, %s", text, rate_text(a, p->rate_mbps));
		all->best_mbps = MAX(all->best_mbps, p->rate_mbps);
	}
	if (why)
		text = arena_printf(a, "%s; staged through memory: %s", text, why);
	if (!nic_active(nic))
		text = arena_printf(a, "%s; no port of %s is active", text, nic->name);
	if (!gpu_usable(g))
		text = arena_printf(a, "%s; the GPU is %s", text, enum_name(&gpu_state_tab, g->state));
	json_array_append_new(all->notes, text_json(a, "%s", text));
	all->usable |= nic_active(nic) && gpu_usable(g);
	all->tunnel |= tunnel;
	all->direct_pcie |= known && !tunnel;
}

static void look_at_pairs(struct pairs *all, const struct snapshot *s, struct arena *a)
{
	uint32_t i, k;
	struct topo t;

	topo_compute(s, a, &t);
	all->n_nics = t.n - t.n_gpus;
	for (i = 0; i < t.n_gpus; i++) {
		if (!is_external(&s->gpus.v[t.v[i].index]))
			continue;
		all->n_gpus++;
		for (k = t.n_gpus; k < t.n; k++)
			add_pair(all, s, a, &t, i, k);
	}
}

json_t *discover_pairs(const struct snapshot *s)
{
	struct pairs all = {.notes = json_array()};
	struct arena *a = arena_new();
	json_t *j = json_object();
	bool known;

	look_at_pairs(&all, s, a);
	if (all.n_gpus == 0)
		json_array_append_new(all.notes, json_string("no external GPU"));
	if (all.n_nics == 0)
		json_array_append_new(all.notes, json_string(s->rdma_known ? "no RDMA device on the PCI bus"
									   : "whether there are RDMA devices is not known"));
	arena_free(a);
	known = s->rdma_known || all.n_gpus == 0;
	json_object_set_new(j, "egpu_rdma_capable", json_tri(known ? (enum tri)all.usable : TRI_UNKNOWN));
	json_object_set_new(j, "thunderbolt_rdma", json_tri(known ? (enum tri)all.tunnel : TRI_UNKNOWN));
	json_object_set_new(j, "pcie_rdma", json_tri(known ? (enum tri)all.direct_pcie : TRI_UNKNOWN));
	json_object_set_new(j, "bandwidth_gbps", all.best_mbps ? json_real((all.best_mbps + 50) / 100 / 10.0) : json_null());
	json_object_set_new(j, "notes", all.notes);
	return j;
}
