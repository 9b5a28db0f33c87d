/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What gpubay knows of a GPU and no driver says: that it is being taken out, that it hangs, that it may be unplugged. A
 * file for each stable id, which the state of the GPU is drawn from (probe/state.c), by us and by everybody else. They
 * lie below /run: after a boot nothing of it is true any more.
 */
#ifndef GPUBAY_SWAP_NOTE_H
#define GPUBAY_SWAP_NOTE_H

#include "host/effects.h"
#include "model/gpu.h"

#define NOTE_FOLDER "/run/gpubay/state"

/* state: removing, wedged or safe-to-unplug. */
int note_write(struct effects *fx, const char *gpu_id, enum gpu_state state, struct err *e);
int note_clear(struct effects *fx, const char *gpu_id);

#endif
