/* SPDX-License-Identifier: Apache-2.0 */
#ifdef _WIN32
/* Before our own: mingw's io.h has inline functions that use what banned.h takes away. */
#include <fcntl.h>
#include <io.h>
#endif

#include "base/parse.h"
#include "cli/args.h"
#include "cli/remote.h"
#include "codec/json.h"

#include <stdarg.h>
#ifndef _WIN32
#include <sys/ioctl.h>
#include <unistd.h>
#endif

extern const struct verb verb_status, verb_list, verb_show, verb_check, verb_explain, verb_topo, verb_capture, verb_facts,
	verb_discover, verb_version, verb_vulkan, verb_media, verb_rdma, verb_alloc, verb_run, verb_cdi, verb_trust, verb_holders, verb_containers,
	verb_attach, verb_detach, verb_eject, verb_watch, verb_complete, verb_schema;

const struct verb *const cli_verbs[] = {
	&verb_status,  &verb_list,    &verb_show,
	&verb_check,   &verb_explain, &verb_topo,
	&verb_vulkan,  &verb_media,   &verb_rdma,
#ifndef _WIN32
	&verb_alloc,   &verb_run,     &verb_cdi,
	&verb_attach,  &verb_detach,  &verb_eject,   &verb_holders, &verb_containers, &verb_trust,
	&verb_watch,
#endif
	&verb_capture, &verb_facts,   &verb_discover, &verb_version,
	&verb_complete, &verb_schema, NULL, /* for programs: shells, tests */
};

bool cli_flag(const struct cli *c, const char *name)
{
	uint32_t i;

	for (i = 0; i < c->opts.n; i++)
		if (str_eq(c->opts.v[i].opt->name, name))
			return true;
	return false;
}

const char *cli_value(const struct cli *c, const char *name)
{
	uint32_t i;

	for (i = c->opts.n; i-- > 0;)
		if (str_eq(c->opts.v[i].opt->name, name))
			return c->opts.v[i].value;
	return NULL;
}

struct strs cli_values(const struct cli *c, const char *name)
{
	struct strs all = {0};
	uint32_t i, k;

	for (i = 0; i < c->opts.n; i++) {
		struct strs some;

		if (!str_eq(c->opts.v[i].opt->name, name))
			continue;
		some = str_split(c->a, c->opts.v[i].value, ", ");
		for (k = 0; k < some.n; k++)
			strs_add(c->a, &all, some.v[k]);
	}
	return all;
}

int cli_error(struct cli *c, int status, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = arena_vprintf(c->a, fmt, ap);
	va_end(ap);
	fprintf(stderr, "gpubay: %s\n", text);
	if (c->json) {
		json_t *doc = json_document("error");

		json_object_set_new(doc, "error", json_pack("{s:i, s:s}", "status", status, "message",
							    utf8_clean(c->a, text, strlen(text))));
		buf_clear(&c->out);
		if (cli_flag(c, "steps"))
			json_line(doc, &c->out);
		else
			json_print(doc, &c->out);
	}
	return status;
}

void cli_flush(struct cli *c)
{
	if (c->out.n)
		fwrite(c->out.p, 1, c->out.n, stdout);
	fflush(stdout);
	buf_clear(&c->out);
}

static const char *colour(const struct cli *c, const char *code)
{
	return c->colour ? code : "";
}

const char *cli_bold(const struct cli *c)
{
	return colour(c, "\033[1m");
}

const char *cli_red(const struct cli *c)
{
	return colour(c, "\033[1;31m");
}

const char *cli_yellow(const struct cli *c)
{
	return colour(c, "\033[33m");
}

const char *cli_green(const struct cli *c)
{
	return colour(c, "\033[32m");
}

const char *cli_dim(const struct cli *c)
{
	return colour(c, "\033[2m");
}

const char *cli_plain(const struct cli *c)
{
	return colour(c, "\033[0m");
}

/* Tables fit 80 columns; a wider terminal gives them more, anything else that is no terminal does not. */
static void look_at_terminal(struct cli *c)
{
	c->width = 80;
#ifdef _WIN32
	_setmode(_fileno(stdout), _O_BINARY);
	_setmode(_fileno(stdin), _O_BINARY);
#else
	const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
	struct winsize w;

	if (!isatty(STDOUT_FILENO))
		return;
	c->colour = !(no_colour && *no_colour) && !str_eq(term, "dumb");
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 40)
		c->width = w.ws_col;
#endif
}

int main(int argc, char **argv)
{
	struct cli c = {.a = arena_new()};
	bool help = false;
	int status;

	look_at_terminal(&c);
	status = args_parse(&c, argc, argv, &help);
	if (status == 0 && help) {
		if (c.verb)
			help_verb(&c, c.verb);
		else
			help_program(&c);
	} else if (status == 0) {
		c.json = cli_flag(&c, "json");
		status = remote_wanted(&c) ? remote_run(&c) : c.verb->run(&c);
	}
	cli_flush(&c);
	if (ferror(stdout))
		status = status ? status : EXIT_UNREADABLE;
	snapshot_free(c.snap);
	tree_free(c.tree);
	buf_free(&c.out);
	arena_free(c.a);
	return status;
}
