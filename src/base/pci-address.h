/* SPDX-License-Identifier: Apache-2.0 */
/* PCI addresses as numbers and as text. */
#ifndef GPUBAY_BASE_PCI_ADDRESS_H
#define GPUBAY_BASE_PCI_ADDRESS_H

#include "base/macro.h"

/* An address in one number, so that addresses sort as lspci sorts them: domain (32 bits), bus, device, function. */
#define PCI_ADDR(domain, bus, dev, fn) \
	((uint64_t)(domain) << 16 | (uint64_t)(bus) << 8 | (uint64_t)(dev) << 3 | (uint64_t)(fn))
#define PCI_DOMAIN(a) ((uint32_t)((a) >> 16))
#define PCI_BUS(a) ((unsigned)((a) >> 8 & 0xff))
#define PCI_DEV(a) ((unsigned)((a) >> 3 & 0x1f))
#define PCI_FN(a) ((unsigned)((a)&7))
#define PCI_SLOT_OF(a) ((a) & ~UINT64_C(7)) /* function 0 of the same device */
enum { PCI_ADDR_TEXT = 20 };
/* "0000:03:00.0"; the domain has at least four digits, more when it needs them. Returns buf. */
char *pci_addr_text(uint64_t addr, char buf[static PCI_ADDR_TEXT]);
/* Full "dddd…:bb:dd.f" or short "bb:dd.f" (domain 0); -EINVAL otherwise. */
int pci_addr_parse(const char *s, uint64_t *ret);
/* The same for the first n bytes. */
int pci_addr_parse_n(const char *s, size_t n, uint64_t *ret);

#endif
