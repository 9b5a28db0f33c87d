/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of cdi-read.c: what a CDI spec may hold, and how a spec in YAML becomes the same values as one in JSON. */
#ifndef GPUBAY_CODEC_CDI_SHAPE_H
#define GPUBAY_CODEC_CDI_SHAPE_H

#include "format/json.h"
#include "format/yaml.h"

/* A key that an object may have; what is not named is an error to the engines as well. */
struct cdi_shape {
	const char *key;
	json_type type;                /* JSON_TRUE: a truth */
	json_type element;             /* of an array */
	const struct cdi_shape *inner; /* of an object, or of an array's objects; NULL: any keys, with text */
	bool required;
	bool host_path;                /* a path on this machine */
	bool natural;                  /* numbers: not below 0 */
	bool assigns;                  /* texts: NAME=VALUE */
	const char *words;             /* a text: one of these, space separated */
	const char *chars;             /* a text: made of these, or one of the words */
};
extern const struct cdi_shape cdi_spec_shape[];
/* The row of a key, NULL. */
const struct cdi_shape *cdi_shape_find(const struct cdi_shape *shape, const char *key);

/*
 * A new reference in *ret. Values are what the shape wants of them, as the engines' reader has it: a plain 5 is text where
 * text is wanted, and nothing (null) is as if the key were not there. -EINVAL and "name:line:column: …" in *e.
 */
int cdi_yaml_values(const char *name, const struct yaml *doc, json_t **ret, struct err *e);

#endif
