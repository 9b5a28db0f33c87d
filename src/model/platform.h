/* SPDX-License-Identifier: Apache-2.0 */
/* The machine around the GPUs: kernel, modules, firmware switches, the user who asks. */
#ifndef GPUBAY_MODEL_PLATFORM_H
#define GPUBAY_MODEL_PLATFORM_H

#include "base/field.h"

#define MODULE_STATE(E, P) E(P, LOADED, "loaded") E(P, BUILTIN, "built in") E(P, ABSENT, "not loaded")
ENUM_DECL(module_state, MODULE_STATE)

#define MODULE_PARAM(F, S) \
	F(S, name, str, _, 0, "parameter") \
	F(S, value, str, _, 0, "value")
FIELD_STRUCT(module_param, MODULE_PARAM)

/* A module that matters here: bound to a GPU, wanted by one, in conflict, thunderbolt, typec, RDMA. */
#define MODULE(F, S) \
	F(S, name, str, _, 0, "module, with underscores") \
	F(S, state, en, module_state, 0, "loaded, built in or not loaded") \
	F(S, available, b, _, 0, "there is a file for this kernel, or it is built in") \
	F(S, version, str, _, 0, "version of the loaded module; empty when it has none") \
	F(S, file_version, str, _, 0, "version of the module's file") \
	F(S, filename, str, _, FIELD_DETAIL, "file") \
	F(S, srcversion, str, _, FIELD_DETAIL, "source checksum of the loaded module") \
	F(S, signer, str, _, 0, "who signed the file; empty when nobody did") \
	F(S, license, str, _, FIELD_DETAIL, "licence") \
	F(S, taint, str, _, FIELD_DETAIL, "taint letters of the loaded module") \
	F(S, params, list, module_param, FIELD_DETAIL, "parameters in force that could be read") \
	F(S, param_names, strs, _, FIELD_HIDDEN, "parameters that the file says it has") \
	F(S, intree, b, _, FIELD_DETAIL, "built with the kernel, not beside it") \
	F(S, in_initramfs, b, _, 0, "also in the initramfs: it may be loaded from there, before the disk is mounted") \
	F(S, firmware, strs, _, FIELD_DETAIL, "firmware files it may ask for")
FIELD_STRUCT(module, MODULE)

/* A line of /etc/modprobe.d and the like, or of the kernel command line. */
#define MODPROBE_KIND(E, P) \
	E(P, BLACKLIST, "blacklist") E(P, OPTIONS, "options") E(P, INSTALL, "install") E(P, ALIAS, "alias") \
	E(P, SOFTDEP, "softdep")
ENUM_DECL(modprobe_kind, MODPROBE_KIND)
#define MODPROBE_RULE(F, S) \
	F(S, kind, en, modprobe_kind, 0, "kind") \
	F(S, module, str, _, 0, "module, with underscores") \
	F(S, text, str, _, 0, "rest of the line") \
	F(S, file, str, _, 0, "file, or kernel command line") \
	F(S, line, u32, _, 0, "line")
FIELD_STRUCT(modprobe_rule, MODPROBE_RULE)

#define FIRMWARE_STATE(E, P) E(P, PRESENT, "present") E(P, MISSING, "missing") E(P, UNREADABLE, "compressed, kernel cannot")
ENUM_DECL(firmware_state, FIRMWARE_STATE)
#define FIRMWARE_FILE(F, S) \
	F(S, name, str, _, 0, "name the driver asks for") \
	F(S, names, strs, _, FIELD_HIDDEN, "all names that would do: older versions too") \
	F(S, module, str, _, 0, "driver") \
	F(S, state, en, firmware_state, 0, "there or not") \
	F(S, path, str, _, 0, "file found; empty when none") \
	F(S, in_initramfs, b, _, 0, "also in the initramfs; known only where the driver is in there") \
	F(S, kind, str, _, 0, "what it is for: GuC, HuC, DMC ...") \
	F(S, required, b, _, 0, "the driver does not come up without it") \
	F(S, consequence, str, _, FIELD_DETAIL, "what is missing without it") \
	F(S, gpus, refs, gpu, 0, "GPUs here that want it")
FIELD_STRUCT(firmware_file, FIRMWARE_FILE)

/* A device node of a GPU driver beside those of DRM: /dev/kfd, /dev/nvidia0. */
#define DEVICE_NODE(F, S) \
	F(S, path, str, _, 0, "device node") \
	F(S, exists, b, _, 0, "it is there") \
	F(S, driver, str, _, 0, "driver it belongs to") \
	F(S, group, str, _, 0, "group") \
	F(S, gid, u32, _, 0, "group number") \
	F(S, uid, u32, _, FIELD_DETAIL, "owner number") \
	F(S, mode, oct, _, 0, "permission bits") \
	F(S, openable, b, _, 0, "whether the asking user may open it") \
	F(S, gpus, refs, gpu, 0, "GPUs that need it")
FIELD_STRUCT(device_node, DEVICE_NODE)

#define CMDLINE_PARAM(F, S) \
	F(S, name, str, _, 0, "name") \
	F(S, value, str, _, 0, "value; empty when it has none")
FIELD_STRUCT(cmdline_param, CMDLINE_PARAM)

/* An option line of an Xorg configuration that bears on GPUs. */
#define XORG_OPTION(F, S) \
	F(S, name, str, _, 0, "option") \
	F(S, value, str, _, 0, "value") \
	F(S, driver, str, _, 0, "driver of the section") \
	F(S, file, str, _, 0, "file") \
	F(S, line, u32, _, 0, "line")
FIELD_STRUCT(xorg_option, XORG_OPTION)

#define USER(F, S) \
	F(S, name, str, _, 0, "name") \
	F(S, uid, u32, _, 0, "number") \
	F(S, gid, u32, _, 0, "primary group") \
	F(S, gids, nums, _, 0, "all groups, primary included") \
	F(S, groups, strs, _, 0, "their names, where known") \
	F(S, memlock_bytes, u64, _, 0, "limit of locked memory (soft), 2^64-1 for none") \
	F(S, memlock_hard_bytes, u64, _, 0, "limit of locked memory (hard)") \
	F(S, session, b, _, 0, "has a local seat session: logind gives it the nodes by ACL")
FIELD_STRUCT(user, USER)

#define SECURE_BOOT(E, P) E(P, OFF, "off") E(P, ON, "on") E(P, UNSUPPORTED, "no UEFI")
ENUM_DECL(secure_boot, SECURE_BOOT)

#define VIRT_KIND(E, P) E(P, NONE, "none") E(P, VM, "vm") E(P, CONTAINER, "container")
ENUM_DECL(virt_kind, VIRT_KIND)

#define CPU_VENDOR(E, P) E(P, INTEL, "intel") E(P, AMD, "amd") E(P, ARM, "arm") E(P, OTHER, "other")
ENUM_DECL(cpu_vendor, CPU_VENDOR)

#define NUMA_NODE(F, S) \
	F(S, node, u32, _, 0, "number") \
	F(S, cpus, str, _, 0, "its CPUs") \
	F(S, distances, nums, _, FIELD_DETAIL, "distance to each node")
FIELD_STRUCT(numa_node, NUMA_NODE)

#define PLATFORM(F, S) \
	F(S, kernel, str, _, 0, "kernel release") \
	F(S, kernel_version, u32, _, FIELD_HIDDEN, "major << 16 | minor << 8 | patch (patch capped at 255)") \
	F(S, architecture, str, _, 0, "machine") \
	F(S, os, str, _, 0, "operating system") \
	F(S, os_id, str, _, 0, "ID of os-release, e.g. debian") \
	F(S, os_version, str, _, 0, "VERSION_ID of os-release") \
	F(S, vendor, str, _, 0, "maker of the machine") \
	F(S, product, str, _, 0, "model of the machine") \
	F(S, bios, str, _, 0, "firmware version") \
	F(S, chassis, u32, _, FIELD_DETAIL, "SMBIOS chassis type") \
	F(S, cpu_vendor, en, cpu_vendor, 0, "CPU maker") \
	F(S, cpu, str, _, 0, "CPU") \
	F(S, virt, en, virt_kind, 0, "virtual machine or container") \
	F(S, virt_type, str, _, 0, "kvm, docker ...") \
	F(S, secure_boot, en, secure_boot, 0, "UEFI Secure Boot") \
	F(S, lockdown, str, _, 0, "kernel lockdown: none, integrity or confidentiality") \
	F(S, module_sig_enforce, b, _, 0, "only signed modules load") \
	F(S, cmdline, str, _, FIELD_SECRET, "kernel command line") \
	F(S, params, list, cmdline_param, FIELD_DETAIL, "its parameters") \
	F(S, iommu, b, _, 0, "an IOMMU is in use (there are groups)") \
	F(S, iommu_mode, str, _, 0, "translated, passthrough or off") \
	F(S, pcie_ports_native, b, _, 0, "hot-plug is the kernel's own (pciehp), not ACPI's") \
	F(S, aspm_policy, str, _, 0, "ASPM policy") \
	F(S, firmware_compress, str, _, 0, "compressed firmware the kernel reads: none, or xz and zstd") \
	F(S, p2pdma, b, _, 0, "built with PCI peer-to-peer DMA") \
	F(S, hotplug_pci, b, _, 0, "built with PCI Express hot-plug") \
	F(S, page_size, u32, _, FIELD_DETAIL, "bytes") \
	F(S, udev, b, _, 0, "udevd runs") \
	F(S, boltd, b, _, 0, "bolt is installed") \
	F(S, modules, list, module, 0, "kernel modules that matter here") \
	F(S, modprobe, list, modprobe_rule, FIELD_DETAIL, "modprobe rules that touch them") \
	F(S, firmware, list, firmware_file, FIELD_DETAIL, "firmware files they want") \
	F(S, device_nodes, list, device_node, FIELD_DETAIL, "device nodes of GPU drivers beside DRM's") \
	F(S, xorg, list, xorg_option, FIELD_DETAIL, "Xorg options that bear on GPUs") \
	F(S, numa, list, numa_node, FIELD_DETAIL, "NUMA nodes") \
	F(S, user, obj, user, 0, "the user asked about") \
	F(S, peer_memory, b, _, 0, "nvidia-peermem or another peer-memory client is loaded") \
	F(S, xorg_running, b, _, FIELD_VOLATILE, "an X server runs") \
	F(S, nvidia_module_version, str, _, 0, "version of the loaded NVIDIA module") \
	F(S, nvidia_module_flavour, str, _, 0, "open or proprietary") \
	F(S, nvidia_library_version, str, _, 0, "version of the NVIDIA user-space libraries found") \
	F(S, intel_iommu_scope, str, _, FIELD_HIDDEN, "reserved") \
	F(S, external_ports, strs, _, 0, "ports named external in /etc/gpubay/external-ports") \
	F(S, initramfs, str, _, FIELD_DETAIL, "initramfs that was looked into; empty when none")
FIELD_STRUCT(platform, PLATFORM)

/* Whether the user may read and write a node with this mode and owner; what the kernel asks but for ACLs. */
bool user_may_open(const struct user *u, uint32_t mode, uint32_t uid, uint32_t gid);

#endif
