/* SPDX-License-Identifier: Apache-2.0 */
/* Where drivers say, without being asked through a library, how their GPU is; and where sysfs has the memory size. */
#ifndef GPUBAY_FACTS_HEALTH_H
#define GPUBAY_FACTS_HEALTH_H

#include "model/gpu.h"

/* A sign of trouble: a file, and what it contains then. Zeroed row at the end. */
struct facts_health {
	const char *driver;
	const char *path;  /* %a PCI address, %m card minor; relative to the root of the tree */
	const char *value; /* the file contains this text; NULL: it is enough that it exists */
	enum gpu_state state;
	const char *note;
	const char *source;
};
extern const struct facts_health facts_health[];

/* An attribute of the PCI function that holds a size in bytes. Zeroed row at the end. */
struct facts_memory {
	const char *driver;
	const char *attribute;
	bool visible; /* the part the CPU can reach, not the whole */
	const char *source;
};
extern const struct facts_memory facts_memory[];

#endif
