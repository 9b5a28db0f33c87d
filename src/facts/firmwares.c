/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Firmware files by family and driver, below /lib/firmware, without the suffix of a compressed one. A driver's own list
 * (modinfo -F firmware) goes first: this table says which of its files belongs to which GPU and what its absence costs.
 * The NVIDIA modules take theirs from a folder that is called after their version; only their own list knows it.
 */
#include "facts/facts.h"

#define ROW_OLDER(family_, driver_, kind_, file_, older_, required_, consequence_, source_) \
	{.family = family_, .driver = driver_, .kind = kind_, .file = file_, .older = older_, \
	 .required = required_, .consequence = consequence_, .source = source_},
#define ROW(family, driver, kind, file, required, consequence, source) \
	ROW_OLDER(family, driver, kind, file, NULL, required, consequence, source)

#define NO_GUC "i915 does without: GuC is off by default here"
#define NEED_GUC_I915 "i915 cannot submit work: the GPU is declared wedged"
#define NEED_GUC "the driver does not come up"
#define NO_HUC "no constant or variable bit rate (CBR, VBR) in low-power video encoding"
#define NO_GSC "no protected content, and HuC stays unloaded"
#define NO_DMC "display power states are off: the GPU draws more when idle, runtime suspend is off"

#define UC_I915 "drivers/gpu/drm/i915/gt/uc/intel_uc_fw.c"
#define UC_XE "drivers/gpu/drm/xe/xe_uc_fw.c"
#define DMC_C "drivers/gpu/drm/i915/display/intel_dmc.c"

#define GUC(family, file) ROW(family, "i915", "GuC", "i915/" file, false, NO_GUC, UC_I915)
#define GUC_ON(family, file, older) \
	ROW_OLDER(family, "i915", "GuC", "i915/" file, older, true, NEED_GUC_I915, UC_I915)
#define HUC(family, file) ROW(family, "i915", "HuC", "i915/" file, false, NO_HUC, UC_I915)
#define HUC_TGL(family) \
	ROW_OLDER(family, "i915", "HuC", "i915/tgl_huc.bin", "i915/tgl_huc_7.9.3.bin", false, NO_HUC, UC_I915)
#define GUC_XE(family, file) ROW(family, "xe", "GuC", file, true, NEED_GUC, UC_XE)
#define HUC_XE(family, file) ROW(family, "xe", "HuC", file, false, NO_HUC, UC_XE)
#define GSC(family, driver, file, source) ROW(family, driver, "GSC", file, false, NO_GSC, source)
#define DMC(family, driver, file) ROW(family, driver, "DMC", "i915/" file, false, NO_DMC, DMC_C)
#define DMC_OLDER(family, driver, file, older) \
	ROW_OLDER(family, driver, "DMC", "i915/" file, older, false, NO_DMC, DMC_C)
#define DMC_BOTH(family, file, older) DMC_OLDER(family, "i915", file, older) DMC(family, "xe", file)

#define AMD_IP(family, prefix) \
	ROW(family, "amdgpu", "GFX", "amdgpu/" prefix "_pfp.bin", true, NO_AMD, AMD_C) \
	ROW(family, "amdgpu", "RLC", "amdgpu/" prefix "_rlc.bin", true, NO_AMD, AMD_C) \
	ROW(family, "amdgpu", "MEC", "amdgpu/" prefix "_mec.bin", true, NO_AMD, AMD_C)
#define AMD_COMPUTE(family, prefix) \
	ROW(family, "amdgpu", "RLC", "amdgpu/" prefix "_rlc.bin", true, NO_AMD, AMD_C) \
	ROW(family, "amdgpu", "MEC", "amdgpu/" prefix "_mec.bin", true, NO_AMD, AMD_C)
#define NO_AMD "amdgpu does not come up"
#define AMD_C "drivers/gpu/drm/amd/amdgpu/gfx_v*.c"

#define NV_GR(family) ROW(family, "nouveau", "GR", "nvidia/" family "/gr/fecs_inst.bin", false, NO_GR, NV_C)
#define NV_GSP(family, file) ROW(family, "nouveau", "GSP", "nvidia/" family "/gsp/" file, true, NO_GSP, NV_C)
#define NO_GR "a picture, but no acceleration"
#define NO_GSP "nouveau does not come up"
#define NV_C "drivers/gpu/drm/nouveau/nvkm"

#define TGL_OLD "i915/tgl_guc_70.1.1.bin i915/tgl_guc_69.0.3.bin"
#define ADLP_OLD "i915/adlp_guc_70.1.1.bin i915/adlp_guc_69.0.3.bin"
#define DG2_OLD "i915/dg2_guc_70.4.1.bin i915/dg2_guc_70.1.2.bin"
#define ADLP_DMC "i915/adlp_dmc_ver2_16.bin"

const struct facts_firmware facts_firmwares[] = {
	/* Intel GuC */
	GUC("skl", "skl_guc_70.1.1.bin")
	GUC("bxt", "bxt_guc_70.1.1.bin")
	GUC("kbl", "kbl_guc_70.1.1.bin")
	GUC("cfl", "kbl_guc_70.1.1.bin")
	GUC("whl", "kbl_guc_70.1.1.bin")
	GUC("glk", "glk_guc_70.1.1.bin")
	GUC("cml", "cml_guc_70.1.1.bin")
	GUC("icl", "icl_guc_70.1.1.bin")
	GUC("ehl", "ehl_guc_70.1.1.bin")
	GUC("jsl", "ehl_guc_70.1.1.bin")
	GUC("tgl", "tgl_guc_70.1.1.bin")
	GUC("rkl", "tgl_guc_70.1.1.bin")
	GUC_ON("dg1", "dg1_guc_70.bin", "i915/dg1_guc_70.1.1.bin")
	GUC_ON("adl-s", "tgl_guc_70.bin", TGL_OLD)
	GUC_ON("rpl-s", "tgl_guc_70.bin", TGL_OLD)
	GUC_ON("adl-p", "adlp_guc_70.bin", ADLP_OLD)
	GUC_ON("adl-n", "adlp_guc_70.bin", ADLP_OLD)
	GUC_ON("rpl-p", "adlp_guc_70.bin", ADLP_OLD)
	GUC_ON("rpl-u", "adlp_guc_70.bin", ADLP_OLD)
	GUC_ON("dg2-*", "dg2_guc_70.bin", DG2_OLD)
	GUC_ON("ats-m", "dg2_guc_70.bin", DG2_OLD)
	GUC_ON("mtl", "mtl_guc_70.bin", NULL)
	GUC_ON("arl-*", "mtl_guc_70.bin", NULL)
	GUC_XE("tgl", "i915/tgl_guc_70.bin")
	GUC_XE("rkl", "i915/tgl_guc_70.bin")
	GUC_XE("dg1", "i915/dg1_guc_70.bin")
	GUC_XE("adl-s", "i915/tgl_guc_70.bin")
	GUC_XE("rpl-s", "i915/tgl_guc_70.bin")
	GUC_XE("adl-n", "i915/tgl_guc_70.bin")
	GUC_XE("adl-p", "i915/adlp_guc_70.bin")
	GUC_XE("rpl-p", "i915/adlp_guc_70.bin")
	GUC_XE("rpl-u", "i915/adlp_guc_70.bin")
	GUC_XE("dg2-*", "i915/dg2_guc_70.bin")
	GUC_XE("ats-m", "i915/dg2_guc_70.bin")
	GUC_XE("mtl", "i915/mtl_guc_70.bin")
	GUC_XE("arl-*", "i915/mtl_guc_70.bin")
	GUC_XE("lnl", "xe/lnl_guc_70.bin")
	GUC_XE("bmg-*", "xe/bmg_guc_70.bin")
	GUC_XE("ptl", "xe/ptl_guc_70.bin")
	GUC_XE("wcl", "xe/ptl_guc_70.bin")
	GUC_XE("nvl-*", "xe/nvl_guc_70.55.4.bin")

	/* Intel HuC. xe has none for Alchemist and Alder Lake-N. */
	HUC("skl", "skl_huc_2.0.0.bin")
	HUC("bxt", "bxt_huc_2.0.0.bin")
	HUC("kbl", "kbl_huc_4.0.0.bin")
	HUC("cfl", "kbl_huc_4.0.0.bin")
	HUC("whl", "kbl_huc_4.0.0.bin")
	HUC("glk", "glk_huc_4.0.0.bin")
	HUC("cml", "cml_huc_4.0.0.bin")
	HUC("icl", "icl_huc_9.0.0.bin")
	HUC("ehl", "ehl_huc_9.0.0.bin")
	HUC("jsl", "ehl_huc_9.0.0.bin")
	HUC("tgl", "tgl_huc_7.9.3.bin")
	HUC("rkl", "tgl_huc_7.9.3.bin")
	HUC("dg1", "dg1_huc.bin")
	HUC_TGL("adl-*")
	HUC_TGL("rpl-*")
	HUC("dg2-*", "dg2_huc_gsc.bin")
	HUC("ats-m", "dg2_huc_gsc.bin")
	HUC("mtl", "mtl_huc_gsc.bin")
	HUC("arl-*", "mtl_huc_gsc.bin")
	HUC_XE("tgl", "i915/tgl_huc.bin")
	HUC_XE("rkl", "i915/tgl_huc.bin")
	HUC_XE("dg1", "i915/dg1_huc.bin")
	HUC_XE("adl-s", "i915/tgl_huc.bin")
	HUC_XE("adl-p", "i915/tgl_huc.bin")
	HUC_XE("rpl-*", "i915/tgl_huc.bin")
	HUC_XE("mtl", "i915/mtl_huc_gsc.bin")
	HUC_XE("arl-*", "i915/mtl_huc_gsc.bin")
	HUC_XE("lnl", "xe/lnl_huc.bin")
	HUC_XE("bmg-*", "xe/bmg_huc.bin")
	HUC_XE("ptl", "xe/ptl_huc.bin")
	HUC_XE("wcl", "xe/ptl_huc.bin")

	/* Intel GSC. Battlemage has it in flash on the card. */
	GSC("mtl", "i915", "i915/mtl_gsc_1.bin", UC_I915)
	GSC("arl-*", "i915", "i915/mtl_gsc_1.bin", UC_I915)
	GSC("mtl", "xe", "i915/mtl_gsc_1.bin", UC_XE)
	GSC("arl-*", "xe", "i915/mtl_gsc_1.bin", UC_XE)
	GSC("lnl", "xe", "xe/lnl_gsc_1.bin", UC_XE)
	GSC("ptl", "xe", "xe/ptl_gsc_1.bin", UC_XE)
	GSC("wcl", "xe", "xe/ptl_gsc_1.bin", UC_XE)

	/* Intel DMC: the same for both drivers. Arctic Sound and Ponte Vecchio have no display. */
	DMC("skl", "i915", "skl_dmc_ver1_27.bin")
	DMC("bxt", "i915", "bxt_dmc_ver1_07.bin")
	DMC("kbl", "i915", "kbl_dmc_ver1_04.bin")
	DMC("cfl", "i915", "kbl_dmc_ver1_04.bin")
	DMC("whl", "i915", "kbl_dmc_ver1_04.bin")
	DMC("cml", "i915", "kbl_dmc_ver1_04.bin")
	DMC("glk", "i915", "glk_dmc_ver1_04.bin")
	DMC("icl", "i915", "icl_dmc_ver1_09.bin")
	DMC("ehl", "i915", "icl_dmc_ver1_09.bin")
	DMC("jsl", "i915", "icl_dmc_ver1_09.bin")
	DMC_BOTH("tgl", "tgl_dmc_ver2_12.bin", NULL)
	DMC_BOTH("rkl", "rkl_dmc_ver2_03.bin", NULL)
	DMC_BOTH("dg1", "dg1_dmc_ver2_02.bin", NULL)
	DMC_BOTH("adl-s", "adls_dmc_ver2_01.bin", NULL)
	DMC_BOTH("rpl-s", "adls_dmc_ver2_01.bin", NULL)
	DMC_BOTH("adl-p", "adlp_dmc.bin", ADLP_DMC)
	DMC_BOTH("adl-n", "adlp_dmc.bin", ADLP_DMC)
	DMC_BOTH("rpl-p", "adlp_dmc.bin", ADLP_DMC)
	DMC_BOTH("rpl-u", "adlp_dmc.bin", ADLP_DMC)
	DMC_BOTH("dg2-*", "dg2_dmc_ver2_08.bin", "i915/dg2_dmc_ver2_07.bin i915/dg2_dmc_ver2_06.bin")
	DMC_BOTH("mtl", "mtl_dmc.bin", NULL)
	DMC_BOTH("arl-*", "mtl_dmc.bin", NULL)
	DMC("lnl", "xe", "xe2lpd_dmc.bin")
	DMC("bmg-*", "xe", "bmg_dmc.bin")
	DMC("ptl", "xe", "xe3lpd_dmc.bin")
	DMC("wcl", "xe", "xe3lpd_3002_dmc.bin")
	DMC("nvl-p", "xe", "xe3p_lpd_dmc.bin")

	/* AMD: the engines every job goes through; the driver's list has the others */
	AMD_IP("vega10", "vega10")
	AMD_IP("vega12", "vega12")
	AMD_IP("vega20", "vega20")
	AMD_IP("raven", "raven")
	AMD_IP("picasso", "picasso")
	AMD_IP("renoir", "renoir")
	AMD_IP("cezanne", "green_sardine")
	AMD_COMPUTE("arcturus", "arcturus")
	AMD_COMPUTE("aldebaran", "aldebaran")
	AMD_COMPUTE("aqua-vanjaram", "gc_9_4_3")
	AMD_COMPUTE("mi300a", "gc_9_4_3")
	AMD_COMPUTE("mi350", "gc_9_5_0")
	AMD_IP("navi10", "navi10")
	AMD_IP("navi12", "navi12")
	AMD_IP("navi14", "navi14")
	AMD_IP("navi21", "sienna_cichlid")
	AMD_IP("navi22", "navy_flounder")
	AMD_IP("navi23", "dimgrey_cavefish")
	AMD_IP("navi24", "beige_goby")
	AMD_IP("vangogh", "vangogh")
	AMD_IP("rembrandt", "yellow_carp")
	AMD_IP("raphael", "gc_10_3_6")
	AMD_IP("mendocino", "gc_10_3_7")
	AMD_IP("navi31", "gc_11_0_0")
	AMD_IP("navi32", "gc_11_0_3")
	AMD_IP("navi33", "gc_11_0_2")
	AMD_IP("phoenix", "gc_11_0_1")
	AMD_IP("phoenix2", "gc_11_0_4")
	AMD_IP("strix", "gc_11_5_0")
	AMD_IP("strix-halo", "gc_11_5_1")
	AMD_IP("krackan", "gc_11_5_2")
	AMD_IP("krackan2", "gc_11_5_3")
	AMD_IP("navi44", "gc_12_0_0")
	AMD_IP("navi48", "gc_12_0_1")

	/* NVIDIA with nouveau */
	NV_GR("gm200")
	NV_GR("gm204")
	NV_GR("gm206")
	NV_GR("gp100")
	NV_GR("gp102")
	NV_GR("gp104")
	NV_GR("gp106")
	NV_GR("gp107")
	NV_GR("gp108")
	NV_GR("gv100")
	NV_GR("tu102")
	NV_GR("tu104")
	NV_GR("tu106")
	NV_GR("tu116")
	NV_GR("tu117")
	NV_GR("ga102")
	NV_GR("ga103")
	NV_GR("ga104")
	NV_GR("ga106")
	NV_GR("ga107")
	NV_GSP("ad102", "gsp-535.113.01.bin")
	NV_GSP("ad103", "gsp-535.113.01.bin")
	NV_GSP("ad104", "gsp-535.113.01.bin")
	NV_GSP("ad106", "gsp-535.113.01.bin")
	NV_GSP("ad107", "gsp-535.113.01.bin")
	NV_GSP("gh100", "gsp-570.144.bin")
	NV_GSP("gb100", "gsp-570.144.bin")
	NV_GSP("gb102", "gsp-570.144.bin")
	NV_GSP("gb202", "gsp-570.144.bin")
	NV_GSP("gb203", "gsp-570.144.bin")
	NV_GSP("gb205", "gsp-570.144.bin")
	NV_GSP("gb206", "gsp-570.144.bin")
	NV_GSP("gb207", "gsp-570.144.bin")
	{.family = NULL},
};
