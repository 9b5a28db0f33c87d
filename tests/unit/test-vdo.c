/* SPDX-License-Identifier: Apache-2.0 */
/* Words that real hosts, docks and monitors sent (ChromiumOS typecd's test constants, issue threads). */
#include "format/vdo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void displayport(void **state)
{
	static const struct {
		uint32_t vdo;
		bool source, sink, receptacle;
		const char *source_pins, *sink_pins;
	} rows[] = {
		{0x401c1c46, true, false, true, "CDE", "CDE"},  {0x001c1c46, true, false, true, "CDE", "CDE"},
		{0x00001c46, true, false, true, "CDE", ""},     {0x00001c05, false, true, false, "", "CDE"},
		{0x001c0045, false, true, true, "", "CDE"},     {0x00040045, false, true, true, "", "C"},
		{0x000c0045, false, true, true, "", "CD"},      {0x00140045, false, true, true, "", "CE"},
		{0x00001005, false, true, false, "", "E"},
	};
	char pins[VDO_PINS_TEXT];
	unsigned i;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct vdo_dp d = vdo_dp_decode(rows[i].vdo);

		assert_true(d.valid);
		assert_int_equal(d.source, rows[i].source);
		assert_int_equal(d.sink, rows[i].sink);
		assert_int_equal(d.receptacle, rows[i].receptacle);
		assert_string_equal(vdo_pins_text(d.source_pins, pins), rows[i].source_pins);
		assert_string_equal(vdo_pins_text(d.sink_pins, pins), rows[i].sink_pins);
	}
}

static void junk(void **state)
{
	assert_true(vdo_is_header(0xff01a043, SVID_DP));
	assert_false(vdo_dp_decode(0xff01a043).valid);
	assert_non_null(vdo_dp_decode(0xff01a043).why);
	assert_false(vdo_dp_decode(0).valid);
	assert_false(vdo_dp_decode(0x001c1c44).valid); /* neither source nor sink */
	assert_false(vdo_dp_decode(0x00001c45).valid); /* a sink, with pins for a source only */
	assert_false(vdo_is_header(0x001c1c46, SVID_DP));
	assert_false(vdo_is_header(0x12345678, 0));
}

static void thunderbolt_and_cables(void **state)
{
	assert_true(vdo_tbt_valid(0x1));
	assert_true(vdo_tbt_valid(0x4040001));
	assert_false(vdo_tbt_valid(0x80870001));
	assert_false(vdo_tbt_valid(0x2));
	assert_false(vdo_cable_decode(0).valid);
	assert_int_equal(vdo_cable_decode(0x11082042).lane_gbps, 10);
	assert_int_equal(vdo_cable_decode(0x11082043).lane_gbps, 20);
	assert_int_equal(vdo_cable_decode(0x11082040).lane_gbps, 0);
	assert_false(vdo_cable_decode(0x11082047).valid);
}

static void lanes_and_kinds(void **state)
{
	char pins[VDO_PINS_TEXT];

	assert_int_equal(vdo_pin_lanes('C'), 4);
	assert_int_equal(vdo_pin_lanes('E'), 4);
	assert_int_equal(vdo_pin_lanes('A'), 4);
	assert_int_equal(vdo_pin_lanes('D'), 2);
	assert_int_equal(vdo_pin_lanes('B'), 2);
	assert_int_equal(vdo_pin_lanes('F'), 2);
	assert_int_equal(vdo_pin_lanes('G'), 0);
	assert_string_equal(vdo_pins_text(0xff, pins), "ABCDEF");
	assert_string_equal(vdo_partner_kind(0x0c000000), "hub");
	assert_string_equal(vdo_partner_kind(0x2c000000), "alternate mode adapter");
	assert_string_equal(vdo_partner_kind(0), "");
	assert_string_equal(vdo_partner_kind(0xffffffff), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(displayport),
		cmocka_unit_test(junk),
		cmocka_unit_test(thunderbolt_and_cables),
		cmocka_unit_test(lanes_and_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
