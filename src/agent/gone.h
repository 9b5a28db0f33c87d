/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be concluded of one GPU from an event or a note alone, without looking at the machine: so that its loss is
 * published before anything is asked of a device that may not answer. A look at the machine follows and has the last word.
 */
#ifndef GPUBAY_AGENT_GONE_H
#define GPUBAY_AGENT_GONE_H

#include "format/uevent.h"
#include "model/snapshot.h"

/*
 * The snapshot with the GPUs that the event takes away changed (absent, unbound, bound without nodes, wedged, lost with
 * its box), or NULL when it changes none of them. The copy lies in the arena and shares the rest with the original.
 */
struct snapshot *gone_by_event(const struct snapshot *s, const struct uevent *u, struct arena *a);
/* The same for the GPU with this stable id, of which a note says this state (removing, wedged, safe-to-unplug). */
struct snapshot *gone_by_note(const struct snapshot *s, const char *id, enum gpu_state state, struct arena *a);

#endif
