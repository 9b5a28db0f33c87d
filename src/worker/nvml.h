/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of NVIDIA's management library that is used here, declared by us: Debian has no header for it. Names,
 * numbers and layouts are those of NVIDIA/go-nvml gen/nvml/nvml.h (API 12 and 13); functions with a version in their
 * name keep their layout for ever.
 */
#ifndef GPUBAY_WORKER_NVML_H
#define GPUBAY_WORKER_NVML_H

#include <stdint.h>

typedef struct nvmlDevice_st *nvml_device_t;

enum {
	NVML_SUCCESS = 0,
	NVML_ERROR_NOT_SUPPORTED = 3,
	NVML_ERROR_NO_PERMISSION = 4,
	NVML_ERROR_NOT_FOUND = 6,
	NVML_ERROR_INSUFFICIENT_SIZE = 7,
};
enum { NVML_INIT_FLAG_NO_ATTACH = 2 };
enum { NVML_NVLINK_MAX_LINKS = 18, NVML_TEXT = 96, NVML_MIG_MAX = 64 };
enum { NVML_MEMORY_ERROR_CORRECTED = 0, NVML_MEMORY_ERROR_UNCORRECTED = 1, NVML_AGGREGATE_ECC = 1 };
enum { NVML_RETIREMENT_MULTIPLE_SBE = 0, NVML_RETIREMENT_DBE = 1 };

struct nvml_memory {
	unsigned long long total, free, used;
};
struct nvml_bar1_memory {
	unsigned long long total, free, used;
};
struct nvml_pci_info {
	char bus_id_legacy[16];
	unsigned domain, bus, device, pci_device_id, pci_subsystem_id;
	char bus_id[32];
};

/* name, arguments */
#define NVML_FUNCTIONS(X) \
	X(nvmlInitWithFlags, (unsigned)) \
	X(nvmlSystemGetDriverVersion, (char *, unsigned)) \
	X(nvmlSystemGetNVMLVersion, (char *, unsigned)) \
	X(nvmlSystemGetCudaDriverVersion_v2, (int *)) \
	X(nvmlDeviceGetHandleByPciBusId_v2, (const char *, nvml_device_t *)) \
	X(nvmlDeviceGetName, (nvml_device_t, char *, unsigned)) \
	X(nvmlDeviceGetUUID, (nvml_device_t, char *, unsigned)) \
	X(nvmlDeviceGetVbiosVersion, (nvml_device_t, char *, unsigned)) \
	X(nvmlDeviceGetMinorNumber, (nvml_device_t, unsigned *)) \
	X(nvmlDeviceGetMemoryInfo, (nvml_device_t, struct nvml_memory *)) \
	X(nvmlDeviceGetBAR1MemoryInfo, (nvml_device_t, struct nvml_bar1_memory *)) \
	X(nvmlDeviceGetCudaComputeCapability, (nvml_device_t, int *, int *)) \
	X(nvmlDeviceGetMigMode, (nvml_device_t, unsigned *, unsigned *)) \
	X(nvmlDeviceGetMaxMigDeviceCount, (nvml_device_t, unsigned *)) \
	X(nvmlDeviceGetMigDeviceHandleByIndex, (nvml_device_t, unsigned, nvml_device_t *)) \
	X(nvmlDeviceGetGpuInstanceId, (nvml_device_t, unsigned *)) \
	X(nvmlDeviceGetComputeInstanceId, (nvml_device_t, unsigned *)) \
	X(nvmlDeviceGetComputeMode, (nvml_device_t, unsigned *)) \
	X(nvmlDeviceGetEccMode, (nvml_device_t, unsigned *, unsigned *)) \
	X(nvmlDeviceGetTotalEccErrors, (nvml_device_t, unsigned, unsigned, unsigned long long *)) \
	X(nvmlDeviceGetRetiredPages, (nvml_device_t, unsigned, unsigned *, unsigned long long *)) \
	X(nvmlDeviceGetRetiredPagesPendingStatus, (nvml_device_t, unsigned *)) \
	X(nvmlDeviceGetRemappedRows, (nvml_device_t, unsigned *, unsigned *, unsigned *, unsigned *)) \
	X(nvmlDeviceGetPersistenceMode, (nvml_device_t, unsigned *)) \
	X(nvmlDeviceGetNvLinkState, (nvml_device_t, unsigned, unsigned *)) \
	X(nvmlDeviceGetNvLinkVersion, (nvml_device_t, unsigned, unsigned *)) \
	X(nvmlDeviceGetNvLinkRemotePciInfo_v2, (nvml_device_t, unsigned, struct nvml_pci_info *)) \
	X(nvmlDeviceGetNvLinkRemoteDeviceType, (nvml_device_t, unsigned, unsigned *))

#endif
