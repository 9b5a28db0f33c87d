/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON: jansson, with limits and with errors that name the place. Text out of objects is clean. */
#ifndef GPUBAY_FORMAT_JSON_H
#define GPUBAY_FORMAT_JSON_H

#include "base/arena.h"
#include "base/err.h"

#include <jansson.h>

enum { JSON_TEXT_MAX = 16 * 1024 * 1024 };

/* One whole document; a new reference in *ret. -EINVAL, or -E2BIG beyond the limit, and "name:line:column: …" in *e. */
int json_read(const char *name, const char *text, size_t n, json_t **ret, struct err *e);
void json_freep(json_t **j); /* CLEANUP */

/* A member of an object; where it is missing or of another type: NULL, or the fallback. */
const char *json_get_str(const json_t *o, const char *key);
uint64_t json_get_u64(const json_t *o, const char *key, uint64_t fallback);
bool json_get_bool(const json_t *o, const char *key, bool fallback);

#endif
