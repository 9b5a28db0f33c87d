/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that lspci told of, as the part of /sys they were read from.
 *
 * Nothing is described but what was said: everything is unknown (-ENODATA) save the list of functions itself, and
 * single files that are known to be absent (`driver`, where lspci showed drivers and this function has none). One thing
 * is made up: a class whose programming interface was not printed has 00 in its last two digits.
 *
 * The place of a function is known on bus 00, below a bridge whose bus numbers are known (a dump, or "Bus: primary="
 * of -v), and on any other bus where the text has the host bridge 00:00.0 and bridges and the numbers of all of them:
 * then that is a root bus too. Where it is known, sys/bus/pci/devices has a link, as the kernel makes it; else a
 * directory stands there in its place, and the bridge above is unknown. The answer `source topology` is known, partial
 * or unknown accordingly.
 */
#include "host/lspci-internal.h"
#include "host/tree-mem.h"

#include "base/buf.h"

enum { ABOVE_MAX = 24, PATH_MAX_BYTES = 1024, CONFIG_64 = 64 };

struct maker {
	struct tree *t;
	struct arena *a;
	const struct lspci_fns *fns;
	const struct lspci_fn *above[256]; /* of this domain: the bridge above each bus */
	bool whole;                        /* of this domain: the buses of all bridges are known, and there are some */
	int result;
};

static void keep(struct maker *m, int r)
{
	if (r < 0 && m->result == 0)
		m->result = r;
}

static void put_file(struct maker *m, const char *dir, const char *file, const char *text)
{
	char path[PATH_MAX_BYTES];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	keep(m, tree_mem_file(m->t, path, text, strlen(text)));
}

static void put_hex(struct maker *m, const char *dir, const char *file, int digits, unsigned value)
{
	put_file(m, dir, file, arena_printf(m->a, "0x%0*x\n", digits, value));
}

static void put_decimal(struct maker *m, const char *dir, const char *file, unsigned value)
{
	put_file(m, dir, file, arena_printf(m->a, "%u\n", value));
}

/* Places */

static bool is_bridge(const struct lspci_fn *f)
{
	return f->known & LSPCI_CLASS && f->class >> 8 == 0x0604;
}

/*
 * For each bus of a domain the bridge right above it: of those whose buses include it, that with the fewest. Once for
 * a domain, so that the work stays small however many functions there are.
 */
static void domain_begin(struct maker *m, uint32_t first)
{
	uint32_t i, domain = m->fns->v[first].domain;
	const struct lspci_fn *f = &m->fns->v[first];
	unsigned bus, bridges = 0;

	memset(m->above, 0, sizeof(m->above));
	m->whole = f->bus == 0 && f->dev == 0 && f->fn == 0;
	for (i = first; i < m->fns->n && m->fns->v[i].domain == domain; i++) {
		const struct lspci_fn *b = &m->fns->v[i];

		if (!(b->known & LSPCI_BUSES))
			m->whole &= !is_bridge(b) && b->known & LSPCI_CLASS;
		bridges += is_bridge(b);
		if (b->known & LSPCI_BUSES && b->secondary > b->bus)
			for (bus = b->secondary; bus <= MAX(b->secondary, b->subordinate); bus++)
				if (!m->above[bus] || m->above[bus]->secondary < b->secondary)
					m->above[bus] = b;
	}
	m->whole &= bridges > 0;
}

static char *address_text(struct maker *m, const struct lspci_fn *f)
{
	return arena_printf(m->a, "%04x:%02x:%02x.%x", f->domain, f->bus, f->dev, f->fn);
}

/* "devices/pci0000:00/0000:00:01.0/0000:01:00.0"; NULL where the way up is unknown. */
static char *place_of(struct maker *m, const struct lspci_fn *f)
{
	const struct lspci_fn *way[ABOVE_MAX], *up;
	char *path;
	unsigned n = 0;

	for (up = f; up; up = m->above[up->bus]) {
		if (n == ABOVE_MAX)
			return NULL;
		way[n++] = up;
	}
	up = way[n - 1];
	if (up->bus != 0 && !m->whole)
		return NULL;
	path = arena_printf(m->a, "devices/pci%04x:%02x", up->domain, up->bus);
	while (n--)
		path = arena_printf(m->a, "%s/%s", path, address_text(m, way[n]));
	return path;
}

/* Files of one function */

static void put_uevent(struct maker *m, const char *dir, const struct lspci_fn *f, const char *address)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;

	if (f->driver)
		buf_addf(&b, "DRIVER=%s\n", f->driver);
	if (f->known & LSPCI_CLASS)
		buf_addf(&b, "PCI_CLASS=%04X\n", f->class);
	buf_addf(&b, "PCI_ID=%04X:%04X\n", f->vendor, f->device);
	if (f->known & LSPCI_SUBSYSTEM)
		buf_addf(&b, "PCI_SUBSYS_ID=%04X:%04X\n", f->sub_vendor, f->sub_device);
	buf_addf(&b, "PCI_SLOT_NAME=%s\n", address);
	/* Of a display the programming interface is 00 whether it was printed or not. */
	if (f->known & LSPCI_SUBSYSTEM && f->known & LSPCI_CLASS && (f->known & LSPCI_PROG_IF || f->class >> 16 == 3))
		buf_addf(&b, "MODALIAS=pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02x\n", f->vendor, f->device, f->sub_vendor,
			 f->sub_device, f->class >> 16, f->class >> 8 & 0xff, f->class & 0xff);
	put_file(m, dir, "uevent", b.p);
}

static void put_identity(struct maker *m, const char *dir, const struct lspci_fn *f, const char *address)
{
	put_uevent(m, dir, f, address);
	put_hex(m, dir, "vendor", 4, f->vendor);
	put_hex(m, dir, "device", 4, f->device);
	if (f->known & LSPCI_CLASS)
		put_hex(m, dir, "class", 6, f->class);
	if (f->known & LSPCI_REVISION)
		put_hex(m, dir, "revision", 2, f->revision);
	if (f->known & LSPCI_SUBSYSTEM) {
		put_hex(m, dir, "subsystem_vendor", 4, f->sub_vendor);
		put_hex(m, dir, "subsystem_device", 4, f->sub_device);
	}
}

/* A link to where `base` would be, or the knowledge that there is none. */
static void put_link(struct maker *m, const char *dir, const char *file, const char *base, const char *name)
{
	char path[PATH_MAX_BYTES];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	keep(m, name ? tree_mem_link(m->t, path, arena_printf(m->a, "%s/%s", base, name)) : tree_mem_cover(m->t, path, true));
}

static void put_resources(struct maker *m, const char *dir, const struct lspci_fn *f)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	unsigned i;

	for (i = 0; i < LSPCI_BARS_MAX; i++)
		buf_addf(&b, "0x%016llx 0x%016llx 0x%016llx\n", (unsigned long long)f->bars[i].start,
			 (unsigned long long)f->bars[i].end, (unsigned long long)f->bars[i].flags);
	put_file(m, dir, "resource", b.p);
	for (i = 0; i < ARRAY_LEN(f->resize); i++)
		if (f->resize[i])
			put_file(m, dir, arena_printf(m->a, "resource%u_resize", i),
				 arena_printf(m->a, "%016llx\n", (unsigned long long)f->resize[i]));
}

static void put_text(struct maker *m, const char *dir, const char *file, const char *text)
{
	if (text)
		put_file(m, dir, file, arena_printf(m->a, "%s\n", text));
}

static void put_config(struct maker *m, const char *dir, const struct lspci_fn *f)
{
	unsigned char ones[CONFIG_64];
	char path[PATH_MAX_BYTES];

	snprintf(path, sizeof(path), "%s/config", dir);
	memset(ones, 0xff, sizeof(ones));
	if (f->n_config >= CONFIG_64)
		keep(m, tree_mem_file(m->t, path, f->config, f->n_config));
	else if (f->known & LSPCI_DEAD)
		keep(m, tree_mem_file(m->t, path, ones, sizeof(ones)));
}

static void put_details(struct maker *m, const char *dir, const struct lspci_fn *f)
{
	if (f->known & LSPCI_DRIVER)
		put_link(m, dir, "driver", "/sys/bus/pci/drivers", f->driver);
	if (f->known & LSPCI_IOMMU)
		put_link(m, dir, "iommu_group", "/sys/kernel/iommu_groups",
			 f->iommu_group < 0 ? NULL : arena_printf(m->a, "%d", f->iommu_group));
	if (f->known & LSPCI_NUMA)
		put_decimal(m, dir, "numa_node", (unsigned)f->numa_node);
	if (f->known & LSPCI_BARS && !f->bars_torn)
		put_resources(m, dir, f);
	if (f->known & LSPCI_SRIOV) {
		put_decimal(m, dir, "sriov_totalvfs", f->total_vfs);
		put_decimal(m, dir, "sriov_numvfs", f->num_vfs);
	}
	put_text(m, dir, "current_link_speed", f->speed);
	put_text(m, dir, "current_link_width", f->width);
	put_text(m, dir, "max_link_speed", f->max_speed);
	put_text(m, dir, "max_link_width", f->max_width);
	put_text(m, dir, "power_state", f->power);
	put_config(m, dir, f);
}

/* What is asked about it by its ids */

static void put_answers(struct maker *m, const struct lspci_fn *f)
{
	char key[128];

	snprintf(key, sizeof(key), "%04x:%04x", f->vendor, f->device);
	if (f->device_name)
		keep(m, tree_mem_answer(m->t, "pciname", key, f->device_name));
	snprintf(key, sizeof(key), "%04x", f->vendor);
	if (f->vendor_name)
		keep(m, tree_mem_answer(m->t, "pciname", key, f->vendor_name));
	if (!(f->known & LSPCI_MODULES) || !(f->known & LSPCI_CLASS))
		return;
	if (f->known & LSPCI_SUBSYSTEM)
		snprintf(key, sizeof(key), "pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi*", f->vendor, f->device, f->sub_vendor,
			 f->sub_device, f->class >> 16, f->class >> 8 & 0xff);
	else
		snprintf(key, sizeof(key), "pci:v%08Xd%08Xsv*sd*bc%02Xsc%02Xi*", f->vendor, f->device, f->class >> 16,
			 f->class >> 8 & 0xff);
	keep(m, tree_mem_answer(m->t, "modalias", key, f->modules ? f->modules : ""));
}

/* True when its place is known. */
static bool put_function(struct maker *m, const struct lspci_fn *f)
{
	const char *address = address_text(m, f), *place = place_of(m, f);
	const char *entry = arena_printf(m->a, "sys/bus/pci/devices/%s", address);
	const char *dir = place ? arena_printf(m->a, "sys/%s", place) : entry;

	if (place)
		keep(m, tree_mem_link(m->t, entry, arena_printf(m->a, "../../../%s", place)));
	keep(m, tree_mem_dir(m->t, dir));
	keep(m, tree_mem_cover(m->t, dir, false));
	if (f->known & LSPCI_IDS) {
		put_identity(m, dir, f, address);
		put_answers(m, f);
	}
	put_details(m, dir, f);
	return place != NULL;
}

int lspci_tree(const char *name, struct lspci_fns *fns, struct tree **ret)
{
	struct maker m = {.t = tree_new_mem(name), .a = arena_new(), .fns = fns};
	uint32_t i, placed = 0;

	keep(&m, tree_mem_cover(m.t, "", false));
	keep(&m, tree_mem_cover(m.t, "sys/bus/pci/devices", true));
	for (i = 0; i < fns->n; i++) {
		if (i == 0 || fns->v[i].domain != fns->v[i - 1].domain)
			domain_begin(&m, i);
		placed += put_function(&m, &fns->v[i]);
	}
	keep(&m, tree_mem_answer(m.t, "source", "topology", placed == fns->n ? "known" : placed ? "partial" : "unknown"));
	arena_free(m.a);
	if (m.result < 0) {
		tree_free(m.t);
		return m.result;
	}
	*ret = m.t;
	return 0;
}

/* Words that end the name of a company; it goes on while they follow each other. */
static bool company_word(const char *s, size_t n)
{
	static const char *const words[] = {"Corporation", "Corp", "Corp.", "Inc", "Inc.", "Ltd", "Ltd.", "LLC", "GmbH", "AG",
					    "Co", "Co.", "Co.,", "Co.,Ltd", "Co.,Ltd.", "Technologies", "Technology",
					    "Technology,", "Technologies,", "Limited", "Company", "Semiconductor",
					    "Semiconductors", "Electronics", "Systems", "Computer", "Incorporated", "[AMD/ATI]",
					    "[AMD]", "S.A.", "N.V.", "plc", "SA", "Microsystems", "Networks"};
	size_t i;

	for (i = 0; i < ARRAY_LEN(words); i++)
		if (strlen(words[i]) == n && memcmp(words[i], s, n) == 0)
			return true;
	return false;
}

size_t lspci_vendor_length(const char *s, size_t n)
{
	size_t at = 0, end = 0, len;

	for (; at < n; at += len + 1) {
		const char *blank = memchr(s + at, ' ', n - at);

		len = blank ? (size_t)(blank - s) - at : n - at;
		if (company_word(s + at, len) || (end && len == 3 && memcmp(s + at, "and", 3) == 0) ||
		    (end && len == 12 && memcmp(s + at, "subsidiaries", 12) == 0))
			end = at + len;
		else if (end)
			break;
	}
	return MIN(end, n);
}
