/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be asked of the agent's socket (gpubay-socket(7)): a line with a JSON object. There is nothing among it that
 * changes anything, so whoever can reach the socket may ask.
 */
#ifndef GPUBAY_SERVE_REQUEST_H
#define GPUBAY_SERVE_REQUEST_H

#include "base/enumtab.h"
#include "base/err.h"

enum { REQUEST_MAX = 4096 }; /* bytes of a line */

#define REQUEST_KIND(E, P) E(P, AGENT, "agent") E(P, NODE, "node") E(P, EVENTS, "events")
ENUM_DECL(request_kind, REQUEST_KIND)

struct request {
	enum request_kind kind;
	/* Of events: which, and whether those that follow are sent as they come. */
	bool follow;
	bool has_since;
	uint64_t since; /* those after this number */
	bool has_last;
	uint32_t last;  /* so many of the past */
};

/* -EINVAL and in *e what is wrong with it, in words for whoever wrote it. */
int request_parse(const char *line, size_t n, struct request *ret, struct err *e);

#endif
