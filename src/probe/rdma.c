/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RDMA devices (Documentation/ABI/stable/sysfs-class-infiniband). A device's name says nothing: udev renames it at
 * will. What it is follows from its node type, the link layer of its ports, and the driver of the PCI function below.
 *
 * A port has a table of addresses with many empty places: an empty one reads as zeros, and its type fails with EINVAL.
 * Neither is a gap.
 */
#include "probe/probe.h"

#include "base/parse.h"
#include "facts/rdma.h"

#include <errno.h>

#define PHASE "rdma"
#define CLASS "sys/class/infiniband"

enum { DEVICES_MAX = 1024, PORTS_MAX = 64, GIDS_MAX = 1024 };

/* "4: ACTIVE" to ACTIVE, and "1: CA" to its number. */
static const char *after_number(const char *s)
{
	const char *colon = strchr(s, ':');

	return colon && colon[1] == ' ' ? colon + 2 : s;
}

/* "200 Gb/sec (4X HDR)", "2.5 Gb/sec (1X SDR)"; 0 when it is something else. */
static uint32_t rate_mbps(const char *s)
{
	size_t n = strcspn(s, " ."), m = 0;
	uint64_t whole, part = 0;

	if (parse_u64n(s, n, 10, 1000000, &whole) < 0)
		return 0;
	if (s[n] == '.') {
		m = strcspn(s + n + 1, " ");
		if (m != 1 || parse_u64n(s + n + 1, 1, 10, 9, &part) < 0)
			return 0;
		m++;
	}
	return str_starts(s + n + m, " Gb/sec") ? (uint32_t)(whole * 1000 + part * 100) : 0;
}

static bool gid_is_set(const char *gid)
{
	return gid[strspn(gid, "0:")] != '\0';
}

/* Quietly, for what an empty place answers; everything else that fails is a gap. */
static bool gid_attr(struct probe *p, const struct tree_dir *port, const char *what, const char *index, const char **ret)
{
	const char *path = arena_printf(p->a, "gid_attrs/%s/%s", what, index);
	int r = tree_read_str(port, path, p->a, ret);

	if (r < 0 && r != -EINVAL)
		snapshot_gap(p->snap, PHASE, arena_printf(p->a, "/%s/%s", port->path, path), r);
	return r == 0;
}

static void read_gid(struct probe *p, const struct tree_dir *dir, const char *index, struct rdma_port *port)
{
	struct rdma_gid *g;
	const char *gid, *s;
	uint32_t number;

	if (parse_u32(index, 10, UINT32_MAX, &number) < 0 ||
	    tree_read_str(dir, arena_printf(p->a, "gids/%s", index), p->a, &gid) < 0 || !gid_is_set(gid))
		return;
	g = LIST_PUSH(p->a, &port->gids);
	FIELD_SET(g, rdma_gid, index, number);
	FIELD_SET(g, rdma_gid, gid, gid);
	if (gid_attr(p, dir, "types", index, &s)) {
		FIELD_SET(g, rdma_gid, type, s);
		if (str_eq(s, "RoCE v2"))
			port->roce_v2 = true;
	}
	if (gid_attr(p, dir, "ndevs", index, &s)) {
		FIELD_SET(g, rdma_gid, netdev, s);
		if (!FIELD_KNOWN(port, rdma_port, netdev))
			FIELD_SET(port, rdma_port, netdev, s);
	}
}

static void read_gids(struct probe *p, const struct tree_dir *dir, struct rdma_port *port)
{
	struct strs names;
	bool typed = true;
	uint32_t i;
	int r = tree_list(dir, "gids", p->a, &names);

	if (r < 0) {
		snapshot_gap(p->snap, PHASE, arena_printf(p->a, "/%s/gids", dir->path), r);
		return;
	}
	for (i = 0; i < names.n && i < GIDS_MAX; i++)
		read_gid(p, dir, names.v[i], port);
	FIELD_KNOW(port, rdma_port, gids);
	for (i = 0; i < port->gids.n; i++) {
		const struct rdma_gid *g = &port->gids.v[i];

		if (!FIELD_KNOWN(g, rdma_gid, type))
			typed = false;
		/* An InfiniBand address carries the same word: the kernel has one name for both. */
		else if (!str_eq(g->type, "RoCE v2") && str_eq(port->link_layer, "Ethernet"))
			port->roce_v1 = true;
	}
	if (typed || port->roce_v1)
		FIELD_KNOW(port, rdma_port, roce_v1);
	if (typed || port->roce_v2)
		FIELD_KNOW(port, rdma_port, roce_v2);
}

/* Before gid_attrs a port's network device is the one below the same function with its number. */
static void find_netdev(struct probe *p, const struct tree_dir *dir, struct rdma_port *port)
{
	struct strs names;
	uint64_t dev_port;
	uint32_t i;

	if (FIELD_KNOWN(port, rdma_port, netdev) || tree_list(dir, "device/net", p->a, &names) < 0)
		return;
	for (i = 0; i < names.n; i++) {
		const char *path = arena_printf(p->a, "device/net/%s/dev_port", names.v[i]);

		if (tree_read_u64(dir, path, 10, &dev_port) == 0 && dev_port + 1 == port->number) {
			FIELD_SET(port, rdma_port, netdev, names.v[i]);
			return;
		}
	}
	if (names.n == 1)
		FIELD_SET(port, rdma_port, netdev, names.v[0]);
}

static void read_port(struct probe *p, const struct tree_dir *dir, const char *name, struct rdma_nic *nic)
{
	struct tree_dir at CLEANUP(tree_close) = {.fd = -1};
	struct rdma_port *port;
	const char *s;
	uint32_t number;
	uint64_t v;

	if (parse_u32(name, 10, 255, &number) < 0 || tree_open(dir, arena_printf(p->a, "ports/%s", name), &at) < 0)
		return;
	port = LIST_PUSH(p->a, &nic->ports);
	FIELD_SET(port, rdma_port, number, number);
	if (probe_str(p, PHASE, &at, "state", &s))
		FIELD_SET(port, rdma_port, state, after_number(s));
	if (probe_str(p, PHASE, &at, "phys_state", &s))
		FIELD_SET(port, rdma_port, phys_state, after_number(s));
	if (probe_str(p, PHASE, &at, "link_layer", &s))
		FIELD_SET(port, rdma_port, link_layer, s);
	if (probe_str(p, PHASE, &at, "rate", &s)) {
		FIELD_SET(port, rdma_port, rate, s);
		if (rate_mbps(s))
			FIELD_SET(port, rdma_port, rate_mbps, rate_mbps(s));
	}
	if (probe_u64(p, PHASE, &at, "lid", 0, &v))
		FIELD_SET(port, rdma_port, lid, v);
	if (probe_u64(p, PHASE, &at, "sm_lid", 0, &v))
		FIELD_SET(port, rdma_port, sm_lid, v);
	read_gids(p, &at, port);
	find_netdev(p, dir, port);
}

static void read_ports(struct probe *p, const struct tree_dir *dir, struct rdma_nic *nic)
{
	struct strs names;
	uint32_t i;
	int r = tree_list(dir, "ports", p->a, &names);

	if (r < 0) {
		snapshot_gap(p->snap, PHASE, arena_printf(p->a, "/%s/ports", dir->path), r);
		return;
	}
	for (i = 0; i < names.n && i < PORTS_MAX; i++)
		read_port(p, dir, names.v[i], nic);
	FIELD_KNOW(nic, rdma_nic, ports);
}

/*
 * A software device either has a `parent` network device, lives below /sys/devices/virtual, or carries the
 * description of one. Its `device` link, which older kernels made, is the PCI function of that network device.
 */
static void judge_soft(struct probe *p, const struct tree_dir *dir, struct rdma_nic *nic)
{
	const struct facts_rdma_soft *row;
	const char *parent = NULL, *target = "", *desc = "";
	bool soft;
	int r = tree_read_str(dir, "parent", p->a, &parent);

	soft = r == 0;
	if (r == 0)
		FIELD_SET(nic, rdma_nic, parent_netdev, parent);
	if (tree_readlink(p->root, arena_printf(p->a, CLASS "/%s", nic->name), p->a, &target) == 0)
		soft = soft || strstr(target, "/virtual/") != NULL;
	if (tree_read_str(dir, "node_desc", p->a, &desc) < 0)
		desc = "";
	for (row = facts_rdma_softs; row->driver; row++)
		if (row->node_desc ? str_starts(desc, row->node_desc) : soft && row->node_type == nic->node_type)
			break;
	if (!row->driver && !soft && r != -ENOENT)
		return;
	FIELD_SET(nic, rdma_nic, soft, soft || row->driver);
	if (row->driver)
		FIELD_SET(nic, rdma_nic, driver, row->driver);
}

static void find_function(struct probe *p, const struct tree_dir *dir, struct rdma_nic *nic)
{
	const struct pci_device *d;
	const char *s;
	uint64_t address;
	int r = tree_link_base(dir, "device", p->a, &s);

	if (nic->soft || r == -ENOENT) {
		FIELD_SET(nic, rdma_nic, pci, NONE);
		FIELD_SET(nic, rdma_nic, virtual_function, false);
		FIELD_SET(nic, rdma_nic, numa_node, -1);
		return;
	}
	if (r < 0 || pci_addr_parse(s, &address) < 0) {
		if (r < 0)
			snapshot_gap(p->snap, PHASE, arena_printf(p->a, "/%s/device", dir->path), r);
		return;
	}
	FIELD_SET(nic, rdma_nic, pci, snapshot_pci_find(p->snap, address));
	if (nic->pci == NONE)
		return;
	pci_detail_up(p, nic->pci);
	d = &p->snap->pci.v[nic->pci];
	if (FIELD_KNOWN(d, pci_device, driver))
		FIELD_SET(nic, rdma_nic, driver, d->driver);
	if (FIELD_KNOWN(d, pci_device, numa_node))
		FIELD_SET(nic, rdma_nic, numa_node, d->numa_node);
	if (tree_read_str(&p->pci_dir, pci_attr(p, nic->pci, "local_cpulist"), p->a, &s) == 0)
		FIELD_SET(nic, rdma_nic, cpus, s);
	if (FIELD_KNOWN(d, pci_device, physfn))
		FIELD_SET(nic, rdma_nic, virtual_function, d->physfn != NONE || tree_exists(dir, "device/physfn"));
}

static const char *link_layer_of(const struct rdma_nic *nic)
{
	return nic->ports.n && FIELD_KNOWN(&nic->ports.v[0], rdma_port, link_layer) ? nic->ports.v[0].link_layer : "";
}

static enum rdma_kind kind_of(const struct rdma_nic *nic)
{
	const struct facts_rdma_driver *row = facts_rdma_driver_find(nic->driver);
	bool typed = FIELD_KNOWN(nic, rdma_nic, node_type);

	/* Omni-Path calls itself a channel adapter with InfiniBand ports, so the driver goes first. */
	if (row && row->kind == RDMA_KIND_OMNIPATH)
		return row->kind;
	if (typed && nic->node_type == RDMA_NODE_RNIC)
		return RDMA_KIND_IWARP;
	if (typed && (nic->node_type == RDMA_NODE_USNIC || nic->node_type == RDMA_NODE_USNIC_UDP))
		return RDMA_KIND_USNIC;
	if (typed && nic->node_type == RDMA_NODE_CA && str_eq(link_layer_of(nic), "InfiniBand"))
		return RDMA_KIND_INFINIBAND;
	if (typed && nic->node_type == RDMA_NODE_CA && str_eq(link_layer_of(nic), "Ethernet"))
		return RDMA_KIND_ROCE;
	return row ? row->kind : RDMA_KIND_UNKNOWN;
}

/* The verbs node that names this device; the class gives the pairs. */
struct verbs {
	struct strs nodes, devices;
};

static struct verbs read_verbs(struct probe *p)
{
	struct verbs v = {0};
	struct strs names;
	const char *s;
	uint32_t i;

	if (tree_list(p->root, "sys/class/infiniband_verbs", p->a, &names) < 0)
		return v;
	for (i = 0; i < names.n && v.nodes.n < DEVICES_MAX; i++) {
		if (!str_starts(names.v[i], "uverbs") ||
		    tree_read_str(p->root, arena_printf(p->a, "sys/class/infiniband_verbs/%s/ibdev", names.v[i]), p->a, &s) < 0)
			continue;
		strs_add(p->a, &v.nodes, names.v[i]);
		strs_add(p->a, &v.devices, s);
	}
	return v;
}

static void find_node(struct probe *p, const struct verbs *verbs, struct rdma_nic *nic)
{
	const struct user *u = &p->snap->platform.user;
	struct tree_stat st;
	const char *path;
	uint32_t i;
	int r;

	for (i = 0; i < verbs->nodes.n; i++)
		if (str_eq(verbs->devices.v[i], nic->name))
			break;
	if (i == verbs->nodes.n)
		return;
	path = arena_printf(p->a, "dev/infiniband/%s", verbs->nodes.v[i]);
	r = tree_stat(p->root, path, &st);
	if (r == -ENOENT)
		FIELD_SET(nic, rdma_nic, uverbs, "");
	if (r < 0) {
		snapshot_gap(p->snap, PHASE, arena_printf(p->a, "/%s", path), r);
		return;
	}
	FIELD_SET(nic, rdma_nic, uverbs, arena_printf(p->a, "/%s", path));
	if (FIELD_KNOWN(u, user, uid) && FIELD_KNOWN(u, user, gids))
		FIELD_SET(nic, rdma_nic, openable, user_may_open(u, st.mode, st.uid, st.gid));
}

static void read_device(struct probe *p, const char *name, const struct verbs *verbs)
{
	struct tree_dir dir CLEANUP(tree_close) = {.fd = -1};
	struct rdma_nic *nic;
	const char *s;
	uint32_t type;
	int r = tree_open(p->root, arena_printf(p->a, CLASS "/%s", name), &dir);

	if (r < 0) {
		snapshot_gap(p->snap, PHASE, arena_printf(p->a, "/" CLASS "/%s", name), r);
		return;
	}
	nic = LIST_PUSH(p->a, &p->snap->rdma);
	FIELD_SET(nic, rdma_nic, name, name);
	if (probe_str(p, PHASE, &dir, "node_type", &s) &&
	    parse_u32(arena_strn(p->a, s, strcspn(s, ":")), 10, 255, &type) == 0)
		FIELD_SET(nic, rdma_nic, node_type, type);
	if (probe_str(p, PHASE, &dir, "node_guid", &s))
		FIELD_SET(nic, rdma_nic, node_guid, s);
	if (probe_str(p, PHASE, &dir, "fw_ver", &s))
		FIELD_SET(nic, rdma_nic, firmware, s);
	if (tree_read_str(&dir, "board_id", p->a, &s) == 0)
		FIELD_SET(nic, rdma_nic, board, s);
	judge_soft(p, &dir, nic);
	find_function(p, &dir, nic);
	read_ports(p, &dir, nic);
	if (kind_of(nic))
		FIELD_SET(nic, rdma_nic, kind, kind_of(nic));
	find_node(p, verbs, nic);
}

/* Also where no RDMA device came of them: a controller without a driver makes none, and that is worth saying. */
static void read_controllers(struct probe *p)
{
	uint32_t i;

	for (i = 0; i < p->snap->pci.n; i++)
		if (p->snap->pci.v[i].class >> 8 == PCI_CLASS_INFINIBAND)
			pci_detail(p, i);
}

void probe_rdma(struct probe *p)
{
	struct verbs verbs;
	struct strs names;
	uint32_t i;
	int r = tree_list(p->root, CLASS, p->a, &names);

	read_controllers(p);
	if (r == 0 || r == -ENOENT)
		p->snap->rdma_known = true;
	if (r < 0) {
		snapshot_gap(p->snap, PHASE, "/" CLASS, r);
		return;
	}
	verbs = read_verbs(p);
	for (i = 0; i < names.n && p->snap->rdma.n < DEVICES_MAX; i++)
		read_device(p, names.v[i], &verbs);
}
