/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a program on chosen GPUs: variables for those that listen, a /dev of its own for the others. */
#include "base/parse.h"
#include "cli/words.h"
#include "codec/json.h"
#include "facts/steer.h"
#include "host/isolate.h"
#include "plan/steer.h"

#include <errno.h>
#include <unistd.h>

/* As env and the shell have it: the program's own statuses end below these. */
enum { RUN_FAILED = 125, RUN_NOT_EXECUTABLE = 126, RUN_NOT_FOUND = 127 };

static const struct opt opts[] = {
	{"gpu", 0, OPT_VALUE, "LIST", "GPUs, as for show; without it the only ready one"},
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

static int only_ready(struct cli *c, struct u32s *ret)
{
	uint32_t i;

	for (i = 0; i < c->snap->gpus.n; i++)
		if (c->snap->gpus.v[i].state == GPU_STATE_READY)
			u32s_add(c->a, ret, i);
	if (ret->n == 0)
		return cli_error(c, RUN_FAILED, "no GPU is ready; see 'gpubay'");
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
	for (i = 0; i < wanted.n; i++) {
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

static void print_shell(struct cli *c, const struct steer_var_list *vars, const struct strs *nodes)
{
	uint32_t i;

	for (i = 0; i < vars->n; i++)
		buf_addf(&c->out, "export %s='%s'  # %s\n", vars->v[i].name, vars->v[i].value, vars->v[i].note);
	(void)nodes;
}

static void print_systemd(struct cli *c, const struct steer_var_list *vars, const struct strs *nodes)
{
	uint32_t i;

	buf_adds(&c->out, "[Service]\n");
	for (i = 0; i < vars->n; i++)
		buf_addf(&c->out, "Environment=\"%s=%s\"\n", vars->v[i].name, vars->v[i].value);
	buf_adds(&c->out, "DevicePolicy=closed\n");
	for (i = 0; i < nodes->n; i++)
		buf_addf(&c->out, "DeviceAllow=%s rw\n", nodes->v[i]);
}

static void print_compose(struct cli *c, const struct steer_var_list *vars, const struct strs *nodes)
{
	uint32_t i;

	buf_adds(&c->out, "    environment:\n");
	for (i = 0; i < vars->n; i++)
		buf_addf(&c->out, "      %s: \"%s\"\n", vars->v[i].name, vars->v[i].value);
	buf_adds(&c->out, "    devices:\n");
	for (i = 0; i < nodes->n; i++)
		buf_addf(&c->out, "      - %s:%s\n", nodes->v[i], nodes->v[i]);
}

static void print_quadlet(struct cli *c, const struct steer_var_list *vars, const struct strs *nodes)
{
	uint32_t i;

	buf_adds(&c->out, "[Container]\n");
	for (i = 0; i < vars->n; i++)
		buf_addf(&c->out, "Environment=%s=%s\n", vars->v[i].name, vars->v[i].value);
	for (i = 0; i < nodes->n; i++)
		buf_addf(&c->out, "AddDevice=%s\n", nodes->v[i]);
}

static const struct form {
	const char *name;
	void (*print)(struct cli *c, const struct steer_var_list *vars, const struct strs *nodes);
} forms[] = {{"shell", print_shell}, {"systemd", print_systemd}, {"compose", print_compose}, {"quadlet", print_quadlet}};

static int print_form(struct cli *c, const struct steer_var_list *vars, const struct strs *nodes)
{
	const char *wanted = cli_value(c, "print") ? cli_value(c, "print") : "shell";
	unsigned i;

	if (c->json) {
		json_t *doc = json_document("run"), *list = json_array();
		uint32_t k;

		json_object_set_new(doc, "environment",
				    json_array_of(c->snap, vars->v, vars->n, sizeof(*vars->v), steer_var_fields));
		for (k = 0; k < nodes->n; k++)
			json_array_append_new(list, json_string(nodes->v[k]));
		json_object_set_new(doc, "nodes", list);
		json_print(doc, &c->out);
		return EXIT_DONE;
	}
	for (i = 0; i < ARRAY_LEN(forms); i++)
		if (str_eq(forms[i].name, wanted)) {
			forms[i].print(c, vars, nodes);
			return EXIT_DONE;
		}
	return cli_error(c, EXIT_USAGE, "no form '%s'; there are shell, systemd, compose and quadlet", wanted);
}

static int start(struct cli *c, const struct steer_var_list *vars, const struct strs *nodes)
{
	char **argv = arena_alloc(c->a, (c->args.n + 1) * sizeof(*argv));
	struct err e = {0};
	uint32_t i;

	for (i = 0; i < vars->n; i++)
		setenv(vars->v[i].name, vars->v[i].value, 1);
	for (i = 0; i < c->args.n; i++)
		argv[i] = arena_str(c->a, c->args.v[i]);
	if (cli_flag(c, "isolate") && isolate_dev(nodes, &e) < 0)
		return cli_error(c, RUN_FAILED, "%s", e.text);
	execvp(argv[0], argv);
	return cli_error(c, errno == ENOENT ? RUN_NOT_FOUND : RUN_NOT_EXECUTABLE, "cannot run '%s': %s", argv[0], strerror(errno));
}

static int run(struct cli *c)
{
	bool print = cli_flag(c, "print") || c->json;
	struct steer_var_list vars;
	struct strs nodes, icds;
	struct u32s gpus;
	int r = cli_open(c);

	if (r)
		return r;
	if (c->source != SOURCE_LIVE && !print)
		return cli_error(c, EXIT_USAGE, "programs run on this machine; for another one there is --print");
	if (c->args.n == 0 && !print)
		return cli_error(c, EXIT_USAGE, "gpubay run needs a program: gpubay run --gpu 0 -- PROGRAM");
	r = cli_snapshot(c, PROBE_LIST | PROBE_PCI_FULL);
	if (r == 0)
		r = choose(c, &gpus);
	if (r)
		return r;
	icds = find_icds(c);
	steer_plan(c->snap, &gpus, purposes(c), &icds, c->a, &vars);
	nodes = steer_nodes(c->snap, &gpus, c->a);
	return print ? print_form(c, &vars, &nodes) : start(c, &vars, &nodes);
}

const struct verb verb_run = {
	.name = "run",
	.args = "[-- PROGRAM [ARGUMENT...]]",
	.summary = "run a program on chosen GPUs",
	.about = "Sets the variables that steer Vulkan, OpenGL, VA-API, CUDA, ROCm and Level Zero to the chosen GPUs and runs the "
		 "program. Variables only steer a willing program: with --isolate it gets a /dev in which only these GPUs' nodes exist. "
		 "With --print nothing is run: the settings are printed for a shell, a systemd unit, a compose file or a Quadlet. "
		 "The status is the program's own; 125 to 127 are gpubay's failures.",
	.opts = opts,
	.max = 4096,
	.run = run,
};
