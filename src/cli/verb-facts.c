/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"
#include "cli/cli.h"
#include "codec/facts-tables.h"
#include "codec/json.h"
#include "facts/facts.h"

/* Rows of other tables that speak of one family. */
static const char *const about_family[] = {"kernels", "firmware", "power"};

static uint32_t rows_of(struct cli *c, const struct facts_table *t, const char *filter, struct strs *cells, json_t *list)
{
	const struct column *column;
	const void *row = NULL;
	uint32_t n = 0;
	unsigned part;

	while ((row = facts_row_next(t, row, &part))) {
		if (filter && !facts_row_matches(c->a, t, row, filter))
			continue;
		n++;
		if (list)
			json_array_append_new(list, facts_row_json(c->a, t, row));
		for (column = t->columns; cells && column->name; column++)
			if (!column->detail)
				strs_add(c->a, cells, facts_cell(c->a, column, row));
	}
	return n;
}

static const char *head(struct cli *c, const char *name)
{
	char *text = arena_str(c->a, name), *p;

	for (p = text; *p; p++)
		*p = *p == '_' ? ' ' : *p >= 'a' && *p <= 'z' ? (char)(*p - 0x20) : *p;
	return text;
}

/* The widest text column that may give way: the one most like prose. */
static unsigned flexible_of(const struct table *t)
{
	unsigned best = 0, at;
	size_t length[32] = {0};
	uint32_t k;

	for (k = 0; k < t->cells.n; k++)
		length[k % t->columns] = MAX(length[k % t->columns], strlen(t->cells.v[k]));
	for (at = 0; at < t->columns; at++)
		if (length[at] > length[best])
			best = at;
	return best;
}

static void print_rows(struct cli *c, const struct facts_table *t, const char *filter)
{
	const struct column *column;
	struct strs heads = {0};
	struct table out = {0};

	for (column = t->columns; column->name; column++)
		if (!column->detail)
			strs_add(c->a, &heads, head(c, column->name));
	out.columns = heads.n;
	out.heads = heads.v;
	if (rows_of(c, t, filter, &out.cells, NULL) == 0) {
		buf_addf(&c->out, "no row of '%s' says '%s'\n", t->name, filter);
		return;
	}
	out.flexible = flexible_of(&out);
	table_print(c, &out);
}

static int show_table(struct cli *c, const struct facts_table *t, const char *filter)
{
	json_t *doc, *list;

	if (!c->json) {
		print_rows(c, t, filter);
		return EXIT_DONE;
	}
	doc = json_document("facts");
	list = json_array();
	rows_of(c, t, filter, NULL, list);
	json_object_set_new(doc, "table", json_string(t->name));
	json_object_set_new(doc, "rows", list);
	json_print(doc, &c->out);
	return EXIT_DONE;
}

static int show_tables(struct cli *c)
{
	static const char *const heads[] = {"TABLE", "ROWS", "WHAT"};
	struct table out = {.columns = ARRAY_LEN(heads), .heads = heads, .flexible = 2};
	json_t *doc = json_document("facts"), *list = json_array();
	const struct facts_table *t;

	for (t = facts_tables; t->name; t++) {
		uint32_t n = rows_of(c, t, NULL, NULL, NULL);

		strs_add(c->a, &out.cells, t->name);
		strs_add(c->a, &out.cells, arena_printf(c->a, "%u", n));
		strs_add(c->a, &out.cells, t->about);
		json_array_append_new(list, json_pack("{s:s, s:i, s:s}", "table", t->name, "rows", (int)n, "about", t->about));
	}
	json_object_set_new(doc, "tables", list);
	if (c->json)
		json_print(doc, &c->out);
	else {
		table_print(c, &out);
		json_decref(doc);
	}
	return EXIT_DONE;
}

/* "name: value" lines of one row, details too, empty ones left out. */
static void print_row(struct cli *c, const struct facts_table *t, const void *row)
{
	const struct column *column;

	for (column = t->columns; column->name; column++) {
		const char *text = facts_cell(c->a, column, row);

		if (*text && !(column->kind == COLUMN_BOOL && str_eq(text, "no")))
			text_wrap(c, 2, arena_printf(c->a, "%s: %s", column->name, text));
	}
}

static void add_about(struct cli *c, json_t *doc, const char *table, const void *row)
{
	const struct facts_table *t = facts_table_find(table);
	json_t *list = json_object_get(doc, table);

	if (!c->json && list)
		buf_addc(&c->out, '\n');
	else if (!c->json)
		buf_addf(&c->out, "%s%s%s\n", cli_bold(c), table, cli_plain(c));
	if (!c->json)
		print_row(c, t, row);
	if (!list)
		json_object_set_new(doc, table, list = json_array());
	json_array_append_new(list, facts_row_json(c->a, t, row));
}

/* Drivers of the family, by name, and rows of tables whose first column is a pattern for family keys. */
static void add_family(struct cli *c, json_t *doc, const struct facts_family *family)
{
	struct strs drivers = str_split(c->a, family->drivers, " ");
	const void *row;
	unsigned part;
	uint32_t i;

	add_about(c, doc, "families", family);
	for (i = 0; i < drivers.n; i++)
		if (facts_driver_find(drivers.v[i]))
			add_about(c, doc, "drivers", facts_driver_find(drivers.v[i]));
	for (i = 0; i < ARRAY_LEN(about_family); i++) {
		const struct facts_table *t = facts_table_find(about_family[i]);

		for (row = facts_row_next(t, NULL, &part); row; row = facts_row_next(t, row, &part))
			if (facts_family_fits(facts_cell(c->a, &t->columns[0], row), family->key))
				add_about(c, doc, t->name, row);
	}
}

static void print_title(struct cli *c, const char *id, const struct facts_id *known, const struct facts_display *display)
{
	const struct facts_family *family = known ? facts_family_find(known->family) : NULL;
	const char *name = display ? display->name : known && known->name ? known->name : family ? family->family : NULL;
	const char *kind = display ? enum_name(&gpu_kind_tab, display->kind) : family ? enum_name(&gpu_kind_tab, family->kind) : NULL;

	buf_addf(&c->out, "%s%s%s  %s%s%s\n", cli_bold(c), id, cli_plain(c), name ? name : "not known", kind ? ", " : "",
		 kind ? kind : "");
	if (!known && !display)
		buf_adds(&c->out, "A function with this id counts as a GPU when its class is a display's.\n");
}

static int show_id(struct cli *c, uint16_t vendor, uint16_t device)
{
	const char *id = arena_printf(c->a, "%04x:%04x", vendor, device);
	const struct facts_id *known = facts_id_find(vendor, device);
	const struct facts_display *display = facts_display_find(vendor, device);
	json_t *doc = json_document("facts");

	json_object_set_new(doc, "id", json_string(id));
	json_object_set_new(doc, "known", json_boolean(known || display));
	if (!c->json)
		print_title(c, id, known, display);
	if (display)
		add_about(c, doc, "displays", display);
	if (known)
		add_about(c, doc, "ids", known);
	if (known && facts_family_find(known->family))
		add_family(c, doc, facts_family_find(known->family));
	if (known && known->vga_family && facts_family_find(known->vga_family)) {
		if (!c->json)
			buf_adds(&c->out, "\nThe same number was given to another chip, which this is when its class is VGA (0300):\n");
		add_family(c, doc, facts_family_find(known->vga_family));
	}
	if (c->json)
		json_print(doc, &c->out);
	else
		json_decref(doc);
	return EXIT_DONE;
}

/* A word that is neither a table nor an id: every row of every table that says it. */
static int show_word(struct cli *c, const char *word)
{
	json_t *doc = json_document("facts");
	const struct facts_table *t;
	uint32_t n = 0;

	for (t = facts_tables; t->name; t++) {
		json_t *list = json_array();
		uint32_t found = rows_of(c, t, word, NULL, list);

		n += found;
		if (found && !c->json) {
			buf_addf(&c->out, "%s%s%s\n", cli_bold(c), t->name, cli_plain(c));
			print_rows(c, t, word);
		}
		if (found)
			json_object_set(doc, t->name, list);
		json_decref(list);
	}
	if (n && c->json)
		json_print(doc, &c->out);
	else
		json_decref(doc);
	return n ? EXIT_DONE : cli_error(c, EXIT_USAGE, "nothing is known of '%s'; 'gpubay facts' lists the tables", word);
}

static int run(struct cli *c)
{
	const char *first = c->args.n > 0 ? c->args.v[0] : NULL, *second = c->args.n > 1 ? c->args.v[1] : NULL;
	uint16_t vendor, device;
	bool whole;

	if (!first)
		return show_tables(c);
	if (facts_table_find(first))
		return show_table(c, facts_table_find(first), second);
	if (second)
		return cli_error(c, EXIT_USAGE, "no table '%s'; 'gpubay facts' lists them", first);
	if (facts_id_parse(first, &vendor, &device, &whole) == 0)
		return whole ? show_id(c, vendor, device) : show_table(c, facts_table_find("ids"), first);
	return show_word(c, first);
}

const struct verb verb_facts = {
	.name = "facts",
	.args = "[TABLE [FILTER] | ID | WORD]",
	.summary = "what gpubay knows before it looks",
	.about = "Without arguments, lists the tables. With one, prints its rows, or those that say FILTER. With a PCI id "
		 "(8086:e20b), prints all that is known of it: family, drivers, kernels, firmware, and the source of each. With "
		 "any other word, the rows of all tables that say it.",
	.max = 2,
	.no_source = true,
	.run = run,
};
