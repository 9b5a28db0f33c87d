/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/act.h"

#include "base/parse.h"

#include <errno.h>

/* A person may have to find a password first; gpubay-act itself gives up after three minutes. */
enum { GREETING_MS = 5 * 1000, ANSWER_MS = 200 * 1000 };

static const struct dbus_peer act = {"org.gpubay.Act1", "/org/gpubay/Act1", "org.gpubay.Act1"};

static bool is_absent(const struct dbus_error *e)
{
	return str_eq(e->name, "org.freedesktop.DBus.Error.ServiceUnknown") ||
	       str_eq(e->name, "org.freedesktop.DBus.Error.NameHasNoOwner") ||
	       str_eq(e->name, "org.freedesktop.DBus.Error.Spawn.ServiceNotFound");
}

int act_call(const char *method, const char *const *args, const struct dbus_option_list *options, int *ret_fd, struct err *e)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct dbus *d CLEANUP(dbus_freep) = NULL;
	struct dbus_error error = {0};
	int r = dbus_open(&d, GREETING_MS, e);

	if (r < 0)
		return r;
	r = dbus_call_fd(d, &act, method, args, options, ANSWER_MS, a, ret_fd, &error);
	if (r == 0)
		return 0;
	if (is_absent(&error))
		return err_set(e, -ENOENT, "gpubay-act is not installed here");
	if (r == -ETIMEDOUT)
		return err_set(e, r, "gpubay-act did not answer in %d s; what comes of it is open", ANSWER_MS / 1000);
	return err_set(e, r, "%s", *error.message ? error.message : strerror(-r));
}
