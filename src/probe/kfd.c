/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel writes a node's properties as lines of "name value". location_id is bus and devfn of the PCI function, and
 * two generations of the driver hide the number of a partition in it: in the function bits, later in bits 28 to 31
 * (drivers/gpu/drm/amd/amdkfd/kfd_topology.c).
 */
#include "probe/kfd.h"

#include "base/parse.h"

#include <errno.h>

#define PHASE "slices"
#define NODES "sys/class/kfd/kfd/topology/nodes"

/* Link types and memory heaps of KFD, include/uapi/linux/kfd_sysfs.h. */
enum { IOLINK_XGMI = 11, HEAP_FB_PUBLIC = 1, HEAP_FB_PRIVATE = 2, NODES_MAX = 1024, LINKS_MAX = 1024, BANKS_MAX = 64 };

struct props {
	char *text;
	size_t n;
};

static bool props_read(struct probe *p, const char *path, struct props *ret)
{
	int r = tree_read_file(p->root, path, p->a, TREE_ATTR_MAX, &ret->text, &ret->n);

	if (r < 0)
		snapshot_gap(p->snap, PHASE, arena_printf(p->a, "/%s", path), r);
	return r == 0;
}

static bool prop(const struct props *props, const char *name, uint64_t *ret)
{
	const char *at = props->text, *line;
	size_t n, key = strlen(name);

	while (next_line(&at, props->text + props->n, &line, &n))
		if (n > key + 1 && memcmp(line, name, key) == 0 && line[key] == ' ')
			return parse_u64n(line + key + 1, n - key - 1, 10, UINT64_MAX, ret) == 0;
	return false;
}

/* An AMD GPU at exactly this address, or the one in this slot whose function bits hold a partition's number. */
static void find_gpu(const struct snapshot *s, uint64_t domain, uint64_t location, struct kfd_node *node)
{
	uint64_t address = domain << 16 | (location & 0xffff);
	uint32_t i;

	node->gpu = NONE;
	for (i = 0; i < s->gpus.n; i++)
		if (s->gpus.v[i].address == address) {
			node->gpu = i;
			node->partition = (uint32_t)(location >> 28);
			return;
		}
	for (i = 0; i < s->gpus.n; i++)
		if (s->gpus.v[i].vendor == GPU_VENDOR_AMD && s->gpus.v[i].address == PCI_SLOT_OF(address)) {
			node->gpu = i;
			node->partition = (uint32_t)(address & 7);
			return;
		}
}

static uint64_t memory_of(struct probe *p, const char *number)
{
	const char *dir = arena_printf(p->a, NODES "/%s/mem_banks", number);
	uint64_t heap, size, sum = 0;
	struct strs names;
	struct props props;
	uint32_t i;

	if (tree_list(p->root, dir, p->a, &names) < 0)
		return 0;
	for (i = 0; i < names.n && i < BANKS_MAX; i++)
		if (props_read(p, arena_printf(p->a, "%s/%s/properties", dir, names.v[i]), &props) &&
		    prop(&props, "heap_type", &heap) && (heap == HEAP_FB_PUBLIC || heap == HEAP_FB_PRIVATE) &&
		    prop(&props, "size_in_bytes", &size) && size < UINT64_MAX - sum)
			sum += size;
	return sum;
}

void kfd_read(struct probe *p, struct kfd *ret)
{
	struct strs names;
	uint32_t i, number;
	int r = tree_list(p->root, NODES, p->a, &names);

	*ret = (struct kfd){0};
	if (r < 0) {
		snapshot_gap(p->snap, PHASE, "/" NODES, r);
		return;
	}
	for (i = 0; i < names.n && i < NODES_MAX; i++) {
		uint64_t location, domain = 0, minor = 0;
		struct kfd_node *node;
		struct props props;

		if (parse_u32(names.v[i], 10, UINT32_MAX, &number) < 0 ||
		    !props_read(p, arena_printf(p->a, NODES "/%s/properties", names.v[i]), &props))
			continue;
		node = LIST_PUSH(p->a, ret);
		node->number = number;
		node->gpu = NONE;
		/* A CPU has location 0 and no render node. */
		if (!prop(&props, "location_id", &location) || !prop(&props, "drm_render_minor", &minor) || minor == 0 ||
		    minor > 0xfffff)
			continue;
		prop(&props, "domain", &domain);
		find_gpu(p->snap, domain & UINT32_MAX, location, node);
		node->render_minor = (uint32_t)minor;
		prop(&props, "hive_id", &node->hive);
		if (node->gpu != NONE)
			node->memory_bytes = memory_of(p, names.v[i]);
	}
}

static uint32_t gpu_of(const struct kfd *kfd, uint64_t number)
{
	uint32_t i;

	for (i = 0; i < kfd->n; i++)
		if (kfd->v[i].number == number)
			return kfd->v[i].gpu;
	return NONE;
}

static void add_peer(struct probe *p, uint32_t from, uint32_t to, uint64_t bandwidth_mbs)
{
	struct gpu *g = &p->snap->gpus.v[from];
	struct gpu_peer *peer = NULL;
	uint32_t i;

	for (i = 0; i < g->peers.n && !peer; i++)
		if (g->peers.v[i].gpu == to)
			peer = &g->peers.v[i];
	if (!peer)
		peer = LIST_PUSH(p->a, &g->peers);
	FIELD_SET(peer, gpu_peer, gpu, to);
	FIELD_SET(peer, gpu_peer, fabric, FABRIC_XGMI);
	/* Megabytes a second; 0 between partitions that have no link of their own. */
	if (bandwidth_mbs && bandwidth_mbs < UINT32_MAX / 8)
		FIELD_SET(peer, gpu_peer, rate_mbps, (uint32_t)bandwidth_mbs * 8);
}

static void read_links(struct probe *p, const struct kfd *kfd, const struct kfd_node *node)
{
	const char *dir = arena_printf(p->a, NODES "/%u/io_links", node->number);
	uint64_t type, to, bandwidth;
	struct strs names;
	struct props props;
	uint32_t i, gpu;

	if (tree_list(p->root, dir, p->a, &names) < 0)
		return;
	for (i = 0; i < names.n && i < LINKS_MAX; i++) {
		if (!props_read(p, arena_printf(p->a, "%s/%s/properties", dir, names.v[i]), &props) ||
		    !prop(&props, "type", &type) || type != IOLINK_XGMI || !prop(&props, "node_to", &to))
			continue;
		gpu = gpu_of(kfd, to);
		if (gpu == NONE || gpu == node->gpu)
			continue;
		add_peer(p, node->gpu, gpu, prop(&props, "max_bandwidth", &bandwidth) ? bandwidth : 0);
	}
}

/* The driver's own attribute, for kernels without KFD. */
static void read_hive(struct probe *p, struct gpu *g)
{
	const char *s;

	if (g->vendor == GPU_VENDOR_AMD && !FIELD_KNOWN(g, gpu, xgmi_hive) &&
	    tree_read_str(&p->pci_dir, pci_attr(p, g->pci, "xgmi_hive_info/xgmi_hive_id"), p->a, &s) == 0 && *s)
		FIELD_SET(g, gpu, xgmi_hive, s);
}

void kfd_peers(struct probe *p, const struct kfd *kfd)
{
	uint32_t i;

	for (i = 0; i < kfd->n; i++) {
		const struct kfd_node *node = &kfd->v[i];
		struct gpu *g = node->gpu != NONE ? &p->snap->gpus.v[node->gpu] : NULL;

		/* One partition's links reach every other GPU, so the first of each GPU is enough. */
		if (!g || FIELD_KNOWN(g, gpu, peers))
			continue;
		read_links(p, kfd, node);
		FIELD_KNOW(g, gpu, peers);
		if (node->hive)
			FIELD_SET(g, gpu, xgmi_hive, arena_printf(p->a, "%llu", (unsigned long long)node->hive));
	}
	for (i = 0; i < p->snap->gpus.n; i++)
		read_hive(p, &p->snap->gpus.v[i]);
}
