/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading YAML as other people's files use it: libyaml's events become a small tree in an arena, each node with its line
 * and column. One document; no anchors, aliases or tags, which the files that gpubay reads have no use for and which can
 * make a small file a huge tree. What a plain scalar means (number, truth) is for the reader to say, who knows what he wants.
 */
#ifndef GPUBAY_FORMAT_YAML_H
#define GPUBAY_FORMAT_YAML_H

#include "base/arena.h"
#include "base/err.h"

enum {
	YAML_TEXT_MAX = 1024 * 1024,
	YAML_DEPTH_MAX = 64,
	YAML_NODES_MAX = 262144, /* in a document */
	YAML_MAP_MAX = 1024,     /* keys in one map */
};

enum yaml_type { YAML_SCALAR = 1, YAML_LIST, YAML_MAP };

struct yaml;
struct yaml_list {
	struct yaml **v;
	uint32_t n;
};

struct yaml {
	enum yaml_type type;
	uint32_t line, column; /* of the value; from 1 */
	const char *key;       /* of a member of a map; NULL elsewhere */
	uint32_t key_line, key_column;
	bool plain;            /* a scalar without quotes: it may be a number, true, or nothing */
	const char *text;      /* of a scalar: terminated, and no NUL in it */
	struct yaml_list list; /* elements, or members in their order */
};

/* The document; *ret NULL for an empty one. -EINVAL, or -E2BIG beyond a limit, and "name:line:column: …" in *e. */
int yaml_parse(struct arena *a, const char *name, const char *text, size_t n, struct yaml **ret, struct err *e);

/* All NULL-safe. A member of a map; a scalar's text, NULL for nothing (empty and plain, ~, null) and for other types. */
const struct yaml *yaml_get(const struct yaml *map, const char *key);
const char *yaml_str(const struct yaml *v);
bool yaml_is_null(const struct yaml *v);
/* A plain scalar that is a whole number (12, -1, 0x1f, 0660 and 0o660) or a truth (true, false). */
bool yaml_int(const struct yaml *v, int64_t *ret);
bool yaml_bool(const struct yaml *v, bool *ret);

#endif
