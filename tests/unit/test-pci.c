/* SPDX-License-Identifier: Apache-2.0 */
/* PCI addresses, configuration space, and the selection of GPUs by what a person types. */
#include "model/snapshot.h"
#include "probe/config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void addresses(void **state)
{
	char text[PCI_ADDR_TEXT];
	uint64_t a;

	assert_int_equal(pci_addr_parse("0000:03:00.0", &a), 0);
	assert_string_equal(pci_addr_text(a, text), "0000:03:00.0");
	assert_int_equal(pci_addr_parse("03:1f.7", &a), 0);
	assert_string_equal(pci_addr_text(a, text), "0000:03:1f.7");
	assert_int_equal(pci_addr_parse("10000:e1:00.0", &a), 0);
	assert_string_equal(pci_addr_text(a, text), "10000:e1:00.0");
	assert_int_equal(pci_addr_parse("ffffffff:ff:1f.7", &a), 0);
	assert_string_equal(pci_addr_text(a, text), "ffffffff:ff:1f.7");
	assert_int_equal(pci_addr_parse("0000:03:20.0", &a), -EINVAL);
	assert_int_equal(pci_addr_parse("0000:03:00.8", &a), -EINVAL);
	assert_int_equal(pci_addr_parse("0000:03:00", &a), -EINVAL);
	assert_int_equal(pci_addr_parse("0x00:03:00.0", &a), -EINVAL);
	assert_int_equal(pci_addr_parse("123456789:03:00.0", &a), -EINVAL);
	assert_int_equal(pci_addr_parse("", &a), -EINVAL);
}

static void put16(uint8_t *p, unsigned at, unsigned v)
{
	p[at] = (uint8_t)v;
	p[at + 1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *p, unsigned at, uint32_t v)
{
	put16(p, at, v & 0xffff);
	put16(p, at + 2, v >> 16);
}

/* A switch downstream port: PCIe capability at 0x40, then serial, ACS and the Thunderbolt capability. */
static void port_bytes(uint8_t p[CONFIG_SIZE])
{
	memset(p, 0, CONFIG_SIZE);
	put32(p, 0, 0x57868086);
	put16(p, 6, 0x10);
	p[0x0e] = 1;
	p[0x34] = 0x40;
	put32(p, 0x20, 0x8ff08000);
	put32(p, 0x24, 0x4ff10001);
	put32(p, 0x28, 0x40);
	put32(p, 0x2c, 0x47);
	put16(p, 0x40, 0x0010);
	put16(p, 0x42, 6 << 4 | 1 << 8 | 2);
	put32(p, 0x4c, 4 << 4 | 4);
	put16(p, 0x50, 3);
	put16(p, 0x52, 4 << 4 | 1);
	put32(p, 0x54, 1 << 6 | 1 << 5);
	put32(p, 0x64, 1 << 6);
	put32(p, 0x100, 0x14010003);
	put32(p, 0x104, 0x89abcdef);
	put32(p, 0x108, 0x01234567);
	put32(p, 0x140, 0x1801000d);
	put16(p, 0x144, 0x5f);
	put16(p, 0x146, 0x1d);
	put32(p, 0x180, 0x2001000b);
	put32(p, 0x184, 0x00005555);
	put32(p, 0x200, 0x0001000b);
	put32(p, 0x204, 0x01001234);
}

static void config_is_decoded(void **state)
{
	uint8_t p[CONFIG_SIZE];
	struct pci_config r = {0};
	struct config_space c;
	uint32_t bars[6];

	port_bytes(p);
	config_init_bytes(&c, p, sizeof(p));
	config_decode(&c, &r, bars);
	assert_int_equal(r.port_type, PCI_PORT_TYPE_DOWNSTREAM);
	assert_true(r.hotplug_capable && r.hotplug_surprise && r.thunderbolt && r.atomics_routing);
	assert_int_equal(r.link_max_speed_mts, 16000);
	assert_int_equal(r.link_max_width, 4);
	assert_int_equal(r.link_speed_mts, 2500);
	assert_int_equal(r.aspm, 3);
	assert_true(r.serial == UINT64_C(0x0123456789abcdef));
	assert_int_equal(r.acs_ctl, 0x1d);
	assert_true(r.memory_window == 0x10000000);
	assert_true(r.prefetch_window == UINT64_C(0x4750000000 - 0x4000000000));
	assert_false(r.rebar);
}

/* Without root only 64 bytes: what lies beyond is unknown, not absent. */
static void short_config_is_unknown(void **state)
{
	uint8_t p[CONFIG_SIZE];
	struct pci_config r = {0};
	struct config_space c;
	uint32_t bars[6];

	port_bytes(p);
	config_init_bytes(&c, p, 64);
	config_decode(&c, &r, bars);
	assert_true(FIELD_KNOWN(&r, pci_config, header_type));
	assert_false(FIELD_KNOWN(&r, pci_config, thunderbolt));
	assert_false(FIELD_KNOWN(&r, pci_config, acs_ctl));
	assert_false(FIELD_KNOWN(&r, pci_config, port_type));
}

static void dead_config_is_seen(void **state)
{
	uint8_t p[256];
	struct pci_config r = {0};
	struct config_space c;
	uint32_t bars[6];

	memset(p, 0xff, sizeof(p));
	config_init_bytes(&c, p, sizeof(p));
	config_decode(&c, &r, bars);
	assert_true(FIELD_KNOWN(&r, pci_config, all_ones) && r.all_ones);
	assert_false(FIELD_KNOWN(&r, pci_config, header_type));
}

/* Capability lists that lead in circles end. */
static void loops_end(void **state)
{
	uint8_t p[CONFIG_SIZE];
	struct pci_config r = {0};
	struct config_space c;
	uint32_t bars[6];

	port_bytes(p);
	p[0x41] = 0x40;
	p[0x40] = 0x09;
	put32(p, 0x200, 0x1001000b);
	put32(p, 0x100, 0x2001000b);
	config_init_bytes(&c, p, sizeof(p));
	config_decode(&c, &r, bars);
	assert_false(FIELD_KNOWN(&r, pci_config, port_type));
}

static struct snapshot *two_gpus(void)
{
	struct snapshot *s = snapshot_new();
	uint32_t i;

	for (i = 0; i < 2; i++) {
		struct pci_device *d = LIST_PUSH(s->arena, &s->pci);
		struct gpu *g = LIST_PUSH(s->arena, &s->gpus);

		FIELD_SET(d, pci_device, address, PCI_ADDR(0, 3 + i, 0, 0));
		FIELD_SET(g, gpu, index, i);
		FIELD_SET(g, gpu, pci, i);
		FIELD_SET(g, gpu, address, d->address);
		u32s_add(s->arena, &g->functions, i);
		FIELD_SET(g, gpu, vendor, i ? GPU_VENDOR_INTEL : GPU_VENDOR_AMD);
		FIELD_SET(g, gpu, kind, GPU_KIND_DISCRETE);
		FIELD_SET(g, gpu, id, i ? "intel-sn-00aa" : "amd-00bb");
		FIELD_SET(g, gpu, family, i ? "Battlemage" : "RDNA 3");
		FIELD_SET(g, gpu, name, i ? "Arc B580" : "Radeon RX 7900 XTX");
	}
	return s;
}

static void people_name_gpus(void **state)
{
	struct snapshot *s = two_gpus();
	struct err e = {0};

	assert_int_equal(snapshot_gpu_find(s, "1", NULL), 1);
	assert_int_equal(snapshot_gpu_find(s, "04:00.0", NULL), 1);
	assert_int_equal(snapshot_gpu_find(s, "0000:03:00.0", NULL), 0);
	assert_int_equal(snapshot_gpu_find(s, "intel", NULL), 1);
	assert_int_equal(snapshot_gpu_find(s, "battlemage", NULL), 1);
	assert_int_equal(snapshot_gpu_find(s, "b580", NULL), 1);
	assert_int_equal(snapshot_gpu_find(s, "amd-0", NULL), 0);
	assert_true(snapshot_gpu_find(s, "nvidia", &e) == NONE);
	assert_int_equal(e.code, -ENODEV);
	e = (struct err){0};
	s->gpus.v[1].vendor = GPU_VENDOR_AMD;
	assert_true(snapshot_gpu_find(s, "amd", &e) == NONE);
	assert_int_equal(e.code, -EEXIST);
	snapshot_free(s);
}

static void invariants_hold_and_break(void **state)
{
	struct snapshot *s = two_gpus();
	struct err e = {0};

	assert_int_equal(snapshot_check(s, &e), 0);
	s->gpus.v[1].id = s->gpus.v[0].id;
	assert_int_equal(snapshot_check(s, &e), -EINVAL);
	s->gpus.v[1].id = "other";
	e = (struct err){0};
	FIELD_SET(&s->gpus.v[1], gpu, link_at, 99);
	assert_int_equal(snapshot_check(s, &e), -EINVAL);
	s->gpus.v[1].link_at = NONE;
	e = (struct err){0};
	FIELD_SET(&s->gpus.v[1], gpu, state, GPU_STATE_READY);
	assert_int_equal(snapshot_check(s, &e), -EINVAL);
	snapshot_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),           cmocka_unit_test(config_is_decoded),
		cmocka_unit_test(short_config_is_unknown), cmocka_unit_test(dead_config_is_seen),
		cmocka_unit_test(loops_end),           cmocka_unit_test(people_name_gpus),
		cmocka_unit_test(invariants_hold_and_break),
	};

	return cmocka_run_group_tests_name("pci", tests, NULL, NULL);
}
