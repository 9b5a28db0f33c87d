/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rungs, strongest first:
 *   0  the administrator named the port external: the only way to know OCuLink, which is plain PCI
 *      Express
 *   1  `removable` of the GPU (kernel 5.14; what it marks changed in 6.13, and firmware that marks
 *      nothing proves nothing)
 *   2  a bridge above it with Intel's capability 0x1234, or whose id is that of a Thunderbolt or
 *      USB4 chip
 *   3  its root port is linked to a host controller, or carries nothing but tunnels, or belongs to
 *      an add-in controller
 *   4  one authorized router and one hot-plug root port with devices below: they belong together
 *   5  a hot-plug slot with surprise removal: an OCuLink cable or a server's slot, so nothing is
 *      said
 * Nothing of it, or an integrated GPU: internal.
 */
#include "probe/external.h"

#include "base/parse.h"
#include "facts/thunderbolt.h"

#define PORTS_FILE "/etc/gpubay/external-ports"

static void say(struct judge *j, const char *path, const char *value, const char *note)
{
	evidence_add(j->p->a, &j->x->evidence, path, value, note);
}

static const char *device_path(struct judge *j, uint32_t pci)
{
	char text[PCI_ADDR_TEXT];

	return arena_printf(j->p->a, "/sys/bus/pci/devices/%s",
			    pci_addr_text(j->s->pci.v[pci].address, text));
}

static const char *ids_text(struct judge *j, const struct pci_device *d)
{
	return arena_printf(j->p->a, "%04x:%04x", d->vendor_id, d->device_id);
}

static const struct facts_tb *facts_of(const struct pci_device *d)
{
	return FIELD_KNOWN(d, pci_device, vendor_id) ? facts_tb_find(d->vendor_id, d->device_id) :
						       NULL;
}

static bool has_vsec(const struct pci_device *d)
{
	return FIELD_KNOWN(d, pci_device, config) &&
	       FIELD_KNOWN(&d->config, pci_config, thunderbolt) && d->config.thunderbolt;
}

bool external_is_bridge(const struct pci_device *d)
{
	const struct facts_tb *f = facts_of(d);

	return has_vsec(d) || (f && f->part == TB_PART_BRIDGE);
}

static const struct pci_device *step(const struct judge *j, uint32_t k)
{
	return &j->s->pci.v[j->way[k]];
}

static void walk_up(struct judge *j)
{
	const struct pci_device *d = &j->s->pci.v[j->g->pci];

	j->placed = FIELD_KNOWN(d, pci_device, parent);
	while (FIELD_KNOWN(d, pci_device, parent) && d->parent != NONE && j->n < WAY_MAX) {
		pci_detail(j->p, d->parent);
		j->way[j->n++] = d->parent;
		d = &j->s->pci.v[d->parent];
	}
	j->host_top = j->n;
}

static void conclude(struct judge *j, enum attachment what, enum confidence sure)
{
	/* The first rung that fits decides; later ones only add evidence. */
	if (FIELD_KNOWN(j->x, external, confidence))
		return;
	if (what)
		FIELD_SET(j->x, external, attachment, what);
	FIELD_SET(j->x, external, confidence, sure);
}

static void set_port(struct judge *j, uint32_t k)
{
	if (!FIELD_KNOWN(j->x, external, port) && k < j->n)
		FIELD_SET(j->x, external, port, j->way[k]);
}

/*
 * "0000:00:01.1", "01.1" with a domain left out, or a path that ends in one; a second word names
 * the interface.
 */
static bool entry_fits(struct judge *j, const char *entry, uint32_t *ret_k,
		       const char **ret_interface)
{
	struct strs words = str_split(j->p->a, entry, " \t");
	uint64_t address;
	uint32_t k;

	if (words.n == 0 || words.v[0][0] == '#' ||
	    pci_addr_parse(str_base(words.v[0]), &address) < 0)
		return false;
	*ret_interface = words.n > 1 && words.v[1][0] != '#' ? words.v[1] : "oculink";
	for (k = 0; k < j->n; k++)
		if (step(j, k)->address == address) {
			*ret_k = k;
			return true;
		}
	*ret_k = j->n;
	return j->s->pci.v[j->g->pci].address == address;
}

static void rung_configured(struct judge *j)
{
	const struct platform *pl = &j->s->platform;
	const char *interface;
	uint32_t i, k;

	for (i = 0; FIELD_KNOWN(pl, platform, external_ports) && i < pl->external_ports.n; i++) {
		if (!entry_fits(j, pl->external_ports.v[i], &k, &interface))
			continue;
		say(j, PORTS_FILE, pl->external_ports.v[i],
		    "named external by configuration, not seen by gpubay");
		FIELD_SET(j->x, external, interface, interface);
		set_port(j, k < j->n ? k : 0);
		conclude(j, ATTACHMENT_EXTERNAL, CONFIDENCE_HIGH);
		return;
	}
}

static void rung_removable(struct judge *j)
{
	const struct pci_device *d = &j->s->pci.v[j->g->pci];

	if (!FIELD_KNOWN(d, pci_device, removable) || d->removable != PCI_REMOVABLE_REMOVABLE)
		return;
	say(j, probe_pci_path(j->p, j->g->pci, "removable"), "removable",
	    "the firmware marks the port as external");
	conclude(j, ATTACHMENT_EXTERNAL, CONFIDENCE_HIGH);
}

/* Of boxes in a chain the GPU's own counts, which is met first on the way up. */
static void note_chip(struct judge *j, const struct facts_tb *f, bool host)
{
	if (host) {
		j->host_rate_mbps = MAX(j->host_rate_mbps, f->rate_mbps);
		j->host_interface = f->interface;
	} else if (!j->box_interface) {
		j->box_rate_mbps = f->rate_mbps;
		j->box_interface = f->interface;
	}
}

/*
 * The lowest bridge is the box's; those of an add-in controller, from its upstream port on, are the
 * host's.
 */
static void rung_bridge(struct judge *j)
{
	bool vsec = false, id = false;
	uint32_t k;

	for (k = 0; k < j->n; k++) {
		const struct pci_device *d = step(j, k);
		const struct facts_tb *f = facts_of(d);
		bool host = k + 1 >= j->host_top;

		if (has_vsec(d) && !vsec) {
			say(j, probe_pci_path(j->p, j->way[k], "config"),
			    "vendor-specific capability 0x1234",
			    "a Thunderbolt bridge is above the GPU");
			vsec = true;
		}
		if (f && f->part == TB_PART_BRIDGE) {
			if (!id && !vsec)
				say(j, probe_pci_path(j->p, j->way[k], "device"), ids_text(j, d),
				    arena_printf(j->p->a, "a bridge above the GPU: %s", f->name));
			id = true;
			note_chip(j, f, host);
		}
	}
	if (vsec && !j->box_interface)
		j->box_interface = "thunderbolt";
	if (vsec || id)
		conclude(j, ATTACHMENT_EXTERNAL, CONFIDENCE_HIGH);
}

static uint32_t parent_of(const struct snapshot *s, uint32_t i)
{
	return i != NONE && FIELD_KNOWN(&s->pci.v[i], pci_device, parent) ? s->pci.v[i].parent :
									    NONE;
}

/*
 * An add-in or soldered controller is a switch: its host interface hangs off one downstream port,
 * the cables off the others, and all of it is of one maker. The last condition keeps a chipset's
 * switch, which other cards share, out.
 */
static uint32_t controller_top(const struct snapshot *s, uint32_t nhi)
{
	uint32_t down = parent_of(s, nhi), top = parent_of(s, down);

	if (top == NONE || s->pci.v[down].vendor_id != s->pci.v[nhi].vendor_id ||
	    s->pci.v[top].vendor_id != s->pci.v[nhi].vendor_id)
		return NONE;
	return top;
}

/* Host controllers, looked for once: machines with thousands of functions have a handful. */
static const struct u32s *controllers(struct judge *j)
{
	struct probe *p = j->p;
	uint32_t i;

	for (i = 0; !p->nhis_done && i < j->s->pci.n; i++) {
		const struct pci_device *d = &j->s->pci.v[i];
		const struct facts_tb *f = d->bridge ? NULL : facts_of(d);

		if ((f && f->part == TB_PART_NHI) || d->class == PCI_CLASS_USB4)
			u32s_add(p->a, &p->nhis, i);
	}
	p->nhis_done = true;
	return &p->nhis;
}

/* Sets host and box apart, whatever tells that the GPU is external. */
static void find_controller(struct judge *j)
{
	const struct u32s *nhis = controllers(j);
	uint32_t i, k, top;

	for (i = 0; i < nhis->n; i++) {
		top = controller_top(j->s, nhis->v[i]);
		for (k = 1; top != NONE && k < j->n && j->way[k] != top; k++)
			;
		if (top == NONE || k >= j->n)
			continue;
		j->host_top = k;
		j->nhi = nhis->v[i];
		for (k = 0; k < j->s->domains.n; k++)
			if (j->s->domains.v[k].nhi == j->nhi)
				j->domain = k;
		return;
	}
}

static void domain_of_port(struct judge *j, uint32_t port)
{
	char a[PCI_ADDR_TEXT], b[PCI_ADDR_TEXT];
	uint32_t i;

	for (i = 0; i < j->s->domains.n; i++) {
		const struct tb_domain *d = &j->s->domains.v[i];
		const struct facts_tb *f;

		if (!u32s_has(&d->root_ports, port) || d->nhi == NONE)
			continue;
		j->domain = i;
		say(j,
		    arena_printf(j->p->a, "/sys/class/devlink/pci:%s--pci:%s",
				 pci_addr_text(j->s->pci.v[d->nhi].address, a),
				 pci_addr_text(j->s->pci.v[port].address, b)),
		    d->name, "the root port carries this host controller's tunnels");
		f = facts_of(&j->s->pci.v[d->nhi]);
		if (f)
			note_chip(j, f, true);
		conclude(j, ATTACHMENT_EXTERNAL, CONFIDENCE_HIGH);
		return;
	}
}

static void rung_port(struct judge *j)
{
	uint32_t root = j->n ? j->way[j->n - 1] : NONE;
	const struct facts_tb *f;

	if (root == NONE)
		return;
	if (j->host_top < j->n) {
		say(j, device_path(j, j->nhi), ids_text(j, &j->s->pci.v[j->nhi]),
		    "the GPU is below the switch of this Thunderbolt or USB4 host controller");
		f = facts_of(&j->s->pci.v[j->nhi]);
		if (f)
			note_chip(j, f, true);
		conclude(j, ATTACHMENT_EXTERNAL, CONFIDENCE_HIGH);
		return;
	}
	domain_of_port(j, root);
	f = facts_of(step(j, j->n - 1));
	if (f && f->part == TB_PART_PORT) {
		say(j, probe_pci_path(j->p, root, "device"), ids_text(j, step(j, j->n - 1)),
		    arena_printf(j->p->a, "its root port: %s", f->name));
		note_chip(j, f, true);
		conclude(j, ATTACHMENT_EXTERNAL, CONFIDENCE_HIGH);
	}
}

static bool hotplug_port(const struct pci_device *d)
{
	return FIELD_KNOWN(d, pci_device, config) &&
	       FIELD_KNOWN(&d->config, pci_config, hotplug_capable) && d->config.hotplug_capable &&
	       FIELD_KNOWN(&d->config, pci_config, hotplug_surprise) && d->config.hotplug_surprise;
}

/*
 * Root ports with hot plug and something below. Bridges that nobody asked about yet are read now:
 * this is rare.
 */
static uint32_t count_hotplug_roots(struct judge *j)
{
	const struct snapshot *s = j->s;
	uint32_t i, last = NONE, n = 0;

	for (i = 0; i < s->pci.n; i++) {
		uint32_t root = FIELD_KNOWN(&s->pci.v[i], pci_device, root_port) ?
					s->pci.v[i].root_port :
					NONE;

		/*
		 * Sorted by address, so what is below one port comes in one run for all but odd
		 * machines.
		 */
		if (root == NONE || root == last || s->pci.v[i].bridge)
			continue;
		last = root;
		pci_detail(j->p, root);
		n += hotplug_port(&s->pci.v[root]) && j->way[j->n - 1] != root;
	}
	return n;
}

static void rung_only_one(struct judge *j)
{
	const struct snapshot *s = j->s;
	uint32_t i, n = 0, found = NONE;

	if (j->n == 0 || !hotplug_port(step(j, j->n - 1)))
		return;
	for (i = 0; i < s->routers.n; i++) {
		const struct tb_router *r = &s->routers.v[i];

		if (!r->host && r->depth == 1 && FIELD_KNOWN(r, tb_router, authorized) &&
		    r->authorized) {
			found = i;
			n++;
		}
	}
	if (n != 1 || count_hotplug_roots(j) > 0)
		return;
	say(j,
	    arena_printf(j->p->a, "/sys/bus/thunderbolt/devices/%s/authorized",
			 s->routers.v[found].name),
	    "1",
	    "the only authorized box, and the only hot-plug root port with devices below: they "
	    "belong together");
	conclude(j, ATTACHMENT_EXTERNAL, CONFIDENCE_MEDIUM);
}

static void rung_slot(struct judge *j)
{
	if (FIELD_KNOWN(j->x, external, confidence) || j->n == 0 || !hotplug_port(step(j, 0)))
		return;
	say(j, probe_pci_path(j->p, j->way[0], "config"),
	    "slot: hot-plug capable, surprise removal",
	    "an OCuLink cable or a hot-plug slot of a server; name the port in " PORTS_FILE
	    " if it leads outside");
	FIELD_SET(j->x, external, interface, "hot-plug slot");
	set_port(j, 0);
	conclude(j, ATTACHMENT_UNKNOWN, CONFIDENCE_LOW);
}

/* Whether capabilities of every bridge on the way could be read (root only). */
static bool way_readable(const struct judge *j)
{
	uint32_t k;

	for (k = 0; k < j->n; k++)
		if (!FIELD_KNOWN(step(j, k), pci_device, config) ||
		    !FIELD_KNOWN(&step(j, k)->config, pci_config, thunderbolt))
			return false;
	return true;
}

static void rung_internal(struct judge *j)
{
	const struct pci_device *d = &j->s->pci.v[j->g->pci];

	if (FIELD_KNOWN(j->x, external, confidence))
		return;
	if (FIELD_KNOWN(d, pci_device, removable) && d->removable == PCI_REMOVABLE_FIXED) {
		say(j, probe_pci_path(j->p, j->g->pci, "removable"), "fixed",
		    "the firmware marks the port as internal");
		conclude(j, ATTACHMENT_INTERNAL, CONFIDENCE_HIGH);
	} else if (!j->placed) {
		say(j, device_path(j, j->g->pci), NULL,
		    "the source does not say what the GPU is plugged into");
		conclude(j, ATTACHMENT_UNKNOWN, CONFIDENCE_LOW);
	} else if (j->n == 0 && j->g->kind == GPU_KIND_GUEST_VF) {
		say(j, device_path(j, j->g->pci), NULL,
		    "a guest does not see what its host plugged in");
		conclude(j, ATTACHMENT_UNKNOWN, CONFIDENCE_LOW);
	} else if (j->n == 0) {
		say(j, device_path(j, j->g->pci), NULL, "on the root bus, not behind a port");
		conclude(j, ATTACHMENT_INTERNAL, CONFIDENCE_HIGH);
	} else if (way_readable(j)) {
		say(j, probe_pci_path(j->p, j->way[0], "config"), NULL,
		    "no mark of an external port on the way to the root; an OCuLink cable cannot "
		    "be told from a slot");
		conclude(j, ATTACHMENT_INTERNAL, CONFIDENCE_MEDIUM);
	} else {
		say(j, probe_pci_path(j->p, j->way[0], "config"), NULL,
		    "no mark of an external port, but the capabilities of the bridges above could "
		    "not be read");
		conclude(j, ATTACHMENT_INTERNAL, CONFIDENCE_LOW);
	}
}

static bool integrated(struct judge *j)
{
	if (j->g->kind != GPU_KIND_INTEGRATED)
		return false;
	say(j, probe_pci_path(j->p, j->g->pci, "device"), ids_text(j, &j->s->pci.v[j->g->pci]),
	    "part of the processor, by its id");
	conclude(j, ATTACHMENT_INTERNAL, CONFIDENCE_HIGH);
	return true;
}

/*
 * The cable ends at the host's port: the root port, or the add-in controller's port below its
 * upstream one.
 */
static void describe_tunnel(struct judge *j)
{
	struct external *x = j->x;

	if (FIELD_KNOWN(x, external, interface) && !str_eq(x->interface, "thunderbolt") &&
	    !str_eq(x->interface, "usb4"))
		return;
	set_port(j, j->host_top < j->n ? j->host_top - 1 : j->n - 1);
	external_router(j);
	if (FIELD_KNOWN(x, external, interface))
		return;
	if (j->host_interface || j->box_interface)
		FIELD_SET(x, external, interface,
			  j->host_interface ? j->host_interface : j->box_interface);
	else if (x->router != NONE && j->s->routers.v[x->router].generation >= 4)
		FIELD_SET(x, external, interface, "usb4");
	else
		FIELD_SET(x, external, interface, "thunderbolt");
}

static void describe_internal(struct external *x)
{
	FIELD_SET(x, external, interface, "");
	FIELD_SET(x, external, enclosure, "");
	FIELD_SET(x, external, router, NONE);
	FIELD_SET(x, external, port, NONE);
}

void external_judge(struct probe *p, uint32_t gpu_index)
{
	struct judge j = {
		.p = p,
		.s = p->snap,
		.g = &p->snap->gpus.v[gpu_index],
		.x = &p->snap->gpus.v[gpu_index].external,
		.gpu = gpu_index,
		.domain = NONE,
	};

	*j.x = (struct external){.router = NONE, .port = NONE};
	FIELD_KNOW(j.g, gpu, external);
	FIELD_KNOW(j.x, external, evidence);
	if (integrated(&j)) {
		describe_internal(j.x);
		return;
	}
	walk_up(&j);
	find_controller(&j);
	rung_configured(&j);
	rung_removable(&j);
	rung_bridge(&j);
	rung_port(&j);
	if (!FIELD_KNOWN(j.x, external, confidence))
		rung_only_one(&j);
	rung_slot(&j);
	rung_internal(&j);
	if (j.x->attachment == ATTACHMENT_EXTERNAL && j.n > 0)
		describe_tunnel(&j);
	else if (j.x->attachment == ATTACHMENT_INTERNAL)
		describe_internal(j.x);
	if (j.x->port != NONE)
		external_rate(&j);
}
