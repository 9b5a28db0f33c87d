/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stable ids: the first of a fixed order of sources that says something. A value that two GPUs share, or that is no
 * value, names neither; the last source, the address, always does.
 *
 * What root once published of a GPU that was ready stands before all of them: a user without rights, who cannot read its
 * serial number, calls it by the same name as the containers' specs do, and it keeps that name until it is pulled.
 */
#include "probe/state.h"

#include "base/parse.h"
#include "probe/published.h"

static bool same_serial(const struct snapshot *s, uint32_t index, uint64_t serial)
{
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		if (i != index && s->pci.v[s->gpus.v[i].pci].config.serial == serial)
			return true;
	return false;
}

static bool amd_id(struct probe *p, uint32_t index, const char **ret)
{
	struct gpu *g = &p->snap->gpus.v[index];
	const char *s;
	uint64_t v;

	if (!str_eq(g->driver, "amdgpu") || tree_read_str(&p->pci_dir, pci_attr(p, g->pci, "unique_id"), p->a, &s) < 0)
		return false;
	if (parse_u64(s, 16, UINT64_MAX, &v) < 0 || v == 0)
		return false;
	*ret = arena_printf(p->a, "amd-%016llx", (unsigned long long)v);
	return true;
}

static bool serial_id(struct probe *p, uint32_t index, const char **ret)
{
	const struct gpu *g = &p->snap->gpus.v[index];
	const struct pci_config *c = &p->snap->pci.v[g->pci].config;
	uint64_t low = c->serial & 0xffffffff;

	if (!FIELD_KNOWN(c, pci_config, serial) || c->serial == 0 || c->serial == UINT64_MAX || low == 0 ||
	    same_serial(p->snap, index, c->serial))
		return false;
	*ret = arena_printf(p->a, "%s-sn-%016llx", enum_name(&gpu_vendor_tab, g->vendor), (unsigned long long)c->serial);
	return true;
}

/* A box's unique id and the GPU's place among those in it: it may come back on another port under another address. */
static bool enclosure_id(struct probe *p, uint32_t index, const char **ret)
{
	const struct gpu *g = &p->snap->gpus.v[index];
	const struct tb_router *r;
	uint32_t i, slot = 0;

	if (!FIELD_KNOWN(&g->external, external, router) || g->external.router == NONE)
		return false;
	r = &p->snap->routers.v[g->external.router];
	if (!FIELD_KNOWN(r, tb_router, unique_id) || !*r->unique_id)
		return false;
	for (i = 0; i < index; i++)
		slot += p->snap->gpus.v[i].external.router == g->external.router &&
			FIELD_KNOWN(&p->snap->gpus.v[i].external, external, router);
	*ret = arena_printf(p->a, "box-%s-%u", r->unique_id, slot);
	return true;
}

static bool address_id(struct probe *p, uint32_t index, const char **ret)
{
	char text[PCI_ADDR_TEXT];

	*ret = arena_printf(p->a, "pci-%s", pci_addr_text(p->snap->gpus.v[index].address, text));
	return true;
}

struct way {
	enum id_source source;
	bool (*find)(struct probe *p, uint32_t index, const char **ret);
};

static bool taken(const struct snapshot *s, uint32_t index, const char *id)
{
	uint32_t j;

	for (j = 0; j < s->gpus.n; j++)
		if (j != index && str_eq(s->gpus.v[j].id, id))
			return true;
	return false;
}

static void name_by_ways(struct probe *p, uint32_t index)
{
	static const struct way ways[] = {{ID_SOURCE_AMD_UNIQUE_ID, amd_id},
		    {ID_SOURCE_PCIE_SERIAL, serial_id},
		    {ID_SOURCE_ENCLOSURE, enclosure_id},
		    {ID_SOURCE_ADDRESS, address_id}};
	struct gpu *g = &p->snap->gpus.v[index];
	const char *id;
	unsigned w;

	for (w = 0; w < ARRAY_LEN(ways); w++) {
		if (!ways[w].find(p, index, &id) || taken(p->snap, index, id))
			continue;
		FIELD_SET(g, gpu, id, id);
		FIELD_SET(g, gpu, id_source, ways[w].source);
		return;
	}
}

void gpu_name_stably(struct probe *p)
{
	uint32_t i;

	if (p->tree->live)
		published_ids_read(p);
	for (i = 0; i < p->snap->gpus.n; i++)
		if (!FIELD_KNOWN(&p->snap->gpus.v[i], gpu, id))
			name_by_ways(p, i);
}
