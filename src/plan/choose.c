/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/choose.h"

#include <errno.h>

#define INFINITE (UINT64_MAX / 4)
enum { NODES_MAX = 2000000 }; /* steps of the bounded search: some milliseconds */

static uint32_t dist(const struct choose *in, uint32_t i, uint32_t j)
{
	return in->distance[(size_t)i * in->n + j];
}

static uint32_t own(const struct choose *in, uint32_t i)
{
	return in->cost ? in->cost[i] : 0;
}

uint64_t choose_cost(const struct choose *in, const uint32_t *set, uint32_t k)
{
	uint64_t sum = 0;
	uint32_t i, j;

	for (i = 0; i < k; i++) {
		sum += own(in, set[i]);
		for (j = 0; j < i; j++)
			sum += dist(in, set[i], set[j]);
	}
	return sum;
}

/* Distances are a tree's when of any three the two largest are equal. */
static bool is_tree(const struct choose *in)
{
	uint32_t i, j, m;

	for (i = 0; i < in->n; i++)
		for (j = i + 1; j < in->n; j++)
			for (m = j + 1; m < in->n; m++) {
				uint32_t a = dist(in, i, j), b = dist(in, j, m), c = dist(in, i, m);

				if (a > MAX(b, c) || b > MAX(a, c) || c > MAX(a, b))
					return false;
			}
	return true;
}

/*
 * The tree. A node is a set of devices that are all at most `height` apart; its children are the classes one level
 * nearer. table[x] is the least cost of taking x devices out of it: pairs within a child are the child's affair, every
 * other pair costs `height`.
 */
struct node {
	uint32_t height;
	uint32_t leaf; /* device, NONE for an inner node */
	uint32_t n;    /* devices below */
	struct node **children;
	uint32_t n_children;
	uint64_t *table; /* k + 1 entries */
};

static struct node *leaf_new(struct arena *a, const struct choose *in, uint32_t device)
{
	struct node *node = ARENA_NEW(a, struct node);

	node->leaf = device;
	node->n = 1;
	node->table = arena_alloc(a, (in->k + 1) * sizeof(*node->table));
	return node;
}

static struct node *tree_new(struct arena *a, const struct choose *in, const uint32_t *set, uint32_t n)
{
	struct node *node;
	uint32_t i, j, *part, n_part, *rest, n_rest, height = 0;

	if (n == 1)
		return leaf_new(a, in, set[0]);
	for (i = 1; i < n; i++)
		height = MAX(height, dist(in, set[0], set[i]));
	for (i = 1; i < n; i++)
		for (j = i + 1; j < n; j++)
			height = MAX(height, dist(in, set[i], set[j]));
	node = ARENA_NEW(a, struct node);
	node->height = height;
	node->leaf = NONE;
	node->n = n;
	node->children = arena_alloc(a, n * sizeof(*node->children));
	node->table = arena_alloc(a, (in->k + 1) * sizeof(*node->table));
	rest = arena_dup(a, set, n * sizeof(*set));
	part = arena_alloc(a, n * sizeof(*part));
	for (n_rest = n; n_rest > 0;) {
		uint32_t first = rest[0], kept = 0;

		n_part = 0;
		for (i = 0; i < n_rest; i++) {
			if (i == 0 || dist(in, first, rest[i]) < height)
				part[n_part++] = rest[i];
			else
				rest[kept++] = rest[i];
		}
		n_rest = kept;
		node->children[node->n_children++] = tree_new(a, in, part, n_part);
	}
	return node;
}

/* What a device costs now: taken for certain, left out for certain, or free. */
enum fate { FREE, IN, OUT };

static void leaf_fill(const struct choose *in, struct node *node, const uint8_t *fate)
{
	uint32_t x;

	for (x = 0; x <= in->k; x++)
		node->table[x] = INFINITE;
	if (fate[node->leaf] != IN)
		node->table[0] = 0;
	if (fate[node->leaf] != OUT && in->k > 0)
		node->table[1] = own(in, node->leaf);
}

static void tree_fill(const struct choose *in, struct node *node, const uint8_t *fate, uint64_t *work)
{
	uint64_t next[CHOOSE_MAX + 1];
	uint32_t c, x, y, have = 0;

	if (node->leaf != NONE) {
		leaf_fill(in, node, fate);
		return;
	}
	for (x = 0; x <= in->k; x++)
		node->table[x] = x ? INFINITE : 0;
	for (c = 0; c < node->n_children; c++) {
		struct node *child = node->children[c];

		tree_fill(in, child, fate, work);
		for (x = 0; x <= in->k; x++)
			next[x] = INFINITE;
		for (x = 0; x <= MIN(have, in->k); x++)
			for (y = 0; y <= MIN(child->n, in->k - x); y++) {
				uint64_t cost = node->table[x] + child->table[y] + (uint64_t)x * y * node->height;

				next[x + y] = MIN(next[x + y], MIN(cost, INFINITE));
			}
		memcpy(node->table, next, (in->k + 1) * sizeof(*next));
		*work += (uint64_t)(MIN(have, in->k) + 1) * (MIN(child->n, in->k) + 1);
		have += child->n;
	}
}

/*
 * The least cost comes from the table; the set with the smallest numbers from asking, device by device, whether the
 * least cost can still be had with it.
 */
static void choose_tree(struct arena *a, const struct choose *in, struct choice *ret)
{
	uint32_t all[CHOOSE_MAX], i, taken = 0;
	uint8_t fate[CHOOSE_MAX] = {0};
	struct node *root;

	for (i = 0; i < in->n; i++)
		all[i] = i;
	root = tree_new(a, in, all, in->n);
	tree_fill(in, root, fate, &ret->work);
	ret->cost = root->table[in->k];
	for (i = 0; i < in->n && taken < in->k; i++) {
		fate[i] = IN;
		tree_fill(in, root, fate, &ret->work);
		if (root->table[in->k] == ret->cost)
			ret->v[taken++] = i;
		else
			fate[i] = OUT;
	}
	ret->tree = true;
}

/* Branch and bound, in the order of numbers, so that the first of several best sets is the smallest. */
struct search {
	const struct choose *in;
	uint32_t set[CHOOSE_MAX];
	uint64_t best;
	uint32_t best_set[CHOOSE_MAX];
	uint64_t nodes, limit;
	uint64_t lost; /* least bound among branches that were given up for lack of work left */
	uint64_t (*reach)[CHOOSE_MAX]; /* per depth: what each device costs on top of the set so far */
};

/*
 * What still has to be paid at least: each of the m devices to come pays its cost and its way to the set so far; ways
 * between them count with the smallest distance there is.
 */
static uint64_t bound(const struct search *s, uint32_t from, uint32_t depth, uint64_t paid, uint64_t least_pair)
{
	const uint64_t *reach = s->reach[depth];
	uint32_t m = s->in->k - depth, i, j, filled = 0;
	uint64_t smallest[CHOOSE_MAX];

	for (i = from; i < s->in->n; i++) {
		uint64_t v = reach[i];

		if (filled == m && v >= smallest[m - 1])
			continue;
		for (j = filled < m ? filled++ : m - 1; j > 0 && smallest[j - 1] > v; j--)
			smallest[j] = smallest[j - 1];
		smallest[j] = v;
	}
	for (i = 0; i < m; i++)
		paid += smallest[i];
	return paid + (uint64_t)m * (m - 1) / 2 * least_pair;
}

static void descend(struct search *s, uint32_t from, uint32_t depth, uint64_t paid, uint64_t least_pair)
{
	const struct choose *in = s->in;
	uint32_t i, j;

	if (depth == in->k) {
		if (paid < s->best) {
			s->best = paid;
			memcpy(s->best_set, s->set, in->k * sizeof(*s->set));
		}
		return;
	}
	for (i = from; i + (in->k - depth) <= in->n; i++) {
		uint64_t low = bound(s, i, depth, paid, least_pair);

		if (low >= s->best)
			return; /* fewer to choose from can only be dearer */
		if (s->nodes++ >= s->limit) {
			s->lost = MIN(s->lost, low);
			return;
		}
		s->set[depth] = i;
		for (j = i + 1; j < in->n; j++)
			s->reach[depth + 1][j] = s->reach[depth][j] + dist(in, i, j);
		descend(s, i + 1, depth + 1, paid + s->reach[depth][i], least_pair);
	}
}

/* A good set to start from makes the bound cut early: from each device, add whoever is nearest. */
static void start_greedily(struct search *s)
{
	const struct choose *in = s->in;
	uint32_t first, i, j, n;

	for (first = 0; first < in->n; first++) {
		uint64_t reach[CHOOSE_MAX], paid = own(in, first);
		bool taken[CHOOSE_MAX] = {false};
		uint32_t set[CHOOSE_MAX], sorted = 0;

		taken[first] = true;
		for (j = 0; j < in->n; j++)
			reach[j] = own(in, j) + (j == first ? 0 : dist(in, first, j));
		for (n = 1; n < in->k; n++) {
			uint32_t near = NONE;

			for (i = 0; i < in->n; i++)
				if (!taken[i] && (near == NONE || reach[i] < reach[near]))
					near = i;
			taken[near] = true;
			paid += reach[near];
			for (j = 0; j < in->n; j++)
				reach[j] += j == near ? 0 : dist(in, near, j);
		}
		for (i = 0; i < in->n; i++)
			if (taken[i])
				set[sorted++] = i;
		/* One more than found, so that an equally good set with smaller numbers is still looked for. */
		if (paid + 1 < s->best) {
			s->best = paid + 1;
			memcpy(s->best_set, set, in->k * sizeof(*set));
		}
	}
}

static void choose_any(struct arena *a, const struct choose *in, struct choice *ret)
{
	struct search *s = ARENA_NEW(a, struct search);
	uint64_t least = UINT64_MAX;
	uint32_t i, j;

	*s = (struct search){.in = in, .best = INFINITE, .lost = INFINITE, .limit = in->n <= CHOOSE_EXACT ? UINT64_MAX : NODES_MAX};
	s->reach = arena_alloc(a, (size_t)(in->k + 1) * sizeof(*s->reach));
	for (i = 0; i < in->n; i++) {
		s->reach[0][i] = own(in, i);
		for (j = i + 1; j < in->n; j++)
			least = MIN(least, (uint64_t)dist(in, i, j));
	}
	start_greedily(s);
	descend(s, 0, 0, 0, least == UINT64_MAX ? 0 : least);
	memcpy(ret->v, s->best_set, in->k * sizeof(*s->best_set));
	ret->cost = choose_cost(in, ret->v, in->k);
	ret->work = s->nodes;
	ret->gap = s->lost < ret->cost ? ret->cost - s->lost : 0;
}

int choose_best(struct arena *a, const struct choose *in, struct choice *ret)
{
	uint32_t i, j;

	*ret = (struct choice){0};
	if (in->k > in->n || in->n > CHOOSE_MAX)
		return -EINVAL;
	for (i = 0; i < in->n; i++) {
		if (own(in, i) > CHOOSE_WEIGHT_MAX)
			return -EINVAL;
		for (j = 0; j < in->n; j++)
			if (i != j && (dist(in, i, j) > CHOOSE_WEIGHT_MAX || dist(in, i, j) != dist(in, j, i)))
				return -EINVAL;
	}
	ret->v = arena_alloc(a, in->k * sizeof(*ret->v));
	if (in->k == 0)
		return 0;
	if (is_tree(in))
		choose_tree(a, in, ret);
	else
		choose_any(a, in, ret);
	return 0;
}
