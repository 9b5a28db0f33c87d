/* SPDX-License-Identifier: Apache-2.0 */
/* Which GPUs for whom: chooses, and with a name also reserves until it is released or the GPU is gone. */
#include "base/parse.h"
#include "cli/words.h"
#include "codec/json.h"
#include "codec/reservations.h"
#include "host/statefile.h"
#include "plan/alloc.h"
#include "plan/feature.h"

#include <errno.h>
#include <unistd.h>

enum { PHASES = PROBE_LIST | PROBE_PCI_FULL | PROBE_RDMA | PROBE_FABRIC | PROBE_EDID | PROBE_PLATFORM };

static const struct opt opts[] = {
	{"count", 'n', OPT_VALUE, "N", "how many GPUs (1)"},
	{"vendor", 0, OPT_VALUE, "NAME", "only of this vendor: nvidia, amd or intel"},
	{"memory", 0, OPT_VALUE, "SIZE", "at least so much video memory each: 8G, 512M"},
	{"feature", 0, OPT_VALUE, "LIST", "internal, external, headless, display, sriov, vulkan, encode:CODEC, decode:CODEC, or a driver's name"},
	{"near", 0, OPT_VALUE, "NIC", "prefer GPUs near this RDMA device"},
	{"same", 0, OPT_VALUE, "WHAT", "all on the same numa node, or below the same switch"},
	{"gpu", 0, OPT_VALUE, "LIST", "these GPUs must be among them"},
	{"shared", 0, OPT_FLAG, NULL, "may be given to others who share too"},
	{"name", 0, OPT_VALUE, "NAME", "reserve them under this name"},
	{"release", 0, OPT_VALUE, "NAME", "give back what is reserved under this name"},
	{"reserved", 0, OPT_FLAG, NULL, "show what is reserved"},
	{"state", 0, OPT_VALUE, "FILE", "file of reservations (/run/gpubay/reservations.json)"},
	{0},
};

#define MACHINES_STATE "/run/gpubay/reservations.json"

/* Root's reservations are the machine's; a user's are the user's own. */
static const char *state_path(struct cli *c)
{
	const char *given = cli_value(c, "state"), *run = getenv("XDG_RUNTIME_DIR");

	if (given)
		return given;
	if (geteuid() != 0 && run && *run)
		return arena_printf(c->a, "%s/gpubay/reservations.json", run);
	return MACHINES_STATE;
}

static int parse_size(struct cli *c, const char *text, uint64_t *ret)
{
	static const char units[] = "KMGT";
	size_t n = strspn(text, "0123456789");
	const char *unit = text[n] ? strchr(units, text[n]) : NULL;
	unsigned shift = unit ? (unsigned)(unit - units + 1) * 10 : 0;
	uint64_t v;

	if (parse_u64n(text, n, 10, UINT64_MAX >> 40, &v) < 0 || (text[n] && !unit) ||
	    (text[n] && text[n + 1] && !str_eq(text + n + 1, "iB") && !str_eq(text + n + 1, "B")))
		return cli_error(c, EXIT_USAGE, "'%s' is not a size; write 8G or 512M", text);
	*ret = v << shift;
	return 0;
}

static int take_near(struct cli *c, struct alloc_request *req)
{
	const char *name = cli_value(c, "near");
	uint32_t i;

	req->near = NONE;
	for (i = 0; name && i < c->snap->rdma.n; i++)
		if (str_eq(c->snap->rdma.v[i].name, name))
			req->near = i;
	if (name && req->near == NONE)
		return cli_error(c, EXIT_USAGE, "no RDMA device '%s' here; 'gpubay topo' shows them", name);
	return 0;
}

static int take_request(struct cli *c, struct alloc_request *req)
{
	const char *vendor = cli_value(c, "vendor"), *same = cli_value(c, "same"), *count = cli_value(c, "count");
	struct strs pins = cli_values(c, "gpu");
	struct err e = {0};
	uint32_t i;
	int r;

	*req = (struct alloc_request){.count = MAX(1u, pins.n), .shared = cli_flag(c, "shared"), .features = cli_values(c, "feature")};
	if (count && (parse_u32(count, 10, 256, &req->count) < 0 || req->count == 0))
		return cli_error(c, EXIT_USAGE, "'%s' is not a number of GPUs", count);
	req->vendor = vendor ? enum_value(&gpu_vendor_tab, vendor) : GPU_VENDOR_UNKNOWN;
	if (vendor && !req->vendor)
		return cli_error(c, EXIT_USAGE, "unknown vendor '%s'; known are nvidia, amd, intel", vendor);
	req->same = same ? enum_value(&alloc_same_tab, same) : ALLOC_SAME_UNKNOWN;
	if (same && !req->same)
		return cli_error(c, EXIT_USAGE, "--same takes numa or switch, not '%s'", same);
	for (i = 0; i < pins.n; i++) {
		uint32_t gpu = cli_gpu(c, pins.v[i], &r);

		if (gpu == NONE)
			return r;
		u32s_add(c->a, &req->pins, gpu);
	}
	for (i = 0; i < req->features.n; i++)
		if (feature_check(req->features.v[i], &e) < 0)
			return cli_error(c, EXIT_USAGE, "%s", e.text);
	r = cli_value(c, "memory") ? parse_size(c, cli_value(c, "memory"), &req->memory_bytes) : 0;
	return r ? r : take_near(c, req);
}

static json_t *answer_json(struct cli *c, const struct alloc_answer *answer)
{
	json_t *doc = json_document("alloc"), *gpus = json_array(), *warnings = json_array();
	uint32_t i;

	for (i = 0; i < answer->gpus.n; i++)
		json_array_append_new(gpus, json_object_of(c->snap, &c->snap->gpus.v[answer->gpus.v[i]], gpu_fields));
	for (i = 0; i < answer->warnings.n; i++)
		json_array_append_new(warnings, json_string(answer->warnings.v[i]));
	json_object_set_new(doc, "gpus", gpus);
	json_object_set_new(doc, "why", answer->why ? json_string(answer->why) : json_null());
	json_object_set_new(doc, "refused", json_array_of(c->snap, answer->refused.v, answer->refused.n, sizeof(*answer->refused.v),
							  alloc_reason_fields));
	json_object_set_new(doc, "cost", json_integer((json_int_t)answer->cost));
	json_object_set_new(doc, "gap", json_integer((json_int_t)answer->gap));
	json_object_set_new(doc, "paths", json_array_of(c->snap, answer->paths.v, answer->paths.n, sizeof(*answer->paths.v), path_fields));
	json_object_set_new(doc, "warnings", warnings);
	return doc;
}

static void print_answer(struct cli *c, const struct alloc_answer *answer)
{
	uint32_t i;

	for (i = 0; i < answer->gpus.n; i++) {
		const struct gpu *g = &c->snap->gpus.v[answer->gpus.v[i]];

		buf_addf(&c->out, "%u  %s  %s  %s\n", g->index, say_addr(c, g->address), g->id, say_name(c, g));
	}
	if (answer->why) {
		buf_addf(&c->out, "no: %s\n", answer->why);
		for (i = 0; i < answer->refused.n; i++) {
			const struct gpu *g = &c->snap->gpus.v[answer->refused.v[i].gpu];

			buf_addf(&c->out, "   GPU %u, %s, %s\n", g->index, say_addr(c, g->address), answer->refused.v[i].reason);
		}
	}
	if (answer->gap)
		buf_addf(&c->out, "cost %llu, at most %llu above the best possible\n", (unsigned long long)answer->cost,
			 (unsigned long long)answer->gap);
	for (i = 0; i < answer->warnings.n; i++)
		text_wrap(c, 0, arena_printf(c->a, "warning: %s", answer->warnings.v[i]));
}

static int load(struct cli *c, const struct statefile *f, struct reservation_list *ret)
{
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	struct err e = {0};
	int r = statefile_read(f, &text, &e);

	if (r == 0 && reservations_parse(text.p, text.n, c->a, ret, &e) < 0)
		err_wrap(&e, "%s", f->path);
	return e.code ? cli_error(c, EXIT_UNREADABLE, "%s", e.text) : 0;
}

static int save(struct cli *c, const struct statefile *f, const struct reservation_list *l)
{
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	struct err e = {0};

	reservations_print(l, &text);
	return statefile_write(f, &text, &e) < 0 ? cli_error(c, EXIT_UNREADABLE, "%s", e.text) : 0;
}

static uint32_t find_name(const struct reservation_list *l, const char *name)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (str_eq(l->v[i].name, name))
			return i;
	return NONE;
}

/* Reservations whose GPU is gone hold nothing any more. */
static void drop_invalid(struct cli *c, struct reservation_list *l)
{
	uint32_t i, n = 0;

	for (i = 0; i < l->n; i++) {
		if (reservation_valid(c->snap, &l->v[i]))
			l->v[n++] = l->v[i];
		else
			fprintf(stderr, "gpubay: reservation '%s' is void: a GPU of it is gone\n", l->v[i].name);
	}
	l->n = n;
}

static int release(struct cli *c, const struct statefile *f, struct reservation_list *l, const char *name)
{
	uint32_t i = find_name(l, name);

	if (i == NONE)
		return cli_error(c, EXIT_FINDINGS, "nothing is reserved under '%s'", name);
	for (; i + 1 < l->n; i++)
		l->v[i] = l->v[i + 1];
	l->n--;
	if (c->json)
		reservations_print(l, &c->out);
	return save(c, f, l);
}

static int show(struct cli *c, const struct reservation_list *l)
{
	uint32_t i, k;

	if (c->json) {
		reservations_print(l, &c->out);
		return EXIT_DONE;
	}
	for (i = 0; i < l->n; i++) {
		buf_addf(&c->out, "%s%s:", l->v[i].name, l->v[i].shared ? " (shared)" : "");
		for (k = 0; k < l->v[i].gpus.n; k++)
			buf_addf(&c->out, " %s", l->v[i].gpus.v[k]);
		buf_addc(&c->out, '\n');
	}
	if (l->n == 0)
		buf_adds(&c->out, "nothing is reserved\n");
	return EXIT_DONE;
}

static int reserve(struct cli *c, const struct statefile *f, struct reservation_list *l, const struct alloc_request *req,
		   const struct alloc_answer *answer)
{
	struct reservation *r = LIST_PUSH(c->a, l);
	uint32_t i;

	FIELD_SET(r, reservation, name, cli_value(c, "name"));
	FIELD_SET(r, reservation, shared, req->shared);
	FIELD_KNOW(r, reservation, gpus);
	for (i = 0; i < answer->gpus.n; i++)
		strs_add(c->a, &r->gpus, c->snap->gpus.v[answer->gpus.v[i]].id);
	return save(c, f, l);
}

/* With what root reserved, which holds for everybody; unless a file is named, or this one is root's. */
static struct reservation_list with_machines(struct cli *c, const struct statefile *f, const struct reservation_list *l)
{
	struct statefile machines = {.path = MACHINES_STATE, .lock = -1};
	struct reservation_list all = {0}, more = {0};
	uint32_t i;

	for (i = 0; i < l->n; i++)
		*LIST_PUSH(c->a, &all) = l->v[i];
	if (!f || cli_value(c, "state") || str_eq(f->path, MACHINES_STATE) || load(c, &machines, &more))
		return all;
	drop_invalid(c, &more);
	for (i = 0; i < more.n; i++)
		*LIST_PUSH(c->a, &all) = more.v[i];
	return all;
}

static int choose(struct cli *c, const struct statefile *f, struct reservation_list *l, const struct alloc_request *req)
{
	struct reservation_list all = with_machines(c, f, l);
	const char *name = cli_value(c, "name");
	struct alloc_answer answer;
	int r;

	if (name && find_name(l, name) != NONE)
		return cli_error(c, EXIT_FINDINGS, "'%s' has a reservation already; release it first", name);
	r = alloc_solve(c->snap, req, &all, c->a, &answer);
	if (r == 0 && name && reserve(c, f, l, req, &answer))
		return EXIT_UNREADABLE;
	if (c->json)
		json_print(answer_json(c, &answer), &c->out);
	else
		print_answer(c, &answer);
	return r == 0 ? EXIT_DONE : EXIT_FINDINGS;
}

/* The request; where only drivers can tell, they are asked, which is before anything is locked because it takes time. */
static int prepare(struct cli *c, struct alloc_request *req)
{
	unsigned reports;
	int r = take_request(c, req);

	reports = r ? 0 : alloc_reports(c->snap, req);
	if (reports)
		r = cli_reports(c, PHASES, reports, NONE);
	/* The new snapshot may have other numbers. */
	return r || !reports ? r : take_request(c, req);
}

static int run(struct cli *c)
{
	struct statefile f CLEANUP(statefile_close) = {.lock = -1};
	bool chooses = !cli_value(c, "release") && !cli_flag(c, "reserved");
	struct alloc_request req;
	struct reservation_list l;
	struct err e = {0};
	int r = cli_snapshot(c, PHASES);

	if (r == 0 && chooses)
		r = prepare(c, &req);
	if (r)
		return r;
	/* Another machine's capture has no part in this one's reservations, unless a file is named. */
	if (c->source != SOURCE_LIVE && !cli_value(c, "state")) {
		if (cli_value(c, "name") || cli_value(c, "release") || cli_flag(c, "reserved"))
			return cli_error(c, EXIT_USAGE, "reservations belong to this machine; name a file with --state");
		return choose(c, NULL, &(struct reservation_list){0}, &req);
	}
	f.path = state_path(c);
	/* Who only asks needs no lock, which could not be had in a folder of somebody else's: the file is replaced as a whole. */
	if ((cli_value(c, "name") || cli_value(c, "release")) && statefile_open(&f, f.path, &e) < 0)
		return cli_error(c, EXIT_UNREADABLE, "%s%s", e.text,
				 geteuid() && !cli_value(c, "state") ? "; name a file of yours with --state" : "");
	r = load(c, &f, &l);
	if (r)
		return r;
	drop_invalid(c, &l);
	if (cli_value(c, "release"))
		return release(c, &f, &l, cli_value(c, "release"));
	if (chooses)
		return choose(c, &f, &l, &req);
	l = with_machines(c, &f, &l);
	return show(c, &l);
}

const struct verb verb_alloc = {
	.name = "alloc",
	.args = "",
	.summary = "choose GPUs that belong together, and reserve them",
	.about = "Chooses GPUs for a request: the set with the shortest ways between its members, and to a network device where asked. "
		 "Only GPUs that are ready and not reserved are given. Drivers are asked where only they can tell: for vulkan, for codecs, "
		 "for memory that /sys does not know. The answer is the same every time; where there is none, each "
		 "GPU's reason is said and the status is 1. With --name they stay reserved until --release, or until one is gone.",
	.opts = opts,
	.run = run,
};
