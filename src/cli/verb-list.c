/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"
#include "cli/words.h"
#include "codec/json.h"

static const struct opt opts[] = {
	{"all", 'a', OPT_FLAG, NULL, "also what is no GPU: BMC graphics, virtual displays, NPUs"},
	{0},
};

static void add_row(struct cli *c, struct table *t, const struct gpu *g, bool counts)
{
	strs_add(c->a, &t->cells, counts ? arena_printf(c->a, "%u", g->index) : "-");
	strs_add(c->a, &t->cells, say_addr(c, g->address));
	strs_add(c->a, &t->cells, say_name(c, g));
	strs_add(c->a, &t->cells, say_driver(g));
	strs_add(c->a, &t->cells, counts ? enum_name(&gpu_state_tab, g->state) : enum_name(&gpu_kind_tab, g->kind));
	strs_add(c->a, &t->cells, counts ? say_attachment(c, g) : "not a GPU");
}

static void print_table(struct cli *c)
{
	static const char *const heads[] = {"GPU", "ADDRESS", "NAME", "DRIVER", "STATE", "ATTACHED"};
	struct table t = {.columns = ARRAY_LEN(heads), .heads = heads, .flexible = 2};
	const struct snapshot *s = c->snap;
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		add_row(c, &t, &s->gpus.v[i], true);
	for (i = 0; i < s->displays.n && cli_flag(c, "all"); i++)
		add_row(c, &t, &s->displays.v[i], false);
	if (t.cells.n)
		table_print(c, &t);
	else if (!s->has_pci)
		buf_adds(&c->out, "no PCI bus, 0 GPUs\n");
	else
		buf_addf(&c->out, "0 GPUs%s\n", s->displays.n ? "; 'gpubay list --all' shows displays that are none" : "");
	say_unidentified(c);
}

static int run(struct cli *c)
{
	json_t *doc;
	int r = cli_snapshot(c, PROBE_LIST | (c->json ? PROBE_PLATFORM : 0));

	if (r)
		return r;
	if (!c->json) {
		print_table(c);
		return EXIT_DONE;
	}
	doc = json_document("list");
	json_object_set_new(doc, "gpu_count", json_integer(c->snap->gpus.n));
	json_object_set_new(doc, "gpus", json_array_of(c->snap, c->snap->gpus.v, c->snap->gpus.n, sizeof(struct gpu), gpu_fields));
	json_object_set_new(doc, "displays",
			    json_array_of(c->snap, c->snap->displays.v, c->snap->displays.n, sizeof(struct gpu), gpu_fields));
	json_print(doc, &c->out);
	return EXIT_DONE;
}

const struct verb verb_list = {
	.name = "list",
	.args = "",
	.summary = "one line for each GPU",
	.about = "Prints one line for each GPU, in the order of PCI addresses: number, address, name, driver, state, "
		 "and whether it is external. States: ready (usable), bound (driver, but not all nodes), unbound (no driver), "
		 "no-bar (no memory window), degraded, wedged, lost.",
	.opts = opts,
	.run = run,
};
