/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/checks.h"

const struct check_row checks_hotswap[] = {
	{"GB0501", SEVERITY_WARNING, "hotswap", "external GPUs in hot-plug slots", "hot-plug of its port is not the kernel's own",
	 "ACPI's firmware runs the port. Room for what is plugged in later cannot be reserved there, a GPU that is pulled is noticed "
	 "late or not at all, and the slot's power cannot be switched.",
	 "Boot with pcie_ports=native. Where the machine then misbehaves, look in the firmware setup for 'native PCIe hot-plug' or "
	 "'OS native resource balance'.",
	 "linux drivers/pci/hotplug/acpiphp_glue.c; Documentation/admin-guide/kernel-parameters.txt: pcie_ports"},
	{"GB0502", SEVERITY_NOTE, "hotswap", "empty ports that boxes are plugged into", "no room for a GPU at an empty port",
	 "The window of this port is smaller than what the machine's external GPU needs, or any GPU where there is none yet. "
	 "Plugged in there while the machine runs, it may get no memory window, and no driver works without.",
	 "Reserve room with pci=hpmmioprefsize=SIZE, or plug the box in before the machine starts.",
	 "linux drivers/pci/setup-bus.c: pci_bridge_distribute_available_resources; minisforum-docs/MS-02-Ultra#32"},
	{"GB0503", SEVERITY_NOTE, "hotswap", "ports named in /etc/gpubay/external-ports", "port sleeps",
	 "The port is empty and asleep. One whose power is cut does not notice that something is plugged in: no event, no GPU.",
	 "If plugging in does nothing, write 'on' to the port's power/control, or boot with pcie_port_pm=off.",
	 "rolotrealanis98/open-apollo#55; linux drivers/pci/pci.c: pci_bridge_d3_possible"},
	{"GB0504", SEVERITY_NOTE, "hotswap", "external GPUs", "errors at its port are not contained",
	 "The port could cut the GPU off on an error or when it is pulled (DPC), so that nothing waits for answers that never come; "
	 "but the kernel does not run that service.",
	 "Boot with pcie_ports=dpc-native: the firmware keeps the service to itself otherwise. The kernel must be built with "
	 "CONFIG_PCIE_DPC.",
	 "linux Documentation/admin-guide/kernel-parameters.txt: pcie_ports=dpc-native; drivers/pci/pcie/dpc.c"},
	{0},
};
