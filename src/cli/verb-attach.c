/* SPDX-License-Identifier: Apache-2.0 */
/* Makes plugged-in GPUs usable, and says which layer keeps one from it. */
#include "swap/attach.h"

#include "base/parse.h"
#include "cli/give.h"
#include "cli/outcome.h"
#include "cli/root.h"
#include "live/look.h"
#include "live/offer.h"
#include "live/turn.h"
#include "swap/interrupt.h"

#include <errno.h>

static const struct opt opts[] = {
	{"dry-run", 'n', OPT_FLAG, NULL, "say what holds, what does not and what would be done; change nothing"},
	{"once", 0, OPT_FLAG, NULL, "let the named box in for this time, though nobody allowed it for good"},
	{"wait", 0, OPT_FLAG, NULL, "what is named may not be plugged in yet: wait for it"},
	{"timeout", 0, OPT_VALUE, "SECONDS", "how long to wait for each layer (20)"},
	{"container", 0, OPT_VALUE, "ID", "give the GPU, which is ready, to this running container"},
	{"steps", 0, OPT_FLAG, NULL, "with --json: each step as a line of its own, as it happens"},
	{0},
};

static int take_request(struct cli *c, struct attach_request *req)
{
	const char *timeout = cli_value(c, "timeout");
	uint32_t seconds = 0;

	if (timeout && (parse_u32(timeout, 10, 3600, &seconds) < 0 || seconds == 0))
		return cli_error(c, EXIT_USAGE, "'%s' is not a number of seconds from 1 to 3600", timeout);
	*req = (struct attach_request){.what = c->args.n ? c->args.v[0] : NULL, .once = cli_flag(c, "once"), .wait = cli_flag(c, "wait"),
				       .timeout_ms = seconds * 1000};
	if (!req->what && (req->once || req->wait))
		return cli_error(c, EXIT_USAGE, "--%s is about one box or GPU: name it ('gpubay trust' and 'gpubay list' show them)",
				 req->once ? "once" : "wait");
	return 0;
}

static int run(struct cli *c)
{
	struct attach_machine m = {.look = look_again, .why = look_why, .note = look_note};
	struct offer offer;
	struct attach_request req;
	struct swap_listener tell;
	struct outcome out;
	struct effects fx;
	struct err e = {0};
	int r;

	if (cli_value(c, "container"))
		return give_to_container(c);
	r = take_request(c, &req);

	if (r == 0)
		r = root_effects(c, &fx);
	if (r)
		return r;
	if (!fx.dry && turn_take(&e) < 0)
		return cli_error(c, EXIT_FINDINGS, "%s", e.text);
	outcome_listener(c, &tell);
	offer = (struct offer){.tree = c->tree};
	m.tree = m.arg = c->tree;
	m.publish = offer_publish;
	m.publish_arg = &offer;
	m.live = c->source == SOURCE_LIVE;
	m.fx = &fx;
	m.listener = &tell;
	interrupt_catch();
	r = attach_run(&req, &m, &out, &e);
	if (r == -ENODEV)
		return cli_error(c, EXIT_NO_GPU, "%s", e.text);
	if (r < 0)
		return cli_error(c, r == -EEXIST || r == -EINVAL || r == -EPERM ? EXIT_USAGE : EXIT_UNREADABLE, "%s", e.text);
	return outcome_print(c, &out);
}

const struct verb verb_attach = {
	.name = "attach",
	.args = "[GPU|BOX]",
	.summary = "make a plugged-in GPU usable, or say what keeps it from that",
	.about = "Goes through the layers from the box and its cable to the driver's nodes: lets the box in if it is allowed, waits for its "
		 "PCI devices, has the driver bind, and waits until the GPU is ready. Each layer is shown with a tick, or as the one that "
		 "fails with what mends it. Without an argument everything that could be attached. With --dry-run, which needs no root, it "
		 "only says why a GPU is not usable. With --container the GPU is given to a container that already runs.",
	.opts = opts,
	.max = 1,
	.run = run,
};
