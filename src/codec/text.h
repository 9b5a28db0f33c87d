/* SPDX-License-Identifier: Apache-2.0 */
/* Field tables as text for people: one "name  value" line for each known field, nested objects indented. */
#ifndef GPUBAY_CODEC_TEXT_H
#define GPUBAY_CODEC_TEXT_H

#include "base/buf.h"
#include "model/snapshot.h"

/* Fields that are unknown are left out and named together in a last line, so that unknown never looks like nothing. */
void text_fields(const struct snapshot *s, const void *obj, const struct field *table, unsigned indent, unsigned width,
		 struct buf *out);

#endif
