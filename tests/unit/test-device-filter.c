/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device filters as runc, crun and systemd write them, opened for one device more and closed again; and the same in the
 * kernel, where it lets us.
 */
#include "swap/device-cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define I(...) {__VA_ARGS__}
#define LOAD(dst, offset) I(.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = dst, .src_reg = 1, .off = offset)
#define UNLESS(reg, value, skip) I(.code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = reg, .imm = value, .off = skip)
#define RETURN(v) I(.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = v), I(.code = BPF_JMP | BPF_EXIT)
#define FILTER(p) ((struct device_filter){.v = p, .n = ARRAY_LEN(p)})

/* Numbers in registers first, then a comparison for each rule: /dev/null for reading and writing, any mknod; else no. */
static struct bpf_insn runtime[] = {
	LOAD(2, 0), I(.code = BPF_ALU | BPF_AND | BPF_K, .dst_reg = 2, .imm = 0xffff),
	LOAD(3, 0), I(.code = BPF_ALU | BPF_RSH | BPF_K, .dst_reg = 3, .imm = 16),
	LOAD(4, 4), LOAD(5, 8),
	UNLESS(2, BPF_DEVCG_DEV_CHAR, 7),
	I(.code = BPF_ALU | BPF_MOV | BPF_X, .dst_reg = 1, .src_reg = 3),
	I(.code = BPF_ALU | BPF_AND | BPF_K, .dst_reg = 1, .imm = BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE),
	I(.code = BPF_JMP | BPF_JNE | BPF_X, .dst_reg = 1, .src_reg = 3, .off = 4),
	UNLESS(4, 1, 3), UNLESS(5, 3, 2), RETURN(1),
	I(.code = BPF_JMP32 | BPF_JNE | BPF_K, .dst_reg = 3, .imm = BPF_DEVCG_ACC_MKNOD, .off = 2), RETURN(1),
	RETURN(0),
};

static const struct device_number null = {1, 3}, zero = {1, 5}, render = {226, 128}, other = {226, 129};
static struct arena *a;

static struct device_number_list *list(const struct device_number *d)
{
	struct device_number_list *l = arena_alloc(a, sizeof(*l));

	*l = (struct device_number_list){.v = (struct device_number *)d, .n = 1};
	return l;
}

static void decides(void **state)
{
	struct device_filter f = FILTER(runtime);

	assert_int_equal(device_filter_allows(&f, &null), 1);
	assert_int_equal(device_filter_allows(&f, &zero), 0);
	assert_int_equal(device_filter_allows(&f, &render), 0);
}

static void opens_and_closes(void **state)
{
	struct device_filter f = FILTER(runtime), one, two, back;

	device_filter_open(a, &f, list(&render), &one);
	assert_int_equal(device_filter_allows(&one, &render), 1);
	assert_int_equal(device_filter_allows(&one, &other), 0);
	assert_int_equal(device_filter_allows(&one, &null), 1);
	assert_int_equal(device_filter_allows(&one, &zero), 0);
	device_filter_open(a, &one, list(&other), &two);
	assert_int_equal(device_filter_allows(&two, &render), 1);
	assert_int_equal(device_filter_allows(&two, &other), 1);
	/* In the order of giving and in the other one. */
	assert_int_equal(device_filter_close(a, &two, list(&render), &back), 1);
	assert_int_equal(device_filter_allows(&back, &render), 0);
	assert_int_equal(device_filter_allows(&back, &other), 1);
	one = back;
	assert_int_equal(device_filter_close(a, &one, list(&other), &back), 1);
	assert_int_equal(back.n, f.n);
	assert_memory_equal(back.v, f.v, f.n * sizeof(*f.v));
	one = back;
	assert_int_equal(device_filter_close(a, &one, list(&other), &back), 0);
}

/* As the kernel blinds: constants in two parts, jumps over what became longer, a 0 as xor with itself. */
static void blinded(void **state)
{
	static struct bpf_insn seen[] = {
		LOAD(2, 4),
		I(.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 11, .imm = 0x12345678 ^ 1),
		I(.code = BPF_ALU64 | BPF_XOR | BPF_K, .dst_reg = 11, .imm = 0x12345678),
		I(.code = BPF_JMP | BPF_JNE | BPF_X, .dst_reg = 2, .src_reg = 11, .off = 4),
		I(.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 11, .imm = 0x777 ^ 1),
		I(.code = BPF_ALU64 | BPF_XOR | BPF_K, .dst_reg = 11, .imm = 0x777),
		I(.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 0, .src_reg = 11),
		I(.code = BPF_JMP | BPF_EXIT),
		I(.code = 0xc0),
		I(.code = BPF_ALU64 | BPF_XOR | BPF_X, .dst_reg = 0, .src_reg = 0),
		I(.code = BPF_JMP | BPF_EXIT),
	};
	static struct bpf_insn plain[] = {LOAD(2, 4), UNLESS(2, 1, 2), RETURN(1), RETURN(0)};
	struct device_filter f;

	assert_int_equal(device_filter_normalise(a, &FILTER(seen), &f), 0);
	assert_int_equal(f.n, ARRAY_LEN(plain));
	assert_memory_equal(f.v, plain, sizeof(plain));
	assert_int_equal(device_filter_normalise(a, &FILTER(runtime), &f), 0);
	assert_int_equal(f.n, ARRAY_LEN(runtime));
	assert_memory_equal(f.v, runtime, sizeof(runtime));
}

static void refuses(void **state)
{
	static struct bpf_insn calls[] = {I(.code = BPF_JMP | BPF_CALL, .imm = 1), RETURN(1)},
			       map[] = {I(.code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 2, .src_reg = 1), I(.code = 0), RETURN(1)},
			       stack[] = {I(.code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = 10, .off = -8), RETURN(1)},
			       away[] = {UNLESS(1, 0, 100), RETURN(1)}, back[] = {I(.code = BPF_JMP | BPF_JA, .off = -1), RETURN(1)},
			       outside[] = {LOAD(2, 12), RETURN(1)}, open_end[] = {LOAD(2, 4)};
	struct device_filter f;

	assert_int_equal(device_filter_normalise(a, &FILTER(calls), &f), -EOPNOTSUPP);
	assert_int_equal(device_filter_normalise(a, &FILTER(map), &f), -EOPNOTSUPP);
	assert_int_equal(device_filter_normalise(a, &FILTER(stack), &f), -EOPNOTSUPP);
	assert_int_equal(device_filter_normalise(a, &FILTER(away), &f), -EOPNOTSUPP);
	assert_int_equal(device_filter_normalise(a, &(struct device_filter){0}, &f), -EOPNOTSUPP);
	assert_int_equal(device_filter_allows(&FILTER(calls), &null), -EOPNOTSUPP);
	assert_int_equal(device_filter_allows(&FILTER(back), &null), -EOPNOTSUPP);
	assert_int_equal(device_filter_allows(&FILTER(outside), &null), -EOPNOTSUPP);
	assert_int_equal(device_filter_allows(&FILTER(open_end), &null), -EOPNOTSUPP);
}

static void lists(void **state)
{
	static const char text[] = "c 1:3 rwm\nb *:* m\nc *:* m\nc 136:* rwm\nc 226:129 r\n";

	assert_true(device_list_allows(text, &null));
	assert_false(device_list_allows(text, &render));
	assert_false(device_list_allows(text, &other));
	assert_true(device_list_allows(text, &(struct device_number){136, 7}));
	assert_true(device_list_allows("a *:* rwm\n", &render));
	assert_true(device_list_allows("c 226:* rw", &render));
	assert_false(device_list_allows("c 226: rw\nc :128 rw\nc\n\nc 226:128\nx 226:128 rw\n", &render));
	assert_false(device_list_allows("", &render));
}

/* A cgroup of our own with the runtime's filter; NULL: the kernel or our rights do not allow it. */
static char *own_cgroup(const char **ret_mount)
{
	static const char *const mounts[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
	union bpf_attr load = {.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE, .insns = (uintptr_t)runtime,
			       .insn_cnt = ARRAY_LEN(runtime), .license = (uintptr_t) "GPL"};
	union bpf_attr attach = {.attach_type = BPF_CGROUP_DEVICE, .attach_flags = BPF_F_ALLOW_MULTI};
	char *folder;
	unsigned i;
	long program;

	for (i = 0; i < ARRAY_LEN(mounts); i++)
		if (access(arena_printf(a, "%s/cgroup.controllers", mounts[i]), F_OK) == 0)
			break;
	if (i == ARRAY_LEN(mounts))
		return NULL;
	*ret_mount = mounts[i];
	folder = arena_printf(a, "%s/gpubay-test.%d", mounts[i], getpid());
	if (mkdir(folder, 0755) < 0)
		return NULL;
	program = syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load));
	attach.target_fd = (uint32_t)open(folder, O_RDONLY | O_CLOEXEC);
	attach.attach_bpf_fd = (uint32_t)program;
	if (program >= 0 && syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof(attach)) == 0)
		return folder;
	rmdir(folder);
	return NULL;
}

/* Whether a process in the cgroup may open the file. */
static bool opens(const char *folder, const char *file)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		int fd = open(arena_printf(a, "%s/cgroup.procs", folder), O_WRONLY | O_CLOEXEC);

		if (fd < 0 || write(fd, "0", 1) < 0)
			_exit(2);
		_exit(open(file, O_RDWR | O_CLOEXEC) < 0);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 2);
	return WEXITSTATUS(status) == 0;
}

static void in_the_kernel(void **state)
{
	struct device_number_list *one = list(&zero);
	const char *mount = NULL;
	char *folder = own_cgroup(&mount);
	struct err e = {0};
	unsigned n;

	if (!folder)
		skip();
	struct device_cgroup c = {.mount = mount, .folder = folder, .leaf = folder};

	assert_true(opens(folder, "/dev/null"));
	assert_false(opens(folder, "/dev/zero"));
	if (device_filters_open(&c, one, &n, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(n, 1);
	assert_true(opens(folder, "/dev/null"));
	assert_true(opens(folder, "/dev/zero"));
	assert_false(opens(folder, "/dev/full"));
	/* A second time nothing is to do. */
	assert_int_equal(device_filters_open(&c, one, &n, &e), 0);
	assert_int_equal(n, 0);
	assert_int_equal(device_filters_close(&c, one, &n, &e), 0);
	assert_int_equal(n, 1);
	assert_true(opens(folder, "/dev/null"));
	assert_false(opens(folder, "/dev/zero"));
	/* A container below may not have what is above it forbids. */
	c.folder = c.leaf = arena_printf(a, "%s/below", folder);
	assert_int_equal(mkdir(c.folder, 0755), 0);
	assert_int_equal(device_filters_open(&c, one, &n, &e), -EACCES);
	assert_non_null(strstr(e.text, folder));
	assert_int_equal(rmdir(c.folder), 0);
	/* Gone: nothing to close. */
	assert_int_equal(device_filters_close(&c, one, &n, &e), 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides), cmocka_unit_test(opens_and_closes), cmocka_unit_test(blinded),
		cmocka_unit_test(refuses), cmocka_unit_test(lists),	       cmocka_unit_test(in_the_kernel),
	};
	int r;

	a = arena_new();
	r = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(a);
	return r;
}
