/* SPDX-License-Identifier: Apache-2.0 */
/* RDMA devices as programs meet them through libibverbs, and data really moved between two of their ports. */
#include "base/parse.h"
#include "check/reports.h"
#include "cli/words.h"
#include "codec/json.h"
#include "probe/report-read.h"

#include <errno.h>

enum {
	PHASES = PROBE_ALL & ~PROBE_EDID & ~PROBE_TYPEC & ~PROBE_FILES,
	KINDS = 1u << REPORT_KIND_VERBS,
};

/* The device of a report about it, or NULL. */
static const struct verbs_device *verbs_of(struct cli *c, const char *name,
					   const struct report **ret)
{
	uint32_t i, k;

	*ret = NULL;
	for (i = 0; i < c->snap->reports.n; i++) {
		const struct report *r = &c->snap->reports.v[i];

		if (r->kind != REPORT_KIND_VERBS || !str_eq(r->about, name))
			continue;
		*ret = r;
		for (k = 0; k < r->verbs.n; k++)
			if (str_eq(r->verbs.v[k].name, name))
				return &r->verbs.v[k];
	}
	return NULL;
}

static const char *say_bool(bool known, bool value)
{
	return !known ? "unknown" : value ? "yes" : "no";
}

static const char *say_ports(struct cli *c, const struct rdma_nic *n)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (i = 0; i < n->ports.n; i++)
		buf_addf(&b, "%s%u %s", i ? ", " : "", n->ports.v[i].number,
			 n->ports.v[i].state ? n->ports.v[i].state : "unknown");
	return b.n ? arena_strn(c->a, b.p, b.n) : "none";
}

static const char *say_registered(struct cli *c, const struct verbs_device *v)
{
	if (!v || !FIELD_KNOWN(v, verbs_device, registered_bytes))
		return "unknown";
	return v->registered_bytes ? say_bytes(c, v->registered_bytes) :
	       v->register_error   ? v->register_error :
				     "no";
}

/* The finding below has the whole of it. */
static const char *say_short(const struct report *r)
{
	return r->outcome == REPORT_OUTCOME_FRESH ? "refused" :
						    enum_name(&report_outcome_tab, r->outcome);
}

static void print_devices(struct cli *c)
{
	static const char *const heads[] = {"DEVICE", "KIND",	 "PORTS",
					    "OPENS",  "DMA-BUF", "REGISTERS"};
	struct table t = {.columns = ARRAY_LEN(heads), .heads = heads, .flexible = 2};
	const struct report *r, *any = report_find(c->snap, REPORT_KIND_VERBS);
	uint32_t i;

	for (i = 0; i < c->snap->rdma.n; i++) {
		const struct rdma_nic *n = &c->snap->rdma.v[i];
		const struct verbs_device *v = verbs_of(c, n->name, &r);

		strs_add(c->a, &t.cells, n->name);
		strs_add(c->a, &t.cells, enum_name(&rdma_kind_tab, n->kind));
		strs_add(c->a, &t.cells, say_ports(c, n));
		strs_add(c->a, &t.cells,
			 v ? say_bool(FIELD_KNOWN(v, verbs_device, opens), v->opens) :
			 r ? say_short(r) :
			     "unknown");
		strs_add(c->a, &t.cells,
			 v ? say_bool(FIELD_KNOWN(v, verbs_device, dmabuf), v->dmabuf) : "unknown");
		strs_add(c->a, &t.cells, say_registered(c, v));
	}
	if (c->snap->rdma.n)
		table_print(c, &t);
	else
		buf_adds(&c->out,
			 c->snap->rdma_known ?
				 "no RDMA device\n" :
				 "this source does not say which RDMA devices there are\n");
	if (any && FIELD_KNOWN(any, report, lock_error))
		buf_addf(&c->out, "\nlocking %s of memory: %s\n",
			 say_bytes(c, any->lock_trial_bytes),
			 *any->lock_error ? any->lock_error : "works");
}

static void print_json(struct cli *c, const struct finding_list *findings)
{
	json_t *doc, *reports;
	uint32_t i;

	doc = json_document("rdma");
	reports = json_array();
	for (i = 0; i < c->snap->reports.n; i++)
		json_array_append_new(
			reports, json_object_of(c->snap, &c->snap->reports.v[i], report_fields));
	json_object_set_new(doc, "rdma",
			    json_array_of(c->snap, c->snap->rdma.v, c->snap->rdma.n,
					  sizeof(*c->snap->rdma.v), rdma_nic_fields));
	json_object_set_new(doc, "reports", reports);
	json_object_set_new(doc, "findings", json_findings(c->snap, findings));
	json_print(doc, &c->out);
}

static int devices(struct cli *c)
{
	struct finding_list findings;
	struct strs topics = {0};
	uint32_t i;
	int r = cli_reports(c, PHASES, KINDS, NONE);

	strs_add(c->a, &topics, "rdma");
	strs_add(c->a, &topics, "userspace");
	if (r == 0)
		r = cli_findings(c, &topics, &findings);
	if (r)
		return r;
	if (c->json) {
		print_json(c, &findings);
		return cli_status_of(&findings);
	}
	print_devices(c);
	if (findings.n)
		buf_addc(&c->out, '\n');
	for (i = 0; i < findings.n; i++)
		finding_print(c, &findings.v[i], true);
	return cli_status_of(&findings);
}

/* Ports that could be tested: "rxe0/1". */
static struct strs active_ports(struct cli *c)
{
	struct strs all = {0};
	uint32_t i, k;

	for (i = 0; i < c->snap->rdma.n; i++)
		for (k = 0; k < c->snap->rdma.v[i].ports.n; k++)
			if (str_starts(c->snap->rdma.v[i].ports.v[k].state ?
					       c->snap->rdma.v[i].ports.v[k].state :
					       "",
				       "ACTIVE"))
				strs_add(c->a, &all,
					 arena_printf(c->a, "%s/%u", c->snap->rdma.v[i].name,
						      c->snap->rdma.v[i].ports.v[k].number));
	return all;
}

static bool device_is_here(struct cli *c, const char *port)
{
	const char *name = arena_strn(c->a, port, strcspn(port, "/"));
	uint32_t i;

	for (i = 0; i < c->snap->rdma.n; i++)
		if (str_eq(c->snap->rdma.v[i].name, name))
			return true;
	return false;
}

static int choose(struct cli *c, const char **ret_from, const char **ret_to)
{
	struct strs active = active_ports(c);
	uint32_t i;

	for (i = 1; i < c->args.n; i++)
		if (!device_is_here(c, c->args.v[i]))
			return cli_error(c, EXIT_NO_GPU,
					 "no RDMA device for '%s'; 'gpubay rdma' shows them",
					 c->args.v[i]);
	if (c->args.n < 2 && active.n == 0)
		return cli_error(c, EXIT_FINDINGS, "no RDMA port is active; see 'gpubay rdma'");
	*ret_from = c->args.n > 1 ? c->args.v[1] : active.v[0];
	*ret_to = c->args.n > 2 ? c->args.v[2] : c->args.n > 1 ? *ret_from : active.v[active.n > 1];
	return 0;
}

static bool all_moved(const struct report *r)
{
	uint32_t i;

	for (i = 0; i < r->transfers.n; i++)
		if (!r->transfers.v[i].verified)
			return false;
	return r->transfers.n == 2;
}

static void print_transfers(struct cli *c, const struct report *r)
{
	uint32_t i;

	if (r->transfers.n == 0)
		text_wrap(c, 0, say_outcome(c, r));
	for (i = 0; i < r->transfers.n; i++) {
		const struct rdma_transfer *t = &r->transfers.v[i];

		if (t->verified)
			buf_addf(&c->out, "%sok%s      %s to %s  %s moved and compared, %s\n",
				 cli_green(c), cli_plain(c), t->from, t->to, say_bytes(c, t->bytes),
				 FIELD_KNOWN(t, rdma_transfer, rate_mbps) ?
					 say_rate(c, t->rate_mbps) :
					 "rate unknown");
		else
			buf_addf(&c->out, "%sfailed%s  %s to %s  %s\n", cli_red(c), cli_plain(c),
				 t->from, t->to, t->error ? t->error : "");
	}
	if (!all_moved(r))
		text_wrap(c, 0,
			  "'gpubay rdma' says what is wrong with the devices and their ports");
}

static int test(struct cli *c)
{
	const char *from = "", *to = "", *text;
	struct err e = {0};
	struct report r;
	json_t *doc;
	int code = choose(c, &from, &to);

	if (code)
		return code;
	code = tree_answer(c->tree, c->a, "report", arena_printf(c->a, "rdma-test:%s,%s", from, to),
			   &text);
	if (code < 0)
		return cli_error(c, EXIT_UNREADABLE, "data can be moved on the live machine only");
	if (report_read(c->a, text, strlen(text), &r, &e) < 0)
		return cli_error(c, EXIT_UNREADABLE, "%s", e.text);
	if (c->json) {
		doc = json_document("rdma-test");
		json_object_set_new(doc, "report", json_object_of(c->snap, &r, report_fields));
		json_print(doc, &c->out);
	} else {
		print_transfers(c, &r);
	}
	return all_moved(&r) ? EXIT_DONE : EXIT_FINDINGS;
}

static int run(struct cli *c)
{
	int r;

	if (c->args.n && !str_eq(c->args.v[0], "test"))
		return cli_error(c, EXIT_USAGE,
				 "'%s'? it is 'gpubay rdma' or 'gpubay rdma test [PORT [PORT]]'",
				 c->args.v[0]);
	r = cli_snapshot(c, PHASES);
	if (r)
		return r;
	return c->args.n ? test(c) : devices(c);
}

const struct verb verb_rdma = {
	.name = "rdma",
	.args = "[test [PORT [PORT]]]",
	.summary = "what works of RDMA devices; move data between two ports",
	.about =
		"Asks libibverbs about each RDMA device: whether it opens, whether memory of other devices can be registered by DMA-BUF, how "
		"much memory can be locked, and what is wrong with them or on their way to the GPUs. With 'test', moves data from one port to the other and back and compares it; a port is a device "
		"name or DEVICE/PORT. Without ports it takes the first two that are active, or one with itself.",
	.max = 3,
	.run = run,
};
