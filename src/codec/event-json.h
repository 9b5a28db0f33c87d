/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as lines of JSON, in the log and on the socket, and the view that the agent stores over a restart. An event has
 * only the fields that concern it.
 */
#ifndef GPUBAY_CODEC_EVENT_JSON_H
#define GPUBAY_CODEC_EVENT_JSON_H

#include "base/buf.h"
#include "base/err.h"
#include "model/diff.h"

/* Each line begins so; the number follows. Who only looks for a number need not parse the line. */
#define EVENT_LINE_HEAD "{\"schema\":\"gpubay/event/v1\",\"seq\":"

void event_line(const struct event *e, struct buf *out);
/* -EINVAL: no event. Strings are clean and in the arena. */
int event_read(struct arena *a, const char *text, size_t n, struct event *ret, struct err *e);
/* The number of a line that event_line wrote; 0 for any other. */
uint64_t event_line_seq(const char *line, size_t n);

void view_text(const struct view *v, struct buf *out);
int view_read(struct arena *a, const char *text, size_t n, struct view *ret, struct err *e);

#endif
