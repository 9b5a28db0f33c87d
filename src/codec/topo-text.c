/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three parts: how near the devices are to each other, what the lowest link on each way carries, and what stands in the
 * way. The legend explains only what is on the screen.
 */
#include "codec/topo-text.h"

#include "base/parse.h"
#include "facts/rdma.h"

enum { CELL_MAX = 16, LIST_MAX = 12, FEW_PATHS = 6 };

/* Marks behind a class. */
#define MARK_ACS "!"
#define MARK_TUNNEL "~"

static const struct {
	enum path_class class;
	const char *text;
} legend[] = {
	{PATH_CLASS_NVLINK, "joined by NVLink"},
	{PATH_CLASS_XGMI, "joined by XGMI (Infinity Fabric)"},
	{PATH_CLASS_PIX, "at most one PCIe switch between them"},
	{PATH_CLASS_PXB, "several PCIe switches, below one root port"},
	{PATH_CLASS_PHB, "through the processor's PCIe host bridge"},
	{PATH_CLASS_NODE, "between host bridges of one NUMA node"},
	{PATH_CLASS_SYS, "between NUMA nodes (processor sockets)"},
	{PATH_CLASS_UNKNOWN, "not known"},
};

static const char *class_text(enum path_class c)
{
	return c == PATH_CLASS_UNKNOWN ? "?" : enum_name(&path_class_tab, c);
}

static bool acs_matters(const struct path *p)
{
	return topo_is_near(p->class) && FIELD_KNOWN(p, path, acs_redirect) && p->acs_redirect;
}

static void class_cell(const struct path *p, char cell[static CELL_MAX])
{
	char links[12] = "";

	if (!p) {
		snprintf(cell, CELL_MAX, "X");
		return;
	}
	if (FIELD_KNOWN(p, path, links))
		snprintf(links, sizeof(links), "%u", MIN(p->links, 999u));
	snprintf(cell, CELL_MAX, "%s%s%s%s", class_text(p->class), links, acs_matters(p) ? MARK_ACS : "",
		 p->tunnel ? MARK_TUNNEL : "");
}

/* Gb/s in three digits: 0.2, 3.9, 31, 252. */
static void rate_text(uint32_t mbps, char *text, size_t size)
{
	if (mbps < 9950)
		snprintf(text, size, "%.1f", mbps / 1000.0);
	else
		snprintf(text, size, "%u", (mbps + 500) / 1000);
}

static void rate_cell(const struct path *p, char cell[static CELL_MAX])
{
	char now[8] = "?", possible[8] = "?";

	if (!p) {
		snprintf(cell, CELL_MAX, "X");
		return;
	}
	if (FIELD_KNOWN(p, path, rate_mbps))
		rate_text(p->rate_mbps, now, sizeof(now));
	if (FIELD_KNOWN(p, path, possible_mbps))
		rate_text(p->possible_mbps, possible, sizeof(possible));
	else
		snprintf(possible, sizeof(possible), "%s", now);
	if (str_eq(now, possible))
		snprintf(cell, CELL_MAX, "%s", now);
	else
		snprintf(cell, CELL_MAX, "%s/%s", now, possible);
}

typedef void cell_fn(const struct path *p, char cell[static CELL_MAX]);

static unsigned column_width(const struct topo *t, uint32_t col, cell_fn *fill)
{
	size_t w = strlen(t->v[col].label);
	char cell[CELL_MAX];
	uint32_t i;

	for (i = 0; i < t->n; i++) {
		fill(topo_path(t, i, col), cell);
		w = MAX(w, strlen(cell));
	}
	return (unsigned)w + 2;
}

static void matrix_block(const struct topo *t, uint32_t from, uint32_t to, unsigned first, cell_fn *fill, struct buf *out)
{
	char cell[CELL_MAX];
	uint32_t i, j;

	buf_addf(out, "%-*s", (int)first, "");
	for (j = from; j < to; j++)
		buf_addf(out, "%*s", (int)column_width(t, j, fill), t->v[j].label);
	buf_addc(out, '\n');
	for (i = 0; i < t->n; i++) {
		buf_addf(out, "%-*s", (int)first, t->v[i].label);
		for (j = from; j < to; j++) {
			fill(topo_path(t, i, j), cell);
			buf_addf(out, "%*s", (int)column_width(t, j, fill), cell);
		}
		buf_addc(out, '\n');
	}
}

/* As many columns at a time as fit. A matrix that fits as GPUs | NICs is cut there, where people would cut it. */
static void matrix(const struct topo *t, unsigned width, cell_fn *fill, struct buf *out)
{
	unsigned first = 0, used;
	uint32_t i, from, to;

	for (i = 0; i < t->n; i++)
		first = MAX(first, (unsigned)strlen(t->v[i].label));
	for (from = 0; from < t->n; from = to) {
		used = first;
		for (to = from; to < t->n; to++) {
			used += column_width(t, to, fill);
			if (used > width && to > from)
				break;
		}
		if (to < t->n && from < t->n_gpus && to > t->n_gpus)
			to = t->n_gpus;
		if (from)
			buf_addc(out, '\n');
		matrix_block(t, from, to, first, fill, out);
	}
}

static void print_legend(const struct topo *t, struct buf *out)
{
	bool acs = false, tunnel = false;
	uint32_t i;
	unsigned k;

	if (t->paths.n == 0)
		return;
	buf_addc(out, '\n');
	for (k = 0; k < ARRAY_LEN(legend); k++)
		for (i = 0; i < t->paths.n; i++)
			if (t->paths.v[i].class == legend[k].class) {
				buf_addf(out, "  %-5s %s\n", class_text(legend[k].class), legend[k].text);
				break;
			}
	for (i = 0; i < t->paths.n; i++) {
		acs |= acs_matters(&t->paths.v[i]);
		tunnel |= t->paths.v[i].tunnel;
	}
	if (acs)
		buf_addf(out, "  %-5s ACS sends this traffic up to the processor and back\n", MARK_ACS);
	if (tunnel)
		buf_addf(out, "  %-5s through a Thunderbolt or USB4 tunnel\n", MARK_TUNNEL);
}

/* Cut or filled to a number of columns; 0 leaves it as it is. */
static void cell_text(struct buf *out, const char *s, size_t width, bool fill)
{
	size_t n = utf8_length(s);

	if (width && n > width)
		buf_addf(out, "%.*s…", (int)utf8_prefix(s, width - 1), s);
	else
		buf_addf(out, "%s%*s", s, fill && n < width ? (int)(width - n) : 0, "");
}

/* Columns of the table below: as wide as their widest, CPUs within reason. */
struct widths {
	size_t label, address, cpus;
};

static struct widths measure(const struct snapshot *s, const struct topo_device_list *l)
{
	struct widths w = {6, 12, 4};
	char addr[PCI_ADDR_TEXT];
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		w.label = MAX(w.label, strlen(l->v[i].label));
		w.address = MAX(w.address, strlen(pci_addr_text(s->pci.v[l->v[i].pci].address, addr)));
		w.cpus = MAX(w.cpus, l->v[i].cpus ? strlen(l->v[i].cpus) : 0);
	}
	w.cpus = MIN(w.cpus, 24);
	return w;
}

static void print_devices(const struct snapshot *s, const struct topo *t, unsigned width, struct buf *out)
{
	struct arena *a = arena_new();
	struct topo_device_list list;
	char addr[PCI_ADDR_TEXT], node[12];
	struct widths w;
	size_t used;
	uint32_t i;

	topo_devices(s, t, a, &list);
	w = measure(s, &list);
	used = w.label + w.address + w.cpus + 12;
	buf_addf(out, "%-*s  %-*s  %4s  %-*s  name\n", (int)w.label, "", (int)w.address, "address", "NUMA", (int)w.cpus, "CPUs");
	for (i = 0; i < list.n; i++) {
		const struct topo_device *d = &list.v[i];

		snprintf(node, sizeof(node), "%d", d->numa_node);
		buf_addf(out, "%-*s  %-*s  %4s  ", (int)w.label, d->label, (int)w.address,
			 pci_addr_text(s->pci.v[d->pci].address, addr), FIELD_KNOWN(d, topo_device, numa_node) ? node : "?");
		cell_text(out, d->cpus ? d->cpus : "?", w.cpus, true);
		buf_adds(out, "  ");
		cell_text(out, d->name ? d->name : "", width > used + 8 ? width - used : 0, false);
		buf_addc(out, '\n');
	}
	arena_free(a);
}

/* "GPU0-NIC1 GPU0-NIC2", broken at the width, cut after a dozen. */
struct pairs {
	struct buf *out;
	unsigned width, at, indent;
	uint32_t n;
};

static void pairs_add(struct pairs *l, const struct path *p)
{
	char text[64];
	int n = snprintf(text, sizeof(text), " %s-%s", p->from, p->to);

	if (l->n++ >= LIST_MAX)
		return;
	if (l->at + (unsigned)n > l->width) {
		buf_addf(l->out, "\n%*s", (int)l->indent, "");
		l->at = l->indent;
	}
	buf_adds(l->out, text);
	l->at += (unsigned)n;
}

static void pairs_end(struct pairs *l)
{
	if (l->n > LIST_MAX)
		buf_addf(l->out, " and %u more", l->n - LIST_MAX);
	buf_addc(l->out, '\n');
}

static uint32_t highest_rate(const struct topo *t)
{
	uint32_t i, best = 0;

	for (i = 0; i < t->paths.n; i++)
		if (FIELD_KNOWN(&t->paths.v[i], path, slowest) && t->paths.v[i].slowest != NONE)
			best = MAX(best, t->paths.v[i].rate_mbps);
	return best;
}

/* Ports with the lowest link of some way, each once, with the ways; of many, only those that are worse than the best. */
static void print_slowest(const struct snapshot *s, const struct topo *t, unsigned width, struct buf *out)
{
	struct u32s done = {0};
	struct arena *a = arena_new();
	char addr[PCI_ADDR_TEXT], rate[8];
	uint32_t i, j, limit = t->paths.n <= FEW_PATHS ? UINT32_MAX : highest_rate(t);

	for (i = 0; i < t->paths.n; i++) {
		const struct path *p = &t->paths.v[i];
		struct pairs l = {.out = out, .width = width};

		if (!FIELD_KNOWN(p, path, slowest) || p->slowest == NONE || u32s_has(&done, p->slowest) || p->rate_mbps >= limit)
			continue;
		if (done.n == 0)
			buf_adds(out, "\nThe lowest link is below\n");
		u32s_add(a, &done, p->slowest);
		rate_text(p->rate_mbps, rate, sizeof(rate));
		l.indent = (unsigned)strlen(pci_addr_text(s->pci.v[p->slowest].address, addr)) + 14;
		buf_addf(out, "  %s %6s Gb/s", addr, rate);
		l.at = l.indent;
		for (j = i; j < t->paths.n; j++)
			if (FIELD_KNOWN(&t->paths.v[j], path, slowest) && t->paths.v[j].slowest == p->slowest)
				pairs_add(&l, &t->paths.v[j]);
		pairs_end(&l);
	}
	arena_free(a);
}

static void print_acs(const struct snapshot *s, const struct topo *t, unsigned width, struct buf *out)
{
	struct u32s ports = {0};
	struct arena *a = arena_new();
	unsigned at = 0;
	char addr[PCI_ADDR_TEXT];
	uint32_t i, j;

	for (i = 0; i < t->paths.n; i++)
		for (j = 0; acs_matters(&t->paths.v[i]) && j < t->paths.v[i].acs_at.n; j++)
			if (!u32s_has(&ports, t->paths.v[i].acs_at.v[j]))
				u32s_add(a, &ports, t->paths.v[i].acs_at.v[j]);
	if (ports.n) {
		buf_adds(out, "\nACS redirects peer traffic at");
		at = 29;
	}
	for (i = 0; i < ports.n; i++) {
		pci_addr_text(s->pci.v[ports.v[i]].address, addr);
		if (at + 1 + strlen(addr) > width) {
			buf_adds(out, "\n ");
			at = 1;
		}
		buf_addf(out, " %s", addr);
		at += 1 + (unsigned)strlen(addr);
	}
	if (ports.n)
		buf_addc(out, '\n');
	arena_free(a);
}

static void print_atomics(const struct topo *t, unsigned width, struct buf *out)
{
	struct pairs l = {.out = out, .width = width, .indent = 4};
	uint32_t i, yes = 0, no = 0;

	for (i = 0; i < t->paths.n; i++)
		if (FIELD_KNOWN(&t->paths.v[i], path, atomics)) {
			yes += t->paths.v[i].atomics;
			no += !t->paths.v[i].atomics;
		}
	if (t->paths.n == 0)
		return;
	buf_adds(out, "\nPCIe atomics: ");
	if (yes + no == 0)
		buf_adds(out, "not known (the ports' configuration space can be read by root)\n");
	else if (no == 0)
		buf_addf(out, "routed on %s %u ways%s\n", yes == t->paths.n ? "all" : "the", yes,
			 yes == t->paths.n ? "" : " where it is known");
	else if (yes == 0 && no == t->paths.n)
		buf_addf(out, "routed on none of the ways\n");
	else {
		buf_addf(out, "routed on %u ways, not on", yes);
		l.at = 38;
		for (i = 0; i < t->paths.n; i++)
			if (FIELD_KNOWN(&t->paths.v[i], path, atomics) && !t->paths.v[i].atomics)
				pairs_add(&l, &t->paths.v[i]);
		pairs_end(&l);
	}
}

/* What has no row. */
static void print_others(const struct snapshot *s, const struct topo *t, struct buf *out)
{
	uint32_t i, switches = 0;

	for (i = 0; i < s->pci.n; i++) {
		const struct pci_device *d = &s->pci.v[i];

		switches += FIELD_KNOWN(d, pci_device, class) && facts_is_nvswitch(d->vendor_id, d->device_id, d->class >> 8);
	}
	if (switches)
		buf_addf(out, "\n%u NVSwitch%s: NVLink joins GPUs too, which /sys does not show pair by pair\n", switches,
			 switches == 1 ? "" : "es");
	for (i = 0; i < s->rdma.n; i++)
		if (FIELD_KNOWN(&s->rdma.v[i], rdma_nic, soft) && s->rdma.v[i].soft)
			buf_addf(out, "\n%s is a software device%s%s: it has no place in the matrix\n", s->rdma.v[i].name,
				 s->rdma.v[i].parent_netdev ? " over " : "", s->rdma.v[i].parent_netdev ? s->rdma.v[i].parent_netdev : "");
	if (t->left_out)
		buf_addf(out, "\n%u more devices were left out\n", t->left_out);
}

/* What all ways have in common, so that a matrix of equal numbers is not printed. */
static bool all_same(const struct topo *t, char first[static CELL_MAX])
{
	char cell[CELL_MAX];
	uint32_t i;

	for (i = 0; i < t->paths.n; i++) {
		rate_cell(&t->paths.v[i], cell);
		if (i == 0)
			memcpy(first, cell, CELL_MAX);
		else if (!str_eq(first, cell))
			return false;
	}
	return t->paths.n > 0;
}

static void print_rates(const struct snapshot *s, const struct topo *t, unsigned width, struct buf *out)
{
	const char *title = "Lowest link on the way, Gb/s each way";
	bool two = false;
	char same[CELL_MAX] = "";
	uint32_t i;

	if (t->paths.n == 0)
		return;
	for (i = 0; i < t->paths.n; i++) {
		rate_cell(&t->paths.v[i], same);
		two |= strchr(same, '/') != NULL;
	}
	if (all_same(t, same)) {
		if (!str_eq(same, "?"))
			buf_addf(out, "\n%s%s: %s\n", title, two ? " (now/possible)" : "", same);
	} else {
		buf_addf(out, "\n%s%s\n", title, two ? " (now/possible)" : "");
		matrix(t, width, rate_cell, out);
	}
	print_slowest(s, t, width, out);
}

void topo_text(const struct snapshot *s, const struct topo *t, unsigned width, struct buf *out)
{
	if (t->n == 0) {
		buf_adds(out, "no GPU and no RDMA device with a place in the PCI tree\n");
		print_others(s, t, out);
		return;
	}
	if (t->n > 1) {
		matrix(t, width, class_cell, out);
		print_legend(t, out);
		buf_addc(out, '\n');
	}
	print_devices(s, t, width, out);
	print_rates(s, t, width, out);
	print_acs(s, t, width, out);
	print_atomics(t, width, out);
	print_others(s, t, out);
}
