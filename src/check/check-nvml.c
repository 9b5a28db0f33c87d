/* SPDX-License-Identifier: Apache-2.0 */
/* What NVML and the kernel's log say of NVIDIA's GPUs. What is true of all of them at once is said once. */
#include "check/reports.h"

#include "base/parse.h"
#include "facts/facts.h"
#include "facts/nvml.h"
#include "facts/xid.h"

/* Whether the nodes explain that the GPU cannot be opened: then it is said with them. */
static bool nodes_explain(const struct check *c, uint32_t gpu)
{
	const struct device_node_list *l = &c->snap->platform.device_nodes;
	uint32_t i;

	if (gpu != NONE && c->snap->gpus.v[gpu].nodes_missing.n)
		return true;
	for (i = 0; i < l->n; i++)
		if (str_eq(l->v[i].driver, "nvidia") &&
		    FIELD_KNOWN(&l->v[i], device_node, openable) && !l->v[i].openable)
			return true;
	return false;
}

/* A finding about one GPU where there is one, about NVML as a whole where all would say the same; NULL: said already. */
static struct finding *nvml_add(struct check *c, const struct report *r, const char *id,
				const char *say, bool of_all)
{
	bool one = !of_all && FIELD_KNOWN(r, report, gpu) && r->gpu != NONE;
	struct finding *f;

	if (of_all && report_said(c, id, say))
		return NULL;
	f = check_add(c, id, one && r->about ? r->about : "NVML", one ? r->gpu : NONE, "%s", say);
	report_evidence(c, f, r);
	return f;
}

/* NVML itself, or this GPU. */
static bool is_of_all(const struct report *r)
{
	static const char start[] = "NVML does not start";

	return (FIELD_KNOWN(r, report, error) && str_starts(r->error, start)) ||
	       (FIELD_KNOWN(r, report, message) && str_starts(r->message, start));
}

static void nvml_refuses(struct check *c, const struct report *r)
{
	const struct facts_nvml_error *row = facts_nvml_error_of(r->error);
	bool versions = row && str_eq(row->check, "GB0301");
	struct finding *f;

	/* Other checks have seen it in files. */
	if (versions && report_said(c, "GB1151", NULL))
		return;
	if (!versions && nodes_explain(c, FIELD_KNOWN(r, report, gpu) ? r->gpu : NONE))
		return;
	f = nvml_add(c, r, row ? row->check : "GB0313",
		     row ? row->say : "NVML does not answer for this GPU", is_of_all(r));
	if (f && row && row->mend)
		check_remedy(c, f, "%s", row->mend);
	if (f && FIELD_KNOWN(&c->snap->platform, platform, nvidia_module_version))
		check_evidence(c, f, "/proc/driver/nvidia/version",
			       c->snap->platform.nvidia_module_version, NULL);
}

static void nvml_asked(struct check *c, const struct report *r)
{
	struct finding *f;

	if (r->outcome == REPORT_OUTCOME_FRESH && FIELD_KNOWN(r, report, error))
		nvml_refuses(c, r);
	if (r->outcome == REPORT_OUTCOME_ABSENT)
		nvml_add(c, r, "GB0314", "NVIDIA's management library is not here", true);
	if (r->outcome != REPORT_OUTCOME_DENIED ||
	    nodes_explain(c, FIELD_KNOWN(r, report, gpu) ? r->gpu : NONE))
		return;
	f = nvml_add(c, r, "GB0313", "NVML may not open the GPU, though its nodes are open",
		     is_of_all(r));
	if (!f)
		return;
	check_remedy(
		c, f,
		"In a container its device rules refuse: start it with the GPU's CDI name, or with '--device' for each of "
		"NVIDIA's nodes. Else a security module does ('journalctl -k -b | grep -i denied').");
}

static const char *name_of(struct check *c, const struct nvml_device *n)
{
	return n->gpu != NONE ? c->snap->gpus.v[n->gpu].name : n->name ? n->name : "the GPU";
}

static void memory_health(struct check *c, const struct nvml_device *n)
{
	bool failed_ = FIELD_KNOWN(n, nvml_device, remap_failed) && n->remap_failed;
	bool pending = (FIELD_KNOWN(n, nvml_device, remap_pending) && n->remap_pending) ||
		       (FIELD_KNOWN(n, nvml_device, retired_pending) && n->retired_pending);
	struct finding *f;

	if (!failed_ && !pending)
		return;
	f = check_add(c, "GB0305", check_addr(c, n->address), n->gpu, "%s: %s", name_of(c, n),
		      failed_ ? "a faulty memory row could not be replaced" :
				"faulty memory is replaced at the next reset");
	if (failed_)
		f->severity = SEVERITY_ERROR;
	if (FIELD_KNOWN(n, nvml_device, remapped_rows))
		check_evidence(c, f, "remapped rows",
			       arena_printf(c->arena, "%u", n->remapped_rows), NULL);
	if (FIELD_KNOWN(n, nvml_device, retired_pages))
		check_evidence(c, f, "retired pages",
			       arena_printf(c->arena, "%u", n->retired_pages), NULL);
	if (FIELD_KNOWN(n, nvml_device, ecc_uncorrected))
		check_evidence(
			c, f, "errors not corrected",
			arena_printf(c->arena, "%llu", (unsigned long long)n->ecc_uncorrected),
			NULL);
}

static void nvml(struct check *c, const struct nvml_device *n)
{
	struct finding *f;

	memory_health(c, n);
	if (FIELD_KNOWN(n, nvml_device, mig) && FIELD_KNOWN(n, nvml_device, mig_pending) &&
	    n->mig != n->mig_pending) {
		f = check_add(c, "GB0307", check_addr(c, n->address), n->gpu,
			      "%s: MIG is %s and will be %s after a reset", name_of(c, n),
			      n->mig ? "on" : "off", n->mig_pending ? "on" : "off");
		check_evidence(c, f, "MIG", n->mig ? "on" : "off", n->mig_pending ? "on" : "off");
	}
	if (str_eq(n->compute_mode, "prohibited")) {
		f = check_add(c, "GB0310", check_addr(c, n->address), n->gpu,
			      "%s: its compute mode prohibits compute", name_of(c, n));
		check_evidence(c, f, "compute mode", n->compute_mode, "default");
	}
}

static void xids(struct check *c)
{
	uint32_t i;

	for (i = 0; i < c->snap->xids.n; i++) {
		const struct xid_event *e = &c->snap->xids.v[i];
		const struct facts_xid *x = facts_xid_find(e->code);
		struct finding *f;

		f = check_add(c, "GB0304", check_addr(c, e->address), e->gpu, "Xid %u%s%s%s",
			      e->code, x ? ", " : "", x ? x->what : "",
			      e->count > 1 ? arena_printf(c->arena, " (%u times)", e->count) : "");
		if (x && x->cause == XID_PROGRAM)
			f->severity = SEVERITY_NOTE;
		else if (!x)
			f->severity = SEVERITY_WARNING;
		check_evidence(c, f, "kernel log", e->text, NULL);
		if (x)
			check_remedy(c, f, "%s", x->mend);
	}
}

void run_nvml(struct check *c)
{
	uint32_t i, k;

	for (i = 0; i < c->snap->reports.n; i++) {
		const struct report *r = &c->snap->reports.v[i];

		if (r->kind != REPORT_KIND_NVML)
			continue;
		nvml_asked(c, r);
		for (k = 0; k < r->nvml.n; k++)
			nvml(c, &r->nvml.v[k]);
	}
	xids(c);
}
