/* SPDX-License-Identifier: Apache-2.0 */
/* The notes about GPUs (swap/note.h) below the agent's run folder. */
#ifndef GPUBAY_AGENT_NOTES_H
#define GPUBAY_AGENT_NOTES_H

#include "base/err.h"
#include "model/snapshot.h"

/* unknown: there is no note about it. */
enum gpu_state notes_read(const char *run_dir, const char *id);
/* detail: what the driver said of it ("rebind,bus-reset"), or NULL. */
int notes_write(const char *run_dir, const char *id, enum gpu_state state, const char *detail, struct err *e);
void notes_clear(const char *run_dir, const char *id);
/* Removes what cannot be true: safe to unplug is written of GPUs that are gone, and it is here. True: look again. */
bool notes_tidy(const char *run_dir, const struct snapshot *s);
/* The folder, made where it is missing. */
int notes_folder(const char *run_dir, struct err *e);

#endif
