/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GPUs that went without being asked since the machine was started, in RUN/gone.json: what they had (swap/left.h needs it
 * to find who still holds them), until they are back or nobody holds them.
 */
#ifndef GPUBAY_AGENT_PULLED_H
#define GPUBAY_AGENT_PULLED_H

#include "base/err.h"
#include "model/diff.h"
#include "model/swap.h"

struct pulled {
	const char *run_dir;
	struct arena *a;
	struct view record; /* its `gone` alone */
	bool due;	    /* one went since it was last asked what is left of it */
	bool moved;	    /* nodes went or have other numbers: what containers were given of them is no longer true */
};

void pulled_open(struct pulled *p, const char *run_dir, struct err *e);
void pulled_close(struct pulled *p);
/* What happened, and what there is after it. */
void pulled_take(struct pulled *p, const struct view *now, const struct event_list *events, struct err *e);
/* What was found to be left of them. */
void pulled_settle(struct pulled *p, const struct gone *left, struct err *e);

#endif
