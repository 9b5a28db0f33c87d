/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/publish.h"

#include "agent/agent.h"
#include "base/parse.h"
#include "codec/event-json.h"
#include "host/statefile.h"
#include "live/cdi-files.h"
#include "live/ids.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

/* Only for people: no decision is made by this clock. */
static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void view_path(const struct publisher *p, char path[static 1024])
{
	snprintf(path, 1024, "%s/view.json", p->options->state_dir);
}

static void load_view(struct publisher *p)
{
	char path[1024];
	struct statefile f = {.path = path, .lock = -1};
	struct err e = {0};

	view_path(p, path);
	if (statefile_read(&f, &p->saved, &e) == 0 && p->saved.n)
		view_read(p->view_arena, p->saved.p, p->saved.n, &p->view, &e);
	if (!e.code)
		return;
	say(SAY_WARNING, "what was there before is not known: %s: %s", path, e.text);
	p->view = (struct view){0};
	buf_clear(&p->saved);
}

/*
 * Renamed into place, so that it is whole, and not synced: the loop must not wait for a disk, and what a power cut
 * leaves behind is only an older truth.
 */
static int write_view(struct publisher *p, const struct buf *text, struct err *e)
{
	char path[1024], tmp[1032];
	ssize_t n = -1;
	int fd, r;

	view_path(p, path);
	snprintf(tmp, sizeof(tmp), "%s.new", path);
	r = statefile_make_folders(path, e);
	if (r < 0)
		return r;
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0) {
		n = write(fd, text->p, text->n);
		close(fd);
	}
	if (n == (ssize_t)text->n && rename(tmp, path) == 0)
		return 0;
	r = n < 0 || n == (ssize_t)text->n ? -errno : -ENOSPC;
	unlink(tmp);
	return err_set(e, r, "cannot write '%s': %s", path, strerror(-r));
}

static void save_view(struct publisher *p)
{
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	struct err e = {0};

	view_text(&p->view, &text);
	if (text.n == p->saved.n && memcmp(text.p, p->saved.p, text.n) == 0)
		return;
	if (write_view(p, &text, &e) == 0) {
		buf_clear(&p->saved);
		buf_add(&p->saved, text.p, text.n);
	}
	trouble_tell(&p->state_trouble, e.code ? &e : NULL);
}

void publisher_open(struct publisher *p, const struct agent_options *options, struct tree *tree, bool with_events)
{
	struct arena *tmp CLEANUP(arena_freep) = arena_new();
	const char *boot = "";
	struct err e = {0};

	*p = (struct publisher){.options = options, .tree = tree, .view_arena = arena_new(),
				.cdi_trouble = {.over = "CDI specs can be written again"},
				.note_trouble = {.over = "notes can be written again"},
				.state_trouble = {.over = "the view can be kept again"},
				.gone_trouble = {.over = "what went can be kept again"},
				.left_trouble = {.over = "who holds GPUs that are gone can be said again"}};
	if (!with_events)
		return;
	(void)tree_read_str(&tree->root, "proc/sys/kernel/random/boot_id", tmp, &boot);
	p->log = eventlog_new(&(struct eventlog_options){
		.folder = arena_printf(tmp, "%s/events", options->state_dir),
		.boot_id = boot,
		.journal = *options->root ? arena_printf(tmp, "%s/run/systemd/journal/socket", options->root) : NULL,
	});
	load_view(p);
	pulled_open(&p->pulled, options->run_dir, &e);
	trouble_tell(&p->gone_trouble, e.code ? &e : NULL);
}

void publisher_close(struct publisher *p)
{
	if (p->log)
		eventlog_flush(p->log, now_ms());
	eventlog_free(p->log);
	slow_forget(&p->slow);
	pulled_close(&p->pulled);
	arena_free(p->view_arena);
	buf_free(&p->saved);
}

/*
 * The log first, subscribers then: what somebody was told has its number for good. Died in between, we would else give
 * the same numbers to other events, and who asks for what came after the last one he knows would never hear of them. It
 * is written without waiting for a disk, so it costs microseconds; where it cannot be written that is told with the rest.
 */
static void tell(struct publisher *p, const struct event_list *events)
{
	uint64_t last;
	uint32_t i;

	if (!p->log)
		return;
	last = eventlog_last(p->log);
	for (i = 0; i < events->n; i++)
		eventlog_add(p->log, &events->v[i], now_ms());
	p->log_waits = eventlog_flush(p->log, now_ms()) < 0;
	if (eventlog_last(p->log) != last && p->on_events)
		p->on_events(p->on_events_arg);
}

static void tell_one(struct publisher *p, enum event_kind kind, const char *name, const char *reason)
{
	struct event e = {0};

	FIELD_SET(&e, event, kind, kind);
	if (name)
		FIELD_SET(&e, event, name, name);
	FIELD_SET(&e, event, reason, reason);
	tell(p, &(struct event_list){.v = &e, .n = 1});
}

void publish_agent(struct publisher *p, enum event_kind kind, const char *reason)
{
	tell_one(p, kind, NULL, reason);
}

void publish_trouble(struct publisher *p, struct trouble *t, const char *about, const struct err *e)
{
	if (trouble_tell(t, e))
		tell_one(p, e ? EVENT_KIND_FAULT : EVENT_KIND_MENDED, about, e ? e->text : t->over);
}

static void add_paths(const struct strs *paths, enum event_kind kind, const char *reason, struct arena *a, struct event_list *events)
{
	uint32_t i;

	for (i = 0; i < paths->n; i++) {
		struct event *e = LIST_PUSH(a, events);

		FIELD_SET(e, event, kind, kind);
		FIELD_SET(e, event, name, paths->v[i]);
		FIELD_SET(e, event, reason, reason);
	}
}

static void publish_cdi(struct publisher *p, const struct snapshot *s, struct arena *a, struct event_list *ret_events, struct err *e)
{
	struct strs written = {0}, removed = {0}, notes = {0};
	struct cdi_spec_list specs;

	/* A spec that the engines here cannot read is no reason to leave one that is wrong. */
	if (cdi_files_build(s, &p->slow.cdi, a, &specs, &notes, e) < 0)
		specs.n = 0;
	cdi_files_write(p->options->cdi_dir, &specs, CDI_WITHDRAW, a, &written, &removed, e);
	ids_publish(s, p->tree, e);
	if (written.n || removed.n)
		slow_wrote(&p->slow, p->options->cdi_dir);
	add_paths(&removed, EVENT_KIND_CDI_WITHDRAWN, "none of its GPUs is ready", a, ret_events);
	add_paths(&written, EVENT_KIND_CDI_WRITTEN, "its ready GPUs changed", a, ret_events);
}

static void take_pulled(struct publisher *p, const struct event_list *events)
{
	struct err e = {0};

	pulled_take(&p->pulled, &p->view, events, &e);
	publish_trouble(p, &p->gone_trouble, "record of GPUs that are gone", e.code ? &e : NULL);
}

void publish(struct publisher *p, const struct snapshot *s)
{
	struct arena *a = arena_new();
	struct event_list events = {0}, cdi = {0};
	struct view view = {0};
	struct err e = {0};
	uint32_t i;

	publish_cdi(p, s, a, &cdi, &e);
	view_diff(&p->view, s, a, &view, &events);
	/* Told after what they follow from. */
	for (i = 0; i < cdi.n; i++)
		*LIST_PUSH(a, &events) = cdi.v[i];
	tell(p, &events);
	arena_free(p->view_arena);
	p->view_arena = a;
	p->view = view;
	publish_trouble(p, &p->cdi_trouble, "CDI specs", e.code ? &e : NULL);
	if (!p->log)
		return;
	take_pulled(p, &events);
	save_view(p);
}

/* "python3 (4711), ffmpeg (4712) of podman container web, and 3 more"; "" nobody. */
static const char *say_holders(const struct holder_list *l, struct arena *a)
{
	enum { SHOWN = 8 };
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i, n = 0;

	for (i = 0; i < l->n; i++) {
		const struct holder *h = &l->v[i];

		if (!h->certain || n++ >= SHOWN)
			continue;
		buf_addf(&b, "%s%s (%u)", n > 1 ? ", " : "", h->command ? h->command : "?", h->pid);
		if (h->container && *h->container)
			buf_addf(&b, " of %s container %.12s", h->engine, h->container_name && *h->container_name ? h->container_name : h->container);
		else if (h->unit && *h->unit)
			buf_addf(&b, " of %s", h->unit);
	}
	if (n > SHOWN)
		buf_addf(&b, ", and %u more", n - SHOWN);
	return b.n ? arena_strn(a, b.p, b.n) : "";
}

static void add_held(const struct gone *left, const struct gone_gpu *g, struct arena *a, struct event_list *events)
{
	const char *who = say_holders(&g->holders, a);
	struct event *e;

	if (!*who && !(left->partial && g->holders.n))
		return;
	e = LIST_PUSH(a, events);
	FIELD_SET(e, event, kind, EVENT_KIND_STILL_HELD);
	FIELD_SET(e, event, gpu, g->id);
	FIELD_SET(e, event, address, g->address);
	FIELD_SET(e, event, name, g->name);
	FIELD_SET(e, event, reason, arena_printf(a, "it is gone, and still open in %s%s", who,
						 left->partial ? "; not every process could be looked at" : ""));
}

static void add_taken(const struct swap_step *s, struct arena *a, struct event_list *events)
{
	struct event *e;

	if (s->result == STEP_RESULT_DOING)
		return;
	e = LIST_PUSH(a, events);
	FIELD_SET(e, event, kind, s->result == STEP_RESULT_DONE ? EVENT_KIND_TAKEN_BACK : EVENT_KIND_FAULT);
	FIELD_SET(e, event, name, "containers");
	FIELD_SET(e, event, reason, arena_printf(a, "%s: %s", s->name, s->detail ? s->detail : enum_name(&step_result_tab, s->result)));
}

void publish_left(struct publisher *p, const struct gone *left)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct event_list events = {0};
	struct err e = {0};
	uint32_t i;

	for (i = 0; i < left->steps.n; i++)
		add_taken(&left->steps.v[i], a, &events);
	for (i = 0; i < left->gpus.n; i++)
		add_held(left, &left->gpus.v[i], a, &events);
	tell(p, &events);
	pulled_settle(&p->pulled, left, &e);
	publish_trouble(p, &p->gone_trouble, "record of GPUs that are gone", e.code ? &e : NULL);
}

void publish_note(struct publisher *p, const char *id, enum gpu_state state)
{
	struct event_list events = {0};

	view_noted(&p->view, id, state, p->view_arena, &events);
	tell(p, &events);
}

bool publish_waits(const struct publisher *p)
{
	return p->log_waits || *p->cdi_trouble.text || *p->note_trouble.text || *p->state_trouble.text;
}
