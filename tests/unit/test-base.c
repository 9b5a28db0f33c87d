/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/parse.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void numbers(void **state)
{
	uint64_t v = 7;
	int64_t i = 7;

	assert_int_equal(parse_u64("0x1f", 0, UINT64_MAX, &v), 0);
	assert_int_equal(v, 0x1f);
	assert_int_equal(parse_u64("1f", 16, UINT64_MAX, &v), 0);
	assert_int_equal(v, 0x1f);
	assert_int_equal(parse_u64("18446744073709551615", 10, UINT64_MAX, &v), 0);
	assert_true(v == UINT64_MAX);
	v = 7;
	assert_int_equal(parse_u64("18446744073709551616", 10, UINT64_MAX, &v), -ERANGE);
	assert_int_equal(parse_u64("256", 10, 255, &v), -ERANGE);
	assert_int_equal(parse_u64("", 10, 255, &v), -EINVAL);
	assert_int_equal(parse_u64("0x", 16, 255, &v), -EINVAL);
	assert_int_equal(parse_u64("-1", 10, 255, &v), -EINVAL);
	assert_int_equal(parse_u64("1 ", 10, 255, &v), -EINVAL);
	assert_int_equal(v, 7);
	assert_int_equal(parse_i64("-1", &i), 0);
	assert_int_equal(i, -1);
	assert_int_equal(parse_i64("--1", &i), -EINVAL);
}

static void cpulists(void **state)
{
	struct arena *a = arena_new();
	struct u32s l;

	assert_int_equal(parse_cpulist(a, "0-2,8,10-11", &l), 0);
	assert_int_equal(l.n, 6);
	assert_int_equal(l.v[5], 11);
	assert_string_equal(cpulist_text(a, &l), "0-2,8,10-11");
	assert_int_equal(parse_cpulist(a, "", &l), 0);
	assert_int_equal(l.n, 0);
	assert_int_equal(parse_cpulist(a, "3-1", &l), -EINVAL);
	assert_int_equal(parse_cpulist(a, "1,", &l), -EINVAL);
	assert_int_equal(parse_cpulist(a, "0-65536", &l), -EINVAL);
	assert_int_equal(parse_cpulist(a, "x", &l), -EINVAL);
	arena_free(a);
}

static void lists_grow(void **state)
{
	struct arena *a = arena_new();
	struct u32s l = {0};
	uint32_t i;

	for (i = 0; i < 10000; i++)
		u32s_add(a, &l, i * 3);
	for (i = 0; i < 10000; i++)
		assert_int_equal(l.v[i], i * 3);
	assert_true(u32s_has(&l, 29997));
	assert_false(u32s_has(&l, 29998));
	arena_free(a);
}

static void names_sort_by_value(void **state)
{
	struct arena *a = arena_new();
	struct strs l = str_split(a, "card10 card2 card1 renderD128 card02", " ");

	strs_sort(&l);
	assert_string_equal(l.v[0], "card1");
	assert_string_equal(l.v[3], "card10");
	assert_string_equal(l.v[4], "renderD128");
	arena_free(a);
}

static void text_becomes_utf8(void **state)
{
	struct arena *a = arena_new();

	assert_string_equal(utf8_clean(a, "plain", 5), "plain");
	assert_string_equal(utf8_clean(a, "a\xff" "b", 3), "a\xef\xbf\xbd" "b");
	assert_string_equal(utf8_clean(a, "\xc3\xa9", 2), "\xc3\xa9");
	assert_string_equal(utf8_clean(a, "\xc3", 1), "\xef\xbf\xbd");
	assert_string_equal(utf8_clean(a, "\xed\xa0\x80", 3), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_string_equal(utf8_clean(a, "a\033[1m", 5), "a?[1m");
	arena_free(a);
}

static void lines_and_keys(void **state)
{
	static const char text[] = "DRIVER=xe\nPCI_ID=8086:E20B\nX";
	const char *at = text, *line;
	struct arena *a = arena_new();
	size_t n, lines = 0;

	while (next_line(&at, text + sizeof(text) - 1, &line, &n))
		lines++;
	assert_int_equal(lines, 3);
	assert_string_equal(keyval_get(a, text, sizeof(text) - 1, "PCI_ID"), "8086:E20B");
	assert_null(keyval_get(a, text, sizeof(text) - 1, "PCI"));
	arena_free(a);
}

static void errors_keep_their_origin(void **state)
{
	struct err e = {0};

	assert_int_equal(err_set(&e, -ENOENT, "cannot read '%s'", "x"), -ENOENT);
	err_set(&e, -EIO, "later");
	assert_int_equal(e.code, -ENOENT);
	err_wrap(&e, "plan %d", 3);
	assert_string_equal(e.text, "plan 3: cannot read 'x'");
	assert_string_equal(errno_name(-EINVAL), "EINVAL");
	assert_int_equal(errno_value("EKEYREJECTED"), EKEYREJECTED);
	assert_int_equal(errno_value("EWHAT"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),           cmocka_unit_test(cpulists),
		cmocka_unit_test(lists_grow),        cmocka_unit_test(names_sort_by_value),
		cmocka_unit_test(text_becomes_utf8), cmocka_unit_test(lines_and_keys),
		cmocka_unit_test(errors_keep_their_origin),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
