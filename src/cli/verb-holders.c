/* SPDX-License-Identifier: Apache-2.0 */
/* Who uses a GPU. */
#include "base/parse.h"
#include "cli/holders.h"
#include "cli/words.h"
#include "codec/json.h"

static struct holder_list of_gpu(struct cli *c, const struct holder_list *l, uint32_t gpu)
{
	struct holder_list some = {0};
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].gpu == gpu)
			*LIST_PUSH(c->a, &some) = l->v[i];
	return some;
}

static void print_all(struct cli *c, const struct holders_seen *seen)
{
	uint32_t i;

	for (i = 0; i < seen->nodes.gpus.n; i++) {
		const struct held_gpu *g = &seen->nodes.gpus.v[i];
		struct holder_list some = of_gpu(c, &seen->holders, g->index);

		buf_addf(&c->out, "%s%s%s %s%s: %s\n", i ? "\n" : "", cli_bold(c), say_addr(c, g->gpu->address), say_name(c, g->gpu),
			 cli_plain(c), some.n ? "in use" : seen->view.partial ? "no user that could be seen" : "nobody uses it");
		holders_print(c, &some);
	}
	if (seen->nodes.gpus.n == 0)
		buf_adds(&c->out, "0 GPUs\n");
}

static void print_json(struct cli *c, const struct holders_seen *seen)
{
	json_t *doc = json_document("holders"), *gpus = json_array();
	uint32_t i;

	for (i = 0; i < seen->nodes.gpus.n; i++)
		json_array_append_new(gpus, json_string(say_addr(c, seen->nodes.gpus.v[i].gpu->address)));
	json_object_set_new(doc, "gpus", gpus);
	json_object_set_new(doc, "partial", json_boolean(seen->view.partial));
	json_object_set_new(doc, "unseen", json_strs(&seen->view.unseen));
	json_object_set_new(doc, "holders", json_array_of(c->snap, seen->holders.v, seen->holders.n, sizeof(*seen->holders.v), holder_fields));
	json_print(doc, &c->out);
}

static int run(struct cli *c)
{
	struct holders_seen seen;
	int r = holders_look(c, &seen);

	if (r)
		return r;
	if (c->json)
		print_json(c, &seen);
	else
		print_all(c, &seen);
	return EXIT_DONE;
}

const struct verb verb_holders = {
	.name = "holders",
	.args = "[GPU]",
	.summary = "who uses a GPU",
	.about = "Prints which processes have a GPU open or mapped, with their user and the service or container they belong to, and what else "
		 "keeps it in use: text consoles, mounted disks that go with it. A process that has only a node open that all GPUs of a driver "
		 "share (/dev/nvidiactl, /dev/kfd) is shown with 'perhaps'. Opens no GPU and wakes none. Sees only your own processes unless it "
		 "runs as root, and says so.",
	.max = 1,
	.run = run,
};
