/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/legacy.h"

#include "base/parse.h"
#include "facts/facts.h"
#include "facts/rdma.h"

/*
 * Names of the old format where it had one (gen9, gen9lp, gen10, gen11, gen12, xe, xe_hp, battlemage), after the
 * graphics IP that include/drm/intel/pciids.h and the drivers' device tables of the kernel give a family.
 */
const struct facts_generation facts_generations[] = {
	{"bdw", "gen8"},   {"chv", "gen8"},   {"skl", "gen9"},   {"kbl", "gen9"},   {"cfl", "gen9"},   {"whl", "gen9"},
	{"cml", "gen9"},   {"bxt", "gen9lp"}, {"glk", "gen9lp"}, {"cnl", "gen10"},  {"icl", "gen11"},  {"ehl", "gen11"},
	{"jsl", "gen11"},  {"lkf", "gen11"},  {"tgl", "gen12"},  {"rkl", "gen12"},  {"adl-*", "gen12"}, {"rpl-*", "gen12"},
	{"dg1", "xe"},     {"mtl", "xe"},     {"arl-*", "xe"},   {"dg2-*", "xe_hp"}, {"ats-m", "xe_hp"}, {"pvc", "xe_hp"},
	{"bmg-*", "battlemage"}, {"lnl", "xe2"}, {"ptl", "xe3"}, {"wcl", "xe3"},   {"nvl-*", "xe3"},  {"cri", "xe3p"},
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

/* NVIDIA CUDA Toolkit release notes, "CUDA Toolkit and Corresponding Driver Versions". */
const struct facts_cuda facts_cudas[] = {
	{340, "6.5"},  {352, "7.5"},  {367, "8.0"},  {375, "8.0"},  {384, "9.0"},  {390, "9.1"},  {396, "9.2"},
	{410, "10.0"}, {418, "10.1"}, {430, "10.1"}, {435, "10.1"}, {440, "10.2"}, {450, "11.0"}, {455, "11.1"},
	{460, "11.2"}, {465, "11.3"}, {470, "11.4"}, {495, "11.5"}, {510, "11.6"}, {515, "11.7"}, {520, "11.8"},
	{525, "12.0"}, {530, "12.1"}, {535, "12.2"}, {545, "12.3"}, {550, "12.4"}, {555, "12.5"}, {560, "12.6"},
	{565, "12.7"}, {570, "12.8"}, {575, "12.9"}, {580, "13.0"}, {590, "13.1"},
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
