/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gpubay-act: what root may do with gpubay, for others whom polkit allows it, over D-Bus (gpubay-act(8)).
 *
 * It decides nothing about GPUs. It asks polkit, runs the very program that root would run, with words made of checked
 * options, and gives the caller the reading end of a pipe: each step as a line of JSON, the outcome last. What was begun
 * is finished, also when the caller hangs up. It ends when nothing was asked for a while.
 */
#include "act/method.h"
#include "base/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#define NAME "org.gpubay.Act1"
#define OBJECT "/org/gpubay/Act1"

enum { JOBS_MAX = 16, PIPE_BYTES = 1 << 20, SECOND_US = 1000 * 1000 };

struct act {
	sd_event *event;
	sd_bus *bus;
	sd_event_source *idle;
	unsigned jobs;
	const char *program;
	uint64_t idle_s;
	uint64_t ask_s, ask_person_s; /* how long polkit may take; where it asks a person */
};

/* One call, from its arrival to the end of the program. */
struct job {
	struct act *act;
	struct arena *a;
	const struct method *method;
	struct strs words;
	sd_bus_message *call;
	sd_bus_slot *asking;
	pid_t pid;
};

static void rest(struct act *act)
{
	uint64_t now;

	if (act->jobs)
		return;
	sd_event_now(act->event, CLOCK_MONOTONIC, &now);
	sd_event_source_set_time(act->idle, now + act->idle_s * SECOND_US);
	sd_event_source_set_enabled(act->idle, SD_EVENT_ONESHOT);
}

static struct job *job_new(struct act *act, sd_bus_message *call)
{
	struct job *j = xmalloc(sizeof(*j));

	*j = (struct job){.act = act, .a = arena_new(), .call = sd_bus_message_ref(call),
			  .method = method_find(sd_bus_message_get_member(call))};
	act->jobs++;
	sd_event_source_set_enabled(act->idle, SD_EVENT_OFF);
	return j;
}

static void job_free(struct job *j)
{
	struct act *act = j->act;

	sd_bus_slot_unref(j->asking);
	sd_bus_message_unref(j->call);
	arena_free(j->a);
	free(j);
	act->jobs--;
	rest(act);
}

/* Tells the caller that nothing was done. */
static void refuse(struct job *j, const char *error, const char *text)
{
	sd_bus_reply_method_errorf(j->call, error, "%s", text);
	job_free(j);
}

static int on_end(sd_event_source *s, const siginfo_t *si, void *arg)
{
	sd_event_source_unref(s);
	job_free(arg);
	return 0;
}

static int spawn(struct job *j, int out)
{
	static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	char *env[] = {path, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none;
	int r;

	strs_add(j->a, &j->words, NULL);
	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawnattr_init(&how);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
	r = posix_spawn(&j->pid, j->words.v[0], &files, &how, (char **)(uintptr_t)j->words.v, env);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	return -r;
}

static void begin(struct job *j)
{
	sd_event_source *child = NULL;
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		refuse(j, SD_BUS_ERROR_LIMITS_EXCEEDED, "no pipe can be made");
		return;
	}
	/* A caller that does not read must not stop what is half done. */
	(void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES);
	r = spawn(j, ends[1]);
	close(ends[1]);
	if (r < 0) {
		refuse(j, SD_BUS_ERROR_FAILED, arena_printf(j->a, "cannot run '%s': %s", j->words.v[0], strerror(-r)));
	} else {
		sd_bus_reply_method_return(j->call, "h", ends[0]);
		if (sd_event_add_child(j->act->event, &child, j->pid, WEXITED, on_end, j) < 0)
			job_free(j);
	}
	close(ends[0]);
}

static const char *why_not_asked(struct job *j, const sd_bus_error *e)
{
	if (sd_bus_error_has_name(e, SD_BUS_ERROR_SERVICE_UNKNOWN) || sd_bus_error_has_name(e, SD_BUS_ERROR_NAME_HAS_NO_OWNER))
		return "polkit does not run here, and only it could allow this to others than root";
	if (sd_bus_error_has_name(e, SD_BUS_ERROR_NO_REPLY) || sd_bus_error_has_name(e, SD_BUS_ERROR_TIMEOUT))
		return "polkit did not answer in time; nothing was done";
	return arena_printf(j->a, "polkit could not be asked: %s", e->message ? e->message : e->name);
}

static int on_answer(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct job *j = arg;
	int allowed = 0, challenge = 0;

	if (sd_bus_message_is_method_error(m, NULL))
		refuse(j, SD_BUS_ERROR_ACCESS_DENIED, why_not_asked(j, sd_bus_message_get_error(m)));
	else if (sd_bus_message_enter_container(m, 'r', "bba{ss}") < 0 || sd_bus_message_read(m, "bb", &allowed, &challenge) < 0)
		refuse(j, SD_BUS_ERROR_ACCESS_DENIED, "polkit gave an answer that cannot be read");
	else if (allowed)
		begin(j);
	else
		refuse(j, SD_BUS_ERROR_ACCESS_DENIED,
		       arena_printf(j->a, "polkit does not allow it to you (%s)%s", j->method->action,
				    challenge ? ": it would ask for a password, and there is nobody here who could show the question" : ""));
	return 1;
}

static int ask_polkit(struct job *j)
{
	bool person = sd_bus_message_get_allow_interactive_authorization(j->call) > 0;
	sd_bus_message *m = NULL;
	int r = sd_bus_message_new_method_call(j->act->bus, &m, "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
					       "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization");

	if (r >= 0)
		r = sd_bus_message_append(m, "(sa{sv})sa{ss}us", "system-bus-name", 1, "name", "s", sd_bus_message_get_sender(j->call),
					  j->method->action, 0, person ? 1 : 0, "");
	if (r >= 0)
		r = sd_bus_call_async(j->act->bus, &j->asking, m, on_answer, j,
				      (person ? j->act->ask_person_s : j->act->ask_s) * SECOND_US);
	sd_bus_message_unref(m);
	return r;
}

/* "stop": true is --stop, "timeout": 5 is --timeout=5; false says nothing. */
static int read_option(struct job *j, const char *name, struct strs *ret, struct err *e)
{
	const struct method_option *o = method_option_find(j->method, name);
	char type[2] = {o ? o->type : 0};
	union {
		int b;
		uint32_t u;
	} v;

	if (!o)
		return err_set(e, -EINVAL, "%s has no option '%.40s'", j->method->name, name);
	if (sd_bus_message_enter_container(j->call, 'v', type) <= 0)
		return err_set(e, -EINVAL, "option '%s' must be of type '%s'", name, type);
	if (sd_bus_message_read_basic(j->call, o->type, &v) < 0 || sd_bus_message_exit_container(j->call) < 0)
		return -EBADMSG;
	if (o->type == 'u')
		strs_add(j->a, ret, arena_printf(j->a, "--%s=%u", o->name, v.u));
	else if (v.b)
		strs_add(j->a, ret, arena_printf(j->a, "--%s", o->name));
	return 0;
}

static int read_options(struct job *j, struct strs *ret, struct err *e)
{
	const char *name;
	int r = sd_bus_message_enter_container(j->call, 'a', "{sv}");

	while (r >= 0 && (r = sd_bus_message_enter_container(j->call, 'e', "sv")) > 0) {
		r = sd_bus_message_read_basic(j->call, 's', &name);
		if (r >= 0)
			r = read_option(j, name, ret, e);
		if (r >= 0)
			r = sd_bus_message_exit_container(j->call);
	}
	return r < 0 ? r : 0;
}

static int read_call(struct job *j, struct err *e)
{
	const char *args[METHOD_ARGS_MAX];
	struct strs options = {0};
	unsigned i;
	int r = 0;

	for (i = 0; i < j->method->args && r >= 0; i++)
		r = sd_bus_message_read_basic(j->call, 's', &args[i]);
	if (r >= 0)
		r = read_options(j, &options, e);
	if (r >= 0)
		r = method_words(j->method, j->act->program, &options, args, j->a, &j->words, e);
	return r < 0 ? err_set(e, r, "the call cannot be read") : 0;
}

static int on_call(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	struct act *act = arg;
	struct err e = {0};
	struct job *j;

	if (act->jobs == JOBS_MAX)
		return sd_bus_error_setf(ret_error, SD_BUS_ERROR_LIMITS_EXCEEDED, "%d calls are at work", JOBS_MAX);
	j = job_new(act, m);
	if (read_call(j, &e) < 0)
		refuse(j, SD_BUS_ERROR_INVALID_ARGS, e.text);
	else if (ask_polkit(j) < 0)
		refuse(j, SD_BUS_ERROR_ACCESS_DENIED, "polkit cannot be asked");
	return 1;
}

/* Who is asked is allowed or not by polkit, not by sd-bus, which lets in root alone unless told otherwise. */
static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("Eject", SD_BUS_ARGS("s", gpu, "a{sv}", options), SD_BUS_RESULT("h", output), on_call,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Attach", SD_BUS_ARGS("s", what, "a{sv}", options), SD_BUS_RESULT("h", output), on_call,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Give", SD_BUS_ARGS("s", container, "s", gpu, "a{sv}", options), SD_BUS_RESULT("h", output), on_call,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("TakeBack", SD_BUS_ARGS("s", container, "s", gpu, "a{sv}", options), SD_BUS_RESULT("h", output), on_call,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Trust", SD_BUS_ARGS("s", change, "s", box, "a{sv}", options), SD_BUS_RESULT("h", output), on_call,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

/* First the name is given back, so that the next call starts another; what had come in before is still answered. */
static int on_idle(sd_event_source *s, uint64_t usec, void *arg)
{
	struct act *act = arg;

	sd_bus_release_name(act->bus, NAME);
	while (sd_bus_process(act->bus, NULL) > 0)
		;
	if (!act->jobs)
		return sd_event_exit(act->event, 0);
	return sd_bus_request_name(act->bus, NAME, 0) < 0 ? sd_event_exit(act->event, 1) : 0;
}

static int on_signal(sd_event_source *s, const struct signalfd_siginfo *si, void *arg)
{
	return sd_event_exit(sd_event_source_get_event(s), 0);
}

static int on_disconnected(sd_bus_message *m, void *arg, sd_bus_error *ret_error)
{
	return sd_event_exit(((struct act *)arg)->event, 1);
}

static int set_up(struct act *act, struct err *e)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGCHLD};
	sigset_t set;
	unsigned i;
	int r;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_LEN(signals); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	r = sd_event_new(&act->event);
	for (i = 0; i < 2 && r >= 0; i++)
		r = sd_event_add_signal(act->event, NULL, signals[i], on_signal, NULL);
	if (r >= 0)
		r = sd_event_add_time(act->event, &act->idle, CLOCK_MONOTONIC, 0, 0, on_idle, act);
	if (r < 0)
		return err_set(e, r, "cannot make an event loop: %s", strerror(-r));
	r = sd_bus_open_system(&act->bus);
	if (r < 0)
		return err_set(e, r, "cannot reach the system bus: %s", strerror(-r));
	r = sd_bus_add_object_vtable(act->bus, NULL, OBJECT, NAME, vtable, act);
	if (r >= 0)
		r = sd_bus_match_signal(act->bus, NULL, "org.freedesktop.DBus.Local", "/org/freedesktop/DBus/Local",
					"org.freedesktop.DBus.Local", "Disconnected", on_disconnected, act);
	if (r >= 0)
		r = sd_bus_attach_event(act->bus, act->event, 0);
	if (r >= 0)
		r = sd_bus_request_name(act->bus, NAME, 0);
	return r < 0 ? err_set(e, r, "cannot be '%s' on the system bus: %s", NAME, strerror(-r)) : 0;
}

static void tear_down(struct act *act)
{
	sd_event_source_disable_unref(act->idle);
	sd_bus_flush_close_unref(act->bus);
	sd_event_unref(act->event);
}

static const char usage[] =
	"usage: gpubay-act [OPTION...]\n"
	"\n"
	"Ejects and attaches GPUs for users whom polkit allows it. The system bus starts\n"
	"it when it is needed; 'gpubay eject' and 'gpubay attach' ask it.\n"
	"\n"
	"  --idle SECONDS     end when nothing was asked for so long (30)\n"
	"  --polkit SECONDS   how long polkit may take (25; where it asks a person, 180)\n"
	"  --program PATH     the gpubay that is run\n"
	"  --help, --version\n";

/* -1: go on; else the exit status. */
static int parse(int argc, char **argv, struct act *act)
{
	enum { IDLE = 1, POLKIT, PROGRAM, HELP, VERSION };
	static const struct option longs[] = {{"idle", required_argument, NULL, IDLE},   {"polkit", required_argument, NULL, POLKIT},
					      {"program", required_argument, NULL, PROGRAM}, {"help", no_argument, NULL, HELP},
					      {"version", no_argument, NULL, VERSION},	 {0}};
	int opt, bad = 0;

	while (!bad && (opt = getopt_long(argc, argv, "", longs, NULL)) >= 0) {
		switch (opt) {
		case IDLE: bad = parse_u64(optarg, 10, 86400, &act->idle_s); break;
		case POLKIT:
			bad = parse_u64(optarg, 10, 86400, &act->ask_s);
			act->ask_person_s = act->ask_s;
			break;
		case PROGRAM: act->program = optarg; break;
		case HELP: fputs(usage, stdout); return 0;
		case VERSION: puts("gpubay-act " GPUBAY_VERSION); return 0;
		default: bad = 1;
		}
	}
	if (!bad && optind == argc)
		return -1;
	fputs("gpubay-act: see 'gpubay-act --help'\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct act act = {.program = GPUBAY_PROGRAM, .idle_s = 30, .ask_s = 25, .ask_person_s = 180};
	struct err e = {0};
	int r = parse(argc, argv, &act);

	if (r >= 0)
		return r;
	r = set_up(&act, &e);
	if (r == 0) {
		sd_notify(0, "READY=1");
		rest(&act);
		r = sd_event_loop(act.event);
	} else {
		fprintf(stderr, "gpubay-act: %s\n", e.text);
	}
	tear_down(&act);
	return r ? 1 : 0;
}
