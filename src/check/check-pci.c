/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory windows, Resizable BAR, link, state and power of each GPU. A link's speed may be low because nothing is to be
 * done; its width may not. A sleeping GPU is not wrong.
 */
#include "check/room.h"

#include "base/parse.h"
#include "facts/facts.h"
#include "facts/power.h"

#define MIB (UINT64_C(1) << 20)

static const char *size_text(struct check *c, uint64_t bytes)
{
	static const char *const units[] = {"MiB", "GiB", "TiB"};
	unsigned u = 0;

	if (bytes < MIB)
		return arena_printf(c->arena, "%llu KiB", (unsigned long long)(bytes >> 10));
	for (bytes >>= 20; bytes >= 1024 && bytes % 1024 == 0 && u < 2; u++)
		bytes >>= 10;
	return arena_printf(c->arena, "%llu %s", (unsigned long long)bytes, units[u]);
}

static const struct pci_device *device_of(const struct check *c, const struct gpu *g)
{
	return &c->snap->pci.v[g->pci];
}

static bool is_external(const struct gpu *g)
{
	return FIELD_KNOWN(g, gpu, external) && g->external.attachment == ATTACHMENT_EXTERNAL;
}

static void copy_evidence(struct check *c, struct finding *f, const struct evidence_list *l)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		*LIST_PUSH(c->arena, &f->evidence) = l->v[i];
}

/* The bridge above with the smallest prefetchable window; NONE when none could be read. */
static uint32_t smallest_window(const struct snapshot *s, uint32_t pci)
{
	uint32_t best = NONE, steps;

	for (steps = 0; steps < s->pci.n; steps++) {
		const struct pci_device *d = &s->pci.v[pci];

		if (!FIELD_KNOWN(d, pci_device, parent) || d->parent == NONE)
			break;
		pci = d->parent;
		if (FIELD_KNOWN(&s->pci.v[pci].config, pci_config, prefetch_window) &&
		    (best == NONE || s->pci.v[pci].config.prefetch_window < s->pci.v[best].config.prefetch_window))
			best = pci;
	}
	return best;
}

static void advise_window(struct check *c, struct finding *f, const struct gpu *g)
{
	const struct platform *pl = &c->snap->platform;
	struct room room = room_of(c->snap, g, false);
	const char *reserve = room_parameter(c, &room);

	if (!is_external(g))
		return;
	if (FIELD_KNOWN(pl, platform, pcie_ports_native) && !pl->pcie_ports_native)
		check_remedy(c, f,
			     "Hot-plug is run by ACPI here, which ignores pci=hpmmioprefsize: look for 'Thunderbolt PCIe resources' or "
			     "'Above 4G Decoding' in the firmware setup, or boot with pcie_ports=native %s. Plug the box in before the "
			     "machine starts, so that the firmware makes room.", reserve);
	else
		check_remedy(c, f,
			     "Boot with %s and pci=realloc, or plug the box in before the machine starts, so that the firmware makes room. "
			     "Do not load the driver before that.", reserve);
}

static void check_window(struct check *c, uint32_t i)
{
	const struct gpu *g = &c->snap->gpus.v[i];
	uint64_t need = room_of(c->snap, g, false).least;
	uint32_t bridge = smallest_window(c->snap, g->pci);
	struct finding *f;

	if (g->state != GPU_STATE_NO_BAR)
		return;
	f = check_add(c, "GB3001", check_addr(c, g->address), i, "the kernel found no memory window for %s", g->name);
	copy_evidence(c, f, &g->state_evidence);
	if (bridge != NONE) {
		const struct pci_device *b = &c->snap->pci.v[bridge];

		check_evidence(c, f, check_pci_path(c, bridge, "config"),
			       arena_printf(c->arena, "prefetchable window of %s",
					    b->config.prefetch_window ? size_text(c, b->config.prefetch_window) : "nothing"),
			       need ? size_text(c, need) : NULL);
	}
	advise_window(c, f, g);
}

static bool window_is_small(const struct gpu *g)
{
	bool by_memory = FIELD_KNOWN(g, gpu, vram_bytes) && g->vram_bytes;

	if (g->kind != GPU_KIND_DISCRETE || !FIELD_KNOWN(g, gpu, vram_visible_bytes) || g->state == GPU_STATE_NO_BAR)
		return false;
	if (by_memory)
		return g->vram_visible_bytes < g->vram_bytes;
	return FIELD_KNOWN(g, gpu, bar_max_bytes) && g->vram_visible_bytes < g->bar_max_bytes;
}

static void advise_room(struct check *c, struct finding *f, const struct gpu *g)
{
	const struct platform *pl = &c->snap->platform;
	struct room room = room_of(c->snap, g, true);

	if (room.prefetch < g->vram_bytes)
		room.prefetch = room_power_of_two(MAX(g->bar_max_bytes, g->vram_bytes));
	check_remedy(c, f,
		     "Behind Thunderbolt or USB4 the firmware decides how large a window fits: enable 'Resizable BAR' and 'Above 4G Decoding', "
		     "boot with the box plugged in, or reserve room with %s%s.",
		     FIELD_KNOWN(pl, platform, pcie_ports_native) && !pl->pcie_ports_native ? "pcie_ports=native " : "",
		     room_parameter(c, &room));
}

static void check_rebar(struct check *c, uint32_t i)
{
	const struct gpu *g = &c->snap->gpus.v[i];
	const struct facts_family *family = facts_family_of(g->vendor_id, g->device_id);
	const struct facts_power *power = family ? facts_power_find(family->key) : NULL;
	bool needs = family && family->flags & FAMILY_NEEDS_REBAR;
	struct finding *f;

	/* A card that cannot resize its window has nothing to be set. */
	if (!window_is_small(g) || (!needs && (!FIELD_KNOWN(g, gpu, bar_max_bytes) || g->bar_max_bytes <= g->vram_visible_bytes)))
		return;
	f = check_add(c, needs ? "GB3002" : "GB3003", check_addr(c, g->address), i, "%s: memory window of %s%s%s", g->name,
		      size_text(c, g->vram_visible_bytes), FIELD_KNOWN(g, gpu, vram_bytes) ? " for memory of " : "",
		      FIELD_KNOWN(g, gpu, vram_bytes) ? size_text(c, g->vram_bytes) : "");
	if (needs && power && power->small_window_fails)
		f->severity = SEVERITY_ERROR;
	check_evidence(c, f, check_pci_path(c, g->pci, "resource"), size_text(c, g->vram_visible_bytes),
		       FIELD_KNOWN(g, gpu, bar_max_bytes) ? size_text(c, g->bar_max_bytes)
		       : FIELD_KNOWN(g, gpu, vram_bytes)  ? size_text(c, g->vram_bytes)
							  : NULL);
	if (is_external(g))
		advise_room(c, f, g);
}

static bool link_ends(const struct gpu *g)
{
	const struct pci_link *l = &g->link, *p = &g->link_partner;

	return FIELD_KNOWN(g, gpu, link) && FIELD_KNOWN(g, gpu, link_partner) && FIELD_KNOWN(l, pci_link, max_width) &&
	       FIELD_KNOWN(p, pci_link, max_width) && l->max_width >= 1 && l->max_width <= 32 && p->max_width >= 1 &&
	       p->max_width <= 32;
}

static void check_width(struct check *c, uint32_t i)
{
	const struct gpu *g = &c->snap->gpus.v[i];
	uint32_t possible;
	struct finding *f;

	if (!link_ends(g) || !FIELD_KNOWN(&g->link, pci_link, width) || g->link.width == 0)
		return;
	possible = MIN(g->link.max_width, g->link_partner.max_width);
	if (g->link.width >= possible)
		return;
	f = check_add(c, "GB3010", check_addr(c, g->address), i, "%s: PCIe x%u where both ends can do x%u", g->name, g->link.width,
		      possible);
	check_evidence(c, f, check_pci_path(c, g->link_at, "current_link_width"), arena_printf(c->arena, "%u", g->link.width),
		       arena_printf(c->arena, "%u", possible));
}

static const char *speed_text(struct check *c, uint32_t mts)
{
	return arena_printf(c->arena, "%u.%u GT/s", mts / 1000, mts % 1000 / 100);
}

static void check_speed(struct check *c, uint32_t i)
{
	const struct gpu *g = &c->snap->gpus.v[i];
	const struct pci_link *l = &g->link, *p = &g->link_partner;
	uint32_t possible;
	struct finding *f;

	if (!FIELD_KNOWN(g, gpu, link) || !FIELD_KNOWN(g, gpu, link_partner) || !FIELD_KNOWN(l, pci_link, speed_mts) ||
	    !FIELD_KNOWN(l, pci_link, max_speed_mts) || !FIELD_KNOWN(p, pci_link, max_speed_mts) || l->speed_mts == 0)
		return;
	possible = MIN(l->max_speed_mts, p->max_speed_mts);
	if (l->speed_mts >= possible)
		return;
	f = check_add(c, "GB3011", check_addr(c, g->address), i, "%s: PCIe link at %s where both ends can do %s", g->name,
		      speed_text(c, l->speed_mts), speed_text(c, possible));
	check_evidence(c, f, check_pci_path(c, g->link_at, "current_link_speed"), speed_text(c, l->speed_mts),
		       speed_text(c, possible));
}

/* Which way out the driver offered in its event, or that there is none. */
static void wedged_remedy(struct check *c, struct finding *f, const struct gpu *g)
{
	const char *noted = g->state_evidence.n ? g->state_evidence.v[0].value : NULL, *addr = check_addr(c, g->address);

	if (!noted || !g->state_evidence.v[0].path || !str_starts(g->state_evidence.v[0].path, "/run/"))
		return;
	if (strstr(noted, "rebind"))
		check_remedy(c, f, "End the programs that use it, then as root: echo %s > /sys/bus/pci/drivers/%s/unbind, and the same into bind.",
			     addr, g->driver && *g->driver ? g->driver : "DRIVER");
	else if (strstr(noted, "bus-reset"))
		check_remedy(c, f, "End the programs that use it, then as root: write %s into its driver's unbind, 1 into "
				   "/sys/bus/pci/devices/%s/reset, and %s into the driver's bind.", addr, addr, addr);
	else if (strstr(noted, "vendor-specific"))
		check_remedy(c, f, "End the programs that use it; its maker's documentation says how this driver recovers it, else boot again.");
	else
		check_remedy(c, f, "Leave it plugged in, save your work and boot again. Do not eject, unbind or remove it: what hangs in the "
				   "kernel cannot be ended, and a second attempt would only hang, too.");
}

static void check_state(struct check *c, uint32_t i)
{
	static const struct {
		enum gpu_state state;
		const char *id, *text;
	} rows[] = {{GPU_STATE_LOST, "GB3020", "does not answer any more"},
		    {GPU_STATE_WEDGED, "GB3021", "hung and was not recovered"},
		    {GPU_STATE_DEGRADED, "GB3022", "runs in an emergency mode"}};
	const struct gpu *g = &c->snap->gpus.v[i];
	unsigned k;

	for (k = 0; k < ARRAY_LEN(rows); k++) {
		struct finding *f;

		if (g->state != rows[k].state)
			continue;
		f = check_add(c, rows[k].id, check_addr(c, g->address), i, "%s %s", g->name, rows[k].text);
		copy_evidence(c, f, &g->state_evidence);
		if (g->state == GPU_STATE_WEDGED)
			wedged_remedy(c, f, g);
		if (g->state == GPU_STATE_LOST && FIELD_KNOWN(g, gpu, external))
			check_remedy(c, f, "Do not start programs that use it. %s. Then look for what came before in the kernel's messages.",
				     is_external(g) ? "Unplug it, switch the box off and on, plug it in again"
						    : "Shut the machine down and cut its power for ten seconds");
	}
}

static void check_power(struct check *c, uint32_t i)
{
	const struct gpu *g = &c->snap->gpus.v[i];
	const struct pci_power *w = &device_of(c, g)->power;
	bool cold = str_eq(w->state, "D3cold"), awake_wanted = str_eq(w->control, "on"), no_driver;
	struct finding *f;

	if (!FIELD_KNOWN(device_of(c, g), pci_device, power) || g->state == GPU_STATE_LOST)
		return;
	no_driver = FIELD_KNOWN(g, gpu, driver) && !*g->driver;
	if (cold && (awake_wanted || no_driver)) {
		f = check_add(c, "GB3031", check_addr(c, g->address), i, "%s has its power cut (D3cold), %s", g->name,
			      awake_wanted ? "though it is told to stay awake" : "and no driver that could wake it");
		check_evidence(c, f, check_pci_path(c, g->pci, "power_state"), w->state, "D0");
		if (awake_wanted)
			check_evidence(c, f, check_pci_path(c, g->pci, "power/control"), w->control, NULL);
	} else if (FIELD_KNOWN(w, pci_power, asleep) && w->asleep) {
		f = check_add(c, "GB3030", check_addr(c, g->address), i, "%s is asleep%s%s", g->name, w->state ? " in " : "",
			      w->state ? w->state : "");
		if (w->runtime_status)
			check_evidence(c, f, check_pci_path(c, g->pci, "power/runtime_status"), w->runtime_status, NULL);
		else if (w->state)
			check_evidence(c, f, check_pci_path(c, g->pci, "power_state"), w->state, NULL);
	}
}

/* The two ends of the card's link. */
static void aspm_end(struct check *c, uint32_t pci, const char **ret_off)
{
	const struct pci_device *d = &c->snap->pci.v[pci];

	if (!*ret_off && FIELD_KNOWN(d, pci_device, config) && FIELD_KNOWN(&d->config, pci_config, aspm) &&
	    !(d->config.aspm & 2))
		*ret_off = check_addr(c, d->address);
}

static void check_aspm(struct check *c, uint32_t i)
{
	const struct gpu *g = &c->snap->gpus.v[i];
	const struct facts_family *family = facts_family_of(g->vendor_id, g->device_id);
	const struct facts_power *power = family ? facts_power_find(family->key) : NULL;
	const struct platform *pl = &c->snap->platform;
	bool policy = FIELD_KNOWN(pl, platform, aspm_policy) && str_eq(pl->aspm_policy, "performance");
	const char *off = NULL;
	struct finding *f;

	if (!power || !power->idle_needs_aspm || is_external(g) || !FIELD_KNOWN(g, gpu, link_at) || g->link_at == NONE)
		return;
	aspm_end(c, g->link_at, &off);
	if (FIELD_KNOWN(&c->snap->pci.v[g->link_at], pci_device, parent) && c->snap->pci.v[g->link_at].parent != NONE)
		aspm_end(c, c->snap->pci.v[g->link_at].parent, &off);
	if (!policy && !off)
		return;
	f = check_add(c, "GB3040", check_addr(c, g->address), i, "%s: ASPM L1 is off on the card's link", g->name);
	if (policy)
		check_evidence(c, f, "/sys/module/pcie_aspm/parameters/policy", pl->aspm_policy, "default or powersave");
	if (off)
		check_evidence(c, f, arena_printf(c->arena, "/sys/bus/pci/devices/%s/link/l1_aspm", off), "0", "1");
}

static bool is_passthrough(const struct gpu *g)
{
	const struct facts_driver *d = g->driver && *g->driver ? facts_driver_find(g->driver) : NULL;

	return d && str_eq(d->role, "passthrough");
}

static void check_group(struct check *c, uint32_t i)
{
	const struct gpu *g = &c->snap->gpus.v[i];
	struct finding *f = NULL;
	uint32_t k;

	if (g->kind != GPU_KIND_DISCRETE || !FIELD_KNOWN(g, gpu, iommu_shared) || g->iommu_group < 0)
		return;
	for (k = 0; k < g->iommu_shared.n; k++) {
		const struct pci_device *d = &c->snap->pci.v[g->iommu_shared.v[k]];

		if (d->bridge || PCI_SLOT_OF(d->address) == PCI_SLOT_OF(g->address))
			continue;
		if (!f)
			f = check_add(c, "GB3050", check_addr(c, g->address), i, "%s shares IOMMU group %d with other devices", g->name,
				      g->iommu_group);
		check_evidence(c, f, arena_printf(c->arena, "/sys/kernel/iommu_groups/%d/devices/%s", g->iommu_group,
						  check_addr(c, d->address)),
			       d->driver && *d->driver ? d->driver : "no driver", NULL);
	}
	if (f && is_passthrough(g))
		f->severity = SEVERITY_WARNING;
}

static void check_reset(struct check *c, uint32_t i)
{
	const struct gpu *g = &c->snap->gpus.v[i];
	const struct pci_device *d = device_of(c, g);
	struct finding *f;

	if (!is_passthrough(g) || !FIELD_KNOWN(d, pci_device, reset_methods) || d->reset_methods.n)
		return;
	f = check_add(c, "GB3051", check_addr(c, g->address), i, "%s cannot be reset between virtual machines", g->name);
	check_evidence(c, f, check_pci_path(c, g->pci, "reset_method"), "", "flr or bus");
}

static void each_gpu(struct check *c, void (*one)(struct check *c, uint32_t gpu))
{
	uint32_t i;

	for (i = 0; i < c->snap->gpus.n; i++)
		one(c, i);
}

static void windows(struct check *c)
{
	each_gpu(c, check_window);
	each_gpu(c, check_rebar);
}

static void links(struct check *c)
{
	each_gpu(c, check_width);
	each_gpu(c, check_speed);
}

static void states(struct check *c)
{
	each_gpu(c, check_state);
	each_gpu(c, check_power);
}

static void passthrough(struct check *c)
{
	each_gpu(c, check_group);
	each_gpu(c, check_reset);
}

static void aspm(struct check *c)
{
	each_gpu(c, check_aspm);
}

const struct check_fn check_pci_fns[] = {
	{"pci", "GB3001 GB3002 GB3003", windows},
	{"pci", "GB3010 GB3011", links},
	{"pci", "GB3020 GB3021 GB3022 GB3030 GB3031", states},
	{"pci", "GB3040", aspm},
	{"pci", "GB3050 GB3051", passthrough},
	{0},
};
