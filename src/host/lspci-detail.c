/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of -v to -vvv that say more of the function above them. */
#include "host/lspci-reader.h"

static void detail_subsystem(struct lspci_fn *f, struct piece t)
{
	uint64_t vendor, device;

	piece_skip_blanks(&t);
	if (!piece_ids(&t, &vendor, &device) && !(piece_left(&t) == 9 && piece_hex(t.s, t.end, 4, &vendor) && t.s[4] == ':' &&
					       piece_hex(t.s + 5, t.end, 4, &device)))
		return;
	f->sub_vendor = (uint16_t)vendor;
	f->sub_device = (uint16_t)device;
	f->known |= LSPCI_SUBSYSTEM;
}

static void detail_modules(struct lspci_reader *r, struct lspci_fn *f, struct piece t)
{
	struct strs names = str_split(r->a, lspci_copy(r, t), ", ");
	uint32_t i;

	for (i = 0; i < names.n; i++)
		lspci_add_module(r, f, names.v[i]);
}

/* "[size=256M]" in bytes. */
static bool size_of(const struct piece *t, uint64_t *ret)
{
	static const char units[] = "KMGT";
	const char *s = piece_find(t, "[size="), *unit;
	struct piece c;

	if (!s)
		return false;
	c = (struct piece){s + 6, t->end};
	if (!piece_number(&c, 10, 1 << 20, ret) || c.s == c.end || *ret == 0)
		return false;
	unit = strchr(units, *c.s);
	*ret <<= unit && *c.s ? 10 * (unit - units + 1) : 0;
	return true;
}

enum { RES_IO = 0x100, RES_MEM = 0x200, RES_PREFETCH = 0x2000, RES_64 = 0x100000, RES_UNSET = 0x20000000 };

/* "Region 0: Memory at 6000000000 (64-bit, prefetchable) [size=16G]", "I/O ports at <unassigned>" */
static void detail_region(struct lspci_fn *f, struct piece t)
{
	struct lspci_bar bar = {0};
	uint64_t index, size = 0, at = 0;
	bool placed, sized;

	if (!piece_number(&t, 10, 5, &index) || !piece_take(&t, ": "))
		return;
	piece_take(&t, "[virtual] ");
	if (piece_take(&t, "Memory at "))
		bar.flags = RES_MEM | (piece_find(&t, "64-bit") ? RES_64 : 0) |
			    (piece_find(&t, "prefetchable") && !piece_find(&t, "non-prefetchable") ? RES_PREFETCH : 0);
	else if (piece_take(&t, "I/O ports at "))
		bar.flags = RES_IO;
	else
		return;
	placed = piece_number(&t, 16, UINT64_MAX, &at) && at != 0;
	sized = size_of(&t, &size);
	f->bars_torn |= placed && !sized;
	bar.flags |= placed ? 0 : RES_UNSET;
	bar.start = placed ? at : sized ? 0 : 1;
	bar.end = sized ? bar.start + size - 1 : 0;
	f->bars[index] = bar;
	f->known |= LSPCI_BARS;
}

/* "BAR 0: current size: 256MB, supported: 256MB 512MB 1GB": bit n is 2^n MiB, as in resource0_resize. */
static void detail_resize(struct lspci_fn *f, struct piece t)
{
	const char *list = piece_find(&t, "supported:");
	uint64_t bar, size;
	unsigned bit;

	if (!list || !piece_number(&t, 10, 5, &bar))
		return;
	f->resize[bar] = 0;
	for (t.s = list + 10; piece_skip_blanks(&t), t.s < t.end && piece_number(&t, 10, 1 << 20, &size);) {
		size <<= piece_take(&t, "GB") ? 10 : piece_take(&t, "TB") ? 20 : piece_take(&t, "MB") ? 0 : 0;
		for (bit = 0; bit < 44 && UINT64_C(1) << bit < size; bit++)
			;
		f->resize[bar] |= UINT64_C(1) << bit;
	}
}

/* "Port #0, Speed 16GT/s, Width x16, ASPM L1": as sysfs writes it, "16.0 GT/s PCIe" and "16". */
static void detail_link(struct lspci_reader *r, struct piece t, const char **ret_speed, const char **ret_width)
{
	const char *speed = piece_find(&t, "Speed "), *width = piece_find(&t, "Width x");
	uint64_t whole, tenth = 0, lanes;
	struct piece c;

	if (speed) {
		c = (struct piece){speed + 6, t.end};
		if (piece_number(&c, 10, 1000, &whole) && (!piece_take(&c, ".") || piece_number(&c, 10, 9, &tenth)) && piece_take(&c, "GT/s"))
			*ret_speed = arena_printf(r->a, "%u.%u GT/s PCIe", (unsigned)whole, (unsigned)tenth);
		else if (piece_take(&c, "unknown"))
			*ret_speed = "Unknown";
	}
	if (width) {
		c = (struct piece){width + 7, t.end};
		if (piece_number(&c, 10, 255, &lanes))
			*ret_width = arena_printf(r->a, "%u", (unsigned)lanes);
	}
}

/* "primary=00, secondary=02, subordinate=2b, sec-latency=0" */
static void detail_buses(struct lspci_fn *f, struct piece t)
{
	const char *sec = piece_find(&t, "secondary="), *sub = piece_find(&t, "subordinate=");
	uint64_t a, b;

	if (!sec || !sub || !piece_hex(sec + 10, t.end, 2, &a) || !piece_hex(sub + 12, t.end, 2, &b))
		return;
	f->secondary = (uint8_t)a;
	f->subordinate = (uint8_t)b;
	f->known |= LSPCI_BUSES;
}

/* "Initial VFs: 7, Total VFs: 7, Number of VFs: 0, Function Dependency Link: 00" */
static void detail_vfs(struct lspci_fn *f, struct piece t)
{
	const char *total = piece_find(&t, "Total VFs: "), *now = piece_find(&t, "Number of VFs: ");
	uint64_t a, b;

	if (!total || !now || !piece_number(&(struct piece){total + 11, t.end}, 10, 65535, &a) ||
	    !piece_number(&(struct piece){now + 15, t.end}, 10, 65535, &b))
		return;
	f->total_vfs = (uint32_t)a;
	f->num_vfs = (uint32_t)b;
	f->known |= LSPCI_SRIOV;
}

/* "bus master, fast devsel, latency 0, IRQ 16, NUMA node 0, IOMMU group 14" of -v */
static void detail_flags(struct lspci_reader *r, struct lspci_fn *f, struct piece t)
{
	const char *numa = piece_find(&t, "NUMA node "), *group = piece_find(&t, "IOMMU group ");

	if (numa)
		lspci_set_numa(f, (struct piece){numa + 10, t.end});
	if (group)
		lspci_set_iommu(r, f, (struct piece){group + 12, t.end});
}

/* Lines that are known by their beginning, also where a paste lost its indentation. */
bool lspci_line_detail(struct lspci_reader *r, struct piece t)
{
	struct lspci_fn *f = lspci_current(r);

	if (!f)
		return false;
	if (piece_take(&t, "Subsystem:"))
		detail_subsystem(f, t);
	else if (piece_take(&t, "Kernel driver in use:"))
		lspci_set_driver(r, f, t);
	else if (piece_take(&t, "Kernel modules:"))
		detail_modules(r, f, t);
	else if (piece_take(&t, "NUMA node: "))
		lspci_set_numa(f, t);
	else if (piece_take(&t, "IOMMU group: "))
		lspci_set_iommu(r, f, t);
	else if (piece_take(&t, "Flags: "))
		detail_flags(r, f, t);
	else if (piece_take(&t, "Region "))
		detail_region(f, t);
	else if (piece_take(&t, "LnkCap:"))
		detail_link(r, t, &f->max_speed, &f->max_width);
	else if (piece_take(&t, "LnkSta:"))
		detail_link(r, t, &f->speed, &f->width);
	else if (piece_take(&t, "Bus: primary="))
		detail_buses(f, t);
	else if (piece_take(&t, "Initial VFs:"))
		detail_vfs(f, t);
	else if (piece_take(&t, "!!! Unknown header type 7f"))
		f->known |= LSPCI_DEAD;
	else if (piece_take(&t, "Status: D0"))
		f->power = "D0";
	else if (piece_take(&t, "Status: D3"))
		f->power = "D3hot";
	else if (piece_take(&t, "Capabilities: ["))
		r->resizable = piece_find(&t, "Physical Resizable BAR") != NULL;
	else if (r->resizable && piece_take(&t, "BAR "))
		detail_resize(f, t);
	else
		return false;
	return true;
}
