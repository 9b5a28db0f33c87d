/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of modules.alias and records of modules.builtin.modinfo against a modalias; the first line is the modalias. */
#include "base/parse.h"
#include "format/modules-alias.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *end = text + size, *line, *found;
	struct arena *a = arena_new();
	const char *modalias = "pci:v00008086d0000E20Bsv00008086sd00001100bc03sc00i00";
	size_t n, len;

	if (size && next_line(&text, end, &line, &n) && n && n < 512)
		modalias = arena_strn(a, line, n);
	while (next_line(&text, end, &line, &n)) {
		if (modules_alias_match(line, n, modalias, &found, &len) &&
		    (found < line || found + len > line + n))
			abort();
		if (modules_builtin_match(line, n, modalias, &found, &len) &&
		    (found < line || found + len > line + n))
			abort();
		if (modules_builtin_value(line, n, "i915", "firmware", &found, &len) &&
		    found + len != line + n)
			abort();
		if (module_of_path(line, n, &found, &len))
			module_name(a, found, len);
	}
	arena_free(a);
	return 0;
}
