/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/pulled.h"

#include "base/parse.h"
#include "codec/event-json.h"
#include "host/statefile.h"
#include "model/view.h"

enum { PATH_SIZE = 1024 };

static struct statefile record_file(const struct pulled *p, char path[static PATH_SIZE])
{
	snprintf(path, PATH_SIZE, "%s/gone.json", p->run_dir);
	return (struct statefile){.path = path, .lock = -1};
}

static const struct gpu_view *find(const struct gpu_view_list *l, const char *id)
{
	uint32_t i;

	for (i = l->n; i-- > 0;)
		if (str_eq(l->v[i].id, id))
			return &l->v[i];
	return NULL;
}

void pulled_open(struct pulled *p, const char *run_dir, struct err *e)
{
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	char path[PATH_SIZE];
	struct statefile f;

	*p = (struct pulled){.run_dir = run_dir, .a = arena_new()};
	f = record_file(p, path);
	if (statefile_read(&f, &text, e) == 0 && text.n)
		view_read(p->a, text.p, text.n, &p->record, e);
}

void pulled_close(struct pulled *p)
{
	arena_free(p->a);
}

static void save(const struct pulled *p, struct err *e)
{
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	char path[PATH_SIZE];
	struct statefile f = record_file(p, path);

	view_text(&p->record, &text);
	if (statefile_make_folders(path, e) == 0)
		statefile_write(&f, &text, e);
}

/* The record without those that `drop` names, and with one more; lists are short and change rarely. */
static void renew(struct pulled *p, const struct gpu_view_list *keep, const struct gpu_view *more, struct err *e)
{
	struct arena *a = arena_new();
	struct view next = {0};
	uint32_t i, first = keep->n >= VIEW_GONE_MAX ? keep->n - VIEW_GONE_MAX + 1 : 0;

	FIELD_KNOW(&next, view, gone);
	for (i = first; i < keep->n; i++)
		*LIST_PUSH(a, &next.gone) = gpu_view_copy(a, &keep->v[i]);
	if (more)
		*LIST_PUSH(a, &next.gone) = gpu_view_copy(a, more);
	arena_free(p->a);
	p->a = a;
	p->record = next;
	save(p, e);
}

static bool went_unasked(const struct event *e)
{
	return e->kind == EVENT_KIND_REMOVED && e->old_state != GPU_STATE_REMOVING && e->old_state != GPU_STATE_SAFE_TO_UNPLUG;
}

static void drop_returned(struct pulled *p, const struct view *now, struct err *e)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct gpu_view_list keep = {0};
	uint32_t i;

	for (i = 0; i < p->record.gone.n; i++)
		if (!find(&now->gpus, p->record.gone.v[i].id))
			*LIST_PUSH(a, &keep) = p->record.gone.v[i];
	if (keep.n != p->record.gone.n)
		renew(p, &keep, NULL, e);
}

void pulled_take(struct pulled *p, const struct view *now, const struct event_list *events, struct err *e)
{
	uint32_t i;

	drop_returned(p, now, e);
	for (i = 0; i < events->n; i++) {
		const struct event *x = &events->v[i];
		const struct gpu_view *v = went_unasked(x) ? find(&now->gone, x->gpu) : NULL;

		p->due |= v || x->kind == EVENT_KIND_LOST;
		p->moved |= x->kind == EVENT_KIND_UNBOUND || x->kind == EVENT_KIND_NODES_CHANGED;
		if (v && !find(&p->record.gone, x->gpu))
			renew(p, &p->record.gone, v, e);
	}
}

void pulled_settle(struct pulled *p, const struct gone *left, struct err *e)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct gpu_view_list keep = {0};
	uint32_t i, k;

	for (i = 0; i < p->record.gone.n; i++) {
		const struct gpu_view *v = &p->record.gone.v[i];

		for (k = 0; k < left->gpus.n && !str_eq(left->gpus.v[k].id, v->id); k++)
			;
		/* Came while it was looked, or held, or who knows. */
		if (k == left->gpus.n || left->gpus.v[k].holders.n || left->partial)
			*LIST_PUSH(a, &keep) = *v;
	}
	if (keep.n != p->record.gone.n)
		renew(p, &keep, NULL, e);
}
