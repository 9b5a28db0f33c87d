/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a process that uses a GPU can be known, and to whom it belongs: device nodes beside those of DRM, files without a
 * node, containers by their control group, display servers. Tables end with a zeroed row.
 */
#ifndef GPUBAY_FACTS_HOLDERS_H
#define GPUBAY_FACTS_HOLDERS_H

#include "base/macro.h"

/* Folders below a PCI function in /sys that stand for a device node: each has a uevent with its number and name. */
struct facts_held_path {
	const char *path; /* '*' stands for any text inside a name */
	const char *what;
	const char *source;
};
extern const struct facts_held_path facts_held_paths[];

/* Folders of /dev whose nodes are shared by all GPUs of a driver, but for those that belong to a slice. */
struct facts_held_folder {
	const char *driver;
	const char *folder; /* below /dev */
	const char *source;
};
extern const struct facts_held_folder facts_held_folders[];

/* Files that keep a GPU in use and come from no node: what their link in /proc/PID/fd, or the line in maps, says. */
struct facts_held_file {
	const char *text;   /* the link's text */
	const char *driver; /* of the GPU; NULL: any of the role passthrough */
	const char *key;    /* line of fdinfo that names the device's folder in /sys, where there is one */
	bool only_gpus;     /* nothing but GPUs of that driver gives it out */
	const char *source;
};
extern const struct facts_held_file facts_held_files[];

/* A container's control group: the engine is known by the name of a folder on the way to it. */
struct facts_cgroup {
	const char *engine;
	const char *parent; /* name of the folder above; NULL: any; "pod*": beginning with pod */
	const char *prefix, *suffix; /* around the container's id */
	const char *source;
};
extern const struct facts_cgroup facts_cgroups[];

/* Programs that hold a GPU for the session of a seat. */
struct facts_seat_program {
	const char *command; /* as the kernel keeps it: 15 characters */
	bool broker;         /* opens GPUs for display servers and lets go when these do: never ended itself */
	const char *source;
};
extern const struct facts_seat_program facts_seat_programs[];
const struct facts_seat_program *facts_seat_program_find(const char *command); /* NULL when it has no row */

#endif
