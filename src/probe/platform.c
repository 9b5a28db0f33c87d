/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine around the GPUs. A tree may have only a part of it: a file that is missing says something only when the
 * folder it would be in is there, or else it stays unknown.
 *
 * Here: the system and its processor, and whether they are real. platform-kernel.c and platform-around.c have the rest.
 */
#include "probe/platform.h"

#include "base/parse.h"
#include "facts/machine.h"

#include <errno.h>

#define PHASE "platform"
#define DMI "sys/class/dmi/id"
enum { CPUINFO_PIECE = 4096 };

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
	if (!FIELD_KNOWN(m, platform, architecture) &&
	    (row->architecture || words_have(flags, "lm")))
		FIELD_SET(m, platform, architecture,
			  row->architecture ? row->architecture : "x86_64");
	return !flags			       ? HYPERVISOR_UNKNOWN :
	       words_have(flags, "hypervisor") ? HYPERVISOR_YES :
						 HYPERVISOR_NO;
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
		if (tree_read_str(p->root, arena_printf(p->a, DMI "/%s", row->file), p->a, &s) ==
			    0 &&
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

void probe_platform(struct probe *p)
{
	struct platform *m = &p->snap->platform;
	enum hypervisor_flag flag;

	read_kernel(p, m);
	read_os(p, m);
	read_dmi(p, m);
	flag = read_cpu(p, m);
	read_virt(p, m, flag);
	platform_kernel(p, m);
	platform_around(p, m);
	platform_user(p, m);
}
