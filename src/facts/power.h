/* SPDX-License-Identifier: Apache-2.0 */
/* What families need of the machine around them: windows and power saving on the link. */
#ifndef GPUBAY_FACTS_POWER_H
#define GPUBAY_FACTS_POWER_H

#include "base/macro.h"

struct facts_power {
	const char *family;      /* key of a family, or a prefix ended with '*' */
	bool small_window_fails; /* libraries refuse it with a small memory window, not only slow */
	bool idle_needs_aspm;    /* draws much at idle unless ASPM L1 is on */
	const char *source;
};
extern const struct facts_power facts_powers[]; /* ended by a zeroed row */
const struct facts_power *facts_power_find(const char *family); /* NULL when nothing is known */

#endif
