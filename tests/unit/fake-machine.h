/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine out of tests/machines as a folder that changes as the kernel would change it: a small kernel behind the
 * effects that unbinds, removes, switches slots and tunnels, and keeps what was done in the folder, so that it outlives
 * a process that is killed. What was asked of it is kept in a log.
 */
#ifndef GPUBAY_TEST_FAKE_MACHINE_H
#define GPUBAY_TEST_FAKE_MACHINE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/parse.h"
#include "host/capture.h"
#include "host/effects.h"
#include "host/statefile.h"
#include "probe/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

struct fake {
	struct arena *a;
	char dir[40];
	struct tree *tree;
	struct snapshot *s;
	struct effects fx;
	struct buf log;          /* "unbind 0000:04:00.1 snd_hda_intel\n" */
	const char *hang;        /* a write whose line begins so never comes back */
	const char *refuse;      /* one whose line begins so fails */
	int refuse_code;
	bool no_systemctl;       /* programs fail */
	void (*on_run)(struct fake *f, const char *line);
	void (*on_signal)(struct fake *f, int pidfd, int sig);
};

static inline int fake_unlink_one(const char *path, const struct stat *st, int flag, struct FTW *w)
{
	return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

static inline void fake_rm(const char *path)
{
	nftw(path, fake_unlink_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline const char *fake_path(struct fake *f, const char *path)
{
	return arena_printf(f->a, "%s%s%s", f->dir, *path == '/' ? "" : "/", path);
}

static inline void fake_folders(const char *path)
{
	struct err e = {0};

	if (statefile_make_folders(path, &e) < 0)
		abort();
}

static inline void fake_put(struct fake *f, const char *path, const char *text)
{
	const char *full = fake_path(f, path);
	int fd;

	fake_folders(full);
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		abort();
	close(fd);
}

static inline void fake_link(struct fake *f, const char *path, const char *target)
{
	fake_folders(fake_path(f, path));
	if (symlink(target, fake_path(f, path)) < 0 && errno != EEXIST)
		abort();
}

static inline bool fake_there(struct fake *f, const char *path)
{
	return faccessat(AT_FDCWD, fake_path(f, path), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static inline const char *fake_read(struct fake *f, const char *path)
{
	const char *text;

	return tree_read_str(&f->tree->root, path + (*path == '/'), f->a, &text) < 0 ? NULL : text;
}

/* Everything of a tree in memory into the folder. */
static inline void fake_lay_out(struct fake *f, struct tree *from, const char *path)
{
	struct tree_stat st;
	struct strs names;
	uint32_t i;
	char *text;
	size_t n;
	int fd;

	if (tree_lstat(&from->root, path, &st) < 0)
		return;
	if (st.type == TREE_DIR) {
		fake_folders(arena_printf(f->a, "%s/.", fake_path(f, path)));
		for (i = 0; tree_list(&from->root, path, f->a, &names) == 0 && i < names.n; i++)
			fake_lay_out(f, from, arena_printf(f->a, "%s/%s", path, names.v[i]));
	} else if (st.type == TREE_LINK) {
		const char *target;

		if (tree_readlink(&from->root, path, f->a, &target) == 0)
			fake_link(f, path, target);
	} else if (st.type == TREE_CHAR) {
		fake_folders(fake_path(f, path));
		mknod(fake_path(f, path), S_IFCHR | 0600, makedev(st.major, st.minor));
	} else if (tree_read_file(&from->root, path, f->a, 1 << 20, &text, &n) == 0) {
		fake_folders(fake_path(f, path));
		fd = open(fake_path(f, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd < 0 || write(fd, text, n) != (ssize_t)n)
			abort();
		close(fd);
	}
}

static const char *fake_pruned; /* address whose links are taken away */

static inline int fake_prune_one(const char *path, const struct stat *st, int flag, struct FTW *w)
{
	char target[1024];
	const char *at;
	ssize_t n = S_ISLNK(st->st_mode) ? readlink(path, target, sizeof(target) - 1) : -1;

	if (n < 0)
		return 0;
	target[n] = '\0';
	at = strstr(target, fake_pruned);
	if (at && at > target && at[-1] == '/' && (at[strlen(fake_pruned)] == '/' || !at[strlen(fake_pruned)]))
		unlink(path);
	return 0;
}

/* A function and all below it, with every link of /sys that leads there. */
static inline void fake_gone(struct fake *f, const char *address)
{
	const char *target;

	if (tree_readlink(&f->tree->root, arena_printf(f->a, "sys/bus/pci/devices/%s", address), f->a, &target) < 0)
		return;
	fake_rm(fake_path(f, arena_printf(f->a, "sys%s", strstr(target, "/devices/"))));
	fake_pruned = address;
	nftw(fake_path(f, "sys/bus"), fake_prune_one, 16, FTW_PHYS);
	nftw(fake_path(f, "sys/class"), fake_prune_one, 16, FTW_PHYS);
}

static inline void fake_kernel(struct fake *f, const char *path, const char *value)
{
	struct strs words = str_split(f->a, path, "/");
	const char *parent = words.n > 1 ? words.v[words.n - 2] : "", *slot;
	uint32_t i;

	if (str_ends(path, "/unbind")) {
		unlink(fake_path(f, arena_printf(f->a, "sys/bus/pci/devices/%s/driver", value)));
	} else if (str_ends(path, "/remove")) {
		fake_gone(f, parent);
	} else {
		fake_put(f, path, value);
	}
	slot = str_ends(path, "/power") ? fake_read(f, arena_printf(f->a, "sys/bus/pci/slots/%s/address", parent)) : NULL;
	for (i = 0; slot && i < 8; i++)
		fake_gone(f, arena_printf(f->a, "%s.%u", slot, i));
}

/* "unbind 0000:04:00.0 nvidia", "remove 0000:02:00.0", "authorized=0 0-1", "power=0 4". */
static inline const char *fake_line(struct fake *f, const char *path, const char *value)
{
	struct strs words = str_split(f->a, path, "/");
	const char *name = words.v[words.n - 1], *parent = words.n > 1 ? words.v[words.n - 2] : "";

	if (str_eq(name, "unbind"))
		return arena_printf(f->a, "unbind %s %s", value, parent);
	if (str_eq(name, "remove"))
		return arena_printf(f->a, "remove %s", parent);
	return arena_printf(f->a, "%s=%s %s", name, value, parent);
}

static inline struct fake *fake_of(struct effects *fx)
{
	return (struct fake *)((char *)fx - offsetof(struct fake, fx));
}

static inline int fake_write(struct effects *fx, const char *path, const char *value, uint32_t deadline_ms)
{
	struct fake *f = fake_of(fx);
	const char *line = fake_line(f, path, value);

	buf_addf(&f->log, "%s\n", line);
	if (f->hang && str_starts(line, f->hang))
		return -ETIMEDOUT;
	if (f->refuse && str_starts(line, f->refuse))
		return f->refuse_code;
	fake_kernel(f, path, value);
	return 0;
}

static inline int fake_file(struct effects *fx, const char *path, const struct buf *content, unsigned mode, struct err *e)
{
	struct fake *f = fake_of(fx);

	if (str_starts(path, "/run/gpubay/state/"))
		buf_addf(&f->log, "note %s", content->p);
	else
		buf_addf(&f->log, "file %s\n", path);
	fake_put(f, path, content->p);
	return 0;
}

static inline int fake_unlink(struct effects *fx, const char *path)
{
	struct fake *f = fake_of(fx);

	buf_addf(&f->log, "unlink %s\n", str_starts(path, "/run/gpubay/state/") ? "note" : path);
	unlink(fake_path(f, path));
	return 0;
}

static inline int fake_run(struct effects *fx, const char *const *argv, uint32_t deadline_ms, struct buf *ret_out)
{
	struct fake *f = fake_of(fx);
	struct buf line CLEANUP(buf_free) = BUF_NULL;
	unsigned i;

	for (i = 0; argv[i]; i++)
		buf_addf(&line, "%s%s", i ? " " : "", argv[i]);
	buf_addf(&f->log, "run %s\n", line.p);
	if (f->on_run)
		f->on_run(f, line.p);
	return f->no_systemctl ? -ENOENT : 0;
}

static inline int fake_signal(struct effects *fx, int pidfd, int sig)
{
	struct fake *f = fake_of(fx);

	buf_addf(&f->log, "signal %d\n", sig);
	if (f->on_signal)
		f->on_signal(f, pidfd, sig);
	return 0;
}

static inline int fake_child(struct effects *fx, const char *what, effects_fn fn, void *arg, uint32_t deadline_ms, struct err *e)
{
	buf_addf(&fake_of(fx)->log, "child %s\n", what);
	return 0;
}

static inline void fake_look(struct fake *f)
{
	static const struct probe_request req = {.phases = PROBE_LIST | PROBE_EDID | PROBE_PLATFORM};

	snapshot_free(f->s);
	f->s = probe_snapshot(f->tree, &req);
	f->s->is_root = true;
}

static inline void fake_open(struct fake *f, const char *machine)
{
	static const char *const tops[] = {"sys", "proc", "dev", "etc", "run"}; /* a capture does not say that these are all */
	static const struct effects_ops ops = {fake_write, fake_file, fake_unlink, fake_run, fake_signal, fake_child};
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	struct tree *from = NULL;
	struct statefile file;
	struct err e = {0};
	unsigned i;

	*f = (struct fake){.a = arena_new(), };
	snprintf(f->dir, sizeof(f->dir), "%s/gpubay-fake.XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	file = (struct statefile){.path = arena_printf(f->a, TEST_MACHINES "/%s.machine", machine), .lock = -1};
	if (!mkdtemp(f->dir) || statefile_read(&file, &text, &e) < 0 || capture_parse(machine, text.p, text.n, &from, &e) < 0) {
		fprintf(stderr, "%s: %s\n", machine, e.text);
		abort();
	}
	for (i = 0; i < ARRAY_LEN(tops); i++)
		fake_lay_out(f, from, tops[i]);
	tree_free(from);
	if (tree_new_dir(f->dir, &f->tree, &e) < 0)
		abort();
	f->fx = (struct effects){.ops = &ops, .a = f->a};
	/* Processes there are, and nobody but the first of them. */
	fake_put(f, "proc/1/comm", "systemd\n");
	fake_put(f, "proc/1/stat", "1 (systemd) S 0 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 5 22 33\n");
	fake_put(f, "proc/1/status", "Name:\tsystemd\nUid:\t0\t0\t0\t0\n");
	fake_put(f, "proc/1/maps", "");
	fake_folders(fake_path(f, "proc/1/fd/."));
	fake_look(f);
}

static inline void fake_close(struct fake *f)
{
	snapshot_free(f->s);
	tree_free(f->tree);
	buf_free(&f->log);
	fake_rm(f->dir);
	arena_free(f->a);
}

#endif
