/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the machine with every phase while a recorder looks on, and writes what was read as a capture. The file is
 * whole or not there: it is written beside itself and renamed.
 */
/* Before our own: mingw's have inline functions that use what banned.h takes away. */
#include <sys/stat.h>
#ifndef _WIN32
#include <unistd.h>
#endif

#include "base/parse.h"
#include "cli/cli.h"
#include "codec/json.h"
#include "host/capture.h"

#include <errno.h>

static const struct opt opts[] = {
	{"note", 'n', OPT_VALUE, "TEXT", "a line to remember it by"},
	{"no-redact", 0, OPT_FLAG, NULL, "leave serial numbers, addresses and names as they are"},
	{"force", 'f', OPT_FLAG, NULL, "replace a file that is there"},
	{0},
};

/* 0, or a usage error: the file is there, or is no file. */
static int target_check(struct cli *c, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return 0;
	if (!S_ISREG(st.st_mode))
		return cli_error(c, EXIT_USAGE, "'%s' is not an ordinary file; '-' writes to standard output", path);
	if (!cli_flag(c, "force"))
		return cli_error(c, EXIT_USAGE, "'%s' is there already; --force replaces it", path);
	return 0;
}

static int flush_whole(FILE *f)
{
	if (fflush(f) != 0)
		return -errno;
#ifndef _WIN32
	if (fsync(fileno(f)) < 0)
		return -errno;
#endif
	return 0;
}

static int write_beside(const char *tmp, const struct buf *text)
{
	FILE *f = fopen(tmp, "wb");
	int r = 0;

	if (!f)
		return -errno;
	if (fwrite(text->p, 1, text->n, f) != text->n)
		r = errno ? -errno : -EIO;
	if (r == 0)
		r = flush_whole(f);
	if (fclose(f) != 0 && r == 0)
		r = -errno;
	return r;
}

static int write_file(struct cli *c, const char *path, const struct buf *text)
{
	const char *tmp = arena_printf(c->a, "%s.%s", path, "gpubay-new");
	int r = write_beside(tmp, text);

#ifdef _WIN32
	if (r == 0)
		remove(path); /* rename does not replace there */
#endif
	if (r == 0 && rename(tmp, path) < 0)
		r = -errno;
	if (r == 0)
		return 0;
	remove(tmp);
	return cli_error(c, EXIT_USAGE, "cannot write '%s': %s", path, strerror(-r));
}

static void report_json(struct cli *c, const char *path, size_t n, const struct capture_recorder *r)
{
	json_t *doc = json_document("capture");

	json_object_set_new(doc, "file", json_string(path));
	json_object_set_new(doc, "bytes", json_integer((json_int_t)n));
	json_object_set_new(doc, "redacted", json_boolean(!cli_flag(c, "no-redact")));
	json_object_set_new(doc, "replaced", json_string(capture_replaced(r)));
	json_object_set_new(doc, "left_out", json_integer(capture_left_out(r)));
	json_print(doc, &c->out);
}

static void report(struct cli *c, const char *path, size_t n, const struct capture_recorder *r)
{
	fprintf(stderr, "gpubay: wrote %s, %.1f KiB\n", path, (double)n / 1024);
	if (cli_flag(c, "no-redact"))
		fprintf(stderr, "not redacted: serial numbers, addresses, host and user names are in it\n");
	else
		fprintf(stderr, "replaced by aliases: %s\n", capture_replaced(r));
	if (capture_left_out(r))
		fprintf(stderr, "left out: %u files larger than 1 MiB\n", capture_left_out(r));
}

static int record(struct cli *c, struct capture_recorder *r, const char *path)
{
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	struct err e = {0};
	int status = cli_snapshot(c, PROBE_ALL | PROBE_REPORTS);

	if (status)
		return status;
	if (capture_write(r, !cli_flag(c, "no-redact"), cli_value(c, "note"), &text, &e) < 0)
		return cli_error(c, EXIT_UNREADABLE, "%s", e.text);
	if (str_eq(path, "-"))
		buf_add(&c->out, text.p, text.n);
	else
		status = write_file(c, path, &text);
	if (status == 0)
		(c->json ? report_json : report)(c, str_eq(path, "-") ? "standard output" : path, text.n, r);
	return status;
}

static int run(struct cli *c)
{
	const char *path = c->args.v[0];
	struct capture_recorder *r;
	int status;

	if (str_eq(path, "-") && c->json)
		return cli_error(c, EXIT_USAGE, "--json needs a file: a capture on standard output is no JSON");
	status = str_eq(path, "-") ? 0 : target_check(c, path);
	if (status == 0)
		status = cli_open(c);
	if (status)
		return status;
	r = capture_record(c->tree);
	status = record(c, r, path);
	capture_record_stop(r);
	return status;
}

const struct verb verb_capture = {
	.name = "capture",
	.args = "FILE",
	.summary = "write this machine down for a bug report",
	.about = "Reads everything gpubay looks at and writes it to FILE ('-': standard output), a small text that --capture "
		 "reads: the same inventory on any other machine. Serial numbers, UUIDs, hardware and network addresses, host and "
		 "user names are replaced by aliases, the same value by the same alias. Keys are never read. As root more can be "
		 "read, for instance configuration space.",
	.opts = opts,
	.min = 1,
	.max = 1,
	.run = run,
};
