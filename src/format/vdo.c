/* SPDX-License-Identifier: Apache-2.0 */
#include "format/vdo.h"

bool vdo_is_header(uint32_t vdo, uint16_t svid)
{
	return svid != 0 && vdo >> 16 == svid;
}

/*
 * The two pin bytes are named for a receptacle. A plug sits on the other side of the connector, so
 * there the first byte is what it takes as a sink and the second what it gives as a source.
 */
struct vdo_dp vdo_dp_decode(uint32_t vdo)
{
	uint8_t first = vdo >> 8 & 0x3f, second = vdo >> 16 & 0x3f;
	struct vdo_dp d = {
		.sink = vdo & 1,
		.source = vdo >> 1 & 1,
		.receptacle = vdo >> 6 & 1,
		.usb2_needed = vdo >> 7 & 1,
	};

	d.source_pins = d.receptacle ? first : second;
	d.sink_pins = d.receptacle ? second : first;
	if (vdo_is_header(vdo, SVID_DP))
		d.why = "it is the header of an answer, not the answer";
	else if (!d.source && !d.sink)
		d.why = "it names neither source nor sink";
	else if (!(d.source && d.source_pins) && !(d.sink && d.sink_pins))
		d.why = "it offers no pin assignment for the role it names";
	d.valid = !d.why;
	return d;
}

char *vdo_pins_text(uint8_t mask, char buf[static VDO_PINS_TEXT])
{
	unsigned i, n = 0;

	for (i = 0; i < 6; i++)
		if (mask >> i & 1)
			buf[n++] = (char)('A' + i);
	buf[n] = '\0';
	return buf;
}

unsigned vdo_pin_lanes(char pin)
{
	switch (pin) {
	case 'A':
	case 'C':
	case 'E': return 4;
	case 'B':
	case 'D':
	case 'F': return 2;
	}
	return 0;
}

bool vdo_tbt_valid(uint32_t vdo)
{
	return (vdo & 0xffff) == 1 && !vdo_is_header(vdo, SVID_TBT);
}

struct vdo_cable vdo_cable_decode(uint32_t vdo)
{
	static const struct vdo_cable speeds[] = {
		{true, "USB 2.0 only", 0},    {true, "5 Gb/s a lane", 5},
		{true, "10 Gb/s a lane", 10}, {true, "20 Gb/s a lane", 20},
		{true, "40 Gb/s a lane", 40},
	};
	unsigned speed = vdo & 7;

	/*
	 * A word of zeros is a cable that said nothing; the speed bits of both kinds of cable are
	 * the same three.
	 */
	if (vdo == 0 || speed >= ARRAY_LEN(speeds))
		return (struct vdo_cable){.speed = ""};
	return speeds[speed];
}

const char *vdo_partner_kind(uint32_t id_header)
{
	static const char *const kinds[] = {"",
					    "hub",
					    "peripheral",
					    "power supply",
					    "",
					    "alternate mode adapter",
					    "VCONN-powered device",
					    ""};

	return kinds[id_header >> 27 & 7];
}
