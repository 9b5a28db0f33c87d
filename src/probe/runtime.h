/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that read container engines' configurations share. */
#ifndef GPUBAY_PROBE_RUNTIME_H
#define GPUBAY_PROBE_RUNTIME_H

#include "facts/engines.h"
#include "format/toml.h"
#include "probe/probe.h"

/* Configuration files in the order in which they count: what a later one says replaces what an earlier one said. */
struct layer {
	const char *file; /* as people write it, with the slash in front */
	const struct toml *root;
};
struct layers {
	struct layer *v;
	uint32_t n;
};

/* Reads a file that may be missing; a broken one is marked. True when it is there and could be read as TOML. */
bool runtime_layer(struct probe *p, struct runtime *r, const char *path, struct layers *l);
/* Every file in a folder that ends so, by name. */
void runtime_layer_folder(struct probe *p, struct runtime *r, const char *folder, const char *end, struct layers *l);
/* The last layer's value at a path of keys, ended by NULL; *ret_file names its file. */
const struct toml *runtime_value(const struct layers *l, const char *const *keys, const char **ret_file);

struct runtime_mark *runtime_mark(struct probe *p, struct runtime *r, enum runtime_mark_kind kind, const char *file,
				  uint32_t line, const char *key, const char *value);
/* Marks the runtimes of NVIDIA's older way in a table of runtimes; `program` is the key of a runtime's program. */
void runtime_legacy(struct probe *p, struct runtime *r, const char *file, const struct toml *runtimes);
void runtime_default(struct probe *p, struct runtime *r, const char *file, uint32_t line, const char *key, const char *value);
/* A folder that an engine was told to look into; without slashes at its end. */
void runtime_dir_add(struct probe *p, struct runtime *r, const char *dir);
/* The folders that a value names, or the built-in ones. */
void runtime_dirs(struct probe *p, struct runtime *r, const struct toml *dirs, const char *file);
/*
 * Every folder that CDI specs are read from on this machine, without the slash in front: the two that all engines know, and
 * those that the engines of the snapshot (which may be NULL) were told. /var/run is a link to /run nearly everywhere.
 */
void runtime_spec_folders(const struct tree_dir *root, const struct snapshot *s, struct arena *a, struct strs *ret);

/* CDI as this release has it, unless the switch says otherwise (-1: no switch). */
void runtime_cdi(struct runtime *r, int on, const char *file, uint32_t line);

/* What confines its containers; `labels`: the engine gives them SELinux labels where there is SELinux. */
void runtime_selinux(struct probe *p, struct runtime *r, bool labels);
/* Whether users who are not root can use it. */
void runtime_rootless(struct probe *p, struct runtime *r);
void runtime_oci(struct probe *p, struct runtime *r);

/* "1:5.4.2+ds1-2": the version in it, and as a number; false when there is none. */
bool runtime_version_parse(struct probe *p, const char *text, const char **ret, uint32_t *ret_number);

/* /var/run is there, and no link. */
bool runtime_var_run_apart(const struct tree_dir *root, struct arena *a);
/* Every CDI spec in the folders that all engines look into. */
void runtime_specs(struct probe *p);

/* The engines. */
void runtime_podman(struct probe *p, struct runtime *r);
void runtime_docker(struct probe *p, struct runtime *r);
void runtime_containerd(struct probe *p, struct runtime *r, const char *folder);
void runtime_crio(struct probe *p, struct runtime *r);
void runtime_kubelet(struct probe *p, struct runtime *r);

#endif
