/* SPDX-License-Identifier: Apache-2.0 */
/* JSON read back by the field tables that wrote it. The text may be anybody's: nothing of it is trusted. */
#ifndef GPUBAY_FORMAT_FIELDS_JSON_H
#define GPUBAY_FORMAT_FIELDS_JSON_H

#include "base/field.h"
#include "format/json.h"

/*
 * Fills a zeroed struct from an object, strings cleaned and in the arena. What has the wrong type or is missing stays
 * unknown, what is not in the table is passed over; lists have limits. References are not read: an index means nothing
 * outside its snapshot.
 */
void fields_read(struct arena *a, const json_t *j, void *obj, const struct field *table);

#endif
