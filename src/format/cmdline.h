/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel command line: blank separated "name" or "name=value", double quotes around the value or the whole
 * parameter, and "--" before what is meant for init and not for the kernel (kernel/params.c, next_arg).
 */
#ifndef GPUBAY_FORMAT_CMDLINE_H
#define GPUBAY_FORMAT_CMDLINE_H

#include "base/arena.h"

/* The next parameter of *p, copied into the arena; *ret_value is "" when it has none. False at the end or at "--". */
bool cmdline_next(struct arena *a, const char **p, const char **ret_name, const char **ret_value);

/* Whether a comma separated list has this word; "word=value" fits when `word` ends with '='. *ret_value may be NULL. */
bool cmdline_list_has(struct arena *a, const char *list, const char *word, const char **ret_value);

#endif
