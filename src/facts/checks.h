/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of all checks: what can be wrong, why it matters, what to do. `gpubay explain ID` prints one. */
#ifndef GPUBAY_FACTS_CHECKS_H
#define GPUBAY_FACTS_CHECKS_H

#include "base/enumtab.h"

#define SEVERITY(E, P) E(P, NOTE, "note") E(P, WARNING, "warning") E(P, ERROR, "error")
ENUM_DECL(severity, SEVERITY)

/*
 * Ids: GB and four digits. Thousands: 0 container engines (04), hot swap (05), 1 inventory and driver, 2 firmware, 3 PCI (windows, BARs, link, state, power),
 * 4 nodes and permissions, 5 kernel parameters and IOMMU, 6 Thunderbolt and USB4, 7 Type-C and displays, 8 RDMA and
 * topology, 9 expectations (vendors). An id is never used for something else later.
 */
struct check_row {
	const char *id;
	enum severity severity; /* the usual one; a check may lower it */
	const char *topic;      /* inventory driver firmware pci nodes kernel thunderbolt typec rdma expect runtime */
	const char *applies;    /* what it looks at: "every GPU", "NVIDIA GPUs", "Thunderbolt domains" */
	const char *title;      /* a few words, lower case, no full stop */
	const char *why;        /* what does not work because of it */
	const char *remedy;     /* what a person does; findings may give a more exact one */
	const char *source;     /* issue, fixture, kernel file or document */
};

/* One table per topic file (checks-<topic>.c), each ended by a zeroed row; all tables listed in checks.c. */
extern const struct check_row checks_inventory[], checks_driver[], checks_firmware[], checks_pci[], checks_nodes[],
	checks_kernel[], checks_thunderbolt[], checks_typec[], checks_rdma[], checks_expect[],
	checks_runtime[], checks_vulkan[], checks_media[], checks_userspace[], checks_hotswap[];
extern const struct check_row *const check_tables[]; /* ended by NULL */
const struct check_row *check_row_find(const char *id); /* case ignored; NULL when there is none */

#endif
