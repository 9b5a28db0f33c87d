/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RDMA devices and their ports, and what lies between them and the GPUs. A device without a cable is not an error of
 * the machine, so most of this warns; an error is a device that works and that the user cannot open.
 */
#include "check/check.h"

#include "base/parse.h"
#include "facts/facts.h"
#include "facts/rdma.h"
#include "model/topo.h"

static bool is_soft(const struct rdma_nic *n)
{
	return FIELD_KNOWN(n, rdma_nic, soft) && n->soft;
}

static const char *port_path(struct check *c, const struct rdma_nic *n, const struct rdma_port *p, const char *name)
{
	return arena_printf(c->arena, "/sys/class/infiniband/%s/ports/%u/%s", n->name, p->number, name);
}

static const char *port_name(struct check *c, const struct rdma_nic *n, const struct rdma_port *p)
{
	return arena_printf(c->arena, "%s/%u", n->name, p->number);
}

static bool is_active(const struct rdma_port *p)
{
	return str_starts(p->state ? p->state : "", "ACTIVE");
}

/* A cable is in, and only the subnet manager is missing: that is said by itself. */
static bool waits_for_subnet(const struct rdma_port *p)
{
	return str_eq(p->link_layer, "InfiniBand") && FIELD_KNOWN(p, rdma_port, sm_lid) && p->sm_lid == 0 &&
	       str_eq(p->phys_state, "LinkUp");
}

static void check_active(struct check *c, const struct rdma_nic *n)
{
	struct finding *f;
	uint32_t i;

	if (!FIELD_KNOWN(n, rdma_nic, ports))
		return;
	for (i = 0; i < n->ports.n; i++)
		if (!FIELD_KNOWN(&n->ports.v[i], rdma_port, state) || is_active(&n->ports.v[i]) || waits_for_subnet(&n->ports.v[i]))
			return;
	f = check_add(c, "GB8001", n->name, NONE, n->ports.n ? "%s: no port is active" : "%s has no ports", n->name);
	if (n->ports.n == 0)
		check_evidence(c, f, arena_printf(c->arena, "/sys/class/infiniband/%s/ports", n->name), "empty", NULL);
	for (i = 0; i < n->ports.n; i++) {
		const struct rdma_port *p = &n->ports.v[i];

		check_evidence(c, f, port_path(c, n, p, "state"), p->state, "ACTIVE");
		if (FIELD_KNOWN(p, rdma_port, phys_state))
			check_evidence(c, f, port_path(c, n, p, "phys_state"), p->phys_state, "LinkUp");
	}
}

static void check_roce(struct check *c, const struct rdma_nic *n, const struct rdma_port *p)
{
	struct finding *f;

	if (!str_eq(p->link_layer, "Ethernet") || n->kind != RDMA_KIND_ROCE || !FIELD_KNOWN(p, rdma_port, gids))
		return;
	if (p->gids.n == 0 && is_active(p)) {
		f = check_add(c, "GB8013", port_name(c, n, p), NONE, "%s port %u is active but has no address", n->name, p->number);
		check_evidence(c, f, port_path(c, n, p, "gids"), "empty", NULL);
	} else if (FIELD_KNOWN(p, rdma_port, roce_v1) && FIELD_KNOWN(p, rdma_port, roce_v2) && p->roce_v1 && !p->roce_v2) {
		f = check_add(c, "GB8002", port_name(c, n, p), NONE, "%s port %u offers RoCE v1 only", n->name, p->number);
		check_evidence(c, f, port_path(c, n, p, arena_printf(c->arena, "gid_attrs/types/%u", p->gids.v[0].index)),
			       p->gids.v[0].type, "RoCE v2");
	}
}

static void check_subnet(struct check *c, const struct rdma_nic *n, const struct rdma_port *p)
{
	struct finding *f;

	if (!waits_for_subnet(p))
		return;
	f = check_add(c, "GB8009", port_name(c, n, p), NONE, "%s port %u: the cable is in, but no subnet manager answers", n->name,
		      p->number);
	check_evidence(c, f, port_path(c, n, p, "sm_lid"), "0x0", "the subnet manager's id");
	if (FIELD_KNOWN(p, rdma_port, state))
		check_evidence(c, f, port_path(c, n, p, "state"), p->state, "ACTIVE");
}

static void check_node(struct check *c, const struct rdma_nic *n)
{
	struct finding *f;

	if (!FIELD_KNOWN(n, rdma_nic, uverbs))
		return;
	if (!*n->uverbs) {
		f = check_add(c, "GB8014", n->name, NONE, "%s has no device node", n->name);
		check_evidence(c, f, "/dev/infiniband", "no uverbs node for it", NULL);
	} else if (FIELD_KNOWN(n, rdma_nic, openable) && !n->openable) {
		const struct user *u = &c->snap->platform.user;

		f = check_add(c, "GB8010", n->name, NONE, "%s may not open %s", u->name ? u->name : "the user", n->uverbs);
		check_evidence(c, f, n->uverbs, "not readable and writable", "0666");
	}
}

static void check_soft(struct check *c, const struct rdma_nic *n)
{
	bool over = FIELD_KNOWN(n, rdma_nic, parent_netdev) && *n->parent_netdev;
	struct finding *f;

	if (!is_soft(n))
		return;
	f = check_add(c, "GB8012", n->name, NONE, "%s is a software device%s%s", n->name, over ? " over " : "", over ? n->parent_netdev : "");
	check_evidence(c, f, arena_printf(c->arena, "/sys/class/infiniband/%s/%s", n->name, over ? "parent" : "device"),
		       over ? n->parent_netdev : "missing", NULL);
}

static void devices(struct check *c)
{
	uint32_t i, k;

	for (i = 0; i < c->snap->rdma.n; i++) {
		const struct rdma_nic *n = &c->snap->rdma.v[i];

		check_active(c, n);
		for (k = 0; k < n->ports.n; k++) {
			check_roce(c, n, &n->ports.v[k]);
			check_subnet(c, n, &n->ports.v[k]);
		}
		check_node(c, n);
		check_soft(c, n);
	}
}

static void memlock(struct check *c)
{
	const struct user *u = &c->snap->platform.user;
	struct finding *f;

	if (c->snap->rdma.n == 0 || !FIELD_KNOWN(u, user, memlock_bytes) || !FIELD_KNOWN(u, user, uid) || u->uid == 0 ||
	    u->memlock_bytes >= MEMLOCK_LOW)
		return;
	f = check_add(c, "GB8003", u->name ? u->name : "the user", NONE, "%s may lock only %llu KiB of memory",
		      u->name ? u->name : "the user", (unsigned long long)(u->memlock_bytes >> 10));
	check_evidence(c, f, "ulimit -l", arena_printf(c->arena, "%llu", (unsigned long long)(u->memlock_bytes >> 10)), "unlimited");
	if (FIELD_KNOWN(u, user, memlock_hard_bytes) && u->memlock_hard_bytes >= MEMLOCK_LOW)
		check_remedy(c, f, "The hard limit allows more: 'ulimit -l unlimited' or a higher number in the shell or unit that "
				   "starts the program; for good, raise the soft limit in /etc/security/limits.d/.");
}

static bool has_device(const struct snapshot *s, uint32_t pci)
{
	uint32_t i;

	for (i = 0; i < s->rdma.n; i++)
		if (FIELD_KNOWN(&s->rdma.v[i], rdma_nic, pci) && s->rdma.v[i].pci == pci)
			return true;
	return false;
}

static bool is_network(const struct pci_device *d)
{
	return FIELD_KNOWN(d, pci_device, class) && d->class >> 16 == 2;
}

/* Of several module names the newest is named first; any of them will do. */
static bool module_loaded(const struct check *c, const char *names)
{
	struct strs all = str_split(c->arena, names, " ");
	uint32_t i;

	for (i = 0; i < all.n; i++) {
		const struct module *m = snapshot_module(c->snap, all.v[i]);

		if (m && (m->state == MODULE_STATE_LOADED || m->state == MODULE_STATE_BUILTIN))
			return true;
	}
	return false;
}

/* One finding for each driver, whatever number of functions it drives. */
static void idle_driver(struct check *c, const struct facts_rdma_driver *row)
{
	const char *module = row->module ? str_split(c->arena, row->module, " ").v[0] : NULL;
	struct finding *f = NULL;
	uint32_t i;

	for (i = 0; i < c->snap->pci.n; i++) {
		const struct pci_device *d = &c->snap->pci.v[i];

		if (!is_network(d) || !str_eq(d->driver, row->driver) || has_device(c->snap, i))
			continue;
		if (!f && module)
			f = check_add(c, "GB8007", row->driver, NONE, "%s can do RDMA, but %s", row->driver,
				      module_loaded(c, row->module) ? arena_printf(c->arena, "%s made no device for it", module)
								    : arena_printf(c->arena, "%s is not loaded", module));
		else if (!f)
			f = check_add(c, "GB8007", row->driver, NONE, "%s drives the adapter but made no RDMA device", row->driver);
		check_evidence(c, f, check_pci_path(c, i, "infiniband"), "missing", NULL);
	}
	if (f && row->always)
		f->severity = SEVERITY_WARNING;
	if (f && module)
		check_remedy(c, f, "If RDMA is wanted: modprobe %s, or install rdma-core, whose udev rules do that at each start.", module);
}

static void hardware(struct check *c)
{
	const struct facts_rdma_driver *row;
	struct finding *f;
	uint32_t i;

	if (!c->snap->rdma_known)
		return;
	for (row = facts_rdma_drivers; row->driver; row++)
		idle_driver(c, row);
	for (i = 0; i < c->snap->pci.n; i++) {
		const struct pci_device *d = &c->snap->pci.v[i];

		if (!FIELD_KNOWN(d, pci_device, class) || d->class >> 8 != PCI_CLASS_INFINIBAND ||
		    !FIELD_KNOWN(d, pci_device, driver) || *d->driver)
			continue;
		f = check_add(c, "GB8008", check_addr(c, d->address), NONE, "InfiniBand controller %04x:%04x has no driver", d->vendor_id,
			      d->device_id);
		check_evidence(c, f, check_pci_path(c, i, "driver"), "missing", d->modalias);
	}
}

/* The way to the nearest RDMA device; false when one of the ways is unknown, because that one might be nearer. */
static bool nearest(struct check *c, const struct topo *t, uint32_t gpu, struct path *ret, uint32_t *ret_nic)
{
	enum path_class best = PATH_CLASS_COUNT;
	struct path p;
	uint32_t i;

	for (i = t->n_gpus; i < t->n; i++) {
		topo_path_between(c->snap, c->arena, &t->v[gpu], &t->v[i], &p);
		if (p.pci_class == PATH_CLASS_UNKNOWN)
			return false;
		if (p.pci_class >= best)
			continue;
		best = p.pci_class;
		*ret = p;
		*ret_nic = t->v[i].index;
	}
	return best != PATH_CLASS_COUNT;
}

static void check_sockets(struct check *c, const struct topo *t, uint32_t end, const struct path *p, uint32_t nic)
{
	const struct gpu *g = &c->snap->gpus.v[t->v[end].index];
	struct finding *f;

	if (p->pci_class != PATH_CLASS_SYS)
		return;
	f = check_add(c, "GB8004", check_addr(c, g->address), t->v[end].index, "%s: the nearest RDMA device %s is on another socket",
		      g->name, c->snap->rdma.v[nic].name);
	check_evidence(c, f, check_pci_path(c, g->pci, "numa_node"),
		       arena_printf(c->arena, "%d", c->snap->pci.v[g->pci].numa_node), NULL);
	check_evidence(c, f, check_pci_path(c, p->to_pci, "numa_node"),
		       arena_printf(c->arena, "%d", c->snap->pci.v[p->to_pci].numa_node), "the same");
}

static bool is_passthrough(const struct gpu *g)
{
	const struct facts_driver *d = g->driver && *g->driver ? facts_driver_find(g->driver) : NULL;

	return d && str_eq(d->role, "passthrough");
}

static void check_acs(struct check *c, const struct topo *t, uint32_t end, const struct path *p, uint32_t nic)
{
	const struct gpu *g = &c->snap->gpus.v[t->v[end].index];
	const char *ports = "";
	struct finding *f;
	uint32_t i;

	/* For a GPU that is handed to virtual machines the redirection is wanted. */
	if (!topo_is_near(p->pci_class) || !FIELD_KNOWN(p, path, acs_redirect) || !p->acs_redirect || is_passthrough(g))
		return;
	f = check_add(c, "GB8005", check_addr(c, g->address), t->v[end].index, "%s and %s are below one switch, but ACS sends their "
		      "traffic up to the processor", g->name, c->snap->rdma.v[nic].name);
	for (i = 0; i < p->acs_at.n; i++) {
		const struct pci_device *d = &c->snap->pci.v[p->acs_at.v[i]];

		check_evidence(c, f, check_pci_path(c, p->acs_at.v[i], "config"), arena_printf(c->arena, "ACSCtl %04x", d->config.acs_ctl),
			       "no RR, CR, UF (1c)");
		ports = arena_printf(c->arena, "%s%s%s", ports, *ports ? ";" : "", check_addr(c, d->address));
	}
	check_remedy(c, f, "On a machine that runs no virtual machines with passed-through devices, boot with pci=disable_acs_redir=%s, or "
			   "disable ACS in the firmware setup. It merges IOMMU groups.", ports);
}

static void check_tunnel(struct check *c, const struct topo *t, uint32_t end)
{
	const struct gpu *g = &c->snap->gpus.v[t->v[end].index];
	struct finding *f;
	uint32_t i;

	if (t->v[end].tunnel == NONE)
		return;
	f = check_add(c, "GB8011", check_addr(c, g->address), t->v[end].index, "%s sits behind a tunnel: GPUDirect is not recommended",
		      g->name);
	for (i = 0; i < g->external.evidence.n; i++)
		*LIST_PUSH(c->arena, &f->evidence) = g->external.evidence.v[i];
	if (f->evidence.n == 0)
		check_evidence(c, f, check_pci_path(c, t->v[end].tunnel, "removable"), "the port it is plugged into", NULL);
}

static const char *gdr_missing(struct check *c, const struct gpu *g, const struct facts_gdr *row)
{
	const struct platform *pl = &c->snap->platform;

	if (FIELD_KNOWN(pl, platform, kernel_version) && pl->kernel_version < row->kernel)
		return arena_printf(c->arena, "kernel %s is older than %u.%u", pl->kernel ? pl->kernel : "", row->kernel >> 16,
				    row->kernel >> 8 & 0xff);
	if (row->needs_p2pdma && FIELD_KNOWN(pl, platform, p2pdma) && !pl->p2pdma)
		return "the kernel has no PCI peer-to-peer DMA";
	if (row->needs_open && FIELD_KNOWN(g, gpu, driver_flavour) && !str_eq(g->driver_flavour, "open"))
		return arena_printf(c->arena, "the %s driver exports no DMA-BUF for it", g->driver_flavour);
	return NULL;
}

static void check_gdr(struct check *c, const struct topo *t, uint32_t end)
{
	const struct gpu *g = &c->snap->gpus.v[t->v[end].index];
	const struct platform *pl = &c->snap->platform;
	const struct facts_gdr *row = facts_gdr_find(g->driver);
	const char *missing = row ? gdr_missing(c, g, row) : NULL;
	struct finding *f;

	if (!missing || g->kind == GPU_KIND_INTEGRATED || t->v[end].tunnel != NONE || !FIELD_KNOWN(pl, platform, peer_memory) ||
	    pl->peer_memory)
		return;
	f = check_add(c, "GB8006", check_addr(c, g->address), t->v[end].index, "%s cannot hand its memory to an RDMA device: %s",
		      g->name, missing);
	check_evidence(c, f, "DMA-BUF", missing, NULL);
	check_evidence(c, f, "/sys/kernel/mm/memory_peers", "no peer-memory client", NULL);
	check_remedy(c, f, "%s", row->remedy);
}

static void ways(struct check *c)
{
	struct topo t;
	uint32_t i, nic = NONE;

	topo_ends(c->snap, c->arena, &t);
	if (t.n == t.n_gpus)
		return;
	for (i = 0; i < t.n_gpus; i++) {
		struct path p = {0};

		check_tunnel(c, &t, i);
		check_gdr(c, &t, i);
		if (t.v[i].tunnel != NONE || !nearest(c, &t, i, &p, &nic))
			continue;
		check_sockets(c, &t, i, &p, nic);
		check_acs(c, &t, i, &p, nic);
	}
}

const struct check_fn check_rdma_fns[] = {
	{"rdma", "GB8001 GB8002 GB8009 GB8010 GB8012 GB8013 GB8014", devices},
	{"rdma", "GB8003", memlock},
	{"rdma", "GB8007 GB8008", hardware},
	{"rdma", "GB8004 GB8005 GB8006 GB8011", ways},
	{0},
};
