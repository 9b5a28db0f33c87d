/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events: what changed on the node, each with its reason. They are made by comparing two moments (model/diff.h), and by
 * the agent where it speaks of itself. Log, socket, journal and `gpubay watch` all carry this table.
 */
#ifndef GPUBAY_MODEL_EVENT_H
#define GPUBAY_MODEL_EVENT_H

#include "model/gpu.h"

/* A GPU comes and goes; its state (the names of gpu_state); what belongs to it; boxes; the agent itself. */
#define EVENT_KIND(E, P) \
	E(P, ADDED, "added") E(P, RETURNED, "returned") E(P, REMOVED, "removed") E(P, RENAMED, "renamed") \
	E(P, UNAUTHORIZED, "unauthorized") E(P, NO_BAR, "no-bar") E(P, UNBOUND, "unbound") E(P, BOUND, "bound") \
	E(P, READY, "ready") E(P, DEGRADED, "degraded") E(P, WEDGED, "wedged") E(P, LOST, "lost") \
	E(P, REMOVING, "removing") E(P, SAFE_TO_UNPLUG, "safe-to-unplug") \
	E(P, DRIVER_CHANGED, "driver-changed") E(P, NODES_CHANGED, "nodes-changed") E(P, LINK_CHANGED, "link-changed") \
	E(P, DISPLAY_CONNECTED, "display-connected") E(P, DISPLAY_DISCONNECTED, "display-disconnected") \
	E(P, ROUTER_ADDED, "router-added") E(P, ROUTER_REMOVED, "router-removed") E(P, AUTHORIZED, "authorized") \
	E(P, DEAUTHORIZED, "deauthorized") E(P, CDI_WRITTEN, "cdi-written") E(P, CDI_WITHDRAWN, "cdi-withdrawn") \
	E(P, STILL_HELD, "still-held") E(P, TAKEN_BACK, "taken-back") \
	E(P, AGENT_STARTED, "agent-started") E(P, AGENT_STOPPED, "agent-stopped") E(P, FAULT, "fault") \
	E(P, MENDED, "mended")
ENUM_DECL(event_kind, EVENT_KIND)

/* A field that says nothing about an event is not known in it. */
#define EVENT(F, S) \
	F(S, seq, u64, _, 0, "number: one more than the event before, across restarts") \
	F(S, time, str, _, 0, "when, UTC: 2026-01-31T12:00:00.000Z") \
	F(S, kind, en, event_kind, 0, "what happened") \
	F(S, gpu, str, _, FIELD_SECRET, "stable id of the GPU it is about") \
	F(S, address, addr, _, 0, "PCI address of the GPU") \
	F(S, old_address, addr, _, 0, "address it had before") \
	F(S, name, str, _, 0, "name of the GPU, or of the box") \
	F(S, old_state, en, gpu_state, 0, "state before") \
	F(S, new_state, en, gpu_state, 0, "state now") \
	F(S, router, str, _, 0, "router it is about, or behind which the GPU is: 0-1") \
	F(S, connector, str, _, 0, "display connector: DP-1") \
	F(S, monitor, str, _, 0, "what the monitor calls itself") \
	F(S, before, str, _, 0, "the driver, link, id or nodes before") \
	F(S, after, str, _, 0, "the driver, link, id or nodes now") \
	F(S, reason, str, _, 0, "why, in one sentence")
FIELD_STRUCT(event, EVENT)

/* The kind that tells of a GPU's new state; unknown where there is none (absent, unknown). */
enum event_kind event_kind_of(enum gpu_state state);
/* Kinds that a person should look at: 2 bad, 1 worth a look, 0 ordinary. */
unsigned event_weight(enum event_kind kind);
/* "Arc B580 (0000:03:00.0)", "box 0-1 (Sonnet …)", "agent". */
const char *event_subject(const struct event *e, struct arena *a);

#endif
