/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a GPU left behind that was pulled without being asked: processes that still have its nodes open, though these are
 * gone from /dev, and GPUs whose driver stopped answering. What it had comes from a view that was taken while it was
 * there (model/diff.h); its numbers stay taken for as long as somebody holds them.
 */
#ifndef GPUBAY_SWAP_LEFT_H
#define GPUBAY_SWAP_LEFT_H

#include "host/tree.h"
#include "model/diff.h"
#include "model/swap.h"

/* A view with nothing but `gone`: what the agent saw go unasked since the machine was started, and what may be held. */
#define GONE_FILE "/run/gpubay/gone.json"

/*
 * Who holds these GPUs, and those of the snapshot (PROBE_LIST) that are lost; *ret lives as long as both and is theirs in
 * part. A GPU that is back is left out. Where there are no processes to look at the result is partial.
 */
int left_find(struct tree *t, const struct snapshot *now, const struct gpu_view_list *gone, struct arena *a, struct gone *ret);

#endif
