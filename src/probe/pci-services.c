/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel runs on a PCI Express port: a device "ADDRESS:pcieTSS" for each service, T the type of port, SS one bit
 * (drivers/pci/pcie/portdrv.h). A service that the port could have and that is not there was kept by the firmware, or is
 * not built into the kernel.
 */
#include "probe/probe.h"

#include "base/parse.h"

static const struct {
	unsigned bit;
	const char *name;
} services[] = {{1, "pme"}, {2, "aer"}, {4, "hotplug"}, {8, "dpc"}, {16, "bandwidth"}};

static void service_add(struct probe *p, const char *name)
{
	const char *at = strstr(name, ":pcie");
	uint64_t address, number;
	struct pci_device *d;
	uint32_t i;
	unsigned k;

	if (!at || pci_addr_parse_n(name, (size_t)(at - name), &address) < 0 ||
	    parse_u64(at + strlen(":pcie"), 16, 0xfff, &number) < 0 || (i = snapshot_pci_find(p->snap, address)) == NONE)
		return;
	d = &p->snap->pci.v[i];
	for (k = 0; k < ARRAY_LEN(services); k++)
		if ((number & 0xff) == services[k].bit)
			strs_add(p->a, &d->services, services[k].name);
}

void pci_services(struct probe *p)
{
	struct strs names;
	uint32_t i;

	if (tree_list(p->root, "sys/bus/pci_express/devices", p->a, &names) < 0 || names.n == 0)
		return;
	for (i = 0; i < names.n; i++)
		service_add(p, names.v[i]);
	for (i = 0; i < p->snap->pci.n; i++)
		if (p->snap->pci.v[i].bridge)
			FIELD_KNOW(&p->snap->pci.v[i], pci_device, services);
}
