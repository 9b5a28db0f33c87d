/* SPDX-License-Identifier: Apache-2.0 */
/* Workers that do everything wrong. The program is this test itself, told by its first argument how to misbehave. */
#include "host/worker.h"

#include "base/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

static const char *self;

static _Noreturn void flood(int fd)
{
	static char block[65536];

	memset(block, 'x', sizeof(block));
	for (;;)
		if (write(fd, block, sizeof(block)) < 0)
			_exit(0);
}

/* A cgroup whose members the kernel stops so that not even SIGKILL ends them, as a driver may. */
#define FREEZER "/sys/fs/cgroup/freezer/gpubay-test-worker"

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

static void behave(const char *how)
{
	if (strcmp(how, "hello") == 0) {
		printf("hello");
		fprintf(stderr, "beginning%04000dend", 0);
	} else if (strcmp(how, "status") == 0) {
		_exit(7);
	} else if (strcmp(how, "hang") == 0) {
		signal(SIGTERM, SIG_IGN);
		for (;;)
			pause();
	} else if (strcmp(how, "crash") == 0) {
		signal(SIGSEGV, SIG_DFL); /* a sanitizer would make an ordinary exit of it */
		raise(SIGSEGV);
	} else if (strcmp(how, "flood") == 0) {
		flood(1);
	} else if (strcmp(how, "flood-errors") == 0) {
		flood(2);
	} else if (strcmp(how, "eat") == 0) {
		for (;;) {
			volatile char *p = malloc(
				1 << 20); /* volatile: a compiler may see that nobody reads it */
			unsigned i;

			for (i = 0; p && i < 1 << 20; i += 4096)
				p[i] = 1;
			usleep(500);
		}
	} else if (strcmp(how, "eat-in-child") == 0) {
		if (fork() == 0)
			behave("eat");
		behave("hang");
	} else if (strcmp(how, "leave-child") == 0) {
		/* A child in the same group that keeps standard output open. */
		if (fork() == 0)
			behave("hang");
		printf("parent is done");
	} else if (strcmp(how, "fork-and-hang") == 0) {
		pid_t pid = fork();

		if (pid) {
			printf("%d\n", pid);
			fflush(stdout);
		}
		behave("hang");
	} else if (strcmp(how, "ids") == 0) {
		char line[4096] = "";
		int fd = open("/proc/self/status", O_RDONLY);

		if (read(fd, line, sizeof(line) - 1) > 0)
			printf("%s%d", line, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	} else if (strcmp(how, "freeze") == 0) {
		write_file(FREEZER "/tasks", "0");
		write_file(FREEZER "/freezer.state", "FROZEN");
		behave("hang");
	} else if (strcmp(how, "fds") == 0) {
		int fd;

		for (fd = 0; fd < 256; fd++)
			if (fcntl(fd, F_GETFD) >= 0)
				printf("%d ", fd);
	}
}

static void run_as(struct worker *w, const char *how, uint32_t deadline_ms,
		   const struct worker_identity *id)
{
	const char *const argv[] = {"worker", how, NULL};

	*w = (struct worker){
		.program = self, .argv = argv, .deadline_ms = deadline_ms, .identity = id};
	worker_run(w, 1, 0);
}

static void run(struct worker *w, const char *how, uint32_t deadline_ms)
{
	run_as(w, how, deadline_ms, NULL);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void answers(void **state)
{
	struct worker w;

	run(&w, "hello", 5000);
	assert_int_equal(w.end, WORKER_END_EXITED);
	assert_string_equal(w.out.p, "hello");
	assert_int_equal(w.n_tail, WORKER_TAIL_MAX);
	assert_true(str_ends(w.tail, "0end"));
	worker_free(&w);
	run(&w, "status", 5000);
	assert_int_equal(w.end, WORKER_END_EXITED);
	assert_int_equal(w.status, 7);
	worker_free(&w);
}

static void hangs(void **state)
{
	struct worker w;

	run(&w, "hang", 200);
	assert_int_equal(w.end, WORKER_END_HUNG);
	assert_true(w.took_ms >= 200);
	assert_false(w.stuck);
	assert_int_equal(waitpid(w.pid, NULL, WNOHANG), -1);
	worker_free(&w);
}

static void cannot_be_ended(void **state)
{
	struct worker w;
	uint64_t start;

	if (mkdir(FREEZER, 0755) < 0) {
		print_message("# no freezer cgroup that this user may make\n");
		skip();
	}
	start = now_ms();
	run(&w, "freeze", 300);
	assert_true(now_ms() - start >= 300);
	write_file(FREEZER "/freezer.state", "THAWED");
	assert_int_equal(w.end, WORKER_END_HUNG);
	assert_true(w.stuck);
	waitpid(w.pid, NULL, 0);
	worker_free(&w);
	while (rmdir(FREEZER) < 0 && errno == EBUSY)
		usleep(10000);
}

static void crashes(void **state)
{
	struct worker w;

	run(&w, "crash", 5000);
	assert_int_equal(w.end, WORKER_END_CRASHED);
	assert_int_equal(w.signal, SIGSEGV);
	worker_free(&w);
}

static void floods(void **state)
{
	struct worker w;

	run(&w, "flood", 20000);
	assert_int_equal(w.end, WORKER_END_TOO_LONG);
	assert_true(w.out.n <= WORKER_OUTPUT_MAX);
	worker_free(&w);
	run(&w, "flood-errors", 200);
	assert_int_equal(w.end, WORKER_END_HUNG);
	assert_true(w.took_ms >= 200);
	worker_free(&w);
}

static void eats(void **state)
{
	const char *const ways[] = {"eat", "eat-in-child"};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(ways); i++) {
		const char *const argv[] = {"worker", ways[i], NULL};
		struct worker w = {.program = self,
				   .argv = argv,
				   .deadline_ms = 20000,
				   .memory_max = 64 << 20};

		if (i == 1 && access("/proc/thread-self/children", R_OK) < 0) {
			print_message("# this kernel does not list a process's children\n");
			continue;
		}
		worker_run(&w, 1, 0);
		assert_int_equal(w.end, WORKER_END_TOO_BIG);
		assert_true(w.memory_peak > 64 << 20);
		worker_free(&w);
	}
}

static void not_there(void **state)
{
	const char *const argv[] = {"worker", NULL};
	struct worker w = {.program = "/nonexistent/program", .argv = argv};

	worker_run(&w, 1, 0);
	assert_int_equal(w.end, WORKER_END_NOT_STARTED);
	assert_int_equal(w.error, ENOENT);
	worker_free(&w);
}

static bool gone(int pid)
{
	int tries;

	for (tries = 0; tries < 100; tries++) {
		if (kill(pid, 0) < 0)
			return true;
		usleep(5000);
	}
	return false;
}

static void ends_the_group(void **state)
{
	struct worker w;
	uint64_t pid = 0;

	run(&w, "fork-and-hang", 400);
	assert_int_equal(w.end, WORKER_END_HUNG);
	assert_int_equal(parse_u64n(w.out.p, strcspn(w.out.p, "\n"), 10, INT32_MAX, &pid), 0);
	/* Somebody else's child by now: a zombie counts as ended where nobody collects them. */
	if (!gone((int)pid)) {
		char path[64], text[256] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
		f = fopen(path, "r");
		assert_non_null(f);
		assert_non_null(fgets(text, sizeof(text), f));
		fclose(f);
		assert_non_null(strstr(text, ") Z"));
	}
	worker_free(&w);
	run(&w, "leave-child", 10000);
	assert_int_equal(w.end, WORKER_END_EXITED);
	assert_string_equal(w.out.p, "parent is done");
	assert_true(w.took_ms < 10000);
	worker_free(&w);
}

static void side_by_side(void **state)
{
	const char *const hang[] = {"worker", "hang", NULL}, *const hello[] = {"worker", "hello",
									       NULL};
	struct worker w[5];
	unsigned i;

	for (i = 0; i < 5; i++)
		w[i] = (struct worker){
			.program = self, .argv = i == 2 ? hello : hang, .deadline_ms = 300};
	worker_run(w, 5, 0);
	assert_true(w[4].started_ms < w[0].started_ms + w[0].took_ms);
	for (i = 0; i < 5; i++) {
		assert_int_equal(w[i].end, i == 2 ? WORKER_END_EXITED : WORKER_END_HUNG);
		worker_free(&w[i]);
	}
}

static void confined(void **state)
{
	const struct worker_identity nobody = {
		.change = true, .uid = 65534, .gid = 65534, .gids = {44}, .n_gids = 1, .home = "/"};
	const struct worker_identity bare = {.change = true, .strip = true};
	int fd = open("/dev/null", O_RDONLY);
	struct worker w;

	run(&w, "fds", 5000);
	assert_string_equal(w.out.p, "0 1 2 ");
	worker_free(&w);
	close(fd);
	run(&w, "ids", 5000);
	assert_true(str_ends(w.out.p, "1"));
	worker_free(&w);
	if (geteuid() != 0) {
		print_message("# only root can become someone else\n");
		return;
	}
	run_as(&w, "ids", 5000, &nobody);
	assert_int_equal(w.end, WORKER_END_EXITED);
	assert_non_null(strstr(w.out.p, "Uid:\t65534\t65534\t65534\t65534"));
	assert_non_null(strstr(w.out.p, "Gid:\t65534\t65534\t65534\t65534"));
	assert_non_null(strstr(w.out.p, "Groups:\t44 \n"));
	assert_non_null(strstr(w.out.p, "CapEff:\t0000000000000000"));
	worker_free(&w);
	run_as(&w, "ids", 5000, &bare);
	assert_non_null(strstr(w.out.p, "Uid:\t0\t0\t0\t0"));
	assert_non_null(strstr(w.out.p, "CapEff:\t0000000000000000"));
	assert_non_null(strstr(w.out.p, "CapPrm:\t0000000000000000"));
	worker_free(&w);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),	cmocka_unit_test(hangs),
		cmocka_unit_test(crashes),	cmocka_unit_test(cannot_be_ended),
		cmocka_unit_test(floods),	cmocka_unit_test(eats),
		cmocka_unit_test(not_there),	cmocka_unit_test(ends_the_group),
		cmocka_unit_test(side_by_side), cmocka_unit_test(confined),
	};

	if (argc > 1) {
		behave(argv[1]);
		return 0;
	}
	self = "/proc/self/exe";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
