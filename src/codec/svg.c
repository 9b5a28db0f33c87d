/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The drawing is a tree that grows from the left: a NUMA node with its processors, its root ports, switches (each one
 * box, whatever number of ports the kernel lists), and in the last column the devices, one row each. What is in an
 * external box stands in a dashed frame; what GPUs have among themselves beside PCI Express is a bracket on the right.
 * Only what leads to a GPU or an RDMA device is drawn.
 *
 * Lines are coordinates in whole pixels and text is cut by a fixed measure, so that the same machine gives the same
 * bytes everywhere.
 */
#include "codec/svg.h"

#include "base/parse.h"
#include "codec/svg-tree.h"

/* Text. */

static void escape(struct buf *out, const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && s[i]; i++)
		switch (s[i]) {
		case '&':
			buf_adds(out, "&amp;");
			break;
		case '<':
			buf_adds(out, "&lt;");
			break;
		case '>':
			buf_adds(out, "&gt;");
			break;
		case '"':
			buf_adds(out, "&quot;");
			break;
		default:
			buf_addc(out, (unsigned char)s[i] < ' ' ? ' ' : s[i]);
		}
}

static void text(struct drawing *d, const char *class, int x, int y, unsigned max, const char *s)
{
	size_t n = utf8_prefix(s, max);

	buf_addf(d->out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, x, y);
	if (s[n])
		n = utf8_prefix(s, max - 1);
	escape(d->out, s, n);
	buf_addf(d->out, "%s</text>\n", s[n] ? "…" : "");
}

static void rect(struct drawing *d, const char *class, int x, int y, int w, int h)
{
	buf_addf(d->out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n", class, x, y, w, h);
}

static const char *rate(struct drawing *d, uint32_t mbps)
{
	if (mbps < 9950)
		return arena_printf(d->a, "%u.%u Gb/s", mbps / 1000, mbps % 1000 / 100);
	return arena_printf(d->a, "%u Gb/s", (mbps + 500) / 1000);
}

/* "16 GT/s x16", "2.5 GT/s x1"; empty when not known. */
static const char *link_text(struct drawing *d, uint32_t speed, uint32_t width)
{
	if (speed % 1000)
		return arena_printf(d->a, "%u.%u GT/s x%u", speed / 1000, speed % 1000 / 100, width);
	return arena_printf(d->a, "%u GT/s x%u", speed / 1000, width);
}

/* Drawing. */

static const struct gpu *gpu_of(const struct drawing *d, const struct node *n)
{
	const struct topo_end *e = &d->t->v[n->end];

	return e->kind == TOPO_GPU ? &d->s->gpus.v[e->index] : NULL;
}

/* The link came up with less than both its ends can do. */
static bool is_slow(const struct drawing *d, uint32_t pci)
{
	const struct pci_device *p = &d->s->pci.v[pci];
	uint32_t possible;

	return FIELD_KNOWN(p, pci_device, parent) && p->parent != NONE &&
	       topo_link_possible(p, &d->s->pci.v[p->parent], &possible) &&
	       topo_link_mbps(p->link.speed_mts, p->link.width) < possible;
}

static void link_label(struct drawing *d, const struct node *n, int x, int y)
{
	const struct external *e = n->box && n->gpu != NONE ? &d->s->gpus.v[n->gpu].external : NULL;
	const struct pci_device *p = n->link_at != NONE ? &d->s->pci.v[n->link_at] : NULL;

	if (n->box) {
		if (e && FIELD_KNOWN(e, external, bandwidth_mbps) && e->bandwidth_mbps)
			text(d, "rate tunnel-text", x - 16, y - 6, 14, rate(d, e->bandwidth_mbps));
	} else if (p && FIELD_KNOWN(p, pci_device, link) && FIELD_KNOWN(&p->link, pci_link, speed_mts) &&
		   FIELD_KNOWN(&p->link, pci_link, width)) {
		text(d, is_slow(d, n->link_at) ? "rate slow" : "rate", x - 6, y - 5, 14,
		     link_text(d, p->link.speed_mts, p->link.width));
	}
}

static void draw_link(struct drawing *d, const struct node *n)
{
	const struct node *up = &d->nodes.v[n->parent];
	int x1 = svg_x(d, up) + NODE_W, x2 = svg_x(d, n), y = up->kind == NODE_SOCKET ? n->y : up->y;

	buf_addf(d->out, "<path class=\"link%s\" d=\"M%d %d", n->box ? " tunnel" : "", x1, y);
	if (y != n->y)
		buf_addf(d->out, "H%dV%d", x1 + 14, n->y);
	buf_addf(d->out, "H%d\"/>\n", x2);
	link_label(d, n, x2, n->y);
}

static const char *address(struct drawing *d, uint32_t pci)
{
	char text_buf[PCI_ADDR_TEXT];

	return arena_str(d->a, pci_addr_text(d->s->pci.v[pci].address, text_buf));
}

static void draw_socket(struct drawing *d, const struct node *n)
{
	const struct platform *p = &d->s->platform;
	int x = svg_x(d, n), y = n->top + 6, h = n->bottom - n->top - 12;
	const char *cpus = "";
	uint32_t i;
	int line;

	rect(d, "socket", x, y, NODE_W, h);
	text(d, "head", x + 12, y + 20, 18, n->key ? arena_printf(d->a, "NUMA node %u", n->key - 1) : "Processor");
	for (i = 0; n->key && i < p->numa.n; i++)
		if (p->numa.v[i].node == n->key - 1 && p->numa.v[i].cpus)
			cpus = p->numa.v[i].cpus;
	for (line = 0; *cpus && y + 36 + line * 14 < y + h; line++) {
		size_t len = MIN(strlen(cpus), 20), k = len;

		/* Broken behind a comma. */
		while (cpus[len] && k > 1 && cpus[k - 1] != ',')
			k--;
		len = k > 1 ? k : len;
		text(d, "small", x + 12, y + 36 + line * 14, 24, arena_printf(d->a, "%s%.*s", line ? "" : "CPU ", (int)len, cpus));
		cpus += len;
	}
}

static void draw_bridge(struct drawing *d, const struct node *n)
{
	int x = svg_x(d, n), y = n->y - 20;

	rect(d, n->kind == NODE_PORT ? "port" : "switch", x, y, NODE_W, 40);
	text(d, "head", x + 12, y + 17, 20, n->kind == NODE_PORT ? "Root port" : n->box ? "Box" : "PCIe switch");
	text(d, "small", x + 12, y + 32, 24, address(d, n->key));
	if (n->acs)
		text(d, "mark", x + NODE_W - 8, y + 17, 4, "ACS");
}

static const char *gpu_line(struct drawing *d, const struct gpu *g)
{
	const char *s = address(d, g->pci);

	if (FIELD_KNOWN(g, gpu, driver))
		s = arena_printf(d->a, "%s · %s", s, *g->driver ? g->driver : "no driver");
	if (g->state)
		s = arena_printf(d->a, "%s · %s", s, enum_name(&gpu_state_tab, g->state));
	if (FIELD_KNOWN(g, gpu, slices) && g->slices.n)
		s = arena_printf(d->a, "%s · %u slices", s, g->slices.n);
	return s;
}

static const char *nic_line(struct drawing *d, const struct rdma_nic *r)
{
	const char *s = arena_printf(d->a, "%s · %s", address(d, r->pci), enum_name(&rdma_kind_tab, r->kind));

	if (r->ports.n && FIELD_KNOWN(&r->ports.v[0], rdma_port, state))
		s = arena_printf(d->a, "%s · %s", s, r->ports.v[0].state);
	if (r->ports.n && FIELD_KNOWN(&r->ports.v[0], rdma_port, rate_mbps))
		s = arena_printf(d->a, "%s %s", s, rate(d, r->ports.v[0].rate_mbps));
	return s;
}

static bool is_well(const struct gpu *g)
{
	return g->state == GPU_STATE_READY || g->state == GPU_STATE_BOUND || g->state == GPU_STATE_UNKNOWN;
}

static void draw_device(struct drawing *d, const struct node *n)
{
	const struct topo_end *e = &d->t->v[n->end];
	const struct gpu *g = gpu_of(d, n);
	const char *name = g ? g->name : d->s->rdma.v[e->index].name;
	int x = svg_x(d, n), y = n->y - CARD_H / 2;

	rect(d, g && !is_well(g) ? "card bad" : "card", x, y, CARD_W, CARD_H);
	buf_addf(d->out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"6\" height=\"%d\"/>\n",
		 g ? enum_name(&gpu_vendor_tab, g->vendor) : "nic", x, y + 6, CARD_H - 12);
	text(d, "label", x + 16, y + 20, 8, e->label);
	text(d, "name", x + 66, y + 20, 37, name ? name : "");
	text(d, "small", x + 16, y + 37, 54, g ? gpu_line(d, g) : nic_line(d, &d->s->rdma.v[e->index]));
}

static void draw_box(struct drawing *d, const struct node *n)
{
	const struct external *e = n->gpu != NONE ? &d->s->gpus.v[n->gpu].external : NULL;
	const char *what = e && e->enclosure && *e->enclosure ? e->enclosure : "External box";
	int x = svg_x(d, n) - 12, right = svg_column(d->columns + 1) + CARD_W + 14 - 4 * (int)(n->nest - 1);

	if (e && e->interface && *e->interface)
		what = arena_printf(d->a, "%s · %s", what, e->interface);
	rect(d, "box", x, n->top - BOX_TOP + 4, right - x, n->bottom - n->top + BOX_TOP);
	text(d, "box-name", x + 12, n->top - 4, 60, what);
}

/* Fabrics: GPUs that reach each other share a bracket. */

static bool joined(const struct drawing *d, uint32_t i, uint32_t j, enum path_class *ret)
{
	const struct path *p = topo_path(d->t, i, j);

	if (!p || (p->class != PATH_CLASS_XGMI && p->class != PATH_CLASS_NVLINK))
		return false;
	*ret = p->class;
	return true;
}

static int row_of(const struct drawing *d, uint32_t end)
{
	uint32_t i;

	for (i = 0; i < d->nodes.n; i++)
		if (d->nodes.v[i].end == end)
			return d->nodes.v[i].y;
	return 0;
}

static void draw_bracket(struct drawing *d, const struct u32s *members, enum path_class class, uint32_t number)
{
	int x = svg_column(d->columns + 1) + CARD_W, spine = x + 20 + (int)(number % 4) * 6;
	int low = row_of(d, members->v[0]), high = low;
	uint32_t i;

	for (i = 0; i < members->n; i++) {
		int y = row_of(d, members->v[i]);

		low = MIN(low, y);
		high = MAX(high, y);
		buf_addf(d->out, "<path class=\"fabric\" d=\"M%d %dH%d\"/>\n", x, y, spine);
	}
	buf_addf(d->out, "<path class=\"fabric\" d=\"M%d %dV%d\"/>\n", spine, low, high);
	text(d, "fabric-text", spine + 8, (low + high) / 2 + 4, 8, enum_name(&path_class_tab, class));
}

/* Grows a set of GPUs that are joined, from the lowest that is in none yet. */
static void draw_fabrics(struct drawing *d)
{
	bool *seen = arena_alloc(d->a, MAX(d->t->n_gpus, 1u) * sizeof(*seen));
	enum path_class class = PATH_CLASS_UNKNOWN;
	uint32_t i, j, k, number = 0;

	for (i = 0; i < d->t->n_gpus; i++) {
		struct u32s members = {0};

		if (seen[i])
			continue;
		u32s_add(d->a, &members, i);
		seen[i] = true;
		for (k = 0; k < members.n; k++)
			for (j = 0; j < d->t->n_gpus; j++)
				if (!seen[j] && joined(d, members.v[k], j, &class)) {
					seen[j] = true;
					u32s_add(d->a, &members, j);
				}
		if (members.n > 1)
			draw_bracket(d, &members, class, number++);
	}
}

static bool has_fabric(const struct topo *t)
{
	uint32_t i;

	for (i = 0; i < t->paths.n; i++)
		if (t->paths.v[i].class == PATH_CLASS_XGMI || t->paths.v[i].class == PATH_CLASS_NVLINK)
			return true;
	return false;
}

/* Light by default; a viewer that knows of dark mode takes the second set. */
static const char style[] =
	"<style type=\"text/css\"><![CDATA[\n"
	"text{font-family:\"DejaVu Sans\",Verdana,\"Segoe UI\",sans-serif;fill:#1f2933}\n"
	".page{fill:#f7f8fa}\n"
	".title{font-size:18px;font-weight:bold}\n"
	".sub,.small{font-size:11px;fill:#5b6773}\n"
	".head{font-size:12px;font-weight:bold}\n"
	".label{font-size:13px;font-weight:bold}\n"
	".name{font-size:13px}\n"
	".rate{font-size:10px;text-anchor:end;fill:#5b6773}\n"
	".slow,.mark{fill:#b45309;font-weight:bold}\n"
	".mark{font-size:9px;text-anchor:end}\n"
	".socket{fill:#e3e8ee;stroke:#9aa5b1}\n"
	".port,.switch{fill:#ffffff;stroke:#9aa5b1}\n"
	".switch{stroke-width:2}\n"
	".card{fill:#ffffff;stroke:#9aa5b1}\n"
	".bad{stroke:#c81e1e;stroke-width:2;stroke-dasharray:6 3}\n"
	".box{fill:none;stroke:#d97706;stroke-width:1.5;stroke-dasharray:7 4}\n"
	".box-name,.tunnel-text{font-size:11px;fill:#b45309;font-weight:bold}\n"
	".tunnel-text{font-size:10px}\n"
	".link{fill:none;stroke:#7b8794;stroke-width:1.5}\n"
	".tunnel{stroke:#d97706;stroke-width:3}\n"
	".fabric{fill:none;stroke:#6d28d9;stroke-width:2.5}\n"
	".fabric-text{font-size:11px;fill:#6d28d9;font-weight:bold}\n"
	".nvidia{fill:#76b900}.amd{fill:#dd2c24}.intel{fill:#0068b5}.other{fill:#7b8794}.unknown{fill:#7b8794}.nic{fill:#0f9a8f}\n"
	"@media (prefers-color-scheme:dark){\n"
	"text{fill:#e4e7eb}.page{fill:#161b22}.sub,.small,.rate{fill:#9aa5b1}\n"
	".socket{fill:#242c37;stroke:#52606d}.port,.switch,.card{fill:#1f2630;stroke:#52606d}.bad{stroke:#f87171}\n"
	".slow,.mark,.box-name,.tunnel-text{fill:#fbbf24}.fabric-text{fill:#c4b5fd}.fabric{stroke:#a78bfa}}\n"
	"]]></style>\n";

static void draw_title(struct drawing *d)
{
	const struct platform *p = &d->s->platform;
	const char *machine = p->product && *p->product ? p->product : "GPU topology";

	if (p->vendor && *p->vendor && p->product && *p->product)
		machine = arena_printf(d->a, "%s %s", p->vendor, p->product);
	text(d, "title", MARGIN, 32, 60, machine);
	text(d, "sub", MARGIN, 48, 90,
	     arena_printf(d->a, "%u GPU%s, %u RDMA device%s%s%s", d->t->n_gpus, d->t->n_gpus == 1 ? "" : "s",
			  d->t->n - d->t->n_gpus, d->t->n - d->t->n_gpus == 1 ? "" : "s", p->kernel ? ", Linux " : "",
			  p->kernel ? p->kernel : ""));
}

static void draw_foot(struct drawing *d, int y)
{
	text(d, "sub", MARGIN, y, 130,
	     "Link texts are the rate now. ACS: the port sends peer traffic up to the processor. Orange: Thunderbolt or USB4.");
}

static void draw_nodes(struct drawing *d)
{
	uint32_t i;

	for (i = 0; i < d->nodes.n; i++)
		if (d->nodes.v[i].box)
			draw_box(d, &d->nodes.v[i]);
	for (i = 0; i < d->nodes.n; i++)
		if (d->nodes.v[i].parent != NONE)
			draw_link(d, &d->nodes.v[i]);
	for (i = 0; i < d->nodes.n; i++) {
		const struct node *n = &d->nodes.v[i];

		if (n->kind == NODE_SOCKET)
			draw_socket(d, n);
		else if (n->kind == NODE_DEVICE)
			draw_device(d, n);
		else
			draw_bridge(d, n);
	}
}

void svg_topo(const struct snapshot *s, const struct topo *t, struct buf *out)
{
	struct drawing d = {.s = s, .t = t, .a = arena_new(), .out = out};
	int height;

	svg_build(&d);
	d.width = svg_column(d.columns + 1) + CARD_W + MARGIN + (has_fabric(t) ? BRACKET_W : 0);
	height = d.y + FOOT_H;
	buf_addf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" "
		      "width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n<title>GPU topology</title>\n", d.width, height, d.width, height);
	buf_adds(out, style);
	buf_addf(out, "<rect class=\"page\" x=\"0\" y=\"0\" width=\"%d\" height=\"%d\"/>\n", d.width, height);
	draw_title(&d);
	draw_nodes(&d);
	draw_fabrics(&d);
	draw_foot(&d, d.y + 14);
	buf_adds(out, "</svg>\n");
	arena_free(d.a);
}
