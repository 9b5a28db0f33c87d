/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/give.h"

#include "cli/outcome.h"
#include "cli/root.h"
#include "swap/give.h"

int give_to_container(struct cli *c)
{
	struct give_wish wish = {.container = cli_value(c, "container")};
	struct swap_listener tell;
	struct outcome out = {0};
	struct steps steps;
	struct effects fx;
	uint32_t gpu;
	int r;

	if (c->args.n != 1)
		return cli_error(c, EXIT_USAGE, "say which GPU the container is to get ('gpubay list' shows them)");
	r = root_effects(c, &fx);
	if (r == 0)
		r = cli_snapshot(c, PROBE_LIST);
	if (r)
		return r;
	gpu = cli_gpu(c, c->args.v[0], &r);
	if (gpu == NONE)
		return r;
	wish.tree = c->tree;
	wish.snap = c->snap;
	wish.gpu = &c->snap->gpus.v[gpu];
	outcome_listener(c, &tell);
	steps_init(&steps, c->a, &fx, &out, &tell);
	give_attach(&steps, &wish);
	return outcome_print(c, &out);
}
