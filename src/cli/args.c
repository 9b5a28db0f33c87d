/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/args.h"

#include "base/parse.h"

const struct opt cli_source_opts[] = {
	{"root", 0, OPT_VALUE, "DIR", "look at a captured or mounted tree instead of this machine"},
	{"capture", 0, OPT_VALUE, "FILE", "look at a capture made by gpubay capture"},
	{"lspci", 0, OPT_VALUE, "FILE", "look at what lspci -nn, -vmmnnk or -xxxx printed"},
	{"example", 0, OPT_OPTIONAL, "NAME", "look at a machine that comes with the program"},
	{"wake", 0, OPT_FLAG, NULL, "wake sleeping devices to read their links"},
	{"user", 0, OPT_VALUE, "NAME", "judge device nodes for this user"},
	{0},
};

const struct opt cli_common_opts[] = {
	{"json", 'j', OPT_FLAG, NULL, "print one JSON document"},
	{"help", 'h', OPT_FLAG, NULL, "print help"},
	{0},
};

static const struct opt *find_in(const struct opt *o, const char *name, size_t n, char letter)
{
	for (; o && o->name; o++)
		if (letter ? o->letter == letter : strlen(o->name) == n && memcmp(o->name, name, n) == 0)
			return o;
	return NULL;
}

/* The verb's own rows come first: discover has letters of its own. */
static const struct opt *find_opt(const struct verb *v, const char *name, size_t n, char letter)
{
	const struct opt *o = v ? find_in(v->opts, name, n, letter) : NULL;

	if (!o)
		o = find_in(cli_common_opts, name, n, letter);
	if (!o && !(v && v->no_source))
		o = find_in(cli_source_opts, name, n, letter);
	return o;
}

static const struct verb *find_verb(const char *name)
{
	const struct verb *const *v;

	for (v = cli_verbs; *v; v++)
		if (str_eq((*v)->name, name))
			return *v;
	return NULL;
}

static void give(struct cli *c, const struct opt *o, const char *value)
{
	struct opt_given *g = LIST_PUSH(c->a, &c->opts);

	*g = (struct opt_given){.opt = o, .value = value};
}

/* One "--name[=value]" or "-x[value]" at argv[*i]. */
static int take_opt(struct cli *c, int argc, char **argv, int *i)
{
	const char *arg = argv[*i], *value = NULL;
	bool is_long = arg[1] == '-';
	const char *name = arg + (is_long ? 2 : 1);
	size_t n = is_long ? strcspn(name, "=") : 1;
	const struct opt *o = find_opt(c->verb, name, n, is_long ? 0 : name[0]);

	if (!o)
		return cli_error(c, EXIT_USAGE, "unknown option '%.*s'%s%s; see 'gpubay%s%s --help'", (int)(n + (is_long ? 2 : 1)), arg,
				 c->verb ? " of gpubay " : "", c->verb ? c->verb->name : "", c->verb ? " " : "",
				 c->verb ? c->verb->name : "");
	if (name[n] == '=' && is_long)
		value = name + n + 1;
	else if (!is_long && name[1] && o->kind == OPT_VALUE)
		value = name + 1;
	else if (!is_long && name[1])
		return cli_error(c, EXIT_USAGE, "letters cannot be joined: '%s'", arg);
	if (o->kind == OPT_FLAG && value)
		return cli_error(c, EXIT_USAGE, "option '--%s' takes no value", o->name);
	if (o->kind == OPT_VALUE && !value) {
		if (*i + 1 >= argc)
			return cli_error(c, EXIT_USAGE, "option '--%s' needs a value: %s", o->name, o->arg);
		value = argv[++*i];
	}
	give(c, o, value);
	return 0;
}

/* Whether the word after this option is its value. Before the verb is known, any verb's option may be meant. */
static bool takes_next(const char *arg)
{
	bool is_long = arg[1] == '-';
	const char *name = arg + (is_long ? 2 : 1);
	const struct verb *const *v;
	const struct opt *o;

	if (is_long ? strchr(name, '=') != NULL : name[1] != '\0')
		return false;
	o = find_in(cli_source_opts, name, strlen(name), is_long ? 0 : name[0]);
	for (v = cli_verbs; !o && *v; v++)
		o = find_in((*v)->opts, name, strlen(name), is_long ? 0 : name[0]);
	return o && o->kind == OPT_VALUE;
}

/* An option before the verb may be the verb's own, so the verb is looked for first. */
static const struct verb *spot_verb(int argc, char **argv, int *ret_at)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (argv[i][0] != '-' || !argv[i][1]) {
			*ret_at = i;
			return find_verb(argv[i]);
		}
		if (takes_next(argv[i]))
			i++;
	}
	*ret_at = 0;
	return find_verb("status");
}

int args_parse(struct cli *c, int argc, char **argv, bool *ret_help)
{
	int i, r, verb_at = 0;
	bool rest = false;

	for (i = 1; i < argc; i++) /* known before the first message is printed */
		if (str_eq(argv[i], "--json") || str_eq(argv[i], "-j"))
			c->json = true;
	c->verb = spot_verb(argc, argv, &verb_at);
	if (!c->verb)
		return cli_error(c, EXIT_USAGE, "no verb '%s'; see 'gpubay --help'", argv[verb_at]);
	for (i = 1; i < argc; i++) {
		if (i == verb_at)
			continue;
		if (!rest && strcmp(argv[i], "--") == 0) {
			rest = true;
		} else if (!rest && argv[i][0] == '-' && argv[i][1]) {
			r = take_opt(c, argc, argv, &i);
			if (r)
				return r;
		} else {
			strs_add(c->a, &c->args, argv[i]);
		}
	}
	*ret_help = cli_flag(c, "help");
	if (*ret_help) {
		c->verb = verb_at ? c->verb : NULL;
		return 0;
	}
	if (c->args.n < c->verb->min)
		return cli_error(c, EXIT_USAGE, "gpubay %s needs %s; see 'gpubay %s --help'", c->verb->name, c->verb->args, c->verb->name);
	if (c->args.n > c->verb->max)
		return cli_error(c, EXIT_USAGE, "gpubay %s does not take '%s'; see 'gpubay %s --help'", c->verb->name,
				 c->args.v[c->verb->max], c->verb->name);
	return 0;
}

enum { HELP_LEFT = 28 };

/* Two columns, the right one broken at blanks. */
static void help_row(struct cli *c, const char *left, const char *text)
{
	unsigned at = HELP_LEFT, i;

	buf_addf(&c->out, "  %-*s", HELP_LEFT - 2, left);
	if (strlen(left) > HELP_LEFT - 3)
		buf_addf(&c->out, "\n%*s", HELP_LEFT, "");
	while (*text) {
		size_t n = strcspn(text, " ");

		if (at > HELP_LEFT && at + 1 + n > c->width) {
			buf_addc(&c->out, '\n');
			for (i = 0; i < HELP_LEFT; i++)
				buf_addc(&c->out, ' ');
			at = HELP_LEFT;
		} else if (at > HELP_LEFT) {
			buf_addc(&c->out, ' ');
			at++;
		}
		buf_add(&c->out, text, n);
		at += (unsigned)n;
		text += n + strspn(text + n, " ");
	}
	buf_addc(&c->out, '\n');
}

static void help_opts(struct cli *c, const char *title, const struct opt *o)
{
	if (!o || !o->name)
		return;
	buf_addf(&c->out, "\n%s:\n", title);
	for (; o->name; o++) {
		char left[64], letter[8] = "    ";

		if (o->letter)
			snprintf(letter, sizeof(letter), "-%c, ", o->letter);
		if (o->kind == OPT_OPTIONAL)
			snprintf(left, sizeof(left), "%s--%s[=%s]", letter, o->name, o->arg);
		else
			snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name, o->kind == OPT_VALUE ? " " : "",
				 o->kind == OPT_VALUE ? o->arg : "");
		help_row(c, left, o->help);
	}
}

void help_program(struct cli *c)
{
	const struct verb *const *v;

	buf_adds(&c->out, "usage: gpubay [SOURCE] [VERB] [OPTIONS]\n\n"
			  "Tells which GPUs this machine has, how each is attached, whether each is usable,\n"
			  "what is wrong and what to do. Without a verb: status.\n\nverbs:\n");
	for (v = cli_verbs; *v; v++) {
		char left[64];

		if ((*v)->name[0] == '_')
			continue;
		snprintf(left, sizeof(left), "%s %s", (*v)->name, (*v)->args);
		help_row(c, left, (*v)->summary);
	}
	help_opts(c, "source (before or after the verb)", cli_source_opts);
	help_opts(c, "common options", cli_common_opts);
	buf_adds(&c->out, "\nexit status: 0 done, 1 something is wrong (findings of severity error), 2 usage\n"
			  "or a bad file, 3 the machine could not be read, 4 the GPU named is not there\n");
}

void help_verb(struct cli *c, const struct verb *v)
{
	buf_addf(&c->out, "usage: gpubay %s%s%s [OPTIONS]\n\n", v->name, *v->args ? " " : "", v->args);
	text_wrap(c, 0, v->about ? v->about : v->summary);
	help_opts(c, "options", v->opts);
	if (!v->no_source)
		help_opts(c, "source", cli_source_opts);
	help_opts(c, "common options", cli_common_opts);
}
