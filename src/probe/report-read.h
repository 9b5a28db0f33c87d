/* SPDX-License-Identifier: Apache-2.0 */
/* Reports as text, read by the field tables. The text is a worker's or a capture's: nothing of it is trusted. */
#ifndef GPUBAY_PROBE_REPORT_READ_H
#define GPUBAY_PROBE_REPORT_READ_H

#include "base/err.h"
#include "model/report.h"

/*
 * Fills *ret, strings in the arena. What has the wrong type stays unknown, what is not in the tables is passed over.
 * -EINVAL when the text is no report.
 */
int report_read(struct arena *a, const char *text, size_t n, struct report *ret, struct err *e);

#endif
