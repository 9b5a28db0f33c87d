/* SPDX-License-Identifier: Apache-2.0 */
/* gpubay __schema: the JSON Schema of the node document, out of the field tables; doc/schema keeps a copy. */
#include "cli/cli.h"
#include "codec/json.h"

static int run(struct cli *c)
{
	json_print(json_node_schema(), &c->out);
	return EXIT_DONE;
}

const struct verb verb_schema = {
	.name = "__schema",
	.args = "",
	.summary = "JSON Schema of the node document",
	.no_source = true,
	.run = run,
};
