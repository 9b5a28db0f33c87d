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

/* A read of any kind, its result as text: what two trees are compared by. */
struct question {
	const char *op, *dir, *path;
};

static char *ask(struct tree *t, const struct question *q)
{
	struct tree_dir d;
	struct tree_stat st = {0};
	struct strs names;
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	const char *s = "";
	char *text = NULL;
	size_t n = 0;
	uint32_t i;
	int r = tree_open(&t->root, q->dir, &d);

	if (r < 0)
		return arena_printf(a, "open %s", errno_name(r));
	if (strcmp(q->op, "read") == 0) {
		r = tree_read_file(&d, q->path, a, 1 << 20, &text, &n);
		for (i = 0; r == 0 && i < n; i++)
			buf_addf(&b, "%02x", (unsigned char)text[i]);
	} else if (strcmp(q->op, "readlink") == 0) {
		r = tree_readlink(&d, q->path, a, &s);
		buf_adds(&b, r == 0 ? s : "");
	} else if (strcmp(q->op, "list") == 0) {
		r = tree_list(&d, q->path, a, &names);
		for (i = 0; r == 0 && i < names.n; i++)
			buf_addf(&b, "%s,", names.v[i]);
	} else if (strcmp(q->op, "answer") == 0) {
		r = tree_answer(t, a, q->dir, q->path, &s);
		buf_adds(&b, r == 0 ? s : "");
	} else {
		r = strcmp(q->op, "stat") == 0 ? tree_stat(&d, q->path, &st) : tree_lstat(&d, q->path, &st);
		buf_addf(&b, "%d %o %u:%u %u:%u", st.type, st.type == TREE_LINK ? 0 : st.mode, st.uid, st.gid, st.major, st.minor);
	}
	tree_close(&d);
	return arena_printf(a, "%s %s", r < 0 ? errno_name(r) : "ok", b.p ? b.p : "");
}

static char *record(struct tree *t, const struct question *q, size_t n, bool redact, char **answers)
{
	struct capture_recorder *rec = capture_record(t);
	struct buf out CLEANUP(buf_free) = BUF_NULL;
	struct err e = {0};
	char *text;
	size_t i;

	for (i = 0; i < n; i++)
		answers[i] = ask(t, &q[i]);
	assert_int_equal(capture_write(rec, redact, "a test", &out, &e), 0);
	capture_record_stop(rec);
	assert_null(t->on_read);
	text = arena_strn(a, out.p, out.n);
	return text;
}

static void compare(const char *text, const struct question *q, size_t n, char **answers)
{
	struct tree *back = parse(text);
	size_t i;

	for (i = 0; i < n; i++) {
		char *again = ask(back, &q[i]);

		if (strcmp(again, answers[i]) != 0)
			fail_msg("%s %s %s: %s, was %s\n%s", q[i].op, q[i].dir, q[i].path, again, answers[i], text);
	}
	tree_free(back);
}

static const char machine[] =
	"gpubay capture 1\n"
	"covers: sys proc dev etc lib usr\n"
	"[/]\n"
	"lib -> usr/lib\n"
	"loop -> loop\n"
	"[usr/lib]\n"
	"file ~ no newline\n"
	"[sys/devices/pci0000:00/0000:00:02.0] {0555 0:0}\n"
	"vendor = 0x8086 {0444 0:0}\n"
	"two :\n"
	"\tA=1\n"
	"\tB=2\n"
	"config %\n"
	"\t0000: 86 80 a5 56\n"
	"\tsize: 256\n"
	"raw ~ \\xff\\xfe\\n\n"
	"braces ~ a \\x7b0644}\\n\n"
	"blank ~ \\x20a\\n\n"
	"void ~\n"
	"empty =\n"
	"speed ! EINVAL\n"
	"denied ! EACCES\n"
	"driver -> ../../../bus/pci/drivers/i915\n"
	"\"odd = name\" = x\n"
	"hole ?\n"
	"[sys/devices/pci0000:00/0000:00:02.0/drm/card0]\n"
	"dev = 226:0\n"
	"[sys/bus/pci/devices]\n"
	"0000:00:02.0 -> ../../../devices/pci0000:00/0000:00:02.0\n"
	"[sys/bus/pci/drivers/i915]\n"
	"0000:00:02.0 -> ../../../../devices/pci0000:00/0000:00:02.0\n"
	"abs -> /sys/devices/pci0000:00/0000:00:02.0/vendor\n"
	"[dev/dri]\n"
	"card0 @ c 226:0 {0660 0:44}\n"
	"sda @ b 8:0\n"
	"[opt/partly]\n"
	"known = 1\n"
	"[sys/closed]\n"
	"inside = 1\n"
	"[sys]\n"
	"closed ! EACCES\n"
	"[answers]\n"
	"firmware i915 :\n"
	"\ta\n"
	"\tb\n"
	"modalias x =\n"
	"modinfo y ! ENOENT\n"
	"user self = 0 0 root\n";

#define DEV "sys/bus/pci/devices/0000:00:02.0"
static const struct question questions[] = {
	{"read", "", DEV "/vendor"},	   {"read", DEV, "two"},	    {"read", DEV, "config"},
	{"read", DEV, "raw"},		   {"read", DEV, "braces"},	    {"read", DEV, "blank"},
	{"read", DEV, "void"},		   {"read", DEV, "empty"},	    {"read", DEV, "speed"},
	{"read", DEV, "denied"},	   {"read", DEV, "odd = name"},	    {"read", DEV, "none"},
	{"read", DEV, "hole"},		   {"read", DEV, "hole/below"},	    {"stat", DEV, "hole"},
	{"stat", DEV, "vendor"},	   {"lstat", DEV, "driver"},	    {"stat", DEV, "driver"},
	{"readlink", DEV, "driver"},	   {"readlink", DEV, "vendor"},	    {"readlink", DEV, "none"},
	{"read", DEV "/driver", "abs"},	   {"read", DEV "/drm/..", "two"},  {"list", DEV, "drm"},
	{"list", "sys/bus/pci", "devices"}, {"read", "", "lib/file"},	    {"read", "", "loop/x"},
	{"read", "", "opt/x"},		   {"list", "", "opt"},		    {"list", "dev", "dri"},
	{"stat", "dev/dri", "card0"},	   {"stat", "", "sys/bus"},	    {"read", DEV, "vendor/below"},
	{"read", DEV, "drm"},		   {"list", DEV, "vendor"},	    {"stat", "etc", "none"},
	{"list", "opt", "partly"},	   {"read", "opt/partly", "known"}, {"stat", "", "opt/partly"},
	{"read", "opt/partly", "other"},   {"list", "", "sys/closed"},	    {"list", "sys/closed", ""},
	{"read", "", "sys/closed/inside"}, {"stat", "", "sys/closed"},
	{"stat", "", "usr/lib/file"},	   {"list", "", "loop"},	    {"readlink", "", "sys/bus/pci/devices/0000:00:02.0"},
};

static void recording_answers_the_same(void **state)
{
	char *answers[ARRAY_LEN(questions)], *again[ARRAY_LEN(questions)];
	struct tree *t = parse(machine), *back;
	char *text = record(t, questions, ARRAY_LEN(questions), false, answers), *second;

	compare(text, questions, ARRAY_LEN(questions), answers);
	/* A recording of the recording is the recording. */
	back = parse(text);
	second = record(back, questions, ARRAY_LEN(questions), false, again);
	assert_string_equal(second, text);
	tree_free(back);
	tree_free(t);
}

/* Each question alone, beside a plain one: none leans on what another one brought in. */
static void each_alone(void **state)
{
	struct question q[2] = {{"read", "", "usr/lib/file"}};
	struct tree *t = parse(machine);
	char *answers[2];
	size_t i;

	for (i = 0; i < ARRAY_LEN(questions); i++) {
		q[1] = questions[i];
		compare(record(t, q, 2, true, answers), q, 2, answers);
	}
	tree_free(t);
}

static void answers_recorded(void **state)
{
	static const struct question asked[] = {
		{"answer", "firmware", "i915"}, {"answer", "modalias", "x"}, {"answer", "modalias", "z"},
		{"answer", "modinfo", "y"},	{"answer", "user", "self"},  {"read", "", "usr/lib/file"},
	};
	struct capture_recorder *rec;
	struct buf out CLEANUP(buf_free) = BUF_NULL;
	struct tree *t = parse(machine), *back;
	const char *s;
	size_t i;

	rec = capture_record(t);
	for (i = 0; i < ARRAY_LEN(asked); i++)
		tree_answer(t, a, asked[i].dir, asked[i].path, &s);
	tree_read_str(&t->root, "usr/lib/file", a, &s);
	assert_int_equal(capture_write(rec, true, NULL, &out, NULL), 0);
	capture_record_stop(rec);
	back = parse(out.p);
	assert_int_equal(tree_answer(back, a, "firmware", "i915", &s), 0);
	assert_string_equal(s, "a\nb");
	assert_int_equal(tree_answer(back, a, "modalias", "x", &s), 0);
	assert_string_equal(s, "");
	assert_int_equal(tree_answer(back, a, "modalias", "z", &s), -ENODATA);
	assert_int_equal(tree_answer(back, a, "modinfo", "y", &s), -ENOENT);
	assert_int_equal(tree_answer(back, a, "user", "self", &s), 0);
	assert_string_equal(s, "0 0 root");
	tree_free(back);
	tree_free(t);
}

static void nothing_read(void **state)
{
	struct tree *t = parse(machine);
	struct capture_recorder *rec = capture_record(t);
	struct buf out CLEANUP(buf_free) = BUF_NULL;
	struct err e = {0};

	assert_int_equal(capture_write(rec, true, NULL, &out, &e), -ENODATA);
	capture_record_stop(rec);
	capture_record_stop(NULL);
	tree_free(t);
}

/* This machine, whatever it has: its PCI functions, some files, some that are not there. */
static void live_machine(void **state)
{
	struct question q[400] = {
		{"read", "", "proc/cmdline"},	 {"read", "", "proc/sys/kernel/osrelease"}, {"stat", "", "dev/null"},
		{"list", "", "sys/bus/pci/devices"}, {"read", "", "etc/os-release"},	{"read", "", "lib/none"},
		{"read", "", "sys/none/none"},	 {"stat", "", "proc/self"},		    {"readlink", "", "sys/class/mem/null"},
		{"read", "", "sys/class/mem/null/uevent"}, {"list", "", "sys/class/net"},
	};
	static const char *const attrs[] = {"vendor", "uevent", "none", "numa_node", "resource"};
	char *answers[400];
	struct tree *t = tree_new_live();
	struct strs names;
	size_t n = 11, j;
	uint32_t i;

	if (tree_list(&t->root, "sys/bus/pci/devices", a, &names) < 0)
		names.n = 0;
	for (i = 0; i < names.n && n + 8 < ARRAY_LEN(q); i++) {
		const char *dir = arena_printf(a, "sys/bus/pci/devices/%s", names.v[i]);

		for (j = 0; j < ARRAY_LEN(attrs); j++)
			q[n++] = (struct question){"read", dir, attrs[j]};
		q[n++] = (struct question){"readlink", dir, "driver"};
		q[n++] = (struct question){"list", dir, ""};
	}
	compare(record(t, q, n, false, answers), q, n, answers);
	tree_free(t);
}

/* Redaction */

static const char private_machine[] =
	"gpubay capture 1\n"
	"[etc/modprobe.d]\n"
	"gpu.conf :\n"
	"\t# what he told me on the telephone\n"
	"\toptions xe force_probe=e20b\n"
	"[sys/devices/pci0000:00/0000:00:07.0/domain0/0-0/0-1]\n"
	"unique_id = c4010000-0092-640e-0321-b1f4bd8ea001\n"
	"authorized = 1\n"
	"device_name = Core X\n"
	"key = 00112233445566778899aabbccddeeff\n"
	"[sys/devices/pci0000:00/0000:00:07.0/domain0/0-0/0-3]\n"
	"device_name = annes-laptop\n"
	"[sys/devices/pci0000:00/0000:00:07.0/domain0/0-0/0-5]\n"
	"uevent = DEVTYPE=thunderbolt_xdomain\n"
	"device_name = bobs-laptop\n"
	"[sys/devices/pci0000:00/0000:00:07.0/domain0/0-0]\n"
	"uevent = DEVTYPE=thunderbolt_device\n"
	"device_name = Host Router\n"
	"[sys/devices/pci0000:00/0000:03:00.0]\n"
	"unique_id = 7e3f3ac9a5b0f7d1\n"
	"serial_number = PCB0123456-99\n"
	"resource = 0x0000004000000000 0x000000400007ffff 0x0000000000140204\n"
	"config %\n"
	"\t0000: 86 80 a5 56\n"
	"\t0100: 03 00 01 00 d1 f7 b0 a5 c9 3a 3f 7e\n"
	"\tsize: 512\n"
	"[sys/devices/pci0000:00/0000:04:00.0/infiniband/mlx5_0]\n"
	"node_guid = 506b:4b03:00a1:b2c3\n"
	"gid0 = fe80:0000:0000:0000:526b:4bff:fea1:b2c3\n"
	"gid1 = 0000:0000:0000:0000:0000:ffff:0a00:0001\n"
	"gid2 = 0000:0000:0000:0000:0000:0000:0000:0000\n"
	"gid3 = 2a01:04f8:0001:0002:526b:4bff:fea1:b2c3\n"
	"[sys/devices/pci0000:00/0000:04:00.0/net/enx506b4ba1b2c3]\n"
	"address = 50:6b:4b:a1:b2:c3\n"
	"broadcast = ff:ff:ff:ff:ff:ff\n"
	"[sys/class/net]\n"
	"enx506b4ba1b2c3 -> ../../devices/pci0000:00/0000:04:00.0/net/enx506b4ba1b2c3\n"
	"[sys/firmware/efi/efivars]\n"
	"SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c %\n"
	"\t0000: 06 00 00 00 01\n"
	"[proc]\n"
	"cmdline = BOOT_IMAGE=/vmlinuz root=UUID=0b0e3f0c-2f5e-4a5e-8b0e-000000000001 rd.luks.uuid=luks-0b0e3f0c-2f5e-4a5e-8b0e-000000000001 "
	"rd.lvm.lv=annes-vg/root ip=10.1.2.3::10.1.2.1:255.255.255.0:annes-pc:eth0 rd.driver.blacklist=nouveau i915.force_probe=56a5 pci=realloc\n"
	"[proc/sys/kernel]\n"
	"hostname = annes-pc\n"
	"[proc/driver/nvidia/gpus/0000:01:00.0]\n"
	"information :\n"
	"\tModel: \t\t NVIDIA GeForce RTX 5090\n"
	"\tGPU UUID: \t GPU-C4010000-0092-640E-0321-B1F4BD8EA001\n"
	"\tGPU Serial Number: PCB0123456-99\n"
	"[etc]\n"
	"passwd :\n"
	"\troot:x:0:0:root:/root:/bin/bash\n"
	"\tanne:x:1000:1000:Anne Example,,,:/home/anne:/bin/bash\n"
	"group :\n"
	"\trender:x:105:anne,ollama\n"
	"\tanne:x:1000:\n"
	"[opt]\n"
	"notes :\n"
	"\tsee /home/anne/x for 0x7e3f3ac9a5b0f7d1, PCB0123456-99 and not for XPCB0123456-99\n"
	"\tids 10de:2b85:1043:8a2e are no GUID; anne is a word here\n"
	"[answers]\n"
	"report nvml = {\"name\": \"RTX\", \"serial\": \"1320020012345\", \"uuid\": "
	"\"GPU-c4010000-0092-640e-0321-b1f4bd8ea001\", \"serial\": \"\", \"x\": \"1320020012345\"}\n"
	"user self = 1000 1000 105 anne\n"
	"user anne = 1000 1000 105 anne\n";

static void record_below(struct tree *t, const char *dir)
{
	struct strs names;
	struct tree_stat st;
	struct tree_dir d;
	const char *s;
	uint32_t i;

	assert_int_equal(tree_open(&t->root, dir, &d), 0);
	assert_int_equal(tree_list(&d, "", a, &names), 0);
	for (i = 0; i < names.n; i++) {
		const char *path = *dir ? arena_printf(a, "%s/%s", dir, names.v[i]) : names.v[i];

		assert_int_equal(tree_lstat(&d, names.v[i], &st), 0);
		if (st.type == TREE_LINK)
			tree_readlink(&d, names.v[i], a, &s);
		else if (st.type == TREE_DIR)
			record_below(t, path);
		else
			tree_read_str(&d, names.v[i], a, &s);
	}
	tree_close(&d);
}

static char *get(struct tree *t, const char *path)
{
	const char *s = "";

	assert_int_equal(tree_read_str(&t->root, path, a, &s), 0);
	return arena_str(a, s);
}

#define PCI "sys/devices/pci0000:00/"

/* A capture that lost its end is no smaller machine but an error, wherever the cut is. */
static void cut_off(const char *text, size_t n)
{
	const char *said = strstr(text, "\nend: [end]\n");
	struct err e;
	struct tree *t;
	size_t i;

	assert_non_null(said);
	for (i = (size_t)(said - text) + strlen("\nend: [end]\n"); i < n - 1; i++) {
		e = (struct err){0};
		t = NULL;
		if (capture_parse("cut", text, i, &t, &e) == 0)
			fail_msg("cut at %zu of %zu it is taken", i, n);
		assert_true(str_starts(e.text, "cut:"));
	}
	assert_int_equal(capture_parse("whole", text, n, &t, &e), 0);
	tree_free(t);
}

static void redacted(void **state)
{
	static const char *const gone[] = {"c4010000-0092", "C4010000-0092", "7e3f3ac9a5b0f7d1", "d1 f7 b0 a5", " PCB0123456",
					   "506b", "526b", "1320020012345", "10.1.2", "annes", "bobs", "Anne", "00112233", "0b0e3f0c", "ollama",
					   "telephone", "0a00:0001", "2a01:04f8", "home/anne", "= 1000 1000 105 anne", "user anne"};
	static const char *const kept[] = {"8be4df61-93ca-11d2-aa0d-00e098032b8c", "rd.driver.blacklist=nouveau", "pci=realloc",
					   "i915.force_probe=56a5", "ff:ff:ff:ff:ff:ff", "0x0000004000000000", "Core X", "Host Router",
					   "10de:2b85:1043:8a2e", "RTX 5090", "anne is a word", "XPCB0123456-99", "root=UUID=",
					   "rd.luks.uuid=luks-", "fe80:0000:0000:0000:", "origin: derived", "key ! ENODATA",
					   "gid2 = 0000:0000:0000:0000:0000:0000:0000:0000",
					   "\t#\n\toptions xe force_probe=e20b\n"};
	struct tree *t = parse(private_machine), *back;
	struct capture_recorder *rec = capture_record(t);
	struct buf out CLEANUP(buf_free) = BUF_NULL, again CLEANUP(buf_free) = BUF_NULL;
	unsigned char config[512];
	struct strs names;
	const char *s;
	char *id, *mac;
	size_t i;

	record_below(t, "");
	tree_answer(t, a, "user", "self", &s);
	tree_answer(t, a, "user", "anne", &s);
	tree_answer(t, a, "report", "nvml", &s);
	assert_int_equal(capture_write(rec, true, NULL, &out, NULL), 0);
	assert_int_equal(capture_write(rec, true, NULL, &again, NULL), 0);
	assert_string_equal(out.p, again.p);
	capture_record_stop(rec);
	for (i = 0; i < ARRAY_LEN(gone); i++)
		if (strstr(out.p, gone[i]))
			fail_msg("'%s' is still in\n%s", gone[i], out.p);
	for (i = 0; i < ARRAY_LEN(kept); i++)
		if (!strstr(out.p, kept[i]))
			fail_msg("'%s' is gone from\n%s", kept[i], out.p);
	cut_off(out.p, out.n);
	back = parse(out.p);
	/* The same value has the same alias in every spelling. */
	id = get(back, PCI "0000:03:00.0/unique_id");
	assert_int_equal(strlen(id), 16);
	assert_non_null(strstr(get(back, "opt/notes"), id));
	assert_int_equal(tree_read(&back->root, PCI "0000:03:00.0/config", config, sizeof(config)), 512);
	assert_string_equal(arena_printf(a, "%02x%02x%02x%02x%02x%02x%02x%02x", config[0x10b], config[0x10a], config[0x109],
					 config[0x108], config[0x107], config[0x106], config[0x105], config[0x104]), id);
	id = get(back, PCI "0000:03:00.0/serial_number");
	assert_int_equal(strlen(id), strlen("PCB0123456-99"));
	assert_non_null(strstr(get(back, "proc/driver/nvidia/gpus/0000:01:00.0/information"), id));
	assert_non_null(strstr(get(back, "opt/notes"), id));
	mac = get(back, PCI "0000:04:00.0/net/enx020000000001/address");
	assert_string_equal(mac, "02:00:00:00:00:01");
	assert_string_equal(get(back, PCI "0000:04:00.0/infiniband/mlx5_0/node_guid"), "0200:0003:0000:0001");
	assert_string_equal(get(back, PCI "0000:04:00.0/infiniband/mlx5_0/gid0"), "fe80:0000:0000:0000:0000:00ff:fe00:0001");
	assert_string_equal(get(back, "sys/class/net/enx020000000001/address"), mac);
	assert_int_equal(tree_list(&back->root, "sys/class/net", a, &names), 0);
	assert_string_equal(names.v[0], "enx020000000001");
	assert_int_equal(tree_answer(back, a, "user", "self", &s), 0);
	assert_true(str_starts(s, "1000 1000 105 user"));
	assert_non_null(strstr(get(back, "etc/group"), "render:x:105:user"));
	tree_free(back);
	tree_free(t);
}

/* A monitor's serial numbers go, its checksums stay right. */
static void redacted_edid(void **state)
{
	unsigned char edid[256] = {0, 255, 255, 255, 255, 255, 255, 0, 0x10, 0xac, 0x64, 0xa0, 0x4c, 0x30, 0x31, 0x32}, got[256];
	static const unsigned char serial[18] = {0, 0, 0, 0xff, 0, 'C', 'N', '0', '7', '7', '1', '2', 'A', '\n', ' ', ' ', ' '};
	struct tree *t = tree_new_mem("t"), *back;
	struct capture_recorder *rec;
	struct buf out CLEANUP(buf_free) = BUF_NULL;
	unsigned sum = 0, sum2 = 0, section = 0, i;

	memcpy(edid + 72, serial, sizeof(serial));
	edid[126] = 1;
	edid[128] = 0x70;
	edid[129] = 0x12;
	edid[130] = 3 + 12;
	memcpy(edid + 133, "\0\0\014ABC\1\2\x77\x66\x55\x44\1\2\0", 15);
	for (i = 129; i < 148; i++)
		section += edid[i];
	edid[148] = (unsigned char)-section;
	for (i = 0; i < 127; i++) {
		sum += edid[i];
		sum2 += edid[128 + i];
	}
	edid[127] = (unsigned char)-sum;
	edid[255] = (unsigned char)-sum2;
	tree_mem_file(t, "sys/class/drm/card0-DP-1/edid", edid, sizeof(edid));
	rec = capture_record(t);
	tree_read(&t->root, "sys/class/drm/card0-DP-1/edid", got, sizeof(got));
	assert_int_equal(capture_write(rec, true, NULL, &out, NULL), 0);
	capture_record_stop(rec);
	back = parse(out.p);
	assert_int_equal(tree_read(&back->root, "sys/class/drm/card0-DP-1/edid", got, sizeof(got)), 256);
	assert_memory_equal(got, edid, 12);
	assert_memory_not_equal(got + 12, edid + 12, 4);
	assert_memory_not_equal(got + 77, edid + 77, 8);
	assert_int_equal(got[85], '\n');
	assert_memory_not_equal(got + 141, edid + 141, 4);
	for (i = sum = sum2 = section = 0; i < 128; i++) {
		sum += got[i];
		sum2 += got[128 + i];
	}
	for (i = 129; i < 149; i++)
		section += got[i];
	assert_int_equal(sum & 255, 0);
	assert_int_equal(sum2 & 255, 0);
	assert_int_equal(section & 255, 0);
	tree_free(back);
	tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_form, setup, teardown),
		cmocka_unit_test_setup_teardown(crlf, setup, teardown),
		cmocka_unit_test_setup_teardown(every_error, setup, teardown),
		cmocka_unit_test_setup_teardown(limits, setup, teardown),
		cmocka_unit_test_setup_teardown(recording_answers_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(each_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(answers_recorded, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_read, setup, teardown),
		cmocka_unit_test_setup_teardown(live_machine, setup, teardown),
		cmocka_unit_test_setup_teardown(redacted, setup, teardown),
		cmocka_unit_test_setup_teardown(redacted_edid, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
