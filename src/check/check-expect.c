/* SPDX-License-Identifier: Apache-2.0 */
/* What the person expects against what is there: each vendor is matched, missing or unexpected, and named. */
#include "base/buf.h"
#include "base/parse.h"
#include "check/check.h"

static uint32_t count_vendor(const struct snapshot *s, enum gpu_vendor vendor)
{
	uint32_t i, n = 0;

	for (i = 0; i < s->gpus.n; i++)
		n += s->gpus.v[i].vendor == vendor;
	return n;
}

static const char *addresses(struct check *c, enum gpu_vendor vendor)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (i = 0; i < c->snap->gpus.n; i++)
		if (c->snap->gpus.v[i].vendor == vendor)
			buf_addf(&b, "%s%s", b.n ? " " : "", check_addr(c, c->snap->gpus.v[i].address));
	return arena_strn(c->arena, b.p ? b.p : "", b.n);
}

static bool at_address(const struct snapshot *s, uint64_t address, enum gpu_vendor vendor)
{
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		if (s->gpus.v[i].address == address && s->gpus.v[i].vendor == vendor)
			return true;
	return false;
}

static void judge(struct check *c, const struct expectation *x)
{
	enum gpu_vendor vendor = enum_value(&gpu_vendor_tab, x->vendor);
	uint32_t n = count_vendor(c->snap, vendor);
	struct finding *f;

	if (x->address != UINT64_MAX && !at_address(c->snap, x->address, vendor))
		f = check_add(c, "GB9003", x->vendor, NONE, "no %s GPU at %s", x->vendor, check_addr(c, x->address));
	else if (x->count != NONE && n != x->count)
		f = check_add(c, "GB9002", x->vendor, NONE, "%u %s GPU%s expected, %u found", x->count, x->vendor,
			      x->count == 1 ? "" : "s", n);
	else if (n == 0 && x->count == NONE)
		f = check_add(c, "GB9001", x->vendor, NONE, "no %s GPU found", x->vendor);
	else
		f = check_add(c, "GB9005", x->vendor, NONE, "%u %s GPU%s found", n, x->vendor, n == 1 ? "" : "s");
	check_evidence(c, f, "/sys/bus/pci/devices", n ? addresses(c, vendor) : "none", NULL);
}

static bool expected(const struct check_settings *s, enum gpu_vendor vendor)
{
	uint32_t i;

	for (i = 0; i < s->n_expect; i++)
		if (enum_value(&gpu_vendor_tab, s->expect[i].vendor) == vendor)
			return true;
	return false;
}

static void unexpected(struct check *c)
{
	enum gpu_vendor vendor;
	struct finding *f;

	for (vendor = GPU_VENDOR_NVIDIA; vendor < GPU_VENDOR_COUNT; vendor++) {
		const char *name = enum_name(&gpu_vendor_tab, vendor);

		if (count_vendor(c->snap, vendor) == 0 || expected(c->settings, vendor))
			continue;
		f = check_add(c, "GB9004", name, NONE, "%u %s GPU%s found that %s not expected", count_vendor(c->snap, vendor), name,
			      count_vendor(c->snap, vendor) == 1 ? "" : "s", count_vendor(c->snap, vendor) == 1 ? "was" : "were");
		check_evidence(c, f, "/sys/bus/pci/devices", addresses(c, vendor), NULL);
	}
}

static void expectations(struct check *c)
{
	struct finding *f;
	uint32_t i;

	for (i = 0; i < c->settings->n_expect; i++)
		judge(c, &c->settings->expect[i]);
	if (c->settings->n_expect && !c->settings->expect_auto)
		unexpected(c);
	if (c->settings->expect_auto && c->settings->n_expect == 0 && c->snap->gpus.n == 0) {
		f = check_add(c, "GB9001", "auto", NONE, "no GPU found");
		check_evidence(c, f, "/sys/bus/pci/devices", "no GPU", NULL);
	}
}

const struct check_fn check_expect_fns[] = {
	{"expect", "GB9001 GB9002 GB9003 GB9004 GB9005", expectations},
	{0},
};
