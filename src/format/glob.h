/* SPDX-License-Identifier: Apache-2.0 */
/* Shell patterns as modules.alias uses them: '*', '?', '[a-f]', '[!x]', '\' before a plain character. */
#ifndef GPUBAY_FORMAT_GLOB_H
#define GPUBAY_FORMAT_GLOB_H

#include "base/macro.h"

/* Whether the whole text fits the whole pattern; both are given with their lengths. */
bool glob_match(const char *pattern, size_t n_pattern, const char *text, size_t n_text);

#endif
