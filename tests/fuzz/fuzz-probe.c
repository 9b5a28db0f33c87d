/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capture read by every phase, judged by every check, and printed in every form. Whatever stands in it, the snapshot
 * keeps its invariants and nothing crashes, hangs or grows without bound.
 */
#include "check/check.h"
#include "codec/svg.h"
#include "codec/topo-text.h"
#include "host/capture.h"
#include "probe/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_ways(const struct snapshot *s, struct arena *a)
{
	struct buf out CLEANUP(buf_free) = BUF_NULL;
	struct topo t;

	topo_compute(s, a, &t);
	topo_text(s, &t, 80, &out);
	svg_topo(s, &t, &out);
	if (!out.p || strcmp(out.p + out.n - 7, "</svg>\n") != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct probe_request req = {.phases = PROBE_ALL};
	struct finding_list findings;
	struct tree *t = NULL;
	struct snapshot *s;
	struct err e = {0};
	struct arena *a;

	if (capture_parse("fuzz", (const char *)data, size, &t, &e) < 0)
		return 0;
	s = probe_snapshot(t, &req);
	e.code = 0;
	if (snapshot_check(s, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
	a = arena_new();
	check_run(s, NULL, a, &findings);
	print_ways(s, a);
	arena_free(a);
	snapshot_free(s);
	tree_free(t);
	return 0;
}
