/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of model/diff.h share. */
#ifndef GPUBAY_MODEL_DIFF_INTERNAL_H
#define GPUBAY_MODEL_DIFF_INTERNAL_H

#include "model/view.h"

struct diff {
	const struct view *old;
	const struct snapshot *snap;
	struct arena *a;
	struct view *view;
	struct event_list *events;
	bool *old_there; /* for each GPU of the old view: it is still there */
};

/* A new event; strings are the arena's. */
struct event *diff_tell(struct diff *d, enum event_kind kind, const char *reason);
void diff_change(struct event *e, const char *before, const char *after);

/* Boxes: those that are gone, and those that are there; the new view has them already. */
void diff_routers_gone(struct diff *d);
void diff_routers_here(struct diff *d);

#endif
