/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/ask.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_MAX = 4 << 20 };

struct ask {
	struct ask_options o;
	char socket[108]; /* as much as its address holds */
	sd_event *loop;
	sd_event_source *io, *deadline, *child;
	int fd;    /* what the answer comes from; -1: nothing was asked */
	pid_t pid; /* of a child that has not ended; 0: none */
	struct buf in;
	bool again;
};

static int connect_socket(const struct ask *k)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd, r;

	memcpy(at.sun_path, k->socket, sizeof(at.sun_path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	r = -errno;
	close(fd);
	return r;
}

static int on_end(sd_event_source *s, const siginfo_t *si, void *arg)
{
	struct ask *k = arg;

	k->pid = 0;
	return 0;
}

static int spawn_with(struct ask *k, int out)
{
	static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	const char *words[] = {k->o.program, "gone", "--json", NULL, NULL, NULL};
	char *env[] = {path, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, pipes;
	int r;

	/* Taking back is root's, and of this machine; looking is anybody's. */
	if (*k->o.root) {
		words[3] = "--root";
		words[4] = k->o.root;
	} else if (geteuid() == 0) {
		words[3] = "--take-back";
	}
	sigemptyset(&none);
	sigemptyset(&pipes);
	sigaddset(&pipes, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_init(&how);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &pipes);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
	r = posix_spawn(&k->pid, k->o.program, &files, &how, (char **)(uintptr_t)words, env);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	if (r)
		k->pid = 0;
	return -r;
}

static int spawn(struct ask *k)
{
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	r = spawn_with(k, ends[1]);
	close(ends[1]);
	if (r == 0) {
		k->child = sd_event_source_disable_unref(k->child);
		r = sd_event_add_child(k->loop, &k->child, k->pid, WEXITED, on_end, k);
	}
	if (r >= 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
		return ends[0];
	close(ends[0]);
	return MIN(r, -1);
}

static void finish(struct ask *k, const struct err *e)
{
	struct err empty = {0};

	k->io = sd_event_source_disable_unref(k->io);
	sd_event_source_set_enabled(k->deadline, SD_EVENT_OFF);
	close(k->fd);
	k->fd = -1;
	if (!e && !k->in.n) {
		err_set(&empty, -EPIPE, "'gpubay gone' ended without an answer");
		e = &empty;
	}
	k->o.done(k->o.arg, &k->in, e);
	buf_free(&k->in);
	if (k->again) {
		k->again = false;
		ask_start(k);
	}
}

static int on_answer(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	struct ask *k = arg;
	struct err e = {0};
	char piece[16384];
	ssize_t n = read(fd, piece, sizeof(piece));

	if (n > 0)
		buf_add(&k->in, piece, (size_t)n);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		finish(k, NULL);
	} else if (k->in.n > ANSWER_MAX) {
		err_set(&e, -E2BIG, "the answer of 'gpubay gone' has no end");
		finish(k, &e);
	}
	return 0;
}

static int on_deadline(sd_event_source *s, uint64_t usec, void *arg)
{
	struct ask *k = arg;
	struct err e = {0};

	err_set(&e, -ETIMEDOUT, "'gpubay gone' did not end within %llu s; it is left alone",
		(unsigned long long)(k->o.deadline_us / 1000000));
	/* A session of its own: what it started goes too. */
	if (k->pid)
		kill(-k->pid, SIGKILL);
	finish(k, &e);
	return 0;
}

static void cannot(struct ask *k, int code)
{
	struct err e = {0};

	if (code == -EBUSY)
		err_set(&e, code, "'gpubay gone' hangs since it was last run, and is not begun again");
	else
		err_set(&e, code, "cannot run '%s gone': %s", k->o.program, strerror(-code));
	k->o.done(k->o.arg, &k->in, &e);
}

void ask_start(struct ask *k)
{
	uint64_t now = 0;
	int r;

	if (k->fd >= 0) {
		k->again = true;
		return;
	}
	r = connect_socket(k);
	if (r < 0)
		r = k->pid ? -EBUSY : spawn(k);
	if (r < 0) {
		cannot(k, r);
		return;
	}
	k->fd = r;
	sd_event_now(k->loop, CLOCK_MONOTONIC, &now);
	sd_event_source_set_time(k->deadline, now + k->o.deadline_us);
	sd_event_source_set_enabled(k->deadline, SD_EVENT_ONESHOT);
	r = sd_event_add_io(k->loop, &k->io, k->fd, EPOLLIN, on_answer, k);
	if (r < 0)
		finish(k, NULL);
}

int ask_new(sd_event *loop, const struct ask_options *o, struct ask **ret)
{
	struct ask *k = xmalloc(sizeof(*k));
	int r;

	*k = (struct ask){.o = *o, .loop = loop, .fd = -1};
	/* One that does not fit is not there. */
	if (snprintf(k->socket, sizeof(k->socket), "%s", o->socket) >= (int)sizeof(k->socket))
		k->socket[0] = '\0';
	r = sd_event_add_time(loop, &k->deadline, CLOCK_MONOTONIC, 0, 1000000, on_deadline, k);
	if (r >= 0)
		r = sd_event_source_set_enabled(k->deadline, SD_EVENT_OFF);
	if (r < 0)
		ask_free(k);
	else
		*ret = k;
	return r;
}

void ask_free(struct ask *k)
{
	if (!k)
		return;
	if (k->fd >= 0)
		close(k->fd);
	sd_event_source_disable_unref(k->io);
	sd_event_source_disable_unref(k->deadline);
	/* Else the loop would end the child: what it takes back is taken back whole. */
	if (k->child)
		sd_event_source_set_child_process_own(k->child, 0);
	sd_event_source_disable_unref(k->child);
	buf_free(&k->in);
	free(k);
}
