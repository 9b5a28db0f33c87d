/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/checks.h"

const struct check_row checks_thunderbolt[] = {
	{"GB6001", SEVERITY_ERROR, "thunderbolt", "boxes and docks on a cable", "not authorized",
	 "Until somebody allows it, the kernel opens no PCIe tunnel to a box: the GPU in it does not exist for the system. "
	 "Nothing says so by itself.",
	 "As root: gpubay trust add BOX, then gpubay attach BOX ('gpubay trust' shows the boxes); or for one time: gpubay attach "
	 "BOX --once.",
	 "linux Documentation/admin-guide/thunderbolt.rst; omacom/omarchy#12510; zirconium-dev/zirconium#56; "
	 "apnex/aorus-5090-egpu, captured unauthorized"},
	{"GB6002", SEVERITY_ERROR, "thunderbolt", "Thunderbolt domains", "no PCIe tunnels by security level",
	 "The firmware setup allows displays and USB over the cable, and no PCIe: a GPU in a box cannot be reached.",
	 "In the firmware setup set the Thunderbolt or USB4 security level to 'user authorization', or switch 'PCIe tunnelling' "
	 "on; then boot again.",
	 "linux Documentation/admin-guide/thunderbolt.rst: security levels dponly, usbonly, nopcie"},
	{"GB6003", SEVERITY_WARNING, "thunderbolt", "Thunderbolt domains", "any device is let in",
	 "With security level 'none' each device that is plugged in gets its PCIe tunnel at once. Without an IOMMU it can read "
	 "and write all memory.",
	 "In the firmware setup choose 'user authorization', and switch VT-d or the AMD IOMMU and 'kernel DMA protection' on.",
	 "linux Documentation/admin-guide/thunderbolt.rst"},
	{"GB6004", SEVERITY_WARNING, "thunderbolt", "Thunderbolt domains", "memory is not protected from external devices",
	 "A device that was authorized, or stands in for one, can read and write all memory: the IOMMU does not confine it.",
	 "Remove iommu=off, intel_iommu=off or amd_iommu=off from the kernel command line; in the firmware setup switch VT-d or "
	 "the AMD IOMMU and 'kernel DMA protection' on.",
	 "linux Documentation/admin-guide/thunderbolt.rst: DMA protection utilizing IOMMU; apnex/aorus-5090-egpu captures"},
	{"GB6005", SEVERITY_WARNING, "thunderbolt", "Thunderbolt and USB4 host controllers", "no driver for the host controller",
	 "Without the thunderbolt module nothing connects boxes and docks, unless old firmware does it by itself.",
	 "Load it: modprobe thunderbolt.",
	 "linux drivers/thunderbolt/nhi.c"},
	{"GB6006", SEVERITY_WARNING, "thunderbolt", "PCIe ports that tunnels come out of", "port sleeps",
	 "On some machines a port whose power was cut does not notice that a box was plugged in: no event, no GPU.",
	 "If plugging in does nothing, as root: write 'on' to the port's power/control, or boot with pcie_port_pm=off.",
	 "rolotrealanis98/open-apollo#55; CachyOS/linux-cachyos#1057"},
	{"GB6007", SEVERITY_WARNING, "thunderbolt", "boxes and docks on a cable", "connection slower than both ends can",
	 "The link came up with half its rate or lanes. Everything behind it gets that much less.",
	 "Use a short cable that is marked with 40 (or 80) Gb/s, or the one that came with the box; turn it round, clean the "
	 "contacts, try the other port. Passive cables over 0.8 m carry 20 Gb/s.",
	 "FrameworkComputer/SoftwareFirmwareIssueTracker#56"},
	{"GB6008", SEVERITY_WARNING, "thunderbolt", "external GPUs whose driver looks at the host", "driver takes it for internal",
	 "The driver recognizes external GPUs by the maker of the host's port, and this host is another's.",
	 "Never unbind, remove or unplug it while any program has it open (also a compositor, or a persistence daemon): end them "
	 "first. 'nvidia-smi' and unloading nvidia_drm count as programs.",
	 "NVIDIA/open-gpu-kernel-modules#894, #979; kernel-open/nvidia/nv-pci.c"},
	{"GB6009", SEVERITY_WARNING, "thunderbolt", "boxes and docks on a cable", "authorized, and no device behind it",
	 "The box is allowed, and the PCIe tunnel brought no device: the tunnel is not up, the GPU has no power, or the "
	 "firmware's tunnel was lost when the kernel reset the controller.",
	 "Look whether the GPU in the box has power and sits well; unplug the box, switch it off and on, plug it in again; "
	 "then, as root: gpubay attach. If it is lost at each start, boot with thunderbolt.host_reset=0.",
	 "ewagner12/all-ways-egpu README (host_reset); ublue-os/bazzite#3786"},
	{"GB6010", SEVERITY_NOTE, "thunderbolt", "boxes and docks on a cable", "box without a name",
	 "The box's identification (DROM) has no maker or name, so it can be known only by its unique id.",
	 "Nothing needs to be done. 'gpubay trust' shows the unique id.",
	 "linux drivers/thunderbolt/eeprom.c; Documentation/ABI/testing/sysfs-bus-thunderbolt: device_name"},
	{"GB6011", SEVERITY_NOTE, "thunderbolt", "boxes on hosts with a boot list", "not connected before the system starts",
	 "The firmware connects only boxes of its boot list by itself. This one appears when the system has started, which is too "
	 "late for the firmware's screen and may be too late for the display manager.",
	 "As root: boltctl enroll puts the box on the list where there is room for it.",
	 "linux Documentation/ABI/testing/sysfs-bus-thunderbolt: boot_acl; ewagner12/all-ways-egpu#12"},
	{"GB6012", SEVERITY_NOTE, "thunderbolt", "the thunderbolt module", "controller is not reset at start",
	 "host_reset is off: tunnels of the firmware are kept, which helps boxes that are lost at start. Tunnels may then be "
	 "slower than those the kernel would make.",
	 "Nothing needs to be done; without the need for it, remove thunderbolt.host_reset from the command line or "
	 "/etc/modprobe.d.",
	 "linux drivers/thunderbolt/nhi.c: host_reset; ewagner12/all-ways-egpu README"},
	{"GB6013", SEVERITY_NOTE, "thunderbolt", "external GPUs", "do not just unplug it",
	 "Its driver does not bear the GPU's going away.",
	 "Before unplugging, as root: gpubay eject GPU. It ends with SAFE TO UNPLUG, or says why not.",
	 "ROCm/legacy-rocm-build#4469; NVIDIA/open-gpu-kernel-modules#842"},
	{"GB6014", SEVERITY_NOTE, "thunderbolt", "external GPUs", "tunnel cannot be taken down",
	 "The controller's own firmware makes the tunnels here, and does not let go of one before the cable is pulled.",
	 "Before unplugging, as root: gpubay eject GPU. The box stays authorized until the cable is out.",
	 "linux Documentation/ABI/testing/sysfs-bus-thunderbolt: deauthorization"},
	{"GB6015", SEVERITY_WARNING, "thunderbolt", "external GPUs whose Xorg driver asks for leave", "Xorg does not use it",
	 "The Xorg driver leaves external GPUs alone unless its configuration allows them.",
	 "Add to the driver's \"Device\" section in /etc/X11/xorg.conf.d: Option \"AllowExternalGPUs\" \"True\". Remove a BusID "
	 "there: an external GPU's address changes.",
	 "NVIDIA Linux driver README, appendix 'X Config Options'; hertg/egpu-switcher README"},
	{"GB6016", SEVERITY_NOTE, "thunderbolt", "external GPUs", "drives a display",
	 "A display is lit by this GPU: pulling the cable takes the screen, and with many compositors the session.",
	 "Switch the display off or move it to another GPU before unplugging.",
	 "swaywm/wlroots#1278; niri-wm/niri#3993"},
	{"GB6017", SEVERITY_NOTE, "thunderbolt", "external GPUs", "way to the GPU is narrower than the box can",
	 "Something on the way carries less than the box's own connection could.",
	 "Nothing is broken. A host or a box of a newer generation would carry more.",
	 "ewagner12/all-ways-egpu#37"},
	{"GB6018", SEVERITY_NOTE, "thunderbolt", "GPUs in hot-plug slots", "inside or outside is not known",
	 "OCuLink is plain PCI Express: a cable to a box cannot be told from a hot-plug slot.",
	 "If the port leads outside, name it in /etc/gpubay/external-ports: one PCI address of the port a line, with 'oculink' "
	 "behind it.",
	 "linux Documentation/ABI/testing/sysfs-devices-removable"},
	{"GB6019", SEVERITY_WARNING, "thunderbolt", "/etc/gpubay/external-ports", "names a port that is not there",
	 "A line of the file names no PCI port of this machine, so it does nothing.",
	 "Correct the line: 'lspci -t' shows the ports. Addresses can change with the firmware or with other cards.",
	 "gpubay(1)"},
	{"GB6020", SEVERITY_NOTE, "thunderbolt", "boxes and docks on a cable", "authorized for this time only",
	 "bolt does not remember the box, so it must be authorized again after the next plug or start.",
	 "As root: gpubay trust add BOX ('gpubay trust' shows the boxes).",
	 "bolt's boltctl(1)"},
	{.id = NULL},
};
