/* SPDX-License-Identifier: Apache-2.0 */
/* Which of NVIDIA's user-space files are on a machine, in the version of the loaded module. */
#ifndef GPUBAY_PROBE_NVIDIA_FILES_H
#define GPUBAY_PROBE_NVIDIA_FILES_H

#include "host/tree.h"

/* Paths with a leading slash, sorted; folders are those that hold libraries. Nothing that is not there. */
void nvidia_files_find(const struct tree_dir *root, const char *version, struct arena *a, struct strs *ret_files,
		       struct strs *ret_folders);

#endif
