/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/machine.h"

/* clang-format off */
/* As systemd-detect-virt tells them apart (systemd/systemd:src/basic/virt.c). */
const struct facts_virt facts_virts[] = {
	{"product_name", "KVM",                    "kvm",         true},
	{"sys_vendor",   "QEMU",                   "qemu",        true},
	{"sys_vendor",   "VMware",                 "vmware",      true},
	{"sys_vendor",   "VMW",                    "vmware",      true},
	{"sys_vendor",   "innotek GmbH",           "virtualbox",  true},
	{"product_name", "VirtualBox",             "virtualbox",  true},
	{"sys_vendor",   "Xen",                    "xen",         true},
	{"bios_vendor",  "Bochs",                  "bochs",       true},
	{"sys_vendor",   "Parallels",              "parallels",   true},
	{"bios_vendor",  "BHYVE",                  "bhyve",       true},
	{"product_name", "Virtual Machine",        "hyperv",      true},
	{"sys_vendor",   "OpenStack Foundation",   "kvm",         true},
	{"sys_vendor",   "Apple Virtualization",   "apple",       true},
	/* These clouds also rent whole machines under the same name: the CPU's flag decides. */
	{"sys_vendor",   "Amazon EC2",             "amazon",      false},
	{"product_name", "Google Compute Engine",  "google",      false},
	{"sys_vendor",   "Alibaba Cloud",          "kvm",         false},
	{0},
};

const struct facts_cpu facts_cpus[] = {
	{"vendor_id",       "GenuineIntel", CPU_VENDOR_INTEL, 4096, NULL},
	{"vendor_id",       "AuthenticAMD", CPU_VENDOR_AMD,   4096, NULL},
	{"vendor_id",       "HygonGenuine", CPU_VENDOR_OTHER, 4096, NULL},
	{"vendor_id",       "CentaurHauls", CPU_VENDOR_OTHER, 4096, NULL},
	{"vendor_id",       "  Shanghai  ", CPU_VENDOR_OTHER, 4096, NULL},
	{"CPU implementer", "",             CPU_VENDOR_ARM,   0,    "aarch64"},
	{"cpu",             "POWER",        CPU_VENDOR_OTHER, 0,    "ppc64le"},
	{"hart",            "",             CPU_VENDOR_OTHER, 4096, "riscv64"},
	{"CPU Family",      "Loongson",     CPU_VENDOR_OTHER, 0,    "loongarch64"},
	{0},
};

const struct facts_container facts_containers[] = {
	{"run/.containerenv", "podman"},
	{".dockerenv",        "docker"},
	{0},
};
/* clang-format on */
