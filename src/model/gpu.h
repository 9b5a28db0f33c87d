/* SPDX-License-Identifier: Apache-2.0 */
/* GPUs: one object for each card or integrated GPU, whatever number of PCI functions it has; and its slices. */
#ifndef GPUBAY_MODEL_GPU_H
#define GPUBAY_MODEL_GPU_H

#include "model/pci.h"

#define GPU_VENDOR(E, P) E(P, NVIDIA, "nvidia") E(P, AMD, "amd") E(P, INTEL, "intel") E(P, OTHER, "other")
ENUM_DECL(gpu_vendor, GPU_VENDOR)

/* What a display-like PCI function is. Only discrete, integrated and guest_vf are GPUs. */
#define GPU_KIND(E, P) \
	E(P, DISCRETE, "discrete") E(P, INTEGRATED, "integrated") E(P, GUEST_VF, "guest-vf") \
	E(P, VIRTUAL, "virtual") E(P, BMC, "bmc") E(P, NPU, "npu")
ENUM_DECL(gpu_kind, GPU_KIND)

#define GPU_STATE(E, P) \
	E(P, ABSENT, "absent") E(P, UNAUTHORIZED, "unauthorized") E(P, NO_BAR, "no-bar") E(P, UNBOUND, "unbound") \
	E(P, BOUND, "bound") E(P, READY, "ready") E(P, DEGRADED, "degraded") E(P, WEDGED, "wedged") E(P, LOST, "lost") \
	E(P, REMOVING, "removing") E(P, SAFE_TO_UNPLUG, "safe-to-unplug")
ENUM_DECL(gpu_state, GPU_STATE)

#define CONFIDENCE(E, P) E(P, LOW, "low") E(P, MEDIUM, "medium") E(P, HIGH, "high")
ENUM_DECL(confidence, CONFIDENCE)

#define ATTACHMENT(E, P) E(P, INTERNAL, "internal") E(P, EXTERNAL, "external")
ENUM_DECL(attachment, ATTACHMENT)

#define ID_SOURCE(E, P) \
	E(P, AMD_UNIQUE_ID, "amd unique_id") E(P, PCIE_SERIAL, "PCIe device serial number") \
	E(P, ENCLOSURE, "enclosure and slot") E(P, ADDRESS, "PCI address")
ENUM_DECL(id_source, ID_SOURCE)

#define SLICE_KIND(E, P) E(P, MIG, "mig") E(P, VF, "vf") E(P, PARTITION, "partition") E(P, MDEV, "mdev")
ENUM_DECL(slice_kind, SLICE_KIND)

/* One thing that was looked at, and what it said. */
#define EVIDENCE(F, S) \
	F(S, path, str, _, 0, "file or attribute that was read") \
	F(S, value, str, _, 0, "what it said") \
	F(S, wanted, str, _, 0, "what would be right, where that can be said") \
	F(S, note, str, _, 0, "what follows from it")
FIELD_STRUCT(evidence, EVIDENCE)

/* External or not: the evidence, strongest first. */
#define EXTERNAL(F, S) \
	F(S, attachment, en, attachment, 0, "internal or external") \
	F(S, confidence, en, confidence, 0, "how sure") \
	F(S, evidence, list, evidence, 0, "why") \
	F(S, interface, str, _, 0, "thunderbolt, usb4, oculink, hot-plug slot; empty when internal") \
	F(S, router, ref, router, 0, "the box it sits in") \
	F(S, enclosure, str, _, 0, "vendor and name of the box") \
	F(S, port, ref, pci, 0, "the host's port it is plugged into") \
	F(S, authorized, b, _, 0, "PCIe tunnel allowed") \
	F(S, bandwidth_mbps, u32, _, FIELD_VOLATILE, "what the way to the GPU carries now, Mb/s each way") \
	F(S, possible_mbps, u32, _, 0, "what it could carry") \
	F(S, limited_by, str, _, 0, "what keeps it below that")
FIELD_STRUCT(external, EXTERNAL)

#define SLICE(F, S) \
	F(S, gpu, ref, gpu, 0, "its GPU") \
	F(S, kind, en, slice_kind, 0, "kind of slice") \
	F(S, index, u32, _, 0, "number on its GPU") \
	F(S, name, str, _, 0, "what the driver calls it: virtfn0, gi1/ci0, renderD129") \
	F(S, pci, ref, pci, 0, "virtual function") \
	F(S, profile, str, _, 0, "profile or mode") \
	F(S, memory_bytes, u64, _, 0, "memory") \
	F(S, driver, str, _, 0, "driver bound to it; empty when none") \
	F(S, uuid, str, _, FIELD_SECRET, "UUID") \
	F(S, drm, refs, drm, 0, "its DRM nodes") \
	F(S, nodes, strs, _, 0, "its other device nodes") \
	F(S, nodes_missing, strs, _, 0, "device nodes that should be there and are not")
FIELD_STRUCT(slice, SLICE)

/* A link between GPUs that is not PCI Express, as far as /sys shows it. */
#define FABRIC(E, P) E(P, XGMI, "xgmi") E(P, NVLINK, "nvlink")
ENUM_DECL(fabric, FABRIC)

#define GPU_PEER(F, S) \
	F(S, gpu, ref, gpu, 0, "the GPU at the other end") \
	F(S, fabric, en, fabric, 0, "XGMI or NVLink") \
	F(S, links, u32, _, 0, "links between the two") \
	F(S, rate_mbps, u32, _, 0, "what they carry together, Mb/s each way")
FIELD_STRUCT(gpu_peer, GPU_PEER)

#define GPU(F, S) \
	F(S, index, u32, _, 0, "number in gpubay list") \
	F(S, id, str, _, FIELD_SECRET, "stable id: the same wherever and whenever it is plugged in") \
	F(S, id_source, en, id_source, 0, "where the stable id comes from") \
	F(S, pci, ref, pci, 0, "main function") \
	F(S, address, addr, _, 0, "PCI address of the main function") \
	F(S, functions, refs, pci, 0, "all PCI functions of the card") \
	F(S, vendor, en, gpu_vendor, 0, "vendor") \
	F(S, vendor_id, hex4, _, 0, "PCI vendor") \
	F(S, device_id, hex4, _, 0, "PCI device") \
	F(S, family, str, _, 0, "family, from gpubay's tables") \
	F(S, architecture, str, _, 0, "graphics IP or architecture") \
	F(S, name, str, _, 0, "name") \
	F(S, kind, en, gpu_kind, 0, "kind") \
	F(S, aliases, strs, _, FIELD_SECRET, "other names it answers to (driver's UUID)") \
	F(S, state, en, gpu_state, FIELD_VOLATILE, "state") \
	F(S, state_evidence, list, evidence, 0, "why this state") \
	F(S, driver, str, _, 0, "driver bound to it; empty when none") \
	F(S, driver_version, str, _, 0, "version of the module, where it has one") \
	F(S, driver_flavour, str, _, 0, "open, proprietary or legacy (NVIDIA)") \
	F(S, drivers_possible, strs, _, 0, "modules on this machine that claim this id") \
	F(S, driver_wanted, strs, _, 0, "drivers that the tables name for this family, best first") \
	F(S, drm, refs, drm, 0, "DRM nodes") \
	F(S, nodes, strs, _, 0, "other device nodes (/dev/nvidia0, /dev/kfd)") \
	F(S, nodes_missing, strs, _, 0, "device nodes that should be there and are not") \
	F(S, connectors, refs, connector, 0, "display connectors") \
	F(S, boot_display, b, _, 0, "the firmware's boot display") \
	F(S, displays_lit, u32, _, FIELD_VOLATILE, "displays connected and on") \
	F(S, vram_bytes, u64, _, 0, "video memory") \
	F(S, vram_visible_bytes, u64, _, 0, "video memory the CPU can reach (BAR)") \
	F(S, bar_max_bytes, u64, _, 0, "largest size Resizable BAR allows for the memory BAR") \
	F(S, link, obj, pci_link, 0, "link of the card") \
	F(S, link_at, ref, pci, 0, "where the link was read: the card's outermost port") \
	F(S, link_partner, obj, pci_link, 0, "the other end of that link") \
	F(S, numa_node, i32, _, 0, "NUMA node, -1 for none") \
	F(S, cpus, str, _, 0, "CPUs near it") \
	F(S, iommu_group, i32, _, 0, "IOMMU group, -1 for none") \
	F(S, iommu_shared, refs, pci, 0, "functions of other devices in the same IOMMU group") \
	F(S, external, obj, external, 0, "external or not, and why") \
	F(S, sriov, obj, pci_sriov, 0, "virtual functions") \
	F(S, slices, refs, slice, 0, "its slices") \
	F(S, partition_mode, str, _, 0, "AMD compute partition mode") \
	F(S, memory_mode, str, _, 0, "AMD memory partition mode") \
	F(S, partition_modes, strs, _, 0, "AMD compute partition modes offered") \
	F(S, survivability, b, _, 0, "Intel: in firmware recovery (survivability mode)") \
	F(S, xgmi_hive, str, _, FIELD_SECRET, "AMD: id of its XGMI hive") \
	F(S, peers, list, gpu_peer, 0, "GPUs it reaches without PCI Express") \
	F(S, asleep, b, _, FIELD_VOLATILE, "suspended now") \
	F(S, removable_with, refs, pci, 0, "what else goes when this GPU is unplugged")
FIELD_STRUCT(gpu, GPU)

/* True for the kinds that count as GPUs. */
bool gpu_counts(enum gpu_kind kind);

#endif
