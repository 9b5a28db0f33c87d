/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of driver libraries share. */
#ifndef GPUBAY_CHECK_REPORTS_H
#define GPUBAY_CHECK_REPORTS_H

#include "check/check.h"

/* The first report of a kind, or NULL. */
const struct report *report_find(const struct snapshot *s, enum report_kind kind);
/* It went wrong in a way that other programs will meet too: hung, crashed or garbage. */
bool report_failed(const struct report *r);
/* "NAME=value" of a variable that was set, or NULL. */
const char *report_variable(const struct report *r, const char *name);
/* Adds what the report says of itself as evidence. */
void report_evidence(struct check *c, struct finding *f, const struct report *r);
/* Whether there is a finding of this id already, with these words or (NULL) any. */
bool report_said(const struct check *c, const char *id, const char *message);
/* A GPU of the three makers with a driver of theirs, up: what a user-space driver is expected to serve. */
bool gpu_is_served(const struct gpu *g);
bool has_gpu_of(const struct snapshot *s, enum gpu_vendor vendor);

/* Part of the topic "userspace": check-nvml.c. */
void run_nvml(struct check *c);

#endif
