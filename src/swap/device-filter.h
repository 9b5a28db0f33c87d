/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device filters of cgroup v2: a small BPF program that is asked at each open and mknod, with the kind, number and wanted
 * access of the device, and gives 1 or 0. There is no list of rules to add to: who wants to allow one device more has to
 * replace the program. Pure: programs in, programs out; the kernel's side is in device-cgroup.h.
 *
 * The runtime's rules are taken from the program itself, as the kernel gives it back, not from the container's
 * configuration: the program also holds what each version of each runtime allows without being told, what systemd made
 * of its unit, and what was changed since the start. In front of it comes one block for each device that is given. A
 * block allows or leaves all registers but R1 to what follows, which may not rely on any other. So it can be cut off
 * again without knowing what was there before.
 */
#ifndef GPUBAY_SWAP_DEVICE_FILTER_H
#define GPUBAY_SWAP_DEVICE_FILTER_H

#include "base/arena.h"

#include <linux/bpf.h>

/* What the kernel takes from root in one program is far more; runtimes' programs have tens of instructions. */
enum { DEVICE_FILTER_MAX = 4096 };

/* A character device, to be read and written. */
struct device_number {
	uint32_t major, minor;
};
struct device_number_list {
	struct device_number *v;
	uint32_t n;
};

struct device_filter {
	struct bpf_insn *v;
	uint32_t n;
};

/*
 * A program as the kernel gave it back, in a form that can be loaded again: constants that were blinded
 * (net.core.bpf_jit_harden=2) are put together, what the kernel put in for itself is taken out. -EOPNOTSUPP: it does
 * more than look at numbers (maps, calls), which cannot be carried over.
 */
int device_filter_normalise(struct arena *a, const struct device_filter *seen, struct device_filter *ret);
/* Whether it lets the device be opened for reading and writing: 1, 0; -EOPNOTSUPP: not to be told from here. */
int device_filter_allows(const struct device_filter *f, const struct device_number *d);
/* With these devices allowed; f has to be normalised. */
void device_filter_open(struct arena *a, const struct device_filter *f, const struct device_number_list *devices,
			struct device_filter *ret);
/* Without our blocks for these devices; how many were cut out. */
unsigned device_filter_close(struct arena *a, const struct device_filter *f, const struct device_number_list *devices,
			     struct device_filter *ret);

#endif
