/* SPDX-License-Identifier: Apache-2.0 */
/* Level Zero: drivers and their devices. */
#include "worker/worker.h"

#ifdef HAVE_LEVEL_ZERO
#include <level_zero/ze_api.h>

enum { DRIVERS_MAX = 16, DEVICES_MAX = 64, MEMORIES_MAX = 32 };

/* clang-format off */
#define ZE_FUNCTIONS(X) \
	X(zeInit) X(zeDriverGet) X(zeDriverGetApiVersion) X(zeDriverGetProperties) X(zeDeviceGet) X(zeDeviceGetProperties) \
	X(zeDeviceGetMemoryProperties) X(zeDevicePciGetPropertiesExt)
/* clang-format on */
#define MEMBER(name) __typeof__(name) *name;
static struct {
	ZE_FUNCTIONS(MEMBER)
} ze;

static enum compute_type type_of(ze_device_type_t t)
{
	switch (t) {
	case ZE_DEVICE_TYPE_GPU: return COMPUTE_TYPE_GPU;
	case ZE_DEVICE_TYPE_CPU: return COMPUTE_TYPE_CPU;
	default: return COMPUTE_TYPE_ACCELERATOR;
	}
}

static void memory(struct work *w, struct compute_device *c, ze_device_handle_t d)
{
	ze_device_memory_properties_t m[MEMORIES_MAX];
	uint32_t n = MEMORIES_MAX, i;
	uint64_t sum = 0;

	for (i = 0; i < MEMORIES_MAX; i++)
		m[i] = (ze_device_memory_properties_t){
			.stype = ZE_STRUCTURE_TYPE_DEVICE_MEMORY_PROPERTIES};
	if (!ze.zeDeviceGetMemoryProperties ||
	    ze.zeDeviceGetMemoryProperties(d, &n, m) != ZE_RESULT_SUCCESS)
		return;
	for (i = 0; i < MIN(n, (uint32_t)MEMORIES_MAX); i++)
		sum += m[i].totalSize;
	FIELD_SET(c, compute_device, memory_bytes, sum);
}

static void place(struct compute_device *c, ze_device_handle_t d)
{
	ze_pci_ext_properties_t p = {.stype = ZE_STRUCTURE_TYPE_PCI_EXT_PROPERTIES};

	if (!ze.zeDevicePciGetPropertiesExt ||
	    ze.zeDevicePciGetPropertiesExt(d, &p) != ZE_RESULT_SUCCESS)
		return;
	if (p.address.bus < 256 && p.address.device < 32 && p.address.function < 8)
		FIELD_SET(c, compute_device, address,
			  PCI_ADDR(p.address.domain, p.address.bus, p.address.device,
				   p.address.function));
}

static void device(struct work *w, ze_device_handle_t d, const char *version, const char *driver)
{
	ze_device_properties_t p = {.stype = ZE_STRUCTURE_TYPE_DEVICE_PROPERTIES};
	struct compute_device *c = LIST_PUSH(w->a, &w->r->compute);

	FIELD_SET(c, compute_device, platform, "Level Zero");
	if (version)
		FIELD_SET(c, compute_device, version, version);
	if (driver)
		FIELD_SET(c, compute_device, driver_version, driver);
	if (ze.zeDeviceGetProperties(d, &p) == ZE_RESULT_SUCCESS) {
		FIELD_SET(c, compute_device, name, work_text(w, p.name, sizeof(p.name)));
		FIELD_SET(c, compute_device, type, type_of(p.type));
		FIELD_SET(c, compute_device, vendor_id, p.vendorId);
		FIELD_SET(c, compute_device, device_id, p.deviceId);
		FIELD_SET(c, compute_device, uuid, work_uuid(w, p.uuid.id));
		FIELD_SET(c, compute_device, units, p.numSlices * p.numSubslicesPerSlice);
		FIELD_SET(c, compute_device, allocation_max_bytes, p.maxMemAllocSize);
	}
	memory(w, c, d);
	place(c, d);
}

static void driver(struct work *w, ze_driver_handle_t h)
{
	ze_driver_properties_t p = {.stype = ZE_STRUCTURE_TYPE_DRIVER_PROPERTIES};
	ze_device_handle_t all[DEVICES_MAX];
	const char *version = NULL, *number = NULL;
	ze_api_version_t v;
	uint32_t n = DEVICES_MAX, i;

	if (ze.zeDriverGetApiVersion && ze.zeDriverGetApiVersion(h, &v) == ZE_RESULT_SUCCESS)
		version = arena_printf(w->a, "%u.%u", ZE_MAJOR_VERSION(v), ZE_MINOR_VERSION(v));
	/* Intel packs its version as release, minor, build: 1.3.27642. */
	if (ze.zeDriverGetProperties && ze.zeDriverGetProperties(h, &p) == ZE_RESULT_SUCCESS)
		number = arena_printf(w->a, "%u.%u.%u", p.driverVersion >> 24,
				      p.driverVersion >> 16 & 0xff, p.driverVersion & 0xffff);
	if (ze.zeDeviceGet(h, &n, all) != ZE_RESULT_SUCCESS)
		return;
	for (i = 0; i < MIN(n, (uint32_t)DEVICES_MAX); i++)
		device(w, all[i], version, number);
}

void probe_level_zero(struct work *w)
{
	static const char *const variables[] = {"ZE_AFFINITY_MASK", "ZE_FLAT_DEVICE_HIERARCHY",
						"ZE_ENABLE_ALT_DRIVERS",
						"ZE_ENABLE_PCI_ID_DEVICE_ORDER", NULL};
	ze_driver_handle_t all[DRIVERS_MAX];
	uint32_t n = DRIVERS_MAX, i;
	ze_result_t r;
	void *library;

	work_variables(w, variables);
	library = work_open(w, "libze_loader.so.1");
	if (!library)
		return;
#define LOAD(name) ze.name = (__typeof__(ze.name))work_sym(library, #name);
	ZE_FUNCTIONS(LOAD)
	FIELD_KNOW(w->r, report, compute);
	if (!ze.zeInit || !ze.zeDriverGet || !ze.zeDeviceGet || !ze.zeDeviceGetProperties) {
		work_error(w, "the library is no Level Zero loader");
		return;
	}
	r = ze.zeInit(0);
	if (r == ZE_RESULT_SUCCESS)
		r = ze.zeDriverGet(&n, all);
	if (r != ZE_RESULT_SUCCESS)
		work_error(w, "zeInit: error 0x%x%s", r,
			   r == ZE_RESULT_ERROR_UNINITIALIZED ? " (no driver)" : "");
	for (i = 0; r == ZE_RESULT_SUCCESS && i < MIN(n, (uint32_t)DRIVERS_MAX); i++)
		driver(w, all[i]);
	work_nodes(w, "/dev/dri", "renderD", w->r->compute.n == 0);
}
#else
void probe_level_zero(struct work *w)
{
	work_outcome(w, REPORT_OUTCOME_NOT_ASKED, "gpubay-probe was built without the headers of Level Zero");
}
#endif
