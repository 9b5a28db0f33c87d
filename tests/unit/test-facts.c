/* SPDX-License-Identifier: Apache-2.0 */
/* Lookups in the tables of facts, with ids of every generation that people have. */
#include "base/parse.h"
#include "facts/facts.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct expect {
	uint16_t vendor, device;
	const char *family, *name, *drivers;
	enum gpu_kind kind;
};

#define I GPU_KIND_INTEGRATED
#define D GPU_KIND_DISCRETE

static const struct expect intel[] = {
	{0x8086, 0x7121, "i810/i815", NULL, "", I},
	{0x8086, 0x3582, "Extreme Graphics", NULL, "i915", I},
	{0x8086, 0x27a2, "GMA 900/950/3100", NULL, "i915", I},
	{0x8086, 0x27a6, "GMA 900/950/3100", NULL, "i915", I},
	{0x8086, 0xa011, "Pineview", NULL, "i915", I},
	{0x8086, 0x2e33, "GMA X3000/X3500/X4500", NULL, "i915", I},
	{0x8086, 0x0046, "Ironlake", NULL, "i915", I},
	{0x8086, 0x0126, "Sandy Bridge", NULL, "i915", I},
	{0x8086, 0x0166, "Ivy Bridge", "HD Graphics 4000", "i915", I},
	{0x8086, 0x0d26, "Haswell", NULL, "i915", I},
	{0x8086, 0x0f31, "Bay Trail", NULL, "i915", I},
	{0x8086, 0x22b1, "Cherryview", NULL, "i915", I},
	{0x8086, 0x1616, "Broadwell", "HD Graphics 5500", "i915", I},
	{0x8086, 0x8108, "Poulsbo", NULL, "gma500", I},
	{0x8086, 0x0be2, "Cedarview", NULL, "gma500", I},
	{0x8086, 0x1912, "Skylake", "HD Graphics 530", "i915", I},
	{0x8086, 0x5a85, "Apollo Lake", "HD Graphics 500", "i915", I},
	{0x8086, 0x3185, "Gemini Lake", "UHD Graphics 600", "i915", I},
	{0x8086, 0x5917, "Kaby Lake", "UHD Graphics 620", "i915", I},
	{0x8086, 0x87c0, "Kaby Lake", "UHD Graphics 617", "i915", I},
	{0x8086, 0x3e92, "Coffee Lake", "UHD Graphics 630", "i915", I},
	{0x8086, 0x87ca, "Coffee Lake", "UHD Graphics 617", "i915", I},
	{0x8086, 0x3ea0, "Whiskey Lake", "UHD Graphics 620", "i915", I},
	{0x8086, 0x9bc5, "Comet Lake", "UHD Graphics 630", "i915", I},
	{0x8086, 0x8a56, "Ice Lake", NULL, "i915", I},
	{0x8086, 0x4555, "Elkhart Lake", NULL, "i915", I},
	{0x8086, 0x4e61, "Jasper Lake", "UHD Graphics", "i915", I},
	{0x8086, 0x9a49, "Tiger Lake", "Iris Xe Graphics", "i915 xe", I},
	{0x8086, 0x4c8a, "Rocket Lake", "UHD Graphics 750", "i915 xe", I},
	{0x8086, 0x4907, "DG1", "Server GPU SG-18M", "i915 xe", D},
	{0x8086, 0x4680, "Alder Lake-S", "UHD Graphics 770", "i915 xe", I},
	{0x8086, 0x46a6, "Alder Lake-P", "Iris Xe Graphics", "i915 xe", I},
	{0x8086, 0x46d1, "Alder Lake-N", "UHD Graphics", "i915 xe", I},
	{0x8086, 0xa780, "Raptor Lake-S", "UHD Graphics 770", "i915 xe", I},
	{0x8086, 0xa7a0, "Raptor Lake-P", "Iris Xe Graphics", "i915 xe", I},
	{0x8086, 0xa721, "Raptor Lake-U", "UHD Graphics", "i915 xe", I},
	{0x8086, 0x56a0, "Alchemist", "Arc A770", "i915 xe", D},
	{0x8086, 0x56a5, "Alchemist", "Arc A380", "i915 xe", D},
	{0x8086, 0x56b3, "Alchemist", "Arc Pro A60", "i915 xe", D},
	{0x8086, 0x56c1, "Arctic Sound-M", "Data Center GPU Flex 140", "i915 xe", D},
	{0x8086, 0x0bd5, "Ponte Vecchio", "Data Center GPU Max 1550", "i915 xe", D},
	{0x8086, 0x7d55, "Meteor Lake", "Arc Graphics", "i915 xe", I},
	{0x8086, 0x7d67, "Arrow Lake-S", "Intel Graphics", "i915 xe", I},
	{0x8086, 0x7d51, "Arrow Lake-H", "Arc 130T/140T", "i915 xe", I},
	{0x8086, 0x7d41, "Arrow Lake-U", "Intel Graphics", "i915 xe", I},
	{0x8086, 0x64a0, "Lunar Lake", "Arc 130V/140V", "xe", I},
	{0x8086, 0xe20b, "Battlemage", "Arc B580", "xe", D},
	{0x8086, 0xe20c, "Battlemage", "Arc B570", "xe", D},
	{0x8086, 0xe211, "Battlemage", "Arc Pro B60", "xe", D},
	{0x8086, 0xe223, "Battlemage", "Arc Pro B70", "xe", D},
	{0x8086, 0xb080, "Panther Lake", "Arc B390", "xe", I},
	{0x8086, 0xfd80, "Wildcat Lake", "Intel Graphics", "xe", I},
	{0x8086, 0xd74b, "Nova Lake-S", NULL, "xe", I},
	{0x8086, 0xd75f, "Nova Lake-P", NULL, "xe", I},
	{0x8086, 0x6750, "Crescent Island", NULL, "xe", D},
};

static const struct expect amd[] = {
	{0x1002, 0x5046, "Rage 128", NULL, "", D}, /* QEMU's ati-vga shows itself as this card */
	{0x1002, 0x5159, "R100", NULL, "radeon", D},
	{0x1002, 0x4c59, "R100", NULL, "radeon", D},
	{0x1002, 0x5b60, "R300", NULL, "radeon", D},
	{0x1002, 0x7249, "R500", NULL, "radeon", D},
	{0x1002, 0x9616, "TeraScale", NULL, "radeon", I},
	{0x1002, 0x9490, "TeraScale", NULL, "radeon", D},
	{0x1002, 0x68f9, "TeraScale 2", NULL, "radeon", D},
	{0x1002, 0x6740, "TeraScale 2", NULL, "radeon", D},
	{0x1002, 0x9805, "TeraScale 2", NULL, "radeon", I},
	{0x1002, 0x9999, "TeraScale 3", NULL, "radeon", I},
	{0x1002, 0x6798, "GCN 1", "Radeon HD 7970/8970 OEM / R9 280X", "amdgpu radeon", D},
	{0x1002, 0x67b0, "GCN 2", "Radeon R9 290X/390X", "amdgpu radeon", D},
	{0x1002, 0x9831, "GCN 2", "Radeon HD 8400E", "radeon amdgpu", I},
	{0x1002, 0x6939, "GCN 3", "Radeon R9 285/380", "amdgpu", D},
	{0x1002, 0x67df, "GCN 4", "Radeon RX 470/480/570/570X/580/580X/590", "amdgpu", D},
	{0x1002, 0x687f, "GCN 5", "Radeon RX Vega 56/64", "amdgpu", D},
	{0x1002, 0x1638, "GCN 5", "Radeon Vega Series / Radeon Vega Mobile Series", "amdgpu", I},
	{0x1002, 0x731f, "RDNA 1", "Radeon RX 5600 OEM/5600 XT / 5700/5700 XT", "amdgpu", D},
	{0x1002, 0x73bf, "RDNA 2", "Radeon RX 6800/6800 XT / 6900 XT", "amdgpu", D},
	{0x1002, 0x1681, "RDNA 2", "Radeon 680M", "amdgpu", I},
	{0x1002, 0x744c, "RDNA 3", "Radeon RX 7900 XT/7900 XTX/7900 GRE/7900M", "amdgpu", D},
	{0x1002, 0x73f0, "RDNA 3", "Radeon RX 7600M XT", "amdgpu", D},
	{0x1002, 0x15bf, "RDNA 3", "Radeon 740M/760M/780M", "amdgpu", I},
	{0x1002, 0x150e, "RDNA 3.5", "Radeon 880M/890M", "amdgpu", I},
	{0x1002, 0x1586, "RDNA 3.5", "Radeon 8050S/8060S", "amdgpu", I},
	{0x1002, 0x7550, "RDNA 4", "Radeon RX 9070/9070 XT/9070 GRE", "amdgpu", D},
	{0x1002, 0x738c, "CDNA", "Instinct MI100", "amdgpu", D},
	{0x1002, 0x740f, "CDNA 2", "Instinct MI210", "amdgpu", D},
	{0x1002, 0x74a1, "CDNA 3", "Instinct MI300X", "amdgpu", D},
	{0x1002, 0x74a0, "CDNA 3", "Instinct MI300A", "amdgpu", I},
	{0x1002, 0x75a3, "CDNA 4", "Instinct MI355X", "amdgpu", D},
};

struct branch {
	uint16_t device;
	const char *family, *branches;
	uint16_t first, last;
};

static const struct branch nvidia[] = {
	{0x002d, "Fahrenheit", "legacy-71", 0, 71},
	{0x0110, "Celsius", "legacy-96", 0, 96},
	{0x01a0, "Celsius", "legacy-96", 0, 96},
	{0x0250, "Kelvin", "legacy-96", 0, 96},
	{0x0322, "Rankine", "legacy-173", 0, 173},
	{0x01dd, "Curie", "legacy-304", 0, 304},
	{0x03d0, "Curie", "legacy-304", 0, 304},
	{0x0611, "Tesla", "legacy-340", 0, 340},
	{0x087d, "Tesla", "legacy-340", 0, 340},
	{0x0a65, "Tesla", "legacy-340", 0, 340},
	{0x0de1, "Fermi", "legacy-390", 0, 390},
	{0x1180, "Kepler", "legacy-470", 0, 470},
	{0x102d, "Kepler", "legacy-470", 0, 470},
	{0x128b, "Kepler", "legacy-470", 0, 470},
	{0x1380, "Maxwell", "proprietary", 331, 580},
	{0x1b06, "Pascal", "proprietary", 367, 580},
	{0x1db4, "Volta", "proprietary", 384, 580},
	{0x1e04, "Turing", "open proprietary", 410, 0},
	{0x20b0, "Ampere", "open proprietary", 450, 0},
	{0x2204, "Ampere", "open proprietary", 455, 0},
	{0x2684, "Ada Lovelace", "open proprietary", 520, 0},
	{0x2330, "Hopper", "open proprietary", 515, 0},
	{0x2342, "Hopper", "open", 525, 0},
	{0x2901, "Blackwell", "open", 560, 0},
	{0x2b85, "Blackwell", "open", 570, 0},
	{0x2e12, "Blackwell", "open", 580, 0},
};

static void expect_all(const struct expect *e, size_t n)
{
	for (; n > 0; n--, e++) {
		const struct facts_family *f = facts_family_of(e->vendor, e->device);
		const struct facts_id *id = facts_id_find(e->vendor, e->device);

		if (!f || !id)
			fail_msg("%04x:%04x is not known", e->vendor, e->device);
		if (!str_eq(f->family, e->family) || !str_eq(f->drivers, e->drivers) || f->kind != e->kind)
			fail_msg("%04x:%04x is %s, %s, kind %d", e->vendor, e->device, f->family, f->drivers, f->kind);
		if (e->name && !str_eq(id->name, e->name))
			fail_msg("%04x:%04x is called '%s'", e->vendor, e->device, id->name ? id->name : "");
		assert_int_equal(facts_vendor_of(e->vendor), f->vendor);
		assert_null(facts_display_find(e->vendor, e->device));
	}
}

static void test_intel(void **state)
{
	expect_all(intel, ARRAY_LEN(intel));
}

static void test_amd(void **state)
{
	expect_all(amd, ARRAY_LEN(amd));
}

static void test_nvidia(void **state)
{
	const struct branch *b;

	for (b = nvidia; b < nvidia + ARRAY_LEN(nvidia); b++) {
		const struct facts_family *f = facts_family_of(0x10de, b->device);

		if (!f || !str_eq(f->family, b->family) || !str_eq(f->branches, b->branches))
			fail_msg("10de:%04x is %s, %s", b->device, f ? f->family : "not known", f && f->branches ? f->branches : "");
		assert_int_equal(f->branch_first, b->first);
		assert_int_equal(f->branch_last, b->last);
	}
	assert_string_equal(facts_id_find(0x10de, 0x2b85)->name, "GeForce RTX 5090");
}

/* A number inside a chip's block that no list has yet; one beside the blocks; functions of the card that are no GPU. */
static void test_blocks(void **state)
{
	const struct facts_id *id = facts_id_find(0x10de, 0x2bfe);

	assert_non_null(id);
	assert_string_equal(id->family, "gb202");
	assert_true(id->flags & ID_BLOCK);
	assert_null(id->name);
	assert_null(facts_id_find(0x10de, 0x22ba)); /* audio of an AD102 */
	assert_null(facts_id_find(0x10de, 0x22a3)); /* NVSwitch */
	assert_null(facts_id_find(0x10de, 0xfffe));
	assert_null(facts_id_find(0x1002, 0x73a4)); /* USB of a Navi 21 */
	assert_null(facts_id_find(0x1002, 0x1478)); /* switch on the card */
	assert_null(facts_id_find(0x8086, 0xffff));
	assert_null(facts_id_find(0x0000, 0x0000));
	assert_null(facts_id_find(0xffff, 0xffff));
	assert_null(facts_family_of(0x1234, 0x5678));
}

static void test_flags(void **state)
{
	assert_true(facts_id_find(0x8086, 0xe209)->flags & ID_NOT_IN_MEDIA);
	assert_false(facts_id_find(0x8086, 0xe209)->flags & ID_NOT_IN_KERNEL);
	assert_true(facts_id_find(0x8086, 0xe215)->flags & ID_NOT_IN_KERNEL);
	assert_true(facts_id_find(0x8086, 0x56af)->flags & ID_NOT_IN_KERNEL);
	assert_string_equal(facts_id_find(0x8086, 0x56af)->name, "Arc A760A");
	assert_int_equal(facts_id_find(0x8086, 0xe20b)->flags, 0);
	assert_true(facts_id_find(0x1002, 0x74b5)->flags & ID_VIRTUAL_FUNCTION);
	assert_false(facts_id_find(0x1002, 0x74a1)->flags & ID_VIRTUAL_FUNCTION);
	assert_true(facts_family_of(0x8086, 0xe20b)->flags & FAMILY_CARD_SWITCH);
	assert_true(facts_family_of(0x8086, 0x9a49)->flags & FAMILY_HUC_BY_OPTION);
	assert_false(facts_family_of(0x8086, 0x46a6)->flags & FAMILY_HUC_BY_OPTION);
	assert_true(facts_family_of(0x8086, 0x674c)->flags & FAMILY_NOT_DISPLAY);
}

/* Ponte Vecchio and the graphics of Atom D2000 have the same numbers. */
static void test_numbers_given_twice(void **state)
{
	static const uint16_t twice[] = {0x0be0, 0x0be1, 0x0be5};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(twice); i++) {
		assert_true(facts_id_find(0x8086, twice[i])->flags & ID_NAME_MISLEADS);
		assert_string_equal(facts_family_of(0x8086, twice[i])->key, "pvc");
		assert_string_equal(facts_family_at(0x8086, twice[i], 0x038000)->key, "pvc");
		assert_string_equal(facts_family_at(0x8086, twice[i], 0x030000)->key, "cedarview");
	}
	assert_string_equal(facts_family_at(0x8086, 0xe20b, 0x030000)->key, "bmg-g21");
	assert_null(facts_family_at(0x8086, 0xffff, 0x030000));
}

static void expect_display(uint16_t vendor, uint16_t device, enum gpu_kind kind)
{
	const struct facts_display *d = facts_display_find(vendor, device);

	if (!d || d->kind != kind)
		fail_msg("%04x:%04x is kind %d", vendor, device, d ? (int)d->kind : -1);
	assert_null(facts_family_of(vendor, device));
}

static void test_displays(void **state)
{
	expect_display(0x1a03, 0x2000, GPU_KIND_BMC);
	expect_display(0x102b, 0x0522, GPU_KIND_BMC);
	expect_display(0x102b, 0x0538, GPU_KIND_BMC);
	expect_display(0x1002, 0x515e, GPU_KIND_BMC);
	expect_display(0x1002, 0x4752, GPU_KIND_BMC);
	expect_display(0x18ca, 0x0021, GPU_KIND_BMC);
	expect_display(0x19e5, 0x1711, GPU_KIND_BMC);
	expect_display(0x126f, 0x0750, GPU_KIND_BMC);
	expect_display(0x1013, 0x00b8, GPU_KIND_VIRTUAL);
	expect_display(0x1234, 0x1111, GPU_KIND_VIRTUAL);
	expect_display(0x1af4, 0x1050, GPU_KIND_VIRTUAL);
	expect_display(0x1b36, 0x0100, GPU_KIND_VIRTUAL);
	expect_display(0x15ad, 0x0405, GPU_KIND_VIRTUAL);
	expect_display(0x80ee, 0xbeef, GPU_KIND_VIRTUAL);
	expect_display(0x1414, 0x5353, GPU_KIND_VIRTUAL);
	expect_display(0x8086, 0x7d1d, GPU_KIND_NPU);
	expect_display(0x8086, 0x643e, GPU_KIND_NPU);
	expect_display(0x1022, 0x1502, GPU_KIND_NPU);
	expect_display(0x1022, 0x17f0, GPU_KIND_NPU);
	assert_null(facts_display_find(0x1b36, 0x000d)); /* QEMU's USB */
	assert_null(facts_display_find(0x1af4, 0x1041)); /* virtio network */
	assert_null(facts_display_find(0x102b, 0x0521)); /* a G200 for desktops */
}

static void test_vendors(void **state)
{
	assert_int_equal(facts_vendor_of(0x10de), GPU_VENDOR_NVIDIA);
	assert_int_equal(facts_vendor_of(0x1002), GPU_VENDOR_AMD);
	assert_int_equal(facts_vendor_of(0x1022), GPU_VENDOR_AMD);
	assert_int_equal(facts_vendor_of(0x8086), GPU_VENDOR_INTEL);
	assert_int_equal(facts_vendor_of(0x1ed5), GPU_VENDOR_OTHER);
	assert_int_equal(facts_vendor_of(0x4242), GPU_VENDOR_OTHER);
	assert_string_equal(facts_vendor_name(0x1ed5), "Moore Threads");
	assert_null(facts_vendor_name(0x4242));
	assert_string_equal(facts_family_of(0x1ed5, 0x0201)->family, "Moore Threads Chunxiao");
}

static void test_drivers(void **state)
{
	assert_string_equal(facts_driver_find("nvidia-drm")->name, "nvidia_drm");
	assert_string_equal(facts_driver_find("vfio_pci")->role, "passthrough");
	assert_string_equal(facts_driver_find("bochs")->name, "bochs-drm");
	assert_string_equal(facts_driver_find("nova_core")->name, "NovaCore");
	assert_string_equal(facts_driver_find("i915")->rivals, "xe");
	assert_null(facts_driver_find("i91"));
	assert_null(facts_driver_find("i9155"));
	assert_null(facts_driver_find(""));
	assert_null(facts_driver_find(NULL));
}

static unsigned since(const char *family, const char *driver)
{
	const struct facts_kernel *k = facts_kernel_find(family, driver);

	assert_non_null(k);
	return k->since;
}

static void test_kernels(void **state)
{
	assert_int_equal(since("bmg-g21", "xe"), 6 << 16 | 12 << 8);
	assert_int_equal(since("dg2-g10", "i915"), 6 << 16 | 2 << 8);
	assert_int_equal(since("mtl", "i915"), 6 << 16 | 7 << 8);
	assert_int_equal(since("ptl", "xe"), 6 << 16 | 17 << 8);
	assert_true(facts_kernel_find("dg2-g11", "xe")->force_probe);
	assert_true(facts_kernel_find("ats-m", "i915")->force_probe);
	assert_true(facts_kernel_find("nvl-p", "xe")->force_probe);
	assert_false(facts_kernel_find("lnl", "xe")->force_probe);
	assert_null(facts_kernel_find("bmg-g21", "i915"));
	assert_null(facts_kernel_find("skl", "xe"));
	assert_null(facts_kernel_find(NULL, "xe"));
	assert_int_equal(since("gb202", "nouveau"), 6 << 16 | 16 << 8);
	assert_int_equal(since("gb20b", "nouveau"), 0);
}

static bool firmware(const char *family, const char *driver, const char *file, bool required)
{
	const struct facts_firmware *f;

	for (f = facts_firmwares; f->family; f++)
		if (facts_family_fits(f->family, family) && str_eq(f->driver, driver) && str_eq(f->file, file))
			return f->required == required;
	return false;
}

static void test_firmware(void **state)
{
	assert_true(firmware("bmg-g21", "xe", "xe/bmg_guc_70.bin", true));
	assert_true(firmware("bmg-g31", "xe", "xe/bmg_huc.bin", false));
	assert_true(firmware("bmg-g21", "xe", "i915/bmg_dmc.bin", false));
	assert_true(firmware("lnl", "xe", "xe/lnl_gsc_1.bin", false));
	assert_true(firmware("adl-n", "i915", "i915/adlp_guc_70.bin", true));
	assert_true(firmware("adl-n", "xe", "i915/tgl_guc_70.bin", true));
	assert_true(firmware("skl", "i915", "i915/skl_guc_70.1.1.bin", false));
	assert_false(firmware("dg2-g10", "xe", "i915/dg2_huc_gsc.bin", false));
	assert_true(firmware("dg2-g10", "i915", "i915/dg2_huc_gsc.bin", false));
	assert_true(firmware("navi48", "amdgpu", "amdgpu/gc_12_0_1_pfp.bin", true));
	assert_true(firmware("ad102", "nouveau", "nvidia/ad102/gsp/gsp-535.113.01.bin", true));
}

static void test_patterns(void **state)
{
	assert_true(facts_family_fits("dg2-*", "dg2-g10"));
	assert_true(facts_family_fits("*", "dg2-g10"));
	assert_true(facts_family_fits("skl", "skl"));
	assert_false(facts_family_fits("skl", "sklx"));
	assert_false(facts_family_fits("dg2-*", "dg1"));
	assert_false(facts_family_fits("", "dg1"));
}

/* Whatever the lookups skip over, halving finds each row by its first and its last number. */
static void test_every_row_is_found(void **state)
{
	const struct facts_id *r;

	for (r = facts_ids; r->source; r++) {
		assert_ptr_equal(facts_id_find(r->vendor, r->first), r);
		assert_ptr_equal(facts_id_find(r->vendor, r->last), r);
		assert_non_null(facts_family_find(r->family));
	}
	assert_int_equal(r - facts_ids, facts_n_ids);
	for (r = facts_blocks; r->source; r++)
		assert_string_equal(facts_id_find(r->vendor, r->last)->family, r->family);
	assert_int_equal(r - facts_blocks, facts_n_blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_intel),
		cmocka_unit_test(test_amd),
		cmocka_unit_test(test_nvidia),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_numbers_given_twice),
		cmocka_unit_test(test_displays),
		cmocka_unit_test(test_vendors),
		cmocka_unit_test(test_drivers),
		cmocka_unit_test(test_kernels),
		cmocka_unit_test(test_firmware),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_every_row_is_found),
	};

	return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}
