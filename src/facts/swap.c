/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/swap.h"

#include "base/parse.h"

#define NO_HOTPLUG \
	"its slot has no hot plug: the machine must be switched off before the card is pulled"
#define THUNDERBOLT "linux Documentation/admin-guide/thunderbolt.rst"
#define PCIEHP "linux Documentation/PCI/pciebus-howto.rst; drivers/pci/hotplug/pciehp_core.c"

/* The first row that fits counts. */
const struct facts_letgo facts_letgos[] = {
	{.interface = "thunderbolt", .tunnel = true, .source = THUNDERBOLT},
	{.interface = "usb4", .tunnel = true, .source = THUNDERBOLT},
	{.interface = "",
	 .unsafe = NO_HOTPLUG,
	 .source = "PCI Express Card Electromechanical Specification: hot plug"},
	{.interface = NULL, .slot = true, .source = PCIEHP},
	/* OCuLink and the like: the cable carries no notice, and the port no power of its own to switch off. */
	{.interface = NULL,
	 .before =
		 "Switch the box off, then pull the cable: this port cannot cut its power itself.",
	 .source = "SFF-8611, SFF-8612 (OCuLink)"},
	{0},
};

const struct facts_letgo *facts_letgo_find(const char *interface, bool slot)
{
	const struct facts_letgo *f;

	for (f = facts_letgos; f->source; f++)
		if (f->slot == slot && (!f->interface || str_eq(f->interface, interface)))
			return f;
	return f - 1;
}

const struct facts_waits facts_waits[] = {
	{"nvidia",
	 "its driver waits in the kernel until the last user is gone, and can be neither ended nor tried again",
	 "NVIDIA/open-gpu-kernel-modules#894; kernel-open/nvidia/nv-pci.c"},
	{"vfio-pci", "vfio-pci waits in the kernel until the virtual machine has closed the device",
	 "drivers/vfio/vfio_main.c: vfio_unregister_group_dev"},
	{0},
};

const struct facts_waits *facts_waits_find(const char *driver)
{
	const struct facts_waits *f;

	for (f = facts_waits; driver && f->driver; f++)
		if (str_eq(f->driver, driver))
			return f;
	return NULL;
}

const struct facts_kernel_user facts_kernel_users[] = {
	{"nvidia",
	 "nvidia_drm",
	 "modeset",
	 {580, 105, 8},
	 "nvidia-drm has it open for displays (modeset=1) and closes single GPUs only since driver 580.105.08: "
	 "unbinding would wait in the kernel for ever",
	 "install NVIDIA's driver 580.105.08 or newer, or boot with nvidia-drm.modeset=0; until then shut the machine "
	 "down to unplug it",
	 "NVIDIA/open-gpu-kernel-modules 580.105.08: kernel-open/nvidia/nv-pci.c nvidia_modeset_remove, "
	 "kernel-open/nvidia-drm/nvidia-drm.c .remove"},
	{0},
};

const struct facts_kernel_user *facts_kernel_user_find(const char *driver)
{
	const struct facts_kernel_user *f;

	for (f = facts_kernel_users; driver && f->driver; f++)
		if (str_eq(f->driver, driver))
			return f;
	return NULL;
}

const struct facts_daemon facts_daemons[] = {
	{"nvidia-persiste", "nvidia-persistenced.service", "nvidia-smi -i %a -pm 0",
	 "NVIDIA GPUs are set up anew for each program",
	 "NVIDIA/nvidia-persistenced; nvidia-smi(1)"},
	{"nvidia-powerd", "nvidia-powerd.service", NULL, "Dynamic Boost of NVIDIA laptops",
	 "NVIDIA Linux driver README, chapter 'Dynamic Boost on Linux'"},
	{"nv-hostengine", "nvidia-dcgm.service", NULL, "DCGM's monitoring",
	 "NVIDIA/DCGM#108; NVIDIA/mig-parted#282"},
	{"dcgm-exporter", "nvidia-dcgm-exporter.service", NULL, "DCGM's metrics",
	 "NVIDIA/dcgm-exporter#606"},
	{"lact", "lactd.service", "lact cli --gpu-id=%v:%d-%V:%D-%a detach",
	 "LACT's fan curves and limits", "ilya-zlobintsev/LACT#1123"},
	{"lactd", "lactd.service", "lact cli --gpu-id=%v:%d-%V:%D-%a detach",
	 "LACT's fan curves and limits", "ilya-zlobintsev/LACT#1123"},
	{0},
};

const struct facts_daemon *facts_daemon_find(const char *program)
{
	const struct facts_daemon *f;

	for (f = facts_daemons; program && f->program; f++)
		if (str_eq(f->program, program))
			return f;
	return NULL;
}

/* In every package of containerd; it signals, and waits for nothing. */
#define CTR_KILL "ctr --address=%a --namespace=%n tasks kill --signal="

const struct facts_engine_stop facts_engine_stops[] = {
	{"podman", "podman stop -t %t", NULL, "podman-stop(1)"},
	{"docker", "docker stop -t %t", NULL, "docs.docker.com/reference/cli/docker/container/stop"},
	{"containerd", "nerdctl --address=%a --namespace=%n stop -t %t", NULL, "containerd/nerdctl docs/command-reference.md"},
	{"containerd", CTR_KILL "SIGTERM", CTR_KILL "SIGKILL", "containerd/containerd cmd/ctr/commands/tasks/kill.go"},
	{"cri-o", "crictl stop --timeout %t", NULL, "kubernetes-sigs/cri-tools docs/crictl.md"},
	{0},
};

const struct facts_firmware_display facts_firmware_displays[] = {
	{"efi-framebuffer", "drivers/video/fbdev/efifb.c"},
	{"simple-framebuffer", "drivers/video/fbdev/simplefb.c; drivers/gpu/drm/tiny/simpledrm.c"},
	{"vesa-framebuffer", "drivers/video/fbdev/vesafb.c"},
	{0},
};
