/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gpubay watch: what happens to the GPUs, as the agent tells it. The number of the last event is remembered, so an agent
 * that is restarted meanwhile loses nothing for us.
 */
#include "base/parse.h"
#include "cli/cli.h"
#include "clients/agent.h"
#include "codec/event-json.h"
#include "codec/json.h"
#include "format/fields-json.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_MS = 10 * 1000, AGAIN_FIRST_MS = 100, AGAIN_MOST_MS = 2000, SHOWN_BEFORE = 10 };

struct watch {
	struct cli *c;
	struct agent_client agent;
	const char *socket;
	const char *gpu;  /* stable id, or text that is none yet; NULL: all */
	uint64_t address; /* of it; UINT64_MAX: not known */
	uint64_t last;    /* the number of the last event there was */
	bool follow;
	int status;       /* of the program */
};

static int no_agent(struct watch *w, const struct err *e)
{
	static const char told[] = "What it told before is in /var/lib/gpubay/events.";

	switch (e->code) {
	case -ENOENT:
	case -ECONNREFUSED:
		return cli_error(w->c, EXIT_UNREADABLE,
				 "the agent does not run, which is what tells of events (%s). Start it: systemctl start gpubayd. %s",
				 e->text, told);
	case -EACCES:
		return cli_error(w->c, EXIT_UNREADABLE,
				 "%s. Everybody may ask the agent unless somebody changed that: systemctl restart gpubayd.socket gpubayd",
				 e->text);
	case -EPIPE:
	case -ETIMEDOUT:
		return cli_error(w->c, EXIT_UNREADABLE, "%s. What is wrong with it: systemctl status gpubayd. %s", e->text, told);
	default: return cli_error(w->c, e->code == -ENAMETOOLONG ? EXIT_USAGE : EXIT_UNREADABLE, "%s", e->text);
	}
}

/* What answers is no agent, or one that was not started anew after an update. */
static int other_agent(const struct watch *w, const json_t *answer, struct err *e)
{
	const char *schema = json_get_str(answer, "schema"), *error = json_get_str(json_object_get(answer, "error"), "message");

	if (error)
		return err_set(e, -EBUSY, "the agent says: %s", error);
	if (schema && str_starts(schema, "gpubay/"))
		return err_set(e, -EPROTO, "what answers at '%s' is a gpubayd of another version than this gpubay (it says '%s'). Start "
					   "the installed one: systemctl restart gpubayd", w->socket, schema);
	return err_set(e, -EPROTO, "what answers at '%s' is not gpubayd", w->socket);
}

/* The number of the last event; the greeting of every connection. */
static int greet(struct watch *w, uint64_t *ret, struct err *e)
{
	json_t *j CLEANUP(json_freep) = NULL;
	const char *line;
	size_t n;
	int r = agent_client_open(&w->agent, w->socket, e);

	if (r == 0)
		r = agent_client_ask(&w->agent, "{\"get\":\"agent\"}", e);
	if (r == 0)
		r = agent_client_line(&w->agent, ANSWER_MS, &line, &n, e);
	if (r == 0)
		r = json_read("agent", line, n, &j, e);
	if (r == 0 && !str_eq(json_get_str(j, "schema"), "gpubay/agent/v1"))
		r = other_agent(w, j, e);
	if (r == 0)
		*ret = json_get_u64(j, "last", 0);
	return r;
}

/* Names of DRM nodes stand in the node document where a snapshot has indices. */
static void take_nodes(struct snapshot *s, struct gpu *g, const json_t *names)
{
	const json_t *name;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)names, i, name) {
		struct drm_node *d = LIST_PUSH(s->arena, &s->drm);

		FIELD_SET(d, drm_node, name, arena_str(s->arena, json_string_value(name)));
		u32s_add(s->arena, &g->drm, s->drm.n - 1);
	}
}

static struct snapshot *take_gpus(const json_t *doc)
{
	struct snapshot *s = snapshot_new();
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(doc, "gpus"), i, one) {
		struct gpu *g = LIST_PUSH(s->arena, &s->gpus);

		fields_read(s->arena, one, g, gpu_fields);
		g->id = g->id ? g->id : "";
		take_nodes(s, g, json_object_get(one, "drm"));
	}
	return s;
}

/* One that is not there may come: an address, or what looks like a stable id, can be waited for. */
static int gpu_to_come(struct watch *w, const char *text, const struct err *e)
{
	if (e->code != -ENODEV || (pci_addr_parse(text, &w->address) < 0 && (!strchr(text, '-') || strlen(text) < 6)))
		return cli_error(w->c, e->code == -ENODEV ? EXIT_NO_GPU : EXIT_USAGE, "%s%s", e->text,
				 e->code == -ENODEV ? "; one that is to come is named by its stable id or PCI address" : "");
	w->gpu = text;
	if (w->follow && !w->c->json)
		fprintf(stderr, "gpubay: %s now; waiting for it\n", e->text);
	return 0;
}

static int choose_gpu(struct watch *w, const char *text)
{
	json_t *j CLEANUP(json_freep) = NULL;
	struct snapshot *s CLEANUP(snapshot_freep) = NULL;
	struct err e = {0};
	const char *line;
	uint32_t i;
	size_t n;

	if (agent_client_ask(&w->agent, "{\"get\":\"node\"}", &e) < 0 ||
	    agent_client_line(&w->agent, ANSWER_MS, &line, &n, &e) < 0 || json_read("node", line, n, &j, &e) < 0)
		return cli_error(w->c, EXIT_UNREADABLE, "%s", e.text);
	s = take_gpus(j);
	i = snapshot_gpu_find(s, text, &e);
	if (i == NONE)
		return gpu_to_come(w, text, &e);
	w->gpu = arena_str(w->c->a, s->gpus.v[i].id);
	w->address = s->gpus.v[i].address;
	return 0;
}

static bool wanted(const struct watch *w, const struct event *e)
{
	if (!w->gpu)
		return true;
	if (e->gpu && str_starts(e->gpu, w->gpu))
		return true;
	if (w->address == UINT64_MAX || !FIELD_KNOWN(e, event, gpu))
		return false;
	return e->address == w->address || (FIELD_KNOWN(e, event, old_address) && e->old_address == w->address);
}

/* "2026-01-31T12:00:00.000Z" as the clock on the wall shows it. */
static const char *local_time(const char *text, char buf[static 32])
{
	struct tm tm = {0};
	time_t t;

	if (!text || !strptime(text, "%Y-%m-%dT%H:%M:%S", &tm))
		return "-";
	t = timegm(&tm);
	localtime_r(&t, &tm);
	strftime(buf, 32, "%Y-%m-%d %H:%M:%S", &tm);
	return buf;
}

static const char *colour_of(const struct cli *c, enum event_kind kind)
{
	unsigned weight = event_weight(kind);

	if (weight)
		return weight == 2 ? cli_red(c) : cli_yellow(c);
	return kind == EVENT_KIND_READY || kind == EVENT_KIND_RETURNED || kind == EVENT_KIND_SAFE_TO_UNPLUG ? cli_green(c) : "";
}

static void print_event(struct watch *w, const char *line, size_t n)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct cli *c = w->c;
	struct event event;
	struct err e = {0};
	const char *colour;
	char when[32];
	bool known;

	/* An agent that is newer than we are may tell of kinds that we do not know; who reads JSON may. */
	w->last = MAX(w->last, event_line_seq(line, n));
	known = event_read(a, line, n, &event, &e) == 0;
	if (known ? !wanted(w, &event) : !c->json || w->gpu)
		return;
	if (c->json) {
		buf_add(&c->out, line, n);
		buf_addc(&c->out, '\n');
	} else {
		colour = colour_of(c, event.kind);
		buf_addf(&c->out, "%s%s%s  %s%-17s%s  %s: %s\n", cli_dim(c), local_time(event.time, when), cli_plain(c), colour,
			 enum_name(&event_kind_tab, event.kind), *colour ? cli_plain(c) : "", event_subject(&event, a),
			 event.reason ? event.reason : "");
	}
	cli_flush(c);
}

static void tell(const struct watch *w, const char *text)
{
	if (!w->c->json)
		fprintf(stderr, "gpubay: %s\n", text);
}

/* A line that is no event. True: go on reading. */
static bool take_word(struct watch *w, const char *line, size_t n)
{
	json_t *j CLEANUP(json_freep) = NULL;
	struct err e = {0};
	const json_t *lost, *error;

	if (json_read("agent", line, n, &j, &e) < 0)
		return true;
	if (json_object_get(j, "end"))
		return false;
	lost = json_object_get(j, "lost");
	if (lost)
		tell(w, arena_printf(w->c->a, "events %llu to %llu are not kept any more",
				     (unsigned long long)json_get_u64(lost, "from", 0), (unsigned long long)json_get_u64(lost, "to", 0)));
	if (json_object_get(j, "reset")) {
		tell(w, "the agent's log was begun anew: this is all of it");
		w->last = 0;
	}
	error = json_object_get(j, "error");
	if (!error)
		return true;
	/* Dropped because our own output was not read: go on where we were. */
	if (!w->follow || !strstr(json_get_str(error, "message") ? json_get_str(error, "message") : "", "too long"))
		w->status = cli_error(w->c, EXIT_UNREADABLE, "the agent says: %s", json_get_str(error, "message"));
	return false;
}

/* Until the agent has said all, or hangs up. */
static void read_answer(struct watch *w)
{
	struct err e = {0};
	const char *line;
	size_t n;

	while (agent_client_line(&w->agent, w->follow ? -1 : ANSWER_MS, &line, &n, &e) == 0) {
		if (event_line_seq(line, n))
			print_event(w, line, n);
		else if (!take_word(w, line, n))
			return;
	}
	if (!w->follow)
		w->status = cli_error(w->c, EXIT_UNREADABLE, "%s", e.text);
}

/* Whatever goes wrong after the greeting shows when the answer is read. */
static void come_back(struct watch *w)
{
	unsigned wait_ms = AGAIN_FIRST_MS;
	struct err e;
	uint64_t last;

	agent_client_close(&w->agent);
	for (;;) {
		e = (struct err){0};
		if (greet(w, &last, &e) == 0)
			break;
		agent_client_close(&w->agent);
		if (wait_ms == AGAIN_FIRST_MS)
			tell(w, "the agent went away; waiting for it to come back");
		usleep(wait_ms * 1000);
		wait_ms = MIN(2 * wait_ms, (unsigned)AGAIN_MOST_MS);
	}
	(void)agent_client_ask(&w->agent,
			       arena_printf(w->c->a, "{\"get\":\"events\",\"since\":%llu,\"follow\":true}", (unsigned long long)w->last),
			       &e);
}

/* What is asked first: from a number on, or a few of the past. */
static int first_question(struct watch *w, const char **ret)
{
	const char *since = cli_value(w->c, "since"), *last = cli_value(w->c, "last");
	const char *follow = w->follow ? "true" : "false";
	uint32_t n = SHOWN_BEFORE;
	uint64_t from;

	if (since && last)
		return cli_error(w->c, EXIT_USAGE, "either --since or --last");
	if (since && parse_u64(since, 10, INT64_MAX, &from) < 0)
		return cli_error(w->c, EXIT_USAGE, "--since takes the number of an event, not '%s'", since);
	if (last && parse_u32(last, 10, INT32_MAX, &n) < 0)
		return cli_error(w->c, EXIT_USAGE, "--last takes a number, not '%s'", last);
	if (since || (!w->follow && !last))
		*ret = arena_printf(w->c->a, "{\"get\":\"events\",\"since\":%s,\"follow\":%s}", since ? since : "0", follow);
	else
		*ret = arena_printf(w->c->a, "{\"get\":\"events\",\"last\":%u,\"follow\":%s}", n, follow);
	return 0;
}

static int watch(struct watch *w)
{
	struct err e = {0};
	const char *question = NULL;
	int r = first_question(w, &question);

	if (r)
		return r;
	if (greet(w, &w->last, &e) < 0)
		return no_agent(w, &e);
	if (w->c->args.n && (r = choose_gpu(w, w->c->args.v[0])))
		return r;
	if (agent_client_ask(&w->agent, question, &e) < 0)
		return cli_error(w->c, EXIT_UNREADABLE, "%s", e.text);
	for (read_answer(w); w->follow && !w->status; read_answer(w))
		come_back(w);
	return w->status;
}

static int run(struct cli *c)
{
	struct watch w = {.c = c, .agent.fd = -1, .address = UINT64_MAX, .follow = !cli_flag(c, "once"),
			  .socket = cli_value(c, "socket") ? cli_value(c, "socket") : AGENT_SOCKET};
	int r = watch(&w);

	agent_client_close(&w.agent);
	return r;
}

static const struct opt options[] = {
	{"last", 'n', OPT_VALUE, "N", "begin with the last N events (10)"},
	{"since", 0, OPT_VALUE, "SEQ", "begin with what came after event number SEQ"},
	{"once", '1', OPT_FLAG, NULL, "print what there is, and end"},
	{"socket", 0, OPT_VALUE, "PATH", "the agent's socket (" AGENT_SOCKET ")"},
	{0},
};

const struct verb verb_watch = {
	.name = "watch",
	.args = "[GPU]",
	.summary = "what happens to the GPUs, as it happens, and why",
	.about =
		"Prints the last events and follows those that come: a GPU plugged in, ready, lost, removed, back; a box authorized; "
		"a display connected; each with its reason. The agent, gpubayd, tells them; when it is restarted meanwhile nothing is lost. "
		"With --once it prints the log and ends: all of it, or with --last or --since a part. With a GPU only what concerns it.",
	.opts = options,
	.max = 1,
	.no_source = true,
	.run = run,
};
