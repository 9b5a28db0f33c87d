/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A burst of events is gathered for a fixed time from its first, then the machine is looked at once. What takes a GPU
 * away is published as it comes in (agent_event). No timer runs while nothing happens; only the monotonic clock is used.
 */
#include "agent/loop.h"

#include "agent/ask.h"
#include "agent/memory.h"
#include "agent/notes.h"
#include "agent/uevents.h"
#include "base/parse.h"
#include "serve/socket.h"

#include <errno.h>
#include <signal.h>
#include <sys/inotify.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

enum {
	GATHER_US = 30 * 1000,
	KEEP_US = 2000 * 1000, /* what a look needed, the next may need soon: plugging in is a series of bursts */
	REST_FACTOR = 4,      /* after a look, rest at least so many times what it cost */
	MESSAGES_AT_ONCE = 256, /* then timers and the others have their turn */
};

struct loop {
	struct agent *agent;
	struct uevents uevents;
	struct serve *serve;
	struct ask *ask;
	struct serve_source source;
	sd_event *event;
	sd_event_source *look;  /* at the end of a burst */
	sd_event_source *retry;
	sd_event_source *rest;  /* some time after all is done */
	sd_event_source *notes, *nodes; /* held: libsystemd 252 loses a reference of inotify sources that nobody holds */
	uint64_t rest_until_us;
	unsigned attempt;       /* of retries since the last event */
	bool gathering;
};

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void arm(sd_event_source *timer, uint64_t at_us)
{
	sd_event_source_set_time(timer, at_us);
	sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

/* The first event of a burst decides when the look is; later ones change nothing. */
static void gather(struct loop *l)
{
	l->attempt = 0;
	if (l->gathering)
		return;
	l->gathering = true;
	arm(l->look, MAX(now_us() + GATHER_US, l->rest_until_us));
}

static int on_rest(sd_event_source *s, uint64_t usec, void *arg)
{
	memory_give_back();
	return 0;
}

static void rest_after(struct loop *l)
{
	arm(l->rest, now_us() + KEEP_US);
}

static void look(struct loop *l)
{
	char summary[64];
	uint64_t start = now_us(), end, delay;

	l->gathering = false;
	agent_look(l->agent);
	end = now_us();
	l->rest_until_us = end + REST_FACTOR * (end - start);
	delay = agent_retry_us(l->agent, l->attempt);
	if (delay)
		arm(l->retry, MAX(end + delay, l->rest_until_us));
	if (agent_must_ask(l->agent))
		ask_start(l->ask);
	rest_after(l);
	sd_notifyf(0, "STATUS=%s", agent_summary(l->agent, summary, sizeof(summary)));
}

static int on_retry(sd_event_source *s, uint64_t usec, void *arg)
{
	struct loop *l = arg;

	if (!l->gathering) {
		l->attempt++;
		look(l);
	}
	return 0;
}

/* What was lost may have been anything. */
static void overrun(struct loop *l)
{
	say(SAY_WARNING, "more uevents came in than could be read: the whole machine is looked at again");
	slow_forget(&l->agent->publisher.slow);
	gather(l);
}

/* False: there will be no more. */
static bool read_uevents(struct loop *l)
{
	struct uevent u;
	unsigned i;
	int r;

	for (i = 0; i < MESSAGES_AT_ONCE; i++) {
		r = uevents_next(&l->uevents, &u);
		if (r == 0 && agent_event(l->agent, &u) != WEIGH_NOTHING)
			gather(l);
		else if (r == -ENOBUFS)
			overrun(l);
		else if (r == -EAGAIN)
			return true;
		else if (r < 0 && r != -EBADMSG) {
			say(SAY_ERROR, "no more uevents: %s", r == -EPIPE ? "the other end was closed" : strerror(-r));
			return false;
		}
	}
	return true;
}

static int on_uevents(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	if (!read_uevents(arg))
		sd_event_source_set_enabled(s, SD_EVENT_OFF);
	return 0;
}

static int on_look(sd_event_source *s, uint64_t usec, void *arg)
{
	/* What has come in by now belongs to this burst. */
	read_uevents(arg);
	look(arg);
	return 0;
}

static int on_note(sd_event_source *s, const struct inotify_event *i, void *arg)
{
	struct loop *l = arg;

	/* Files being written have other names until they are renamed. */
	if (i->len && !str_ends(i->name, ".new"))
		agent_noted(l->agent, i->name);
	gather(l);
	return 0;
}

/* Nodes that user space makes (NVIDIA's) come without an event. */
static int on_node(sd_event_source *s, const struct inotify_event *i, void *arg)
{
	if (i->mask & IN_Q_OVERFLOW || (i->len && str_starts(i->name, "nvidia")))
		gather(arg);
	return 0;
}

static int on_signal(sd_event_source *s, const struct signalfd_siginfo *si, void *arg)
{
	return sd_event_exit(sd_event_source_get_event(s), 0);
}

static int watch_folders(struct loop *l, struct err *e)
{
	const struct agent_options *o = l->agent->options;
	char path[1024];
	int r = notes_folder(o->run_dir, e);

	if (r == 0) {
		snprintf(path, sizeof(path), "%s/state", o->run_dir);
		r = sd_event_add_inotify(l->event, &l->notes, path, IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE, on_note, l);
		if (r < 0)
			return err_set(e, r, "cannot watch '%s': %s", path, strerror(-r));
	}
	snprintf(path, sizeof(path), "%s/dev", o->root);
	r = sd_event_add_inotify(l->event, &l->nodes, path, IN_CREATE | IN_DELETE, on_node, l);
	if (r < 0)
		say(SAY_WARNING, "cannot watch '%s' for device nodes: %s", path, strerror(-r));
	return 0;
}

static int add_signals(struct loop *l)
{
	static const int signals[] = {SIGTERM, SIGINT};
	sigset_t set;
	unsigned i;
	int r = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD); /* what is asked may be a child */
	for (i = 0; i < ARRAY_LEN(signals); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (i = 0; i < ARRAY_LEN(signals) && r >= 0; i++)
		r = sd_event_add_signal(l->event, NULL, signals[i], on_signal, l);
	return r;
}

static int add_timer(struct loop *l, sd_event_source **ret, sd_event_time_handler_t handler)
{
	int r = sd_event_add_time(l->event, ret, CLOCK_MONOTONIC, 0, 1, handler, l);

	return r < 0 ? r : sd_event_source_set_enabled(*ret, SD_EVENT_OFF);
}

static int add_sources(struct loop *l, struct err *e)
{
	int r = sd_event_new(&l->event);

	if (r >= 0)
		r = add_signals(l);
	if (r >= 0)
		r = add_timer(l, &l->look, on_look);
	if (r >= 0)
		r = add_timer(l, &l->retry, on_retry);
	if (r >= 0)
		r = add_timer(l, &l->rest, on_rest);
	if (r >= 0)
		r = sd_event_add_io(l->event, NULL, l->uevents.fd, EPOLLIN, on_uevents, l);
	if (r >= 0)
		r = sd_event_set_watchdog(l->event, true);
	if (r < 0)
		return err_set(e, r, "cannot make an event loop: %s", strerror(-r));
	return watch_folders(l, e);
}

static void on_events(void *arg)
{
	struct loop *l = arg;

	serve_events(l->serve);
}

static void source_node(void *arg, struct buf *out)
{
	struct loop *l = arg;

	agent_node(l->agent, out);
	rest_after(l);
}

static uint64_t source_last(void *arg)
{
	return eventlog_last(((struct loop *)arg)->agent->publisher.log);
}

static uint64_t source_before(void *arg, uint32_t n)
{
	return eventlog_before(((struct loop *)arg)->agent->publisher.log, n);
}

static bool source_events(void *arg, uint64_t *cursor, size_t max, struct buf *out, uint64_t *ret_lost)
{
	return eventlog_read(((struct loop *)arg)->agent->publisher.log, cursor, max, out, ret_lost);
}

/* The socket that systemd opened for us, or one of our own. */
static int add_socket(struct loop *l, struct err *e)
{
	char path[1024];
	int fd = SD_LISTEN_FDS_START;

	l->source = (struct serve_source){.arg = l, .node = source_node, .last = source_last, .before = source_before,
					  .events = source_events};
	if (sd_listen_fds(1) < 1) {
		snprintf(path, sizeof(path), "%s/gpubayd.socket", l->agent->options->run_dir);
		fd = serve_listen(path, e);
	}
	if (fd < 0 || serve_new(l->event, fd, &l->source, NULL, &l->serve, e) < 0)
		return e->code;
	l->agent->publisher.on_events = on_events;
	l->agent->publisher.on_events_arg = l;
	return 0;
}

static void on_answered(void *arg, const struct buf *answer, const struct err *e)
{
	struct loop *l = arg;

	agent_answered(l->agent, answer, e);
	rest_after(l);
}

static int add_ask(struct loop *l, struct err *e)
{
	const struct agent_options *o = l->agent->options;
	char path[1024];
	int r;

	snprintf(path, sizeof(path), "%s/gone.socket", o->run_dir);
	r = ask_new(l->event, &(struct ask_options){.socket = path, .program = o->program, .root = o->root,
						    .deadline_us = o->patience_us, .done = on_answered, .arg = l}, &l->ask);
	return r < 0 ? err_set(e, r, "cannot make a timer: %s", strerror(-r)) : 0;
}

int loop_run(struct agent *a, struct err *e)
{
	struct loop l = {.agent = a, .uevents.fd = -1};
	int r;

	/* First listen, then look: nothing that happens meanwhile is missed. */
	r = uevents_open(&l.uevents, a->options->uevent_fd, e);
	if (r == 0)
		r = add_sources(&l, e);
	if (r == 0)
		r = add_socket(&l, e);
	if (r == 0)
		r = add_ask(&l, e);
	if (r == 0) {
		publish_agent(&a->publisher, EVENT_KIND_AGENT_STARTED, "gpubayd " GPUBAY_VERSION);
		look(&l);
		sd_notify(0, "READY=1");
		r = sd_event_loop(l.event);
		if (r < 0)
			err_set(e, r, "the event loop ended: %s", strerror(-r));
		sd_notify(0, "STOPPING=1");
		publish_agent(&a->publisher, EVENT_KIND_AGENT_STOPPED, "asked to end");
	}
	ask_free(l.ask);
	serve_free(l.serve);
	a->publisher.on_events = NULL;
	/* Each of these holds the loop as the loop holds it. */
	sd_event_source_unref(l.look);
	sd_event_source_unref(l.retry);
	sd_event_source_unref(l.rest);
	sd_event_source_unref(l.notes);
	sd_event_source_unref(l.nodes);
	sd_event_unref(l.event);
	if (l.uevents.fd >= 0)
		close(l.uevents.fd);
	return r;
}
