/* SPDX-License-Identifier: Apache-2.0 */
/* GPUs that went unasked, as the agent wrote them down (swap/left.h). */
#ifndef GPUBAY_CLI_GONE_H
#define GPUBAY_CLI_GONE_H

#include "cli/cli.h"
#include "model/diff.h"

/* 0, also where it saw none go and *ret is empty; negative errno and "file: why" in *e. */
int gone_views(struct cli *c, struct gpu_view_list *ret, struct err *e);

#endif
