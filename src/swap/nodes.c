/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/nodes.h"

#include "base/parse.h"
#include "facts/facts.h"
#include "format/glob.h"
#include "swap/company.h"

#include <stdlib.h>

#define KFD "sys/class/kfd/kfd/topology/nodes"

struct gather {
	struct tree *t;
	struct arena *a;
	struct held_nodes *to;
	uint32_t gpu; /* the one whose nodes are looked for */
};

static void node_add(struct gather *g, const char *path, uint32_t major, uint32_t minor, bool shared)
{
	struct held_node *n;
	uint32_t i;

	for (i = 0; i < g->to->n; i++) {
		n = &g->to->v[i];
		if (n->gpu == g->gpu && n->major == major && n->minor == minor)
			return;
	}
	n = LIST_PUSH(g->a, g->to);
	*n = (struct held_node){.path = path, .major = major, .minor = minor, .gpu = g->gpu, .shared = shared};
}

/* A node by its name in /dev; one that is not there cannot be held under that name. */
static void node_named(struct gather *g, const char *path, bool shared)
{
	struct tree_stat st;

	if (tree_stat(&g->t->root, path + 1, &st) == 0 && st.type == TREE_CHAR)
		node_add(g, path, st.major, st.minor, shared);
}

/* A folder of /sys that stands for a node, by its uevent. */
static void node_of_folder(struct gather *g, const char *folder)
{
	char text[1024];
	const char *major, *minor, *name;
	uint32_t ma, mi;
	long n = tree_read(&g->t->root, arena_printf(g->a, "%s/uevent", folder), text, sizeof(text));

	if (n < 0)
		return;
	major = keyval_get(g->a, text, (size_t)n, "MAJOR");
	minor = keyval_get(g->a, text, (size_t)n, "MINOR");
	name = keyval_get(g->a, text, (size_t)n, "DEVNAME");
	if (major && minor && name && parse_u32(major, 10, UINT32_MAX, &ma) == 0 && parse_u32(minor, 10, UINT32_MAX, &mi) == 0)
		node_add(g, arena_printf(g->a, "/dev/%s", name), ma, mi, false);
}

/* Every folder that fits the pattern, name by name. */
static void folders_fit(struct gather *g, const char *folder, const char *pattern)
{
	size_t n = strcspn(pattern, "/");
	struct strs names;
	uint32_t i;

	if (!memchr(pattern, '*', n)) {
		names = (struct strs){0};
		strs_add(g->a, &names, arena_strn(g->a, pattern, n));
	} else if (tree_list(&g->t->root, folder, g->a, &names) < 0) {
		return;
	}
	for (i = 0; i < names.n; i++) {
		const char *one = arena_printf(g->a, "%s/%s", folder, names.v[i]);

		if (!glob_match(pattern, n, names.v[i], strlen(names.v[i])))
			continue;
		if (pattern[n])
			folders_fit(g, one, pattern + n + 1);
		else
			node_of_folder(g, one);
	}
}

/* The group of the IOMMU is what a virtual machine opens; it stands for all devices in it. */
static void vfio_group(struct gather *g, uint32_t pci)
{
	const struct snapshot *s = g->to->snap;
	const struct pci_device *d = &s->pci.v[pci];
	bool shared = false;
	uint32_t i;

	if (!FIELD_KNOWN(d, pci_device, iommu_group) || d->iommu_group < 0)
		return;
	for (i = 0; i < s->pci.n; i++)
		shared |= s->pci.v[i].iommu_group == d->iommu_group && FIELD_KNOWN(&s->pci.v[i], pci_device, iommu_group) &&
			  !s->pci.v[i].bridge && !u32s_has(&g->to->gpus.v[g->gpu].functions, i);
	node_named(g, arena_printf(g->a, "/dev/vfio/%d", d->iommu_group), shared);
}

static void function_nodes(struct gather *g, uint32_t pci)
{
	const struct facts_held_path *row;
	char addr[PCI_ADDR_TEXT];
	const char *folder = arena_printf(g->a, "sys/bus/pci/devices/%s", pci_addr_text(g->to->snap->pci.v[pci].address, addr));

	for (row = facts_held_paths; row->path; row++)
		folders_fit(g, folder, row->path);
	vfio_group(g, pci);
}

static void drm_nodes(struct gather *g, const struct u32s *drm)
{
	uint32_t i;

	for (i = 0; i < drm->n; i++) {
		const struct drm_node *d = &g->to->snap->drm.v[drm->v[i]];

		if (FIELD_KNOWN(d, drm_node, major) && FIELD_KNOWN(d, drm_node, minor))
			node_add(g, d->kind == DRM_KIND_ACCEL ? arena_printf(g->a, "/dev/accel/%s", d->name) :
							       arena_printf(g->a, "/dev/dri/%s", d->name),
				 d->major, d->minor, false);
	}
}

/* Of what a driver makes, "nvidia%u" is one GPU's and everything else everybody's. */
static bool ones_own(const struct facts_driver *row, struct arena *a, const char *path)
{
	struct strs names = str_split(a, row->nodes ? row->nodes : "", " ");
	const char *name = str_base(path);
	uint32_t i, number;

	for (i = 0; i < names.n; i++) {
		size_t n = strcspn(names.v[i], "%");

		if (names.v[i][n] && strncmp(name, names.v[i], n) == 0 && parse_u32(name + n, 10, UINT32_MAX, &number) == 0)
			return true;
	}
	return false;
}

static void driver_nodes(struct gather *g)
{
	const struct held_gpu *h = &g->to->gpus.v[g->gpu];
	const struct facts_driver *row = facts_driver_find(h->gpu->driver ? h->gpu->driver : "");
	const struct facts_held_folder *f;
	struct strs names;
	uint32_t i;

	if (!row)
		return;
	for (i = 0; i < h->gpu->nodes.n; i++)
		node_named(g, h->gpu->nodes.v[i], !h->alone && !ones_own(row, g->a, h->gpu->nodes.v[i]));
	names = str_split(g->a, row->extra_nodes ? row->extra_nodes : "", " ");
	for (i = 0; i < names.n; i++)
		node_named(g, arena_printf(g->a, "/dev/%s", names.v[i]), !h->alone);
	for (f = facts_held_folders; f->driver; f++) {
		if (!str_eq(f->driver, row->name) || tree_list(&g->t->root, arena_printf(g->a, "dev/%s", f->folder), g->a, &names) < 0)
			continue;
		for (i = 0; i < names.n; i++)
			node_named(g, arena_printf(g->a, "/dev/%s/%s", f->folder, names.v[i]), !h->alone);
	}
}

static void slice_nodes(struct gather *g, const struct slice *s)
{
	uint32_t i;

	drm_nodes(g, &s->drm);
	for (i = 0; i < s->nodes.n; i++)
		node_named(g, s->nodes.v[i], false);
}

/* The value of a line "name value" of amdkfd's. */
static bool kfd_value(const char *text, size_t size, const char *name, uint64_t *ret)
{
	const char *line;
	size_t n, key = strlen(name);
	const char *end = text + size;

	while (next_line(&text, end, &line, &n))
		if (n > key && memcmp(line, name, key) == 0 && line[key] == ' ')
			return parse_u64n(line + key + 1, n - key - 1, 10, UINT64_MAX, ret) == 0;
	return false;
}

/* Which GPU has this render node; amdkfd names one for each GPU and each partition. */
static bool has_render(const struct held_nodes *l, uint32_t gpu, uint64_t minor)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].gpu == gpu && l->v[i].minor == minor && str_starts(l->v[i].path, "/dev/dri/renderD"))
			return true;
	return false;
}

static void kfd_ids(struct gather *g)
{
	struct strs nodes;
	uint32_t i;

	if (tree_list(&g->t->root, KFD, g->a, &nodes) < 0)
		return;
	for (i = 0; i < nodes.n; i++) {
		char text[4096];
		uint64_t minor, id;
		long n = tree_read(&g->t->root, arena_printf(g->a, KFD "/%s/properties", nodes.v[i]), text, sizeof(text));

		if (n > 0 && kfd_value(text, (size_t)n, "drm_render_minor", &minor) && has_render(g->to, g->gpu, minor) &&
		    tree_read_u64(&g->t->root, arena_printf(g->a, KFD "/%s/gpu_id", nodes.v[i]), 10, &id) == 0)
			u32s_add(g->a, &g->to->gpus.v[g->gpu].kfd_ids, (uint32_t)id);
	}
}

static bool alone_of_driver(const struct snapshot *s, const struct gpu *g)
{
	uint32_t i, n = 0;

	for (i = 0; i < s->gpus.n; i++)
		n += g->driver && *g->driver && str_eq(s->gpus.v[i].driver, g->driver);
	return n <= 1;
}

static void gpu_add(struct gather *g, const struct gpu *gpu)
{
	const struct snapshot *s = g->to->snap;
	struct held_gpu *h = LIST_PUSH(g->a, &g->to->gpus);
	uint32_t i;

	g->gpu = g->to->gpus.n - 1;
	*h = (struct held_gpu){.gpu = gpu, .index = NONE, .alone = alone_of_driver(s, gpu)};
	if (s->gpus.n && gpu >= s->gpus.v && gpu < s->gpus.v + s->gpus.n)
		h->index = (uint32_t)(gpu - s->gpus.v);
	for (i = 0; i < gpu->functions.n; i++)
		u32s_add(g->a, &h->functions, gpu->functions.v[i]);
	for (i = 0; i < gpu->removable_with.n; i++)
		u32s_add(g->a, &h->with, gpu->removable_with.v[i]);
	for (i = 0; i < gpu->slices.n; i++) {
		const struct slice *slice = &s->slices.v[gpu->slices.v[i]];

		if (FIELD_KNOWN(slice, slice, pci) && slice->pci != NONE && !u32s_has(&h->functions, slice->pci))
			u32s_add(g->a, &h->functions, slice->pci);
	}
}

static int by_number(const void *x, const void *y)
{
	const struct held_node *a = x, *b = y;

	if (a->major != b->major)
		return a->major < b->major ? -1 : 1;
	if (a->minor != b->minor)
		return a->minor < b->minor ? -1 : 1;
	return a->gpu < b->gpu ? -1 : a->gpu > b->gpu;
}

void held_nodes_find(struct tree *t, const struct snapshot *snap, const struct gpu *const *gpus, uint32_t n, struct arena *a,
		     struct held_nodes *ret)
{
	struct gather g = {.t = t, .a = a, .to = ret};
	uint32_t i, k;

	*ret = (struct held_nodes){.snap = snap};
	for (i = 0; i < n; i++) {
		gpu_add(&g, gpus[i]);
		drm_nodes(&g, &gpus[i]->drm);
		for (k = 0; k < ret->gpus.v[g.gpu].functions.n; k++)
			function_nodes(&g, ret->gpus.v[g.gpu].functions.v[k]);
		for (k = 0; k < gpus[i]->slices.n; k++)
			slice_nodes(&g, &snap->slices.v[gpus[i]->slices.v[k]]);
		driver_nodes(&g);
		kfd_ids(&g);
	}
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), by_number);
	company_nodes_find(t, a, ret);
}

const struct held_node *held_nodes_at(const struct held_nodes *l, uint32_t major, uint32_t minor)
{
	struct held_node key = {.major = major, .minor = minor};
	uint32_t low = 0, high = l->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (by_number(&l->v[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < l->n && l->v[low].major == major && l->v[low].minor == minor ? &l->v[low] : NULL;
}
