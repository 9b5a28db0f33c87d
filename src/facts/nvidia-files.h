/* SPDX-License-Identifier: Apache-2.0 */
/* Files of NVIDIA's user space that a container needs from the host, because they must fit the loaded module. */
#ifndef GPUBAY_FACTS_NVIDIA_FILES_H
#define GPUBAY_FACTS_NVIDIA_FILES_H

/* Both lists end with NULL; paths have no leading slash, %v is the version. */
extern const char *const facts_nvidia_folders[];  /* folders with libraries */
extern const char *const facts_nvidia_prefixes[]; /* how the names of NAME.so.VERSION begin */
extern const char *const facts_nvidia_files[];    /* single files; "*" ends a prefix in its folder */

#endif
