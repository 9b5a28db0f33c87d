/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a monitor says of itself: the first block of its EDID, and names that stand in the blocks
 * after it.
 */
#ifndef GPUBAY_PROBE_EDID_H
#define GPUBAY_PROBE_EDID_H

#include "model/drm.h"

/*
 * Reads n bytes of EDID. -EINVAL when they are none (too short, no header). A wrong checksum is a
 * fact of the monitor (checksum_ok), not a failure; blocks that are announced and not there are
 * simply not looked at.
 */
int edid_parse(const uint8_t *p, size_t n, struct arena *a, struct edid *ret);

#endif
