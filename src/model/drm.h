/* SPDX-License-Identifier: Apache-2.0 */
/* DRM nodes and display connectors. */
#ifndef GPUBAY_MODEL_DRM_H
#define GPUBAY_MODEL_DRM_H

#include "base/field.h"

#define DRM_KIND(E, P) E(P, PRIMARY, "primary") E(P, RENDER, "render") E(P, ACCEL, "accel")
ENUM_DECL(drm_kind, DRM_KIND)

#define DRM_NODE(F, S) \
	F(S, name, str, _, 0, "card0, renderD128, accel0") \
	F(S, kind, en, drm_kind, 0, "kind") \
	F(S, minor, u32, _, 0, "device minor; the major is 226 (accel: 261)") \
	F(S, major, u32, _, 0, "device major") \
	F(S, path, str, _, 0, "device node; empty when it does not exist") \
	F(S, instead, str, _, FIELD_HIDDEN, "what stands in /dev where the node belongs; empty when nothing does") \
	F(S, by_path, str, _, 0, "stable link in /dev/dri/by-path; empty when there is none") \
	F(S, owner, str, _, 0, "owner") \
	F(S, group, str, _, 0, "group") \
	F(S, gid, u32, _, 0, "group number") \
	F(S, uid, u32, _, FIELD_DETAIL, "owner number") \
	F(S, mode, oct, _, 0, "permission bits") \
	F(S, openable, b, _, 0, "whether the asking user may open it") \
	F(S, pci, ref, pci, 0, "its PCI function") \
	F(S, gpu, ref, gpu, 0, "its GPU; nothing for virtual nodes") \
	F(S, partition, i32, _, 0, "AMD partition number, -1 for the whole GPU") \
	F(S, is_virtual, b, _, 0, "has no PCI device behind it (vgem, vkms)") \
	F(S, in_udev, b, _, 0, "known to udev's database")
FIELD_STRUCT(drm_node, DRM_NODE)

#define CONNECTOR_STATUS(E, P) E(P, CONNECTED, "connected") E(P, DISCONNECTED, "disconnected")
ENUM_DECL(connector_status, CONNECTOR_STATUS)

/* What a monitor says of itself. */
#define EDID(F, S) \
	F(S, manufacturer, str, _, 0, "three-letter maker code") \
	F(S, product, hex4, _, 0, "product code") \
	F(S, name, str, _, 0, "monitor name; empty when it gives none") \
	F(S, serial, str, _, FIELD_SECRET | FIELD_DETAIL, "serial number") \
	F(S, year, u32, _, 0, "year made, or model year") \
	F(S, week, u32, _, FIELD_DETAIL, "week made, 0 when not given") \
	F(S, version, str, _, FIELD_DETAIL, "EDID version") \
	F(S, digital, b, _, 0, "digital input") \
	F(S, width_mm, u32, _, 0, "width, 0 when not given") \
	F(S, height_mm, u32, _, 0, "height, 0 when not given") \
	F(S, preferred_mode, str, _, 0, "first detailed timing, WIDTHxHEIGHT@HZ") \
	F(S, checksum_ok, b, _, FIELD_DETAIL, "checksum of the first block") \
	F(S, extensions, u32, _, FIELD_DETAIL, "extension blocks it announces")
FIELD_STRUCT(edid, EDID)

#define CONNECTOR(F, S) \
	F(S, name, str, _, 0, "card0-DP-1") \
	F(S, card, ref, drm, 0, "its card") \
	F(S, gpu, ref, gpu, 0, "its GPU") \
	F(S, status, en, connector_status, FIELD_VOLATILE, "connected or not") \
	F(S, enabled, b, _, FIELD_VOLATILE, "drives a display (lit)") \
	F(S, dpms, str, _, FIELD_VOLATILE, "On, Off, Standby, Suspend") \
	F(S, monitor, obj, edid, FIELD_VOLATILE, "the monitor") \
	F(S, modes, u32, _, FIELD_VOLATILE, "number of modes") \
	F(S, mode, str, _, FIELD_VOLATILE, "first mode") \
	F(S, typec, ref, typec, 0, "the USB Type-C port it is wired to, where the kernel says so") \
	F(S, firmware_node, str, _, FIELD_DETAIL, "ACPI path")
FIELD_STRUCT(connector, CONNECTOR)

#endif
