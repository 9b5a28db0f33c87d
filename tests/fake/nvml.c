/* SPDX-License-Identifier: Apache-2.0 */
/* An NVML with eight GPUs, the first of them cut in MIG devices. GPUBAY_FAKE=lies: every answer is nonsense. */
#include "fake.h"
#include "worker/nvml.h"

#include <stdio.h>
#include <string.h>

enum { GPUS = 8, MIG_HANDLE = 100, LINKS = 12 };

static const unsigned buses[GPUS] = {0x07, 0x0f, 0x47, 0x4f, 0x87, 0x8f, 0xc7, 0xcf};

/* Defines a function, which misbehaves first if told to. */
#define FAKE(name, ...) \
	FAKE_EXPORT int name(__VA_ARGS__); \
	int name(__VA_ARGS__)

static unsigned gpu_of(nvml_device_t d)
{
	uintptr_t v = (uintptr_t)d;

	return v >= MIG_HANDLE ? 0 : (unsigned)v - 1;
}

static bool is_mig(nvml_device_t d)
{
	return (uintptr_t)d >= MIG_HANDLE;
}

static int text(const char *where, char *buf, unsigned size, const char *value)
{
	fake_enter(where);
	if (fake_is("lies"))
		memset(buf, 0xff, size);
	else
		snprintf(buf, size, "%s", value);
	return NVML_SUCCESS;
}

static int number(const char *where, unsigned *ret, unsigned value)
{
	fake_enter(where);
	*ret = fake_is("lies") ? UINT32_MAX : value;
	return NVML_SUCCESS;
}

FAKE_EXPORT const char *nvmlErrorString(int code);
const char *nvmlErrorString(int code)
{
	return code == 18 ? "Driver/library version mismatch" :
	       code == 9  ? "Driver Not Loaded" :
			    "Unknown Error";
}

FAKE(nvmlInitWithFlags, unsigned flags)
{
	fake_enter("nvmlInitWithFlags");
	if (fake_is("mismatch"))
		return 18;
	if (fake_is("denied"))
		return NVML_ERROR_NO_PERMISSION;
	/* Attaching every GPU is just what must not be asked for. */
	return flags == NVML_INIT_FLAG_NO_ATTACH ? NVML_SUCCESS : 2;
}

FAKE(nvmlSystemGetDriverVersion, char *buf, unsigned size)
{
	return text("nvmlSystemGetDriverVersion", buf, size, "570.172.08");
}

FAKE(nvmlSystemGetNVMLVersion, char *buf, unsigned size)
{
	return text("nvmlSystemGetNVMLVersion", buf, size, "12.570.172.08");
}

FAKE(nvmlSystemGetCudaDriverVersion_v2, int *ret)
{
	*ret = fake_is("lies") ? -1 : 12080;
	return NVML_SUCCESS;
}

FAKE(nvmlDeviceGetHandleByPciBusId_v2, const char *bus_id, nvml_device_t *ret)
{
	unsigned domain, bus, dev, i;

	fake_enter("nvmlDeviceGetHandleByPciBusId_v2");
	if (sscanf(bus_id, "%x:%x:%x.0", &domain, &bus, &dev) != 3)
		return 2;
	for (i = 0; i < GPUS; i++)
		if (buses[i] == bus) {
			*ret = (nvml_device_t)(uintptr_t)(i + 1);
			return NVML_SUCCESS;
		}
	return NVML_ERROR_NOT_FOUND;
}

FAKE(nvmlDeviceGetName, nvml_device_t d, char *buf, unsigned size)
{
	return text("nvmlDeviceGetName", buf, size,
		    is_mig(d) ? "NVIDIA A100-SXM4-40GB MIG 3g.20gb" : "NVIDIA A100-SXM4-40GB");
}

FAKE(nvmlDeviceGetUUID, nvml_device_t d, char *buf, unsigned size)
{
	char uuid[64];

	snprintf(uuid, sizeof(uuid),
		 is_mig(d) ? "MIG-00000000-0000-4000-8000-0000000000%02x" :
			     "GPU-00000000-0000-4000-8000-0000000000%02x",
		 (unsigned)(uintptr_t)d);
	return text("nvmlDeviceGetUUID", buf, size, uuid);
}

FAKE(nvmlDeviceGetVbiosVersion, nvml_device_t d, char *buf, unsigned size)
{
	return text("nvmlDeviceGetVbiosVersion", buf, size, "92.00.45.00.03");
}

FAKE(nvmlDeviceGetMinorNumber, nvml_device_t d, unsigned *ret)
{
	return number("nvmlDeviceGetMinorNumber", ret, gpu_of(d));
}

FAKE(nvmlDeviceGetMemoryInfo, nvml_device_t d, struct nvml_memory *ret)
{
	fake_enter("nvmlDeviceGetMemoryInfo");
	ret->total = is_mig(d) ? 20ull << 30 : 40ull << 30;
	ret->used = fake_is("lies") ? UINT64_MAX : 1ull << 30;
	ret->free = ret->total - ret->used;
	return NVML_SUCCESS;
}

FAKE(nvmlDeviceGetBAR1MemoryInfo, nvml_device_t d, struct nvml_bar1_memory *ret)
{
	*ret = (struct nvml_bar1_memory){.total = 64ull << 30};
	return NVML_SUCCESS;
}

FAKE(nvmlDeviceGetCudaComputeCapability, nvml_device_t d, int *major, int *minor)
{
	*major = fake_is("lies") ? INT32_MIN : 8;
	*minor = 0;
	return NVML_SUCCESS;
}

FAKE(nvmlDeviceGetMigMode, nvml_device_t d, unsigned *now, unsigned *pending)
{
	*now = *pending = gpu_of(d) == 0 || fake_is("lies");
	return NVML_SUCCESS;
}

FAKE(nvmlDeviceGetMaxMigDeviceCount, nvml_device_t d, unsigned *ret)
{
	return number("nvmlDeviceGetMaxMigDeviceCount", ret, 7);
}

FAKE(nvmlDeviceGetMigDeviceHandleByIndex, nvml_device_t d, unsigned index, nvml_device_t *ret)
{
	if (index >= 2 && !fake_is("lies"))
		return NVML_ERROR_NOT_FOUND;
	*ret = (nvml_device_t)(uintptr_t)(MIG_HANDLE + index);
	return NVML_SUCCESS;
}

FAKE(nvmlDeviceGetGpuInstanceId, nvml_device_t d, unsigned *ret)
{
	return number("nvmlDeviceGetGpuInstanceId", ret, (unsigned)(uintptr_t)d - MIG_HANDLE + 1);
}

FAKE(nvmlDeviceGetComputeInstanceId, nvml_device_t d, unsigned *ret)
{
	return number("nvmlDeviceGetComputeInstanceId", ret, 0);
}

FAKE(nvmlDeviceGetComputeMode, nvml_device_t d, unsigned *ret)
{
	return number("nvmlDeviceGetComputeMode", ret, 0);
}

FAKE(nvmlDeviceGetEccMode, nvml_device_t d, unsigned *now, unsigned *pending)
{
	*now = *pending = 1;
	return NVML_SUCCESS;
}

FAKE(nvmlDeviceGetTotalEccErrors, nvml_device_t d, unsigned type, unsigned counter,
     unsigned long long *ret)
{
	*ret = type == NVML_MEMORY_ERROR_CORRECTED ? 3 : 0;
	return NVML_SUCCESS;
}

FAKE(nvmlDeviceGetRetiredPages, nvml_device_t d, unsigned cause, unsigned *n,
     unsigned long long *addresses)
{
	return NVML_ERROR_NOT_SUPPORTED; /* Ampere and later remap rows instead */
}

FAKE(nvmlDeviceGetRemappedRows, nvml_device_t d, unsigned *fixed, unsigned *lost, unsigned *pending,
     unsigned *failed)
{
	*fixed = 1;
	*lost = 0;
	*pending = gpu_of(d) == 5;
	*failed = 0;
	return NVML_SUCCESS;
}

FAKE(nvmlDeviceGetPersistenceMode, nvml_device_t d, unsigned *ret)
{
	return number("nvmlDeviceGetPersistenceMode", ret, 1);
}

FAKE(nvmlDeviceGetNvLinkState, nvml_device_t d, unsigned link, unsigned *ret)
{
	if (link >= LINKS)
		return 2;
	return number("nvmlDeviceGetNvLinkState", ret, 1);
}

FAKE(nvmlDeviceGetNvLinkVersion, nvml_device_t d, unsigned link, unsigned *ret)
{
	return number("nvmlDeviceGetNvLinkVersion", ret, 3);
}

FAKE(nvmlDeviceGetNvLinkRemoteDeviceType, nvml_device_t d, unsigned link, unsigned *ret)
{
	return number("nvmlDeviceGetNvLinkRemoteDeviceType", ret, 2);
}

FAKE(nvmlDeviceGetNvLinkRemotePciInfo_v2, nvml_device_t d, unsigned link, struct nvml_pci_info *ret)
{
	*ret = (struct nvml_pci_info){.bus = fake_is("lies") ? UINT32_MAX : 0xc4 + link % 6};
	return NVML_SUCCESS;
}
