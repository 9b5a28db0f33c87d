/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/alloc.h"

#include "base/parse.h"
#include "model/topo.h"
#include "plan/choose.h"
#include "plan/feature.h"
#include "plan/ways.h"

#include <errno.h>

ENUM_TABLE(alloc_same, ALLOC_SAME)
FIELD_TABLE(reservation, RESERVATION)
FIELD_TABLE(alloc_reason, ALLOC_REASON)

/* What a way costs; each class is dearer than two of the next nearer one, so that one far pair weighs. */
static const uint32_t class_cost[PATH_CLASS_COUNT] = {
	[PATH_CLASS_UNKNOWN] = 100, [PATH_CLASS_SELF] = 0, [PATH_CLASS_NVLINK] = 1, [PATH_CLASS_XGMI] = 1,
	[PATH_CLASS_PIX] = 3,       [PATH_CLASS_PXB] = 7,  [PATH_CLASS_PHB] = 16,   [PATH_CLASS_NODE] = 35,
	[PATH_CLASS_SYS] = 80,
};
/* Own costs: what is better kept for somebody who needs it. */
enum { COST_EXTERNAL = 40, COST_DISPLAY = 20, COST_SHARED_ALREADY = 5 };

static uint32_t id_holder(const struct reservation_list *taken, const char *id, bool *ret_shared)
{
	uint32_t i;

	for (i = 0; i < taken->n; i++)
		if (strs_has(&taken->v[i].gpus, id)) {
			*ret_shared = taken->v[i].shared;
			return i;
		}
	return NONE;
}

static bool is_external(const struct gpu *g)
{
	return g->external.attachment == ATTACHMENT_EXTERNAL;
}

static bool drives_display(const struct gpu *g)
{
	return g->displays_lit > 0 || g->boot_display;
}

static const char *refusal(const struct snapshot *s, struct arena *a, uint32_t gpu, const struct alloc_request *req,
			   const struct reservation_list *taken)
{
	const struct gpu *g = &s->gpus.v[gpu];
	uint64_t memory = feature_memory(s, gpu);
	const char *lack = NULL;
	bool shared = false;
	uint32_t i = id_holder(taken, g->id, &shared);

	if (g->state != GPU_STATE_READY)
		return arena_printf(a, "is %s", enum_name(&gpu_state_tab, g->state));
	if (req->vendor && g->vendor != req->vendor)
		return arena_printf(a, "is of %s", enum_name(&gpu_vendor_tab, g->vendor));
	if (i != NONE && !(shared && req->shared))
		return arena_printf(a, "is reserved by '%s'", taken->v[i].name);
	if (req->memory_bytes && memory == 0)
		return "its memory is not known";
	if (req->memory_bytes && memory < req->memory_bytes)
		return arena_printf(a, "has only %llu MiB", (unsigned long long)(memory >> 20));
	for (i = 0; i < req->features.n && !lack; i++)
		lack = feature_lack(s, gpu, req->features.v[i], a);
	return lack;
}

/* Nobody is asked about GPUs that are out of the question anyway. */
static bool any_possible(const struct snapshot *s, const struct alloc_request *req)
{
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		if (s->gpus.v[i].state == GPU_STATE_READY && (!req->vendor || s->gpus.v[i].vendor == req->vendor))
			return true;
	return false;
}

unsigned alloc_reports(const struct snapshot *s, const struct alloc_request *req)
{
	unsigned kinds = req->memory_bytes ? feature_memory_reports(s) : 0;
	uint32_t i;

	for (i = 0; i < req->features.n; i++)
		kinds |= feature_reports(req->features.v[i]);
	return any_possible(s, req) ? kinds : 0;
}

/* GPUs that may be taken together; the others are refused with their reason. */
static void sieve(const struct snapshot *s, const struct alloc_request *req, const struct reservation_list *taken,
		  struct arena *a, struct u32s *ret, struct alloc_answer *answer)
{
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++) {
		const char *why = refusal(s, a, i, req, taken);
		struct alloc_reason *r;

		if (!why) {
			u32s_add(a, ret, i);
			continue;
		}
		r = LIST_PUSH(a, &answer->refused);
		FIELD_SET(r, alloc_reason, gpu, i);
		FIELD_SET(r, alloc_reason, reason, why);
	}
}

struct question {
	const struct snapshot *s;
	const struct alloc_request *req;
	const struct reservation_list *taken;
	struct topo topo;
	struct arena *a;
};

static uint32_t way_cost(const struct question *q, uint32_t from, uint32_t to)
{
	const struct path *p = from == NONE || to == NONE ? NULL : topo_path(&q->topo, from, to);

	return p ? class_cost[p->class] + (p->tunnel ? 20 : 0) : class_cost[PATH_CLASS_UNKNOWN];
}

static uint32_t own_cost(const struct question *q, uint32_t gpu)
{
	const struct gpu *g = &q->s->gpus.v[gpu];
	bool shared;
	uint32_t cost = (is_external(g) ? COST_EXTERNAL : 0) + (drives_display(g) ? COST_DISPLAY : 0);

	if (id_holder(q->taken, g->id, &shared) != NONE)
		cost += COST_SHARED_ALREADY;
	if (q->req->near != NONE)
		cost += 2 * way_cost(q, ways_row(&q->topo, TOPO_GPU, gpu), ways_row(&q->topo, TOPO_NIC, q->req->near));
	return cost;
}

/* A pinned GPU costs nothing, the others more than anything can weigh: so it is always among the chosen. */
enum { PIN_WEIGHT = 100000 };

static bool solve_among(struct question *q, const struct u32s *among, struct choice *ret)
{
	uint32_t n = among->n, i, j, pinned = 0;
	uint32_t *distance = arena_alloc(q->a, (size_t)n * n * sizeof(*distance));
	uint32_t *cost = arena_alloc(q->a, n * sizeof(*cost));
	struct choose in = {.n = n, .k = q->req->count, .distance = distance, .cost = cost};

	for (i = 0; i < n; i++) {
		bool pin = u32s_has(&q->req->pins, among->v[i]);

		pinned += pin;
		cost[i] = own_cost(q, among->v[i]) + (pin || q->req->pins.n == 0 ? 0 : PIN_WEIGHT);
		for (j = 0; j < n; j++)
			distance[i * n + j] = i == j ? 0
						     : way_cost(q, ways_row(&q->topo, TOPO_GPU, among->v[i]),
								ways_row(&q->topo, TOPO_GPU, among->v[j]));
	}
	if (n < in.k || pinned < q->req->pins.n || choose_best(q->a, &in, ret) < 0)
		return false;
	for (i = 0; i < in.k; i++)
		ret->v[i] = among->v[ret->v[i]];
	return true;
}

/* What "same" groups by: NUMA node, or root port; a number that tells groups apart. */
static bool group_of(const struct question *q, uint32_t gpu, uint64_t *ret)
{
	const struct gpu *g = &q->s->gpus.v[gpu];
	const struct pci_device *d = &q->s->pci.v[g->pci];

	if (q->req->same == ALLOC_SAME_NUMA) {
		*ret = (uint64_t)(int64_t)g->numa_node;
		return FIELD_KNOWN(g, gpu, numa_node);
	}
	*ret = d->root_port;
	return FIELD_KNOWN(d, pci_device, root_port) && d->root_port != NONE;
}

static bool solve_groups(struct question *q, const struct u32s *all, struct choice *best)
{
	uint32_t i, j;
	uint64_t first, group;
	bool found = false;

	for (i = 0; i < all->n; i++) {
		struct u32s among = {0};
		struct choice one;
		bool seen = false;

		if (!group_of(q, all->v[i], &first))
			continue;
		for (j = 0; j < all->n; j++) {
			if (!group_of(q, all->v[j], &group) || group != first)
				continue;
			seen |= j < i;
			u32s_add(q->a, &among, all->v[j]);
		}
		if (seen || !solve_among(q, &among, &one))
			continue;
		if (!found || one.cost < best->cost)
			*best = one;
		found = true;
	}
	return found;
}

static const char *explain(struct question *q, const struct u32s *all)
{
	const struct alloc_request *req = q->req;
	uint32_t i;

	for (i = 0; i < req->pins.n; i++)
		if (!u32s_has(all, req->pins.v[i]))
			return arena_printf(q->a, "the pinned GPU %u cannot be given", req->pins.v[i]);
	if (req->pins.n > req->count)
		return arena_printf(q->a, "%u GPUs are pinned, but only %u wanted", req->pins.n, req->count);
	if (all->n < req->count)
		return arena_printf(q->a, "%u GPU%s wanted, %u can be given", req->count, req->count == 1 ? "" : "s", all->n);
	return arena_printf(q->a, "no %s has %u GPUs that can be given", req->same == ALLOC_SAME_NUMA ? "NUMA node" : "switch or port",
			    req->count);
}

int alloc_solve(const struct snapshot *s, const struct alloc_request *req, const struct reservation_list *taken,
		struct arena *a, struct alloc_answer *ret)
{
	struct question q = {.s = s, .req = req, .taken = taken, .a = a};
	struct choice best = {0};
	struct u32s all = {0};
	uint32_t i;

	*ret = (struct alloc_answer){0};
	if (req->count == 0)
		return -EINVAL;
	sieve(s, req, taken, a, &all, ret);
	topo_compute(s, a, &q.topo);
	if (!(req->same ? solve_groups(&q, &all, &best) : solve_among(&q, &all, &best))) {
		ret->why = explain(&q, &all);
		return -ENODEV;
	}
	for (i = 0; i < req->count; i++)
		u32s_add(a, &ret->gpus, best.v[i]);
	ret->cost = best.cost;
	ret->gap = best.gap;
	ways_between(s, &q.topo, &ret->gpus, a, &ret->paths, &ret->warnings);
	return 0;
}

bool reservation_valid(const struct snapshot *s, const struct reservation *r)
{
	uint32_t i, j;

	for (i = 0; i < r->gpus.n; i++) {
		for (j = 0; j < s->gpus.n && !str_eq(s->gpus.v[j].id, r->gpus.v[i]); j++)
			;
		if (j == s->gpus.n)
			return false;
	}
	return true;
}
