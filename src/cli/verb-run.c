/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a program on chosen GPUs: variables for those that listen, a /dev of its own for the others. */
#include "base/parse.h"
#include "cli/run.h"
#include "cli/words.h"
#include "facts/steer.h"
#include "host/isolate.h"
#include "host/program.h"
#include "plan/ways.h"

#include <errno.h>
#include <unistd.h>

/* As env and the shell have it: the program's own statuses end below these. */
enum { RUN_FAILED = 125, RUN_NOT_EXECUTABLE = 126, RUN_NOT_FOUND = 127 };

enum { PHASES = PROBE_LIST | PROBE_PCI_FULL | PROBE_FABRIC };

static const struct opt opts[] = {
	{"gpu", 0, OPT_VALUE, "LIST", "GPUs, as for show, or 'software'; without it the only ready one"},
	{"vulkan", 0, OPT_FLAG, NULL, "steer Vulkan and OpenGL"},
	{"media", 0, OPT_FLAG, NULL, "steer video encoding and decoding"},
	{"compute", 0, OPT_FLAG, NULL, "steer CUDA, ROCm and Level Zero"},
	{"isolate", 0, OPT_FLAG, NULL, "a /dev in which only these GPUs' nodes exist"},
	{"print", 0, OPT_OPTIONAL, "FORM", "print instead of running: shell, systemd, compose or quadlet"},
	{0},
};

static unsigned purposes(const struct cli *c)
{
	unsigned what = (cli_flag(c, "vulkan") ? STEER_VULKAN | STEER_GL : 0) | (cli_flag(c, "media") ? STEER_MEDIA : 0) |
			(cli_flag(c, "compute") ? STEER_COMPUTE : 0);

	return what ? what : STEER_ALL;
}

/* Whether what is printed or run can open other GPUs' nodes, and whether its files are this machine's. */
static unsigned where(const struct cli *c)
{
	const char *form = cli_value(c, "print") ? cli_value(c, "print") : "shell";
	unsigned image = str_eq(form, "compose") || str_eq(form, "quadlet") ? STEER_IMAGE : 0;

	return image | (image || str_eq(form, "systemd") || cli_flag(c, "isolate") ? STEER_CLOSED : 0);
}

/* Nodes alone are not enough of an NVIDIA GPU, unless the image holds its libraries in the version of this machine's module. */
static void warn_image(struct cli *c, const struct u32s *gpus, struct strs *ret)
{
	uint32_t i;

	for (i = 0; i < gpus->n; i++) {
		const struct gpu *g = &c->snap->gpus.v[gpus->v[i]];

		if (str_eq(g->driver, "nvidia"))
			strs_add(c->a, ret,
				 arena_printf(c->a, "images have no libraries of NVIDIA's driver: name the CDI device nvidia.com/gpu=%s ('gpubay cdi "
						    "generate') in the place of these nodes", say_addr(c, g->address)));
	}
}

static int only_ready(struct cli *c, struct u32s *ret)
{
	uint32_t i;

	for (i = 0; i < c->snap->gpus.n; i++)
		if (c->snap->gpus.v[i].state == GPU_STATE_READY)
			u32s_add(c->a, ret, i);
	if (ret->n == 0)
		return cli_error(c, RUN_FAILED, "no GPU is ready; see 'gpubay'; --gpu software renders on the processor");
	if (ret->n > 1)
		return cli_error(c, RUN_FAILED, "%u GPUs are ready; say which with --gpu ('gpubay list' shows them)", ret->n);
	return 0;
}

static int choose(struct cli *c, struct u32s *ret)
{
	struct strs wanted = cli_values(c, "gpu");
	uint32_t i, gpu;
	int r;

	*ret = (struct u32s){0};
	if (wanted.n == 0)
		return only_ready(c, ret);
	if (wanted.n == 1 && facts_is_software(wanted.v[0])) {
		u32s_add(c->a, ret, NONE);
		return 0;
	}
	for (i = 0; i < wanted.n; i++) {
		if (facts_is_software(wanted.v[i]))
			return cli_error(c, EXIT_USAGE, "'%s' is no GPU: give it alone", wanted.v[i]);
		gpu = cli_gpu(c, wanted.v[i], &r);
		if (gpu == NONE)
			return cli_value(c, "print") || c->json || cli_flag(c, "print") ? r : RUN_FAILED;
		if (c->snap->gpus.v[gpu].state != GPU_STATE_READY && !cli_flag(c, "print"))
			return cli_error(c, RUN_FAILED, "%s is %s; see 'gpubay show %s'", say_addr(c, c->snap->gpus.v[gpu].address),
					 enum_name(&gpu_state_tab, c->snap->gpus.v[gpu].state), wanted.v[i]);
		if (!u32s_has(ret, gpu))
			u32s_add(c->a, ret, gpu);
	}
	return 0;
}

/* NVIDIA's own name of a GPU, where only its library knows it. */
static int ask(struct cli *c, struct u32s *gpus)
{
	unsigned kinds = steer_reports(c->snap, gpus, purposes(c));

	if (!kinds)
		return 0;
	cli_reports(c, PHASES, kinds, gpus->n == 1 ? gpus->v[0] : NONE);
	/* The new snapshot may have other numbers. */
	return choose(c, gpus);
}

/* Manifests in the folders that every loader looks into (reference: Vulkan-Loader, LoaderDriverInterface.md). */
static struct strs find_icds(struct cli *c)
{
	static const char *const folders[] = {"etc/vulkan/icd.d", "usr/local/share/vulkan/icd.d", "usr/share/vulkan/icd.d"};
	struct strs all = {0}, names;
	unsigned i;
	uint32_t k;

	for (i = 0; i < ARRAY_LEN(folders); i++)
		if (tree_list(&c->tree->root, folders[i], c->a, &names) == 0)
			for (k = 0; k < names.n; k++)
				if (str_ends(names.v[k], ".json"))
					strs_add(c->a, &all, arena_printf(c->a, "/%s/%s", folders[i], names.v[k]));
	return all;
}

/* Bytes of a limit here; false where this source cannot say. */
static bool limit_now(struct cli *c, const char *key, uint64_t *ret)
{
	const char *s;

	if (tree_answer(c->tree, c->a, "limits", key, &s) < 0)
		return false;
	return parse_u64n(s, strcspn(s, " "), 10, UINT64_MAX, ret) == 0;
}

static void warn_limits(struct cli *c, const struct u32s *gpus, unsigned what, struct strs *ret)
{
	const struct facts_run_limit *row;
	uint32_t peers = ways_peers(c->snap, gpus);
	const char *done = NULL;
	uint64_t bytes;

	for (row = facts_run_limits; row->key; row++) {
		if (str_eq(done, row->key) || !(row->what & what) || peers < row->gpus)
			continue;
		done = row->key;
		if (limit_now(c, row->key, &bytes) && bytes < row->enough)
			strs_add(c->a, ret,
				 arena_printf(c->a, "%s is %s: %s; %s", row->name, say_bytes(c, bytes), row->why, row->remedy));
	}
}

/* GPUs that compute together move data between them. */
static void warn_ways(struct cli *c, const struct u32s *gpus, unsigned what, struct strs *ret)
{
	struct path_list ways = {0};
	struct topo t;

	if (gpus->n < 2 || !(what & STEER_COMPUTE))
		return;
	topo_compute(c->snap, c->a, &t);
	ways_between(c->snap, &t, gpus, c->a, &ways, ret);
}

/* 0, or an exit status where there is nothing that could be steered. */
static int make_plan(struct cli *c, const struct u32s *gpus, unsigned what, struct run_plan *ret)
{
	struct strs icds = find_icds(c);
	bool software = gpus->n == 1 && gpus->v[0] == NONE, drivers = false;
	uint32_t i;

	*ret = (struct run_plan){0};
	steer_plan(c->snap, gpus, what | where(c), &icds, c->a, &ret->vars);
	ret->nodes = steer_nodes(c->snap, gpus, c->a);
	for (i = 0; i < ret->vars.n; i++)
		drivers |= str_eq(ret->vars.v[i].name, "VK_DRIVER_FILES");
	if (software && what & STEER_VULKAN && !drivers && !(where(c) & STEER_IMAGE))
		return cli_error(c, RUN_FAILED, "no software driver for Vulkan is installed; Debian's mesa-vulkan-drivers has one");
	if (software && ret->vars.n == 0)
		return cli_error(c, RUN_FAILED, "the software driver is for --vulkan; nothing here steers a program to it for the rest");
	if (software)
		return 0;
	warn_limits(c, gpus, what, &ret->warnings);
	warn_ways(c, gpus, what, &ret->warnings);
	if (where(c) & STEER_IMAGE)
		warn_image(c, gpus, &ret->warnings);
	return 0;
}

/* What steers by a path is not heard there; a /dev of its own is. */
static void warn_privileged(struct cli *c, const struct run_plan *plan, struct strs *ret)
{
	const char *file = program_find(c->a, c->args.v[0]);
	uint32_t i;

	if (!file || !program_is_privileged(file) || cli_flag(c, "isolate"))
		return;
	for (i = 0; i < plan->vars.n; i++)
		if (str_eq(plan->vars.v[i].name, "VK_DRIVER_FILES") ||
		    str_eq(plan->vars.v[i].name, "LIBVA_DRIVER_NAME"))
			strs_add(c->a, ret,
				 arena_printf(c->a, "%s has privileges of its own (setuid, setgid or file capabilities), so it ignores %s; "
						    "--isolate works all the same", file, plan->vars.v[i].name));
}

static int start(struct cli *c, struct run_plan *plan)
{
	const struct steer_var_list *vars = &plan->vars;
	char **argv = arena_alloc(c->a, (c->args.n + 1) * sizeof(*argv));
	struct err e = {0};
	uint32_t i;

	warn_privileged(c, plan, &plan->warnings);
	for (i = 0; i < plan->warnings.n; i++)
		fprintf(stderr, "gpubay: warning: %s\n", plan->warnings.v[i]);
	for (i = 0; i < vars->n; i++)
		setenv(vars->v[i].name, vars->v[i].value, 1);
	for (i = 0; i < c->args.n; i++)
		argv[i] = arena_str(c->a, c->args.v[i]);
	if (cli_flag(c, "isolate") && isolate_dev(&plan->nodes, &e) < 0)
		return cli_error(c, RUN_FAILED, "%s", e.text);
	execvp(argv[0], argv);
	return cli_error(c, errno == ENOENT ? RUN_NOT_FOUND : RUN_NOT_EXECUTABLE, "cannot run '%s': %s", argv[0], strerror(errno));
}

static int run(struct cli *c)
{
	const char *form = cli_value(c, "print") ? cli_value(c, "print") : "shell";
	bool print = cli_flag(c, "print") || c->json;
	struct run_plan plan;
	struct u32s gpus;
	int r = cli_open(c);

	if (r)
		return r;
	if (c->source != SOURCE_LIVE && !print)
		return cli_error(c, EXIT_USAGE, "programs run on this machine; for another one there is --print");
	if (c->args.n == 0 && !print)
		return cli_error(c, EXIT_USAGE, "gpubay run needs a program: gpubay run --gpu 0 -- PROGRAM");
	r = cli_snapshot(c, PHASES);
	if (r == 0)
		r = choose(c, &gpus);
	if (r == 0)
		r = ask(c, &gpus);
	if (r == 0)
		r = make_plan(c, &gpus, purposes(c), &plan);
	if (r)
		return r;
	return print ? run_print(c, form, &plan) : start(c, &plan);
}

const struct verb verb_run = {
	.name = "run",
	.args = "[-- PROGRAM [ARGUMENT...]]",
	.summary = "run a program on chosen GPUs",
	.about = "Sets the variables that steer Vulkan, OpenGL, VA-API, CUDA, ROCm and Level Zero to the chosen GPUs and runs the "
		 "program; GPUs of other makers are hidden where a variable can. Variables only steer a willing program: with --isolate "
		 "it gets a /dev in which only these GPUs' nodes exist. --gpu software takes no GPU but the software renderer. "
		 "With --print nothing is run: the settings are printed for a shell, a systemd unit, a compose file or a Quadlet. "
		 "The status is the program's own; 125 to 127 are gpubay's failures.",
	.opts = opts,
	.max = 4096,
	.run = run,
};
