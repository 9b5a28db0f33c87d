/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks the driver libraries, each through a worker, and joins what they say with the GPUs. Nothing is asked of a GPU
 * that sleeps (it would wake), and nothing of a vendor's user space while one of its GPUs is lost, where that hangs.
 * What is not asked has a report too, that says why.
 */
#include "probe/report-read.h"
#include "probe/reports.h"

#include "base/parse.h"
#include "facts/reports.h"

#include <errno.h>

#define PHASE "reports"

struct question {
	enum report_kind kind;
	const char *about; /* NULL: everything */
	uint32_t gpu;
	const char *why_not; /* set: it is not asked */
};

struct asking {
	struct probe *p;
	struct {
		struct question *v;
		uint32_t n;
	} questions;
};

static bool is_wanted(struct probe *p, uint32_t gpu)
{
	return !p->request->reports_gpu || p->snap->gpus.v[gpu].address == *p->request->reports_gpu;
}

/* Why a GPU may not be touched; NULL when it may. */
static const char *hands_off(struct probe *p, const struct gpu *g)
{
	uint32_t i;

	if (FIELD_KNOWN(g, gpu, asleep) && g->asleep && !p->tree->wake)
		return arena_printf(p->a, "%s is asleep, and asking would wake it (--wake does)",
				    snapshot_ref_text(p->snap, p->a, REF_pci, g->pci));
	if (!facts_lost_of(g->vendor))
		return NULL;
	for (i = 0; i < p->snap->gpus.n; i++)
		if (p->snap->gpus.v[i].vendor == g->vendor &&
		    p->snap->gpus.v[i].state == GPU_STATE_LOST)
			return arena_printf(
				p->a, "%s is lost, and the vendor's libraries would hang on it",
				snapshot_ref_text(p->snap, p->a, REF_pci, p->snap->gpus.v[i].pci));
	return NULL;
}

static void question_add(struct asking *k, enum report_kind kind, const char *about, uint32_t gpu,
			 const char *why_not)
{
	struct question *q = LIST_PUSH(k->p->a, &k->questions);

	*q = (struct question){.kind = kind, .about = about, .gpu = gpu, .why_not = why_not};
}

static void ask_each_gpu(struct asking *k, const struct facts_report *row)
{
	struct snapshot *s = k->p->snap;
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		if (is_wanted(k->p, i) && FIELD_KNOWN(&s->gpus.v[i], gpu, driver) &&
		    facts_report_fits(row, s->gpus.v[i].driver))
			question_add(k, row->kind,
				     snapshot_ref_text(s, k->p->a, REF_pci, s->gpus.v[i].pci), i,
				     hands_off(k->p, &s->gpus.v[i]));
}

static void ask_each_node(struct asking *k, const struct facts_report *row)
{
	struct snapshot *s = k->p->snap;
	uint32_t i;

	for (i = 0; i < s->drm.n; i++) {
		const struct drm_node *d = &s->drm.v[i];
		const char *why;

		if (d->kind != DRM_KIND_RENDER || !FIELD_KNOWN(d, drm_node, gpu) ||
		    d->gpu == NONE || !is_wanted(k->p, d->gpu))
			continue;
		why = hands_off(k->p, &s->gpus.v[d->gpu]);
		question_add(k, row->kind, d->name, d->gpu, why);
	}
}

static void ask_each_nic(struct asking *k, const struct facts_report *row)
{
	struct snapshot *s = k->p->snap;
	uint32_t i;

	for (i = 0; i < s->rdma.n && !k->p->request->reports_gpu; i++)
		if (FIELD_KNOWN(&s->rdma.v[i], rdma_nic, name))
			question_add(k, row->kind, s->rdma.v[i].name, NONE, NULL);
}

/* One question for the machine: as a whole, or without the vendors that are to be left alone. */
static void ask_machine(struct asking *k, const struct facts_report *row, bool wanted)
{
	struct snapshot *s = k->p->snap;
	const char *why = NULL, *out = NULL;
	bool any = wanted;
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++) {
		const struct gpu *g = &s->gpus.v[i];
		const char *not_this, *name = enum_name(&gpu_vendor_tab, g->vendor);

		if (row->drivers &&
		    !(FIELD_KNOWN(g, gpu, driver) && facts_report_fits(row, g->driver)))
			continue;
		any = true;
		not_this = hands_off(k->p, g);
		if (!not_this)
			continue;
		why = why ? why : not_this;
		if (!out || !strstr(out, name))
			out = out ? arena_printf(k->p->a, "%s,%s", out, name) :
				    arena_printf(k->p->a, "not=%s", name);
	}
	if (!any)
		return;
	if (!why)
		question_add(k, row->kind, NULL, NONE, NULL);
	else if (row->by_vendor)
		question_add(k, row->kind, out, NONE, NULL);
	else
		question_add(k, row->kind, NULL, NONE, why);
}

static const char *key_of(struct probe *p, const struct question *q)
{
	const char *kind = enum_name(&report_kind_tab, q->kind);

	return q->about ? arena_printf(p->a, "%s:%s", kind, q->about) : kind;
}

static void report_not_asked(struct probe *p, const struct question *q)
{
	struct report *r = LIST_PUSH(p->a, &p->snap->reports);

	FIELD_SET(r, report, kind, q->kind);
	FIELD_SET(r, report, outcome, REPORT_OUTCOME_PENDING);
	FIELD_SET(r, report, message, arena_printf(p->a, "not asked: %s", q->why_not));
	if (q->about)
		FIELD_SET(r, report, about, q->about);
	FIELD_SET(r, report, gpu, q->gpu);
}

static void report_take(struct probe *p, const struct question *q)
{
	const char *key = key_of(p, q), *text;
	struct err e = {0};
	struct report *r, read;
	int code = tree_answer(p->tree, p->a, "report", key, &text);

	if (code < 0) {
		if (code != -ENODATA && code != -ENOENT)
			snapshot_gap(p->snap, PHASE, key, code);
		return;
	}
	if (report_read(p->a, text, strlen(text), &read, &e) < 0) {
		read = (struct report){0};
		FIELD_SET(&read, report, kind, q->kind);
		FIELD_SET(&read, report, outcome, REPORT_OUTCOME_GARBAGE);
		FIELD_SET(&read, report, message, arena_str(p->a, e.text));
	}
	r = LIST_PUSH(p->a, &p->snap->reports);
	*r = read;
	if (q->about)
		FIELD_SET(r, report, about, q->about);
	FIELD_SET(r, report, gpu, q->gpu);
	if (p->tree->live)
		FIELD_SET(r, report, age_s, 0);
}

void probe_reports(struct probe *p)
{
	struct asking k = {.p = p};
	const struct facts_report *row;
	struct strs keys = {0};
	unsigned wanted = p->request->reports;
	bool asked = p->request->phases & PROBE_REPORTS;
	uint32_t i;

	/* Workers start for who wants them; what a capture holds costs nothing, and goes with everything else. */
	if (!asked && (p->tree->ops->prepare || (p->request->phases & PROBE_ALL) != PROBE_ALL))
		return;
	for (row = facts_reports; row->name; row++) {
		if (wanted ? !(wanted >> row->kind & 1) : row->on_request && p->tree->ops->prepare)
			continue;
		if (row->scope == SCOPE_GPU)
			ask_each_gpu(&k, row);
		else if (row->scope == SCOPE_RENDER_NODE)
			ask_each_node(&k, row);
		else if (row->scope == SCOPE_RDMA)
			ask_each_nic(&k, row);
		else
			ask_machine(&k, row, wanted != 0 && !row->drivers);
	}
	for (i = 0; i < k.questions.n; i++)
		if (!k.questions.v[i].why_not)
			strs_add(p->a, &keys, key_of(p, &k.questions.v[i]));
	tree_prepare(p->tree, "report", &keys);
	for (i = 0; i < k.questions.n; i++) {
		if (!k.questions.v[i].why_not)
			report_take(p, &k.questions.v[i]);
		else if (asked)
			report_not_asked(p, &k.questions.v[i]);
	}
	reports_join(p);
	reports_xid(p);
}
