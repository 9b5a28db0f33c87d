/* SPDX-License-Identifier: Apache-2.0 */
/* What is left of GPUs that were pulled. Also what the agent has run at such a time: it may not look into processes itself. */
#include "base/parse.h"
#include "cli/gone.h"
#include "cli/holders.h"
#include "cli/outcome.h"
#include "cli/root.h"
#include "cli/words.h"
#include "codec/gone-json.h"
#include "swap/give.h"
#include "swap/left.h"

static const struct opt opts[] = {
	{"take-back", 0, OPT_FLAG, NULL, "take back what running containers were given of them"},
	{"dry-run", 'n', OPT_FLAG, NULL, "with --take-back: say what would be done; change nothing"},
	{0},
};

static int take_back(struct cli *c, struct gone *ret)
{
	struct swap_listener tell;
	struct outcome out = {0};
	struct steps steps;
	struct effects fx;
	struct err e = {0};
	int r = root_effects(c, &fx);

	if (r)
		return r;
	outcome_listener(c, &tell);
	steps_init(&steps, c->a, &fx, &out, &tell);
	give_sweep(&steps, c->tree, c->snap, &e);
	ret->steps = out.steps;
	FIELD_KNOW(ret, gone, steps);
	FIELD_SET(ret, gone, reason, arena_str(c->a, e.text));
	return 0;
}

static void print(struct cli *c, const struct gone *g)
{
	uint32_t i;

	for (i = 0; i < g->gpus.n; i++) {
		const struct gone_gpu *one = &g->gpus.v[i];

		buf_addf(&c->out, "%s%s %s%s, %s: %s\n", cli_bold(c), say_addr(c, one->address), one->name, cli_plain(c),
			 one->state == GPU_STATE_LOST ? "lost" : "pulled",
			 one->holders.n ? "still in use" : g->partial ? "no user that could be seen" : "nobody uses it");
		holders_print(c, &one->holders);
	}
	if (g->gpus.n == 0)
		buf_adds(&c->out, "no GPU went while it was in use\n");
	if (g->reason && *g->reason)
		text_wrap(c, 0, g->reason);
}

static int look(struct cli *c, struct gone *ret)
{
	struct gpu_view_list went;
	struct gone taken = {0};
	struct err e = {0};
	int r = cli_snapshot(c, PROBE_LIST);

	if (r == 0 && gone_views(c, &went, &e) < 0)
		r = cli_error(c, EXIT_UNREADABLE, "%s", e.text);
	/* First: the numbers may become another GPU's. */
	if (r == 0 && cli_flag(c, "take-back"))
		r = take_back(c, &taken);
	if (r)
		return r;
	r = left_find(c->tree, c->snap, &went, c->a, ret);
	if (r < 0)
		return cli_error(c, EXIT_UNREADABLE, "cannot read /proc of %s: %s", c->snap->source_name, strerror(-r));
	ret->steps = taken.steps;
	ret->reason = taken.reason;
	ret->known |= taken.known;
	holders_tell_view(c, &(struct holders_view){.partial = ret->partial, .outside = !ret->unseen.n, .unseen = ret->unseen});
	return 0;
}

static int run(struct cli *c)
{
	struct gone gone;
	int r = look(c, &gone);

	if (r)
		return r;
	if (c->json)
		gone_text(&gone, &c->out);
	else
		print(c, &gone);
	return gone.reason && *gone.reason ? EXIT_FINDINGS : EXIT_DONE;
}

const struct verb verb_gone = {
	.name = "gone",
	.args = "",
	.summary = "who still uses a GPU that was pulled",
	.about = "Prints the GPUs that went without 'gpubay eject', or that stopped answering, and which processes still have them open: "
		 "ended or restarted, they find the GPUs that are there. The agent notes what went. With --take-back, device nodes and "
		 "permissions of GPUs that are gone are taken back from running containers; the agent sees to that by itself.",
	.opts = opts,
	.run = run,
};
