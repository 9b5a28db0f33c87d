/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/facts-tables.h"

#include "base/parse.h"
#include "facts/checks.h"
#include "facts/codecs.h"
#include "facts/facts.h"
#include "facts/health.h"
#include "facts/legacy.h"
#include "facts/nvml.h"
#include "facts/power.h"
#include "facts/rdma.h"
#include "facts/thunderbolt.h"
#include "facts/userspace.h"
#include "facts/vulkan.h"
#include "facts/xid.h"

static const char *const family_flags[] = {"card-switch", "needs-rebar", "huc-by-option", "not-display", NULL};
static const char *const id_flags[] = {"not-in-media-driver", "not-in-kernel", "name-misleads", "virtual-function", "block", NULL};
static const char *const tb_names[] = {"port", "bridge", "host-interface"};
static const struct enumtab tb_tab = {tb_names, ARRAY_LEN(tb_names)};

#define AT(S, m) .name = #m, .offset = offsetof(struct S, m)
#define STR(S, m) {AT(S, m), .kind = COLUMN_STR}
#define WORDS(S, m) {AT(S, m), .kind = COLUMN_WORDS}
#define HEX(S, m) {AT(S, m), .kind = COLUMN_HEX4}
#define ENUM(S, m, t) {AT(S, m), .kind = COLUMN_ENUM, .tab = &t##_tab}
#define DETAIL(S, m) {AT(S, m), .kind = COLUMN_STR, .detail = true}
#define DETAIL_WORDS(S, m) {AT(S, m), .kind = COLUMN_WORDS, .detail = true}
#define DETAIL_OF(S, m, k) {AT(S, m), .kind = COLUMN_##k, .detail = true}
#define FLAGS(S, n) {AT(S, flags), .kind = COLUMN_FLAGS, .names = n}
#define END {.name = NULL}

static const struct column families[] = {
	STR(facts_family, key), ENUM(facts_family, vendor, gpu_vendor), STR(facts_family, family),
	STR(facts_family, architecture), ENUM(facts_family, kind, gpu_kind), WORDS(facts_family, drivers),
	DETAIL_WORDS(facts_family, branches), DETAIL_OF(facts_family, branch_first, NUMBER16),
	DETAIL_OF(facts_family, branch_last, NUMBER16),
	{AT(facts_family, flags), .kind = COLUMN_FLAGS, .names = family_flags, .detail = true},
	DETAIL(facts_family, source), END,
};
static const struct column ids[] = {
	HEX(facts_id, vendor), HEX(facts_id, first), HEX(facts_id, last), STR(facts_id, family), STR(facts_id, name),
	DETAIL(facts_id, vga_family), FLAGS(facts_id, id_flags), DETAIL(facts_id, source), END,
};
static const struct column displays[] = {
	HEX(facts_display, vendor), HEX(facts_display, first), HEX(facts_display, last),
	ENUM(facts_display, kind, gpu_kind), STR(facts_display, name), DETAIL(facts_display, source), END,
};
static const struct column vendors[] = {
	HEX(facts_vendor, id), ENUM(facts_vendor, vendor, gpu_vendor), STR(facts_vendor, name), END,
};
static const struct column drivers[] = {
	STR(facts_driver, name), DETAIL(facts_driver, module), ENUM(facts_driver, vendor, gpu_vendor),
	STR(facts_driver, role), WORDS(facts_driver, rivals), DETAIL_WORDS(facts_driver, nodes),
	DETAIL_WORDS(facts_driver, extra_nodes), DETAIL_OF(facts_driver, drm, BOOL),
	DETAIL_OF(facts_driver, render, BOOL), DETAIL(facts_driver, source), END,
};
static const struct column kernels[] = {
	STR(facts_kernel, family), STR(facts_kernel, driver), {AT(facts_kernel, since), .kind = COLUMN_KERNEL},
	{AT(facts_kernel, force_probe), .kind = COLUMN_BOOL}, STR(facts_kernel, note), DETAIL(facts_kernel, source), END,
};
static const struct column firmwares[] = {
	STR(facts_firmware, family), STR(facts_firmware, driver), STR(facts_firmware, kind), STR(facts_firmware, file),
	DETAIL_WORDS(facts_firmware, older), {AT(facts_firmware, required), .kind = COLUMN_BOOL},
	DETAIL(facts_firmware, consequence), DETAIL(facts_firmware, source), END,
};
static const struct column modules[] = {
	STR(facts_module, name), STR(facts_module, why), DETAIL(facts_module, source), END,
};
static const struct column checks[] = {
	STR(check_row, id), ENUM(check_row, severity, severity), STR(check_row, topic), STR(check_row, title),
	DETAIL(check_row, applies), DETAIL(check_row, why), DETAIL(check_row, remedy), DETAIL(check_row, source), END,
};
static const struct column health[] = {
	STR(facts_health, driver), STR(facts_health, path), STR(facts_health, value),
	ENUM(facts_health, state, gpu_state), DETAIL(facts_health, note), DETAIL(facts_health, source), END,
};
static const struct column power[] = {
	STR(facts_power, family), {AT(facts_power, small_window_fails), .kind = COLUMN_BOOL},
	{AT(facts_power, idle_needs_aspm), .kind = COLUMN_BOOL}, DETAIL(facts_power, source), END,
};
static const struct column rdma[] = {
	STR(facts_rdma_driver, driver), WORDS(facts_rdma_driver, module), DETAIL_OF(facts_rdma_driver, always, BOOL),
	STR(facts_rdma_driver, source), END,
};
static const struct column gdr[] = {
	STR(facts_gdr, driver), {AT(facts_gdr, kernel), .kind = COLUMN_KERNEL}, DETAIL_OF(facts_gdr, needs_p2pdma, BOOL),
	DETAIL_OF(facts_gdr, needs_open, BOOL), STR(facts_gdr, remedy), DETAIL(facts_gdr, source), END,
};
static const struct column thunderbolt[] = {
	HEX(facts_tb, vendor), HEX(facts_tb, first), HEX(facts_tb, last), ENUM(facts_tb, part, tb),
	STR(facts_tb, interface), {AT(facts_tb, rate_mbps), .kind = COLUMN_NUMBER32}, STR(facts_tb, name),
	DETAIL(facts_tb, source), END,
};

#define ONE_PART(what, rows) \
	static const void *part_##what(unsigned n) \
	{ \
		return n == 0 ? rows : NULL; \
	}
ONE_PART(families, facts_families)
ONE_PART(displays, facts_displays)
ONE_PART(vendors, facts_vendors)
ONE_PART(drivers, facts_drivers)
ONE_PART(kernels, facts_kernels)
ONE_PART(firmwares, facts_firmwares)
ONE_PART(modules, facts_modules)
ONE_PART(health, facts_health)
static const struct column generations[] = {
	STR(facts_generation, family), STR(facts_generation, name), DETAIL(facts_generation, source), END,
};
static const struct column cuda[] = {
	{AT(facts_cuda, branch), .kind = COLUMN_NUMBER32}, STR(facts_cuda, cuda), DETAIL(facts_cuda, source), END,
};
static const struct column codecs[] = {
	STR(facts_codec, key), STR(facts_codec, name), {AT(facts_codec, depth), .kind = COLUMN_NUMBER32}, STR(facts_codec, chroma),
	WORDS(facts_codec, profiles), DETAIL(facts_codec, format), END,
};
static const struct column media[] = {
	WORDS(facts_media, families), WORDS(facts_media, codecs), DETAIL_OF(facts_media, driver, STR), DETAIL(facts_media, source), END,
};
static const struct column va_drivers[] = {
	STR(facts_va_driver, name), WORDS(facts_va_driver, drivers), DETAIL_WORDS(facts_va_driver, families), STR(facts_va_driver, vendor),
	STR(facts_va_driver, package), DETAIL(facts_va_driver, source), END,
};
static const struct column vulkan_drivers[] = {
	STR(facts_vulkan_driver, library), STR(facts_vulkan_driver, name), ENUM(facts_vulkan_driver, vendor, gpu_vendor),
	DETAIL_OF(facts_vulkan_driver, software, BOOL), WORDS(facts_vulkan_driver, kernel), STR(facts_vulkan_driver, package),
	DETAIL_WORDS(facts_vulkan_driver, companions), DETAIL(facts_vulkan_driver, source), END,
};
static const struct column userspaces[] = {
	ENUM(facts_userspace, kind, report_kind), ENUM(facts_userspace, vendor, gpu_vendor), DETAIL_WORDS(facts_userspace, drivers),
	DETAIL_WORDS(facts_userspace, families), STR(facts_userspace, mend), DETAIL(facts_userspace, source), END,
};
static const struct column nvml[] = {
	{AT(facts_nvml_error, code), .kind = COLUMN_NUMBER32}, STR(facts_nvml_error, check), STR(facts_nvml_error, say),
	DETAIL(facts_nvml_error, mend), DETAIL(facts_nvml_error, source), END,
};
static const struct column xid[] = {
	{AT(facts_xid, code), .kind = COLUMN_NUMBER32}, STR(facts_xid, what), STR(facts_xid, mend), END,
};
ONE_PART(codecs, facts_codecs)
ONE_PART(media, facts_medias)
ONE_PART(va_drivers, facts_va_drivers)
ONE_PART(userspaces, facts_userspaces)
ONE_PART(nvml, facts_nvml_errors)
ONE_PART(vulkan_drivers, facts_vulkan_drivers)
ONE_PART(xid, facts_xids)
ONE_PART(power, facts_powers)
ONE_PART(generations, facts_generations)
ONE_PART(cuda, facts_cudas)
ONE_PART(rdma, facts_rdma_drivers)
ONE_PART(gdr, facts_gdrs)
ONE_PART(thunderbolt, facts_tbs)

static const void *part_ids(unsigned n)
{
	return n == 0 ? facts_ids : n == 1 ? facts_blocks : NULL;
}

static const void *part_checks(unsigned n)
{
	return check_tables[n];
}

#define TABLE(name_, about_, S, end_, what) \
	{.name = name_, .about = about_, .size = sizeof(struct S), .end = offsetof(struct S, end_), \
	 .part = part_##what, .columns = what}

const struct facts_table facts_tables[] = {
	TABLE("families", "GPU families, their drivers and NVIDIA's driver branches", facts_family, key, families),
	TABLE("ids", "device ids of GPUs, and the blocks of numbers that chips have", facts_id, source, ids),
	TABLE("displays", "display functions that are no GPUs: BMC graphics, virtual displays, NPUs", facts_display, name, displays),
	TABLE("vendors", "vendors of display functions", facts_vendor, name, vendors),
	TABLE("drivers", "kernel drivers that bind to display functions", facts_driver, name, drivers),
	TABLE("kernels", "first kernel for a family and driver, and force_probe", facts_kernel, family, kernels),
	TABLE("firmware", "firmware files for a family and driver", facts_firmware, family, firmwares),
	TABLE("modules", "modules that matter beside the GPU drivers", facts_module, name, modules),
	TABLE("checks", "everything that can be found wrong", check_row, id, checks),
	TABLE("health", "where drivers say that a GPU is not well", facts_health, driver, health),
	TABLE("power", "families that need a large memory window or ASPM", facts_power, family, power),
	TABLE("rdma", "network drivers and the module that adds RDMA", facts_rdma_driver, driver, rdma),
	TABLE("gpudirect", "what RDMA to GPU memory takes", facts_gdr, driver, gdr),
	TABLE("thunderbolt", "chips of Thunderbolt and USB4", facts_tb, source, thunderbolt),
	TABLE("generations", "names of Intel's generations in 'gpubay discover'", facts_generation, family, generations),
	TABLE("cuda", "newest CUDA version for a branch of NVIDIA's driver", facts_cuda, cuda, cuda),
	TABLE("codecs", "video codecs as VA-API names them", facts_codec, key, codecs),
	TABLE("media", "what each family decodes (D) and encodes (E); small letters: full builds of the driver alone", facts_media, families, media),
	TABLE("vaapi", "VA-API drivers and the GPUs they are for", facts_va_driver, name, va_drivers),
	TABLE("vulkan", "Vulkan drivers by their library", facts_vulkan_driver, library, vulkan_drivers),
	TABLE("userspace", "what of user space a GPU needs for Vulkan and for compute", facts_userspace, mend, userspaces),
	TABLE("nvml", "what NVIDIA's management library refuses with", facts_nvml_error, check, nvml),
	TABLE("xid", "numbered errors of NVIDIA's driver", facts_xid, what, xid),
	{.name = NULL},
};

const struct facts_table *facts_table_find(const char *name)
{
	const struct facts_table *t;

	for (t = facts_tables; t->name; t++)
		if (str_ieq(t->name, name))
			return t;
	return NULL;
}
