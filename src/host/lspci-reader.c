/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions that were read so far, and the runs they stand in. A run is what one call of lspci printed: addresses
 * ascend, nothing foreign between. What some functions of a run have (a driver, a group), those without do not have;
 * without a run's witness it is unknown.
 */
#include "host/lspci-reader.h"

#include <errno.h>

enum { FUNCTIONS_MAX = 65536 };

int lspci_expected(const struct lspci_reader *r, unsigned line, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(r->e, -EINVAL, "%s:%u: expected %s", r->name, line, text);
}

uint64_t lspci_address_key(const struct lspci_fn *f)
{
	return (uint64_t)f->domain << 16 | (uint64_t)f->bus << 8 | (uint64_t)f->dev << 3 | f->fn;
}

void lspci_run_end(struct lspci_reader *r)
{
	uint32_t i;

	for (i = 0; i < r->run.n && !r->cut; i++) {
		struct lspci_fn *f = &r->fns.v[r->run.v[i]];

		if (r->witness & LSPCI_IOMMU && !(f->known & LSPCI_IOMMU))
			f->iommu_group = -1;
		f->known |= r->witness & (LSPCI_DRIVER | LSPCI_MODULES | LSPCI_IOMMU);
	}
	r->run.n = 0;
	r->run.v = NULL;
	r->witness = 0;
	r->cut = false;
	r->ended = false;
	r->last = 0;
}

static void hash_grow(struct lspci_reader *r)
{
	uint32_t i;

	r->n_hash = r->n_hash ? r->n_hash * 2 : 64;
	r->hash = arena_alloc(r->a, r->n_hash * sizeof(*r->hash));
	for (i = 0; i < r->fns.n; i++) {
		uint32_t at = (uint32_t)(lspci_address_key(&r->fns.v[i]) * UINT64_C(0x9e3779b97f4a7c15) >> 40) & (r->n_hash - 1);

		while (r->hash[at])
			at = (at + 1) & (r->n_hash - 1);
		r->hash[at] = i + 1;
	}
}

static uint32_t fn_find(struct lspci_reader *r, const struct lspci_fn *want)
{
	uint64_t key = lspci_address_key(want);
	uint32_t at;

	if (r->fns.n * 2 >= r->n_hash)
		hash_grow(r);
	at = (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 40) & (r->n_hash - 1);
	for (; r->hash[at]; at = (at + 1) & (r->n_hash - 1))
		if (lspci_address_key(&r->fns.v[r->hash[at] - 1]) == key)
			return r->hash[at] - 1;
	*LIST_PUSH(r->a, &r->fns) = *want;
	r->hash[at] = r->fns.n;
	return r->fns.n - 1;
}

int lspci_fn_begin(struct lspci_reader *r, const struct lspci_address *addr, struct lspci_fn **ret)
{
	struct lspci_fn f = {.domain = addr->domain, .bus = addr->bus, .dev = addr->dev, .fn = addr->fn,
			     .line = r->line_no, .numa_node = -1};
	uint64_t key = lspci_address_key(&f);

	if (r->ended || (r->run.n && key <= r->last))
		lspci_run_end(r);
	r->last = key;
	r->cur = fn_find(r, &f);
	if (r->fns.n > FUNCTIONS_MAX)
		return lspci_expected(r, r->line_no, "at most %u functions", (unsigned)FUNCTIONS_MAX);
	u32s_add(r->a, &r->run, r->cur);
	r->bare = true;
	r->resizable = 0;
	r->config = NULL;
	r->n_config = 0;
	*ret = &r->fns.v[r->cur];
	return 0;
}

struct lspci_fn *lspci_current(struct lspci_reader *r)
{
	return r->cur == NONE ? NULL : &r->fns.v[r->cur];
}
