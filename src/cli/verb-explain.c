/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"
#include "cli/words.h"
#include "codec/json.h"

static void print_row(struct cli *c, const struct check_row *row)
{
	buf_addf(&c->out, "%s%s%s  %s: %s\n", cli_bold(c), row->id, cli_plain(c), enum_name(&severity_tab, row->severity), row->title);
	buf_addf(&c->out, "\nlooks at: %s (topic %s)\n", row->applies, row->topic);
	buf_adds(&c->out, "why:\n");
	text_wrap(c, 2, row->why);
	buf_adds(&c->out, "what to do:\n");
	text_wrap(c, 2, row->remedy);
	text_wrap(c, 0, arena_printf(c->a, "source: %s", row->source));
}

static json_t *row_json(const struct check_row *row)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id", row->id, "severity",
			 enum_name(&severity_tab, row->severity), "topic", row->topic, "applies", row->applies, "title",
			 row->title, "why", row->why, "remedy", row->remedy, "source", row->source);
}

/* Findings of this check on the machine looked at; silent where the machine cannot be looked at. */
static void print_here(struct cli *c, const struct check_row *row, json_t *doc)
{
	struct finding_list findings, mine = {0};
	struct strs topic = {0};
	uint32_t i;

	strs_add(c->a, &topic, row->topic);
	if (cli_reports_for(c, PROBE_ALL, &topic) || cli_findings(c, &topic, &findings))
		return;
	for (i = 0; i < findings.n; i++)
		if (str_eq(findings.v[i].id, row->id))
			*LIST_PUSH(c->a, &mine) = findings.v[i];
	if (doc) {
		json_object_set_new(doc, "findings", json_findings(c->snap, &mine));
		return;
	}
	buf_addf(&c->out, "\non %s: %s\n", c->snap->source_name, mine.n ? "" : "not found");
	for (i = 0; i < mine.n; i++)
		finding_print(c, &mine.v[i], true);
}

static int run(struct cli *c)
{
	const struct check_row *row = check_row_find(c->args.v[0]);
	json_t *doc = NULL;
	int r;

	if (!row)
		return cli_error(c, EXIT_USAGE, "no check '%s'; 'gpubay facts checks' lists them", c->args.v[0]);
	r = cli_snapshot(c, PROBE_ALL);
	if (r == EXIT_USAGE)
		return r;
	if (c->json) {
		buf_clear(&c->out);
		doc = json_document("explain");
		json_object_set_new(doc, "check", row_json(row));
	} else {
		print_row(c, row);
	}
	if (r == 0)
		print_here(c, row, doc);
	if (doc)
		json_print(doc, &c->out);
	return EXIT_DONE;
}

const struct verb verb_explain = {
	.name = "explain",
	.args = "ID",
	.summary = "what a finding means, and whether it holds here",
	.about = "Prints what a check looks for, why it matters, what to do and where that is known from; then what it finds on "
		 "the machine looked at.",
	.min = 1,
	.max = 1,
	.run = run,
};
