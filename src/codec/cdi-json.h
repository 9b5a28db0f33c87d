/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CDI specs: written as JSON, read as JSON and YAML. Reading is strict as the engines' own library is: unknown keys and
 * versions are errors.
 */
#ifndef GPUBAY_CODEC_CDI_JSON_H
#define GPUBAY_CODEC_CDI_JSON_H

#include "base/buf.h"
#include "base/err.h"
#include "publish/cdi.h"

void cdi_json_print(const struct cdi_spec *spec, struct buf *out);

/* What validation wants of any spec, ours or foreign. */
struct cdi_outline {
	const char *kind;
	const char *version;
	uint32_t version_number; /* 0: not one that is known */
	struct strs devices;
	struct strs paths;  /* host paths: nodes, mounts, hooks */
};

/* By its name as YAML or JSON. -EINVAL and what is wrong with its place in *e. */
int cdi_spec_parse(const char *name, const char *text, size_t n, struct arena *a, struct cdi_outline *ret, struct err *e);

#endif
