/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/words.h"

#include "base/parse.h"
#include "facts/facts.h"

const char *say_addr(struct cli *c, uint64_t address)
{
	char text[PCI_ADDR_TEXT];

	return arena_str(c->a, pci_addr_text(address, text));
}

const char *say_bytes(struct cli *c, uint64_t bytes)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
	unsigned u = 0;
	uint64_t whole = bytes, rest = 0;

	while (whole >= 1024 && u + 1 < ARRAY_LEN(units)) {
		rest = whole % 1024;
		whole /= 1024;
		u++;
	}
	if (rest * 10 / 1024)
		return arena_printf(c->a, "%llu.%llu %s", (unsigned long long)whole, (unsigned long long)(rest * 10 / 1024), units[u]);
	return arena_printf(c->a, "%llu %s", (unsigned long long)whole, units[u]);
}

const char *say_link(struct cli *c, const struct pci_link *l)
{
	if (!FIELD_KNOWN(l, pci_link, speed_mts) || !FIELD_KNOWN(l, pci_link, width))
		return "unknown";
	if (l->speed_mts % 1000)
		return arena_printf(c->a, "%u.%u GT/s x%u", l->speed_mts / 1000, l->speed_mts % 1000 / 100, l->width);
	return arena_printf(c->a, "%u GT/s x%u", l->speed_mts / 1000, l->width);
}

const char *say_rate(struct cli *c, uint32_t mbps)
{
	if (mbps >= 1000 && mbps % 1000 < 100)
		return arena_printf(c->a, "%u Gb/s", mbps / 1000);
	if (mbps >= 1000)
		return arena_printf(c->a, "%u.%u Gb/s", mbps / 1000, mbps % 1000 / 100);
	return arena_printf(c->a, "%u Mb/s", mbps);
}

const char *say_driver(const struct gpu *g)
{
	if (!FIELD_KNOWN(g, gpu, driver))
		return "unknown";
	return *g->driver ? g->driver : "none";
}

const char *say_vendor(const struct gpu *g)
{
	const char *name = facts_vendor_name(g->vendor_id);

	return name ? name : "other";
}

const char *say_attachment(struct cli *c, const struct gpu *g)
{
	const struct external *x = &g->external;

	if (!FIELD_KNOWN(g, gpu, external) || x->attachment == ATTACHMENT_UNKNOWN)
		return "unknown";
	if (x->attachment == ATTACHMENT_INTERNAL)
		return "internal";
	return arena_printf(c->a, "external%s", x->confidence == CONFIDENCE_LOW ? "?" : "");
}

const char *say_nodes(struct cli *c, const struct gpu *g)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	if (!FIELD_KNOWN(g, gpu, drm))
		return "unknown";
	for (i = 0; i < g->drm.n; i++)
		buf_addf(&b, "%s%s", i ? " " : "", c->snap->drm.v[g->drm.v[i]].name);
	return b.n ? arena_strn(c->a, b.p, b.n) : "none";
}

const char *state_colour(const struct cli *c, enum gpu_state state)
{
	switch (state) {
	case GPU_STATE_READY:
		return cli_green(c);
	case GPU_STATE_LOST:
	case GPU_STATE_WEDGED:
	case GPU_STATE_NO_BAR:
	case GPU_STATE_UNBOUND:
		return cli_red(c);
	default:
		return cli_yellow(c);
	}
}

/* "AD102 [GeForce RTX 4090]": databases put what is printed on the box into brackets. */
static const char *boxed_name(struct cli *c, const char *name)
{
	const char *open = strchr(name, '['), *close = open ? strchr(open, ']') : NULL;

	return close && close > open + 1 ? arena_strn(c->a, open + 1, (size_t)(close - open - 1)) : name;
}

const char *say_name(struct cli *c, const struct gpu *g)
{
	const char *vendor = say_vendor(g), *name = boxed_name(c, g->name ? g->name : ""), *family = g->family;

	if (family && strstr(name, family))
		family = NULL;
	return arena_printf(c->a, "%s%s%s%s%s%s", strstr(name, vendor) ? "" : vendor, strstr(name, vendor) ? "" : " ", name,
			    family ? " (" : "", family ? family : "", family ? ")" : "");
}

void finding_print(struct cli *c, const struct finding *f, bool more)
{
	const char *colour = f->severity == SEVERITY_ERROR     ? cli_red(c)
			     : f->severity == SEVERITY_WARNING ? cli_yellow(c)
							       : cli_dim(c);
	uint32_t i;

	buf_addf(&c->out, "%s%-7s%s %s%s%s  %s\n", colour, enum_name(&severity_tab, f->severity), cli_plain(c), cli_bold(c), f->id,
		 cli_plain(c), f->subject);
	text_wrap(c, 8, f->message);
	if (!more)
		return;
	for (i = 0; i < f->evidence.n; i++) {
		const struct evidence *e = &f->evidence.v[i];

		text_wrap(c, 10,
			  arena_printf(c->a, "seen: %s%s%s%s%s%s", e->path ? e->path : "", e->path && e->value ? ": " : "",
				       e->value ? e->value : "", e->wanted ? " (wanted: " : "", e->wanted ? e->wanted : "",
				       e->wanted ? ")" : ""));
	}
	if (f->remedy && *f->remedy)
		text_wrap(c, 8, arena_printf(c->a, "do: %s", f->remedy));
}

const char *say_counts(struct cli *c, const struct finding_list *l)
{
	unsigned n[SEVERITY_COUNT] = {0};
	uint32_t i;

	for (i = 0; i < l->n; i++)
		n[l->v[i].severity]++;
	return arena_printf(c->a, "%u error%s, %u warning%s, %u note%s", n[SEVERITY_ERROR], n[SEVERITY_ERROR] == 1 ? "" : "s",
			    n[SEVERITY_WARNING], n[SEVERITY_WARNING] == 1 ? "" : "s", n[SEVERITY_NOTE],
			    n[SEVERITY_NOTE] == 1 ? "" : "s");
}

void say_unidentified(struct cli *c)
{
	const struct snapshot *s = c->snap;
	uint32_t i, n = 0;

	for (i = 0; i < s->pci.n; i++)
		if (!FIELD_KNOWN(&s->pci.v[i], pci_device, class) || !FIELD_KNOWN(&s->pci.v[i], pci_device, vendor_id))
			n++;
	if (n)
		buf_addf(&c->out, "%u PCI function%s could not be identified; 'gpubay --json' says why in \"gaps\"\n", n, n == 1 ? "" : "s");
}
