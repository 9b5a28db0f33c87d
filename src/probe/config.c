/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/config.h"

enum {
	CAP_PCIE = 0x10,
	EXT_AER = 0x0001,
	EXT_DSN = 0x0003,
	EXT_VNDR = 0x000b,
	EXT_ACS = 0x000d,
	EXT_SRIOV = 0x0010,
	EXT_REBAR = 0x0015,
	EXT_DPC = 0x001d,
	VSEC_THUNDERBOLT = 0x1234, /* drivers/pci/probe.c, PCI_VSEC_ID_INTEL_TBT */
	MAX_CAPS = 64,
	MAX_EXT_CAPS = 128,
};

void config_init(struct config_space *c, const struct tree_dir *at, const char *path)
{
	memset(c, 0, sizeof(*c));
	c->at = at;
	c->path = path;
	c->length = CONFIG_SIZE;
}

void config_init_bytes(struct config_space *c, const uint8_t *p, size_t n)
{
	memset(c, 0, sizeof(*c));
	c->length = (unsigned)MIN(n, (size_t)CONFIG_SIZE);
	memcpy(c->bytes, p, c->length);
	c->fetched = UINT64_MAX;
}

static bool fetch(struct config_space *c, unsigned offset, unsigned n)
{
	unsigned piece = offset / CONFIG_PIECE;
	long got;

	if (offset + n > c->length)
		return false;
	if (c->fetched >> piece & 1)
		return true;
	got = tree_pread(c->at, c->path, (uint64_t)piece * CONFIG_PIECE, c->bytes + (size_t)piece * CONFIG_PIECE, CONFIG_PIECE);
	if (got < CONFIG_PIECE) {
		if (got < 0 && !c->error)
			c->error = (int)got;
		c->length = MIN(c->length, piece * CONFIG_PIECE + (got > 0 ? (unsigned)got : 0));
		return offset + n <= c->length;
	}
	c->fetched |= UINT64_C(1) << piece;
	return true;
}

bool config_u8(struct config_space *c, unsigned offset, uint8_t *ret)
{
	if (!fetch(c, offset, 1))
		return false;
	*ret = c->bytes[offset];
	return true;
}

bool config_u16(struct config_space *c, unsigned offset, uint16_t *ret)
{
	uint8_t lo, hi;

	if (!config_u8(c, offset, &lo) || !config_u8(c, offset + 1, &hi))
		return false;
	*ret = (uint16_t)(lo | hi << 8);
	return true;
}

bool config_u32(struct config_space *c, unsigned offset, uint32_t *ret)
{
	uint16_t lo, hi;

	if (!config_u16(c, offset, &lo) || !config_u16(c, offset + 2, &hi))
		return false;
	*ret = lo | (uint32_t)hi << 16;
	return true;
}

unsigned config_cap(struct config_space *c, uint8_t id)
{
	uint8_t at, this_id, next;
	uint16_t status;
	unsigned hops;

	if (!config_u16(c, 0x06, &status) || !(status & 0x10) || !config_u8(c, 0x34, &at))
		return 0;
	for (hops = 0; hops < MAX_CAPS && (at &= 0xfc) >= 0x40; hops++, at = next) {
		if (!config_u8(c, at, &this_id) || !config_u8(c, at + 1u, &next))
			return 0;
		if (this_id == id)
			return at;
	}
	return 0;
}

/* Walks on from `after` (0: the start), so that a capability that occurs several times can be looked through. */
static unsigned ext_cap_after(struct config_space *c, uint16_t id, unsigned after)
{
	unsigned at = 0x100, hops;
	uint32_t header;

	if (after) {
		if (!config_u32(c, after, &header))
			return 0;
		at = header >> 20 & 0xffc;
	}
	for (hops = 0; hops < MAX_EXT_CAPS && at >= 0x100; hops++, at = header >> 20 & 0xffc) {
		if (!config_u32(c, at, &header) || header == 0 || header == UINT32_MAX)
			return 0;
		if ((header & 0xffff) == id)
			return at;
	}
	return 0;
}

unsigned config_ext_cap(struct config_space *c, uint16_t id)
{
	return ext_cap_after(c, id, 0);
}

uint32_t config_speed_mts(unsigned code)
{
	static const uint32_t mts[] = {0, 2500, 5000, 8000, 16000, 32000, 64000, 128000};

	return code < ARRAY_LEN(mts) ? mts[code] : 0;
}

static enum pci_port_type port_type(unsigned code)
{
	static const enum pci_port_type types[] = {
		[0] = PCI_PORT_TYPE_ENDPOINT,   [1] = PCI_PORT_TYPE_LEGACY_ENDPOINT, [4] = PCI_PORT_TYPE_ROOT_PORT,
		[5] = PCI_PORT_TYPE_UPSTREAM,   [6] = PCI_PORT_TYPE_DOWNSTREAM,      [7] = PCI_PORT_TYPE_PCIE_TO_PCI,
		[8] = PCI_PORT_TYPE_PCI_TO_PCIE, [9] = PCI_PORT_TYPE_RC_ENDPOINT,    [10] = PCI_PORT_TYPE_RC_EVENT,
	};

	return code < ARRAY_LEN(types) ? types[code] : PCI_PORT_TYPE_UNKNOWN;
}

static void decode_link(struct config_space *c, unsigned cap, struct pci_config *r)
{
	uint32_t lnkcap;
	uint16_t ctl, sta;

	if (config_u32(c, cap + 0x0c, &lnkcap) && lnkcap >> 4 & 0x3f) {
		FIELD_SET(r, pci_config, link_max_speed_mts, config_speed_mts(lnkcap & 0xf));
		FIELD_SET(r, pci_config, link_max_width, lnkcap >> 4 & 0x3f);
	}
	if (config_u16(c, cap + 0x10, &ctl))
		FIELD_SET(r, pci_config, aspm, (uint8_t)(ctl & 3));
	if (config_u16(c, cap + 0x12, &sta)) {
		FIELD_SET(r, pci_config, link_speed_mts, config_speed_mts(sta & 0xf));
		FIELD_SET(r, pci_config, link_width, sta >> 4 & 0x3fu);
	}
}

static void decode_atomics(struct config_space *c, unsigned cap, struct pci_config *r)
{
	uint32_t devcap2;
	uint16_t devctl2;

	if (config_u32(c, cap + 0x24, &devcap2)) {
		FIELD_SET(r, pci_config, atomics_routing, devcap2 >> 6 & 1);
		FIELD_SET(r, pci_config, atomics_32, devcap2 >> 7 & 1);
		FIELD_SET(r, pci_config, atomics_64, devcap2 >> 8 & 1);
	}
	if (config_u16(c, cap + 0x28, &devctl2)) {
		FIELD_SET(r, pci_config, atomics_enabled, devctl2 >> 6 & 1);
		FIELD_SET(r, pci_config, atomics_blocked, devctl2 >> 7 & 1);
	}
}

static void decode_pcie(struct config_space *c, struct pci_config *r)
{
	unsigned cap = config_cap(c, CAP_PCIE);
	uint32_t slot;
	uint16_t flags;

	if (!cap || !config_u16(c, cap + 2, &flags))
		return;
	FIELD_SET(r, pci_config, port_type, port_type(flags >> 4 & 0xf));
	FIELD_SET(r, pci_config, slot_implemented, flags >> 8 & 1);
	if (r->slot_implemented && config_u32(c, cap + 0x14, &slot)) {
		FIELD_SET(r, pci_config, hotplug_capable, slot >> 6 & 1);
		FIELD_SET(r, pci_config, hotplug_surprise, slot >> 5 & 1);
	} else if (!r->slot_implemented) {
		FIELD_SET(r, pci_config, hotplug_capable, false);
		FIELD_SET(r, pci_config, hotplug_surprise, false);
	}
	decode_link(c, cap, r);
	/* Version 1 of the capability ends before the second set of registers. */
	if ((flags & 0xf) >= 2)
		decode_atomics(c, cap, r);
}

/* A bridge's windows: base and limit, with upper halves where the window is 64 bits wide. */
static void decode_windows(struct config_space *c, struct pci_config *r)
{
	uint32_t mem, pref, base_hi = 0, limit_hi = 0;
	uint64_t base, limit;

	if (!config_u32(c, 0x20, &mem) || !config_u32(c, 0x24, &pref))
		return;
	base = (uint64_t)(mem & 0xfff0) << 16;
	limit = (uint64_t)(mem >> 16 & 0xfff0) << 16 | 0xfffff;
	FIELD_SET(r, pci_config, memory_window, limit > base ? limit - base + 1 : 0);
	if ((pref & 0xf) == 1 && (!config_u32(c, 0x28, &base_hi) || !config_u32(c, 0x2c, &limit_hi)))
		return;
	base = (uint64_t)base_hi << 32 | (uint64_t)(pref & 0xfff0) << 16;
	limit = (uint64_t)limit_hi << 32 | (uint64_t)(pref >> 16 & 0xfff0) << 16 | 0xfffff;
	FIELD_SET(r, pci_config, prefetch_window, limit > base ? limit - base + 1 : 0);
}

static void decode_extended(struct config_space *c, struct pci_config *r)
{
	uint32_t lo, hi, vsec;
	uint16_t w;
	unsigned cap, hops;

	/* Not readable at all is not the same as no capability. */
	if (!config_u32(c, 0x100, &lo))
		return;
	FIELD_SET(r, pci_config, thunderbolt, false);
	for (cap = config_ext_cap(c, EXT_VNDR), hops = 0; cap && hops < 8; cap = ext_cap_after(c, EXT_VNDR, cap), hops++)
		if (config_u32(c, cap + 4, &vsec) && (vsec & 0xffff) == VSEC_THUNDERBOLT)
			r->thunderbolt = true;
	cap = config_ext_cap(c, EXT_DSN);
	if (cap && config_u32(c, cap + 4, &lo) && config_u32(c, cap + 8, &hi))
		FIELD_SET(r, pci_config, serial, (uint64_t)hi << 32 | lo);
	cap = config_ext_cap(c, EXT_ACS);
	if (cap && config_u16(c, cap + 4, &w)) {
		FIELD_SET(r, pci_config, acs_cap, w);
		if (config_u16(c, cap + 6, &w))
			FIELD_SET(r, pci_config, acs_ctl, w);
	} else if (!cap) {
		FIELD_SET(r, pci_config, acs_cap, 0);
		FIELD_SET(r, pci_config, acs_ctl, 0);
	}
	FIELD_SET(r, pci_config, rebar, config_ext_cap(c, EXT_REBAR) != 0);
	FIELD_SET(r, pci_config, sriov, config_ext_cap(c, EXT_SRIOV) != 0);
	FIELD_SET(r, pci_config, aer, config_ext_cap(c, EXT_AER) != 0);
	FIELD_SET(r, pci_config, dpc, config_ext_cap(c, EXT_DPC) != 0);
}

void config_decode(struct config_space *c, struct pci_config *r, uint32_t bars[static 6])
{
	uint32_t id;
	uint8_t type;
	unsigned i, n_bars;

	memset(bars, 0, 6 * sizeof(*bars));
	if (!config_u32(c, 0, &id))
		return;
	FIELD_SET(r, pci_config, all_ones, id == UINT32_MAX);
	if (r->all_ones || !config_u8(c, 0x0e, &type))
		return;
	FIELD_SET(r, pci_config, header_type, type);
	n_bars = (type & 0x7f) == 0 ? 6 : (type & 0x7f) == 1 ? 2 : 0;
	for (i = 0; i < n_bars; i++)
		config_u32(c, 0x10 + 4 * i, &bars[i]);
	if ((type & 0x7f) == 1)
		decode_windows(c, r);
	decode_pcie(c, r);
	decode_extended(c, r);
	FIELD_SET(r, pci_config, length, c->length < 256 ? c->length : FIELD_KNOWN(r, pci_config, acs_cap) ? 4096 : 256);
}
