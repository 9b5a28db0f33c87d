/* SPDX-License-Identifier: Apache-2.0 */
/* PCI configuration space of any length and content: capability lists that loop, point nowhere, or end in the middle. */
#include "probe/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_space c;
	struct pci_config found = {0};
	uint32_t bars[6] = {0};
	unsigned id;

	config_init_bytes(&c, data, size);
	config_decode(&c, &found, bars);
	for (id = 0; id < 256; id++) {
		if (config_cap(&c, (uint8_t)id) >= 256)
			abort();
		if (config_ext_cap(&c, (uint16_t)id) >= CONFIG_SIZE)
			abort();
	}
	return 0;
}
