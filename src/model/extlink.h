/* SPDX-License-Identifier: Apache-2.0 */
/* Thunderbolt and USB4: domains (one for each host controller) and routers (the host itself, docks, boxes). */
#ifndef GPUBAY_MODEL_EXTLINK_H
#define GPUBAY_MODEL_EXTLINK_H

#include "base/field.h"

/* Documentation/admin-guide/thunderbolt.rst */
#define TB_SECURITY(E, P) \
	E(P, NONE, "none") E(P, USER, "user") E(P, SECURE, "secure") E(P, DPONLY, "dponly") E(P, USBONLY, "usbonly") \
	E(P, NOPCIE, "nopcie")
ENUM_DECL(tb_security, TB_SECURITY)

#define TB_DOMAIN(F, S) \
	F(S, name, str, _, 0, "domain0") \
	F(S, nhi, ref, pci, 0, "host controller") \
	F(S, security, en, tb_security, 0, "security level") \
	F(S, iommu_dma_protection, b, _, 0, "IOMMU keeps devices out of the rest of memory") \
	F(S, deauthorization, b, _, 0, "a PCIe tunnel can be taken down again") \
	F(S, boot_acl, strs, _, FIELD_SECRET, "unique ids the firmware connects before the OS") \
	F(S, root_ports, refs, pci, 0, "PCIe ports its tunnels come out of, where the kernel says so") \
	F(S, asleep, b, _, FIELD_VOLATILE, "the controller is suspended now")
FIELD_STRUCT(tb_domain, TB_DOMAIN)

#define TB_ROUTER(F, S) \
	F(S, name, str, _, 0, "0-1") \
	F(S, domain, ref, domain, 0, "its domain") \
	F(S, parent, ref, router, 0, "router it is plugged into") \
	F(S, depth, u32, _, 0, "0 the host itself, 1 plugged into it, ...") \
	F(S, host, b, _, 0, "the host's own router") \
	F(S, vendor_name, str, _, 0, "maker; empty when it gives none") \
	F(S, device_name, str, _, 0, "name; empty when it gives none") \
	F(S, vendor_id, hex4, _, 0, "maker") \
	F(S, device_id, hex4, _, 0, "device") \
	F(S, unique_id, str, _, FIELD_SECRET, "unique id") \
	F(S, authorized, u32, _, 0, "0 no PCIe tunnel, 1 authorized, 2 authorized with a key") \
	F(S, boot, b, _, 0, "connected by the firmware before the OS") \
	F(S, generation, u32, _, 0, "Thunderbolt generation, 1 to 4 (4: USB4)") \
	F(S, usb4_version, str, _, 0, "USB4 version") \
	F(S, usb4_type, str, _, 0, "host, hub or peripheral") \
	F(S, rx_speed_mbps, u32, _, FIELD_VOLATILE, "Mb/s per lane towards the host") \
	F(S, tx_speed_mbps, u32, _, FIELD_VOLATILE, "Mb/s per lane from the host") \
	F(S, rx_lanes, u32, _, FIELD_VOLATILE, "lanes towards the host") \
	F(S, tx_lanes, u32, _, FIELD_VOLATILE, "lanes from the host") \
	F(S, nvm_version, str, _, 0, "firmware version") \
	F(S, key_set, b, _, FIELD_HIDDEN, "never read: the key is a secret") \
	F(S, asleep, b, _, FIELD_VOLATILE, "suspended now") \
	F(S, gpus, refs, gpu, 0, "GPUs behind it") \
	F(S, bolt_stored, b, _, 0, "in bolt's database") \
	F(S, bolt_policy, str, _, 0, "bolt's policy for it")
FIELD_STRUCT(tb_router, TB_ROUTER)

/* Gross rate of a router's link towards the host, Mb/s; 0 when unknown. */
uint32_t tb_router_rate_mbps(const struct tb_router *r);

#endif
