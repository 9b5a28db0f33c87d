/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the topic "kernel". */
#ifndef GPUBAY_CHECK_CHECK_KERNEL_H
#define GPUBAY_CHECK_CHECK_KERNEL_H

#include "check/driver-why.h"

void run_guc(struct check *c);
void run_options(struct check *c);

#endif
