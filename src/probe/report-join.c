/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices of reports and GPUs. The PCI address decides, then the render node (addresses are shared by partitions of
 * one GPU, nodes are not), then vendor and device id where only one GPU has them. A software renderer is no GPU.
 */
#include "probe/reports.h"

#include "base/parse.h"

/* What a device of a report may say of where it is. */
struct place {
	bool has_address, has_minor, has_ids;
	uint64_t address, vendor, device;
	uint32_t minor;
};

enum { DRM_MAJOR = 226 };

uint32_t reports_gpu_at(const struct snapshot *s, uint64_t address)
{
	uint32_t i, k;

	for (i = 0; i < s->gpus.n; i++)
		for (k = 0; k < s->gpus.v[i].functions.n; k++)
			if (s->pci.v[s->gpus.v[i].functions.v[k]].address == address)
				return i;
	return NONE;
}

static uint32_t by_minor(const struct snapshot *s, uint32_t minor)
{
	uint32_t i;

	for (i = 0; i < s->drm.n; i++)
		if (s->drm.v[i].minor == minor && FIELD_KNOWN(&s->drm.v[i], drm_node, minor) &&
		    s->drm.v[i].kind != DRM_KIND_ACCEL && FIELD_KNOWN(&s->drm.v[i], drm_node, gpu))
			return s->drm.v[i].gpu;
	return NONE;
}

static uint32_t by_ids(const struct snapshot *s, uint64_t vendor, uint64_t device)
{
	uint32_t i, found = NONE;

	for (i = 0; i < s->gpus.n; i++) {
		if (s->gpus.v[i].vendor_id != vendor || s->gpus.v[i].device_id != device)
			continue;
		if (found != NONE)
			return NONE;
		found = i;
	}
	return found;
}

static uint32_t gpu_at(const struct snapshot *s, const struct place *at)
{
	uint32_t i = NONE;

	if (at->has_address)
		i = reports_gpu_at(s, at->address);
	if (i == NONE && at->has_minor)
		i = by_minor(s, at->minor);
	if (i == NONE && !at->has_address && !at->has_minor && at->has_ids)
		i = by_ids(s, at->vendor, at->device);
	return i;
}

static void join_vulkan(const struct snapshot *s, struct vulkan_device *d)
{
	const struct place at = {.has_address = FIELD_KNOWN(d, vulkan_device, address),
				 .address = d->address,
				 .has_minor = FIELD_KNOWN(d, vulkan_device, render_minor),
				 .minor = d->render_minor,
				 .has_ids = FIELD_KNOWN(d, vulkan_device, device_id),
				 .vendor = d->vendor_id,
				 .device = d->device_id};

	FIELD_SET(d, vulkan_device, gpu, d->type == VULKAN_TYPE_CPU ? NONE : gpu_at(s, &at));
}

static void join_compute(const struct snapshot *s, struct compute_device *d)
{
	const struct place at = {.has_address = FIELD_KNOWN(d, compute_device, address),
				 .address = d->address,
				 .has_ids = FIELD_KNOWN(d, compute_device, device_id),
				 .vendor = d->vendor_id,
				 .device = d->device_id};

	FIELD_SET(d, compute_device, gpu, d->type == COMPUTE_TYPE_CPU ? NONE : gpu_at(s, &at));
}

static void join_vpl(const struct snapshot *s, struct vpl_implementation *d)
{
	const struct place at = {.has_address = FIELD_KNOWN(d, vpl_implementation, address),
				 .address = d->address,
				 .has_minor = FIELD_KNOWN(d, vpl_implementation, render_minor),
				 .minor = d->render_minor,
				 .has_ids = FIELD_KNOWN(d, vpl_implementation, device_id),
				 .vendor = d->vendor_id,
				 .device = d->device_id};

	FIELD_SET(d, vpl_implementation, gpu, d->hardware ? gpu_at(s, &at) : NONE);
}

/* /proc numbers MIG's instances; only the library knows their names, sizes and UUIDs. */
static void join_mig(struct probe *p, const struct gpu *g, const struct nvml_mig *mig)
{
	const char *name = arena_printf(p->a, "gi%u/ci%u", mig->gpu_instance, mig->compute_instance);
	uint32_t i;

	for (i = 0; i < g->slices.n; i++) {
		struct slice *slice = &p->snap->slices.v[g->slices.v[i]];

		if (slice->kind != SLICE_KIND_MIG || !str_eq(slice->name, name))
			continue;
		if (FIELD_KNOWN(mig, nvml_mig, name))
			FIELD_SET(slice, slice, profile, mig->name);
		if (FIELD_KNOWN(mig, nvml_mig, memory_bytes))
			FIELD_SET(slice, slice, memory_bytes, mig->memory_bytes);
		if (FIELD_KNOWN(mig, nvml_mig, uuid))
			FIELD_SET(slice, slice, uuid, mig->uuid);
	}
}

/* The driver's UUID is another name of the GPU; never its identity, because it is there only while the driver is. */
static void join_nvml(struct probe *p, struct nvml_device *d)
{
	uint32_t i =
		FIELD_KNOWN(d, nvml_device, address) ? reports_gpu_at(p->snap, d->address) : NONE;
	struct gpu *g;
	uint32_t k;

	FIELD_SET(d, nvml_device, gpu, i);
	for (k = 0; i != NONE && k < d->migs.n; k++)
		join_mig(p, &p->snap->gpus.v[i], &d->migs.v[k]);
	if (i == NONE || !FIELD_KNOWN(d, nvml_device, uuid) || !*d->uuid)
		return;
	g = &p->snap->gpus.v[i];
	if (!strs_has(&g->aliases, d->uuid))
		strs_add(p->a, &g->aliases, d->uuid);
	FIELD_KNOW(g, gpu, aliases);
}

void reports_join(struct probe *p)
{
	uint32_t i, k;

	for (i = 0; i < p->snap->reports.n; i++) {
		struct report *r = &p->snap->reports.v[i];

		for (k = 0; k < r->vulkan.n; k++)
			join_vulkan(p->snap, &r->vulkan.v[k]);
		for (k = 0; k < r->compute.n; k++)
			join_compute(p->snap, &r->compute.v[k]);
		for (k = 0; k < r->vpl.n; k++)
			join_vpl(p->snap, &r->vpl.v[k]);
		for (k = 0; k < r->nvml.n; k++)
			join_nvml(p, &r->nvml.v[k]);
	}
}
