/* SPDX-License-Identifier: Apache-2.0 */
/* Hands GPUs to container engines: writes, lists, judges and removes CDI specs. */
#include "base/parse.h"
#include "clients/agent.h"
#include "cli/words.h"
#include "codec/json.h"
#include "live/cdi-files.h"
#include "live/ids.h"

#include <errno.h>
#include <unistd.h>

static const struct opt opts[] = {
	{"output", 'o', OPT_VALUE, "DIR", "folder to write to or remove from (/run/cdi)"},
	{"print", 0, OPT_FLAG, NULL, "print the specs instead of writing them"},
	{"spec-version", 0, OPT_VALUE, "VERSION", "highest version to write, like 0.5.0 (what the engines here take)"},
	{"no-groups", 0, OPT_FLAG, NULL, "do not give containers the nodes' groups"},
	{"hook", 0, OPT_VALUE, "PROGRAM", "program for links and the linker cache (the installed gpubay-cdi-hook)"},
	{0},
};

static int parse_version(struct cli *c, const char *text, uint32_t *ret)
{
	struct strs p = str_split(c->a, text, ".");
	uint32_t v[3], i;

	for (i = 0; i < 3 && p.n == 3; i++)
		if (parse_u32(p.v[i], 10, 255, &v[i]) < 0)
			break;
	if (p.n != 3 || i < 3)
		return cli_error(c, EXIT_USAGE, "'%s' is not a version like 0.5.0", text);
	*ret = CDI_VERSION(v[0], v[1], v[2]);
	return 0;
}

/* What was said, or the least that the engines here take; 0: no limit is known. */
static int highest_version(struct cli *c, uint32_t *ret)
{
	if (cli_value(c, "spec-version"))
		return parse_version(c, cli_value(c, "spec-version"), ret);
	*ret = cdi_files_max_version(c->snap);
	return 0;
}

static void generated(struct cli *c, const char *folder, const struct cdi_spec *spec)
{
	if (!c->json)
		buf_addf(&c->out, "%s/%s: %s, %u device names, version %s\n", folder, spec->file, spec->kind, spec->devices.n,
			 cdi_version_text(c->a, spec->version));
}

/* Where engines look, root's wish is kept: attach, eject and the agent then go by it. */
static int write_all(struct cli *c, const char *folder, const struct cdi_wish *wish, const struct cdi_spec_list *specs,
		     struct strs *ret_removed, struct err *e)
{
	bool engines_look = str_eq(folder, CDI_FOLDER);
	struct strs written = {0};
	int r = cdi_files_write(folder, specs, CDI_ANEW | (engines_look ? CDI_WITHDRAW : 0), c->a, &written, ret_removed, e);

	if (r == 0 && engines_look && c->source == SOURCE_LIVE)
		r = cdi_wish_keep(wish, e);
	return r == 0 ? ids_publish(c->snap, c->tree, e) : r;
}

static int generate(struct cli *c)
{
	const char *folder = cli_value(c, "output") ? cli_value(c, "output") : CDI_FOLDER;
	bool print = cli_flag(c, "print") || (c->source != SOURCE_LIVE && !cli_value(c, "output"));
	struct cdi_wish wish = {.no_groups = cli_flag(c, "no-groups"), .hook = cli_value(c, "hook")};
	struct strs notes = {0}, removed = {0};
	struct cdi_spec_list specs;
	struct err e = {0};
	uint32_t i;

	if (cli_value(c, "spec-version") && parse_version(c, cli_value(c, "spec-version"), &wish.max_version))
		return EXIT_USAGE;
	if (cdi_files_plan(c->snap, c->tree, &wish, c->a, &specs, &notes, &e) < 0)
		return cli_error(c, EXIT_FINDINGS, "%s", e.text);
	if (!print && str_eq(folder, CDI_FOLDER) && geteuid() != 0)
		return cli_error(c, EXIT_UNREADABLE, "only root may write to " CDI_FOLDER ": sudo gpubay cdi generate; --print shows the specs, "
						     "--output DIR writes them elsewhere");
	if (!print && write_all(c, folder, &wish, &specs, &removed, &e) < 0)
		return cli_error(c, EXIT_UNREADABLE, "%s", e.text);
	for (i = 0; i < removed.n; i++)
		fprintf(stderr, "gpubay: removed %s, whose GPUs are not ready\n", removed.v[i]);
	for (i = 0; i < specs.n; i++) {
		if (print)
			cdi_json_print(&specs.v[i], &c->out);
		else
			generated(c, folder, &specs.v[i]);
	}
	for (i = 0; i < notes.n; i++)
		fprintf(stderr, "gpubay: %s\n", notes.v[i]);
	if (specs.n == 0)
		fprintf(stderr, "gpubay: no GPU is ready: nothing to write\n");
	return EXIT_DONE;
}

static void found_json(struct cli *c, const struct cdi_found_list *l)
{
	json_t *doc = json_document("cdi"), *specs = json_array();
	uint32_t i, k;

	for (i = 0; i < l->n; i++) {
		const struct cdi_found *f = &l->v[i];
		json_t *devices = json_array();

		for (k = 0; k < f->outline.devices.n; k++)
			json_array_append_new(devices, json_string(f->outline.devices.v[k]));
		json_array_append_new(specs, json_pack("{s:s, s:s, s:s, s:b, s:o, s:s}", "path", f->path, "kind",
						       f->outline.kind ? f->outline.kind : "", "version",
						       f->outline.version ? f->outline.version : "", "ours", f->ours, "devices", devices,
						       "fault", f->fault ? f->fault : ""));
	}
	json_object_set_new(doc, "specs", specs);
	json_print(doc, &c->out);
}

static int list(struct cli *c)
{
	struct cdi_found_list l;
	uint32_t i, k;

	cdi_files_find(c->tree, c->snap, c->a, &l);
	if (c->json) {
		found_json(c, &l);
		return EXIT_DONE;
	}
	for (i = 0; i < l.n; i++) {
		buf_addf(&c->out, "%s%s%s\n", l.v[i].path, l.v[i].outline.version ? "  " : "",
			 l.v[i].outline.version ? l.v[i].outline.version : "");
		if (l.v[i].fault)
			buf_addf(&c->out, "  cannot be used: %s\n", l.v[i].fault);
		for (k = 0; k < l.v[i].outline.devices.n; k++)
			buf_addf(&c->out, "  %s=%s\n", l.v[i].outline.kind, l.v[i].outline.devices.v[k]);
	}
	if (l.n == 0)
		buf_adds(&c->out, "no CDI specs in /etc/cdi and /run/cdi\n");
	return EXIT_DONE;
}

static void judge_paths(struct cli *c, struct cdi_found *f, struct strs *faults)
{
	struct tree_stat st;
	uint32_t i;

	for (i = 0; i < f->outline.paths.n; i++) {
		const char *path = f->outline.paths.v[i];

		if (*path != '/' || tree_stat(&c->tree->root, path + 1, &st) == -ENOENT)
			strs_add(c->a, faults, arena_printf(c->a, "%s: %s does not exist", f->path, path));
	}
}

static bool same_folder(const char *x, const char *y)
{
	size_t n = (size_t)(str_base(x) - x);

	return n == (size_t)(str_base(y) - y) && memcmp(x, y, n) == 0;
}

/* Two specs in the same folder that define one device take it away from everybody. */
static void judge_conflicts(struct cli *c, const struct cdi_found_list *l, struct strs *faults)
{
	uint32_t i, j, k;

	for (i = 0; i < l->n; i++)
		for (j = i + 1; j < l->n; j++) {
			const struct cdi_found *x = &l->v[i], *y = &l->v[j];

			if (!x->outline.kind || !str_eq(x->outline.kind, y->outline.kind) || !same_folder(x->path, y->path))
				continue;
			for (k = 0; k < x->outline.devices.n; k++)
				if (strs_has(&y->outline.devices, x->outline.devices.v[k]))
					strs_add(c->a, faults,
						 arena_printf(c->a, "%s and %s both define %s=%s: engines then know neither", x->path, y->path,
							      x->outline.kind, x->outline.devices.v[k]));
		}
}

/* A library's version in a path must be the loaded module's. */
static void judge_version(struct cli *c, struct cdi_found *f, struct strs *faults)
{
	const char *module = c->snap->platform.nvidia_module_version;
	uint32_t i;

	for (i = 0; module && *module && i < f->outline.paths.n; i++) {
		const char *so = strstr(f->outline.paths.v[i], "libcuda.so.");

		if (so && strlen(so) > strlen("libcuda.so.1") && !str_eq(so + strlen("libcuda.so."), module)) {
			strs_add(c->a, faults, arena_printf(c->a, "%s: %s does not fit the loaded module %s", f->path,
							    f->outline.paths.v[i], module));
			return;
		}
	}
}

static int validate(struct cli *c)
{
	struct strs faults = {0};
	struct cdi_found_list l;
	uint32_t i, max = 0;

	if (highest_version(c, &max))
		return EXIT_USAGE;
	cdi_files_find(c->tree, c->snap, c->a, &l);
	for (i = 0; i < l.n; i++) {
		if (l.v[i].fault)
			strs_add(c->a, &faults, l.v[i].fault);
		if (max && l.v[i].outline.version_number > max)
			strs_add(c->a, &faults, arena_printf(c->a, "%s: version %s is above what the engines here take", l.v[i].path,
							     l.v[i].outline.version));
		judge_paths(c, &l.v[i], &faults);
		judge_version(c, &l.v[i], &faults);
	}
	judge_conflicts(c, &l, &faults);
	if (c->json) {
		json_t *doc = json_document("cdi-validate"), *list_json = json_array();

		for (i = 0; i < faults.n; i++)
			json_array_append_new(list_json, json_string(faults.v[i]));
		json_object_set_new(doc, "specs", json_integer(l.n));
		json_object_set_new(doc, "faults", list_json);
		json_print(doc, &c->out);
	} else {
		for (i = 0; i < faults.n; i++)
			buf_addf(&c->out, "%s\n", faults.v[i]);
		buf_addf(&c->out, "%u spec%s, %u fault%s\n", l.n, l.n == 1 ? "" : "s", faults.n, faults.n == 1 ? "" : "s");
	}
	return faults.n ? EXIT_FINDINGS : EXIT_DONE;
}

static int remove_ours(struct cli *c)
{
	const char *folder = cli_value(c, "output") ? cli_value(c, "output") : CDI_FOLDER;
	struct err e = {0};
	struct strs names;
	uint32_t i, n = 0;
	int r;

	if (c->source != SOURCE_LIVE)
		return cli_error(c, EXIT_USAGE, "specs are removed from this machine only");
	r = tree_list(&c->tree->root, folder + (*folder == '/'), c->a, &names);
	for (i = 0; r == 0 && i < names.n; i++) {
		const char *path = arena_printf(c->a, "%s/%s", folder, names.v[i]);

		if (!str_starts(names.v[i], "gpubay-") || !str_ends(names.v[i], ".json"))
			continue;
		if (unlink(path) < 0)
			return cli_error(c, EXIT_UNREADABLE, "cannot remove '%s': %s%s", path, strerror(errno),
					 geteuid() ? "; root can: sudo gpubay cdi remove" : "");
		n++;
		buf_addf(&c->out, "removed %s\n", path);
	}
	if (str_eq(folder, CDI_FOLDER) && cdi_wish_forget(&e) < 0)
		return cli_error(c, EXIT_UNREADABLE, "%s", e.text);
	if (n == 0)
		buf_addf(&c->out, "no spec of gpubay in %s\n", folder);
	if (tree_exists(&c->tree->root, &AGENT_SOCKET[1]))
		fprintf(stderr, "gpubay: gpubayd writes them again at the next change; 'systemctl disable --now gpubayd.socket gpubayd' ends that\n");
	return EXIT_DONE;
}

static int run(struct cli *c)
{
	static const struct {
		const char *name;
		int (*run)(struct cli *c);
	} actions[] = {{"generate", generate}, {"list", list}, {"validate", validate}, {"remove", remove_ours}};
	unsigned i;
	int r;

	for (i = 0; i < ARRAY_LEN(actions) && !str_eq(actions[i].name, c->args.v[0]); i++)
		;
	if (i == ARRAY_LEN(actions))
		return cli_error(c, EXIT_USAGE, "gpubay cdi takes generate, list, validate or remove, not '%s'", c->args.v[0]);
	r = cli_snapshot(c, PROBE_LIST | PROBE_PLATFORM | PROBE_MODULES | PROBE_RUNTIME);
	if (r && !(r == EXIT_UNREADABLE && i == 1))
		return r;
	return actions[i].run(c);
}

const struct verb verb_cdi = {
	.name = "cdi",
	.args = "generate|list|validate|remove",
	.summary = "hand GPUs to container engines by name",
	.about = "generate writes one CDI spec for each vendor that has a ready GPU into /run/cdi: devices by stable id, by PCI address, and "
		 "'all'. Then: podman run --device intel.com/gpu=all. The lowest version of the specification that fits is written. list "
		 "shows every spec on the machine, validate judges each: syntax, names, paths that must exist, driver version, conflicts. "
		 "remove takes away what generate wrote.",
	.opts = opts,
	.min = 1,
	.max = 1,
	.run = run,
};
