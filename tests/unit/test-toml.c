/* SPDX-License-Identifier: Apache-2.0 */
/* The TOML reader: values, lines, who may add to which table, errors with their place. */
#include "base/buf.h"
#include "base/parse.h"
#include "format/toml.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <cmocka.h>

static int setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static const struct toml *good(void **state, const char *text)
{
	struct err e = {0};
	struct toml *t = NULL;

	if (toml_parse(*state, "f", text, strlen(text), &t, &e) < 0)
		fail_msg("%s", e.text);
	return t;
}

static void test_values(void **state)
{
	const struct toml *t = good(state, "s = 'C:\\x'\nb = \"\\t\\u00e9\"\nm = \"\"\"\na\\\n   b\"\"\"\"\ni = -0\nh = 0xdead_beef\n"
					   "f = 6.5e-1\ninf = -inf\nnan = +nan\nyes = true\nd = 1979-05-27 07:32:00Z\n"
					   "l = 2000-02-29\nmost = -9223372036854775808\n");

	assert_string_equal(toml_str(toml_get(t, "s")), "C:\\x");
	assert_string_equal(toml_str(toml_get(t, "b")), "\t\xc3\xa9");
	assert_string_equal(toml_str(toml_get(t, "m")), "ab\"");
	assert_int_equal(toml_int(toml_get(t, "i"), 7), 0);
	assert_true(toml_int(toml_get(t, "h"), 0) == 0xdeadbeef);
	assert_true(toml_get(t, "f")->number == 0.65);
	assert_true(isinf(toml_get(t, "inf")->number) && toml_get(t, "inf")->number < 0);
	assert_true(isnan(toml_get(t, "nan")->number));
	assert_true(toml_bool(toml_get(t, "yes"), false));
	assert_int_equal(toml_get(t, "d")->type, TOML_DATETIME);
	assert_int_equal(toml_get(t, "l")->type, TOML_DATE_LOCAL);
	assert_true(toml_int(toml_get(t, "most"), 0) == INT64_MIN);
	assert_int_equal(toml_get(t, "yes")->line, 11);
	/* Of another type, or missing. */
	assert_null(toml_str(toml_get(t, "i")));
	assert_int_equal(toml_int(toml_get(t, "s"), 7), 7);
	assert_true(toml_bool(toml_get(toml_get(t, "no"), "no"), true));
}

static void test_tables(void **state)
{
	const struct toml *t = good(state, "[plugins.\"io.containerd.grpc.v1.cri\"]\nenable_cdi = true\n[plugins]\nx.y = {z.a = 1}\n"
					   "[[r]]\nname = 'a'\n[r.sub]\n[[r]]\nname = 'b'\n[q]\narr = [\n 1, # one\n [2],\n]\n");
	const struct toml *r = toml_get(t, "r");

	assert_true(toml_bool(toml_get(toml_get(toml_get(t, "plugins"), "io.containerd.grpc.v1.cri"), "enable_cdi"), false));
	assert_int_equal(toml_int(toml_get(toml_get(toml_get(toml_get(toml_get(t, "plugins"), "x"), "y"), "z"), "a"), 0), 1);
	assert_int_equal(r->list.n, 2);
	assert_non_null(toml_get(r->list.v[0], "sub"));
	assert_string_equal(toml_str(toml_get(r->list.v[1], "name")), "b");
	assert_int_equal(toml_get(toml_get(t, "q"), "arr")->list.v[1]->line, 13);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *place;
	} rows[] = {
		{"a = 1\na = 2", "f:2:3"},  {"[a]\n[a]", "f:2:4"},          {"a.b = 1\n[a]", NULL},      {"[a.b.c]\n[a]\nb.c.d = 1", NULL},
		{"a = {}\na.b = 1", NULL},  {"a = {}\n[a.b]", NULL},        {"a = []\n[[a]]", NULL},     {"[[a]]\n[a]", NULL},
		{"a = {b = 1,}", NULL},     {"a = 01", "f:1:5"},            {"a = 1__0", NULL},          {"a = 1.", NULL},
		{"a = .5", NULL},           {"a = 0x", NULL},               {"a = +0x1", NULL},          {"a = 9223372036854775808", NULL},
		{"a = \"b\nc\"", "f:1:7"},  {"a = \"\\x\"", NULL},          {"a = \"\\ud800\"", NULL},   {"a = 1 b = 2", NULL},
		{"a", NULL},                {"a =", NULL},                  {"= 1", NULL},               {"a = 2001-02-29", NULL},
		{"a = 25:00:00", NULL},     {"a = tru", NULL},              {"# \x01", NULL},            {"a = '\xff'", NULL},
		{"a = '\xc0\x80'", NULL},   {"a = 1\rb = 2", NULL},         {"[a", NULL},                {"[[a]", NULL},
		{"a = [1 2]", NULL},        {"\"\"\"a\"\"\" = 1", NULL},    {"a = {b = 1\n}", NULL},     {"a = '''", NULL},
	};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct err e = {0};
		struct toml *t;

		if (toml_parse(*state, "f", rows[i].text, strlen(rows[i].text), &t, &e) != -EINVAL)
			fail_msg("'%s' was taken", rows[i].text);
		if (!str_starts(e.text, rows[i].place ? rows[i].place : "f:"))
			fail_msg("'%s': %s", rows[i].text, e.text);
	}
}

static void test_limits(void **state)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	struct toml *t;
	unsigned i;

	for (i = 0; i <= TOML_DEPTH_MAX + 1; i++)
		buf_adds(&b, i ? "[" : "a = ");
	assert_int_equal(toml_parse(*state, "f", b.p, b.n, &t, NULL), -E2BIG);
	buf_clear(&b);
	for (i = 0; i <= TOML_TABLE_MAX; i++)
		buf_addf(&b, "a%u = 1\n", i);
	assert_int_equal(toml_parse(*state, "f", b.p, b.n, &t, NULL), -E2BIG);
	assert_int_equal(toml_parse(*state, "f", b.p, TOML_TEXT_MAX + 1, &t, NULL), -E2BIG);
	assert_int_equal(toml_parse(*state, "f", "", 0, &t, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tables, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
