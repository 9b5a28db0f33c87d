/* SPDX-License-Identifier: Apache-2.0 */
#include "fake.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void hang(void)
{
	signal(SIGTERM, SIG_IGN);
	for (;;)
		pause();
}

static _Noreturn void crash(void)
{
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
	abort();
}

static _Noreturn void scribble(void)
{
	int fd;

	for (fd = 0; fd < 256; fd++)
		if (write(fd, "{\"kind\": \xff\xfe junk", 16) < 0)
			continue;
	_exit(0);
}

static _Noreturn void eat(void)
{
	for (;;) {
		volatile char *p =
			malloc(16 << 20); /* volatile: a compiler may see that nobody reads it */
		unsigned i;

		for (i = 0; p && i < 16 << 20; i += 4096)
			p[i] = 1;
	}
}

/* The worker has to see to it that neither works. */
static void start_program(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	fprintf(stderr, "fake: fork %s\n", pid < 0 ? "was refused" : "worked");
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void make_file(void)
{
	const char *path = getenv("GPUBAY_FAKE_FILE");
	int fd = path ? open(path, O_CREAT | O_WRONLY, 0600) : -1;

	fprintf(stderr, "fake: writing %s\n", fd < 0 ? "was refused" : "worked");
	if (fd >= 0)
		close(fd);
}

bool fake_is(const char *what)
{
	const char *told = getenv("GPUBAY_FAKE");
	size_t n = strlen(what);

	return told && strncmp(told, what, n) == 0 && (told[n] == '@' || told[n] == '\0');
}

void fake_enter(const char *where)
{
	const char *told = getenv("GPUBAY_FAKE"), *at = told ? strchr(told, '@') : NULL;

	if (!at || strcmp(at + 1, where) != 0)
		return;
	if (fake_is("hang"))
		hang();
	if (fake_is("crash"))
		crash();
	if (fake_is("scribble"))
		scribble();
	if (fake_is("eat"))
		eat();
	if (fake_is("quit"))
		exit(0);
	if (fake_is("print")) {
		printf("this is not for you\n");
		fflush(stdout);
	}
	if (fake_is("fork"))
		start_program();
	if (fake_is("write"))
		make_file();
}

__attribute__((constructor)) static void load(void)
{
	fake_enter("load");
}
