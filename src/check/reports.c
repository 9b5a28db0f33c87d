/* SPDX-License-Identifier: Apache-2.0 */
#include "check/reports.h"

#include "base/parse.h"
#include "facts/facts.h"

const struct report *report_find(const struct snapshot *s, enum report_kind kind)
{
	uint32_t i;

	for (i = 0; i < s->reports.n; i++)
		if (s->reports.v[i].kind == kind)
			return &s->reports.v[i];
	return NULL;
}

bool report_failed(const struct report *r)
{
	return r->outcome == REPORT_OUTCOME_HUNG || r->outcome == REPORT_OUTCOME_CRASHED ||
	       r->outcome == REPORT_OUTCOME_GARBAGE;
}

const char *report_variable(const struct report *r, const char *name)
{
	size_t n = strlen(name);
	uint32_t i;

	for (i = 0; i < r->variables.n; i++)
		if (str_starts(r->variables.v[i], name) && r->variables.v[i][n] == '=')
			return r->variables.v[i];
	return NULL;
}

/* The last line: libraries say there what it came to. */
static const char *last_line(struct check *c, const char *text)
{
	char *copy = str_trim(arena_str(c->arena, text));
	const char *at = strrchr(copy, '\n');

	return at ? at + 1 : copy;
}

void report_evidence(struct check *c, struct finding *f, const struct report *r)
{
	const char *path = r->library ? r->library : enum_name(&report_kind_tab, r->kind);

	if (FIELD_KNOWN(r, report, message))
		check_evidence(c, f, path, r->message, NULL);
	if (FIELD_KNOWN(r, report, error))
		check_evidence(c, f, path, r->error, NULL);
	if (FIELD_KNOWN(r, report, stderr_tail) && *r->stderr_tail)
		check_evidence(c, f, path, last_line(c, r->stderr_tail), NULL);
}

bool report_said(const struct check *c, const char *id, const char *message)
{
	uint32_t i;

	for (i = 0; i < c->findings->n; i++)
		if (str_eq(c->findings->v[i].id, id) &&
		    (!message || str_eq(c->findings->v[i].message, message)))
			return true;
	return false;
}

bool gpu_is_served(const struct gpu *g)
{
	const struct facts_driver *d =
		FIELD_KNOWN(g, gpu, driver) ? facts_driver_find(g->driver) : NULL;

	return d && str_eq(d->role, "gpu") && g->vendor != GPU_VENDOR_OTHER &&
	       g->vendor != GPU_VENDOR_UNKNOWN &&
	       (g->state == GPU_STATE_READY || g->state == GPU_STATE_DEGRADED ||
		g->state == GPU_STATE_BOUND);
}

bool has_gpu_of(const struct snapshot *s, enum gpu_vendor vendor)
{
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		if (s->gpus.v[i].vendor == vendor)
			return true;
	return false;
}
