/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two devices climb towards the root until they meet. Where they meet, and how many bridges were passed, is the class;
 * the links, ACS bits and AtomicOp bits of what was passed are the rest of the path.
 *
 * A PCI Express switch is one bridge to a person and two or more to the kernel: an upstream port and a downstream port
 * for each link. So a downstream port belongs to the same unit as its parent. Where configuration space was not
 * readable the port type is unknown; then position says it, because below a root port upstream and downstream ports
 * alternate.
 */
#include "model/topo-rate.h"

#include "base/parse.h"

FIELD_TABLE(topo_device, TOPO_DEVICE)

enum { NO_MEETING = UINT32_MAX };

void topo_climb(const struct snapshot *s, uint32_t pci, struct topo_chain *c)
{
	c->n = 0;
	c->complete = false;
	while (pci < s->pci.n && c->n < TOPO_CHAIN_MAX) {
		const struct pci_device *d = &s->pci.v[pci];

		c->v[c->n++] = pci;
		if (!FIELD_KNOWN(d, pci_device, parent))
			return;
		if (d->parent == NONE) {
			c->complete = true;
			return;
		}
		pci = d->parent;
	}
}

bool topo_same_switch(const struct snapshot *s, const struct topo_chain *c, uint32_t k)
{
	const struct pci_device *d = &s->pci.v[c->v[k]];
	uint32_t depth = c->n - 1 - k;

	if (k + 1 >= c->n)
		return false;
	if (FIELD_KNOWN(d, pci_device, config) && FIELD_KNOWN(&d->config, pci_config, port_type) && d->config.port_type)
		return d->config.port_type == PCI_PORT_TYPE_DOWNSTREAM;
	return depth >= 2 && depth % 2 == 0;
}

/* Places in both chains of the lowest function they share; false when they share none. */
static bool meet(const struct topo_chain *a, const struct topo_chain *b, uint32_t *ret_i, uint32_t *ret_j)
{
	uint32_t i, j;

	for (i = 0; i < a->n; i++)
		for (j = 0; j < b->n; j++)
			if (a->v[i] == b->v[j]) {
				*ret_i = i;
				*ret_j = j;
				return true;
			}
	return false;
}

/* Bridges passed from place 1 up to and without `end`; ports of the switch at `end` are not counted again. */
static uint32_t bridges_below(const struct snapshot *s, const struct topo_chain *c, uint32_t end)
{
	uint32_t k, n = 0;

	for (k = 1; k < end && k < c->n; k++)
		if (!topo_same_switch(s, c, k))
			n++;
	return n;
}

static bool numa_of(const struct pci_device *d, int32_t *ret)
{
	if (!FIELD_KNOWN(d, pci_device, numa_node))
		return false;
	*ret = d->numa_node;
	return true;
}

/* Beyond the host bridge. -1 is what a machine without NUMA says of every device, and what bad firmware says of some. */
static enum path_class class_by_numa(const struct snapshot *s, const struct pci_device *a, const struct pci_device *b)
{
	bool one_node = FIELD_KNOWN(&s->platform, platform, numa) && s->platform.numa.n <= 1;
	bool many_nodes = FIELD_KNOWN(&s->platform, platform, numa) && s->platform.numa.n > 1;
	int32_t x, y;

	if (one_node)
		return PATH_CLASS_NODE;
	if (!numa_of(a, &x) || !numa_of(b, &y))
		return PATH_CLASS_UNKNOWN;
	if (x >= 0 && y >= 0)
		return x == y ? PATH_CLASS_NODE : PATH_CLASS_SYS;
	return many_nodes || x != y ? PATH_CLASS_UNKNOWN : PATH_CLASS_NODE;
}

static enum path_class class_apart(const struct snapshot *s, const struct topo_chain *a, const struct topo_chain *b)
{
	const struct pci_device *x = &s->pci.v[a->v[0]], *y = &s->pci.v[b->v[0]];

	if (!a->complete || !b->complete)
		return PATH_CLASS_UNKNOWN;
	if (!FIELD_KNOWN(x, pci_device, host_bridge) || !FIELD_KNOWN(y, pci_device, host_bridge))
		return PATH_CLASS_UNKNOWN;
	return str_eq(x->host_bridge, y->host_bridge) ? PATH_CLASS_PHB : class_by_numa(s, x, y);
}

bool topo_acs_redirects(const struct pci_device *port, bool *ret_known)
{
	const struct pci_config *cfg = &port->config;

	*ret_known = false;
	if (!FIELD_KNOWN(port, pci_device, config))
		return false;
	if (FIELD_KNOWN(cfg, pci_config, acs_ctl)) {
		*ret_known = true;
		return cfg->acs_ctl & (PCI_ACS_RR | PCI_ACS_CR | PCI_ACS_UF);
	}
	/* The whole extended space was there and had no such capability. */
	*ret_known = FIELD_KNOWN(cfg, pci_config, length) && cfg->length >= 4096;
	return false;
}

/* Bits of the ports passed, gathered from both sides. */
struct passed {
	bool acs_known, atomics_known, atomics_no;
	uint32_t bridges;
};

static void pass_port(const struct snapshot *s, struct arena *a, uint32_t pci, bool below_meeting, struct path *ret,
		      struct passed *p)
{
	const struct pci_device *d = &s->pci.v[pci];
	bool known;

	if (below_meeting) {
		if (topo_acs_redirects(d, &known))
			u32s_add(a, &ret->acs_at, pci);
		p->acs_known = p->acs_known && known;
	}
	p->bridges++;
	if (!FIELD_KNOWN(d, pci_device, config) || !FIELD_KNOWN(&d->config, pci_config, atomics_routing)) {
		p->atomics_known = false;
		return;
	}
	if (!d->config.atomics_routing || (FIELD_KNOWN(&d->config, pci_config, atomics_blocked) && d->config.atomics_blocked))
		p->atomics_no = true;
}

static void pass_side(const struct snapshot *s, struct arena *a, const struct topo_chain *c, uint32_t end, struct path *ret,
		      struct passed *p)
{
	uint32_t k;

	for (k = 1; k < end && k < c->n; k++)
		pass_port(s, a, c->v[k], true, ret, p);
}

static const struct gpu_peer *peer_of(const struct snapshot *s, uint32_t from, uint32_t to)
{
	const struct gpu *g = &s->gpus.v[from];
	uint32_t i;

	for (i = 0; i < g->peers.n; i++)
		if (g->peers.v[i].gpu == to)
			return &g->peers.v[i];
	return NULL;
}

static bool same_hive(const struct gpu *a, const struct gpu *b)
{
	return FIELD_KNOWN(a, gpu, xgmi_hive) && FIELD_KNOWN(b, gpu, xgmi_hive) && a->xgmi_hive && *a->xgmi_hive &&
	       str_eq(a->xgmi_hive, b->xgmi_hive);
}

/* A fabric between two GPUs is the way they take, whatever PCI Express would offer. */
static void take_fabric(const struct snapshot *s, const struct topo_end *from, const struct topo_end *to, struct path *ret)
{
	const struct gpu_peer *peer;

	if (from->kind != TOPO_GPU || to->kind != TOPO_GPU)
		return;
	peer = peer_of(s, from->index, to->index);
	if (!peer)
		peer = peer_of(s, to->index, from->index);
	if (!peer && !same_hive(&s->gpus.v[from->index], &s->gpus.v[to->index]))
		return;
	FIELD_SET(ret, path, class, peer && peer->fabric == FABRIC_NVLINK ? PATH_CLASS_NVLINK : PATH_CLASS_XGMI);
	ret->known &= ~(UINT64_C(1) << path_rate_mbps_bit | UINT64_C(1) << path_possible_mbps_bit);
	FIELD_SET(ret, path, slowest, NONE);
	if (peer && FIELD_KNOWN(peer, gpu_peer, links))
		FIELD_SET(ret, path, links, peer->links);
	if (peer && FIELD_KNOWN(peer, gpu_peer, rate_mbps)) {
		FIELD_SET(ret, path, rate_mbps, peer->rate_mbps);
		FIELD_SET(ret, path, possible_mbps, peer->rate_mbps);
	}
}

static void set_class(const struct snapshot *s, const struct topo_chain *a, const struct topo_chain *b, bool met, uint32_t i,
		      uint32_t j, struct path *ret)
{
	uint32_t n = bridges_below(s, a, met ? i : a->n) + bridges_below(s, b, met ? j : b->n);
	enum path_class c;

	if (met && i == 0 && j == 0)
		c = PATH_CLASS_PIX; /* two devices of one function */
	else if (met)
		c = ++n <= 1 ? PATH_CLASS_PIX : PATH_CLASS_PXB;
	else
		c = class_apart(s, a, b);
	FIELD_SET(ret, path, pci_class, c);
	FIELD_SET(ret, path, class, c);
	if (met || (a->complete && b->complete))
		FIELD_SET(ret, path, bridges, n);
}

static void set_ports(const struct snapshot *s, struct arena *arena, const struct topo_chain *a, const struct topo_chain *b, bool met,
		      uint32_t i, uint32_t j, struct path *ret)
{
	struct passed p = {.acs_known = true, .atomics_known = true};

	pass_side(s, arena, a, i, ret, &p);
	pass_side(s, arena, b, j, ret, &p);
	if (met && i > 0)
		pass_port(s, arena, a->v[i], false, ret, &p);
	if (ret->acs_at.n || p.acs_known) {
		FIELD_SET(ret, path, acs_redirect, ret->acs_at.n > 0);
		FIELD_KNOW(ret, path, acs_at);
	}
	if (p.bridges && (p.atomics_known || p.atomics_no))
		FIELD_SET(ret, path, atomics, !p.atomics_no);
}

void topo_path_between(const struct snapshot *s, struct arena *arena, const struct topo_end *from, const struct topo_end *to,
		       struct path *ret)
{
	struct topo_chain a, b;
	uint32_t i = NO_MEETING, j = NO_MEETING;
	bool met, whole;

	*ret = (struct path){0};
	FIELD_SET(ret, path, from, from->label);
	FIELD_SET(ret, path, to, to->label);
	FIELD_SET(ret, path, from_pci, from->pci);
	FIELD_SET(ret, path, to_pci, to->pci);
	topo_climb(s, from->pci, &a);
	topo_climb(s, to->pci, &b);
	met = meet(&a, &b, &i, &j);
	set_class(s, &a, &b, met, i, j, ret);
	whole = met || (a.complete && b.complete);
	if (whole) {
		topo_set_rates(s, from, to, &a, &b, i, j, ret);
		set_ports(s, arena, &a, &b, met, i, j, ret);
	}
	take_fabric(s, from, to, ret);
}

bool topo_is_near(enum path_class c)
{
	return c == PATH_CLASS_PIX || c == PATH_CLASS_PXB;
}

static void add_end(const struct snapshot *s, struct arena *a, struct topo *t, enum topo_kind kind, uint32_t index,
		    uint32_t pci, const char *label)
{
	struct topo_end *e;

	if (t->n >= TOPO_ENDS_MAX) {
		t->left_out++;
		return;
	}
	e = LIST_PUSH(a, t);
	*e = (struct topo_end){.kind = kind, .index = index, .pci = pci, .label = label};
	e->tunnel = topo_tunnel_port(s, pci);
}

void topo_ends(const struct snapshot *s, struct arena *a, struct topo *ret)
{
	uint32_t i, nic = 0;

	*ret = (struct topo){0};
	for (i = 0; i < s->gpus.n; i++)
		if (s->gpus.v[i].pci < s->pci.n)
			add_end(s, a, ret, TOPO_GPU, i, s->gpus.v[i].pci, arena_printf(a, "GPU%u", s->gpus.v[i].index));
	ret->n_gpus = ret->n;
	for (i = 0; i < s->rdma.n; i++) {
		const struct rdma_nic *r = &s->rdma.v[i];

		if (FIELD_KNOWN(r, rdma_nic, pci) && r->pci < s->pci.n && !(FIELD_KNOWN(r, rdma_nic, soft) && r->soft))
			add_end(s, a, ret, TOPO_NIC, i, r->pci, arena_printf(a, "NIC%u", nic++));
	}
}

void topo_compute(const struct snapshot *s, struct arena *a, struct topo *ret)
{
	uint32_t i, j;

	topo_ends(s, a, ret);
	for (i = 0; i < ret->n; i++)
		for (j = i + 1; j < ret->n; j++)
			topo_path_between(s, a, &ret->v[i], &ret->v[j], LIST_PUSH(a, &ret->paths));
}

const struct path *topo_path(const struct topo *t, uint32_t i, uint32_t j)
{
	uint32_t low = MIN(i, j), high = MAX(i, j), at;

	if (low == high || high >= t->n)
		return NULL;
	at = low * t->n - low * (low + 1) / 2 + (high - low - 1);
	return at < t->paths.n ? &t->paths.v[at] : NULL;
}

static const char *cpus_of(const struct snapshot *s, int32_t node)
{
	uint32_t i;

	for (i = 0; node >= 0 && i < s->platform.numa.n; i++)
		if (s->platform.numa.v[i].node == (uint32_t)node)
			return s->platform.numa.v[i].cpus;
	return NULL;
}

/* The nearest network device of row i; of equals the first. NULL when one of the ways is unknown: it may be nearer. */
static const char *nearest_nic(const struct topo *t, uint32_t i)
{
	enum path_class best = PATH_CLASS_COUNT;
	const char *found = NULL;
	uint32_t j;

	for (j = t->n_gpus; j < t->n; j++) {
		enum path_class c = topo_path(t, i, j)->pci_class;

		if (c == PATH_CLASS_UNKNOWN)
			return NULL;
		if (c < best) {
			best = c;
			found = t->v[j].label;
		}
	}
	return found;
}

void topo_devices(const struct snapshot *s, const struct topo *t, struct arena *a, struct topo_device_list *ret)
{
	uint32_t i;

	*ret = (struct topo_device_list){0};
	for (i = 0; i < t->n; i++) {
		const struct topo_end *e = &t->v[i];
		const struct pci_device *p = &s->pci.v[e->pci];
		const struct gpu *g = e->kind == TOPO_GPU ? &s->gpus.v[e->index] : NULL;
		struct topo_device *d = LIST_PUSH(a, ret);
		const struct rdma_nic *r = g ? NULL : &s->rdma.v[e->index];
		const char *cpus = g && FIELD_KNOWN(g, gpu, cpus) ? g->cpus : r && FIELD_KNOWN(r, rdma_nic, cpus) ? r->cpus : NULL;

		FIELD_SET(d, topo_device, label, e->label);
		FIELD_SET(d, topo_device, kind, g ? "gpu" : "nic");
		FIELD_SET(d, topo_device, pci, e->pci);
		FIELD_SET(d, topo_device, name, g ? g->name : r->name);
		FIELD_SET(d, topo_device, tunnel, e->tunnel);
		if (FIELD_KNOWN(p, pci_device, numa_node)) {
			FIELD_SET(d, topo_device, numa_node, p->numa_node);
			cpus = cpus ? cpus : cpus_of(s, p->numa_node);
		}
		if (cpus)
			FIELD_SET(d, topo_device, cpus, cpus);
		if (g)
			FIELD_SET(d, topo_device, nearest, nearest_nic(t, i) ? nearest_nic(t, i) : "");
	}
}
