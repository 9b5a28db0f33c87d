/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change is told step by step: to the listener as a step begins and as it ends, and kept in the outcome. With dry
 * effects a step that would have changed something ends as "would", and its detail says what: the steps themselves
 * need not know.
 */
#ifndef GPUBAY_SWAP_STEPS_H
#define GPUBAY_SWAP_STEPS_H

#include "host/effects.h"
#include "model/swap.h"

struct steps {
	struct arena *a;
	struct effects *fx;
	struct outcome *outcome;
	const struct swap_listener *listener; /* may be NULL */
	struct swap_step now;		      /* the step that is being done */
	uint64_t began_ms;
	struct strs would; /* dry: effects since it began */
};

void steps_init(struct steps *s, struct arena *a, struct effects *fx, struct outcome *o,
		const struct swap_listener *l);
void steps_begin(struct steps *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The file it is about; told with its result. */
void steps_path(struct steps *s, const char *path);
/* detail and remedy may be NULL. */
void steps_end(struct steps *s, enum step_result result, const char *detail, const char *remedy);
/* Begins and ends one that takes no time. */
void steps_tell(struct steps *s, const char *name, enum step_result result, const char *detail,
		const char *remedy);

/* The end of the whole. Gives back whether the verdict is a good one: safe, usable or changed. */
bool steps_conclude(struct steps *s, enum verdict verdict, const char *reason, const char *remedy);
bool verdict_good(enum verdict verdict);

#endif
