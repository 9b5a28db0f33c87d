/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of sockets, root ports, switches, GPUs, RDMA devices and external boxes as a drawing (SVG 1.1). */
#ifndef GPUBAY_CODEC_SVG_H
#define GPUBAY_CODEC_SVG_H

#include "base/buf.h"
#include "model/topo.h"

/* Same snapshot, same bytes. */
void svg_topo(const struct snapshot *s, const struct topo *t, struct buf *out);

#endif
