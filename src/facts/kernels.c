/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a family needs of the kernel for one driver. The first row that fits (family, driver) counts. Where only the
 * cycle is known and not the release, the earlier one stands here: a row must not call a kernel too old that is not.
 * The sure test stays whether the module claims the id (modules.alias); the version explains why it does not.
 */
#include "facts/facts.h"

#define V(major, minor) ((major) << 16 | (minor) << 8)
#define ROW(family_, driver_, since_, force_, note_, source_) \
	{.family = family_, .driver = driver_, .since = since_, .force_probe = force_, .note = note_, .source = source_}
#define SINCE(family, driver, major, minor, source) ROW(family, driver, V(major, minor), false, NULL, source)
#define I915 "drivers/gpu/drm/i915/i915_pci.c"
#define XE "drivers/gpu/drm/xe/xe_pci.c"
#define AMDGPU "drivers/gpu/drm/amd/amdgpu"
#define NOUVEAU "drivers/gpu/drm/nouveau/nvkm/engine/device/base.c"

#define NOTE_XE "i915 serves it by default; the way over is i915.force_probe=!ID xe.force_probe=ID"
#define NOTE_ATSM "Intel's out-of-tree backports are recommended"
#define NOTE_PVC "served by Intel's out-of-tree i915 only; the xe of mainline does not have its ids"
#define NOTE_G31 "ids of later cards came after the first release: see whether the module claims the id"
#define NOTE_SI "before 6.19 radeon takes it, unless radeon.si_support=0 amdgpu.si_support=1"
#define NOTE_CIK "before 6.19 radeon takes it, unless radeon.cik_support=0 amdgpu.cik_support=1"
#define NOTE_CIK_APU "radeon takes it, unless radeon.cik_support=0 amdgpu.cik_support=1"
#define NOTE_GSP "needs NVIDIA's GSP firmware"

const struct facts_kernel facts_kernels[] = {
	/* Intel with i915 */
	SINCE("skl", "i915", 4, 3, I915),
	SINCE("bxt", "i915", 4, 8, I915),
	SINCE("kbl", "i915", 4, 8, I915),
	SINCE("glk", "i915", 4, 12, I915),
	SINCE("cfl", "i915", 4, 15, I915),
	SINCE("whl", "i915", 4, 18, I915),
	SINCE("cml", "i915", 5, 2, I915),
	SINCE("icl", "i915", 5, 2, I915),
	SINCE("ehl", "i915", 5, 8, I915),
	SINCE("jsl", "i915", 5, 8, I915),
	SINCE("tgl", "i915", 5, 8, I915),
	SINCE("rkl", "i915", 5, 13, I915),
	SINCE("adl-s", "i915", 5, 16, I915),
	SINCE("adl-p", "i915", 5, 16, I915),
	SINCE("adl-n", "i915", 5, 18, I915),
	SINCE("rpl-*", "i915", 5, 19, I915),
	SINCE("dg1", "i915", 6, 0, I915),
	SINCE("dg2-*", "i915", 6, 2, I915),
	ROW("ats-m", "i915", 0, true, NOTE_ATSM, I915),
	ROW("pvc", "i915", 0, false, NOTE_PVC, I915),
	SINCE("mtl", "i915", 6, 7, I915),
	SINCE("arl-*", "i915", 6, 7, I915),

	/* Intel with xe */
	ROW("tgl", "xe", 0, true, NOTE_XE, XE),
	ROW("rkl", "xe", 0, true, NOTE_XE, XE),
	ROW("dg1", "xe", 0, true, NOTE_XE, XE),
	ROW("adl-*", "xe", 0, true, NOTE_XE, XE),
	ROW("rpl-*", "xe", 0, true, NOTE_XE, XE),
	ROW("dg2-*", "xe", 0, true, NOTE_XE ", without HuC", XE),
	ROW("ats-m", "xe", 0, true, NOTE_ATSM, XE),
	ROW("pvc", "xe", 0, true, NOTE_PVC, XE),
	ROW("mtl", "xe", 0, true, NOTE_XE, XE),
	ROW("arl-*", "xe", 0, true, NOTE_XE, XE),
	SINCE("lnl", "xe", 6, 12, XE),
	SINCE("bmg-g21", "xe", 6, 12, XE " \"drop force_probe\" 2024-08-28"),
	ROW("bmg-g31", "xe", V(6, 12), false, NOTE_G31, XE),
	SINCE("ptl", "xe", 6, 17, XE " \"drop force_probe\" 2025-07-07"),
	ROW("wcl", "xe", V(6, 17), false, NOTE_G31, XE),
	ROW("nvl-*", "xe", 0, true, NULL, XE),
	ROW("cri", "xe", 0, true, NULL, XE),

	/* AMD with amdgpu */
	ROW("tahiti", "amdgpu", V(6, 19), false, NOTE_SI, AMDGPU ", ilya-zlobintsev/LACT#804"),
	ROW("pitcairn", "amdgpu", V(6, 19), false, NOTE_SI, AMDGPU ", ilya-zlobintsev/LACT#804"),
	ROW("cape-verde", "amdgpu", V(6, 19), false, NOTE_SI, AMDGPU ", ilya-zlobintsev/LACT#804"),
	ROW("oland", "amdgpu", V(6, 19), false, NOTE_SI, AMDGPU ", ilya-zlobintsev/LACT#804"),
	ROW("hainan", "amdgpu", V(6, 19), false, NOTE_SI, AMDGPU ", ilya-zlobintsev/LACT#804"),
	ROW("bonaire", "amdgpu", V(6, 19), false, NOTE_CIK, AMDGPU ", ilya-zlobintsev/LACT#804"),
	ROW("hawaii", "amdgpu", V(6, 19), false, NOTE_CIK, AMDGPU ", ilya-zlobintsev/LACT#804"),
	ROW("kaveri", "amdgpu", 0, false, NOTE_CIK_APU, AMDGPU),
	ROW("kabini", "amdgpu", 0, false, NOTE_CIK_APU, AMDGPU),
	ROW("mullins", "amdgpu", 0, false, NOTE_CIK_APU, AMDGPU),
	SINCE("topaz", "amdgpu", 4, 2, AMDGPU),
	SINCE("tonga", "amdgpu", 4, 2, AMDGPU),
	SINCE("carrizo", "amdgpu", 4, 2, AMDGPU),
	SINCE("fiji", "amdgpu", 4, 3, AMDGPU),
	SINCE("stoney", "amdgpu", 4, 4, AMDGPU),
	SINCE("polaris10", "amdgpu", 4, 7, AMDGPU),
	SINCE("polaris11", "amdgpu", 4, 7, AMDGPU),
	SINCE("polaris12", "amdgpu", 4, 10, AMDGPU),
	SINCE("vegam", "amdgpu", 4, 18, AMDGPU),
	SINCE("vega10", "amdgpu", 4, 12, AMDGPU),
	SINCE("vega12", "amdgpu", 4, 17, AMDGPU),
	SINCE("vega20", "amdgpu", 4, 18, AMDGPU),
	SINCE("raven", "amdgpu", 4, 13, AMDGPU),
	SINCE("fenghuang", "amdgpu", 4, 13, AMDGPU),
	SINCE("picasso", "amdgpu", 4, 19, AMDGPU),
	SINCE("renoir", "amdgpu", 5, 4, AMDGPU),
	SINCE("cezanne", "amdgpu", 5, 10, AMDGPU),
	SINCE("arcturus", "amdgpu", 5, 4, AMDGPU),
	SINCE("navi10", "amdgpu", 5, 3, AMDGPU),
	SINCE("navi14", "amdgpu", 5, 4, AMDGPU),
	SINCE("navi12", "amdgpu", 5, 4, AMDGPU),
	SINCE("cyan-skillfish", "amdgpu", 5, 15, AMDGPU),
	SINCE("navi21", "amdgpu", 5, 9, AMDGPU),
	SINCE("navi22", "amdgpu", 5, 10, AMDGPU),
	SINCE("navi23", "amdgpu", 5, 11, AMDGPU),
	SINCE("navi24", "amdgpu", 5, 14, AMDGPU),
	SINCE("vangogh", "amdgpu", 5, 10, AMDGPU),
	SINCE("aldebaran", "amdgpu", 5, 12, AMDGPU),
	SINCE("rembrandt", "amdgpu", 5, 14, AMDGPU),
	SINCE("raphael", "amdgpu", 5, 18, AMDGPU),
	SINCE("mendocino", "amdgpu", 5, 18, AMDGPU),
	SINCE("navi31", "amdgpu", 6, 0, AMDGPU),
	SINCE("navi33", "amdgpu", 6, 0, AMDGPU),
	SINCE("navi32", "amdgpu", 6, 1, AMDGPU),
	SINCE("phoenix", "amdgpu", 6, 0, AMDGPU),
	SINCE("phoenix2", "amdgpu", 6, 1, AMDGPU),
	SINCE("aqua-vanjaram", "amdgpu", 6, 5, AMDGPU),
	SINCE("mi300a", "amdgpu", 6, 5, AMDGPU),
	SINCE("strix", "amdgpu", 6, 7, AMDGPU),
	SINCE("strix-halo", "amdgpu", 6, 8, AMDGPU),
	SINCE("krackan", "amdgpu", 6, 11, AMDGPU),
	SINCE("krackan2", "amdgpu", 6, 12, AMDGPU),
	SINCE("navi44", "amdgpu", 6, 11, AMDGPU),
	SINCE("navi48", "amdgpu", 6, 11, AMDGPU),
	SINCE("mi350", "amdgpu", 6, 13, AMDGPU),

	/* NVIDIA with nouveau */
	SINCE("gm107", "nouveau", 3, 15, NOUVEAU),
	SINCE("gm108", "nouveau", 3, 19, NOUVEAU),
	SINCE("gm20*", "nouveau", 3, 19, NOUVEAU),
	SINCE("gp10*", "nouveau", 4, 8, NOUVEAU),
	SINCE("gv100", "nouveau", 4, 18, NOUVEAU),
	SINCE("tu10*", "nouveau", 5, 0, NOUVEAU),
	SINCE("tu11*", "nouveau", 5, 1, NOUVEAU),
	SINCE("ga100", "nouveau", 5, 11, NOUVEAU),
	SINCE("ga10*", "nouveau", 5, 11, NOUVEAU),
	ROW("ad10*", "nouveau", V(6, 7), false, NOTE_GSP, NOUVEAU),
	ROW("gh100*", "nouveau", V(6, 16), false, NOTE_GSP, NOUVEAU),
	ROW("gb10b", "nouveau", 0, false, NOTE_GSP, NOUVEAU),
	ROW("gb20b", "nouveau", 0, false, NOTE_GSP, NOUVEAU),
	ROW("gb10*", "nouveau", V(6, 16), false, NOTE_GSP, NOUVEAU),
	ROW("gb20*", "nouveau", V(6, 16), false, NOTE_GSP, NOUVEAU),
	{.family = NULL},
};
