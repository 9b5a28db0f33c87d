/* SPDX-License-Identifier: Apache-2.0 */
#include "check/check.h"

static void no_gpu(struct check *c)
{
	const struct snapshot *s = c->snap;
	struct finding *f;

	if (!s->has_pci && s->pci_error == 0)
		return;
	if (!s->has_pci) {
		f = check_add(c, "GB1001", "machine", NONE, "there is no PCI bus here: 0 GPUs");
		check_evidence(c, f, "/sys/bus/pci/devices", "missing", NULL);
	} else if (s->gpus.n == 0 && s->displays.n > 0) {
		const struct gpu *d = &s->displays.v[0];

		f = check_add(c, "GB1002", check_addr(c, d->address), NONE, "no GPU here; the display %s (%s) is none", d->name,
			      enum_name(&gpu_kind_tab, d->kind));
		check_evidence(c, f, check_pci_path(c, d->pci, "device"), d->name, NULL);
	}
}

static void non_pci(struct check *c)
{
	struct finding *f;

	if (!c->snap->non_pci_gpus)
		return;
	f = check_add(c, "GB1003", "machine", NONE, "a GPU without PCI is here and is not counted: %s", c->snap->non_pci_gpu_names);
	check_evidence(c, f, "/sys/class/drm", c->snap->non_pci_gpu_names, NULL);
}

static void unknown_family(struct check *c)
{
	const struct snapshot *s = c->snap;
	struct finding *f;
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++) {
		const struct gpu *g = &s->gpus.v[i];

		if (FIELD_KNOWN(g, gpu, family) || g->vendor == GPU_VENDOR_OTHER)
			continue;
		f = check_add(c, "GB1004", check_addr(c, g->address), i, "%04x:%04x is not in gpubay's tables", g->vendor_id,
			      g->device_id);
		check_evidence(c, f, check_pci_path(c, g->pci, "device"), arena_printf(c->arena, "0x%04x", g->device_id), NULL);
	}
}

const struct check_fn check_inventory_fns[] = {
	{"inventory", "GB1001 GB1002", no_gpu},
	{"inventory", "GB1003", non_pci},
	{"inventory", "GB1004", unknown_family},
	{0},
};
