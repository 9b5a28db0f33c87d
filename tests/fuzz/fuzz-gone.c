/* SPDX-License-Identifier: Apache-2.0 */
/* What is left of GPUs that went: the answer that the agent reads, and its record of what they had. */
#include "codec/event-json.h"
#include "codec/gone-json.h"
#include "host/tree-mem.h"
#include "swap/left.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snapshot *now CLEANUP(snapshot_freep) = snapshot_new();
	struct tree *t CLEANUP(tree_freep) = tree_new_mem("fuzz");
	struct arena *a = arena_new();
	struct buf text = BUF_NULL;
	struct err e = {0};
	struct gone gone;
	struct view view;

	tree_mem_file(t, "proc/1/comm", "init\n", 5);
	if (view_read(a, (const char *)data, size, &view, &e) == 0 && left_find(t, now, &view.gone, a, &gone) == 0)
		gone_text(&gone, &text);
	if (text.n && gone_read(a, text.p, text.n, &gone, &e) < 0)
		abort();
	gone_read(a, (const char *)data, size, &gone, &e);
	buf_free(&text);
	arena_free(a);
	return 0;
}
