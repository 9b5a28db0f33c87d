/* SPDX-License-Identifier: Apache-2.0 */
/* Container engines: where they are, since when they know CDI, which version of CDI specs each release reads. */
#ifndef GPUBAY_FACTS_ENGINES_H
#define GPUBAY_FACTS_ENGINES_H

#include "model/runtime.h"

#define ENGINE_VERSION(major, minor, patch) ((uint32_t)(major) << 16 | (uint32_t)(minor) << 8 | (uint32_t)(patch))

struct facts_engine {
	enum runtime_kind kind;
	const char *name;        /* as its makers write it */
	const char *programs;    /* any of these: it is installed; space separated */
	const char *packages;    /* in the system's database, the first that is installed; '|' separated */
	const char *elsewhere;   /* what others than Debian call it, asked when none of these is there; NULL: the same */
	uint32_t cdi_since;      /* first release that knows CDI */
	uint32_t cdi_default;    /* first release that has it on unless told otherwise */
	const char *unit;        /* what to restart; NULL: nothing runs */
	const char *source;
};
extern const struct facts_engine facts_engines[]; /* ended by a zeroed row */

/* Nodes that SELinux gives to containers only where a boolean of container-selinux says so. */
struct facts_selinux {
	const char *nodes;    /* how their paths begin */
	const char *booleans; /* any of these, space separated; the first is the narrowest */
	const char *source;
};
extern const struct facts_selinux facts_selinuxes[]; /* ended by a zeroed row */

/* Highest version of CDI specs from a release on, by the library that it is built with. */
struct facts_engine_cdi {
	enum runtime_kind kind;
	uint32_t since;
	uint32_t cdi;
	const char *source;
};
extern const struct facts_engine_cdi facts_engine_cdi[];

const struct facts_engine *facts_engine_find(enum runtime_kind kind); /* NULL when not known */
/* 0: not known. */
uint32_t facts_engine_cdi_of(enum runtime_kind kind, uint32_t version);
/* A drop-in of containerd replaces whole tables before this release (containerd/containerd#5837). */
extern const uint32_t facts_containerd_merges;

#endif
