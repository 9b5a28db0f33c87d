/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/root.h"

#include "base/parse.h"

#include <unistd.h>

const char *root_command(const struct cli *c)
{
	const char *text = arena_printf(c->a, "sudo gpubay %s", c->verb->name);
	uint32_t i;

	for (i = 0; i < c->args.n; i++)
		text = arena_printf(c->a, "%s %s", text, c->args.v[i]);
	for (i = 0; i < c->opts.n; i++) {
		const struct opt_given *g = &c->opts.v[i];

		text = arena_printf(c->a, "%s --%s%s%s", text, g->opt->name, g->value ? "=" : "", g->value ? g->value : "");
	}
	return text;
}

int root_effects(struct cli *c, struct effects *fx)
{
	int r = cli_open(c);

	if (r)
		return r;
	if (cli_flag(c, "dry-run")) {
		effects_init_dry(fx, c->a);
		return 0;
	}
	if (c->source != SOURCE_LIVE)
		return cli_error(c, EXIT_USAGE, "'%s' changes the machine it runs on, and nothing else: leave the source out, or say "
						"--dry-run", c->verb->name);
	if (geteuid() != 0)
		return cli_error(c, EXIT_UNREADABLE, "'%s' changes the machine, which only root may: %s; or see with --dry-run what "
						     "would be done", c->verb->name, root_command(c));
	effects_init_linux(fx, c->a);
	return 0;
}
