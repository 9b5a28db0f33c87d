/* SPDX-License-Identifier: Apache-2.0 */
/* Trees in memory: links, errors, unknown against absent, limits, speed with many functions. */
#include "base/arena.h"
#include "host/tree-mem.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static struct tree *t;
static struct arena *a;

static int setup(void **state)
{
	t = tree_new_mem("test");
	a = arena_new();
	return 0;
}

static int teardown(void **state)
{
	tree_free(t);
	arena_free(a);
	return 0;
}

static void file(const char *path, const char *text)
{
	assert_int_equal(tree_mem_file(t, path, text, strlen(text)), 0);
}

static void expect(const char *path, const char *want)
{
	const char *s = NULL;

	assert_int_equal(tree_read_str(&t->root, path, a, &s), 0);
	assert_string_equal(s, want);
}

static int fails(const char *path)
{
	char buf[16];

	return (int)tree_read(&t->root, path, buf, sizeof(buf));
}

static void files_and_links(void **state)
{
	struct tree_dir d;
	const char *s;

	file("sys/devices/pci0000:00/0000:00:02.0/vendor", "0x8086\n");
	assert_int_equal(tree_mem_link(t, "sys/bus/pci/devices/0000:00:02.0", "../../../devices/pci0000:00/0000:00:02.0"), 0);
	assert_int_equal(tree_mem_link(t, "abs", "/sys/bus/pci"), 0);
	assert_int_equal(tree_mem_link(t, "out", "../../../../sys"), 0);
	expect("sys/devices/pci0000:00/0000:00:02.0/vendor", "0x8086");
	expect("sys/bus/pci/devices/0000:00:02.0/vendor", "0x8086");
	expect("abs/devices/0000:00:02.0/../0000:00:02.0/./vendor", "0x8086");
	expect("out/bus/pci/devices/0000:00:02.0/vendor", "0x8086");
	expect("../../sys//bus/pci/devices/0000:00:02.0/vendor", "0x8086");
	assert_int_equal(tree_open(&t->root, "abs/devices/0000:00:02.0", &d), 0);
	assert_string_equal(d.path, "sys/devices/pci0000:00/0000:00:02.0");
	assert_int_equal(tree_read_str(&d, "vendor", a, &s), 0);
	assert_string_equal(s, "0x8086");
	assert_int_equal(tree_readlink(&d, "../../../bus/pci/devices/0000:00:02.0", a, &s), 0);
	assert_string_equal(s, "../../../devices/pci0000:00/0000:00:02.0");
	tree_close(&d);
}

static void wrong_kinds(void **state)
{
	struct strs names;
	struct tree_dir d;
	struct tree_stat st;
	const char *s;

	file("dir/file", "x");
	assert_int_equal(tree_mem_node(t, "dev/dri/card0", false, 226, 0), 0);
	assert_int_equal(tree_mem_owner(t, "dev/dri/card0", 0660, 0, 44), 0);
	assert_int_equal(fails("dir"), -EISDIR);
	assert_int_equal(fails("dir/file/below"), -ENOTDIR);
	assert_int_equal(fails("dir/none"), -ENOENT);
	assert_int_equal(fails("dev/dri/card0"), -ENXIO);
	assert_int_equal(tree_open(&t->root, "dir/file", &d), -ENOTDIR);
	assert_int_equal(tree_list(&t->root, "dir/file", a, &names), -ENOTDIR);
	assert_int_equal(tree_readlink(&t->root, "dir/file", a, &s), -EINVAL);
	assert_int_equal(tree_stat(&t->root, "dev/dri/card0", &st), 0);
	assert_int_equal(st.type, TREE_CHAR);
	assert_int_equal(st.major, 226);
	assert_int_equal(st.mode, 0660);
	assert_int_equal(st.gid, 44);
	assert_int_equal(tree_mem_dir(t, "dir/file"), -EEXIST);
	assert_int_equal(tree_mem_file(t, "dir/file/x", "", 0), -EEXIST);
	assert_int_equal(tree_mem_link(t, "dir", "x"), -EEXIST);
}

static void loops(void **state)
{
	char name[16], next[16];
	unsigned i;

	tree_mem_link(t, "self", "self");
	tree_mem_link(t, "a", "b");
	tree_mem_link(t, "b", "a");
	assert_int_equal(fails("self"), -ELOOP);
	assert_int_equal(fails("a/x"), -ELOOP);
	/* Forty links are followed, as the kernel does; the forty-first is not. */
	for (i = 0; i <= 40; i++) {
		snprintf(name, sizeof(name), "l%u", i);
		snprintf(next, sizeof(next), "l%u", i + 1);
		assert_int_equal(tree_mem_link(t, name, next), 0);
	}
	file("l41", "end");
	expect("l1", "end");
	assert_int_equal(fails("l0"), -ELOOP);
	/* A link that grows with each hop ends at the path limit. */
	tree_mem_link(t, "grow", "grow/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	assert_true(fails("grow") == -ELOOP || fails("grow") == -ENAMETOOLONG);
}

static void errors(void **state)
{
	struct strs names;
	struct tree_stat st;

	assert_int_equal(tree_mem_error(t, "d/speed", EINVAL), 0);
	assert_int_equal(fails("d/speed"), -EINVAL);
	assert_int_equal(tree_stat(&t->root, "d/speed", &st), 0);
	assert_int_equal(fails("d/speed/below"), -EINVAL);
	file("d/speed", "now");
	expect("d/speed", "now");
	assert_int_equal(tree_mem_error(t, "d", EACCES), 0);
	assert_int_equal(tree_list(&t->root, "d", a, &names), -EACCES);
	expect("d/speed", "now");
	assert_int_equal(tree_mem_error(t, "x", 0), -EINVAL);
}

static void unknown_or_absent(void **state)
{
	struct strs names;
	struct tree_dir d;
	struct tree_stat st;

	assert_int_equal(fails("proc/cmdline"), -ENOENT);
	assert_int_equal(tree_mem_cover(t, "", false), 0);
	assert_int_equal(tree_mem_cover(t, "sys", true), 0);
	assert_int_equal(tree_mem_cover(t, "sys/class", false), 0);
	file("sys/class/drm/card0/status", "connected");
	file("etc/known", "x");
	assert_int_equal(tree_mem_cover(t, "etc/gone", true), 0);
	assert_int_equal(tree_mem_cover(t, "sys/thing", false), 0);
	assert_int_equal(fails("proc/cmdline"), -ENODATA);
	assert_int_equal(fails("sys/none"), -ENOENT);
	assert_int_equal(fails("sys/class/none"), -ENODATA);
	assert_int_equal(fails("sys/class/drm/card0/enabled"), -ENODATA);
	assert_int_equal(fails("etc/other"), -ENODATA);
	assert_int_equal(fails("etc/gone"), -ENOENT);
	assert_int_equal(fails("etc/gone/below"), -ENOENT);
	assert_int_equal(tree_stat(&t->root, "sys/thing", &st), -ENODATA);
	assert_int_equal(tree_open(&t->root, "sys/thing", &d), -ENODATA);
	assert_int_equal(fails("sys/thing/below"), -ENODATA);
	expect("etc/known", "x");
	assert_int_equal(tree_list(&t->root, "etc", a, &names), -ENODATA);
	assert_int_equal(tree_list(&t->root, "sys", a, &names), 0);
	assert_int_equal(names.n, 2);
	assert_string_equal(names.v[0], "class");
	assert_string_equal(names.v[1], "thing");
	/* A name of which nothing was known may turn out to be something. */
	file("etc/gone/now", "here");
	expect("etc/gone/now", "here");
}

struct seen {
	char text[256];
	size_t n;
};

static void see(void *arg, const char *kind, const char *key, const char *text, int error)
{
	struct seen *s = arg;

	s->n += (size_t)snprintf(s->text + s->n, sizeof(s->text) - s->n, "%s %s=%s/%d;", kind, key, text ? text : "-", error);
}

static void answers(void **state)
{
	struct seen s = {.n = 0};
	const char *text;

	assert_int_equal(tree_answer(t, a, "modalias", "pci:v1", &text), -ENODATA);
	assert_int_equal(tree_mem_answer(t, "modalias", "pci:v1", "xe i915"), 0);
	assert_int_equal(tree_mem_answer(t, "firmware", "xe", "a\nb"), 0);
	assert_int_equal(tree_mem_answer_error(t, "firmware", "none", ENOENT), 0);
	assert_int_equal(tree_answer(t, a, "modalias", "pci:v1", &text), 0);
	assert_string_equal(text, "xe i915");
	assert_int_equal(tree_answer(t, a, "modalias", "pci:v2", &text), -ENODATA);
	assert_int_equal(tree_answer(t, a, "firmware", "none", &text), -ENOENT);
	assert_string_equal(tree_mem_answer_text(t, "firmware", "xe"), "a\nb");
	assert_null(tree_mem_answer_text(t, "firmware", "none"));
	tree_mem_each_answer(t, see, &s);
	assert_string_equal(s.text, "firmware none=-/2;firmware xe=a\nb/0;modalias pci:v1=xe i915/0;");
}

static void answer_patterns(void **state)
{
	char stars[64] = "", text[64] = "";

	tree_mem_answer(t, "modalias", "pci:v00008086*", "i915");
	tree_mem_answer(t, "modalias", "pci:v00008086d0000E20B*", "xe");
	tree_mem_answer(t, "modalias", "pci:v00008086d0000E20Bsv1", "");
	tree_mem_answer(t, "other", "*", "all");
	assert_string_equal(tree_mem_answer_text(t, "modalias", "pci:v00008086d0000E20Bsv1"), "");
	assert_string_equal(tree_mem_answer_text(t, "modalias", "pci:v00008086d0000E20Bsv2"), "xe");
	assert_string_equal(tree_mem_answer_text(t, "modalias", "pci:v00008086d00001234sv2"), "i915");
	assert_null(tree_mem_answer_text(t, "modalias", "pci:v00001002"));
	assert_string_equal(tree_mem_answer_text(t, "other", ""), "all");
	tree_mem_answer(t, "p", "a*b?d", "x");
	assert_string_equal(tree_mem_answer_text(t, "p", "a-ab-bcd"), "x");
	assert_null(tree_mem_answer_text(t, "p", "abd"));
	memset(stars, '*', sizeof(stars) - 2);
	stars[62] = 'b';
	memset(text, 'a', sizeof(text) - 1);
	tree_mem_answer(t, "q", stars, "x");
	assert_null(tree_mem_answer_text(t, "q", text));
}

static void bad_paths(void **state)
{
	static const char *const bad[] = {"", "/a", "a//b", "a/", ".", "..", "a/../b", "a/."};
	char deep[300], name[400];
	unsigned i;

	for (i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(tree_mem_file(t, bad[i], "x", 1), -EINVAL);
	memset(deep, 'a', sizeof(deep));
	for (i = 1; i < sizeof(deep); i += 2)
		deep[i] = '/';
	deep[sizeof(deep) - 2] = '\0';
	assert_int_equal(tree_mem_file(t, deep, "x", 1), -E2BIG);
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(tree_mem_file(t, name, "x", 1), -E2BIG);
	assert_false(tree_mem_has(t, "a"));
	file("a/b", "x");
	assert_true(tree_mem_has(t, "a/b"));
	assert_false(tree_mem_has(t, "a/b/c"));
}

static void binary_and_parts(void **state)
{
	static const char bytes[] = {1, 0, 2, 0, 3};
	char buf[8];

	assert_int_equal(tree_mem_file(t, "config", bytes, sizeof(bytes)), 0);
	assert_int_equal(tree_pread(&t->root, "config", 2, buf, 2), 2);
	assert_memory_equal(buf, bytes + 2, 2);
	assert_int_equal(tree_pread(&t->root, "config", 4, buf, 8), 1);
	assert_int_equal(tree_pread(&t->root, "config", 5, buf, 8), 0);
	assert_int_equal(tree_pread(&t->root, "config", UINT64_MAX, buf, 8), 0);
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Eight thousand functions of fifteen attributes, made and read; in any order of names. */
static void many(void **state)
{
	enum { N = 8192, ATTRS = 15 };
	double start = seconds();
	struct strs names;
	char path[128], target[128];
	unsigned i, j;

	for (i = 0; i < N; i++) {
		for (j = 0; j < ATTRS; j++) {
			snprintf(path, sizeof(path), "sys/devices/pci0000:00/%04x/attr%u", i, j);
			assert_int_equal(tree_mem_file(t, path, path, 8), 0);
		}
		snprintf(path, sizeof(path), "sys/bus/pci/devices/%04x", i);
		snprintf(target, sizeof(target), "../../../devices/pci0000:00/%04x", i);
		assert_int_equal(tree_mem_link(t, path, target), 0);
	}
	assert_int_equal(tree_list(&t->root, "sys/bus/pci/devices", a, &names), 0);
	assert_int_equal(names.n, N);
	for (i = 0; i < N; i++) {
		snprintf(path, sizeof(path), "sys/bus/pci/devices/%04x/attr3", i);
		assert_int_equal(fails(path), 8);
	}
	assert_true(seconds() - start < 2.0); /* 0.1 s in an ordinary build */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files_and_links, setup, teardown),
		cmocka_unit_test_setup_teardown(wrong_kinds, setup, teardown),
		cmocka_unit_test_setup_teardown(loops, setup, teardown),
		cmocka_unit_test_setup_teardown(errors, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_or_absent, setup, teardown),
		cmocka_unit_test_setup_teardown(answers, setup, teardown),
		cmocka_unit_test_setup_teardown(answer_patterns, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_paths, setup, teardown),
		cmocka_unit_test_setup_teardown(binary_and_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(many, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
