/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/checks.h"

const struct check_row checks_inventory[] = {
	{"GB1001", SEVERITY_NOTE, "inventory", "the machine", "no PCI bus", "There is no PCI bus, so there are no GPUs that gpubay knows to handle.",
	 "Nothing to do, unless this is a virtual machine or container that should have been given a GPU.",
	 "/sys/bus/pci/devices, Documentation/ABI/testing/sysfs-bus-pci"},
	{"GB1002", SEVERITY_NOTE, "inventory", "the machine", "no GPU, only displays that are none",
	 "BMC graphics and virtual displays show a picture but cannot run GPU programs.",
	 "If a GPU should be here, see that it is seated, powered and enabled in the firmware, or passed to this virtual machine.",
	 "earlier inventories counted BMC chips as GPUs; 1a03:2000, 102b:0536 in pci.ids"},
	{"GB1003", SEVERITY_NOTE, "inventory", "the machine", "GPU without PCI",
	 "A GPU that is part of a system on chip and has no PCI function is outside what gpubay handles.",
	 "Use the tools of the board's maker.", "Documentation/gpu/drivers.rst (panfrost, msm, vc4)"},
	{"GB1004", SEVERITY_NOTE, "inventory", "every GPU", "family not in gpubay's tables",
	 "gpubay does not know this device id: it is counted as a GPU by its class, but drivers, firmware and features cannot be judged.",
	 "Report the device id with the output of 'gpubay capture', so that a row can be added.",
	 "include/drm/intel/pciids.h, pci.ids"},
	{0},
};
