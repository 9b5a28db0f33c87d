/* SPDX-License-Identifier: Apache-2.0 */
/* Reservations as the JSON of the state file. */
#ifndef GPUBAY_CODEC_RESERVATIONS_H
#define GPUBAY_CODEC_RESERVATIONS_H

#include "base/buf.h"
#include "plan/alloc.h"

/* Empty text gives none; -EINVAL with the place in *e for anything else that is not such a document. */
int reservations_parse(const char *text, size_t n, struct arena *a, struct reservation_list *ret, struct err *e);
void reservations_print(const struct reservation_list *l, struct buf *out);

#endif
