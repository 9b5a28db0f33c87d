/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drivers let go, functions are removed, the port lets go. Each write may hang in the kernel and so is watched
 * (host/effects.h); after a hang nothing more is tried. What is already so is as good as done: a run that was
 * interrupted is finished by the same steps.
 */
#include "base/parse.h"
#include "swap/eject-internal.h"

#include <errno.h>
#include <time.h>

#define DEVICES "sys/bus/pci/devices"
#define ROUTERS "sys/bus/thunderbolt/devices"

static const int gone_is_fine[] = {-ENOENT, -ENODEV, 0};

static struct tree_dir *root(struct eject *e)
{
	return &e->m->tree->root;
}

/* Whether the function is there, and is the device that was meant. */
static bool is_there(struct eject *e, const struct journal_function *f)
{
	uint64_t vendor, device;

	if (tree_read_u64(root(e), eject_pci_path(e, f->address, "vendor") + 1, 16, &vendor) < 0 ||
	    tree_read_u64(root(e), eject_pci_path(e, f->address, "device") + 1, 16, &device) < 0)
		return tree_exists(root(e), eject_pci_path(e, f->address, "config") + 1);
	return vendor == f->vendor_id && device == f->device_id;
}

bool eject_step_vfs(struct eject *e)
{
	uint32_t i;

	/* Not by reading how many there are: the kernel shows that under the device's lock, which may be held for good. */
	for (i = 0; i < e->journal.functions.n; i++) {
		const char *path =
			eject_pci_path(e, e->journal.functions.v[i].address, "sriov_numvfs");

		if (!tree_exists(root(e), eject_pci_path(e, e->journal.functions.v[i].address, "virtfn0") + 1))
			continue;
		steps_begin(&e->steps, "take its virtual functions away");
		steps_path(&e->steps, path);
		if (!eject_wrote(e, effects_write(e->fx, path, "0", e->timeout_ms), gone_is_fine))
			return false;
	}
	return true;
}

static bool unbind(struct eject *e, const struct journal_function *f)
{
	char address[PCI_ADDR_TEXT];
	const char *driver, *path;

	if (!is_there(e, f) ||
	    tree_link_base(root(e), eject_pci_path(e, f->address, "driver") + 1, e->a, &driver) < 0)
		return true;
	pci_addr_text(f->address, address);
	path = arena_printf(e->a, "/sys/bus/pci/drivers/%s/unbind", driver);
	steps_begin(&e->steps, "unbind %s from %s", address, driver);
	steps_path(&e->steps, path);
	return eject_wrote(e, effects_write(e->fx, path, address, e->timeout_ms), gone_is_fine);
}

bool eject_step_unbind(struct eject *e)
{
	uint32_t i;

	for (i = 0; i < e->journal.functions.n; i++)
		if (!unbind(e, &e->journal.functions.v[i]))
			return false;
	return true;
}

bool eject_step_remove(struct eject *e)
{
	char address[PCI_ADDR_TEXT];
	uint32_t i;

	for (i = 0; i < e->journal.tops.n; i++) {
		const struct journal_function *f = &e->journal.tops.v[i];
		const char *path = eject_pci_path(e, f->address, "remove");

		if (!is_there(e, f))
			continue;
		steps_begin(&e->steps, "remove %s", pci_addr_text(f->address, address));
		steps_path(&e->steps, path);
		if (!eject_wrote(e, effects_write(e->fx, path, "1", e->timeout_ms), gone_is_fine))
			return false;
	}
	return true;
}

static const char *slot_path(struct eject *e)
{
	return arena_printf(e->a, "/sys/bus/pci/slots/%s/power", e->journal.slot);
}

static bool power_off(struct eject *e)
{
	const char *path = slot_path(e), *power;

	if (tree_read_str(root(e), path + 1, e->a, &power) == 0 && str_eq(power, "0"))
		return true;
	steps_begin(&e->steps, "switch slot %s off", e->journal.slot);
	steps_path(&e->steps, path);
	return eject_wrote(e, effects_write(e->fx, path, "0", e->timeout_ms), gone_is_fine);
}

static const char *router_path(struct eject *e, const char *name)
{
	return arena_printf(e->a, "/" ROUTERS "/%s/%s", e->journal.router, name);
}

/* "0-1" belongs to "domain0". */
static bool can_deauthorize(struct eject *e)
{
	size_t n = strcspn(e->journal.router, "-");
	uint64_t v;

	return tree_read_u64(root(e),
			     arena_printf(e->a, ROUTERS "/domain%.*s/deauthorization", (int)n,
					  e->journal.router),
			     10, &v) == 0 &&
	       v == 1;
}

static bool deauthorize(struct eject *e)
{
	const char *path = router_path(e, "authorized"), *id;
	uint64_t authorized;

	if (tree_read_str(root(e), router_path(e, "unique_id") + 1, e->a, &id) == 0 &&
	    e->journal.router_id && !str_eq(id, e->journal.router_id))
		return true;
	if (tree_read_u64(root(e), path + 1, 10, &authorized) < 0 || authorized == 0)
		return true;
	if (!can_deauthorize(e)) {
		steps_tell(&e->steps, "take the PCIe tunnel down", STEP_RESULT_SKIPPED,
			   "this host cannot take a single tunnel down; nothing uses it any more",
			   NULL);
		e->journal.router = NULL;
		return true;
	}
	steps_begin(&e->steps, "take the PCIe tunnel of %s down", e->journal.router);
	steps_path(&e->steps, path);
	return eject_wrote(e, effects_write(e->fx, path, "0", e->timeout_ms), gone_is_fine);
}

bool eject_step_let_go(struct eject *e)
{
	if (e->journal.slot)
		return power_off(e);
	return e->journal.router ? deauthorize(e) : true;
}

/* What is still there that should be gone; NULL when nothing is. */
static const char *remains(struct eject *e)
{
	const struct journal_function_list *lists[] = {&e->journal.functions, &e->journal.tops};
	char address[PCI_ADDR_TEXT];
	const char *power;
	uint64_t authorized;
	uint32_t i, k;

	for (k = 0; k < ARRAY_LEN(lists); k++)
		for (i = 0; i < lists[k]->n; i++)
			if (is_there(e, &lists[k]->v[i]))
				return arena_printf(e->a, "PCI function %s is there",
						    pci_addr_text(lists[k]->v[i].address, address));
	if (e->journal.slot && tree_read_str(root(e), slot_path(e) + 1, e->a, &power) == 0 &&
	    !str_eq(power, "0"))
		return arena_printf(e->a, "slot %s has power", e->journal.slot);
	if (e->journal.router &&
	    tree_read_u64(root(e), router_path(e, "authorized") + 1, 10, &authorized) == 0 &&
	    authorized)
		return arena_printf(e->a, "the PCIe tunnel of %s is up", e->journal.router);
	return NULL;
}

bool eject_step_verify(struct eject *e)
{
	const struct timespec piece = {.tv_nsec = 50 * 1000 * 1000};
	const char *what = NULL;
	uint32_t waited;

	steps_begin(&e->steps, "look whether it is gone");
	/* The kernel does part of it after the write has returned. Where nothing is changed there is nothing to look at. */
	for (waited = 0; !e->fx->dry && (what = remains(e)) && waited < e->timeout_ms; waited += 50)
		nanosleep(&piece, NULL);
	if (!what) {
		steps_end(&e->steps, e->fx->dry ? STEP_RESULT_SKIPPED : STEP_RESULT_DONE, NULL,
			  NULL);
		return true;
	}
	steps_end(&e->steps, STEP_RESULT_FAILED, what, NULL);
	return eject_not_safe(
		e, arena_printf(e->a, "it was taken out, but %s again", what),
		"something brought it back: a rescan, or a service that authorizes boxes by itself; stop that and eject again");
}
