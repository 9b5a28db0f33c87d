/* SPDX-License-Identifier: Apache-2.0 */
/* The platform, from trees that have all of it, a part of it, or nonsense in the place of it. */
#include "base/parse.h"
#include "host/tree-mem.h"
#include "probe/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void file(struct tree *t, const char *path, const char *text)
{
	assert_int_equal(tree_mem_file(t, path, text, strlen(text)), 0);
}

static struct snapshot *snapshot_of(struct tree *t, const char *user)
{
	struct probe_request req = {.phases = PROBE_ALL, .user = user};

	return probe_snapshot(t, &req);
}

/* Nothing but a PCI bus: everything about the platform is unknown, and nothing is "off" or "none". */
static void test_partial(void **state)
{
	struct tree *t = tree_new_mem("partial");
	struct snapshot *s;
	const struct platform *m;

	assert_int_equal(tree_mem_cover(t, "", false), 0);
	assert_int_equal(tree_mem_cover(t, "sys/bus", true), 0);
	assert_int_equal(tree_mem_dir(t, "sys/bus/pci/devices"), 0);
	s = snapshot_of(t, NULL);
	m = &s->platform;
	assert_false(FIELD_KNOWN(m, platform, kernel));
	assert_false(FIELD_KNOWN(m, platform, iommu));
	assert_false(FIELD_KNOWN(m, platform, virt));
	assert_false(FIELD_KNOWN(m, platform, secure_boot));
	assert_false(FIELD_KNOWN(m, platform, module_sig_enforce));
	assert_false(FIELD_KNOWN(m, platform, udev));
	assert_false(FIELD_KNOWN(m, platform, numa));
	assert_false(FIELD_KNOWN(m, platform, user));
	assert_false(FIELD_KNOWN(m, platform, firmware));
	assert_false(FIELD_KNOWN(m, platform, modprobe));
	assert_false(FIELD_KNOWN(m, platform, xorg));
	assert_false(FIELD_KNOWN(m, platform, peer_memory));
	assert_false(FIELD_KNOWN(m, platform, firmware_compress));
	snapshot_free(s);
	tree_free(t);
}

static void test_whole(void **state)
{
	static const unsigned char on[] = {6, 0, 0, 0, 1};
	struct tree *t = tree_new_mem("whole");
	struct snapshot *s;
	const struct platform *m;
	uint32_t i, n = 0;

	file(t, "proc/sys/kernel/osrelease", "6.12.300-rc1-amd64\n");
	file(t, "proc/cmdline",
	     "BOOT_IMAGE=/x quiet iommu=pt modprobe.blacklist=nouveau,radeon -- nomodeset\n");
	file(t, "proc/cpuinfo",
	     "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: Ryzen\nflags\t\t: fpu lm hypervisor\n");
	file(t, "etc/os-release",
	     "NAME=x\nPRETTY_NAME='Some \"System\"'\nID=debian\nVERSION_ID=\"13\"\n");
	file(t, "etc/passwd", "root:x:0:0::/:\nuser:x:1000:1000::/:\n");
	file(t, "etc/group", "video:x:44:user\nuser:x:1000:\n");
	file(t, "etc/gpubay/external-ports",
	     "# ports\n0000:00:01.1  # OCuLink\n\n  /sys/devices/pci0000:00/0000:00:03.1\n");
	file(t, "etc/modprobe.d/b.conf", "blacklist nouveau\noptions i915 modeset=1\n");
	file(t, "usr/lib/modprobe.d/b.conf", "blacklist thunderbolt\n");
	file(t, "usr/lib/modprobe.d/a.conf",
	     "install thunderbolt /bin/false\nblacklist unheard-of\n");
	assert_int_equal(
		tree_mem_file(
			t,
			"sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
			on, 5),
		0);
	file(t, "sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	file(t, "sys/kernel/iommu_groups/0/type", "identity\n");
	file(t, "sys/kernel/iommu_groups/1/type", "DMA\n");
	file(t, "sys/kernel/iommu_groups/2/type", "identity\n");
	file(t, "sys/class/dmi/id/product_name", "KVM\n");
	file(t, "sys/devices/system/node/node0/cpulist", "0-3\n");
	file(t, "sys/devices/system/node/node0/distance", "10 21\n");
	file(t, "sys/module/nvidia_peermem/initstate", "live\n");
	file(t, "run/udev/control", "");
	s = snapshot_of(t, "user");
	m = &s->platform;
	assert_int_equal(m->kernel_version, 6 << 16 | 12 << 8 | 255);
	assert_string_equal(m->os, "Some \"System\"");
	assert_string_equal(m->os_version, "13");
	assert_string_equal(m->architecture, "x86_64");
	assert_int_equal(m->page_size, 4096);
	assert_int_equal(m->virt, VIRT_KIND_VM);
	assert_string_equal(m->virt_type, "kvm");
	assert_int_equal(m->secure_boot, SECURE_BOOT_ON);
	assert_string_equal(m->lockdown, "integrity");
	assert_string_equal(m->iommu_mode, "passthrough");
	assert_null(snapshot_cmdline(s, "nomodeset"));
	assert_string_equal(snapshot_cmdline(s, "iommu"), "pt");
	assert_true(m->udev);
	assert_true(m->peer_memory);
	assert_int_equal(m->external_ports.n, 2);
	assert_string_equal(m->external_ports.v[0], "0000:00:01.1");
	assert_int_equal(m->numa.n, 1);
	assert_int_equal(m->numa.v[0].distances.n, 2);
	assert_int_equal(m->user.uid, 1000);
	assert_int_equal(m->user.gids.n, 2);
	assert_true(strs_has(&m->user.groups, "video"));
	/* The file of the same name in /etc hides the other; a.conf is read first; only modules that matter are kept. */
	for (i = 0; i < m->modprobe.n; i++) {
		assert_string_not_equal(m->modprobe.v[i].module, "unheard_of");
		if (str_eq(m->modprobe.v[i].module, "thunderbolt")) {
			assert_int_equal(m->modprobe.v[i].kind, MODPROBE_KIND_INSTALL);
			assert_string_equal(m->modprobe.v[i].file, "/usr/lib/modprobe.d/a.conf");
			assert_int_equal(m->modprobe.v[i].line, 1);
			n++;
		}
	}
	assert_int_equal(n, 1);
	snapshot_free(s);
	tree_free(t);
}

/* A user whom the files do not have: unknown, and said so. */
static void test_no_such_user(void **state)
{
	struct tree *t = tree_new_mem("users");
	struct snapshot *s;
	uint32_t i;
	bool said = false;

	file(t, "etc/passwd", "root:x:0:0::/:\n");
	s = snapshot_of(t, "nobody");
	assert_false(FIELD_KNOWN(&s->platform, platform, user));
	for (i = 0; i < s->gaps.n; i++)
		said |= str_eq(s->gaps.v[i].path, "user nobody");
	assert_true(said);
	snapshot_free(s);
	tree_free(t);
}

/* A desktop without UEFI, on the metal; a container sees no firmware of its own. */
static void test_firmware_kind(void **state)
{
	struct tree *t = tree_new_mem("bios");
	struct snapshot *s;

	file(t, "sys/firmware/acpi/pm_profile", "1\n");
	file(t, "proc/cpuinfo", "vendor_id\t: GenuineIntel\nflags\t\t: fpu lm\n");
	s = snapshot_of(t, NULL);
	assert_int_equal(s->platform.secure_boot, SECURE_BOOT_UNSUPPORTED);
	assert_int_equal(s->platform.virt, VIRT_KIND_NONE);
	snapshot_free(s);
	file(t, "run/.containerenv", "");
	s = snapshot_of(t, NULL);
	assert_false(FIELD_KNOWN(&s->platform, platform, secure_boot));
	assert_int_equal(s->platform.virt, VIRT_KIND_CONTAINER);
	assert_string_equal(s->platform.virt_type, "podman");
	snapshot_free(s);
	tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_no_such_user),
		cmocka_unit_test(test_firmware_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
