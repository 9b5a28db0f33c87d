/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GPUs, drawn together from functions, nodes and links. All functions of one card are one GPU: what shares bus and
 * device number with a display function of the same vendor belongs to it. What is a GPU is a matter of class, and of
 * rows: BMC chips, virtual displays and NPUs are told apart by id, GPUs without a display class found by it.
 */
#include "probe/probe.h"

#include "base/parse.h"
#include "facts/facts.h"
#include "facts/health.h"
#include "probe/external.h"
#include "probe/state.h"

#include <errno.h>

#define PHASE "gpu"

static bool display_class(const struct pci_device *d)
{
	unsigned class = d->class >> 8;

	/* 0001 is a VGA device older than the class code. */
	return FIELD_KNOWN(d, pci_device, class) && (class >> 8 == 3 || class == 0x0001);
}

/* Functions without a display class that are GPUs all the same: the id, or a GPU driver on an accelerator, says so. */
static bool gpu_by_row(const struct pci_device *d)
{
	const struct facts_family *f = facts_family_at(d->vendor_id, d->device_id, d->class);
	const struct facts_driver *driver = d->driver && *d->driver ? facts_driver_find(d->driver) : NULL;
	bool accelerator = d->class >> 8 == PCI_CLASS_ACCELERATOR;

	if (f && (accelerator || f->flags & FAMILY_NOT_DISPLAY))
		return true;
	return accelerator && driver && str_eq(driver->role, "gpu");
}

static bool shown(const struct pci_device *d)
{
	if (!FIELD_KNOWN(d, pci_device, vendor_id) || d->bridge)
		return false;
	return display_class(d) || facts_display_find(d->vendor_id, d->device_id) || gpu_by_row(d);
}

/* Smaller is a better main function: VGA before 3D before other displays, then the function number. */
static unsigned main_rank(const struct pci_device *d)
{
	unsigned class = d->class >> 8;

	return (class == PCI_CLASS_VGA ? 0u : class == PCI_CLASS_3D ? 1u : class >> 8 == 3 ? 2u : 3u) << 8 | PCI_FN(d->address);
}

static uint32_t main_function(const struct snapshot *s, uint32_t first, uint32_t end, uint16_t vendor)
{
	uint32_t i, best = NONE;

	for (i = first; i < end; i++)
		if (s->pci.v[i].vendor_id == vendor && shown(&s->pci.v[i]) &&
		    (best == NONE || main_rank(&s->pci.v[i]) < main_rank(&s->pci.v[best])))
			best = i;
	return best;
}

static enum gpu_kind kind_of(struct probe *p, const struct gpu *g, const struct pci_device *d)
{
	const struct facts_display *display = facts_display_find(d->vendor_id, d->device_id);
	const struct facts_id *id = facts_id_find(d->vendor_id, d->device_id);
	const struct facts_family *family = facts_family_at(d->vendor_id, d->device_id, d->class);

	if (display)
		return display->kind == GPU_KIND_VIRTUAL && p->virtual_counts ? GPU_KIND_DISCRETE : display->kind;
	if (id && id->flags & ID_VIRTUAL_FUNCTION)
		return GPU_KIND_GUEST_VF;
	if (family && family->kind)
		return family->kind;
	/* Integrated GPUs sit on the root bus; what hangs off a port is a card. */
	if (g->vendor == GPU_VENDOR_INTEL && PCI_BUS(d->address) == 0 && FIELD_KNOWN(d, pci_device, parent) && d->parent == NONE)
		return GPU_KIND_INTEGRATED;
	if (g->vendor == GPU_VENDOR_NVIDIA || (FIELD_KNOWN(d, pci_device, parent) && d->parent != NONE))
		return GPU_KIND_DISCRETE;
	return GPU_KIND_UNKNOWN;
}

static void name_gpu(struct probe *p, struct gpu *g, struct pci_device *d)
{
	const struct facts_id *id = facts_id_find(d->vendor_id, d->device_id);
	const struct facts_display *display = facts_display_find(d->vendor_id, d->device_id);
	const char *vendor = facts_vendor_name(d->vendor_id), *name;

	if (vendor)
		FIELD_SET(d, pci_device, vendor_name, vendor);
	if (p->request->phases & PROBE_NAMES &&
	    tree_answer(p->tree, p->a, "pciname", arena_printf(p->a, "%04x:%04x", d->vendor_id, d->device_id), &name) == 0 && *name)
		FIELD_SET(d, pci_device, device_name, name);
	/* The system's names come first, but for ids it has under another meaning. */
	name = id && id->flags & ID_NAME_MISLEADS ? NULL : d->device_name;
	if (!name)
		name = id && id->name ? id->name : display ? display->name : g->family;
	if (!name)
		name = arena_printf(p->a, "device %04x:%04x", d->vendor_id, d->device_id);
	FIELD_SET(g, gpu, name, name);
}

static void identify(struct probe *p, struct gpu *g, struct pci_device *d)
{
	const struct facts_family *family = facts_family_at(d->vendor_id, d->device_id, d->class);

	FIELD_SET(g, gpu, address, d->address);
	FIELD_SET(g, gpu, vendor, facts_vendor_of(d->vendor_id));
	FIELD_SET(g, gpu, vendor_id, d->vendor_id);
	FIELD_SET(g, gpu, device_id, d->device_id);
	if (family) {
		FIELD_SET(g, gpu, family, family->family);
		FIELD_SET(g, gpu, architecture, family->architecture);
		FIELD_SET(g, gpu, driver_wanted, str_split(p->a, family->drivers ? family->drivers : "", " "));
	}
	FIELD_SET(g, gpu, kind, kind_of(p, g, d));
	name_gpu(p, g, d);
	if (FIELD_KNOWN(d, pci_device, driver))
		FIELD_SET(g, gpu, driver, d->driver);
}

static void add_gpu(struct probe *p, uint32_t first, uint32_t end, uint32_t main)
{
	struct snapshot *s = p->snap;
	struct pci_device *d = &s->pci.v[main];
	struct gpu found = {0}, *g;
	uint32_t i;

	FIELD_SET(&found, gpu, pci, main);
	for (i = first; i < end; i++)
		if (s->pci.v[i].vendor_id == d->vendor_id)
			u32s_add(p->a, &found.functions, i);
	FIELD_KNOW(&found, gpu, functions);
	FIELD_KNOW(&found, gpu, state_evidence);
	FIELD_KNOW(&found, gpu, aliases);
	if (gpu_counts(kind_of(p, &found, d)))
		pci_detail_up(p, main);
	identify(p, &found, d);
	if (gpu_counts(found.kind)) {
		FIELD_SET(&found, gpu, index, s->gpus.n);
		g = LIST_PUSH(p->a, &s->gpus);
	} else {
		FIELD_SET(&found, gpu, index, s->displays.n);
		g = LIST_PUSH(p->a, &s->displays);
	}
	*g = found;
}

/* A virtual function beside its physical one is a slice of that GPU. */
static bool is_slice(struct probe *p, uint32_t i)
{
	const struct pci_device *d = &p->snap->pci.v[i];

	pci_detail(p, i);
	return FIELD_KNOWN(d, pci_device, physfn) && d->physfn != NONE;
}

static void find_gpus(struct probe *p)
{
	struct snapshot *s = p->snap;
	uint32_t first, end, i, main;

	for (first = 0; first < s->pci.n; first = end) {
		for (end = first; end < s->pci.n && PCI_SLOT_OF(s->pci.v[end].address) == PCI_SLOT_OF(s->pci.v[first].address);)
			end++;
		for (i = first; i < end; i++) {
			if (!shown(&s->pci.v[i]))
				continue;
			main = main_function(s, first, end, s->pci.v[i].vendor_id);
			/* One GPU for each vendor in the slot, made when its main function comes by. */
			if (main == i && !is_slice(p, i))
				add_gpu(p, first, end, main);
		}
	}
}

/* Nodes and connectors find their GPU through their function. */
static void attach_nodes(struct probe *p)
{
	struct snapshot *s = p->snap;
	uint32_t i, j;

	for (i = 0; i < s->gpus.n; i++) {
		struct gpu *g = &s->gpus.v[i];

		for (j = 0; j < s->drm.n; j++)
			if (s->drm.v[j].pci != NONE && u32s_has(&g->functions, s->drm.v[j].pci)) {
				s->drm.v[j].gpu = i;
				u32s_add(p->a, &g->drm, j);
			}
		if (s->drm_known)
			FIELD_KNOW(g, gpu, drm);
		for (j = 0; j < s->connectors.n; j++) {
			struct connector *c = &s->connectors.v[j];

			if (s->drm.v[c->card].gpu != i)
				continue;
			c->gpu = i;
			u32s_add(p->a, &g->connectors, j);
			g->displays_lit += c->status == CONNECTOR_STATUS_CONNECTED && c->enabled;
		}
		if (s->drm_known && p->request->phases & PROBE_EDID) {
			FIELD_KNOW(g, gpu, connectors);
			FIELD_KNOW(g, gpu, displays_lit);
		}
	}
}

static void read_memory(struct probe *p, struct gpu *g)
{
	const struct facts_memory *m;
	uint64_t v;

	for (m = facts_memory; m->driver; m++) {
		if (!str_eq(m->driver, g->driver) ||
		    tree_read_u64(&p->pci_dir, pci_attr(p, g->pci, m->attribute), 0, &v) < 0)
			continue;
		if (m->visible)
			FIELD_SET(g, gpu, vram_visible_bytes, v);
		else
			FIELD_SET(g, gpu, vram_bytes, v);
	}
}

/* The memory BAR is the largest prefetchable one; what Resizable BAR offers for it is its bitmap's highest bit. */
static void read_window(struct probe *p, struct gpu *g)
{
	const struct pci_device *d = &p->snap->pci.v[g->pci];
	const struct pci_bar *best = NULL;
	uint32_t i;

	for (i = 0; i < d->bars.n; i++)
		if (!d->bars.v[i].io && d->bars.v[i].prefetchable && d->bars.v[i].index < 6 &&
		    (!best || d->bars.v[i].size > best->size))
			best = &d->bars.v[i];
	if (!best)
		return;
	if (!FIELD_KNOWN(g, gpu, vram_visible_bytes) && g->kind == GPU_KIND_DISCRETE && best->size)
		FIELD_SET(g, gpu, vram_visible_bytes, best->size);
	if (FIELD_KNOWN(best, pci_bar, sizes) && best->sizes)
		FIELD_SET(g, gpu, bar_max_bytes, UINT64_C(1) << (63 - __builtin_clzll(best->sizes)) << 20);
	else if (FIELD_KNOWN(best, pci_bar, sizes))
		FIELD_SET(g, gpu, bar_max_bytes, best->size);
}

static uint32_t parent_of(const struct snapshot *s, uint32_t i)
{
	return i != NONE && FIELD_KNOWN(&s->pci.v[i], pci_device, parent) ? s->pci.v[i].parent : NONE;
}

/*
 * Where the card's link is. Cards with a switch of their own (Intel Arc) show 2.5 GT/s x1 at the GPU function; the
 * truth is at the switch's upstream port, two bridges up, when those are Intel's and something is above them.
 */
static uint32_t link_place(const struct snapshot *s, const struct gpu *g)
{
	const struct facts_family *f = facts_family_at(g->vendor_id, g->device_id, s->pci.v[g->pci].class);
	uint32_t down = parent_of(s, g->pci), up = parent_of(s, down);

	if (!f || !(f->flags & FAMILY_CARD_SWITCH) || up == NONE || parent_of(s, up) == NONE)
		return g->pci;
	/* Both by the GPU's maker, who may have several vendor ids (AMD: 1002 and 1022). */
	return facts_vendor_of(s->pci.v[up].vendor_id) == g->vendor && facts_vendor_of(s->pci.v[down].vendor_id) == g->vendor
		       ? up
		       : g->pci;
}

static void read_link_of_card(struct probe *p, struct gpu *g)
{
	const struct snapshot *s = p->snap;
	uint32_t at = link_place(s, g), above = parent_of(s, at);

	FIELD_SET(g, gpu, link_at, at);
	if (FIELD_KNOWN(&s->pci.v[at], pci_device, link))
		FIELD_SET(g, gpu, link, s->pci.v[at].link);
	if (above != NONE && FIELD_KNOWN(&s->pci.v[above], pci_device, link))
		FIELD_SET(g, gpu, link_partner, s->pci.v[above].link);
}

static void read_group(struct probe *p, struct gpu *g)
{
	struct snapshot *s = p->snap;
	struct strs names;
	uint64_t address;
	uint32_t i, other;

	if (g->iommu_group < 0 ||
	    tree_list(p->root, arena_printf(p->a, "sys/kernel/iommu_groups/%d/devices", g->iommu_group), p->a, &names) < 0)
		return;
	FIELD_KNOW(g, gpu, iommu_shared);
	for (i = 0; i < names.n; i++)
		if (pci_addr_parse(names.v[i], &address) == 0 && (other = snapshot_pci_find(s, address)) != NONE &&
		    !u32s_has(&g->functions, other))
			u32s_add(p->a, &g->iommu_shared, other);
}

static void describe(struct probe *p, uint32_t index)
{
	struct snapshot *s = p->snap;
	struct gpu *g = &s->gpus.v[index];
	const struct pci_device *d = &s->pci.v[g->pci];
	const char *cpus;

	if (FIELD_KNOWN(d, pci_device, numa_node))
		FIELD_SET(g, gpu, numa_node, d->numa_node);
	if (FIELD_KNOWN(d, pci_device, iommu_group))
		FIELD_SET(g, gpu, iommu_group, d->iommu_group);
	if (FIELD_KNOWN(d, pci_device, boot_vga))
		FIELD_SET(g, gpu, boot_display, d->boot_vga);
	if (FIELD_KNOWN(d, pci_device, sriov))
		FIELD_SET(g, gpu, sriov, d->sriov);
	if (FIELD_KNOWN(&d->power, pci_power, asleep))
		FIELD_SET(g, gpu, asleep, d->power.asleep);
	read_link_of_card(p, g);
	if (p->request->phases & PROBE_PCI_FULL) {
		read_memory(p, g);
		read_group(p, g);
		if (tree_read_str(&p->pci_dir, pci_attr(p, g->pci, "local_cpulist"), p->a, &cpus) == 0)
			FIELD_SET(g, gpu, cpus, cpus);
	}
	read_window(p, g);
	if (FIELD_KNOWN(g, gpu, driver) && *g->driver)
		vendor_describe(p, g);
}

/* What shares the port with an external GPU goes when it is unplugged. */
static void list_companions(struct probe *p, struct gpu *g)
{
	const struct snapshot *s = p->snap;
	uint32_t i, up, steps;

	if (g->external.attachment != ATTACHMENT_EXTERNAL || g->external.port == NONE ||
	    !FIELD_KNOWN(&g->external, external, port))
		return;
	FIELD_KNOW(g, gpu, removable_with);
	for (i = 0; i < s->pci.n; i++) {
		if (s->pci.v[i].bridge || u32s_has(&g->functions, i))
			continue;
		for (up = parent_of(s, i), steps = 0; up != NONE && up != g->external.port && steps < s->pci.n; steps++)
			up = parent_of(s, up);
		if (up == g->external.port)
			u32s_add(p->a, &g->removable_with, i);
	}
}

static void describe_display(struct probe *p, struct gpu *g)
{
	const struct pci_device *d = &p->snap->pci.v[g->pci];
	char text[PCI_ADDR_TEXT];
	uint32_t j;

	pci_detail(p, g->pci);
	FIELD_SET(g, gpu, id, arena_printf(p->a, "pci-%s", pci_addr_text(g->address, text)));
	FIELD_SET(g, gpu, id_source, ID_SOURCE_ADDRESS);
	if (FIELD_KNOWN(d, pci_device, driver))
		FIELD_SET(g, gpu, driver, d->driver);
	if (FIELD_KNOWN(d, pci_device, boot_vga))
		FIELD_SET(g, gpu, boot_display, d->boot_vga);
	for (j = 0; j < p->snap->drm.n; j++)
		if (p->snap->drm.v[j].pci != NONE && u32s_has(&g->functions, p->snap->drm.v[j].pci))
			u32s_add(p->a, &g->drm, j);
	if (p->snap->drm_known)
		FIELD_KNOW(g, gpu, drm);
}

void probe_gpu(struct probe *p)
{
	struct snapshot *s = p->snap;
	uint32_t i;

	if (!s->has_pci)
		return;
	find_gpus(p);
	attach_nodes(p);
	for (i = 0; i < s->gpus.n; i++) {
		describe(p, i);
		external_judge(p, i);
		list_companions(p, &s->gpus.v[i]);
	}
	gpu_name_stably(p);
	for (i = 0; i < s->gpus.n; i++)
		state_judge(p, &s->gpus.v[i]);
	for (i = 0; i < s->displays.n; i++) {
		describe_display(p, &s->displays.v[i]);
		state_judge(p, &s->displays.v[i]);
	}
}
