/* SPDX-License-Identifier: Apache-2.0 */
/* Reads TOML from standard input and prints it as the public TOML test cases write their answers (toml-lang/toml-test). */
#include "base/buf.h"
#include "format/toml.h"

#include <jansson.h>
#include <unistd.h>

static json_t *tagged(const char *type, const char *text, size_t n)
{
	return json_pack("{s:s, s:o}", "type", type, "value", json_stringn(text, n));
}

static json_t *json_of(const struct toml *v)
{
	static const char *const names[] = {
		[TOML_STRING] = "string", [TOML_INTEGER] = "integer", [TOML_FLOAT] = "float", [TOML_BOOL] = "bool",
		[TOML_DATETIME] = "datetime", [TOML_DATETIME_LOCAL] = "datetime-local", [TOML_DATE_LOCAL] = "date-local",
		[TOML_TIME_LOCAL] = "time-local",
	};
	char text[64];
	json_t *j;
	uint32_t i;

	switch (v->type) {
	case TOML_TABLE:
		j = json_object();
		for (i = 0; i < v->list.n; i++)
			json_object_setn_new(j, v->list.v[i]->key, v->list.v[i]->n_key, json_of(v->list.v[i]));
		return j;
	case TOML_ARRAY:
		j = json_array();
		for (i = 0; i < v->list.n; i++)
			json_array_append_new(j, json_of(v->list.v[i]));
		return j;
	case TOML_INTEGER:
		snprintf(text, sizeof(text), "%lld", (long long)v->integer);
		break;
	case TOML_FLOAT:
		snprintf(text, sizeof(text), "%.17g", v->number);
		break;
	case TOML_BOOL:
		snprintf(text, sizeof(text), "%s", v->yes ? "true" : "false");
		break;
	default:
		return tagged(names[v->type], v->text, v->n);
	}
	return tagged(names[v->type], text, strlen(text));
}

int main(void)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	struct err e = {0};
	char piece[4096];
	struct toml *t;
	ssize_t n;
	json_t *j;

	while ((n = read(0, piece, sizeof(piece))) > 0)
		buf_add(&b, piece, (size_t)n);
	if (toml_parse(a, "stdin", b.p ? b.p : "", b.n, &t, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	j = json_of(t);
	json_dumpf(j, stdout, JSON_ENCODE_ANY);
	json_decref(j);
	return 0;
}
