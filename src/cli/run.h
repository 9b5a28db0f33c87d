/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of gpubay run. */
#ifndef GPUBAY_CLI_RUN_H
#define GPUBAY_CLI_RUN_H

#include "cli/cli.h"
#include "plan/steer.h"

/* What a program gets, and what its user should know. */
struct run_plan {
	struct steer_var_list vars;
	struct strs nodes;
	struct strs warnings;
};

/* As text of this form, with --json as a document; an exit status. */
int run_print(struct cli *c, const char *form, const struct run_plan *plan);

#endif
