/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/container.h"

#include "base/parse.h"
#include "facts/sandboxes.h"
#include "host/program.h"
#include "host/worker.h"
#include "swap/attribute.h"
#include "swap/containers.h"
#include "swap/process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <pwd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ID_BEGIN_MIN = 4, ID_SHORT = 12, /* as engines print it */ ASK_MS = 20000, FILE_MAX = 1024 * 1024 };

static const char *proc_file(struct tree *t, struct arena *a, uint32_t pid, const char *name)
{
	char *text;

	return tree_read_file(&t->root, arena_printf(a, "proc/%u/%s", pid, name), a, FILE_MAX, &text, NULL) < 0 ? NULL : text;
}

bool container_alive(struct tree *t, struct arena *a, uint32_t pid, uint64_t start_ticks)
{
	return start_ticks && process_start_alive(t, a, pid) == start_ticks;
}

static bool same_namespace(struct tree *t, struct arena *a, uint32_t pid, const char *kind)
{
	const char *its, *ours;

	return tree_readlink(&t->root, arena_printf(a, "proc/%u/ns/%s", pid, kind), a, &its) == 0 &&
	       tree_readlink(&t->root, arena_printf(a, "proc/self/ns/%s", kind), a, &ours) == 0 && str_eq(its, ours);
}

static bool hex(const char *s)
{
	return *s && strspn(s, "0123456789abcdef") == strlen(s);
}

/*
 * Walks all processes for the container whose id begins so, and for its first process. -ENOTUNIQ when there are several
 * such containers.
 */
static int scan(struct tree *t, struct arena *a, const char *id, struct container *ret)
{
	struct strs pids;
	uint32_t i, pid;
	int r = tree_list(&t->root, "proc", a, &pids);

	*ret = (struct container){0};
	for (i = 0; i < pids.n && r == 0; i++) {
		struct holder h = {0};
		const char *text;
		uint64_t start;

		if (parse_u32(pids.v[i], 10, INT32_MAX, &pid) < 0 || !(text = proc_file(t, a, pid, "cgroup")))
			continue;
		attribute_cgroup(a, text, &h);
		if (!h.container || !str_starts(h.container, id))
			continue;
		if (ret->id && !str_eq(ret->id, h.container))
			return -ENOTUNIQ;
		start = process_start_alive(t, a, pid);
		if (!start || (ret->pid && ret->start_ticks <= start))
			continue;
		ret->id = h.container;
		ret->engine = h.engine;
		ret->pid = pid;
		ret->start_ticks = start;
	}
	return r < 0 ? r : ret->pid ? 0 : -ENOENT;
}

static bool is_beginning(const char *wanted)
{
	return hex(wanted) && strlen(wanted) >= ID_BEGIN_MIN;
}

/*
 * By what those who watch over containers keep in files, which needs no engine that answers; also for containers whose
 * ids are names. -ESRCH: its first process is gone.
 */
static int by_watch(struct tree *t, struct arena *a, const char *wanted, struct container *ret)
{
	struct watched_list l;
	uint32_t i;

	*ret = (struct container){0};
	watched_find(t, a, &l);
	for (i = 0; i < l.n; i++) {
		const struct watched *w = &l.v[i];
		const char *engine, *name = watched_name(t, w, a, &engine);

		if (!str_eq(w->id, wanted) && !str_eq(name, wanted) && !(is_beginning(wanted) && str_starts(w->id, wanted)))
			continue;
		if (ret->id && !str_eq(ret->id, w->id))
			return -ENOTUNIQ;
		ret->id = w->id;
		ret->engine = engine;
		ret->pid = watched_first(t, w, a);
		ret->start_ticks = process_start_alive(t, a, ret->pid);
	}
	return !ret->id ? -ENOENT : ret->start_ticks ? 0 : -ESRCH;
}

/* The engines that have a command to ask, and how each tells id and first process. */
static const struct {
	const char *argv[6];
	const char *engine;
} engines[] = {
	{{"podman", "container", "inspect", "--format", "{{.Id}} {{.State.Pid}}"}, "podman"},
	{{"docker", "container", "inspect", "--format", "{{.Id}} {{.State.Pid}}"}, "docker"},
	{{"nerdctl", "container", "inspect", "--format", "{{.Id}} {{.State.Pid}}"}, "containerd"},
};

/* 0: the engine knows it; the process is 0 while it does not run. */
static int ask(struct arena *a, const char *const *argv, const char *name, const char **ret_id, uint32_t *ret_pid)
{
	const char *args[8] = {0};
	struct worker w = {.program = program_of_system(a, argv[0]), .argv = args, .deadline_ms = ASK_MS};
	struct strs words;
	unsigned i;
	int r;

	if (!w.program)
		return -ENOENT;
	for (i = 0; argv[i]; i++)
		args[i] = argv[i];
	args[i++] = "--";
	args[i] = name;
	worker_run(&w, 1, 0);
	r = w.end == WORKER_END_HUNG ? -ETIMEDOUT : -ENOENT;
	words = str_split(a, w.out.p ? w.out.p : "", " \n");
	if (w.end == WORKER_END_EXITED && w.status == 0 && words.n == 2 && hex(words.v[0]) &&
	    parse_u32(words.v[1], 10, INT32_MAX, ret_pid) == 0) {
		*ret_id = words.v[0];
		r = 0;
	}
	worker_free(&w);
	return r;
}

static int ask_all(struct tree *t, struct arena *a, const char *name, struct container *ret, struct err *e)
{
	const char *id;
	uint32_t pid;
	unsigned i;
	int r = -ENOENT, one;

	for (i = 0; i < ARRAY_LEN(engines) && t->live; i++) {
		one = ask(a, engines[i].argv, name, &id, &pid);
		if (one == -ETIMEDOUT)
			r = err_set(e, one, "%s does not answer who '%s' is: name the container by its id", engines[i].argv[0], name);
		if (one < 0)
			continue;
		if (pid == 0)
			return err_set(e, -ESRCH, "container '%s' does not run", name);
		if (scan(t, a, id, ret) < 0)
			*ret = (struct container){.pid = pid, .start_ticks = process_start_alive(t, a, pid)};
		ret->id = id;
		ret->engine = engines[i].engine;
		return ret->start_ticks ? 0 : err_set(e, -ESRCH, "container '%s' ended this moment", name);
	}
	return r;
}

static int locate(struct tree *t, struct arena *a, const char *wanted, struct container *ret, struct err *e)
{
	struct err said = {0};
	int r = hex(wanted) && strlen(wanted) >= ID_SHORT ? scan(t, a, wanted, ret) : -ENOENT;

	if (r == -ENOENT)
		r = by_watch(t, a, wanted, ret);
	if (r == -ENOENT || r == -ESRCH)
		r = ask_all(t, a, wanted, ret, &said);
	if ((r == -ENOENT || r == -ETIMEDOUT) && is_beginning(wanted))
		r = scan(t, a, wanted, ret);
	if (r == 0)
		return 0;
	if (said.code)
		return err_set(e, said.code, "%s", said.text);
	if (r == -ENOTUNIQ)
		return err_set(e, r, "several running containers are called '%s', or have an id that begins so", wanted);
	if (r == -ENOENT)
		return err_set(e, r, "no running container is called '%s'", wanted);
	return err_set(e, r, "cannot look for container '%s': %s", wanted, strerror(-r));
}

/* Where a hierarchy is mounted as a whole: version 2, or version 1 with this controller. */
static const char *mount_of(struct arena *a, const char *mounts, bool v2)
{
	const char *end = mounts + strlen(mounts), *line;
	size_t n;

	while (next_line(&mounts, end, &line, &n)) {
		struct strs f = str_split(a, arena_strn(a, line, n), " ");
		uint32_t dash = 6;

		while (dash < f.n && !str_eq(f.v[dash], "-"))
			dash++;
		if (dash + 3 >= f.n || !str_eq(f.v[3], "/"))
			continue;
		if (v2 && str_eq(f.v[dash + 1], "cgroup2"))
			return f.v[4];
		if (!v2 && str_eq(f.v[dash + 1], "cgroup")) {
			struct strs options = str_split(a, f.v[dash + 3], ",");

			if (strs_has(&options, "devices"))
				return f.v[4];
		}
	}
	return NULL;
}

/* The path in "0::/path" or "7:devices:/path"; a line may name several controllers. */
static const char *path_of(struct arena *a, const char *cgroups, bool v2)
{
	const char *end = cgroups + strlen(cgroups), *line;
	size_t n;

	while (next_line(&cgroups, end, &line, &n)) {
		char *text = arena_strn(a, line, n), *names = strchr(text, ':'), *path = names ? strchr(names + 1, ':') : NULL;
		struct strs list;

		if (!path)
			continue;
		*path++ = '\0';
		list = str_split(a, names + 1, ",");
		if (v2 ? list.n == 0 : strs_has(&list, "devices"))
			return path;
	}
	return NULL;
}

/* The part of the path that ends with the folder named after the container is its own. */
static void place(struct arena *a, const char *mount, const char *path, const char *id, struct device_cgroup *ret)
{
	size_t own;

	*ret = (struct device_cgroup){0};
	if (!mount || !path || strstr(path, "/.."))
		return;
	ret->mount = mount;
	ret->leaf = str_eq(path, "/") ? mount : arena_printf(a, "%s%s", mount, path);
	own = attribute_named(path, id);
	if (own)
		ret->folder = arena_strn(a, ret->leaf, strlen(mount) + own);
}

static const char *own_mountinfo(struct tree *t, struct arena *a)
{
	char *text;

	return tree_read_file(&t->root, "proc/self/mountinfo", a, FILE_MAX, &text, NULL) < 0 ? NULL : text;
}

static void read_cgroups(struct tree *t, struct arena *a, struct container *c)
{
	const char *mounts = own_mountinfo(t, a), *cgroups = proc_file(t, a, c->pid, "cgroup"), *name;

	c->unit = "";
	if (!mounts || !cgroups)
		return;
	place(a, mount_of(a, mounts, true), path_of(a, cgroups, true), c->id, &c->v2);
	place(a, mount_of(a, mounts, false), path_of(a, cgroups, false), c->id, &c->v1);
	name = c->v2.folder ? c->v2.folder : c->v1.folder ? c->v1.folder : "";
	if (str_ends(name, ".scope"))
		c->unit = str_base(name);
}

/* The words after "Name:" in /proc/PID/status. */
static struct strs status_words(struct arena *a, const char *status, const char *name)
{
	const char *end = status + strlen(status), *line;
	size_t n, key = strlen(name);

	while (next_line(&status, end, &line, &n))
		if (n > key && memcmp(line, name, key) == 0 && line[key] == ':')
			return str_split(a, arena_strn(a, line + key + 1, n - key - 1), " \t");
	return (struct strs){0};
}

/* Of the four of Uid and Gid the second counts when files are opened. */
static int read_identity(struct tree *t, struct arena *a, struct container *c)
{
	const char *status = proc_file(t, a, c->pid, "status");
	struct strs words;
	uint32_t i, gid;

	if (!status)
		return -ESRCH;
	words = status_words(a, status, "Uid");
	if (words.n != 4 || parse_u32(words.v[1], 10, UINT32_MAX, &c->uid) < 0)
		return -ESRCH;
	words = status_words(a, status, "Gid");
	if (words.n != 4 || parse_u32(words.v[1], 10, UINT32_MAX, &c->gid) < 0)
		return -ESRCH;
	words = status_words(a, status, "Groups");
	for (i = 0; i < words.n; i++)
		if (parse_u32(words.v[i], 10, UINT32_MAX, &gid) == 0)
			u32s_add(a, &c->groups, gid);
	words = status_words(a, status, "CapEff");
	if (words.n == 1)
		parse_u64(words.v[0], 16, UINT64_MAX, &c->capabilities);
	return 0;
}

/* A label that the file systems of a container are mounted with: context="system_u:object_r:container_file_t:s0:c1,c2". */
static const char *read_label(struct tree *t, struct arena *a, uint32_t pid)
{
	static const char key[] = "context=\"";
	const char *text = proc_file(t, a, pid, "mountinfo"), *end = text ? text + strlen(text) : NULL, *line;
	size_t n;

	while (text && next_line(&text, end, &line, &n)) {
		const char *copy = arena_strn(a, line, n), *at = strstr(copy, key);

		if (at && strstr(copy, " /dev "))
			return arena_strn(a, at + strlen(key), strcspn(at + strlen(key), "\""));
	}
	return "";
}

/* Whom root in there is outside: the line of the map that begins with 0 inside. */
static uint32_t mapped_root(struct tree *t, struct arena *a, uint32_t pid, const char *map)
{
	const char *text = proc_file(t, a, pid, map);
	struct strs lines = str_split(a, text ? text : "", "\n"), words;
	uint32_t i, id;

	for (i = 0; i < lines.n; i++) {
		words = str_split(a, lines.v[i], " ");
		if (words.n == 3 && str_eq(words.v[0], "0") && parse_u32(words.v[1], 10, UINT32_MAX, &id) == 0)
			return id;
	}
	return 0;
}

int container_find(struct tree *t, struct arena *a, const char *wanted, struct container *ret, struct err *e)
{
	const char *command;
	int r = locate(t, a, wanted, ret, e);

	if (r < 0)
		return r;
	if (read_identity(t, a, ret) < 0)
		return err_set(e, -ESRCH, "container '%s' ended this moment", wanted);
	read_cgroups(t, a, ret);
	command = proc_file(t, a, ret->pid, "cmdline");
	ret->program = arena_str(a, str_base(command ? command : ""));
	ret->own_users = !same_namespace(t, a, ret->pid, "user");
	ret->root_uid = mapped_root(t, a, ret->pid, "uid_map");
	ret->root_gid = mapped_root(t, a, ret->pid, "gid_map");
	ret->label = read_label(t, a, ret->pid);
	return 0;
}

/* Whose the user namespace is: that of a rootless container is its user's. */
static uint32_t namespace_owner(uint32_t pid)
{
	char path[64];
	uid_t owner = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/ns/user", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (ioctl(fd, NS_GET_OWNER_UID, &owner) < 0)
		owner = 0;
	close(fd);
	return owner;
}

static const char *user_name(struct arena *a, uint32_t uid)
{
	struct passwd *p = getpwuid(uid);

	return p ? arena_str(a, p->pw_name) : arena_printf(a, "%u", uid);
}

static bool own_mounts(uint32_t pid)
{
	struct stat its, ours;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/ns/mnt", pid);
	return stat(path, &its) == 0 && stat("/proc/self/ns/mnt", &ours) == 0 && its.st_ino != ours.st_ino;
}

int container_open_to_gifts(const struct container *c, struct arena *a, const char **ret_remedy, struct err *e)
{
	const struct facts_sandbox *sandbox = facts_sandbox_find(c->program);
	uint32_t owner = c->own_users ? namespace_owner(c->pid) : 0;

	*ret_remedy = "start the container anew with the GPU: --device KIND=NAME, as 'gpubay cdi list' shows";
	if (sandbox)
		return err_set(e, -EPERM, "it runs in %s: %s stands between it and the devices of this machine", sandbox->runtime,
			       sandbox->what);
	if (owner) {
		*ret_remedy = "start it anew as that user with --device, or run it as root";
		return err_set(e, -EPERM,
			       "it is a rootless container of user %s: what it may open is what that user may, and its user namespace has "
			       "no rights over devices", user_name(a, owner));
	}
	if (!own_mounts(c->pid))
		return err_set(e, -EPERM, "it has no mount namespace of its own, so there is no /dev that would be only its");
	return 0;
}
