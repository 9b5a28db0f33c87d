/* SPDX-License-Identifier: Apache-2.0 */
/* What a verb that changes this machine needs before it begins. */
#ifndef GPUBAY_CLI_ROOT_H
#define GPUBAY_CLI_ROOT_H

#include "cli/cli.h"
#include "host/effects.h"

/* This run as root would type it: "sudo gpubay eject 0000:03:00.0 --stop". */
const char *root_command(const struct cli *c);
/*
 * Effects for the verb: real ones for root on this machine, dry ones with --dry-run, which anybody may ask for and of any
 * source. 0, or an exit status with the reason printed.
 */
int root_effects(struct cli *c, struct effects *fx);

#endif
