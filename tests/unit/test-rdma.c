/* SPDX-License-Identifier: Apache-2.0 */
/* RDMA devices out of trees: kinds, ports, addresses, nodes; what is missing stays unknown. */
#include "host/tree-mem.h"
#include "probe/probe.h"

#include "base/parse.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define FN "sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0"

static void file(struct tree *t, const char *path, const char *text)
{
	assert_int_equal(tree_mem_file(t, path, text, strlen(text)), 0);
}

static void put(struct tree *t, const char *dir, const char *name, const char *text)
{
	file(t, arena_printf(tree_mem_arena(t), "%s/%s", dir, name), text);
}

static struct tree *machine(void)
{
	struct tree *t = tree_new_mem("test");

	put(t, "sys/devices/pci0000:00/0000:00:01.0", "uevent", "PCI_CLASS=60400\nPCI_ID=8086:1901\n");
	put(t, FN, "uevent", "DRIVER=mlx5_core\nPCI_CLASS=20700\nPCI_ID=15B3:101B\n");
	put(t, FN, "numa_node", "1\n");
	tree_mem_link(t, "sys/bus/pci/devices/0000:00:01.0", "../../../devices/pci0000:00/0000:00:01.0");
	tree_mem_link(t, "sys/bus/pci/devices/0000:01:00.0", "../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0");
	return t;
}

/* A device below the function; its name tells nothing. */
static const char *device(struct tree *t, const char *name, const char *node_type, const char *layer)
{
	const char *dir = arena_printf(tree_mem_arena(t), FN "/infiniband/%s", name);
	const char *port = arena_printf(tree_mem_arena(t), "%s/ports/1", dir);

	put(t, dir, "node_type", node_type);
	put(t, dir, "node_guid", "0c42:a103:0065:3f9a\n");
	put(t, dir, "fw_ver", "20.31.1014\n");
	tree_mem_link(t, arena_printf(tree_mem_arena(t), "%s/device", dir), "../../../0000:01:00.0");
	put(t, port, "state", "4: ACTIVE\n");
	put(t, port, "phys_state", "5: LinkUp\n");
	put(t, port, "link_layer", layer);
	put(t, port, "rate", "200 Gb/sec (4X HDR)\n");
	put(t, port, "lid", "0x1f\n");
	put(t, port, "sm_lid", "0x1\n");
	tree_mem_link(t, arena_printf(tree_mem_arena(t), "sys/class/infiniband/%s", name),
		      arena_printf(tree_mem_arena(t), "../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/infiniband/%s", name));
	return port;
}

static struct snapshot *read_machine(struct tree *t)
{
	static const struct probe_request req = {.phases = PROBE_PCI | PROBE_RDMA};

	return probe_snapshot(t, &req);
}

static void infiniband(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct snapshot *s CLEANUP(snapshot_freep) = NULL;
	const struct rdma_nic *n;

	put(t, device(t, "ibp1s0", "1: CA\n", "InfiniBand\n"), "gids/0", "fe80:0000:0000:0000:0c42:a103:0065:3f9a\n");
	file(t, FN "/infiniband_verbs/uverbs3/ibdev", "ibp1s0\n");
	tree_mem_link(t, "sys/class/infiniband_verbs/uverbs3",
		      "../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/infiniband_verbs/uverbs3");
	tree_mem_node(t, "dev/infiniband/uverbs3", false, 231, 195);
	s = read_machine(t);
	assert_int_equal(s->rdma.n, 1);
	n = &s->rdma.v[0];
	assert_int_equal(n->kind, RDMA_KIND_INFINIBAND);
	assert_int_equal(s->pci.v[n->pci].address, PCI_ADDR(0, 1, 0, 0));
	assert_string_equal(n->driver, "mlx5_core");
	assert_string_equal(n->uverbs, "/dev/infiniband/uverbs3");
	assert_int_equal(n->numa_node, 1);
	assert_false(n->soft);
	assert_int_equal(n->ports.n, 1);
	assert_string_equal(n->ports.v[0].state, "ACTIVE");
	assert_string_equal(n->ports.v[0].phys_state, "LinkUp");
	assert_int_equal(n->ports.v[0].rate_mbps, 200000);
	assert_int_equal(n->ports.v[0].lid, 0x1f);
	assert_int_equal(n->ports.v[0].sm_lid, 1);
	assert_int_equal(n->ports.v[0].gids.n, 1);
	/* The function's place was read too, and the bridge above it. */
	assert_int_equal(snapshot_check(s, NULL), 0);
}

static void roce_addresses(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct snapshot *s CLEANUP(snapshot_freep) = NULL;
	const char *port = device(t, "mlx5_0", "1: CA\n", "Ethernet\n");
	const struct rdma_port *p;
	uint32_t i;

	put(t, port, "gids/0", "fe80:0000:0000:0000:0e42:a1ff:fe65:3f9a\n");
	put(t, port, "gids/1", "0000:0000:0000:0000:0000:0000:0000:0000\n");
	put(t, port, "gids/3", "0000:0000:0000:0000:0000:ffff:0a00:0001\n");
	put(t, port, "gid_attrs/types/0", "IB/RoCE v1\n");
	put(t, port, "gid_attrs/types/3", "RoCE v2\n");
	put(t, port, "gid_attrs/ndevs/3", "eth4\n");
	assert_int_equal(tree_mem_error(t, arena_printf(tree_mem_arena(t), "%s/gid_attrs/types/1", port), EINVAL), 0);
	assert_int_equal(tree_mem_error(t, arena_printf(tree_mem_arena(t), "%s/gid_attrs/ndevs/0", port), EINVAL), 0);
	s = read_machine(t);
	assert_int_equal(s->rdma.v[0].kind, RDMA_KIND_ROCE);
	p = &s->rdma.v[0].ports.v[0];
	assert_int_equal(p->gids.n, 2);
	assert_int_equal(p->gids.v[1].index, 3);
	assert_true(p->roce_v1);
	assert_true(p->roce_v2);
	assert_string_equal(p->netdev, "eth4");
	/* An empty place is no gap. */
	for (i = 0; i < s->gaps.n; i++)
		assert_null(strstr(s->gaps.v[i].path, "gid_attrs"));
}

static void kinds(void **state)
{
	static const struct {
		const char *node_type, *layer;
		enum rdma_kind kind;
	} rows[] = {
		{"4: RNIC\n", "Ethernet\n", RDMA_KIND_IWARP},
		{"6: usNIC UDP\n", "Ethernet\n", RDMA_KIND_USNIC},
		{"7: unspecified\n", "Ethernet\n", RDMA_KIND_UNKNOWN},
		{"1: CA\n", "Ethernet\n", RDMA_KIND_ROCE},
		{"nonsense\n", "InfiniBand\n", RDMA_KIND_UNKNOWN},
	};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct tree *t CLEANUP(tree_freep) = machine();
		struct snapshot *s CLEANUP(snapshot_freep) = NULL;

		device(t, "a0", rows[i].node_type, rows[i].layer);
		s = read_machine(t);
		assert_int_equal(s->rdma.v[0].kind, rows[i].kind);
	}
}

static void drivers_decide(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct snapshot *s CLEANUP(snapshot_freep) = NULL;

	put(t, FN, "uevent", "DRIVER=hfi1\nPCI_CLASS=20800\nPCI_ID=8086:24F0\n");
	device(t, "opa", "1: CA\n", "InfiniBand\n");
	s = read_machine(t);
	assert_int_equal(s->rdma.v[0].kind, RDMA_KIND_OMNIPATH);
}

static void software(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct snapshot *s CLEANUP(snapshot_freep) = NULL;

	put(t, "sys/devices/virtual/infiniband/x0", "node_type", "1: CA\n");
	put(t, "sys/devices/virtual/infiniband/x0", "parent", "eth0\n");
	tree_mem_link(t, "sys/class/infiniband/x0", "../../devices/virtual/infiniband/x0");
	put(t, "sys/devices/virtual/infiniband/y0", "node_type", "4: RNIC\n");
	put(t, "sys/devices/virtual/infiniband/y0", "node_desc", "Software iWARP stack\n");
	tree_mem_link(t, "sys/class/infiniband/y0", "../../devices/virtual/infiniband/y0");
	s = read_machine(t);
	assert_int_equal(s->rdma.n, 2);
	assert_true(s->rdma.v[0].soft);
	assert_string_equal(s->rdma.v[0].driver, "rdma_rxe");
	assert_string_equal(s->rdma.v[0].parent_netdev, "eth0");
	assert_int_equal(s->rdma.v[0].pci, NONE);
	assert_true(s->rdma.v[1].soft);
	assert_string_equal(s->rdma.v[1].driver, "siw");
	assert_int_equal(s->rdma.v[1].kind, RDMA_KIND_IWARP);
}

static void hostile(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct snapshot *s CLEANUP(snapshot_freep) = NULL;
	char big[70000];
	const char *port = device(t, "a0", "99999999999: ?\n", "Inf\xff\n");

	memset(big, 'x', sizeof(big));
	tree_mem_file(t, arena_printf(tree_mem_arena(t), "%s/state", port), big, sizeof(big));
	put(t, port, "rate", "99999999999999 Gb/sec\n");
	put(t, port, "lid", "not a number\n");
	put(t, port, "gids/notanumber", "fe80::1\n");
	tree_mem_dir(t, arena_printf(tree_mem_arena(t), "%s/phys_state/sub", FN));
	tree_mem_dir(t, FN "/infiniband/a0/ports/999");
	tree_mem_dir(t, FN "/infiniband/a0/ports/x");
	tree_mem_link(t, "sys/class/infiniband/loop", "loop");
	file(t, "sys/class/infiniband/aFile", "");
	s = read_machine(t);
	assert_int_equal(snapshot_check(s, NULL), 0);
	assert_int_equal(s->rdma.v[0].ports.n, 1);
	assert_false(FIELD_KNOWN(&s->rdma.v[0], rdma_nic, node_type));
	assert_false(FIELD_KNOWN(&s->rdma.v[0].ports.v[0], rdma_port, state));
	assert_false(FIELD_KNOWN(&s->rdma.v[0].ports.v[0], rdma_port, rate_mbps));
	assert_false(FIELD_KNOWN(&s->rdma.v[0].ports.v[0], rdma_port, lid));
}

static void unknown_and_absent(void **state)
{
	struct tree *t CLEANUP(tree_freep) = machine();
	struct snapshot *s CLEANUP(snapshot_freep) = read_machine(t);
	struct snapshot *u CLEANUP(snapshot_freep) = NULL;

	assert_true(s->rdma_known);
	assert_int_equal(tree_mem_cover(t, "sys/class", false), 0);
	u = read_machine(t);
	assert_false(u->rdma_known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(infiniband), cmocka_unit_test(roce_addresses), cmocka_unit_test(kinds),
		cmocka_unit_test(drivers_decide), cmocka_unit_test(software),   cmocka_unit_test(hostile),
		cmocka_unit_test(unknown_and_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
