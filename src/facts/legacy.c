/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/legacy.h"

#include "base/parse.h"
#include "facts/facts.h"
#include "facts/rdma.h"

/* Names of the old format where it had one: gen9, gen9lp, gen10, gen11, gen12, xe, xe_hp, battlemage. */
#define IP "graphics IP in include/drm/intel/pciids.h, i915_pci.c, xe_pci.c"

const struct facts_generation facts_generations[] = {
	{"bdw", "gen8", IP},
	{"chv", "gen8", IP},
	{"skl", "gen9", IP},
	{"kbl", "gen9", IP},
	{"cfl", "gen9", IP},
	{"whl", "gen9", IP},
	{"cml", "gen9", IP},
	{"bxt", "gen9lp", IP},
	{"glk", "gen9lp", IP},
	{"cnl", "gen10", IP},
	{"icl", "gen11", IP},
	{"ehl", "gen11", IP},
	{"jsl", "gen11", IP},
	{"lkf", "gen11", IP},
	{"tgl", "gen12", IP},
	{"rkl", "gen12", IP},
	{"adl-*", "gen12", IP},
	{"rpl-*", "gen12", IP},
	{"dg1", "xe", IP},
	{"mtl", "xe", IP},
	{"arl-*", "xe", IP},
	{"dg2-*", "xe_hp", IP},
	{"ats-m", "xe_hp", IP},
	{"pvc", "xe_hp", IP},
	{"bmg-*", "battlemage", IP},
	{"lnl", "xe2", IP},
	{"ptl", "xe3", IP},
	{"wcl", "xe3", IP},
	{"nvl-*", "xe3", IP},
	{"cri", "xe3p", IP},
	{0},
};

const char *facts_generation_find(const char *family)
{
	const struct facts_generation *g;

	for (g = facts_generations; family && g->family; g++)
		if (facts_family_fits(g->family, family))
			return g->name;
	return NULL;
}

/* The format knows no nouveau and no radeon: with them its users' programs do not run. */
const struct facts_driver_group facts_driver_groups[] = {
	{"nvidia", GPU_VENDOR_NVIDIA, "nvidia"},
	{"amdgpu", GPU_VENDOR_AMD, "amdgpu"},
	{"intel", GPU_VENDOR_INTEL, "xe i915"},
	{0},
};

#define NOTES "NVIDIA CUDA Toolkit release notes, CUDA Toolkit and Corresponding Driver Versions"

const struct facts_cuda facts_cudas[] = {
	{340, "6.5", NOTES},
	{352, "7.5", NOTES},
	{367, "8.0", NOTES},
	{375, "8.0", NOTES},
	{384, "9.0", NOTES},
	{390, "9.1", NOTES},
	{396, "9.2", NOTES},
	{410, "10.0", NOTES},
	{418, "10.1", NOTES},
	{430, "10.1", NOTES},
	{435, "10.1", NOTES},
	{440, "10.2", NOTES},
	{450, "11.0", NOTES},
	{455, "11.1", NOTES},
	{460, "11.2", NOTES},
	{465, "11.3", NOTES},
	{470, "11.4", NOTES},
	{495, "11.5", NOTES},
	{510, "11.6", NOTES},
	{515, "11.7", NOTES},
	{520, "11.8", NOTES},
	{525, "12.0", NOTES},
	{530, "12.1", NOTES},
	{535, "12.2", NOTES},
	{545, "12.3", NOTES},
	{550, "12.4", NOTES},
	{555, "12.5", NOTES},
	{560, "12.6", NOTES},
	{565, "12.7", NOTES},
	{570, "12.8", NOTES},
	{575, "12.9", NOTES},
	{580, "13.0", NOTES},
	{590, "13.1", NOTES},
	{0},
};

const char *facts_cuda_of(const char *driver_version)
{
	size_t n = driver_version ? strcspn(driver_version, ".") : 0;
	const struct facts_cuda *c;
	uint64_t branch;

	if (n == 0 || parse_u64n(driver_version, n, 10, 9999, &branch) < 0)
		return NULL;
	for (c = facts_cudas; c->cuda; c++)
		if (c->branch == branch)
			return c->cuda;
	return NULL;
}

/* linux drivers/infiniband/core/Makefile, ulp/ and sw/; the peer-memory client of NVIDIA's driver belongs to them. */
static const char *const rdma_core[] = {"ib_core",   "ib_cm",    "iw_cm",       "ib_uverbs", "ib_umad",	"rdma_cm",
					"rdma_ucm",  "ib_ipoib", "ib_srp",      "ib_srpt",   "ib_iser", "ib_isert",
					"rdma_rxe",  "siw",      "rdmavt",      "nvme_rdma", "nvmet_rdma", "rpcrdma",
					"nvidia_peermem", "ib_peer_mem", NULL};

bool facts_is_rdma_module(const char *name)
{
	const struct facts_rdma_driver *d;
	unsigned i;

	for (i = 0; rdma_core[i]; i++)
		if (str_eq(rdma_core[i], name))
			return true;
	for (d = facts_rdma_drivers; d->driver; d++) {
		const char *list = d->module ? d->module : d->driver, *at = strstr(list, name);
		size_t n = strlen(name);

		/* A whole word of the list. */
		if (n && at && (at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
			return true;
	}
	return false;
}
