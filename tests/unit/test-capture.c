/* SPDX-License-Identifier: Apache-2.0 */
/* Captures: every form of the text, every error with its place, and that a recording answers what the machine did. */
#include "base/arena.h"
#include "base/parse.h"
#include "host/capture.h"
#include "host/tree-mem.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static struct arena *a;

static int setup(void **state)
{
	a = arena_new();
	return 0;
}

static int teardown(void **state)
{
	arena_free(a);
	return 0;
}

static struct tree *parse(const char *text)
{
	struct tree *t = NULL;
	struct err e = {0};
	int r = capture_parse("t", text, strlen(text), &t, &e);

	if (r < 0)
		print_error("%s\n", e.text);
	assert_int_equal(r, 0);
	return t;
}

static void expect(struct tree *t, const char *path, const char *want)
{
	char *s = NULL;
	size_t n;

	assert_int_equal(tree_read_file(&t->root, path, a, 1 << 20, &s, &n), 0);
	assert_string_equal(s, want);
	assert_int_equal(n, strlen(want));
}

static int fails(struct tree *t, const char *path)
{
	char buf[16];

	return (int)tree_read(&t->root, path, buf, sizeof(buf));
}

static const char sample[] =
	"gpubay capture 1\n"
	"# a comment\n"
	"origin: written\n"
	"note: every form, once\n"
	"covers: sys etc\n"
	"\n"
	"[sys/devices/pci0000:00/0000:00:02.0]\n"
	"vendor = 0x8086\n"
	"blanks =  two before and one after \n"
	"empty =\n"
	"void ~\n"
	"uevent :\n"
	"\tDRIVER=i915\n"
	"\t\n"
	"\tPCI_ID=8086:56A5\n"
	"config %\n"
	"\t0000: 86 80 a5 56\n"
	"\t0010: 04 00\n"
	"\tsize: 64\n"
	"driver -> ../../../bus/pci/drivers/i915\n"
	"current_link_speed ! EINVAL\n"
	"odd ! E9999\n"
	"braces = {here} {0999}\n"
	"both = value {0400}\n"
	"\"a name = 1\" = quoted\n"
	"odd:name:0 = colons\n"
	"escaped ~ a\\x00b\\t\\\\\\n {0440 1:2}\n"
	"later ?\n"
	"[sys/bus/pci/devices]\n"
	"0000:00:02.0 -> ../../../devices/pci0000:00/0000:00:02.0\n"
	"[/]\n"
	"lib -> usr/lib\n"
	"[dev/dri] {0750 0:44}\n"
	"card0 @ c 226:0 {0660 0:44}\n"
	"disk @ b 8:1\n"
	"[\"answers\"]\n"
	"file = here\n"
	"[answers]\n"
	"modalias pci:v00008086d0000E20B* = xe\n"
	"modalias pci:v1 =\n"
	"firmware xe :\n"
	"\txe/a.bin\n"
	"\txe/b.bin\n"
	"modinfo nouveau ! ENOENT\n"
	"user \"self 1\" ~ 0 0\\n\n";

static void every_form(void **state)
{
	struct tree *t = parse(sample);
	const char *dev = "sys/bus/pci/devices/0000:00:02.0", *s;
	struct tree_dir d;
	struct tree_stat st;
	struct strs names;
	char buf[100];

	assert_string_equal(capture_header(t, "origin"), "written");
	assert_string_equal(capture_header(t, "note"), "every form, once");
	assert_null(capture_header(t, "kernel"));
	assert_int_equal(tree_open(&t->root, dev, &d), 0);
	assert_int_equal(tree_read_str(&d, "vendor", a, &s), 0);
	assert_string_equal(s, "0x8086");
	tree_close(&d);
	expect(t, "sys/devices/pci0000:00/0000:00:02.0/blanks", " two before and one after \n");
	expect(t, "sys/devices/pci0000:00/0000:00:02.0/empty", "\n");
	expect(t, "sys/devices/pci0000:00/0000:00:02.0/void", "");
	expect(t, "sys/devices/pci0000:00/0000:00:02.0/uevent", "DRIVER=i915\n\nPCI_ID=8086:56A5\n");
	expect(t, "sys/devices/pci0000:00/0000:00:02.0/braces", "{here} {0999}\n");
	expect(t, "sys/devices/pci0000:00/0000:00:02.0/both", "value\n");
	expect(t, "sys/devices/pci0000:00/0000:00:02.0/a name = 1", "quoted\n");
	expect(t, "sys/devices/pci0000:00/0000:00:02.0/odd:name:0", "colons\n");
	assert_int_equal(tree_read(&t->root, "sys/bus/pci/devices/0000:00:02.0/config", buf, sizeof(buf)), 64);
	assert_memory_equal(buf, "\x86\x80\xa5\x56\0\0\0\0\0\0\0\0\0\0\0\0\x04\0\0", 19);
	assert_int_equal(tree_read(&t->root, "sys/bus/pci/devices/0000:00:02.0/escaped", buf, sizeof(buf)), 6);
	assert_memory_equal(buf, "a\0b\t\\\n", 6);
	assert_int_equal(fails(t, "sys/bus/pci/devices/0000:00:02.0/current_link_speed"), -EINVAL);
	assert_int_equal(fails(t, "sys/bus/pci/devices/0000:00:02.0/odd"), -9999);
	assert_int_equal(fails(t, "sys/bus/pci/devices/0000:00:02.0/later/below"), -ENODATA);
	assert_int_equal(fails(t, "sys/bus/pci/devices/0000:00:02.0/none"), -ENOENT);
	assert_int_equal(fails(t, "etc/none"), -ENOENT);
	assert_int_equal(fails(t, "proc/cmdline"), -ENODATA);
	assert_int_equal(tree_link_base(&t->root, "sys/bus/pci/devices/0000:00:02.0/driver", a, &s), 0);
	assert_string_equal(s, "i915");
	assert_int_equal(tree_readlink(&t->root, "lib", a, &s), 0);
	assert_string_equal(s, "usr/lib");
	assert_int_equal(tree_stat(&t->root, "dev/dri", &st), 0);
	assert_int_equal(st.mode, 0750);
	assert_int_equal(tree_stat(&t->root, "dev/dri/card0", &st), 0);
	assert_int_equal(st.type, TREE_CHAR);
	assert_int_equal(st.mode, 0660);
	assert_int_equal(st.gid, 44);
	assert_int_equal(tree_stat(&t->root, "dev/dri/disk", &st), 0);
	assert_int_equal(st.type, TREE_BLOCK);
	assert_int_equal(tree_stat(&t->root, "sys/bus/pci/devices/0000:00:02.0/escaped", &st), 0);
	assert_int_equal(st.uid, 1);
	assert_int_equal(st.mode, 0440);
	assert_int_equal(tree_list(&t->root, "sys/bus/pci/devices", a, &names), 0);
	assert_int_equal(names.n, 1);
	expect(t, "answers/file", "here\n");
	assert_int_equal(tree_answer(t, a, "modalias", "pci:v00008086d0000E20Bsv1", &s), 0);
	assert_string_equal(s, "xe");
	assert_int_equal(tree_answer(t, a, "modalias", "pci:v1", &s), 0);
	assert_string_equal(s, "");
	assert_int_equal(tree_answer(t, a, "firmware", "xe", &s), 0);
	assert_string_equal(s, "xe/a.bin\nxe/b.bin");
	assert_int_equal(tree_answer(t, a, "modinfo", "nouveau", &s), -ENOENT);
	assert_int_equal(tree_answer(t, a, "user", "self 1", &s), 0);
	assert_string_equal(s, "0 0\n");
	tree_free(t);
}

static void crlf(void **state)
{
	struct tree *t = parse("gpubay capture 1\r\nnote: x\r\n\r\n[sys]\r\na = 1\r\nb :\r\n\tc\r\n");

	assert_string_equal(capture_header(t, "note"), "x");
	expect(t, "sys/a", "1\n");
	expect(t, "sys/b", "c\n");
	tree_free(t);
}

#define HEAD "gpubay capture 1\n"

static const struct {
	const char *text, *place, *want;
} wrong[] = {
	{"", "1:1", "'gpubay capture 1'"},
	{"hello\n", "1:1", "'gpubay capture 1'"},
	{"gpubay capture 2\n", "1:16", "version 1"},
	{HEAD "no colon\n", "2:3", "'key: value'"},
	{HEAD "note: a\nnote: b\n", "3:1", "not there yet"},
	{HEAD "covers: sys ../etc\n", "2:1", "top folders"},
	{HEAD "\tx\n", "2:1", "continues nothing"},
	{HEAD "note: a\x01\n", "2:8", "the byte 0x01"},
	{HEAD "[sys\n", "2:5", "']'"},
	{HEAD "[sys] x\n", "2:6", "the end of the line"},
	{HEAD "[]\n", "2:2", "a directory"},
	{HEAD "[/sys]\n", "2:2", "a path without a '/'"},
	{HEAD "[sys/../x]\n", "2:2", "a path without"},
	{HEAD "[\"sys]\n", "2:7", "'\"' at the end"},
	{HEAD "[s]\nname\n", "3:5", "one of = : %"},
	{HEAD "[s]\nname=1\n", "3:7", "one of = : %"},
	{HEAD "[s]\nname =1\n", "3:5", "one of = : %"},
	{HEAD "[s]\n = 1\n", "3:1", "a name"},
	{HEAD "[s]\na/b = 1\n", "3:1", "a name without '/'"},
	{HEAD "[s]\n.. = 1\n", "3:1", "a name without '/'"},
	{HEAD "[s]\na = 1\na = 2\n", "4:1", "'s/a' is there already"},
	{HEAD "[s]\na = 1\n[s/a]\n", "4:2", "something of another kind"},
	{HEAD "[s]\n\"a = 1\n", "3:7", "'\"' at the end"},
	{HEAD "[s]\n\"a\\x00\" = 1\n", "3:1", "without a zero byte"},
	{HEAD "[s]\na ~ x\\q\n", "3:6", "one of \\n"},
	{HEAD "[s]\na ~ \\x4\n", "3:5", "one of \\n"},
	{HEAD "[s]\na ~ \\", "3:5", "one of \\n"},
	{HEAD "[s]\na :\nb = 1\n", "3:4", "a line that begins with a tab"},
	{HEAD "[s]\na : x\n", "3:5", "the end of the line"},
	{HEAD "[s]\na %\n", "3:4", "a line that begins with a tab"},
	{HEAD "[s]\na %\n\tzz\n", "4:2", "'offset: bytes'"},
	{HEAD "[s]\na %\n\t0000: 1\n", "4:8", "two hexadecimal digits"},
	{HEAD "[s]\na %\n\t0000: 01 2g\n", "4:11", "two hexadecimal digits"},
	{HEAD "[s]\na %\n\t0000: 01 02\n\t0001: 03\n", "5:2", "an offset of at least 0x2"},
	{HEAD "[s]\na %\n\tsize: 1\n\t0001: 03\n", "5:1", "no line after 'size:'"},
	{HEAD "[s]\na %\n\t0000: 01 02\n\tsize: 1\n", "5:8", "the size in decimal"},
	{HEAD "[s]\na %\n\tsize: 4194305\n", "4:8", "at most 4194304 bytes"},
	{HEAD "[s]\na %\n\t400000: 01\n", "4:10", "at most 4194304 bytes"},
	{HEAD "[s]\na ->\n", "3:5", "the target"},
	{HEAD "[s]\na ! NOSUCH\n", "3:5", "the name of an errno"},
	{HEAD "[s]\na ! EIO x\n", "3:8", "the end of the line"},
	{HEAD "[s]\na @ c 226\n", "3:5", "'c major:minor'"},
	{HEAD "[s]\na @ x 226:0\n", "3:5", "'c major:minor'"},
	{HEAD "[s]\na @ c 4294967296:0\n", "3:5", "'c major:minor'"},
	{HEAD "[s]\na ? x\n", "3:5", "the end of the line"},
	{HEAD "[answers]\nmodalias\n", "3:9", "a blank and a key"},
	{HEAD "[answers]\nmodalias x\n", "3:11", "one of = : ~ !"},
	{HEAD "[answers]\nfirmware x :\n", "3:13", "a line that begins with a tab"},
};

static void every_error(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		struct tree *t = NULL;
		struct err e = {0};
		char start[64];

		assert_int_equal(capture_parse("f.cap", wrong[i].text, strlen(wrong[i].text), &t, &e), -EINVAL);
		assert_null(t);
		snprintf(start, sizeof(start), "f.cap:%s: expected ", wrong[i].place);
		if (!str_starts(e.text, start) || !strstr(e.text, wrong[i].want))
			fail_msg("case %zu '%s': %s", i, wrong[i].text, e.text);
	}
}

/* Gaps cost no text: what they would make of memory has a limit of its own. */
static void limits(void **state)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	struct tree *t = NULL;
	struct err e = {0};
	unsigned i;

	buf_adds(&b, HEAD "[s]\n");
	for (i = 0; i < 40; i++)
		buf_addf(&b, "f%u %%\n\tsize: 4194304\n", i);
	assert_int_equal(capture_parse("t", b.p, b.n, &t, &e), -EINVAL);
	assert_non_null(strstr(e.text, "bytes of binaries"));
	buf_clear(&b);
	e = (struct err){0};
	buf_adds(&b, HEAD "[s]\n");
	for (i = 0; i < 200; i++)
		buf_addf(&b, "[%u", i);
	buf_adds(&b, "]\n");
	for (i = 0; i < 70; i++)
		buf_adds(&b, i ? "/d" : "[d");
	buf_adds(&b, "]\n");
	assert_int_equal(capture_parse("t", b.p, b.n, &t, &e), -EINVAL);
	e = (struct err){0};
	assert_int_equal(capture_parse("t", sample, 64 * 1024 * 1024 + 1, &t, &e), -EINVAL);
	assert_non_null(strstr(e.text, "t:1:1: expected at most"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_form, setup, teardown),
		cmocka_unit_test_setup_teardown(crlf, setup, teardown),
		cmocka_unit_test_setup_teardown(every_error, setup, teardown),
		cmocka_unit_test_setup_teardown(limits, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
