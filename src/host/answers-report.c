/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports: what a driver library says, asked by gpubay-probe as a worker. The answer is always one JSON document, the
 * worker's own where it came whole, else one that says what became of it; so a capture carries both alike.
 *
 * A key is KIND or KIND:ABOUT; what stands after the colon is the worker's first argument.
 */
#include "base/parse.h"
#include "format/json.h"
#include "host/answers-internal.h"
#include "host/worker.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

enum { AT_ONCE = 6 };

/* What each library may take. An NVIDIA GPU that nobody uses is initialized first, which takes seconds. */
static const struct {
	const char *kind;
	uint32_t deadline_ms;
	uint64_t memory_max;
} kinds[] = {
	{"nvml", 30000, UINT64_C(1) << 30},	    {"vulkan", 20000, UINT64_C(4) << 30},
	{"vulkan-files", 20000, UINT64_C(2) << 30}, {"va", 10000, UINT64_C(2) << 30},
	{"vpl", 20000, UINT64_C(4) << 30},	    {"level-zero", 20000, UINT64_C(4) << 30},
	{"opencl", 30000, UINT64_C(4) << 30},	    {"verbs", 10000, UINT64_C(2) << 30},
	{"rdma-test", 90000, UINT64_C(1) << 30},    {"nvcodec", 30000, UINT64_C(4) << 30},
};

/* Beside this program, in the build folder, or where it is installed. */
static const char *program(struct answers *an)
{
	static const char *const places[] = {
		"gpubay-probe", "../worker/gpubay-probe", "../libexec/gpubay-probe",
		"../lib/gpubay/gpubay-probe", "../../worker/gpubay-probe"};
	const char *own = secure_getenv("GPUBAY_PROBE");
	char exe[4096];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	unsigned i;

	if (own && *own)
		return own;
	exe[n > 0 ? n : 0] = '\0';
	if (strrchr(exe, '/'))
		*strrchr(exe, '/') = '\0';
	for (i = 0; i < ARRAY_LEN(places); i++) {
		const char *path = arena_printf(an->arena, "%s/%s", exe, places[i]);

		if (access(path, X_OK) == 0)
			return path;
	}
	return "/usr/libexec/gpubay-probe";
}

static const char *document(struct answers *an, const char *key, const char *outcome,
			    const struct worker *w, const char *message)
{
	json_t *j = json_pack("{s:s, s:s%, s:s, s:i, s:s}", "schema", "gpubay/report/v1", "kind",
			      key, strcspn(key, ":"), "outcome", outcome, "took_ms",
			      (int)w->took_ms, "message", message);
	const char *tail = utf8_clean(an->arena, w->tail, w->n_tail), *text;
	char *dumped;

	if (strchr(key, ':'))
		json_object_set_new(j, "about", json_string(strchr(key, ':') + 1));
	if (w->stuck)
		json_object_set_new(j, "stuck", json_true());
	if (*tail)
		json_object_set_new(j, "stderr_tail", json_string(tail));
	dumped = json_dumps(j, JSON_INDENT(1));
	text = arena_str(an->arena, dumped);
	free(dumped);
	json_decref(j);
	return text;
}

/* The worker's own words, if they are a report of that kind. */
static const char *own_words(struct answers *an, const char *key, const struct worker *w,
			     struct err *e)
{
	json_t *j CLEANUP(json_freep) = NULL;
	const char *kind, *text;
	char *dumped;

	if (json_read("report", w->out.p ? w->out.p : "", w->out.n, &j, e) < 0)
		return NULL;
	kind = json_get_str(j, "kind");
	if (!str_eq(json_get_str(j, "schema"), "gpubay/report/v1") || !kind ||
	    strlen(kind) != strcspn(key, ":") || memcmp(kind, key, strlen(kind)) != 0) {
		err_set(e, -EINVAL, "the document is no report of this kind");
		return NULL;
	}
	json_object_set_new(j, "took_ms", json_integer(w->took_ms));
	if (w->n_tail)
		json_object_set_new(j, "stderr_tail",
				    json_string(utf8_clean(an->arena, w->tail, w->n_tail)));
	dumped = json_dumps(j, JSON_INDENT(1));
	text = arena_str(an->arena, dumped ? dumped : "{}");
	free(dumped);
	return text;
}

static const char *say_signal(struct answers *an, int number)
{
	const char *name = sigabbrev_np(number);

	return name ? arena_printf(an->arena, "SIG%s", name) :
		      arena_printf(an->arena, "signal %d", number);
}

static const char *report_of(struct answers *an, const char *key, const struct worker *w)
{
	struct err e = {0};
	const char *text;

	switch (w->end) {
	case WORKER_END_EXITED:
		text = own_words(an, key, w, &e);
		if (text)
			return text;
		return document(
			an, key, "garbage", w,
			w->out.n ?
				arena_printf(an->arena, "the worker printed what is no report (%s)",
					     e.text) :
				arena_printf(an->arena,
					     "the worker ended with status %d and printed nothing",
					     w->status));
	case WORKER_END_CRASHED:
		return document(an, key, "crashed", w,
				arena_printf(an->arena, "the library died of %s",
					     say_signal(an, w->signal)));
	case WORKER_END_HUNG:
		return document(
			an, key, "hung", w,
			arena_printf(an->arena, "no answer within %u s%s", w->deadline_ms / 1000,
				     w->stuck ?
					     "; the worker hangs in the kernel and was left alone" :
					     ""));
	case WORKER_END_TOO_LONG:
		return document(an, key, "garbage", w, "the worker printed more than 16 MiB");
	case WORKER_END_TOO_BIG:
		return document(an, key, "crashed", w,
				arena_printf(an->arena,
					     "ended because it took more than %llu MiB of memory",
					     (unsigned long long)(w->memory_max >> 20)));
	default:
		return document(an, key, "not asked", w,
				arena_printf(an->arena, "cannot start '%s': %s", w->program,
					     strerror(w->error)));
	}
}

static void worker_fill(struct answers *an, struct worker *w, const char *key,
			const struct worker_identity *id)
{
	const char **argv = arena_alloc(an->arena, sizeof(*argv) * 4);
	const char *colon = strchr(key, ':');
	unsigned i;

	argv[0] = "gpubay-probe";
	argv[1] = arena_strn(an->arena, key, strcspn(key, ":"));
	argv[2] = colon ? colon + 1 : NULL;
	*w = (struct worker){.program = program(an), .argv = argv, .identity = id};
	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq(kinds[i].kind, argv[1])) {
			w->deadline_ms = kinds[i].deadline_ms;
			w->memory_max = kinds[i].memory_max;
		}
}

static bool is_known(const char *key)
{
	size_t n = strcspn(key, ":");
	unsigned i;

	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (strlen(kinds[i].kind) == n && memcmp(kinds[i].kind, key, n) == 0)
			return true;
	return false;
}

/* A shorter deadline for all: tests do not wait for half a minute. */
static void hurry(struct worker *w)
{
	const char *text = secure_getenv("GPUBAY_PROBE_DEADLINE_MS");
	uint32_t ms;

	if (text && parse_u32(text, 10, 600000, &ms) == 0 && ms)
		w->deadline_ms = ms;
}

void answer_reports(struct answers *an, const struct strs *keys, const char **ret)
{
	struct worker *w = xmalloc(sizeof(*w) * (keys->n ? keys->n : 1));
	struct worker_identity id;
	uint32_t i;

	worker_identity_get(&id);
	for (i = 0; i < keys->n; i++) {
		worker_fill(an, &w[i], keys->v[i], &id);
		hurry(&w[i]);
	}
	worker_run(w, keys->n, AT_ONCE);
	for (i = 0; i < keys->n; i++) {
		ret[i] = report_of(an, keys->v[i], &w[i]);
		worker_free(&w[i]);
	}
	free(w);
}

int answer_report(struct answers *an, const char *key, const char **ret)
{
	const struct strs one = {.v = &key, .n = 1};

	/* Whoever names the program wants it asked, whatever the tree: tests do. */
	if ((!an->tree->live && !secure_getenv("GPUBAY_PROBE")) || !is_known(key))
		return -ENODATA;
	answer_reports(an, &one, ret);
	return 0;
}
