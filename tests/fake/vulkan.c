/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Vulkan driver (ICD) with two GPUs of Intel at 0000:03:00.0 and 0000:0a:00.0, loaded by the system's own loader. It
 * draws nothing; a device can be made and an empty submission comes back.
 */
#include "fake.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define VK_NO_PROTOTYPES
#include <vulkan/vk_icd.h>
#include <vulkan/vulkan.h>

enum { GPUS = 2 };
static const uint32_t buses[GPUS] = {0x03, 0x0a};

/* The loader writes its dispatch table into the first word of each dispatchable object. */
struct object {
	VK_LOADER_DATA loader;
	unsigned index;
};

static struct object *object_new(unsigned index)
{
	struct object *o = calloc(1, sizeof(*o));

	if (o) {
		o->loader.loaderMagic = ICD_LOADER_MAGIC;
		o->index = index;
	}
	return o;
}

static VKAPI_ATTR VkResult VKAPI_CALL create_instance(const VkInstanceCreateInfo *info,
						      const VkAllocationCallbacks *a,
						      VkInstance *ret)
{
	fake_enter("vkCreateInstance");
	if (fake_is("refuse") || fake_is("denied"))
		return VK_ERROR_INCOMPATIBLE_DRIVER;
	*ret = (VkInstance)object_new(0);
	return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy(void *o, const VkAllocationCallbacks *a)
{
	free(o);
}

static VKAPI_ATTR VkResult VKAPI_CALL instance_extensions(const char *layer, uint32_t *n,
							  VkExtensionProperties *list)
{
	static const VkExtensionProperties one = {
		VK_KHR_GET_PHYSICAL_DEVICE_PROPERTIES_2_EXTENSION_NAME, 1};

	if (list && *n)
		list[0] = one;
	*n = 1;
	return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL instance_version(uint32_t *ret)
{
	*ret = VK_API_VERSION_1_3;
	return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL enumerate(VkInstance instance, uint32_t *n,
						VkPhysicalDevice *list)
{
	static struct object *gpus[GPUS];
	uint32_t i;

	fake_enter("vkEnumeratePhysicalDevices");
	for (i = 0; i < GPUS; i++) {
		gpus[i] = gpus[i] ? gpus[i] : object_new(i);
		if (list && i < *n)
			list[i] = (VkPhysicalDevice)gpus[i];
	}
	*n = GPUS;
	return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL properties(VkPhysicalDevice d, VkPhysicalDeviceProperties *p)
{
	const struct object *o = (const struct object *)d;
	VkPhysicalDeviceLimits limits = {.maxImageDimension2D = 4096};

	*p = (VkPhysicalDeviceProperties){.apiVersion = VK_API_VERSION_1_3,
					  .driverVersion = VK_MAKE_API_VERSION(0, 25, 0, 1),
					  .vendorID = 0x8086,
					  .deviceID = 0xe20b + o->index,
					  .deviceType = VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU,
					  .limits = limits};
	if (fake_is("lies"))
		memset(p->deviceName, 0xff, sizeof(p->deviceName));
	else
		memcpy(p->deviceName, "Fake GPU", 9);
}

static VKAPI_ATTR void VKAPI_CALL properties2(VkPhysicalDevice d, VkPhysicalDeviceProperties2 *p)
{
	const struct object *o = (const struct object *)d;
	VkBaseOutStructure *s;

	properties(d, &p->properties);
	for (s = p->pNext; s; s = s->pNext) {
		if (s->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PCI_BUS_INFO_PROPERTIES_EXT) {
			((VkPhysicalDevicePCIBusInfoPropertiesEXT *)s)->pciBus = buses[o->index];
		} else if (s->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES) {
			VkPhysicalDeviceDriverProperties *v = (void *)s;

			v->driverID = VK_DRIVER_ID_INTEL_OPEN_SOURCE_MESA;
			memcpy(v->driverName, "fake", 5);
			memcpy(v->driverInfo, "Mesa 25.0.1", 12);
		}
	}
}

static VKAPI_ATTR VkResult VKAPI_CALL device_extensions(VkPhysicalDevice d, const char *layer,
							uint32_t *n, VkExtensionProperties *list)
{
	static const VkExtensionProperties one = {VK_EXT_PCI_BUS_INFO_EXTENSION_NAME, 2};

	if (list && *n)
		list[0] = one;
	*n = 1;
	return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL memory(VkPhysicalDevice d, VkPhysicalDeviceMemoryProperties *m)
{
	memset(m, 0, sizeof(*m));
	m->memoryHeapCount = fake_is("lies") ? UINT32_MAX : 2;
	m->memoryHeaps[0] = (VkMemoryHeap){12ull << 30, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT};
	m->memoryHeaps[1] = (VkMemoryHeap){16ull << 30, 0};
}

static VKAPI_ATTR void VKAPI_CALL queues(VkPhysicalDevice d, uint32_t *n,
					 VkQueueFamilyProperties *list)
{
	static const VkQueueFamilyProperties one = {
		.queueFlags = VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT, .queueCount = 1};

	if (list && *n)
		list[0] = one;
	*n = 1;
}

static VKAPI_ATTR VkResult VKAPI_CALL create_device(VkPhysicalDevice d,
						    const VkDeviceCreateInfo *info,
						    const VkAllocationCallbacks *a, VkDevice *ret)
{
	const struct object *o = (const struct object *)d;

	if (o->index == 1)
		fake_enter("vkCreateDevice");
	*ret = (VkDevice)object_new(o->index);
	return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL get_queue(VkDevice d, uint32_t family, uint32_t index,
					    VkQueue *ret)
{
	*ret = (VkQueue)object_new(0);
}

static VKAPI_ATTR VkResult VKAPI_CALL create_fence(VkDevice d, const VkFenceCreateInfo *info,
						   const VkAllocationCallbacks *a, VkFence *ret)
{
	*ret = (VkFence)(uintptr_t)1;
	return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL submit(VkQueue q, uint32_t n, const VkSubmitInfo *s,
					     VkFence f)
{
	return fake_is("lost") ? VK_ERROR_DEVICE_LOST : VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL wait_fences(VkDevice d, uint32_t n, const VkFence *f,
						  VkBool32 all, uint64_t ns)
{
	return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL nothing(void)
{
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL device_proc(VkDevice d, const char *name);

static const struct {
	const char *name;
	PFN_vkVoidFunction fn;
} functions[] = {
	{"vkCreateInstance", (PFN_vkVoidFunction)create_instance},
	{"vkDestroyInstance", (PFN_vkVoidFunction)destroy},
	{"vkDestroyDevice", (PFN_vkVoidFunction)destroy},
	{"vkEnumerateInstanceExtensionProperties", (PFN_vkVoidFunction)instance_extensions},
	{"vkEnumerateInstanceVersion", (PFN_vkVoidFunction)instance_version},
	{"vkEnumeratePhysicalDevices", (PFN_vkVoidFunction)enumerate},
	{"vkGetPhysicalDeviceProperties", (PFN_vkVoidFunction)properties},
	{"vkGetPhysicalDeviceProperties2", (PFN_vkVoidFunction)properties2},
	{"vkGetPhysicalDeviceProperties2KHR", (PFN_vkVoidFunction)properties2},
	{"vkEnumerateDeviceExtensionProperties", (PFN_vkVoidFunction)device_extensions},
	{"vkGetPhysicalDeviceMemoryProperties", (PFN_vkVoidFunction)memory},
	{"vkGetPhysicalDeviceQueueFamilyProperties", (PFN_vkVoidFunction)queues},
	{"vkCreateDevice", (PFN_vkVoidFunction)create_device},
	{"vkGetDeviceProcAddr", (PFN_vkVoidFunction)device_proc},
	{"vkGetDeviceQueue", (PFN_vkVoidFunction)get_queue},
	{"vkCreateFence", (PFN_vkVoidFunction)create_fence},
	{"vkQueueSubmit", (PFN_vkVoidFunction)submit},
	{"vkWaitForFences", (PFN_vkVoidFunction)wait_fences},
	/* The loader wants these to exist before it takes a driver. */
	{"vkGetPhysicalDeviceFeatures", nothing},
	{"vkGetPhysicalDeviceFormatProperties", nothing},
	{"vkGetPhysicalDeviceImageFormatProperties", nothing},
	{"vkGetPhysicalDeviceSparseImageFormatProperties", nothing},
};

static PFN_vkVoidFunction find(const char *name)
{
	unsigned i;

	for (i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		if (strcmp(functions[i].name, name) == 0)
			return functions[i].fn;
	return NULL;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL device_proc(VkDevice d, const char *name)
{
	return find(name);
}

FAKE_EXPORT VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL vk_icdGetInstanceProcAddr(VkInstance instance,
									       const char *name);
FAKE_EXPORT VKAPI_ATTR VkResult VKAPI_CALL
vk_icdNegotiateLoaderICDInterfaceVersion(uint32_t *version);

FAKE_EXPORT VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL vk_icdGetInstanceProcAddr(VkInstance instance,
									       const char *name)
{
	return fake_is("nothing") ? NULL : find(name);
}

FAKE_EXPORT VKAPI_ATTR VkResult VKAPI_CALL
vk_icdNegotiateLoaderICDInterfaceVersion(uint32_t *version)
{
	*version = *version < 5 ? *version : 5;
	return VK_SUCCESS;
}
