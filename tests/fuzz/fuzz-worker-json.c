/* SPDX-License-Identifier: Apache-2.0 */
/* Reports as a worker, or whoever stands in its place, might print them. */
#include "codec/json.h"
#include "probe/report-read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snapshot *s = snapshot_new();
	struct buf out = BUF_NULL;
	struct err e = {0};
	struct report *r = LIST_PUSH(s->arena, &s->reports);

	if (report_read(s->arena, (const char *)data, size, r, &e) == 0) {
		struct report again;

		/* What was read is printable, and reads as the same. */
		if (snapshot_check(s, &e) < 0)
			abort();
		json_t *doc = json_object_of(s, r, report_fields);

		json_object_set_new(doc, "schema", json_string("gpubay/report/v1"));
		json_print(doc, &out);
		if (report_read(s->arena, out.p, out.n, &again, &e) < 0 || again.known != r->known)
			abort();
	} else if (!e.code) {
		abort();
	}
	buf_free(&out);
	snapshot_free(s);
	return 0;
}
