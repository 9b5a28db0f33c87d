/* SPDX-License-Identifier: Apache-2.0 */
/* What every verb asks of the command line: its options, its errors, its colours. */
#include "cli/cli.h"

#include "base/parse.h"
#include "codec/json.h"

#include <stdarg.h>

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
