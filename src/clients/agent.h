/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the agent over its socket (gpubay-socket(7)): lines of JSON there and back. */
#ifndef GPUBAY_CLIENTS_AGENT_H
#define GPUBAY_CLIENTS_AGENT_H

#include "base/buf.h"
#include "base/err.h"

#define AGENT_SOCKET "/run/gpubay/gpubayd.socket"

struct agent_client {
	int fd; /* -1: not connected */
	struct buf in;
	size_t used; /* of in: lines that were given out */
};

/* -ENOENT or -ECONNREFUSED: no agent is there. */
int agent_client_open(struct agent_client *c, const char *path, struct err *e);
void agent_client_close(struct agent_client *c);
/* One line, without its newline. */
int agent_client_ask(struct agent_client *c, const char *request, struct err *e);
/*
 * The next line of an answer, without its newline, valid until the next call. timeout_ms -1: waits for ever. -ETIMEDOUT;
 * -EPIPE: the agent hung up.
 */
int agent_client_line(struct agent_client *c, int timeout_ms, const char **ret, size_t *ret_n, struct err *e);

#endif
