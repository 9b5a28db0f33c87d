/* SPDX-License-Identifier: Apache-2.0 */
/* gpubayd: watches the GPUs of this node, keeps the CDI specs true and tells what changed. It changes nothing in /sys. */
#include "agent/loop.h"

#include "base/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DONE = 0, FAILED = 1, USAGE = 2 };

static const char usage[] =
	"usage: gpubayd [OPTION...]\n"
	"\n"
	"Watches the GPUs of this node: keeps the CDI specs in step with what is there,\n"
	"and tells what changed to 'gpubay watch'.\n"
	"\n"
	"  --once            look once, write the CDI specs, and end\n"
	"  --root DIR        a tree below DIR instead of this machine\n"
	"  --state-dir DIR   what is kept over a restart (/var/lib/gpubay)\n"
	"  --run-dir DIR     socket and notes (/run/gpubay)\n"
	"  --cdi-dir DIR     where CDI specs are written (/run/cdi)\n"
	"  --uevent-fd N     read uevents from descriptor N, not from the kernel\n"
	"  --program PATH    the gpubay that is run when a GPU was pulled, where systemd\n"
	"                    does not start it\n"
	"  --patience SECONDS  how long that may take (60)\n"
	"  --help, --version\n";

enum { OPT_ONCE = 1, OPT_ROOT, OPT_STATE, OPT_RUN, OPT_CDI, OPT_UEVENT_FD, OPT_PROGRAM, OPT_PATIENCE, OPT_HELP, OPT_VERSION };

static const struct option longs[] = {
	{"once", no_argument, NULL, OPT_ONCE},
	{"root", required_argument, NULL, OPT_ROOT},
	{"state-dir", required_argument, NULL, OPT_STATE},
	{"run-dir", required_argument, NULL, OPT_RUN},
	{"cdi-dir", required_argument, NULL, OPT_CDI},
	{"uevent-fd", required_argument, NULL, OPT_UEVENT_FD},
	{"program", required_argument, NULL, OPT_PROGRAM},
	{"patience", required_argument, NULL, OPT_PATIENCE},
	{"help", no_argument, NULL, OPT_HELP},
	{"version", no_argument, NULL, OPT_VERSION},
	{0},
};

static int parse_fd(const char *text, struct agent_options *o)
{
	uint32_t fd;

	if (parse_u32(text, 10, 65535, &fd) < 0 || fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0) {
		fprintf(stderr, "gpubayd: '%s' is no open descriptor\n", text);
		return USAGE;
	}
	o->uevent_fd = (int)fd;
	return DONE;
}

static int parse_patience(const char *text, struct agent_options *o)
{
	uint64_t seconds;

	if (parse_u64(text, 10, 86400, &seconds) < 0 || !seconds) {
		fprintf(stderr, "gpubayd: --patience takes seconds, not '%s'\n", text);
		return USAGE;
	}
	o->patience_us = seconds * 1000000;
	return DONE;
}

static int misunderstood(const char *word)
{
	fprintf(stderr, "gpubayd: '%s' is not understood; see 'gpubayd --help'\n", word);
	return USAGE;
}

/* -1: go on; else the exit status. */
static int parse(int argc, char **argv, struct agent_options *o)
{
	int opt;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, "", longs, NULL)) >= 0) {
		switch (opt) {
		case OPT_ONCE: o->once = true; break;
		case OPT_ROOT: o->root = optarg; break;
		case OPT_STATE: o->state_dir = optarg; break;
		case OPT_RUN: o->run_dir = optarg; break;
		case OPT_CDI: o->cdi_dir = optarg; break;
		case OPT_UEVENT_FD:
			if (parse_fd(optarg, o))
				return USAGE;
			break;
		case OPT_PROGRAM: o->program = optarg; break;
		case OPT_PATIENCE:
			if (parse_patience(optarg, o))
				return USAGE;
			break;
		case OPT_HELP: fputs(usage, stdout); return DONE;
		case OPT_VERSION: puts("gpubayd " GPUBAY_VERSION); return DONE;
		default: return misunderstood(argv[optind - 1]);
		}
	}
	return optind < argc ? misunderstood(argv[optind]) : -1;
}

/* Folders that were not named lie where the system has them, below the root. */
static void complete(struct agent_options *o, struct arena *a)
{
	char *root = arena_str(a, o->root ? o->root : "");
	size_t n = strlen(root);

	while (n && root[n - 1] == '/')
		root[--n] = '\0';
	o->root = root;
	o->state_dir = o->state_dir ? o->state_dir : arena_printf(a, "%s/var/lib/gpubay", root);
	o->run_dir = o->run_dir ? o->run_dir : arena_printf(a, "%s/run/gpubay", root);
	o->cdi_dir = o->cdi_dir ? o->cdi_dir : arena_printf(a, "%s/run/cdi", root);
}

int main(int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct agent_options options = {.uevent_fd = -1, .program = GPUBAY_PROGRAM, .patience_us = 60 * 1000 * 1000};
	struct agent agent;
	struct err e = {0};
	int r = parse(argc, argv, &options);

	if (r >= 0)
		return r;
	complete(&options, arena);
	umask(022);
	signal(SIGPIPE, SIG_IGN);
	r = agent_open(&agent, &options, &e);
	if (r == 0 && options.once)
		agent_look(&agent);
	else if (r == 0)
		r = loop_run(&agent, &e);
	agent_close(&agent);
	if (r < 0)
		say(SAY_ERROR, "%s", e.text);
	return r < 0 ? FAILED : DONE;
}
