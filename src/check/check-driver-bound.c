/* SPDX-License-Identifier: Apache-2.0 */
/* GPUs that have a driver: whether it is the right one, whether another fights for it, and passthrough. */
#include "base/parse.h"
#include "check/check-driver.h"

static bool has_driver(const struct gpu *g)
{
	return FIELD_KNOWN(g, gpu, driver) && *g->driver;
}

/* A driver that is loaded and takes the GPU for certain. */
static bool loaded_and_takes(struct check *c, uint32_t gpu, const char *driver,
			     struct driver_view *v)
{
	driver_view(c, gpu, driver, v);
	return v->m &&
	       (v->m->state == MODULE_STATE_LOADED || v->m->state == MODULE_STATE_BUILTIN) &&
	       v->row && str_eq(v->row->role, "gpu") && driver_takes(c, v) == CLAIM_YES;
}

static void fight_add(struct check *c, const struct driver_view *a, const struct driver_view *b)
{
	const struct gpu *g = a->g;
	struct finding *f = check_add(c, "GB1112", check_addr(c, g->address), a->gpu,
				      "%s: %s and %s are both loaded and both take it", g->name,
				      a->name, b->name);
	const struct facts_driver_switch *s =
		facts_driver_switch_find(a->family ? a->family->key : NULL, a->name);
	const char *id = arena_printf(c->arena, "%04x", g->device_id);

	check_evidence(c, f, arena_printf(c->arena, "/sys/module/%s", a->module), "loaded", NULL);
	check_evidence(c, f, arena_printf(c->arena, "/sys/module/%s", b->module), "loaded",
		       "not loaded, or told to leave it");
	if (has_driver(g)) {
		check_evidence(c, f, check_pci_path(c, g->pci, "driver"), g->driver, NULL);
		f->severity = SEVERITY_WARNING;
	}
	if (s)
		check_remedy(
			c, f,
			"Say which one takes it on the kernel command line: for %s '%s.%s=1 %s.%s=0'.",
			a->name, a->module, s->param, b->module, s->param);
	else if (a->rule && a->rule->force && b->rule && b->rule->force)
		check_remedy(
			c, f,
			"Say which one takes it on the kernel command line: for %s '%s.%s=!%s', for %s '%s.%s=!%s' (and "
			"%s.%s=%s).",
			a->name, b->module, b->rule->force, id, b->name, a->module, a->rule->force,
			id, b->module, b->rule->force, id);
	else
		check_remedy(
			c, f,
			"Put 'blacklist %s' into a file in /etc/modprobe.d (to keep %s), renew the initramfs "
			"('update-initramfs -u' or 'dracut -f') and boot again.",
			b->module, a->name);
}

bool driver_fight(struct check *c, uint32_t gpu)
{
	const struct gpu *g = &c->snap->gpus.v[gpu];
	struct driver_view a, b;
	struct strs rivals;
	uint32_t i, k;

	for (i = 0; i < g->driver_wanted.n; i++) {
		if (!loaded_and_takes(c, gpu, g->driver_wanted.v[i], &a) || !a.row->rivals)
			continue;
		rivals = str_split(c->arena, a.row->rivals, " ");
		for (k = 0; k < rivals.n; k++)
			if (loaded_and_takes(c, gpu, rivals.v[k], &b)) {
				fight_add(c, &a, &b);
				return true;
			}
	}
	return false;
}

/* The vendor's own driver is installed beside the kernel, but the kernel's has the GPU. */
static void check_better(struct check *c, uint32_t gpu, const struct driver_view *bound)
{
	struct driver_view best;
	struct finding *f;

	if (bound->g->driver_wanted.n == 0 || str_eq(bound->g->driver_wanted.v[0], bound->name))
		return;
	driver_view(c, gpu, bound->g->driver_wanted.v[0], &best);
	if (!best.m || !best.m->available || !FIELD_KNOWN(best.m, module, intree) ||
	    best.m->intree || driver_takes(c, &best) != CLAIM_YES)
		return;
	f = check_add(c, "GB1111", check_addr(c, best.g->address), gpu,
		      "%s: %s has it, though %s is installed", best.g->name, bound->name,
		      best.name);
	check_evidence(c, f, check_pci_path(c, best.g->pci, "driver"), bound->name, best.name);
	check_evidence(c, f, best.m->filename, "installed", NULL);
	check_remedy(
		c, f,
		"Put 'blacklist %s' into a file in /etc/modprobe.d, renew the initramfs ('update-initramfs -u' or "
		"'dracut -f') and boot again; or remove %s if it is not wanted.",
		bound->module, best.name);
}

static void check_older(struct check *c, uint32_t gpu, const struct driver_view *bound)
{
	const struct facts_driver_switch *s =
		facts_driver_switch_find(bound->family ? bound->family->key : NULL, bound->name);
	struct driver_view best;
	struct finding *f;

	if (!s || bound->g->driver_wanted.n == 0 ||
	    str_eq(bound->g->driver_wanted.v[0], bound->name))
		return;
	driver_view(c, gpu, bound->g->driver_wanted.v[0], &best);
	if (driver_claims(&best) != CLAIM_YES)
		return;
	f = check_add(c, "GB1113", check_addr(c, best.g->address), gpu,
		      "%s: %s has it, %s could serve it too", best.g->name, bound->name, best.name);
	check_evidence(c, f, check_pci_path(c, best.g->pci, "driver"), bound->name, best.name);
	check_remedy(c, f, "To use %s boot with %s.%s=0 %s.%s=1 on the kernel command line.",
		     best.name, bound->module, s->param, best.module, s->param);
}

/* A driver that is none of those for this family, and of a role that makes nothing of the GPU. */
static void check_useless(struct check *c, uint32_t gpu, const struct driver_view *bound)
{
	struct finding *f;
	uint32_t i;

	if (!bound->row || str_eq(bound->row->role, "gpu") ||
	    str_eq(bound->row->role, "passthrough"))
		return;
	/* Made for what it has: a virtual display that counts as a GPU because somebody said so. */
	if (str_eq(bound->row->role, "virtual"))
		return;
	for (i = 0; i < bound->g->driver_wanted.n; i++)
		if (str_eq(bound->g->driver_wanted.v[i], bound->name))
			return;
	f = check_add(c, "GB1114", check_addr(c, bound->g->address), gpu,
		      "%s is bound to %s, a %s driver", bound->g->name, bound->name,
		      bound->row->role);
	check_evidence(c, f, check_pci_path(c, bound->g->pci, "driver"), bound->name,
		       bound->g->driver_wanted.n ? bound->g->driver_wanted.v[0] : NULL);
}

void run_bound(struct check *c)
{
	struct driver_view bound;
	uint32_t i;

	for (i = 0; i < c->snap->gpus.n; i++) {
		const struct gpu *g = &c->snap->gpus.v[i];

		if (!has_driver(g) || gpu_out_of_reach(g))
			continue;
		driver_view(c, i, g->driver, &bound);
		check_useless(c, i, &bound);
		/* What is not for use here on purpose, or was said just now. */
		if ((bound.row && !str_eq(bound.row->role, "gpu")) || driver_fight(c, i))
			continue;
		check_better(c, i, &bound);
		check_older(c, i, &bound);
	}
}

static bool is_passthrough(const char *driver)
{
	const struct facts_driver *row = driver && *driver ? facts_driver_find(driver) : NULL;

	return row && str_eq(row->role, "passthrough");
}

/* "10de:2684,10de:22ba": whether a list of vfio-pci's ids has this function. */
static bool ids_have(struct check *c, const char *list, const struct pci_device *d)
{
	const char *wanted = arena_printf(c->arena, "%04x:%04x", d->vendor_id, d->device_id);
	struct strs items = str_split(c->arena, list ? list : "", ",");
	uint32_t i;

	for (i = 0; i < items.n; i++)
		if (strlen(items.v[i]) >= 9 && str_ieq(arena_strn(c->arena, items.v[i], 9), wanted))
			return true;
	return false;
}

static void check_reserved(struct check *c, uint32_t gpu)
{
	const struct gpu *g = &c->snap->gpus.v[gpu];
	struct finding *f =
		check_add(c, "GB1130", check_addr(c, g->address), gpu,
			  "%s is reserved for virtual machines by %s", g->name, g->driver);
	struct setting ids = module_setting(c, "vfio_pci", "ids");
	uint32_t i;

	check_evidence(c, f, check_pci_path(c, g->pci, "driver"), g->driver, NULL);
	if (ids_have(c, ids.value, &c->snap->pci.v[g->pci]))
		check_evidence(c, f, ids.path, ids.value, NULL);
	for (i = 0; i < g->functions.n; i++) {
		const struct pci_device *d = &c->snap->pci.v[g->functions.v[i]];

		if (!FIELD_KNOWN(d, pci_device, driver) || !*d->driver || is_passthrough(d->driver))
			continue;
		f = check_add(c, "GB1132", check_addr(c, g->address), gpu,
			      "%s is reserved, its function %s has %s", g->name,
			      check_addr(c, d->address), d->driver);
		check_evidence(c, f, check_pci_path(c, g->functions.v[i], "driver"), d->driver,
			       g->driver);
		check_remedy(c, f,
			     "Add %04x:%04x to vfio-pci.ids, renew the initramfs and boot again.",
			     d->vendor_id, d->device_id);
	}
}

void run_passthrough(struct check *c)
{
	uint32_t i;

	for (i = 0; i < c->snap->gpus.n; i++) {
		const struct gpu *g = &c->snap->gpus.v[i];
		struct setting ids = module_setting(c, "vfio_pci", "ids");
		struct finding *f;

		if (!has_driver(g))
			continue;
		if (is_passthrough(g->driver)) {
			check_reserved(c, i);
		} else if (ids_have(c, ids.value, &c->snap->pci.v[g->pci])) {
			f = check_add(c, "GB1131", check_addr(c, g->address), i,
				      "%s is to be reserved, but %s has it", g->name, g->driver);
			check_evidence(c, f, ids.path, ids.value, NULL);
			check_evidence(c, f, check_pci_path(c, g->pci, "driver"), g->driver,
				       "vfio-pci");
			check_remedy(
				c, f,
				"Let vfio-pci load first: 'softdep %s pre: vfio-pci' in a file in /etc/modprobe.d, and vfio-pci in "
				"the initramfs; renew the initramfs and boot again.",
				g->driver);
		}
	}
}

void id_not_in_kernel(struct check *c, uint32_t gpu)
{
	const struct gpu *g = &c->snap->gpus.v[gpu];
	const char *id = arena_printf(c->arena, "%04x:%04x", g->vendor_id, g->device_id);
	bool without = FIELD_KNOWN(g, gpu, driver) && !*g->driver;
	struct finding *f = check_add(c, "GB1161", check_addr(c, g->address), gpu,
				      "%s%s: mainline's drivers do not know %s", g->name,
				      without ? " has no driver" : "", id);

	check_evidence(c, f, check_pci_path(c, g->pci, "device"), id, NULL);
	if (without) {
		check_evidence(c, f, check_pci_path(c, g->pci, "driver"), "missing", NULL);
		f->severity = SEVERITY_ERROR;
	}
}

void run_id_flags(struct check *c)
{
	uint32_t i;

	for (i = 0; i < c->snap->gpus.n; i++) {
		const struct gpu *g = &c->snap->gpus.v[i];
		const struct facts_id *row = facts_id_find(g->vendor_id, g->device_id);
		const char *id = arena_printf(c->arena, "%04x:%04x", g->vendor_id, g->device_id);
		struct finding *f;

		if (row && row->flags & ID_NOT_IN_MEDIA) {
			f = check_add(c, "GB1160", check_addr(c, g->address), i,
				      "%s: the VA-API driver does not know %s", g->name, id);
			check_evidence(c, f, check_pci_path(c, g->pci, "device"), id, NULL);
		}
		/* Why a GPU has no driver is said where that is asked; this is for those that are handed to virtual machines. */
		if (row && row->flags & ID_NOT_IN_KERNEL && !FIELD_KNOWN(g, gpu, drivers_possible) &&
		    (!FIELD_KNOWN(g, gpu, driver) || is_passthrough(g->driver)))
			id_not_in_kernel(c, i);
	}
}
