/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What others see of the agent's view: CDI specs, events, stable ids. The view of the last time is kept over a restart, so
 * that the first events tell what changed meanwhile.
 */
#ifndef GPUBAY_AGENT_PUBLISH_H
#define GPUBAY_AGENT_PUBLISH_H

#include "agent/eventlog.h"
#include "agent/pulled.h"
#include "agent/say.h"
#include "agent/slow.h"
#include "host/tree.h"
#include "model/diff.h"

struct agent_options;

struct publisher {
	const struct agent_options *options;
	struct tree *tree;
	struct slow slow;
	struct eventlog *log;    /* NULL: no events are told (--once) */
	struct arena *view_arena;
	struct view view;        /* what was published last */
	struct buf saved;        /* the same, as it lies in the state folder */
	struct pulled pulled;
	struct trouble cdi_trouble, note_trouble, state_trouble, left_trouble, gone_trouble;
	bool log_waits;          /* the log could not be written */
	/* Subscribers are told when the specs and the log are written; the view is kept last, so that a crash tells twice and not never. */
	void (*on_events)(void *arg);
	void *on_events_arg;
};

/* with_events: go on where the last agent ended. */
void publisher_open(struct publisher *p, const struct agent_options *options, struct tree *tree, bool with_events);
void publisher_close(struct publisher *p);

/* Makes it seen. */
void publish(struct publisher *p, const struct snapshot *s);
/* A note about a GPU that is not in the snapshot. */
void publish_note(struct publisher *p, const char *id, enum gpu_state state);
/* Who still holds what is gone, and what was taken back of it. */
void publish_left(struct publisher *p, const struct gone *left);
/* Tells trouble, or its end, on standard error and as an event. */
void publish_trouble(struct publisher *p, struct trouble *t, const char *about, const struct err *e);
/* Something could not be written and waits. */
bool publish_waits(const struct publisher *p);
/* Adds an event about the agent itself. */
void publish_agent(struct publisher *p, enum event_kind kind, const char *reason);

#endif
