/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent's socket: JSON lines to whoever asks, on the agent's own loop. gpubay-socket(7) is the protocol.
 *
 * A client is sent the next piece only when it has read the last: what is not read yet waits in the event log, not in
 * memory. One that reads nothing for a time is told after which event to go on, and is dropped. Each user has a share of
 * the places, so that nobody can keep the others out.
 */
#ifndef GPUBAY_SERVE_SOCKET_H
#define GPUBAY_SERVE_SOCKET_H

#include "base/buf.h"
#include "base/err.h"

#include <systemd/sd-event.h>

/* Where the answers come from. All are called from the loop and must not wait. */
struct serve_source {
	void *arg;
	/* {"get":"node"}: one line. */
	void (*node)(void *arg, struct buf *out);
	/* The numbers of the last event, and of the one before the last n. */
	uint64_t (*last)(void *arg);
	uint64_t (*before)(void *arg, uint32_t n);
	/* As eventlog_read(). */
	bool (*events)(void *arg, uint64_t *cursor, size_t max, struct buf *out, uint64_t *ret_lost);
};

struct serve_limits {
	uint32_t clients, clients_of_user;
	uint32_t stall_ms;   /* a client that reads nothing for so long is dropped */
	size_t piece_bytes;  /* of events, before the client has read them */
	size_t total_bytes;  /* that wait for all clients together */
};

struct serve;

/* Listens at the path, readable and writable for everybody; a socket that a dead agent left is replaced. */
int serve_listen(const char *path, struct err *e);
/* Takes the listening descriptor; what `source` points to must live longer. limits NULL: the usual ones. */
int serve_new(sd_event *loop, int fd, const struct serve_source *source, const struct serve_limits *limits,
	      struct serve **ret, struct err *e);
void serve_free(struct serve *s); /* NULL-safe */
/* There are new events: clients that follow get them before this returns, as far as they read. */
void serve_events(struct serve *s);
uint32_t serve_clients(const struct serve *s);

#endif
