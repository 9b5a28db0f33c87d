/* SPDX-License-Identifier: Apache-2.0 */
/* What an event means for the agent: nothing, a look at the machine soon, or something that must be said at once. */
#ifndef GPUBAY_AGENT_WEIGH_H
#define GPUBAY_AGENT_WEIGH_H

#include "format/uevent.h"
#include "model/snapshot.h"

enum weight {
	WEIGH_NOTHING,
	WEIGH_LOOK,   /* part of a burst */
	WEIGH_SLOW,   /* the same, and what changes slowly (drivers, engines) is looked at again too */
	WEIGH_URGENT, /* a GPU may have become unusable: see gone.h */
};

enum weight uevent_weigh(const struct uevent *u);

#endif
