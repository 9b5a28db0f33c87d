/* SPDX-License-Identifier: Apache-2.0 */
/* Effects: done, refused by the kernel, hanging, only said, and failing at the n-th. */
#include "host/effects.h"

#include "base/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/gpubay-effects.XXXXXX";
static struct arena *a;

static const char *in(const char *name)
{
	return arena_printf(a, "%s/%s", folder, name);
}

static void put(const char *name)
{
	close(open(in(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static const char *content(const char *name)
{
	static char text[100];
	int fd = open(in(name), O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return n < 0 ? NULL : text;
}

static void writes(void **state)
{
	struct effects fx;

	effects_init_linux(&fx, a);
	put("remove");
	assert_int_equal(effects_write(&fx, in("remove"), "1", 5000), 0);
	assert_string_equal(content("remove"), "1");
	assert_int_equal(effects_write(&fx, in("none"), "1", 5000), -ENOENT);
	assert_null(content("none"));
	assert_int_equal(effects_write(&fx, "/dev/full", "1", 5000), -ENOSPC);
}

/* Opening a FIFO that nobody reads waits as an unbind does; the child stays, and nothing near is tried again. */
static void hangs(void **state)
{
	struct effects fx;
	char text[10] = "";
	int fd;

	effects_init_linux(&fx, a);
	mkdir(in("driver"), 0700);
	put("driver/other");
	assert_int_equal(mkfifo(in("driver/unbind"), 0600), 0);
	assert_int_equal(effects_write(&fx, in("driver/unbind"), "x", 100), -ETIMEDOUT);
	assert_int_equal(effects_write(&fx, in("driver/unbind"), "x", 100), -EBUSY);
	assert_int_equal(effects_write(&fx, in("driver/other"), "x", 100), -EBUSY);
	assert_string_equal(content("driver/other"), "");
	/* It was left alone: it goes on as soon as it can. */
	fd = open(in("driver/unbind"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, text, sizeof(text)), 1);
	assert_string_equal(text, "x");
	close(fd);
	wait(NULL);
}

static void files(void **state)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	struct effects fx;
	struct err e = {0};
	struct stat st;

	effects_init_linux(&fx, a);
	buf_adds(&b, "secret");
	assert_int_equal(effects_file(&fx, in("new/folder/key"), &b, 0600, &e), 0);
	assert_string_equal(content("new/folder/key"), "secret");
	assert_int_equal(stat(in("new/folder/key"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(effects_unlink(&fx, in("new/folder/key")), 0);
	assert_int_equal(effects_unlink(&fx, in("new/folder/key")), 0);
	assert_true(effects_file(&fx, "/proc/none", &b, 0600, &e) < 0);
	assert_non_null(strstr(e.text, "/proc/none"));
}

static void runs(void **state)
{
	const char *const said[] = {"sh", "-c", "echo out; echo err >&2; exit 3", NULL}, *const none[] = {"/no/program", NULL},
			  *const slow[] = {"sleep", "100", NULL};
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	struct effects fx;

	effects_init_linux(&fx, a);
	assert_int_equal(effects_run(&fx, said, 10000, &b), 3);
	assert_string_equal(b.p, "out\nerr\n");
	assert_int_equal(effects_run(&fx, none, 10000, NULL), -ENOENT);
	assert_int_equal(effects_run(&fx, slow, 100, NULL), -ETIMEDOUT);
}

static int in_child(void *arg, struct err *e)
{
	const char *what = arg;

	if (str_eq(what, "hang"))
		sleep(2);
	if (str_eq(what, "die"))
		kill(getpid(), SIGKILL);
	if (str_eq(what, "count"))
		return 3;
	if (str_eq(what, "no words"))
		return -ENODEV;
	return str_eq(what, "fail") ? err_set(e, -EROFS, "'/dev' is read-only") : 0;
}

static void children(void **state)
{
	struct effects fx;
	struct err e = {0};

	effects_init_linux(&fx, a);
	assert_int_equal(effects_child(&fx, "do it", in_child, (void *)"well", 10000, &e), 0);
	assert_int_equal(effects_child(&fx, "do it", in_child, (void *)"count", 10000, &e), 3);
	assert_string_equal(e.text, "");
	assert_int_equal(effects_child(&fx, "do it", in_child, (void *)"fail", 10000, &e), -EROFS);
	assert_string_equal(e.text, "'/dev' is read-only");
	e = (struct err){0};
	assert_int_equal(effects_child(&fx, "do it", in_child, (void *)"no words", 10000, &e), -ENODEV);
	assert_string_equal(e.text, "cannot do it: No such device");
	assert_int_equal(effects_child(&fx, "do it", in_child, (void *)"die", 10000, NULL), -EIO);
	assert_int_equal(effects_child(&fx, "do it", in_child, (void *)"hang", 100, NULL), -ETIMEDOUT);
	effects_init_fault(&fx, &(struct effects){.ops = fx.ops, .a = a}, 1, -EIO);
	assert_int_equal(effects_child(&fx, "do it", in_child, (void *)"well", 10000, NULL), -EIO);
	effects_init_dry(&fx, a);
	assert_int_equal(effects_child(&fx, "do it", in_child, (void *)"fail", 10000, NULL), 0);
}

static void would(void *arg, enum effect kind, const char *what, const char *value)
{
	buf_addf(arg, "%d %s=%s\n", kind, what, value ? value : "");
}

static void only_says(void **state)
{
	const char *const stop[] = {"podman", "stop", "x", NULL};
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	struct effects fx;

	effects_init_dry(&fx, a);
	fx.on_would = would;
	fx.on_would_arg = &b;
	put("dry");
	assert_int_equal(effects_write(&fx, in("dry"), "1", 100), 0);
	assert_int_equal(effects_run(&fx, stop, 100, NULL), 0);
	assert_int_equal(effects_signal(&fx, -1, SIGTERM), 0);
	assert_string_equal(content("dry"), "");
	assert_string_equal(b.p, arena_printf(a, "%d %s/dry=1\n%d podman stop x=\n%d TERM=\n", EFFECT_WRITE, folder, EFFECT_RUN,
					      EFFECT_SIGNAL));
}

static void fails_at(void **state)
{
	struct effects real, fx;
	int status;
	pid_t pid;

	effects_init_linux(&real, a);
	effects_init_fault(&fx, &real, 2, -EIO);
	put("fault");
	assert_int_equal(effects_write(&fx, in("fault"), "1", 5000), 0);
	assert_int_equal(effects_write(&fx, in("fault"), "2", 5000), -EIO);
	assert_string_equal(content("fault"), "1");
	assert_int_equal(effects_write(&fx, in("fault"), "3", 5000), 0);
	pid = fork();
	if (pid == 0) {
		effects_init_fault(&fx, &real, 1, 0);
		effects_write(&fx, in("fault"), "4", 5000);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_string_equal(content("fault"), "3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes),    cmocka_unit_test(hangs),	 cmocka_unit_test(files),
		cmocka_unit_test(runs),	     cmocka_unit_test(only_says), cmocka_unit_test(fails_at),
		cmocka_unit_test(children),
	};
	char *const rm[] = {(char *)"rm", (char *)"-rf", folder, NULL};
	int r;

	a = arena_new();
	if (!mkdtemp(folder))
		return 1;
	r = cmocka_run_group_tests(tests, NULL, NULL);
	if (fork() == 0)
		execvp("rm", rm);
	wait(NULL);
	arena_free(a);
	return r;
}
