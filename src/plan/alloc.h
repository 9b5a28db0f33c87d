/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which GPUs for whom: from a request and what is reserved already to a set of GPUs, or the reason there is none.
 * Pure and deterministic: same machine, same reservations, same request, same answer.
 */
#ifndef GPUBAY_PLAN_ALLOC_H
#define GPUBAY_PLAN_ALLOC_H

#include "model/snapshot.h"

#define ALLOC_SAME(E, P) E(P, NUMA, "numa") E(P, SWITCH, "switch")
ENUM_DECL(alloc_same, ALLOC_SAME)

struct alloc_request {
	uint32_t count;         /* at least 1 */
	enum gpu_vendor vendor; /* unknown: any */
	uint64_t memory_bytes;  /* least video memory of each; 0: any */
	bool shared;            /* may be given to others who share too */
	enum alloc_same same;   /* all on one NUMA node, or below one root port; unknown: anywhere */
	uint32_t near;          /* index into rdma: prefer GPUs near it; NONE: no matter */
	struct u32s pins;       /* GPUs that must be among them; index into gpus */
	struct strs features;   /* names that feature_check takes */
};

/* Somebody's GPUs. Names are unique; a GPU that is gone makes its reservation invalid. */
#define RESERVATION(F, S) \
	F(S, name, str, _, 0, "who") \
	F(S, gpus, strs, _, 0, "stable ids") \
	F(S, shared, b, _, 0, "others may share them")
FIELD_STRUCT(reservation, RESERVATION)

/* Why a GPU was not taken. */
#define ALLOC_REASON(F, S) \
	F(S, gpu, ref, gpu, 0, "GPU") \
	F(S, reason, str, _, 0, "why it cannot be given")
FIELD_STRUCT(alloc_reason, ALLOC_REASON)

struct alloc_answer {
	struct u32s gpus; /* indices, ascending; empty when there is no answer */
	struct alloc_reason_list refused;
	const char *why;  /* why there is none; NULL when there is one */
	uint64_t cost, gap;
	struct path_list paths; /* between the chosen ones */
	struct strs warnings;
};

/* 0 with an answer, -ENODEV without one (answer->why says it), -EINVAL for a request that asks for nothing. */
int alloc_solve(const struct snapshot *s, const struct alloc_request *req, const struct reservation_list *taken,
		struct arena *a, struct alloc_answer *ret);
/* Reports of driver libraries that the request needs, one bit for each report_kind; 0: the snapshot is enough. */
unsigned alloc_reports(const struct snapshot *s, const struct alloc_request *req);
/* Whether all GPUs of a reservation are still here. */
bool reservation_valid(const struct snapshot *s, const struct reservation *r);

#endif
