/* SPDX-License-Identifier: Apache-2.0 */
/* The inventory part: devices, vendors, drivers, what was configured against what is there. */
#include "codec/discover.h"

#include "base/parse.h"
#include "codec/json.h"
#include "facts/facts.h"
#include "facts/legacy.h"

static json_t *text_or_null(const char *s)
{
	return s && *s ? json_string(s) : json_null();
}

static const char *vendor_word(const struct gpu *g)
{
	return g->vendor == GPU_VENDOR_UNKNOWN || g->vendor == GPU_VENDOR_OTHER ? "unknown" : enum_name(&gpu_vendor_tab, g->vendor);
}

/* As lspci prints it: the maker's long name, then the device's. */
static const char *model_text(const struct snapshot *s, struct arena *a, const struct gpu *g)
{
	const struct pci_device *d = g->pci < s->pci.n ? &s->pci.v[g->pci] : NULL;
	const char *vendor = d && FIELD_KNOWN(d, pci_device, vendor_name) ? d->vendor_name : NULL;
	const char *device = d && FIELD_KNOWN(d, pci_device, device_name) ? d->device_name : NULL;

	if (!vendor || !*vendor)
		vendor = facts_vendor_name(g->vendor_id);
	if (!device || !*device)
		device = g->name && *g->name ? g->name : arena_printf(a, "Device %04x", g->device_id);
	return vendor && !str_starts(device, vendor) ? arena_printf(a, "%s %s", vendor, device) : device;
}

static json_t *device_json(const struct snapshot *s, struct arena *a, const struct gpu *g)
{
	const struct facts_family *family = facts_family_of(g->vendor_id, g->device_id);
	char address[PCI_ADDR_TEXT], vendor[8], device[8];

	snprintf(vendor, sizeof(vendor), "%04x", g->vendor_id);
	snprintf(device, sizeof(device), "%04x", g->device_id);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "pci_id", pci_addr_text(g->address, address), "vendor_id", vendor,
			 "device_id", device, "vendor_name", vendor_word(g), "model", model_text(s, a, g), "intel_generation",
			 text_or_null(g->vendor == GPU_VENDOR_INTEL && family ? facts_generation_find(family->key) : NULL));
}

/* Sorted and each once; "unknown" only where there is nothing else, "generic" where there is no GPU. */
static struct strs vendors_found(const struct snapshot *s, struct arena *a)
{
	struct strs all = {0};
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++) {
		const char *word = vendor_word(&s->gpus.v[i]);

		if (!strs_has(&all, word) && !str_eq(word, "unknown"))
			strs_add(a, &all, word);
	}
	if (all.n == 0)
		strs_add(a, &all, s->gpus.n ? "unknown" : "generic");
	strs_sort(&all);
	return all;
}

static const char *primary_vendor(const struct strs *found)
{
	static const char *const order[] = {"nvidia", "amd", "intel"};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(order); i++)
		if (strs_has(found, order[i]))
			return order[i];
	return "generic";
}

/* A driver of the group that is bound to a GPU, else one whose module is loaded; *ret_name stays NULL without one. */
static enum tri group_available(const struct snapshot *s, struct arena *a, const struct facts_driver_group *g,
				const char **ret_name)
{
	struct strs names = str_split(a, g->drivers, " ");
	enum tri result = TRI_NO;
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++) {
		const struct gpu *gpu = &s->gpus.v[i];

		if (!FIELD_KNOWN(gpu, gpu, driver) && gpu->vendor == g->vendor)
			result = TRI_UNKNOWN;
		if (FIELD_KNOWN(gpu, gpu, driver) && strs_has(&names, gpu->driver)) {
			*ret_name = gpu->driver;
			return TRI_YES;
		}
	}
	for (i = 0; i < names.n; i++) {
		const struct module *m = snapshot_module(s, names.v[i]);

		if (m && FIELD_KNOWN(m, module, state) && m->state == MODULE_STATE_LOADED) {
			*ret_name = names.v[i];
			return TRI_YES;
		}
	}
	return result;
}

/* Of the module, which is there also when the GPU just now is not. */
static const char *group_version(const struct snapshot *s, const char *name)
{
	const struct module *m = name ? snapshot_module(s, name) : NULL;
	uint32_t i;

	for (i = 0; name && i < s->gpus.n; i++)
		if (str_eq(s->gpus.v[i].driver, name) && FIELD_KNOWN(&s->gpus.v[i], gpu, driver_version))
			return s->gpus.v[i].driver_version;
	return m && FIELD_KNOWN(m, module, version) ? m->version : NULL;
}

static json_t *drivers_json(const struct snapshot *s, struct arena *a)
{
	const struct facts_driver_group *g;
	json_t *drivers = json_object();

	for (g = facts_driver_groups; g->name; g++) {
		const char *name = NULL, *version;
		json_t *one = json_object();

		json_object_set_new(one, "available", json_tri(group_available(s, a, g, &name)));
		version = group_version(s, name);
		if (g->vendor != GPU_VENDOR_INTEL)
			json_object_set_new(one, "driver_version", text_or_null(version));
		else if (name)
			json_object_set_new(one, "driver", json_string(name));
		if (g->vendor == GPU_VENDOR_NVIDIA)
			json_object_set_new(one, "cuda_version", text_or_null(facts_cuda_of(version)));
		json_object_set_new(drivers, g->name, one);
	}
	return drivers;
}

static json_t *details_json(const struct snapshot *s, struct arena *a)
{
	json_t *by_vendor = json_object(), *slots = json_array();
	bool identical = true;
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++) {
		const struct gpu *g = &s->gpus.v[i];
		json_t *models = json_object_get(by_vendor, vendor_word(g));
		char address[PCI_ADDR_TEXT];

		if (!models) {
			models = json_array();
			json_object_set_new(by_vendor, vendor_word(g), models);
		}
		json_array_append_new(models, json_string(model_text(s, a, g)));
		json_array_append_new(slots, json_string(pci_addr_text(g->address, address)));
		identical &= g->vendor_id == s->gpus.v[0].vendor_id && g->device_id == s->gpus.v[0].device_id;
	}
	return json_pack("{s:i, s:o, s:b, s:o}", "total_devices", (int)s->gpus.n, "by_vendor", by_vendor, "identical_cards",
			 identical, "pci_slots", slots);
}

static const char *joined(struct arena *a, const struct strs *l)
{
	const char *text = l->n ? l->v[0] : "";
	uint32_t i;

	for (i = 1; i < l->n; i++)
		text = arena_printf(a, "%s, %s", text, l->v[i]);
	return text;
}

/* Words of the list that are, or are not, in the other. */
static struct strs sift(struct arena *a, const struct strs *l, const struct strs *other, bool in)
{
	struct strs kept = {0};
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (strs_has(other, l->v[i]) == in && !strs_has(&kept, l->v[i]))
			strs_add(a, &kept, l->v[i]);
	return kept;
}

static json_t *mismatch_json(struct arena *a, const struct strs *configured, const struct strs *found, const char *missing)
{
	return json_pack("{s:b, s:o, s:o, s:s}", "valid", 0, "configured", json_strs(configured), "detected", json_strs(found),
			 "warning", arena_printf(a, "configured but not there: %s; there: %s", missing, joined(a, found)));
}

static json_t *validation_json(struct arena *a, const struct strs *configured, const struct strs *found, bool *ret_mismatch)
{
	struct strs ignored = {0}, wanted, missing, matched, extra;
	bool any_gpu = !strs_has(found, "generic"), is_auto = strs_has(configured, "auto");
	const char *message;

	strs_add(a, &ignored, "generic");
	strs_add(a, &ignored, "auto");
	wanted = sift(a, configured, &ignored, false);
	missing = sift(a, &wanted, found, false);
	matched = is_auto && any_gpu ? *found : sift(a, &wanted, found, true);
	extra = sift(a, found, &matched, false);
	*ret_mismatch = missing.n || (is_auto && !any_gpu);
	if (*ret_mismatch)
		return mismatch_json(a, configured, found, missing.n ? joined(a, &missing) : "a GPU of any vendor");
	if (wanted.n == 0 && !is_auto)
		return json_pack("{s:b, s:s}", "valid", 1, "warning", "no vendor is configured, so nothing was compared");
	message = arena_printf(a, "as configured: %s", joined(a, &matched));
	if (extra.n && any_gpu)
		message = arena_printf(a, "%s; also there: %s", message, joined(a, &extra));
	return json_pack("{s:b, s:o, s:s}", "valid", 1, "matches", json_strs(&matched), "message", message);
}

static json_t *containers_json(const struct snapshot *s, struct arena *a, const struct discover_request *req)
{
	json_t *podman = json_object(), *docker = json_object();
	struct strs nodes = {0};
	uint32_t i, k;

	json_object_set_new(podman, "available", json_tri(req->podman.available));
	json_object_set_new(podman, "nvidia_support", json_tri(req->podman.nvidia_support));
	json_object_set_new(podman, "fuse_support", json_tri(req->podman.fuse_support));
	json_object_set_new(podman, "version", text_or_null(req->podman.version));
	json_object_set_new(docker, "available", json_tri(req->docker.available));
	json_object_set_new(docker, "nvidia_support", json_tri(req->docker.nvidia_support));
	json_object_set_new(docker, "version", text_or_null(req->docker.version));
	for (i = 0; i < s->drm.n; i++)
		if (s->drm.v[i].path && *s->drm.v[i].path)
			strs_add(a, &nodes, s->drm.v[i].path);
	for (i = 0; i < s->gpus.n; i++)
		for (k = 0; k < s->gpus.v[i].nodes.n; k++)
			if (!strs_has(&nodes, s->gpus.v[i].nodes.v[k]))
				strs_add(a, &nodes, s->gpus.v[i].nodes.v[k]);
	strs_sort(&nodes);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "podman", podman, "docker", docker, "device_nodes", json_strs(&nodes), "engines",
			 json_array_of(s, s->runtimes.v, s->runtimes.n, sizeof(*s->runtimes.v), runtime_fields), "cdi_specs",
			 json_array_of(s, s->cdi_specs.v, s->cdi_specs.n, sizeof(*s->cdi_specs.v), cdi_file_fields),
			 "findings", json_findings(s, &req->findings));
}

static void set_inventory(json_t *doc, const struct snapshot *s, struct arena *a, const struct strs *found)
{
	json_t *devices = json_array();
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		json_array_append_new(devices, device_json(s, a, &s->gpus.v[i]));
	json_object_set_new(doc, "detected_devices", devices);
	json_object_set_new(doc, "detected_vendor_list", json_strs(found));
	json_object_set_new(doc, "primary_detected_vendor", json_string(primary_vendor(found)));
	json_object_set_new(doc, "gpu_count", json_integer(s->gpus.n));
	json_object_set_new(doc, "is_multi_gpu", json_boolean(s->gpus.n > 1));
	json_object_set_new(doc, "is_multi_vendor", json_boolean(found->n > 1));
	json_object_set_new(doc, "drivers", drivers_json(s, a));
	if (s->gpus.n > 1)
		json_object_set_new(doc, "multi_gpu_details", details_json(s, a));
}

json_t *json_discover(const struct snapshot *s, const struct discover_request *req, bool *ret_mismatch)
{
	struct arena *a = arena_new();
	struct strs found = vendors_found(s, a);
	json_t *doc = json_document("discover");

	*ret_mismatch = false;
	if (!(req->sections & DISCOVER_VALIDATION_ONLY))
		set_inventory(doc, s, a, &found);
	if (req->configured.n || req->sections & DISCOVER_VALIDATION_ONLY)
		json_object_set_new(doc, "vendor_validation", validation_json(a, &req->configured, &found, ret_mismatch));
	if (req->sections & DISCOVER_CONTAINER)
		json_object_set_new(doc, "container_runtime", containers_json(s, a, req));
	if (req->sections & DISCOVER_EGPU)
		json_object_set_new(doc, "egpu", discover_egpu(s));
	if (req->sections & DISCOVER_DP)
		json_object_set_new(doc, "dp_alt_mode", discover_dp(s));
	if (req->sections & DISCOVER_RDMA)
		json_object_set_new(doc, "rdma", discover_rdma(s));
	if (req->sections & DISCOVER_PAIRS)
		json_object_set_new(doc, "egpu_rdma_integration", discover_pairs(s));
	arena_free(a);
	return doc;
}
