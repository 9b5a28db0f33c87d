/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "codec/json.h"

static int run(struct cli *c)
{
	if (c->json)
		json_print(json_document("version"), &c->out);
	else
		buf_addf(&c->out, "gpubay %s\n", GPUBAY_VERSION);
	return EXIT_DONE;
}

const struct verb verb_version = {
	.name = "version",
	.args = "",
	.summary = "print the version",
	.no_source = true,
	.run = run,
};
