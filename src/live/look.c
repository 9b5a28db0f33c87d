/* SPDX-License-Identifier: Apache-2.0 */
#include "live/look.h"

#include "base/parse.h"
#include "check/check.h"
#include "probe/probe.h"

struct snapshot *look_again(void *tree, bool whole)
{
	const struct probe_request req = {.phases = whole ? PROBE_ALL & ~(unsigned)PROBE_RUNTIME : PROBE_LIST};

	return probe_snapshot(tree, &req);
}

static bool is_about(const struct finding *f, uint32_t gpu, const char *subject)
{
	if (gpu != NONE)
		return FIELD_KNOWN(f, finding, gpu) && f->gpu == gpu;
	return !subject || str_eq(f->subject, subject);
}

static struct attach_why why_of(const struct finding *f)
{
	return (struct attach_why){.id = f->id, .subject = f->subject, .message = f->message, .remedy = f->remedy};
}

bool look_why(void *tree, const struct snapshot *s, uint32_t gpu, const char *subject, const char *topics, struct arena *a,
	      struct attach_why *ret)
{
	struct check_settings settings = {.topics = str_split(a, topics, " ")};
	struct finding_list l;
	uint32_t i;

	check_run(s, &settings, a, &l);
	for (i = 0; i < l.n; i++)
		if (l.v[i].severity != SEVERITY_NOTE && is_about(&l.v[i], gpu, subject)) {
			*ret = why_of(&l.v[i]);
			return true;
		}
	return false;
}

bool look_note(void *tree, const struct snapshot *s, const char *ids, uint32_t nth, struct arena *a, struct attach_why *ret)
{
	struct check_settings settings = {0};
	struct strs wanted = str_split(a, ids, " ");
	struct finding_list l;
	uint32_t i;

	check_run(s, &settings, a, &l);
	for (i = 0; i < l.n; i++)
		if (strs_has(&wanted, l.v[i].id) && nth-- == 0) {
			*ret = why_of(&l.v[i]);
			return true;
		}
	return false;
}
