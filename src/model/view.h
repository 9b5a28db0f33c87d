/* SPDX-License-Identifier: Apache-2.0 */
/* The two halves of model/diff.h: taking a view of a snapshot, and comparing. */
#ifndef GPUBAY_MODEL_VIEW_H
#define GPUBAY_MODEL_VIEW_H

#include "model/diff.h"

/* What events speak of, of one GPU and of all boxes but the host. Strings are copied. */
void gpu_view_take(const struct snapshot *s, const struct gpu *g, struct arena *a, struct gpu_view *ret);
void router_views_take(const struct snapshot *s, struct arena *a, struct router_view_list *ret);
struct gpu_view gpu_view_copy(struct arena *a, const struct gpu_view *v);
void view_copy(struct arena *a, const struct view *v, struct view *ret);
/* Fields that v does not know are taken from the view before. */
void gpu_view_inherit(struct arena *a, struct gpu_view *v, const struct gpu_view *before);
void router_view_inherit(struct router_view *v, const struct router_view *before);
/* Why it is in this state, in one sentence. */
const char *gpu_state_reason(const struct snapshot *s, const struct gpu *g, struct arena *a);
/* "16.0 GT/s x8", "40 Gb/s". */
const char *link_words(struct arena *a, uint32_t mts, uint32_t width);
const char *rate_words(struct arena *a, uint32_t mbps);

#endif
