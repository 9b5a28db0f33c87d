/* SPDX-License-Identifier: Apache-2.0 */
/* What stands around the GPUs: IOMMU, hot-plug, services, NUMA nodes, the X server, ports named external. */
#include "probe/platform.h"

#include "base/parse.h"
#include "format/cmdline.h"

#include <errno.h>

#define PHASE "platform"
enum { GROUPS_LOOKED_AT = 64, PORTS_MAX = 64 };

/*
 * How devices see memory, by what most groups say of themselves; by the command line where the groups do not say (the
 * attribute came with Linux 5.11).
 */
static const char *iommu_mode(struct probe *p, const struct strs *groups)
{
	unsigned translated = 0, identity = 0;
	const char *s;
	uint32_t i;

	for (i = 0; i < groups->n && i < GROUPS_LOOKED_AT; i++) {
		const char *path =
			arena_printf(p->a, "sys/kernel/iommu_groups/%s/type", groups->v[i]);

		if (tree_read_str(p->root, path, p->a, &s) < 0)
			continue;
		translated += str_starts(s, "DMA");
		identity += str_eq(s, "identity");
	}
	if (translated || identity)
		return translated >= identity ? "translated" : "passthrough";
	if (!FIELD_KNOWN(&p->snap->platform, platform, params))
		return NULL;
	s = snapshot_cmdline(p->snap, "iommu.passthrough");
	return (s && str_eq(s, "1")) || cmdline_list_has(p->a, snapshot_cmdline(p->snap, "iommu"),
							 "pt", NULL) ?
		       "passthrough" :
		       "translated";
}

static void read_iommu(struct probe *p, struct platform *m)
{
	struct strs groups;
	const char *mode;
	int r = tree_list(p->root, "sys/kernel/iommu_groups", p->a, &groups);

	if (r == -ENOENT)
		r = platform_absent(p, "sys/kernel/iommu_groups", "sys/kernel");
	if (r < 0 && r != -ENOENT) {
		snapshot_gap(p->snap, PHASE, "sys/kernel/iommu_groups", r);
		return;
	}
	FIELD_SET(m, platform, iommu, groups.n > 0);
	mode = groups.n ? iommu_mode(p, &groups) : "off";
	if (mode)
		FIELD_SET(m, platform, iommu_mode, mode);
}

/*
 * Whether hot-plug is pciehp's: it owns a service "…:pcieTTS" of a port, and the last digit's bit 2 is hot-plug
 * (drivers/pci/pcie/portdrv.h). With other services and none for hot-plug, though slots there are, it is the firmware's.
 */
static void read_hotplug(struct probe *p, struct platform *m)
{
	struct strs services, slots;
	bool native = false;
	uint32_t i;

	if (tree_list(p->root, "sys/bus/pci_express/devices", p->a, &services) < 0)
		return;
	for (i = 0; i < services.n && !native; i++) {
		const char *at = strrchr(services.v[i], ':');

		native = at && strlen(at) == 8 && str_starts(at, ":pcie") && at[7] == '4';
	}
	if (native)
		FIELD_SET(m, platform, pcie_ports_native, true);
	else if (tree_list(p->root, "sys/bus/pci/slots", p->a, &slots) == 0 && slots.n)
		FIELD_SET(m, platform, pcie_ports_native, false);
}

static void read_services(struct probe *p, struct platform *m)
{
	static const char bolt[] = "usr/share/dbus-1/system-services/org.freedesktop.bolt.service";
	const char *s;
	int r;

	if (probe_str(p, PHASE, p->root, "sys/module/pcie_aspm/parameters/policy", &s))
		FIELD_SET(m, platform, aspm_policy, platform_chosen(p, s));
	r = platform_absent(p, bolt, "usr/share");
	if (r == 0 || r == -ENOENT)
		FIELD_SET(m, platform, boltd, r == 0);
}

/* The number behind "node", or NONE. */
static uint32_t node_number(const char *name)
{
	uint32_t v;

	return str_starts(name, "node") && parse_u32(name + 4, 10, 65535, &v) == 0 ? v : NONE;
}

static void read_node(struct probe *p, struct platform *m, const char *name, uint32_t number)
{
	const char *dir = arena_printf(p->a, "sys/devices/system/node/%s", name), *s;
	struct numa_node *node = LIST_PUSH(p->a, &m->numa);
	struct strs words;
	uint32_t i, v;

	FIELD_SET(node, numa_node, node, number);
	if (probe_str(p, PHASE, p->root, arena_printf(p->a, "%s/cpulist", dir), &s))
		FIELD_SET(node, numa_node, cpus, s);
	if (!probe_str(p, PHASE, p->root, arena_printf(p->a, "%s/distance", dir), &s))
		return;
	words = str_split(p->a, s, " \t");
	for (i = 0; i < words.n; i++)
		if (parse_u32(words.v[i], 10, UINT32_MAX, &v) == 0)
			u32s_add(p->a, &node->distances, v);
	FIELD_KNOW(node, numa_node, distances);
}

static void read_numa(struct probe *p, struct platform *m)
{
	struct strs names;
	uint32_t i;
	int r = tree_list(p->root, "sys/devices/system/node", p->a, &names);

	/* A kernel without NUMA has no such folder. */
	if (r == -ENOENT)
		r = platform_absent(p, "sys/devices/system/node", "sys/devices/system");
	if (r < 0 && r != -ENOENT)
		return;
	for (i = 0; i < names.n; i++)
		if (node_number(names.v[i]) != NONE)
			read_node(p, m, names.v[i], node_number(names.v[i]));
	FIELD_KNOW(m, platform, numa);
}

/*
 * Xorg, not merely something that speaks X11: Xwayland makes the same socket and the same lock file, so the process
 * that the lock names is asked for its name.
 */
static void read_xorg(struct probe *p, struct platform *m)
{
	const char *lock, *comm;
	int r = tree_read_str(p->root, "tmp/.X0-lock", p->a, &lock);
	uint64_t pid;
	char *digits;

	if (r == -ENOENT && tree_exists(p->root, "tmp")) {
		FIELD_SET(m, platform, xorg_running, false);
		return;
	}
	if (r < 0)
		return;
	digits = arena_str(p->a, lock);
	if (parse_u64(str_trim(digits), 10, UINT32_MAX, &pid) == 0 &&
	    tree_read_str(p->root, arena_printf(p->a, "proc/%u/comm", (unsigned)pid), p->a,
			  &comm) == 0)
		FIELD_SET(m, platform, xorg_running, str_starts(comm, "Xorg") || str_eq(comm, "X"));
}

/* /etc/gpubay/external-ports: one port a line, a PCI address or a path below /sys/devices. */
static void read_external_ports(struct probe *p, struct platform *m)
{
	const char *at, *end, *line;
	char *text;
	size_t n;
	int r = tree_read_file(p->root, "etc/gpubay/external-ports", p->a, TREE_ATTR_MAX, &text,
			       &n);

	if (r == -ENOENT) {
		FIELD_KNOW(m, platform, external_ports);
		return;
	}
	if (r < 0) {
		snapshot_gap(p->snap, PHASE, "etc/gpubay/external-ports", r);
		return;
	}
	at = text;
	end = text + n;
	while (next_line(&at, end, &line, &n)) {
		const char *hash = memchr(line, '#', n);
		char *port = str_trim(utf8_clean(p->a, line, hash ? (size_t)(hash - line) : n));

		if (*port && m->external_ports.n < PORTS_MAX)
			strs_add(p->a, &m->external_ports, port);
	}
	FIELD_KNOW(m, platform, external_ports);
}

void probe_ground(struct probe *p)
{
	struct platform *m = &p->snap->platform;
	int r = platform_absent(p, "run/udev/control", "run");

	if (r == 0 || r == -ENOENT)
		FIELD_SET(m, platform, udev, r == 0);
	read_external_ports(p, m);
	p->virtual_counts = tree_exists(p->root, "etc/gpubay/virtual-gpus");
}

void platform_around(struct probe *p, struct platform *m)
{
	read_iommu(p, m);
	read_hotplug(p, m);
	read_services(p, m);
	read_numa(p, m);
	read_xorg(p, m);
}
