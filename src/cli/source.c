/* SPDX-License-Identifier: Apache-2.0 */
/* Opens what the source options name, and turns it into a snapshot. */
#ifdef _WIN32
/* Before our own: mingw's io.h has inline functions that use what banned.h takes away. */
#include <fcntl.h>
#include <io.h>
#endif

#include "base/parse.h"
#include "cli/cli.h"
#include "cli/examples.h"
#include "host/capture.h"
#include "host/lspci.h"

#include <errno.h>
#ifndef _WIN32
#include <fcntl.h>
#include <unistd.h>
#endif

enum { SOURCE_FILE_MAX = 64 * 1024 * 1024 };

/* A FIFO that nobody writes to is an empty file, not a reason to wait for ever. */
static FILE *open_file(const char *path)
{
#ifdef _WIN32
	return fopen(path, "rb");
#else
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	FILE *f;

	if (fd < 0)
		return NULL;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	f = fdopen(fd, "rb");
	if (!f)
		close(fd);
	return f;
#endif
}

/* A file of somebody's, or standard input for "-". */
static int read_whole(struct cli *c, const char *path, struct buf *ret)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : open_file(path);
	char piece[65536];
	size_t n;
	int bad;

	if (!f)
		return cli_error(c, EXIT_USAGE, "cannot open '%s': %s", path, strerror(errno));
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0 && ret->n <= SOURCE_FILE_MAX)
		buf_add(ret, piece, n);
	bad = ferror(f) ? errno : 0;
	if (f != stdin)
		fclose(f);
	if (bad)
		return cli_error(c, EXIT_USAGE, "cannot read '%s': %s", path, strerror(bad));
	if (ret->n > SOURCE_FILE_MAX)
		return cli_error(c, EXIT_USAGE, "'%s' is larger than %d MiB", path, SOURCE_FILE_MAX >> 20);
	return 0;
}

static int open_parsed(struct cli *c, const char *path,
		       int (*parse)(const char *, const char *, size_t, struct tree **, struct err *))
{
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	struct err e = {0};
	int r = read_whole(c, path, &text);

	if (r)
		return r;
	if (parse(str_eq(path, "-") ? "standard input" : path, text.p ? text.p : "", text.n, &c->tree, &e) < 0)
		return cli_error(c, EXIT_USAGE, "%s", e.text);
	return 0;
}

static int open_example(struct cli *c, const char *name)
{
	const struct example *x = examples;
	struct err e = {0};
	struct buf names CLEANUP(buf_free) = BUF_NULL;

	for (; name && x->name && !str_eq(x->name, name); x++)
		buf_addf(&names, "%s%s", names.n ? ", " : "", x->name);
	if (!x->name)
		return cli_error(c, EXIT_USAGE, "no example '%s'; there are: %s", name ? name : "", names.p ? names.p : "none");
	if (capture_parse(x->name, x->text, x->n, &c->tree, &e) < 0)
		return cli_error(c, EXIT_USAGE, "%s", e.text);
	return 0;
}

#ifdef _WIN32
static int open_tree(struct cli *c, const char *root)
{
	return cli_error(c, EXIT_USAGE, "on this system gpubay reads captures: give --capture FILE, --lspci FILE or --example");
}
#else
static int open_tree(struct cli *c, const char *root)
{
	struct err e = {0};

	if (!root)
		c->tree = tree_new_live();
	else if (tree_new_dir(root, &c->tree, &e) < 0)
		return cli_error(c, EXIT_USAGE, "%s", e.text);
	return 0;
}
#endif

int cli_open(struct cli *c)
{
	const char *const kinds[] = {"root", "capture", "lspci", "example"};
	const char *chosen = NULL;
	unsigned i;
	uint32_t k;
	int r;

	if (c->tree)
		return 0;
	for (i = 0; i < ARRAY_LEN(kinds); i++)
		for (k = 0; k < c->opts.n; k++) {
			if (!str_eq(c->opts.v[k].opt->name, kinds[i]))
				continue;
			if (chosen)
				return cli_error(c, EXIT_USAGE, "one source at a time: --%s and --%s", chosen, kinds[i]);
			chosen = kinds[i];
		}
	if (str_eq(chosen, "capture")) {
		c->source = SOURCE_CAPTURE;
		r = open_parsed(c, cli_value(c, "capture"), capture_parse);
	} else if (str_eq(chosen, "lspci")) {
		c->source = SOURCE_LSPCI;
		r = open_parsed(c, cli_value(c, "lspci"), lspci_parse);
	} else if (str_eq(chosen, "example")) {
		c->source = SOURCE_EXAMPLE;
		r = open_example(c, cli_value(c, "example"));
	} else {
		c->source = chosen ? SOURCE_ROOT : SOURCE_LIVE;
		r = open_tree(c, cli_value(c, "root"));
	}
	if (r == 0)
		c->tree->wake = cli_flag(c, "wake");
	return r;
}

int cli_snapshot(struct cli *c, unsigned phases)
{
	struct probe_request req = {.phases = phases, .user = cli_value(c, "user")};
	int r = cli_open(c);

	if (r)
		return r;
	c->snap = probe_snapshot(c->tree, &req);
	c->snap->source = c->source;
	if (!c->snap->has_pci && c->snap->pci_error != -ENOENT)
		return cli_error(c, EXIT_UNREADABLE, "cannot read /sys/bus/pci/devices of %s: %s", c->snap->source_name,
				 c->snap->pci_error == -ENODATA ? "this source has none" : strerror(-c->snap->pci_error));
	return 0;
}

uint32_t cli_gpu(struct cli *c, const char *text, int *ret_status)
{
	struct err e = {0};
	uint32_t i = snapshot_gpu_find(c->snap, text, &e);

	if (i == NONE)
		*ret_status = cli_error(c, EXIT_NO_GPU, "%s; 'gpubay list' shows them", e.text);
	return i;
}
