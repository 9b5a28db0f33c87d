/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Has `gpubay gone --take-back --json` run, which looks into every process and changes containers: rights that a program
 * which anybody may talk to must not have. Who connects to RUN/gone.socket is answered by one that systemd started outside of our
 * sandbox (gpubay-gone.socket); where nobody listens there it is a child of ours, and sees and may what we do.
 *
 * It is never waited for. One at a time; a child that does not end is killed, said and left alone, and no other is begun
 * as long as the kernel cannot end it.
 */
#ifndef GPUBAY_AGENT_ASK_H
#define GPUBAY_AGENT_ASK_H

#include "base/buf.h"
#include "base/err.h"

#include <systemd/sd-event.h>

struct ask;

struct ask_options {
	const char *socket;
	const char *program; /* gpubay */
	const char *root;    /* "": this machine; else only what can be seen there is asked for */
	uint64_t deadline_us;
	/* Its answer, or why there is none. */
	void (*done)(void *arg, const struct buf *answer, const struct err *e);
	void *arg;
};

int ask_new(sd_event *loop, const struct ask_options *o, struct ask **ret);
/* While one runs: another after it. */
void ask_start(struct ask *k);
void ask_free(struct ask *k); /* NULL-safe */

#endif
