/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people write in YAML, as the structs of the field tables (base/field.h). A key is a field's name with '-' for
 * '_'; one that no field has, a value of another kind and a list that is too long are errors with their place, and the
 * file is not used then: a slip must not silently mean something else. A hidden field `line` gets the line it stands in.
 */
#ifndef GPUBAY_FORMAT_FIELDS_YAML_H
#define GPUBAY_FORMAT_FIELDS_YAML_H

#include "base/err.h"
#include "base/field.h"
#include "format/yaml.h"

enum { FIELDS_YAML_LIST_MAX = 500 };

/* Into obj, which the caller zeroed; v NULL leaves it so. -EINVAL and "name:line:column: expected …" in *e. */
int fields_read_yaml(struct arena *a, const char *name, const struct yaml *v, void *obj, const struct field *table,
		     struct err *e);

#endif
