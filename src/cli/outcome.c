/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/outcome.h"

#include "base/parse.h"
#include "cli/holders.h"
#include "codec/json.h"
#include "swap/steps.h"

#include <unistd.h>

static const struct {
	const char *mark;
	const char *(*colour)(const struct cli *c);
} marks[STEP_RESULT_COUNT] = {
	[STEP_RESULT_UNKNOWN] = {"?", cli_yellow}, [STEP_RESULT_DOING] = {"…", cli_dim},
	[STEP_RESULT_DONE] = {"✓", cli_green},	   [STEP_RESULT_SKIPPED] = {"-", cli_dim},
	[STEP_RESULT_WOULD] = {"○", cli_green},	   [STEP_RESULT_REFUSED] = {"✗", cli_red},
	[STEP_RESULT_FAILED] = {"✗", cli_red},	   [STEP_RESULT_HUNG] = {"✗", cli_red},
};

static void print_step(void *arg, const struct swap_step *st)
{
	struct cli *c = arg;
	bool terminal = isatty(STDOUT_FILENO);

	/* What takes time is shown as it begins, where the line can be written over. */
	if (st->result == STEP_RESULT_DOING) {
		if (terminal)
			buf_addf(&c->out, "%s… %s%s", cli_dim(c), st->name, cli_plain(c));
		cli_flush(c);
		return;
	}
	buf_addf(&c->out, "%s%s%s%s %s", terminal ? "\r\033[K" : "", marks[st->result].colour(c),
		 marks[st->result].mark, cli_plain(c), st->name);
	if (st->result == STEP_RESULT_HUNG)
		buf_adds(&c->out, ": hangs");
	buf_addc(&c->out, '\n');
	if (st->detail && *st->detail)
		text_wrap(c, 4, st->detail);
	if (st->remedy && *st->remedy)
		text_wrap(c, 4, arena_printf(c->a, "do: %s", st->remedy));
	cli_flush(c);
}

static void json_with(struct cli *c, const char *kind, const void *obj, const struct field *table, bool line)
{
	json_t *doc = json_document(kind), *fields = json_object_of(c->snap, obj, table);

	json_object_update(doc, fields);
	json_decref(fields);
	if (line)
		json_line(doc, &c->out);
	else
		json_print(doc, &c->out);
}

static void print_step_line(void *arg, const struct swap_step *st)
{
	json_with(arg, "step", st, swap_step_fields, true);
	cli_flush(arg);
}

void outcome_listener(struct cli *c, struct swap_listener *ret)
{
	*ret = (struct swap_listener){.step = !c->json ? print_step : cli_flag(c, "steps") ? print_step_line : NULL, .arg = c};
}

/* The verdict stands alone on its line; what a dry run would come to must not be taken for it. */
static void print_verdict(struct cli *c, const struct outcome *o)
{
	bool good = verdict_good(o->verdict);

	buf_addf(&c->out, "%s%s%s%s\n", good ? cli_green(c) : cli_red(c), cli_bold(c),
		 good && o->dry_run ? "dry run: nothing was changed" :
				      enum_name(&verdict_tab, o->verdict),
		 cli_plain(c));
	if (o->reason && *o->reason)
		text_wrap(c, 2, o->reason);
	if (o->remedy && *o->remedy)
		text_wrap(c, 2, arena_printf(c->a, "do: %s", o->remedy));
}

static const char *say_partial(struct cli *c, const struct outcome *o)
{
	struct holders_view view = {.partial = true, .unseen = o->holders_unseen};
	const char *who = holders_say_view(c->a, &view);

	return arena_printf(c->a, "not every process could be looked at%s%s", *who ? ": " : "", who);
}

int outcome_print(struct cli *c, const struct outcome *o)
{
	if (c->json) {
		json_with(c, "outcome", o, outcome_fields, cli_flag(c, "steps"));
	} else {
		holders_print(c, &o->holders);
		if (o->holders_partial)
			text_wrap(c, 0, say_partial(c, o));
		print_verdict(c, o);
	}
	return verdict_good(o->verdict) ? EXIT_DONE : EXIT_FINDINGS;
}
