/* SPDX-License-Identifier: Apache-2.0 */
/* Which boxes may be let in over Thunderbolt and USB4. */
#include "swap/trust.h"

#include "base/parse.h"
#include "cli/outcome.h"
#include "cli/root.h"
#include "codec/json.h"
#include "swap/box.h"

#include <errno.h>

static const struct opt opts[] = {
	{"once", 0, OPT_FLAG, NULL, "add: let it in one time only"},
	{"require-iommu", 0, OPT_FLAG, NULL, "add: let it in only where the IOMMU confines it"},
	{"key", 0, OPT_FLAG, NULL, "add: let it in only where it proves itself by a key (level 'secure')"},
	{"dry-run", 'n', OPT_FLAG, NULL, "say what would be done, and change nothing"},
	{"steps", 0, OPT_FLAG, NULL, "with --json: each step as a line of its own, as it happens"},
	{0},
};

static int open_trust(struct cli *c, bool start_bolt, struct trust *t)
{
	struct err e = {0};
	int r = cli_snapshot(c, PROBE_PCI | PROBE_EXTLINK);

	if (r)
		return r;
	r = trust_open(t, &c->tree->root, c->source == SOURCE_LIVE, start_bolt, c->a, &e);
	if (r < 0)
		return cli_error(c, r == -EINVAL || r == -EPERM ? EXIT_USAGE : EXIT_UNREADABLE, "%s", e.text);
	return 0;
}

static const char *say_rules(struct cli *c, const struct trusted *row)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;

	if (row->listed || row->profile)
		buf_addf(&b, "%s%s%s%s", row->listed ? "listed" : "profile", row->once ? ", once" : "", row->iommu ? ", iommu" : "", row->key ? ", key" : "");
	if (FIELD_KNOWN(row, trusted, bolt_stored) && row->bolt_stored)
		buf_addf(&b, "%sbolt: %s", b.n ? "; " : "", row->bolt_policy && *row->bolt_policy ? row->bolt_policy : "enrolled");
	return b.n ? arena_strn(c->a, b.p, b.n) : "nobody";
}

static void print_boxes(struct cli *c, const struct trusted_list *l)
{
	static const char *const heads[] = {"AT", "UNIQUE ID", "ALLOWED BY", "NOW", "BOX"};
	struct table t = {.columns = ARRAY_LEN(heads), .heads = heads, .flexible = 4};
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		const struct trusted *row = &l->v[i];

		strs_add(c->a, &t.cells, row->router == NONE ? "-" : c->snap->routers.v[row->router].name);
		strs_add(c->a, &t.cells, row->unique_id);
		strs_add(c->a, &t.cells, say_rules(c, row));
		strs_add(c->a, &t.cells, row->router == NONE ? "" : !FIELD_KNOWN(row, trusted, authorized) ? "?" : row->authorized ? "in" : "out");
		strs_add(c->a, &t.cells, row->name);
	}
	if (l->n)
		table_print(c, &t);
	else
		buf_adds(&c->out, "no box is plugged in or known\n");
	for (i = 0; i < l->n; i++)
		if (l->v[i].router != NONE && !l->v[i].authorized && l->v[i].why) {
			text_wrap(c, 0, arena_printf(c->a, "%s: %s", c->snap->routers.v[l->v[i].router].name, l->v[i].why));
			if (l->v[i].remedy)
				text_wrap(c, 4, arena_printf(c->a, "do: %s", l->v[i].remedy));
		}
}

static const char *say_manager(struct cli *c, const struct trust *t)
{
	if (t->manager == BOLT_RUNS)
		return "bolt runs: it lets in and remembers, gpubay asks it";
	if (t->manager == BOLT_ASLEEP)
		return "bolt is installed and does not run now: it is started when it is needed";
	if (t->manager_note)
		return arena_printf(c->a, "%s: gpubay's own list decides", t->manager_note);
	return c->source == SOURCE_LIVE ? "no bolt here: gpubay's own list decides" : "gpubay's own list; whether bolt runs is not known";
}

static void print_domains(struct cli *c, const struct trust *t)
{
	uint32_t i;

	for (i = 0; i < c->snap->domains.n; i++) {
		const struct tb_domain *d = &c->snap->domains.v[i];

		text_wrap(c, 0, arena_printf(c->a, "%s: security level %s, %s", d->name, enum_name(&tb_security_tab, d->security),
					     !FIELD_KNOWN(d, tb_domain, iommu_dma_protection) ? "IOMMU protection unknown"
					     : d->iommu_dma_protection                       ? "confined by the IOMMU"
											     : "not confined by the IOMMU"));
	}
	text_wrap(c, 0, say_manager(c, t));
	if (t->rules.require_iommu)
		text_wrap(c, 0, arena_printf(c->a, "%s: 'require-iommu' holds for every box", t->rules.require_iommu));
}

static int list(struct cli *c)
{
	struct trusted_list boxes;
	struct trust t;
	uint32_t i;
	int r = open_trust(c, false, &t);

	if (r)
		return r;
	trust_list(&t, c->snap, &c->tree->root, c->a, &boxes);
	if (c->json) {
		json_t *doc = json_document("trust"), *all = json_array();

		for (i = 0; i < boxes.n; i++)
			json_array_append_new(all, json_object_of(c->snap, &boxes.v[i], trusted_fields));
		json_object_set_new(doc, "manager", json_string(t.manager == BOLT_RUNS ? "bolt" : "gpubay"));
		json_object_set_new(doc, "require_iommu", json_boolean(t.rules.require_iommu != NULL));
		json_object_set_new(doc, "boxes", all);
		json_print(doc, &c->out);
		return EXIT_DONE;
	}
	print_domains(c, &t);
	buf_addc(&c->out, '\n');
	print_boxes(c, &boxes);
	return EXIT_DONE;
}

static int change(struct cli *c, enum trust_action action)
{
	struct trust_request req = {.action = action, .what = c->args.v[1], .once = cli_flag(c, "once"),
				    .iommu = cli_flag(c, "require-iommu"), .key = cli_flag(c, "key")};
	struct swap_listener tell;
	struct outcome out = {0};
	struct effects fx;
	struct err e = {0};
	struct trust t;
	int r = root_effects(c, &fx);

	if (r == 0)
		r = open_trust(c, !fx.dry, &t);
	if (r)
		return r;
	outcome_listener(c, &tell);
	r = trust_change(&req, &t, c->snap, &fx, &tell, &out, &e);
	if (r < 0)
		return cli_error(c, r == -EEXIST ? EXIT_USAGE : EXIT_NO_GPU, "%s", e.text);
	return outcome_print(c, &out);
}

static int run(struct cli *c)
{
	const char *what = c->args.n ? c->args.v[0] : "list";

	if (str_eq(what, "list") && c->args.n < 2)
		return list(c);
	if ((str_eq(what, "add") || str_eq(what, "remove")) && c->args.n == 2)
		return change(c, str_eq(what, "add") ? TRUST_ADD : TRUST_REMOVE);
	if (str_eq(what, "add") || str_eq(what, "remove"))
		return cli_error(c, EXIT_USAGE, "which box? gpubay trust %s 0-1, or its unique id; 'gpubay trust list' shows both", what);
	return cli_error(c, EXIT_USAGE, "'%s' is not list, add or remove", what);
}

const struct verb verb_trust = {
	.name = "trust",
	.args = "[list|add BOX|remove BOX]",
	.summary = "which boxes may be let in over Thunderbolt and USB4",
	.about = "Shows the boxes that are plugged in or known, and who lets them in; adds or removes one by its place (0-1) or its "
		 "unique id. Nobody is let in who is not allowed. Where bolt runs it is asked to enroll or forget the box, else "
		 "/etc/gpubay/trust is changed. What /etc/gpubay/profile.yaml allows is shown and never changed. Changing needs root.",
	.opts = opts,
	.max = 2,
	.run = run,
};
