/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/checks.h"

const struct check_row checks_typec[] = {
	{"GB7001", SEVERITY_WARNING, "typec", "Type-C ports", "DisplayPort offered, not entered",
	 "Port and partner both offer DisplayPort, and nobody switched it on: the firmware's connector manager (UCSI) or its "
	 "driver failed, or another mode was preferred.",
	 "Unplug, wait ten seconds, plug in again, also turned round. Update the machine's and the dock's firmware (fwupdmgr). "
	 "Look for 'ucsi' and 'typec' in the kernel's messages.",
	 "fwupd/firmware-lenovo#628"},
	{"GB7002", SEVERITY_ERROR, "typec", "Type-C ports", "DisplayPort active, no picture",
	 "The mode is said to be active, and no display arrives at the GPU: the switch between the port's wires or the embedded "
	 "controller is stuck, although the kernel believes that all is well.",
	 "Suspend and resume. If that does not help: shut down, unplug everything, hold the power button for 30 seconds (drains the "
	 "embedded controller), start again. Then update the firmware.",
	 "omacom/omarchy#11864, #10492; fwupd/firmware-dell#264; linux-surface/linux-surface#2273"},
	{"GB7003", SEVERITY_WARNING, "typec", "alternate modes", "capabilities make no sense",
	 "The firmware passes on something else in place of what the device answered, so nobody can choose lanes and roles from "
	 "it. Often the picture fails with it.",
	 "Update the machine's firmware (fwupdmgr) and the dock's. Report the value with the machine's model to its maker.",
	 "omacom/omarchy#11864; fwupd/firmware-dell#264"},
	{"GB7004", SEVERITY_NOTE, "typec", "Type-C ports", "two DisplayPort lanes",
	 "The other two pairs of wires carry USB SuperSpeed (pin assignment D). Two lanes are enough for 4K at 60 Hz only with "
	 "HBR3 or compression.",
	 "Nothing is wrong. For more pixels use a dock or cable that takes all four lanes (pin assignment C or E); some docks have "
	 "a switch or a setting for it.",
	 "VESA DisplayPort Alt Mode on USB Type-C; linux include/linux/usb/typec_dp.h"},
	{"GB7005", SEVERITY_WARNING, "typec", "cables with an identity", "cable cannot carry DisplayPort",
	 "By what it says of itself the cable has wires for power and USB 2.0 only.",
	 "Use a full-featured Type-C cable (marked with 5, 10, 20 or 40 Gb/s), not one made for charging.",
	 "linux include/linux/usb/pd_vdo.h: CABLE_USB2_ONLY"},
	{"GB7006", SEVERITY_NOTE, "typec", "machines with Thunderbolt, USB4 or a battery", "the kernel shows no Type-C ports",
	 "Nothing can be said of alternate modes: this firmware or kernel does not show the ports. Displays may work all the same.",
	 "Look at the connectors instead ('gpubay show GPU'). The drivers are ucsi_acpi on most laptops, cros_ec_typec on "
	 "Chromebooks; coreboot machines may describe no ports.",
	 "StarLabsLtd/firmware#406"},
	{"GB7007", SEVERITY_NOTE, "typec", "Type-C ports", "DisplayPort is tunnelled",
	 "A display behind a Thunderbolt or USB4 device is reached through the tunnel. The files of the alternate modes then say "
	 "nothing, which is no fault.",
	 "Nothing needs to be done. Look at the router and at the display connector.",
	 "linux Documentation/admin-guide/thunderbolt.rst"},
	{"GB7008", SEVERITY_WARNING, "typec", "Type-C ports", "display attached to a port without DisplayPort",
	 "What is plugged in offers DisplayPort, and the port lists no such mode: it is a port for data and power, or the firmware "
	 "hides the mode.",
	 "Use another port: those with DisplayPort carry a D-shaped sign or a flash in most machines.",
	 "gpd-pocket#98; VESA DisplayPort Alt Mode on USB Type-C"},
	{"GB7009", SEVERITY_NOTE, "typec", "machines with an external GPU", "the machine's ports show the internal GPU",
	 "A Type-C port of the machine is wired to a GPU inside it. A display there never comes from the external GPU; that one "
	 "has outputs of its own, on the card in the box.",
	 "To use the external GPU's output directly, plug the display into the card.",
	 "ewagner12/all-ways-egpu README; hertg/egpu-switcher README"},
	{"GB7020", SEVERITY_WARNING, "typec", "connected display connectors", "display says nothing of itself",
	 "The connector is connected, but no EDID arrived, so there are no modes but the emergency ones: the wires of the display "
	 "channel (AUX, DDC) do not work.",
	 "Switch the display off and on, try another cable or adapter. A KVM switch or a sleeping display can cause it.",
	 "linux Documentation/gpu/drm-kms.rst: EDID"},
	{"GB7021", SEVERITY_WARNING, "typec", "connected display connectors", "display's EDID is damaged",
	 "The checksum of the EDID is wrong. The driver may refuse it and offer no modes.",
	 "Try another cable or adapter first. If the display's own memory is damaged, a corrected EDID can be loaded with "
	 "drm.edid_firmware=.",
	 "linux Documentation/admin-guide/edid.rst"},
	{.id = NULL},
};
