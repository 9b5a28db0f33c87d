/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/remote.h"

#include "base/parse.h"
#include "cli/outcome.h"
#include "cli/root.h"
#include "clients/act.h"
#include "codec/json.h"
#include "format/fields-json.h"

#include <errno.h>
#include <unistd.h>

/* Which method does what this run asks for; NULL: none, so the verb does it itself. */
static const char *method_of(const struct cli *c)
{
	const char *verb = c->verb->name;

	if (str_eq(verb, "eject"))
		return "Eject";
	if (str_eq(verb, "attach"))
		return cli_value(c, "container") ? "Give" : "Attach";
	if (str_eq(verb, "detach"))
		return cli_value(c, "container") ? "TakeBack" : NULL;
	return str_eq(verb, "trust") && c->args.n == 2 ? "Trust" : NULL;
}

static bool names_source(const struct cli *c)
{
	const struct opt *o;

	for (o = cli_source_opts; o->name; o++)
		if (cli_flag(c, o->name))
			return true;
	return false;
}

bool remote_wanted(const struct cli *c)
{
	return geteuid() != 0 && !cli_flag(c, "dry-run") && !names_source(c) && method_of(c);
}

/* A container comes first and may be followed by nothing. */
static void take_args(const struct cli *c, const char *args[4])
{
	const char *container = cli_value(c, "container");
	unsigned n = 0;
	uint32_t i;

	if (container)
		args[n++] = container;
	for (i = 0; i < c->args.n && n < 2; i++)
		args[n++] = c->args.v[i];
	if (n == (container ? 1 : 0))
		args[n++] = "";
	args[n] = NULL;
}

static void take_options(const struct cli *c, struct dbus_option_list *ret)
{
	uint32_t i;

	for (i = 0; i < c->opts.n; i++) {
		const struct opt_given *g = &c->opts.v[i];

		if (str_eq(g->opt->name, "json") || str_eq(g->opt->name, "steps") || str_eq(g->opt->name, "container"))
			continue;
		*LIST_PUSH(c->a, ret) = (struct dbus_option){
			.name = g->opt->name, .type = g->opt->kind == OPT_FLAG ? 'b' : 'u', .text = g->value};
	}
}

static int take_error(struct cli *c, const json_t *error)
{
	const char *text = json_get_str(error, "message");

	return cli_error(c, (int)json_get_u64(error, "status", EXIT_UNREADABLE), "%s", text ? text : "gpubay-act failed");
}

/* One line. True: it was the last, and *ret is the exit status. */
static bool take_line(struct cli *c, const char *line, size_t n, const struct swap_listener *listener, int *ret)
{
	json_t *j CLEANUP(json_freep) = NULL;
	struct swap_step step = {0};
	struct outcome outcome = {0};
	struct err e = {0};

	if (json_read("gpubay-act", line, n, &j, &e) < 0) {
		*ret = cli_error(c, EXIT_UNREADABLE, "%s", e.text);
		return true;
	}
	if (json_object_get(j, "error")) {
		*ret = take_error(c, json_object_get(j, "error"));
		return true;
	}
	if (str_eq(json_get_str(j, "schema"), "gpubay/step/v1")) {
		fields_read(c->a, j, &step, swap_step_fields);
		if (listener->step)
			listener->step(listener->arg, &step);
		return false;
	}
	fields_read(c->a, j, &outcome, outcome_fields);
	*ret = outcome_print(c, &outcome);
	return true;
}

/* To the end, though the outcome was said: only then another run finds the machine free. */
static int follow(struct cli *c, int fd)
{
	struct buf in CLEANUP(buf_free) = BUF_NULL;
	struct swap_listener listener;
	const char *at, *end;
	char piece[4096];
	bool said = false;
	int status = 0;
	ssize_t n;

	outcome_listener(c, &listener);
	while ((n = read(fd, piece, sizeof(piece))) > 0) {
		buf_add(&in, piece, (size_t)n);
		for (at = in.p; (end = memchr(at, '\n', in.n - (size_t)(at - in.p))); at = end + 1)
			said = said || take_line(c, at, (size_t)(end - at), &listener, &status);
		in.n -= (size_t)(at - in.p);
		memmove(in.p, at, in.n);
	}
	return said ? status : cli_error(c, EXIT_UNREADABLE, "gpubay-act ended without saying what came of it; see 'gpubay status'");
}

int remote_run(struct cli *c)
{
	const char *args[4];
	struct dbus_option_list options = {0};
	struct err e = {0};
	int fd, r, status;

	take_args(c, args);
	take_options(c, &options);
	r = act_call(method_of(c), args, &options, &fd, &e);
	if (r == -ENOENT)
		return c->verb->run(c);
	if (r == -EINVAL)
		return cli_error(c, EXIT_USAGE, "%s", e.text);
	if (r < 0)
		return cli_error(c, EXIT_UNREADABLE, "%s. As root: %s", e.text, root_command(c));
	status = follow(c, fd);
	close(fd);
	return status;
}
