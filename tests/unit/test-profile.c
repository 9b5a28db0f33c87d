/* SPDX-License-Identifier: Apache-2.0 */
#include "config/profile.h"

#include "base/macro.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ID "c0ffee00-0000-0000-0000-000000000004"

static struct arena *a;
static struct profile p;
static struct err e;

static int fresh(void **state)
{
	a = arena_new();
	return 0;
}

static int gone(void **state)
{
	arena_free(a);
	return 0;
}

static int parse(const char *text)
{
	e = (struct err){0};
	return profile_parse("p", text, strlen(text), a, &p, &e);
}

static void who_is_let_in(void **state)
{
	assert_int_equal(parse("# ours\n"
			       "trust:\n"
			       "  require-iommu: true\n"
			       "  allow:\n"
			       "    - unique-id: C0FFEE00-0000-0000-0000-000000000004\n"
			       "      label: Razer Core X Chroma\n"
			       "    - {unique-id: c0ffee00-0000-0000-0000-000000000005, once: true, key: yes, iommu: false}\n"),
			 -EINVAL);
	assert_non_null(strstr(e.text, "p:7:74: expected true or false"));
	assert_int_equal(parse("trust:\n"
			       "  require-iommu: true\n"
			       "  allow:\n"
			       "    - unique-id: C0FFEE00-0000-0000-0000-000000000004\n"
			       "      label: Razer Core X Chroma\n"
			       "    - {unique-id: c0ffee00-0000-0000-0000-000000000005, once: true, iommu: false}\n"),
			 0);
	assert_true(p.trust.require_iommu);
	assert_int_equal(p.trust.allow.n, 2);
	assert_string_equal(p.trust.allow.v[0].unique_id, ID);
	assert_string_equal(p.trust.allow.v[0].label, "Razer Core X Chroma");
	assert_int_equal(p.trust.allow.v[0].line, 4);
	assert_false(FIELD_KNOWN(&p.trust.allow.v[0], trust_rule, iommu));
	assert_true(p.trust.allow.v[1].once);
	assert_true(FIELD_KNOWN(&p.trust.allow.v[1], trust_rule, iommu));
}

static void nobody(void **state)
{
	static const char *const texts[] = {"", "# nothing\n", "---\n", "trust:\n", "trust: {}\n", "trust: {allow: []}\n", "trust:\n  allow:\n"};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(texts); i++) {
		assert_int_equal(parse(texts[i]), 0);
		assert_int_equal(p.trust.allow.n, 0);
		assert_false(p.trust.require_iommu);
	}
}

static void refused(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"tust: {}\n", "p:1:1: expected one of trust; found 'tust'"},
		{"trust: yes\n", "p:1:8: expected a map"},
		{"trust:\n  alow: []\n", "p:2:3: expected one of require-iommu, allow; found 'alow'"},
		{"trust:\n  require_iommu: true\n", "p:2:3: expected one of require-iommu"},
		{"trust:\n  require-iommu: maybe\n", "p:2:18: expected true or false"},
		{"trust:\n  require-iommu: 'true'\n", "p:2:18: expected true or false"},
		{"trust:\n  allow: " ID "\n", "p:2:10: expected a list"},
		{"trust:\n  allow: [" ID "]\n", "p:2:11: expected a map"},
		{"trust:\n  allow:\n  - once: true\n", "p:3:1: expected 'unique-id'"},
		{"trust:\n  allow:\n  - unique-id: c0ffee\n", "expected a unique id like"},
		{"trust:\n  allow:\n  - unique-id: " ID "\n    line: 3\n", "expected one of unique-id"},
		{"trust:\n  allow:\n  - unique-id: " ID "\n  - unique-id: " ID "\n", "p:4:1: expected each box one time"},
		{"trust:\n  allow:\n  - unique-id: [a]\n", "expected text"},
		{"trust: {}\ntrust: {}\n", "p:2:1"},
		{"- trust\n", "p:1:1: expected a map"},
		{"trust: &a {}\n", "p:1:"},
	};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		if (parse(rows[i].text) != -EINVAL || !strstr(e.text, rows[i].words))
			fail_msg("%s: '%s' lacks '%s'", rows[i].text, e.text, rows[i].words);
		assert_int_equal(p.trust.allow.n, 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_is_let_in, fresh, gone),
		cmocka_unit_test_setup_teardown(nobody, fresh, gone),
		cmocka_unit_test_setup_teardown(refused, fresh, gone),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
