/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/holders.h"

#include "base/parse.h"

#define DRM "drivers/gpu/drm/drm_sysfs.c"
#define AUX "drivers/gpu/drm/display/drm_dp_aux_dev.c"
#define I2C "drivers/i2c/i2c-dev.c"

const struct facts_held_path facts_held_paths[] = {
	{"drm/card*", "display node", DRM},
	{"drm/renderD*", "render node", DRM},
	{"virtio*/drm/*", "node of a virtio GPU", "drivers/gpu/drm/virtio"},
	{"accel/accel*", "accelerator node", "drivers/accel/drm_accel.c"},
	{"drm/card*/card*-*/drm_dp_aux*", "DisplayPort side channel", AUX},
	{"drm/card*/drm_dp_aux*", "DisplayPort side channel", AUX},
	{"drm_dp_aux_dev/drm_dp_aux*", "DisplayPort side channel", AUX},
	{"i2c-*/i2c-dev/i2c-*", "wires to a display (DDC)", I2C},
	{"drm/card*/i2c-*/i2c-dev/i2c-*", "wires to a display (DDC)", I2C},
	{"drm/card*/card*-*/i2c-*/i2c-dev/i2c-*", "wires to a display (DDC)", I2C},
	{"graphics/fb*", "framebuffer", "drivers/video/fbdev/core/fb_chrdev.c"},
	{"virtio*/graphics/fb*", "framebuffer", "drivers/video/fbdev/core/fb_chrdev.c"},
	{"sound/card*/*", "sound over the display cable", "sound/core/init.c"},
	{"vfio-dev/vfio*", "handed to a virtual machine", "drivers/vfio/vfio_main.c"},
	{0},
};

const struct facts_held_folder facts_held_folders[] = {
	{"nvidia", "nvidia-caps", "NVIDIA/open-gpu-kernel-modules nv-caps.c"},
	{"nvidia", "nvidia-caps-imex-channels", "NVIDIA/open-gpu-kernel-modules nv-caps-imex.c"},
	{0},
};

const struct facts_held_file facts_held_files[] = {
	{"anon_inode:i915.gem", "i915", NULL, true, "drivers/gpu/drm/i915/gem/i915_gem_mman.c: mmap_singleton"},
	{"anon_inode:[vfio-device]", NULL, "vfio-device-syspath", false, "drivers/vfio/vfio_main.c: vfio_device_show_fdinfo"},
	{0},
};

#define SYSTEMD_SCOPE(engine, prefix, source) {engine, NULL, prefix, ".scope", source}

const struct facts_cgroup facts_cgroups[] = {
	SYSTEMD_SCOPE("podman", "libpod-", "containers/podman libpod/oci_conmon_linux.go"),
	SYSTEMD_SCOPE("docker", "docker-", "moby/moby daemon/oci_linux.go"),
	SYSTEMD_SCOPE("containerd", "cri-containerd-", "containerd/containerd internal/cri"),
	SYSTEMD_SCOPE("containerd", "nerdctl-", "containerd/nerdctl pkg/cmd/container"),
	SYSTEMD_SCOPE("cri-o", "crio-", "cri-o/cri-o internal/config/cgmgr"),
	{"podman", NULL, "libpod-payload-", "", "containers/podman libpod/container_internal_linux.go: split control groups"},
	{"podman", NULL, "libpod-", "", "containers/podman libpod/container_internal_linux.go: cgroupfs"},
	{"cri-o", NULL, "crio-", "", "cri-o/cri-o internal/config/cgmgr: cgroupfs"},
	{"docker", "docker", "", "", "moby/moby daemon/oci_linux.go: cgroupfs"},
	{"docker", "buildkit", "", "", "moby/buildkit"},
	{"containerd", "default", "", "", "containerd/nerdctl: cgroupfs, /NAMESPACE/ID"},
	{"containerd", "k8s.io", "", "", "containerd/containerd: cgroupfs, /NAMESPACE/ID"},
	{"containerd", "pod*", "", "", "kubelet with cgroupfs: /kubepods/.../podUID/ID"},
	{0},
};

#define SERVER(command, source) {command, false, source}

/* Sorted by nothing: the first that fits is as good as another. */
const struct facts_seat_program facts_seat_programs[] = {
	SERVER("Xorg", "X.Org"),
	SERVER("X", "X.Org"),
	SERVER("Xorg.wrap", "X.Org"),
	SERVER("gnome-shell", "GNOME"),
	SERVER("mutter", "GNOME"),
	SERVER("kwin_wayland", "KDE Plasma"),
	SERVER("sway", "swaywm/sway"),
	SERVER("weston", "Weston"),
	SERVER("Hyprland", "hyprwm/Hyprland"),
	SERVER("niri", "niri-wm/niri"),
	SERVER("wayfire", "WayfireWM/wayfire"),
	SERVER("labwc", "labwc/labwc"),
	SERVER("river", "riverwm/river"),
	SERVER("hikari", "hikari"),
	SERVER("cage", "cage-kiosk/cage"),
	SERVER("gamescope", "ValveSoftware/gamescope"),
	SERVER("gamescope-wl", "ValveSoftware/gamescope"),
	SERVER("cosmic-comp", "pop-os/cosmic-comp"),
	SERVER("phoc", "Phosh"),
	SERVER("enlightenment", "Enlightenment"),
	SERVER("mir_demo_server", "Mir"),
	SERVER("miriway", "Mir"),
	SERVER("plymouthd", "Plymouth"),
	SERVER("kmscon", "kmscon"),
	{"systemd-logind", true, "systemd: login1 TakeDevice"},
	{"elogind", true, "elogind: login1 TakeDevice"},
	{"elogind-daemon", true, "elogind: login1 TakeDevice"},
	{"seatd", true, "kennylevinsen/seatd"},
	{0},
};

const struct facts_seat_program *facts_seat_program_find(const char *command)
{
	const struct facts_seat_program *p;

	for (p = facts_seat_programs; p->command; p++)
		if (str_eq(p->command, command))
			return p;
	return NULL;
}
