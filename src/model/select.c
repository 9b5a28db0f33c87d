/* SPDX-License-Identifier: Apache-2.0 */
/* Which GPU a person means. Exact names win over prefixes, prefixes over vendor, family and name. */
#include "model/snapshot.h"

#include "base/buf.h"
#include "base/parse.h"

#include <errno.h>

static bool node_named(const struct snapshot *s, const struct gpu *g, const char *text)
{
	uint32_t i;

	for (i = 0; i < g->drm.n; i++) {
		const struct drm_node *d = &s->drm.v[g->drm.v[i]];

		if (str_eq(d->name, text) || str_eq(d->path, text) || (*text && str_eq(d->by_path, text)))
			return true;
	}
	return strs_has(&g->nodes, text);
}

static bool has_function(const struct snapshot *s, const struct gpu *g, uint64_t address)
{
	uint32_t i;

	for (i = 0; i < g->functions.n; i++)
		if (s->pci.v[g->functions.v[i]].address == address)
			return true;
	return g->address == address;
}

static bool fits_exactly(const struct snapshot *s, const struct gpu *g, const char *text)
{
	uint64_t address;
	uint32_t index;

	if (str_ieq(g->id, text) || strs_has(&g->aliases, text) || node_named(s, g, text))
		return true;
	if (pci_addr_parse(text, &address) == 0)
		return has_function(s, g, address);
	return parse_u32(text, 10, UINT32_MAX, &index) == 0 && index == g->index;
}

static bool prefix_of(const char *text, const char *whole)
{
	return whole && *text && strlen(text) >= 3 && str_starts(whole, text);
}

static bool contains(const char *whole, const char *text)
{
	size_t n = strlen(text);
	char piece[128];

	if (!whole || n == 0 || n >= sizeof(piece))
		return false;
	for (; strlen(whole) >= n; whole++) {
		memcpy(piece, whole, n);
		piece[n] = '\0';
		if (str_ieq(piece, text))
			return true;
	}
	return false;
}

static bool fits_loosely(const struct snapshot *s, const struct gpu *g, const char *text)
{
	uint32_t i;

	if (prefix_of(text, g->id) || str_ieq(enum_name(&gpu_vendor_tab, g->vendor), text))
		return true;
	for (i = 0; i < g->aliases.n; i++)
		if (prefix_of(text, g->aliases.v[i]))
			return true;
	return contains(g->family, text) || contains(g->name, text);
}

uint32_t snapshot_gpu_find(const struct snapshot *s, const char *text, struct err *e)
{
	bool (*const ways[])(const struct snapshot *, const struct gpu *, const char *) = {fits_exactly, fits_loosely};
	struct buf names CLEANUP(buf_free) = BUF_NULL;
	char addr[PCI_ADDR_TEXT];
	uint32_t i, found = NONE, n = 0;
	unsigned w;

	for (w = 0; w < ARRAY_LEN(ways) && n == 0; w++)
		for (i = 0; i < s->gpus.n; i++)
			if (ways[w](s, &s->gpus.v[i], text)) {
				found = i;
				buf_addf(&names, "%s%s", n++ ? ", " : "", pci_addr_text(s->gpus.v[i].address, addr));
			}
	if (n == 1)
		return found;
	if (n > 1)
		err_set(e, -EEXIST, "'%s' fits %u GPUs: %s", text, n, names.p);
	else
		err_set(e, -ENODEV, "no GPU '%s' here", text);
	return NONE;
}
