/* SPDX-License-Identifier: Apache-2.0 */
/* USB Type-C ports and DisplayPort alternate mode: five facts kept apart, and the verdict drawn from them. */
#ifndef GPUBAY_MODEL_TYPEC_H
#define GPUBAY_MODEL_TYPEC_H

#include "base/field.h"

#define DP_VERDICT(E, P) \
	E(P, NOT_CAPABLE, "not capable") E(P, NOTHING_ATTACHED, "capable, nothing attached") \
	E(P, NOT_ENTERED, "negotiated, not entered") E(P, WORKING, "working") E(P, NO_VIDEO, "active, no video") \
	E(P, TUNNELLED, "tunnelled over USB4") E(P, NO_PORTS, "kernel shows no Type-C ports")
ENUM_DECL(dp_verdict, DP_VERDICT)

#define TYPEC_SIDE(E, P) E(P, PORT, "port") E(P, PARTNER, "partner") E(P, PLUG, "plug")
ENUM_DECL(typec_side, TYPEC_SIDE)

/* One alternate mode of one side. SVID ff01 is DisplayPort, 8087 Thunderbolt. */
#define TYPEC_ALTMODE(F, S) \
	F(S, name, str, _, 0, "port0.0, port0-partner.1") \
	F(S, side, en, typec_side, 0, "whose capability this is") \
	F(S, svid, hex4, _, 0, "standard or vendor id") \
	F(S, mode, u32, _, 0, "mode number") \
	F(S, vdo, hex, _, 0, "capabilities as sent") \
	F(S, vdo_valid, b, _, 0, "whether the capabilities make sense") \
	F(S, active, b, _, FIELD_VOLATILE, "what the kernel says; can be wrong") \
	F(S, description, str, _, 0, "kernel's name of the mode") \
	F(S, pins, str, _, 0, "DisplayPort pin assignments offered, letters A to F") \
	F(S, source, b, _, 0, "can be a DisplayPort source") \
	F(S, sink, b, _, 0, "can be a DisplayPort sink")
FIELD_STRUCT(typec_altmode, TYPEC_ALTMODE)

#define TYPEC_PORT(F, S) \
	F(S, name, str, _, 0, "port0") \
	F(S, data_role, str, _, 0, "host or device, now") \
	F(S, power_role, str, _, 0, "source or sink, now") \
	F(S, orientation, str, _, FIELD_VOLATILE, "normal or reverse") \
	F(S, power_operation_mode, str, _, FIELD_VOLATILE, "default, 1.5A, 3.0A, usb_power_delivery") \
	F(S, usb_typec_revision, str, _, FIELD_DETAIL, "Type-C revision") \
	F(S, usb_pd_revision, str, _, FIELD_DETAIL, "power delivery revision") \
	F(S, usb_capability, str, _, 0, "USB modes the port can do") \
	F(S, partner, b, _, 0, "something is attached") \
	F(S, partner_type, str, _, 0, "kind of partner") \
	F(S, partner_usb_mode, str, _, 0, "usb2, usb3 or usb4") \
	F(S, accessory, str, _, 0, "accessory mode") \
	F(S, cable_type, str, _, 0, "active or passive") \
	F(S, cable_speed, str, _, 0, "what the cable says it carries") \
	F(S, altmodes, list, typec_altmode, 0, "alternate modes of port, partner and plug") \
	F(S, dp_capable, b, _, 0, "fact 1: the port offers DisplayPort") \
	F(S, dp_partner, b, _, 0, "fact 2: the partner offers DisplayPort") \
	F(S, dp_entered, b, _, FIELD_VOLATILE, "fact 3: the mode was entered, as the kernel says") \
	F(S, dp_configuration, str, _, 0, "configuration in use") \
	F(S, dp_pin, str, _, 0, "pin assignment in use") \
	F(S, dp_hpd, b, _, FIELD_VOLATILE, "fact 4: hot-plug detect") \
	F(S, dp_lanes, u32, _, 0, "DisplayPort lanes: 4, or 2 beside USB SuperSpeed") \
	F(S, dp_connected, b, _, FIELD_VOLATILE, "fact 5: its DRM connector is connected") \
	F(S, dp_verdict, en, dp_verdict, 0, "what follows") \
	F(S, dp_reason, str, _, 0, "why") \
	F(S, dp_limit, str, _, 0, "what limits it: cable, pin assignment, partner") \
	F(S, connector, ref, connector, 0, "display connector it is wired to") \
	F(S, connector_why, str, _, 0, "how that is known, or why it cannot be") \
	F(S, gpu, ref, gpu, 0, "GPU that drives it") \
	F(S, router, ref, router, 0, "Thunderbolt or USB4 router attached to it") \
	F(S, tunnel, b, _, 0, "attached by Thunderbolt or USB4: DisplayPort is tunnelled") \
	F(S, path, str, _, FIELD_HIDDEN, "directory under /sys/devices") \
	F(S, firmware_node, str, _, FIELD_DETAIL, "ACPI path")
FIELD_STRUCT(typec_port, TYPEC_PORT)

#endif
