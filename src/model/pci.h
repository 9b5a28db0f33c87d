/* SPDX-License-Identifier: Apache-2.0 */
/* PCI functions: identity, place in the tree, link, windows, SR-IOV, power, and what configuration space says. */
#ifndef GPUBAY_MODEL_PCI_H
#define GPUBAY_MODEL_PCI_H

#include "base/field.h"
#include "base/pci-address.h"

#define PCI_REMOVABLE(E, P) E(P, FIXED, "fixed") E(P, REMOVABLE, "removable")
ENUM_DECL(pci_removable, PCI_REMOVABLE)

#define PCI_PORT_TYPE(E, P) \
	E(P, ENDPOINT, "endpoint") E(P, LEGACY_ENDPOINT, "legacy endpoint") E(P, ROOT_PORT, "root port") \
	E(P, UPSTREAM, "switch upstream port") E(P, DOWNSTREAM, "switch downstream port") \
	E(P, PCIE_TO_PCI, "PCIe to PCI bridge") E(P, PCI_TO_PCIE, "PCI to PCIe bridge") \
	E(P, RC_ENDPOINT, "root complex integrated endpoint") E(P, RC_EVENT, "root complex event collector")
ENUM_DECL(pci_port_type, PCI_PORT_TYPE)

/* Speeds are raw signalling rates in MT/s per lane (2500 … 64000), as PCIe names its generations. */
#define PCI_LINK(F, S) \
	F(S, speed_mts, u32, _, FIELD_VOLATILE | FIELD_WAKES, "rate now, MT/s per lane") \
	F(S, width, u32, _, FIELD_VOLATILE | FIELD_WAKES, "lanes now") \
	F(S, max_speed_mts, u32, _, 0, "highest rate this end can do, MT/s per lane") \
	F(S, max_width, u32, _, 0, "most lanes this end can do; 255 is what a dead device says") \
	F(S, readable, b, _, FIELD_VOLATILE, "whether the kernel could read the link now")
FIELD_STRUCT(pci_link, PCI_LINK)

#define PCI_BAR(F, S) \
	F(S, index, u32, _, 0, "number of the BAR, 0 to 5; 6 is the option ROM") \
	F(S, start, hex, _, FIELD_VOLATILE, "bus address") \
	F(S, size, u64, _, 0, "bytes") \
	F(S, flags, hex, _, FIELD_HIDDEN, "the kernel's resource flags") \
	F(S, prefetchable, b, _, 0, "prefetchable memory") \
	F(S, wide, b, _, 0, "64-bit") \
	F(S, io, b, _, 0, "I/O ports, not memory") \
	F(S, assigned, b, _, 0, "whether the kernel found a place for it") \
	F(S, sizes, hex, _, 0, "sizes Resizable BAR allows, bit n is 2^n MiB; 0 is not resizable")
FIELD_STRUCT(pci_bar, PCI_BAR)

#define PCI_SRIOV(F, S) \
	F(S, totalvfs, u32, _, 0, "virtual functions the device offers") \
	F(S, numvfs, u32, _, FIELD_VOLATILE, "virtual functions that exist") \
	F(S, autoprobe, b, _, 0, "whether drivers bind to new virtual functions")
FIELD_STRUCT(pci_sriov, PCI_SRIOV)

#define PCI_POWER(F, S) \
	F(S, state, str, _, FIELD_VOLATILE, "D0, D3hot, D3cold or unknown") \
	F(S, runtime_status, str, _, FIELD_VOLATILE, "active, suspended, unsupported ...") \
	F(S, control, str, _, 0, "auto: may sleep; on: kept awake") \
	F(S, d3cold_allowed, b, _, 0, "whether the kernel may cut its power") \
	F(S, asleep, b, _, FIELD_VOLATILE, "suspended now: what wakes it was not read")
FIELD_STRUCT(pci_power, PCI_POWER)

/* ACS control bits, PCIe base specification 7.7.11: SV 01, TB 02, RR 04, CR 08, UF 10, EC 20, DT 40. */
enum { PCI_ACS_SV = 1, PCI_ACS_TB = 2, PCI_ACS_RR = 4, PCI_ACS_CR = 8, PCI_ACS_UF = 16, PCI_ACS_EC = 32, PCI_ACS_DT = 64 };

/* From configuration space; read only for GPUs, the bridges above them and RDMA devices that are awake. */
#define PCI_CONFIG(F, S) \
	F(S, length, u32, _, 0, "bytes that could be read: 64 without root, 256 or 4096") \
	F(S, all_ones, b, _, FIELD_VOLATILE, "reads as ff everywhere: the device does not answer") \
	F(S, header_type, hex2, _, 0, "0 device, 1 bridge; bit 7 multi-function") \
	F(S, port_type, en, pci_port_type, 0, "PCI Express port type") \
	F(S, thunderbolt, b, _, 0, "has the Intel vendor-specific capability 0x1234 of Thunderbolt bridges") \
	F(S, slot_implemented, b, _, 0, "port with a slot") \
	F(S, hotplug_capable, b, _, 0, "slot capabilities: hot-plug capable (HPC)") \
	F(S, hotplug_surprise, b, _, 0, "slot capabilities: hot-plug surprise") \
	F(S, link_speed_mts, u32, _, FIELD_VOLATILE, "link status: rate, MT/s per lane") \
	F(S, link_width, u32, _, FIELD_VOLATILE, "link status: lanes") \
	F(S, link_max_speed_mts, u32, _, 0, "link capabilities: rate") \
	F(S, link_max_width, u32, _, 0, "link capabilities: lanes") \
	F(S, aspm, hex2, _, 0, "ASPM enabled: bit 0 L0s, bit 1 L1") \
	F(S, acs_cap, hex4, _, 0, "ACS capability bits") \
	F(S, acs_ctl, hex4, _, 0, "ACS control bits") \
	F(S, atomics_routing, b, _, 0, "routes AtomicOps") \
	F(S, atomics_32, b, _, 0, "completes 32-bit AtomicOps") \
	F(S, atomics_64, b, _, 0, "completes 64-bit AtomicOps") \
	F(S, atomics_enabled, b, _, 0, "may send AtomicOps (requester enable)") \
	F(S, atomics_blocked, b, _, 0, "egress blocking is on") \
	F(S, serial, hex, _, FIELD_SECRET, "PCIe device serial number") \
	F(S, rebar, b, _, 0, "has the Resizable BAR capability") \
	F(S, sriov, b, _, 0, "has the SR-IOV capability") \
	F(S, aer, b, _, 0, "reports errors (Advanced Error Reporting)") \
	F(S, dpc, b, _, 0, "port: cuts off what is below on an error or a surprise removal (Downstream Port Containment)") \
	F(S, prefetch_window, u64, _, 0, "bridge: size of the prefetchable window, bytes") \
	F(S, memory_window, u64, _, 0, "bridge: size of the memory window, bytes")
FIELD_STRUCT(pci_config, PCI_CONFIG)

#define PCI_DEVICE(F, S) \
	F(S, address, addr, _, 0, "PCI address") \
	F(S, class, hex6, _, 0, "class, subclass, programming interface") \
	F(S, vendor_id, hex4, _, 0, "vendor") \
	F(S, device_id, hex4, _, 0, "device") \
	F(S, subsystem_vendor_id, hex4, _, 0, "subsystem vendor") \
	F(S, subsystem_device_id, hex4, _, 0, "subsystem device") \
	F(S, revision, hex2, _, 0, "revision") \
	F(S, vendor_name, str, _, 0, "name of the vendor, from pci.ids or hwdb") \
	F(S, device_name, str, _, 0, "name of the device, from pci.ids or hwdb") \
	F(S, modalias, str, _, FIELD_DETAIL, "what kernel modules match on") \
	F(S, parent, ref, pci, 0, "bridge it hangs off") \
	F(S, root_port, ref, pci, 0, "topmost bridge of its path") \
	F(S, host_bridge, str, _, 0, "root bus, pciDDDD:BB") \
	F(S, path, str, _, FIELD_DETAIL, "directory under /sys/devices") \
	F(S, driver, str, _, 0, "driver bound to it; empty when none") \
	F(S, driver_override, str, _, 0, "the only driver that may bind, where set") \
	F(S, enabled, b, _, FIELD_VOLATILE, "enabled by a driver") \
	F(S, numa_node, i32, _, 0, "NUMA node, -1 for none") \
	F(S, iommu_group, i32, _, 0, "IOMMU group, -1 for none") \
	F(S, slot, str, _, 0, "physical slot name") \
	F(S, services, strs, _, FIELD_DETAIL, "port: services that the kernel itself runs on it: pme, aer, hotplug, dpc, bandwidth") \
	F(S, removable, en, pci_removable, 0, "what the firmware says of the port") \
	F(S, boot_vga, b, _, 0, "firmware's boot display") \
	F(S, link, obj, pci_link, 0, "its own link") \
	F(S, bars, list, pci_bar, 0, "address windows") \
	F(S, sriov, obj, pci_sriov, 0, "virtual functions") \
	F(S, physfn, ref, pci, 0, "physical function of a virtual one") \
	F(S, power, obj, pci_power, 0, "power management") \
	F(S, reset_methods, strs, _, 0, "ways the kernel can reset it") \
	F(S, config, obj, pci_config, 0, "configuration space") \
	F(S, dead, b, _, FIELD_VOLATILE, "does not answer any more") \
	F(S, bridge, b, _, 0, "a PCI bridge")
FIELD_STRUCT(pci_device, PCI_DEVICE)

enum {
	PCI_CLASS_INFINIBAND = 0x0207,
	PCI_CLASS_VGA = 0x0300,
	PCI_CLASS_XGA = 0x0301,
	PCI_CLASS_3D = 0x0302,
	PCI_CLASS_DISPLAY = 0x0380,
	PCI_CLASS_ACCELERATOR = 0x1200,
	PCI_CLASS_BRIDGE = 0x0604,
	PCI_CLASS_USB4 = 0x0c0340, /* all 24 bits */
};

#endif
