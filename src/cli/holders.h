/* SPDX-License-Identifier: Apache-2.0 */
/* How the users of a GPU are shown. */
#ifndef GPUBAY_CLI_HOLDERS_H
#define GPUBAY_CLI_HOLDERS_H

#include "cli/cli.h"
#include "model/swap.h"

/* One line for each; nothing where there is none. */
void holders_print(struct cli *c, const struct holder_list *l);
/* "podman container web", "ollama.service"; empty where a process belongs to nothing. */
const char *say_owner(struct cli *c, const struct holder *h);

#endif
