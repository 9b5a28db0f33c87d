/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Container Device Interface specs from a snapshot: one for each vendor, so that an engine hands a GPU to a container
 * by name. Pure: what has to be looked up on the machine (library files, foreign specs, the engines' highest version)
 * comes in. The version written is the least that the used fields need, because engines refuse what is newer than they
 * are. Neither major nor minor numbers are frozen: a stale spec must fail, not hand out another GPU.
 * Source: cncf-tags/container-device-interface SPEC.md, and pkg/cdi/version.go for the minimum versions.
 */
#ifndef GPUBAY_PUBLISH_CDI_H
#define GPUBAY_PUBLISH_CDI_H

#include "model/snapshot.h"

/* Versions as major << 16 | minor << 8 | patch. */
#define CDI_VERSION(major, minor, patch) ((uint32_t)(major) << 16 | (uint32_t)(minor) << 8 | (uint32_t)(patch))
enum { CDI_VERSION_MIN = CDI_VERSION(0, 3, 0) };

struct cdi_node {
	const char *path;
};
struct cdi_node_list {
	struct cdi_node *v;
	uint32_t n;
};

struct cdi_mount {
	const char *host, *container;
};
struct cdi_mount_list {
	struct cdi_mount *v;
	uint32_t n;
};

/* Run by the engine; args[0] is the program's name. */
struct cdi_hook {
	const char *name; /* createContainer */
	const char *path;
	struct strs args;
};
struct cdi_hook_list {
	struct cdi_hook *v;
	uint32_t n;
};

struct cdi_edits {
	struct strs env;
	struct cdi_node_list nodes;
	struct cdi_mount_list mounts;
	struct cdi_hook_list hooks;
	struct u32s gids; /* additionalGids */
};

struct cdi_device {
	const char *name;
	struct cdi_edits edits;
};
struct cdi_device_list {
	struct cdi_device *v;
	uint32_t n;
};

struct cdi_spec {
	uint32_t version;
	const char *kind;
	const char *file; /* name in the directory: vendor-class.json */
	struct cdi_device_list devices;
	struct cdi_edits edits; /* once, whatever device of the spec is used */
};
struct cdi_spec_list {
	struct cdi_spec *v;
	uint32_t n;
};

struct cdi_settings {
	uint32_t max_version;      /* the least of what this machine's engines take; 0: no limit */
	bool add_groups;           /* give the container the nodes' groups, so that its users may open them */
	const char *hook;          /* our hook program; NULL: no hooks */
	struct strs taken_kinds;   /* kinds that a foreign spec owns */
	struct strs libraries;     /* NVIDIA's user-space files to mount */
	struct strs folders;       /* folders of those that are libraries, for the container's linker cache */
};

/* "0.5.0". */
const char *cdi_version_text(struct arena *a, uint32_t version);
/* The least version that a spec's fields need. */
uint32_t cdi_version_needed(const struct cdi_spec *spec);
/* Vendor/class or device name by the rules of the specification. */
bool cdi_kind_valid(const char *kind);
bool cdi_device_valid(const char *name);

/*
 * One spec for each vendor that has a GPU in use (ready). Names of a GPU: its stable id and its PCI address; "all" has
 * every GPU of the vendor. A slice has the name of its GPU and after a colon its own: gi1-ci0 (MIG), partition3 (AMD),
 * vf2 (a virtual function that a graphics driver runs, also by its own address). What could not be done is said in *ret_notes.
 */
void cdi_build(const struct snapshot *s, const struct cdi_settings *settings, struct arena *a, struct cdi_spec_list *ret,
	       struct strs *ret_notes);

#endif
