/* SPDX-License-Identifier: Apache-2.0 */
/* The room that a GPU takes behind a hot-plug port: what the port's windows must have, and how the kernel is told. */
#ifndef GPUBAY_CHECK_ROOM_H
#define GPUBAY_CHECK_ROOM_H

#include "check/check.h"

/* What the kernel keeps of each kind for a hot-plug port, if it is not told more. */
#define ROOM_KEPT_ANYWAY (UINT64_C(2) << 20)

/* Without Resizable BAR a GPU shows 256 MiB of its memory, and NVIDIA's 32 MiB beside it. */
#define ROOM_OF_SMALL_GPU (288ULL << 20)
#define ROOM_FOR_SMALL_GPU (512ULL << 20)

/* The least power of two that is not below v, from a MiB on: windows and memory in bytes. */
uint64_t room_power_of_two(uint64_t v);

struct room {
	uint64_t least;            /* prefetchable window that holds it; bytes; 0: not known, or none */
	uint64_t prefetch, memory; /* what to reserve, so that it fits wherever the window begins; the same */
	unsigned buses;            /* bridges of the box, each with a bus of its own */
};

/* Of all its functions; with `full`, Resizable BAR at its largest. Prefetch is 0 where the kernel forgot a size. */
struct room room_of(const struct snapshot *s, const struct gpu *g, bool full);
/* "pci=hpmmioprefsize=32768M,hpmmiosize=64M,hpbussize=4": what is more than the kernel keeps anyway. */
const char *room_parameter(struct check *c, const struct room *r);

#endif
