/* SPDX-License-Identifier: Apache-2.0 */
/* Machines that come with the program, made from tests/machines at build time. The first is the default. */
#ifndef GPUBAY_CLI_EXAMPLES_H
#define GPUBAY_CLI_EXAMPLES_H

#include <stddef.h>

struct example {
	const char *name;
	const char *text;
	size_t n;
};
extern const struct example examples[]; /* ended by name NULL */

#endif
