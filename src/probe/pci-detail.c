/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Detail of one function: place, power, link, windows, configuration space. What would wake a sleeping device is left
 * alone, and whether it is asleep is asked first: link attributes and configuration space power it up.
 */
#include "probe/probe.h"

#include "base/parse.h"
#include "probe/config.h"

#include <errno.h>

#define PHASE "pci"

static void gap(struct probe *p, uint32_t pci, const char *name, int code)
{
	if (code != -ENOENT)
		snapshot_gap(p->snap, PHASE, probe_pci_path(p, pci, name), code);
}

static bool attr_str(struct probe *p, uint32_t pci, const char *name, const char **ret)
{
	int r = tree_read_str(&p->pci_dir, pci_attr(p, pci, name), p->a, ret);

	if (r < 0)
		gap(p, pci, name, r);
	return r == 0;
}

static bool attr_u64(struct probe *p, uint32_t pci, const char *name, unsigned base, uint64_t *ret)
{
	int r = tree_read_u64(&p->pci_dir, pci_attr(p, pci, name), base, ret);

	if (r < 0)
		gap(p, pci, name, r);
	return r == 0;
}

static void read_power(struct probe *p, uint32_t i, struct pci_device *d)
{
	struct pci_power *w = &d->power;
	const char *s;
	uint64_t v;

	if (attr_str(p, i, "power/runtime_status", &s))
		FIELD_SET(w, pci_power, runtime_status, s);
	if (attr_str(p, i, "power_state", &s))
		FIELD_SET(w, pci_power, state, s);
	if (FIELD_KNOWN(w, pci_power, runtime_status) || FIELD_KNOWN(w, pci_power, state))
		FIELD_SET(w, pci_power, asleep,
			  str_eq(w->runtime_status, "suspended") || str_eq(w->state, "D3cold") || str_eq(w->state, "D3hot"));
	if (p->request->phases & PROBE_PCI_FULL) {
		if (attr_str(p, i, "power/control", &s))
			FIELD_SET(w, pci_power, control, s);
		if (attr_u64(p, i, "d3cold_allowed", 10, &v))
			FIELD_SET(w, pci_power, d3cold_allowed, v != 0);
	}
	FIELD_KNOW(d, pci_device, power);
}

/* "16.0 GT/s PCIe" (also "Unknown speed" and "5 GT/s") to MT/s; 0 when it says no speed. */
static uint32_t speed_mts(const char *text)
{
	size_t n = strcspn(text, " ."), m;
	uint64_t whole, tenth = 0;

	if (parse_u64n(text, n, 10, 1000, &whole) < 0)
		return 0;
	if (text[n] == '.') {
		m = strcspn(text + n + 1, " ");
		if (m != 1 || parse_u64n(text + n + 1, 1, 10, 9, &tenth) < 0)
			return 0;
	}
	return (uint32_t)(whole * 1000 + tenth * 100);
}

static void read_link(struct probe *p, uint32_t i, struct pci_device *d, bool awake)
{
	struct pci_link *l = &d->link;
	const char *s;
	uint64_t v;
	int r;

	if (awake) {
		r = tree_read_str(&p->pci_dir, pci_attr(p, i, "current_link_speed"), p->a, &s);
		if (r == 0 && speed_mts(s))
			FIELD_SET(l, pci_link, speed_mts, speed_mts(s));
		else
			gap(p, i, "current_link_speed", r);
		if (r == 0 || (r != -ENOENT && r != -ENODATA))
			FIELD_SET(l, pci_link, readable, r == 0 && speed_mts(s) != 0);
		if (attr_u64(p, i, "current_link_width", 10, &v) && v <= 255)
			FIELD_SET(l, pci_link, width, (uint32_t)v);
		/* Up to kernel 6.12 this is read from the device as well. */
		if (attr_str(p, i, "max_link_speed", &s) && speed_mts(s))
			FIELD_SET(l, pci_link, max_speed_mts, speed_mts(s));
	}
	if (attr_u64(p, i, "max_link_width", 10, &v) && v <= 255)
		FIELD_SET(l, pci_link, max_width, (uint32_t)v);
	if (l->known)
		FIELD_KNOW(d, pci_device, link);
}

enum { RES_IO = 0x100, RES_MEM = 0x200, RES_PREFETCH = 0x2000, RES_64 = 0x100000, RES_UNSET = 0x20000000 };

/* One line of `resource` is "start end flags"; the first six are BARs, the seventh the ROM. */
static void add_bar(struct probe *p, struct pci_device *d, unsigned index, uint64_t start, uint64_t end, uint64_t flags)
{
	struct pci_bar *b = LIST_PUSH(p->a, &d->bars);

	FIELD_SET(b, pci_bar, index, index);
	FIELD_SET(b, pci_bar, flags, flags);
	FIELD_SET(b, pci_bar, prefetchable, (flags & RES_PREFETCH) != 0);
	FIELD_SET(b, pci_bar, wide, (flags & RES_64) != 0);
	FIELD_SET(b, pci_bar, io, (flags & RES_IO) != 0);
	FIELD_SET(b, pci_bar, assigned, flags != 0 && !(flags & RES_UNSET) && start != 0);
	if (flags && end > start) {
		FIELD_SET(b, pci_bar, start, start);
		FIELD_SET(b, pci_bar, size, end - start + 1);
	}
}

/*
 * An all-zero row is an unused BAR, or one the kernel gave up on; the register tells them apart as far as it can:
 * a prefetchable or 64-bit BAR keeps its type bits without an address.
 */
static void read_bars(struct probe *p, uint32_t i, struct pci_device *d, const uint32_t low[static 6])
{
	char *text;
	size_t n, len;
	const char *at, *line;
	unsigned index;
	int r = tree_read_file(&p->pci_dir, pci_attr(p, i, "resource"), p->a, TREE_ATTR_MAX, &text, &n);

	if (r < 0) {
		gap(p, i, "resource", r);
		return;
	}
	FIELD_KNOW(d, pci_device, bars);
	for (at = text, index = 0; index < 7 && next_line(&at, text + n, &line, &len); index++) {
		uint64_t v[3];
		unsigned k;

		for (k = 0; k < 3; k++) {
			size_t word = strcspn(line, " \n");

			if (parse_u64n(line, word, 16, UINT64_MAX, &v[k]) < 0)
				break;
			line += word + (line[word] == ' ');
		}
		if (k < 3) {
			gap(p, i, "resource", -EINVAL);
			return;
		}
		if (v[2] & (RES_IO | RES_MEM) || (index < 6 && v[2]))
			add_bar(p, d, index, v[0], v[1], v[2]);
		else if (index < 6 && low[index] & 0xc && !(low[index] & 1) &&
			 !(index && low[index - 1] & 4 && !(low[index - 1] & 1)))
			add_bar(p, d, index, 0, 0, RES_MEM | RES_UNSET | (low[index] & 8 ? RES_PREFETCH : 0) |
							   (low[index] & 4 ? RES_64 : 0));
	}
}

static void read_resizable(struct probe *p, uint32_t i, struct pci_device *d)
{
	uint32_t b;
	uint64_t v;

	for (b = 0; b < d->bars.n; b++) {
		struct pci_bar *bar = &d->bars.v[b];
		int r;

		if (bar->io || bar->index > 5)
			continue;
		r = tree_read_u64(&p->pci_dir, pci_attr(p, i, arena_printf(p->a, "resource%u_resize", bar->index)), 16, &v);
		if (r == 0 || r == -ENOENT)
			FIELD_SET(bar, pci_bar, sizes, r == 0 ? v : 0);
		else
			gap(p, i, "resource_resize", r);
	}
}

static void read_config(struct probe *p, uint32_t i, struct pci_device *d, uint32_t low[static 6])
{
	struct config_space c;

	config_init(&c, &p->pci_dir, pci_attr(p, i, "config"));
	config_decode(&c, &d->config, low);
	if (c.error)
		gap(p, i, "config", c.error);
	if (d->config.known)
		FIELD_KNOW(d, pci_device, config);
}

static void read_placing(struct probe *p, uint32_t i, struct pci_device *d)
{
	const char *s;
	int64_t v;
	uint64_t u;
	int r;

	r = tree_read_i64(&p->pci_dir, pci_attr(p, i, "numa_node"), &v);
	if (r == 0 && v >= -1 && v < 65536)
		FIELD_SET(d, pci_device, numa_node, (int32_t)v);
	else
		gap(p, i, "numa_node", r < 0 ? r : -ERANGE);
	r = tree_link_base(&p->pci_dir, pci_attr(p, i, "iommu_group"), p->a, &s);
	if (r == 0 && parse_u64(s, 10, INT32_MAX, &u) == 0)
		FIELD_SET(d, pci_device, iommu_group, (int32_t)u);
	else if (r == -ENOENT)
		FIELD_SET(d, pci_device, iommu_group, -1);
	else
		gap(p, i, "iommu_group", r < 0 ? r : -EINVAL);
	if (tree_read_str(&p->pci_dir, pci_attr(p, i, "removable"), p->a, &s) == 0)
		FIELD_SET(d, pci_device, removable, enum_value(&pci_removable_tab, s));
	if (!FIELD_KNOWN(d, pci_device, driver)) {
		r = tree_link_base(&p->pci_dir, pci_attr(p, i, "driver"), p->a, &s);
		if (r == 0 || r == -ENOENT)
			FIELD_SET(d, pci_device, driver, r == 0 ? s : "");
	}
	r = tree_readlink(&p->pci_dir, pci_attr(p, i, "physfn"), p->a, &s);
	if (r == 0 && pci_addr_parse(str_base(s), &u) == 0)
		FIELD_SET(d, pci_device, physfn, snapshot_pci_find(p->snap, u));
	else if (r == -ENOENT)
		FIELD_SET(d, pci_device, physfn, NONE);
}

static void read_full(struct probe *p, uint32_t i, struct pci_device *d)
{
	const char *s;
	uint64_t v;

	if (attr_u64(p, i, "revision", 16, &v) && v <= 0xff)
		FIELD_SET(d, pci_device, revision, (uint8_t)v);
	if (tree_read_u64(&p->pci_dir, pci_attr(p, i, "sriov_totalvfs"), 10, &v) == 0 && v <= 65535) {
		FIELD_SET(&d->sriov, pci_sriov, totalvfs, (uint32_t)v);
		if (attr_u64(p, i, "sriov_numvfs", 10, &v) && v <= 65535)
			FIELD_SET(&d->sriov, pci_sriov, numvfs, (uint32_t)v);
		if (attr_u64(p, i, "sriov_drivers_autoprobe", 10, &v))
			FIELD_SET(&d->sriov, pci_sriov, autoprobe, v != 0);
		FIELD_KNOW(d, pci_device, sriov);
	}
	if (attr_str(p, i, "driver_override", &s))
		FIELD_SET(d, pci_device, driver_override, str_eq(s, "(null)") ? "" : s);
	if (attr_u64(p, i, "enable", 10, &v))
		FIELD_SET(d, pci_device, enabled, v != 0);
	if (tree_read_str(&p->pci_dir, pci_attr(p, i, "reset_method"), p->a, &s) == 0)
		FIELD_SET(d, pci_device, reset_methods, str_split(p->a, s, " "));
	read_resizable(p, i, d);
}

/* Captured in the open: link unreadable while awake with a maximum of 255 lanes, or a configuration of all ones. */
static void judge_dead(struct pci_device *d)
{
	bool no_link = FIELD_KNOWN(&d->link, pci_link, readable) && !d->link.readable &&
		       FIELD_KNOWN(&d->link, pci_link, max_width) && d->link.max_width == 255;
	bool ones = FIELD_KNOWN(&d->config, pci_config, all_ones) && d->config.all_ones;

	if (no_link || ones)
		FIELD_SET(d, pci_device, dead, true);
	else if (FIELD_KNOWN(&d->link, pci_link, readable) || FIELD_KNOWN(&d->config, pci_config, all_ones))
		FIELD_SET(d, pci_device, dead, false);
}

void pci_detail(struct probe *p, uint32_t i)
{
	struct pci_device *d = &p->snap->pci.v[i];
	char address[PCI_ADDR_TEXT];
	uint32_t low[6] = {0};
	uint64_t v;
	bool awake;

	if (p->pci_done[i])
		return;
	p->pci_done[i] = 1;
	read_placing(p, i, d);
	read_power(p, i, d);
	awake = p->tree->wake || !d->power.asleep;
	read_link(p, i, d, awake);
	if (awake)
		read_config(p, i, d, low);
	read_bars(p, i, d, low);
	if (d->class >> 8 == PCI_CLASS_VGA && tree_read_u64(&p->pci_dir, pci_attr(p, i, "boot_vga"), 10, &v) == 0)
		FIELD_SET(d, pci_device, boot_vga, v != 0);
	/* Some of it is shown under the device's lock, which the driver of one that is taken out may hold for good. */
	if (p->request->phases & PROBE_PCI_FULL && !d->bridge && !strs_has(&p->going, pci_addr_text(d->address, address)))
		read_full(p, i, d);
	judge_dead(d);
}

void pci_detail_up(struct probe *p, uint32_t i)
{
	uint32_t steps;

	for (steps = 0; i != NONE && steps <= p->snap->pci.n; steps++) {
		pci_detail(p, i);
		i = FIELD_KNOWN(&p->snap->pci.v[i], pci_device, parent) ? p->snap->pci.v[i].parent : NONE;
	}
}
