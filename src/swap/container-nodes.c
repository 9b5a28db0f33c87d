/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/container-nodes.h"

#include "base/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { NODES_MAX = 64, PATH_SIZE = 4096, NAME_SIZE = 256 };
#define STAGE "/dev" /* of a mount namespace of our own, where nobody misses what it covers */

static int fail(struct err *e, const char *what, const char *path)
{
	int code = -errno;

	if (code == -EROFS)
		return err_set(e, code, "cannot %s '%s' in the container: it is mounted read-only there", what, path);
	return err_set(e, code, "cannot %s '%s' in the container: %s", what, path, strerror(-code));
}

int container_node_look(const struct container *c, struct arena *a, const struct given_node *n, enum node_there *ret, struct err *e)
{
	struct tree *t CLEANUP(tree_freep) = NULL;
	struct tree_stat st;
	int r = tree_new_dir(arena_printf(a, "/proc/%u/root", c->pid), &t, e);

	if (r < 0)
		return r;
	r = tree_lstat(&t->root, n->path + 1, &st);
	if (r < 0 && r != -ENOENT && r != -ENODATA && r != -ENOTDIR)
		return err_set(e, r, "cannot look at '%s' in the container: %s", n->path, strerror(-r));
	if (r < 0)
		*ret = NODE_MISSING;
	else if (st.type == TREE_CHAR && st.major == n->number.major && st.minor == n->number.minor)
		*ret = NODE_SAME;
	else
		*ret = NODE_OTHER;
	return 0;
}

/* Into the container's mount namespace, with its root as ours; what was opened before stays open. */
static int enter(const struct container *c, struct err *e)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct tree *t CLEANUP(tree_freep) = tree_new_live();
	int root = open(arena_printf(a, "/proc/%u/root", c->pid), O_PATH | O_DIRECTORY | O_CLOEXEC),
	    ns = open(arena_printf(a, "/proc/%u/ns/mnt", c->pid), O_RDONLY | O_CLOEXEC);

	if (root < 0 || ns < 0)
		return err_set(e, -errno, "cannot reach the container's mount namespace: %s", strerror(errno));
	/* Asked last: if it is the same process now, it was when the two were opened. */
	if (!container_alive(t, a, c->pid, c->start_ticks))
		return err_set(e, -ESRCH, "the container ended this moment");
	if (setns(ns, CLONE_NEWNS) < 0 || fchdir(root) < 0 || chroot(".") < 0)
		return err_set(e, -errno, "cannot enter the container's mount namespace: %s", strerror(errno));
	umask(0);
	return 0;
}

static int open_folder(int at, const char *name)
{
	return openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The folder that a path lies in, and its last name. Folders that are missing are made where that is asked for. */
static int parent_of(const char *path, bool make, const char **ret_name)
{
	int at = open_folder(AT_FDCWD, "/"), next;
	const char *slash;
	char name[NAME_SIZE];

	for (path++; at >= 0 && (slash = strchr(path, '/')); path = slash + 1, at = next) {
		snprintf(name, sizeof(name), "%.*s", (int)(slash - path), path);
		next = open_folder(at, name);
		if (next < 0 && errno == ENOENT && make && mkdirat(at, name, 0755) == 0)
			next = open_folder(at, name);
		close(at);
	}
	*ret_name = path;
	return at;
}

static int clone_tree(const char *path)
{
	return (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
}

/* A node in the stage, as a mount that hangs nowhere yet. */
static int make_detached(const struct given_node *n, unsigned index)
{
	char path[64];

	snprintf(path, sizeof(path), STAGE "/%u", index);
	if (mknod(path, S_IFCHR | 0600, makedev(n->number.major, n->number.minor)) < 0 || chown(path, n->uid, n->gid) < 0 ||
	    chmod(path, n->mode & 0777) < 0)
		return -1;
	return clone_tree(path);
}

static int make_stage(const char *label, struct err *e)
{
	char options[512];

	snprintf(options, sizeof(options), "mode=0755,size=64k,nr_inodes=%d%s%s%s", NODES_MAX + 2, *label ? ",context=\"" : "", label,
		 *label ? "\"" : "");
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_set(e, -errno, "cannot make a mount namespace: %s", strerror(errno));
	if (mount("gpubay", STAGE, "tmpfs", MS_NOSUID | MS_NOEXEC, options) < 0)
		return err_set(e, -errno, "cannot mount a tmpfs: %s", strerror(errno));
	return 0;
}

/* On an empty file, which is taken away again where mounting fails. */
static int place_node(const char *path, int tree, struct err *e)
{
	const char *name;
	int at = parent_of(path, true, &name), fd, r = 0;

	if (at < 0)
		return fail(e, "make the folder of", path);
	fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0);
	if (fd < 0) {
		r = fail(e, "make", path);
	} else if (syscall(SYS_move_mount, tree, "", at, name, MOVE_MOUNT_F_EMPTY_PATH) < 0) {
		r = fail(e, "mount", path);
		unlinkat(at, name, 0);
	}
	if (fd >= 0)
		close(fd);
	close(at);
	return r;
}

/* A link is for comfort: what stands in its place already stays. */
static int place_link(const struct given_link *l, struct err *e)
{
	const char *name;
	int at = parent_of(l->path, true, &name), r = 0;

	if (at < 0)
		return fail(e, "make the folder of", l->path);
	if (symlinkat(l->target, at, name) < 0 && errno != EEXIST)
		r = fail(e, "make link", l->path);
	close(at);
	return r;
}

int container_nodes_make(void *arg, struct err *e)
{
	const struct node_job *job = arg;
	int trees[NODES_MAX], r;
	uint32_t i;

	if (job->nodes.n > NODES_MAX)
		return err_set(e, -E2BIG, "the GPU has more than %d nodes", NODES_MAX);
	r = make_stage(job->container->label, e);
	for (i = 0; i < job->nodes.n && r == 0; i++) {
		trees[i] = make_detached(&job->nodes.v[i], i);
		if (trees[i] < 0)
			r = err_set(e, -errno, "cannot make a node for '%s': %s", job->nodes.v[i].path, strerror(errno));
	}
	if (r == 0)
		r = enter(job->container, e);
	/* On a file system of a user namespace nothing can be made by who does not exist there. */
	setfsgid(job->container->root_gid);
	setfsuid(job->container->root_uid);
	for (i = 0; i < job->nodes.n && r == 0; i++)
		r = place_node(job->nodes.v[i].path, trees[i], e);
	for (i = 0; i < job->links.n && r == 0; i++)
		r = place_link(&job->links.v[i], e);
	return r;
}

static bool is_node(int at, const char *name, const struct device_number *d)
{
	struct stat st;

	return fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(d->major, d->minor);
}

static bool is_placeholder(int at, const char *name)
{
	struct stat st;

	return fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) && st.st_size == 0 && (st.st_mode & 07777) == 0;
}

static int remove_node(const struct given_node *n, struct err *e)
{
	const char *name;
	int at = parent_of(n->path, false, &name), r = 0;

	if (at < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : fail(e, "find", n->path);
	/* umount2 takes no descriptor of a folder. */
	if (fchdir(at) < 0)
		r = fail(e, "find", n->path);
	else if (is_node(at, name, &n->number) && umount2(name, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL)
		r = fail(e, "unmount", n->path);
	if (r == 0 && (is_placeholder(at, name) || is_node(at, name, &n->number)) && unlinkat(at, name, 0) < 0)
		r = fail(e, "remove", n->path);
	close(at);
	return r;
}

static void remove_link(const struct given_link *l)
{
	char target[PATH_SIZE];
	const char *name;
	int at = parent_of(l->path, false, &name);
	ssize_t n;

	if (at < 0)
		return;
	n = readlinkat(at, name, target, sizeof(target) - 1);
	target[MAX(n, 0)] = '\0';
	if (str_eq(target, l->target))
		unlinkat(at, name, 0);
	close(at);
}

/* The folders of a path, below /dev, that nothing is in any more. */
static void remove_folders(const char *path)
{
	char folder[PATH_SIZE];
	const char *name;
	int at, gone = 0;

	snprintf(folder, sizeof(folder), "%s", path);
	while (gone == 0) {
		*strrchr(folder, '/') = '\0';
		if (!str_starts(folder, "/dev/"))
			return;
		at = parent_of(folder, false, &name);
		gone = at < 0 ? -1 : unlinkat(at, name, AT_REMOVEDIR);
		if (at >= 0)
			close(at);
	}
}

int container_nodes_remove(void *arg, struct err *e)
{
	const struct node_job *job = arg;
	int r = enter(job->container, e), one;
	uint32_t i;

	if (r < 0)
		return r;
	for (i = 0; i < job->links.n; i++)
		remove_link(&job->links.v[i]);
	for (i = 0; i < job->nodes.n; i++) {
		one = remove_node(&job->nodes.v[i], e);
		r = r < 0 ? r : one;
	}
	for (i = 0; i < job->links.n; i++)
		remove_folders(job->links.v[i].path);
	for (i = 0; i < job->nodes.n; i++)
		remove_folders(job->nodes.v[i].path);
	return r;
}

static int join(const struct device_cgroup *c, struct err *e)
{
	char path[PATH_SIZE];
	int fd, r = 0;

	if (!c->leaf)
		return 0;
	snprintf(path, sizeof(path), "%s/cgroup.procs", c->leaf);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) < 0)
		r = err_set(e, -errno, "cannot join the container's cgroup '%s': %s", c->leaf, strerror(errno));
	if (fd >= 0)
		close(fd);
	return r;
}

/*
 * Its user, groups, and those capabilities that let somebody open what the mode does not; 1: that is not allowed here. Those that a
 * user namespace gives count for nothing over nodes of the host's.
 */
static int become(const struct container *c, struct err *e)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	uint64_t open_all = UINT64_C(1) << CAP_DAC_OVERRIDE | UINT64_C(1) << CAP_DAC_READ_SEARCH;
	uint64_t all = c->own_users ? 0 : c->capabilities & open_all;
	struct __user_cap_data_struct data[2] = {{.effective = (uint32_t)all, .permitted = (uint32_t)all},
						 {.effective = (uint32_t)(all >> 32), .permitted = (uint32_t)(all >> 32)}};

	if (setgroups(c->groups.n, c->groups.v) < 0 || setresgid(c->gid, c->gid, c->gid) < 0 || setresuid(c->uid, c->uid, c->uid) < 0 ||
	    (c->uid == 0 && syscall(SYS_capset, &head, data) < 0))
		return errno == EPERM ? 1 : err_set(e, -errno, "cannot become the container's user: %s", strerror(errno));
	return 0;
}

static int try_node(const char *path, struct err *e)
{
	struct statvfs fs;

	/* Asks the device cgroup too. Real and effective user are the same here. */
	if (access(path, R_OK | W_OK) < 0)
		return err_set(e, -errno, errno == EPERM ? "the container's device policy still forbids '%s'" :
			       errno == EACCES ? "the container's user may not open '%s'" : "the container cannot open '%s'", path);
	if (statvfs(path, &fs) == 0 && (fs.f_flag & ST_NODEV))
		return err_set(e, -EACCES, "'%s' is on a file system on which the container may open no device", path);
	return 0;
}

int container_nodes_try(void *arg, struct err *e)
{
	const struct node_job *job = arg;
	const struct container *c = job->container;
	uint32_t i;
	int r = join(&c->v2, e), became;

	if (r == 0)
		r = join(&c->v1, e);
	if (r == 0)
		r = enter(c, e);
	if (r < 0)
		return r;
	became = become(c, e);
	r = MIN(became, 0);
	for (i = 0; i < job->nodes.n && r == 0; i++)
		r = try_node(job->nodes.v[i].path, e);
	return r < 0 ? r : became;
}
