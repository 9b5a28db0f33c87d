/* SPDX-License-Identifier: Apache-2.0 */
/* /etc/gpubay/trust: what is understood is printed, and understood as the same again; a line that is cut is gone. */
#include "base/parse.h"
#include "format/trust-file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void same_again(struct arena *a, const struct trust_entry *x)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	struct trust_file again;
	struct err e = {0};

	trust_file_print(x, &b);
	must(trust_file_parse("printed", b.p, b.n, a, &again, &e) == 0 && again.entries.n == 1);
	must(str_eq(again.entries.v[0].unique_id, x->unique_id) && again.entries.v[0].once == x->once);
	must(again.entries.v[0].iommu == x->iommu && again.entries.v[0].key == x->key);
}

static void gone_when_cut(struct arena *a, const char *text, size_t size, const struct trust_entry *x, uint32_t n)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	struct trust_file rest;
	struct err e = {0};

	trust_file_cut(text, size, x->line, &b);
	must(trust_file_parse("cut", b.p ? b.p : "", b.n, a, &rest, &e) == 0);
	must(rest.entries.n == n - 1 && !trust_file_find(&rest, x->unique_id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	char *text = arena_strn(a, (const char *)data, size);
	struct trust_file f;
	struct err e = {0};

	if (trust_file_parse("trust", text, size, a, &f, &e) < 0) {
		must(f.entries.n == 0 && !f.require_iommu && e.text[0]);
	} else if (f.entries.n) {
		same_again(a, &f.entries.v[f.entries.n - 1]);
		gone_when_cut(a, text, size, &f.entries.v[0], f.entries.n);
	}
	arena_free(a);
	return 0;
}
