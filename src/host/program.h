/* SPDX-License-Identifier: Apache-2.0 */
/* A program as a shell or as root would find it, and whether it has privileges of its own. Linux only. */
#ifndef GPUBAY_HOST_PROGRAM_H
#define GPUBAY_HOST_PROGRAM_H

#include "base/arena.h"

/* The file that execvp would start, or NULL. */
const char *program_find(struct arena *a, const char *name);
/* The system's own folders of programs, ended by NULL: what acts as root does not ask PATH. */
extern const char *const program_folders[];
/* The file in one of them, or NULL. */
const char *program_of_system(struct arena *a, const char *name);
/* Setuid, setgid or with file capabilities: libraries trust no variable with a path there (secure_getenv(3)). */
bool program_is_privileged(const char *path);

#endif
