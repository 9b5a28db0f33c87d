/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/holders.h"

#include "base/parse.h"

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
