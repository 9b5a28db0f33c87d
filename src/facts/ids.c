/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device ids: the known ones with their names, and the blocks of numbers that vendors give to a chip, so that a card
 * that is newer than these tables still has its family. Both are sorted by vendor and first id; tools/check-facts
 * holds them to it. The rows of the three large vendors are in ids-*.inc and blocks-*.inc, a line each.
 */
#include "facts/facts.h"

#define ROW(vendor_, first_, last_, family_, name_, flags_, source_) \
	{.vendor = vendor_, .first = 0x##first_, .last = 0x##last_, .family = family_, .name = name_, \
	 .flags = flags_, .source = source_},
#define LOONGSON(first, last, family, name) ROW(0x0014, first, last, family, name, 0, "pci.ids")
#define JINGJIA(first, last, family, name) ROW(0x0731, first, last, family, name, 0, "pci.ids")
#define JOINT(first, last, family, name) ROW(0x12d2, first, last, family, name, 0, "pci.ids")
#define ZHAOXIN(first, last, family, name) ROW(0x1d17, first, last, family, name, 0, "pci.ids")
#define MOORE(first, last, family, name) ROW(0x1ed5, first, last, family, name, 0, "pci.ids")
#define GLENFLY(first, last, family, name) ROW(0x6766, first, last, family, name, 0, "pci.ids")

const struct facts_id facts_ids[] = {
	LOONGSON(7A05, 7A05, "loongson-gc1000", "GC1000 (2K1000)")
	LOONGSON(7A06, 7A06, "loongson-dc", "Display Controller (2K1000/7A1000)")
	LOONGSON(7A15, 7A15, "loongson-gc1000", "GC1000 (7A1000)")
	LOONGSON(7A25, 7A25, "loongson-lg100", "LG100")
	LOONGSON(7A35, 7A35, "loongson-lg200", "LG200")
	LOONGSON(7A36, 7A36, "loongson-dc", "Display Controller (2K2000/7A2000)")
	LOONGSON(7A46, 7A46, "loongson-dc", "Display Controller (2K3000)")
	JINGJIA(7200, 7200, "jingjia-jm7200", "JM7200")
	JINGJIA(9100, 9100, "jingjia-jm9100", "JM9100")
	JINGJIA(910A, 910A, "jingjia-jm9100", "JH910")
	JINGJIA(9200, 9200, "jingjia-jm9200", "JM9200")
	JINGJIA(920A, 920C, "jingjia-jm9200", "JH920")
	JINGJIA(9210, 9211, "jingjia-jm9200", "JM9210")
	JINGJIA(9230, 9231, "jingjia-jm9200", "JM9230")
	JINGJIA(9250, 9250, "jingjia-jm9200", "JM9250")
#define DRIVER(f, l, k, n, fl) ROW(0x1002, f, l, k, n, fl, "drivers/gpu/drm/{amd/amdgpu/amdgpu_drv.c,radeon}")
#define PCIIDS(f, l, k, n, fl) ROW(0x1002, f, l, k, n, fl, "pci.ids")
#include "facts/ids-amd.inc"
#undef DRIVER
#undef PCIIDS
#define README(f, l, k, n, fl) ROW(0x10de, f, l, k, n, fl, "NVIDIA/open-gpu-kernel-modules README.md 595.45.04")
#define PCIIDS(f, l, k, n, fl) ROW(0x10de, f, l, k, n, fl, "pci.ids")
#include "facts/ids-nvidia.inc"
#undef README
#undef PCIIDS
	JOINT(0008, 0009, "nv1", "NV1")
	JOINT(0018, 0019, "riva128", "Riva 128")
	JOINT(0020, 002C, "fahrenheit", "Riva TNT/TNT2/Vanta")
	JOINT(00A0, 00A0, "fahrenheit", "Aladdin TNT2")
	ZHAOXIN(3A02, 3A02, "zhaoxin-c320", "C-320 (ZX-100)")
	ZHAOXIN(3A03, 3A03, "zhaoxin-c860", "C-860 (ZX-D)")
	ZHAOXIN(3A04, 3A04, "zhaoxin-c960", "C-960 (KX-6000)")
	ZHAOXIN(3A05, 3A05, "zhaoxin-c1190", "C-1190 (KX-7000)")
	ZHAOXIN(3D01, 3D01, "zhaoxin-c1080", "C-1080 (KX-6000G)")
	MOORE(0100, 0101, "mtt-sudi", "MTT S10")
	MOORE(0102, 0102, "mtt-sudi", "MTT S30")
	MOORE(0105, 0105, "mtt-sudi", "MTT S50")
	MOORE(0106, 0106, "mtt-sudi", "MTT S60")
	MOORE(0111, 0111, "mtt-sudi", "MTT S100")
	MOORE(0121, 0122, "mtt-sudi", "MTT S1000")
	MOORE(0123, 0123, "mtt-sudi", "MTT S2000")
	MOORE(0200, 0201, "mtt-chunxiao", "MTT S80")
	MOORE(0202, 0202, "mtt-chunxiao", "MTT S70")
	MOORE(0203, 0203, "mtt-chunxiao", "MTT S60")
	MOORE(0211, 0211, "mtt-chunxiao", "MTT X300")
	MOORE(0222, 0222, "mtt-chunxiao", "MTT S3000")
	MOORE(0225, 0225, "mtt-chunxiao", "MTT S3000E")
	MOORE(0300, 0301, "mtt-quyuan", "MTT S90")
	MOORE(0313, 0313, "mtt-quyuan", "MTT X500")
	MOORE(0323, 0328, "mtt-quyuan", "MTT S4000")
	GLENFLY(3D00, 3D00, "glenfly-arise1", "Arise-GT-10C0")
	GLENFLY(3D02, 3D02, "glenfly-arise1", "Arise1020")
	GLENFLY(3D03, 3D03, "glenfly-arise1", "Arise-GT-1040")
	GLENFLY(3D04, 3D04, "glenfly-arise1", "Arise1010")
	GLENFLY(3D05, 3D05, "glenfly-arise2", "Arise2050")
	GLENFLY(3D06, 3D06, "glenfly-arise1", "Arise-GT-10C0t")
	GLENFLY(3D07, 3D07, "glenfly-arise2", "Arise2030")
	GLENFLY(3D08, 3D09, "glenfly-arise2", "Arise2020")
	GLENFLY(3D0E, 3D0E, "glenfly-arise1", "Arise10D0")
#define HEADER(f, l, k, n, fl) ROW(0x8086, f, l, k, n, fl, "include/drm/intel/pciids.h")
#define USER(f, l, k, n, fl) ROW(0x8086, f, l, k, n, fl, "intel/compute-runtime devices_base.inl")
#define PSB(f, l, k, n, fl) ROW(0x8086, f, l, k, n, fl, "drivers/gpu/drm/gma500/psb_drv.c, pci.ids")
#define PCIIDS(f, l, k, n, fl) ROW(0x8086, f, l, k, n, fl, "pci.ids")
#define VGA(first_, last_, family_, name_, flags_, vga_) \
	{.vendor = 0x8086, .first = 0x##first_, .last = 0x##last_, .family = family_, .name = name_, \
	 .vga_family = vga_, .flags = flags_, .source = "include/drm/intel/pciids.h, pci.ids"},
#include "facts/ids-intel.inc"
	{.source = NULL},
};
const uint32_t facts_n_ids = ARRAY_LEN(facts_ids) - 1;

#undef ROW
#define ROW(vendor_, first_, last_, family_) \
	{.vendor = vendor_, .first = 0x##first_, .last = 0x##last_, .family = family_, .flags = ID_BLOCK, .source = "pci.ids"},

const struct facts_id facts_blocks[] = {
#define BLOCK(f, l, k) ROW(0x1002, f, l, k)
#include "facts/blocks-amd.inc"
#undef BLOCK
#define BLOCK(f, l, k) ROW(0x10de, f, l, k)
#include "facts/blocks-nvidia.inc"
#undef BLOCK
	{.source = NULL},
};
const uint32_t facts_n_blocks = ARRAY_LEN(facts_blocks) - 1;
