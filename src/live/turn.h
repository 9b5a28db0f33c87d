/* SPDX-License-Identifier: Apache-2.0 */
/* Who takes GPUs in or out of the running machine does so alone. */
#ifndef GPUBAY_LIVE_TURN_H
#define GPUBAY_LIVE_TURN_H

#include "base/err.h"

#define TURN_FILE "/run/gpubay/turn.lock"

/*
 * Takes the turn until this process ends, whatever its end is; -EBUSY: another has it. Where there is no place for the
 * lock nobody else can have it either, and that is 0.
 */
int turn_take(struct err *e);

#endif
