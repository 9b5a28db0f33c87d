/* SPDX-License-Identifier: Apache-2.0 */
/* gpubay __schema [event]: JSON Schemas of what the program prints, out of the field tables; doc/schema keeps copies. */
#include "base/parse.h"
#include "cli/cli.h"
#include "codec/json.h"
#include "model/event.h"

static int run(struct cli *c)
{
	enum { SEQ_TIME_KIND = 3 };

	if (c->args.n && str_eq(c->args.v[0], "event"))
		json_print(json_known_schema("event", event_fields, SEQ_TIME_KIND), &c->out);
	else
		json_print(json_node_schema(), &c->out);
	return EXIT_DONE;
}

const struct verb verb_schema = {
	.name = "__schema",
	.args = "[node|event]",
	.summary = "JSON Schema of the node document, or of an event",
	.max = 1,
	.no_source = true,
	.run = run,
};
