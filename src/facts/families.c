/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GPU families. One row for each chip from about 2012 on, one for each generation before. `drivers` are the kernel's
 * drivers, best first; where Linux has none, it is "".
 */
#include "facts/facts.h"

#define D GPU_KIND_DISCRETE
#define I GPU_KIND_INTEGRATED

#define INTEL(key_, family_, architecture_, kind_, drivers_, flags_) \
	{.key = key_, .vendor = GPU_VENDOR_INTEL, .family = family_, .architecture = architecture_, .kind = kind_, \
	 .drivers = drivers_, .flags = flags_, .source = "include/drm/intel/pciids.h, i915_pci.c, xe_pci.c"},
#define HUC FAMILY_HUC_BY_OPTION
#define ARC FAMILY_CARD_SWITCH | FAMILY_NEEDS_REBAR

#define AMD(key_, family_, architecture_, kind_, drivers_, flags_) \
	{.key = key_, .vendor = GPU_VENDOR_AMD, .family = family_, .architecture = architecture_, .kind = kind_, \
	 .drivers = drivers_, .flags = flags_, .source = "drivers/gpu/drm/radeon, drivers/gpu/drm/amd, pci.ids"},
/* From Vega on, the GPU sits behind a switch in its own package (amdgpu_device.c looks past it for the link, too). */
#define SWITCH FAMILY_CARD_SWITCH

#define NVIDIA(key_, family_, architecture_, kind_, drivers_, branches_, first_, last_) \
	{.key = key_, .vendor = GPU_VENDOR_NVIDIA, .family = family_, .architecture = architecture_, .kind = kind_, \
	 .drivers = drivers_, .branches = branches_, .branch_first = first_, .branch_last = last_, \
	 .source = "pci.ids, nouveau, NVIDIA's lists of supported and legacy GPUs"},
#define OLD(key, family, drivers, branches, last) \
	NVIDIA(key, family, family, D, drivers, branches, 0, last)
#define LEGACY(key, family, architecture, last) \
	NVIDIA(key, family, architecture, D, "nouveau nvidia", "legacy-" #last, 0, last)
/* The last branch for these is 580; only the proprietary module knows them. */
#define LAST580(key, family, architecture, first) \
	NVIDIA(key, family, architecture, D, "nvidia nouveau", "proprietary", first, 580)
#define EITHER(key, family, architecture, kind, first) \
	NVIDIA(key, family, architecture, kind, "nvidia nouveau", "open proprietary", first, 0)
#define OPEN(key, family, architecture, kind, first) \
	NVIDIA(key, family, architecture, kind, "nvidia nouveau", "open", first, 0)

#define OTHER(key_, family_, kind_, drivers_) \
	{.key = key_, .vendor = GPU_VENDOR_OTHER, .family = family_, .architecture = family_, .kind = kind_, \
	 .drivers = drivers_, .source = "pci.ids"},

const struct facts_family facts_families[] = {
	/* Intel */
	INTEL("i740", "i740", "i740", D, "", 0)
	INTEL("i810", "i810/i815", "Gen1", I, "", 0)
	INTEL("gen2", "Extreme Graphics", "Gen2", I, "i915", 0)
	INTEL("gen3", "GMA 900/950/3100", "Gen3", I, "i915", 0)
	INTEL("pnv", "Pineview", "Gen3", I, "i915", 0)
	INTEL("gen4", "GMA X3000/X3500/X4500", "Gen4", I, "i915", 0)
	INTEL("ilk", "Ironlake", "Gen5", I, "i915", 0)
	INTEL("snb", "Sandy Bridge", "Gen6", I, "i915", 0)
	INTEL("ivb", "Ivy Bridge", "Gen7", I, "i915", 0)
	INTEL("vlv", "Bay Trail", "Gen7", I, "i915", 0)
	INTEL("hsw", "Haswell", "Gen7.5", I, "i915", 0)
	INTEL("bdw", "Broadwell", "Gen8", I, "i915", 0)
	INTEL("chv", "Cherryview", "Gen8", I, "i915", 0)
	INTEL("poulsbo", "Poulsbo", "PowerVR SGX535", I, "gma500", 0)
	INTEL("tunnel-creek", "Tunnel Creek", "PowerVR SGX535", I, "gma500", 0)
	INTEL("moorestown", "Moorestown", "PowerVR SGX535", I, "gma500", 0)
	INTEL("medfield", "Medfield", "PowerVR SGX540", I, "", 0)
	INTEL("cloverview", "Cloverview", "PowerVR SGX545", I, "", 0)
	INTEL("cedarview", "Cedarview", "PowerVR SGX545", I, "gma500", 0)
	INTEL("skl", "Skylake", "Gen9", I, "i915", HUC)
	INTEL("bxt", "Apollo Lake", "Gen9", I, "i915", HUC)
	INTEL("glk", "Gemini Lake", "Gen9", I, "i915", HUC)
	INTEL("kbl", "Kaby Lake", "Gen9.5", I, "i915", HUC)
	INTEL("cfl", "Coffee Lake", "Gen9.5", I, "i915", HUC)
	INTEL("whl", "Whiskey Lake", "Gen9.5", I, "i915", HUC)
	INTEL("cml", "Comet Lake", "Gen9.5", I, "i915", HUC)
	INTEL("cnl", "Cannon Lake", "Gen10", I, "", 0)
	INTEL("icl", "Ice Lake", "Gen11", I, "i915", HUC)
	INTEL("ehl", "Elkhart Lake", "Gen11", I, "i915", HUC)
	INTEL("jsl", "Jasper Lake", "Gen11", I, "i915", HUC)
	INTEL("lkf", "Lakefield", "Gen11", I, "", 0)
	INTEL("tgl", "Tiger Lake", "Xe-LP 12.0", I, "i915 xe", HUC)
	INTEL("rkl", "Rocket Lake", "Xe-LP 12.0", I, "i915 xe", HUC)
	INTEL("dg1", "DG1", "Xe-LP 12.10", D, "i915 xe", 0)
	INTEL("adl-s", "Alder Lake-S", "Xe-LP 12.0", I, "i915 xe", 0)
	INTEL("adl-p", "Alder Lake-P", "Xe-LP 12.0", I, "i915 xe", 0)
	INTEL("adl-n", "Alder Lake-N", "Xe-LP 12.0", I, "i915 xe", 0)
	INTEL("rpl-s", "Raptor Lake-S", "Xe-LP 12.0", I, "i915 xe", 0)
	INTEL("rpl-p", "Raptor Lake-P", "Xe-LP 12.0", I, "i915 xe", 0)
	INTEL("rpl-u", "Raptor Lake-U", "Xe-LP 12.0", I, "i915 xe", 0)
	INTEL("dg2-g10", "Alchemist", "Xe-HPG 12.55 (DG2-G10)", D, "i915 xe", ARC)
	INTEL("dg2-g11", "Alchemist", "Xe-HPG 12.55 (DG2-G11)", D, "i915 xe", ARC)
	INTEL("dg2-g12", "Alchemist", "Xe-HPG 12.55 (DG2-G12)", D, "i915 xe", ARC)
	INTEL("ats-m", "Arctic Sound-M", "Xe-HPG 12.55", D, "i915 xe", ARC)
	INTEL("pvc", "Ponte Vecchio", "Xe-HPC 12.60", D, "i915 xe", 0)
	INTEL("mtl", "Meteor Lake", "Xe-LPG 12.70", I, "i915 xe", 0)
	INTEL("arl-s", "Arrow Lake-S", "Xe-LPG 12.70", I, "i915 xe", 0)
	INTEL("arl-h", "Arrow Lake-H", "Xe-LPG+ 12.74", I, "i915 xe", 0)
	INTEL("arl-u", "Arrow Lake-U", "Xe-LPG 12.70", I, "i915 xe", 0)
	INTEL("lnl", "Lunar Lake", "Xe2-LPG 20.04", I, "xe", 0)
	INTEL("bmg-g21", "Battlemage", "Xe2-HPG 20.01 (G21)", D, "xe", ARC)
	INTEL("bmg-g31", "Battlemage", "Xe2-HPG 20.02 (G31)", D, "xe", ARC)
	INTEL("ptl", "Panther Lake", "Xe3 30.00", I, "xe", 0)
	INTEL("wcl", "Wildcat Lake", "Xe3 30.03", I, "xe", 0)
	INTEL("nvl-s", "Nova Lake-S", "Xe3 30.05", I, "xe", 0)
	INTEL("nvl-p", "Nova Lake-P", "Xe3p 35.10", I, "xe", 0)
	INTEL("cri", "Crescent Island", "Xe3p 35.11", D, "xe", FAMILY_NOT_DISPLAY | FAMILY_NEEDS_REBAR)

	/* AMD and ATI */
	AMD("mach64", "Mach64", "Mach64, 3D Rage", D, "", 0)
	AMD("rage128", "Rage 128", "Rage 128", D, "", 0)
	AMD("r100", "R100", "R100", D, "radeon", 0)
	AMD("r100-igp", "R100", "R100", I, "radeon", 0)
	AMD("r200", "R200", "R200", D, "radeon", 0)
	AMD("r200-igp", "R200", "R200", I, "radeon", 0)
	AMD("r300", "R300", "R300", D, "radeon", 0)
	AMD("r300-igp", "R300", "R300", I, "radeon", 0)
	AMD("r400", "R400", "R400", D, "radeon", 0)
	AMD("r400-igp", "R400", "R400", I, "radeon", 0)
	AMD("r500", "R500", "R500", D, "radeon", 0)
	AMD("r600", "TeraScale", "R600", D, "radeon", 0)
	AMD("r600-igp", "TeraScale", "R600", I, "radeon", 0)
	AMD("r700", "TeraScale", "R700", D, "radeon", 0)
	AMD("evergreen", "TeraScale 2", "Evergreen", D, "radeon", 0)
	AMD("evergreen-apu", "TeraScale 2", "Evergreen", I, "radeon", 0)
	AMD("northern-islands", "TeraScale 2", "Northern Islands", D, "radeon", 0)
	AMD("cayman", "TeraScale 3", "Cayman", D, "radeon", 0)
	AMD("trinity", "TeraScale 3", "Trinity", I, "radeon", 0)
	AMD("tahiti", "GCN 1", "gfx600 Tahiti", D, "amdgpu radeon", 0)
	AMD("pitcairn", "GCN 1", "gfx601 Pitcairn", D, "amdgpu radeon", 0)
	AMD("cape-verde", "GCN 1", "gfx601 Cape Verde", D, "amdgpu radeon", 0)
	AMD("oland", "GCN 1", "gfx602 Oland", D, "amdgpu radeon", 0)
	AMD("hainan", "GCN 1", "gfx602 Hainan", D, "amdgpu radeon", 0)
	AMD("bonaire", "GCN 2", "gfx704 Bonaire", D, "amdgpu radeon", 0)
	AMD("hawaii", "GCN 2", "gfx701 Hawaii", D, "amdgpu radeon", 0)
	AMD("kaveri", "GCN 2", "gfx700 Kaveri", I, "radeon amdgpu", 0)
	AMD("kabini", "GCN 2", "gfx703 Kabini", I, "radeon amdgpu", 0)
	AMD("mullins", "GCN 2", "gfx703 Mullins", I, "radeon amdgpu", 0)
	AMD("topaz", "GCN 3", "gfx802 Topaz", D, "amdgpu", 0)
	AMD("tonga", "GCN 3", "gfx802 Tonga", D, "amdgpu", 0)
	AMD("fiji", "GCN 3", "gfx803 Fiji", D, "amdgpu", 0)
	AMD("carrizo", "GCN 3", "gfx801 Carrizo", I, "amdgpu", 0)
	AMD("stoney", "GCN 3", "gfx810 Stoney Ridge", I, "amdgpu", 0)
	AMD("polaris10", "GCN 4", "gfx803 Polaris 10", D, "amdgpu", 0)
	AMD("polaris11", "GCN 4", "gfx803 Polaris 11", D, "amdgpu", 0)
	AMD("polaris12", "GCN 4", "gfx803 Polaris 12", D, "amdgpu", 0)
	AMD("vegam", "GCN 4", "gfx803 Polaris 22", D, "amdgpu", 0)
	AMD("vega10", "GCN 5", "gfx900 Vega 10", D, "amdgpu", SWITCH)
	AMD("vega12", "GCN 5", "gfx904 Vega 12", D, "amdgpu", SWITCH)
	AMD("vega20", "GCN 5", "gfx906 Vega 20", D, "amdgpu", SWITCH)
	AMD("raven", "GCN 5", "gfx902 Raven Ridge", I, "amdgpu", 0)
	AMD("picasso", "GCN 5", "gfx902 Picasso", I, "amdgpu", 0)
	AMD("fenghuang", "GCN 5", "gfx902 Fenghuang", I, "amdgpu", 0)
	AMD("renoir", "GCN 5", "gfx90c Renoir", I, "amdgpu", 0)
	AMD("cezanne", "GCN 5", "gfx90c Cezanne", I, "amdgpu", 0)
	AMD("console-gcn", "GCN", "console APU", I, "", 0)
	AMD("arcturus", "CDNA", "gfx908 Arcturus", D, "amdgpu", SWITCH)
	AMD("aldebaran", "CDNA 2", "gfx90a Aldebaran", D, "amdgpu", 0)
	AMD("aqua-vanjaram", "CDNA 3", "gfx942 Aqua Vanjaram", D, "amdgpu", FAMILY_NOT_DISPLAY)
	AMD("mi300a", "CDNA 3", "gfx942 Aqua Vanjaram", I, "amdgpu", FAMILY_NOT_DISPLAY)
	AMD("mi350", "CDNA 4", "gfx950", D, "amdgpu", FAMILY_NOT_DISPLAY)
	AMD("navi10", "RDNA 1", "gfx1010 Navi 10", D, "amdgpu", SWITCH)
	AMD("navi12", "RDNA 1", "gfx1011 Navi 12", D, "amdgpu", SWITCH)
	AMD("navi14", "RDNA 1", "gfx1012 Navi 14", D, "amdgpu", SWITCH)
	AMD("ariel", "RDNA 1", "gfx1013 Ariel", I, "", 0)
	AMD("cyan-skillfish", "RDNA 1", "gfx1013 Cyan Skillfish", I, "amdgpu", 0)
	AMD("navi21", "RDNA 2", "gfx1030 Navi 21", D, "amdgpu", SWITCH)
	AMD("navi22", "RDNA 2", "gfx1031 Navi 22", D, "amdgpu", SWITCH)
	AMD("navi23", "RDNA 2", "gfx1032 Navi 23", D, "amdgpu", SWITCH)
	AMD("navi24", "RDNA 2", "gfx1034 Navi 24", D, "amdgpu", SWITCH)
	AMD("vangogh", "RDNA 2", "gfx1033 Van Gogh", I, "amdgpu", 0)
	AMD("rembrandt", "RDNA 2", "gfx1035 Rembrandt", I, "amdgpu", 0)
	AMD("raphael", "RDNA 2", "gfx1036 Raphael", I, "amdgpu", 0)
	AMD("mendocino", "RDNA 2", "gfx1036 Mendocino", I, "amdgpu", 0)
	AMD("navi31", "RDNA 3", "gfx1100 Navi 31", D, "amdgpu", SWITCH)
	AMD("navi32", "RDNA 3", "gfx1101 Navi 32", D, "amdgpu", SWITCH)
	AMD("navi33", "RDNA 3", "gfx1102 Navi 33", D, "amdgpu", SWITCH)
	AMD("phoenix", "RDNA 3", "gfx1103 Phoenix", I, "amdgpu", 0)
	AMD("phoenix2", "RDNA 3", "gfx1103 Phoenix 2", I, "amdgpu", 0)
	AMD("strix", "RDNA 3.5", "gfx1150 Strix", I, "amdgpu", 0)
	AMD("strix-halo", "RDNA 3.5", "gfx1151 Strix Halo", I, "amdgpu", 0)
	AMD("krackan", "RDNA 3.5", "gfx1152 Krackan", I, "amdgpu", 0)
	AMD("krackan2", "RDNA 3.5", "gfx1153 Krackan 2", I, "amdgpu", 0)
	AMD("navi44", "RDNA 4", "gfx1200 Navi 44", D, "amdgpu", SWITCH)
	AMD("navi48", "RDNA 4", "gfx1201 Navi 48", D, "amdgpu", SWITCH)

	/* NVIDIA */
	OLD("nv1", "NV1", "", NULL, 0)
	OLD("riva128", "Riva 128", "", NULL, 0)
	OLD("fahrenheit", "Fahrenheit", "nouveau nvidia", "legacy-71", 71)
	OLD("celsius", "Celsius", "nouveau nvidia", "legacy-96", 96)
	NVIDIA("celsius-igp", "Celsius", "Celsius", I, "nouveau nvidia", "legacy-96", 0, 96)
	OLD("kelvin", "Kelvin", "nouveau nvidia", "legacy-96", 96)
	OLD("rankine", "Rankine", "nouveau nvidia", "legacy-173", 173)
	OLD("curie", "Curie", "nouveau nvidia", "legacy-304", 304)
	NVIDIA("curie-igp", "Curie", "Curie", I, "nouveau nvidia", "legacy-304", 0, 304)
	OLD("tesla", "Tesla", "nouveau nvidia", "legacy-340", 340)
	NVIDIA("tesla-igp", "Tesla", "Tesla", I, "nouveau nvidia", "legacy-340", 0, 340)
	LEGACY("gf100", "Fermi", "GF100", 390)
	LEGACY("gf104", "Fermi", "GF104", 390)
	LEGACY("gf106", "Fermi", "GF106", 390)
	LEGACY("gf108", "Fermi", "GF108", 390)
	LEGACY("gf110", "Fermi", "GF110", 390)
	LEGACY("gf114", "Fermi", "GF114", 390)
	LEGACY("gf116", "Fermi", "GF116", 390)
	LEGACY("gf117", "Fermi", "GF117", 390)
	LEGACY("gf119", "Fermi", "GF119", 390)
	LEGACY("gk104", "Kepler", "GK104", 470)
	LEGACY("gk106", "Kepler", "GK106", 470)
	LEGACY("gk107", "Kepler", "GK107", 470)
	LEGACY("gk110", "Kepler", "GK110", 470)
	LEGACY("gk208", "Kepler", "GK208", 470)
	LEGACY("gk210", "Kepler", "GK210", 470)
	LAST580("gm107", "Maxwell", "GM107", 331)
	LAST580("gm108", "Maxwell", "GM108", 331)
	LAST580("gm200", "Maxwell", "GM200", 346)
	LAST580("gm204", "Maxwell", "GM204", 343)
	LAST580("gm206", "Maxwell", "GM206", 346)
	LAST580("gp100", "Pascal", "GP100", 361)
	LAST580("gp102", "Pascal", "GP102", 367)
	LAST580("gp104", "Pascal", "GP104", 367)
	LAST580("gp106", "Pascal", "GP106", 367)
	LAST580("gp107", "Pascal", "GP107", 367)
	LAST580("gp108", "Pascal", "GP108", 375)
	LAST580("gv100", "Volta", "GV100", 384)
	EITHER("tu102", "Turing", "TU102", D, 410)
	EITHER("tu104", "Turing", "TU104", D, 410)
	EITHER("tu106", "Turing", "TU106", D, 410)
	EITHER("tu116", "Turing", "TU116", D, 418)
	EITHER("tu117", "Turing", "TU117", D, 418)
	EITHER("ga100", "Ampere", "GA100", D, 450)
	EITHER("ga102", "Ampere", "GA102", D, 455)
	EITHER("ga103", "Ampere", "GA103", D, 460)
	EITHER("ga104", "Ampere", "GA104", D, 455)
	EITHER("ga106", "Ampere", "GA106", D, 460)
	EITHER("ga107", "Ampere", "GA107", D, 460)
	EITHER("ad102", "Ada Lovelace", "AD102", D, 520)
	EITHER("ad103", "Ada Lovelace", "AD103", D, 525)
	EITHER("ad104", "Ada Lovelace", "AD104", D, 525)
	EITHER("ad106", "Ada Lovelace", "AD106", D, 525)
	EITHER("ad107", "Ada Lovelace", "AD107", D, 525)
	EITHER("gh100", "Hopper", "GH100", D, 515)
	OPEN("gh100-grace", "Hopper", "GH100 with Grace", D, 525)
	OPEN("gb100", "Blackwell", "GB100", D, 560)
	OPEN("gb102", "Blackwell", "GB102", D, 560)
	OPEN("gb110", "Blackwell Ultra", "GB110", D, 575)
	OPEN("gb112", "Blackwell Ultra", "GB112", D, 575)
	OPEN("gb120", "Blackwell Ultra", "GB120", D, 575)
	OPEN("gb202", "Blackwell", "GB202", D, 570)
	OPEN("gb203", "Blackwell", "GB203", D, 570)
	OPEN("gb205", "Blackwell", "GB205", D, 570)
	OPEN("gb206", "Blackwell", "GB206", D, 570)
	OPEN("gb207", "Blackwell", "GB207", D, 570)
	OPEN("gb10b", "Blackwell", "GB10B (Thor)", I, 580)
	OPEN("gb20b", "Blackwell", "GB20B (GB10)", I, 580)
	OPEN("gr100", "Rubin", "GR100", D, 590)
	OPEN("gr102", "Rubin", "GR102", D, 590)

	/* Others */
	OTHER("mtt-sudi", "Moore Threads Sudi", D, "")
	OTHER("mtt-chunxiao", "Moore Threads Chunxiao", D, "")
	OTHER("mtt-quyuan", "Moore Threads Quyuan", D, "")
	OTHER("zhaoxin-c320", "Zhaoxin C-320", I, "")
	OTHER("zhaoxin-c860", "Zhaoxin C-860", I, "")
	OTHER("zhaoxin-c960", "Zhaoxin C-960", I, "")
	OTHER("zhaoxin-c1080", "Zhaoxin C-1080", I, "")
	OTHER("zhaoxin-c1190", "Zhaoxin C-1190", I, "")
	OTHER("glenfly-arise1", "Glenfly Arise 1", D, "")
	OTHER("glenfly-arise2", "Glenfly Arise 2", D, "")
	OTHER("jingjia-jm7200", "JingJia JM7200", D, "")
	OTHER("jingjia-jm9100", "JingJia JM9100", D, "")
	OTHER("jingjia-jm9200", "JingJia JM9200", D, "")
	OTHER("loongson-gc1000", "Vivante GC1000", I, "etnaviv")
	OTHER("loongson-lg100", "Loongson LG100", I, "")
	OTHER("loongson-lg200", "Loongson LG200", I, "")
	OTHER("loongson-dc", "Loongson display controller", I, "loongson")
	{.key = NULL},
};

const struct facts_vendor facts_vendors[] = {
	{0x10de, GPU_VENDOR_NVIDIA, "NVIDIA"},
	{0x12d2, GPU_VENDOR_NVIDIA, "NVIDIA/SGS-Thomson"},
	{0x1002, GPU_VENDOR_AMD, "AMD"},
	{0x1022, GPU_VENDOR_AMD, "AMD"},
	{0x8086, GPU_VENDOR_INTEL, "Intel"},
	{0x0014, GPU_VENDOR_OTHER, "Loongson"},
	{0x0731, GPU_VENDOR_OTHER, "JingJia"},
	{0x100b, GPU_VENDOR_OTHER, "National Semiconductor"},
	{0x1013, GPU_VENDOR_OTHER, "Cirrus Logic"},
	{0x1014, GPU_VENDOR_OTHER, "IBM"},
	{0x1023, GPU_VENDOR_OTHER, "Trident"},
	{0x102b, GPU_VENDOR_OTHER, "Matrox"},
	{0x1039, GPU_VENDOR_OTHER, "SiS"},
	{0x106b, GPU_VENDOR_OTHER, "Apple"},
	{0x10c8, GPU_VENDOR_OTHER, "NeoMagic"},
	{0x100c, GPU_VENDOR_OTHER, "Tseng Labs"},
	{0x104c, GPU_VENDOR_OTHER, "Texas Instruments"},
	{0x1106, GPU_VENDOR_OTHER, "VIA"},
	{0x1163, GPU_VENDOR_OTHER, "Rendition"},
	{0x121a, GPU_VENDOR_OTHER, "3dfx"},
	{0x1234, GPU_VENDOR_OTHER, "QEMU"},
	{0x126f, GPU_VENDOR_OTHER, "Silicon Motion"},
	{0x1414, GPU_VENDOR_OTHER, "Microsoft"},
	{0x15ad, GPU_VENDOR_OTHER, "VMware"},
	{0x17cb, GPU_VENDOR_OTHER, "Qualcomm"},
	{0x18ca, GPU_VENDOR_OTHER, "XGI"},
	{0x19a2, GPU_VENDOR_OTHER, "Emulex"},
	{0x19e5, GPU_VENDOR_OTHER, "Huawei"},
	{0x1a03, GPU_VENDOR_OTHER, "ASPEED"},
	{0x1ab8, GPU_VENDOR_OTHER, "Parallels"},
	{0x1af4, GPU_VENDOR_OTHER, "Red Hat"},
	{0x1b36, GPU_VENDOR_OTHER, "Red Hat"},
	{0x1d0f, GPU_VENDOR_OTHER, "Amazon"},
	{0x1d17, GPU_VENDOR_OTHER, "Zhaoxin"},
	{0x1da3, GPU_VENDOR_OTHER, "Habana Labs"},
	{0x1e60, GPU_VENDOR_OTHER, "Hailo"},
	{0x1ed5, GPU_VENDOR_OTHER, "Moore Threads"},
	{0x3d3d, GPU_VENDOR_OTHER, "3Dlabs"},
	{0x5333, GPU_VENDOR_OTHER, "S3"},
	{0x5853, GPU_VENDOR_OTHER, "XenSource"},
	{0x6766, GPU_VENDOR_OTHER, "Glenfly"},
	{0x80ee, GPU_VENDOR_OTHER, "VirtualBox"},
	{0xfb5d, GPU_VENDOR_OTHER, "bhyve"},
	{0, GPU_VENDOR_UNKNOWN, NULL},
};
