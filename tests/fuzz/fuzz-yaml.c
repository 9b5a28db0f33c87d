/* SPDX-License-Identifier: Apache-2.0 */
/* The YAML reader: whatever the bytes, a whole tree with places, or an error with a place. */
#include "base/parse.h"
#include "format/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct yaml *v, unsigned depth)
{
	bool yes;
	int64_t number;
	uint32_t i;

	if (!v->type || depth > YAML_DEPTH_MAX || v->line == 0 || v->column == 0)
		abort();
	if (v->type == YAML_SCALAR && (!v->text || v->list.n))
		abort();
	if (yaml_int(v, &number) && (yaml_bool(v, &yes) || yaml_is_null(v)))
		abort();
	for (i = 0; i < v->list.n; i++) {
		if ((v->type == YAML_MAP) != (v->list.v[i]->key != NULL))
			abort();
		walk(v->list.v[i], depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct yaml *root;
	struct err e = {0};
	int r = yaml_parse(a, "fuzz", (const char *)data, size, &root, &e);

	if (r == 0 && root)
		walk(root, 0);
	else if (r && (!e.code || !str_starts(e.text, "fuzz:")))
		abort();
	arena_free(a);
	return 0;
}
