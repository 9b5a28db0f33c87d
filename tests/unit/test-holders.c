/* SPDX-License-Identifier: Apache-2.0 */
/* Who uses a GPU, out of trees with processes in them. */
#include "host/tree-mem.h"
#include "probe/probe.h"
#include "swap/attribute.h"
#include "swap/containers.h"
#include "swap/holders.h"

#include "base/parse.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define ID "3f0c1c1c9d6e0b7e5a1f2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978"

static void put(struct tree *t, const char *path, const char *text)
{
	assert_int_equal(tree_mem_file(t, path, text, strlen(text)), 0);
}

static const char *in(struct tree *t, const char *dir, const char *name)
{
	return arena_printf(tree_mem_arena(t), "%s/%s", dir, name);
}

static void function(struct tree *t, const char *address, const char *uevent)
{
	struct arena *a = tree_mem_arena(t);

	put(t, arena_printf(a, "sys/devices/pci0000:00/%s/uevent", address), uevent);
	tree_mem_link(t, arena_printf(a, "sys/bus/pci/devices/%s", address), arena_printf(a, "../../../devices/pci0000:00/%s", address));
}

/* A folder of /sys with its node below /dev. */
static void device(struct tree *t, const char *folder, unsigned major, unsigned minor, const char *name)
{
	struct arena *a = tree_mem_arena(t);

	put(t, arena_printf(a, "%s/uevent", folder), arena_printf(a, "MAJOR=%u\nMINOR=%u\nDEVNAME=%s\n", major, minor, name));
	put(t, arena_printf(a, "%s/dev", folder), arena_printf(a, "%u:%u\n", major, minor));
	assert_int_equal(tree_mem_node(t, arena_printf(a, "dev/%s", name), false, major, minor), 0);
}

static void drm(struct tree *t, const char *address, const char *name, unsigned minor)
{
	struct arena *a = tree_mem_arena(t);
	const char *folder = arena_printf(a, "sys/devices/pci0000:00/%s/drm/%s", address, name);

	device(t, folder, 226, minor, arena_printf(a, "dri/%s", name));
	tree_mem_link(t, arena_printf(a, "%s/device", folder), arena_printf(a, "../../../%s", address));
	tree_mem_link(t, arena_printf(a, "sys/class/drm/%s", name), arena_printf(a, "../../devices/pci0000:00/%s/drm/%s", address, name));
}

static const char *process(struct tree *t, unsigned pid, const char *command)
{
	struct arena *a = tree_mem_arena(t);
	const char *dir = arena_printf(a, "proc/%u", pid);

	tree_mem_dir(t, in(t, dir, "fd"));
	put(t, in(t, dir, "comm"), arena_printf(a, "%s\n", command));
	put(t, in(t, dir, "stat"),
	    arena_printf(a, "%u (%s) S 1 2 3 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 %u 22 33\n", pid, command, pid * 10));
	put(t, in(t, dir, "status"), arena_printf(a, "Name:\t%s\nUid:\t1000\t1000\t1000\t1000\n", command));
	put(t, in(t, dir, "maps"), "");
	return dir;
}

static void opened(struct tree *t, const char *dir, unsigned fd, const char *path)
{
	assert_int_equal(tree_mem_link(t, arena_printf(tree_mem_arena(t), "%s/fd/%u", dir, fd), path), 0);
}

/* Two Intel GPUs, two NVIDIA GPUs, and process 1. */
static struct tree *machine(void)
{
	struct tree *t = tree_new_mem("test");

	function(t, "0000:03:00.0", "DRIVER=xe\nPCI_CLASS=30000\nPCI_ID=8086:E20B\n");
	function(t, "0000:04:00.0", "DRIVER=xe\nPCI_CLASS=30000\nPCI_ID=8086:E20B\n");
	function(t, "0000:05:00.0", "DRIVER=nvidia\nPCI_CLASS=30200\nPCI_ID=10DE:20B0\n");
	function(t, "0000:06:00.0", "DRIVER=nvidia\nPCI_CLASS=30200\nPCI_ID=10DE:20B0\n");
	drm(t, "0000:03:00.0", "card0", 0);
	drm(t, "0000:03:00.0", "renderD128", 128);
	drm(t, "0000:04:00.0", "card1", 1);
	drm(t, "0000:04:00.0", "renderD129", 129);
	put(t, "proc/driver/nvidia/gpus/0000:05:00.0/information", "Device Minor: \t 0\n");
	put(t, "proc/driver/nvidia/gpus/0000:06:00.0/information", "Device Minor: \t 1\n");
	tree_mem_node(t, "dev/nvidia0", false, 195, 0);
	tree_mem_node(t, "dev/nvidia1", false, 195, 1);
	tree_mem_node(t, "dev/nvidiactl", false, 195, 255);
	tree_mem_node(t, "dev/nvidia-uvm", false, 511, 0);
	tree_mem_node(t, "dev/null", false, 1, 3);
	put(t, "etc/passwd", "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n");
	put(t, "etc/group", "root:x:0:\n");
	process(t, 1, "systemd");
	return t;
}

struct found {
	struct arena *a;
	struct snapshot *s;
	struct held_nodes nodes;
	struct holder_list l;
	struct holders_view view;
};

static void found_free(struct found *f)
{
	snapshot_free(f->s);
	arena_free(f->a);
}

static void look_again(struct tree *t, struct found *f)
{
	assert_int_equal(holders_find(t, &f->nodes, f->a, &f->l, &f->view), 0);
}

/* The holders of these GPUs, by their numbers. */
static void look(struct tree *t, struct found *f, unsigned first, unsigned n)
{
	static const struct probe_request req = {.phases = PROBE_LIST};
	const struct gpu *gpus[8];
	unsigned i;

	f->a = arena_new();
	f->s = probe_snapshot(t, &req);
	assert_true(f->s->gpus.n >= first + n);
	for (i = 0; i < n; i++)
		gpus[i] = &f->s->gpus.v[first + i];
	held_nodes_find(t, f->s, gpus, n, f->a, &f->nodes);
	look_again(t, f);
}

static void by_number(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct found f CLEANUP(found_free) = {0};
	const char *p = process(t, 700, "a (b) c");
	const struct holder *h;

	opened(t, p, 0, "/dev/null");
	opened(t, p, 5, "/dev/dri/renderD128");
	opened(t, p, 6, "/dev/dri/renderD128");
	opened(t, p, 7, "socket:[4711]");
	opened(t, process(t, 800, "other"), 3, "/dev/dri/renderD129");
	look(t, &f, 0, 1);
	assert_int_equal(f.l.n, 1);
	h = &f.l.v[0];
	assert_int_equal(h->pid, 700);
	assert_int_equal(h->start_ticks, 7000);
	assert_string_equal(h->command, "a (b) c");
	assert_int_equal(h->uid, 1000);
	assert_string_equal(h->user, "ann");
	assert_int_equal(h->how, HOLD_OPEN);
	assert_true(h->certain);
	assert_int_equal(h->nodes.n, 1);
	assert_string_equal(h->nodes.v[0], "/dev/dri/renderD128");
	assert_int_equal(h->gpu, 0);
	assert_false(f.view.partial);
}

/* The name is made up, as in a container; the number is not. */
static void by_number_under_another_name(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct found f CLEANUP(found_free) = {0};

	tree_mem_node(t, "tmp/gpu", false, 226, 129);
	opened(t, process(t, 700, "box"), 3, "/tmp/gpu");
	look(t, &f, 0, 2);
	assert_int_equal(f.l.n, 1);
	assert_int_equal(f.l.v[0].gpu, 1);
	assert_string_equal(f.l.v[0].nodes.v[0], "/dev/dri/renderD129");
}

static void shared_nodes_are_possible(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct found f CLEANUP(found_free) = {0};
	const char *p = process(t, 700, "cuda");

	opened(t, p, 3, "/dev/nvidiactl");
	opened(t, p, 4, "/dev/nvidia-uvm");
	opened(t, p, 5, "/dev/nvidia1");
	look(t, &f, 2, 2);
	assert_int_equal(f.l.n, 2);
	assert_int_equal(f.l.v[0].gpu, 2);
	assert_false(f.l.v[0].certain);
	assert_int_equal(f.l.v[0].nodes.n, 2);
	assert_int_equal(f.l.v[1].gpu, 3);
	assert_true(f.l.v[1].certain);
	assert_int_equal(f.l.v[1].nodes.n, 3);
}

static void mapped_after_close(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct found f CLEANUP(found_free) = {0};
	const char *p = process(t, 700, "mapper");

	put(t, in(t, p, "maps"),
	    "00400000-00401000 r-xp 00000000 08:01 123                                /usr/bin/mapper\n"
	    "7f0000000000-7f0000001000 rw-s 00000000 00:05 12                         /memfd:x (deleted)\n"
	    "00a00000-00a01000 rw-s 100000000 00:06 5                                 /made/up\n"
	    "7f0000002000-7f0000003000 rw-s 00000000 00:06 9                          /dev/dri/renderD129 (deleted)\n"
	    "7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0                          [stack]\n");
	tree_mem_link(t, in(t, p, "map_files/a00000-a01000"), "/dev/dri/card0");
	look(t, &f, 0, 2);
	assert_int_equal(f.l.n, 2);
	assert_int_equal(f.l.v[0].how, HOLD_MAPPED);
	assert_string_equal(f.l.v[0].nodes.v[0], "/dev/dri/card0");
	assert_int_equal(f.l.v[1].how, HOLD_MAPPED_DELETED);
}

/* The nodes were found before; then the driver was unbound, and another GPU's driver made a node of the same name. */
static void node_is_gone(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct found f CLEANUP(found_free) = {0};
	const char *p = process(t, 700, "survivor");

	opened(t, p, 3, "/dev/dri/card0 (deleted)");
	look(t, &f, 0, 2);
	assert_int_equal(f.l.n, 1);
	assert_int_equal(f.l.v[0].gpu, 0);
	assert_int_equal(f.l.v[0].how, HOLD_OPEN_DELETED);
	assert_true(f.l.v[0].certain);
}

/* A node that was gone before anybody looked. */
static void node_was_gone(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct found f CLEANUP(found_free) = {0};
	const char *told = process(t, 700, "told"), *silent = process(t, 701, "silent");

	tree_mem_node(t, "dev/dri/card7 (deleted)", false, 226, 7);
	tree_mem_node(t, "dev/dri/card8 (deleted)", false, 226, 8);
	opened(t, told, 3, "/dev/dri/card7 (deleted)");
	put(t, in(t, told, "fdinfo/3"), "pos:\t0\ndrm-driver:\txe\ndrm-pdev:\t0000:04:00.0\n");
	opened(t, silent, 3, "/dev/dri/card8 (deleted)");
	put(t, in(t, silent, "fdinfo/3"), "pos:\t0\n");
	look(t, &f, 0, 2);
	assert_int_equal(f.l.n, 3);
	assert_int_equal(f.l.v[0].pid, 701);
	assert_false(f.l.v[0].certain);
	assert_int_equal(f.l.v[1].pid, 700);
	assert_int_equal(f.l.v[1].gpu, 1);
	assert_true(f.l.v[1].certain);
	assert_int_equal(f.l.v[2].pid, 701);
}

static void kfd_counts(void **state)
{
	struct tree *t CLEANUP(tree_freep) = tree_new_mem("test");
	struct found f CLEANUP(found_free) = {0};
	static const char nodes[] = "sys/class/kfd/kfd/topology/nodes";

	function(t, "0000:05:00.0", "DRIVER=amdgpu\nPCI_CLASS=120000\nPCI_ID=1002:740F\n");
	function(t, "0000:06:00.0", "DRIVER=amdgpu\nPCI_CLASS=120000\nPCI_ID=1002:740F\n");
	drm(t, "0000:05:00.0", "renderD128", 128);
	drm(t, "0000:06:00.0", "renderD129", 129);
	put(t, in(t, nodes, "1/properties"), "cpu_cores_count 0\nlocation_id 1280\ndrm_render_minor 128\n");
	put(t, in(t, nodes, "1/gpu_id"), "1001\n");
	put(t, in(t, nodes, "2/properties"), "cpu_cores_count 0\nlocation_id 1536\ndrm_render_minor 129\n");
	put(t, in(t, nodes, "2/gpu_id"), "1002\n");
	tree_mem_node(t, "dev/kfd", false, 240, 0);
	process(t, 1, "init");
	opened(t, process(t, 700, "hip"), 3, "/dev/kfd");
	put(t, "sys/class/kfd/kfd/proc/700/vram_1001", "0\n");
	put(t, "sys/class/kfd/kfd/proc/700/vram_1002", "4096\n");
	look(t, &f, 0, 2);
	assert_int_equal(f.l.n, 2);
	assert_false(f.l.v[0].certain);
	assert_true(f.l.v[1].certain);
	assert_int_equal(f.l.v[1].gpu, 1);
}

/* What is on a GPU beside DRM: its framebuffer, the wires to its displays, the sound of its cables. */
static void other_nodes(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct found f CLEANUP(found_free) = {0};
	static const char gpu[] = "sys/devices/pci0000:00/0000:03:00.0";

	function(t, "0000:03:00.1", "DRIVER=snd_hda_intel\nPCI_CLASS=40300\nPCI_ID=8086:E2F7\n");
	device(t, in(t, gpu, "graphics/fb0"), 29, 0, "fb0");
	device(t, in(t, gpu, "drm/card0/card0-DP-1/i2c-5/i2c-dev/i2c-5"), 89, 5, "i2c-5");
	device(t, "sys/devices/pci0000:00/0000:03:00.1/sound/card1/pcmC1D3p", 116, 7, "snd/pcmC1D3p");
	opened(t, process(t, 700, "fbterm"), 3, "/dev/fb0");
	opened(t, process(t, 701, "ddcutil"), 3, "/dev/i2c-5");
	opened(t, process(t, 702, "pipewire"), 3, "/dev/snd/pcmC1D3p");
	look(t, &f, 0, 1);
	assert_int_equal(f.l.n, 3);
	assert_string_equal(f.l.v[2].nodes.v[0], "/dev/snd/pcmC1D3p");
}

static void virtual_machines(void **state)
{
	struct tree *t CLEANUP(tree_freep) = tree_new_mem("test");
	struct found f CLEANUP(found_free) = {0};
	const char *p;

	function(t, "0000:03:00.0", "DRIVER=vfio-pci\nPCI_CLASS=30000\nPCI_ID=8086:E20B\n");
	tree_mem_link(t, "sys/devices/pci0000:00/0000:03:00.0/iommu_group", "../../../kernel/iommu_groups/12");
	tree_mem_node(t, "dev/vfio/12", false, 243, 0);
	process(t, 1, "init");
	opened(t, process(t, 700, "qemu"), 3, "/dev/vfio/12");
	p = process(t, 701, "other-vmm");
	opened(t, p, 4, "anon_inode:[vfio-device]");
	put(t, in(t, p, "fdinfo/4"), "vfio-device-syspath: /sys/devices/pci0000:00/0000:03:00.0\n");
	opened(t, process(t, 702, "old-vmm"), 4, "anon_inode:[vfio-device]");
	look(t, &f, 0, 1);
	assert_int_equal(f.l.n, 3);
	assert_true(f.l.v[0].certain && f.l.v[0].pid == 700);
	assert_true(f.l.v[1].certain && f.l.v[1].pid == 701);
	assert_true(!f.l.v[2].certain && f.l.v[2].pid == 702);
}

static void display_server(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct found f CLEANUP(found_free) = {0};

	opened(t, process(t, 700, "gnome-shell"), 3, "/dev/dri/card0");
	opened(t, process(t, 701, "systemd-logind"), 3, "/dev/dri/card0");
	opened(t, process(t, 702, "sway"), 3, "/dev/dri/renderD128");
	look(t, &f, 0, 1);
	assert_int_equal(f.l.n, 3);
	assert_true(f.l.v[0].compositor);
	assert_false(f.l.v[1].compositor);
	assert_false(f.l.v[2].compositor);
}

/* Consoles, and a disk in the same box as the GPU: mounted, and below a mapping as swap. */
static void what_is_no_process(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct found f CLEANUP(found_free) = {0};
	static const char disk[] = "sys/devices/pci0000:00/0000:03:00.1/nvme/nvme0/nvme0n1";
	uint32_t i, mounts = 0, consoles = 0;

	function(t, "0000:03:00.1", "DRIVER=nvme\nPCI_CLASS=10802\nPCI_ID=8086:0A54\n");
	device(t, "sys/devices/pci0000:00/0000:03:00.0/graphics/fb0", 29, 0, "fb0");
	tree_mem_dir(t, "sys/class/graphics/fb0");
	put(t, "sys/class/vtconsole/vtcon1/name", "(M) frame buffer device\n");
	put(t, "sys/class/vtconsole/vtcon1/bind", "1\n");
	tree_mem_dir(t, disk);
	tree_mem_link(t, "sys/dev/block/259:1", "../../devices/pci0000:00/0000:03:00.1/nvme/nvme0/nvme0n1");
	tree_mem_link(t, "sys/class/block/nvme0n1", "../../devices/pci0000:00/0000:03:00.1/nvme/nvme0/nvme0n1");
	tree_mem_dir(t, "sys/devices/virtual/block/dm-0/slaves/nvme0n1");
	tree_mem_link(t, "sys/dev/block/253:0", "../../devices/virtual/block/dm-0");
	tree_mem_node(t, "dev/nvme0n1", true, 259, 1);
	tree_mem_node(t, "dev/dm-0", true, 253, 0);
	put(t, "proc/self/mountinfo",
	    "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
	    "30 22 259:1 / /media/my\\040disk rw,nosuid shared:1 - ext4 /dev/nvme0n1 rw\n"
	    "31 22 0:40 /sub /data rw - btrfs /dev/nvme0n1 rw\n"
	    "32 22 0:41 / /tmp rw - tmpfs tmpfs rw\nbroken line\n");
	put(t, "proc/swaps", "Filename Type Size Used Priority\n/dev/dm-0   partition 1 0 -2\n");
	look(t, &f, 0, 2);
	for (i = 0; i < f.l.n; i++) {
		assert_int_equal(f.l.v[i].gpu, 0);
		assert_false(FIELD_KNOWN(&f.l.v[i], holder, pid));
		mounts += f.l.v[i].how == HOLD_MOUNT;
		consoles += f.l.v[i].how == HOLD_CONSOLE && f.l.v[i].certain;
	}
	assert_int_equal(mounts, 3);
	assert_int_equal(consoles, 1);
	assert_string_equal(f.l.v[1].command, "file system /media/my disk");
}

static void partial_views(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct found f CLEANUP(found_free) = {0};
	struct tree *hidden CLEANUP(tree_freep) = machine();
	struct found g CLEANUP(found_free) = {0};
	const char *p = process(t, 700, "secret");

	tree_mem_error(t, in(t, p, "fd"), EACCES);
	look(t, &f, 0, 1);
	assert_int_equal(f.l.n, 0);
	assert_true(f.view.partial);
	tree_mem_link(hidden, "proc/self/ns/pid", "pid:[4026532621]");
	look(hidden, &g, 0, 1);
	assert_true(g.view.partial);
}

/* Processes that vanish while one looks: their folder opens, nothing in it does. */
static void vanished(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct found f CLEANUP(found_free) = {0};

	tree_mem_dir(t, "proc/900");
	tree_mem_error(t, "proc/901/fd", ESRCH);
	tree_mem_error(t, "proc/901/maps", ESRCH);
	tree_mem_error(t, "proc/902/fd/3", ENOENT);
	look(t, &f, 0, 2);
	assert_int_equal(f.l.n, 0);
	assert_false(f.view.partial);
}

static void no_processes(void **state)
{
	struct tree *t CLEANUP(tree_freep) = tree_new_mem("test");
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct snapshot *s CLEANUP(snapshot_freep) = snapshot_new();
	struct held_nodes nodes;
	struct holder_list l;
	struct holders_view view;

	tree_mem_cover(t, "", false);
	held_nodes_find(t, s, NULL, 0, a, &nodes);
	assert_int_equal(holders_find(t, &nodes, a, &l, &view), -ENODATA);
}

static void groups(void **state)
{
	static const struct {
		const char *text, *unit, *engine, *container, *pod;
		int manager;
	} cases[] = {
		{"0::/system.slice/ollama.service\n", "ollama.service", NULL, NULL, NULL, -1},
		{"0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope", NULL, NULL, NULL, -1},
		{"0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-firefox.scope\n", "app-firefox.scope", NULL, NULL, NULL,
		 1000},
		{"0::/system.slice/docker-" ID ".scope\n", NULL, "docker", ID, NULL, -1},
		{"12:pids:/docker/" ID "\n1:name=systemd:/docker/" ID "\n0::/\n", NULL, "docker", ID, NULL, -1},
		{"0::/machine.slice/libpod-" ID ".scope/container\n", NULL, "podman", ID, NULL, -1},
		{"0::/machine.slice/libpod-conmon-" ID ".scope\n", "libpod-conmon-" ID ".scope", NULL, NULL, NULL, -1},
		{"0::/libpod_parent/libpod-" ID "\n", NULL, "podman", ID, NULL, -1},
		{"0::/system.slice/web.service/libpod-payload-" ID "\n", "web.service", "podman", ID, NULL, -1},
		{"0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope/container\n", NULL, "podman", ID, NULL, 1000},
		{"0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod5f1b2c3d_1111_2222_3333_444455556666.slice/"
		 "cri-containerd-" ID ".scope\n",
		 NULL, "containerd", ID, "5f1b2c3d-1111-2222-3333-444455556666", -1},
		{"4:devices:/kubepods/besteffort/pod5f1b2c3d-1111-2222-3333-444455556666/" ID "\n", NULL, "containerd", ID,
		 "5f1b2c3d-1111-2222-3333-444455556666", -1},
		{"0::/kubepods/besteffort/pod5f1b2c3d-1111-2222-3333-444455556666/crio-" ID "\n", NULL, "cri-o", ID,
		 "5f1b2c3d-1111-2222-3333-444455556666", -1},
		{"0::/kubepods.slice/kubepods-pod5f1b2c3d_1111_2222_3333_444455556666.slice/crio-" ID ".scope/container\n", NULL, "cri-o", ID,
		 "5f1b2c3d-1111-2222-3333-444455556666", -1},
		{"0::/default/" ID "\n", NULL, "containerd", ID, NULL, -1},
		/* A node of a test cluster: its pods are its own affair. */
		{"0::/system.slice/docker-" ID ".scope/kubelet.slice/kubelet-kubepods.slice/"
		 "kubelet-kubepods-pod5f1b2c3d_1111_2222_3333_444455556666.slice/cri-containerd-" ID ".scope\n",
		 NULL, "docker", ID, NULL, -1},
		{"0::/\n", NULL, NULL, NULL, NULL, -1},
		{"garbage\n::\n0:\n", NULL, NULL, NULL, NULL, -1},
		{"", NULL, NULL, NULL, NULL, -1},
	};
	struct arena *a CLEANUP(arena_freep) = arena_new();
	unsigned i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct holder h = {0};

		attribute_cgroup(a, cases[i].text, &h);
		if (!str_eq(h.unit, cases[i].unit) || !str_eq(h.engine, cases[i].engine) || !str_eq(h.container, cases[i].container) ||
		    !str_eq(h.pod, cases[i].pod) || FIELD_KNOWN(&h, holder, manager_uid) != (cases[i].manager >= 0) ||
		    (cases[i].manager >= 0 && h.manager_uid != (uint32_t)cases[i].manager))
			fail_msg("%s: unit %s, engine %s, container %s, pod %s", cases[i].text, h.unit, h.engine, h.container, h.pod);
	}
}

static void groups_named_after_containers(void **state)
{
	static const struct {
		const char *path, *id;
		const char *own; /* "" none */
	} cases[] = {
		{"/default/web", "web", "/default/web"},
		{"/default/web/init", "web", "/default/web"},
		{"/system.slice/docker-" ID ".scope/x", ID, "/system.slice/docker-" ID ".scope"},
		{"/system.slice/cri-containerd:k8s:web.scope", "web", "/system.slice/cri-containerd:k8s:web.scope"},
		{"/mine/" ID "/a/" ID, ID, "/mine/" ID},
		{"/system.slice/web.service", "web", ""},
		{"/system.slice/web-server.scope", "web", ""},
		{"/cobweb", "web", ""},
		{"/default/web", "", ""},
		{"/", "web", ""},
	};
	struct arena *a CLEANUP(arena_freep) = arena_new();
	unsigned i;

	for (i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(attribute_named(cases[i].path, cases[i].id), strlen(cases[i].own));
	assert_string_equal(attribute_own(a, "9:name=systemd:/\n5:devices:/default/web\n0::/\n", "web"), "/default/web");
	assert_null(attribute_own(a, "garbage\n0::/\n", "web"));
	assert_true(attribute_below(a, "5:devices:/default/web\n0::/\n", "/default/web"));
	assert_true(attribute_below(a, "0::/default/web/sub\n", "/default/web"));
	assert_false(attribute_below(a, "0::/default/website\n", "/default/web"));
}

static void command_line(struct tree *t, const char *process, const char *words)
{
	char *text = arena_str(tree_mem_arena(t), words), *c;

	for (c = text; *c; c++)
		*c = *c == ' ' ? '\0' : *c;
	assert_int_equal(tree_mem_file(t, in(t, process, "cmdline"), text, strlen(words) + 1), 0);
}

static void config(struct tree *t, const char *bundle, const char *text)
{
	put(t, in(t, bundle, "config.json"), text);
}

/* Docker, a Kubernetes node with containerd, and CRI-O, as their files lie; ID's first half is shared by nobody. */
static void containers_of_daemons(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct found f CLEANUP(found_free) = {0};
	struct gpu_container_list l;
	static const char docker[] = "run/containerd/io.containerd.runtime.v2.task/moby/" ID;
	static const char kube[] = "run/containerd/io.containerd.runtime.v2.task/k8s.io/aaaa5555aaaa5555";
	static const char crio[] = "var/lib/containers/storage/overlay-containers/bbbb6666bbbb6666/userdata";
	const char *p;

	p = process(t, 500, "containerd-shim-runc-v2");
	put(t, in(t, p, "comm"), "containerd-shim\n");
	command_line(t, p, "/usr/bin/containerd-shim-runc-v2 -namespace moby -id " ID " -address /run/containerd/containerd.sock");
	tree_mem_link(t, in(t, p, "cwd"), "/" "run/containerd/io.containerd.runtime.v2.task/moby/" ID);
	config(t, docker,
	       "{\"linux\": {\"devices\": [{\"path\": \"/dev/dri/card0\", \"type\": \"c\", \"major\": 226, \"minor\": 0}],"
	       " \"resources\": {\"devices\": [{\"allow\": false, \"access\": \"rwm\"}]}},"
	       " \"mounts\": [{\"destination\": \"/etc/hostname\", \"type\": \"bind\", \"source\": \"/srv/docker/containers/" ID "/hostname\"}]}");
	put(t, "srv/docker/containers/" ID "/config.v2.json", "{\"Name\": \"/web\", \"Config\": {\"Image\": \"blender:4\"}}");
	put(t, "srv/docker/containers/" ID "/hostconfig.json",
	    "{\"DeviceRequests\": [{\"Driver\": \"cdi\", \"DeviceIDs\": [\"intel.com/gpu=0\"]}]}");

	p = process(t, 501, "containerd-shim");
	command_line(t, p, "/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id cccc -address /run/containerd/containerd.sock");
	tree_mem_link(t, in(t, p, "cwd"), "/run/containerd/io.containerd.runtime.v2.task/k8s.io/cccc");
	tree_mem_dir(t, "run/containerd/io.containerd.runtime.v2.task/k8s.io/cccc");
	config(t, kube,
	       "{\"annotations\": {\"io.kubernetes.cri.container-name\": \"train\", \"io.kubernetes.cri.sandbox-name\": \"job-1\","
	       " \"io.kubernetes.cri.sandbox-namespace\": \"ml\", \"io.kubernetes.cri.image-name\": \"torch:2\","
	       " \"cdi.k8s.io/gpu\": \"intel.com/gpu=1,intel.com/gpu=0\"},"
	       " \"linux\": {\"devices\": [{\"path\": \"/dev/x\", \"type\": \"c\", \"major\": 226, \"minor\": 129}]}}");

	p = process(t, 502, "conmon");
	command_line(t, p, "/usr/bin/conmon -b /var/lib/containers/storage/overlay-containers/bbbb6666bbbb6666/userdata -c bbbb6666bbbb6666 "
			   "--exit-dir /var/run/crio/exits -n k8s_x_y_0 -r /usr/bin/runc");
	config(t, crio,
	       "{\"annotations\": {\"io.container.manager\": \"cri-o\", \"io.kubernetes.container.name\": \"infer\","
	       " \"io.kubernetes.pod.name\": \"pod-2\", \"io.kubernetes.pod.namespace\": \"ai\"},"
	       " \"linux\": {\"resources\": {\"devices\": [{\"allow\": true, \"access\": \"rwm\"}]}}}");
	p = process(t, 600, "python3");
	put(t, in(t, p, "cgroup"), "0::/kubepods.slice/kubepods-pod5f1b2c3d_1111_2222_3333_444455556666.slice/crio-bbbb6666bbbb6666.scope\n");
	opened(t, p, 3, "/dev/dri/renderD129");

	look(t, &f, 0, 2);
	gpu_containers_find(t, &f.nodes, &f.l, f.a, &l);
	assert_int_equal(l.n, 3);
	assert_string_equal(l.v[0].engine, "containerd");
	assert_string_equal(l.v[0].name, "train");
	assert_string_equal(l.v[0].pod, "ml/job-1");
	assert_string_equal(l.v[0].image, "torch:2");
	assert_int_equal(l.v[0].ways.n, 2);
	assert_string_equal(l.v[0].ways.v[0], "CDI intel.com/gpu=1");
	assert_int_equal(l.v[0].gpus.v[0], 1);
	assert_false(l.v[0].in_use);
	assert_string_equal(l.v[1].engine, "cri-o");
	assert_string_equal(l.v[1].name, "infer");
	assert_string_equal(l.v[1].ways.v[0], "privileged");
	assert_true(l.v[1].in_use);
	assert_int_equal(l.v[1].pids.v[0], 600);
	assert_string_equal(l.v[2].engine, "docker");
	assert_string_equal(l.v[2].name, "web");
	assert_string_equal(l.v[2].image, "blender:4");
	assert_string_equal(l.v[2].ways.v[0], "CDI intel.com/gpu=0");
	assert_int_equal(l.v[2].gpus.v[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_number),
		cmocka_unit_test(by_number_under_another_name),
		cmocka_unit_test(shared_nodes_are_possible),
		cmocka_unit_test(mapped_after_close),
		cmocka_unit_test(node_is_gone),
		cmocka_unit_test(node_was_gone),
		cmocka_unit_test(kfd_counts),
		cmocka_unit_test(other_nodes),
		cmocka_unit_test(virtual_machines),
		cmocka_unit_test(display_server),
		cmocka_unit_test(what_is_no_process),
		cmocka_unit_test(partial_views),
		cmocka_unit_test(vanished),
		cmocka_unit_test(no_processes),
		cmocka_unit_test(groups),
		cmocka_unit_test(groups_named_after_containers),
		cmocka_unit_test(containers_of_daemons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
