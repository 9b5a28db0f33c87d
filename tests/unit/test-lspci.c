/* SPDX-License-Identifier: Apache-2.0 */
/* lspci's output in all its forms and in the state people paste it: what it says is there, what it does not is unknown. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/parse.h"
#include "host/lspci.h"
#include "host/tree-mem.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static struct arena *a;
static struct tree *t;

static int setup(void **state)
{
	a = arena_new();
	t = NULL;
	return 0;
}

static int teardown(void **state)
{
	tree_free(t);
	arena_free(a);
	return 0;
}

static void parse(const char *text)
{
	struct err e = {0};
	int r;

	tree_free(t);
	t = NULL;
	r = lspci_parse("t", text, strlen(text), &t, &e);
	if (r < 0)
		fail_msg("%s\n%s", e.text, text);
}

static void wrong(const char *text, const char *want)
{
	struct err e = {0};
	struct tree *none = NULL;

	assert_int_equal(lspci_parse("f", text, strlen(text), &none, &e), -EINVAL);
	assert_null(none);
	if (!str_starts(e.text, want))
		fail_msg("'%s', wanted '%s'", e.text, want);
}

#define DEV "sys/bus/pci/devices/"

static int result(const char *path)
{
	char c;

	return (int)tree_read(&t->root, path, &c, 1);
}

static void expect(const char *path, const char *want)
{
	const char *s = NULL;
	int r = tree_read_str(&t->root, path, a, &s);

	if (r < 0 || strcmp(s, want) != 0)
		fail_msg("%s: %s, wanted %s", path, r < 0 ? errno_name(r) : s, want);
}

static void expect_link(const char *path, const char *want)
{
	const char *s = NULL;
	int r = tree_link_base(&t->root, path, a, &s);

	if (!want)
		assert_int_equal(r, -ENOENT);
	else if (r < 0 || strcmp(s, want) != 0)
		fail_msg("%s: %s, wanted %s", path, r < 0 ? errno_name(r) : s, want);
}

static void expect_unknown(const char *path)
{
	const char *s;

	assert_int_equal(tree_readlink(&t->root, path, a, &s), -ENODATA);
	assert_int_equal(result(path), -ENODATA);
}

static void expect_answer(const char *kind, const char *key, const char *want)
{
	const char *s = NULL;
	int r = tree_answer(t, a, kind, key, &s);

	if (!want)
		assert_int_equal(r, -ENODATA);
	else if (r < 0 || strcmp(s, want) != 0)
		fail_msg("%s %s: %s, wanted %s", kind, key, r < 0 ? errno_name(r) : s, want);
}

static uint32_t n_functions(void)
{
	struct strs names;

	assert_int_equal(tree_list(&t->root, "sys/bus/pci/devices", a, &names), 0);
	return names.n;
}

static void terse(void **state)
{
	struct strs names;

	parse("00:00.0 Host bridge [0600]: Intel Corporation Device [8086:7d06] (rev 05)\n"
	      "00:02.0 VGA compatible controller [0300]: Intel Corporation Arrow Lake-P [Arc Pro 130T/140T] [8086:7d51] (rev 03)\n"
	      "04:00.0 VGA compatible controller [0300]: NVIDIA Corporation GB202 [GeForce RTX 5090] [10de:2b85]\n");
	assert_int_equal(n_functions(), 3);
	expect(DEV "0000:00:02.0/vendor", "0x8086");
	expect(DEV "0000:00:02.0/device", "0x7d51");
	expect(DEV "0000:00:02.0/class", "0x030000");
	expect(DEV "0000:00:02.0/revision", "0x03");
	expect(DEV "0000:04:00.0/revision", "0x00");
	expect(DEV "0000:04:00.0/uevent", "PCI_CLASS=30000\nPCI_ID=10DE:2B85\nPCI_SLOT_NAME=0000:04:00.0");
	expect_unknown(DEV "0000:04:00.0/driver");
	expect_unknown(DEV "0000:04:00.0/subsystem_vendor");
	expect_unknown(DEV "0000:04:00.0/config");
	expect_unknown(DEV "0000:04:00.0/numa_node");
	assert_int_equal(tree_list(&t->root, DEV "0000:04:00.0", a, &names), -ENODATA);
	assert_int_equal(tree_list(&t->root, "sys/class/drm", a, &names), -ENODATA);
	assert_int_equal(result(DEV "0000:05:00.0/vendor"), -ENOENT);
	assert_int_equal(result("proc/cmdline"), -ENODATA);
	expect_answer("pciname", "10de:2b85", "GB202 [GeForce RTX 5090]");
	expect_answer("pciname", "10de", "NVIDIA Corporation");
	expect_answer("pciname", "8086:7d06", NULL);
	expect_answer("modalias", "pci:v000010DEd00002B85sv00001043sd000089ECbc03sc00i00", NULL);
	expect_answer("source", "topology", "partial");
	/* Bus 00 is a root bus; what 04:00.0 hangs off the text does not say. */
	expect_link(DEV "0000:00:02.0", "0000:00:02.0");
	{
		const char *s;

		assert_int_equal(tree_readlink(&t->root, DEV "0000:04:00.0", a, &s), -EINVAL);
	}
}

static void numeric(void **state)
{
	parse("0000:03:00.0 0300: 8086:56a0 (rev 08) (prog-if 00 [VGA controller])\n"
	      "10000:e1:00.0 Class 0108: 144d:a80c\n");
	assert_int_equal(n_functions(), 2);
	expect(DEV "0000:03:00.0/class", "0x030000");
	expect(DEV "10000:e1:00.0/device", "0xa80c");
	expect(DEV "10000:e1:00.0/uevent", "PCI_CLASS=10800\nPCI_ID=144D:A80C\nPCI_SLOT_NAME=10000:e1:00.0");
	expect_answer("pciname", "8086:56a0", NULL);
}

static const char nnk[] =
	"00:02.0 Display controller [0380]: Intel Corporation AlderLake-S GT1 [8086:4680] (rev 0c)\n"
	"\tDeviceName: Onboard - Video\n"
	"\tSubsystem: ASRock Incorporation AlderLake-S GT1 [1849:4680]\n"
	"\tKernel driver in use: i915\n"
	"\tKernel modules: i915, xe\n"
	"01:00.0 VGA compatible controller [0300]: NVIDIA Corporation AD102 [GeForce RTX 4090] [10de:2684] (rev a1)\n"
	"\tSubsystem: Gigabyte Technology Co., Ltd AD102 [GeForce RTX 4090] [1458:40bf]\n"
	"\tKernel modules: nvidiafb, nouveau, nvidia_drm, nvidia\n"
	"02:00.0 SD Host controller [0805]: Vendor Nobody Device [1234:5678]\n";

static void drivers(void **state)
{
	parse(nnk);
	expect_link(DEV "0000:00:02.0/driver", "i915");
	expect_link(DEV "0000:01:00.0/driver", NULL);
	expect_link(DEV "0000:02:00.0/driver", NULL);
	expect(DEV "0000:00:02.0/subsystem_vendor", "0x1849");
	expect(DEV "0000:00:02.0/uevent",
	       "DRIVER=i915\nPCI_CLASS=38000\nPCI_ID=8086:4680\nPCI_SUBSYS_ID=1849:4680\nPCI_SLOT_NAME=0000:00:02.0\n"
	       "MODALIAS=pci:v00008086d00004680sv00001849sd00004680bc03sc80i00");
	expect_answer("modalias", "pci:v000010DEd00002684sv00001458sd000040BFbc03sc00i00", "nvidiafb nouveau nvidia_drm nvidia");
	expect_answer("modalias", "pci:v00001234d00005678sv00000000sd00000000bc08sc05i01", "");
	expect_answer("pciname", "1234:5678", "Vendor Nobody Device");
	expect_unknown(DEV "0000:00:02.0/iommu_group");
}

/* Two runs: the first shows no drivers, the second those of one function. */
static void runs_merge(void **state)
{
	char *text = arena_printf(a, "%s%s%s",
				  "$ lspci -nn | grep -E 'VGA|Display'\n"
				  "00:02.0 Display controller [0380]: Intel Corporation AlderLake-S GT1 [8086:4680] (rev 0c)\n"
				  "01:00.0 VGA compatible controller [0300]: NVIDIA Corporation AD102 [10de:2684] (rev a1)\n"
				  "\n",
				  "$ lspci -nnk -s 01:00.0\n"
				  "01:00.0 VGA compatible controller [0300]: NVIDIA Corporation AD102 [10de:2684] (rev a1)\n"
				  "\tSubsystem: Gigabyte Technology Co., Ltd AD102 [1458:40bf]\n"
				  "\tKernel driver in use: vfio-pci\n", "done.\n");

	parse(text);
	expect_link(DEV "0000:01:00.0/driver", "vfio-pci");
	expect(DEV "0000:01:00.0/subsystem_device", "0x40bf");
	expect_unknown(DEV "0000:00:02.0/driver");
	assert_int_equal(n_functions(), 2);
	/* Ascending addresses, yet two runs: terse output has no empty lines. */
	parse("00:02.0 Display controller [0380]: Intel Corporation X [8086:4680]\n\n"
	      "01:00.0 VGA compatible controller [0300]: NVIDIA Corporation X [10de:2684]\n\tKernel driver in use: nvidia\n");
	expect_unknown(DEV "0000:00:02.0/driver");
}

/* grep -A2 may have cut the driver's line off: only what modules follow is known to have none. */
static void grep_cuts(void **state)
{
	parse("00:02.0 VGA compatible controller [0300]: Intel Corporation X [8086:4680]\n"
	      "\tDeviceName: Onboard\n"
	      "\tSubsystem: Y [1849:4680]\n"
	      "--\n"
	      "01:00.0 VGA compatible controller [0300]: NVIDIA Corporation X [10de:2684]\n"
	      "\tSubsystem: Y [1458:40bf]\n"
	      "\tKernel driver in use: nvidia\n"
	      "--\n"
	      "02:00.0 VGA compatible controller [0300]: NVIDIA Corporation X [10de:2684]\n"
	      "\tKernel modules: nouveau\n");
	expect_unknown(DEV "0000:00:02.0/driver");
	expect_link(DEV "0000:01:00.0/driver", "nvidia");
	expect_link(DEV "0000:02:00.0/driver", NULL);
}

static void pasted(void **state)
{
	static const char *const around[][2] = {
		{"", "\n"}, {"> ", "\r\n"}, {"    ", "\n"}, {">     ", "\n"}, {"> > ", "\n"}, {"\t", "\r\n"},
	};
	struct strs lines = str_split(a, nnk, "\n");
	size_t i;
	uint32_t j;

	for (i = 0; i < ARRAY_LEN(around); i++) {
		struct buf b CLEANUP(buf_free) = BUF_NULL;

		buf_adds(&b, "Hello,\n\nmy card 01:00.0 does not work at 12:34.5 today: see\n```\n$ lspci -nnk\n");
		for (j = 0; j < lines.n; j++)
			buf_addf(&b, "%s%s%s", around[i][0], lines.v[j], around[i][1]);
		buf_adds(&b, "```\n[    1.0] pci 0000:01:00.0: [10de:2684] type 00 class 0x030000\nThanks: me\n");
		parse(b.p);
		assert_int_equal(n_functions(), 3);
		expect_link(DEV "0000:00:02.0/driver", "i915");
		expect_link(DEV "0000:01:00.0/driver", NULL);
		expect(DEV "0000:01:00.0/device", "0x2684");
	}
}

static void blocks(void **state)
{
	parse("Slot:\t0000:00:00.0\nClass:\tHost bridge [0600]\nVendor:\tIntel Corporation [8086]\nDevice:\tDevice [7d06]\n\n"
	      "Slot:\t0000:03:00.0\nClass:\tVGA compatible controller [0300]\nVendor:\tIntel Corporation [8086]\n"
	      "Device:\tDG2 [Arc A770] [56a0]\nSVendor:\tASRock Incorporation [1849]\nSDevice:\tDevice [6001]\nRev:\t08\n"
	      "ProgIf:\t00\nDriver:\ti915\nModule:\ti915\nModule:\txe\nNUMANode:\t1\nIOMMUGroup:\t17\nDTNode:\t/x\n\n"
	      "Slot:\t0000:04:00.0\nClass:\tAudio device [0403]\nVendor:\tIntel Corporation [8086]\nDevice:\tDG2 Audio [4f90]\n");
	expect_link(DEV "0000:03:00.0/driver", "i915");
	expect_link(DEV "0000:04:00.0/driver", NULL);
	expect_link(DEV "0000:03:00.0/iommu_group", "17");
	expect_link(DEV "0000:04:00.0/iommu_group", NULL);
	expect(DEV "0000:03:00.0/numa_node", "1");
	expect_unknown(DEV "0000:04:00.0/numa_node");
	expect(DEV "0000:03:00.0/revision", "0x08");
	expect_answer("pciname", "8086:56a0", "DG2 [Arc A770]");
	expect_answer("pciname", "8086", "Intel Corporation");
	expect_answer("modalias", "pci:v00008086d000056A0sv00001849sd00006001bc03sc00i00", "i915 xe");
	parse("Slot:\t01:00.0\nClass:\t0302\nVendor:\t10de\nDevice:\t2684\nSVendor:\t1458\nSDevice:\t40bf\nRev:\ta1\n");
	expect(DEV "0000:01:00.0/class", "0x030200");
	parse("Device:\t01:00.0\nClass:\t0302\nVendor:\t10de\nDevice:\t2684\n\n"
	      "Device:\t02:00.0\nClass:\t0302\nVendor:\t10de\nDevice:\t2684\n");
	assert_int_equal(n_functions(), 2);
	expect(DEV "0000:02:00.0/device", "0x2684");
	expect_unknown(DEV "0000:01:00.0/driver");
	parse("00:02.0 \"VGA compatible controller [0300]\" \"Intel Corporation [8086]\" \"DG2 [56a0]\" -r08 -p00 "
	      "\"ASRock [1849]\" \"Device [6001]\"\n"
	      "00:03.0 \"0300\" \"10de\" \"2684\" \"1458\" \"40bf\"\n");
	expect(DEV "0000:00:02.0/revision", "0x08");
	expect(DEV "0000:00:02.0/subsystem_device", "0x6001");
	expect(DEV "0000:00:03.0/subsystem_vendor", "0x1458");
}

static void verbose(void **state)
{
	parse("00:00.0 Host bridge [0600]: Intel Corporation X [8086:0c00]\n"
	      "\tControl: I/O- Mem+\n\n"
	      "00:01.0 PCI bridge [0604]: Intel Corporation X [8086:0c01] (prog-if 00 [Normal decode])\n"
	      "\tBus: primary=00, secondary=01, subordinate=02, sec-latency=0\n"
	      "\tCapabilities: [a0] Express (v2) Root Port (Slot+), MSI 00\n"
	      "\t\tLnkCap:\tPort #2, Speed 16GT/s, Width x16, ASPM L1, Exit Latency L1 <8us\n"
	      "\t\tLnkSta:\tSpeed 2.5GT/s (downgraded), Width x4 (downgraded)\n"
	      "\t\tLnkCap2: Supported Link Speeds: 2.5-32GT/s\n"
	      "\tKernel driver in use: pcieport\n\n"
	      "01:00.0 VGA compatible controller [0300]: NVIDIA Corporation AD102 [10de:2684] (rev a1) (prog-if 00 [VGA controller])\n"
	      "\tSubsystem: Gigabyte Technology Co., Ltd AD102 [1458:40bf]\n"
	      "\tFlags: bus master, fast devsel, latency 0, IRQ 16, NUMA node 0, IOMMU group 14\n"
	      "\tRegion 0: Memory at a2000000 (32-bit, non-prefetchable) [size=16M]\n"
	      "\tRegion 1: Memory at 6000000000 (64-bit, prefetchable) [size=32G]\n"
	      "\tRegion 3: Memory at <unassigned> (64-bit, prefetchable) [disabled]\n"
	      "\tRegion 5: I/O ports at 4000 [size=128]\n"
	      "\tCapabilities: [60] Power Management version 3\n"
	      "\t\tStatus: D3 NoSoftRst+ PME-Enable- DSel=0 DScale=0 PME-\n"
	      "\tCapabilities: [bb0 v1] Physical Resizable BAR\n"
	      "\t\tBAR 1: current size: 32GB, supported: 64MB 128MB 256MB 512MB 1GB 2GB 4GB 8GB 16GB 32GB\n"
	      "\tCapabilities: [bcc v1] Single Root I/O Virtualization (SR-IOV)\n"
	      "\t\tInitial VFs: 7, Total VFs: 7, Number of VFs: 2, Function Dependency Link: 00\n"
	      "\tKernel modules: nouveau\n\n"
	      "80:00.0 Host bridge [0600]: Intel Corporation X [8086:0c00]\n\n"
	      "02:00.0 VGA compatible controller [0300]: NVIDIA Corporation GB202 [10de:2b85] (rev ff) (prog-if ff)\n"
	      "\t!!! Unknown header type 7f\n"
	      "\tKernel driver in use: nvidia\n");
	expect(DEV "0000:00:01.0/max_link_speed", "16.0 GT/s PCIe");
	expect(DEV "0000:00:01.0/current_link_speed", "2.5 GT/s PCIe");
	expect(DEV "0000:00:01.0/max_link_width", "16");
	expect(DEV "0000:00:01.0/current_link_width", "4");
	expect(DEV "0000:01:00.0/resource",
	       "0x00000000a2000000 0x00000000a2ffffff 0x0000000000000200\n"
	       "0x0000006000000000 0x00000067ffffffff 0x0000000000102200\n"
	       "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
	       "0x0000000000000001 0x0000000000000000 0x0000000020102200\n"
	       "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
	       "0x0000000000004000 0x000000000000407f 0x0000000000000100\n"
	       "0x0000000000000000 0x0000000000000000 0x0000000000000000");
	expect(DEV "0000:01:00.0/resource1_resize", "000000000000ffc0");
	expect(DEV "0000:01:00.0/sriov_totalvfs", "7");
	expect(DEV "0000:01:00.0/sriov_numvfs", "2");
	expect(DEV "0000:01:00.0/power_state", "D3hot");
	expect(DEV "0000:01:00.0/numa_node", "0");
	expect_link(DEV "0000:01:00.0/iommu_group", "14");
	expect_link(DEV "0000:01:00.0/driver", NULL);
	expect_unknown(DEV "0000:00:01.0/resource");
	/* The bridges' numbers give every place, 80 is a root bus of its own. */
	expect_answer("source", "topology", "known");
	expect("sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/device", "0x2684");
	expect("sys/devices/pci0000:80/0000:80:00.0/device", "0x0c00");
	/* Lost while its driver stays: all that can be read is ones. */
	{
		char *config = NULL;
		size_t n;

		assert_int_equal(tree_read_file(&t->root, DEV "0000:02:00.0/config", a, 4096, &config, &n), 0);
		assert_int_equal(n, 64);
		assert_int_equal((unsigned char)config[0], 0xff);
	}
	expect_link(DEV "0000:02:00.0/driver", "nvidia");
	expect_unknown(DEV "0000:02:00.0/revision");
}

static const char dump[] =
	"00:00.0 Host bridge: Intel Corporation X (rev 05)\n"
	"00: 86 80 00 0c 00 00 00 00 05 00 00 06 00 00 00 00\n10: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n"
	"20: 00 00 00 00 00 00 00 00 00 00 00 00 58 14 00 50\n30: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n\n"
	"00:01.0 PCI bridge: Intel Corporation X\n"
	"00: 86 80 01 0c 07 04 10 00 06 00 04 06 10 00 81 00\n10: 00 00 00 00 00 00 00 00 00 01 01 00 e0 e0 00 00\n"
	"20: 00 f6 00 f7 01 e0 f1 f1 00 00 00 00 00 00 00 00\n30: 00 00 00 00 88 00 00 00 00 00 00 00 10 01 18 00\n\n"
	"01:00.0 VGA compatible controller: NVIDIA Corporation GK107 (rev a1)\n"
	"00: de 10 c6 0f 07 04 10 00 a1 00 00 03 10 00 80 00\n10: 00 00 00 f6 0c 00 00 e0 00 00 00 00 0c 00 00 f0\n"
	"20: 00 00 00 00 01 e0 00 00 00 00 00 00 58 14 5a 35\n30: 00 00 00 00 60 00 00 00 00 00 00 00 10 01 00 00\n";

static void dumps(void **state)
{
	char *config = NULL, *mixed;
	size_t n;

	parse(dump);
	expect(DEV "0000:01:00.0/uevent",
	       "PCI_CLASS=30000\nPCI_ID=10DE:0FC6\nPCI_SUBSYS_ID=1458:355A\nPCI_SLOT_NAME=0000:01:00.0\n"
	       "MODALIAS=pci:v000010DEd00000FC6sv00001458sd0000355Abc03sc00i00");
	expect("sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/class", "0x030000");
	assert_int_equal(tree_read_file(&t->root, DEV "0000:01:00.0/config", a, 4096, &config, &n), 0);
	assert_int_equal(n, 64);
	assert_int_equal((unsigned char)config[1], 0x10);
	expect_unknown(DEV "0000:01:00.0/driver");
	/* The same again with more of it, then with less: the longest stays. */
	mixed = arena_printf(a, "%s%s%s40: 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10\n\n%s", dump, "", dump, dump);
	parse(mixed);
	assert_int_equal(tree_read_file(&t->root, DEV "0000:01:00.0/config", a, 4096, &config, &n), 0);
	assert_int_equal(n, 80);
}

/* A function alone: a bus without the bridges of the machine is no root bus. */
static void excerpt(void **state)
{
	const char *s;

	parse(strstr(dump, "01:00.0 VGA"));
	assert_int_equal(tree_readlink(&t->root, DEV "0000:01:00.0", a, &s), -EINVAL);
	expect(DEV "0000:01:00.0/device", "0x0fc6");
	expect_answer("source", "topology", "unknown");
	/* Names beside ids: the function is there, its ids are not known. */
	parse("00:02.0 VGA compatible controller [0300]: Intel Corporation X [8086:4680]\n"
	      "01:00.0 VGA compatible controller: NVIDIA Corporation GK107 (rev a1)\n");
	assert_int_equal(n_functions(), 2);
	expect_unknown(DEV "0000:01:00.0/uevent");
}

static void errors(void **state)
{
	wrong("", "f:1: expected lspci's output");
	wrong("hello\nworld\n", "f:1: expected lspci's output, found no PCI function");
	wrong("\n00:02.0 VGA compatible controller: Intel Corporation X (rev 05)\n",
	      "f:2: expected ids: this output has no numeric ids; run lspci -nn");
	wrong("Slot:\t00:02.0\nClass:\tVGA\nVendor:\tIntel\nDevice:\tX\n", "f:1: expected ids");
	wrong("x\nSlot:\t00:02\nClass:\t0300\n", "f:2: expected a PCI address after 'Slot:'");
	wrong("Slot:\t00:02.0\nClass:\t0300\n", "f:1: expected a block with");
	wrong("00:02.0 \"VGA\" \"Intel\n", "f:1: expected '\"'");
	wrong("00:02.0 \"VGA\"\n", "f:1: expected class, vendor and device");
	wrong("00: 86 80 00 0c 00 00 00 00 05 00 00 06 00 00 00 00\n", "f:1: expected the line of a function");
	wrong("00:02.0 VGA compatible controller: Intel X\n00: 86 80 00 0c\n", "f:2: expected 16 bytes, found 4");
	wrong("00:02.0 VGA compatible controller: Intel X\n00: 86 80 00 0c 00 00 00 00 05 00 00 06 00 00 00 00\n"
	      "20: 86 80 00 0c 00 00 00 00 05 00 00 06 00 00 00 00\n", "f:3: expected offset 10, found 20");
	wrong("00:02.0 0300: 8086:4680\n\n00:02.0 0300: 8086:4681\n", "f:3: expected one machine");
}

/* As many functions as there may be, each a bridge that claims every bus: quick all the same. */
static void many(void **state)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	unsigned i;

	for (i = 0; i < 65536; i++)
		buf_addf(&b, "%02x:%02x.%u 0604: 8086:0001\nBus: primary=00, secondary=%02x, subordinate=ff, sec-latency=0\n",
			 i >> 8, i >> 3 & 31, i & 7, ((i >> 8) + 1) & 0xff);
	parse(b.p);
	assert_int_equal(n_functions(), 65536);
	buf_adds(&b, "0001:00:00.0 0604: 8086:0001\n");
	wrong(b.p, "f:131073: expected at most 65536 functions");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(terse, setup, teardown),
		cmocka_unit_test_setup_teardown(numeric, setup, teardown),
		cmocka_unit_test_setup_teardown(drivers, setup, teardown),
		cmocka_unit_test_setup_teardown(runs_merge, setup, teardown),
		cmocka_unit_test_setup_teardown(grep_cuts, setup, teardown),
		cmocka_unit_test_setup_teardown(pasted, setup, teardown),
		cmocka_unit_test_setup_teardown(blocks, setup, teardown),
		cmocka_unit_test_setup_teardown(verbose, setup, teardown),
		cmocka_unit_test_setup_teardown(dumps, setup, teardown),
		cmocka_unit_test_setup_teardown(excerpt, setup, teardown),
		cmocka_unit_test_setup_teardown(errors, setup, teardown),
		cmocka_unit_test_setup_teardown(many, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
