/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/ways.h"

#include "base/parse.h"

uint32_t ways_row(const struct topo *t, enum topo_kind kind, uint32_t index)
{
	uint32_t i;

	for (i = 0; i < t->n; i++)
		if (t->v[i].kind == kind && t->v[i].index == index)
			return i;
	return NONE;
}

static bool crosses_sockets(const struct path *p)
{
	return p->class == PATH_CLASS_SYS;
}

static bool crosses_host(const struct path *p)
{
	return p->class == PATH_CLASS_PHB || p->class == PATH_CLASS_NODE;
}

static bool is_turned_up(const struct path *p)
{
	return (p->class == PATH_CLASS_PIX || p->class == PATH_CLASS_PXB) && FIELD_KNOWN(p, path, acs_redirect) && p->acs_redirect;
}

static bool is_cable(const struct path *p)
{
	return p->tunnel;
}

/* A pair can have several; eight GPUs have 28 pairs, so each is said once, with the number of pairs. */
static const struct {
	bool (*is)(const struct path *p);
	const char *say;
} obstacles[] = {
	{crosses_sockets, "on different NUMA nodes: what they exchange goes through main memory"},
	{crosses_host, "apart but for the host bridge: peer-to-peer works on some processors only, else through main memory"},
	{is_turned_up, "below one switch, but ACS sends what they exchange up to the processor"},
	{is_cable, "joined through a Thunderbolt or USB4 cable, which is slow for what they exchange"},
};

static void warn(const struct path_list *ways, unsigned k, struct arena *a, struct strs *ret)
{
	const struct path *first = NULL;
	uint32_t i, n = 0;

	for (i = 0; i < ways->n; i++)
		if (obstacles[k].is(&ways->v[i])) {
			first = first ? first : &ways->v[i];
			n++;
		}
	if (n == 1)
		strs_add(a, ret, arena_printf(a, "%s and %s are %s", first->from, first->to, obstacles[k].say));
	else if (n)
		strs_add(a, ret, arena_printf(a, "%u of %u pairs, %s and %s the first, are %s", n, ways->n, first->from, first->to,
					      obstacles[k].say));
}

static bool are_peers(const struct snapshot *s, uint32_t a, uint32_t b)
{
	return str_eq(s->gpus.v[a].driver, s->gpus.v[b].driver);
}

uint32_t ways_peers(const struct snapshot *s, const struct u32s *gpus)
{
	uint32_t i, j, n, most = 0;

	for (i = 0; i < gpus->n; i++) {
		for (n = 0, j = 0; j < gpus->n; j++)
			n += are_peers(s, gpus->v[i], gpus->v[j]);
		most = MAX(most, n);
	}
	return most;
}

void ways_between(const struct snapshot *s, const struct topo *t, const struct u32s *gpus, struct arena *a, struct path_list *ret,
		  struct strs *ret_warnings)
{
	struct path_list peers = {0};
	uint32_t i, j;
	unsigned k;

	for (i = 0; i < gpus->n; i++)
		for (j = i + 1; j < gpus->n; j++) {
			const struct path *p = topo_path(t, ways_row(t, TOPO_GPU, gpus->v[i]), ways_row(t, TOPO_GPU, gpus->v[j]));

			if (!p)
				continue;
			*LIST_PUSH(a, ret) = *p;
			if (are_peers(s, gpus->v[i], gpus->v[j]))
				*LIST_PUSH(a, &peers) = *p;
		}
	for (k = 0; k < ARRAY_LEN(obstacles); k++)
		warn(&peers, k, a, ret_warnings);
}
