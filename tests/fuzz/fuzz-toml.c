/* SPDX-License-Identifier: Apache-2.0 */
/* The TOML reader: whatever the bytes, a whole tree with lines, or an error with a place. */
#include "base/parse.h"
#include "format/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct toml *v, unsigned depth, uint32_t lines)
{
	uint32_t i;

	if (!v->type || depth > 2 * TOML_DEPTH_MAX || v->line == 0 || v->line > lines)
		abort();
	if (v->type == TOML_STRING && (!v->text || v->text[v->n] != '\0'))
		abort();
	for (i = 0; i < v->list.n; i++) {
		if (v->type == TOML_TABLE && (!v->list.v[i]->key || v->list.v[i]->key[v->list.v[i]->n_key] != '\0'))
			abort();
		walk(v->list.v[i], depth + 1, lines);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	char *text = arena_dup(a, data, size);
	uint32_t lines = 1;
	struct toml *root;
	struct err e = {0};
	size_t i;
	int r;

	for (i = 0; i < size; i++)
		lines += data[i] == '\n';
	r = toml_parse(a, "fuzz", text, size, &root, &e);
	if (r == 0)
		walk(root, 0, lines);
	else if (!e.code || !str_starts(e.text, "fuzz:"))
		abort();
	arena_free(a);
	return 0;
}
