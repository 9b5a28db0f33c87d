/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changed between two moments, as events. Of the earlier moment only a view is kept: what events speak of, a few
 * hundred bytes for each GPU, so that the earlier snapshot can be thrown away and the view can be stored over a restart.
 *
 * A GPU is known by its stable id, not by its address: the same box at another port is the same GPU, returned. Volatile
 * fields make no event. Of a link only what its ends can do counts, because a GPU that rests runs its link slowly. What
 * the newer snapshot does not know stays as it was.
 */
#ifndef GPUBAY_MODEL_DIFF_H
#define GPUBAY_MODEL_DIFF_H

#include "model/event.h"
#include "model/snapshot.h"

#define DISPLAY_VIEW(F, S) \
	F(S, connector, str, _, 0, "connector without its card: DP-1") \
	F(S, monitor, str, _, 0, "what the monitor calls itself")
FIELD_STRUCT(display_view, DISPLAY_VIEW)

#define GPU_VIEW(F, S) \
	F(S, id, str, _, FIELD_SECRET, "the id it was published under") \
	F(S, id_source, en, id_source, 0, "where that comes from") \
	F(S, address, addr, _, 0, "PCI address") \
	F(S, vendor_id, hex4, _, 0, "PCI vendor") \
	F(S, device_id, hex4, _, 0, "PCI device") \
	F(S, name, str, _, 0, "name") \
	F(S, state, en, gpu_state, 0, "state") \
	F(S, driver, str, _, 0, "driver; empty when none") \
	F(S, nodes, str, _, 0, "its DRM nodes") \
	F(S, had, str, _, 0, "driver and device nodes that it has, or had last: xe /dev/dri/card1=226:1") \
	F(S, link_mts, u32, _, 0, "rate that both ends of its link can do") \
	F(S, link_width, u32, _, 0, "lanes that both ends have") \
	F(S, router, str, _, 0, "router it is behind") \
	F(S, box, str, _, 0, "the box's name") \
	F(S, displays, list, display_view, 0, "displays connected")
FIELD_STRUCT(gpu_view, GPU_VIEW)

#define ROUTER_VIEW(F, S) \
	F(S, name, str, _, 0, "0-1") \
	F(S, unique_id, str, _, FIELD_SECRET, "unique id") \
	F(S, title, str, _, 0, "maker and name") \
	F(S, authorized, b, _, 0, "PCIe tunnel allowed") \
	F(S, rate_mbps, u32, _, 0, "rate of its link towards the host")
FIELD_STRUCT(router_view, ROUTER_VIEW)

/* All of it unknown: nothing was seen yet. */
#define VIEW(F, S) \
	F(S, gpus, list, gpu_view, 0, "GPUs that are there") \
	F(S, gone, list, gpu_view, 0, "GPUs that were, the latest last") \
	F(S, routers, list, router_view, 0, "boxes")
FIELD_STRUCT(view, VIEW)

enum { VIEW_GONE_MAX = 32 };

/*
 * The events that lead from `old` to `snap`, in the order in which they should be told: what is gone first. Adds to
 * *events; seq and time are left to the caller. *ret_view is the view for the next time; it and the events live in `a`
 * and share nothing with `old` and `snap`. A snapshot of a bus that could not be read changes nothing.
 */
void view_diff(const struct view *old, const struct snapshot *snap, struct arena *a, struct view *ret_view,
	       struct event_list *events);
/* The same between two snapshots; either may be NULL: nothing is there. */
void snapshot_diff(const struct snapshot *old, const struct snapshot *snap, struct arena *a, struct event_list *events);
/*
 * A note about a GPU that is not there any more (run/gpubay/state/ID: safe-to-unplug): adds an event where that is news.
 */
void view_noted(struct view *v, const char *id, enum gpu_state state, struct arena *a, struct event_list *events);

#endif
