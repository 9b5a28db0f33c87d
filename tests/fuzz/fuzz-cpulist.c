/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of CPU numbers: what is taken says the same after being written and read again. */
#include "base/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	const char *s = arena_strn(a, (const char *)data, size);
	struct u32s cpus = {0}, again = {0};
	uint32_t i;

	if (parse_cpulist(a, s, &cpus) == 0) {
		if (parse_cpulist(a, cpulist_text(a, &cpus), &again) < 0 || again.n != cpus.n)
			abort();
		for (i = 0; i < cpus.n; i++)
			if (cpus.v[i] > 65535 || cpus.v[i] != again.v[i])
				abort();
	}
	arena_free(a);
	return 0;
}
