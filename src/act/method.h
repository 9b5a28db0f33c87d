/* SPDX-License-Identifier: Apache-2.0 */
/* What gpubay-act does for others: each method is a verb of gpubay, with polkit's action that allows it. */
#ifndef GPUBAY_ACT_METHOD_H
#define GPUBAY_ACT_METHOD_H

#include "base/arena.h"
#include "base/err.h"

enum { METHOD_ARGS_MAX = 2, ARGUMENT_MAX = 256 };

struct method_option {
	const char *name; /* the verb's option */
	char type;        /* D-Bus: 'b' a flag, 'u' a number */
};

struct method {
	const char *name, *action, *verb;
	unsigned args;
	const char *first; /* the first argument is the value of this option of the verb; NULL: an argument too */
	struct method_option options[5]; /* ended by a zeroed one */
};

extern const struct method act_methods[]; /* ended by a zeroed one */

const struct method *method_find(const char *name);
const struct method_option *method_option_find(const struct method *m, const char *name);
/*
 * The words that run it: program, verb, options, "--", arguments. -EINVAL where an argument is not one (empty ones are
 * left out): no argument of a caller can become an option.
 */
int method_words(const struct method *m, const char *program, const struct strs *options, const char *const *args, struct arena *a,
		 struct strs *ret, struct err *e);

#endif
