/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of GPUs, and links between GPUs, out of trees. */
#include "host/tree-mem.h"
#include "probe/probe.h"

#include "base/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void put(struct tree *t, const char *dir, const char *name, const char *text)
{
	assert_int_equal(tree_mem_file(t, arena_printf(tree_mem_arena(t), "%s/%s", dir, name), text, strlen(text)), 0);
}

static const char *function(struct tree *t, const char *address, const char *uevent)
{
	struct arena *a = tree_mem_arena(t);
	const char *dir = arena_printf(a, "sys/devices/pci0000:00/%s", address);

	put(t, dir, "uevent", uevent);
	tree_mem_link(t, arena_printf(a, "sys/bus/pci/devices/%s", address), arena_printf(a, "../../../devices/pci0000:00/%s", address));
	return dir;
}

static void node(struct tree *t, unsigned number, const char *text)
{
	put(t, arena_printf(tree_mem_arena(t), "sys/class/kfd/kfd/topology/nodes/%u", number), "properties", text);
}

static void io_link(struct tree *t, unsigned from, unsigned number, const char *text)
{
	put(t, arena_printf(tree_mem_arena(t), "sys/class/kfd/kfd/topology/nodes/%u/io_links/%u", from, number), "properties", text);
}

static void render(struct tree *t, unsigned minor, const char *parent)
{
	struct arena *a = tree_mem_arena(t);
	const char *name = arena_printf(a, "renderD%u", minor);
	const char *dir = arena_printf(a, "%s/drm/%s", parent, name);

	put(t, dir, "dev", arena_printf(a, "226:%u\n", minor));
	tree_mem_link(t, arena_printf(a, "%s/device", dir), arena_printf(a, "../../../%s", str_base(parent)));
	tree_mem_link(t, arena_printf(a, "sys/class/drm/%s", name), arena_printf(a, "../../%s", dir + strlen("sys/")));
}

static struct snapshot *read_machine(struct tree *t)
{
	static const struct probe_request req = {.phases = PROBE_LIST | PROBE_FABRIC};

	return probe_snapshot(t, &req);
}

static void virtual_functions(void **state)
{
	struct tree *t CLEANUP(tree_freep) = tree_new_mem("test");
	struct snapshot *s CLEANUP(snapshot_freep) = NULL;
	const char *pf = function(t, "0000:00:02.0", "DRIVER=xe\nPCI_CLASS=30000\nPCI_ID=8086:E212\n");
	const char *vf = function(t, "0000:00:02.1", "DRIVER=vfio-pci\nPCI_CLASS=30000\nPCI_ID=8086:E212\n");

	tree_mem_link(t, arena_printf(tree_mem_arena(t), "%s/virtfn0", pf), "../0000:00:02.1");
	tree_mem_link(t, arena_printf(tree_mem_arena(t), "%s/physfn", vf), "../0000:00:02.0");
	put(t, pf, "sriov_admin/vf1/profile/vram_quota", "4294967296\n");
	s = read_machine(t);
	assert_int_equal(s->gpus.n, 1);
	assert_int_equal(s->slices.n, 1);
	assert_int_equal(s->slices.v[0].kind, SLICE_KIND_VF);
	assert_string_equal(s->slices.v[0].name, "virtfn0");
	assert_string_equal(s->slices.v[0].driver, "vfio-pci");
	assert_int_equal(s->slices.v[0].memory_bytes, 4294967296);
	assert_int_equal(s->gpus.v[0].functions.n, 1);
	assert_int_equal(s->pci.v[1].physfn, 0);
	assert_int_equal(snapshot_check(s, NULL), 0);
}

/* One GPU in two partitions: the first uses the GPU's own node, the second a platform device's. */
static void partitions(void **state)
{
	struct tree *t CLEANUP(tree_freep) = tree_new_mem("test");
	struct snapshot *s CLEANUP(snapshot_freep) = NULL;
	const char *gpu = function(t, "0000:05:00.0", "DRIVER=amdgpu\nPCI_CLASS=120000\nPCI_ID=1002:74A1\n");
	const struct slice *second;

	put(t, gpu, "current_compute_partition", "DPX\n");
	put(t, gpu, "available_compute_partition", "SPX, DPX, QPX, CPX\n");
	put(t, gpu, "current_memory_partition", "NPS1\n");
	render(t, 128, gpu);
	render(t, 129, "sys/devices/platform/amdgpu_xcp_1");
	node(t, 0, "cpu_cores_count 64\nlocation_id 0\ndrm_render_minor 0\n");
	node(t, 1, "location_id 1280\ndomain 0\ndrm_render_minor 128\nhive_id 0\n");
	node(t, 2, "location_id 1281\ndomain 0\ndrm_render_minor 129\nhive_id 0\n");
	put(t, "sys/class/kfd/kfd/topology/nodes/2/mem_banks/0", "properties", "heap_type 1\nsize_in_bytes 1073741824\n");
	s = read_machine(t);
	assert_int_equal(s->gpus.n, 1);
	assert_string_equal(s->gpus.v[0].partition_mode, "DPX");
	assert_string_equal(s->gpus.v[0].memory_mode, "NPS1");
	assert_int_equal(s->gpus.v[0].partition_modes.n, 4);
	assert_int_equal(s->slices.n, 2);
	second = &s->slices.v[1];
	assert_int_equal(second->index, 1);
	assert_string_equal(second->profile, "DPX/NPS1");
	assert_int_equal(second->memory_bytes, 1073741824);
	assert_int_equal(second->drm.n, 1);
	assert_int_equal(s->drm.v[second->drm.v[0]].partition, 1);
	assert_false(s->drm.v[second->drm.v[0]].is_virtual);
	assert_int_equal(s->drm.v[s->slices.v[0].drm.v[0]].partition, -1);
	assert_int_equal(snapshot_check(s, NULL), 0);
}

/* The newer driver writes the partition into bits 28 to 31; without KFD one partitioned GPU is still certain. */
static void partitions_otherwise(void **state)
{
	struct tree *t CLEANUP(tree_freep) = tree_new_mem("test");
	struct snapshot *s CLEANUP(snapshot_freep) = NULL, *u CLEANUP(snapshot_freep) = NULL;
	const char *gpu = function(t, "0000:05:00.0", "DRIVER=amdgpu\nPCI_CLASS=120000\nPCI_ID=1002:74A1\n");

	put(t, gpu, "current_compute_partition", "DPX\n");
	render(t, 128, gpu);
	render(t, 129, "sys/devices/platform/amdgpu_xcp_1");
	u = read_machine(t);
	assert_int_equal(u->slices.n, 2);
	assert_string_equal(u->slices.v[1].name, "amdgpu_xcp_1");
	node(t, 1, "location_id 1280\ndrm_render_minor 128\n");
	node(t, 2, "location_id 268436736\ndrm_render_minor 129\n");
	s = read_machine(t);
	assert_int_equal(s->slices.n, 2);
	assert_int_equal(s->slices.v[1].index, 1);
}

static void whole_gpus_have_no_partitions(void **state)
{
	struct tree *t CLEANUP(tree_freep) = tree_new_mem("test");
	struct snapshot *s CLEANUP(snapshot_freep) = NULL;
	const char *gpu = function(t, "0000:05:00.0", "DRIVER=amdgpu\nPCI_CLASS=120000\nPCI_ID=1002:74A1\n");

	put(t, gpu, "current_compute_partition", "SPX\n");
	node(t, 1, "location_id 1280\ndrm_render_minor 128\n");
	s = read_machine(t);
	assert_int_equal(s->slices.n, 0);
	assert_true(FIELD_KNOWN(&s->gpus.v[0], gpu, slices));
}

static void xgmi(void **state)
{
	struct tree *t CLEANUP(tree_freep) = tree_new_mem("test");
	struct snapshot *s CLEANUP(snapshot_freep) = NULL;

	function(t, "0000:05:00.0", "DRIVER=amdgpu\nPCI_CLASS=120000\nPCI_ID=1002:740F\n");
	function(t, "0000:06:00.0", "DRIVER=amdgpu\nPCI_CLASS=120000\nPCI_ID=1002:740F\n");
	function(t, "0000:07:00.0", "DRIVER=amdgpu\nPCI_CLASS=120000\nPCI_ID=1002:740F\n");
	node(t, 0, "location_id 0\ndrm_render_minor 0\n");
	node(t, 1, "location_id 1280\ndrm_render_minor 128\nhive_id 12609507387757274807\n");
	node(t, 2, "location_id 1536\ndrm_render_minor 129\nhive_id 12609507387757274807\n");
	node(t, 3, "location_id 1792\ndrm_render_minor 130\nhive_id 0\n");
	io_link(t, 1, 0, "type 2\nnode_from 1\nnode_to 0\nmax_bandwidth 32000\n");
	io_link(t, 1, 1, "type 11\nnode_from 1\nnode_to 2\nmax_bandwidth 50000\n");
	io_link(t, 1, 2, "type 2\nnode_from 1\nnode_to 3\nmax_bandwidth 32000\n");
	io_link(t, 1, 3, "type 11\nnode_from 1\nnode_to 99\n");
	io_link(t, 1, 4, "rubbish");
	s = read_machine(t);
	assert_int_equal(s->gpus.n, 3);
	assert_int_equal(s->gpus.v[0].peers.n, 1);
	assert_int_equal(s->gpus.v[0].peers.v[0].gpu, 1);
	assert_int_equal(s->gpus.v[0].peers.v[0].rate_mbps, 400000);
	assert_string_equal(s->gpus.v[1].xgmi_hive, "12609507387757274807");
	assert_false(FIELD_KNOWN(&s->gpus.v[2], gpu, xgmi_hive));
	assert_int_equal(snapshot_check(s, NULL), 0);
}

static void mig(void **state)
{
	struct tree *t CLEANUP(tree_freep) = tree_new_mem("test");
	struct snapshot *s CLEANUP(snapshot_freep) = NULL;
	static const char caps[] = "proc/driver/nvidia/capabilities/gpu3/mig";

	function(t, "0000:05:00.0", "DRIVER=nvidia\nPCI_CLASS=30200\nPCI_ID=10DE:20B0\n");
	put(t, "proc/driver/nvidia/gpus/0000:05:00.0", "information", "Model: \t\t A100\nDevice Minor: \t 3\n");
	put(t, caps, "gi1/access", "DeviceFileMinor: 12\nDeviceFileMode: 292\n");
	put(t, caps, "gi1/ci0/access", "DeviceFileMinor: 13\nDeviceFileMode: 292\n");
	put(t, caps, "gi2/access", "DeviceFileMinor: 21\n");
	tree_mem_node(t, "dev/nvidia-caps/nvidia-cap12", false, 511, 12);
	tree_mem_node(t, "dev/nvidia-caps/nvidia-cap13", false, 511, 13);
	s = read_machine(t);
	assert_int_equal(s->slices.n, 2);
	assert_int_equal(s->slices.v[0].kind, SLICE_KIND_MIG);
	assert_string_equal(s->slices.v[0].name, "gi1/ci0");
	assert_int_equal(s->slices.v[0].nodes.n, 2);
	assert_string_equal(s->slices.v[0].nodes.v[1], "/dev/nvidia-caps/nvidia-cap13");
	assert_int_equal(s->slices.v[0].nodes_missing.n, 0);
	assert_string_equal(s->slices.v[1].name, "gi2");
	assert_int_equal(s->slices.v[1].nodes.n, 0);
	assert_string_equal(s->slices.v[1].nodes_missing.v[0], "/dev/nvidia-caps/nvidia-cap21");
}

static void mediated(void **state)
{
	struct tree *t CLEANUP(tree_freep) = tree_new_mem("test");
	struct snapshot *s CLEANUP(snapshot_freep) = NULL;
	const char *dir = arena_printf(tree_mem_arena(t), "%s/83b8f4f2-509f-382f-3c1e-e6bfe0fa1001",
				       function(t, "0000:00:02.0", "DRIVER=i915\nPCI_CLASS=30000\nPCI_ID=8086:5912\n"));

	tree_mem_link(t, arena_printf(tree_mem_arena(t), "%s/mdev_type", dir), "../mdev_supported_types/i915-GVTg_V5_4");
	tree_mem_link(t, "sys/bus/mdev/devices/83b8f4f2-509f-382f-3c1e-e6bfe0fa1001",
		      "../../../devices/pci0000:00/0000:00:02.0/83b8f4f2-509f-382f-3c1e-e6bfe0fa1001");
	s = read_machine(t);
	assert_int_equal(s->slices.n, 1);
	assert_int_equal(s->slices.v[0].kind, SLICE_KIND_MDEV);
	assert_string_equal(s->slices.v[0].profile, "i915-GVTg_V5_4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(virtual_functions),
		cmocka_unit_test(partitions),
		cmocka_unit_test(partitions_otherwise),
		cmocka_unit_test(whole_gpus_have_no_partitions),
		cmocka_unit_test(xgmi),
		cmocka_unit_test(mig),
		cmocka_unit_test(mediated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
