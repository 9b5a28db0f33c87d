/* SPDX-License-Identifier: Apache-2.0 */
/* Classes, rates and ports of the ways between devices, and that the outputs made of them are well formed. */
#include "codec/svg.h"
#include "codec/topo-text.h"
#include "model/topo.h"
#include "snap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/*
 * Two sockets. The first: a switch with a GPU (0), a NIC (0) and below a second switch a NIC (1); another root port of
 * the same host bridge with a GPU (1); another host bridge with a NIC (2). The second socket: a GPU (2).
 */
struct machine {
	struct snapshot *s;
	uint32_t up, down_gpu, down_nic, down_deep, gpu0, nic0;
};

static struct machine build(bool types)
{
	struct machine m = {.s = snapshot_new()};
	struct snapshot *s = m.s;
	uint32_t rp, rp2, rp3, rp4, up2, down2, i;

	rp = snap_pci(s, "0000:00:01.0", NONE, "pci0000:00", 0);
	rp2 = snap_pci(s, "0000:00:02.0", NONE, "pci0000:00", 0);
	m.up = snap_pci(s, "0000:01:00.0", rp, "pci0000:00", 0);
	m.down_gpu = snap_pci(s, "0000:02:00.0", m.up, "pci0000:00", 0);
	m.down_nic = snap_pci(s, "0000:02:01.0", m.up, "pci0000:00", 0);
	m.down_deep = snap_pci(s, "0000:02:02.0", m.up, "pci0000:00", 0);
	m.gpu0 = snap_pci(s, "0000:03:00.0", m.down_gpu, "pci0000:00", 0);
	m.nic0 = snap_pci(s, "0000:04:00.0", m.down_nic, "pci0000:00", 0);
	up2 = snap_pci(s, "0000:05:00.0", m.down_deep, "pci0000:00", 0);
	down2 = snap_pci(s, "0000:06:00.0", up2, "pci0000:00", 0);
	snap_pci(s, "0000:07:00.0", down2, "pci0000:00", 0);
	snap_pci(s, "0000:10:00.0", rp2, "pci0000:00", 0);
	rp3 = snap_pci(s, "0000:20:01.0", NONE, "pci0000:20", 0);
	snap_pci(s, "0000:21:00.0", rp3, "pci0000:20", 0);
	rp4 = snap_pci(s, "0000:80:01.0", NONE, "pci0000:80", 1);
	snap_pci(s, "0000:81:00.0", rp4, "pci0000:80", 1);
	if (types) {
		const uint32_t roots[] = {rp, rp2, rp3, rp4};

		for (i = 0; i < ARRAY_LEN(roots); i++)
			snap_port(s, roots[i], PCI_PORT_TYPE_ROOT_PORT);
		snap_port(s, m.up, PCI_PORT_TYPE_UPSTREAM);
		snap_port(s, up2, PCI_PORT_TYPE_UPSTREAM);
		snap_port(s, m.down_gpu, PCI_PORT_TYPE_DOWNSTREAM);
		snap_port(s, m.down_nic, PCI_PORT_TYPE_DOWNSTREAM);
		snap_port(s, m.down_deep, PCI_PORT_TYPE_DOWNSTREAM);
		snap_port(s, down2, PCI_PORT_TYPE_DOWNSTREAM);
	}
	for (i = 0; i < s->pci.n; i++)
		snap_link(s, i, 16000, 16, 16000, 16);
	snap_gpu(s, m.gpu0);
	snap_gpu(s, 11);
	snap_gpu(s, 15);
	snap_nic(s, m.nic0, "mlx5_0");
	snap_nic(s, 10, "mlx5_1");
	snap_nic(s, 13, "mlx5_2");
	return m;
}

enum { GPU0, GPU1, GPU2, NIC0, NIC1, NIC2 };

static void classes(void **state)
{
	int pass;

	/* Port types known, and told from the place alone. */
	for (pass = 0; pass < 2; pass++) {
		struct machine m = build(pass == 0);
		struct topo t;

		topo_compute(m.s, m.s->arena, &t);
		assert_int_equal(t.n, 6);
		assert_int_equal(t.n_gpus, 3);
		assert_int_equal(t.paths.n, 15);
		assert_int_equal(topo_path(&t, GPU0, NIC0)->class, PATH_CLASS_PIX);
		assert_int_equal(topo_path(&t, GPU0, NIC0)->bridges, 1);
		assert_int_equal(topo_path(&t, GPU0, NIC1)->class, PATH_CLASS_PXB);
		assert_int_equal(topo_path(&t, GPU0, NIC1)->bridges, 2);
		assert_int_equal(topo_path(&t, GPU0, GPU1)->class, PATH_CLASS_PHB);
		assert_int_equal(topo_path(&t, GPU0, NIC2)->class, PATH_CLASS_NODE);
		assert_int_equal(topo_path(&t, GPU0, GPU2)->class, PATH_CLASS_SYS);
		assert_ptr_equal(topo_path(&t, GPU2, NIC1), topo_path(&t, NIC1, GPU2));
		assert_null(topo_path(&t, GPU0, GPU0));
		assert_string_equal(topo_path(&t, GPU1, NIC2)->from, "GPU1");
		assert_string_equal(topo_path(&t, GPU1, NIC2)->to, "NIC2");
		snapshot_free(m.s);
	}
}

static void unknown_is_said(void **state)
{
	struct machine m = build(false);
	struct topo t;

	/* Parents not known: no way can be judged; what shares a known bridge still can. */
	m.s->pci.v[0].known &= ~(UINT64_C(1) << pci_device_parent_bit);
	topo_compute(m.s, m.s->arena, &t);
	assert_int_equal(topo_path(&t, GPU0, GPU1)->class, PATH_CLASS_UNKNOWN);
	assert_false(FIELD_KNOWN(topo_path(&t, GPU0, GPU1), path, rate_mbps));
	assert_int_equal(topo_path(&t, GPU0, NIC0)->class, PATH_CLASS_PIX);
	snapshot_free(m.s);

	/* No NUMA at all is one node; one device without a node among many is not known. */
	m = build(false);
	m.s->pci.v[15].numa_node = -1;
	topo_compute(m.s, m.s->arena, &t);
	assert_int_equal(topo_path(&t, GPU0, GPU2)->class, PATH_CLASS_UNKNOWN);
	m.s->pci.v[m.gpu0].numa_node = -1;
	topo_compute(m.s, m.s->arena, &t);
	assert_int_equal(topo_path(&t, GPU0, GPU2)->class, PATH_CLASS_NODE);
	snapshot_free(m.s);
}

static void one_function_and_two(void **state)
{
	struct snapshot *s = snapshot_new();
	uint32_t rp = snap_pci(s, "0000:00:01.0", NONE, "pci0000:00", 0);
	uint32_t a = snap_pci(s, "0000:01:00.0", rp, "pci0000:00", 0), b = snap_pci(s, "0000:01:00.1", rp, "pci0000:00", 0);
	struct topo t;

	snap_nic(s, a, "mlx5_0");
	snap_nic(s, b, "mlx5_1");
	snap_nic(s, b, "mlx5_2");
	topo_compute(s, s->arena, &t);
	assert_int_equal(topo_path(&t, 0, 1)->class, PATH_CLASS_PIX);
	assert_int_equal(topo_path(&t, 1, 2)->class, PATH_CLASS_PIX);
	assert_int_equal(topo_path(&t, 1, 2)->bridges, 0);
	snapshot_free(s);
}

static void rates(void **state)
{
	struct machine m = build(true);
	struct topo t;

	assert_int_equal(topo_link_mbps(2500, 1), 2000);
	assert_int_equal(topo_link_mbps(5000, 16), 64000);
	assert_int_equal(topo_link_mbps(8000, 4), 31504);
	assert_int_equal(topo_link_mbps(64000, 16), 1024000);
	assert_int_equal(topo_link_mbps(16000, 255), 0);
	snap_link(m.s, m.gpu0, 8000, 8, 16000, 16);
	topo_compute(m.s, m.s->arena, &t);
	assert_int_equal(topo_path(&t, GPU0, NIC0)->rate_mbps, topo_link_mbps(8000, 8));
	assert_int_equal(topo_path(&t, GPU0, NIC0)->possible_mbps, topo_link_mbps(16000, 16));
	assert_int_equal(topo_path(&t, GPU0, NIC0)->slowest, m.down_gpu);
	assert_int_equal(topo_path(&t, GPU1, GPU2)->rate_mbps, topo_link_mbps(16000, 16));

	/* One link that is not known makes the whole way unknown, never faster. */
	m.s->pci.v[m.nic0].link.known = 0;
	m.s->pci.v[m.down_nic].link.known = 0;
	topo_compute(m.s, m.s->arena, &t);
	assert_false(FIELD_KNOWN(topo_path(&t, GPU0, NIC0), path, rate_mbps));
	assert_true(FIELD_KNOWN(topo_path(&t, GPU0, NIC1), path, rate_mbps));
	snapshot_free(m.s);
}

static void card_switch_is_part_of_the_card(void **state)
{
	struct machine m = build(true);
	struct topo t;

	/* As Intel Arc: the GPU function says 2.5 GT/s x1, the truth is at the upstream port. */
	snap_link(m.s, m.gpu0, 2500, 1, 2500, 1);
	snap_link(m.s, m.down_gpu, 2500, 1, 2500, 1);
	FIELD_SET(&m.s->gpus.v[0], gpu, link_at, m.up);
	topo_compute(m.s, m.s->arena, &t);
	assert_int_equal(topo_path(&t, GPU0, GPU2)->rate_mbps, topo_link_mbps(16000, 16));
	snapshot_free(m.s);
}

static void acs_and_atomics(void **state)
{
	struct machine m = build(true);
	const struct path *p;
	struct topo t;
	uint32_t i;

	topo_compute(m.s, m.s->arena, &t);
	assert_false(FIELD_KNOWN(topo_path(&t, GPU0, NIC0), path, acs_redirect));
	assert_false(FIELD_KNOWN(topo_path(&t, GPU0, NIC0), path, atomics));
	for (i = 0; i < m.s->pci.n; i++)
		if (m.s->pci.v[i].bridge) {
			FIELD_SET(&m.s->pci.v[i].config, pci_config, acs_ctl, 0);
			FIELD_SET(&m.s->pci.v[i].config, pci_config, atomics_routing, true);
		}
	topo_compute(m.s, m.s->arena, &t);
	p = topo_path(&t, GPU0, NIC0);
	assert_true(FIELD_KNOWN(p, path, acs_redirect) && !p->acs_redirect);
	assert_true(FIELD_KNOWN(p, path, atomics) && p->atomics);

	m.s->pci.v[m.down_nic].config.acs_ctl = PCI_ACS_SV | PCI_ACS_RR;
	FIELD_SET(&m.s->pci.v[m.up].config, pci_config, atomics_blocked, true);
	topo_compute(m.s, m.s->arena, &t);
	p = topo_path(&t, GPU0, NIC0);
	assert_true(p->acs_redirect);
	assert_int_equal(p->acs_at.n, 1);
	assert_int_equal(p->acs_at.v[0], m.down_nic);
	assert_false(p->atomics);
	assert_false(topo_path(&t, GPU0, NIC1)->acs_redirect);

	/* SV alone redirects nothing. */
	m.s->pci.v[m.down_nic].config.acs_ctl = PCI_ACS_SV | PCI_ACS_TB | PCI_ACS_DT;
	topo_compute(m.s, m.s->arena, &t);
	assert_false(topo_path(&t, GPU0, NIC0)->acs_redirect);
	snapshot_free(m.s);
}

static void tunnel(void **state)
{
	struct machine m = build(true);
	struct external *x = &m.s->gpus.v[0].external;
	struct topo t;

	/* The first switch is a box on a cable at root port 0. */
	FIELD_SET(x, external, attachment, ATTACHMENT_EXTERNAL);
	FIELD_SET(x, external, interface, "thunderbolt");
	FIELD_SET(x, external, port, 0);
	FIELD_SET(x, external, bandwidth_mbps, 32000);
	FIELD_KNOW(&m.s->gpus.v[0], gpu, external);
	snap_link(m.s, m.up, 2500, 4, 2500, 4);
	topo_compute(m.s, m.s->arena, &t);
	assert_true(topo_path(&t, GPU0, GPU1)->tunnel);
	assert_int_equal(topo_path(&t, GPU0, GPU1)->rate_mbps, 32000);
	assert_int_equal(topo_path(&t, GPU0, GPU1)->slowest, 0);
	assert_int_equal(topo_path(&t, NIC0, GPU1)->rate_mbps, 32000);
	/* Inside the box nothing is tunnelled. */
	assert_false(topo_path(&t, GPU0, NIC0)->tunnel);
	assert_int_equal(topo_path(&t, GPU0, NIC0)->rate_mbps, topo_link_mbps(16000, 16));
	assert_int_equal(t.v[NIC0].tunnel, 0);
	assert_int_equal(t.v[GPU1].tunnel, NONE);

	/* A box behind the box: both ends of that link carry Thunderbolt's mark. */
	FIELD_SET(&m.s->pci.v[m.down_deep].config, pci_config, thunderbolt, true);
	FIELD_SET(&m.s->pci.v[8].config, pci_config, thunderbolt, true);
	topo_compute(m.s, m.s->arena, &t);
	assert_true(topo_path(&t, GPU0, NIC1)->tunnel);
	assert_false(FIELD_KNOWN(topo_path(&t, GPU0, NIC1), path, rate_mbps));
	snapshot_free(m.s);
}

static void fabric(void **state)
{
	struct machine m = build(true);
	struct gpu_peer *peer = LIST_PUSH(m.s->arena, &m.s->gpus.v[0].peers);
	struct topo t;

	FIELD_SET(peer, gpu_peer, gpu, 2);
	FIELD_SET(peer, gpu_peer, fabric, FABRIC_XGMI);
	FIELD_SET(peer, gpu_peer, rate_mbps, 400000);
	FIELD_SET(&m.s->gpus.v[1], gpu, xgmi_hive, "17");
	FIELD_SET(&m.s->gpus.v[2], gpu, xgmi_hive, "17");
	topo_compute(m.s, m.s->arena, &t);
	assert_int_equal(topo_path(&t, GPU0, GPU2)->class, PATH_CLASS_XGMI);
	assert_int_equal(topo_path(&t, GPU0, GPU2)->pci_class, PATH_CLASS_SYS);
	assert_int_equal(topo_path(&t, GPU0, GPU2)->rate_mbps, 400000);
	assert_int_equal(topo_path(&t, GPU1, GPU2)->class, PATH_CLASS_XGMI);
	assert_false(FIELD_KNOWN(topo_path(&t, GPU1, GPU2), path, rate_mbps));
	assert_int_equal(topo_path(&t, GPU0, GPU1)->class, PATH_CLASS_PHB);
	snapshot_free(m.s);
}

static void soft_devices_have_no_row(void **state)
{
	struct machine m = build(true);
	struct rdma_nic *soft = snap_nic(m.s, NONE, "rxe0");
	struct topo t;

	FIELD_SET(soft, rdma_nic, soft, true);
	topo_ends(m.s, m.s->arena, &t);
	assert_int_equal(t.n, 6);
	snapshot_free(m.s);
}

static void text_keeps_the_width(void **state)
{
	struct machine m = build(true);
	struct buf out CLEANUP(buf_free) = BUF_NULL;
	const char *at, *line;
	struct topo t;
	size_t n;

	topo_compute(m.s, m.s->arena, &t);
	topo_text(m.s, &t, 32, &out);
	for (at = out.p; next_line(&at, out.p + out.n, &line, &n) && n && line[0] == ' ';)
		assert_true(n <= 32);
	assert_non_null(strstr(out.p, "GPU0     X   PHB   SYS"));
	buf_clear(&out);
	topo_text(m.s, &t, 80, &out);
	assert_non_null(strstr(out.p, "GPU0     X   PHB   SYS   PIX   PXB  NODE\n"));
	assert_non_null(strstr(out.p, "PCIe atomics: not known"));
	snapshot_free(m.s);
}

static void nothing_to_show(void **state)
{
	struct snapshot *s = snapshot_new();
	struct buf out CLEANUP(buf_free) = BUF_NULL;
	struct topo t;

	topo_compute(s, s->arena, &t);
	topo_text(s, &t, 80, &out);
	assert_non_null(strstr(out.p, "no GPU"));
	buf_clear(&out);
	svg_topo(s, &t, &out);
	assert_true(str_ends(out.p, "</svg>\n"));
	snapshot_free(s);
}

static void svg_escapes_and_repeats(void **state)
{
	struct machine m = build(true);
	struct buf a CLEANUP(buf_free) = BUF_NULL, b CLEANUP(buf_free) = BUF_NULL;
	struct topo t;

	m.s->gpus.v[0].name = "<script>&\"\x01";
	topo_compute(m.s, m.s->arena, &t);
	svg_topo(m.s, &t, &a);
	svg_topo(m.s, &t, &b);
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
	assert_null(strstr(a.p, "<script>"));
	assert_non_null(strstr(a.p, "&lt;script&gt;&amp;&quot; "));
	snapshot_free(m.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes),
		cmocka_unit_test(unknown_is_said),
		cmocka_unit_test(one_function_and_two),
		cmocka_unit_test(rates),
		cmocka_unit_test(card_switch_is_part_of_the_card),
		cmocka_unit_test(acs_and_atomics),
		cmocka_unit_test(tunnel),
		cmocka_unit_test(fabric),
		cmocka_unit_test(soft_devices_have_no_row),
		cmocka_unit_test(text_keeps_the_width),
		cmocka_unit_test(nothing_to_show),
		cmocka_unit_test(svg_escapes_and_repeats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
