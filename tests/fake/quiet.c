/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oneVPL, Level Zero, OpenCL and libibverbs in one source, built four times: each begins, misbehaves if it is told to,
 * and has no device. libibverbs has one, and GPUBAY_FAKE=denied refuses to open it.
 */
#include "fake.h"

#include <errno.h>
#include <stddef.h>

#define FAKE(type, name, ...) \
	FAKE_EXPORT type name(__VA_ARGS__); \
	type name(__VA_ARGS__)

static char some[64];

FAKE(void *, MFXLoad, void)
{
	fake_enter("MFXLoad");
	return some;
}

FAKE(int, MFXEnumImplementations, void *loader, unsigned i, int format, void **ret)
{
	return -9; /* MFX_ERR_NOT_FOUND */
}

FAKE(int, zeInit, int flags)
{
	fake_enter("zeInit");
	return 0;
}

FAKE(int, zeDriverGet, unsigned *n, void **all)
{
	*n = 0;
	return 0;
}

FAKE(int, zeDeviceGet, void *driver, unsigned *n, void **all)
{
	*n = 0;
	return 0;
}

FAKE(int, zeDeviceGetProperties, void *device, void *ret)
{
	return 0;
}

FAKE(int, clGetPlatformIDs, unsigned most, void **all, unsigned *n)
{
	fake_enter("clGetPlatformIDs");
	*n = 0;
	return 0;
}

FAKE(int, clGetPlatformInfo, void *platform, unsigned what, size_t size, void *ret, size_t *n)
{
	return -30;
}

FAKE(int, clGetDeviceIDs, void *platform, unsigned long long type, unsigned most, void **all,
     unsigned *n)
{
	return -1;
}

FAKE(int, clGetDeviceInfo, void *device, unsigned what, size_t size, void *ret, size_t *n)
{
	return -30;
}

static void *devices[] = {some, NULL};

FAKE(void **, ibv_get_device_list, int *n)
{
	fake_enter("ibv_get_device_list");
	*n = 1;
	return devices;
}

FAKE(const char *, ibv_get_device_name, void *device)
{
	return "ibp49s0";
}

FAKE(void *, ibv_open_device, void *device)
{
	errno = fake_is("denied") ? EACCES : ENODEV;
	return NULL;
}
