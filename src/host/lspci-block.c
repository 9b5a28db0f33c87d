/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of -vmm. */
#include "host/lspci-reader.h"

#include <errno.h>

static int block_begin(struct lspci_reader *r, struct piece t)
{
	struct lspci_address addr;
	struct lspci_fn *f;
	int code;

	piece_skip_blanks(&t);
	if (!lspci_address(&t, &addr))
		return t.s == t.end || piece_find(&t, ":") ? lspci_expected(r, r->line_no, "a PCI address after 'Slot:'") : 0;
	code = lspci_fn_begin(r, &addr, &f);
	if (code < 0)
		return code;
	f->torn = true;
	r->block = true;
	r->bare = false;
	return 1;
}

static int block_ids(struct lspci_reader *r, struct lspci_fn *f, bool vendor, struct piece t)
{
	const char *name;
	uint64_t id;

	if (!lspci_name_and_id(r, t, &id, &name)) {
		f->known |= LSPCI_NAMED;
		return 1;
	}
	if (vendor) {
		if (f->known & LSPCI_IDS && f->vendor != id)
			return lspci_set_ids(r, f, id, f->device);
		f->vendor = (uint16_t)id;
		f->vendor_name = name ? name : f->vendor_name;
	} else {
		f->device_name = name ? name : f->device_name;
		return lspci_set_ids(r, f, f->vendor, id) < 0 ? -EINVAL : 1;
	}
	return 1;
}

/* -vm calls it "Device:", twice in a block. */
static bool starts_old_block(struct piece t)
{
	struct lspci_address addr;

	if (!piece_take(&t, "Device:"))
		return false;
	piece_skip_blanks(&t);
	return lspci_address(&t, &addr);
}

int lspci_line_block(struct lspci_reader *r, struct piece t)
{
	struct lspci_fn *f = lspci_current(r);
	const char *name;
	uint64_t v;

	if (piece_take(&t, "Slot:"))
		return block_begin(r, t);
	if (!r->block && starts_old_block(t) && piece_take(&t, "Device:"))
		return block_begin(r, t);
	if (!r->block || !f)
		return 0;
	if (piece_take(&t, "Class:")) {
		if (lspci_name_and_id(r, t, &v, &name))
			lspci_set_class(f, v);
		return 1;
	}
	if (piece_take(&t, "Vendor:"))
		return block_ids(r, f, true, t);
	if (piece_take(&t, "Device:")) {
		f->torn = false;
		if (!(f->known & LSPCI_REVISION)) {
			f->revision = 0; /* not printed where it is 00 */
			f->known |= LSPCI_REVISION;
		}
		return block_ids(r, f, false, t);
	}
	if (piece_take(&t, "SVendor:")) {
		if (lspci_name_and_id(r, t, &v, &name))
			f->sub_vendor = (uint16_t)v;
	} else if (piece_take(&t, "SDevice:")) {
		if (lspci_name_and_id(r, t, &v, &name)) {
			f->sub_device = (uint16_t)v;
			f->known |= LSPCI_SUBSYSTEM;
		}
	} else if (piece_take(&t, "Rev:")) {
		piece_skip_blanks(&t);
		if (piece_hex(t.s, t.end, 2, &v))
			f->revision = (uint8_t)v;
	} else if (piece_take(&t, "ProgIf:")) {
		piece_skip_blanks(&t);
		if (piece_hex(t.s, t.end, 2, &v))
			lspci_set_prog_if(f, v);
	} else if (piece_take(&t, "Driver:")) {
		lspci_set_driver(r, f, t);
	} else if (piece_take(&t, "Module:")) {
		lspci_add_module(r, f, lspci_copy(r, t));
	} else if (piece_take(&t, "NUMANode:")) {
		piece_skip_blanks(&t);
		lspci_set_numa(f, t);
	} else if (piece_take(&t, "IOMMUGroup:")) {
		piece_skip_blanks(&t);
		lspci_set_iommu(r, f, t);
	} else {
		return *t.s >= 'A' && *t.s <= 'Z' && piece_find(&t, ":"); /* PhySlot, DTNode and what will come */
	}
	return 1;
}
