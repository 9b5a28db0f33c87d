/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The manifests that the Vulkan loader would use, found and read as it does (KhronosGroup/Vulkan-Loader
 * docs/LoaderDriverInterface.md and LoaderLayerInterface.md), so that what it leaves out silently can be named.
 */
#ifndef GPUBAY_WORKER_VULKAN_MANIFEST_H
#define GPUBAY_WORKER_VULKAN_MANIFEST_H

#include "worker/worker.h"

/* Driver manifests, in the loader's order; `used` and `left_out_by` say what the variables make of each. */
void manifest_drivers(struct work *w, struct vulkan_file_list *ret);
/* Layer manifests, implicit and explicit. */
void manifest_layers(struct work *w, struct vulkan_file_list *ret);
/* What to open for it: an absolute path, or a name for the dynamic linker to find. NULL when it names none. */
const char *manifest_library(struct work *w, const struct vulkan_file *f);

/* Loads the library in a child of this process and finds its entry point; fills result, missing, error. */
void trial_run(struct work *w, struct vulkan_file *f, bool driver);

/* "not=nvidia,intel": whether a vendor's drivers are to be left alone. */
bool vendor_is_out(const struct work *w, enum gpu_vendor vendor);

#endif
