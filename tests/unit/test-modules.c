/* SPDX-License-Identifier: Apache-2.0 */
/* What depmod, modprobe, the kernel's configuration and its command line say. */
#include "base/parse.h"
#include "format/cmdline.h"
#include "format/glob.h"
#include "format/kconfig.h"
#include "format/modprobe-conf.h"
#include "format/modules-alias.h"
#include "format/xorg-conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static bool fits(const char *pattern, const char *text)
{
	return glob_match(pattern, strlen(pattern), text, strlen(text));
}

static void test_glob(void **state)
{
	assert_true(fits("", ""));
	assert_false(fits("", "a"));
	assert_true(fits("*", ""));
	assert_true(fits("*", "anything"));
	assert_true(fits("a*c", "abbbc"));
	assert_true(fits("a*b*c", "axxbyybzc"));
	assert_false(fits("a*b*c", "axxbyybzd"));
	assert_true(fits("?b", "ab"));
	assert_false(fits("?b", "b"));
	assert_true(fits("[a-c]x", "bx"));
	assert_false(fits("[a-c]x", "dx"));
	assert_true(fits("[!a-c]x", "dx"));
	assert_false(fits("[!a-c]x", "ax"));
	assert_true(fits("[]]", "]"));
	assert_true(fits("[-a]", "-"));
	assert_true(fits("[", "["));
	assert_true(fits("a\\*b", "a*b"));
	assert_false(fits("a\\*b", "axb"));
	assert_true(fits("pci:v00008086d0000E20Bsv*sd*bc03sc*i*",
			 "pci:v00008086d0000E20Bsv00008086sd00001100bc03sc00i00"));
	assert_false(fits("pci:v00008086d0000E20Bsv*sd*bc03sc*i*",
			  "pci:v00008086d0000E20Bsv00008086sd00001100bc12sc00i00"));
}

/* Exponential matchers need hours for this. */
static void test_glob_cost(void **state)
{
	char text[2001];

	memset(text, 'a', 2000);
	text[2000] = '\0';
	assert_false(fits("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}

static void test_alias(void **state)
{
	static const char modalias[] = "pci:v00008086d00009A49sv00001028sd00000A00bc03sc00i00";
	static const char line[] = "alias pci:v00008086d00009A49sv*sd*bc03sc*i* i915 ";
	const char *module;
	size_t n;

	assert_true(modules_alias_match(line, strlen(line), modalias, &module, &n));
	assert_int_equal(n, 4);
	assert_memory_equal(module, "i915", 4);
	assert_false(modules_alias_match("alias usb:v* x", 14, modalias, &module, &n));
	assert_false(modules_alias_match("# alias pci:v* x", 16, modalias, &module, &n));
	assert_false(modules_alias_match("alias pci:*", 11, modalias, &module, &n));
	assert_false(modules_alias_match("alias ", 6, modalias, &module, &n));
	assert_true(modules_builtin_match("xe.alias=pci:v00008086d*sv*sd*bc03sc*i*", 39, modalias,
					  &module, &n));
	assert_int_equal(n, 2);
	assert_false(modules_builtin_match("xe.license=pci:*", 16, modalias, &module, &n));
	assert_true(modules_builtin_value("snd-hda-intel.firmware=a/b.bin", 30, "snd_hda_intel",
					  "firmware", &module, &n));
	assert_int_equal(n, 7);
}

static void test_module_names(void **state)
{
	struct arena *a = arena_new();
	const char *name;
	size_t n;

	assert_true(module_name_eq("nvidia-drm", 10, "nvidia_drm"));
	assert_false(module_name_eq("nvidia-drm", 6, "nvidia_drm"));
	assert_false(module_name_eq("nvidia_drm", 10, "nvidia"));
	assert_string_equal(module_name(a, "a-b-c", 5), "a_b_c");
	assert_true(module_of_path("kernel/drivers/gpu/drm/i915/i915.ko.zst", 39, &name, &n));
	assert_int_equal(n, 4);
	assert_true(module_of_path("i915.ko", 7, &name, &n));
	assert_false(module_of_path("x/.ko", 5, &name, &n));
	assert_false(module_of_path("x/i915.kot", 10, &name, &n));
	arena_free(a);
}

static void test_modprobe(void **state)
{
	static const char text[] = "# comment\n"
				   "blacklist nouveau\n"
				   "  options   i915 enable_guc=3 \\\n"
				   "\tmodeset=1\n"
				   "install radeon /bin/false\n"
				   "alias nova-core off\n"
				   "softdep nvidia pre: vfio-pci\n"
				   "nonsense x\n"
				   "blacklist\n"
				   "remove x y\n"
				   "options vfio-pci ids=10de:2684\\";
	struct modprobe_lines l = {0};
	struct arena *a = arena_new();

	modprobe_conf_parse(a, text, sizeof(text) - 1, &l);
	assert_int_equal(l.n, 7);
	assert_int_equal(l.v[0].word, MODPROBE_WORD_BLACKLIST);
	assert_int_equal(l.v[0].line, 2);
	assert_string_equal(l.v[0].module, "nouveau");
	assert_string_equal(l.v[1].text, "enable_guc=3 modeset=1");
	assert_int_equal(l.v[1].line, 3);
	assert_string_equal(l.v[2].text, "/bin/false");
	assert_int_equal(l.v[2].line, 5);
	assert_string_equal(l.v[3].module, "off");
	assert_string_equal(l.v[3].text, "nova-core");
	assert_int_equal(l.v[4].word, MODPROBE_WORD_SOFTDEP);
	assert_string_equal(l.v[6].module, "vfio_pci");
	assert_int_equal(l.v[6].line, 11);
	arena_free(a);
}

static void test_cmdline(void **state)
{
	const char *p =
		" quiet pci=nocrs,realloc=off name=\"a b\" \"x y=z w\" i915.force_probe=!56a0 -- nomodeset\n";
	static const char *const wanted[][2] = {
		{"quiet", ""},	{"pci", "nocrs,realloc=off"},  {"name", "a b"},
		{"x y", "z w"}, {"i915.force_probe", "!56a0"},
	};
	struct arena *a = arena_new();
	const char *name, *value;
	unsigned i = 0;

	while (cmdline_next(a, &p, &name, &value)) {
		assert_in_range(i, 0, ARRAY_LEN(wanted) - 1);
		assert_string_equal(name, wanted[i][0]);
		assert_string_equal(value, wanted[i][1]);
		i++;
	}
	assert_int_equal(i, ARRAY_LEN(wanted));
	assert_true(cmdline_list_has(a, "nocrs,hpmmioprefsize=64M", "hpmmioprefsize=", &value));
	assert_string_equal(value, "64M");
	assert_true(cmdline_list_has(a, "nocrs,realloc", "realloc", NULL));
	assert_false(cmdline_list_has(a, "nocrs,realloc=off", "realloc", NULL));
	assert_false(cmdline_list_has(a, "", "x", NULL));
	arena_free(a);
}

static void test_kconfig(void **state)
{
	const char *name, *value;
	size_t n, m;

	assert_true(kconfig_line("CONFIG_FW_LOADER=y", 18, &name, &n, &value, &m));
	assert_int_equal(n, 9);
	assert_memory_equal(name, "FW_LOADER", 9);
	assert_int_equal(m, 1);
	assert_true(kconfig_line("# CONFIG_A is not set\r", 22, &name, &n, &value, &m));
	assert_int_equal(n, 1);
	assert_memory_equal(value, "n", 1);
	assert_false(kconfig_line("# CONFIG_A was set", 18, &name, &n, &value, &m));
	assert_false(kconfig_line("# comment", 9, &name, &n, &value, &m));
	assert_false(kconfig_line("CONFIG_A", 8, &name, &n, &value, &m));
	assert_false(kconfig_line("", 0, &name, &n, &value, &m));
}

static void test_xorg(void **state)
{
	static const char text[] = "Section \"Device\"\n"
				   "\tIdentifier \"eGPU\"\n"
				   "\tOption \"AllowExternalGPUs\" \"true\" # needed\n"
				   "\tBusID \"PCI:34:0:0\"\n"
				   "\tDriver \"nvidia\"\n"
				   "EndSection\n"
				   "section \"Monitor\"\n"
				   "\tOption \"PrimaryGPU\" \"no\"\n"
				   "EndSection\n"
				   "Section \"OutputClass\"\n"
				   "\tOption \"Allow_External GPUs\"\n"
				   "# Option \"PrimaryGPU\" \"yes\"\n";
	struct xorg_lines l = {0};
	struct arena *a = arena_new();

	xorg_conf_parse(a, text, sizeof(text) - 1, &l);
	assert_int_equal(l.n, 3);
	assert_string_equal(l.v[0].name, "AllowExternalGPUs");
	assert_string_equal(l.v[0].driver, "nvidia");
	assert_int_equal(l.v[0].line, 3);
	assert_true(xorg_bool(l.v[0].value));
	assert_string_equal(l.v[1].name, "BusID");
	assert_string_equal(l.v[1].value, "PCI:34:0:0");
	assert_true(xorg_name_eq(l.v[2].name, "allowexternalgpus"));
	assert_true(xorg_bool(l.v[2].value));
	assert_false(xorg_bool("off"));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_glob),	     cmocka_unit_test(test_glob_cost),
		cmocka_unit_test(test_alias),	     cmocka_unit_test(test_modprobe),
		cmocka_unit_test(test_module_names), cmocka_unit_test(test_cmdline),
		cmocka_unit_test(test_kconfig),	     cmocka_unit_test(test_xorg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
