/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boltd, the system's manager of Thunderbolt and USB4 devices. Where it runs it decides what is let in, and polkit who
 * may ask it; gpubay asks it and writes nothing of its own beside it.
 */
#ifndef GPUBAY_CLIENTS_BOLT_H
#define GPUBAY_CLIENTS_BOLT_H

#include "base/arena.h"
#include "base/err.h"

struct bolt;

enum bolt_presence {
	BOLT_NONE,   /* not on this machine, or no bus to reach it by */
	BOLT_ASLEEP, /* installed; the bus would start it */
	BOLT_RUNS,
};

struct bolt_device {
	const char *uid, *name, *vendor, *label;
	const char *status; /* disconnected, connected, authorizing, authorized, auth-error ... */
	const char *policy; /* default, manual, auto, iommu */
	const char *key;    /* missing, have, new */
	const char *parent; /* unique id of the router above it */
	bool stored;        /* enrolled: in its database */
};
struct bolt_device_list {
	struct bolt_device *v;
	uint32_t n;
};

/*
 * Whether bolt is there; with `start` one that is asleep is started. BOLT_NONE says why in *e (may be NULL); negative
 * errno where that cannot be found out: the bus hangs, or bolt could not be started.
 */
int bolt_open(struct bolt **ret, bool start, uint32_t deadline_ms, struct err *e);
void bolt_free(struct bolt *b); /* NULL-safe */
void bolt_freep(struct bolt **b);

int bolt_list(struct bolt *b, struct arena *a, uint32_t deadline_ms, struct bolt_device_list *ret, struct err *e);
/* The device with this unique id; NULL when there is none. */
const struct bolt_device *bolt_find(const struct bolt_device_list *l, const char *uid);

/*
 * Changes. Failures are told so that a person knows what to do: -EACCES polkit says no, -ENOLINK it does not run,
 * -ETIMEDOUT no answer in time (what comes of it is open), -ECONNRESET bolt ended in the middle of it, -EKEYREJECTED,
 * -ENOKEY, -EHOSTDOWN (a router above it is not authorized), -ENODEV, -EREMOTEIO for what else it says.
 */
int bolt_authorize(struct bolt *b, const char *uid, uint32_t deadline_ms, struct err *e); /* for this time */
int bolt_enroll(struct bolt *b, const char *uid, const char *policy, uint32_t deadline_ms, struct err *e); /* and remembers it */
int bolt_forget(struct bolt *b, const char *uid, uint32_t deadline_ms, struct err *e);

#endif
