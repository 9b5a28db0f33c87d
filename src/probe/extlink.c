/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thunderbolt and USB4 from /sys/bus/thunderbolt/devices. What an entry is stands in its uevent's
 * DEVTYPE: the names of a router and of another computer at the end of a cable look the same, and
 * the latter's name is somebody's host name, so it is passed over unread. A router's `key` is a
 * secret and is never read. Attributes are what the kernel keeps in memory; the one that asks the
 * controller, boot_acl, is left alone while the controller sleeps.
 */
#include "probe/probe.h"

#include "base/parse.h"
#include "facts/thunderbolt.h"

#include <errno.h>

#define PHASE "extlink"
#define DEVICES "sys/bus/thunderbolt/devices"
#define DEVLINKS "sys/class/devlink"
#define BOLT "var/lib/boltd/devices"
enum { ENTRIES_MAX = 4096, ROUTE_BITS = 8 };

enum entry_kind { ENTRY_OTHER, ENTRY_DOMAIN, ENTRY_ROUTER };

/*
 * "0-301": domain and route, one byte of the route for each hop, the first hop lowest. False for
 * any other name.
 */
static bool router_name(const char *name, uint32_t *ret_domain, uint64_t *ret_route)
{
	size_t n = strcspn(name, "-");
	uint64_t domain;

	if (!name[n] || parse_u64n(name, n, 10, UINT32_MAX, &domain) < 0 ||
	    parse_u64(name + n + 1, 16, UINT64_MAX, ret_route) < 0)
		return false;
	*ret_domain = (uint32_t)domain;
	return true;
}

static bool runtime_asleep(const struct tree_dir *at, const char *path, struct arena *a)
{
	const char *status;

	return tree_read_str(at, path, a, &status) == 0 && str_starts(status, "suspend");
}

/* An entry that is being read, with its name for the gaps. */
struct entry {
	struct tree_dir dir;
	const char *name;
	char *uevent; /* NULL when there is none */
	size_t uevent_n;
};

static void gap(struct probe *p, const struct entry *d, const char *attr, int code)
{
	if (code != -ENOENT)
		snapshot_gap(p->snap, PHASE,
			     arena_printf(p->a, "/" DEVICES "/%s/%s", d->name, attr), code);
}

static bool get_str(struct probe *p, const struct entry *d, const char *attr, const char **ret)
{
	int r = tree_read_str(&d->dir, attr, p->a, ret);

	if (r < 0)
		gap(p, d, attr, r);
	return r == 0;
}

static bool get_number(struct probe *p, const struct entry *d, const char *attr, unsigned base,
		       uint64_t max, uint64_t *ret)
{
	int r = tree_read_u64(&d->dir, attr, base, ret);

	if (r == 0 && *ret > max)
		r = -ERANGE;
	if (r < 0)
		gap(p, d, attr, r);
	return r == 0;
}

/* A tree without uevent files still tells routers by what only they have. */
static enum entry_kind kind_by_shape(const struct entry *d)
{
	uint32_t domain;
	uint64_t route;

	if (str_starts(d->name, "domain"))
		return ENTRY_DOMAIN;
	if (!router_name(d->name, &domain, &route))
		return ENTRY_OTHER;
	if (tree_exists(&d->dir, "generation") || tree_exists(&d->dir, "authorized") ||
	    tree_exists(&d->dir, "boot"))
		return ENTRY_ROUTER;
	return ENTRY_OTHER;
}

/* Reads the uevent on the way. */
static enum entry_kind entry_kind(struct probe *p, struct entry *d)
{
	const char *type = NULL;

	if (tree_read_file(&d->dir, "uevent", p->a, TREE_ATTR_MAX, &d->uevent, &d->uevent_n) == 0)
		type = keyval_get(p->a, d->uevent, d->uevent_n, "DEVTYPE");
	if (!type)
		return kind_by_shape(d);
	return str_eq(type, "thunderbolt_domain") ? ENTRY_DOMAIN :
	       str_eq(type, "thunderbolt_device") ? ENTRY_ROUTER :
						    ENTRY_OTHER;
}

/* The host controller: the PCI function in whose directory the domain lies. */
static uint32_t domain_nhi(struct probe *p, const char *name)
{
	const struct snapshot *s = p->snap;
	const char *target;
	struct strs parts;
	uint64_t address;
	uint32_t i;

	if (tree_readlink(p->root, arena_printf(p->a, DEVICES "/%s", name), p->a, &target) == 0) {
		parts = str_split(p->a, target, "/");
		if (parts.n >= 2 && pci_addr_parse(parts.v[parts.n - 2], &address) == 0)
			return snapshot_pci_find(s, address);
		return NONE;
	}
	for (i = 0; i < s->pci.n; i++)
		if (FIELD_KNOWN(&s->pci.v[i], pci_device, class) &&
		    s->pci.v[i].class == PCI_CLASS_USB4 &&
		    tree_exists(&p->pci_dir, pci_attr(p, i, name)))
			return i;
	return NONE;
}

static void domain_read(struct probe *p, const struct entry *d)
{
	struct tb_domain *t = LIST_PUSH(p->a, &p->snap->domains);
	bool asleep = runtime_asleep(&d->dir, "power/runtime_status", p->a);
	const char *text;
	uint64_t v;

	FIELD_SET(t, tb_domain, name, d->name);
	FIELD_SET(t, tb_domain, nhi, domain_nhi(p, d->name));
	if (get_str(p, d, "security", &text)) {
		unsigned level = enum_value(&tb_security_tab, text);

		if (level)
			FIELD_SET(t, tb_domain, security, level);
	}
	if (get_number(p, d, "iommu_dma_protection", 10, 1, &v))
		FIELD_SET(t, tb_domain, iommu_dma_protection, v == 1);
	if (get_number(p, d, "deauthorization", 10, 1, &v))
		FIELD_SET(t, tb_domain, deauthorization, v == 1);
	if (t->nhi != NONE && !asleep)
		asleep = runtime_asleep(&p->pci_dir, pci_attr(p, t->nhi, "power/runtime_status"),
					p->a);
	FIELD_SET(t, tb_domain, asleep, asleep);
	if ((!asleep || p->tree->wake) && get_str(p, d, "boot_acl", &text)) {
		t->boot_acl = str_split(p->a, text, ", ");
		FIELD_KNOW(t, tb_domain, boot_acl);
	}
}

/* "20.0 Gb/s" */
static bool speed_mbps(const char *text, uint32_t *ret)
{
	size_t whole = strspn(text, "0123456789"), part = 0, i;
	uint64_t v, fraction = 0;

	if (parse_u64n(text, whole, 10, 100000, &v) < 0)
		return false;
	if (text[whole] == '.') {
		part = strspn(text + whole + 1, "0123456789");
		if (part == 0 || part > 3 ||
		    parse_u64n(text + whole + 1, part, 10, 999, &fraction) < 0)
			return false;
		for (i = part; i < 3; i++)
			fraction *= 10;
		whole += 1 + part;
	}
	if (!str_starts(text + whole, " Gb/s"))
		return false;
	*ret = (uint32_t)(v * 1000 + fraction);
	return true;
}

static void router_link(struct probe *p, const struct entry *d, struct tb_router *t)
{
	const char *text;
	uint32_t mbps;
	uint64_t v;

	if (get_str(p, d, "rx_speed", &text) && speed_mbps(text, &mbps))
		FIELD_SET(t, tb_router, rx_speed_mbps, mbps);
	if (get_str(p, d, "tx_speed", &text) && speed_mbps(text, &mbps))
		FIELD_SET(t, tb_router, tx_speed_mbps, mbps);
	if (get_number(p, d, "rx_lanes", 10, 16, &v))
		FIELD_SET(t, tb_router, rx_lanes, (uint32_t)v);
	if (get_number(p, d, "tx_lanes", 10, 16, &v))
		FIELD_SET(t, tb_router, tx_lanes, (uint32_t)v);
}

static void router_identity(struct probe *p, const struct entry *d, struct tb_router *t)
{
	const char *text;
	uint64_t v;

	if (get_str(p, d, "vendor_name", &text))
		FIELD_SET(t, tb_router, vendor_name, text);
	if (get_str(p, d, "device_name", &text))
		FIELD_SET(t, tb_router, device_name, text);
	if (get_str(p, d, "unique_id", &text))
		FIELD_SET(t, tb_router, unique_id, text);
	if (get_number(p, d, "vendor", 16, 0xffff, &v))
		FIELD_SET(t, tb_router, vendor_id, (uint16_t)v);
	if (get_number(p, d, "device", 16, 0xffff, &v))
		FIELD_SET(t, tb_router, device_id, (uint16_t)v);
	if (get_number(p, d, "generation", 10, 100, &v))
		FIELD_SET(t, tb_router, generation, (uint32_t)v);
}

/* The name goes into a path: nothing but what a UUID is made of. */
static bool is_uuid(const char *s)
{
	return *s && strlen(s) <= 64 && s[strspn(s, "0123456789abcdefABCDEF-")] == '\0';
}

/* bolt keeps one keyfile for each device it was told to remember; only root may read them. */
static void router_bolt(struct probe *p, struct tb_router *t)
{
	const char *path;
	char *text;
	size_t n;
	int r;

	if (!FIELD_KNOWN(t, tb_router, unique_id) || !is_uuid(t->unique_id) || t->host)
		return;
	path = arena_printf(p->a, BOLT "/%s", t->unique_id);
	r = tree_read_file(p->root, path, p->a, TREE_ATTR_MAX, &text, &n);
	if (r == 0 || r == -ENOENT)
		FIELD_SET(t, tb_router, bolt_stored, r == 0);
	else
		snapshot_gap(p->snap, PHASE, arena_printf(p->a, "/%s", path), r);
	if (r == 0) {
		const char *policy = keyval_get(p->a, text, n, "policy");

		FIELD_SET(t, tb_router, bolt_policy, policy ? policy : "");
	}
}

static void router_read(struct probe *p, const struct entry *d)
{
	struct tb_router *t = LIST_PUSH(p->a, &p->snap->routers);
	const char *text;
	uint32_t domain;
	uint64_t v, route;

	FIELD_SET(t, tb_router, name, d->name);
	if (router_name(d->name, &domain, &route)) {
		FIELD_SET(t, tb_router, host, route == 0);
		for (t->depth = 0; route; route >>= ROUTE_BITS)
			t->depth++;
		FIELD_KNOW(t, tb_router, depth);
	}
	router_identity(p, d, t);
	router_link(p, d, t);
	if (get_number(p, d, "authorized", 10, 2, &v))
		FIELD_SET(t, tb_router, authorized, (uint32_t)v);
	if (get_number(p, d, "boot", 10, 1, &v))
		FIELD_SET(t, tb_router, boot, v == 1);
	text = d->uevent ? keyval_get(p->a, d->uevent, d->uevent_n, "USB4_VERSION") : NULL;
	if (text)
		FIELD_SET(t, tb_router, usb4_version, text);
	text = d->uevent ? keyval_get(p->a, d->uevent, d->uevent_n, "USB4_TYPE") : NULL;
	if (text)
		FIELD_SET(t, tb_router, usb4_type, text);
	FIELD_SET(t, tb_router, asleep, runtime_asleep(&d->dir, "power/runtime_status", p->a));
	if ((!t->asleep || p->tree->wake) && get_str(p, d, "nvm_version", &text))
		FIELD_SET(t, tb_router, nvm_version, text);
	FIELD_KNOW(t, tb_router, gpus); /* filled by the judge of external GPUs */
	router_bolt(p, t);
}

static uint32_t router_find(const struct snapshot *s, const char *name)
{
	uint32_t i;

	for (i = 0; i < s->routers.n; i++)
		if (str_eq(s->routers.v[i].name, name))
			return i;
	return NONE;
}

static uint32_t domain_find(const struct snapshot *s, const char *name)
{
	uint32_t i;

	for (i = 0; i < s->domains.n; i++)
		if (str_eq(s->domains.v[i].name, name))
			return i;
	return NONE;
}

/* Directories nest as cables do; where the entry is no link, the route says the same. */
static const char *parent_name(struct probe *p, const char *name)
{
	const char *target;
	struct strs parts;
	uint64_t route, top;
	uint32_t domain;
	unsigned shift = 0;

	if (tree_readlink(p->root, arena_printf(p->a, DEVICES "/%s", name), p->a, &target) == 0) {
		parts = str_split(p->a, target, "/");
		if (parts.n >= 2 && router_find(p->snap, parts.v[parts.n - 2]) != NONE)
			return parts.v[parts.n - 2];
	}
	if (!router_name(name, &domain, &route) || route == 0)
		return NULL;
	for (top = route; top >> ROUTE_BITS; top >>= ROUTE_BITS)
		shift += ROUTE_BITS;
	return arena_printf(p->a, "%u-%llx", domain, (unsigned long long)(route & ~(top << shift)));
}

static void routers_link(struct probe *p)
{
	struct snapshot *s = p->snap;
	uint32_t i, domain;
	uint64_t route;

	for (i = 0; i < s->routers.n; i++) {
		struct tb_router *t = &s->routers.v[i];
		const char *parent = parent_name(p, t->name);

		FIELD_SET(t, tb_router, parent, parent ? router_find(s, parent) : NONE);
		/*
		 * What a cable hangs off is nearer to the host: a tree that says otherwise would
		 * lead in circles.
		 */
		if (t->parent != NONE && s->routers.v[t->parent].depth >= t->depth)
			t->parent = NONE;
		if (router_name(t->name, &domain, &route))
			FIELD_SET(t, tb_router, domain,
				  domain_find(s, arena_printf(p->a, "domain%u", domain)));
	}
}

/*
 * A PCIe port that tunnels come out of waits for its host controller when the machine wakes; the
 * kernel notes that as a link "pci:SUPPLIER--pci:CONSUMER" where the firmware told it.
 */
static bool devlink_parse(const char *name, uint64_t *ret_supplier, uint64_t *ret_consumer)
{
	const char *sep = strstr(name, "--pci:");

	return sep && str_starts(name, "pci:") &&
	       pci_addr_parse_n(name + 4, (size_t)(sep - name) - 4, ret_supplier) == 0 &&
	       pci_addr_parse(sep + 6, ret_consumer) == 0;
}

static void root_ports_read(struct probe *p)
{
	struct snapshot *s = p->snap;
	uint64_t supplier, consumer;
	struct strs names;
	uint32_t i, d, port;
	int r = tree_list(p->root, DEVLINKS, p->a, &names);

	if (r < 0) {
		snapshot_gap(s, PHASE, "/" DEVLINKS, r);
		return;
	}
	for (d = 0; d < s->domains.n; d++)
		FIELD_KNOW(&s->domains.v[d], tb_domain, root_ports);
	for (i = 0; i < names.n; i++) {
		if (!devlink_parse(names.v[i], &supplier, &consumer))
			continue;
		port = snapshot_pci_find(s, consumer);
		for (d = 0; port != NONE && s->pci.v[port].bridge && d < s->domains.n; d++)
			if (s->domains.v[d].nhi != NONE &&
			    s->pci.v[s->domains.v[d].nhi].address == supplier)
				u32s_add(p->a, &s->domains.v[d].root_ports, port);
	}
}

/*
 * Host controllers and the ports of their tunnels, whether or not anything is below: a sleeping one
 * explains much.
 */
static void ports_detail(struct probe *p)
{
	struct snapshot *s = p->snap;
	uint64_t address;
	uint32_t i, k;

	for (i = 0; i < s->pci.n; i++) {
		const struct pci_device *d = &s->pci.v[i];
		const struct facts_tb *f = facts_tb_find(d->vendor_id, d->device_id);

		if ((f && f->part != TB_PART_BRIDGE) || d->class == PCI_CLASS_USB4)
			pci_detail(p, i);
	}
	for (i = 0; i < s->domains.n; i++)
		for (k = 0; k < s->domains.v[i].root_ports.n; k++)
			pci_detail(p, s->domains.v[i].root_ports.v[k]);
	for (i = 0; i < s->platform.external_ports.n; i++) {
		const char *name = s->platform.external_ports.v[i];

		if (pci_addr_parse_n(name, strcspn(name, " "), &address) == 0 && (k = snapshot_pci_find(s, address)) != NONE)
			pci_detail(p, k);
	}
}

static void entry_read(struct probe *p, const char *name)
{
	struct entry d = {.name = name};
	enum entry_kind kind;
	int r = tree_open(p->root, arena_printf(p->a, DEVICES "/%s", name), &d.dir);

	if (r < 0) {
		gap(p, &d, "", r);
		return;
	}
	kind = entry_kind(p, &d);
	if (kind == ENTRY_DOMAIN)
		domain_read(p, &d);
	else if (kind == ENTRY_ROUTER)
		router_read(p, &d);
	tree_close(&d.dir);
}

void probe_extlink(struct probe *p)
{
	struct strs names;
	uint32_t i;
	int r = tree_list(p->root, DEVICES, p->a, &names);

	p->snap->tb_bus = r == 0;
	if (r < 0)
		snapshot_gap(p->snap, PHASE, "/" DEVICES, r);
	for (i = 0; i < MIN(names.n, (uint32_t)ENTRIES_MAX); i++)
		entry_read(p, names.v[i]);
	if (p->snap->domains.n)
		root_ports_read(p);
	routers_link(p);
	if (p->request->phases & PROBE_PCI_FULL && p->snap->has_pci)
		ports_detail(p);
}
