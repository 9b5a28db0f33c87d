/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the verbs that change something are seen: each step with a tick or a cross as it happens, and at the end a plain
 * line of what came of it. With --json the outcome is the document, and nothing is printed before it.
 */
#ifndef GPUBAY_CLI_OUTCOME_H
#define GPUBAY_CLI_OUTCOME_H

#include "cli/cli.h"
#include "model/swap.h"

/* Tells steps to whoever watches standard output. */
void outcome_listener(struct cli *c, struct swap_listener *ret);
/* Holders, verdict, reason and what to do next, or the JSON document. The exit status: 0 where the verdict is good. */
int outcome_print(struct cli *c, const struct outcome *o);

#endif
