/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/unit.h"

#include "base/buf.h"
#include "base/parse.h"
#include "facts/thunderbolt.h"

#include <errno.h>

#define SLOTS "sys/bus/pci/slots"

static uint32_t parent_of(const struct snapshot *s, uint32_t i)
{
	const struct pci_device *d = &s->pci.v[i];

	return FIELD_KNOWN(d, pci_device, parent) ? d->parent : NONE;
}

static bool below(const struct snapshot *s, uint32_t i, uint32_t top)
{
	uint32_t steps;

	for (steps = 0; i != NONE && i != top && steps < s->pci.n; steps++)
		i = parent_of(s, i);
	return i == top;
}

/* Name of the slot that this function sits in and whose power can be switched; NULL when there is none. */
static const char *slot_of(struct tree *t, const struct pci_device *d, struct arena *a)
{
	char here[PCI_ADDR_TEXT];
	const char *address, *power;
	struct strs names;
	uint32_t i;

	*strrchr(pci_addr_text(d->address, here), '.') = '\0';
	if (tree_list(&t->root, SLOTS, a, &names) < 0)
		return NULL;
	for (i = 0; i < names.n; i++)
		if (tree_read_str(&t->root, arena_printf(a, SLOTS "/%s/address", names.v[i]), a,
				  &address) == 0 &&
		    str_eq(address, here) &&
		    tree_read_str(&t->root, arena_printf(a, SLOTS "/%s/power", names.v[i]), a,
				  &power) == 0)
			return names.v[i];
	return NULL;
}

/* The port by which a box is plugged in: the lowest on the way up that is of a Thunderbolt or USB4 chip. */
static bool is_box(const struct pci_device *d)
{
	const struct facts_tb *f = facts_tb_find(d->vendor_id, d->device_id);
	bool known = FIELD_KNOWN(d, pci_device, config);

	return known && d->config.port_type == PCI_PORT_TYPE_UPSTREAM &&
	       ((FIELD_KNOWN(&d->config, pci_config, thunderbolt) && d->config.thunderbolt) ||
		(f && f->part == TB_PART_BRIDGE));
}

/* The card's own outermost port: some cards have a switch on them. */
static uint32_t card_top(const struct snapshot *s, const struct gpu *g)
{
	bool known =
		FIELD_KNOWN(g, gpu, link_at) && g->link_at != NONE && below(s, g->pci, g->link_at);

	return known ? g->link_at : g->pci;
}

/* The box as a whole: its own upstream port, else what hangs off the host's port. */
static uint32_t box_top(const struct snapshot *s, const struct gpu *g, bool tunnel)
{
	uint32_t i, steps, port = g->external.port;

	for (i = g->pci, steps = 0; i != NONE && steps < s->pci.n; i = parent_of(s, i), steps++)
		if ((tunnel && is_box(&s->pci.v[i])) || parent_of(s, i) == port)
			return i;
	return card_top(s, g);
}

/* The nearest slot whose power can be switched, else the card. */
static uint32_t slot_top(struct tree *t, const struct snapshot *s, const struct gpu *g,
			 struct arena *a, const char **ret_slot)
{
	uint32_t i, steps;

	for (i = g->pci, steps = 0; i != NONE && steps < s->pci.n; i = parent_of(s, i), steps++) {
		*ret_slot = slot_of(t, &s->pci.v[i], a);
		if (*ret_slot)
			return i;
	}
	return card_top(s, g);
}

/* The function on the way from the GPU to the root that is the first to go; what is above stays. */
static uint32_t topmost(struct tree *t, const struct snapshot *s, const struct gpu *g,
			struct arena *a, const char **ret_slot)
{
	const struct external *x = &g->external;
	bool tunnel = x->interface && facts_letgo_find(x->interface, false)->tunnel;
	uint32_t top;

	*ret_slot = NULL;
	if (x->attachment != ATTACHMENT_EXTERNAL || !FIELD_KNOWN(x, external, port) ||
	    x->port == NONE)
		return slot_top(t, s, g, a, ret_slot);
	top = box_top(s, g, tunnel);
	if (!tunnel)
		*ret_slot = slot_of(t, &s->pci.v[top], a);
	return top;
}

static void add_functions(const struct gpu *g, struct arena *a, struct unit *u)
{
	uint32_t i;

	for (i = g->functions.n; i-- > 0;)
		if (g->functions.v[i] != g->pci)
			u32s_add(a, &u->functions, g->functions.v[i]);
	u32s_add(a, &u->functions, g->pci);
}

static void add_vfs(const struct snapshot *s, const struct gpu *g, struct arena *a, struct unit *u)
{
	uint32_t i;

	for (i = 0; i < g->slices.n; i++) {
		const struct slice *sl = &s->slices.v[g->slices.v[i]];

		if (sl->kind == SLICE_KIND_VF && sl->pci != NONE)
			u32s_add(a, &u->vfs, sl->pci);
	}
}

/* All functions of the topmost device: a switch may have more than one. Virtual functions go by their own switch. */
static void add_tops(const struct snapshot *s, uint32_t top, struct arena *a, struct unit *u)
{
	uint32_t i;

	for (i = s->pci.n; i-- > 0;)
		if (PCI_SLOT_OF(s->pci.v[i].address) == PCI_SLOT_OF(s->pci.v[top].address) &&
		    !u32s_has(&u->vfs, i))
			u32s_add(a, &u->tops, i);
}

static bool goes(const struct snapshot *s, const struct unit *u, uint32_t pci)
{
	uint32_t i;

	for (i = 0; i < u->tops.n; i++)
		if (below(s, pci, u->tops.v[i]))
			return true;
	return false;
}

static void add_company(const struct snapshot *s, uint32_t gpu, struct arena *a, struct unit *u)
{
	uint32_t i;

	for (i = 0; i < s->pci.n; i++)
		if (goes(s, u, i))
			u32s_add(a, &u->all, i);
	u32s_add(a, &u->gpus, gpu);
	for (i = 0; i < s->gpus.n; i++)
		if (i != gpu && goes(s, u, s->gpus.v[i].pci))
			u32s_add(a, &u->gpus, i);
	for (i = 0; i < s->pci.n; i++)
		if (!s->pci.v[i].bridge && !u32s_has(&u->functions, i) && !u32s_has(&u->vfs, i) &&
		    goes(s, u, i))
			u32s_add(a, &u->others, i);
	for (i = 1; i < u->gpus.n; i++) {
		add_functions(&s->gpus.v[u->gpus.v[i]], a, u);
		add_vfs(s, &s->gpus.v[u->gpus.v[i]], a, u);
	}
}

void unit_find(struct tree *t, const struct snapshot *s, uint32_t gpu, struct arena *a,
	       struct unit *ret)
{
	const struct gpu *g = &s->gpus.v[gpu];
	const struct external *x = &g->external;
	uint32_t top;

	*ret = (struct unit){.router = NONE};
	top = topmost(t, s, g, a, &ret->slot);
	ret->how = facts_letgo_find(x->interface ? x->interface : "", ret->slot != NULL);
	add_functions(g, a, ret);
	add_vfs(s, g, a, ret);
	add_tops(s, top, a, ret);
	add_company(s, gpu, a, ret);
	if (ret->how->tunnel && FIELD_KNOWN(x, external, router))
		ret->router = x->router;
}

const char *unit_say(const struct snapshot *s, struct arena *a, uint32_t pci)
{
	const struct pci_device *d = &s->pci.v[pci];
	char address[PCI_ADDR_TEXT];
	const char *name = FIELD_KNOWN(d, pci_device, device_name) ? d->device_name : NULL;

	return arena_printf(a, "%s%s%s%s%s%s", pci_addr_text(d->address, address), name ? " " : "",
			    name ? name : "", d->driver && *d->driver ? " (" : "",
			    d->driver ? d->driver : "", d->driver && *d->driver ? ")" : "");
}

const char *unit_say_all(const struct snapshot *s, struct arena *a, const struct u32s *pci)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (i = 0; i < pci->n; i++)
		buf_addf(&b, "%s%s", i ? "; " : "", unit_say(s, a, pci->v[i]));
	return arena_strn(a, b.p ? b.p : "", b.n);
}
