/* SPDX-License-Identifier: Apache-2.0 */
/* Source: NVIDIA/nvidia-container-toolkit internal/discover/graphics.go and pkg/nvcdi, NVIDIA driver README "Installed components". */
#include "facts/nvidia-files.h"

#include <stddef.h>

const char *const facts_nvidia_folders[] = {
	"usr/lib/x86_64-linux-gnu",
	"usr/lib/x86_64-linux-gnu/nvidia/current",
	"usr/lib/x86_64-linux-gnu/vdpau",
	"usr/lib/aarch64-linux-gnu",
	"usr/lib/aarch64-linux-gnu/nvidia/current",
	"usr/lib64",
	"usr/lib64/vdpau",
	"usr/lib",
	"usr/lib/nvidia",
	NULL,
};

const char *const facts_nvidia_prefixes[] = {
	"libnvidia", "libcuda", "libGLX_nvidia", "libEGL_nvidia", "libGLESv1_CM_nvidia", "libGLESv2_nvidia", "libnvcuvid",
	"libnvoptix", "libvdpau_nvidia", NULL,
};

const char *const facts_nvidia_files[] = {
	"usr/bin/nvidia-smi",
	"usr/bin/nvidia-debugdump",
	"usr/bin/nvidia-persistenced",
	"usr/bin/nvidia-cuda-mps-control",
	"usr/bin/nvidia-cuda-mps-server",
	"etc/vulkan/icd.d/nvidia_icd*",
	"usr/share/vulkan/icd.d/nvidia_icd*",
	"etc/vulkan/implicit_layer.d/nvidia_layers*",
	"usr/share/vulkan/implicit_layer.d/nvidia_layers*",
	"usr/share/glvnd/egl_vendor.d/10_nvidia*",
	"usr/share/egl/egl_external_platform.d/10_nvidia*",
	"usr/share/egl/egl_external_platform.d/15_nvidia*",
	"usr/share/egl/egl_external_platform.d/20_nvidia*",
	"etc/OpenCL/vendors/nvidia*",
	"usr/share/nvidia/nvoptix.bin",
	"lib/firmware/nvidia/%v/gsp*",
	"usr/lib/firmware/nvidia/%v/gsp*",
	NULL,
};
