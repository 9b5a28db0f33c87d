/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times what gpubay computes without looking at anything: which GPUs belong together, and the specs for containers.
 *
 * usage: bench-plan CAPTURE
 *
 * A line for each task: its name, microseconds (median and most over all inputs, each the least of some rounds), and the
 * most work, which does not depend on the machine: steps of the search, bytes of the specs.
 */
#include "base/buf.h"
#include "codec/cdi-json.h"
#include "host/capture.h"
#include "host/tree-mem.h"
#include "plan/choose.h"
#include "probe/probe.h"
#include "publish/cdi.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 5, INPUTS = 64, DEVICES = 64 };

struct result {
	double us[INPUTS];
	unsigned n;
	uint64_t work;
};

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void print(const char *name, struct result *r)
{
	qsort(r->us, r->n, sizeof(*r->us), compare);
	printf("%s %.1f %.1f %llu\n", name, r->us[r->n / 2], r->us[r->n - 1], (unsigned long long)r->work);
}

/* Any sequence will do, as long as it is the same everywhere. */
static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void choose_timed(const struct choose *in, struct result *r)
{
	double best = 0, start, took;
	struct choice got;
	unsigned i;

	for (i = 0; i < ROUNDS; i++) {
		struct arena *a = arena_new();

		start = now_us();
		if (choose_best(a, in, &got) < 0 || got.gap)
			abort();
		took = now_us() - start;
		best = i == 0 || took < best ? took : best;
		if (got.work > r->work)
			r->work = got.work;
		arena_free(a);
	}
	r->us[r->n++] = best;
}

/* Weights of every kind: alike, few values, wide, in clusters, and own costs that pull elsewhere. */
static void free_weights(void)
{
	static const uint32_t ranges[] = {2, 3, 10, 100, CHOOSE_WEIGHT_MAX};
	static uint32_t distance[16 * 16], cost[16];
	struct choose in = {.n = 16, .k = 8, .distance = distance, .cost = cost};
	struct result r = {.n = 0};
	uint32_t seed = 7, i, j, t;

	for (t = 0; t < INPUTS; t++) {
		uint32_t range = ranges[t % ARRAY_LEN(ranges)], base = t % 3 == 0 ? 0 : range, pull = t % 7 == 0 ? 4 * range : range;

		for (i = 0; i < in.n; i++) {
			cost[i] = t % 4 ? 0 : next(&seed) % MIN(pull, (uint32_t)CHOOSE_WEIGHT_MAX);
			for (j = 0; j < i; j++)
				distance[i * in.n + j] = distance[j * in.n + i] =
					MIN(base + next(&seed) % range + (t % 5 == 4 && i % 4 != j % 4 ? 2 * range : 0), (uint32_t)CHOOSE_WEIGHT_MAX);
		}
		choose_timed(&in, &r);
	}
	print("choose-8-of-16-free-weights", &r);
}

/* Machines of switches in switches: the distance is that of the first level at which two part. */
static void tree(void)
{
	static uint32_t distance[DEVICES * DEVICES], cost[DEVICES];
	struct choose in = {.n = DEVICES, .k = 8, .distance = distance, .cost = cost};
	struct result r = {.n = 0};
	uint32_t seed = 11, i, j, level, t, place[DEVICES];

	for (t = 0; t < INPUTS; t++) {
		for (i = 0; i < DEVICES; i++) {
			place[i] = next(&seed) % (t % 2 ? 4096 : 64);
			cost[i] = t % 4 ? 0 : next(&seed) % 200;
		}
		for (i = 0; i < DEVICES; i++)
			for (j = 0; j < i; j++) {
				for (level = 0; level < 6 && place[i] >> (2 * level) != place[j] >> (2 * level); level++)
					;
				distance[i * DEVICES + j] = distance[j * DEVICES + i] = 1 + level * level;
			}
		choose_timed(&in, &r);
	}
	print("choose-8-of-64-tree", &r);
}

static struct tree *read_capture(const char *path)
{
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	FILE *f = fopen(path, "rb");
	struct tree *t = NULL;
	struct err e = {0};
	char piece[65536];
	size_t n;

	while (f && (n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(&text, piece, n);
	if (!f || capture_parse(path, text.p, text.n, &t, &e) < 0) {
		fprintf(stderr, "bench-plan: %s: %s\n", path, f ? e.text : "cannot be read");
		exit(2);
	}
	fclose(f);
	return t;
}

static void specs_timed(const struct snapshot *s, const struct cdi_settings *settings, struct result *r)
{
	double best = 0, start, took;
	uint32_t i, k;

	for (i = 0; i < ROUNDS; i++) {
		struct buf out CLEANUP(buf_free) = BUF_NULL;
		struct arena *a = arena_new();
		struct cdi_spec_list list;
		struct strs notes = {0};

		start = now_us();
		cdi_build(s, settings, a, &list, &notes);
		for (k = 0; k < list.n; k++)
			cdi_json_print(&list.v[k], &out);
		took = now_us() - start;
		best = i == 0 || took < best ? took : best;
		r->work = out.n;
		arena_free(a);
	}
	r->us[r->n++] = best;
}

/* Specs of every vendor, as text. */
static void specs(const char *path)
{
	static const struct probe_request req = {.phases = PROBE_LIST | PROBE_PLATFORM | PROBE_MODULES};
	static const struct cdi_settings settings = {.add_groups = true, .hook = "/usr/libexec/gpubay/gpubay-cdi-hook"};
	struct tree *t = read_capture(path);
	struct snapshot *s = probe_snapshot(t, &req);
	struct result r = {.n = 0};
	unsigned i;

	for (i = 0; i < INPUTS; i++)
		specs_timed(s, &settings, &r);
	print("cdi-8-gpus", &r);
	snapshot_free(s);
	tree_free(t);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: bench-plan CAPTURE\n");
		return 2;
	}
	free_weights();
	tree();
	specs(argv[1]);
	return 0;
}
