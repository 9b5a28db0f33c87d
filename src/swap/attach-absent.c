/* SPDX-License-Identifier: Apache-2.0 */
/* A GPU that was taken off the bus, and is still in its slot or box: power, and looking for it again. */
#include "base/parse.h"
#include "swap/attach-internal.h"
#include "swap/box.h"
#include "swap/journal.h"

#include <errno.h>

struct missing {
	const char *id;
	uint64_t address;
	uint64_t found;
};

static bool is_back(struct attach *at, void *arg)
{
	struct missing *m = arg;
	uint32_t i;

	for (i = 0; i < at->s->gpus.n; i++)
		if (m->id ? str_eq(at->s->gpus.v[i].id, m->id) : at->s->gpus.v[i].address == m->address) {
			m->found = at->s->gpus.v[i].address;
			return true;
		}
	return false;
}

/* A slot whose power is off: "0000:03:00" stands in its `address`. */
static const char *slot_off(struct attach *at, uint64_t address)
{
	char text[PCI_ADDR_TEXT];
	struct strs slots;
	uint32_t i;

	if (address == UINT64_MAX || tree_list(&at->m->tree->root, "sys/bus/pci/slots", at->a, &slots) < 0)
		return NULL;
	pci_addr_text(address, text);
	for (i = 0; i < slots.n; i++) {
		const char *folder = arena_printf(at->a, "sys/bus/pci/slots/%s", slots.v[i]), *where, *power;

		if (tree_read_str(&at->m->tree->root, arena_printf(at->a, "%s/address", folder), at->a, &where) == 0 &&
		    str_starts(text, where) && text[strlen(where)] == '.' &&
		    tree_read_str(&at->m->tree->root, arena_printf(at->a, "%s/power", folder), at->a, &power) == 0 && str_eq(power, "0"))
			return slots.v[i];
	}
	return NULL;
}

static bool power_on(struct attach *at, const char *slot)
{
	const char *path = arena_printf(at->a, "/sys/bus/pci/slots/%s/power", slot);
	int r;

	steps_begin(&at->st, "switch slot %s on", slot);
	steps_path(&at->st, path);
	r = effects_write(at->fx, path, "1", attach_patience(at));
	return attach_wrote(at, r, r == -ENODEV ? "the slot is empty" : NULL, "put the card in, or look whether it sits well");
}

/* Its slot's power first, where that is off; what does not announce itself then is looked for. */
static bool bring_back(struct attach *at, struct missing *m, const char *slot, bool *ret_back)
{
	slot = slot ? slot : slot_off(at, m->address);

	if (slot && !power_on(at, slot))
		return false;
	*ret_back = slot && !at->fx->dry && attach_until(at, at->timeout_ms / 2, is_back, m);
	if (!*ret_back && !attach_rescan(at))
		return false;
	if (!*ret_back && !at->fx->dry)
		*ret_back = attach_until(at, at->timeout_ms / 2, is_back, m);
	return true;
}

bool attach_absent(struct attach *at, const char *id, uint64_t address)
{
	struct missing m = {.id = id, .address = address, .found = UINT64_MAX};
	char text[PCI_ADDR_TEXT];
	const char *name = arena_printf(at->a, "GPU %s", id ? id : pci_addr_text(address, text));
	struct journal j = {0};
	struct err e = {0};
	uint32_t box;
	bool back;

	if (is_back(at, &m))
		return attach_gpu(at, m.found);
	steps_tell(&at->st, name, STEP_RESULT_SKIPPED, "not on the PCI bus", NULL);
	/* Eject wrote down what it came out of. */
	if (id && journal_find(at->m->tree, id, at->a, &j) == 0 && j.router_id) {
		box = box_find(at->s, j.router_id, &e);
		return box == NONE ? attach_fails(at, STEP_RESULT_FAILED, name, "its box is not plugged in", "plug it in again")
				   : attach_box(at, box);
	}
	if (!bring_back(at, &m, j.slot, &back))
		return false;
	at->pending |= at->fx->dry;
	at->arriving = back;
	if (back)
		return attach_gpu(at, m.found);
	return at->fx->dry || attach_fails(at, STEP_RESULT_FAILED, name, "it is not on the PCI bus, also after a rescan",
					   "look whether it has power and sits well; for a box that was ejected: gpubay trust, then gpubay "
					   "attach BOX");
}
