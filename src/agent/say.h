/* SPDX-License-Identifier: Apache-2.0 */
/* What the agent tells its administrator: lines on standard error, with the journal's priorities where that reads them. */
#ifndef GPUBAY_AGENT_SAY_H
#define GPUBAY_AGENT_SAY_H

#include "base/err.h"

enum say_level { SAY_ERROR = 3, SAY_WARNING = 4, SAY_NOTICE = 5, SAY_INFO = 6 };

void say(enum say_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);

/*
 * Something that can go wrong again and again: said once as it begins, once when the reason changes, and once when it is
 * over.
 */
struct trouble {
	const char *over; /* what to say then */
	char text[500];   /* what was said; "" all is well */
};
/* e NULL: it went well. True when there was something new to say. */
bool trouble_tell(struct trouble *t, const struct err *e);

#endif
