/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading TOML 1.0 (toml.io/en/v1.0.0), the format of containerd's, CRI-O's and podman's configuration: a small tree in
 * an arena. Every key knows its line, so that a finding can point at it. The whole grammar is checked, because a file
 * that the engine refuses must not look good here.
 */
#ifndef GPUBAY_FORMAT_TOML_H
#define GPUBAY_FORMAT_TOML_H

#include "base/arena.h"
#include "base/err.h"

enum {
	TOML_TEXT_MAX = 1024 * 1024,
	TOML_DEPTH_MAX = 64,
	TOML_KEYS_MAX = 65536, /* in a document */
	TOML_TABLE_MAX = 4096, /* in one table */
};

enum toml_type {
	TOML_STRING = 1,
	TOML_INTEGER,
	TOML_FLOAT,
	TOML_BOOL,
	TOML_DATETIME, /* with offset; this and the next three keep their text as written */
	TOML_DATETIME_LOCAL,
	TOML_DATE_LOCAL,
	TOML_TIME_LOCAL,
	TOML_ARRAY,
	TOML_TABLE,
};

struct toml;
struct toml_list {
	struct toml **v;
	uint32_t n;
};

struct toml {
	enum toml_type type;
	unsigned state;   /* the reader's: how a table came to be */
	uint32_t line;    /* of its key; of the value in an array */
	const char *key;  /* NULL in an array and for the document */
	size_t n_key;
	const char *text; /* string, date, time; terminated */
	size_t n;         /* bytes of text: like a key, a string may hold a NUL */
	int64_t integer;
	double number;
	bool yes;
	struct toml_list list; /* of an array the elements, of a table the members in their order */
};

/* The document as a table. -EINVAL, or -E2BIG beyond a limit, and "name:line:column: …" in *e. */
int toml_parse(struct arena *a, const char *name, const char *text, size_t n, struct toml **ret, struct err *e);

/* All NULL-safe; NULL or the fallback where it is missing or of another type. */
const struct toml *toml_get(const struct toml *table, const char *key);
const char *toml_str(const struct toml *v);
int64_t toml_int(const struct toml *v, int64_t fallback);
bool toml_bool(const struct toml *v, bool fallback);

#endif
