/* SPDX-License-Identifier: Apache-2.0 */
#include "hook/root.h"

#include "base/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Beside what they replace; only one hook works on a container at a time, so what is left there is of one that died. */
#define TEMPORARY ".gpubay-new"
enum { COMPARED_MAX = 64 * 1024 };

bool root_path_valid(const char *path)
{
	const char *p;

	if (*path != '/' || strlen(path) >= ROOT_PATH_MAX || str_ends(path, "/"))
		return false;
	for (p = path; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	for (p = strstr(path, "/.."); p; p = strstr(p + 1, "/.."))
		if (p[3] == '/' || !p[3])
			return false;
	return true;
}

static int open_in(int root, const char *path, int flags)
{
	struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC), .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	int tries, fd = -1;

	/* EAGAIN: something was renamed just then, and the kernel could not be sure (openat2(2)). */
	for (tries = 0; tries < 16; tries++) {
		fd = (int)syscall(SYS_openat2, root, *path ? path : ".", &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd >= 0 ? fd : -errno;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Makes one folder inside the one that `path` up to `n` names. */
static int make_one(int root, const char *path, size_t n)
{
	char *above = xmalloc(n + 1), *name;
	int dir CLEANUP(close_fd) = -1, r = 0;

	memcpy(above, path, n);
	above[n] = '\0';
	name = strrchr(above, '/');
	*name++ = '\0';
	dir = open_in(root, above, O_PATH | O_DIRECTORY);
	if (dir < 0)
		r = dir;
	else if (mkdirat(dir, name, 0755) < 0 && errno != EEXIST)
		r = -errno;
	free(above);
	return r;
}

int root_folder(int root, const char *path, struct err *e)
{
	int fd = open_in(root, path, O_PATH | O_DIRECTORY), r;
	size_t n;

	/* From the top down: openat2 makes no folders. */
	for (n = 1; fd == -ENOENT && path[n - 1]; n += strcspn(path + n, "/") + 1) {
		size_t to = n + strcspn(path + n, "/");

		r = make_one(root, path, to);
		if (r < 0)
			return err_set(e, r, "cannot make the folder '%.*s' in the container: %s", (int)to, path, strerror(-r));
		if (!path[to])
			fd = open_in(root, path, O_PATH | O_DIRECTORY);
	}
	return fd >= 0 ? fd : err_set(e, fd, "cannot open the folder '%s' in the container: %s", path, strerror(-fd));
}

/* The folder's handle, and the last component in *ret_name. */
static int open_above(int root, const char *path, const char **ret_name, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char *above = xmalloc((size_t)(slash - path) + 1);
	int fd;

	memcpy(above, path, (size_t)(slash - path));
	above[slash - path] = '\0';
	*ret_name = slash + 1;
	fd = root_folder(root, above, e);
	free(above);
	return fd;
}

/* Puts what was made under the temporary name in its place. */
static int put_in_place(int dir, const char *name)
{
	int r;

	if (renameat(dir, TEMPORARY, dir, name) == 0)
		return 0;
	r = -errno;
	unlinkat(dir, TEMPORARY, 0);
	return r;
}

int root_link(int root, const char *path, const char *target, struct err *e)
{
	char now[ROOT_PATH_MAX + 1];
	const char *name;
	int dir CLEANUP(close_fd) = open_above(root, path, &name, e), r = 0;
	struct stat st;
	ssize_t n;

	if (dir < 0)
		return dir;
	n = readlinkat(dir, name, now, sizeof(now));
	if (n >= 0 && (size_t)n == strlen(target) && memcmp(now, target, (size_t)n) == 0)
		return 0;
	if (n < 0 && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return err_set(e, -EEXIST, "'%s' is in the container and is no link", path);
	unlinkat(dir, TEMPORARY, 0);
	if (symlinkat(target, dir, TEMPORARY) < 0)
		r = -errno;
	else
		r = put_in_place(dir, name);
	return r < 0 ? err_set(e, r, "cannot link '%s' in the container: %s", path, strerror(-r)) : 0;
}

static bool says_already(int dir, const char *name, const char *text)
{
	int fd CLEANUP(close_fd) = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	size_t n = strlen(text);
	bool same = false;
	struct stat st;
	char *now;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (size_t)st.st_size != n || n > COMPARED_MAX)
		return false;
	now = xmalloc(n + 1);
	same = read(fd, now, n) == (ssize_t)n && memcmp(now, text, n) == 0;
	free(now);
	return same;
}

static int write_new(int dir, const char *text)
{
	int fd CLEANUP(close_fd) = -1;

	unlinkat(dir, TEMPORARY, 0);
	fd = openat(dir, TEMPORARY, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	while (*text) {
		ssize_t n = write(fd, text, strlen(text));

		if (n < 0 && errno != EINTR)
			return -errno;
		text += n > 0 ? n : 0;
	}
	return 0;
}

int root_write(int root, const char *path, const char *text, struct err *e)
{
	const char *name;
	int dir CLEANUP(close_fd) = open_above(root, path, &name, e), r;

	if (dir < 0)
		return dir;
	if (says_already(dir, name, text))
		return 0;
	r = write_new(dir, text);
	if (r == 0)
		r = put_in_place(dir, name);
	return r < 0 ? err_set(e, r, "cannot write '%s' in the container: %s", path, strerror(-r)) : 0;
}
