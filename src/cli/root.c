/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/root.h"

#include "base/parse.h"

#include <unistd.h>

int root_effects(struct cli *c, struct effects *fx)
{
	struct buf words CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;
	int r = cli_open(c);

	if (r)
		return r;
	if (cli_flag(c, "dry-run")) {
		effects_init_dry(fx, c->a);
		return 0;
	}
	for (i = 0; i < c->opts.n; i++)
		buf_addf(&words, " --%s%s%s", c->opts.v[i].opt->name, c->opts.v[i].value ? "=" : "",
			 c->opts.v[i].value ? c->opts.v[i].value : "");
	for (i = 0; i < c->args.n; i++)
		buf_addf(&words, " %s", c->args.v[i]);
	if (c->source != SOURCE_LIVE)
		return cli_error(c, EXIT_USAGE, "'%s' changes the machine it runs on, and nothing else: leave the source out, or say "
						"--dry-run", c->verb->name);
	if (geteuid() != 0)
		return cli_error(c, EXIT_UNREADABLE, "'%s' changes the machine, which only root may: sudo gpubay %s%s; or see with "
						     "--dry-run what would be done", c->verb->name, c->verb->name, words.p ? words.p : "");
	effects_init_linux(fx, c->a);
	return 0;
}
