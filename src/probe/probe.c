/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/probe.h"

#include <errno.h>

bool probe_str(struct probe *p, const char *phase, const struct tree_dir *at, const char *path, const char **ret)
{
	int r = tree_read_str(at, path, p->a, ret);

	if (r < 0)
		snapshot_gap(p->snap, phase, at->path && *at->path ? arena_printf(p->a, "%s/%s", at->path, path) : path, r);
	return r == 0;
}

bool probe_u64(struct probe *p, const char *phase, const struct tree_dir *at, const char *path, unsigned base,
	       uint64_t *ret)
{
	int r = tree_read_u64(at, path, base, ret);

	if (r < 0)
		snapshot_gap(p->snap, phase, at->path && *at->path ? arena_printf(p->a, "%s/%s", at->path, path) : path, r);
	return r == 0;
}

void evidence_add(struct arena *a, struct evidence_list *l, const char *path, const char *value, const char *note)
{
	struct evidence *e = LIST_PUSH(a, l);

	if (path)
		FIELD_SET(e, evidence, path, arena_str(a, path));
	if (value)
		FIELD_SET(e, evidence, value, arena_str(a, value));
	if (note)
		FIELD_SET(e, evidence, note, arena_str(a, note));
}

/* The phases in their order; each is run when one of its bits is asked for. */
static const struct {
	unsigned when;
	void (*run)(struct probe *p);
} phases[] = {
	{PROBE_PCI, probe_ground},
	{PROBE_PLATFORM, probe_platform},
	{PROBE_PCI, probe_pci},
	{PROBE_DRM, probe_drm},
	{PROBE_EXTLINK, probe_extlink},
	{PROBE_TYPEC, probe_typec},
	{PROBE_RDMA, probe_rdma},
	{PROBE_PCI, probe_gpu},
	{PROBE_SLICES, probe_slices},
	{PROBE_TYPEC, probe_typec_link},
	{PROBE_MODULES, probe_modules},
	{PROBE_RUNTIME, probe_runtime},
	{PROBE_PCI, probe_reports},
};

struct snapshot *probe_snapshot(struct tree *t, const struct probe_request *req)
{
	struct snapshot *s = snapshot_new();
	struct probe p = {.snap = s, .a = s->arena, .tree = t, .root = &t->root, .request = req, .pci_dir = {.fd = -1}};
	unsigned i;

	s->source_name = arena_str(s->arena, t->name);
	for (i = 0; i < ARRAY_LEN(phases); i++)
		if ((req->phases | PROBE_PCI) & phases[i].when)
			phases[i].run(&p);
	tree_close(&p.pci_dir);
	free(p.pci_done);
	s->sealed = true;
	return s;
}
