/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which k of n devices belong together: the set with the least sum of distances between its members plus their own
 * costs. Exact where that can be had, and otherwise honest about how far it may be off:
 *   tree distances (PIX, PXB, PHB, NODE, SYS are such): exact at any size, by dynamic programming over the tree
 *   up to CHOOSE_EXACT devices with any distances: exact, by branch and bound
 *   beyond: the best found within a fixed amount of work, with the proven gap to the optimum
 * Of several best sets it takes the one with the smallest numbers, so the same question has the same answer.
 */
#ifndef GPUBAY_PLAN_CHOOSE_H
#define GPUBAY_PLAN_CHOOSE_H

#include "base/arena.h"

enum { CHOOSE_MAX = 256, CHOOSE_EXACT = 16, CHOOSE_WEIGHT_MAX = 1000000 };

struct choose {
	uint32_t n;               /* devices, at most CHOOSE_MAX */
	uint32_t k;               /* how many are wanted, at most n */
	const uint32_t *distance; /* n × n, symmetric; the diagonal is not looked at; at most CHOOSE_WEIGHT_MAX */
	const uint32_t *cost;     /* n, each device's own cost, at most CHOOSE_WEIGHT_MAX; NULL: none */
};

struct choice {
	uint32_t *v;     /* k numbers, ascending; the arena's */
	uint64_t cost;   /* of this set */
	uint64_t gap;    /* at most this much above the least possible; 0: it is the least */
	bool tree;       /* the distances were those of a tree */
	uint64_t work;   /* steps it took: table cells of a tree, branches otherwise; the same every time */
};

/* 0; -EINVAL when k is larger than n, n too large, or a weight out of range. */
int choose_best(struct arena *a, const struct choose *in, struct choice *ret);
/* Cost of a given set, for tests and explanations. */
uint64_t choose_cost(const struct choose *in, const uint32_t *set, uint32_t k);

#endif
