/* SPDX-License-Identifier: Apache-2.0 */
/* Between capture-record.c, which gathers what is read, and capture-write.c, which spells it out. */
#ifndef GPUBAY_HOST_CAPTURE_INTERNAL_H
#define GPUBAY_HOST_CAPTURE_INTERNAL_H

#include "host/capture.h"

enum {
	CAPTURE_FILE_MAX = 1024 * 1024, /* larger files are left out */
	CAPTURE_PATH_MAX = 4096,
};

struct capture_recorder {
	struct tree *t;    /* the machine */
	struct tree *copy; /* what was read of it */
	struct arena *a;
	struct strs tops;       /* top folders that were looked at */
	struct strs host_files; /* files that hold the name of another machine */
	unsigned n_left_out;    /* files too large to go in */
	const char *replaced;   /* see capture_replaced */
};

#endif
