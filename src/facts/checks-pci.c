/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/checks.h"

const struct check_row checks_pci[] = {
	{"GB3001", SEVERITY_ERROR, "pci", "every GPU", "no memory window",
	 "The kernel found no address range for one of the GPU's windows (BARs). No driver can work with it; some drivers "
	 "hang the machine when they try.",
	 "Enable 'Above 4G Decoding' and disable CSM in the firmware setup, then boot with pci=realloc. Behind a hot-plug "
	 "port also reserve room with pci=hpmmioprefsize=SIZE. Do not load the driver before that.",
	 "t2linux/T2-Debian-and-Ubuntu-Kernel#189; minisforum-docs/MS-02-Ultra#32; linux "
	 "Documentation/admin-guide/kernel-parameters.txt: pci=hpmmioprefsize"},
	{"GB3002", SEVERITY_WARNING, "pci", "families that need Resizable BAR", "small memory window",
	 "This GPU is made for a window as large as its memory. With a small one it is slow, and compute and media "
	 "libraries may refuse it or die with SIGBUS.",
	 "In the firmware setup enable 'Resizable BAR' (also called Smart Access Memory) and 'Above 4G Decoding', and "
	 "disable CSM; then boot again.",
	 "intel/compute-runtime FAQ: small BAR is not supported with xe; intel/media-driver#1998"},
	{"GB3003", SEVERITY_NOTE, "pci", "discrete GPUs", "Resizable BAR is not used",
	 "The processor reaches only a part of the video memory at a time, which costs some speed.",
	 "In the firmware setup enable 'Resizable BAR' and 'Above 4G Decoding', and disable CSM.",
	 "linux Documentation/ABI/testing/sysfs-bus-pci: resourceN_resize; xCuri0/ReBarUEFI"},
	{"GB3010", SEVERITY_WARNING, "pci", "GPUs whose link can be read", "fewer PCIe lanes than both ends have",
	 "The link came up narrower than the card and its port can do. Lanes do not come back by themselves: this is "
	 "contact, riser, cable or another device that takes lanes of the slot.",
	 "Reseat the card and its riser or cable, look into the slot, and read the board's manual for slots and M.2 places "
	 "that share lanes; then boot again.",
	 "linux drivers/pci/pci.c: __pcie_print_link_status"},
	{"GB3011", SEVERITY_NOTE, "pci", "GPUs whose link can be read", "PCIe link runs slower than both ends can",
	 "At idle this is how GPUs save power. Under load it would cost bandwidth.",
	 "Look again while the GPU works. If it stays, look for a speed limit in the firmware setup, a riser or cable made "
	 "for an older PCIe, and messages of the kernel about corrected errors (AER).",
	 "the same healthy eGPU was captured at 2.5, 8 and 16 GT/s: apnex/aorus-5090-egpu"},
	{"GB3020", SEVERITY_ERROR, "pci", "every GPU", "GPU lost",
	 "The device is still listed but does not answer: its link is down or it fell off the bus. Every program that "
	 "touches it may hang, nvidia-smi included.",
	 "Do not start programs that use it. External: unplug it, switch the box off and on, plug it in again. Internal: shut "
	 "the machine down, cut the power for ten seconds. Then look for what came before in the kernel's messages.",
	 "apnex/aorus-5090-egpu, captured dead states; quazardous/amd-usb4-egpu-toolkit docs/troubleshooting"},
	{"GB3021", SEVERITY_ERROR, "pci", "every GPU", "GPU wedged",
	 "The GPU hung and its driver could not bring it back. Work that uses it fails or hangs.",
	 "End the programs that use it, then unbind and bind the driver; if that fails or hangs, boot again. Keep the "
	 "kernel's messages and /sys/class/devcoredump for a report.",
	 "linux Documentation/gpu/drm-uapi.rst: Device Wedging"},
	{"GB3022", SEVERITY_ERROR, "pci", "every GPU", "GPU in an emergency mode",
	 "The driver keeps the GPU alive but not for normal work.",
	 "Update the card's firmware (fwupdmgr, or the vendor's tool), then switch the machine off and on.",
	 "linux drivers/gpu/drm/xe/xe_survivability_mode.c"},
	{"GB3030", SEVERITY_NOTE, "pci", "every GPU", "GPU sleeps",
	 "Nothing is wrong: the GPU is suspended to save power. What would wake it was not read, so its link and "
	 "configuration space are unknown.",
	 "Run again with --wake to wake it and read everything.",
	 "linux Documentation/power/pci.rst; drivers/pci/pci-sysfs.c: current_link_speed resumes the device"},
	{"GB3031", SEVERITY_WARNING, "pci", "every GPU", "power cut though nothing let it sleep",
	 "The GPU is in D3cold, but it is told to stay awake or has no driver that could have put it to sleep. Such a device "
	 "often does not come back when it is used.",
	 "Write 'on' to power/control of the port above it and look whether the GPU comes back; otherwise switch the machine off and on. A "
	 "laptop's own GPU switch (firmware setup, or the vendor's module) may also have turned it off.",
	 "rolotrealanis98/open-apollo#55; NVIDIA/open-gpu-kernel-modules#1228"},
	{"GB3040", SEVERITY_NOTE, "pci", "GPUs that save power only with ASPM", "ASPM L1 is off",
	 "Without ASPM L1 on the card's link this GPU draws 30 to 50 W while it does nothing.",
	 "In the firmware setup enable 'Native ASPM' and L1 for the slot, and do not boot with pcie_aspm=off; the policy is in "
	 "/sys/module/pcie_aspm/parameters/policy.",
	 "Intel: Helping reduce idle power of Arc graphics on desktops; linux Documentation/admin-guide/kernel-parameters.txt: pcie_aspm"},
	{"GB3050", SEVERITY_NOTE, "pci", "discrete GPUs on machines with an IOMMU", "shares its IOMMU group",
	 "A GPU can be handed to a virtual machine only together with everything else in its IOMMU group.",
	 "For passthrough move the card to a slot that is wired to the processor, or hand over all devices of the group.",
	 "linux Documentation/driver-api/vfio.rst"},
	{"GB3051", SEVERITY_WARNING, "pci", "GPUs bound for passthrough", "no way to reset it",
	 "The kernel knows no way to reset this GPU, so a virtual machine can use it only once until the next boot.",
	 "Try another slot (a bus reset needs a bus of its own), a newer kernel, or a device-specific reset module.",
	 "linux Documentation/ABI/testing/sysfs-bus-pci: reset_method"},
	{0},
};
