/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The document of `gpubay discover`: an older inventory format, kept for the scripts that read it. Its keys are fixed
 * (gpubay-discover(1) lists them); the values come from the snapshot. Where the snapshot does not know, the value is
 * null.
 */
#ifndef GPUBAY_CODEC_DISCOVER_H
#define GPUBAY_CODEC_DISCOVER_H

#include "codec/json.h"

enum tri { TRI_NO, TRI_YES, TRI_UNKNOWN };

/* A container engine, as far as files tell without asking it. */
struct engine {
	enum tri available;
	enum tri nvidia_support;
	enum tri fuse_support; /* podman only */
	const char *version;   /* NULL: not known */
};

enum {
	DISCOVER_VALIDATION_ONLY = 1,
	DISCOVER_CONTAINER = 2,
	DISCOVER_EGPU = 4,
	DISCOVER_DP = 8,
	DISCOVER_RDMA = 16,
	DISCOVER_PAIRS = 32, /* external GPUs and RDMA devices */
};

struct discover_request {
	unsigned sections;
	struct strs configured; /* vendors, lower case; "auto" among them */
	struct engine podman, docker;
	struct finding_list findings; /* about engines and specs */
};

/* A new reference. *ret_mismatch: a vendor that was configured is not there. */
json_t *json_discover(const struct snapshot *s, const struct discover_request *req, bool *ret_mismatch);
/* The same document as people read it. */
void discover_text(const json_t *doc, struct buf *out);

/* The sections that need more than counting; in discover-link.c. New references. */
json_t *discover_egpu(const struct snapshot *s);
json_t *discover_dp(const struct snapshot *s);
json_t *discover_rdma(const struct snapshot *s);
json_t *discover_pairs(const struct snapshot *s);
static inline json_t *json_tri(enum tri t)
{
	return t == TRI_UNKNOWN ? json_null() : json_boolean(t == TRI_YES);
}

#endif
