/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gpubay discover: an older inventory format, for the scripts that read it. The document is made by codec/discover.c;
 * here are its options, and the container engines, which are known by their files: no engine is started or asked.
 */
#include "base/parse.h"
#include "cli/cli.h"
#include "codec/discover.h"
#include "codec/json.h"

#include <errno.h>

static const struct opt opts[] = {
	{"configured-vendor", 'c', OPT_VALUE, "LIST", "vendors that should be there, or auto; may be repeated"},
	{"validation-only", 'v', OPT_FLAG, NULL, "print only the section vendor_validation"},
	{"container-check", 0, OPT_FLAG, NULL, "add the section container_runtime"},
	{"egpu-check", 0, OPT_FLAG, NULL, "add the section egpu"},
	{"dp-alt-mode", 0, OPT_FLAG, NULL, "add the section dp_alt_mode"},
	{"rdma", 0, OPT_FLAG, NULL, "add the section rdma"},
	{"egpu-rdma", 0, OPT_FLAG, NULL, "add the section egpu_rdma_integration"},
	{"pretty", 'p', OPT_FLAG, NULL, "print the document as text"},
	{0},
};

/* The first of these files that is there decides; when none can be said to be absent, it is not known. */
static enum tri any_file(struct cli *c, const char *const *paths)
{
	struct tree_stat st;
	enum tri result = TRI_NO;
	int r;

	for (; *paths; paths++) {
		r = tree_stat(&c->tree->root, *paths, &st);
		if (r == 0)
			return TRI_YES;
		if (r != -ENOENT && r != -ENOTDIR)
			result = TRI_UNKNOWN;
	}
	return result;
}

/* Whether a CDI specification is of NVIDIA's kind: `kind: nvidia.com/gpu`, `"kind": "nvidia.com/gpu"`. */
static bool spec_is_nvidia(const char *text)
{
	const char *at = text;

	while ((at = strstr(at, "kind")) != NULL) {
		at += strlen("kind");
		at += strspn(at, "\"' \t:");
		if (str_starts(at, "nvidia.com/"))
			return true;
	}
	return false;
}

/* The folders every engine looks into. */
static enum tri cdi_nvidia(struct cli *c)
{
	static const char *const folders[] = {"etc/cdi", "run/cdi"};
	enum tri result = TRI_NO;
	unsigned k;
	uint32_t i;

	for (k = 0; k < ARRAY_LEN(folders); k++) {
		struct strs names = {0};
		int r = tree_list(&c->tree->root, folders[k], c->a, &names);

		if (r < 0 && r != -ENOENT)
			result = TRI_UNKNOWN;
		for (i = 0; r == 0 && i < names.n; i++) {
			char *text;

			if (!str_ends(names.v[i], ".json") && !str_ends(names.v[i], ".yaml"))
				continue;
			if (tree_read_file(&c->tree->root, arena_printf(c->a, "%s/%s", folders[k], names.v[i]), c->a, 1 << 20,
					   &text, NULL) < 0)
				result = TRI_UNKNOWN;
			else if (spec_is_nvidia(text))
				return TRI_YES;
		}
	}
	return result;
}

static const struct runtime *engine_of(const struct snapshot *s, enum runtime_kind kind)
{
	uint32_t i;

	for (i = 0; i < s->runtimes.n; i++)
		if (s->runtimes.v[i].kind == kind)
			return &s->runtimes.v[i];
	return NULL;
}

/* NVIDIA's runtime, named in docker's own configuration. */
static enum tri docker_runtime(const struct runtime *r)
{
	uint32_t i;

	for (i = 0; r && i < r->marks.n; i++)
		if (r->marks.v[i].kind == RUNTIME_MARK_KIND_LEGACY)
			return TRI_YES;
	/* Broken or unreadable: it may be in there. */
	return r && FIELD_KNOWN(r, runtime, cdi_file) && r->marks.n == 0 ? TRI_NO : TRI_UNKNOWN;
}

static enum tri tri_or(enum tri a, enum tri b)
{
	return a == TRI_YES || b == TRI_YES ? TRI_YES : a == TRI_UNKNOWN || b == TRI_UNKNOWN ? TRI_UNKNOWN : TRI_NO;
}

static void look_at_engines(struct cli *c, struct discover_request *req)
{
	static const char *const podman[] = {"usr/bin/podman", "usr/local/bin/podman", NULL};
	static const char *const docker[] = {"usr/bin/dockerd", "usr/sbin/dockerd", "usr/local/bin/dockerd", NULL};
	static const char *const overlay[] = {"usr/bin/fuse-overlayfs", "usr/local/bin/fuse-overlayfs", NULL};
	static const char *const fuse[] = {"dev/fuse", NULL};
	static const char *const hook[] = {"usr/share/containers/oci/hooks.d/oci-nvidia-hook.json",
					   "etc/containers/oci/hooks.d/oci-nvidia-hook.json", NULL};
	const struct runtime *podman_runtime = engine_of(c->snap, RUNTIME_KIND_PODMAN);
	const struct runtime *docker_engine = engine_of(c->snap, RUNTIME_KIND_DOCKER);
	enum tri cdi = cdi_nvidia(c), with_fuse = any_file(c, overlay), device = any_file(c, fuse);

	req->podman.available = any_file(c, podman);
	req->docker.available = any_file(c, docker);
	if (req->podman.available != TRI_NO) {
		req->podman.version = podman_runtime ? podman_runtime->package : NULL;
		req->podman.nvidia_support = tri_or(cdi, any_file(c, hook));
		req->podman.fuse_support = with_fuse == TRI_NO || device == TRI_NO ? TRI_NO : with_fuse == device ? with_fuse : TRI_UNKNOWN;
	}
	if (req->docker.available != TRI_NO) {
		req->docker.version = docker_engine ? docker_engine->package : NULL;
		req->docker.nvidia_support = tri_or(cdi, docker_runtime(docker_engine));
	}
}

static unsigned sections_wanted(struct cli *c)
{
	static const struct {
		const char *option;
		unsigned section;
	} rows[] = {{"container-check", DISCOVER_CONTAINER}, {"egpu-check", DISCOVER_EGPU}, {"dp-alt-mode", DISCOVER_DP},
		    {"rdma", DISCOVER_RDMA}, {"egpu-rdma", DISCOVER_PAIRS}};
	unsigned i, all = 0;

	if (cli_flag(c, "validation-only"))
		return DISCOVER_VALIDATION_ONLY;
	for (i = 0; i < ARRAY_LEN(rows); i++)
		if (cli_flag(c, rows[i].option))
			all |= rows[i].section;
	return all;
}

/* Only what the sections need. */
static unsigned phases_of(unsigned sections)
{
	unsigned phases = PROBE_PCI | PROBE_NAMES;

	if (sections & DISCOVER_VALIDATION_ONLY)
		return PROBE_PCI;
	phases |= PROBE_PLATFORM | PROBE_MODULES;
	if (sections & DISCOVER_CONTAINER)
		phases |= PROBE_LIST | PROBE_RUNTIME;
	if (sections & (DISCOVER_EGPU | DISCOVER_PAIRS))
		phases |= PROBE_PCI_DETAIL | PROBE_DRM | PROBE_EXTLINK;
	if (sections & DISCOVER_DP)
		phases |= PROBE_DRM | PROBE_EDID | PROBE_EXTLINK | PROBE_TYPEC;
	if (sections & (DISCOVER_RDMA | DISCOVER_PAIRS))
		phases |= PROBE_PCI_DETAIL | PROBE_RDMA;
	return phases;
}

static void take_vendors(struct cli *c, struct strs *ret)
{
	struct strs given = cli_values(c, "configured-vendor");
	uint32_t i;

	for (i = 0; i < given.n; i++) {
		const char *word = str_lower(arena_str(c->a, given.v[i]));

		strs_add(c->a, ret, utf8_clean(c->a, word, strlen(word)));
	}
}

static int run(struct cli *c)
{
	struct discover_request req = {.sections = sections_wanted(c)};
	bool mismatch = false;
	json_t *doc;
	int r;

	c->json = !cli_flag(c, "pretty");
	r = cli_snapshot(c, phases_of(req.sections));
	if (r)
		return r;
	take_vendors(c, &req.configured);
	if (req.sections & DISCOVER_CONTAINER) {
		struct strs topics = {0};

		look_at_engines(c, &req);
		strs_add(c->a, &topics, "runtime");
		r = cli_findings(c, &topics, &req.findings);
		if (r)
			return r;
	}
	doc = json_discover(c->snap, &req, &mismatch);
	if (c->json) {
		json_print(doc, &c->out);
	} else {
		discover_text(doc, &c->out);
		json_decref(doc);
	}
	return mismatch ? EXIT_FINDINGS : EXIT_DONE;
}

const struct verb verb_discover = {
	.name = "discover",
	.args = "",
	.summary = "the inventory in an older format, for scripts that read it",
	.about = "Prints one JSON document with fixed keys: devices, vendors, drivers, and the sections that are asked for. With "
		 "--configured-vendor, exit status 1 when one of the vendors is not there. BMC graphics and virtual displays are "
		 "not counted. Unknown is null.",
	.opts = opts,
	.run = run,
};
