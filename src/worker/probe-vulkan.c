/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vulkan through the system's loader: what any program would see, less overlays and other implicit layers. Each device
 * is then opened and made to run an empty submission; a driver that hangs there is named, and the rest still printed.
 */
#include "worker/vulkan-manifest.h"

#ifdef HAVE_VULKAN
#include <pthread.h>
#include <unistd.h>

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

enum { DEVICES_MAX = 64, TRIAL_S = 6, FENCE_NS = 2000000000 };

/* name in the loader */
/* clang-format off */
#define VULKAN_FUNCTIONS(X) \
	X(vkEnumeratePhysicalDevices) X(vkGetPhysicalDeviceProperties) X(vkGetPhysicalDeviceProperties2KHR) \
	X(vkGetPhysicalDeviceMemoryProperties) X(vkGetPhysicalDeviceQueueFamilyProperties) \
	X(vkEnumerateDeviceExtensionProperties) X(vkCreateDevice) X(vkGetDeviceProcAddr)
/* clang-format on */
#define MEMBER(name) PFN_##name name;
static struct {
	VULKAN_FUNCTIONS(MEMBER)
} vk;

static const struct {
	int code;
	const char *name;
} results[] = {
	{VK_ERROR_OUT_OF_HOST_MEMORY, "VK_ERROR_OUT_OF_HOST_MEMORY"},
	{VK_ERROR_OUT_OF_DEVICE_MEMORY, "VK_ERROR_OUT_OF_DEVICE_MEMORY"},
	{VK_ERROR_INITIALIZATION_FAILED, "VK_ERROR_INITIALIZATION_FAILED"},
	{VK_ERROR_DEVICE_LOST, "VK_ERROR_DEVICE_LOST"},
	{VK_ERROR_LAYER_NOT_PRESENT, "VK_ERROR_LAYER_NOT_PRESENT"},
	{VK_ERROR_EXTENSION_NOT_PRESENT, "VK_ERROR_EXTENSION_NOT_PRESENT"},
	{VK_ERROR_FEATURE_NOT_PRESENT, "VK_ERROR_FEATURE_NOT_PRESENT"},
	{VK_ERROR_INCOMPATIBLE_DRIVER, "VK_ERROR_INCOMPATIBLE_DRIVER"},
	{VK_ERROR_TOO_MANY_OBJECTS, "VK_ERROR_TOO_MANY_OBJECTS"},
	{VK_TIMEOUT, "VK_TIMEOUT"},
};

static const char *say_result(struct work *w, int code)
{
	unsigned i;

	for (i = 0; i < ARRAY_LEN(results); i++)
		if (results[i].code == code)
			return results[i].name;
	return arena_printf(w->a, "VkResult %d", code);
}

static const char *say_version(struct work *w, uint32_t v)
{
	return arena_printf(w->a, "%u.%u.%u", VK_API_VERSION_MAJOR(v), VK_API_VERSION_MINOR(v),
			    VK_API_VERSION_PATCH(v));
}

/* NVIDIA numbers its drivers in a way of its own (VulkanCapsViewer and vkinfo decode it so). */
static const char *say_driver_version(struct work *w, uint32_t vendor, uint32_t v)
{
	if (vendor == 0x10de)
		return arena_printf(w->a, "%u.%u.%u", v >> 22 & 0x3ff, v >> 14 & 0xff,
				    v >> 6 & 0xff);
	return say_version(w, v);
}

static enum vulkan_type type_of(VkPhysicalDeviceType type)
{
	static const enum vulkan_type types[] = {
		[VK_PHYSICAL_DEVICE_TYPE_OTHER] = VULKAN_TYPE_OTHER,
		[VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU] = VULKAN_TYPE_INTEGRATED,
		[VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU] = VULKAN_TYPE_DISCRETE,
		[VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU] = VULKAN_TYPE_VIRTUAL,
		[VK_PHYSICAL_DEVICE_TYPE_CPU] = VULKAN_TYPE_CPU,
	};

	return (unsigned)type < ARRAY_LEN(types) ? types[type] : VULKAN_TYPE_OTHER;
}

static bool has_extension(VkPhysicalDevice p, const char *name)
{
	VkExtensionProperties *all;
	uint32_t n = 0, i;
	bool has = false;

	if (vk.vkEnumerateDeviceExtensionProperties(p, NULL, &n, NULL) != VK_SUCCESS ||
	    n > ITEMS_MAX)
		return false;
	all = xmalloc(sizeof(*all) * (n + 1));
	if (vk.vkEnumerateDeviceExtensionProperties(p, NULL, &n, all) >= 0)
		for (i = 0; i < n && !has; i++)
			has = strncmp(all[i].extensionName, name, sizeof(all[i].extensionName)) ==
			      0;
	free(all);
	return has;
}

static void basic(struct work *w, struct vulkan_device *d, const VkPhysicalDeviceProperties *p)
{
	FIELD_SET(d, vulkan_device, name, work_text(w, p->deviceName, sizeof(p->deviceName)));
	FIELD_SET(d, vulkan_device, type, type_of(p->deviceType));
	FIELD_SET(d, vulkan_device, vendor_id, p->vendorID);
	FIELD_SET(d, vulkan_device, device_id, p->deviceID);
	FIELD_SET(d, vulkan_device, api_version, say_version(w, p->apiVersion));
	FIELD_SET(d, vulkan_device, driver_version,
		  say_driver_version(w, p->vendorID, p->driverVersion));
}

/* What only newer structs say; a driver that does not know one leaves it alone. */
static void extended(struct work *w, struct vulkan_device *d, VkPhysicalDevice p)
{
	VkPhysicalDevicePCIBusInfoPropertiesEXT pci = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PCI_BUS_INFO_PROPERTIES_EXT};
	VkPhysicalDeviceDrmPropertiesEXT drm = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRM_PROPERTIES_EXT};
	VkPhysicalDeviceDriverProperties drv = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES};
	VkPhysicalDeviceIDProperties id = {.sType =
						   VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES};
	VkPhysicalDeviceProperties2 all = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
					   .pNext = &id};
	bool has_pci = has_extension(p, VK_EXT_PCI_BUS_INFO_EXTENSION_NAME),
	     has_drm = has_extension(p, VK_EXT_PHYSICAL_DEVICE_DRM_EXTENSION_NAME);

	id.pNext = &drv;
	if (has_pci) {
		pci.pNext = all.pNext;
		all.pNext = &pci;
	}
	if (has_drm) {
		drm.pNext = all.pNext;
		all.pNext = &drm;
	}
	vk.vkGetPhysicalDeviceProperties2KHR(p, &all);
	if (has_pci && pci.pciBus < 256 && pci.pciDevice < 32 && pci.pciFunction < 8)
		FIELD_SET(d, vulkan_device, address,
			  PCI_ADDR(pci.pciDomain, pci.pciBus, pci.pciDevice, pci.pciFunction));
	if (has_drm && drm.hasRender && drm.renderMinor >= 0)
		FIELD_SET(d, vulkan_device, render_minor, (uint32_t)drm.renderMinor);
	if (has_drm && drm.hasPrimary && drm.primaryMinor >= 0)
		FIELD_SET(d, vulkan_device, primary_minor, (uint32_t)drm.primaryMinor);
	FIELD_SET(d, vulkan_device, uuid, work_uuid(w, id.deviceUUID));
	if (!drv.driverID)
		return;
	FIELD_SET(d, vulkan_device, driver, work_text(w, drv.driverName, sizeof(drv.driverName)));
	FIELD_SET(d, vulkan_device, driver_id, (uint32_t)drv.driverID);
	FIELD_SET(d, vulkan_device, driver_info,
		  work_text(w, drv.driverInfo, sizeof(drv.driverInfo)));
	FIELD_SET(d, vulkan_device, conformance,
		  arena_printf(w->a, "%u.%u.%u.%u", drv.conformanceVersion.major,
			       drv.conformanceVersion.minor, drv.conformanceVersion.subminor,
			       drv.conformanceVersion.patch));
}

static void heaps(struct work *w, struct vulkan_device *d, VkPhysicalDevice p)
{
	VkPhysicalDeviceMemoryProperties m = {0};
	uint64_t own = 0;
	uint32_t i;

	vk.vkGetPhysicalDeviceMemoryProperties(p, &m);
	for (i = 0; i < MIN(m.memoryHeapCount, (uint32_t)VK_MAX_MEMORY_HEAPS); i++) {
		struct vulkan_heap *h = LIST_PUSH(w->a, &d->heaps);
		bool local = m.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT;

		FIELD_SET(h, vulkan_heap, size_bytes, m.memoryHeaps[i].size);
		FIELD_SET(h, vulkan_heap, device_local, local);
		own += local ? h->size_bytes : 0;
	}
	FIELD_KNOW(d, vulkan_device, heaps);
	FIELD_SET(d, vulkan_device, memory_bytes, own);
}

static const struct {
	uint32_t bit;
	const char *name;
} queue_bits[] = {
	{VK_QUEUE_GRAPHICS_BIT, "graphics"},
	{VK_QUEUE_COMPUTE_BIT, "compute"},
	{VK_QUEUE_TRANSFER_BIT, "transfer"},
	{VK_QUEUE_SPARSE_BINDING_BIT, "sparse"},
	{0x20, "video-decode"},
	{0x40, "video-encode"},
};

static void queues(struct work *w, struct vulkan_device *d, VkPhysicalDevice p)
{
	VkQueueFamilyProperties all[32];
	uint32_t n = ARRAY_LEN(all), i, k;

	vk.vkGetPhysicalDeviceQueueFamilyProperties(p, &n, all);
	for (i = 0; i < MIN(n, (uint32_t)ARRAY_LEN(all)); i++) {
		struct vulkan_queue *q = LIST_PUSH(w->a, &d->queues);

		FIELD_SET(q, vulkan_queue, count, all[i].queueCount);
		for (k = 0; k < ARRAY_LEN(queue_bits); k++)
			if (all[i].queueFlags & queue_bits[k].bit)
				strs_add(w->a, &q->can, queue_bits[k].name);
		FIELD_KNOW(q, vulkan_queue, can);
	}
	FIELD_KNOW(d, vulkan_device, queues);
}

/* A device with one queue, and a fence that must come back. */
static VkResult try_device(VkPhysicalDevice p)
{
	const float priority = 1;
	const VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
					       .queueCount = 1,
					       .pQueuePriorities = &priority};
	const VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
					 .queueCreateInfoCount = 1,
					 .pQueueCreateInfos = &queue};
	const VkFenceCreateInfo fence_info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
	VkDevice device;
	VkFence fence;
	VkQueue q;
	VkResult r = vk.vkCreateDevice(p, &info, NULL, &device);

	if (r != VK_SUCCESS)
		return r;
#define OF_DEVICE(name) PFN_##name name = (PFN_##name)vk.vkGetDeviceProcAddr(device, #name)
	OF_DEVICE(vkGetDeviceQueue);
	OF_DEVICE(vkCreateFence);
	OF_DEVICE(vkQueueSubmit);
	OF_DEVICE(vkWaitForFences);
	if (!vkGetDeviceQueue || !vkCreateFence || !vkQueueSubmit || !vkWaitForFences)
		return VK_ERROR_INITIALIZATION_FAILED;
	vkGetDeviceQueue(device, 0, 0, &q);
	r = vkCreateFence(device, &fence_info, NULL, &fence);
	if (r == VK_SUCCESS)
		r = vkQueueSubmit(q, 0, NULL, fence);
	if (r == VK_SUCCESS)
		r = vkWaitForFences(device, 1, &fence, VK_TRUE, FENCE_NS);
	return r;
}

/* Prints what is known when a trial does not come back. */
static void *watch(void *arg)
{
	struct work *w = arg;
	unsigned left = TRIAL_S * 20;

	while (left--)
		usleep(50000);
	work_print(w);
	return NULL;
}

static void trials(struct work *w, const VkPhysicalDevice *p)
{
	pthread_t thread;
	uint32_t i;

	for (i = 0; i < w->r->vulkan.n; i++) {
		struct vulkan_device *d = &w->r->vulkan.v[i];

		FIELD_SET(d, vulkan_device, opens, false);
		FIELD_SET(d, vulkan_device, error,
			  "it was not tried: one before it did not come back");
	}
	if (pthread_create(&thread, NULL, watch, w) != 0)
		return;
	for (i = 0; i < w->r->vulkan.n; i++) {
		struct vulkan_device *d = &w->r->vulkan.v[i];
		VkResult r;

		d->error = "opening it, or an empty submission, did not come back within 6 s";
		r = try_device(p[i]);
		d->opens = r == VK_SUCCESS;
		d->error = r == VK_SUCCESS ? "" : say_result(w, r);
	}
}

static void devices(struct work *w, VkInstance instance)
{
	VkPhysicalDevice p[DEVICES_MAX];
	uint32_t n = DEVICES_MAX, i;
	VkResult r = vk.vkEnumeratePhysicalDevices(instance, &n, p);

	FIELD_KNOW(w->r, report, vulkan);
	if (r != VK_SUCCESS && r != VK_INCOMPLETE) {
		work_error(w, "vkEnumeratePhysicalDevices: %s", say_result(w, r));
		return;
	}
	for (i = 0; i < MIN(n, (uint32_t)DEVICES_MAX); i++) {
		struct vulkan_device *d = LIST_PUSH(w->a, &w->r->vulkan);
		VkPhysicalDeviceProperties props;

		FIELD_SET(d, vulkan_device, index, i);
		vk.vkGetPhysicalDeviceProperties(p[i], &props);
		basic(w, d, &props);
		if (vk.vkGetPhysicalDeviceProperties2KHR)
			extended(w, d, p[i]);
		heaps(w, d, p[i]);
		queues(w, d, p[i]);
	}
	trials(w, p);
}

/* The manifests of the vendors that are to be left alone are not shown to the loader. */
static void leave_out(struct work *w)
{
	struct vulkan_file_list all = {0};
	struct buf b = BUF_NULL;
	uint32_t i;

	if (!w->about)
		return;
	manifest_drivers(w, &all);
	for (i = 0; i < all.n; i++) {
		if (all.v[i].used)
			buf_addf(&b, "%s%s", b.n ? ":" : "", all.v[i].path);
		else if (vendor_is_out(w, all.v[i].vendor))
			strs_add(w->a, &w->r->left_out, all.v[i].path);
	}
	FIELD_KNOW(w->r, report, left_out);
	setenv("VK_DRIVER_FILES", b.n ? b.p : "/nonexistent", 1);
	setenv("VK_ICD_FILENAMES", b.n ? b.p : "/nonexistent", 1);
	buf_free(&b);
}

static void environment(struct work *w)
{
	static const char *const off[] = {"DISPLAY", "WAYLAND_DISPLAY", "VK_INSTANCE_LAYERS",
					  "VK_LOADER_LAYERS_ENABLE"};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(off); i++)
		unsetenv(off[i]);
	setenv("VK_LOADER_LAYERS_DISABLE", "~implicit~", 1);
	setenv("NODEVICE_SELECT", "1", 1);
	setenv("MESA_SHADER_CACHE_DISABLE", "true", 1);
	setenv("__GL_SHADER_DISK_CACHE", "0", 1);
	leave_out(w);
}

static VkResult instance_new(PFN_vkGetInstanceProcAddr get, VkInstance *ret)
{
	static const char *const extensions[] = {
		VK_KHR_GET_PHYSICAL_DEVICE_PROPERTIES_2_EXTENSION_NAME};
	const VkApplicationInfo app = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
				       .pApplicationName = "gpubay",
				       .apiVersion = VK_API_VERSION_1_1};
	VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
				     .pApplicationInfo = &app,
				     .enabledExtensionCount = 1,
				     .ppEnabledExtensionNames = extensions};
	PFN_vkCreateInstance create = (PFN_vkCreateInstance)get(NULL, "vkCreateInstance");
	VkResult r;

	if (!create)
		return VK_ERROR_INITIALIZATION_FAILED;
	r = create(&info, NULL, ret);
	/* A loader of 1.0 knows neither. */
	if (r == VK_ERROR_EXTENSION_NOT_PRESENT ||
	    (r == VK_ERROR_INCOMPATIBLE_DRIVER && !get(NULL, "vkEnumerateInstanceVersion"))) {
		info.enabledExtensionCount = 0;
		info.pApplicationInfo = NULL;
		r = create(&info, NULL, ret);
	}
	return r;
}

static bool has_hardware(const struct report *r)
{
	uint32_t i;

	for (i = 0; i < r->vulkan.n; i++)
		if (r->vulkan.v[i].type != VULKAN_TYPE_CPU)
			return true;
	return false;
}

void probe_vulkan(struct work *w)
{
	PFN_vkGetInstanceProcAddr get;
	PFN_vkEnumerateInstanceVersion version;
	VkInstance instance;
	uint32_t v;
	VkResult r;
	void *library;

	environment(w);
	library = work_open(w, "libvulkan.so.1");
	if (!library)
		return;
	get = (PFN_vkGetInstanceProcAddr)work_sym(library, "vkGetInstanceProcAddr");
	if (!get) {
		work_error(w, "the loader has no vkGetInstanceProcAddr");
		return;
	}
	version = (PFN_vkEnumerateInstanceVersion)get(NULL, "vkEnumerateInstanceVersion");
	if (version && version(&v) == VK_SUCCESS)
		FIELD_SET(w->r, report, library_version, say_version(w, v));
	FIELD_KNOW(w->r, report, vulkan);
	r = instance_new(get, &instance);
	if (r != VK_SUCCESS) {
		work_error(w, "vkCreateInstance: %s", say_result(w, r));
		work_nodes(w, "/dev/dri", "renderD", true);
		return;
	}
#define LOAD(name) vk.name = (PFN_##name)get(instance, #name);
	VULKAN_FUNCTIONS(LOAD)
	if (!vk.vkGetPhysicalDeviceProperties2KHR)
		vk.vkGetPhysicalDeviceProperties2KHR = (PFN_vkGetPhysicalDeviceProperties2KHR)get(
			instance, "vkGetPhysicalDeviceProperties2");
	devices(w, instance);
	work_nodes(w, "/dev/dri", "renderD", !has_hardware(w->r));
}
#else
void probe_vulkan(struct work *w)
{
	work_outcome(w, REPORT_OUTCOME_NOT_ASKED, "gpubay-probe was built without the Vulkan headers");
}
#endif
