/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A /dev in which only chosen GPU nodes exist, for this process and what it starts: variables steer a willing program,
 * a missing node steers every program. A mount namespace of its own; without root also a user namespace. Linux only.
 */
#ifndef GPUBAY_HOST_ISOLATE_H
#define GPUBAY_HOST_ISOLATE_H

#include "base/arena.h"
#include "base/err.h"

/*
 * After this /dev of the calling process has everything it had but GPU nodes that are not in `keep` (paths): below
 * /dev/dri, /dev/accel and /dev/nvidia-caps, nvidia*, kfd. -EPERM where namespaces are not allowed.
 */
int isolate_dev(const struct strs *keep, struct err *e);

#endif
