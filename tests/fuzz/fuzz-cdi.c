/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of CDI specs, the same bytes as JSON and as YAML. What it takes has a kind, a version and devices. */
#include "base/parse.h"
#include "codec/cdi-json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(struct arena *a, const char *name, const char *text, size_t n)
{
	struct cdi_outline o;
	struct err e = {0};
	uint32_t i;

	if (cdi_spec_parse(name, text, n, a, &o, &e) < 0) {
		if (!e.code || !str_starts(e.text, name))
			abort();
		return;
	}
	if (!cdi_kind_valid(o.kind) || !o.version_number || o.devices.n == 0)
		abort();
	for (i = 0; i < o.devices.n; i++)
		if (!cdi_device_valid(o.devices.v[i]))
			abort();
	for (i = 0; i < o.paths.n; i++)
		if (!o.paths.v[i])
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	const char *text = arena_dup(a, data, size);

	judge(a, "fuzz.json", text, size);
	judge(a, "fuzz.yaml", text, size);
	arena_free(a);
	return 0;
}
