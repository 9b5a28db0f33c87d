/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What decides whether a driver takes a GPU that it claims, which packages bring drivers and firmware, and kernel
 * parameters that bear on GPUs. Tables end with a zeroed row.
 */
#ifndef GPUBAY_FACTS_DRIVER_RULES_H
#define GPUBAY_FACTS_DRIVER_RULES_H

#include "base/macro.h"

struct facts_driver_rule {
	const char *driver;
	bool nomodeset;      /* stays away when the kernel is told nomodeset */
	const char *off;     /* parameter that keeps it away when set to 0 */
	const char *force;   /* parameter with ids it is to take ("56a0", "*") or to leave ("!56a0", "!*") */
	uint32_t page_size;  /* the only page size it is built for; 0: any */
	const char *source;
};
extern const struct facts_driver_rule facts_driver_rules[];
const struct facts_driver_rule *facts_driver_rule_find(const char *driver); /* NULL when there is none */

/* Families that two drivers claim, and the parameter of both (0 or 1) that says which of them takes it. */
struct facts_driver_switch {
	const char *families; /* keys, blank separated */
	const char *drivers;
	const char *param;
	const char *source;
};
extern const struct facts_driver_switch facts_driver_switches[];
/* NULL when nothing arbitrates between drivers of this family. */
const struct facts_driver_switch *facts_driver_switch_find(const char *family, const char *driver);

struct facts_package {
	const char *what;    /* "driver" or "firmware" */
	const char *driver;
	const char *os;      /* ID of os-release */
	unsigned since;      /* first VERSION_ID (its whole number); 0: any */
	const char *package;
};
extern const struct facts_package facts_packages[];
/* The package on that system; NULL when it is not known. `version` is VERSION_ID and may be NULL. */
const char *facts_package_find(const char *what, const char *driver, const char *os, const char *version);

/* A device node that exists only with some kernels: it must be there when the kernel shows this path. */
struct facts_node {
	const char *driver;
	const char *node;  /* below /dev */
	const char *when;  /* path below the root */
	const char *group; /* who may open it, as udev's rules have it */
	const char *source;
};
extern const struct facts_node facts_nodes[];
const struct facts_node *facts_node_find(const char *path); /* of a path below /dev; NULL when it has no row */

/* When a kernel parameter deserves a word. */
enum param_when {
	PARAM_ALWAYS,
	PARAM_EXTERNAL,      /* there is a Thunderbolt or USB4 controller, or an external GPU */
	PARAM_NO_WINDOW,     /* a GPU got no memory window */
	PARAM_DISCRETE,      /* there is a discrete GPU */
	PARAM_NVIDIA,        /* a GPU is bound to NVIDIA's driver */
	PARAM_NVIDIA_OPEN,   /* … and it is the open one */
	PARAM_CPU_NOT_INTEL,
	PARAM_CPU_NOT_AMD,
	PARAM_CPU_AMD,
};

struct facts_param {
	const char *name;    /* kernel parameter; "module.parameter" is also looked for in the module's own folder */
	const char *words;   /* items of its comma list or whole values, '|' between; NULL: whatever it says */
	enum param_when when;
	const char *check;   /* id of the check's row */
	const char *effect;
};
extern const struct facts_param facts_params[];

#endif
