/* SPDX-License-Identifier: Apache-2.0 */
/* What the two Type-C phases share. */
#ifndef GPUBAY_PROBE_TYPEC_H
#define GPUBAY_PROBE_TYPEC_H

#include "base/arena.h"

#define TYPEC_CLASS "sys/class/typec"

/* The chosen one of "a [b] c"; the text itself when it is one word; "" when none is chosen. */
const char *typec_current(struct arena *a, const char *text);

#endif
