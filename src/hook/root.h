/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing below a container's root folder. Its content is an image's: any name in there may be a link that leads to
 * the host. Every path is therefore resolved by openat2 with RESOLVE_IN_ROOT, which takes the root folder for "/", also
 * for absolute links and "..", and also when somebody changes links meanwhile. What is written is named by a folder's
 * handle and one last component, which is never followed.
 */
#ifndef GPUBAY_HOOK_ROOT_H
#define GPUBAY_HOOK_ROOT_H

#include "base/err.h"

enum { ROOT_PATH_MAX = 4096 };

/* A plain absolute path: no "..", no line break or other control character, not too long. */
bool root_path_valid(const char *path);
/* A handle of the folder; missing ones are made (0755). Negative errno. */
int root_folder(int root, const char *path, struct err *e);
/* A link at `path`. One that says the same is left, one that says something else is replaced, what is no link is not. */
int root_link(int root, const char *path, const char *target, struct err *e);
/* A file (0644) with this text, replaced as a whole; left alone where it says the same already. */
int root_write(int root, const char *path, const char *text, struct err *e);

#endif
