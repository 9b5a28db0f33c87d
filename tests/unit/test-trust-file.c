/* SPDX-License-Identifier: Apache-2.0 */
/* The list of boxes: what is understood, and where it says that it does not understand. */
#include "base/parse.h"
#include "format/trust-file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define ID "c0ffee00-0000-0000-0000-000000000004"

static struct arena *a;
static struct trust_file f;
static struct err e;

static int parse(const char *text)
{
	e = (struct err){0};
	return trust_file_parse("trust", text, strlen(text), a, &f, &e);
}

static void understands(void **state)
{
	assert_int_equal(parse(""), 0);
	assert_int_equal(parse("# nobody\n\n  \t\n"), 0);
	assert_int_equal(f.entries.n, 0);
	assert_int_equal(parse(" require-iommu # all\nallow\tC0FFEE00-0000-0000-0000-000000000004 key \"Razer Core X\" once#x"), 0);
	assert_true(f.require_iommu);
	assert_string_equal(f.entries.v[0].unique_id, ID);
	assert_string_equal(f.entries.v[0].label, "Razer Core X");
	assert_true(f.entries.v[0].key);
	assert_false(f.entries.v[0].iommu);
	assert_ptr_equal(trust_file_find(&f, "C0FFEE00-0000-0000-0000-000000000004"), &f.entries.v[0]);
}

static void says_where(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{"deny all", "trust:1:1: expected 'allow' or 'require-iommu'"},
		{"allowed " ID, "trust:1:1: expected 'allow'"},
		{"require-iommu yes", "trust:1:15: expected nothing more"},
		{"allow", "trust:1:6: expected a unique id"},
		{"allow c0ffee00-0000-0000-0000-00000000000", "trust:1:7: expected a unique id"},
		{"allow ../../../../etc/shadow", "trust:1:7: expected a unique id"},
		{"\nallow " ID " once  once", "trust:2:50: expected 'once'"},
		{"allow " ID " \"a\" \"b\"", "trust:1:48: expected 'once'"},
		{"allow " ID " \"a", "trust:1:46: expected the label's closing"},
		{"allow " ID " \"a\\b\"", "trust:1:46: expected the label's closing"},
		{"allow " ID "\nallow " ID, "trust:2:7: '" ID "' is in line 1 already"},
	};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(parse(rows[i].text), -22);
		if (!str_starts(e.text, rows[i].error))
			fail_msg("'%s' gives '%s', not '%s'", rows[i].text, e.text, rows[i].error);
		assert_int_equal(f.entries.n, 0);
	}
}

static void prints_what_it_reads(void **state)
{
	struct trust_entry x = {.unique_id = ID, .iommu = true, .label = "a \"b\" \\ \t\nc"};
	struct buf b CLEANUP(buf_free) = BUF_NULL;

	trust_file_print(&x, &b);
	assert_string_equal(b.p, "allow " ID " iommu \"a b  c\"\n");
	assert_int_equal(parse(b.p), 0);
}

static void cuts_one_line(void **state)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	const char *text = "# one\nallow " ID "\n# three";

	trust_file_cut(text, strlen(text), 2, &b);
	assert_string_equal(b.p, "# one\n# three\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands),
		cmocka_unit_test(says_where),
		cmocka_unit_test(prints_what_it_reads),
		cmocka_unit_test(cuts_one_line),
	};
	int r;

	a = arena_new();
	r = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(a);
	return r;
}
