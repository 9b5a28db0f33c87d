/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of boxes at the security level 'secure': the host gives a box a key once, and asks for it each time after. Who has
 * the key can pretend to be the box, so it goes from the kernel's random numbers into a file that only root reads and
 * into the box, and nowhere else: into no message, listener, capture or dry run.
 */
#ifndef GPUBAY_SWAP_KEYS_H
#define GPUBAY_SWAP_KEYS_H

#include "host/effects.h"
#include "host/tree.h"

#define KEYS_FOLDER "/var/lib/gpubay/keys"

enum key_state {
	KEY_NONE,
	KEY_OFFERED, /* made, and not known whether the box took it: somebody died in between */
	KEY_KEPT,    /* the box has it */
};

/* -EACCES: only root can tell. */
int key_state(const struct tree_dir *root, struct arena *a, const char *unique_id);
/* A new one, offered; one that was offered before is used again. */
int key_offer(struct effects *fx, const char *unique_id, struct err *e);
/* The box took the one that was offered. */
int key_taken(struct effects *fx, const char *unique_id, struct err *e);
/* Puts it into the attribute 'key' of the box, where the kernel takes it from; -ESTALE: another box is there now. */
int key_show(struct effects *fx, const char *router, const char *unique_id, bool offered, uint32_t deadline_ms, struct err *e);
int key_forget(struct effects *fx, const char *unique_id);

#endif
