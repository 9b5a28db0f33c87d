/* SPDX-License-Identifier: Apache-2.0 */
/* KEY=value lines of uevent files, and the cleaning that every text from outside goes through. */
#include "base/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const keys[] = {"DRIVER", "PCI_CLASS", "PCI_ID", "PCI_SLOT_NAME", "MODALIAS", "DEVNAME", ""};

/* Clean text stays as it is when cleaned again. */
static void check_clean(struct arena *a, const char *s, size_t n)
{
	const char *once = utf8_clean(a, s, n);

	if (strcmp(once, utf8_clean(a, once, strlen(once))) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *end = text + size, *at = text, *line;
	struct arena *a = arena_new();
	size_t n, i, n_lines = 0;

	for (i = 0; i < ARRAY_LEN(keys); i++) {
		const char *v = keyval_get(a, text, size, keys[i]);

		if (v && strchr(v, '\n'))
			abort();
	}
	while (next_line(&at, end, &line, &n)) {
		if (line < text || line + n > end || memchr(line, '\n', n))
			abort();
		check_clean(a, line, n);
		if (++n_lines > size + 1)
			abort();
	}
	check_clean(a, text, size);
	arena_free(a);
	return 0;
}
