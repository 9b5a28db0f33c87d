/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/thunderbolt.h"

#include "base/parse.h"

#define IDS "pci.ids; linux drivers/thunderbolt/nhi.h"

/* Host root ports stand here only where nothing but a tunnel can be below them. */
const struct facts_tb facts_tbs[] = {
	{0x1022, 0x14cd, 0x14cd, TB_PART_PORT, "usb4", 40000, "AMD Rembrandt USB4 tunnel port", "pci.ids"},
	{0x1022, 0x14ef, 0x14ef, TB_PART_PORT, "usb4", 40000, "AMD Phoenix USB4 tunnel port",
	 "pci.ids; CachyOS/linux-cachyos#1057; udev dump of an HP EliteBook 835 G10"},
	{0x1022, 0x150a, 0x150a, TB_PART_PORT, "usb4", 40000, "AMD Strix USB4 tunnel port", "pci.ids"},
	{0x1022, 0x151c, 0x151d, TB_PART_NHI, "usb4", 40000, "AMD Strix USB4 host", "pci.ids"},
	{0x1022, 0x158d, 0x158e, TB_PART_NHI, "usb4", 40000, "AMD Strix Halo USB4 host", "pci.ids"},
	{0x1022, 0x15c4, 0x15c5, TB_PART_NHI, "usb4", 40000, "AMD Phoenix USB4 host", "pci.ids"},
	{0x1022, 0x162e, 0x162f, TB_PART_NHI, "usb4", 40000, "AMD Rembrandt USB4 host", "pci.ids"},
	{0x1022, 0x1668, 0x1669, TB_PART_NHI, "usb4", 40000, "AMD Pink Sardine USB4 host", "pci.ids"},
	{0x1b21, 0x2421, 0x2421, TB_PART_BRIDGE, "usb4", 40000, "ASMedia ASM4242 bridge", "pci.ids"},
	{0x1b21, 0x2423, 0x2423, TB_PART_BRIDGE, "usb4", 40000, "ASMedia ASM4242 bridge", "pci.ids"},
	{0x1b21, 0x2425, 0x2425, TB_PART_NHI, "usb4", 40000, "ASMedia ASM4242 USB4 host", "pci.ids"},
	{0x1b21, 0x2461, 0x2463, TB_PART_BRIDGE, "usb4", 40000, "ASMedia ASM2464PD USB4 box",
	 "pci.ids; 1b21:2461 in ADT-Link UT4G boxes"},
	{0x8086, 0x0b26, 0x0b26, TB_PART_BRIDGE, "thunderbolt", 40000, "Intel JHL8440 Thunderbolt 4 (Goshen Ridge)", IDS},
	{0x8086, 0x1133, 0x1133, TB_PART_BRIDGE, "thunderbolt", 40000, "Intel JHL8340 Thunderbolt 4 (Maple Ridge)", IDS},
	{0x8086, 0x1134, 0x1134, TB_PART_NHI, "thunderbolt", 40000, "Intel JHL8340 Thunderbolt 4 (Maple Ridge)", IDS},
	{0x8086, 0x1136, 0x1136, TB_PART_BRIDGE, "thunderbolt", 40000, "Intel JHL8540 Thunderbolt 4 (Maple Ridge)", IDS},
	{0x8086, 0x1137, 0x1137, TB_PART_NHI, "thunderbolt", 40000, "Intel JHL8540 Thunderbolt 4 (Maple Ridge)", IDS},
	{0x8086, 0x1513, 0x1513, TB_PART_BRIDGE, "thunderbolt", 10000, "Intel CV82524 Thunderbolt (Light Ridge)", IDS},
	{0x8086, 0x151a, 0x151a, TB_PART_BRIDGE, "thunderbolt", 10000, "Intel DSL2310 Thunderbolt (Eagle Ridge)", IDS},
	{0x8086, 0x151b, 0x151b, TB_PART_BRIDGE, "thunderbolt", 10000, "Intel CVL2510 Thunderbolt (Light Peak)", IDS},
	{0x8086, 0x1547, 0x1547, TB_PART_BRIDGE, "thunderbolt", 10000, "Intel DSL3510 Thunderbolt (Cactus Ridge)", IDS},
	{0x8086, 0x1548, 0x1548, TB_PART_BRIDGE, "thunderbolt", 10000, "Intel DSL3310 Thunderbolt (Cactus Ridge)", IDS},
	{0x8086, 0x1549, 0x1549, TB_PART_BRIDGE, "thunderbolt", 10000, "Intel DSL2210 Thunderbolt (Port Ridge)", IDS},
	{0x8086, 0x1566, 0x1566, TB_PART_NHI, "thunderbolt", 10000, "Intel DSL4410 Thunderbolt (Redwood Ridge)", IDS},
	{0x8086, 0x1567, 0x1567, TB_PART_BRIDGE, "thunderbolt", 10000, "Intel DSL4410 Thunderbolt (Redwood Ridge)", IDS},
	{0x8086, 0x1568, 0x1568, TB_PART_NHI, "thunderbolt", 10000, "Intel DSL4510 Thunderbolt (Redwood Ridge)", IDS},
	{0x8086, 0x1569, 0x1569, TB_PART_BRIDGE, "thunderbolt", 10000, "Intel DSL4510 Thunderbolt (Redwood Ridge)", IDS},
	{0x8086, 0x156a, 0x156a, TB_PART_NHI, "thunderbolt", 20000, "Intel DSL5320 Thunderbolt 2 (Falcon Ridge)", IDS},
	{0x8086, 0x156b, 0x156b, TB_PART_BRIDGE, "thunderbolt", 20000, "Intel DSL5320 Thunderbolt 2 (Falcon Ridge)", IDS},
	{0x8086, 0x156c, 0x156c, TB_PART_NHI, "thunderbolt", 20000, "Intel DSL5520 Thunderbolt 2 (Falcon Ridge)", IDS},
	{0x8086, 0x156d, 0x156d, TB_PART_BRIDGE, "thunderbolt", 20000, "Intel DSL5520 Thunderbolt 2 (Falcon Ridge)", IDS},
	{0x8086, 0x1575, 0x1575, TB_PART_NHI, "thunderbolt", 40000, "Intel DSL6340 Thunderbolt 3 (Alpine Ridge)", IDS},
	{0x8086, 0x1576, 0x1576, TB_PART_BRIDGE, "thunderbolt", 40000, "Intel DSL6340 Thunderbolt 3 (Alpine Ridge)", IDS},
	{0x8086, 0x1577, 0x1577, TB_PART_NHI, "thunderbolt", 40000, "Intel DSL6540 Thunderbolt 3 (Alpine Ridge)", IDS},
	{0x8086, 0x1578, 0x1578, TB_PART_BRIDGE, "thunderbolt", 40000, "Intel DSL6540 Thunderbolt 3 (Alpine Ridge)", IDS},
	{0x8086, 0x157d, 0x157d, TB_PART_NHI, "thunderbolt", 20000, "Intel DSL5110 Thunderbolt 2 (Win Ridge)", IDS},
	{0x8086, 0x157e, 0x157e, TB_PART_BRIDGE, "thunderbolt", 20000, "Intel DSL5110 Thunderbolt 2 (Win Ridge)", IDS},
	{0x8086, 0x15bf, 0x15bf, TB_PART_NHI, "thunderbolt", 40000, "Intel JHL6240 Thunderbolt 3 (Alpine Ridge LP)", IDS},
	{0x8086, 0x15c0, 0x15c0, TB_PART_BRIDGE, "thunderbolt", 40000, "Intel JHL6240 Thunderbolt 3 (Alpine Ridge LP)", IDS},
	{0x8086, 0x15d2, 0x15d2, TB_PART_NHI, "thunderbolt", 40000, "Intel JHL6540 Thunderbolt 3 (Alpine Ridge)", IDS},
	{0x8086, 0x15d3, 0x15d3, TB_PART_BRIDGE, "thunderbolt", 40000, "Intel JHL6540 Thunderbolt 3 (Alpine Ridge)", IDS},
	{0x8086, 0x15d9, 0x15d9, TB_PART_NHI, "thunderbolt", 40000, "Intel JHL6340 Thunderbolt 3 (Alpine Ridge)", IDS},
	{0x8086, 0x15da, 0x15da, TB_PART_BRIDGE, "thunderbolt", 40000, "Intel JHL6340 Thunderbolt 3 (Alpine Ridge)", IDS},
	{0x8086, 0x15e7, 0x15e7, TB_PART_BRIDGE, "thunderbolt", 40000, "Intel JHL7540 Thunderbolt 3 (Titan Ridge)", IDS},
	{0x8086, 0x15e8, 0x15e8, TB_PART_NHI, "thunderbolt", 40000, "Intel JHL7540 Thunderbolt 3 (Titan Ridge)", IDS},
	{0x8086, 0x15ea, 0x15ea, TB_PART_BRIDGE, "thunderbolt", 40000, "Intel JHL7540 Thunderbolt 3 (Titan Ridge)", IDS},
	{0x8086, 0x15eb, 0x15eb, TB_PART_NHI, "thunderbolt", 40000, "Intel JHL7540 Thunderbolt 3 (Titan Ridge)", IDS},
	{0x8086, 0x15ef, 0x15ef, TB_PART_BRIDGE, "thunderbolt", 40000, "Intel JHL7440 Thunderbolt 3 (Titan Ridge DD)", IDS},
	{0x8086, 0x461f, 0x461f, TB_PART_PORT, "thunderbolt", 40000, "Alder Lake-P Thunderbolt 4 port", "pci.ids"},
	{0x8086, 0x462f, 0x462f, TB_PART_PORT, "thunderbolt", 40000, "Alder Lake-P Thunderbolt 4 port", "pci.ids"},
	{0x8086, 0x463e, 0x463e, TB_PART_NHI, "thunderbolt", 40000, "Alder Lake-P Thunderbolt 4", IDS},
	{0x8086, 0x463f, 0x463f, TB_PART_PORT, "thunderbolt", 40000, "Alder Lake-P Thunderbolt 4 port", "pci.ids"},
	{0x8086, 0x466d, 0x466d, TB_PART_NHI, "thunderbolt", 40000, "Alder Lake-P Thunderbolt 4", IDS},
	{0x8086, 0x466e, 0x466e, TB_PART_PORT, "thunderbolt", 40000, "Alder Lake-P Thunderbolt 4 port", "pci.ids"},
	{0x8086, 0x4d33, 0x4d33, TB_PART_NHI, "thunderbolt", 40000, "Wildcat Lake Thunderbolt", IDS},
	{0x8086, 0x5780, 0x5780, TB_PART_BRIDGE, "thunderbolt", 80000, "Intel JHL9580 Thunderbolt 5 (Barlow Ridge)", IDS},
	{0x8086, 0x5781, 0x5781, TB_PART_NHI, "thunderbolt", 80000, "Intel JHL9580 Thunderbolt 5 (Barlow Ridge)", IDS},
	{0x8086, 0x5783, 0x5783, TB_PART_BRIDGE, "thunderbolt", 40000, "Intel JHL9540 Thunderbolt 4 (Barlow Ridge)", IDS},
	{0x8086, 0x5784, 0x5784, TB_PART_NHI, "thunderbolt", 40000, "Intel JHL9540 Thunderbolt 4 (Barlow Ridge)", IDS},
	{0x8086, 0x5786, 0x5786, TB_PART_BRIDGE, "thunderbolt", 80000, "Intel JHL9480 Thunderbolt 5 (Barlow Ridge)",
	 "pci.ids; linux drivers/thunderbolt/nhi.h; apnex/aorus-5090-egpu capture"},
	{0x8086, 0x57a4, 0x57a4, TB_PART_BRIDGE, "thunderbolt", 40000, "Intel JHL9440 Thunderbolt 4 (Barlow Ridge)", IDS},
	{0x8086, 0x7eb2, 0x7eb2, TB_PART_NHI, "thunderbolt", 40000, "Meteor Lake Thunderbolt 4", IDS},
	{0x8086, 0x7ec2, 0x7ec3, TB_PART_NHI, "thunderbolt", 40000, "Meteor Lake-P Thunderbolt 4", IDS},
	{0x8086, 0x7ec4, 0x7ec7, TB_PART_PORT, "thunderbolt", 40000, "Meteor Lake-P Thunderbolt 4 port",
	 "pci.ids; apnex/aorus-5090-egpu capture"},
	{0x8086, 0x8a0d, 0x8a0d, TB_PART_NHI, "thunderbolt", 40000, "Ice Lake Thunderbolt 3", IDS},
	{0x8086, 0x8a17, 0x8a17, TB_PART_NHI, "thunderbolt", 40000, "Ice Lake Thunderbolt 3", IDS},
	{0x8086, 0x8a1d, 0x8a1d, TB_PART_PORT, "thunderbolt", 40000, "Ice Lake Thunderbolt 3 port", "pci.ids"},
	{0x8086, 0x8a1f, 0x8a1f, TB_PART_PORT, "thunderbolt", 40000, "Ice Lake Thunderbolt 3 port", "pci.ids"},
	{0x8086, 0x8a21, 0x8a21, TB_PART_PORT, "thunderbolt", 40000, "Ice Lake Thunderbolt 3 port", "pci.ids"},
	{0x8086, 0x8a23, 0x8a23, TB_PART_PORT, "thunderbolt", 40000, "Ice Lake Thunderbolt 3 port", "pci.ids"},
	{0x8086, 0x9a1b, 0x9a1b, TB_PART_NHI, "thunderbolt", 40000, "Tiger Lake-LP Thunderbolt 4", IDS},
	{0x8086, 0x9a1d, 0x9a1d, TB_PART_NHI, "thunderbolt", 40000, "Tiger Lake-LP Thunderbolt 4", IDS},
	{0x8086, 0x9a1f, 0x9a1f, TB_PART_NHI, "thunderbolt", 40000, "Tiger Lake-H Thunderbolt 4", IDS},
	{0x8086, 0x9a21, 0x9a21, TB_PART_NHI, "thunderbolt", 40000, "Tiger Lake-H Thunderbolt 4", IDS},
	{0x8086, 0x9a23, 0x9a23, TB_PART_PORT, "thunderbolt", 40000, "Tiger Lake-LP Thunderbolt 4 port", "pci.ids"},
	{0x8086, 0x9a25, 0x9a25, TB_PART_PORT, "thunderbolt", 40000, "Tiger Lake-LP Thunderbolt 4 port", "pci.ids"},
	{0x8086, 0x9a27, 0x9a27, TB_PART_PORT, "thunderbolt", 40000, "Tiger Lake-LP Thunderbolt 4 port", "pci.ids"},
	{0x8086, 0x9a29, 0x9a29, TB_PART_PORT, "thunderbolt", 40000, "Tiger Lake-LP Thunderbolt 4 port", "pci.ids"},
	{0x8086, 0x9a2b, 0x9a2b, TB_PART_PORT, "thunderbolt", 40000, "Tiger Lake-H Thunderbolt 4 port", "pci.ids"},
	{0x8086, 0x9a2d, 0x9a2d, TB_PART_PORT, "thunderbolt", 40000, "Tiger Lake-H Thunderbolt 4 port", "pci.ids"},
	{0x8086, 0x9a2f, 0x9a2f, TB_PART_PORT, "thunderbolt", 40000, "Tiger Lake-H Thunderbolt 4 port", "pci.ids"},
	{0x8086, 0x9a31, 0x9a31, TB_PART_PORT, "thunderbolt", 40000, "Tiger Lake-H Thunderbolt 4 port", "pci.ids"},
	{0x8086, 0xa71f, 0xa71f, TB_PART_PORT, "thunderbolt", 40000, "Raptor Lake-P Thunderbolt 4 port", "pci.ids"},
	{0x8086, 0xa72f, 0xa72f, TB_PART_PORT, "thunderbolt", 40000, "Raptor Lake-P Thunderbolt 4 port", "pci.ids"},
	{0x8086, 0xa73e, 0xa73e, TB_PART_NHI, "thunderbolt", 40000, "Raptor Lake-P Thunderbolt 4", IDS},
	{0x8086, 0xa76d, 0xa76d, TB_PART_NHI, "thunderbolt", 40000, "Raptor Lake-P Thunderbolt 4", IDS},
	{0x8086, 0xa76e, 0xa76e, TB_PART_PORT, "thunderbolt", 40000, "Raptor Lake-P Thunderbolt 4 port", "pci.ids"},
	{0x8086, 0xa833, 0xa834, TB_PART_NHI, "thunderbolt", 40000, "Lunar Lake Thunderbolt 4", IDS},
	{0x8086, 0xd333, 0xd333, TB_PART_NHI, "thunderbolt", 80000, "Nova Lake-H Thunderbolt 5", "pci.ids"},
	{0x8086, 0xd34e, 0xd34f, TB_PART_PORT, "thunderbolt", 80000, "Nova Lake-H Thunderbolt 5 port", "pci.ids"},
	{0x8086, 0xd360, 0xd360, TB_PART_PORT, "thunderbolt", 80000, "Nova Lake-H Thunderbolt 5 port", "pci.ids"},
	{0x8086, 0xd433, 0xd433, TB_PART_NHI, "thunderbolt", 80000, "Nova Lake-S Thunderbolt 5", "pci.ids"},
	{0x8086, 0xd44e, 0xd44f, TB_PART_PORT, "thunderbolt", 80000, "Nova Lake-S Thunderbolt 5 port", "pci.ids"},
	{0x8086, 0xd460, 0xd460, TB_PART_PORT, "thunderbolt", 80000, "Nova Lake-S Thunderbolt 5 port", "pci.ids"},
	{0x8086, 0xe333, 0xe334, TB_PART_NHI, "thunderbolt", 40000, "Panther Lake Thunderbolt", IDS},
	{0x8086, 0xe433, 0xe434, TB_PART_NHI, "thunderbolt", 40000, "Panther Lake-P Thunderbolt", IDS},
	{0},
};

const struct facts_tb *facts_tb_find(uint16_t vendor, uint16_t device)
{
	uint32_t low = 0, high = ARRAY_LEN(facts_tbs) - 1;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		const struct facts_tb *f = &facts_tbs[mid];

		if (vendor == f->vendor && device >= f->first && device <= f->last)
			return f;
		if (vendor < f->vendor || (vendor == f->vendor && device < f->first))
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* Lanes are bonded from generation 2 on: 2 x 10, 2 x 20; USB4 version 2 has 2 x 40 Gb/s. */
uint32_t facts_tb_rate_mbps(uint32_t generation, const char *usb4_version)
{
	static const uint32_t rates[] = {0, 10000, 20000, 40000, 40000};

	if (usb4_version && usb4_version[0] >= '2' && usb4_version[0] <= '9')
		return 80000;
	return generation < ARRAY_LEN(rates) ? rates[generation] : 0;
}

const struct facts_tb_host facts_tb_hosts[] = {
	{"nvidia", 0x8086,
	 "the driver does not know that the GPU is external: unbinding or removing it waits for ever while a program uses "
	 "it, and unloading nvidia_drm can panic the kernel",
	 "NVIDIA/open-gpu-kernel-modules#894, #979; kernel-open/nvidia/nv-pci.c"},
	{0},
};

const struct facts_unplug facts_unplugs[] = {
	{"amdgpu", true,
	 "unplugging it leaves /dev/kfd broken for the other AMD GPUs: compute on them works again only after a reboot",
	 "ROCm/legacy-rocm-build#4469; ROCm/amdgpu#131"},
	{"nvidia", false,
	 "pulling the cable while the driver is bound hangs programs and may hang the machine",
	 "NVIDIA/open-gpu-kernel-modules#842, #985"},
	{0},
};

const struct facts_unplug *facts_unplug_find(const char *driver)
{
	const struct facts_unplug *f;

	for (f = facts_unplugs; driver && f->driver; f++)
		if (str_eq(f->driver, driver))
			return f;
	return NULL;
}

const struct facts_tb_host *facts_tb_host_find(const char *driver)
{
	const struct facts_tb_host *f;

	for (f = facts_tb_hosts; driver && f->driver; f++)
		if (str_eq(f->driver, driver))
			return f;
	return NULL;
}

const struct facts_xorg facts_xorgs[] = {
	{"nvidia", "AllowExternalGPUs", "NVIDIA Linux driver README, appendix 'X Config Options'"},
	{0},
};

const struct facts_xorg *facts_xorg_find(const char *driver)
{
	const struct facts_xorg *f;

	for (f = facts_xorgs; driver && f->driver; f++)
		if (str_eq(f->driver, driver))
			return f;
	return NULL;
}
