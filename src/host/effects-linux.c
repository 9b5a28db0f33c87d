/* SPDX-License-Identifier: Apache-2.0 */
/* Effects on the real machine. */
#include "host/effects.h"

#include "host/program.h"
#include "host/statefile.h"
#include "host/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RESULT_FD = 3 };

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/*
 * The child. It may stay in the kernel for good, so it keeps nothing of its parent: no descriptor (a pipe that somebody
 * reads to its end, a lock), no terminal, no signal that is meant for the parent's group.
 */
static _Noreturn void child(int result, effects_fn fn, void *arg)
{
	struct err said = {0};
	int r;

	setsid();
	if (result != RESULT_FD)
		dup2(result, RESULT_FD);
	close(0), close(1), close(2);
	syscall(SYS_close_range, RESULT_FD + 1, ~0U, 0);
	r = fn(arg, &said);
	said.code = r;
	if (write(RESULT_FD, &said, sizeof(said)) < 0)
		_exit(1);
	_exit(0);
}

/* What the child says before the deadline; -ETIMEDOUT when it says nothing, -EIO when it died. */
static int wait_result(int fd, uint32_t deadline_ms, struct err *ret_said)
{
	uint64_t end = now_ms() + deadline_ms, now;
	struct pollfd p = {.fd = fd, .events = POLLIN};

	while ((now = now_ms()) < end) {
		if (poll(&p, 1, (int)(end - now)) <= 0)
			continue;
		return read(fd, ret_said, sizeof(*ret_said)) == sizeof(*ret_said) ? ret_said->code : -EIO;
	}
	return -ETIMEDOUT;
}

static int linux_child(struct effects *fx, const char *what, effects_fn fn, void *arg, uint32_t deadline_ms, struct err *e)
{
	struct err said = {0};
	int fds[2], r;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_set(e, -errno, "cannot %s: %s", what, strerror(errno));
	pid = fork();
	if (pid == 0)
		child(fds[1], fn, arg);
	r = pid < 0 ? -errno : 0;
	close(fds[1]);
	if (r == 0)
		r = wait_result(fds[0], deadline_ms, &said);
	close(fds[0]);
	if (pid > 0)
		waitpid(pid, NULL, r == -ETIMEDOUT ? WNOHANG : 0);
	if (r < 0 && *said.text)
		return err_set(e, r, "%s", said.text);
	return r < 0 ? err_set(e, r, "cannot %s: %s", what, strerror(-r)) : r;
}

struct attribute {
	const char *path, *value;
};

static int write_attribute(void *arg, struct err *e)
{
	const struct attribute *at = arg;
	int fd = open(at->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 || write(fd, at->value, strlen(at->value)) < 0 ? -errno : 0;
}

static int linux_write(struct effects *fx, const char *path, const char *value, uint32_t deadline_ms)
{
	struct attribute at = {path, value};

	return linux_child(fx, "write", write_attribute, &at, deadline_ms, NULL);
}

static int linux_file(struct effects *fx, const char *path, const struct buf *content, unsigned mode, struct err *e)
{
	struct statefile f = {.path = path, .lock = -1};
	int r = statefile_make_folders(path, e);

	if (r < 0)
		return r;
	return statefile_write_mode(&f, content, mode, e);
}

static int linux_unlink(struct effects *fx, const char *path)
{
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

static int linux_run(struct effects *fx, const char *const *argv, uint32_t deadline_ms, struct buf *ret_out)
{
	const char *found = strchr(argv[0], '/') ? NULL : program_of_system(fx->a, argv[0]);
	struct worker w = {.program = found ? found : argv[0], .argv = argv, .deadline_ms = deadline_ms};
	int r;

	worker_run(&w, 1, 0);
	if (ret_out) {
		buf_add(ret_out, w.out.p, w.out.n);
		buf_add(ret_out, w.tail, w.n_tail);
	}
	switch (w.end) {
	case WORKER_END_EXITED: r = w.status; break;
	case WORKER_END_NOT_STARTED: r = -w.error; break;
	case WORKER_END_CRASHED: r = -EINTR; break;
	default: r = -ETIMEDOUT; break;
	}
	worker_free(&w);
	return r;
}

static int linux_signal(struct effects *fx, int pidfd, int sig)
{
	return syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0) < 0 ? -errno : 0;
}

void effects_init_linux(struct effects *fx, struct arena *a)
{
	static const struct effects_ops ops = {linux_write, linux_file, linux_unlink, linux_run, linux_signal, linux_child};

	*fx = (struct effects){.ops = &ops, .a = a};
	fx->confined = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && access("/run/systemd/system", F_OK) == 0;
}
