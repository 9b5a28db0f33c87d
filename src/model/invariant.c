/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold in every snapshot, whatever was read. Run on every machine of the tests. */
#include "model/snapshot.h"

#include "base/parse.h"

#include <errno.h>

static uint32_t count_of(const struct snapshot *s, enum ref_kind kind)
{
	switch (kind) {
	case REF_pci:
		return s->pci.n;
	case REF_gpu:
		return s->gpus.n;
	case REF_drm:
		return s->drm.n;
	case REF_connector:
		return s->connectors.n;
	case REF_domain:
		return s->domains.n;
	case REF_router:
		return s->routers.n;
	case REF_typec:
		return s->typec.n;
	case REF_rdma:
		return s->rdma.n;
	case REF_slice:
		return s->slices.n;
	case REF_none:
		break;
	}
	return 0;
}

static int refs_check(const struct snapshot *s, const void *obj, const struct field *table, const char *where,
		      struct err *e)
{
	const struct field *f;
	uint64_t known;

	memcpy(&known, obj, sizeof(known));
	for (f = table; f->name; f++) {
		const char *at = (const char *)obj + f->offset;
		const struct u32s *many = (const void *)at;
		const struct gap_list *list = (const void *)at; /* every list has the same shape */
		uint32_t one, i;

		if (!(known >> f->bit & 1))
			continue;
		if (f->kind == FIELD_ref) {
			memcpy(&one, at, sizeof(one));
			if (one != NONE && one >= count_of(s, f->ref))
				return err_set(e, -EINVAL, "%s: %s refers to nothing (%u)", where, f->name, one);
		}
		for (i = 0; f->kind == FIELD_refs && i < many->n; i++)
			if (many->v[i] >= count_of(s, f->ref))
				return err_set(e, -EINVAL, "%s: %s refers to nothing (%u)", where, f->name, many->v[i]);
		if (f->kind == FIELD_obj && refs_check(s, at, f->sub, where, e) < 0)
			return e->code;
		for (i = 0; f->kind == FIELD_list && i < list->n; i++)
			if (refs_check(s, (const char *)(const void *)list->v + i * f->elem_size, f->sub, where, e) < 0)
				return e->code;
		if (f->kind == FIELD_en) {
			memcpy(&one, at, sizeof(one));
			if (one >= f->tab->n)
				return err_set(e, -EINVAL, "%s: %s has no such value (%u)", where, f->name, one);
		}
	}
	return 0;
}

#define ALL_OF(s, list, table, e) \
	for (i = 0; i < (s)->list.n; i++) { \
		int bad = refs_check((s), &(s)->list.v[i], table, #list, (e)); \
		if (bad < 0) \
			return bad; \
	}

static int pci_check(const struct snapshot *s, struct err *e)
{
	uint32_t i, steps, up;

	for (i = 0; i < s->pci.n; i++) {
		const struct pci_device *d = &s->pci.v[i];

		if (i && s->pci.v[i - 1].address >= d->address)
			return err_set(e, -EINVAL, "pci: functions are not sorted at %u", i);
		for (up = i, steps = 0; FIELD_KNOWN(&s->pci.v[up], pci_device, parent) && s->pci.v[up].parent != NONE;
		     up = s->pci.v[up].parent)
			if (++steps > s->pci.n)
				return err_set(e, -EINVAL, "pci: parents of %u form a circle", i);
	}
	return 0;
}

static int gpus_check(const struct snapshot *s, struct err *e)
{
	uint32_t i, j;

	for (i = 0; i < s->gpus.n; i++) {
		const struct gpu *g = &s->gpus.v[i];

		if (g->index != i || !gpu_counts(g->kind))
			return err_set(e, -EINVAL, "gpus: number %u is out of place", i);
		if (!g->id || !*g->id || g->pci >= s->pci.n || !u32s_has(&g->functions, g->pci))
			return err_set(e, -EINVAL, "gpus: number %u has no id or no function", i);
		if (g->state != GPU_STATE_UNKNOWN && g->state_evidence.n == 0)
			return err_set(e, -EINVAL, "gpus: state of number %u has no evidence", i);
		for (j = 0; j < i; j++)
			if (str_eq(s->gpus.v[j].id, g->id))
				return err_set(e, -EINVAL, "gpus: %u and %u have the same id '%s'", j, i, g->id);
		for (j = 0; j < g->drm.n; j++)
			if (s->drm.v[g->drm.v[j]].gpu != i)
				return err_set(e, -EINVAL, "gpus: node %s does not know its GPU", s->drm.v[g->drm.v[j]].name);
	}
	for (i = 0; i < s->displays.n; i++)
		if (gpu_counts(s->displays.v[i].kind))
			return err_set(e, -EINVAL, "displays: number %u counts as a GPU", i);
	return 0;
}

int snapshot_check(const struct snapshot *s, struct err *e)
{
	struct err own = {0};
	uint32_t i;
	int r;

	e = e ? e : &own;
	ALL_OF(s, pci, pci_device_fields, e)
	ALL_OF(s, gpus, gpu_fields, e)
	ALL_OF(s, displays, gpu_fields, e)
	ALL_OF(s, drm, drm_node_fields, e)
	ALL_OF(s, connectors, connector_fields, e)
	ALL_OF(s, domains, tb_domain_fields, e)
	ALL_OF(s, routers, tb_router_fields, e)
	ALL_OF(s, typec, typec_port_fields, e)
	ALL_OF(s, rdma, rdma_nic_fields, e)
	ALL_OF(s, slices, slice_fields, e)
	ALL_OF(s, reports, report_fields, e)
	ALL_OF(s, xids, xid_event_fields, e)
	r = pci_check(s, e);
	return r < 0 ? r : gpus_check(s, e);
}
