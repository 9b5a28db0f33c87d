/* SPDX-License-Identifier: Apache-2.0 */
/* The one screen: which GPUs, how attached, usable or not, what is wrong and what to do. */
#include "base/parse.h"
#include "cli/gone.h"
#include "cli/words.h"
#include "codec/json.h"

static const struct opt opts[] = {
	{"vendor", 0, OPT_VALUE, "LIST", "vendors that should be there: intel,nvidia:2,amd@03:00.0 or auto"},
	{0},
};

static const char *attached(struct cli *c, const struct gpu *g)
{
	const struct external *x = &g->external;
	struct buf b CLEANUP(buf_free) = BUF_NULL;

	buf_adds(&b, say_attachment(c, g));
	if (x->attachment == ATTACHMENT_EXTERNAL) {
		if (x->interface && *x->interface)
			buf_addf(&b, " by %s", x->interface);
		if (x->enclosure && *x->enclosure)
			buf_addf(&b, " in %s", x->enclosure);
		if (FIELD_KNOWN(x, external, bandwidth_mbps) && x->bandwidth_mbps)
			buf_addf(&b, ", %s", say_rate(c, x->bandwidth_mbps));
	} else if (g->link.known && FIELD_KNOWN(&g->link, pci_link, speed_mts)) {
		buf_addf(&b, ", PCIe %s", say_link(c, &g->link));
	}
	return arena_strn(c->a, b.p, b.n);
}

/* "unbound: no driver (/sys/…/driver: missing)", from the first evidence that says what follows from it. */
static const char *why_state(struct cli *c, const struct gpu *g)
{
	const struct evidence *e = g->state_evidence.v;
	const char *path, *value;
	uint32_t i;

	for (i = 0; i < g->state_evidence.n && !(e->note && *e->note); i++)
		e = &g->state_evidence.v[i];
	path = e->path ? e->path : "";
	value = e->value ? e->value : "";
	return arena_printf(c->a, "%s%s%s%s%s%s%s%s", enum_name(&gpu_state_tab, g->state), e->note && *e->note ? ": " : "",
			    e->note ? e->note : "", *path || *value ? " (" : "", path, *path && *value ? ": " : "", value,
			    *path || *value ? ")" : "");
}

static void print_gpu(struct cli *c, const struct gpu *g)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;

	buf_addf(&c->out, "%s%u  %s%s  %s%s%s\n", cli_bold(c), g->index, say_name(c, g), cli_plain(c), state_colour(c, g->state),
		 enum_name(&gpu_state_tab, g->state), cli_plain(c));
	buf_addf(&b, "%s, driver %s", say_addr(c, g->address), say_driver(g));
	if (FIELD_KNOWN(g, gpu, drm))
		buf_addf(&b, ", %s", g->drm.n ? say_nodes(c, g) : "no nodes");
	if (FIELD_KNOWN(g, gpu, vram_bytes))
		buf_addf(&b, ", %s", say_bytes(c, g->vram_bytes));
	if (g->slices.n)
		buf_addf(&b, ", %u slices", g->slices.n);
	if (g->boot_display)
		buf_adds(&b, ", boot display");
	text_wrap(c, 3, b.p);
	text_wrap(c, 3, attached(c, g));
	if (g->state != GPU_STATE_READY && g->state_evidence.n)
		text_wrap(c, 3, why_state(c, g));
}

static void print_others(struct cli *c)
{
	const struct snapshot *s = c->snap;
	uint32_t i;

	for (i = 0; i < s->displays.n; i++)
		text_wrap(c, 0, arena_printf(c->a, "-  %s %s: %s, not a GPU", say_addr(c, s->displays.v[i].address), s->displays.v[i].name,
					     enum_name(&gpu_kind_tab, s->displays.v[i].kind)));
	for (i = 0; i < s->routers.n; i++) {
		const struct tb_router *r = &s->routers.v[i];

		if (r->host || r->depth == 0)
			continue;
		text_wrap(c, 0, arena_printf(c->a, "-  box %s: %s %s, %s", r->name, r->vendor_name ? r->vendor_name : "",
					     r->device_name ? r->device_name : "",
					     !FIELD_KNOWN(r, tb_router, authorized) ? "authorization unknown"
					     : r->authorized                        ? "authorized"
										    : "not authorized"));
	}
	for (i = 0; i < s->rdma.n; i++)
		text_wrap(c, 0, arena_printf(c->a, "-  RDMA %s: %s, %u port%s", s->rdma.v[i].name, enum_name(&rdma_kind_tab, s->rdma.v[i].kind),
					     s->rdma.v[i].ports.n, s->rdma.v[i].ports.n == 1 ? "" : "s"));
}

/* The agent noted that they went, and could not see yet that nobody holds them. */
static void print_gone(struct cli *c)
{
	struct gpu_view_list went;
	struct err e = {0};
	uint32_t i;

	if (gone_views(c, &went, &e) < 0)
		return;
	for (i = 0; i < went.n; i++)
		text_wrap(c, 0, arena_printf(c->a, "-  %s %s: pulled without eject, and programs may still have it open: sudo gpubay gone",
					     say_addr(c, went.v[i].address), went.v[i].name ? went.v[i].name : ""));
}

static void print_findings(struct cli *c, const struct finding_list *l)
{
	uint32_t i, notes = 0;

	buf_addc(&c->out, '\n');
	for (i = 0; i < l->n; i++) {
		const struct finding *f = &l->v[i];

		if (f->severity == SEVERITY_NOTE) {
			notes++;
			continue;
		}
		finding_print(c, f, false);
		text_wrap(c, 8, arena_printf(c->a, "do: %s", f->remedy));
	}
	text_wrap(c, 0, arena_printf(c->a, "%u GPU%s, %s%s", c->snap->gpus.n, c->snap->gpus.n == 1 ? "" : "s", say_counts(c, l),
				     l->n ? "; evidence: gpubay check" : ""));
}

static int run(struct cli *c)
{
	struct finding_list findings;
	uint32_t i;
	int r = cli_snapshot(c, PROBE_ALL);

	if (r == 0)
		r = cli_findings(c, NULL, &findings);
	if (r)
		return r;
	if (c->json) {
		json_print(json_node(c->snap, &findings), &c->out);
		return cli_status_of(&findings);
	}
	if (!c->snap->has_pci)
		buf_adds(&c->out, "no PCI bus, 0 GPUs\n");
	else if (c->snap->gpus.n == 0)
		buf_adds(&c->out, "0 GPUs\n");
	for (i = 0; i < c->snap->gpus.n; i++)
		print_gpu(c, &c->snap->gpus.v[i]);
	print_others(c);
	print_gone(c);
	say_unidentified(c);
	print_findings(c, &findings);
	return cli_status_of(&findings);
}

const struct verb verb_status = {
	.name = "status",
	.args = "",
	.summary = "the GPUs, their states, and what is wrong (also without a verb)",
	.about = "Prints every GPU with how it is attached and whether it is usable, then what is wrong and what to do about it.",
	.opts = opts,
	.run = run,
};
