/* SPDX-License-Identifier: Apache-2.0 */
/* `gpubay attach --container ID GPU`: the part of attach that is about a container instead of a port. */
#ifndef GPUBAY_CLI_GIVE_H
#define GPUBAY_CLI_GIVE_H

#include "cli/cli.h"

/* The options `container` and `dry-run` and one argument, the GPU. An exit status. */
int give_to_container(struct cli *c);

#endif
