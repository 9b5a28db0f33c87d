/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: read by the tables, joined with GPUs, asked for where they may be and not where they may not. */
#include "host/capture.h"
#include "probe/probe.h"
#include "probe/report-read.h"

#include "base/parse.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define HEAD "{\"schema\": \"gpubay/report/v1\", "

static int read_text(struct arena *a, const char *text, struct report *ret)
{
	struct err e = {0};
	int r = report_read(a, text, strlen(text), ret, &e);

	assert_true(r == 0 || e.code == r);
	return r;
}

static void reads(void **state)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct report r;

	assert_int_equal(
		read_text(
			a,
			HEAD
			"\"kind\": \"nvml\", \"outcome\": \"fresh\", \"age_s\": 3, \"other\": 1, \"nvml\": [{\"address\": "
			"\"0000:07:00.0\", \"memory_bytes\": 42949672960, \"mig\": true, \"migs\": [{\"index\": 1}], \"minor\": -1, "
			"\"name\": 7, \"uuid\": null, \"gpu\": 3}]}",
			&r),
		0);
	assert_int_equal(r.kind, REPORT_KIND_NVML);
	assert_int_equal(r.outcome, REPORT_OUTCOME_FRESH);
	assert_int_equal(r.nvml.n, 1);
	assert_int_equal(r.nvml.v[0].address, PCI_ADDR(0, 7, 0, 0));
	assert_true(r.nvml.v[0].memory_bytes == UINT64_C(40) << 30);
	assert_true(FIELD_KNOWN(&r.nvml.v[0], nvml_device, mig) && r.nvml.v[0].mig);
	assert_int_equal(r.nvml.v[0].migs.v[0].index, 1);
	assert_false(FIELD_KNOWN(&r.nvml.v[0], nvml_device, minor));
	assert_false(FIELD_KNOWN(&r.nvml.v[0], nvml_device, name));
	assert_false(FIELD_KNOWN(&r.nvml.v[0], nvml_device, uuid));
	assert_false(FIELD_KNOWN(&r.nvml.v[0], nvml_device, gpu));
	assert_false(FIELD_KNOWN(&r, report, vulkan));
}

static void refuses(void **state)
{
	static const char *const texts[] = {
		"",
		"nonsense",
		"[]",
		"{}",
		"{\"schema\": \"gpubay/report/v2\", \"kind\": \"va\", \"outcome\": \"fresh\"}",
		HEAD "\"outcome\": \"fresh\"}",
		HEAD "\"kind\": \"va\"}",
		HEAD "\"kind\": \"who\", \"outcome\": \"fresh\"}",
		HEAD "\"kind\": \"va\", \"kind\": \"va\", \"outcome\": \"fresh\"}",
	};
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct report r;
	unsigned i;

	for (i = 0; i < ARRAY_LEN(texts); i++)
		assert_int_equal(read_text(a, texts[i], &r), -EINVAL);
}

static void text_is_clean(void **state)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct report r;

	assert_int_equal(
		read_text(
			a,
			HEAD
			"\"kind\": \"va\", \"outcome\": \"hung\", \"message\": \"\\u001b[31mred\\u0007\"}",
			&r),
		0);
	assert_string_equal(r.message, "?[31mred?");
}

#define FUNCTION(slot, vendor, device, driver) \
	"[sys/devices/pci0000:00/0000:00:" slot ".0]\nvendor = 0x" vendor "\ndevice = 0x" device \
	"\nclass = 0x030000\n" \
	"driver -> ../../../bus/pci/drivers/" driver "\n[sys/bus/pci/devices]\n0000:00:" slot \
	".0 -> ../../../devices/pci0000:00/0000:00:" slot ".0\n"
#define RENDER(slot, minor) \
	"[sys/devices/pci0000:00/0000:00:" slot ".0/drm/renderD" minor "]\ndev = 226:" minor \
	"\ndevice -> ../../../0000:00:" slot ".0\n" \
	"[sys/class/drm]\nrenderD" minor " -> ../../devices/pci0000:00/0000:00:" slot \
	".0/drm/renderD" minor "\n"
#define MACHINE \
	"gpubay capture 1\ncovers: sys\n" FUNCTION("02", "8086", "e20b", "xe") RENDER("02", "128") \
		FUNCTION("03", "8086", "e20b", "xe") RENDER("03", "129") \
			FUNCTION("04", "10de", "2684", "nvidia")

static struct snapshot *machine(const char *text, unsigned kinds)
{
	const struct probe_request req = {.phases = PROBE_ALL | PROBE_REPORTS, .reports = kinds};
	struct tree *t = NULL;
	struct snapshot *s;
	struct err e = {0};

	if (capture_parse("test", text, strlen(text), &t, &e) < 0)
		fail_msg("%s", e.text);
	s = probe_snapshot(t, &req);
	tree_free(t);
	if (snapshot_check(s, &e) < 0)
		fail_msg("%s", e.text);
	return s;
}

static const struct report *report_of(const struct snapshot *s, enum report_kind kind,
				      const char *about)
{
	uint32_t i;

	for (i = 0; i < s->reports.n; i++)
		if (s->reports.v[i].kind == kind &&
		    (!about || str_eq(s->reports.v[i].about, about)))
			return &s->reports.v[i];
	return NULL;
}

static void joins(void **state)
{
	struct snapshot *s CLEANUP(snapshot_freep) = machine(
		MACHINE
		"[answers]\nreport vulkan = " HEAD
		"\"kind\": \"vulkan\", \"outcome\": \"fresh\", \"vulkan\": ["
		"{\"type\": \"discrete\", \"address\": \"0000:00:03.0\"}, {\"type\": \"discrete\", \"render_minor\": 128}, "
		"{\"type\": \"cpu\", \"vendor_id\": \"0x8086\", \"device_id\": \"0xe20b\"}, "
		"{\"type\": \"discrete\", \"vendor_id\": \"0x8086\", \"device_id\": \"0xe20b\"}, "
		"{\"type\": \"discrete\", \"vendor_id\": \"0x10de\", \"device_id\": \"0x2684\"}, "
		"{\"type\": \"discrete\", \"address\": \"0000:99:00.0\"}]}\n"
		"report nvml:0000:00:04.0 = " HEAD
		"\"kind\": \"nvml\", \"outcome\": \"fresh\", \"nvml\": "
		"[{\"address\": \"0000:00:04.0\", \"uuid\": \"GPU-1\"}]}\n"
		"report va:renderD129 = " HEAD "\"kind\": \"va\", \"outcome\": \"crashed\"}\n",
		0);
	const struct report *r = report_of(s, REPORT_KIND_VULKAN, NULL);
	static const uint32_t wanted[] = {1, 0, NONE, NONE, 2, NONE};
	struct err e = {0};
	unsigned i;

	assert_int_equal(s->gpus.n, 3);
	assert_non_null(r);
	for (i = 0; i < ARRAY_LEN(wanted); i++)
		assert_int_equal(r->vulkan.v[i].gpu, wanted[i]);
	assert_int_equal(snapshot_gpu_find(s, "GPU-1", &e), 2);
	r = report_of(s, REPORT_KIND_VA, "renderD129");
	assert_non_null(r);
	assert_int_equal(r->outcome, REPORT_OUTCOME_CRASHED);
	assert_int_equal(r->gpu, 1);
	assert_null(report_of(s, REPORT_KIND_VA, "renderD128"));
}

static void sleepers_are_left_alone(void **state)
{
	struct snapshot *s CLEANUP(snapshot_freep) = machine(
		MACHINE
		"[sys/devices/pci0000:00/0000:00:04.0/power]\nruntime_status = suspended\n[answers]\n"
		"report vulkan = " HEAD "\"kind\": \"vulkan\", \"outcome\": \"crashed\"}\n"
		"report vulkan:not=nvidia = " HEAD
		"\"kind\": \"vulkan\", \"outcome\": \"fresh\"}\n",
		0);
	const struct report *r = report_of(s, REPORT_KIND_VULKAN, NULL);

	assert_non_null(r);
	assert_int_equal(r->outcome, REPORT_OUTCOME_FRESH);
	r = report_of(s, REPORT_KIND_NVML, NULL);
	assert_non_null(r);
	assert_int_equal(r->outcome, REPORT_OUTCOME_PENDING);
	assert_non_null(strstr(r->message, "asleep"));
	assert_int_equal(report_of(s, REPORT_KIND_OPENCL, NULL)->outcome, REPORT_OUTCOME_PENDING);
}

static void only_what_is_wanted(void **state)
{
	struct snapshot *s CLEANUP(snapshot_freep) =
		machine(MACHINE "[answers]\nreport vulkan = " HEAD
				"\"kind\": \"vulkan\", \"outcome\": \"fresh\"}\n"
				"report opencl = nonsense\n",
			1u << REPORT_KIND_OPENCL);

	assert_int_equal(s->reports.n, 1);
	assert_int_equal(s->reports.v[0].kind, REPORT_KIND_OPENCL);
	assert_int_equal(s->reports.v[0].outcome, REPORT_OUTCOME_GARBAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(text_is_clean),
		cmocka_unit_test(joins),
		cmocka_unit_test(sleepers_are_left_alone),
		cmocka_unit_test(only_what_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
