/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/checks.h"

const struct check_row checks_nodes[] = {
	{"GB4001", SEVERITY_ERROR, "nodes", "GPUs with a driver", "device node is missing in /dev",
	 "The kernel made the device, but its node in /dev is not there: programs cannot open the GPU.",
	 "Start udev or let it run again ('udevadm trigger --subsystem-match=drm'); see that /dev is a devtmpfs.",
	 "linux Documentation/gpu/drm-uapi.rst; udev(7)"},
	{"GB4002", SEVERITY_ERROR, "nodes", "GPUs with a driver", "driver made no device node",
	 "The driver is bound to the GPU but offers no card or render node: it came up without graphics, or not completely.",
	 "Read the driver's messages ('journalctl -k -b | grep DRIVER').",
	 "linux Documentation/gpu/drm-uapi.rst: primary and render nodes"},
	{"GB4003", SEVERITY_ERROR, "nodes", "GPUs whose driver has nodes of its own", "driver's own nodes are missing",
	 "NVIDIA's driver does not make its nodes by itself; without them CUDA, NVML and containers do not work.",
	 "Run 'nvidia-modprobe -c 0 -u' as root, once for each GPU number; at start nvidia-persistenced or udev rules do it.",
	 "NVIDIA/nvidia-modprobe; NVIDIA driver README: device nodes"},
	{"GB4004", SEVERITY_ERROR, "nodes", "GPUs with nodes", "user may not open the GPU",
	 "The permissions of the GPU's nodes do not let this user in: programs of this user do not see the GPU.",
	 "Add the user to the node's group ('usermod -aG GROUP USER' as root) and log in again.",
	 "systemd rules.d/50-udev-default.rules.in: GROUP=render; intel/compute-runtime#103"},
	{"GB4005", SEVERITY_NOTE, "nodes", "GPUs with nodes", "user gets in only at the screen",
	 "The user is not in the node's group; the session at the screen gives access, but services, cron jobs and logins "
	 "over the network have none.",
	 "Add the user to the node's group ('usermod -aG GROUP USER' as root), if more than the desktop is to use the GPU.",
	 "systemd rules.d/73-seat-late.rules.in, uaccess"},
	{"GB4006", SEVERITY_WARNING, "nodes", "AMD GPUs with compute", "compute node is missing or closed",
	 "ROCm and OpenCL on AMD GPUs need /dev/kfd beside the render node.",
	 "Let udev make it ('udevadm trigger'), and add the user to its group ('usermod -aG render USER' as root).",
	 "ROCm documentation: prerequisites, groups; linux drivers/gpu/drm/amd/amdkfd/kfd_chardev.c"},
	{"GB4007", SEVERITY_ERROR, "nodes", "NVIDIA GPUs", "user may not open NVIDIA's nodes",
	 "NVIDIA's nodes do not let this user in: CUDA and NVML report that there is no GPU.",
	 "Set the modes in a file in /etc/modprobe.d: 'options nvidia NVreg_DeviceFileMode=0666', or NVreg_DeviceFileGID with "
	 "a group of the user; then boot again.",
	 "NVIDIA driver README: NVreg_DeviceFileUID, NVreg_DeviceFileGID, NVreg_DeviceFileMode"},
	{"GB4008", SEVERITY_NOTE, "nodes", "machines with GPUs", "no stable names below /dev/dri/by-path",
	 "Nobody made the links that keep their name when cards are numbered anew: programs that are told card0 may get another "
	 "GPU after the next start.",
	 "Run udev. In a container or a minimal system name the GPU by its PCI address instead.",
	 "systemd rules.d/60-drm.rules; all-ways-egpu#13"},
	{0},
};
