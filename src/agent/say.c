/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/say.h"

#include <stdarg.h>
#include <unistd.h>

void say(enum say_level level, const char *fmt, ...)
{
	char line[1024];
	size_t at = 0;
	va_list ap;
	int n;

	/* sd-daemon(3): the journal takes a line's priority from its start; a person needs none. */
	if (getenv("JOURNAL_STREAM"))
		at = (size_t)snprintf(line, sizeof(line), "<%d>", level);
	else
		at = (size_t)snprintf(line, sizeof(line), "gpubayd: ");
	va_start(ap, fmt);
	n = vsnprintf(line + at, sizeof(line) - at - 1, fmt, ap);
	va_end(ap);
	at += MIN((size_t)MAX(n, 0), sizeof(line) - at - 2);
	line[at++] = '\n';
	if (write(STDERR_FILENO, line, at) < 0)
		return; /* nobody listens: there is no other place to say it */
}

bool trouble_tell(struct trouble *t, const struct err *e)
{
	const char *text = e ? e->text : "";

	if (strcmp(t->text, text) == 0)
		return false;
	snprintf(t->text, sizeof(t->text), "%s", text);
	if (e)
		say(SAY_ERROR, "%s", text);
	else
		say(SAY_NOTICE, "%s", t->over);
	return true;
}
