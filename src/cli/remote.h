/* SPDX-License-Identifier: Apache-2.0 */
/* Verbs that change the machine, for who is not root: gpubay-act does it, if polkit allows it. */
#ifndef GPUBAY_CLI_REMOTE_H
#define GPUBAY_CLI_REMOTE_H

#include "cli/cli.h"

#ifdef _WIN32
#define remote_wanted(c) false
#define remote_run(c) 0
#else
/* Whether this run changes this machine, and we may not. */
bool remote_wanted(const struct cli *c);
/* The exit status. Where nobody can be asked the verb runs here, and says that it needs root. */
int remote_run(struct cli *c);
#endif

#endif
