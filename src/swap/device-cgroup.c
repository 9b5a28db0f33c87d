/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/device-cgroup.h"

#include "base/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PROGRAMS_MAX = 64, TRIES = 3, LIST_MAX = 64 * 1024 };

static int call(enum bpf_cmd cmd, union bpf_attr *attr)
{
	long r = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return r < 0 ? -errno : (int)r;
}

/* The programs attached at one cgroup itself; how many. */
static int attached(int cgroup, uint32_t ids[static PROGRAMS_MAX], uint32_t *ret_flags)
{
	union bpf_attr attr = {0};
	int r;

	attr.query.target_fd = (uint32_t)cgroup;
	attr.query.attach_type = BPF_CGROUP_DEVICE;
	attr.query.prog_ids = (uintptr_t)ids;
	attr.query.prog_cnt = PROGRAMS_MAX;
	r = call(BPF_PROG_QUERY, &attr);
	*ret_flags = attr.query.attach_flags;
	return r < 0 ? r : (int)attr.query.prog_cnt;
}

static int program_of(uint32_t id)
{
	union bpf_attr attr = {0};

	attr.prog_id = id;
	return call(BPF_PROG_GET_FD_BY_ID, &attr);
}

static int info_of(int program, struct bpf_prog_info *info)
{
	union bpf_attr attr = {0};

	attr.info.bpf_fd = (uint32_t)program;
	attr.info.info_len = sizeof(*info);
	attr.info.info = (uintptr_t)info;
	return call(BPF_OBJ_GET_INFO_BY_FD, &attr);
}

/* The program's instructions, fit to be loaded again. */
static int read_program(struct arena *a, int program, struct device_filter *ret)
{
	struct bpf_prog_info info = {0};
	struct device_filter seen;
	uint32_t size;
	int r = info_of(program, &info);

	if (r < 0)
		return r;
	size = info.xlated_prog_len;
	if (size == 0 || size / sizeof(*seen.v) > DEVICE_FILTER_MAX || info.nr_map_ids)
		return -EOPNOTSUPP;
	seen = (struct device_filter){.v = arena_alloc(a, size), .n = (uint32_t)(size / sizeof(*seen.v))};
	info = (struct bpf_prog_info){.xlated_prog_len = size, .xlated_prog_insns = (uintptr_t)seen.v};
	r = info_of(program, &info);
	if (r < 0)
		return r;
	/* The kernel shows nobody the constants of a blinded program where it hides its addresses from root as well. */
	if (!info.xlated_prog_insns)
		return -EOPNOTSUPP;
	return device_filter_normalise(a, &seen, ret);
}

static int load(const struct device_filter *f)
{
	union bpf_attr attr = {0};
	struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};

	/* Before Linux 5.11 programs count as locked memory. */
	setrlimit(RLIMIT_MEMLOCK, &all);
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insns = (uintptr_t)f->v;
	attr.insn_cnt = f->n;
	attr.license = (uintptr_t) "Apache-2.0";
	memcpy(attr.prog_name, "gpubay_given", sizeof("gpubay_given"));
	return call(BPF_PROG_LOAD, &attr);
}

static int attach(int cgroup, int program, uint32_t flags, int instead_of)
{
	union bpf_attr attr = {0};

	attr.target_fd = (uint32_t)cgroup;
	attr.attach_bpf_fd = (uint32_t)program;
	attr.attach_type = BPF_CGROUP_DEVICE;
	attr.attach_flags = flags | (instead_of >= 0 ? BPF_F_REPLACE : 0);
	attr.replace_bpf_fd = (uint32_t)MAX(instead_of, 0);
	return call(BPF_PROG_ATTACH, &attr);
}

static int detach(int cgroup, int program)
{
	union bpf_attr attr = {0};

	attr.target_fd = (uint32_t)cgroup;
	attr.attach_bpf_fd = (uint32_t)program;
	attr.attach_type = BPF_CGROUP_DEVICE;
	return call(BPF_PROG_DETACH, &attr);
}

/*
 * In place, with no moment without a filter. Where only one program can be attached the new one takes its place by
 * itself; before Linux 5.6 the two stand side by side for a moment, in which what either forbids is forbidden.
 */
static int replace(int cgroup, int old, const struct device_filter *f, uint32_t flags)
{
	int program = load(f), r;

	if (program < 0)
		return program;
	if (!(flags & BPF_F_ALLOW_MULTI)) {
		r = attach(cgroup, program, flags, -1);
	} else {
		r = attach(cgroup, program, flags, old);
		if (r == -EINVAL) {
			r = attach(cgroup, program, flags, -1);
			if (r >= 0)
				r = detach(cgroup, old);
		}
	}
	close(program);
	return MIN(r, 0);
}

/* One pass over the cgroups of a container. */
struct pass {
	struct arena *a;
	const struct device_number_list *devices;
	bool open; /* else close */
	unsigned replaced;
};

/* 1; 0; negative where it is not to be told. */
static int lets_all(const struct device_filter *f, const struct device_number_list *devices)
{
	uint32_t i;
	int r = 1;

	for (i = 0; i < devices->n && r == 1; i++)
		r = device_filter_allows(f, &devices->v[i]);
	return r;
}

/* The program that is to stand in this one's place; false: it may stay. */
static bool another(const struct pass *p, const struct device_filter *now, struct device_filter *ret)
{
	struct device_filter rest;

	if (!p->open)
		return device_filter_close(p->a, now, p->devices, ret) > 0;
	if (lets_all(now, p->devices) == 1)
		return false;
	/* Blocks for these devices that are there already go first, so that nothing piles up. */
	device_filter_close(p->a, now, p->devices, &rest);
	device_filter_open(p->a, &rest, p->devices, ret);
	return true;
}

static int change_program(struct pass *p, int cgroup, uint32_t id, uint32_t flags)
{
	struct device_filter now, next;
	int program = program_of(id), r;

	if (program < 0)
		return program;
	r = read_program(p->a, program, &now);
	if (r == -EOPNOTSUPP && !p->open)
		r = 0; /* what cannot be read has nothing of ours in it */
	else if (r == 0 && another(p, &now, &next)) {
		r = replace(cgroup, program, &next, flags);
		p->replaced += r == 0;
	}
	close(program);
	return r;
}

/* A cgroup above the container's: -EACCES where one of its programs forbids; what cannot be told is left to the trial. */
static int look_at_program(struct pass *p, uint32_t id)
{
	struct device_filter now;
	int program = program_of(id), r;

	if (program < 0)
		return 0;
	r = read_program(p->a, program, &now);
	close(program);
	return r == 0 && lets_all(&now, p->devices) == 0 ? -EACCES : 0;
}

static int do_cgroup(struct pass *p, const char *folder, bool own)
{
	int cgroup = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), n, i, r = 0;
	uint32_t ids[PROGRAMS_MAX], flags;

	if (cgroup < 0)
		return errno == ENOENT && !p->open ? 0 : -errno;
	n = attached(cgroup, ids, &flags);
	for (i = 0; i < n && r >= 0; i++)
		r = own ? change_program(p, cgroup, ids[i], flags) : look_at_program(p, ids[i]);
	close(cgroup);
	return n < 0 ? n : r;
}

/* Somebody else may replace a program between our look and our change. */
static int do_cgroup_surely(struct pass *p, const char *folder, bool own)
{
	int tries, r = -ENOENT;

	for (tries = 0; tries < TRIES && r == -ENOENT; tries++)
		r = do_cgroup(p, folder, own);
	return r;
}

static int explain(struct err *e, int code, const char *folder)
{
	switch (code) {
	case -EACCES: return err_set(e, code, "the device policy of '%s', which holds for others too, forbids it", folder);
	case -EOPNOTSUPP:
		return err_set(e, code, "the device filter of '%s' cannot be carried over: it does more than compare numbers, or the "
					"kernel does not show it (net.core.bpf_jit_harden and kernel.kptr_restrict both 2)", folder);
	case -EPERM: return err_set(e, code, "the kernel does not allow to change the device filter of '%s' from here", folder);
	default: return err_set(e, code, "cannot change the device filter of '%s': %s", folder, strerror(-code));
	}
}

/* Calls back for each folder from the top of the hierarchy, or from the container's own, down to the leaf. */
static int walk(struct arena *a, const struct device_cgroup *c, bool from_top, int (*fn)(void *, const char *, bool), void *arg,
		struct err *e)
{
	size_t n = strlen(from_top ? c->mount : c->folder), own = c->folder ? strlen(c->folder) : SIZE_MAX, end = strlen(c->leaf);
	int r = 0;

	for (; n <= end && r >= 0; n += 1 + strcspn(c->leaf + MIN(n + 1, end), "/")) {
		const char *folder = arena_strn(a, c->leaf, n);

		r = fn(arg, folder, n >= own);
		if (r < 0)
			explain(e, r, folder);
	}
	return r;
}

static int do_folder(void *arg, const char *folder, bool own)
{
	return do_cgroup_surely(arg, folder, own);
}

static int do_filters(const struct device_cgroup *c, const struct device_number_list *devices, bool open, unsigned *ret_replaced,
		      struct err *e)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct pass p = {.a = a, .devices = devices, .open = open};
	int r = walk(a, c, open, do_folder, &p, e);

	*ret_replaced = p.replaced;
	return r;
}

int device_filters_open(const struct device_cgroup *c, const struct device_number_list *devices, unsigned *ret_replaced,
			struct err *e)
{
	return do_filters(c, devices, true, ret_replaced, e);
}

int device_filters_close(const struct device_cgroup *c, const struct device_number_list *devices, unsigned *ret_replaced,
			 struct err *e)
{
	return do_filters(c, devices, false, ret_replaced, e);
}

/* "226", or "*" for all. */
static bool covers(const char *s, size_t n, uint32_t number)
{
	uint64_t v;

	return (n == 1 && *s == '*') || (parse_u64n(s, n, 10, UINT32_MAX, &v) == 0 && v == number);
}

/* "c 226:* rwm" */
static bool line_allows(const char *s, size_t n, const struct device_number *d)
{
	const char *colon = memchr(s, ':', n), *access;
	size_t rest;

	if (n < 2 || (*s != 'a' && *s != 'c') || s[1] != ' ' || !colon)
		return false;
	rest = n - (size_t)(colon + 1 - s);
	access = memchr(colon, ' ', rest + 1);
	return access && covers(s + 2, (size_t)(colon - s) - 2, d->major) && covers(colon + 1, (size_t)(access - colon) - 1, d->minor) &&
	       memchr(access, 'r', n - (size_t)(access - s)) && memchr(access, 'w', n - (size_t)(access - s));
}

bool device_list_allows(const char *text, const struct device_number *d)
{
	const char *end = text + strlen(text), *line;
	size_t n;

	while (next_line(&text, end, &line, &n))
		if (line_allows(line, n, d))
			return true;
	return false;
}

int device_list_missing(struct arena *a, const struct device_cgroup *c, const struct device_number_list *devices,
			struct device_number_list *ret, struct err *e)
{
	const char *path = arena_printf(a, "%s/devices.list", c->folder);
	char *text = arena_alloc(a, LIST_MAX);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, LIST_MAX - 1);
	uint32_t i;

	*ret = (struct device_number_list){0};
	if (n < 0)
		err_set(e, -errno, "cannot read '%s': %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	for (i = 0; i < devices->n && n >= 0; i++)
		if (!device_list_allows(text, &devices->v[i]))
			*LIST_PUSH(a, ret) = devices->v[i];
	return n < 0 ? e->code : 0;
}

struct list_pass {
	const struct device_number_list *devices;
	const char *file;
	struct arena *a;
};

static int write_list(void *arg, const char *folder, bool own)
{
	const struct list_pass *p = arg;
	int fd = open(arena_printf(p->a, "%s/%s", folder, p->file), O_WRONLY | O_CLOEXEC), r = fd < 0 ? -errno : 0;
	uint32_t i;

	for (i = 0; i < p->devices->n && r == 0; i++) {
		const char *line = arena_printf(p->a, "c %u:%u rw", p->devices->v[i].major, p->devices->v[i].minor);

		if (write(fd, line, strlen(line)) < 0)
			r = errno == EPERM ? -EACCES : -errno;
	}
	if (fd >= 0)
		close(fd);
	return r;
}

int device_list_open(const struct device_cgroup *c, const struct device_number_list *devices, struct err *e)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct list_pass p = {devices, "devices.allow", a};

	return walk(a, c, false, write_list, &p, e);
}

/* What a cgroup may no longer open, those below it may not either: the kernel sees to that. */
int device_list_close(const struct device_cgroup *c, const struct device_number_list *devices, struct err *e)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct list_pass p = {devices, "devices.deny", a};
	struct device_cgroup own = *c;
	int r;

	own.leaf = own.folder;
	if (access(own.folder, F_OK) < 0 && errno == ENOENT)
		return 0;
	r = walk(a, &own, false, write_list, &p, e);
	return r;
}
