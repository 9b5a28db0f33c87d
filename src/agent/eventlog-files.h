/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the event log: finding, appending, removing the oldest. eventlog.h says what they are like. */
#ifndef GPUBAY_AGENT_EVENTLOG_FILES_H
#define GPUBAY_AGENT_EVENTLOG_FILES_H

#include "agent/eventlog.h"

struct logfiles {
	const char *folder, *boot_id;
	const struct eventlog_limits *limits;
	int fd;          /* the file that is written; -1: none is open */
	uint64_t size;   /* what of it is whole lines */
	bool torn;       /* an end that could not be cut off stands behind that */
};

/* The last file: its whole lines to *ret, what is torn behind them cut off; true when it is of this boot. */
bool logfiles_resume(struct logfiles *f, struct buf *ret);
/* Appends whole lines, the first of which has this number: all or nothing. */
int logfiles_append(struct logfiles *f, uint64_t first, const struct buf *lines);
void logfiles_close(struct logfiles *f);
/*
 * Numbers of the first events of all files, ascending; and a file's content (at most a full file's) to *ret.
 */
void logfiles_list(const struct logfiles *f, struct arena *a, uint64_t **ret, uint32_t *ret_n);
int logfiles_content(const struct logfiles *f, uint64_t first, struct buf *ret);

#endif
