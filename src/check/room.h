/* SPDX-License-Identifier: Apache-2.0 */
/* The room that a GPU takes behind a hot-plug port: what the port's windows must have, and how the kernel is told. */
#ifndef GPUBAY_CHECK_ROOM_H
#define GPUBAY_CHECK_ROOM_H

#include "check/check.h"

struct room {
	uint64_t prefetch, memory; /* bytes; 0: not known, or none */
	unsigned buses;            /* bridges of the box, each with a bus of its own */
};

/* Of all its functions; with `full`, Resizable BAR at its largest. Prefetch is 0 where the kernel forgot a size. */
struct room room_of(const struct snapshot *s, const struct gpu *g, bool full);
/* "pci=hpmmioprefsize=32768M,hpmmiosize=64M,hpbussize=4": what is more than the kernel keeps anyway. */
const char *room_parameter(struct check *c, const struct room *r);

#endif
