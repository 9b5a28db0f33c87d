/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trees of the file system: the live machine, or a captured or mounted one below a directory.
 *
 * The live machine is opened with plain paths. Below a directory every path is resolved by openat2 with
 * RESOLVE_IN_ROOT, so that neither "..", nor an absolute link, nor a race leads out; a single name that is no link is
 * opened without it, from its directory's handle. Only regular files are read, and without blocking: a FIFO or a
 * device node in the place of an attribute gives -EINVAL, not a hang.
 */
#include "base/parse.h"
#include "host/answers.h"
#include "host/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { LIST_MAX = 65536 };

/* Top folders of a tree below a directory: without its proc, the tree cannot say what /proc/cmdline is. */
static const char *const tops[] = {"sys", "proc", "dev", "etc", "run", "usr", "lib", "boot", "var"};

struct tree_fs {
	struct tree t;
	struct arena *arena;
	int root_fd;   /* -1: live */
	unsigned has;  /* one bit for each of tops[] that is there */
	struct answers *answers;
};

static struct tree_fs *fs_of(const struct tree_dir *at)
{
	return (struct tree_fs *)at->tree;
}

/* -ENOENT, or -ENODATA when the whole top folder is missing. */
static int absent(const struct tree_fs *fs, const char *path)
{
	size_t n = strcspn(path, "/");
	unsigned i;

	for (i = 0; i < ARRAY_LEN(tops); i++)
		if (strlen(tops[i]) == n && memcmp(tops[i], path, n) == 0)
			return fs->has >> i & 1 ? -ENOENT : -ENODATA;
	return -ENOENT;
}

static int open_in_root(struct tree_fs *fs, const char *path, int flags)
{
	struct open_how how = {.flags = (uint64_t)(unsigned)flags, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	int tries, fd = -1;

	for (tries = 0; tries < 8; tries++) {
		fd = (int)syscall(SYS_openat2, fs->root_fd, *path ? path : ".", &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	if (fd < 0)
		return errno == ENOENT ? absent(fs, path) : -errno;
	return fd;
}

/* Opens `path` seen from `at`; a negative errno or the descriptor. */
static int fs_openat(const struct tree_dir *at, const char *path, int flags)
{
	struct tree_fs *fs = fs_of(at);
	char full[4096];
	int fd;

	flags |= O_CLOEXEC;
	/* openat2 refuses what has no meaning beside O_PATH. */
	if (!(flags & O_PATH))
		flags |= O_NOCTTY | O_NONBLOCK;
	if (fs->root_fd < 0) {
		if (at->fd >= 0) {
			fd = openat(at->fd, *path ? path : ".", flags);
		} else {
			full[0] = '/';
			if (strlen(path) + 2 > sizeof(full))
				return -ENAMETOOLONG;
			memcpy(full + 1, path, strlen(path) + 1);
			fd = open(full, flags);
		}
		return fd < 0 ? -errno : fd;
	}
	if (at->fd >= 0 && !strchr(path, '/') && strcmp(path, "..") != 0) {
		fd = openat(at->fd, *path ? path : ".", flags | O_NOFOLLOW);
		/* O_PATH with O_NOFOLLOW opens the link itself, which is what such a caller wants resolved. */
		if (fd >= 0 && !(flags & O_PATH))
			return fd;
		if (fd >= 0)
			close(fd);
		else if (errno != ELOOP && !(errno == ENOTDIR && flags & O_DIRECTORY)) /* a link, both */
			return -errno;
	}
	if (at->fd >= 0 && snprintf(full, sizeof(full), "%s/%s", at->path, path) < (int)sizeof(full))
		path = full;
	return open_in_root(fs, path, flags);
}

static void fs_free(struct tree *t)
{
	struct tree_fs *fs = (struct tree_fs *)t;

	answers_free(fs->answers);
	if (fs->root_fd >= 0)
		close(fs->root_fd);
	arena_free(fs->arena);
	free(fs);
}

static int fs_open(const struct tree_dir *at, const char *path, struct tree_dir *ret)
{
	struct tree_fs *fs = fs_of(at);
	int fd = fs_openat(at, path, O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return fd;
	ret->fd = fd;
	/* Kept only as long as the handle: see fs_close. */
	if (fs->root_fd >= 0 || at->tree->on_read) {
		size_t n = strlen(at->path) + strlen(path) + 2;
		char *full = xmalloc(n);

		snprintf(full, n, "%s%s%s", at->path, *at->path && *path ? "/" : "", path);
		ret->path = full;
	}
	return 0;
}

static void fs_close(struct tree_dir *d)
{
	/* The root's handle, and so a copy of it, has neither a descriptor nor a path of its own. */
	if (d->fd < 0)
		return;
	close(d->fd);
	free((char *)(uintptr_t)d->path);
}

static long fs_read(const struct tree_dir *at, const char *path, uint64_t offset, void *buf, size_t size)
{
	int fd = fs_openat(at, path, O_RDONLY);
	struct stat st;
	size_t got = 0;
	ssize_t n = 0;

	if (fd < 0)
		return fd;
	if (fs_of(at)->root_fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	}
	while (got < size) {
		n = pread(fd, (char *)buf + got, size - got, (off_t)(offset + got));
		if (n <= 0)
			break;
		got += (size_t)n;
		/*
		 * Attributes come in one piece; a second read to see the end would double the cost. Tables of /proc come a
		 * page at a time: who offers more room than an attribute can need wants them whole.
		 */
		if (size - got > 0 && n < 4096 && size < TREE_ATTR_MAX)
			break;
	}
	if (n < 0 && got == 0) {
		int code = errno;

		close(fd);
		return -code;
	}
	close(fd);
	return (long)got;
}

/* The directory part of `path` as a handle, its last name in *ret_name: links are read, not followed. */
static int open_parent(const struct tree_dir *at, const char *path, const char **ret_name)
{
	const char *name = str_base(path);
	char dir[4096];
	size_t n = (size_t)(name - path);

	if (n >= sizeof(dir))
		return -ENAMETOOLONG;
	memcpy(dir, path, n);
	dir[n ? n - 1 : 0] = '\0';
	*ret_name = name;
	return fs_openat(at, dir, O_PATH | O_DIRECTORY);
}

static long fs_readlink(const struct tree_dir *at, const char *path, char *buf, size_t size)
{
	const char *name = path;
	int fd = at->fd, opened = -1;
	char full[4096];
	ssize_t n;

	if (fs_of(at)->root_fd >= 0 && (at->fd < 0 || strchr(path, '/'))) {
		fd = opened = open_parent(at, path, &name);
		if (fd < 0)
			return fd;
	} else if (at->fd < 0) {
		if (snprintf(full, sizeof(full), "/%s", path) >= (int)sizeof(full))
			return -ENAMETOOLONG;
		fd = AT_FDCWD;
		name = full;
	}
	n = readlinkat(fd, name, buf, size - 1);
	if (n < 0)
		n = -errno;
	else
		buf[n] = '\0';
	if (opened >= 0)
		close(opened);
	return n;
}

static int fs_list(const struct tree_dir *at, const char *path, struct arena *a, struct strs *ret)
{
	int fd = fs_openat(at, path, O_RDONLY | O_DIRECTORY);
	struct dirent *e;
	DIR *d;

	if (fd < 0)
		return fd;
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return -ENOMEM;
	}
	while ((e = readdir(d)) && ret->n < LIST_MAX)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			strs_add(a, ret, arena_str(a, e->d_name));
	closedir(d);
	return 0;
}

static void stat_fill(const struct stat *st, struct tree_stat *ret)
{
	*ret = (struct tree_stat){
		.type = S_ISREG(st->st_mode)   ? TREE_FILE
			: S_ISDIR(st->st_mode) ? TREE_DIR
			: S_ISLNK(st->st_mode) ? TREE_LINK
			: S_ISCHR(st->st_mode) ? TREE_CHAR
			: S_ISBLK(st->st_mode) ? TREE_BLOCK
					       : TREE_OTHER,
		.mode = st->st_mode & 07777,
		.uid = st->st_uid,
		.gid = st->st_gid,
		.major = major(st->st_rdev),
		.minor = minor(st->st_rdev),
		.size = (uint64_t)st->st_size,
		.inode = st->st_ino,
	};
}

/*
 * By one call, and with what the kernel holds of the file: a server that no longer answers must not be waited for,
 * whatever process has a file of it open.
 */
static int live_stat(const struct tree_dir *at, const char *path, bool follow, struct tree_stat *ret)
{
	int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | (follow ? 0 : AT_SYMLINK_NOFOLLOW);
	struct statx st;
	char full[4096];

	if (at->fd < 0 && snprintf(full, sizeof(full), "/%s", path) >= (int)sizeof(full))
		return -ENAMETOOLONG;
	if (statx(at->fd < 0 ? AT_FDCWD : at->fd, at->fd < 0 ? full : path, flags | (*path ? 0 : AT_EMPTY_PATH), STATX_BASIC_STATS, &st) < 0)
		return -errno;
	stat_fill(&(struct stat){.st_mode = st.stx_mode,
				 .st_uid = st.stx_uid,
				 .st_gid = st.stx_gid,
				 .st_rdev = makedev(st.stx_rdev_major, st.stx_rdev_minor),
				 .st_size = (off_t)st.stx_size,
				 .st_ino = st.stx_ino},
		  ret);
	return 0;
}

static int fs_stat(const struct tree_dir *at, const char *path, bool follow, struct tree_stat *ret)
{
	const char *name;
	struct stat st;
	int fd, r;

	if (fs_of(at)->root_fd < 0)
		return live_stat(at, path, follow, ret);
	if (follow) {
		fd = fs_openat(at, path, O_PATH);
		if (fd < 0)
			return fd;
		r = fstat(fd, &st);
	} else {
		fd = open_parent(at, path, &name);
		if (fd < 0)
			return fd;
		r = fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW);
	}
	r = r < 0 ? -errno : 0;
	close(fd);
	if (r == 0)
		stat_fill(&st, ret);
	return r;
}

static int fs_answer(struct tree *t, struct arena *a, const char *kind, const char *key, const char **ret)
{
	struct tree_fs *fs = (struct tree_fs *)t;

	if (!fs->answers)
		fs->answers = answers_new(t, t->name);
	return answers_get(fs->answers, a, kind, key, ret);
}

static void fs_prepare(struct tree *t, const char *kind, const struct strs *keys)
{
	struct tree_fs *fs = (struct tree_fs *)t;

	if (!fs->answers)
		fs->answers = answers_new(t, t->name);
	answers_prepare(fs->answers, kind, keys);
}

static const struct tree_ops fs_ops = {
	.free = fs_free,
	.open = fs_open,
	.close = fs_close,
	.read = fs_read,
	.readlink = fs_readlink,
	.list = fs_list,
	.stat = fs_stat,
	.answer = fs_answer,
	.prepare = fs_prepare,
};

static struct tree_fs *fs_new(int root_fd, const char *name)
{
	struct tree_fs *fs = xmalloc(sizeof(*fs));
	struct arena *a = arena_new();

	*fs = (struct tree_fs){
		.t = {.ops = &fs_ops, .live = root_fd < 0, .name = arena_str(a, name)},
		.arena = a,
		.root_fd = root_fd,
	};
	fs->t.root = (struct tree_dir){.tree = &fs->t, .fd = -1, .path = ""};
	return fs;
}

struct tree *tree_new_live(void)
{
	return &fs_new(-1, "this machine")->t;
}

int tree_new_dir(const char *dir, struct tree **ret, struct err *e)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct tree_fs *fs;
	unsigned i;

	if (fd < 0)
		return err_set(e, -errno, "cannot open directory '%s': %s", dir, strerror(errno));
	fs = fs_new(fd, dir);
	for (i = 0; i < ARRAY_LEN(tops); i++)
		if (faccessat(fd, tops[i], F_OK, 0) == 0)
			fs->has |= 1u << i;
	*ret = &fs->t;
	return 0;
}
