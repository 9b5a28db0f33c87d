/* SPDX-License-Identifier: Apache-2.0 */
/* The chosen set against every possible one, on random trees and on random weights. */
#include "plan/choose.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* Any sequence will do, as long as it is the same everywhere. */
static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

struct brute {
	uint64_t cost;
	uint32_t set[16];
};

static void brute_force(const struct choose *in, struct brute *best)
{
	uint32_t mask, i, n, set[16];

	best->cost = UINT64_MAX;
	for (mask = 0; mask < 1u << in->n; mask++) {
		if ((uint32_t)__builtin_popcount(mask) != in->k)
			continue;
		for (i = n = 0; i < in->n; i++)
			if (mask >> i & 1)
				set[n++] = i;
		uint64_t cost = choose_cost(in, set, n);
		int order = 1;

		for (i = 0; i < n && cost == best->cost; i++)
			if (set[i] != best->set[i]) {
				order = set[i] < best->set[i] ? -1 : 1;
				break;
			}
		if (cost < best->cost || (cost == best->cost && order < 0)) {
			best->cost = cost;
			memcpy(best->set, set, n * sizeof(*set));
		}
	}
}

static void compare(const struct choose *in, bool tree)
{
	struct arena *a = arena_new();
	struct choice got;
	struct brute want;
	uint32_t i;

	brute_force(in, &want);
	assert_int_equal(choose_best(a, in, &got), 0);
	assert_true(!tree || got.tree);
	assert_int_equal(got.gap, 0);
	assert_true(got.cost == want.cost);
	for (i = 0; i < in->k; i++)
		assert_int_equal(got.v[i], want.set[i]);
	arena_free(a);
}

static void any_weights(void **state)
{
	uint32_t seed = 1, round, i, j, d[16 * 16], cost[16];

	for (round = 0; round < 400; round++) {
		uint32_t n = 2 + next(&seed) % 9, k = 1 + next(&seed) % n, range = 1 + next(&seed) % 50;

		for (i = 0; i < n; i++) {
			cost[i] = next(&seed) % range;
			for (j = 0; j <= i; j++)
				d[i * n + j] = d[j * n + i] = next(&seed) % range;
		}
		compare(&(struct choose){.n = n, .k = k, .distance = d, .cost = round % 2 ? cost : NULL}, false);
	}
}

/* Sockets, root ports, switches: the nearer the common ancestor, the smaller the distance. */
static void tree_weights(void **state)
{
	static const uint32_t levels[] = {1, 3, 7, 20};
	uint32_t seed = 7, round, i, j, d[16 * 16], cost[16];

	for (round = 0; round < 400; round++) {
		uint32_t n = 2 + next(&seed) % 9, k = 1 + next(&seed) % n;

		for (i = 0; i < n; i++) {
			cost[i] = next(&seed) % 5;
			for (j = 0; j <= i; j++) {
				uint32_t level = i / 2 == j / 2 ? 0 : i / 4 == j / 4 ? 1 : i / 8 == j / 8 ? 2 : 3;

				d[i * n + j] = d[j * n + i] = levels[level];
			}
		}
		compare(&(struct choose){.n = n, .k = k, .distance = d, .cost = round % 2 ? cost : NULL}, true);
	}
}

static void sixteen_of_anything(void **state)
{
	uint32_t seed = 3, i, j, d[16 * 16];

	for (i = 0; i < 16; i++)
		for (j = 0; j <= i; j++)
			d[i * 16 + j] = d[j * 16 + i] = next(&seed) % 1000;
	compare(&(struct choose){.n = 16, .k = 8, .distance = d}, false);
}

/* Beyond exact size the gap is a promise: the true optimum (planted) is never further below. */
static void gap_is_a_promise(void **state)
{
	enum { N = 48 };
	static uint32_t d[N * N];
	struct arena *a = arena_new();
	struct choice got;
	uint32_t seed = 11, i, j;

	for (i = 0; i < N; i++)
		for (j = 0; j <= i; j++)
			d[i * N + j] = d[j * N + i] = i % 6 == 5 && j % 6 == 5 ? 1 : 50 + next(&seed) % 100;
	assert_int_equal(choose_best(a, &(struct choose){.n = N, .k = 8, .distance = d}, &got), 0);
	assert_false(got.tree);
	assert_true(got.cost <= 28 + got.gap);
	assert_true(got.cost >= 28);
	arena_free(a);
}

static void bad_questions(void **state)
{
	uint32_t d[4] = {0, 1, 2, 0};
	struct arena *a = arena_new();
	struct choice got;

	assert_int_equal(choose_best(a, &(struct choose){.n = 2, .k = 3, .distance = d}, &got), -EINVAL);
	assert_int_equal(choose_best(a, &(struct choose){.n = 2, .k = 1, .distance = d}, &got), -EINVAL);
	d[2] = 1;
	assert_int_equal(choose_best(a, &(struct choose){.n = 2, .k = 0, .distance = d}, &got), 0);
	assert_int_equal(choose_best(a, &(struct choose){.n = 2, .k = 2, .distance = d}, &got), 0);
	assert_int_equal(got.cost, 1);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_weights),         cmocka_unit_test(tree_weights),
		cmocka_unit_test(sixteen_of_anything), cmocka_unit_test(gap_is_a_promise),
		cmocka_unit_test(bad_questions),
	};

	return cmocka_run_group_tests_name("choose", tests, NULL, NULL);
}
