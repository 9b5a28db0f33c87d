/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A window must be as large as all in it, and the largest of them lies at a multiple of its size, wherever the window
 * begins: that takes twice its size, less the MiB that windows are aligned to. What is not said stays as the kernel has it: 2 MiB and one bus
 * for each hot-plug port (drivers/pci/pci.c).
 */
#include "check/room.h"

#define MIB (UINT64_C(1) << 20)

uint64_t room_power_of_two(uint64_t v)
{
	uint64_t p = MIB;

	while (p < v && p < UINT64_C(1) << 62)
		p <<= 1;
	return p;
}

static uint64_t window_for(uint64_t sum, uint64_t most)
{
	return sum ? room_power_of_two(MAX(sum, 2 * MAX(most, MIB) - MIB)) : 0;
}

/* The largest size that Resizable BAR allows: bit n is 2^n MiB. */
static uint64_t largest(const struct pci_bar *b)
{
	uint64_t size = FIELD_KNOWN(b, pci_bar, size) ? b->size : 0;
	unsigned bit;

	for (bit = 0; FIELD_KNOWN(b, pci_bar, sizes) && bit < 44; bit++)
		if (b->sizes >> bit & 1)
			size = MAX(size, MIB << bit);
	return size;
}

static unsigned bridges_between(const struct snapshot *s, const struct gpu *g)
{
	uint32_t at = g->pci, steps;
	unsigned n = 0;

	for (steps = 0; FIELD_KNOWN(&g->external, external, port) && g->external.port != NONE && steps < s->pci.n; steps++) {
		at = FIELD_KNOWN(&s->pci.v[at], pci_device, parent) ? s->pci.v[at].parent : NONE;
		if (at == NONE || at == g->external.port)
			return n + 1;
		n++;
	}
	return 1;
}

struct room room_of(const struct snapshot *s, const struct gpu *g, bool full)
{
	struct room r = {.buses = bridges_between(s, g)};
	uint64_t most[2] = {0};
	bool forgotten = false;
	uint32_t i, k;

	for (i = 0; i < g->functions.n; i++)
		for (k = 0; k < s->pci.v[g->functions.v[i]].bars.n; k++) {
			const struct pci_bar *b = &s->pci.v[g->functions.v[i]].bars.v[k];
			uint64_t size = full ? largest(b) : FIELD_KNOWN(b, pci_bar, size) ? b->size : 0;

			if (b->io || b->index > 5)
				continue;
			forgotten |= b->prefetchable && size == 0;
			size = MIN(size, UINT64_C(1) << 56);
			most[b->prefetchable] = MAX(most[b->prefetchable], size);
			*(b->prefetchable ? &r.prefetch : &r.memory) += size;
		}
	r.least = forgotten ? 0 : (r.prefetch + MIB - 1) & ~(MIB - 1);
	r.prefetch = forgotten ? 0 : window_for(r.prefetch, most[true]);
	r.memory = window_for(r.memory, most[false]);
	return r;
}

const char *room_parameter(struct check *c, const struct room *r)
{
	const char *memory = r->memory > ROOM_KEPT_ANYWAY ? arena_printf(c->arena, ",hpmmiosize=%lluM", (unsigned long long)(r->memory / MIB)) : "";
	const char *buses = r->buses > 1 ? arena_printf(c->arena, ",hpbussize=%u", r->buses) : "";

	if (r->prefetch == 0)
		return arena_printf(c->arena, "pci=hpmmioprefsize=SIZE%s%s with the size of the card's memory", memory, buses);
	return arena_printf(c->arena, "pci=hpmmioprefsize=%lluM%s%s", (unsigned long long)(r->prefetch / MIB), memory, buses);
}
