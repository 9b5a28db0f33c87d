/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's socket: what is answered, refused and dropped; clients that say nothing, too much, or never read. */
#include "base/parse.h"
#include "serve/request.h"
#include "serve/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

static const struct serve_limits tight = {
	.clients = 6, .clients_of_user = 6, .stall_ms = 1500, .piece_bytes = 1000, .total_bytes = 1 << 20};

struct world {
	char top[64], path[128];
	sd_event *loop;
	struct serve *serve;
	uint64_t last, first; /* events there are */
	size_t node_bytes;
	struct buf got;
};

static void node(void *arg, struct buf *out)
{
	const struct world *w = arg;
	char *text = xmalloc(w->node_bytes);

	memset(text, 'x', w->node_bytes);
	buf_adds(out, "{\"node\":\"");
	buf_add(out, text, w->node_bytes);
	buf_adds(out, "\"}\n");
	free(text);
}

static uint64_t last(void *arg)
{
	return ((struct world *)arg)->last;
}

static uint64_t before(void *arg, uint32_t n)
{
	const struct world *w = arg;

	return w->last - MIN(n, w->last);
}

static bool events(void *arg, uint64_t *cursor, size_t max, struct buf *out, uint64_t *ret_lost)
{
	const struct world *w = arg;
	size_t start = out->n;

	*ret_lost = 0;
	if (*cursor + 1 < w->first) {
		*ret_lost = w->first - *cursor - 1;
		*cursor = w->first - 1;
	}
	while (*cursor < w->last) {
		if (out->n - start >= max)
			return true;
		buf_addf(out, "{\"seq\":%llu}\n", (unsigned long long)++*cursor);
	}
	return false;
}

static void start(struct world *w, const struct serve_limits *limits)
{
	const struct serve_source source = {.arg = w, .node = node, .last = last, .before = before, .events = events};
	struct err e = {0};
	int fd = serve_listen(w->path, &e);

	if (fd < 0 || serve_new(w->loop, fd, &source, limits, &w->serve, &e) < 0)
		fail_msg("%s", e.text);
}

static int set_up(void **state)
{
	struct world *w = xmalloc(sizeof(*w));

	*w = (struct world){.top = "/tmp/gpubay-test-XXXXXX", .node_bytes = 10};
	*state = w;
	if (!mkdtemp(w->top) || sd_event_new(&w->loop) < 0)
		return -1;
	snprintf(w->path, sizeof(w->path), "%s/socket", w->top);
	start(w, &tight);
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	serve_free(w->serve);
	sd_event_unref(w->loop);
	unlink(w->path);
	rmdir(w->top);
	buf_free(&w->got);
	free(w);
	return 0;
}

/* All that can be done without waiting. */
static void run(struct world *w)
{
	while (sd_event_run(w->loop, 0) > 0)
		;
}

static int call(struct world *w)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%.100s", w->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	run(w);
	return fd;
}

/* Everything that comes; -1 when the other end hung up. */
static int hear(struct world *w, int fd)
{
	char piece[4096];
	ssize_t n;

	buf_clear(&w->got);
	buf_adds(&w->got, "");
	do {
		run(w);
		n = recv(fd, piece, sizeof(piece), 0);
		if (n > 0)
			buf_add(&w->got, piece, (size_t)n);
	} while (n > 0);
	return n == 0 ? -1 : 0;
}

static void ask(struct world *w, int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	run(w);
}

static unsigned lines(const struct world *w)
{
	unsigned n = 0;
	const char *p;

	for (p = w->got.p; *p; p++)
		n += *p == '\n';
	return n;
}

static void questions(void **state)
{
	struct world *w = *state;
	struct stat st;
	int fd = call(w);

	assert_int_equal(stat(w->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0666);
	w->last = 3;
	ask(w, fd, "{\"get\":\"node\"}\n");
	assert_int_equal(hear(w, fd), 0);
	assert_string_equal(w->got.p, "{\"node\":\"xxxxxxxxxx\"}\n");
	ask(w, fd, "{\"get\":\"agent\"}\n");
	assert_int_equal(hear(w, fd), 0);
	assert_non_null(strstr(w->got.p, "\"last\":3,\"clients\":1}"));
	ask(w, fd, "{\"get\":\"events\",\"since\":1}\n");
	assert_int_equal(hear(w, fd), 0);
	assert_string_equal(w->got.p, "{\"seq\":2}\n{\"seq\":3}\n{\"schema\":\"gpubay/end/v1\",\"end\":{\"last\":3}}\n");
	/* Several in one breath, and one in two. */
	ask(w, fd, "{\"get\":\"node\"}\n{\"get\":\"events\",\"last\":1}\n{\"get\":\"ag");
	ask(w, fd, "ent\"}\n");
	assert_int_equal(hear(w, fd), 0);
	assert_int_equal(lines(w), 4);
	/* Who has said everything still gets the answer. */
	ask(w, fd, "{\"get\":\"node\"}\n");
	shutdown(fd, SHUT_WR);
	assert_int_equal(hear(w, fd), -1);
	assert_int_equal(lines(w), 1);
	close(fd);
	assert_int_equal(serve_clients(w->serve), 0);
}

static void following(void **state)
{
	struct world *w = *state;
	int fd = call(w), other = call(w);

	w->last = 2;
	ask(w, fd, "{\"get\":\"events\",\"last\":1,\"follow\":true}\n");
	ask(w, other, "{\"get\":\"events\",\"follow\":true}\n");
	shutdown(other, SHUT_WR);
	assert_int_equal(hear(w, fd), 0);
	assert_string_equal(w->got.p, "{\"seq\":2}\n");
	w->last = 4;
	serve_events(w->serve);
	assert_int_equal(hear(w, fd), 0);
	assert_string_equal(w->got.p, "{\"seq\":3}\n{\"seq\":4}\n");
	assert_int_equal(hear(w, other), 0);
	assert_string_equal(w->got.p, "{\"seq\":3}\n{\"seq\":4}\n");
	/* No more requests on it. */
	ask(w, fd, "{\"get\":\"node\"}\n");
	assert_int_equal(hear(w, fd), -1);
	assert_non_null(strstr(w->got.p, "follows events"));
	close(fd);
	close(other);
	run(w);
	assert_int_equal(serve_clients(w->serve), 0);
}

static void numbers_of_another_life(void **state)
{
	struct world *w = *state;
	int fd = call(w);

	w->last = 3;
	ask(w, fd, "{\"get\":\"events\",\"since\":900}\n");
	hear(w, fd);
	assert_int_equal(lines(w), 5);
	assert_true(str_starts(w->got.p, "{\"schema\":\"gpubay/reset/v1\",\"reset\":{\"last\":3}}\n{\"seq\":1}\n"));
	w->first = 3;
	ask(w, fd, "{\"get\":\"events\",\"since\":1}\n");
	hear(w, fd);
	assert_true(str_starts(w->got.p, "{\"schema\":\"gpubay/lost/v1\",\"lost\":{\"from\":2,\"to\":2}}\n{\"seq\":3}\n"));
	close(fd);
}

static void garbage(void **state)
{
	static const struct {
		const char *said, *answer;
	} cases[] = {
		{"\n", "request:"},
		{"hello\n", "request:1:5"},
		{"[]\n", "not a JSON object"},
		{"{}\n", "does not say what to get"},
		{"{\"get\":7}\n", "'get' must be"},
		{"{\"get\":\"secrets\"}\n", "'get' must be"},
		{"{\"set\":\"node\"}\n", "'set' is no key"},
		{"{\"get\":\"node\",\"since\":1}\n", "are for events"},
		{"{\"get\":\"events\",\"since\":-1}\n", "'since' must be"},
		{"{\"get\":\"events\",\"since\":1e3}\n", "'since' must be"},
		{"{\"get\":\"events\",\"follow\":1}\n", "'follow' must be"},
		{"{\"get\":\"events\",\"since\":1,\"last\":1}\n", "either"},
		{"\xff\xfe\n", "request:"},
		{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "request:1:"},
	};
	struct world *w = *state;
	unsigned i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		int fd = call(w);

		ask(w, fd, cases[i].said);
		assert_int_equal(hear(w, fd), -1);
		assert_int_equal(lines(w), 1);
		assert_non_null(strstr(w->got.p, "gpubay/error/v1"));
		if (!strstr(w->got.p, cases[i].answer))
			fail_msg("%s: answered %s", cases[i].said, w->got.p);
		close(fd);
	}
	assert_int_equal(serve_clients(w->serve), 0);
}

static void endless_line(void **state)
{
	struct world *w = *state;
	char text[1000];
	int fd = call(w);

	memset(text, 'a', sizeof(text));
	while (send(fd, text, sizeof(text), MSG_NOSIGNAL) > 0)
		run(w);
	hear(w, fd);
	assert_non_null(strstr(w->got.p, "at most 4096 bytes"));
	close(fd);
	run(w);
	assert_int_equal(serve_clients(w->serve), 0);
}

static void too_many(void **state)
{
	struct world *w = *state;
	int fds[8];
	unsigned i;

	for (i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = call(w);
	assert_int_equal(serve_clients(w->serve), 6);
	assert_int_equal(hear(w, fds[7]), -1);
	assert_non_null(strstr(w->got.p, "too many clients"));
	close(fds[0]);
	close(fds[6]);
	run(w);
	fds[0] = call(w);
	ask(w, fds[0], "{\"get\":\"node\"}\n");
	assert_int_equal(hear(w, fds[0]), 0);
	for (i = 0; i < ARRAY_LEN(fds); i++)
		if (i != 6)
			close(fds[i]);
	run(w);
	assert_int_equal(serve_clients(w->serve), 0);
}

/* Until the loop has nothing to do for so long. */
static void run_for(struct world *w, uint64_t us)
{
	while (sd_event_run(w->loop, us) > 0)
		;
}

static void slow_reader(void **state)
{
	struct world *w = *state;
	int fd = call(w), quick = call(w);
	char piece[100000];
	const char *line;

	ask(w, fd, "{\"get\":\"events\",\"follow\":true}\n");
	ask(w, quick, "{\"get\":\"events\",\"follow\":true}\n");
	w->last = 100000;
	serve_events(w->serve);
	/* It reads now and then: it stays, and what it has not read waits in the log. */
	recv(fd, piece, sizeof(piece), 0);
	assert_int_equal(hear(w, quick), 0);
	assert_int_equal(serve_clients(w->serve), 2);
	run_for(w, 3000000);
	assert_int_equal(serve_clients(w->serve), 1);
	/* It is gone, and told how to go on; every line before that is whole, and none is missing among them. */
	hear(w, fd);
	assert_int_equal(w->got.p[w->got.n - 1], '\n');
	line = strstr(w->got.p, "{\"schema\"");
	assert_true(!line || strstr(line, "since the last number"));
	close(fd);
	close(quick);
}

static void slow_reader_comes_back(void **state)
{
	struct world *w = *state;
	int fd = call(w);
	char *end;

	w->node_bytes = 3000000;
	ask(w, fd, "{\"get\":\"node\"}\n");
	/* Until it is told, but before it is dropped. */
	while (serve_clients(w->serve) && sd_event_run(w->loop, 500000) == 0)
		;
	assert_int_equal(hear(w, fd), -1);
	end = strchr(w->got.p, '\n');
	assert_non_null(end);
	assert_true((size_t)(end - w->got.p) > w->node_bytes);
	assert_non_null(strstr(end, "nothing was read for too long"));
	close(fd);
}

static void no_descriptors(void **state)
{
	struct world *w = *state;
	int fds[256], n = 0, last_fd, i;
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct rlimit before, few;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = (struct rlimit){.rlim_cur = 256, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	snprintf(at.sun_path, sizeof(at.sun_path), "%.100s", w->path);
	while (n < (int)ARRAY_LEN(fds) && (last_fd = open("/dev/null", O_RDONLY)) >= 0)
		fds[n++] = last_fd;
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	run(w);
	assert_int_equal(hear(w, fd), -1);
	for (i = 0; i < n; i++)
		close(fds[i]);
	setrlimit(RLIMIT_NOFILE, &before);
	close(fd);
	fd = call(w);
	ask(w, fd, "{\"get\":\"node\"}\n");
	assert_int_equal(hear(w, fd), 0);
	close(fd);
}

static void listening(void **state)
{
	struct world *w = *state;
	struct err e = {0};
	char path[256];
	int fd;

	/* One that lives is left alone, one that died is replaced, and nothing else is. */
	assert_int_equal(serve_listen(w->path, &e), -EADDRINUSE);
	assert_non_null(strstr(e.text, "another gpubayd"));
	serve_free(w->serve);
	start(w, NULL);
	memset(path, 'p', sizeof(path));
	path[200] = '\0';
	e = (struct err){0};
	assert_int_equal(serve_listen(path, &e), -ENAMETOOLONG);
	snprintf(path, sizeof(path), "%s/no/socket", w->top);
	e = (struct err){0};
	assert_int_equal(serve_listen(path, &e), -ENOENT);
	fd = call(w);
	ask(w, fd, "{\"get\":\"node\"}\n");
	assert_int_equal(hear(w, fd), 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(questions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(following, set_up, tear_down),
		cmocka_unit_test_setup_teardown(numbers_of_another_life, set_up, tear_down),
		cmocka_unit_test_setup_teardown(garbage, set_up, tear_down),
		cmocka_unit_test_setup_teardown(endless_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_many, set_up, tear_down),
		cmocka_unit_test_setup_teardown(slow_reader, set_up, tear_down),
		cmocka_unit_test_setup_teardown(slow_reader_comes_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_descriptors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(listening, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
