/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which box? PCI does not say which router a bridge sits in. The domain is often known, and the
 * number of boxes on the way is: each one adds an upstream port. If after that more than one router
 * could be meant, none is named.
 */
#include "probe/external.h"

#include "base/parse.h"

enum { CANDIDATES_MAX = 64 };

struct candidates {
	uint32_t v[CANDIDATES_MAX];
	uint32_t n;
};

static bool eligible(const struct judge *j, const struct tb_router *r, bool shut_out)
{
	if (r->host || (FIELD_KNOWN(r, tb_router, depth) && r->depth == 0))
		return false;
	if ((FIELD_KNOWN(r, tb_router, authorized) && r->authorized == 0) != shut_out)
		return false;
	return j->domain == NONE || !FIELD_KNOWN(r, tb_router, domain) || r->domain == j->domain;
}

/* Boxes between the host and the GPU by their upstream ports; 0 when that cannot be told. */
static uint32_t count_boxes(const struct judge *j)
{
	uint32_t k, n = 0;

	for (k = 0; k < j->host_top && k < j->n; k++) {
		const struct pci_device *d = &j->s->pci.v[j->way[k]];

		if (FIELD_KNOWN(d, pci_device, config) &&
		    FIELD_KNOWN(&d->config, pci_config, port_type) &&
		    d->config.port_type == PCI_PORT_TYPE_UPSTREAM && external_is_bridge(d))
			n++;
	}
	return n;
}

static void keep_depth(const struct judge *j, struct candidates *c, uint32_t depth)
{
	struct candidates kept = {.n = 0};
	uint32_t i;

	for (i = 0; i < c->n; i++)
		if (j->s->routers.v[c->v[i]].depth == depth)
			kept.v[kept.n++] = c->v[i];
	if (kept.n)
		*c = kept;
}

/* A GPU rather sits in the last box of a chain than in a dock on the way. */
static void keep_leaves(const struct judge *j, struct candidates *c)
{
	struct candidates kept = {.n = 0};
	uint32_t i, k;

	for (i = 0; i < c->n; i++) {
		for (k = 0; k < c->n && j->s->routers.v[c->v[k]].parent != c->v[i]; k++)
			;
		if (k == c->n)
			kept.v[kept.n++] = c->v[i];
	}
	if (kept.n)
		*c = kept;
}

static const char *enclosure_name(struct judge *j, const struct tb_router *r)
{
	const char *maker = FIELD_KNOWN(r, tb_router, vendor_name) ? r->vendor_name : "";
	const char *name = FIELD_KNOWN(r, tb_router, device_name) ? r->device_name : "";

	return arena_printf(j->p->a, "%s%s%s", maker, *maker && *name ? " " : "", name);
}

/*
 * The GPU is behind the box it sits in and behind every dock on the way; the host's own router is
 * no box.
 */
static void note_behind(struct judge *j, uint32_t index)
{
	while (index != NONE && !j->s->routers.v[index].host) {
		struct tb_router *r = &j->s->routers.v[index];

		if (!u32s_has(&r->gpus, j->gpu))
			u32s_add(j->p->a, &r->gpus, j->gpu);
		index = FIELD_KNOWN(r, tb_router, parent) ? r->parent : NONE;
	}
}

static void set_router(struct judge *j, uint32_t index)
{
	struct tb_router *r = &j->s->routers.v[index];

	FIELD_SET(j->x, external, router, index);
	FIELD_SET(j->x, external, enclosure, enclosure_name(j, r));
	if (FIELD_KNOWN(r, tb_router, authorized))
		FIELD_SET(j->x, external, authorized, r->authorized > 0);
	note_behind(j, index);
	evidence_add(j->p->a, &j->x->evidence,
		     arena_printf(j->p->a, "/sys/bus/thunderbolt/devices/%s", r->name),
		     j->x->enclosure, "the box it sits in");
}

static void find_candidates(const struct judge *j, bool shut_out, struct candidates *c)
{
	uint32_t i;

	for (i = 0; i < j->s->routers.n && c->n < CANDIDATES_MAX; i++)
		if (eligible(j, &j->s->routers.v[i], shut_out))
			c->v[c->n++] = i;
}

void external_router(struct judge *j)
{
	struct candidates c = {.n = 0};
	uint32_t i, boxes;

	find_candidates(j, false, &c);
	/* Its tunnel is being taken down: shut out already, and still on the bus. */
	if (c.n == 0)
		find_candidates(j, true, &c);
	boxes = count_boxes(j);
	if (c.n > 1 && boxes)
		keep_depth(j, &c, boxes);
	if (c.n > 1 && !boxes)
		keep_leaves(j, &c);
	if (c.n == 1) {
		set_router(j, c.v[0]);
		return;
	}
	if (c.n > 1)
		evidence_add(
			j->p->a, &j->x->evidence, "/sys/bus/thunderbolt/devices", NULL,
			arena_printf(j->p->a, "which of %u boxes it sits in cannot be told", c.n));
	/* Any of them may be the one, so their lists are not known to be complete. */
	for (i = 0; i < c.n; i++)
		j->s->routers.v[c.v[i]].known &= ~(UINT64_C(1) << tb_router_gpus_bit);
	if (j->s->tb_bus && c.n == 0)
		FIELD_SET(j->x, external, router, NONE);
}
