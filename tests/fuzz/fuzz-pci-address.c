/* SPDX-License-Identifier: Apache-2.0 */
/* PCI addresses, with 32-bit domains: what is taken names the same function after being written and read again. */
#include "base/parse.h"
#include "model/pci.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	const char *s = arena_strn(a, (const char *)data, size);
	char text[PCI_ADDR_TEXT];
	uint64_t addr, again;

	if (pci_addr_parse(s, &addr) == 0 &&
	    (pci_addr_parse(pci_addr_text(addr, text), &again) < 0 || again != addr))
		abort();
	if (pci_addr_parse_n((const char *)data, size, &addr) == 0 &&
	    (pci_addr_parse(pci_addr_text(addr, text), &again) < 0 || again != addr))
		abort();
	arena_free(a);
	return 0;
}
