/* SPDX-License-Identifier: Apache-2.0 */
/* lspci's text: parsed, and what came of it read. */
#include "host/lspci.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const files[] = {"uevent", "config", "resource", "driver", "iommu_group", "class"};
	struct tree *t = NULL;
	struct err e = {0};
	struct strs names;
	struct arena *a;
	const char *s;
	uint32_t i;
	size_t j;

	if (lspci_parse("fuzz", (const char *)data, size, &t, &e) < 0) {
		if (e.code != -22 || strncmp(e.text, "fuzz:", 5) != 0)
			abort();
		return 0;
	}
	a = arena_new();
	if (tree_list(&t->root, "sys/bus/pci/devices", a, &names) < 0 || names.n == 0)
		abort();
	for (i = 0; i < names.n && i < 64; i++)
		for (j = 0; j < ARRAY_LEN(files); j++) {
			const char *path = arena_printf(a, "sys/bus/pci/devices/%s/%s", names.v[i], files[j]);

			tree_read_str(&t->root, path, a, &s);
			tree_link_base(&t->root, path, a, &s);
		}
	arena_free(a);
	tree_free(t);
	return 0;
}
