/* SPDX-License-Identifier: Apache-2.0 */
/* What of user space a GPU needs: which release, where it is known, and which package brings it. */
#ifndef GPUBAY_FACTS_USERSPACE_H
#define GPUBAY_FACTS_USERSPACE_H

#include "model/report.h"

struct facts_userspace {
	enum report_kind kind; /* vulkan, or opencl for compute as a whole */
	enum gpu_vendor vendor;
	const char *drivers;  /* kernel drivers, space separated; NULL: any */
	const char *families; /* keys or prefixes ended with '*', space separated; NULL: any */
	const char *mend;     /* a sentence */
	const char *source;
};
extern const struct facts_userspace facts_userspaces[]; /* ended by a zeroed row; the first that fits counts */
const struct facts_userspace *facts_userspace_of(enum report_kind kind, enum gpu_vendor vendor, const char *driver, const char *family);

#endif
