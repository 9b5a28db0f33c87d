/* SPDX-License-Identifier: Apache-2.0 */
#include "model/snapshot.h"

#include "base/parse.h"

#include <errno.h>

FIELD_TABLE(gap, GAP)

struct snapshot *snapshot_new(void)
{
	struct arena *a = arena_new();
	struct snapshot *s = ARENA_NEW(a, struct snapshot);

	s->arena = a;
	return s;
}

void snapshot_free(struct snapshot *s)
{
	if (s)
		arena_free(s->arena);
}

void snapshot_freep(struct snapshot **s)
{
	snapshot_free(*s);
	*s = NULL;
}

uint32_t snapshot_pci_find(const struct snapshot *s, uint64_t address)
{
	uint32_t lo = 0, hi = s->pci.n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (s->pci.v[mid].address < address)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->pci.n && s->pci.v[lo].address == address ? lo : NONE;
}

uint32_t snapshot_drm_find(const struct snapshot *s, uint32_t major, uint32_t minor)
{
	uint32_t i;

	for (i = 0; i < s->drm.n; i++)
		if (s->drm.v[i].major == major && s->drm.v[i].minor == minor)
			return i;
	return NONE;
}

uint32_t snapshot_drm_named(const struct snapshot *s, const char *name)
{
	uint32_t i;

	for (i = 0; i < s->drm.n; i++)
		if (str_eq(s->drm.v[i].name, name))
			return i;
	return NONE;
}

uint32_t snapshot_gpu_with_id(const struct snapshot *s, const char *id)
{
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		if (str_eq(s->gpus.v[i].id, id))
			return i;
	return NONE;
}

enum { GAPS_MAX = 4096 };

void snapshot_gap(struct snapshot *s, const char *phase, const char *path, int code)
{
	struct gap *g;

	if (code == -ENOENT || s->gaps.n >= GAPS_MAX)
		return;
	g = LIST_PUSH(s->arena, &s->gaps);
	FIELD_SET(g, gap, path, arena_str(s->arena, path));
	FIELD_SET(g, gap, error, arena_str(s->arena, errno_name(code)));
	FIELD_SET(g, gap, phase, phase);
}

static bool module_name_eq(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_')))
			return false;
	return *a == *b;
}

const struct module *snapshot_module(const struct snapshot *s, const char *name)
{
	uint32_t i;

	for (i = 0; i < s->platform.modules.n; i++)
		if (module_name_eq(s->platform.modules.v[i].name, name))
			return &s->platform.modules.v[i];
	return NULL;
}

const char *snapshot_cmdline(const struct snapshot *s, const char *name)
{
	uint32_t i;

	for (i = s->platform.params.n; i-- > 0;)
		if (module_name_eq(s->platform.params.v[i].name, name))
			return s->platform.params.v[i].value ? s->platform.params.v[i].value : "";
	return NULL;
}

const char *snapshot_ref_text(const struct snapshot *s, struct arena *a, enum ref_kind kind, uint32_t i)
{
	char text[PCI_ADDR_TEXT];

	if (i == NONE)
		return NULL;
	switch (kind) {
	case REF_pci:
		return i < s->pci.n ? arena_str(a, pci_addr_text(s->pci.v[i].address, text)) : NULL;
	case REF_gpu:
		return i < s->gpus.n ? arena_str(a, pci_addr_text(s->gpus.v[i].address, text)) : NULL;
	case REF_drm:
		return i < s->drm.n ? s->drm.v[i].name : NULL;
	case REF_connector:
		return i < s->connectors.n ? s->connectors.v[i].name : NULL;
	case REF_domain:
		return i < s->domains.n ? s->domains.v[i].name : NULL;
	case REF_router:
		return i < s->routers.n ? s->routers.v[i].name : NULL;
	case REF_typec:
		return i < s->typec.n ? s->typec.v[i].name : NULL;
	case REF_rdma:
		return i < s->rdma.n ? s->rdma.v[i].name : NULL;
	case REF_slice:
		return i < s->slices.n ? arena_printf(a, "%s %u", enum_name(&slice_kind_tab, s->slices.v[i].kind),
						      s->slices.v[i].index)
				       : NULL;
	case REF_none:
		break;
	}
	return NULL;
}
