/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CDI specs that lie on the machine: what is there, what gpubay would have there for a snapshot, and making the two
 * the same. Shared by the command line, the agent (which does it at each change) and eject (which withdraws first).
 */
#ifndef GPUBAY_LIVE_CDI_FILES_H
#define GPUBAY_LIVE_CDI_FILES_H

#include "base/err.h"
#include "codec/cdi-json.h"
#include "host/tree.h"
#include "live/wish.h"
#include "publish/cdi.h"

#define CDI_FOLDER "/run/cdi" /* where generated specs belong; those in /etc/cdi are the administrator's */

/* A spec that is on the machine. */
struct cdi_found {
	const char *path;
	struct cdi_outline outline;
	const char *fault; /* NULL: can be read */
	bool ours;
};
struct cdi_found_list {
	struct cdi_found *v;
	uint32_t n;
};

/* Every spec in the tree: of /etc/cdi, /run/cdi, and where the engines of the snapshot (which may be NULL) look beside. */
void cdi_files_find(struct tree *t, const struct snapshot *s, struct arena *a, struct cdi_found_list *ret);
/* The least that the engines of this machine take; 0: no limit is known. */
uint32_t cdi_files_max_version(const struct snapshot *s);
/*
 * What specs depend on beside the GPUs: the engines, other people's specs, NVIDIA's libraries. The snapshot needs PLATFORM,
 * MODULES and RUNTIME; looking for it costs, so the agent keeps it. Nothing in it lies in the snapshot.
 */
void cdi_files_settings(const struct snapshot *s, struct tree *t, const struct cdi_wish *wish, struct arena *a,
			struct cdi_settings *ret);
/* The specs for this snapshot (which needs PROBE_LIST); the rest as cdi_files_plan. */
int cdi_files_build(const struct snapshot *s, const struct cdi_settings *set, struct arena *a, struct cdi_spec_list *ret,
		    struct strs *ret_notes, struct err *e);
/*
 * Both: the specs for this snapshot (which needs PROBE_LIST, PLATFORM, MODULES and RUNTIME), and what could not be done in
 * notes. -ERANGE: a spec needs a version above the limit.
 */
int cdi_files_plan(const struct snapshot *s, struct tree *t, const struct cdi_wish *wish, struct arena *a,
		   struct cdi_spec_list *ret, struct strs *ret_notes, struct err *e);
/*
 * Makes the live folder hold these specs: writes those whose text differs. Goes on after a failure; the first one is in
 * *e. The paths that changed are in *ret_written and *ret_removed.
 */
enum cdi_how {
	CDI_WITHDRAW = 1, /* removes those of gpubay that are not among them */
	CDI_ANEW = 2,     /* writes all: an engine that runs on keeps the numbers of nodes that it has seen until a file changes */
};
int cdi_files_write(const char *folder, const struct cdi_spec_list *specs, enum cdi_how how, struct arena *a,
		    struct strs *ret_written, struct strs *ret_removed, struct err *e);

#endif
