/* SPDX-License-Identifier: Apache-2.0 */
/* OpenCL: platforms and their devices, with the PCI address where the driver has an extension that says it. */
#include "worker/worker.h"

#ifdef HAVE_OPENCL
#define CL_TARGET_OPENCL_VERSION 300
#include <CL/cl.h>

enum { PLATFORMS_MAX = 32, DEVICES_MAX = 64 };

/* Queries of extensions that not every header has: cl_khr_pci_bus_info, cl_khr_device_uuid, cl_nv_device_attribute_query,
 * cl_amd_device_attribute_query (KhronosGroup/OpenCL-Headers CL/cl_ext.h). */
enum {
	QUERY_PCI_BUS_INFO_KHR = 0x410F,
	QUERY_UUID_KHR = 0x106A,
	QUERY_PCI_BUS_ID_NV = 0x4008,
	QUERY_PCI_SLOT_ID_NV = 0x4009,
	QUERY_PCI_DOMAIN_ID_NV = 0x400A,
	QUERY_TOPOLOGY_AMD = 0x4037,
};

/* clang-format off */
#define OPENCL_FUNCTIONS(X) X(clGetPlatformIDs) X(clGetPlatformInfo) X(clGetDeviceIDs) X(clGetDeviceInfo)
/* clang-format on */
#define MEMBER(name) __typeof__(name) *name;
static struct {
	OPENCL_FUNCTIONS(MEMBER)
} cl;

static const char *platform_text(struct work *w, cl_platform_id p, cl_platform_info what)
{
	char text[1024] = "";

	return cl.clGetPlatformInfo(p, what, sizeof(text), text, NULL) == CL_SUCCESS ?
		       work_text(w, text, sizeof(text)) :
		       NULL;
}

static const char *device_text(struct work *w, cl_device_id d, cl_device_info what)
{
	char text[1024] = "";

	return cl.clGetDeviceInfo(d, what, sizeof(text), text, NULL) == CL_SUCCESS ?
		       work_text(w, text, sizeof(text)) :
		       NULL;
}

static bool device_value(cl_device_id d, cl_device_info what, void *ret, size_t size)
{
	size_t got = 0;

	return cl.clGetDeviceInfo(d, what, size, ret, &got) == CL_SUCCESS && got == size;
}

static bool place(cl_device_id d, uint64_t *ret)
{
	cl_uint khr[4], bus, slot, domain = 0;
	unsigned char amd[24];

	if (device_value(d, QUERY_PCI_BUS_INFO_KHR, khr, sizeof(khr)) && khr[1] < 256 &&
	    khr[2] < 32 && khr[3] < 8) {
		*ret = PCI_ADDR(khr[0], khr[1], khr[2], khr[3]);
		return true;
	}
	if (device_value(d, QUERY_PCI_BUS_ID_NV, &bus, sizeof(bus)) &&
	    device_value(d, QUERY_PCI_SLOT_ID_NV, &slot, sizeof(slot)) && bus < 256) {
		device_value(d, QUERY_PCI_DOMAIN_ID_NV, &domain, sizeof(domain));
		*ret = PCI_ADDR(domain, bus, slot >> 3 & 0x1f, slot & 7);
		return true;
	}
	if (device_value(d, QUERY_TOPOLOGY_AMD, amd, sizeof(amd)) && amd[0] == 1) {
		*ret = PCI_ADDR(0, amd[21], amd[22] & 0x1f, amd[23] & 7);
		return true;
	}
	return false;
}

static enum compute_type type_of(cl_device_type t)
{
	return t & CL_DEVICE_TYPE_GPU	      ? COMPUTE_TYPE_GPU :
	       t & CL_DEVICE_TYPE_CPU	      ? COMPUTE_TYPE_CPU :
	       t & CL_DEVICE_TYPE_ACCELERATOR ? COMPUTE_TYPE_ACCELERATOR :
						COMPUTE_TYPE_OTHER;
}

static void numbers(struct work *w, struct compute_device *c, cl_device_id d)
{
	unsigned char uuid[16];
	cl_device_type type;
	cl_ulong big;
	cl_uint small;
	uint64_t address;

	if (device_value(d, CL_DEVICE_TYPE, &type, sizeof(type)))
		FIELD_SET(c, compute_device, type, type_of(type));
	if (device_value(d, CL_DEVICE_VENDOR_ID, &small, sizeof(small)))
		FIELD_SET(c, compute_device, vendor_id, small);
	if (device_value(d, CL_DEVICE_MAX_COMPUTE_UNITS, &small, sizeof(small)))
		FIELD_SET(c, compute_device, units, small);
	if (device_value(d, CL_DEVICE_GLOBAL_MEM_SIZE, &big, sizeof(big)))
		FIELD_SET(c, compute_device, memory_bytes, big);
	if (device_value(d, CL_DEVICE_MAX_MEM_ALLOC_SIZE, &big, sizeof(big)))
		FIELD_SET(c, compute_device, allocation_max_bytes, big);
	if (device_value(d, QUERY_UUID_KHR, uuid, sizeof(uuid)))
		FIELD_SET(c, compute_device, uuid, work_uuid(w, uuid));
	if (place(d, &address))
		FIELD_SET(c, compute_device, address, address);
}

static void device(struct work *w, cl_platform_id p, cl_device_id d)
{
	struct compute_device *c = LIST_PUSH(w->a, &w->r->compute);
	const char *s;

	if ((s = platform_text(w, p, CL_PLATFORM_NAME)))
		FIELD_SET(c, compute_device, platform, s);
	if ((s = platform_text(w, p, CL_PLATFORM_VERSION)))
		FIELD_SET(c, compute_device, platform_version, s);
	if ((s = device_text(w, d, CL_DEVICE_NAME)))
		FIELD_SET(c, compute_device, name, s);
	if ((s = device_text(w, d, CL_DEVICE_VERSION)))
		FIELD_SET(c, compute_device, version, s);
	if ((s = device_text(w, d, CL_DRIVER_VERSION)))
		FIELD_SET(c, compute_device, driver_version, s);
	numbers(w, c, d);
}

static bool has_gpu(const struct report *r)
{
	uint32_t i;

	for (i = 0; i < r->compute.n; i++)
		if (r->compute.v[i].type == COMPUTE_TYPE_GPU)
			return true;
	return false;
}

static void platforms(struct work *w)
{
	cl_platform_id all[PLATFORMS_MAX];
	cl_device_id devices[DEVICES_MAX];
	cl_uint n = 0, k, i, j;
	cl_int r = cl.clGetPlatformIDs(PLATFORMS_MAX, all, &n);

	/* -1001 is the loader's: no driver is registered. */
	if (r != CL_SUCCESS && r != -1001) {
		work_error(w, "clGetPlatformIDs: error %d", r);
		return;
	}
	for (i = 0; r == CL_SUCCESS && i < MIN(n, (cl_uint)PLATFORMS_MAX); i++) {
		k = 0;
		if (cl.clGetDeviceIDs(all[i], CL_DEVICE_TYPE_ALL, DEVICES_MAX, devices, &k) !=
		    CL_SUCCESS)
			continue;
		for (j = 0; j < MIN(k, (cl_uint)DEVICES_MAX); j++)
			device(w, all[i], devices[j]);
	}
	if (w->r->compute.n == 0)
		work_error(w, "no platform has a device");
}

void probe_opencl(struct work *w)
{
	static const char *const variables[] = {"OCL_ICD_VENDORS", "OCL_ICD_FILENAMES",
						"OPENCL_VENDOR_PATH", NULL};
	void *library;

	work_variables(w, variables);
	setenv("CUDA_CACHE_DISABLE", "1", 1);
	/* PoCL makes a folder for what it compiles, with all above it, before it lists anything. Nothing is compiled here. */
	setenv("POCL_CACHE_DIR", "/dev/null", 1);
	library = work_open(w, "libOpenCL.so.1");
	if (!library)
		return;
#define LOAD(name) cl.name = (__typeof__(cl.name))work_sym(library, #name);
	OPENCL_FUNCTIONS(LOAD)
	FIELD_KNOW(w->r, report, compute);
	if (!cl.clGetPlatformIDs || !cl.clGetPlatformInfo || !cl.clGetDeviceIDs ||
	    !cl.clGetDeviceInfo) {
		work_error(w, "the library is no OpenCL loader");
		return;
	}
	platforms(w);
	work_nodes(w, "/dev/dri", "renderD", !has_gpu(w->r));
}
#else
void probe_opencl(struct work *w)
{
	work_outcome(w, REPORT_OUTCOME_NOT_ASKED, "gpubay-probe was built without the headers of OpenCL");
}
#endif
