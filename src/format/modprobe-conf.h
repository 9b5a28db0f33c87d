/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of modprobe.d(5), and what the kernel command line says of modules.
 *
 * A line is a command and its words; '#' at its start makes it a comment; a backslash at its end joins the next one.
 * A rule keeps the line on which it begins, so that a finding can point at it.
 */
#ifndef GPUBAY_FORMAT_MODPROBE_CONF_H
#define GPUBAY_FORMAT_MODPROBE_CONF_H

#include "base/arena.h"

enum modprobe_word {
	MODPROBE_WORD_BLACKLIST = 1,
	MODPROBE_WORD_OPTIONS,
	MODPROBE_WORD_INSTALL,
	MODPROBE_WORD_ALIAS,
	MODPROBE_WORD_SOFTDEP,
	MODPROBE_WORD_REMOVE,
};

struct modprobe_line {
	enum modprobe_word word;
	const char *module; /* with underscores; of an alias: what it resolves to */
	const char *text;   /* rest of the line, blanks folded; of an alias: the pattern */
	unsigned line;      /* from 1 */
};
struct modprobe_lines {
	struct modprobe_line *v;
	uint32_t n;
};

/* Adds the rules of one file. Lines that are no rules (comments, unknown commands) are left out, as modprobe does. */
void modprobe_conf_parse(struct arena *a, const char *text, size_t n, struct modprobe_lines *ret);

#endif
