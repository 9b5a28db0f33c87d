/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the driver libraries on behalf of a verb: it may take seconds, so a person at a terminal is told. */
#include "base/parse.h"
#include "cli/words.h"

#ifndef _WIN32
#include <unistd.h>
#endif

static void progress(struct cli *c, const char *text)
{
#ifndef _WIN32
	if (c->tree->live && isatty(STDERR_FILENO))
		fputs(text, stderr);
#endif
}

int cli_reports(struct cli *c, unsigned phases, unsigned kinds, uint32_t gpu)
{
	struct probe_request req = {
		.phases = phases | PROBE_REPORTS, .reports = kinds, .user = cli_value(c, "user")};
	struct snapshot *s;
	uint64_t address;

	if (gpu != NONE) {
		address = c->snap->gpus.v[gpu].address;
		req.reports_gpu = &address;
	}
	progress(c, "asking the drivers ...\r");
	s = probe_snapshot(c->tree, &req);
	progress(c, "                      \r");
	s->source = c->source;
	snapshot_free(c->snap);
	c->snap = s;
	return 0;
}

/* Libraries by the topic that judges them; 0 stands for all that the GPUs call for. */
static const struct {
	const char *topic;
	unsigned kinds;
} topic_kinds[] = {
	{"vulkan", REPORTS_VULKAN},
	{"media", REPORTS_MEDIA},
	{"userspace", 0},
};

int cli_reports_for(struct cli *c, unsigned phases, const struct strs *topics)
{
	bool any = false, all = false;
	unsigned kinds = 0, i;

	for (i = 0; i < ARRAY_LEN(topic_kinds); i++) {
		if (!strs_has(topics, topic_kinds[i].topic))
			continue;
		any = true;
		all |= !topic_kinds[i].kinds;
		kinds |= topic_kinds[i].kinds;
	}
	return any ? cli_reports(c, phases, all ? 0 : kinds, NONE) : 0;
}

const char *say_outcome(struct cli *c, const struct report *r)
{
	const char *name = enum_name(&report_outcome_tab, r->outcome);

	if (r->outcome == REPORT_OUTCOME_PENDING && FIELD_KNOWN(r, report, message))
		return r->message;
	if (r->outcome == REPORT_OUTCOME_FRESH)
		return FIELD_KNOWN(r, report, error) ? arena_printf(c->a, "refused: %s", r->error) :
						       "answered";
	return FIELD_KNOWN(r, report, message) ? arena_printf(c->a, "%s: %s", name, r->message) :
						 name;
}
