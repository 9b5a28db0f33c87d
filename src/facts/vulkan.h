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
	bool shared;            /* comes in one package with drivers for other GPUs: being there means nothing */
	const char *companions; /* libraries of the same version that it opens at run time, space separated; NULL: none */
	const char *source;
	const char *node;       /* device node that it opens beside the GPU's; NULL: none */
};
extern const struct facts_vulkan_driver facts_vulkan_drivers[]; /* ended by a zeroed row */
/* By a library's file name without its folder; NULL when not known. */
const struct facts_vulkan_driver *facts_vulkan_driver_of(const char *library);

/* Whether it works with GPUs of this kernel driver. */
bool facts_vulkan_driver_works(const struct facts_vulkan_driver *row, const char *driver);

/* Families of GPUs for which there is no Vulkan, whatever is installed: patterns, space separated. */
struct facts_no_vulkan {
	const char *families;
	const char *source;
};
extern const struct facts_no_vulkan facts_no_vulkans[];
bool facts_family_no_vulkan(const char *family);

/* Programs that use Vulkan or VA-API and often have file capabilities. */
struct facts_privileged {
	const char *path;
	const char *source;
};
extern const struct facts_privileged facts_privilegeds[];

#endif
