/* SPDX-License-Identifier: Apache-2.0 */
/* To whom a process belongs: systemd unit, container, pod; all of it from its control group's name. */
#ifndef GPUBAY_SWAP_ATTRIBUTE_H
#define GPUBAY_SWAP_ATTRIBUTE_H

#include "model/swap.h"

/* Reads the text of /proc/PID/cgroup, of version 1, 2 or both at once, and sets what it tells in *h. */
void attribute_cgroup(struct arena *a, const char *text, struct holder *h);

#endif
