/* SPDX-License-Identifier: Apache-2.0 */
#include "host/worker.h"

#include "host/worker-child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

ENUM_TABLE(worker_end, WORKER_END)

enum { WAITING, RUNNING, KILLED, DONE };
enum { TICK_MS = 50, N_FDS = 4, FD_FIRST = 10 };

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* A pipe whose ends are out of the way of 0, 1 and 2, should the caller have closed those. */
static int pipe_high(int fds[2])
{
	int low[2], i;

	if (pipe2(low, O_CLOEXEC) < 0)
		return -errno;
	for (i = 0; i < 2; i++) {
		fds[i] = fcntl(low[i], F_DUPFD_CLOEXEC, FD_FIRST);
		close(low[i]);
	}
	if (fds[0] >= 0 && fds[1] >= 0)
		return 0;
	close_fd(&fds[0]);
	close_fd(&fds[1]);
	return -EMFILE;
}

static void not_started(struct worker *w, int code)
{
	w->end = WORKER_END_NOT_STARTED;
	w->error = code;
	w->state = DONE;
}

static void worker_start(struct worker *w)
{
	int fds[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}}, r = 0, i;
	pid_t parent = getpid();

	w->started_ms = now_ms();
	for (i = 0; i < 3 && r == 0; i++)
		r = pipe_high(fds[i]);
	if (r == 0) {
		w->pid = fork();
		if (w->pid == 0)
			worker_child(w, fds[0][1], fds[1][1], fds[2][1], parent);
		r = w->pid < 0 ? -errno : 0;
	}
	for (i = 0; i < 3; i++) {
		close_fd(&fds[i][1]);
		if (r < 0)
			close_fd(&fds[i][0]);
		else
			fcntl(fds[i][0], F_SETFL, O_NONBLOCK);
	}
	if (r < 0) {
		not_started(w, -r);
		return;
	}
	w->fd_out = fds[0][0];
	w->fd_err = fds[1][0];
	w->fd_start = fds[2][0];
	w->fd_pid = (int)syscall(SYS_pidfd_open, w->pid, 0);
	w->state = RUNNING;
}

/* The group, and the child itself should it not have got as far as having one. */
static void worker_kill(struct worker *w, enum worker_end why)
{
	if (w->state != RUNNING)
		return;
	kill(-w->pid, SIGKILL);
	kill(w->pid, SIGKILL);
	w->end = why;
	w->killed_ms = now_ms();
	w->state = KILLED;
}

static void tail_add(struct worker *w, const char *p, size_t n)
{
	size_t keep;

	if (n > WORKER_TAIL_MAX) {
		p += n - WORKER_TAIL_MAX;
		n = WORKER_TAIL_MAX;
	}
	keep = MIN(w->n_tail, WORKER_TAIL_MAX - n);
	memmove(w->tail, w->tail + w->n_tail - keep, keep);
	memcpy(w->tail + keep, p, n);
	w->n_tail = keep + n;
	w->tail[w->n_tail] = '\0';
}

static void read_out(struct worker *w)
{
	char piece[65536];
	ssize_t n;

	while (w->fd_out >= 0 && (n = read(w->fd_out, piece, sizeof(piece))) != 0) {
		if (n < 0)
			return;
		if (w->out.n + (size_t)n > w->output_max) {
			worker_kill(w, WORKER_END_TOO_LONG);
			if (w->end ==
			    WORKER_END_EXITED) /* it had ended by itself, having said too much */
				w->end = WORKER_END_TOO_LONG;
			break;
		}
		buf_add(&w->out, piece, (size_t)n);
	}
	close_fd(&w->fd_out);
}

/* Bounded: who writes errors for ever is read once a turn and ended at the deadline. */
static void read_err(struct worker *w)
{
	char piece[8192];
	ssize_t n;
	int turns;

	for (turns = 0; w->fd_err >= 0 && turns < 16; turns++) {
		n = read(w->fd_err, piece, sizeof(piece));
		if (n < 0)
			return;
		if (n == 0) {
			close_fd(&w->fd_err);
			return;
		}
		tail_add(w, piece, (size_t)n);
	}
}

/* Closed without a word: the program runs. */
static void read_start(struct worker *w)
{
	int code = 0;
	ssize_t n;

	if (w->fd_start < 0)
		return;
	n = read(w->fd_start, &code, sizeof(code));
	if (n < 0)
		return;
	if (n == sizeof(code))
		w->error = code;
	close_fd(&w->fd_start);
}

static void worker_done(struct worker *w)
{
	w->took_ms = (uint32_t)(now_ms() - w->started_ms);
	close_fd(&w->fd_out);
	close_fd(&w->fd_err);
	close_fd(&w->fd_start);
	close_fd(&w->fd_pid);
	w->state = DONE;
}

static void worker_ended(struct worker *w, int status)
{
	if (w->state == RUNNING) {
		w->end = WORKER_END_EXITED;
		if (WIFSIGNALED(status)) {
			w->end = WORKER_END_CRASHED;
			w->signal = WTERMSIG(status);
		}
		w->status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	}
	/* What it left behind in its group. */
	kill(-w->pid, SIGKILL);
	read_start(w);
	if (w->error)
		w->end = WORKER_END_NOT_STARTED;
	w->state = KILLED;
	read_out(w);
	read_err(w);
	worker_done(w);
}

/* A child that someone else has waited for has ended too. */
static void worker_reap(struct worker *w)
{
	int status = 0;
	pid_t r = waitpid(w->pid, &status, WNOHANG);

	if (r == w->pid || (r < 0 && errno == ECHILD))
		worker_ended(w, status);
}

static void worker_look(struct worker *w)
{
	uint64_t now = now_ms();

	if (w->state == KILLED && now - w->killed_ms >= WORKER_GRACE_MS) {
		w->stuck = true;
		worker_done(w);
	} else if (w->state == RUNNING) {
		uint64_t bytes = worker_memory(w->pid);

		w->memory_peak = MAX(w->memory_peak, bytes);
		if (bytes > w->memory_max)
			worker_kill(w, WORKER_END_TOO_BIG);
		else if (now - w->started_ms >= w->deadline_ms)
			worker_kill(w, WORKER_END_HUNG);
	}
}

static bool is_live(const struct worker *w)
{
	return w->state == RUNNING || w->state == KILLED;
}

static int turn_ms(const struct worker *w, unsigned n)
{
	uint64_t now = now_ms(), wait = TICK_MS;
	unsigned i;

	for (i = 0; i < n; i++) {
		if (w[i].state == RUNNING && w[i].fd_pid < 0)
			wait = MIN(wait, 5);
		if (w[i].state == RUNNING) {
			uint64_t end = w[i].started_ms + w[i].deadline_ms;

			wait = MIN(wait, end > now ? end - now : 0);
		} else if (w[i].state == KILLED) {
			wait = MIN(wait, 5);
		}
	}
	return (int)wait;
}

static void worker_turn(struct worker *w, unsigned n, struct pollfd *fds)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		bool live = is_live(&w[i]);

		fds[i * N_FDS] = (struct pollfd){.fd = live ? w[i].fd_out : -1, .events = POLLIN};
		fds[i * N_FDS + 1] =
			(struct pollfd){.fd = live ? w[i].fd_err : -1, .events = POLLIN};
		fds[i * N_FDS + 2] =
			(struct pollfd){.fd = live ? w[i].fd_start : -1, .events = POLLIN};
		fds[i * N_FDS + 3] =
			(struct pollfd){.fd = live ? w[i].fd_pid : -1, .events = POLLIN};
	}
	poll(fds, n * N_FDS, turn_ms(w, n));
	for (i = 0; i < n; i++) {
		if (!is_live(&w[i]))
			continue;
		read_start(&w[i]);
		read_out(&w[i]);
		read_err(&w[i]);
		worker_reap(&w[i]);
		worker_look(&w[i]);
	}
}

static void worker_prepare(struct worker *w)
{
	w->deadline_ms = w->deadline_ms ? w->deadline_ms : WORKER_DEADLINE_MS;
	w->output_max = w->output_max ? w->output_max : WORKER_OUTPUT_MAX;
	w->memory_max = w->memory_max ? w->memory_max : WORKER_MEMORY_MAX;
	w->fd_out = w->fd_err = w->fd_start = w->fd_pid = -1;
	w->state = WAITING;
}

void worker_run(struct worker *w, unsigned n, unsigned at_once)
{
	struct pollfd *fds = xmalloc(sizeof(*fds) * N_FDS * (n ? n : 1));
	unsigned i, live;

	at_once = at_once ? at_once : n;
	for (i = 0; i < n; i++)
		worker_prepare(&w[i]);
	do {
		for (i = live = 0; i < n; i++)
			live += is_live(&w[i]);
		for (i = 0; i < n && live < at_once; i++) {
			if (w[i].state != WAITING)
				continue;
			worker_start(&w[i]);
			live += is_live(&w[i]);
		}
		if (live)
			worker_turn(w, n, fds);
	} while (live);
	free(fds);
}

void worker_free(struct worker *w)
{
	buf_free(&w->out);
}
