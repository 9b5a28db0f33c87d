/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of xorg.conf(5): sections of "Keyword" lines. Only what bears on which GPU is used is taken out: the options
 * and the BusID of the sections that describe devices.
 */
#ifndef GPUBAY_FORMAT_XORG_CONF_H
#define GPUBAY_FORMAT_XORG_CONF_H

#include "base/arena.h"

struct xorg_line {
	const char *name;   /* option's name as written, or "BusID" */
	const char *value;  /* "" for an option without one, which means true */
	const char *driver; /* of its section; "" when it names none */
	unsigned line;      /* from 1 */
};
struct xorg_lines {
	struct xorg_line *v;
	uint32_t n;
};

void xorg_conf_parse(struct arena *a, const char *text, size_t n, struct xorg_lines *ret);
/* Xorg compares names of options without regard to case, blanks and '_'. */
bool xorg_name_eq(const char *a, const char *b);
/* A boolean as Xorg reads it: 1, on, true, yes, or nothing at all. */
bool xorg_bool(const char *value);

#endif
