/* SPDX-License-Identifier: Apache-2.0 */
#include "format/yaml.h"

#include "base/buf.h"
#include "base/parse.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct arena *a;

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

static const struct yaml *parse(const char *text)
{
	struct yaml *root;
	struct err e = {0};

	if (yaml_parse(a, "f", text, strlen(text), &root, &e) < 0)
		fail_msg("%s", e.text);
	return root;
}

static void refused(const char *text, size_t n, int code, const char *words)
{
	struct yaml *root;
	struct err e = {0};

	assert_int_equal(yaml_parse(a, "f", text, n, &root, &e), code);
	assert_null(root);
	if (!strstr(e.text, words))
		fail_msg("'%s' lacks '%s'", e.text, words);
}

static void values(void **state)
{
	static const char *const numbers[] = {"12", "-1", "+7", "0x1f", "0660", "0o660", "0"};
	static const int64_t want[] = {12, -1, 7, 31, 432, 432, 0};
	static const char *const no_numbers[] = {"0.5.0", "1e3", "12a", "-", "0x", "99999999999999999999", "'12'", "\"12\"", "08"};
	int64_t number;
	bool yes;
	unsigned i;

	for (i = 0; i < ARRAY_LEN(numbers); i++) {
		assert_true(yaml_int(parse(numbers[i]), &number));
		assert_int_equal(number, want[i]);
	}
	for (i = 0; i < ARRAY_LEN(no_numbers); i++)
		assert_false(yaml_int(parse(no_numbers[i]), &number));
	assert_true(yaml_bool(parse("true"), &yes) && yes);
	assert_true(yaml_bool(parse("False"), &yes) && !yes);
	assert_false(yaml_bool(parse("'true'"), &yes));
	assert_true(yaml_is_null(parse("~")) && yaml_is_null(parse("null")));
	assert_false(yaml_is_null(parse("''")));
	assert_string_equal(yaml_str(parse("''")), "");
	assert_null(yaml_str(parse("[a]")));
	assert_null(parse(""));
	assert_null(yaml_get(NULL, "x"));
}

static void tree(void **state)
{
	const struct yaml *doc = parse("# a spec\nkind: x.com/gpu\ndevices:\n- name: \"0\"\n  edits: {path: /dev/null, mode: 0660}\n- name: b\n"), *devices;

	assert_int_equal(doc->type, YAML_MAP);
	assert_string_equal(yaml_str(yaml_get(doc, "kind")), "x.com/gpu");
	devices = yaml_get(doc, "devices");
	assert_int_equal(devices->type, YAML_LIST);
	assert_int_equal(devices->list.n, 2);
	assert_false(yaml_get(devices->list.v[0], "name")->plain);
	assert_string_equal(yaml_str(yaml_get(yaml_get(devices->list.v[0], "edits"), "path")), "/dev/null");
	assert_int_equal(devices->list.v[1]->line, 6);
	assert_int_equal(yaml_get(devices->list.v[1], "name")->line, 6);
	assert_int_equal(yaml_get(devices->list.v[1], "name")->column, 9);
	assert_int_equal(yaml_get(doc, "devices")->key_line, 3);
	assert_int_equal(yaml_get(doc, "devices")->key_column, 1);
}

static void faults(void **state)
{
	refused("a: 1\na: 2\n", 10, -EINVAL, "f:2:1: the key 'a' is there twice");
	refused("a: [1\n", 6, -EINVAL, "f:2:1:");
	refused("a: *b\n", 6, -EINVAL, "f:1:4: anchors");
	refused("a: &b 1\n", 8, -EINVAL, "f:1:4: anchors");
	refused("a: !!int 1\n", 11, -EINVAL, "anchors and tags");
	refused("a: 1\n---\nb: 2\n", 14, -EINVAL, "f:2:1: a second document");
	refused("? [a]\n: 1\n", 10, -EINVAL, "no word");
	refused("a: \"x\\0y\"\n", 10, -EINVAL, "NUL");
	refused("\xff\xfe\n", 3, -EINVAL, "f:1:1:");
	refused("\ta: 1\n", 6, -EINVAL, "f:1:1:");
}

static void limits(void **state)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	unsigned i;

	for (i = 0; i < YAML_DEPTH_MAX; i++)
		buf_addc(&b, '[');
	for (i = 0; i < YAML_DEPTH_MAX; i++)
		buf_addc(&b, ']');
	assert_non_null(parse(arena_strn(a, b.p, b.n)));
	buf_clear(&b);
	for (i = 0; i <= YAML_DEPTH_MAX; i++)
		buf_addc(&b, '[');
	refused(b.p, b.n, -E2BIG, "nested");
	buf_clear(&b);
	for (i = 0; i <= YAML_MAP_MAX; i++)
		buf_addf(&b, "k%u: 1\n", i);
	refused(b.p, b.n, -E2BIG, "keys");
	buf_clear(&b);
	buf_addc(&b, '[');
	for (i = 0; i <= YAML_NODES_MAX; i++)
		buf_adds(&b, "1,");
	refused(b.p, b.n, -E2BIG, "more values");
	buf_clear(&b);
	for (i = 0; i <= YAML_TEXT_MAX; i++)
		buf_addc(&b, '#');
	refused(b.p, b.n, -E2BIG, "larger");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(values, fresh, gone),
		cmocka_unit_test_setup_teardown(tree, fresh, gone),
		cmocka_unit_test_setup_teardown(faults, fresh, gone),
		cmocka_unit_test_setup_teardown(limits, fresh, gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
