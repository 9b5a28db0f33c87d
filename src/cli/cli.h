/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: a table of verbs, each a file verb-<name>.c with its options as rows. Help, completion and the
 * test that the man pages are whole come from these tables. Options stand before or after the verb, in any order;
 * "--name value" and "--name=value" are the same; "--" ends them.
 */
#ifndef GPUBAY_CLI_CLI_H
#define GPUBAY_CLI_CLI_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "check/check.h"
#include "host/tree.h"
#include "model/snapshot.h"
#include "probe/probe.h"

/* Exit statuses of design section 6. */
enum {
	EXIT_DONE = 0,
	EXIT_FINDINGS = 1, /* findings of severity error, an expectation not met */
	EXIT_USAGE = 2,    /* usage, bad profile, bad capture */
	EXIT_UNREADABLE = 3,
	EXIT_NO_GPU = 4,   /* the GPU that was named is not there */
};

enum opt_kind { OPT_FLAG, OPT_VALUE, OPT_OPTIONAL }; /* optional: only as --name=value */

struct opt {
	const char *name; /* without "--" */
	char letter;      /* 0: none */
	enum opt_kind kind;
	const char *arg;  /* "DIR", for help */
	const char *help; /* one line, lower case */
};

struct opt_given {
	const struct opt *opt;
	const char *value; /* NULL for a flag */
};
struct opt_given_list {
	struct opt_given *v;
	uint32_t n;
};

struct cli;

struct verb {
	const char *name;
	const char *args;    /* "GPU", "[TOPIC...]"; "" for none */
	const char *summary; /* one line, lower case */
	const char *about;   /* a paragraph for --help, may be NULL */
	const struct opt *opts; /* ended by a zeroed row, may be NULL */
	unsigned min, max;   /* positional arguments */
	bool no_source;      /* looks at no machine: source options are refused */
	int (*run)(struct cli *c);
};

struct cli {
	struct arena *a;
	const struct verb *verb;
	struct opt_given_list opts;
	struct strs args;
	bool json;
	bool colour;
	unsigned width;      /* columns */
	struct buf out;      /* standard output, written at the end or by cli_flush */
	struct tree *tree;
	enum source_kind source;
	struct snapshot *snap;
};

extern const struct verb *const cli_verbs[]; /* ended by NULL */
extern const struct opt cli_source_opts[], cli_common_opts[];

bool cli_flag(const struct cli *c, const char *name);
const char *cli_value(const struct cli *c, const char *name); /* the last one given, NULL when not */
/* Every value given, comma lists taken apart. */
struct strs cli_values(const struct cli *c, const char *name);

/* Opens the source that the options name: 0 or an exit status, the message already printed. */
int cli_open(struct cli *c);
/* Source opened and probed; ends with EXIT_UNREADABLE where the PCI bus could not be read. 0 or an exit status. */
int cli_snapshot(struct cli *c, unsigned phases);
/* The libraries that Vulkan and video are judged by. */
enum {
	REPORTS_VULKAN = 1u << REPORT_KIND_VULKAN | 1u << REPORT_KIND_VULKAN_FILES | 1u << REPORT_KIND_NVML,
	REPORTS_MEDIA = 1u << REPORT_KIND_VA | 1u << REPORT_KIND_VPL | 1u << REPORT_KIND_NVCODEC,
};
/*
 * Builds the snapshot of cli_snapshot again, with what the driver libraries say: `kinds` has a bit for each report_kind
 * (0: what the GPUs call for), `gpu` is an index or NONE for all. Starts workers on the live machine. 0.
 */
int cli_reports(struct cli *c, unsigned phases, unsigned kinds, uint32_t gpu);
/* The same for topics of checks: asks the libraries that they are about; nothing where they are about none. 0. */
int cli_reports_for(struct cli *c, unsigned phases, const struct strs *topics);
/* Findings of all checks (or topics) with the options' expectations (--vendor). */
int cli_findings(struct cli *c, const struct strs *topics, struct finding_list *ret);
/* The GPU an argument names: its index, or NONE with the message printed and *ret_status set. */
uint32_t cli_gpu(struct cli *c, const char *text, int *ret_status);
/* EXIT_FINDINGS when one is an error. */
int cli_status_of(const struct finding_list *findings);

/* Prints "gpubay: message" to standard error; with --json also an error document to standard output. Returns status. */
int cli_error(struct cli *c, int status, const char *fmt, ...) PRINTF_LIKE(3, 4);
void cli_flush(struct cli *c);

/* Colours, empty strings when not wanted. */
const char *cli_bold(const struct cli *c);
const char *cli_red(const struct cli *c);
const char *cli_yellow(const struct cli *c);
const char *cli_green(const struct cli *c);
const char *cli_dim(const struct cli *c);
const char *cli_plain(const struct cli *c);

/* Tables of text: columns as wide as their content, the last or the flexible one cut to the width. */
struct table {
	unsigned columns;
	const char *const *heads;
	unsigned flexible; /* column that gives way when the terminal is narrow */
	struct strs cells; /* row by row */
};
void table_print(struct cli *c, const struct table *t);
/* Text broken at blanks to the width, each line after `indent` blanks. */
void text_wrap(struct cli *c, unsigned indent, const char *text);

#endif
