/* SPDX-License-Identifier: Apache-2.0 */
/* EDID bytes: no input may read outside itself, and every text that comes out is valid UTF-8 and short. */
#include "probe/edid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct edid e;

	if (edid_parse(data, size, a, &e) == 0) {
		if (strlen(e.name) > 13 * 3 || strlen(e.serial) > 13 * 3 ||
		    strlen(e.manufacturer) != 3)
			abort();
		if (e.width_mm > 4095 || e.height_mm > 4095 ||
		    (e.width_mm == 0) != (e.height_mm == 0))
			abort();
	}
	arena_free(a);
	return 0;
}
