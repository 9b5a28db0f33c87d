/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an eject is about to do, written below /run before the first change: after the GPU is off the bus nothing else
 * says which slot or tunnel it came from. It stays until the GPU is ejected again; whether it still means something is
 * for the note (swap/note.h) to say.
 */
#ifndef GPUBAY_SWAP_JOURNAL_H
#define GPUBAY_SWAP_JOURNAL_H

#include "host/effects.h"
#include "host/tree.h"
#include "swap/unit.h"

#define JOURNAL_FOLDER "/run/gpubay/eject"

/* A function by its address; another device may have that address by now, so its ids are kept, too. */
struct journal_function {
	uint64_t address;
	uint16_t vendor_id, device_id;
};
struct journal_function_list {
	struct journal_function *v;
	uint32_t n;
};

struct journal {
	const char *gpu_id, *name;
	struct strs company;   /* stable ids of other GPUs that go too */
	const char *interface; /* what it was attached with; "" inside the machine */
	struct journal_function_list
		functions; /* of the unit, in the order in which drivers let go */
	uint64_t address;  /* the main function's */
	struct journal_function_list tops;
	struct strs below; /* addresses of all that goes, bridges too; probe/going.h reads them */
	const char *router, *router_id; /* NULL: no tunnel is taken down */
	const char *slot;		/* NULL: no power is switched off */
	const char *console; /* text console that was taken off its framebuffer; NULL: none */
	struct strs units;   /* daemons to be started again */
};

void journal_of(const struct snapshot *s, const struct unit *u, struct arena *a,
		struct journal *ret);
int journal_write(struct effects *fx, const struct journal *j, struct err *e);
/*
 * The journal of the GPU that had this stable id (or a prefix that fits one alone) or this address. -ENODEV: there is
 * none; -EEXIST: more than one fits.
 */
int journal_find(struct tree *t, const char *name, struct arena *a, struct journal *ret);

/*
 * Warns others of a function that a driver is about to take, as a journal's `below` does of those that are taken out:
 * while its probe hangs, whoever reads some of its files hangs as well (probe/going.h). Taken back when the probe ended.
 */
int journal_mark(struct effects *fx, const char *address, struct err *e);
int journal_unmark(struct effects *fx, const char *address);

#endif
