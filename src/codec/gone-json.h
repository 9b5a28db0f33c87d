/* SPDX-License-Identifier: Apache-2.0 */
/* What is left of GPUs that went unasked: one document, which `gpubay gone` prints and the agent reads. */
#ifndef GPUBAY_CODEC_GONE_JSON_H
#define GPUBAY_CODEC_GONE_JSON_H

#include "base/buf.h"
#include "base/err.h"
#include "model/swap.h"

void gone_text(const struct gone *g, struct buf *out);
/* An error document is an error, with its text. */
int gone_read(struct arena *a, const char *text, size_t n, struct gone *ret, struct err *e);

#endif
