/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes that the user asked about may not open: how that is shown, and what lets the user in. */
#ifndef GPUBAY_CHECK_ACCESS_H
#define GPUBAY_CHECK_ACCESS_H

#include "check/check.h"

bool in_container(const struct check *c);
/* Whether a container was given the GPU, as far as its nodes tell; outside of one every GPU is. */
bool gpu_is_given(const struct check *c, const struct gpu *g);
const char *user_name(const struct check *c);

void access_evidence(struct check *c, struct finding *f, const struct drm_node *d);
/* By what the node's permissions are, and on which side of a container's wall they are to be changed. */
void access_remedy(struct check *c, struct finding *f, const char *path, uint32_t mode, uint32_t gid, const char *group);
/* For one that a library could not open: the same, and where the mode is not what keeps the user out. */
void access_remedy_refused(struct check *c, struct finding *f, const struct drm_node *d);
/* The topic of nodes says of this one that it is closed. */
bool access_is_said(const struct check *c, const struct drm_node *d);

#endif
