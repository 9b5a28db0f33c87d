/* SPDX-License-Identifier: Apache-2.0 */
/* What the compute runtimes and libibverbs say of GPUs and RDMA devices, and libraries that could not be asked. */
#include "check/access.h"
#include "check/media.h"
#include "check/reports.h"

#include "base/parse.h"
#include "facts/facts.h"
#include "facts/reports.h"
#include "facts/userspace.h"

/* Libraries whose failing has a check of its own. */
static bool has_own_check(enum report_kind kind)
{
	return kind == REPORT_KIND_VULKAN || kind == REPORT_KIND_VULKAN_FILES ||
	       kind == REPORT_KIND_VA;
}

static void failed(struct check *c, const struct report *r)
{
	const struct facts_report *row = facts_report_of(r->kind);
	struct finding *f;

	if (has_own_check(r->kind) || !report_failed(r))
		return;
	f = check_add(c, "GB0303", r->about ? r->about : enum_name(&report_kind_tab, r->kind),
		      FIELD_KNOWN(r, report, gpu) ? r->gpu : NONE, "asking %s%s%s: %s",
		      row ? row->name : "a library", r->about ? " about " : "",
		      r->about ? r->about : "", enum_name(&report_outcome_tab, r->outcome));
	report_evidence(c, f, r);
}

/* Once for each reason, whatever number of libraries it keeps from being asked. */
static void not_asked(struct check *c)
{
	const struct report_list *l = &c->snap->reports;
	struct strs said = {0};
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		const char *why = FIELD_KNOWN(&l->v[i], report, message) ? l->v[i].message : "";

		if (l->v[i].outcome != REPORT_OUTCOME_NOT_ASKED || strs_has(&said, why))
			continue;
		strs_add(c->arena, &said, why);
		report_evidence(c,
				check_add(c, "GB0312", "gpubay-probe", NONE,
					  "driver libraries were not asked"),
				&l->v[i]);
	}
}

static bool lists(const struct report *r, uint32_t gpu)
{
	uint32_t i;

	for (i = 0; r && i < r->compute.n; i++)
		if (r->compute.v[i].gpu == gpu)
			return true;
	return false;
}

static bool answered(const struct report *r)
{
	return r && (r->outcome == REPORT_OUTCOME_FRESH || r->outcome == REPORT_OUTCOME_ABSENT);
}

static void not_listed(struct check *c, struct finding *f, const struct report *r)
{
	if (r->outcome == REPORT_OUTCOME_FRESH && !FIELD_KNOWN(r, report, error))
		check_evidence(c, f, r->library ? r->library : enum_name(&report_kind_tab, r->kind),
			       "lists no device for it", NULL);
	report_evidence(c, f, r);
}

/* Only where everything that could list it was asked and did not. */
static void compute(struct check *c)
{
	const struct report *ze = report_find(c->snap, REPORT_KIND_LEVEL_ZERO),
			    *cl = report_find(c->snap, REPORT_KIND_OPENCL);
	uint32_t i;

	if (!answered(cl))
		return;
	for (i = 0; i < c->snap->gpus.n; i++) {
		const struct gpu *g = &c->snap->gpus.v[i];
		const struct facts_family *family = facts_family_find(media_family(c->snap, g));
		uint64_t whole = FIELD_KNOWN(g, gpu, vram_bytes)    ? g->vram_bytes :
				 FIELD_KNOWN(g, gpu, bar_max_bytes) ? g->bar_max_bytes :
								      0;
		bool small =
			FIELD_KNOWN(g, gpu, vram_visible_bytes) && g->vram_visible_bytes < whole;
		struct finding *f;

		if (!gpu_is_served(g) || !gpu_is_given(c, g) || lists(cl, i) || lists(ze, i) ||
		    (FIELD_KNOWN(g, gpu, asleep) && g->asleep) ||
		    (facts_report_fits(facts_report_of(REPORT_KIND_LEVEL_ZERO), g->driver) &&
		     !answered(ze)))
			continue;
		if (family && family->flags & FAMILY_NEEDS_REBAR && small && ze &&
		    ze->outcome == REPORT_OUTCOME_FRESH) {
			f = check_add(
				c, "GB0302", check_addr(c, g->address), i,
				"%s: no compute runtime takes it, and its memory window is small",
				g->name);
			check_evidence(
				c, f, check_pci_path(c, g->pci, "resource"),
				arena_printf(c->arena, "%llu MiB",
					     (unsigned long long)(g->vram_visible_bytes >> 20)),
				arena_printf(c->arena, "%llu MiB",
					     (unsigned long long)(whole >> 20)));
		} else {
			const struct facts_userspace *need = facts_userspace_of(
				REPORT_KIND_OPENCL, g->vendor, g->driver, media_family(c->snap, g));

			f = check_add(c, "GB0306", check_addr(c, g->address), i,
				      "%s: no compute runtime lists it", g->name);
			if (need)
				check_remedy(c, f, "If it is to compute: %s", need->mend);
		}
		if (ze)
			not_listed(c, f, ze);
		not_listed(c, f, cl);
	}
}

static void verbs(struct check *c, const struct report *r)
{
	struct finding *f;
	uint32_t i;

	if (r->kind != REPORT_KIND_VERBS)
		return;
	if (r->outcome == REPORT_OUTCOME_ABSENT && !report_said(c, "GB0311", NULL)) {
		f = check_add(c, "GB0311", "libibverbs", NONE,
			      "RDMA devices are here, but no library that uses them");
		report_evidence(c, f, r);
	}
	if (r->outcome == REPORT_OUTCOME_DENIED ||
	    (r->outcome == REPORT_OUTCOME_FRESH && FIELD_KNOWN(r, report, error))) {
		f = check_add(c, "GB0311", r->about ? r->about : "verbs", NONE,
			      "%s cannot be opened through libibverbs",
			      r->about ? r->about : "an RDMA device");
		report_evidence(c, f, r);
	}
	for (i = 0; i < r->verbs.n; i++) {
		const struct verbs_device *v = &r->verbs.v[i];

		if (!FIELD_KNOWN(v, verbs_device, dmabuf) || v->dmabuf)
			continue;
		f = check_add(c, "GB0309", v->name, NONE,
			      "%s: its driver registers no DMA-BUF memory", v->name);
		check_evidence(c, f, "ibv_reg_dmabuf_mr", "not supported", NULL);
	}
}

/* The same for every device: once. */
static void locking(struct check *c)
{
	const struct report *r = report_find(c->snap, REPORT_KIND_VERBS);
	const struct user *u = &c->snap->platform.user;
	struct finding *f;

	if (!r || !FIELD_KNOWN(r, report, lock_error) || !*r->lock_error)
		return;
	f = check_add(c, "GB0308", u->name ? u->name : "the user", NONE,
		      "%llu MiB of memory could not be locked",
		      (unsigned long long)(r->lock_trial_bytes >> 20));
	check_evidence(c, f, "mlock", r->lock_error, NULL);
}

static void run(struct check *c)
{
	uint32_t i;

	for (i = 0; i < c->snap->reports.n; i++) {
		failed(c, &c->snap->reports.v[i]);
		verbs(c, &c->snap->reports.v[i]);
	}
	not_asked(c);
	compute(c);
	locking(c);
}

const struct check_fn check_userspace_fns[] = {
	{"userspace", "GB0302 GB0303 GB0306 GB0308 GB0309 GB0311 GB0312", run},
	{"userspace", "GB0301 GB0304 GB0305 GB0307 GB0310 GB0313 GB0314", run_nvml},
	{0},
};
