/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes when a GPU is taken out, and how its port lets go: all functions of the card, its virtual functions, and
 * whatever else hangs on the same tunnel or slot. The boundary is the port that stays: the one the box is plugged into,
 * the slot's, or the one above the card.
 */
#ifndef GPUBAY_SWAP_UNIT_H
#define GPUBAY_SWAP_UNIT_H

#include "facts/swap.h"
#include "host/tree.h"
#include "model/snapshot.h"

struct unit {
	const struct facts_letgo *how;
	struct u32s
		functions; /* of the GPUs, in the order in which drivers let go: a main one after its siblings */
	struct u32s vfs;    /* their virtual functions */
	struct u32s tops;   /* what is removed, and all that is below with it */
	struct u32s gpus;   /* the GPU itself first, then others that go too */
	struct u32s others; /* functions that go too, other GPUs' among them, bridges left out */
	struct u32s all;       /* every function that goes, bridges among them */
	uint32_t router;    /* whose tunnel is taken down, or NONE */
	const char *slot;   /* name of the slot whose power is switched off, or NULL */
};

/* The snapshot needs PROBE_LIST. Slots are looked up in the tree. */
void unit_find(struct tree *t, const struct snapshot *s, uint32_t gpu, struct arena *a,
	       struct unit *ret);

/* "0000:04:00.0 I210 Gigabit Network Connection (igb)". */
const char *unit_say(const struct snapshot *s, struct arena *a, uint32_t pci);
/* A list of those, "; " between. "" for none. */
const char *unit_say_all(const struct snapshot *s, struct arena *a, const struct u32s *pci);

#endif
