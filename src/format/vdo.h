/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vendor defined objects: the 32-bit words in which USB Power Delivery partners tell their
 * abilities. Layouts after the kernel's include/linux/usb/typec_dp.h, typec_tbt.h and pd_vdo.h.
 */
#ifndef GPUBAY_FORMAT_VDO_H
#define GPUBAY_FORMAT_VDO_H

#include "base/macro.h"

enum { SVID_DP = 0xff01, SVID_TBT = 0x8087 };

/* DisplayPort capabilities of one side. Pin masks: bit 0 is assignment A, bit 5 is F. */
struct vdo_dp {
	bool valid;       /* can be meant as DisplayPort capabilities */
	const char *why;  /* when not valid: what is wrong with it */
	bool source, sink;
	bool receptacle;  /* else a plug: an adapter, or a monitor's own cable */
	bool usb2_needed; /* USB 2.0 signalling may not be used */
	uint8_t source_pins, sink_pins;
};
struct vdo_dp vdo_dp_decode(uint32_t vdo);

/* "CDE" of a mask; buf has room for all six letters. Returns buf. */
enum { VDO_PINS_TEXT = 8 };
char *vdo_pins_text(uint8_t mask, char buf[static VDO_PINS_TEXT]);
/*
 * DisplayPort lanes that a pin assignment leaves: 4 for A, C and E, 2 for B, D and F, 0 for no such
 * letter.
 */
unsigned vdo_pin_lanes(char pin);

/*
 * Firmware gives back the header of the answer instead of the answer: its upper half is the SVID
 * that was asked for. Seen as 0xff01a043 (omacom/omarchy#11864, fwupd/firmware-dell#264).
 */
bool vdo_is_header(uint32_t vdo, uint16_t svid);
/* Thunderbolt 3 capabilities: the lower half names the mode, which is 1. */
bool vdo_tbt_valid(uint32_t vdo);

/*
 * What a cable says of itself (identity/product_type_vdo1). Speeds in Gb/s per lane pair; 0 when it
 * carries none.
 */
struct vdo_cable {
	bool valid;
	const char *speed;   /* "USB 2.0 only", "5 Gb/s", ... */
	unsigned lane_gbps;  /* highest rate of one lane */
};
struct vdo_cable vdo_cable_decode(uint32_t vdo);

/* Kind of partner by its identity header; "" when it does not say. */
const char *vdo_partner_kind(uint32_t id_header);

#endif
