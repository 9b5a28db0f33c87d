/* SPDX-License-Identifier: Apache-2.0 */
/* What the ports of external GPUs lack for their coming and going. */
#include "check/room.h"

#include "base/parse.h"
#include "facts/thunderbolt.h"

static bool is_external(const struct gpu *g)
{
	return FIELD_KNOWN(g, gpu, external) && g->external.attachment == ATTACHMENT_EXTERNAL;
}

/* The host's port of an external GPU; NULL when it is not known. */
static const struct pci_device *port_of(const struct check *c, const struct gpu *g)
{
	if (!is_external(g) || !FIELD_KNOWN(&g->external, external, port) || g->external.port == NONE)
		return NULL;
	return &c->snap->pci.v[g->external.port];
}

static uint32_t index_of(const struct check *c, const struct pci_device *d)
{
	return (uint32_t)(d - c->snap->pci.v);
}

static bool runs(const struct pci_device *port, const char *service)
{
	return strs_has(&port->services, service);
}

/* Two GPUs at one port are one finding. */
static bool is_first_at(const struct check *c, uint32_t gpu)
{
	uint32_t i;

	for (i = 0; i < gpu; i++)
		if (port_of(c, &c->snap->gpus.v[i]) == port_of(c, &c->snap->gpus.v[gpu]))
			return false;
	return true;
}

/* "pci=hpmmioprefsize=..." and its like. */
static bool reserves_room(const struct check *c)
{
	const char *pci = snapshot_cmdline(c->snap, "pci");

	return pci && (str_starts(pci, "hp") || strstr(pci, ",hp"));
}

static void check_native(struct check *c, uint32_t gpu, const struct pci_device *port)
{
	const struct pci_config *f = &port->config;
	const char *ports = snapshot_cmdline(c->snap, "pcie_ports");
	struct finding *found;

	/* Said by GB5015, GB5011, and by the check of the kernel's own options. */
	if (str_eq(ports, "compat") || reserves_room(c) || (FIELD_KNOWN(&c->snap->platform, platform, hotplug_pci) && !c->snap->platform.hotplug_pci))
		return;
	if (!FIELD_KNOWN(f, pci_config, hotplug_capable) || !f->hotplug_capable || !FIELD_KNOWN(port, pci_device, services) ||
	    runs(port, "hotplug"))
		return;
	found = check_add(c, "GB0501", check_addr(c, port->address), gpu, "hot-plug of %s's port is run by the firmware",
			  c->snap->gpus.v[gpu].name);
	check_evidence(c, found, "/sys/bus/pci_express/devices", arena_printf(c->arena, "no hot-plug service of %s", check_addr(c, port->address)),
		       arena_printf(c->arena, "%s:pcie004", check_addr(c, port->address)));
	if (port->slot && *port->slot)
		check_evidence(c, found, arena_printf(c->arena, "/sys/bus/pci/slots/%s", port->slot), "there", NULL);
}

static void check_containment(struct check *c, uint32_t gpu, const struct pci_device *port)
{
	const struct pci_config *f = &port->config;
	struct finding *found;

	/* Without error reporting (AER) at the port there is nothing that could be contained. */
	if (!FIELD_KNOWN(f, pci_config, dpc) || !f->dpc || (FIELD_KNOWN(f, pci_config, aer) && !f->aer) ||
	    !FIELD_KNOWN(port, pci_device, services) || runs(port, "dpc"))
		return;
	found = check_add(c, "GB0504", check_addr(c, port->address), gpu, "%s's port could contain errors, and is not asked to",
			  c->snap->gpus.v[gpu].name);
	check_evidence(c, found, check_pci_path(c, index_of(c, port), "config"), "Downstream Port Containment", NULL);
	check_evidence(c, found, "/sys/bus/pci_express/devices", arena_printf(c->arena, "no such service of %s", check_addr(c, port->address)),
		       NULL);
}

/* Whether a box can be plugged in there: a tunnel comes out of it, or a person said so. */
static bool takes_boxes(const struct check *c, uint32_t i)
{
	const struct pci_device *d = &c->snap->pci.v[i];
	const struct facts_tb *f = facts_tb_find(d->vendor_id, d->device_id);
	const struct strs *named = &c->snap->platform.external_ports;
	uint64_t address;
	uint32_t k;

	if (!d->bridge)
		return false;
	if (f && f->part == TB_PART_PORT)
		return true;
	for (k = 0; k < c->snap->domains.n; k++)
		if (u32s_has(&c->snap->domains.v[k].root_ports, i))
			return true;
	for (k = 0; k < named->n; k++)
		if (pci_addr_parse_n(named->v[k], strcspn(named->v[k], " "), &address) == 0 && address == d->address)
			return true;
	return false;
}

static bool is_empty(const struct check *c, uint32_t port)
{
	uint32_t i;

	for (i = 0; i < c->snap->pci.n; i++)
		if (FIELD_KNOWN(&c->snap->pci.v[i], pci_device, parent) && c->snap->pci.v[i].parent == port)
			return false;
	return true;
}

/* The external GPU that needs most. */
static uint32_t largest_external(const struct check *c)
{
	uint32_t i, best = NONE;

	for (i = 0; i < c->snap->gpus.n; i++)
		if (is_external(&c->snap->gpus.v[i]) && room_of(c->snap, &c->snap->gpus.v[i], false).prefetch &&
		    (best == NONE || room_of(c->snap, &c->snap->gpus.v[i], false).prefetch >
					     room_of(c->snap, &c->snap->gpus.v[best], false).prefetch))
			best = i;
	return best;
}

static void check_empty_port(struct check *c, uint32_t port, uint32_t gpu)
{
	const struct pci_device *d = &c->snap->pci.v[port];
	struct room now = room_of(c->snap, &c->snap->gpus.v[gpu], false), full = room_of(c->snap, &c->snap->gpus.v[gpu], true);
	struct finding *f;

	if (!FIELD_KNOWN(&d->config, pci_config, prefetch_window) || d->config.prefetch_window >= now.least)
		return;
	f = check_add(c, "GB0502", check_addr(c, d->address), gpu, "%s would find no room at the empty port %s", c->snap->gpus.v[gpu].name,
		      check_addr(c, d->address));
	check_evidence(c, f, check_pci_path(c, port, "config"),
		       arena_printf(c->arena, "prefetchable window of %llu MiB", (unsigned long long)(d->config.prefetch_window >> 20)),
		       arena_printf(c->arena, "%llu MiB", (unsigned long long)(now.least >> 20)));
	if (FIELD_KNOWN(d, pci_device, services) && !runs(d, "hotplug"))
		check_remedy(c, f, "Plug the box in there before the machine starts. Room can be reserved only at ports whose hot-plug is the "
				   "kernel's own, which this one's is not: boot with pcie_ports=native %s.",
			     room_parameter(c, &full));
	else
		check_remedy(c, f, "Plug the box in there before the machine starts, or boot with %s and pci=realloc.", room_parameter(c, &full));
}

/* Before a box was ever plugged in: any GPU would do without. All ports are one finding, as one parameter is for all. */
static void check_room_for_any(struct check *c, uint32_t port, struct finding **f)
{
	const struct pci_device *d = &c->snap->pci.v[port];

	if (!FIELD_KNOWN(&d->config, pci_config, prefetch_window) || d->config.prefetch_window >= ROOM_OF_SMALL_GPU)
		return;
	if (!*f) {
		*f = check_add(c, "GB0502", check_addr(c, d->address), NONE,
			       "a GPU that is plugged in while the machine runs would find no room: the empty ports keep too little");
		check_remedy(c, *f, "Plug the box in before the machine starts, or boot with %spci=hpmmioprefsize=%lluM,hpmmiosize=64M,hpbussize=4 "
				    "and pci=realloc. That is for any GPU; twice a card's memory in place of %lluM lets programs reach all of it "
				    "at once.",
			     FIELD_KNOWN(d, pci_device, services) && !runs(d, "hotplug") ? "pcie_ports=native " : "",
			     ROOM_FOR_SMALL_GPU >> 20, ROOM_FOR_SMALL_GPU >> 20);
	}
	check_evidence(c, *f, check_pci_path(c, port, "config"),
		       arena_printf(c->arena, "prefetchable window of %llu MiB", (unsigned long long)(d->config.prefetch_window >> 20)),
		       arena_printf(c->arena, "%llu MiB", ROOM_OF_SMALL_GPU >> 20));
}

static void check_sleep(struct check *c, uint32_t port)
{
	const struct pci_device *d = &c->snap->pci.v[port];
	const struct facts_tb *tb = facts_tb_find(d->vendor_id, d->device_id);
	struct finding *f;
	uint32_t k;

	/* Tunnel ports are GB6006's. */
	for (k = 0; k < c->snap->domains.n; k++)
		if (u32s_has(&c->snap->domains.v[k].root_ports, port))
			return;
	if ((tb && tb->part == TB_PART_PORT) || !FIELD_KNOWN(&d->power, pci_power, asleep) || !d->power.asleep)
		return;
	f = check_add(c, "GB0503", check_addr(c, d->address), NONE, "the port %s sleeps: plugging in may make no event",
		      check_addr(c, d->address));
	check_evidence(c, f, check_pci_path(c, port, "power/runtime_status"), d->power.runtime_status ? d->power.runtime_status : d->power.state,
		       NULL);
	check_remedy(c, f, "If plugging in does nothing, as root: echo on > %s, or boot with pcie_port_pm=off.",
		     check_pci_path(c, port, "power/control"));
}

static void run_gpus(struct check *c)
{
	uint32_t i;

	for (i = 0; i < c->snap->gpus.n; i++) {
		const struct pci_device *port = port_of(c, &c->snap->gpus.v[i]);

		if (!port || !is_first_at(c, i))
			continue;
		check_native(c, i, port);
		check_containment(c, i, port);
	}
}

static void run_empty(struct check *c)
{
	uint32_t i, gpu = largest_external(c);
	struct finding *any = NULL;

	for (i = 0; i < c->snap->pci.n; i++) {
		if (!takes_boxes(c, i) || !is_empty(c, i))
			continue;
		if (gpu != NONE)
			check_empty_port(c, i, gpu);
		else
			check_room_for_any(c, i, &any);
		check_sleep(c, i);
	}
}

const struct check_fn check_hotswap_fns[] = {
	{"hotswap", "GB0501 GB0504", run_gpus},
	{"hotswap", "GB0502 GB0503", run_empty},
	{0},
};
