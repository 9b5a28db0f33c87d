/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The new /dev is put together in a private tmpfs from bind mounts of the old one, and then moved over it: there is no
 * moment in which /dev is half made, and nothing of the old one stays reachable by its path.
 */
#include "host/isolate.h"

#include "base/parse.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAGE "/tmp"
enum { PATH_SIZE = 1024 };

static int fail(struct err *e, const char *what, const char *path)
{
	int code = -errno;

	return err_set(e, code, "cannot %s '%s': %s", what, path, strerror(-code));
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), bad;

	if (fd < 0)
		return -1;
	bad = write(fd, text, strlen(text)) < 0;
	close(fd);
	return bad ? -1 : 0;
}

/* Without root: a user namespace in which the caller is root, so that mounting is allowed, and nobody else exists. */
static int enter_namespaces(struct err *e)
{
	char map[64];
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(CLONE_NEWNS | (uid ? CLONE_NEWUSER : 0)) < 0)
		return err_set(e, -errno, "cannot make a mount namespace: %s", strerror(errno));
	if (uid) {
		snprintf(map, sizeof(map), "%u %u 1", uid, uid);
		if (write_file("/proc/self/uid_map", map) < 0)
			return fail(e, "write", "/proc/self/uid_map");
		snprintf(map, sizeof(map), "%u %u 1", gid, gid);
		if (write_file("/proc/self/setgroups", "deny") < 0 || write_file("/proc/self/gid_map", map) < 0)
			return fail(e, "write", "/proc/self/gid_map");
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail(e, "make private", "/");
	return 0;
}

/* Folders whose content is GPUs', and names that are. */
static bool gpu_folder(const char *name)
{
	return str_eq(name, "dri") || str_eq(name, "accel") || str_eq(name, "nvidia-caps");
}

static bool gpu_node(const char *name)
{
	return str_starts(name, "nvidia") || str_eq(name, "kfd");
}

/* Driver-wide nodes that every NVIDIA GPU needs; kept when one of its GPUs is. */
static bool kept(const struct strs *keep, const char *path)
{
	uint32_t i;

	if (strs_has(keep, path))
		return true;
	for (i = 0; i < keep->n && str_starts(path, "/dev/nvidia"); i++)
		if (str_starts(keep->v[i], "/dev/nvidia") && !strchr("0123456789", path[strlen("/dev/nvidia")]))
			return true;
	return false;
}

static int bind_one(const char *from, const char *to, struct err *e)
{
	struct stat st;
	char target[PATH_SIZE];
	ssize_t n;
	int fd;

	if (lstat(from, &st) < 0)
		return errno == ENOENT ? 0 : fail(e, "look at", from);
	if (S_ISLNK(st.st_mode)) {
		n = readlink(from, target, sizeof(target) - 1);
		if (n < 0)
			return fail(e, "read link", from);
		target[n] = '\0';
		return symlink(target, to) < 0 ? fail(e, "make link", to) : 0;
	}
	if (S_ISDIR(st.st_mode)) {
		if (mkdir(to, 0755) < 0)
			return fail(e, "make folder", to);
	} else {
		fd = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			return fail(e, "make", to);
		close(fd);
	}
	return mount(from, to, NULL, MS_BIND | MS_REC, NULL) < 0 ? fail(e, "bind", from) : 0;
}

/* The links of by-path lead to nodes by name; those whose node is gone lead nowhere and are left out. */
static int copy_links(const char *from, const char *to, const struct strs *keep, struct err *e)
{
	char path[PATH_SIZE], copy[PATH_SIZE * 2], target[PATH_SIZE], node[PATH_SIZE * 2];
	struct dirent *d;
	DIR *dir = opendir(from);
	int r = 0;

	if (!dir)
		return 0;
	if (mkdir(to, 0755) < 0)
		r = fail(e, "make folder", to);
	while (r == 0 && (d = readdir(dir))) {
		ssize_t n;

		snprintf(path, sizeof(path), "%s/%s", from, d->d_name);
		n = readlink(path, target, sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = '\0';
		snprintf(node, sizeof(node), "/dev/dri/%s", str_base(target));
		snprintf(copy, sizeof(copy), "%s/%s", to, d->d_name);
		if (strs_has(keep, node) && symlink(target, copy) < 0)
			r = fail(e, "make link", copy);
	}
	closedir(dir);
	return r;
}

static int fill_gpu_folder(const char *name, const struct strs *keep, struct err *e)
{
	char folder[PATH_SIZE / 2], copy[PATH_SIZE], from[PATH_SIZE / 2];
	uint32_t i;
	int r = 0;

	snprintf(folder, sizeof(folder), STAGE "/%s", name);
	if (mkdir(folder, 0755) < 0)
		return fail(e, "make folder", folder);
	snprintf(from, sizeof(from), "/dev/%s/", name);
	for (i = 0; i < keep->n && r == 0; i++)
		if (str_starts(keep->v[i], from)) {
			snprintf(copy, sizeof(copy), "%s/%s", folder, str_base(keep->v[i]));
			r = bind_one(keep->v[i], copy, e);
		}
	if (r == 0 && str_eq(name, "dri")) {
		snprintf(copy, sizeof(copy), "%s/by-path", folder);
		r = copy_links("/dev/dri/by-path", copy, keep, e);
	}
	return r;
}

static int fill(const struct strs *keep, struct err *e)
{
	char from[PATH_SIZE], to[PATH_SIZE];
	DIR *dev = opendir("/dev");
	struct dirent *d;
	int r = 0;

	if (!dev)
		return fail(e, "list", "/dev");
	while (r == 0 && (d = readdir(dev))) {
		const char *name = d->d_name;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strlen(name) > 200)
			continue;
		snprintf(from, sizeof(from), "/dev/%s", name);
		snprintf(to, sizeof(to), STAGE "/%s", name);
		if (gpu_folder(name))
			r = fill_gpu_folder(name, keep, e);
		else if (!gpu_node(name) || kept(keep, from))
			r = bind_one(from, to, e);
	}
	closedir(dev);
	return r;
}

int isolate_dev(const struct strs *keep, struct err *e)
{
	int r = enter_namespaces(e);
	int tmp;

	if (r < 0)
		return r;
	/* /tmp is only borrowed as a place to mount on, and is itself again when the stage has moved. */
	tmp = open("/tmp", O_PATH | O_CLOEXEC);
	if (mount("gpubay", STAGE, "tmpfs", MS_NOSUID, "mode=0755") < 0)
		r = fail(e, "mount a tmpfs on", STAGE);
	if (r == 0)
		r = fill(keep, e);
	if (r == 0 && mount(STAGE, "/dev", NULL, MS_MOVE, NULL) < 0)
		r = fail(e, "move the new /dev over", "/dev");
	if (tmp >= 0)
		close(tmp);
	return r;
}
