/* SPDX-License-Identifier: Apache-2.0 */
/* How the users of GPUs are found for a verb, and how they are shown. */
#ifndef GPUBAY_CLI_HOLDERS_H
#define GPUBAY_CLI_HOLDERS_H

#include "cli/cli.h"
#include "swap/holders.h"

struct holders_seen {
	struct held_nodes nodes;
	struct holder_list holders;
	struct holders_view view;
};
/* Who uses the GPU of the first argument, or all: 0, or an exit status with the message printed. */
int holders_look(struct cli *c, struct holders_seen *ret);
/* Tells people, on standard error, who could not be looked at; nothing where everybody could. */
void holders_tell_view(struct cli *c, const struct holders_view *view);
/* One line for each; nothing where there is none. */
void holders_print(struct cli *c, const struct holder_list *l);
/* "podman container web", "ollama.service"; empty where a process belongs to nothing. */
const char *say_owner(struct cli *c, const struct holder *h);

#endif
