/* SPDX-License-Identifier: Apache-2.0 */
/* Takes the command line apart by the verbs' tables, and prints help from them. */
#ifndef GPUBAY_CLI_ARGS_H
#define GPUBAY_CLI_ARGS_H

#include "cli/cli.h"

/* Fills c->verb, opts, args. 0, or an exit status with the message printed; *ret_help when help was asked for. */
int args_parse(struct cli *c, int argc, char **argv, bool *ret_help);
void help_program(struct cli *c);
void help_verb(struct cli *c, const struct verb *v);

#endif
