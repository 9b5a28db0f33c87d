/* SPDX-License-Identifier: Apache-2.0 */
/* Each row of topic rdma: what triggers it, and what does not. */
#include "check/check.h"
#include "facts/rdma.h"
#include "snap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* A GPU and an active RoCE adapter below one switch of socket 0. */
struct machine {
	struct snapshot *s;
	struct gpu *g;
	struct rdma_nic *n;
	struct rdma_port *p;
};

enum { UP = 1, DOWN_GPU, DOWN_NIC, GPU_FN, NIC_FN };

static struct machine build(void)
{
	struct machine m = {.s = snapshot_new()};
	struct rdma_gid *gid;

	snap_pci(m.s, "0000:00:01.0", NONE, "pci0000:00", 0);
	snap_pci(m.s, "0000:01:00.0", 0, "pci0000:00", 0);
	snap_pci(m.s, "0000:02:00.0", UP, "pci0000:00", 0);
	snap_pci(m.s, "0000:02:01.0", UP, "pci0000:00", 0);
	snap_pci(m.s, "0000:03:00.0", DOWN_GPU, "pci0000:00", 0);
	snap_pci(m.s, "0000:04:00.0", DOWN_NIC, "pci0000:00", 0);
	m.g = snap_gpu(m.s, GPU_FN);
	m.n = snap_nic(m.s, NIC_FN, "mlx5_0");
	FIELD_SET(m.n, rdma_nic, kind, RDMA_KIND_ROCE);
	m.p = LIST_PUSH(m.s->arena, &m.n->ports);
	FIELD_KNOW(m.n, rdma_nic, ports);
	FIELD_SET(m.p, rdma_port, number, 1);
	FIELD_SET(m.p, rdma_port, state, "ACTIVE");
	FIELD_SET(m.p, rdma_port, phys_state, "LinkUp");
	FIELD_SET(m.p, rdma_port, link_layer, "Ethernet");
	gid = LIST_PUSH(m.s->arena, &m.p->gids);
	FIELD_SET(gid, rdma_gid, type, "RoCE v2");
	FIELD_KNOW(m.p, rdma_port, gids);
	FIELD_SET(m.p, rdma_port, roce_v1, true);
	FIELD_SET(m.p, rdma_port, roce_v2, true);
	return m;
}

static const struct finding *first(struct machine *m, const char *id)
{
	struct check_settings settings = {0};
	struct finding_list l;
	uint32_t i;

	strs_add(m->s->arena, &settings.topics, "rdma");
	check_run(m->s, &settings, m->s->arena, &l);
	for (i = 0; i < l.n; i++)
		if (!id || str_eq(l.v[i].id, id))
			return &l.v[i];
	return NULL;
}

static void well(void **state)
{
	struct machine m = build();

	assert_null(first(&m, NULL));
	snapshot_free(m.s);
}

static void ports(void **state)
{
	struct machine m = build();

	m.p->state = "DOWN";
	assert_int_equal(first(&m, "GB8001")->severity, SEVERITY_WARNING);
	m.p->known &= ~(UINT64_C(1) << rdma_port_state_bit);
	assert_null(first(&m, "GB8001"));
	snapshot_free(m.s);

	m = build();
	m.p->roce_v2 = false;
	assert_non_null(first(&m, "GB8002"));
	m.p->known &= ~(UINT64_C(1) << rdma_port_roce_v2_bit);
	assert_null(first(&m, "GB8002"));
	m.p->gids.n = 0;
	assert_non_null(first(&m, "GB8013"));
	m.p->state = "DOWN";
	assert_null(first(&m, "GB8013"));
	snapshot_free(m.s);
}

static void subnet_manager(void **state)
{
	struct machine m = build();

	m.n->kind = RDMA_KIND_INFINIBAND;
	m.p->link_layer = "InfiniBand";
	m.p->state = "INIT";
	FIELD_SET(m.p, rdma_port, sm_lid, 0);
	assert_non_null(first(&m, "GB8009"));
	assert_null(first(&m, "GB8001")); /* the one thing is said once */
	m.p->phys_state = "Polling";
	assert_null(first(&m, "GB8009"));
	assert_non_null(first(&m, "GB8001"));
	m.p->phys_state = "LinkUp";
	m.p->sm_lid = 1;
	assert_null(first(&m, "GB8009"));
	snapshot_free(m.s);
}

static void limits(void **state)
{
	struct machine m = build();
	struct user *u = &m.s->platform.user;

	FIELD_SET(u, user, uid, 1000);
	FIELD_SET(u, user, memlock_bytes, 8192 * 1024);
	assert_non_null(first(&m, "GB8003"));
	u->memlock_bytes = MEMLOCK_LOW;
	assert_null(first(&m, "GB8003"));
	u->memlock_bytes = 0;
	u->uid = 0;
	assert_null(first(&m, "GB8003"));
	u->uid = 1000;
	m.s->rdma.n = 0;
	assert_null(first(&m, "GB8003"));
	snapshot_free(m.s);
}

static void nodes(void **state)
{
	struct machine m = build();

	FIELD_SET(m.n, rdma_nic, uverbs, "/dev/infiniband/uverbs0");
	FIELD_SET(m.n, rdma_nic, openable, true);
	assert_null(first(&m, NULL));
	m.n->openable = false;
	assert_int_equal(first(&m, "GB8010")->severity, SEVERITY_ERROR);
	m.n->uverbs = "";
	assert_non_null(first(&m, "GB8014"));
	assert_null(first(&m, "GB8010"));
	snapshot_free(m.s);
}

static void sockets(void **state)
{
	struct machine m = build();

	m.s->pci.v[GPU_FN].host_bridge = "pci0000:80";
	FIELD_SET(&m.s->pci.v[GPU_FN], pci_device, parent, NONE);
	FIELD_SET(&m.s->pci.v[GPU_FN], pci_device, numa_node, 1);
	assert_non_null(first(&m, "GB8004"));
	m.s->pci.v[GPU_FN].numa_node = 0;
	assert_null(first(&m, "GB8004"));
	m.s->pci.v[GPU_FN].known &= ~(UINT64_C(1) << pci_device_parent_bit);
	m.s->pci.v[GPU_FN].numa_node = 1;
	assert_null(first(&m, "GB8004"));
	snapshot_free(m.s);
}

static void acs(void **state)
{
	struct machine m = build();

	snap_port(m.s, DOWN_GPU, PCI_PORT_TYPE_DOWNSTREAM);
	snap_port(m.s, DOWN_NIC, PCI_PORT_TYPE_DOWNSTREAM);
	FIELD_SET(&m.s->pci.v[DOWN_GPU].config, pci_config, acs_ctl, PCI_ACS_SV | PCI_ACS_RR | PCI_ACS_CR | PCI_ACS_UF);
	assert_non_null(first(&m, "GB8005"));
	assert_non_null(strstr(first(&m, "GB8005")->remedy, "pci=disable_acs_redir=0000:02:00.0,"));
	/* For passthrough it is wanted. */
	m.g->driver = "vfio-pci";
	assert_null(first(&m, "GB8005"));
	m.g->driver = "";
	m.s->pci.v[DOWN_GPU].config.acs_ctl = 0;
	assert_null(first(&m, "GB8005"));
	snapshot_free(m.s);
}

static void gpudirect(void **state)
{
	struct machine m = build();
	struct platform *p = &m.s->platform;

	m.g->driver = "nvidia";
	FIELD_SET(m.g, gpu, driver_flavour, "proprietary");
	FIELD_SET(p, platform, kernel_version, 6u << 16 | 8 << 8);
	assert_null(first(&m, "GB8006")); /* whether a peer-memory client is loaded is not known */
	FIELD_SET(p, platform, peer_memory, false);
	assert_non_null(first(&m, "GB8006"));
	p->peer_memory = true;
	assert_null(first(&m, "GB8006"));
	p->peer_memory = false;
	m.g->driver_flavour = "open";
	assert_null(first(&m, "GB8006"));
	p->kernel_version = 5u << 16 | 10 << 8;
	assert_non_null(first(&m, "GB8006"));
	p->kernel_version = 6u << 16 | 8 << 8;
	m.g->driver = "amdgpu";
	assert_null(first(&m, "GB8006"));
	FIELD_SET(p, platform, p2pdma, false);
	assert_non_null(first(&m, "GB8006"));
	snapshot_free(m.s);
}

static void hardware(void **state)
{
	struct machine m = build();
	struct pci_device *d = &m.s->pci.v[NIC_FN];

	FIELD_SET(d, pci_device, class, 0x020000);
	d->driver = "mlx5_core";
	assert_null(first(&m, NULL));
	m.s->rdma.n = 0;
	assert_int_equal(first(&m, "GB8007")->severity, SEVERITY_NOTE);
	assert_non_null(strstr(first(&m, "GB8007")->message, "mlx5_ib is not loaded"));
	d->driver = "efa";
	assert_int_equal(first(&m, "GB8007")->severity, SEVERITY_WARNING);
	d->driver = "e1000e";
	assert_null(first(&m, NULL));
	d->driver = "";
	assert_null(first(&m, NULL));
	d->class = 0x020700;
	assert_non_null(first(&m, "GB8008"));
	/* A tree that cannot say whether there are RDMA devices says nothing. */
	m.s->rdma_known = false;
	assert_null(first(&m, NULL));
	snapshot_free(m.s);
}

static void tunnel_and_software(void **state)
{
	struct machine m = build();
	struct rdma_nic *soft;

	FIELD_SET(&m.g->external, external, attachment, ATTACHMENT_EXTERNAL);
	FIELD_SET(&m.g->external, external, interface, "usb4");
	FIELD_SET(&m.g->external, external, port, 0);
	FIELD_KNOW(m.g, gpu, external);
	assert_int_equal(first(&m, "GB8011")->severity, SEVERITY_NOTE);
	snapshot_free(m.s);

	m = build();
	soft = snap_nic(m.s, NONE, "rxe0");
	soft->soft = true;
	assert_int_equal(first(&m, "GB8012")->severity, SEVERITY_NOTE);
	snapshot_free(m.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well),    cmocka_unit_test(ports),   cmocka_unit_test(subnet_manager), cmocka_unit_test(limits),
		cmocka_unit_test(nodes),   cmocka_unit_test(sockets), cmocka_unit_test(acs),            cmocka_unit_test(gpudirect),
		cmocka_unit_test(hardware), cmocka_unit_test(tunnel_and_software),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
