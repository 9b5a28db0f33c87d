/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PCI configuration space. Reading it is dear (each word is a bus cycle, in a virtual machine a trap: 300 us for 64
 * bytes against 7 us for an attribute), so it is fetched in the pieces that are needed, and only for devices that are
 * awake. Register layouts: PCI Express Base Specification chapter 7, linux/pci_regs.h.
 */
#ifndef GPUBAY_PROBE_CONFIG_H
#define GPUBAY_PROBE_CONFIG_H

#include "host/tree.h"
#include "model/pci.h"

enum { CONFIG_SIZE = 4096, CONFIG_PIECE = 64 };

struct config_space {
	const struct tree_dir *at;
	const char *path;
	uint8_t bytes[CONFIG_SIZE];
	uint64_t fetched;    /* one bit for each piece of 64 bytes */
	unsigned length;     /* bytes known to exist so far; reads beyond fail */
	int error;           /* negative errno of the first failed read */
};

/* Does not read anything yet. */
void config_init(struct config_space *c, const struct tree_dir *at, const char *path);
/* For bytes that are here already (hex dumps, tests). */
void config_init_bytes(struct config_space *c, const uint8_t *p, size_t n);

/* False when the bytes cannot be had (not root: only 64 of them). */
bool config_u8(struct config_space *c, unsigned offset, uint8_t *ret);
bool config_u16(struct config_space *c, unsigned offset, uint16_t *ret);
bool config_u32(struct config_space *c, unsigned offset, uint32_t *ret);

/* Offset of a capability of the old list (0x34), or of the extended one (0x100); 0 when there is none or unreadable. */
unsigned config_cap(struct config_space *c, uint8_t id);
unsigned config_ext_cap(struct config_space *c, uint16_t id);

/* Everything the model wants to know. `bars` receives the low words of the six BARs. */
void config_decode(struct config_space *c, struct pci_config *ret, uint32_t bars[static 6]);

/* MT/s of a link speed code of LNKCAP/LNKSTA; 0 for a reserved one. */
uint32_t config_speed_mts(unsigned code);

#endif
