/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON documents out of the field tables. Every document has "schema": "gpubay/<kind>/v1" first; unknown values are
 * null, known nothing is "" or []; keys stand in table order, so the same snapshot gives the same bytes.
 */
#ifndef GPUBAY_CODEC_JSON_H
#define GPUBAY_CODEC_JSON_H

#include "base/buf.h"
#include "check/check.h"
#include "model/snapshot.h"

#include <jansson.h>

/* One object; a new reference. `s` resolves references to names. */
json_t *json_object_of(const struct snapshot *s, const void *obj, const struct field *table);
/* The same with its known fields alone: for a table most of whose fields do not concern an object. No references. */
json_t *json_known_of(const void *obj, const struct field *table);
/* {"schema": "gpubay/<kind>/v1"}; a new reference. */
json_t *json_document(const char *kind);
/* Appends every element of an array of `n` structs of `size` bytes. A new reference. */
json_t *json_array_of(const struct snapshot *s, const void *v, uint32_t n, size_t size, const struct field *table);

/* An array of texts. A new reference. */
json_t *json_strs(const struct strs *l);

/* The node document: everything in the snapshot, with findings where given (NULL: none run). A new reference. */
json_t *json_node(const struct snapshot *s, const struct finding_list *findings);
json_t *json_findings(const struct snapshot *s, const struct finding_list *findings);
/* The JSON Schema of the node document, from the same tables. */
json_t *json_node_schema(void);
/* That of documents made by json_known_of: of the fields only the first n must be there. */
json_t *json_known_schema(const char *kind, const struct field *table, unsigned n_required);

/* Indented text with a final newline; steals the reference. */
void json_print(json_t *doc, struct buf *out);
/* One line with a final newline; steals the reference. */
void json_line(json_t *doc, struct buf *out);

#endif
