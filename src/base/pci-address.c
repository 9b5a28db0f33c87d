/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pci-address.h"

#include "base/parse.h"

#include <errno.h>

char *pci_addr_text(uint64_t addr, char buf[static PCI_ADDR_TEXT])
{
	snprintf(buf, PCI_ADDR_TEXT, "%04x:%02x:%02x.%x", PCI_DOMAIN(addr), PCI_BUS(addr), PCI_DEV(addr), PCI_FN(addr));
	return buf;
}

int pci_addr_parse_n(const char *s, size_t n, uint64_t *ret)
{
	uint64_t domain = 0, bus, dev, fn;
	size_t d;

	/* From the end, because only the domain has no fixed length: "bb:dd.f" is the last seven bytes. */
	if (n < 7 || s[n - 2] != '.' || s[n - 5] != ':')
		return -EINVAL;
	d = n - 7;
	if (d > 0) {
		if (s[d - 1] != ':' || d - 1 < 4 || d - 1 > 8 || s[1] == 'x' || s[1] == 'X' ||
		    parse_u64n(s, d - 1, 16, UINT32_MAX, &domain) < 0)
			return -EINVAL;
	}
	if (parse_u64n(s + d, 2, 16, 0xff, &bus) < 0 || parse_u64n(s + d + 3, 2, 16, 0x1f, &dev) < 0 ||
	    parse_u64n(s + d + 6, 1, 16, 7, &fn) < 0)
		return -EINVAL;
	*ret = PCI_ADDR(domain, bus, dev, fn);
	return 0;
}

int pci_addr_parse(const char *s, uint64_t *ret)
{
	return pci_addr_parse_n(s, strlen(s), ret);
}
