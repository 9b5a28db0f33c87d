/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that an eject is taking out, as its journal below /run names them. While a driver lets go of a device the
 * kernel holds the device's lock, and some kernels take it to show `uevent` (6.1.192 does): where the driver hangs, who
 * reads that file hangs as well, for good. What it says stands in other files, which need no lock.
 */
#ifndef GPUBAY_PROBE_GOING_H
#define GPUBAY_PROBE_GOING_H

#include "probe/probe.h"

#define GOING_FOLDER "run/gpubay/eject"
#define GOING_KEY "below" /* "below 0000:22:00.0" */

/* Their addresses as text, as they stand in /sys. */
void going_read(struct probe *p, struct strs *ret);

#endif
