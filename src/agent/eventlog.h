/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log of events: the last ones in memory, all of them in files of JSON lines, and in the journal where there is one.
 *
 * Files are named by the number of their first event, begin with a line about themselves, and are only ever appended
 * to; a new one is begun at each boot and when one is full, and the oldest are removed. They are not synced: what the
 * last seconds before a power cut wrote may be missing, so at a boot the numbers go on at the next thousand, and none
 * is given twice. The end of the program alone loses nothing. Where the disk is full or read-only, events stay in
 * memory (the latest of them), that is told once by an event, and they are written as soon as it works again.
 */
#ifndef GPUBAY_AGENT_EVENTLOG_H
#define GPUBAY_AGENT_EVENTLOG_H

#include "base/buf.h"
#include "base/err.h"
#include "model/event.h"

struct eventlog;

struct eventlog_limits {
	uint32_t kept;        /* events in memory */
	uint64_t file_bytes;  /* a file is full */
	uint64_t total_bytes; /* all files */
	uint32_t files;
};

struct eventlog_options {
	const char *folder;  /* made where it is missing; NULL: memory alone */
	const char *boot_id; /* of this boot; "" unknown */
	const char *journal; /* its socket; NULL: the system's */
	const struct eventlog_limits *limits; /* NULL: 256 events; 1 MiB a file, 8 MiB, 64 files in all */
};

/* Goes on where the folder's last file ends. What is wrong with the folder is told as an event at the first flush. */
struct eventlog *eventlog_new(const struct eventlog_options *o);
void eventlog_free(struct eventlog *l); /* NULL-safe; flushes and syncs */

/* Numbers and dates the event (now_ms: since 1970) and keeps it. */
void eventlog_add(struct eventlog *l, const struct event *e, uint64_t now_ms);
/* Writes what was added to the file and the journal; never waits. 0, or why some of it still waits to be written. */
int eventlog_flush(struct eventlog *l, uint64_t now_ms);
/* The number of the last event, 0 before the first. */
uint64_t eventlog_last(const struct eventlog *l);
/* The number after which the last n events (of those in memory) come. */
uint64_t eventlog_before(const struct eventlog *l, uint32_t n);

/*
 * Appends the lines of events after *cursor, oldest first, as many as make `max` bytes full, and moves the cursor. When
 * the events right after the cursor are no longer kept, *ret_lost is how many, and the next that is kept comes first.
 * True: there are more.
 */
bool eventlog_read(struct eventlog *l, uint64_t *cursor, size_t max, struct buf *out, uint64_t *ret_lost);

/* "2026-01-31T12:00:00.000Z" */
enum { EVENT_TIME_TEXT = 32 };
char *event_time_text(uint64_t ms, char buf[static EVENT_TIME_TEXT]);

#endif
