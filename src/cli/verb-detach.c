/* SPDX-License-Identifier: Apache-2.0 */
/* Takes GPUs back from a container that `gpubay attach --container` gave them to. */
#include "cli/outcome.h"
#include "cli/root.h"
#include "swap/give.h"

static const struct opt opts[] = {
	{"container", 0, OPT_VALUE, "ID", "the container: its id, a beginning of it, or its name"},
	{"dry-run", 'n', OPT_FLAG, NULL, "say what would be done; change nothing"},
	{"steps", 0, OPT_FLAG, NULL, "with --json: each step as a line of its own, as it happens"},
	{0},
};

static int run(struct cli *c)
{
	const char *container = cli_value(c, "container"), *gpu_id = NULL;
	struct swap_listener tell;
	struct outcome out = {0};
	struct steps steps;
	struct effects fx;
	uint32_t gpu;
	int r;

	if (!container)
		return cli_error(c, EXIT_USAGE, "say from which container with --container; 'gpubay eject' takes a GPU out of the machine");
	r = root_effects(c, &fx);
	if (r == 0 && c->args.n)
		r = cli_snapshot(c, PROBE_LIST);
	if (r)
		return r;
	if (c->args.n) {
		gpu = cli_gpu(c, c->args.v[0], &r);
		if (gpu == NONE)
			return r;
		gpu_id = c->snap->gpus.v[gpu].id;
	}
	outcome_listener(c, &tell);
	steps_init(&steps, c->a, &fx, &out, &tell);
	give_detach(&steps, c->tree, gpu_id, container);
	return outcome_print(c, &out);
}

const struct verb verb_detach = {
	.name = "detach",
	.args = "[GPU]",
	.summary = "take a GPU back from a running container",
	.about = "Undoes 'gpubay attach --container': removes the nodes it made in the container and closes the container's device policy "
		 "for them again. What a process of the container has open stays open until it closes it. Without a GPU, everything that "
		 "was given to the container. A GPU that the container was started with is not touched.",
	.opts = opts,
	.max = 1,
	.run = run,
};
