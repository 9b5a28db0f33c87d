/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/holders.h"

#include "base/parse.h"

#include <errno.h>

/* The narrowest thing that can be stopped by a name a person knows. */
const char *say_owner(struct cli *c, const struct holder *h)
{
	const char *pod = h->pod && *h->pod ? arena_printf(c->a, " of pod %s", h->pod) : "";

	if (h->container && *h->container)
		return h->container_name && *h->container_name ?
			       arena_printf(c->a, "%s container %s%s", h->engine, h->container_name, pod) :
			       arena_printf(c->a, "%s container %.12s%s", h->engine, h->container, pod);
	return h->unit ? h->unit : "";
}

static const char *say_held(struct cli *c, const struct holder *h)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	if (!h->certain)
		buf_adds(&b, "perhaps: ");
	for (i = 0; i < h->nodes.n; i++)
		buf_addf(&b, "%s%s", i ? " " : "", h->nodes.v[i] + (str_starts(h->nodes.v[i], "/dev/") ? strlen("/dev/") : 0));
	if (h->how != HOLD_OPEN && h->how != HOLD_MOUNT && h->how != HOLD_CONSOLE)
		buf_addf(&b, " (%s)", enum_name(&hold_tab, h->how));
	return b.n ? arena_strn(c->a, b.p, b.n) : "";
}

void holders_print(struct cli *c, const struct holder_list *l)
{
	static const char *const heads[] = {"PID", "PROGRAM", "USER", "BELONGS TO", "HOLDS"};
	struct table t = {.columns = ARRAY_LEN(heads), .heads = heads, .flexible = 4};
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		const struct holder *h = &l->v[i];

		strs_add(c->a, &t.cells, FIELD_KNOWN(h, holder, pid) ? arena_printf(c->a, "%u", h->pid) : "-");
		strs_add(c->a, &t.cells, h->command ? h->command : "?");
		strs_add(c->a, &t.cells, h->user ? h->user : FIELD_KNOWN(h, holder, uid) ? arena_printf(c->a, "%u", h->uid) : "-");
		strs_add(c->a, &t.cells, say_owner(c, h));
		strs_add(c->a, &t.cells, say_held(c, h));
	}
	if (l->n)
		table_print(c, &t);
}

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

void holders_tell_view(struct cli *c, const struct holders_view *view)
{
	if (view->partial)
		fprintf(stderr, "gpubay: not every process could be looked at; root can, outside of containers: %s\n",
			holders_say_view(c->a, view));
}

int holders_look(struct cli *c, struct holders_seen *ret)
{
	const struct gpu **gpus;
	uint32_t n;
	int r = cli_snapshot(c, PROBE_LIST);

	if (r == 0)
		r = choose(c, &gpus, &n);
	if (r)
		return r;
	held_nodes_find(c->tree, c->snap, gpus, n, c->a, &ret->nodes);
	r = holders_find(c->tree, &ret->nodes, c->a, &ret->holders, &ret->view);
	if (r == -ENODATA || r == -ENOENT)
		return cli_error(c, EXIT_UNREADABLE, "%s has no processes in it", c->snap->source_name);
	if (r < 0)
		return cli_error(c, EXIT_UNREADABLE, "cannot read /proc of %s: %s", c->snap->source_name, strerror(-r));
	holders_tell_view(c, &ret->view);
	return 0;
}
