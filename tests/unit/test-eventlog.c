/* SPDX-License-Identifier: Apache-2.0 */
/* The event log over restarts, torn ends, boots, full disks and folders that cannot be written. */
#include "agent/eventlog.h"
#include "base/parse.h"
#include "codec/event-json.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#define T0 UINT64_C(1767225600000) /* 2026-01-01T00:00:00Z */

static const struct eventlog_limits small = {.kept = 8, .file_bytes = 2048, .total_bytes = 6000, .files = 5};

struct world {
	char top[64], folder[128];
	struct eventlog *log;
	struct eventlog_options options;
	struct buf read;
};

static int set_up(void **state)
{
	struct world *w = xmalloc(sizeof(*w));

	*w = (struct world){.top = "/tmp/gpubay-test-XXXXXX"};
	if (!mkdtemp(w->top))
		return -1;
	snprintf(w->folder, sizeof(w->folder), "%s/state/events", w->top);
	w->options = (struct eventlog_options){.folder = w->folder, .boot_id = "b1", .journal = "/nonexistent", .limits = &small};
	w->log = eventlog_new(&w->options);
	*state = w;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

static int tear_down(void **state)
{
	struct world *w = *state;

	eventlog_free(w->log);
	nftw(w->top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	buf_free(&w->read);
	free(w);
	return 0;
}

static void restart(struct world *w)
{
	eventlog_free(w->log);
	w->log = eventlog_new(&w->options);
}

static void add(struct world *w, unsigned n)
{
	struct event e = {0};

	FIELD_SET(&e, event, kind, EVENT_KIND_READY);
	FIELD_SET(&e, event, gpu, "amd-1");
	FIELD_SET(&e, event, address, 0x300);
	FIELD_SET(&e, event, reason, "driver amdgpu, card1 renderD128");
	while (n-- > 0)
		eventlog_add(w->log, &e, T0 + 5);
}

/* The numbers of the events after a cursor, as "1 2 3"; read in pieces of `max` bytes. */
static const char *numbers(struct world *w, uint64_t cursor, size_t max)
{
	static char shown[4096];
	struct buf out CLEANUP(buf_free) = BUF_NULL;
	const char *at, *line;
	uint64_t lost;
	size_t n, used = 0;
	bool more;

	do {
		more = eventlog_read(w->log, &cursor, max, &out, &lost);
		if (lost)
			buf_addf(&out, "lost %llu\n", (unsigned long long)lost);
	} while (more);
	shown[0] = '\0';
	for (at = out.p; out.p && next_line(&at, out.p + out.n, &line, &n);)
		used += (size_t)snprintf(shown + used, sizeof(shown) - used, "%s%llu", used ? " " : "",
					 (unsigned long long)event_line_seq(line, n));
	return shown;
}

static void restarts(void **state)
{
	struct world *w = *state;
	struct arena *a = arena_new();
	struct event e;
	struct err err = {0};
	uint64_t cursor = 0, lost;

	assert_int_equal(eventlog_last(w->log), 0);
	add(w, 2);
	assert_int_equal(eventlog_flush(w->log, T0), 0);
	restart(w);
	add(w, 1);
	assert_int_equal(eventlog_flush(w->log, T0), 0);
	restart(w);
	assert_int_equal(eventlog_last(w->log), 3);
	assert_string_equal(numbers(w, 0, 1), "1 2 3");
	assert_string_equal(numbers(w, 2, 1000), "3");
	assert_int_equal(eventlog_before(w->log, 1), 2);
	assert_int_equal(eventlog_before(w->log, 100), 0);

	eventlog_read(w->log, &cursor, 1, &w->read, &lost);
	assert_int_equal(event_read(a, w->read.p, w->read.n, &e, &err), 0);
	assert_int_equal(e.seq, 1);
	assert_string_equal(e.time, "2026-01-01T00:00:00.005Z");
	assert_string_equal(e.gpu, "amd-1");
	assert_int_equal(e.address, 0x300);
	assert_int_equal(e.kind, EVENT_KIND_READY);
	assert_false(FIELD_KNOWN(&e, event, router));
	arena_free(a);
}

static void first_file(const struct world *w, char path[256])
{
	snprintf(path, 256, "%s/0000000000000001.jsonl", w->folder);
}

static void torn_end(void **state)
{
	struct world *w = *state;
	char path[256];
	FILE *f;

	add(w, 2);
	eventlog_flush(w->log, T0);
	first_file(w, path);
	f = fopen(path, "a");
	fputs(EVENT_LINE_HEAD "3,\"time\":\"20", f);
	fclose(f);
	restart(w);
	add(w, 1);
	eventlog_flush(w->log, T0);
	restart(w);
	assert_string_equal(numbers(w, 0, 1000), "1 2 3");

	/* Garbage in the middle is passed over. */
	f = fopen(path, "a");
	fputs("\n\x01\x02 garbage\n{}\n", f);
	fclose(f);
	restart(w);
	add(w, 1);
	eventlog_flush(w->log, T0);
	restart(w);
	assert_string_equal(numbers(w, 0, 1000), "1 2 3 4");
}

static void boots(void **state)
{
	struct world *w = *state;

	add(w, 3);
	eventlog_flush(w->log, T0);
	w->options.boot_id = "b2";
	restart(w);
	add(w, 2);
	eventlog_flush(w->log, T0);
	assert_string_equal(numbers(w, 0, 1000), "1 2 3 1001 1002");
	assert_string_equal(numbers(w, 3, 1000), "1001 1002");
	/* A boot in which nothing was written takes no numbers. */
	w->options.boot_id = "b3";
	restart(w);
	w->options.boot_id = "b4";
	restart(w);
	add(w, 1);
	eventlog_flush(w->log, T0);
	assert_string_equal(numbers(w, 1001, 1000), "1002 2001");
}

static uint64_t folder_bytes(const struct world *w, unsigned *ret_files)
{
	char pattern[256];
	uint64_t total = 0;
	struct stat st;
	unsigned i;

	*ret_files = 0;
	for (i = 1; i < 3000; i++) {
		snprintf(pattern, sizeof(pattern), "%s/%016u.jsonl", w->folder, i);
		if (stat(pattern, &st) < 0)
			continue;
		++*ret_files;
		total += (uint64_t)st.st_size;
	}
	return total;
}

static void rotation(void **state)
{
	struct world *w = *state;
	uint64_t cursor = 1, lost;
	unsigned i, files;

	for (i = 0; i < 200; i++) {
		add(w, 1);
		assert_int_equal(eventlog_flush(w->log, T0), 0);
	}
	assert_in_range(folder_bytes(w, &files), 2048, small.total_bytes + 2048);
	assert_in_range(files, 2, 4);
	eventlog_read(w->log, &cursor, 1, &w->read, &lost);
	assert_true(lost > 100);
	assert_int_equal(cursor, lost + 2);
	/* What is in files and no longer in memory is all there, in order. */
	for (i = 0, cursor = 199 - 12; i < 12; i++) {
		buf_clear(&w->read);
		eventlog_read(w->log, &cursor, 1, &w->read, &lost);
		assert_int_equal(lost, 0);
		assert_int_equal(cursor, 199 - 12 + i + 1);
	}
	restart(w);
	assert_int_equal(eventlog_last(w->log), 200);
}

static bool told(struct world *w, const char *what)
{
	uint64_t cursor = eventlog_before(w->log, 8), lost;

	buf_clear(&w->read);
	eventlog_read(w->log, &cursor, SIZE_MAX, &w->read, &lost);
	return w->read.p && strstr(w->read.p, what);
}

static void folder_that_cannot_be(void **state)
{
	struct world *w = *state;
	char parent[128];
	unsigned i;
	FILE *f;

	snprintf(parent, sizeof(parent), "%s/state", w->top);
	f = fopen(parent, "w");
	fclose(f);
	restart(w);
	add(w, 1);
	assert_int_equal(eventlog_flush(w->log, T0), -ENOTDIR);
	assert_true(told(w, "\"kind\":\"fault\""));
	assert_true(told(w, "Not a directory"));
	for (i = 0; i < 3; i++) {
		add(w, 1);
		assert_int_equal(eventlog_flush(w->log, T0), -ENOTDIR);
	}
	assert_int_equal(eventlog_last(w->log), 5); /* said once */
	assert_string_equal(numbers(w, 0, 1000), "1 2 3 4 5");
	unlink(parent);
	assert_int_equal(eventlog_flush(w->log, T0), 0);
	assert_true(told(w, "nothing is missing"));
	restart(w);
	assert_string_equal(numbers(w, 0, 1000), "1 2 3 4 5 6");
}

static void full_disk(void **state)
{
	struct world *w = *state;
	struct rlimit old, limit;
	unsigned i;

	add(w, 2);
	eventlog_flush(w->log, T0);
	/* A write that does not fit whole writes a part, as on a disk that is full. */
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = (struct rlimit){.rlim_cur = 600, .rlim_max = old.rlim_max};
	setrlimit(RLIMIT_FSIZE, &limit);
	for (i = 0; i < 20; i++) {
		add(w, 1);
		eventlog_flush(w->log, T0);
	}
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(eventlog_flush(w->log, T0), 0);
	assert_true(told(w, "can be written again"));
	assert_false(told(w, "nothing is missing"));
	/* No line is torn, and the last ones are all there. */
	restart(w);
	assert_int_equal(eventlog_last(w->log), 24);
	assert_non_null(strstr(numbers(w, 0, 1000), "18 19 20 21 22 23 24"));
	assert_null(strstr(numbers(w, 0, 1000), " 0"));
}

static void removed_under_it(void **state)
{
	struct world *w = *state;
	char path[256];

	add(w, 1);
	eventlog_flush(w->log, T0);
	first_file(w, path);
	unlink(path);
	add(w, 1);
	assert_int_equal(eventlog_flush(w->log, T0), 0);
	restart(w);
	assert_string_equal(numbers(w, 0, 1000), "2");
}

static void memory_alone(void **state)
{
	struct world *w = *state;

	w->options.folder = NULL;
	restart(w);
	add(w, 20);
	assert_int_equal(eventlog_flush(w->log, T0), 0);
	assert_string_equal(numbers(w, 0, 1000), "13 14 15 16 17 18 19 20");
	assert_string_equal(numbers(w, 5, 1), "13 0 14 15 16 17 18 19 20"); /* 0: the line that says how many are lost */
}

/* One that reads, and then one that never does. */
static void journals(void **state)
{
	struct world *w = *state;
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	char text[4096];
	ssize_t n;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/journal", w->top);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	w->options.journal = at.sun_path;
	restart(w);
	add(w, 1);
	n = recv(fd, text, sizeof(text) - 1, 0);
	assert_true(n > 0);
	text[n] = '\0';
	assert_non_null(strstr(text, "MESSAGE=0000:03:00.0: ready: driver amdgpu, card1 renderD128\n"));
	assert_non_null(strstr(text, "GPUBAY_GPU=amd-1\n"));
	assert_non_null(strstr(text, "PRIORITY=6\n"));
	add(w, 5000);
	/* Restarted: another socket under the same name. */
	close(fd);
	unlink(at.sun_path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	add(w, 1);
	assert_true(recv(fd, text, sizeof(text), 0) > 0);
	close(fd);
}

static void view_over_restart(void **state)
{
	struct arena *a = arena_new();
	struct buf text CLEANUP(buf_free) = BUF_NULL, again CLEANUP(buf_free) = BUF_NULL;
	struct view v = {0}, back;
	struct gpu_view *g = LIST_PUSH(a, &v.gpus);
	struct display_view *d = LIST_PUSH(a, &g->displays);
	struct err e = {0};

	FIELD_KNOW(&v, view, gpus);
	FIELD_KNOW(&v, view, gone);
	FIELD_SET(g, gpu_view, id, "amd-7");
	FIELD_SET(g, gpu_view, id_source, ID_SOURCE_AMD_UNIQUE_ID);
	FIELD_SET(g, gpu_view, vendor_id, 0x1002);
	FIELD_SET(g, gpu_view, address, 0x300);
	FIELD_SET(g, gpu_view, state, GPU_STATE_READY);
	FIELD_SET(g, gpu_view, link_mts, 16000);
	FIELD_SET(d, display_view, connector, "DP-1");
	FIELD_KNOW(g, gpu_view, displays);
	view_text(&v, &text);
	assert_int_equal(view_read(a, text.p, text.n, &back, &e), 0);
	view_text(&back, &again);
	assert_string_equal(text.p, again.p);
	assert_false(FIELD_KNOWN(&back, view, routers));
	assert_int_equal(view_read(a, "{}", 2, &back, &e), -EINVAL);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(restarts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(torn_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(boots, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rotation, set_up, tear_down),
		cmocka_unit_test_setup_teardown(folder_that_cannot_be, set_up, tear_down),
		cmocka_unit_test_setup_teardown(full_disk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(removed_under_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(memory_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(journals, set_up, tear_down),
		cmocka_unit_test_setup_teardown(view_over_restart, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
