/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/worker.h"

#include <unistd.h>

static const struct {
	enum report_kind kind;
	const char *about; /* for the usage text */
	void (*run)(struct work *w);
	unsigned sandbox;
} kinds[] = {
	{REPORT_KIND_NVML, "PCI-ADDRESS", probe_nvml, 0},
	{REPORT_KIND_VULKAN, "[not=VENDOR,...]", probe_vulkan, 0},
	{REPORT_KIND_VULKAN_FILES, "[not=VENDOR,...]", probe_vulkan_files, SANDBOX_FORKS},
	{REPORT_KIND_VA, "renderDN", probe_va, 0},
	{REPORT_KIND_NVCODEC, "PCI-ADDRESS", probe_nvcodec, SANDBOX_WRITES},
	{REPORT_KIND_VPL, "", probe_vpl, 0},
	{REPORT_KIND_LEVEL_ZERO, "", probe_level_zero, 0},
	{REPORT_KIND_OPENCL, "", probe_opencl, SANDBOX_WRITES},
	{REPORT_KIND_VERBS, "DEVICE", probe_verbs, 0},
	{REPORT_KIND_RDMA_TEST, "DEVICE/PORT,DEVICE/PORT", probe_rdma_test, 0},
};

static int usage(void)
{
	unsigned i;

	fputs("usage: gpubay-probe KIND [ABOUT]\nAsks one driver library and prints a report as JSON.\n\n",
	      stderr);
	for (i = 0; i < ARRAY_LEN(kinds); i++)
		fprintf(stderr, "  %s %s\n", enum_name(&report_kind_tab, kinds[i].kind),
			kinds[i].about);
	return 2;
}

int main(int argc, char **argv)
{
	struct report r = {0};
	struct work w = {.a = arena_new(), .r = &r, .about = argc > 2 ? argv[2] : NULL};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(kinds); i++) {
		if (argc < 2 || argc > 3 ||
		    !str_eq(argv[1], enum_name(&report_kind_tab, kinds[i].kind)))
			continue;
		FIELD_SET(&r, report, kind, kinds[i].kind);
		FIELD_SET(&r, report, outcome, REPORT_OUTCOME_FRESH);
		if (w.about)
			FIELD_SET(&r, report, about, w.about);
		sandbox_enter(&w, kinds[i].sandbox);
		kinds[i].run(&w);
		work_print(&w);
	}
	return usage();
}
