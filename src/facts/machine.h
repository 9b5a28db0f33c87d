/* SPDX-License-Identifier: Apache-2.0 */
/* By what a machine shows that it is a virtual one, who made its CPU, and which of its kernel's options bear on GPUs. */
#ifndef GPUBAY_FACTS_MACHINE_H
#define GPUBAY_FACTS_MACHINE_H

#include "model/platform.h"

/* SMBIOS texts of virtual machines: the value begins with `text`. */
struct facts_virt {
	const char *file; /* below sys/class/dmi/id */
	const char *text;
	const char *type;
	bool certain;     /* hardware never says so: enough without the CPU's hypervisor flag */
};
extern const struct facts_virt facts_virts[];

/* What /proc/cpuinfo calls the maker. */
struct facts_cpu {
	const char *key, *value;
	enum cpu_vendor vendor;
	uint32_t page_size; /* the only one its kernels have; 0: see the kernel's configuration */
	const char *architecture; /* as uname says; NULL where that does not follow */
};
extern const struct facts_cpu facts_cpus[];

/* Files that one kind of container leaves in its root. */
struct facts_container {
	const char *file, *type;
};
extern const struct facts_container facts_containers[];

#endif
