/* SPDX-License-Identifier: Apache-2.0 */
/* A child in an isolated /dev sees its own node and not the other, and everything else as before. */
#include "host/isolate.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { OK = 0, NO_NAMESPACE = 77 };

static void put(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	if (fd >= 0)
		close(fd);
}

/* A /dev of our own with two cards, so that the test's machine keeps its /dev. */
static int make_dev(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("dev", "/dev", "tmpfs", 0, "mode=0755") < 0)
		return NO_NAMESPACE;
	mkdir("/dev/dri", 0755);
	mkdir("/dev/dri/by-path", 0755);
	mkdir("/dev/shm", 0755);
	put("/dev/dri/card0");
	put("/dev/dri/renderD128");
	put("/dev/dri/renderD129");
	put("/dev/nvidia0");
	put("/dev/nvidia1");
	put("/dev/nvidiactl");
	put("/dev/kfd");
	put("/dev/null");
	put("/dev/shm/kept");
	if (symlink("../renderD128", "/dev/dri/by-path/pci-0000:03:00.0-render") < 0 ||
	    symlink("../renderD129", "/dev/dri/by-path/pci-0000:04:00.0-render") < 0 || symlink("/proc/self/fd", "/dev/fd") < 0)
		return NO_NAMESPACE;
	return OK;
}

static bool there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static int look(const struct strs *keep, const char *const *present, const char *const *absent)
{
	struct err e = {0};
	int line = 1;

	if (make_dev() != OK)
		return NO_NAMESPACE;
	if (isolate_dev(keep, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		return 100;
	}
	for (; *present; present++, line++)
		if (!there(*present))
			return line;
	for (; *absent; absent++, line++)
		if (there(*absent))
			return line;
	return there("/tmp") && !there("/tmp/dri") ? OK : 99;
}

static void run_in_child(const struct strs *keep, const char *const *present, const char *const *absent)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(look(keep, present, absent));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NO_NAMESPACE)
		skip(); /* no right to make a mount namespace here */
	assert_int_equal(WEXITSTATUS(status), OK);
}

static void only_the_kept_node(void **state)
{
	const char *nodes[] = {"/dev/dri/renderD128"};
	static const char *const present[] = {"/dev/dri/renderD128", "/dev/dri/by-path/pci-0000:03:00.0-render", "/dev/null",
					      "/dev/shm/kept", "/dev/fd", NULL};
	static const char *const absent[] = {"/dev/dri/renderD129", "/dev/dri/card0", "/dev/dri/by-path/pci-0000:04:00.0-render",
					     "/dev/nvidia0", "/dev/nvidiactl", "/dev/kfd", NULL};

	run_in_child(&(struct strs){.v = nodes, .n = 1}, present, absent);
}

static void shared_nvidia_nodes_stay(void **state)
{
	const char *nodes[] = {"/dev/nvidia1"};
	static const char *const present[] = {"/dev/nvidia1", "/dev/nvidiactl", NULL};
	static const char *const absent[] = {"/dev/nvidia0", "/dev/dri/renderD128", "/dev/kfd", NULL};

	run_in_child(&(struct strs){.v = nodes, .n = 1}, present, absent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_kept_node),
		cmocka_unit_test(shared_nvidia_nodes_stay),
	};

	return cmocka_run_group_tests_name("isolate", tests, NULL, NULL);
}
