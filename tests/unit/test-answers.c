/* SPDX-License-Identifier: Apache-2.0 */
/* Answers from a machine's files: modules, an initramfs in every packing, users, names; and their parsers. */
#include "base/buf.h"
#include "base/parse.h"
#include "format/cpio.h"
#include "format/modinfo.h"
#include "host/decompress.h"
#include "host/tree.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

static void entry_add(struct buf *b, const char *name, uint32_t mode, const char *content)
{
	size_t n = strlen(name) + 1, size = strlen(content);

	buf_addf(b, "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", 1, mode, 0, 0,
		 1, 0, size, 0, 0, 0, 0, n, 0);
	buf_add(b, name, n);
	while (b->n % 4)
		buf_addc(b, '\0');
	buf_add(b, content, size);
	while (b->n % 4)
		buf_addc(b, '\0');
}

static void archive_make(struct buf *b)
{
	entry_add(b, "usr/lib/firmware", 040755, "");
	entry_add(b, "usr/lib/firmware/xe/bmg_guc_70.bin.zst", 0100644, "abc");
	entry_add(b, "usr/lib/modules/6.12/kernel/drivers/gpu/drm/xe/xe.ko.xz", 0100644,
		  "0123456789");
	entry_add(b, "TRAILER!!!", 0, "");
	while (b->n % 512)
		buf_addc(b, '\0');
}

static void entry_note(void *arg, const char *name, uint32_t mode, uint64_t size)
{
	buf_addf(arg, "%s %o %u;", name, mode, (unsigned)size);
}

static void test_cpio_pieces(void **state)
{
	static const char wanted[] =
		"usr/lib/firmware 40755 0;usr/lib/firmware/xe/bmg_guc_70.bin.zst 100644 3;"
		"usr/lib/modules/6.12/kernel/drivers/gpu/drm/xe/xe.ko.xz 100644 10;";
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	size_t piece, at;

	archive_make(&b);
	for (piece = 1; piece < 200; piece += 13) {
		struct buf seen CLEANUP(buf_free) = BUF_NULL;
		struct cpio c = {.entry = entry_note, .arg = &seen};

		for (at = 0; at < b.n; at += piece)
			assert_int_equal(cpio_push(&c, b.p + at, MIN(piece, b.n - at)),
					 MIN(piece, b.n - at));
		assert_string_equal(seen.p, wanted);
		assert_true(cpio_idle(&c));
	}
}

static void test_cpio_foreign(void **state)
{
	struct buf seen CLEANUP(buf_free) = BUF_NULL;
	struct cpio c = {.entry = entry_note, .arg = &seen};
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	size_t n;

	archive_make(&b);
	n = b.n;
	buf_add(&b, "\x28\xb5\x2f\xfd", 4);
	assert_int_equal(cpio_push(&c, b.p, b.n), n);
	/* A header that is none, and one whose name is too long. */
	c = (struct cpio){.entry = entry_note, .arg = &seen};
	buf_clear(&b);
	buf_addf(&b, "070701%0104d", 0);
	assert_int_equal(cpio_push(&c, b.p, b.n), CPIO_HEADER);
	c = (struct cpio){.entry = entry_note, .arg = &seen};
	assert_int_equal(cpio_push(&c, "xyz", 3), 0);
}

static void write_file(const char *dir, const char *name, const void *p, size_t n)
{
	struct arena *a = arena_new();
	FILE *f = fopen(arena_printf(a, "%s/%s", dir, name), "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	fclose(f);
	arena_free(a);
}

/* A tree in a folder of its own, with a kernel release and one image. */
static struct tree *tree_make(char *dir, const void *image, size_t n)
{
	static const char *const dirs[] = {"proc", "proc/sys",	  "proc/sys/kernel",  "boot",
					   "lib",  "lib/modules", "lib/modules/6.12", "etc"};
	struct arena *a = arena_new();
	struct tree *t = NULL;
	struct err e = {0};
	unsigned i;

	assert_non_null(mkdtemp(dir));
	for (i = 0; i < ARRAY_LEN(dirs); i++)
		assert_int_equal(mkdir(arena_printf(a, "%s/%s", dir, dirs[i]), 0755), 0);
	write_file(dir, "proc/sys/kernel/osrelease", "6.12\n", 5);
	write_file(dir, "boot/initrd.img-6.12", image, n);
	assert_int_equal(tree_new_dir(dir, &t, &e), 0);
	arena_free(a);
	return t;
}

static void remove_all(const char *dir)
{
	struct arena *a = arena_new();

	assert_int_equal(system(arena_printf(a, "rm -rf '%s'", dir)), 0);
	arena_free(a);
}

static void assert_answer(struct tree *t, const char *kind, const char *key, const char *wanted)
{
	struct arena *a = arena_new();
	const char *s = "none";
	int r = tree_answer(t, a, kind, key, &s);

	if (r < 0)
		s = errno_name(r);
	if (strcmp(s, wanted) != 0)
		fprintf(stderr, "%s %s\n", kind, key);
	assert_string_equal(s, wanted);
	arena_free(a);
}

/* Plain microcode first, then the rest packed by `command`. */
static void try_image(const char *command)
{
	char dir[] = "/tmp/gpubay-test-XXXXXX";
	struct buf b CLEANUP(buf_free) = BUF_NULL, image CLEANUP(buf_free) = BUF_NULL;
	struct arena *a = arena_new();
	struct tree *t;
	FILE *f;
	int c;

	entry_add(&image, "kernel/x86/microcode/AuthenticAMD.bin", 0100644, "xxxx");
	entry_add(&image, "TRAILER!!!", 0, "");
	while (image.n % 512)
		buf_addc(&image, '\0');
	archive_make(&b);
	t = tree_make(dir, b.p, b.n);
	write_file(dir, "packed", b.p, b.n);
	f = popen(arena_printf(a, "%s <'%s/packed'", command, dir), "r");
	assert_non_null(f);
	while ((c = fgetc(f)) != EOF)
		buf_addc(&image, (char)c);
	if (pclose(f) == 0) {
		write_file(dir, "boot/initrd.img-6.12", image.p, image.n);
		assert_answer(t, "initramfs", "image", "/boot/initrd.img-6.12");
		assert_answer(t, "initramfs", "module/xe", "xe");
		assert_answer(t, "initramfs", "module/i915", "");
		assert_answer(t, "initramfs", "firmware/xe/bmg_guc_70.bin",
			      "xe/bmg_guc_70.bin.zst");
		assert_answer(t, "initramfs", "firmware/xe/bmg_huc.bin", "");
	} else {
		printf("no '%s' here: not tried\n", command);
	}
	tree_free(t);
	remove_all(dir);
	arena_free(a);
}

static void test_images(void **state)
{
	try_image("cat");
	try_image("gzip -c");
	try_image("xz -c --check=crc32");
	try_image("zstd -c 2>/dev/null");
	try_image("lz4 -l -c 2>/dev/null");
	try_image("xz --format=lzma -c");
}

/* Torn or strange: unknown, never "not in there". */
static void test_image_torn(void **state)
{
	char dir[] = "/tmp/gpubay-test-XXXXXX", other[] = "/tmp/gpubay-test-XXXXXX";
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	struct tree *t;

	archive_make(&b);
	t = tree_make(dir, b.p, 200);
	assert_answer(t, "initramfs", "module/xe", "EBADMSG");
	tree_free(t);
	remove_all(dir);
	t = tree_make(other, "BZh9whatever it is", 18);
	assert_answer(t, "initramfs", "module/xe", "EPROTONOSUPPORT");
	tree_free(t);
	remove_all(other);
}

static void test_users(void **state)
{
	static const char passwd[] =
		"root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1001:,,,:/home/user:/bin/sh\nbad:x:none:1::\n";
	static const char group[] =
		"root:x:0:\nvideo:x:44:other,user\nrender:x:105:user\nuser:x:1001:\nbroken\n";
	char dir[] = "/tmp/gpubay-test-XXXXXX";
	struct tree *t = tree_make(dir, "", 0);

	write_file(dir, "etc/passwd", passwd, sizeof(passwd) - 1);
	write_file(dir, "etc/group", group, sizeof(group) - 1);
	assert_answer(t, "user", "user", "1000 1001 44 105 user");
	assert_answer(t, "user", "1000", "1000 1001 44 105 user");
	assert_answer(t, "user", "bad", "ENOENT");
	assert_answer(t, "user", "self", "ENODATA");
	assert_answer(t, "group", "44", "video 44");
	assert_answer(t, "group", "render", "render 105");
	assert_answer(t, "group", "nobody", "ENOENT");
	assert_answer(t, "limits", "memlock", "ENODATA");
	tree_free(t);
	remove_all(dir);
}

static void test_modules(void **state)
{
	static const char alias[] =
		"# Aliases extracted from modules themselves.\nalias pci:v00008086d0000E20Bsv*sd*bc03sc*i* xe\n"
		"alias pci:v00008086d*sv*sd*bc03sc*i* old-driver\n";
	static const char dep[] =
		"kernel/drivers/gpu/drm/xe/xe.ko: kernel/drivers/gpu/drm/drm.ko\nupdates/dkms/nvidia.ko.xz:\n";
	static const char builtin[] = "simpledrm.alias=pci:v00008086d*\0fb.firmware=a.bin\0";
	static const char config[] = "CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_NAME=\"x\"\n";
	char dir[] = "/tmp/gpubay-test-XXXXXX";
	struct tree *t = tree_make(dir, "", 0);

	write_file(dir, "lib/modules/6.12/modules.alias", alias, sizeof(alias) - 1);
	write_file(dir, "lib/modules/6.12/modules.dep", dep, sizeof(dep) - 1);
	write_file(dir, "lib/modules/6.12/modules.builtin", "kernel/drivers/video/fb.ko\n", 27);
	write_file(dir, "lib/modules/6.12/modules.builtin.modinfo", builtin, sizeof(builtin) - 1);
	write_file(dir, "boot/config-6.12", config, sizeof(config) - 1);
	assert_answer(t, "modalias", "pci:v00008086d0000E20Bsv00008086sd00001100bc03sc00i00",
		      "old_driver simpledrm xe");
	assert_answer(t, "modalias", "pci:v000010DEd00002684sv0sd0bc03sc00i00", "");
	assert_answer(t, "modfile", "xe", "/lib/modules/6.12/kernel/drivers/gpu/drm/xe/xe.ko");
	assert_answer(t, "modfile", "nvidia", "/lib/modules/6.12/updates/dkms/nvidia.ko.xz");
	assert_answer(t, "modfile", "fb", "(builtin)");
	assert_answer(t, "modfile", "i915", "");
	assert_answer(t, "modinfo", "i915", "");
	assert_answer(t, "firmware", "fb", "a.bin");
	assert_answer(t, "kconfig", "A", "y");
	assert_answer(t, "kconfig", "B", "n");
	assert_answer(t, "kconfig", "NAME", "\"x\"");
	assert_answer(t, "kconfig", "ELSE", "n");
	assert_answer(t, "nonsense", "x", "ENODATA");
	tree_free(t);
	remove_all(dir);
}

struct bytes {
	const unsigned char *p;
};

static long bytes_read(void *arg, uint64_t offset, void *buf, size_t n)
{
	memcpy(buf, ((struct bytes *)arg)->p + offset, n);
	return (long)n;
}

static void put(unsigned char *p, unsigned n, uint64_t v)
{
	while (n--) {
		*p++ = (unsigned char)v;
		v >>= 8;
	}
}

/* The smallest ELF image with two sections: the names, and .modinfo. */
static size_t elf_make(unsigned char *p, const char *info, size_t n_info)
{
	static const char names[] = "\0.shstrtab\0.modinfo";
	size_t at_names = 64, at_info = at_names + sizeof(names), at_table = at_info + n_info;

	memset(p, 0, at_table + 3 * 64);
	memcpy(p, "\177ELF\2\1\1", 7);
	put(p + 40, 8, at_table);
	put(p + 58, 2, 64);
	put(p + 60, 2, 3);
	put(p + 62, 2, 1);
	memcpy(p + at_names, names, sizeof(names));
	memcpy(p + at_info, info, n_info);
	put(p + at_table + 64, 4, 1);
	put(p + at_table + 64 + 24, 8, at_names);
	put(p + at_table + 64 + 32, 8, sizeof(names));
	put(p + at_table + 128, 4, 11);
	put(p + at_table + 128 + 24, 8, at_info);
	put(p + at_table + 128 + 32, 8, n_info);
	return at_table + 3 * 64;
}

static void test_modinfo(void **state)
{
	static const char info[] = "version=1.2\0firmware=a/b.bin\0nonsense\0license=GPL";
	static const unsigned char signature[] =
		"\x30\x10\x06\x03\x55\x04\x03\x0c\x09Test key!\0\0";
	unsigned char image[2048];
	size_t n = elf_make(image, info, sizeof(info)), n_key;
	struct bytes b = {image};
	struct byte_source src = {bytes_read, &b, n};
	struct arena *a = arena_new();
	const char *section, *p, *key, *value;
	size_t len;

	assert_int_equal(modinfo_section(&src, a, &section, &len), 0);
	assert_int_equal(len, sizeof(info));
	p = section;
	assert_true(modinfo_next(&p, section + len, &key, &n_key, &value));
	assert_string_equal(value, "1.2");
	assert_true(modinfo_next(&p, section + len, &key, &n_key, &value));
	assert_int_equal(n_key, 8);
	assert_true(modinfo_next(&p, section + len, &key, &n_key, &value));
	assert_string_equal(value, "GPL");
	assert_false(modinfo_next(&p, section + len, &key, &n_key, &value));
	assert_int_equal(modinfo_signer(&src, a, &value), 0);
	assert_string_equal(value, "");
	/* Signed: PKCS#7, its description, the magic line. */
	memcpy(image + n, signature, 20);
	memset(image + n + 20, 0, 12);
	image[n + 20 + 11] = 20;
	memcpy(image + n + 32, "~Module signature appended~\n", 28);
	src.size = n + 60;
	assert_int_equal(modinfo_signer(&src, a, &value), 0);
	assert_string_equal(value, "Test key!");
	/* Torn at every length: an error, never a read beyond the end. */
	for (src.size = 0; src.size < n; src.size++)
		assert_int_equal(modinfo_section(&src, a, &section, &len), -EBADMSG);
	arena_free(a);
}

static void test_pciname(void **state)
{
	char dir[] = "/tmp/gpubay-test-XXXXXX";
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	struct tree *t = tree_make(dir, "", 0);
	struct arena *a = arena_new();
	unsigned v, d;

	buf_adds(&b, "#\n# List of PCI ids\n#\n\n");
	for (v = 0x10; v < 0x40; v += 3) {
		buf_addf(&b, "%04x  Vendor %x\n", v, v);
		for (d = 1; d < (v == 0x1c ? 4000 : 30); d += 2)
			buf_addf(&b, "\t%04x  Device %x:%x\n\t\t1234 5678  board\n", d, v, d);
	}
	buf_adds(
		&b,
		"ffff  Illegal Vendor ID\n\n# Classes\nC 00  Unclassified device\n\t00  Non-VGA\nC 03  Display controller\n");
	assert_int_equal(mkdir(arena_printf(a, "%s/usr", dir), 0755), 0);
	assert_int_equal(mkdir(arena_printf(a, "%s/usr/share", dir), 0755), 0);
	assert_int_equal(mkdir(arena_printf(a, "%s/usr/share/misc", dir), 0755), 0);
	write_file(dir, "usr/share/misc/pci.ids", b.p, b.n);
	for (v = 0x10; v < 0x40; v++)
		for (d = 1; d < (v == 0x1c ? 4000 : 30); d += v == 0x1c ? 97 : 1)
			assert_answer(t, "pciname", arena_printf(a, "%04x:%04x", v, d),
				      (v - 0x10) % 3 || d % 2 == 0 ?
					      "ENOENT" :
					      arena_printf(a, "Device %x:%x", v, d));
	assert_answer(t, "pciname", "001c", "Vendor 1c");
	assert_answer(t, "pciname", "ffff", "Illegal Vendor ID");
	assert_answer(t, "pciname", "fffe", "ENOENT");
	assert_answer(t, "pciname", "1c:1", "ENODATA");
	tree_free(t);
	remove_all(dir);
	arena_free(a);
}

static void make_folders(const char *dir, const char *path)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	const char *at;

	for (at = strchr(path, '/'); at; at = strchr(at + 1, '/'))
		mkdir(arena_printf(a, "%s/%.*s", dir, (int)(at - path), path), 0755);
}

/* The same question to each system's database. */
static void test_packages(void **state)
{
	static const struct {
		const char *path, *text, *answer;
	} cases[] = {
		{"var/lib/dpkg/status",
		 "Package: docker-ce\nStatus: deinstall ok config-files\nVersion: 5:20.1\n\nPackage: docker.io\nStatus: install ok installed\nVersion: 26.1.5+dfsg1-9\n",
		 "26.1.5+dfsg1-9"},
		{"lib/apk/db/installed", "C:Q1\nP:docker-cli\nV:1.0-r0\n\nP:docker-ce\nV:27.3.1-r4\nA:x86_64\n", "27.3.1-r4"},
		{"lib/apk/db/installed", "P:podman\nV:5.2.2-r1\n", ""},
		{"var/lib/pacman/local/docker-ce-1:28.5.1-1/desc", "", "1:28.5.1-1"},
		{"var/lib/pacman/local/docker-ce-rootless-28.5.1-1/desc", "", ""},
		{"usr/lib/sysimage/rpm/rpmdb.sqlite", "SQLite format 3", "ENODATA"},
	};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		char dir[] = "/tmp/gpubay-test-XXXXXX";
		struct tree *t = tree_make(dir, "", 0);

		make_folders(dir, cases[i].path);
		write_file(dir, cases[i].path, cases[i].text, strlen(cases[i].text));
		assert_answer(t, "package", "docker-ce|docker.io", cases[i].answer);
		tree_free(t);
		remove_all(dir);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpio_pieces), cmocka_unit_test(test_cpio_foreign),
		cmocka_unit_test(test_images),	    cmocka_unit_test(test_image_torn),
		cmocka_unit_test(test_users),	    cmocka_unit_test(test_modules),
		cmocka_unit_test(test_modinfo),	    cmocka_unit_test(test_pciname),
		cmocka_unit_test(test_packages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
