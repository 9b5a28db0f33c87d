/* SPDX-License-Identifier: Apache-2.0 */
#include "host/statefile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

static int fail(struct err *e, const char *what, const char *path)
{
	int code = -errno;

	return err_set(e, code, "cannot %s '%s': %s", what, path, strerror(-code));
}

/* What root writes is the machine's, for everybody to read: the umask that root has for files of its own says nothing about it. */
static mode_t umask_off(void)
{
	return geteuid() == 0 ? umask(022) : 0;
}

static void umask_back(mode_t before)
{
	if (geteuid() == 0)
		umask(before);
}

int statefile_make_folders(const char *path, struct err *e)
{
	mode_t before = umask_off();
	char dir[PATH_SIZE];
	size_t i;
	int r = 0;

	for (i = 1; path[i] && i < sizeof(dir) && r == 0; i++) {
		if (path[i] != '/')
			continue;
		memcpy(dir, path, i);
		dir[i] = '\0';
		if (mkdir(dir, 0755) < 0 && errno != EEXIST)
			r = fail(e, "make folder", dir);
	}
	umask_back(before);
	return r;
}

int statefile_open(struct statefile *f, const char *path, struct err *e)
{
	char lock[PATH_SIZE];
	int r = statefile_make_folders(path, e);

	*f = (struct statefile){.path = path, .lock = -1};
	if (r < 0)
		return r;
	if (snprintf(lock, sizeof(lock), "%s.lock", path) >= (int)sizeof(lock))
		return err_set(e, -ENAMETOOLONG, "path too long: '%s'", path);
	f->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (f->lock < 0)
		return fail(e, "open", lock);
	while (flock(f->lock, LOCK_EX) < 0)
		if (errno != EINTR)
			return fail(e, "lock", lock);
	return 0;
}

void statefile_close(struct statefile *f)
{
	if (f->lock >= 0)
		close(f->lock);
	f->lock = -1;
}

int statefile_read(const struct statefile *f, struct buf *ret, struct err *e)
{
	int fd = open(f->path, O_RDONLY | O_CLOEXEC);
	char piece[4096];
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? 0 : fail(e, "open", f->path);
	while ((n = read(fd, piece, sizeof(piece))) > 0 && ret->n <= STATEFILE_MAX)
		buf_add(ret, piece, (size_t)n);
	close(fd);
	if (n < 0)
		return fail(e, "read", f->path);
	return ret->n > STATEFILE_MAX ? err_set(e, -E2BIG, "'%s' is too large", f->path) : 0;
}

static int write_all(int fd, const struct buf *b)
{
	size_t done = 0;

	while (done < b->n) {
		ssize_t n = write(fd, b->p + done, b->n - done);

		if (n < 0 && errno != EINTR)
			return -1;
		done += n > 0 ? (size_t)n : 0;
	}
	return fsync(fd);
}

static void sync_folder(const char *path)
{
	char dir[PATH_SIZE];
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;
	int fd;

	if (n == 0 || n >= sizeof(dir))
		return;
	memcpy(dir, path, n);
	dir[n] = '\0';
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	/* A file system that cannot has no crash to be afraid of either (tmpfs). */
	(void)fsync(fd);
	close(fd);
}

int statefile_write(const struct statefile *f, const struct buf *content, struct err *e)
{
	return statefile_write_mode(f, content, 0644, e);
}

int statefile_write_mode(const struct statefile *f, const struct buf *content, unsigned mode, struct err *e)
{
	char tmp[PATH_SIZE];
	mode_t before;
	int fd, bad;

	if (snprintf(tmp, sizeof(tmp), "%s.new", f->path) >= (int)sizeof(tmp))
		return err_set(e, -ENAMETOOLONG, "path too long: '%s'", f->path);
	unlink(tmp);
	before = umask_off();
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	umask_back(before);
	if (fd < 0)
		return fail(e, "make", tmp);
	bad = write_all(fd, content);
	if (bad < 0) {
		int code = fail(e, "write", tmp);

		close(fd);
		unlink(tmp);
		return code;
	}
	close(fd);
	if (rename(tmp, f->path) < 0)
		return fail(e, "rename", tmp);
	sync_folder(f->path);
	return 0;
}
