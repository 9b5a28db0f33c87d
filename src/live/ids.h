/* SPDX-License-Identifier: Apache-2.0 */
/* Publishes the stable ids of ready GPUs to those who cannot read what they are made of: probe/published.h. */
#ifndef GPUBAY_LIVE_IDS_H
#define GPUBAY_LIVE_IDS_H

#include "base/err.h"
#include "host/tree.h"
#include "model/snapshot.h"

/* Writes the file where its text differs. Nothing happens for a snapshot that was not made by root on this machine. */
int ids_publish(const struct snapshot *s, struct tree *t, struct err *e);

#endif
