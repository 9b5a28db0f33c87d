/* SPDX-License-Identifier: Apache-2.0 */
#ifdef _WIN32
/* Before our own: mingw's io.h has inline functions that use what banned.h takes away. */
#include <fcntl.h>
#include <io.h>
#endif

#include "base/parse.h"
#include "cli/args.h"
#include "cli/remote.h"

#ifndef _WIN32
#include <sys/ioctl.h>
#include <unistd.h>
#endif

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
