/* SPDX-License-Identifier: Apache-2.0 */
/* What several forms of lspci's lines say alike of a function. */
#include "host/lspci-reader.h"

#include <errno.h>

char *lspci_copy(struct lspci_reader *r, struct piece t)
{
	while (t.end > t.s && piece_blank(t.end[-1]))
		t.end--;
	piece_skip_blanks(&t);
	return utf8_clean(r->a, t.s, piece_left(&t));
}

/* "03:00.0" or "10000:e1:00.0" and a blank or the end. */
bool lspci_address(struct piece *t, struct lspci_address *ret)
{
	struct piece c = *t;
	const char *colon = memchr(c.s, ':', MIN(piece_left(&c), (size_t)9));
	uint64_t domain = 0, bus, dev, fn;

	if (!colon)
		return false;
	if (colon - c.s >= 4) {
		if (!piece_hex(c.s, c.end, (unsigned)(colon - c.s), &domain))
			return false;
		c.s = colon + 1;
	}
	if (piece_left(&c) < 7 || !piece_hex(c.s, c.end, 2, &bus) || c.s[2] != ':' || !piece_hex(c.s + 3, c.end, 2, &dev) ||
	    c.s[5] != '.' || !piece_hex(c.s + 6, c.end, 1, &fn) || dev > 31 || fn > 7 ||
	    (piece_left(&c) > 7 && !piece_blank(c.s[7])))
		return false;
	*ret = (struct lspci_address){(uint32_t)domain, (uint8_t)bus, (uint8_t)dev, (uint8_t)fn};
	t->s = c.s + 7;
	return true;
}

int lspci_set_ids(struct lspci_reader *r, struct lspci_fn *f, uint64_t vendor, uint64_t device)
{
	if (f->known & LSPCI_IDS && (f->vendor != vendor || f->device != device))
		return lspci_expected(r, r->line_no, "one machine: this function is %04x:%04x in line %u and %04x:%04x here",
				f->vendor, f->device, f->line, (unsigned)vendor, (unsigned)device);
	f->vendor = (uint16_t)vendor;
	f->device = (uint16_t)device;
	f->known |= LSPCI_IDS;
	return 0;
}

void lspci_set_class(struct lspci_fn *f, uint64_t class)
{
	f->class = (uint32_t)class << 8 | (f->known & LSPCI_PROG_IF ? f->class & 0xff : 0);
	f->known |= LSPCI_CLASS;
}

void lspci_set_prog_if(struct lspci_fn *f, uint64_t v)
{
	f->class = (f->class & ~0xffu) | (uint32_t)v;
	f->known |= LSPCI_PROG_IF;
}

bool lspci_unnamed(const char *s)
{
	return !*s || strcmp(s, "Device") == 0 || str_starts(s, "Unknown device");
}

/* "NVIDIA Corporation [10de]" or "10de" or a name alone. */
bool lspci_name_and_id(struct lspci_reader *r, struct piece t, uint64_t *ret_id, const char **ret_name)
{
	char *s = lspci_copy(r, t);
	size_t n = strlen(s);

	if (n >= 6 && piece_in_brackets(s + n - 6, s + n, 4, ret_id)) {
		s[n - 6] = '\0';
		s = str_trim(s);
		*ret_name = *s && !lspci_unnamed(s) ? s : NULL;
		return true;
	}
	*ret_name = n == 4 && piece_hex(s, s + n, 4, ret_id) ? NULL : s;
	return !*ret_name;
}

/* Modules stand behind the driver, so one that has them and no driver is bound to none. */
void lspci_add_module(struct lspci_reader *r, struct lspci_fn *f, const char *name)
{
	struct strs have = {0};

	r->witness |= LSPCI_MODULES | LSPCI_DRIVER;
	f->known |= LSPCI_MODULES | LSPCI_DRIVER;
	if (f->modules)
		have = str_split(r->a, f->modules, " ");
	if (!strs_has(&have, name))
		f->modules = f->modules ? arena_printf(r->a, "%s %s", f->modules, name) : name;
}

void lspci_set_driver(struct lspci_reader *r, struct lspci_fn *f, struct piece t)
{
	f->driver = lspci_copy(r, t);
	if (!*f->driver || strchr(f->driver, '/') || f->driver[0] == '.')
		f->driver = NULL;
	f->known |= f->driver ? LSPCI_DRIVER : 0;
	r->witness |= f->driver ? LSPCI_DRIVER : 0;
}

void lspci_set_iommu(struct lspci_reader *r, struct lspci_fn *f, struct piece t)
{
	uint64_t v;

	if (!piece_number(&t, 10, INT32_MAX, &v))
		return;
	f->iommu_group = (int32_t)v;
	f->known |= LSPCI_IOMMU;
	r->witness |= LSPCI_IOMMU;
}

void lspci_set_numa(struct lspci_fn *f, struct piece t)
{
	uint64_t v;

	if (!piece_number(&t, 10, 65535, &v))
		return;
	f->numa_node = (int32_t)v;
	f->known |= LSPCI_NUMA;
}
