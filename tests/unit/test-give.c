/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding a container in /proc as several engines leave it, the notes of what was given, and what systemd says of a
 * unit's devices. That it all works on real containers is tests/vm/test-give's to show.
 */
#include "swap/given.h"
#include "swap/unit-devices.h"

#include "base/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define ID "3955ae9d47f283e0998a43e11b09a3198af088025e5a1dc866ef499c5e7146bd"
#define ID2 "3955ae9d00000000000000000000000000000000000000000000000000000000"

static char folder[] = "/tmp/gpubay-give.XXXXXX";
static struct arena *a;

static void put(const char *path, const char *text)
{
	char *full = arena_printf(a, "%s/%s", folder, path), *slash;
	int fd;

	for (slash = full + strlen(folder) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void put_link(const char *path, const char *target)
{
	put(arena_printf(a, "%s.tmp", path), "");
	unlink(arena_printf(a, "%s/%s", folder, path));
	assert_int_equal(symlink(target, arena_printf(a, "%s/%s", folder, path)), 0);
}

static void process(unsigned pid, unsigned start, const char *name, const char *cgroup)
{
	put(arena_printf(a, "proc/%u/stat", pid),
	    arena_printf(a, "%u (a ) name) S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 %u 1 1", pid, start));
	put(arena_printf(a, "proc/%u/cgroup", pid), cgroup);
	put(arena_printf(a, "proc/%u/cmdline", pid), name);
	put(arena_printf(a, "proc/%u/status", pid),
	    "Name:\tx\nUid:\t1000\t1001\t1000\t1000\nGid:\t5\t6\t5\t5\nGroups:\t44 105 \nCapEff:\t00000000a80425fb\n");
	put(arena_printf(a, "proc/%u/mountinfo", pid),
	    "600 500 0:60 / /dev rw,nosuid - tmpfs tmpfs rw,context=\"system_u:object_r:container_file_t:s0:c1,c2\",size=65536k\n");
	put_link(arena_printf(a, "proc/%u/ns/user", pid), "user:[4026531838]");
	put(arena_printf(a, "proc/%u/uid_map", pid), "         0     100000      65536\n");
	put(arena_printf(a, "proc/%u/gid_map", pid), "         5          1          1\n         0     200000      65536\n");
}

static struct tree *machine(const char *mounts)
{
	struct tree *t = NULL;

	put("proc/self/mountinfo", mounts);
	put_link("proc/self/ns/user", "user:[4026531837]");
	assert_int_equal(tree_new_dir(folder, &t, NULL), 0);
	return t;
}

#define V2 "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n"
#define V1 "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n36 31 0:33 / /sys/fs/cgroup/devices rw shared:9 - cgroup cgroup rw,devices\n" \
	   "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"

static void finds(void **state)
{
	struct tree *t;
	struct container c;
	struct err e = {0};

	process(10, 7, "systemd", "0::/init.scope\n");
	process(11, 90, "conmon", "0::/machine.slice/libpod-conmon-" ID ".scope\n");
	process(12, 120, "later", "0::/machine.slice/libpod-" ID ".scope/container\n");
	process(13, 100, "/usr/bin/first", "0::/machine.slice/libpod-" ID ".scope/container/below\n");
	t = machine(V2);
	assert_int_equal(container_find(t, a, "3955ae9d47f2", &c, &e), 0);
	assert_string_equal(c.id, ID);
	assert_string_equal(c.engine, "podman");
	assert_int_equal(c.pid, 13);
	assert_int_equal(c.start_ticks, 100);
	assert_true(container_alive(t, a, 13, 100));
	assert_false(container_alive(t, a, 13, 99));
	assert_false(container_alive(t, a, 14, 100));
	assert_int_equal(c.uid, 1001);
	assert_int_equal(c.gid, 6);
	assert_int_equal(c.groups.n, 2);
	assert_int_equal(c.capabilities, 0xa80425fb);
	assert_string_equal(c.program, "first");
	assert_string_equal(c.label, "system_u:object_r:container_file_t:s0:c1,c2");
	assert_string_equal(c.unit, "libpod-" ID ".scope");
	assert_true(c.own_users);
	assert_int_equal(c.root_uid, 100000);
	assert_int_equal(c.root_gid, 200000);
	assert_string_equal(c.v2.mount, "/sys/fs/cgroup");
	assert_string_equal(c.v2.folder, "/sys/fs/cgroup/machine.slice/libpod-" ID ".scope");
	assert_string_equal(c.v2.leaf, "/sys/fs/cgroup/machine.slice/libpod-" ID ".scope/container/below");
	assert_null(c.v1.leaf);
	/* Not by less than four characters, not one that is not there, not one of two. */
	assert_int_equal(container_find(t, a, "395", &c, &e), -ENOENT);
	assert_int_equal(container_find(t, a, "3955ae9d4800", &c, NULL), -ENOENT);
	assert_int_equal(container_find(t, a, "web", &c, NULL), -ENOENT);
	process(14, 110, "sh", "0::/system.slice/docker-" ID2 ".scope\n");
	assert_int_equal(container_find(t, a, "3955ae9d", &c, NULL), -ENOTUNIQ);
	assert_int_equal(container_find(t, a, ID2, &c, NULL), 0);
	assert_string_equal(c.engine, "docker");
	tree_free(t);
}

static void finds_in_hybrid(void **state)
{
	struct tree *t;
	struct container c;

	process(20, 50, "sh", "6:devices:/libpod_parent/libpod-" ID2 "\n1:name=systemd:/libpod_parent/libpod-" ID2 "\n0::/\n");
	unlink(arena_printf(a, "%s/proc/14/cgroup", folder));
	t = machine(V1);
	assert_int_equal(container_find(t, a, ID2, &c, NULL), 0);
	assert_string_equal(c.v1.folder, "/sys/fs/cgroup/devices/libpod_parent/libpod-" ID2);
	assert_string_equal(c.v1.leaf, c.v1.folder);
	assert_string_equal(c.v2.leaf, "/sys/fs/cgroup/unified");
	assert_null(c.v2.folder);
	assert_string_equal(c.unit, "");
	tree_free(t);
}

static const char note[] = "gpubay-given 1\ngpu pci-0000:02:00.0\ncontainer " ID "\npid 186\nstart 1007\nengine podman\n"
			   "v2-folder /sys/fs/cgroup/a/" ID "\nv2-leaf /sys/fs/cgroup/a/" ID "/b\n"
			   "node 226 128 660 0 105 /dev/dri/renderD128\nlink ../renderD128 /dev/dri/by-path/pci-0000:02:00.0-render\n"
			   "opened 226 128\nlisted 226 128\nallowed /dev/dri/renderD128\n";

static void notes(void **state)
{
	static const char *const bad[] = {
		"", "gpubay-given 2\n", "gpubay-given 1\n", "gpubay-given 1\ngpu x\ncontainer y\n", "gpubay-given 1\ngpu x\ncontainer y\npid z\n",
		"gpubay-given 1\ngpu x\ncontainer y\npid 1\nnode 226 128 660 0 105 /etc/passwd\n",
		"gpubay-given 1\ngpu x\ncontainer y\npid 1\nnode 226 128 660 0 105 /dev/../etc/passwd\n",
		"gpubay-given 1\ngpu x\ncontainer y\npid 1\nnode 226 128 660\n", "gpubay-given 1\ngpu x\ncontainer y\npid 1\nwhat 1\n",
		"gpubay-given 1\ngpu x\ncontainer y\npid 1\nv2-folder /a\nv2-leaf /b\n", "gpubay-given 1\ngpu x\ncontainer y\npid 1\nv1-folder a\n",
		"gpubay-given 1\ngpu x\ncontainer y\npid 1\nlink ../x /root/x\n",
	};
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	struct given g;
	struct err e = {0};
	unsigned i;

	assert_int_equal(given_parse(a, "x", note, strlen(note), &g, &e), 0);
	assert_int_equal(g.nodes.n, 1);
	assert_int_equal(g.nodes.v[0].mode, 0660);
	assert_string_equal(g.links.v[0].target, "../renderD128");
	given_print(&g, &b);
	assert_string_equal(b.p, note);
	for (i = 0; i < ARRAY_LEN(bad); i++)
		if (given_parse(a, "x", bad[i], strlen(bad[i]), &g, NULL) != -EINVAL)
			fail_msg("taken: %s", bad[i]);
}

static void units(void **state)
{
	struct unit_devices u;

	unit_devices_parse(a, "DevicePolicy=strict\nDeviceAllow=/dev/null rwm\nDeviceAllow=char-pts rw\n", &u);
	assert_true(u.restricted);
	assert_int_equal(u.allowed.n, 2);
	assert_string_equal(u.allowed.v[1], "char-pts rw");
	unit_devices_parse(a, "DevicePolicy=auto\n", &u);
	assert_false(u.restricted);
	unit_devices_parse(a, "DevicePolicy=auto\nDeviceAllow=\n", &u);
	assert_false(u.restricted);
	unit_devices_parse(a, "DevicePolicy=auto\nDeviceAllow=/dev/null r\n", &u);
	assert_true(u.restricted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds),
		cmocka_unit_test(finds_in_hybrid),
		cmocka_unit_test(notes),
		cmocka_unit_test(units),
	};
	char *const rm[] = {(char *)"rm", (char *)"-rf", folder, NULL};
	int r;

	a = arena_new();
	if (!mkdtemp(folder))
		return 1;
	r = cmocka_run_group_tests(tests, NULL, NULL);
	if (fork() == 0)
		execvp("rm", rm);
	wait(NULL);
	arena_free(a);
	return r;
}
