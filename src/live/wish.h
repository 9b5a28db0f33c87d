/* SPDX-License-Identifier: Apache-2.0 */
/*
 * That root once asked for CDI specs, and how: /run/gpubay/cdi. While it is there, whoever changes what GPUs there are
 * keeps the specs in step, also when the last of them had to go for a while. 'gpubay cdi remove' takes it away.
 */
#ifndef GPUBAY_LIVE_WISH_H
#define GPUBAY_LIVE_WISH_H

#include "base/err.h"
#include "host/tree.h"

#define CDI_WISH "run/gpubay/cdi"

struct cdi_wish {
	uint32_t max_version; /* 0: the least of what the engines of the snapshot take */
	bool no_groups;
	const char *hook;     /* NULL: the installed one, where it is */
};

/* What was asked for; nothing in particular where nobody asked or the file is not understood. Whether somebody asked. */
bool cdi_wish_read(struct tree *t, struct arena *a, struct cdi_wish *ret);
int cdi_wish_keep(const struct cdi_wish *wish, struct err *e);
int cdi_wish_forget(struct err *e);

#endif
