/* SPDX-License-Identifier: Apache-2.0 */
/* Which driver libraries are asked, and for which GPUs each of them speaks. */
#ifndef GPUBAY_FACTS_REPORTS_H
#define GPUBAY_FACTS_REPORTS_H

#include "model/report.h"

/* What one question is about. */
enum report_scope { SCOPE_NODE_MACHINE, SCOPE_GPU, SCOPE_RENDER_NODE, SCOPE_RDMA };

struct facts_report {
	enum report_kind kind;
	enum report_scope scope;
	const char *drivers;   /* kernel drivers of the GPUs it speaks for, space separated; NULL: any */
	bool by_vendor;        /* single vendors can be left out of the question */
	const char *package;   /* Debian's package with the library */
	const char *name;      /* as people call it */
	bool on_request;       /* asking takes something of the GPU: only for the verb that is about it */
};
extern const struct facts_report facts_reports[]; /* ended by a zeroed row */
const struct facts_report *facts_report_of(enum report_kind kind);
/* Whether it speaks for GPUs of this kernel driver. */
bool facts_report_fits(const struct facts_report *row, const char *driver);

/* Vendors whose user space must not be touched while one of their GPUs is lost: it hangs, or takes the driver down. */
struct facts_lost {
	enum gpu_vendor vendor;
	const char *source;
};
extern const struct facts_lost facts_losts[];
bool facts_lost_of(enum gpu_vendor vendor);

#endif
