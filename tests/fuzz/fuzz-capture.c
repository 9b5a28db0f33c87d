/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capture text: parsed, and when it is good, walked from end to end while a recorder looks on. What that writes must be
 * good in its turn.
 */
#include "host/capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct tree_dir *at, const char *path, struct arena *a, unsigned depth)
{
	struct strs names;
	struct tree_stat st;
	struct tree_dir d;
	const char *s;
	uint32_t i;

	if (depth > 8 || tree_open(at, path, &d) < 0)
		return;
	tree_list(&d, "", a, &names);
	for (i = 0; i < names.n && i < 64; i++) {
		tree_stat(&d, names.v[i], &st);
		tree_read_str(&d, names.v[i], a, &s);
		tree_readlink(&d, names.v[i], a, &s);
		walk(&d, names.v[i], a, depth + 1);
	}
	tree_close(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = BUF_NULL;
	struct capture_recorder *r;
	struct tree *t = NULL;
	struct err e = {0};
	struct arena *a;

	if (capture_parse("fuzz", (const char *)data, size, &t, &e) < 0) {
		if (e.code != -22 || strncmp(e.text, "fuzz:", 5) != 0)
			abort();
		return 0;
	}
	a = arena_new();
	r = capture_record(t);
	walk(&t->root, "", a, 0);
	if (capture_write(r, size % 2, NULL, &out, &e) == 0) {
		struct tree *back = NULL;

		if (capture_parse("written", out.p, out.n, &back, &e) < 0) {
			fprintf(stderr, "%s\n%s\n", e.text, out.p);
			abort();
		}
		tree_free(back);
	}
	capture_record_stop(r);
	buf_free(&out);
	arena_free(a);
	tree_free(t);
	return 0;
}
