/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times whole processes side by side: the commands take turns, so that a clock that drifts or a machine that is busy for
 * a moment hurts them all alike. posix_spawn and wait4, output to /dev/null.
 *
 * usage: bench-timer RUNS COMMAND [ARG...] [-- COMMAND [ARG...]]...
 *
 * Prints a line for each command: wall microseconds (least, median, 90th percentile), median CPU microseconds, peak
 * resident KiB of the largest run, the last exit status. Peak memory cannot read lower than this program's own
 * (the kernel hands it on over exec), which is why it is static and allocates next to nothing.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS_MAX = 16, RUNS_MAX = 10000 };

struct command {
	char **argv;
	uint64_t *wall_us;
	uint64_t *cpu_us;
	long peak_kib;
	int status;
};

extern char **environ;

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static uint64_t tv_us(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec;
}

static int run_once(struct command *c, unsigned run)
{
	posix_spawn_file_actions_t fa;
	struct rusage u;
	uint64_t start;
	pid_t pid;
	int r, status;

	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&fa, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
	start = now_us();
	r = posix_spawnp(&pid, c->argv[0], &fa, NULL, c->argv, environ);
	if (r == 0 && wait4(pid, &status, 0, &u) == pid) {
		c->wall_us[run] = now_us() - start;
		c->cpu_us[run] = tv_us(u.ru_utime) + tv_us(u.ru_stime);
		c->peak_kib = u.ru_maxrss > c->peak_kib ? u.ru_maxrss : c->peak_kib;
		c->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	posix_spawn_file_actions_destroy(&fa);
	if (r != 0)
		fprintf(stderr, "cannot run '%s': %s\n", c->argv[0], strerror(r));
	return r;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void print_command(struct command *c, unsigned n)
{
	qsort(c->wall_us, n, sizeof(*c->wall_us), compare_u64);
	qsort(c->cpu_us, n, sizeof(*c->cpu_us), compare_u64);
	printf("%llu %llu %llu %llu %ld %d\n", (unsigned long long)c->wall_us[0],
	       (unsigned long long)c->wall_us[n / 2], (unsigned long long)c->wall_us[n * 9 / 10],
	       (unsigned long long)c->cpu_us[n / 2], c->peak_kib, c->status);
}

int main(int argc, char **argv)
{
	struct command commands[COMMANDS_MAX] = {0};
	unsigned n_runs = argc > 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0, n = 0, run, i;
	int at;

	if (n_runs == 0 || n_runs > RUNS_MAX) {
		fprintf(stderr, "usage: bench-timer RUNS COMMAND [ARG...] [-- COMMAND [ARG...]]...\n");
		return 2;
	}
	for (at = 2; at < argc && n < COMMANDS_MAX; at++) {
		commands[n].argv = argv + at;
		commands[n].wall_us = calloc(n_runs, sizeof(uint64_t));
		commands[n].cpu_us = calloc(n_runs, sizeof(uint64_t));
		if (!commands[n].wall_us || !commands[n].cpu_us)
			return 1;
		n++;
		while (at < argc && strcmp(argv[at], "--") != 0)
			at++;
		if (at < argc)
			argv[at] = NULL;
	}
	/* One round first that does not count: caches, and a command that is not there. */
	for (i = 0; i < n; i++)
		if (run_once(&commands[i], 0) != 0)
			return 1;
	for (run = 0; run < n_runs; run++)
		for (i = 0; i < n; i++)
			if (run_once(&commands[i], run) != 0)
				return 1;
	for (i = 0; i < n; i++)
		print_command(&commands[i], n_runs);
	return 0;
}
