/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events in the systemd journal, by its own protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): the library's call waits for a
 * journal that does not read, and the agent waits for nobody.
 */
#ifndef GPUBAY_AGENT_JOURNAL_H
#define GPUBAY_AGENT_JOURNAL_H

#include "model/event.h"

struct journal {
	const char *path;
	int fd; /* -1: not connected */
};

void journal_init(struct journal *j, const char *path); /* NULL: the system's */
void journal_close(struct journal *j);
/* An event that no journal takes is dropped: the log has it. */
void journal_send(struct journal *j, const struct event *e);

#endif
