/* SPDX-License-Identifier: Apache-2.0 */
/* Vulkan drivers by the library that their manifests name, and the package that brings them. */
#ifndef GPUBAY_FACTS_VULKAN_H
#define GPUBAY_FACTS_VULKAN_H

#include "model/gpu.h"

struct facts_vulkan_driver {
	const char *library;    /* beginning of the library's file name */
	enum gpu_vendor vendor; /* whose GPUs it drives; other: none of the three */
	bool software;
	const char *name;
	const char *package;    /* Debian's; NULL where Debian has none */
	const char *kernel;     /* kernel drivers it works with, space separated */
	const char *source;
};
extern const struct facts_vulkan_driver facts_vulkan_drivers[]; /* ended by a zeroed row */
/* By a library's file name without its folder; NULL when not known. */
const struct facts_vulkan_driver *facts_vulkan_driver_of(const char *library);

#endif
