/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of GPUs that are given away by themselves, whoever makes them: SR-IOV virtual functions, AMD partitions, MIG
 * instances, mediated devices. A virtual function beside its physical one is never a GPU of its own; inside a guest,
 * without one, it is (the gpu phase sees to that).
 */
#include "probe/kfd.h"
#include "probe/probe.h"

#include "base/parse.h"

#include <errno.h>

#define PHASE "slices"

enum { VFS_MAX = 4096, MIG_MAX = 256, MDEV_MAX = 4096 };

static struct slice *add_slice(struct probe *p, uint32_t gpu, enum slice_kind kind, const char *name)
{
	struct gpu *g = &p->snap->gpus.v[gpu];
	struct slice *s = LIST_PUSH(p->a, &p->snap->slices);
	uint32_t i, number = 0;

	for (i = 0; i < g->slices.n; i++)
		number += p->snap->slices.v[g->slices.v[i]].kind == kind;
	FIELD_SET(s, slice, gpu, gpu);
	FIELD_SET(s, slice, kind, kind);
	FIELD_SET(s, slice, index, number);
	FIELD_SET(s, slice, name, name);
	FIELD_SET(s, slice, pci, NONE);
	u32s_add(p->a, &g->slices, p->snap->slices.n - 1);
	return s;
}

static void u32s_drop(struct u32s *l, uint32_t v)
{
	uint32_t i, j = 0;

	for (i = 0; i < l->n; i++)
		if (l->v[i] != v)
			l->v[j++] = l->v[i];
	l->n = j;
}

/* The nodes of a virtual function belong to the slice, not to the whole GPU. */
static void take_nodes(struct probe *p, uint32_t gpu, uint32_t vf, struct slice *slice)
{
	struct snapshot *s = p->snap;
	uint32_t i;

	u32s_drop(&s->gpus.v[gpu].functions, vf);
	for (i = 0; i < s->drm.n; i++) {
		if (s->drm.v[i].pci != vf)
			continue;
		u32s_drop(&s->gpus.v[gpu].drm, i);
		FIELD_SET(&s->drm.v[i], drm_node, gpu, gpu);
		u32s_add(p->a, &slice->drm, i);
	}
	if (s->drm_known)
		FIELD_KNOW(slice, slice, drm);
}

/* What the physical function's driver gives each virtual one (xe: sriov_admin, kernel 7.0). */
static void read_vf_quota(struct probe *p, uint32_t pf, uint32_t number, struct slice *slice)
{
	const char *path = arena_printf(p->a, "sriov_admin/vf%u/profile/vram_quota", number + 1);
	uint64_t v;

	if (tree_read_u64(&p->pci_dir, pci_attr(p, pf, path), 0, &v) == 0)
		FIELD_SET(slice, slice, memory_bytes, v);
}

static void add_vf(struct probe *p, uint32_t gpu, uint32_t number, uint32_t vf)
{
	uint32_t pf = p->snap->gpus.v[gpu].pci;
	struct pci_device *d = &p->snap->pci.v[vf];
	struct slice *slice = add_slice(p, gpu, SLICE_KIND_VF, arena_printf(p->a, "virtfn%u", number));

	pci_detail(p, vf);
	FIELD_SET(d, pci_device, physfn, pf);
	FIELD_SET(slice, slice, pci, vf);
	if (FIELD_KNOWN(d, pci_device, driver))
		FIELD_SET(slice, slice, driver, d->driver);
	take_nodes(p, gpu, vf, slice);
	read_vf_quota(p, pf, number, slice);
}

/* True when the links were there to be looked at, whether or not there is one. */
static bool find_vfs(struct probe *p, uint32_t gpu)
{
	uint32_t pf = p->snap->gpus.v[gpu].pci, number, vf;
	const char *target;
	uint64_t address;
	int r = 0;

	for (number = 0; number < VFS_MAX; number++) {
		r = tree_link_base(&p->pci_dir, pci_attr(p, pf, arena_printf(p->a, "virtfn%u", number)), p->a, &target);
		if (r < 0)
			break;
		if (pci_addr_parse(target, &address) < 0 || (vf = snapshot_pci_find(p->snap, address)) == NONE || vf == pf)
			continue;
		add_vf(p, gpu, number, vf);
	}
	return r == 0 || r == -ENOENT;
}

static const char *mode_of(struct probe *p, const struct gpu *g, const char *name, bool *ret_known)
{
	const char *s;
	int r = tree_read_str(&p->pci_dir, pci_attr(p, g->pci, name), p->a, &s);

	*ret_known = r == 0 || r == -ENOENT;
	if (!*ret_known)
		snapshot_gap(p->snap, PHASE, probe_pci_path(p, g->pci, name), r);
	return r == 0 ? s : "";
}

static void read_modes(struct probe *p, struct gpu *g)
{
	const char *s;
	bool known;

	if (g->vendor != GPU_VENDOR_AMD || !FIELD_KNOWN(g, gpu, driver) || !*g->driver || g->asleep)
		return;
	s = mode_of(p, g, "current_compute_partition", &known);
	if (known)
		FIELD_SET(g, gpu, partition_mode, s);
	if (!*s)
		return;
	s = mode_of(p, g, "current_memory_partition", &known);
	if (known)
		FIELD_SET(g, gpu, memory_mode, s);
	s = mode_of(p, g, "available_compute_partition", &known);
	if (known)
		FIELD_SET(g, gpu, partition_modes, str_split(p->a, s, ", \t"));
}

/* The mode that leaves a GPU whole is called SPX by the driver. */
static bool is_partitioned(const struct gpu *g)
{
	return FIELD_KNOWN(g, gpu, partition_mode) && *g->partition_mode && !str_eq(g->partition_mode, "SPX");
}

static void own_node(struct probe *p, uint32_t gpu, uint32_t partition, uint32_t drm, struct slice *slice)
{
	struct drm_node *d = &p->snap->drm.v[drm];
	struct gpu *g = &p->snap->gpus.v[gpu];

	if (!u32s_has(&slice->drm, drm))
		u32s_add(p->a, &slice->drm, drm);
	if (d->pci != NONE)
		return; /* the first partition uses the nodes of the GPU itself */
	FIELD_SET(d, drm_node, partition, (int32_t)partition);
	FIELD_SET(d, drm_node, is_virtual, false);
	FIELD_SET(d, drm_node, gpu, gpu);
	FIELD_SET(d, drm_node, pci, g->pci);
	if (!u32s_has(&g->drm, drm))
		u32s_add(p->a, &g->drm, drm);
}

/* The render node and the card beside it, below the same device. */
static void take_render(struct probe *p, uint32_t gpu, uint32_t partition, uint32_t minor, struct slice *slice)
{
	const char *dir = arena_printf(p->a, "sys/class/drm/renderD%u/device/drm", minor);
	struct strs names;
	uint32_t i, drm;

	drm = snapshot_drm_named(p->snap, arena_printf(p->a, "renderD%u", minor));
	if (drm != NONE)
		own_node(p, gpu, partition, drm, slice);
	if (tree_list(p->root, dir, p->a, &names) == 0)
		for (i = 0; i < names.n; i++)
			if ((drm = snapshot_drm_named(p->snap, names.v[i])) != NONE)
				own_node(p, gpu, partition, drm, slice);
	FIELD_KNOW(slice, slice, drm);
}

static struct slice *add_partition(struct probe *p, uint32_t gpu, uint32_t partition, const char *name)
{
	const struct gpu *g = &p->snap->gpus.v[gpu];
	struct slice *slice = add_slice(p, gpu, SLICE_KIND_PARTITION, name);

	FIELD_SET(slice, slice, index, partition);
	FIELD_SET(slice, slice, pci, g->pci);
	FIELD_SET(slice, slice, driver, g->driver);
	FIELD_SET(slice, slice, profile,
		  g->memory_mode && *g->memory_mode ? arena_printf(p->a, "%s/%s", g->partition_mode, g->memory_mode)
						    : g->partition_mode);
	return slice;
}

/* KFD has a node for each partition and names its render node. */
static void partitions_by_kfd(struct probe *p, uint32_t gpu, const struct kfd *kfd)
{
	uint32_t i;

	for (i = 0; i < kfd->n; i++) {
		const struct kfd_node *n = &kfd->v[i];
		struct slice *slice;

		if (n->gpu != gpu)
			continue;
		slice = add_partition(p, gpu, n->partition, arena_printf(p->a, "renderD%u", n->render_minor));
		take_render(p, gpu, n->partition, n->render_minor, slice);
		if (n->memory_bytes)
			FIELD_SET(slice, slice, memory_bytes, n->memory_bytes);
	}
}

/*
 * Without KFD only the platform devices amdgpu_xcp_N tell of partitions, and they do not say whose they are: that is
 * certain only when one GPU is partitioned. The GPU's own nodes are its partition 0.
 */
static void partitions_by_platform(struct probe *p, uint32_t gpu)
{
	struct snapshot *s = p->snap;
	struct slice *slice = NULL;
	const char *target, *at;
	uint32_t i, n = 1;

	for (i = 0; i < s->drm.n; i++) {
		if (s->drm.v[i].kind != DRM_KIND_RENDER || s->drm.v[i].pci != NONE ||
		    tree_readlink(p->root, arena_printf(p->a, "sys/class/drm/%s", s->drm.v[i].name), p->a, &target) < 0 ||
		    !(at = strstr(target, "/amdgpu_xcp_")))
			continue;
		if (!slice) {
			slice = add_partition(p, gpu, 0, "partition 0");
			slice->drm = s->gpus.v[gpu].drm;
			FIELD_KNOW(slice, slice, drm);
		}
		slice = add_partition(p, gpu, n, arena_strn(p->a, at + 1, strcspn(at + 1, "/")));
		take_render(p, gpu, n++, s->drm.v[i].minor, slice);
	}
}

static void find_partitions(struct probe *p, const struct kfd *kfd)
{
	uint32_t i, partitioned = 0, last = NONE;

	for (i = 0; i < p->snap->gpus.n; i++)
		if (is_partitioned(&p->snap->gpus.v[i])) {
			partitioned++;
			last = i;
			partitions_by_kfd(p, i, kfd);
		}
	if (partitioned == 1 && kfd->n == 0)
		partitions_by_platform(p, last);
}

/* "Device Minor: \t 0" of /proc/driver/nvidia/gpus/ADDR/information and "DeviceFileMinor: 3" of an access file. */
static bool number_after(const char *text, const char *key, uint32_t *ret)
{
	const char *at = strstr(text, key);
	size_t n;
	uint64_t v;

	if (!at)
		return false;
	at += strlen(key);
	at += strspn(at, ": \t");
	n = strspn(at, "0123456789");
	if (n == 0 || parse_u64n(at, n, 10, 0xfffff, &v) < 0)
		return false;
	*ret = (uint32_t)v;
	return true;
}

/* The node that a capability is opened by. The module makes none itself: nvidia-modprobe does, or nobody. */
static void take_cap(struct probe *p, const char *access, struct slice *slice)
{
	const char *text, *node;
	struct tree_stat st;
	uint32_t minor;

	if (tree_read_str(p->root, access, p->a, &text) < 0 || !number_after(text, "DeviceFileMinor", &minor))
		return;
	node = arena_printf(p->a, "/dev/nvidia-caps/nvidia-cap%u", minor);
	strs_add(p->a, tree_stat(p->root, node + 1, &st) == -ENOENT ? &slice->nodes_missing : &slice->nodes, node);
}

static void add_mig(struct probe *p, uint32_t gpu, const char *dir, const char *gi, const char *ci)
{
	struct slice *slice = add_slice(p, gpu, SLICE_KIND_MIG, ci ? arena_printf(p->a, "%s/%s", gi, ci) : gi);

	FIELD_SET(slice, slice, driver, p->snap->gpus.v[gpu].driver);
	take_cap(p, arena_printf(p->a, "%s/%s/access", dir, gi), slice);
	if (ci)
		take_cap(p, arena_printf(p->a, "%s/%s/%s/access", dir, gi, ci), slice);
	FIELD_KNOW(slice, slice, nodes);
	FIELD_KNOW(slice, slice, nodes_missing);
}

/* A MIG device is a compute instance inside a GPU instance; a GPU instance without one is there but of no use yet. */
static void find_mig_of(struct probe *p, uint32_t gpu, uint32_t minor)
{
	const char *dir = arena_printf(p->a, "proc/driver/nvidia/capabilities/gpu%u/mig", minor);
	struct strs gis, cis;
	uint32_t i, j, n;

	if (tree_list(p->root, dir, p->a, &gis) < 0)
		return;
	for (i = 0; i < gis.n && i < MIG_MAX; i++) {
		if (!str_starts(gis.v[i], "gi") || tree_list(p->root, arena_printf(p->a, "%s/%s", dir, gis.v[i]), p->a, &cis) < 0)
			continue;
		for (j = 0, n = 0; j < cis.n && j < MIG_MAX; j++)
			if (str_starts(cis.v[j], "ci")) {
				add_mig(p, gpu, dir, gis.v[i], cis.v[j]);
				n++;
			}
		if (n == 0)
			add_mig(p, gpu, dir, gis.v[i], NULL);
	}
}

static void find_mig(struct probe *p)
{
	char addr[PCI_ADDR_TEXT];
	const char *text;
	uint32_t i, minor;

	if (!tree_exists(p->root, "proc/driver/nvidia/capabilities"))
		return;
	for (i = 0; i < p->snap->gpus.n; i++) {
		const char *path = arena_printf(p->a, "proc/driver/nvidia/gpus/%s/information",
						pci_addr_text(p->snap->gpus.v[i].address, addr));

		if (tree_read_str(p->root, path, p->a, &text) == 0 && number_after(text, "Device Minor", &minor))
			find_mig_of(p, i, minor);
	}
}

static uint32_t gpu_with_function(const struct snapshot *s, uint32_t pci)
{
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		if (u32s_has(&s->gpus.v[i].functions, pci))
			return i;
	return NONE;
}

/* The function a mediated device is carved from: the last address in its path. */
static uint32_t mdev_parent(const struct probe *p, const char *path)
{
	uint32_t found = NONE;
	uint64_t address;
	size_t n;

	for (; *path; path += n + (path[n] == '/')) {
		n = strcspn(path, "/");
		if (pci_addr_parse_n(path, n, &address) == 0)
			found = snapshot_pci_find(p->snap, address);
	}
	return found;
}

static void find_mdevs(struct probe *p)
{
	struct strs names;
	const char *path, *s;
	uint32_t i, pci, gpu;

	if (tree_list(p->root, "sys/bus/mdev/devices", p->a, &names) < 0)
		return;
	for (i = 0; i < names.n && i < MDEV_MAX; i++) {
		const char *at = arena_printf(p->a, "sys/bus/mdev/devices/%s", names.v[i]);
		struct slice *slice;

		if (tree_readlink(p->root, at, p->a, &path) < 0 || (pci = mdev_parent(p, path)) == NONE ||
		    (gpu = gpu_with_function(p->snap, pci)) == NONE)
			continue;
		slice = add_slice(p, gpu, SLICE_KIND_MDEV, "mdev");
		FIELD_SET(slice, slice, uuid, names.v[i]);
		FIELD_SET(slice, slice, pci, pci);
		if (tree_link_base(p->root, arena_printf(p->a, "%s/mdev_type", at), p->a, &s) == 0)
			FIELD_SET(slice, slice, profile, s);
		if (tree_link_base(p->root, arena_printf(p->a, "%s/driver", at), p->a, &s) == 0)
			FIELD_SET(slice, slice, driver, s);
	}
}

void probe_slices(struct probe *p)
{
	struct snapshot *s = p->snap;
	struct kfd kfd = {0};
	bool partitioned = false;
	uint32_t i;

	if (!s->has_pci)
		return;
	for (i = 0; i < s->gpus.n; i++) {
		if (find_vfs(p, i))
			FIELD_KNOW(&s->gpus.v[i], gpu, slices);
		read_modes(p, &s->gpus.v[i]);
		partitioned |= is_partitioned(&s->gpus.v[i]);
	}
	/* KFD's topology costs a file for each of its nodes, so it is read for what nothing else tells. */
	if (partitioned || p->request->phases & PROBE_FABRIC)
		kfd_read(p, &kfd);
	find_partitions(p, &kfd);
	find_mig(p);
	find_mdevs(p);
	if (p->request->phases & PROBE_FABRIC)
		kfd_peers(p, &kfd);
}
