/* SPDX-License-Identifier: Apache-2.0 */
/* The ways between devices as text: the matrix that everybody knows from NVIDIA's tool, for any mix of vendors. */
#ifndef GPUBAY_CODEC_TOPO_TEXT_H
#define GPUBAY_CODEC_TOPO_TEXT_H

#include "base/buf.h"
#include "model/topo.h"

/* `width` columns are kept where the names allow it: a matrix that is wider comes in blocks of columns. */
void topo_text(const struct snapshot *s, const struct topo *t, unsigned width, struct buf *out);

#endif
