/* SPDX-License-Identifier: Apache-2.0 */
/* Which containers have a GPU. */
#include "swap/containers.h"

#include "base/parse.h"
#include "cli/holders.h"
#include "cli/words.h"
#include "codec/json.h"

static const char *joined(struct cli *c, const struct strs *l, const char *between, const char *drop)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (i = 0; i < l->n; i++)
		buf_addf(&b, "%s%s", i ? between : "", l->v[i] + (str_starts(l->v[i], drop) ? strlen(drop) : 0));
	return b.n ? arena_strn(c->a, b.p, b.n) : "";
}

static const char *say_gpus(struct cli *c, const struct gpu_container *g)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (i = 0; i < g->gpus.n; i++)
		buf_addf(&b, "%s%s", i ? " " : "", say_addr(c, c->snap->gpus.v[g->gpus.v[i]].address));
	return b.n ? arena_strn(c->a, b.p, b.n) : "perhaps";
}

static void print(struct cli *c, const struct gpu_container_list *l)
{
	static const char *const heads[] = {"CONTAINER", "NAME", "GPU", "NOW", "GOT IT BY", "NODES"};
	struct table t = {.columns = ARRAY_LEN(heads), .heads = heads, .flexible = 5};
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		const struct gpu_container *g = &l->v[i];
		const char *name = g->name ? g->name : "";

		strs_add(c->a, &t.cells, arena_printf(c->a, "%s %.12s", g->engine ? g->engine : "?", g->id));
		strs_add(c->a, &t.cells, g->pod ? arena_printf(c->a, "%s (pod %s)", name, g->pod) : name);
		strs_add(c->a, &t.cells, say_gpus(c, g));
		strs_add(c->a, &t.cells, g->in_use ? "in use" : "idle");
		strs_add(c->a, &t.cells, joined(c, &g->ways, ", ", ""));
		strs_add(c->a, &t.cells, joined(c, &g->nodes, " ", "/dev/"));
	}
	if (l->n)
		table_print(c, &t);
	else
		buf_adds(&c->out, "no container has a GPU\n");
}

static int run(struct cli *c)
{
	struct gpu_container_list l;
	struct holders_seen seen;
	json_t *doc;
	int r = holders_look(c, &seen);

	if (r)
		return r;
	gpu_containers_find(c->tree, &seen.nodes, &seen.holders, c->a, &l);
	if (!c->json) {
		print(c, &l);
		return EXIT_DONE;
	}
	doc = json_document("containers");
	json_object_set_new(doc, "partial", json_boolean(seen.view.partial));
	json_object_set_new(doc, "containers", json_array_of(c->snap, l.v, l.n, sizeof(*l.v), gpu_container_fields));
	json_print(doc, &c->out);
	return EXIT_DONE;
}

const struct verb verb_containers = {
	.name = "containers",
	.args = "[GPU]",
	.summary = "which containers have a GPU",
	.about = "Prints the containers whose processes hold a GPU, and those that were given one and do not use it now, with their engine, "
		 "name or pod, how they got it, and the device nodes. Read from what the engines left in files, so it works while a daemon "
		 "hangs; only podman is asked how a container was started, with a deadline.",
	.max = 1,
	.run = run,
};
