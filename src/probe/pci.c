/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PCI functions. The first pass costs two reads a function: the link under /sys/bus/pci/devices tells its place in the
 * tree, `uevent` its class, ids, driver and modalias. Everything else is read by pci_detail, for the few functions
 * that somebody asks about: GPUs, RDMA devices, and the bridges above them.
 */
#include "probe/probe.h"

#include "base/parse.h"
#include "probe/going.h"

#include <errno.h>

#define PHASE "pci"
#define DEVICES "sys/bus/pci/devices"
enum { FUNCTIONS_MAX = 65536, DEPTH_MAX = 512 };

const char *pci_attr(struct probe *p, uint32_t pci, const char *name)
{
	char addr[PCI_ADDR_TEXT];

	return arena_printf(p->a, "%s/%s", pci_addr_text(p->snap->pci.v[pci].address, addr), name);
}

const char *probe_pci_path(struct probe *p, uint32_t pci, const char *name)
{
	return arena_printf(p->a, "/" DEVICES "/%s", pci_attr(p, pci, name));
}

/* Ids as uevent writes them: "8086:E20B", class without leading zeros. */
static bool pair(const char *s, uint16_t *ret_a, uint16_t *ret_b)
{
	uint64_t a, b;
	size_t n = strcspn(s, ":");

	if (!s[n] || parse_u64n(s, n, 16, 0xffff, &a) < 0 || parse_u64(s + n + 1, 16, 0xffff, &b) < 0)
		return false;
	*ret_a = (uint16_t)a;
	*ret_b = (uint16_t)b;
	return true;
}

/* Strings of uevent lines without a copy of those nobody asked for. */
static void uevent_line(struct probe *p, struct pci_device *d, const char *line, size_t n)
{
	char value[160];
	const char *eq = memchr(line, '=', n);
	size_t key;
	uint64_t v;

	if (!eq || n - (size_t)(eq - line) > sizeof(value))
		return;
	key = (size_t)(eq - line);
	memcpy(value, eq + 1, n - key - 1);
	value[n - key - 1] = '\0';
	if (key == 9 && memcmp(line, "PCI_CLASS", 9) == 0 && parse_u64(value, 16, 0xffffff, &v) == 0) {
		FIELD_SET(d, pci_device, class, (uint32_t)v);
	} else if (key == 6 && memcmp(line, "PCI_ID", 6) == 0 && pair(value, &d->vendor_id, &d->device_id)) {
		FIELD_KNOW(d, pci_device, vendor_id);
		FIELD_KNOW(d, pci_device, device_id);
	} else if (key == 13 && memcmp(line, "PCI_SUBSYS_ID", 13) == 0 &&
		   pair(value, &d->subsystem_vendor_id, &d->subsystem_device_id)) {
		FIELD_KNOW(d, pci_device, subsystem_vendor_id);
		FIELD_KNOW(d, pci_device, subsystem_device_id);
	} else if (key == 6 && memcmp(line, "DRIVER", 6) == 0) {
		FIELD_SET(d, pci_device, driver, utf8_clean(p->a, value, strlen(value)));
	} else if (key == 8 && memcmp(line, "MODALIAS", 8) == 0) {
		FIELD_SET(d, pci_device, modalias, utf8_clean(p->a, value, strlen(value)));
	}
}

/* The separate files, for trees without uevent. */
static void read_ids(struct probe *p, struct pci_device *d, const char *entry)
{
	uint64_t v;

#define ID(file, member, type, max) \
	if (!FIELD_KNOWN(d, pci_device, member) && \
	    tree_read_u64(&p->pci_dir, arena_printf(p->a, "%s/" file, entry), 16, &v) == 0 && v <= (max)) \
		FIELD_SET(d, pci_device, member, (type)v)
	ID("class", class, uint32_t, 0xffffff);
	ID("vendor", vendor_id, uint16_t, 0xffff);
	ID("device", device_id, uint16_t, 0xffff);
	ID("subsystem_vendor", subsystem_vendor_id, uint16_t, 0xffff);
	ID("subsystem_device", subsystem_device_id, uint16_t, 0xffff);
#undef ID
}

/* The rest of what uevent says, from files that the kernel shows without the device's lock. */
static void read_apart(struct probe *p, struct pci_device *d, const char *entry)
{
	const char *s;

	read_ids(p, d, entry);
	if (tree_link_base(&p->pci_dir, arena_printf(p->a, "%s/driver", entry), p->a, &s) == 0)
		FIELD_SET(d, pci_device, driver, s);
	if (tree_read_str(&p->pci_dir, arena_printf(p->a, "%s/modalias", entry), p->a, &s) == 0)
		FIELD_SET(d, pci_device, modalias, s);
}

static void read_identity(struct probe *p, struct pci_device *d, const char *entry)
{
	char path[64], text[1024];
	const char *at = text, *line;
	long n = -ENAMETOOLONG;
	size_t len;

	if (strs_has(&p->going, entry))
		read_apart(p, d, entry);
	else if (snprintf(path, sizeof(path), "%s/uevent", entry) < (int)sizeof(path))
		n = tree_read(&p->pci_dir, path, text, sizeof(text));
	while (n > 0 && next_line(&at, text + n, &line, &len))
		uevent_line(p, d, line, len);
	if (!FIELD_KNOWN(d, pci_device, class) || !FIELD_KNOWN(d, pci_device, vendor_id))
		read_ids(p, d, entry);
	/* It was listed, so "not there" is no answer: it vanished, or the source knows only its name. */
	if (!FIELD_KNOWN(d, pci_device, vendor_id) || !FIELD_KNOWN(d, pci_device, class))
		snapshot_gap(p->snap, PHASE, arena_printf(p->a, "/" DEVICES "/%s/uevent", entry),
			     n == -ENOENT ? -ENODATA : n < 0 ? (int)n : -EINVAL);
	FIELD_SET(d, pci_device, bridge, FIELD_KNOWN(d, pci_device, class) && d->class >> 8 == PCI_CLASS_BRIDGE);
}

/*
 * "../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0": the nearest address above is the parent, the nearest
 * "pciDDDD:BB" the root bus. A host bridge may itself hang off a function (Intel VMD), so both are looked for.
 */
static void read_place(struct probe *p, struct pci_device *d, uint64_t *ret_parent, const char *entry)
{
	char target[512];
	const char *piece, *next;
	uint64_t address;

	*ret_parent = UINT64_MAX;
	if (tree_readlink_buf(&p->pci_dir, entry, target, sizeof(target)) <= 0)
		return;
	piece = strstr(target, "devices/");
	if (!piece)
		return;
	FIELD_SET(d, pci_device, path, utf8_clean(p->a, piece, strlen(piece)));
	for (piece += strlen("devices/"); *piece; piece = *next ? next + 1 : next) {
		size_t len = strcspn(piece, "/");

		next = piece + len;
		if (*next && pci_addr_parse_n(piece, len, &address) == 0)
			*ret_parent = address;
		else if (len > 3 && memcmp(piece, "pci", 3) == 0 && memchr(piece, ':', len))
			FIELD_SET(d, pci_device, host_bridge, arena_strn(p->a, piece, len));
	}
}

static int by_address(const void *a, const void *b)
{
	const struct pci_device *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

/* Links that lie can make a function its own ancestor. No tree of buses is this deep: from there up, nothing is known. */
static void break_circles(struct snapshot *s)
{
	char addr[PCI_ADDR_TEXT];
	uint32_t i, up, steps;

	for (i = 0; i < s->pci.n; i++) {
		struct pci_device *d = &s->pci.v[i];

		for (up = d->parent, steps = 0; up != NONE && steps < DEPTH_MAX; steps++)
			up = s->pci.v[up].parent;
		if (up == NONE)
			continue;
		d->parent = NONE;
		d->known &= ~(UINT64_C(1) << pci_device_parent_bit);
		snapshot_gap(s, PHASE, arena_printf(s->arena, "/" DEVICES "/%s", pci_addr_text(d->address, addr)), -ELOOP);
	}
}

/* Parents were noted by address in `start` order; now that the array is sorted, they become indices. */
static void link_parents(struct probe *p)
{
	struct snapshot *s = p->snap;
	uint32_t i, up;

	for (i = 0; i < s->pci.n; i++) {
		struct pci_device *d = &s->pci.v[i];
		uint64_t parent = (uint64_t)d->root_port << 32 | d->parent; /* stored there by read_functions */

		d->root_port = NONE;
		d->parent = NONE;
		if (!FIELD_KNOWN(d, pci_device, path) || p->topology_unknown)
			continue;
		up = parent == UINT64_MAX ? NONE : snapshot_pci_find(s, parent);
		if (parent == UINT64_MAX || up != NONE)
			FIELD_SET(d, pci_device, parent, up == i ? NONE : up);
	}
	break_circles(s);
	for (i = 0; i < s->pci.n; i++) {
		struct pci_device *d = &s->pci.v[i];
		uint32_t steps = 0, top = NONE;

		if (!FIELD_KNOWN(d, pci_device, parent))
			continue;
		for (up = d->parent; up != NONE && steps++ < s->pci.n; up = s->pci.v[up].parent) {
			if (!str_eq(s->pci.v[up].host_bridge, d->host_bridge))
				break;
			top = up;
		}
		FIELD_SET(d, pci_device, root_port, top);
	}
}

static void read_functions(struct probe *p, const struct strs *names)
{
	struct snapshot *s = p->snap;
	uint64_t address, parent;
	uint32_t i, j;

	for (i = 0; i < names->n && s->pci.n < FUNCTIONS_MAX; i++) {
		struct pci_device *d;

		if (pci_addr_parse(names->v[i], &address) < 0) {
			snapshot_gap(s, PHASE, arena_printf(p->a, "/" DEVICES "/%s", names->v[i]), -EINVAL);
			continue;
		}
		d = LIST_PUSH(p->a, &s->pci);
		FIELD_SET(d, pci_device, address, address);
		read_place(p, d, &parent, names->v[i]);
		d->parent = (uint32_t)parent;
		d->root_port = (uint32_t)(parent >> 32);
		read_identity(p, d, names->v[i]);
	}
	if (s->pci.n > 1)
		qsort(s->pci.v, s->pci.n, sizeof(*s->pci.v), by_address);
	for (i = j = 0; i < s->pci.n; i++) /* the same address twice can only come from a hostile tree */
		if (i == 0 || s->pci.v[i].address != s->pci.v[j - 1].address)
			s->pci.v[j++] = s->pci.v[i];
	s->pci.n = j;
}

void probe_pci(struct probe *p)
{
	struct snapshot *s = p->snap;
	const char *topology;
	struct strs names;
	int r = tree_open(p->root, DEVICES, &p->pci_dir);

	if (r == 0)
		r = tree_list(&p->pci_dir, "", p->a, &names);
	s->pci_error = r;
	if (r < 0) {
		snapshot_gap(s, PHASE, "/" DEVICES, r);
		return;
	}
	s->has_pci = true;
	p->topology_unknown =
		tree_answer(p->tree, p->a, "source", "topology", &topology) == 0 && str_eq(topology, "unknown");
	going_read(p, &p->going);
	read_functions(p, &names);
	link_parents(p);
	p->pci_done = xmalloc(s->pci.n);
	memset(p->pci_done, 0, s->pci.n);
	if (p->request->phases & PROBE_PLATFORM)
		pci_services(p);
}
