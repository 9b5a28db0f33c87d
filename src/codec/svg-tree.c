/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree behind the drawing: which boxes there are, what hangs off what, and where each stands. Rows are counted from
 * the top; a box that has several children stands in their middle.
 */
#include "codec/svg-tree.h"

static uint32_t node_get(struct drawing *d, enum node_kind kind, uint32_t parent, uint32_t key)
{
	struct node *n;
	uint32_t i;

	for (i = 0; i < d->nodes.n; i++)
		if (d->nodes.v[i].kind == kind && d->nodes.v[i].key == key && d->nodes.v[i].parent == parent && kind != NODE_DEVICE)
			return i;
	n = LIST_PUSH(d->a, &d->nodes);
	*n = (struct node){.kind = kind, .parent = parent, .key = key, .end = NONE, .gpu = NONE, .link_at = NONE};
	n->column = parent == NONE ? 0 : d->nodes.v[parent].column + 1;
	n->nest = parent == NONE ? 0 : d->nodes.v[parent].nest;
	return d->nodes.n - 1;
}

/* The card's own switch is part of the card. */
static uint32_t card_top(const struct drawing *d, const struct topo_end *e, const struct topo_chain *c)
{
	const struct gpu *g = e->kind == TOPO_GPU ? &d->s->gpus.v[e->index] : NULL;
	uint32_t k;

	for (k = 0; g && FIELD_KNOWN(g, gpu, link_at) && k < c->n; k++)
		if (c->v[k] == g->link_at)
			return k;
	return 0;
}

static bool acs_at(const struct drawing *d, uint32_t pci)
{
	bool known;

	return topo_acs_redirects(&d->s->pci.v[pci], &known);
}

static uint32_t socket_of(struct drawing *d, const struct topo_end *e)
{
	const struct pci_device *p = &d->s->pci.v[e->pci];
	bool placed = FIELD_KNOWN(p, pci_device, numa_node) && p->numa_node >= 0;

	return node_get(d, NODE_SOCKET, NONE, placed ? (uint32_t)p->numa_node + 1 : 0);
}

/* From the root down to the device; each switch becomes one node, keyed by its upstream port. */
static void add_device(struct drawing *d, uint32_t end)
{
	const struct topo_end *e = &d->t->v[end];
	struct topo_chain c;
	uint32_t up = socket_of(d, e), first, k, n, box = NONE;
	bool cable = false; /* the link above this one comes out of the machine, or out of a box into the next */

	topo_climb(d->s, e->pci, &c);
	first = card_top(d, e, &c);
	for (k = c.n; k-- > first;) {
		bool device = k == first;

		if (!device && topo_same_switch(d->s, &c, k)) {
			d->nodes.v[up].acs |= acs_at(d, c.v[k]);
			cable |= c.v[k] == e->tunnel;
			continue;
		}
		if (d->nodes.v[up].column + 1 >= COLUMNS_MAX && !device)
			continue;
		n = node_get(d, device ? NODE_DEVICE : k + 1 == c.n ? NODE_PORT : NODE_SWITCH, up, c.v[k]);
		if (k + 1 < c.n)
			d->nodes.v[n].link_at = c.v[k];
		cable |= box != NONE && k + 1 < c.n && topo_is_tunnel(d->s, c.v[k + 1], c.v[k]);
		if (cable && !d->nodes.v[n].box) {
			d->nodes.v[n].box = true;
			d->nodes.v[n].nest++;
		}
		if (cable)
			box = n;
		cable = c.v[k] == e->tunnel;
		if (device)
			d->nodes.v[n].end = end;
		else
			d->nodes.v[n].acs |= acs_at(d, c.v[k]);
		up = n;
	}
	if (box != NONE && e->kind == TOPO_GPU && d->nodes.v[box].gpu == NONE)
		d->nodes.v[box].gpu = e->index;
	d->columns = MAX(d->columns, d->nodes.v[up].column - 1);
}

static void place(struct drawing *d, uint32_t index)
{
	struct node *n = &d->nodes.v[index];
	int first = 0, last = 0;
	bool any = false;
	uint32_t i;

	if (n->box)
		d->y += BOX_TOP;
	n->top = d->y;
	if (n->kind == NODE_DEVICE) {
		n->y = d->y + ROW_H / 2;
		d->y += ROW_H;
	}
	for (i = 0; i < d->nodes.n; i++) {
		if (d->nodes.v[i].parent != index)
			continue;
		place(d, i);
		first = any ? first : d->nodes.v[i].y;
		last = d->nodes.v[i].y;
		any = true;
	}
	if (any)
		n->y = (first + last) / 2;
	n->bottom = d->y;
	if (n->box)
		d->y += BOX_BOTTOM;
}

/* The first gap holds no text. */
int svg_column(uint32_t column)
{
	return MARGIN + (int)column * (NODE_W + GAP) - (column ? GAP - FIRST_GAP : 0);
}

int svg_x(const struct drawing *d, const struct node *n)
{
	uint32_t column = n->kind == NODE_DEVICE ? d->columns + 1 : n->column;

	return svg_column(column);
}

static int by_place(const void *a, const void *b)
{
	const struct topo_end *x = *(const struct topo_end *const *)a, *y = *(const struct topo_end *const *)b;

	return x->pci < y->pci ? -1 : x->pci > y->pci ? 1 : x < y ? -1 : x > y;
}

/* In the order of the bus, so that what hangs together stands together. */
void svg_build(struct drawing *d)
{
	const struct topo_end **order = arena_alloc(d->a, (d->t->n + 1) * sizeof(*order));
	uint32_t i, node;

	for (i = 0; i < d->t->n; i++)
		order[i] = &d->t->v[i];
	qsort(order, d->t->n, sizeof(*order), by_place);
	/* Sockets first and by number: addresses say nothing of their order. */
	for (node = 0; node <= 1024 && d->t->n; node++)
		for (i = 0; i < d->t->n; i++) {
			const struct pci_device *p = &d->s->pci.v[order[i]->pci];
			uint32_t key = FIELD_KNOWN(p, pci_device, numa_node) && p->numa_node >= 0 ? (uint32_t)p->numa_node + 1 : 0;

			if (MIN(key, 1024u) == node)
				add_device(d, (uint32_t)(order[i] - d->t->v));
		}
	d->y = TITLE_H + MARGIN / 2;
	for (i = 0; i < d->nodes.n; i++)
		if (d->nodes.v[i].parent == NONE) {
			place(d, i);
			d->y += SOCKET_GAP;
		}
}
