/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/eventlog.h"

#include "agent/eventlog-files.h"
#include "agent/journal.h"
#include "base/parse.h"
#include "codec/event-json.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

enum { BOOT_STEP = 1000 };

static const struct eventlog_limits defaults = {.kept = 256, .file_bytes = 1 << 20, .total_bytes = 8 << 20, .files = 64};

struct line {
	uint64_t seq;
	char *text;
	size_t n;
};

struct eventlog {
	struct arena *a; /* of the options */
	struct logfiles files;
	struct journal journal;
	struct eventlog_limits limits;
	struct line *ring; /* limits.kept of them; ring[(start + i) % kept] is the i-th oldest */
	uint32_t start, n;
	uint64_t last;
	uint64_t written;   /* up to here it is in the files */
	uint64_t missed;    /* events that were dropped from memory before they could be written */
	int failing;        /* why writing does not work, 0 when it does */
};

char *event_time_text(uint64_t ms, char buf[static EVENT_TIME_TEXT])
{
	time_t s = (time_t)(ms / 1000);
	struct tm tm;
	size_t n;

	gmtime_r(&s, &tm);
	n = strftime(buf, EVENT_TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + n, EVENT_TIME_TEXT - n, ".%03uZ", (unsigned)(ms % 1000));
	return buf;
}

static struct line *line_at(const struct eventlog *l, uint32_t i)
{
	return &l->ring[(l->start + i) % l->limits.kept];
}

static void keep(struct eventlog *l, uint64_t seq, const char *text, size_t n)
{
	struct line *x;

	if (l->n == l->limits.kept) {
		x = line_at(l, 0);
		l->missed += l->files.folder && x->seq > l->written;
		free(x->text);
		l->start = (l->start + 1) % l->limits.kept;
		l->n--;
	}
	x = line_at(l, l->n++);
	*x = (struct line){.seq = seq, .text = xmalloc(n), .n = n};
	memcpy(x->text, text, n);
	l->last = seq;
}

static void take_lines(struct eventlog *l, const struct buf *text)
{
	const char *at = text->p, *line;
	size_t n;

	while (text->p && next_line(&at, text->p + text->n, &line, &n)) {
		uint64_t seq = event_line_seq(line, n);

		if (seq > l->last)
			keep(l, seq, line, (size_t)(at - line));
	}
}

/* A file that holds no event any more still tells by its name which numbers were given. */
static uint64_t last_name(const struct eventlog *l)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	uint64_t *numbers;
	uint32_t n;

	logfiles_list(&l->files, a, &numbers, &n);
	return n ? numbers[n - 1] - 1 : 0;
}

static void resume(struct eventlog *l)
{
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	bool same_boot = logfiles_resume(&l->files, &text);

	take_lines(l, &text);
	l->last = MAX(l->last, last_name(l));
	if (!same_boot && l->last)
		l->last = (l->last / BOOT_STEP + 1) * BOOT_STEP;
	l->written = l->last;
	l->missed = 0;
}

struct eventlog *eventlog_new(const struct eventlog_options *o)
{
	struct eventlog *l = xmalloc(sizeof(*l));

	*l = (struct eventlog){.a = arena_new(), .limits = o->limits ? *o->limits : defaults};
	l->ring = xmalloc(l->limits.kept * sizeof(*l->ring));
	l->files = (struct logfiles){.folder = arena_str(l->a, o->folder), .boot_id = arena_str(l->a, o->boot_id),
				     .limits = &l->limits, .fd = -1};
	journal_init(&l->journal, arena_str(l->a, o->journal));
	if (o->folder)
		resume(l);
	return l;
}

void eventlog_free(struct eventlog *l)
{
	uint32_t i;

	if (!l)
		return;
	if (l->files.fd >= 0)
		(void)fdatasync(l->files.fd);
	logfiles_close(&l->files);
	journal_close(&l->journal);
	for (i = 0; i < l->n; i++)
		free(line_at(l, i)->text);
	free(l->ring);
	arena_free(l->a);
	free(l);
}

void eventlog_add(struct eventlog *l, const struct event *e, uint64_t now_ms)
{
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	struct event whole = *e;
	char time[EVENT_TIME_TEXT];

	FIELD_SET(&whole, event, seq, l->last + 1);
	FIELD_SET(&whole, event, time, event_time_text(now_ms, time));
	event_line(&whole, &text);
	keep(l, whole.seq, text.p, text.n);
	journal_send(&l->journal, &whole);
}

static void add_own(struct eventlog *l, enum event_kind kind, uint64_t now_ms, const char *reason)
{
	struct event e = {0};

	FIELD_SET(&e, event, kind, kind);
	FIELD_SET(&e, event, name, "event log");
	FIELD_SET(&e, event, reason, reason);
	eventlog_add(l, &e, now_ms);
}

static int write_waiting(struct eventlog *l)
{
	struct buf lines CLEANUP(buf_free) = BUF_NULL;
	uint64_t first = 0;
	uint32_t i;
	int r;

	for (i = 0; i < l->n; i++) {
		const struct line *x = line_at(l, i);

		if (x->seq <= l->written)
			continue;
		first = first ? first : x->seq;
		buf_add(&lines, x->text, x->n);
	}
	if (!first)
		return 0;
	r = logfiles_append(&l->files, first, &lines);
	if (r == 0)
		l->written = l->last;
	return r;
}

static void say_failing(struct eventlog *l, int code, uint64_t now_ms)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();

	add_own(l, EVENT_KIND_FAULT, now_ms,
		arena_printf(a, "cannot be written to '%s': %s; the last %u events are kept in memory", l->files.folder,
			     strerror(-code), l->limits.kept));
}

static void say_mended(struct eventlog *l, uint64_t now_ms)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();

	add_own(l, EVENT_KIND_MENDED, now_ms,
		l->missed ? arena_printf(a, "can be written again; %llu events in between are missing in it",
					 (unsigned long long)l->missed) :
			    "can be written again; nothing is missing in it");
	l->missed = 0;
}

int eventlog_flush(struct eventlog *l, uint64_t now_ms)
{
	int r = l->files.folder ? write_waiting(l) : 0;

	if (r < 0 && !l->failing)
		say_failing(l, r, now_ms);
	if (r == 0 && l->failing) {
		say_mended(l, now_ms);
		(void)write_waiting(l);
	}
	l->failing = r;
	return r;
}

uint64_t eventlog_last(const struct eventlog *l)
{
	return l->last;
}

uint64_t eventlog_before(const struct eventlog *l, uint32_t n)
{
	if (n == 0 || l->n == 0)
		return l->last;
	return line_at(l, l->n - MIN(n, l->n))->seq - 1;
}

/* From memory; false when what comes after the cursor is not there any more. */
static bool read_ring(const struct eventlog *l, uint64_t *cursor, size_t max, struct buf *out, bool *ret_more)
{
	uint32_t i;

	*ret_more = false;
	if (*cursor >= l->last)
		return true;
	if (l->n == 0 || line_at(l, 0)->seq > *cursor + 1)
		return false;
	for (i = 0; i < l->n; i++) {
		const struct line *x = line_at(l, i);

		if (x->seq <= *cursor)
			continue;
		if (out->n >= max) {
			*ret_more = true;
			return true;
		}
		buf_add(out, x->text, x->n);
		*cursor = x->seq;
	}
	return true;
}

/* Lines of one file after the cursor; true when some are left. */
static bool read_lines(const struct buf *text, uint64_t *cursor, size_t max, struct buf *out)
{
	const char *at = text->p, *line;
	size_t n;

	while (text->p && next_line(&at, text->p + text->n, &line, &n)) {
		uint64_t seq = event_line_seq(line, n);

		if (seq <= *cursor || line[at - line - 1] != '\n')
			continue;
		if (out->n >= max)
			return true;
		buf_add(out, line, (size_t)(at - line));
		*cursor = seq;
	}
	return false;
}

static bool read_files(struct eventlog *l, uint64_t *cursor, size_t max, struct buf *out, uint64_t *ret_lost)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	uint64_t *numbers, oldest;
	uint32_t n, i;

	logfiles_list(&l->files, a, &numbers, &n);
	oldest = n ? numbers[0] : l->n ? line_at(l, 0)->seq : l->last + 1;
	if (*cursor && oldest > *cursor + 1)
		*ret_lost = oldest - *cursor - 1;
	for (i = 0; i < n; i++) {
		struct buf text CLEANUP(buf_free) = BUF_NULL;

		if (i + 1 < n && numbers[i + 1] <= *cursor + 1)
			continue;
		if (logfiles_content(&l->files, numbers[i], &text) == 0 && read_lines(&text, cursor, max, out))
			return true;
	}
	return false;
}

bool eventlog_read(struct eventlog *l, uint64_t *cursor, size_t max, struct buf *out, uint64_t *ret_lost)
{
	bool more;

	max = max < SIZE_MAX - out->n ? max + out->n : SIZE_MAX;
	*ret_lost = 0;
	if (read_ring(l, cursor, max, out, &more))
		return more;
	if (read_files(l, cursor, max, out, ret_lost))
		return true;
	/* What could not be written is in memory alone, maybe with a hole before it. */
	if (l->n && line_at(l, 0)->seq > *cursor)
		*cursor = line_at(l, 0)->seq - 1;
	(void)read_ring(l, cursor, max, out, &more);
	return more;
}
