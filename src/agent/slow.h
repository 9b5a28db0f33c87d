/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changes by installing and configuring, not by plugging: the engines and the highest CDI version they take, other
 * people's specs, NVIDIA's libraries. Looking for it costs many times what the rest of a snapshot does, so it is kept,
 * together with a stamp (device, inode, mtime) of every file that was read for it, and looked for again when one of
 * them is another.
 */
#ifndef GPUBAY_AGENT_SLOW_H
#define GPUBAY_AGENT_SLOW_H

#include "publish/cdi.h"

struct slow {
	struct arena *a; /* NULL: nothing is known */
	struct cdi_settings cdi;
	struct stamp_list *stamps;
};

/* Brings it up to date for the machine, or the tree below root (""); true when it was looked for again. */
bool slow_refresh(struct slow *slow, const char *root);
/* Our own specs were written there: that is no reason to look again. */
void slow_wrote(struct slow *slow, const char *folder);
void slow_forget(struct slow *slow);

#endif
