/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stable ids as root published them: /run/gpubay/ids, a line for each GPU that was ready: address, vendor:device, inode
 * of its folder in /sys (a function that is plugged in anew has another), id, and where the id came from, tabs between. Without root a
 * GPU's serial number cannot be read, and a name that depends on who asks would be none.
 */
#ifndef GPUBAY_PROBE_PUBLISHED_H
#define GPUBAY_PROBE_PUBLISHED_H

#include "base/buf.h"
#include "probe/probe.h"

#define PUBLISHED_IDS "run/gpubay/ids"

/* Names the GPUs of the snapshot whose line fits. */
void published_ids_read(struct probe *p);
/* The file's text for a snapshot of this machine. */
void published_ids_text(const struct snapshot *s, struct tree *t, struct buf *ret);

#endif
