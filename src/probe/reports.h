/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the reports phase share. */
#ifndef GPUBAY_PROBE_REPORTS_H
#define GPUBAY_PROBE_REPORTS_H

#include "probe/probe.h"

/* Which GPU each device of each report is; driver's names of GPUs become aliases. */
void reports_join(struct probe *p);

#endif
