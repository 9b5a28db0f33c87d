/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GPUBAY_HOST_LIBRARY_H
#define GPUBAY_HOST_LIBRARY_H

#include "host/tree.h"

/*
 * Versions in which a shared library ("libnvidia-ml.so") is installed, blank separated; "" when it is not. -ENODATA:
 * no folder of libraries could be looked at.
 */
int library_versions(const struct tree_dir *root, struct arena *a, const char *library, const char **ret);

#endif
