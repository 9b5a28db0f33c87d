/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runtimes whose containers see nothing of the host's devices: a kernel of their own stands between. What the host sees
 * as the container's first process is that kernel. The table ends with a zeroed row.
 */
#ifndef GPUBAY_FACTS_SANDBOXES_H
#define GPUBAY_FACTS_SANDBOXES_H

#include "base/macro.h"

struct facts_sandbox {
	const char *program; /* beginning of the first process' name */
	const char *runtime;
	const char *what;    /* stands between */
	const char *source;
};
extern const struct facts_sandbox facts_sandboxes[];
const struct facts_sandbox *facts_sandbox_find(const char *program); /* NULL when it has no row */

#endif
