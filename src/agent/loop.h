/* SPDX-License-Identifier: Apache-2.0 */
/* When the agent does what: uevents, notes, signals and timers on one sd-event loop. */
#ifndef GPUBAY_AGENT_LOOP_H
#define GPUBAY_AGENT_LOOP_H

#include "agent/agent.h"

/* Runs until SIGTERM or SIGINT. */
int loop_run(struct agent *a, struct err *e);

#endif
