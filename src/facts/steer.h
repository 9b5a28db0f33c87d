/* SPDX-License-Identifier: Apache-2.0 */
/* Variables that steer a willing program to one GPU. Which program reads which is a fact, so it is a row. */
#ifndef GPUBAY_FACTS_STEER_H
#define GPUBAY_FACTS_STEER_H

#include "model/gpu.h"

enum {
	STEER_VULKAN = 1,
	STEER_MEDIA = 2,
	STEER_COMPUTE = 4,
	STEER_GL = 8,
	STEER_ALL = 15,
};

/*
 * Values are templates: %t pci-0000_03_00_0 as udev tags it, %v vendor and %d device in hex, %u the driver's UUID,
 * %i position among GPUs of the same vendor in PCI order, %q AMD's unique id in hex, %r render node. Several GPUs are joined by
 * commas where `many` says so; else the first one counts. A row whose template cannot be filled is left out, and the
 * next row of the same variable is tried.
 */
struct facts_steer {
	unsigned what;
	const char *drivers;  /* kernel drivers it is for, space separated; NULL: any */
	const char *variable;
	const char *value;
	bool many;
	const char *note;
	const char *source;
};
extern const struct facts_steer facts_steers[];

/* Vulkan driver manifests by kernel driver: how their file names begin. */
struct facts_icd {
	const char *driver;
	const char *prefixes; /* space separated, the preferred first */
	const char *source;
};
extern const struct facts_icd facts_icds[];

#endif
