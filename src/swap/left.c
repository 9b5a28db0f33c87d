/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/left.h"

#include "base/parse.h"
#include "swap/holders.h"

#include <errno.h>

enum { ACCEL_MAJOR = 261 };

#define COPY_LIST(a, to, from) \
	do { \
		uint32_t copy_i; \
		*(to) = (__typeof__(*(to))){0}; \
		for (copy_i = 0; copy_i < (from)->n; copy_i++) \
			*LIST_PUSH(a, to) = (from)->v[copy_i]; \
	} while (0)

/* "/dev/dri/card1=226:1", or a path alone, whose number the node in /dev still has. */
static void add_node(struct snapshot *past, const struct snapshot *now, struct gpu *g, const char *word, struct arena *a)
{
	const char *equals = strchr(word, '='), *colon = equals ? strchr(equals, ':') : NULL;
	const char *path = equals ? arena_strn(a, word, (size_t)(equals - word)) : word;
	uint32_t major, minor;
	struct drm_node *d;

	if (!equals) {
		strs_add(a, &g->nodes, path);
		return;
	}
	if (!colon || parse_u32(arena_strn(a, equals + 1, (size_t)(colon - equals - 1)), 10, UINT32_MAX, &major) < 0 ||
	    parse_u32(colon + 1, 10, UINT32_MAX, &minor) < 0)
		return;
	/* A number that another device has by now says nothing of the one before. */
	if (snapshot_drm_find(now, major, minor) != NONE)
		return;
	d = LIST_PUSH(a, &past->drm);
	FIELD_SET(d, drm_node, name, str_base(path));
	FIELD_SET(d, drm_node, kind, major == ACCEL_MAJOR ? DRM_KIND_ACCEL : DRM_KIND_PRIMARY);
	FIELD_SET(d, drm_node, major, major);
	FIELD_SET(d, drm_node, minor, minor);
	u32s_add(a, &g->drm, past->drm.n - 1);
}

/* Its function, by which drivers tell in fdinfo whose a file is; not where another card sits there by now. */
static void add_function(struct snapshot *past, const struct snapshot *now, struct gpu *g, struct arena *a)
{
	struct pci_device *d;

	g->pci = NONE;
	if (snapshot_pci_find(now, g->address) != NONE)
		return;
	d = LIST_PUSH(a, &past->pci);
	FIELD_SET(d, pci_device, address, g->address);
	g->pci = past->pci.n - 1;
	u32s_add(a, &g->functions, g->pci);
}

static void add_gpu(struct snapshot *past, const struct snapshot *now, const struct gpu_view *v, struct arena *a)
{
	struct gpu *g = LIST_PUSH(a, &past->gpus);
	struct strs words = str_split(a, v->had ? v->had : "", " ");
	uint32_t i;

	FIELD_SET(g, gpu, id, v->id);
	FIELD_SET(g, gpu, address, v->address);
	FIELD_SET(g, gpu, name, v->name ? v->name : "");
	FIELD_SET(g, gpu, state, GPU_STATE_ABSENT);
	FIELD_SET(g, gpu, driver, words.n ? words.v[0] : "");
	add_function(past, now, g, a);
	for (i = 1; i < words.n; i++)
		add_node(past, now, g, words.v[i], a);
}

/* The machine as if they were still there. */
static struct snapshot *past_of(const struct snapshot *now, const struct gpu_view_list *gone, struct arena *a)
{
	struct snapshot *past = arena_dup(a, now, sizeof(*now));
	uint32_t i;

	past->arena = a;
	COPY_LIST(a, &past->pci, &now->pci);
	COPY_LIST(a, &past->gpus, &now->gpus);
	COPY_LIST(a, &past->drm, &now->drm);
	for (i = 0; i < gone->n; i++)
		if (gone->v[i].id && snapshot_gpu_with_id(now, gone->v[i].id) == NONE)
			add_gpu(past, now, &gone->v[i], a);
	return past;
}

static void tell_gpu(const struct gpu *g, uint32_t index, const struct holder_list *all, struct arena *a, struct gone *ret)
{
	struct gone_gpu *to = LIST_PUSH(a, &ret->gpus);
	uint32_t i;

	FIELD_SET(to, gone_gpu, id, g->id);
	FIELD_SET(to, gone_gpu, address, g->address);
	FIELD_SET(to, gone_gpu, name, g->name);
	FIELD_SET(to, gone_gpu, state, g->state);
	FIELD_KNOW(to, gone_gpu, holders);
	for (i = 0; i < all->n; i++) {
		struct holder *h;

		if (all->v[i].gpu != index)
			continue;
		h = LIST_PUSH(a, &to->holders);
		*h = all->v[i];
		/* No index of the snapshot that others have. */
		h->gpu = NONE;
		h->known &= ~(UINT64_C(1) << holder_gpu_bit);
	}
}

int left_find(struct tree *t, const struct snapshot *now, const struct gpu_view_list *gone, struct arena *a, struct gone *ret)
{
	const struct snapshot *past = past_of(now, gone, a);
	const struct gpu **gpus = arena_alloc(a, (past->gpus.n + 1) * sizeof(*gpus));
	struct holder_list holders = {0};
	struct held_nodes nodes;
	uint32_t i, n = 0;
	struct holders_view view = {0};
	int r = 0;

	*ret = (struct gone){0};
	FIELD_KNOW(ret, gone, gpus);
	for (i = 0; i < past->gpus.n; i++)
		if (i >= now->gpus.n || past->gpus.v[i].state == GPU_STATE_LOST)
			gpus[n++] = &past->gpus.v[i];
	if (n) {
		held_nodes_find(t, past, gpus, n, a, &nodes);
		r = holders_find(t, &nodes, a, &holders, &view);
		/* A copied tree has no processes: nobody was seen, and somebody may be there. */
		if (r == -ENODATA || r == -ENOENT) {
			view = (struct holders_view){.partial = true, .outside = true};
			r = 0;
		}
	}
	for (i = 0; i < n; i++)
		tell_gpu(gpus[i], (uint32_t)(gpus[i] - past->gpus.v), &holders, a, ret);
	FIELD_SET(ret, gone, partial, view.partial);
	FIELD_SET(ret, gone, unseen, view.unseen);
	return r;
}
