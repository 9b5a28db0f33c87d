/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/steps.h"

#include "base/buf.h"

#include <time.h>

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static const char *would_text(struct arena *a, enum effect kind, const char *what,
			      const char *value)
{
	switch (kind) {
	case EFFECT_WRITE: return arena_printf(a, "write '%s' to %s", value, what);
	case EFFECT_FILE: return arena_printf(a, "write %s", what);
	case EFFECT_UNLINK: return arena_printf(a, "remove %s", what);
	case EFFECT_RUN: return arena_printf(a, "run '%s'", what);
	case EFFECT_SIGNAL: return arena_printf(a, "send SIG%s", what);
	default: return arena_str(a, what);
	}
}

static void on_would(void *arg, enum effect kind, const char *what, const char *value)
{
	struct steps *s = arg;

	strs_add(s->a, &s->would, would_text(s->a, kind, what, value));
}

void steps_init(struct steps *s, struct arena *a, struct effects *fx, struct outcome *o,
		const struct swap_listener *l)
{
	*s = (struct steps){.a = a, .fx = fx, .outcome = o, .listener = l};
	FIELD_SET(o, outcome, dry_run, fx->dry);
	FIELD_KNOW(o, outcome, steps);
	if (fx->dry) {
		fx->on_would = on_would;
		fx->on_would_arg = s;
	}
}

static void tell(const struct steps *s)
{
	if (s->listener && s->listener->step)
		s->listener->step(s->listener->arg, &s->now);
}

static void open_step(struct steps *s, const char *name)
{
	s->now = (struct swap_step){0};
	s->would = (struct strs){0};
	s->began_ms = now_ms();
	FIELD_SET(&s->now, swap_step, name, name);
	FIELD_SET(&s->now, swap_step, result, STEP_RESULT_DOING);
}

void steps_begin(struct steps *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	open_step(s, arena_vprintf(s->a, fmt, ap));
	va_end(ap);
	tell(s);
}

void steps_path(struct steps *s, const char *path)
{
	FIELD_SET(&s->now, swap_step, path, path);
}

/* What would have been done stands in for what came of it. */
static const char *say_would(struct steps *s, const char *detail)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (i = 0; i < s->would.n; i++)
		buf_addf(&b, "%s%s", i ? ", " : "", s->would.v[i]);
	if (detail)
		buf_addf(&b, " (%s)", detail);
	return arena_strn(s->a, b.p, b.n);
}

void steps_end(struct steps *s, enum step_result result, const char *detail, const char *remedy)
{
	if (s->would.n && result == STEP_RESULT_DONE) {
		result = STEP_RESULT_WOULD;
		detail = say_would(s, detail);
	}
	FIELD_SET(&s->now, swap_step, result, result);
	FIELD_SET(&s->now, swap_step, detail, detail);
	FIELD_SET(&s->now, swap_step, remedy, remedy);
	FIELD_SET(&s->now, swap_step, took_ms, (uint32_t)(now_ms() - s->began_ms));
	*LIST_PUSH(s->a, &s->outcome->steps) = s->now;
	tell(s);
}

void steps_tell(struct steps *s, const char *name, enum step_result result, const char *detail,
		const char *remedy)
{
	open_step(s, name);
	steps_end(s, result, detail, remedy);
}

bool verdict_good(enum verdict verdict)
{
	return verdict == VERDICT_SAFE || verdict == VERDICT_USABLE || verdict == VERDICT_CHANGED;
}

bool steps_conclude(struct steps *s, enum verdict verdict, const char *reason, const char *remedy)
{
	/* Nobody may pull a cable for what a dry run says. */
	if (s->fx->dry && verdict_good(verdict))
		verdict = VERDICT_CHANGED;
	FIELD_SET(s->outcome, outcome, verdict, verdict);
	FIELD_SET(s->outcome, outcome, reason, reason);
	FIELD_SET(s->outcome, outcome, remedy, remedy);
	return verdict_good(verdict);
}
