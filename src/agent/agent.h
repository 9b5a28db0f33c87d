/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent's view of the machine and what it makes of it. It knows no event loop: loop.c says when to look.
 *
 * A look builds a whole snapshot, compares it with what was published, and publishes the difference: CDI specs first,
 * because what is withdrawn there is handed to no new container, then events. Between two looks an event or a note can
 * take a GPU away at once (gone.h).
 */
#ifndef GPUBAY_AGENT_AGENT_H
#define GPUBAY_AGENT_AGENT_H

#include "agent/publish.h"
#include "agent/weigh.h"
#include "host/tree.h"

struct agent_options {
	const char *root;      /* "" or the folder of a tree, without a slash at its end */
	const char *state_dir; /* what outlives a boot */
	const char *run_dir;   /* what does not: notes, the socket */
	const char *cdi_dir;
	int uevent_fd;         /* -1: netlink */
	const char *program;   /* gpubay, for what is not ours to do */
	uint64_t patience_us;  /* how long that may take */
	bool once;
};

struct agent {
	const struct agent_options *options;
	struct tree *tree;
	struct publisher publisher;
	struct snapshot *looked;       /* the last look */
	const struct snapshot *shown;  /* that, or what was concluded since then */
	struct arena *since;           /* the conclusions */
};

int agent_open(struct agent *a, const struct agent_options *options, struct err *e);
void agent_close(struct agent *a);

/* Looks at the machine and publishes what changed. */
void agent_look(struct agent *a);
/* Takes an event; what it takes away is published before this returns. */
enum weight agent_event(struct agent *a, const struct uevent *u);
/* The note about the GPU with this id was written or removed. */
void agent_noted(struct agent *a, const char *id);

/* A GPU went unasked: what it left behind is to be asked for (agent/ask.h). True once for each time. */
bool agent_must_ask(struct agent *a);
/* The answer, or why there is none. */
void agent_answered(struct agent *a, const struct buf *answer, const struct err *e);

/*
 * After how long to look again though nothing happened, or 0: a GPU has a driver and is not ready yet (user space makes
 * nodes without an event), or something could not be published. attempt: how often that was asked since the last event.
 */
uint64_t agent_retry_us(const struct agent *a, unsigned attempt);
/* The node document, on one line. */
void agent_node(const struct agent *a, struct buf *out);
/* "8 GPUs, 7 ready". */
const char *agent_summary(const struct agent *a, char *buf, size_t size);

#endif
