/* SPDX-License-Identifier: Apache-2.0 */
/* A request to the agent's socket, from anybody; and a line of the event log, from a disk. */
#include "codec/event-json.h"
#include "serve/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct request r;
	struct event event;
	struct view view;
	struct err e = {0};

	if (request_parse((const char *)data, size, &r, &e) == 0 &&
	    (r.kind == REQUEST_KIND_UNKNOWN || (r.has_since && r.has_last)))
		__builtin_trap();
	(void)event_line_seq((const char *)data, size);
	e = (struct err){0};
	if (event_read(a, (const char *)data, size, &event, &e) == 0) {
		struct buf line = BUF_NULL;

		/* What was read can be written again, and has its number. */
		event_line(&event, &line);
		if (event_line_seq(line.p, line.n) != event.seq)
			__builtin_trap();
		buf_free(&line);
	}
	e = (struct err){0};
	(void)view_read(a, (const char *)data, size, &view, &e);
	arena_free(a);
	return 0;
}
