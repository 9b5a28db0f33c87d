/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls to services on the system bus. libsystemd is opened at first use: most runs of the program never need it. Every
 * call has a deadline, also the first greeting, and starts no service by itself: one that died in mid-call stays dead.
 */
#ifndef GPUBAY_CLIENTS_DBUS_H
#define GPUBAY_CLIENTS_DBUS_H

#include "base/arena.h"
#include "base/err.h"

struct dbus;

/* Whom to ask. */
struct dbus_peer {
	const char *service, *path, *interface;
};
/* What a service said instead of an answer; names like org.freedesktop.DBus.Error.AccessDenied. "" where nobody said it. */
struct dbus_error {
	char name[128];
	char message[300];
};
/* Values as text: strings as they are, numbers in decimal, "true" and "false"; what is composed is left out. */
struct dbus_property {
	const char *name, *value;
};
struct dbus_property_list {
	struct dbus_property *v;
	uint32_t n;
};

/* -ENOENT: no libsystemd or no system bus here; -ETIMEDOUT: it does not answer. */
int dbus_open(struct dbus **ret, uint32_t deadline_ms, struct err *e);
void dbus_free(struct dbus *d); /* NULL-safe */
void dbus_freep(struct dbus **d);

/*
 * Arguments are strings, ended by NULL; may be NULL for none. All strings and object paths of the answer, in order, go
 * to *ret (may be NULL). -ETIMEDOUT: no answer in time; -EPROTO: an answer that cannot be read; otherwise the errno of
 * *ret_error, which says it by name.
 */
int dbus_call(struct dbus *d, const struct dbus_peer *peer, const char *method, const char *const *args, uint32_t deadline_ms,
	      struct arena *a, struct strs *ret, struct dbus_error *ret_error);
/* An entry of a{sv}: 'b' is true, 'u' the number in text, 's' the text. */
struct dbus_option {
	const char *name;
	char type;
	const char *text;
};
struct dbus_option_list {
	struct dbus_option *v;
	uint32_t n;
};
/*
 * A call with strings and options, whose answer is a descriptor, the caller's then. A service that does not run is
 * started, and a person may be asked whether it is allowed; the deadline must leave time for that.
 */
int dbus_call_fd(struct dbus *d, const struct dbus_peer *peer, const char *method, const char *const *args,
		 const struct dbus_option_list *options, uint32_t deadline_ms, struct arena *a, int *ret_fd, struct dbus_error *ret_error);
/* All properties of an interface. */
int dbus_properties(struct dbus *d, const struct dbus_peer *peer, uint32_t deadline_ms, struct arena *a,
		    struct dbus_property_list *ret, struct dbus_error *ret_error);
/* 1 or 0; negative errno where the bus does not say. */
int dbus_runs(struct dbus *d, const char *service, uint32_t deadline_ms, struct dbus_error *ret_error);
/* Whether the bus could start it. */
int dbus_can_start(struct dbus *d, const char *service, uint32_t deadline_ms, struct dbus_error *ret_error);
int dbus_start(struct dbus *d, const char *service, uint32_t deadline_ms, struct dbus_error *ret_error);

#endif
