/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"
#include "cli/words.h"
#include "codec/json.h"

static const struct opt opts[] = {
	{"vendor", 0, OPT_VALUE, "LIST", "vendors that should be there: intel,nvidia:2,amd@03:00.0 or auto"},
	{"gpu", 0, OPT_VALUE, "GPU", "only what concerns this GPU"},
	{"quiet", 'q', OPT_FLAG, NULL, "only errors and warnings"},
	{0},
};

static int take_topics(struct cli *c, struct strs *ret)
{
	const struct check_row *const *t;
	const struct check_row *row;
	struct strs known = {0};
	struct buf names CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (t = check_tables; *t; t++)
		for (row = *t; row->id; row++)
			if (!strs_has(&known, row->topic)) {
				strs_add(c->a, &known, row->topic);
				buf_addf(&names, "%s%s", names.n ? ", " : "", row->topic);
			}
	for (i = 0; i < c->args.n; i++)
		if (!strs_has(&known, c->args.v[i]))
			return cli_error(c, EXIT_USAGE, "no topic '%s'; there are: %s", c->args.v[i], names.p);
	*ret = c->args;
	return 0;
}

/* Leaves only what was asked for. */
static void filter(struct cli *c, struct finding_list *l, uint32_t gpu)
{
	uint32_t i, n = 0;

	for (i = 0; i < l->n; i++) {
		if (gpu != NONE && l->v[i].gpu != gpu)
			continue;
		if (cli_flag(c, "quiet") && l->v[i].severity == SEVERITY_NOTE)
			continue;
		l->v[n++] = l->v[i];
	}
	l->n = n;
}

static int run(struct cli *c)
{
	struct finding_list findings;
	uint32_t i, gpu = NONE;
	struct strs topics;
	json_t *doc;
	int r = take_topics(c, &topics);

	if (r == 0)
		r = cli_snapshot(c, topics.n ? PROBE_ALL : PROBE_ALL | PROBE_REPORTS);
	if (r == 0 && topics.n)
		r = cli_reports_for(c, PROBE_ALL, &topics);
	if (r)
		return r;
	if (cli_value(c, "gpu") && (gpu = cli_gpu(c, cli_value(c, "gpu"), &r)) == NONE)
		return r;
	r = cli_findings(c, &topics, &findings);
	if (r)
		return r;
	filter(c, &findings, gpu);
	if (c->json) {
		doc = json_document("check");
		json_object_set_new(doc, "gpu_count", json_integer(c->snap->gpus.n));
		json_object_set_new(doc, "findings", json_findings(c->snap, &findings));
		json_print(doc, &c->out);
		return cli_status_of(&findings);
	}
	for (i = 0; i < findings.n; i++) {
		finding_print(c, &findings.v[i], true);
		buf_addc(&c->out, '\n');
	}
	buf_addf(&c->out, "%u GPU%s, %s\n", c->snap->gpus.n, c->snap->gpus.n == 1 ? "" : "s", say_counts(c, &findings));
	return cli_status_of(&findings);
}

const struct verb verb_check = {
	.name = "check",
	.args = "[TOPIC...]",
	.summary = "what is wrong, why, and what to do",
	.about = "Looks for everything that keeps a GPU from being usable and prints each finding with its evidence and a remedy. "
		 "Topics: inventory, driver, firmware, pci, nodes, kernel, thunderbolt, hotswap, typec, rdma, expect, runtime, vulkan, media, "
		 "userspace. Exit status 1 when a finding is an error.",
	.opts = opts,
	.max = 16,
	.run = run,
};
