/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands between a program and attributes below /sys, and asks the test what the kernel would say: preloaded, it sends
 * "PATH\0VALUE" of each write to the socket $FAKE_KERNEL and returns the errno that it is answered. The test changes the
 * tree as the kernel would before it answers; one that never answers is a write that hangs.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

ssize_t write(int fd, const void *data, size_t n);

static ssize_t really_write(int fd, const void *data, size_t n)
{
	static ssize_t (*real)(int, const void *, size_t);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "write");
	return real(fd, data, n);
}

/* The errno that the test answers. */
static int ask(const char *path, const void *data, size_t n)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), code = EIO;
	char message[8192];
	size_t k = strlen(path) + 1;

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", getenv("FAKE_KERNEL"));
	if (n > sizeof(message) - k)
		n = sizeof(message) - k;
	memcpy(message, path, k);
	memcpy(message + k, data, n);
	if (s < 0 || connect(s, (struct sockaddr *)&to, sizeof(to)) < 0 || send(s, message, k + n, MSG_NOSIGNAL) < 0 ||
	    recv(s, &code, sizeof(code), 0) != sizeof(code))
		code = EIO;
	close(s);
	return code;
}

ssize_t write(int fd, const void *data, size_t n)
{
	char link[32], path[4096];
	ssize_t length;

	if (!getenv("FAKE_KERNEL"))
		return really_write(fd, data, n);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	path[length < 0 ? 0 : length] = '\0';
	if (strncmp(path, "/sys/", 5) != 0)
		return really_write(fd, data, n);
	errno = ask(path, data, n);
	return errno ? -1 : (ssize_t)n;
}
