/* SPDX-License-Identifier: Apache-2.0 */
/* /etc/gpubay/profile.yaml: understood as a whole, or an error with its place and nothing of it. */
#include "config/profile.h"
#include "format/trust-file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct profile p;
	struct err e = {0};
	uint32_t i;

	if (profile_parse("profile", (const char *)data, size, a, &p, &e) < 0)
		must(e.text[0] && !p.known && p.trust.allow.n == 0 && !p.trust.require_iommu);
	for (i = 0; i < p.trust.allow.n; i++)
		must(trust_is_id(p.trust.allow.v[i].unique_id) && p.trust.allow.v[i].line > 0);
	arena_free(a);
	return 0;
}
