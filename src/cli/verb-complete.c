/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gpubay __complete -- WORD...: what could stand in place of the last word, one candidate a line, a tab, what it means.
 * The shells' scripts ask this, so they hold no list that could grow old. ":files" and ":dirs" ask the shell for file
 * names.
 */
#include "base/parse.h"
#include "cli/cli.h"
#include "cli/examples.h"
#include "cli/words.h"
#include "codec/facts-tables.h"

/* The command line so far. */
struct typed {
	struct cli *c;
	const struct verb *verb;
	const struct opt *waiting; /* the option whose value is being typed */
	bool lost;                 /* a verb that is none was typed */
	unsigned position;         /* arguments before the last word */
	const char *word;          /* the last word, or the value after "--name=" */
	const char *before;        /* what stays in front of each candidate: "--vendor=intel," */
};

static void offer(const struct typed *t, const char *candidate, const char *meaning)
{
	if (str_starts(candidate, t->word))
		buf_addf(&t->c->out, "%s%s\t%s\n", t->before, candidate, meaning ? meaning : "");
}

static void offer_files(const struct typed *t)
{
	buf_adds(&t->c->out, ":files\n");
}

static void offer_dirs(const struct typed *t)
{
	buf_adds(&t->c->out, ":dirs\n");
}

static void offer_examples(const struct typed *t)
{
	const struct example *x;

	for (x = examples; x->name; x++)
		offer(t, x->name, "");
}

/* Lists end with the piece that is being typed. */
static void offer_vendors(const struct typed *t)
{
	const char *comma = strrchr(t->word, ',');
	struct typed piece = *t;
	unsigned i;

	if (comma) {
		piece.before = arena_printf(t->c->a, "%s%.*s", t->before, (int)(comma + 1 - t->word), t->word);
		piece.word = comma + 1;
	}
	for (i = GPU_VENDOR_UNKNOWN + 1; i < GPU_VENDOR_OTHER; i++)
		offer(&piece, enum_name(&gpu_vendor_tab, i), "");
	if (!comma)
		offer(&piece, "auto", "whatever is there");
}

static void offer_gpus(const struct typed *t)
{
	struct cli *c = t->c;
	uint32_t i;

	if (cli_snapshot(c, PROBE_PCI | PROBE_PCI_DETAIL | PROBE_NAMES | PROBE_DRM)) {
		buf_clear(&c->out);
		return;
	}
	for (i = 0; i < c->snap->gpus.n; i++) {
		const struct gpu *g = &c->snap->gpus.v[i];

		offer(t, arena_printf(c->a, "%u", g->index), say_name(c, g));
		offer(t, say_addr(c, g->address), say_name(c, g));
		if (*t->word && g->id && !str_eq(g->id, say_addr(c, g->address)))
			offer(t, g->id, say_name(c, g));
	}
}

static void offer_checks(const struct typed *t)
{
	const struct check_row *const *table;
	const struct check_row *row;

	for (table = check_tables; *table; table++)
		for (row = *table; row->id; row++)
			offer(t, row->id, row->title);
}

static void offer_topics(const struct typed *t)
{
	const struct check_row *const *table;

	for (table = check_tables; *table; table++)
		if ((*table)->id)
			offer(t, (*table)->topic, "");
}

static void offer_tables(const struct typed *t)
{
	const struct facts_table *table;

	for (table = facts_tables; table->name; table++)
		offer(t, table->name, table->about);
}

/* What a word of `args` in a verb's row, or of `arg` in an option's, stands for. */
static const struct {
	const char *word;
	void (*offer)(const struct typed *t);
} kinds[] = {
	{"GPU", offer_gpus},     {"ID", offer_checks},       {"TOPIC", offer_topics}, {"TABLE", offer_tables}, {"DIR", offer_dirs},
	{"FILE", offer_files},   {"EXAMPLE", offer_examples}, {"VENDORS", offer_vendors},
};

static void offer_kind(const struct typed *t, const char *word, size_t n)
{
	struct strs words;
	unsigned i;

	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (strlen(kinds[i].word) == n && memcmp(kinds[i].word, word, n) == 0)
			kinds[i].offer(t);
	if (word[0] < 'a' || word[0] > 'z')
		return;
	words = str_split(t->c->a, arena_strn(t->c->a, word, n), "|");
	for (i = 0; i < words.n; i++) /* small letters: the words themselves */
		offer(t, words.v[i], "");
}

/* "[TABLE [ID]]": the word at this position; the last one again when it ends in "...". */
static void offer_argument(const struct typed *t)
{
	const char *s = t->verb->args;
	unsigned i = 0;

	while (*(s += strspn(s, "[] "))) {
		size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-|");

		if (i == t->position || (i < t->position && str_starts(s + n, "..."))) {
			offer_kind(t, s, n);
			return;
		}
		s += strcspn(s, " ");
		i++;
	}
}

static void offer_opts(const struct typed *t, const struct opt *o)
{
	for (; o && o->name; o++)
		offer(t, arena_printf(t->c->a, "--%s", o->name), o->help);
}

static void offer_verbs(const struct typed *t)
{
	const struct verb *const *v;

	for (v = cli_verbs; *v; v++)
		if ((*v)->name[0] != '_')
			offer(t, (*v)->name, (*v)->summary);
}

static const struct opt *opt_in(const struct opt *o, const char *name, size_t n)
{
	for (; o && o->name; o++) {
		if (str_starts(name, "--") && strlen(o->name) == n - 2 && memcmp(o->name, name + 2, n - 2) == 0)
			return o;
		if (n == 2 && o->letter && name[1] == o->letter)
			return o;
	}
	return NULL;
}

/* Before the verb is known, any verb's option may be meant. */
static const struct opt *opt_find(const struct typed *t, const char *name, size_t n)
{
	const struct verb *const *v;
	const struct opt *o = opt_in(cli_source_opts, name, n);

	if (!o)
		o = opt_in(cli_common_opts, name, n);
	for (v = cli_verbs; !o && *v; v++)
		if (!t->verb || t->verb == *v)
			o = opt_in((*v)->opts, name, n);
	return o;
}

static const struct verb *verb_find(const char *name)
{
	const struct verb *const *v;

	for (v = cli_verbs; *v; v++)
		if (str_eq((*v)->name, name))
			return *v;
	return NULL;
}

static void take_source(struct typed *t, const struct opt *o, const char *value)
{
	struct opt_given *g;

	if (opt_in(cli_source_opts, arena_printf(t->c->a, "--%s", o->name), strlen(o->name) + 2) == o) {
		g = LIST_PUSH(t->c->a, &t->c->opts);
		*g = (struct opt_given){.opt = o, .value = value};
	}
}

/* A whole word that was typed before the last one. */
static void take_word(struct typed *t, const char *word)
{
	size_t n = strcspn(word, "=");
	const struct opt *o;

	if (t->waiting) {
		take_source(t, t->waiting, word);
		t->waiting = NULL;
		return;
	}
	if (word[0] != '-' || !word[1]) {
		if (t->verb)
			t->position++;
		else
			t->lost = (t->verb = verb_find(word)) == NULL;
		return;
	}
	o = opt_find(t, word, n);
	if (o && o->kind == OPT_VALUE && !word[n])
		t->waiting = o;
	else if (o)
		take_source(t, o, word[n] ? word + n + 1 : NULL);
}

static void complete_option(struct typed *t)
{
	if (t->verb)
		offer_opts(t, t->verb->opts);
	if (!t->verb || !t->verb->no_source)
		offer_opts(t, cli_source_opts);
	offer_opts(t, cli_common_opts);
}

static void complete(struct typed *t)
{
	size_t n = strcspn(t->word, "=");

	if (t->lost)
		return;
	if (!t->waiting && str_starts(t->word, "--") && t->word[n]) {
		t->waiting = opt_find(t, t->word, n);
		t->before = arena_strn(t->c->a, t->word, n + 1);
		t->word += n + 1;
		if (!t->waiting)
			return;
	}
	if (t->waiting && str_eq(t->waiting->name, "example"))
		offer_examples(t);
	else if (t->waiting && strstr(t->waiting->name, "vendor"))
		offer_vendors(t);
	else if (t->waiting && t->waiting->arg)
		offer_kind(t, t->waiting->arg, strlen(t->waiting->arg));
	else if (t->word[0] == '-')
		complete_option(t);
	else if (t->verb)
		offer_argument(t);
	else
		offer_verbs(t);
}

static int run(struct cli *c)
{
	struct typed t = {.c = c, .before = "", .word = ""};
	uint32_t i;

	for (i = 0; i + 1 < c->args.n; i++)
		take_word(&t, c->args.v[i]);
	if (c->args.n)
		t.word = c->args.v[c->args.n - 1];
	c->json = false;
	complete(&t);
	return EXIT_DONE;
}

const struct verb verb_complete = {
	.name = "__complete",
	.args = "-- WORD...",
	.summary = "candidates for the shells' completion",
	.max = 1024,
	.run = run,
};
