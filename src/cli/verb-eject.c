/* SPDX-License-Identifier: Apache-2.0 */
/* Takes a GPU out of the running machine, and says whether it may be unplugged. */
#include "base/parse.h"
#include "cli/outcome.h"
#include "cli/root.h"
#include "live/offer.h"
#include "live/turn.h"
#include "swap/box.h"
#include "swap/eject.h"
#include "swap/interrupt.h"

#include <errno.h>
#include <signal.h>

static const struct opt opts[] = {
	{"dry-run", 'n', OPT_FLAG, NULL, "say what would be done, and change nothing"},
	{"stop", 0, OPT_FLAG, NULL, "end the programs, services and containers that use it"},
	{"force", 0, OPT_FLAG, NULL,
	 "end them at once; take out the boot display, or a card without hot plug"},
	{"timeout", 0, OPT_VALUE, "SECONDS",
	 "how long each of them, and the kernel, may take (30)"},
	{"steps", 0, OPT_FLAG, NULL, "with --json: each step as a line of its own, as it happens"},
	{0},
};

static int take_request(struct cli *c, struct eject_request *req)
{
	const char *timeout = cli_value(c, "timeout");
	uint32_t seconds = 0;

	if (timeout && (parse_u32(timeout, 10, 3600, &seconds) < 0 || seconds == 0))
		return cli_error(c, EXIT_USAGE, "'%s' is not a number of seconds from 1 to 3600",
				 timeout);
	*req = (struct eject_request){.stop = cli_flag(c, "stop"),
				      .force = cli_flag(c, "force"),
				      .timeout_ms = seconds * 1000};
	return 0;
}

/* What is begun is finished, even when nobody looks on any more. */
static void outlive_terminal(void)
{
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	interrupt_catch();
}

/* A box goes as a whole: any GPU in it stands for it. */
static uint32_t gpu_of_box(struct cli *c, const char *name, struct err *e)
{
	struct err box_err = {0};
	uint32_t i, box = box_find(c->snap, name, &box_err);

	for (i = 0; box != NONE && i < c->snap->gpus.n; i++)
		if (FIELD_KNOWN(&c->snap->gpus.v[i].external, external, router) &&
		    c->snap->gpus.v[i].external.router == box)
			return i;
	if (box != NONE)
		err_set(&box_err, -ENOENT, "no GPU is known to be in the box '%s'", name);
	if (box_err.code)
		*e = box_err;
	return NONE;
}

static int run(struct cli *c)
{
	struct swap_listener listener;
	struct eject_request req;
	struct effects fx;
	struct outcome out;
	struct offer offer;
	struct eject_machine m = {.fx = &fx, .listener = &listener, .arg = &offer};
	struct err e = {0};
	uint32_t gpu;
	int r = take_request(c, &req);

	if (r == 0)
		r = cli_open(c);
	if (r)
		return r;
	if (c->source != SOURCE_LIVE)
		return cli_error(
			c, EXIT_USAGE,
			"a GPU can be taken out of this machine only, not of a file or folder");
	r = root_effects(c, &fx);
	if (r)
		return r;
	/* Before the first look: what another one is changing is not worth looking at. */
	if (!fx.dry && turn_take(&e) < 0)
		return cli_error(c, EXIT_FINDINGS, "%s", e.text);
	r = cli_snapshot(c, PROBE_LIST | PROBE_EDID | PROBE_PLATFORM);
	if (r)
		return r;
	outlive_terminal();
	outcome_listener(c, &listener);
	offer = (struct offer){.tree = c->tree};
	m.tree = c->tree;
	m.publish = fx.dry ? offer_tell : offer_publish;
	gpu = snapshot_gpu_find(c->snap, c->args.v[0], &e);
	if (gpu == NONE && e.code == -ENODEV)
		gpu = gpu_of_box(c, c->args.v[0], &e);
	if (gpu != NONE)
		eject(&m, &req, c->snap, gpu, c->a, &out);
	else if (e.code != -ENODEV || eject_again(&m, &req, c->args.v[0], c->a, &out) < 0)
		return cli_error(c, EXIT_NO_GPU, "%s; 'gpubay list' shows them", e.text);
	return outcome_print(c, &out);
}

const struct verb verb_eject = {
	.name = "eject",
	.args = "GPU|BOX",
	.summary = "take a GPU out of the running machine",
	.about =
		"Finds what goes with the GPU and who uses it, withdraws it from containers, has its drivers let go, removes it, takes its "
		"tunnel or its slot's power down, and looks whether it is gone. The last line is the verdict: SAFE TO UNPLUG, NOT SAFE, or "
		"refused, with the reason. Nothing is ended without --stop, and a GPU in use is refused with the list of its users. A run "
		"that was interrupted is finished by the next one.",
	.opts = opts,
	.min = 1,
	.max = 1,
	.run = run,
};
