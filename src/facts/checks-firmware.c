/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/checks.h"

const struct check_row checks_firmware[] = {
	{"GB2001", SEVERITY_ERROR, "firmware", "drivers of the GPUs here", "firmware that the driver needs is missing",
	 "The driver does not come up without this file, so the GPU cannot be used.",
	 "Install the firmware package for this GPU (Debian: firmware-intel-graphics, firmware-amd-graphics or "
	 "firmware-misc-nonfree from non-free-firmware), renew the initramfs and boot again.",
	 "linux drivers/gpu/drm/xe/xe_uc_fw.c; drivers/base/firmware_loader/main.c"},
	{"GB2002", SEVERITY_WARNING, "firmware", "drivers of the GPUs here", "firmware for a part of the GPU is missing",
	 "The GPU works, but what this file is for does not.",
	 "Install the firmware package for this GPU, renew the initramfs and boot again.",
	 "intel/media-driver#1608; jellyfin/jellyfin#12946; linux drivers/gpu/drm/i915/display/intel_dmc.c"},
	{"GB2003", SEVERITY_ERROR, "firmware", "drivers of the GPUs here", "firmware is compressed as the kernel cannot read",
	 "The file is there, but compressed, and this kernel was built without that decompression: for the driver it is "
	 "missing.",
	 "Unpack the file beside itself ('zstd -d FILE' or 'xz -dk FILE'), or boot a kernel with "
	 "CONFIG_FW_LOADER_COMPRESS_ZSTD (Linux 5.19 or newer) or CONFIG_FW_LOADER_COMPRESS_XZ; renew the initramfs.",
	 "linux drivers/base/firmware_loader/Kconfig: FW_LOADER_COMPRESS; Debian 12 has zstd unset"},
	{"GB2004", SEVERITY_WARNING, "firmware", "drivers in the initramfs", "initramfs has the driver without its firmware",
	 "A driver that is loaded from the initramfs looks for firmware there, before the disk is mounted: the file on the "
	 "disk does not help it.",
	 "Renew the initramfs now that the firmware is installed ('update-initramfs -u', 'dracut -f' or 'mkinitcpio -P') and "
	 "boot again.",
	 "linux Documentation/driver-api/firmware/direct-fs-lookup.rst; initramfs-tools(7)"},
	{0},
};
