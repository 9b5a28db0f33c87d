/* SPDX-License-Identifier: Apache-2.0 */
/* NVIDIA's numbered driver errors, as they stand in the kernel's log. */
#ifndef GPUBAY_FACTS_XID_H
#define GPUBAY_FACTS_XID_H

#include "base/macro.h"

enum xid_cause { XID_PROGRAM, XID_HARDWARE, XID_DRIVER };

struct facts_xid {
	unsigned code;
	enum xid_cause cause;
	const char *what;
	const char *mend;
};
extern const struct facts_xid facts_xids[]; /* ended by a zeroed row */
const struct facts_xid *facts_xid_find(unsigned code); /* NULL when not known */

#endif
