/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/power.h"

#include "facts/facts.h"

const struct facts_power facts_powers[] = {
	{"bmg*", true, true, "intel/compute-runtime FAQ: with xe no small BAR; Intel: reduce idle power of Arc desktop graphics"},
	{"cri*", true, false, "intel/compute-runtime FAQ: with xe no small BAR"},
	{"dg2*", false, true, "Intel: Resizable BAR and idle power of Arc desktop graphics"},
	{0},
};

const struct facts_power *facts_power_find(const char *family)
{
	const struct facts_power *p;

	for (p = facts_powers; p->family; p++)
		if (facts_family_fits(p->family, family))
			return p;
	return NULL;
}
