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
	/* And where: no other GPU's node can be opened there, so that numbers count the chosen ones; files are those of an image. */
	STEER_CLOSED = 16,
	STEER_IMAGE = 32,
};

/*
 * Values are templates: %t pci-0000_03_00_0 as udev tags it, %v vendor and %d device in hex (unless another GPU here has the
 * same two), %u the driver's UUID, %i position among the GPUs of the row's drivers in PCI order, %n the same among the chosen
 * ones (of an AMD GPU in partitions those of all of them), %q AMD's unique id in hex where it names one device, %r render
 * node, %a VA-API driver of the family, %m runtime of Quick Sync for the family.
 * A row whose template cannot be filled is left out, and the next row of the same variable is tried.
 */
enum steer_how {
	STEER_FIRST, /* of the first chosen GPU the row is for */
	STEER_ALONE, /* of the only chosen GPU: it hides all others */
	STEER_EACH,  /* of each of them, joined by commas */
	STEER_HIDE,  /* where the machine has GPUs the row is for, and none of them is chosen */
};

struct facts_steer {
	unsigned what;
	const char *drivers;  /* kernel drivers it is for, space separated; NULL: any; STEER_SOFTWARE: the software renderer */
	const char *variable;
	const char *value;
	enum steer_how how;
	const char *note;
	const char *source;
};
extern const struct facts_steer facts_steers[];

/* The processor as a GPU: what rows are for instead of a kernel driver, and how a person may call it. */
#define STEER_SOFTWARE "software"
bool facts_is_software(const char *name);

/* Limits of the machine that programs on GPUs run into. */
struct facts_run_limit {
	const char *key;    /* the tree's question "limits" */
	unsigned what;
	uint32_t gpus;      /* for so many GPUs of one driver, or more */
	uint64_t enough;    /* bytes from which on nothing is said */
	const char *name;
	const char *why;
	const char *remedy;
	const char *source;
};
/* Of one key the first row that fits counts. */
extern const struct facts_run_limit facts_run_limits[];

/* Vulkan driver manifests by kernel driver: how their file names begin. */
struct facts_icd {
	const char *driver;   /* or STEER_SOFTWARE */
	const char *prefixes; /* space separated, the preferred first */
	const char *source;
};
extern const struct facts_icd facts_icds[];

#endif
