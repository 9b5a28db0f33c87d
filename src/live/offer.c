/* SPDX-License-Identifier: Apache-2.0 */
#include "live/offer.h"

#include "base/parse.h"
#include "live/cdi-files.h"
#include "probe/probe.h"

static bool ours_there(struct tree *t, struct arena *a)
{
	struct cdi_found_list found;
	uint32_t i;

	cdi_files_find(t, NULL, a, &found);
	for (i = 0; i < found.n; i++)
		if (found.v[i].ours)
			return true;
	return false;
}

/* Asked for, or there without that (written by the agent): kept, because the last spec may go now and has to come back. */
static bool is_wanted(struct tree *t, struct arena *a, struct cdi_wish *ret, struct err *e)
{
	if (cdi_wish_read(t, a, ret))
		return true;
	return ours_there(t, a) && cdi_wish_keep(ret, e) == 0;
}

static void copy(struct arena *a, const struct strs *from, const char *what, struct strs *to)
{
	uint32_t i;

	for (i = 0; i < from->n; i++)
		strs_add(a, to, arena_printf(a, "%s %s", what, from->v[i]));
}

int offer_publish(void *arg, const char *gpu_id, struct arena *a, struct strs *ret_changed,
		  struct err *e)
{
	static const struct probe_request req = {.phases = PROBE_LIST | PROBE_PLATFORM |
							   PROBE_MODULES | PROBE_RUNTIME};
	struct offer *o = arg;
	struct cdi_wish wish;
	struct strs notes = {0}, written = {0}, removed = {0};
	struct cdi_spec_list specs;
	struct snapshot *s;
	int r;

	if (!is_wanted(o->tree, a, &wish, e))
		return e->code;
	s = probe_snapshot(o->tree, &req);
	r = cdi_files_plan(s, o->tree, &wish, a, &specs, &notes, e);
	if (r == 0)
		r = cdi_files_write(CDI_FOLDER, &specs, CDI_WITHDRAW, a, &written,
				    &removed, e);
	copy(a, &written, "wrote", ret_changed);
	copy(a, &removed, "removed", ret_changed);
	snapshot_free(s);
	return r;
}

/* A device's name is the stable id, where that is a name CDI allows. */
int offer_tell(void *arg, const char *gpu_id, struct arena *a, struct strs *ret_changed,
	       struct err *e)
{
	struct offer *o = arg;
	struct cdi_found_list found;
	uint32_t i;

	cdi_files_find(o->tree, NULL, a, &found);
	for (i = 0; i < found.n; i++)
		if (found.v[i].ours && strs_has(&found.v[i].outline.devices, gpu_id))
			strs_add(a, ret_changed,
				 arena_printf(a, "rewrite %s without it", found.v[i].path));
	return 0;
}
