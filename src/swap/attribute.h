/* SPDX-License-Identifier: Apache-2.0 */
/* To whom a process belongs: systemd unit, container, pod; all of it from its control group's name. */
#ifndef GPUBAY_SWAP_ATTRIBUTE_H
#define GPUBAY_SWAP_ATTRIBUTE_H

#include "model/swap.h"

/* Reads the text of /proc/PID/cgroup, of version 1, 2 or both at once, and sets what it tells in *h. */
void attribute_cgroup(struct arena *a, const char *text, struct holder *h);
/* How much of a control group's path leads to the folder that is named after this container; 0: there is none. */
size_t attribute_named(const char *path, const char *id);
/* The same for the text of /proc/PID/cgroup; NULL: no line of it has such a folder. */
const char *attribute_own(struct arena *a, const char *text, const char *id);
/* Whether a process with this text is in that control group, or in one below it. */
bool attribute_below(struct arena *a, const char *text, const char *group);

#endif
