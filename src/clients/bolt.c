/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/bolt.h"

#include "base/parse.h"
#include "clients/dbus.h"

#include <errno.h>

#define SERVICE "org.freedesktop.bolt"
#define DEVICE "org.freedesktop.bolt1.Device"
enum { DEVICES_MAX = 1024 };

static const struct dbus_peer manager = {SERVICE, "/org/freedesktop/bolt", "org.freedesktop.bolt1.Manager"};

struct bolt {
	struct dbus *bus;
};

/* What bolt, polkit and the bus say, in words; the first row whose name and part of the message fit. */
static const struct {
	const char *name, *part;
	int code;
	const char *words;
} failures[] = {
	{"org.freedesktop.DBus.Error.ServiceUnknown", "PolicyKit", -ENOLINK,
	 "bolt asks polkit who may do that, and polkit does not run: start it (systemctl start polkit) or install it"},
	{"org.freedesktop.DBus.Error.NameHasNoOwner", "PolicyKit", -ENOLINK,
	 "bolt asks polkit who may do that, and polkit does not run: start it (systemctl start polkit) or install it"},
	{"org.freedesktop.DBus.Error.AccessDenied", "", -EACCES, "polkit does not allow it to this user"},
	{"org.freedesktop.DBus.Error.NoReply", "", -ECONNRESET,
	 "bolt ended in the middle of it: 'journalctl -u bolt' tells why, then try again"},
	{"org.freedesktop.DBus.Error.ServiceUnknown", "", -ECONNRESET,
	 "bolt is gone: 'systemctl status bolt' tells why, then try again"},
	{"org.freedesktop.DBus.Error.NameHasNoOwner", "", -ECONNRESET,
	 "bolt is gone: 'systemctl status bolt' tells why, then try again"},
	{"org.freedesktop.bolt.Error.NoKey", "", -ENOKEY, "the box has no key: forget it in bolt and enroll it again"},
	{"org.freedesktop.bolt.Error.BadKey", "", -EKEYREJECTED,
	 "the box does not have the key that bolt keeps for it: it may be another one under the same id. If it was reset, "
	 "forget it in bolt and enroll it again"},
	{"org.freedesktop.bolt.Error.AuthChain", "", -EHOSTDOWN, "a box or dock that it hangs behind is not authorized yet"},
	{"org.freedesktop.DBus.Error.UnknownObject", "", -ENODEV, "bolt does not know it"},
	{"org.freedesktop.DBus.Error.FileNotFound", "", -ENODEV, "bolt does not know it"},
	{"", "", -EREMOTEIO, "bolt failed"},
};

static int failed(struct err *e, int code, const struct dbus_error *why, const char *what, uint32_t deadline_ms)
{
	const char *words = why->message;
	unsigned i = 0;

	if (code == -ETIMEDOUT)
		return err_set(e, code, "cannot %s: bolt did not answer within %u s; polkit may be waiting for a person", what,
			       (deadline_ms + 999) / 1000);
	if (code == -ECONNRESET || code == -ENOTCONN)
		return err_set(e, -ECONNRESET, "cannot %s: the system bus went away", what);
	if (code == -EPROTO)
		return err_set(e, code, "cannot %s: bolt's answer cannot be read", what);
	while (*failures[i].name && (!str_eq(failures[i].name, why->name) || !strstr(why->message, failures[i].part)))
		i++;
	/* Its own words stand behind ours: they name the action that polkit was asked for. */
	if (str_starts(words, "GDBus.Error:") && strstr(words, ": "))
		words = strstr(words, ": ") + 2;
	return err_set(e, failures[i].code, "cannot %s: %s%s%s%s", what, failures[i].words, *words ? " (" : "", words, *words ? ")" : "");
}

/* BOLT_RUNS, BOLT_ASLEEP, BOLT_NONE. */
static int look(struct dbus *bus, bool start, uint32_t deadline_ms, struct err *e)
{
	struct dbus_error why;
	int r = dbus_runs(bus, SERVICE, deadline_ms, &why);

	if (r > 0)
		return BOLT_RUNS;
	if (r == 0)
		r = dbus_can_start(bus, SERVICE, deadline_ms, &why);
	if (r < 0)
		return err_set(e, r, "the system bus does not say whether bolt runs: %s", *why.message ? why.message : strerror(-r));
	if (r == 0) {
		err_set(e, -ENOENT, "bolt is not installed");
		return BOLT_NONE;
	}
	if (!start)
		return BOLT_ASLEEP;
	r = dbus_start(bus, SERVICE, deadline_ms, &why);
	if (r < 0)
		return err_set(e, r, "bolt is installed and cannot be started: %s", *why.message ? why.message : strerror(-r));
	return BOLT_RUNS;
}

int bolt_open(struct bolt **ret, bool start, uint32_t deadline_ms, struct err *e)
{
	struct dbus *bus;
	int r = dbus_open(&bus, deadline_ms, e);

	*ret = NULL;
	if (r == -ENOENT)
		return BOLT_NONE;
	if (r == 0)
		r = look(bus, start, deadline_ms, e);
	if (r != BOLT_RUNS) {
		dbus_free(bus);
		return r;
	}
	*ret = xmalloc(sizeof(**ret));
	(*ret)->bus = bus;
	return r;
}

void bolt_free(struct bolt *b)
{
	if (b)
		dbus_free(b->bus);
	free(b);
}

void bolt_freep(struct bolt **b)
{
	bolt_free(*b);
	*b = NULL;
}

static struct bolt_device device_of(const struct dbus_property_list *l)
{
	struct bolt_device d = {"", "", "", "", "", "", "", "", false};
	const struct {
		const char *name, **at;
	} fields[] = {
		{"Uid", &d.uid}, {"Name", &d.name}, {"Vendor", &d.vendor}, {"Label", &d.label}, {"Status", &d.status},
		{"Policy", &d.policy}, {"Key", &d.key}, {"Parent", &d.parent},
	};
	uint32_t i;
	unsigned k;

	for (i = 0; i < l->n; i++) {
		for (k = 0; k < ARRAY_LEN(fields); k++)
			if (str_eq(l->v[i].name, fields[k].name))
				*fields[k].at = l->v[i].value;
		if (str_eq(l->v[i].name, "Stored"))
			d.stored = str_eq(l->v[i].value, "true");
	}
	return d;
}

int bolt_list(struct bolt *b, struct arena *a, uint32_t deadline_ms, struct bolt_device_list *ret, struct err *e)
{
	struct dbus_error why;
	struct strs paths;
	uint32_t i;
	int r = dbus_call(b->bus, &manager, "ListDevices", NULL, deadline_ms, a, &paths, &why);

	*ret = (struct bolt_device_list){0};
	if (r < 0)
		return failed(e, r, &why, "list what bolt knows", deadline_ms);
	for (i = 0; i < MIN(paths.n, (uint32_t)DEVICES_MAX); i++) {
		const struct dbus_peer device = {SERVICE, paths.v[i], DEVICE};
		struct dbus_property_list properties;

		r = dbus_properties(b->bus, &device, deadline_ms, a, &properties, &why);
		/* It may have been unplugged since. */
		if (r < 0 && str_eq(why.name, "org.freedesktop.DBus.Error.UnknownObject"))
			continue;
		if (r < 0)
			return failed(e, r, &why, "ask bolt about a device", deadline_ms);
		*LIST_PUSH(a, ret) = device_of(&properties);
	}
	return 0;
}

const struct bolt_device *bolt_find(const struct bolt_device_list *l, const char *uid)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (str_ieq(l->v[i].uid, uid))
			return &l->v[i];
	return NULL;
}

static int change(struct bolt *b, const struct dbus_peer *peer, const char *method, const char *const *args, const char *what,
		  uint32_t deadline_ms, struct err *e)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct dbus_error why;
	int r = dbus_call(b->bus, peer, method, args, deadline_ms, a, NULL, &why);

	return r < 0 ? failed(e, r, &why, what, deadline_ms) : 0;
}

int bolt_authorize(struct bolt *b, const char *uid, uint32_t deadline_ms, struct err *e)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	const char *const by_id[] = {uid, NULL}, *const no_flags[] = {"", NULL};
	struct dbus_peer device = {SERVICE, NULL, DEVICE};
	struct dbus_error why;
	struct strs path;
	int r = dbus_call(b->bus, &manager, "DeviceByUid", by_id, deadline_ms, a, &path, &why);

	if (r < 0)
		return failed(e, r, &why, "authorize it through bolt", deadline_ms);
	if (path.n != 1 || path.v[0][0] != '/')
		return failed(e, -EPROTO, &why, "authorize it through bolt", deadline_ms);
	device.path = path.v[0];
	return change(b, &device, "Authorize", no_flags, "authorize it through bolt", deadline_ms, e);
}

int bolt_enroll(struct bolt *b, const char *uid, const char *policy, uint32_t deadline_ms, struct err *e)
{
	const char *const args[] = {uid, policy, "", NULL};

	return change(b, &manager, "EnrollDevice", args, "enroll it in bolt", deadline_ms, e);
}

int bolt_forget(struct bolt *b, const char *uid, uint32_t deadline_ms, struct err *e)
{
	const char *const args[] = {uid, NULL};

	return change(b, &manager, "ForgetDevice", args, "make bolt forget it", deadline_ms, e);
}
