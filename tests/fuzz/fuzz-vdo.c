/* SPDX-License-Identifier: Apache-2.0 */
/* Four bytes are a word; whatever they are, the decoders agree with themselves. */
#include "format/vdo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char pins[VDO_PINS_TEXT];
	struct vdo_dp d;
	uint32_t vdo;
	size_t i;

	for (i = 0; i + sizeof(vdo) <= size; i += sizeof(vdo)) {
		memcpy(&vdo, data + i, sizeof(vdo));
		d = vdo_dp_decode(vdo);
		if (d.valid != !d.why || (vdo_is_header(vdo, SVID_DP) && d.valid))
			abort();
		if (strlen(vdo_pins_text(d.source_pins, pins)) > 6 ||
		    strlen(vdo_pins_text((uint8_t)vdo, pins)) > 6)
			abort();
		if (vdo_cable_decode(vdo).valid && !*vdo_cable_decode(vdo).speed)
			abort();
		if (vdo_tbt_valid(vdo) && vdo_is_header(vdo, SVID_TBT))
			abort();
		if (!vdo_partner_kind(vdo) || vdo_pin_lanes((char)vdo) > 4)
			abort();
	}
	return 0;
}
