/* SPDX-License-Identifier: Apache-2.0 */
/* What speaks against an eject before anything is touched: a table of reasons, the strongest first. */
#include "base/buf.h"
#include "base/parse.h"
#include "facts/thunderbolt.h"
#include "swap/eject-internal.h"

struct no {
	const char *reason, *remedy;
};

static struct no not_root(const struct eject *e)
{
	if (e->s->is_root)
		return (struct no){0};
	return (struct no){
		"only root sees every process that may hold the GPU, and what cannot be seen cannot be ruled out",
		"run it as root"};
}

static struct no integrated(const struct eject *e)
{
	if (e->g->kind != GPU_KIND_INTEGRATED)
		return (struct no){0};
	return (struct no){"it is part of the processor and cannot be taken out", NULL};
}

/* Of every GPU that would go with it. */
static const struct gpu *in_state(const struct eject *e, enum gpu_state state)
{
	uint32_t i;

	for (i = 0; i < e->unit.gpus.n; i++)
		if (e->s->gpus.v[e->unit.gpus.v[i]].state == state)
			return &e->s->gpus.v[e->unit.gpus.v[i]];
	return NULL;
}

static const char *state_reason(const struct eject *e, const struct gpu *g, const char *text)
{
	char address[PCI_ADDR_TEXT];

	return arena_printf(e->a, "%s (%s) %s", g->name, pci_addr_text(g->address, address), text);
}

static struct no lost(const struct eject *e)
{
	const struct gpu *g = in_state(e, GPU_STATE_LOST);

	if (!g)
		return (struct no){0};
	return (struct no){
		state_reason(
			e, g,
			"does not answer any more: what its driver is asked to do now may hang for good"),
		"save your work and shut the machine down; then look after the cable and the box's power. Do not unplug it "
		"from the running machine: programs and the driver still count on it"};
}

static struct no wedged(const struct eject *e)
{
	const struct gpu *g = in_state(e, GPU_STATE_WEDGED);

	if (!g)
		return (struct no){0};
	return (struct no){state_reason(e, g, "hangs: a second attempt would hang, too"),
			   "leave it plugged in, save your work and reboot"};
}

/* A driver that believes that the GPU is at the end of a cable lets go of it with users; it asks who made the host's port. */
static bool taken_for_external(const struct eject *e, const struct gpu *g)
{
	const struct facts_tb_host *row = facts_tb_host_find(g->driver);
	const struct pci_device *d = &e->s->pci.v[g->pci];

	return row && e->unit.how->tunnel && FIELD_KNOWN(d, pci_device, root_port) && d->root_port != NONE &&
	       e->s->pci.v[d->root_port].vendor_id == row->vendor;
}

static bool is_older(const struct eject *e, const struct facts_kernel_user *row)
{
	struct strs words;
	const char *text;
	uint32_t i, v;

	if (tree_read_str(&e->m->tree->root, arena_printf(e->a, "sys/module/%s/version", row->driver), e->a, &text) < 0)
		return true;
	words = str_split(e->a, text, ".");
	for (i = 0; i < ARRAY_LEN(row->fixed); i++) {
		if (i >= words.n || parse_u32(words.v[i], 10, UINT32_MAX, &v) < 0)
			return true;
		if (v != row->fixed[i])
			return v < row->fixed[i];
	}
	return false;
}

/* Where no process has it, and the kernel itself does. */
static struct no open_in_kernel(const struct eject *e)
{
	uint32_t i;

	for (i = 0; i < e->unit.gpus.n; i++) {
		const struct gpu *g = &e->s->gpus.v[e->unit.gpus.v[i]];
		const struct facts_kernel_user *row = facts_kernel_user_find(g->driver);
		const char *on;

		if (!row || taken_for_external(e, g) || !is_older(e, row) ||
		    tree_read_str(&e->m->tree->root, arena_printf(e->a, "sys/module/%s/parameters/%s", row->module, row->parameter), e->a,
				  &on) < 0 ||
		    !(str_eq(on, "Y") || str_eq(on, "1")))
			continue;
		return (struct no){state_reason(e, g, arena_printf(e->a, "cannot be let go: %s", row->effect)), row->remedy};
	}
	return (struct no){0};
}

static struct no no_hotplug(const struct eject *e)
{
	if (!e->unit.how->unsafe || e->req->force)
		return (struct no){0};
	return (struct no){
		e->unit.how->unsafe,
		"shut the machine down to pull it; --force takes it away from the system all the same"};
}

static struct no boot_display(const struct eject *e)
{
	if (e->req->force || !FIELD_KNOWN(e->g, gpu, boot_display) || !e->g->boot_display)
		return (struct no){0};
	return (struct no){
		"it is the boot display: consoles, and most desktops, go black without it",
		"move your session to another GPU; --force goes on all the same"};
}

static bool in_unit(const struct eject *e, uint32_t gpu)
{
	return gpu != NONE && u32s_has(&e->unit.gpus, gpu);
}

static bool is_lit(const struct connector *c)
{
	return c->enabled && c->status == CONNECTOR_STATUS_CONNECTED;
}

/* One that is dark on another GPU can be lit: the consoles go there by themselves. */
static struct no only_display(const struct eject *e)
{
	bool ours = false, others = false;
	uint32_t i;

	for (i = 0; i < e->s->connectors.n; i++) {
		const struct connector *c = &e->s->connectors.v[i];

		if (in_unit(e, c->gpu))
			ours |= is_lit(c);
		else
			others |= c->status == CONNECTOR_STATUS_CONNECTED;
	}
	if (e->req->force || !ours || others)
		return (struct no){0};
	return (struct no){
		"no display is plugged into another GPU: the machine would be left without a picture",
		"plug a display into another GPU; --force goes on all the same"};
}

static struct no (*const reasons[])(const struct eject *e) = {
	not_root, integrated, lost, wedged, open_in_kernel, no_hotplug, boot_display, only_display};

bool eject_step_refuse(struct eject *e)
{
	struct no no = {0};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(reasons) && !no.reason; i++)
		no = reasons[i](e);
	return no.reason ? eject_refuse(e, no.reason, no.remedy) : true;
}

static void warn_displays(struct eject *e)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (i = 0; i < e->s->connectors.n; i++) {
		const struct connector *c = &e->s->connectors.v[i];

		if (!is_lit(c) || !in_unit(e, c->gpu))
			continue;
		buf_addf(&b, "%s%s%s%s", b.n ? ", " : "", c->name,
			 FIELD_KNOWN(c, connector, monitor) && c->monitor.name ? " " : "",
			 FIELD_KNOWN(c, connector, monitor) && c->monitor.name ? c->monitor.name :
										 "");
	}
	if (b.n)
		steps_tell(&e->steps, "displays", STEP_RESULT_DONE,
			   arena_printf(e->a, "these go dark: %s", b.p), NULL);
}

/* Other GPUs of the same driver, staying behind. */
static void warn_others(struct eject *e)
{
	const struct facts_unplug *row = facts_unplug_find(e->g->driver);
	char address[PCI_ADDR_TEXT];
	uint32_t i;

	for (i = 0; row && row->others && i < e->s->gpus.n; i++) {
		const struct gpu *g = &e->s->gpus.v[i];

		if (in_unit(e, i) || !str_eq(g->driver, row->driver))
			continue;
		steps_tell(&e->steps, "other GPUs", STEP_RESULT_DONE,
			   arena_printf(e->a, "warning for %s (%s): %s", g->name,
					pci_addr_text(g->address, address), row->effect),
			   NULL);
		return;
	}
}

bool eject_step_warn(struct eject *e)
{
	warn_displays(e);
	warn_others(e);
	return true;
}
