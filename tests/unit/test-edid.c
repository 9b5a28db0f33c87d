/* SPDX-License-Identifier: Apache-2.0 */
/* What monitors say of themselves, and what broken ones say. */
#include "probe/edid.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const uint8_t base[128] = {
	0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x10, 0xac, 0xfd, 0x42, 0x4c, 0x01, 0x00, 0x00, /* DEL 42fd */
	0x11, 0x20, 0x01, 0x04, 0xa5, 0x3b, 0x21, 0x78, 0x3a, 0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, /* week 17, 2022 */
	0x0f, 0x50, 0x54, 0x00, 0x00, 0x00, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
	0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x69, 0x5e, 0x00, 0xa0, 0xa0, 0xa0, 0x29, 0x50, 0x30, 0x20, /* 2560x1440 */
	0x35, 0x00, 0x55, 0x50, 0x21, 0x00, 0x00, 0x1a, 0x00, 0x00, 0x00, 0xfc, 0x00, 0x44, 0x45, 0x4c,
	0x4c, 0x20, 0x55, 0x32, 0x37, 0x32, 0x33, 0x51, 0x45, 0x0a, 0x00, 0x00, 0x00, 0xfd, 0x00, 0x30,
	0x4b, 0x1e, 0x6e, 0x1e, 0x00, 0x0a, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x00, 0x00, 0x00, 0x10,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10,
};

struct fix {
	struct arena *a;
	struct edid e;
	uint8_t bytes[384];
};

static int set_up(void **state)
{
	struct fix *f = xmalloc(sizeof(*f));

	memset(f, 0, sizeof(*f));
	f->a = arena_new();
	memcpy(f->bytes, base, sizeof(base));
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fix *f = *state;

	arena_free(f->a);
	free(f);
	return 0;
}

static void sum(uint8_t *block)
{
	unsigned i, s = 0;

	for (i = 0; i < 127; i++)
		s += block[i];
	block[127] = (uint8_t)(256 - s % 256);
}

static void whole(void **state)
{
	struct fix *f = *state;

	sum(f->bytes);
	assert_int_equal(edid_parse(f->bytes, 128, f->a, &f->e), 0);
	assert_string_equal(f->e.manufacturer, "DEL");
	assert_int_equal(f->e.product, 0x42fd);
	assert_string_equal(f->e.name, "DELL U2723QE");
	assert_string_equal(f->e.serial, "332");
	assert_int_equal(f->e.week, 17);
	assert_int_equal(f->e.year, 2022);
	assert_string_equal(f->e.version, "1.4");
	assert_true(f->e.digital);
	assert_string_equal(f->e.preferred_mode, "2560x1440@60");
	assert_int_equal(f->e.width_mm, 597);
	assert_int_equal(f->e.height_mm, 336);
	assert_true(f->e.checksum_ok);
	assert_int_equal(f->e.extensions, 0);
}

static void not_one(void **state)
{
	struct fix *f = *state;

	assert_int_equal(edid_parse(f->bytes, 0, f->a, &f->e), -EINVAL);
	assert_int_equal(edid_parse(f->bytes, 127, f->a, &f->e), -EINVAL);
	f->bytes[0] = 1;
	assert_int_equal(edid_parse(f->bytes, 128, f->a, &f->e), -EINVAL);
}

static void bad_checksum_is_a_fact(void **state)
{
	struct fix *f = *state;

	sum(f->bytes);
	f->bytes[127] ^= 1;
	assert_int_equal(edid_parse(f->bytes, 128, f->a, &f->e), 0);
	assert_false(f->e.checksum_ok);
	assert_string_equal(f->e.name, "DELL U2723QE");
}

static void model_year_and_interlaced(void **state)
{
	struct fix *f = *state;

	f->bytes[16] = 0xff;
	f->bytes[54 + 17] |= 0x80;
	f->bytes[54 + 5] = 540 & 0xff;
	f->bytes[54 + 7] = (540 >> 8) << 4;
	assert_int_equal(edid_parse(f->bytes, 128, f->a, &f->e), 0);
	assert_int_equal(f->e.week, 0);
	assert_int_equal(f->e.year, 2022);
	assert_non_null(strstr(f->e.preferred_mode, "2560x1080i@"));
}

static void size_from_one_source(void **state)
{
	struct fix *f = *state;

	f->bytes[54 + 13] = 9; /* a height that is an aspect ratio: centimetres count for both */
	f->bytes[54 + 14] = f->bytes[54 + 14] & 0xf0;
	assert_int_equal(edid_parse(f->bytes, 128, f->a, &f->e), 0);
	assert_int_equal(f->e.width_mm, 590);
	assert_int_equal(f->e.height_mm, 330);
	f->bytes[22] = 0; /* EDID 1.4: a landscape aspect ratio, no size */
	f->bytes[54 + 12] = 16;
	assert_int_equal(edid_parse(f->bytes, 128, f->a, &f->e), 0);
	assert_int_equal(f->e.width_mm, 0);
	assert_int_equal(f->e.height_mm, 0);
}

static void name_behind_the_first_block(void **state)
{
	struct fix *f = *state;
	uint8_t *cta = f->bytes + 128;

	f->bytes[54 + 18 + 3] = 0x10;
	f->bytes[126] = 1;
	cta[0] = 2;
	cta[2] = 4;
	cta[4 + 3] = 0xfc;
	memcpy(cta + 4 + 5, "Beamer\xff\n     ", 13);
	assert_int_equal(edid_parse(f->bytes, 256, f->a, &f->e), 0);
	assert_string_equal(f->e.name, "Beamer\xef\xbf\xbd");
	/* Announced and not there; and a block whose descriptors begin behind its end. */
	assert_int_equal(edid_parse(f->bytes, 255, f->a, &f->e), 0);
	assert_string_equal(f->e.name, "");
	cta[2] = 127;
	assert_int_equal(edid_parse(f->bytes, 256, f->a, &f->e), 0);
	assert_string_equal(f->e.name, "");
	cta[2] = 126;
	assert_int_equal(edid_parse(f->bytes, 256, f->a, &f->e), 0);
}

static void serial_as_text(void **state)
{
	struct fix *f = *state;

	f->bytes[54 + 36 + 3] = 0xff;
	memcpy(f->bytes + 54 + 36 + 5, "  ABC123\n    ", 13);
	assert_int_equal(edid_parse(f->bytes, 128, f->a, &f->e), 0);
	assert_string_equal(f->e.serial, "ABC123");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_checksum_is_a_fact, set_up, tear_down),
		cmocka_unit_test_setup_teardown(model_year_and_interlaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(size_from_one_source, set_up, tear_down),
		cmocka_unit_test_setup_teardown(name_behind_the_first_block, set_up, tear_down),
		cmocka_unit_test_setup_teardown(serial_as_text, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
