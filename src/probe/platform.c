/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine around the GPUs. A tree may have only a part of it: a file that is missing says something only when the
 * folder it would be in is there, or else it stays unknown.
 */
#include "probe/platform.h"

#include "base/parse.h"
#include "facts/machine.h"
#include "format/cmdline.h"

#include <errno.h>

#define PHASE "platform"
#define DMI "sys/class/dmi/id"
enum { CMDLINE_PARAMS_MAX = 512, CPUINFO_PIECE = 4096, GROUPS_LOOKED_AT = 64, PORTS_MAX = 64 };

#define SET_STR(field, path) \
	do { \
		if (probe_str(p, PHASE, p->root, path, &s)) \
			FIELD_SET(m, platform, field, s); \
	} while (0)

int platform_absent(struct probe *p, const char *path, const char *above)
{
	struct tree_stat st;
	int r = tree_stat(p->root, path, &st);

	if (r != -ENOENT)
		return r;
	return tree_stat(p->root, above, &st) == 0 ? -ENOENT : -ENODATA;
}

static uint32_t version_number(const char *release)
{
	uint32_t v[3] = {0};
	unsigned i;

	for (i = 0; i < 3; i++) {
		size_t n = strspn(release, "0123456789");
		uint64_t number;

		if (n == 0 || parse_u64n(release, n, 10, 0xffff, &number) < 0)
			break;
		v[i] = (uint32_t)MIN(number, 255u);
		release += n;
		if (*release != '.')
			break;
		release++;
	}
	return v[0] << 16 | v[1] << 8 | v[2];
}

/* "Linux version 6.12.9-amd64 (builder@host) …" */
static const char *release_of_version(struct probe *p, const char *version)
{
	static const char lead[] = "Linux version ";

	if (!str_starts(version, lead))
		return NULL;
	version += sizeof(lead) - 1;
	return arena_strn(p->a, version, strcspn(version, " "));
}

static void read_kernel(struct probe *p, struct platform *m)
{
	const char *s = NULL, *version;

	if (!probe_str(p, PHASE, p->root, "proc/sys/kernel/osrelease", &s) &&
	    tree_read_str(p->root, "proc/version", p->a, &version) == 0)
		s = release_of_version(p, version);
	if (s && *s) {
		FIELD_SET(m, platform, kernel, s);
		FIELD_SET(m, platform, kernel_version, version_number(s));
	}
	if (tree_read_str(p->root, "proc/sys/kernel/arch", p->a, &s) == 0)
		FIELD_SET(m, platform, architecture, s);
	SET_STR(lockdown, "sys/kernel/security/lockdown");
	if (FIELD_KNOWN(m, platform, lockdown))
		m->lockdown = platform_chosen(p, m->lockdown);
}

const char *platform_chosen(struct probe *p, const char *s)
{
	const char *open = strchr(s, '['), *close = open ? strchr(open, ']') : NULL;

	return close ? arena_strn(p->a, open + 1, (size_t)(close - open - 1)) : s;
}

/* A value of os-release: with or without quotes. */
static const char *os_value(struct probe *p, const char *text, size_t n, const char *key)
{
	char *s = keyval_get(p->a, text, n, key);
	size_t len = s ? strlen(s) : 0;

	if (len >= 2 && (*s == '"' || *s == '\'') && s[len - 1] == *s) {
		s[len - 1] = '\0';
		s++;
	}
	return s;
}

static void read_os(struct probe *p, struct platform *m)
{
	const char *s;
	char *text;
	size_t n;

	if (tree_read_file(p->root, "etc/os-release", p->a, TREE_ATTR_MAX, &text, &n) < 0 &&
	    tree_read_file(p->root, "usr/lib/os-release", p->a, TREE_ATTR_MAX, &text, &n) < 0)
		return;
	if ((s = os_value(p, text, n, "PRETTY_NAME")))
		FIELD_SET(m, platform, os, s);
	if ((s = os_value(p, text, n, "ID")))
		FIELD_SET(m, platform, os_id, s);
	s = os_value(p, text, n, "VERSION_ID");
	FIELD_SET(m, platform, os_version, s ? s : "");
}

static void read_dmi(struct probe *p, struct platform *m)
{
	const char *s;
	uint64_t v;

	SET_STR(vendor, DMI "/sys_vendor");
	SET_STR(product, DMI "/product_name");
	SET_STR(bios, DMI "/bios_version");
	if (tree_read_u64(p->root, DMI "/chassis_type", 10, &v) == 0 && v < 256)
		FIELD_SET(m, platform, chassis, (uint32_t)v);
}

/* One value of /proc/cpuinfo, "key<blanks>: value"; NULL when it has none. */
static const char *cpuinfo_get(struct probe *p, const char *text, const char *key)
{
	const char *end = text + strlen(text), *line;
	size_t n, n_key = strlen(key);

	while (next_line(&text, end, &line, &n)) {
		const char *colon = memchr(line, ':', n);

		if (!colon || n <= n_key || memcmp(line, key, n_key) != 0 ||
		    n_key + strspn(line + n_key, " \t") != (size_t)(colon - line))
			continue;
		colon += 1 + (colon + 1 < line + n && colon[1] == ' ');
		return utf8_clean(p->a, colon, (size_t)(line + n - colon));
	}
	return NULL;
}

static bool words_have(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (; words && *words; words += strcspn(words, " "), words += strspn(words, " "))
		if (strncmp(words, word, n) == 0 && (words[n] == ' ' || !words[n]))
			return true;
	return false;
}

/* Whether the CPU says that it runs under a hypervisor. */
enum hypervisor_flag { HYPERVISOR_UNKNOWN, HYPERVISOR_NO, HYPERVISOR_YES };

static enum hypervisor_flag read_cpu(struct probe *p, struct platform *m)
{
	char piece[CPUINFO_PIECE + 1];
	long n = tree_pread(p->root, "proc/cpuinfo", 0, piece, CPUINFO_PIECE);
	const struct facts_cpu *row;
	const char *s, *flags;

	if (n <= 0) {
		snapshot_gap(p->snap, PHASE, "proc/cpuinfo", n < 0 ? (int)n : -ENODATA);
		return HYPERVISOR_UNKNOWN;
	}
	piece[n] = '\0';
	for (row = facts_cpus; row->key; row++)
		if ((s = cpuinfo_get(p, piece, row->key)) && str_starts(s, row->value))
			break;
	FIELD_SET(m, platform, cpu_vendor, row->key ? row->vendor : CPU_VENDOR_OTHER);
	if (row->page_size)
		FIELD_SET(m, platform, page_size, row->page_size);
	s = cpuinfo_get(p, piece, "model name");
	if (!s && row->architecture && strcmp(row->key, "cpu") == 0)
		s = cpuinfo_get(p, piece, "cpu");
	if (s)
		FIELD_SET(m, platform, cpu, s);
	flags = cpuinfo_get(p, piece, "flags");
	if (!FIELD_KNOWN(m, platform, architecture) && (row->architecture || words_have(flags, "lm")))
		FIELD_SET(m, platform, architecture, row->architecture ? row->architecture : "x86_64");
	return !flags ? HYPERVISOR_UNKNOWN : words_have(flags, "hypervisor") ? HYPERVISOR_YES : HYPERVISOR_NO;
}

static const char *container_type(struct probe *p)
{
	const struct facts_container *row;
	const char *s;

	if (tree_read_str(p->root, "run/systemd/container", p->a, &s) == 0 && *s)
		return s;
	for (row = facts_containers; row->file; row++)
		if (tree_exists(p->root, row->file))
			return row->type;
	return NULL;
}

static const struct facts_virt *dmi_virt(struct probe *p)
{
	const struct facts_virt *row;
	const char *s;

	for (row = facts_virts; row->file; row++)
		if (tree_read_str(p->root, arena_printf(p->a, DMI "/%s", row->file), p->a, &s) == 0 &&
		    str_starts(s, row->text))
			return row;
	return NULL;
}

static void read_virt(struct probe *p, struct platform *m, enum hypervisor_flag flag)
{
	const char *container = container_type(p), *xen = NULL, *control;
	const struct facts_virt *dmi = dmi_virt(p);
	bool dom0 = tree_read_str(p->root, "proc/xen/capabilities", p->a, &control) == 0 &&
		    strstr(control, "control_d");

	(void)tree_read_str(p->root, "sys/hypervisor/type", p->a, &xen);
	if (container) {
		FIELD_SET(m, platform, virt, VIRT_KIND_CONTAINER);
		FIELD_SET(m, platform, virt_type, container);
	} else if (!dom0 && (flag == HYPERVISOR_YES || (xen && *xen) || (dmi && dmi->certain))) {
		FIELD_SET(m, platform, virt, VIRT_KIND_VM);
		FIELD_SET(m, platform, virt_type, dmi ? dmi->type : xen && *xen ? xen : "");
	} else if (dom0 || flag == HYPERVISOR_NO) {
		FIELD_SET(m, platform, virt, VIRT_KIND_NONE);
		FIELD_SET(m, platform, virt_type, "");
	}
}

/* UEFI variables: four bytes of attributes, then the value. */
static void read_secure_boot(struct probe *p, struct platform *m)
{
	static const char path[] = "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
	struct strs names;
	unsigned char v[8];
	long n = tree_read(p->root, path, v, sizeof(v));

	if (n == 5) {
		FIELD_SET(m, platform, secure_boot, v[4] ? SECURE_BOOT_ON : SECURE_BOOT_OFF);
		return;
	}
	if (n != -ENOENT || m->virt == VIRT_KIND_CONTAINER) {
		if (n != -ENOENT)
			snapshot_gap(p->snap, PHASE, path, n < 0 ? (int)n : -EINVAL);
		return;
	}
	if (tree_list(p->root, "sys/firmware/efi/efivars", p->a, &names) == 0 && names.n)
		FIELD_SET(m, platform, secure_boot, SECURE_BOOT_OFF);
	else if (tree_list(p->root, "sys/firmware", p->a, &names) == 0 && names.n && !strs_has(&names, "efi"))
		FIELD_SET(m, platform, secure_boot, SECURE_BOOT_UNSUPPORTED);
}

static void read_sig_enforce(struct probe *p, struct platform *m)
{
	const char *s;
	int r = tree_read_str(p->root, "sys/module/module/parameters/sig_enforce", p->a, &s);

	if (r == 0)
		FIELD_SET(m, platform, module_sig_enforce, *s == 'Y' || *s == '1');
	else if (r == -ENOENT && tree_exists(p->root, "sys/module/module"))
		FIELD_SET(m, platform, module_sig_enforce, false);
	else
		snapshot_gap(p->snap, PHASE, "sys/module/module/parameters/sig_enforce", r);
}

static void read_cmdline(struct probe *p, struct platform *m)
{
	const char *s, *name, *value;

	SET_STR(cmdline, "proc/cmdline");
	if (!FIELD_KNOWN(m, platform, cmdline))
		return;
	for (s = m->cmdline; m->params.n < CMDLINE_PARAMS_MAX && cmdline_next(p->a, &s, &name, &value);) {
		struct cmdline_param *param = LIST_PUSH(p->a, &m->params);

		FIELD_SET(param, cmdline_param, name, name);
		FIELD_SET(param, cmdline_param, value, value);
	}
	FIELD_KNOW(m, platform, params);
}

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
		const char *path = arena_printf(p->a, "sys/kernel/iommu_groups/%s/type", groups->v[i]);

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
	return (s && str_eq(s, "1")) || cmdline_list_has(p->a, snapshot_cmdline(p->snap, "iommu"), "pt", NULL)
		       ? "passthrough"
		       : "translated";
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

/* One option of the kernel's configuration: 1 on, 0 off, -1 unknown. */
static int kconfig(struct probe *p, const char *option)
{
	const char *s;
	int r = tree_answer(p->tree, p->a, "kconfig", option, &s);

	if (r < 0 && r != -ENODATA && r != -ENOENT)
		snapshot_gap(p->snap, PHASE, "kernel configuration", r);
	return r < 0 ? -1 : str_eq(s, "y") || str_eq(s, "m");
}

static void read_kconfig(struct probe *p, struct platform *m)
{
	static const struct {
		const char *option;
		uint32_t size;
	} pages[] = {{"PAGE_SIZE_4KB", 4096},       {"ARM64_4K_PAGES", 4096},    {"ARM64_16K_PAGES", 16384},
		     {"ARM64_64K_PAGES", 65536},    {"PPC_64K_PAGES", 65536},    {"PAGE_SIZE_16KB", 16384},
		     {"PAGE_SIZE_64KB", 65536}};
	int xz = kconfig(p, "FW_LOADER_COMPRESS_XZ"), zstd = kconfig(p, "FW_LOADER_COMPRESS_ZSTD"), v;
	unsigned i;

	if (xz >= 0 && zstd >= 0)
		FIELD_SET(m, platform, firmware_compress,
			  xz && zstd ? "xz and zstd" : xz ? "xz" : zstd ? "zstd" : "none");
	if ((v = kconfig(p, "PCI_P2PDMA")) >= 0)
		FIELD_SET(m, platform, p2pdma, v);
	if ((v = kconfig(p, "HOTPLUG_PCI_PCIE")) >= 0)
		FIELD_SET(m, platform, hotplug_pci, v);
	for (i = 0; i < ARRAY_LEN(pages) && !FIELD_KNOWN(m, platform, page_size); i++)
		if (kconfig(p, pages[i].option) > 0)
			FIELD_SET(m, platform, page_size, pages[i].size);
}

static void read_services(struct probe *p, struct platform *m)
{
	static const char bolt[] = "usr/share/dbus-1/system-services/org.freedesktop.bolt.service";
	const char *s;
	int r;

	SET_STR(aspm_policy, "sys/module/pcie_aspm/parameters/policy");
	if (FIELD_KNOWN(m, platform, aspm_policy))
		m->aspm_policy = platform_chosen(p, m->aspm_policy);
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
	    tree_read_str(p->root, arena_printf(p->a, "proc/%u/comm", (unsigned)pid), p->a, &comm) == 0)
		FIELD_SET(m, platform, xorg_running, str_starts(comm, "Xorg") || str_eq(comm, "X"));
}

/* /etc/gpubay/external-ports: one port a line, a PCI address or a path below /sys/devices. */
static void read_external_ports(struct probe *p, struct platform *m)
{
	const char *at, *end, *line;
	char *text;
	size_t n;
	int r = tree_read_file(p->root, "etc/gpubay/external-ports", p->a, TREE_ATTR_MAX, &text, &n);

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
}

void probe_platform(struct probe *p)
{
	struct platform *m = &p->snap->platform;
	enum hypervisor_flag flag;

	read_kernel(p, m);
	read_os(p, m);
	read_dmi(p, m);
	flag = read_cpu(p, m);
	read_virt(p, m, flag);
	read_secure_boot(p, m);
	read_sig_enforce(p, m);
	read_cmdline(p, m);
	read_iommu(p, m);
	read_hotplug(p, m);
	read_kconfig(p, m);
	read_services(p, m);
	read_numa(p, m);
	read_xorg(p, m);
	platform_user(p, m);
}
