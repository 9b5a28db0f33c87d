/* SPDX-License-Identifier: Apache-2.0 */
/* Device filters: whatever the kernel gives back, it is refused, or decides within bounds and is itself again after being opened and closed. */
#include "swap/device-filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct device_number number[] = {{226, 0}, {226, 128}};
	static const struct device_number_list devices = {.v = number, .n = 2};
	struct arena *a = arena_new();
	struct device_filter seen = {.n = (uint32_t)(size / sizeof(struct bpf_insn))}, f, opened, closed;

	seen.v = arena_dup(a, data, size);
	if (seen.n <= DEVICE_FILTER_MAX && device_filter_normalise(a, &seen, &f) == 0) {
		device_filter_allows(&f, &number[0]);
		device_filter_open(a, &f, &devices, &opened);
		if (device_filter_allows(&opened, &number[0]) != 1 || device_filter_allows(&opened, &number[1]) != 1)
			abort();
		if (device_filter_close(a, &opened, &devices, &closed) < 2)
			abort();
		if (device_filter_close(a, &f, &devices, &opened) == 0 && (closed.n != f.n || memcmp(closed.v, f.v, f.n * sizeof(*f.v)) != 0))
			abort();
	}
	arena_free(a);
	return 0;
}
