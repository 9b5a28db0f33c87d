/* SPDX-License-Identifier: Apache-2.0 */
/* Who uses a GPU. */
#include "swap/holders.h"

#include "base/parse.h"
#include "cli/holders.h"
#include "cli/words.h"
#include "codec/json.h"

#include <errno.h>

/* Displays that are no GPUs can be asked about by their address: their drivers wait for users, too. */
static const struct gpu *find_display(struct cli *c, const char *text)
{
	uint64_t address;
	uint32_t i;

	for (i = 0; pci_addr_parse(text, &address) == 0 && i < c->snap->displays.n; i++)
		if (c->snap->displays.v[i].address == address)
			return &c->snap->displays.v[i];
	return NULL;
}

/* The GPUs that are asked about: 0, or an exit status. */
static int choose(struct cli *c, const struct gpu ***ret, uint32_t *ret_n)
{
	const struct gpu **v = arena_alloc(c->a, (c->snap->gpus.n + 1) * sizeof(*v));
	uint32_t i, n = 0;
	int r = 0;

	if (c->args.n == 0) {
		for (; n < c->snap->gpus.n; n++)
			v[n] = &c->snap->gpus.v[n];
	} else if ((v[0] = find_display(c, c->args.v[0]))) {
		n = 1;
	} else if ((i = cli_gpu(c, c->args.v[0], &r)) != NONE) {
		v[n++] = &c->snap->gpus.v[i];
	}
	*ret = v;
	*ret_n = n;
	return r;
}

static struct holder_list of_gpu(struct cli *c, const struct holder_list *l, uint32_t gpu)
{
	struct holder_list some = {0};
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].gpu == gpu)
			*LIST_PUSH(c->a, &some) = l->v[i];
	return some;
}

static void print_all(struct cli *c, const struct held_nodes *nodes, const struct holder_list *l, bool partial)
{
	uint32_t i;

	for (i = 0; i < nodes->gpus.n; i++) {
		const struct held_gpu *g = &nodes->gpus.v[i];
		struct holder_list some = of_gpu(c, l, g->index);

		buf_addf(&c->out, "%s%s%s %s%s: %s\n", i ? "\n" : "", cli_bold(c), say_addr(c, g->gpu->address), say_name(c, g->gpu),
			 cli_plain(c), some.n ? "in use" : partial ? "no user that could be seen" : "nobody uses it");
		holders_print(c, &some);
	}
	if (nodes->gpus.n == 0)
		buf_adds(&c->out, "0 GPUs\n");
}

static void print_json(struct cli *c, const struct held_nodes *nodes, const struct holder_list *l, bool partial)
{
	json_t *doc = json_document("holders"), *gpus = json_array();
	uint32_t i;

	for (i = 0; i < nodes->gpus.n; i++)
		json_array_append_new(gpus, json_string(say_addr(c, nodes->gpus.v[i].gpu->address)));
	json_object_set_new(doc, "gpus", gpus);
	json_object_set_new(doc, "partial", json_boolean(partial));
	json_object_set_new(doc, "holders", json_array_of(c->snap, l->v, l->n, sizeof(*l->v), holder_fields));
	json_print(doc, &c->out);
}

static int run(struct cli *c)
{
	const struct gpu **gpus;
	struct held_nodes nodes;
	struct holder_list l;
	bool partial;
	uint32_t n;
	int r = cli_snapshot(c, PROBE_LIST);

	if (r == 0)
		r = choose(c, &gpus, &n);
	if (r)
		return r;
	held_nodes_find(c->tree, c->snap, gpus, n, c->a, &nodes);
	r = holders_find(c->tree, &nodes, c->a, &l, &partial);
	if (r < 0)
		return cli_error(c, EXIT_UNREADABLE, "%s: which processes there are %s", c->snap->source_name,
				 r == -ENODATA || r == -ENOENT ? "is not in it" : strerror(-r));
	if (partial)
		fprintf(stderr, "gpubay: not every process could be looked at; root can, outside of containers\n");
	if (!c->json) {
		print_all(c, &nodes, &l, partial);
		return EXIT_DONE;
	}
	print_json(c, &nodes, &l, partial);
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
