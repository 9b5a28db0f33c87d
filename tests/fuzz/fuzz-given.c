/* SPDX-License-Identifier: Apache-2.0 */
/* Notes of what was given to containers: refused with a place, or printed so that reading gives the same again. */
#include "base/parse.h"
#include "swap/given.h"
#include "swap/unit-devices.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	char *text = arena_strn(a, (const char *)data, size);
	struct buf one = BUF_NULL, two = BUF_NULL;
	struct unit_devices u;
	struct given g, again;
	struct err e = {0};

	if (given_parse(a, "fuzz", (const char *)data, size, &g, &e) < 0) {
		if (!str_starts(e.text, "fuzz:"))
			abort();
	} else {
		given_print(&g, &one);
		if (given_parse(a, "fuzz", one.p, one.n, &again, &e) < 0)
			abort();
		given_print(&again, &two);
		if (one.n != two.n || memcmp(one.p, two.p, one.n) != 0)
			abort();
	}
	device_list_allows(text, &(struct device_number){226, 128});
	unit_devices_parse(a, text, &u);
	buf_free(&one);
	buf_free(&two);
	arena_free(a);
	return 0;
}
