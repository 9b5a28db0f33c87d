/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/checks.h"

#include "base/parse.h"

ENUM_TABLE(severity, SEVERITY)

const struct check_row *const check_tables[] = {
	checks_inventory,   checks_driver, checks_firmware, checks_pci,    checks_nodes, checks_kernel,
	checks_thunderbolt, checks_typec,  checks_rdma,     checks_expect, checks_runtime,
	checks_vulkan,      checks_media,  checks_userspace, checks_hotswap, NULL,
};

const struct check_row *check_row_find(const char *id)
{
	const struct check_row *const *t;
	const struct check_row *row;

	for (t = check_tables; *t; t++)
		for (row = *t; row->id; row++)
			if (str_ieq(row->id, id))
				return row;
	return NULL;
}
