/* SPDX-License-Identifier: Apache-2.0 */
/* gpubay __schema [KIND]: JSON Schemas of what the program prints, out of the field tables; doc/schema keeps copies. */
#include "base/parse.h"
#include "cli/cli.h"
#include "codec/json.h"
#include "model/event.h"
#include "model/swap.h"

/* The first fields of the table, so many, are always there. */
static const struct {
	const char *kind;
	const struct field *table;
	unsigned n_required;
	bool by_json_document; /* it says which gpubay made it */
} kinds[] = {{"event", event_fields, 3, false}, {"outcome", outcome_fields, 3, true}, {"step", swap_step_fields, 2, true}};

static json_t *schema_of(unsigned i)
{
	json_t *schema = json_known_schema(kinds[i].kind, kinds[i].table, kinds[i].n_required);

	if (kinds[i].by_json_document)
		json_object_set_new(json_object_get(schema, "properties"), "gpubay", json_pack("{s:s}", "type", "string"));
	return schema;
}

static int run(struct cli *c)
{
	const char *kind = c->args.n ? c->args.v[0] : "node";
	unsigned i;

	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq(kind, kinds[i].kind))
			json_print(schema_of(i), &c->out);
	if (str_eq(kind, "node"))
		json_print(json_node_schema(), &c->out);
	return c->out.n ? EXIT_DONE : cli_error(c, EXIT_USAGE, "'%s' is not node, event, outcome or step", kind);
}

const struct verb verb_schema = {
	.name = "__schema",
	.args = "[node|event|outcome|step]",
	.summary = "JSON Schema of the node document, of an event, or of what a change tells",
	.max = 1,
	.no_source = true,
	.run = run,
};
