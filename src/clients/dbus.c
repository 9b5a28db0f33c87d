/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/dbus.h"

#include "base/parse.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <systemd/sd-bus.h>
#include <time.h>

#define LIBRARY "libsystemd.so.0"

#define FUNCTIONS(F) \
	F(sd_bus_open_system) F(sd_bus_close) F(sd_bus_unref) F(sd_bus_is_ready) F(sd_bus_process) F(sd_bus_wait) F(sd_bus_call) \
	F(sd_bus_message_new_method_call) F(sd_bus_message_append_basic) F(sd_bus_message_append) F(sd_bus_message_set_auto_start) \
	F(sd_bus_message_peek_type) F(sd_bus_message_read_basic) F(sd_bus_message_enter_container) \
	F(sd_bus_message_exit_container) F(sd_bus_message_skip) F(sd_bus_message_unref) F(sd_bus_error_free) \
	F(sd_bus_message_open_container) F(sd_bus_message_close_container) F(sd_bus_message_set_allow_interactive_authorization)

#define MEMBER(name) __typeof__(name) *name;
#define NAME(name) #name,

static struct {
	FUNCTIONS(MEMBER)
} sd;

static const struct dbus_peer the_bus = {"org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus"};

struct dbus {
	sd_bus *bus;
};

static int library_open(struct err *e)
{
	static const char *const names[] = {FUNCTIONS(NAME)};
	void *at[ARRAY_LEN(names)], *library;
	unsigned i;

	if (sd.sd_bus_call)
		return 0;
	library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return err_set(e, -ENOENT, "no " LIBRARY " here, which speaks D-Bus");
	for (i = 0; i < ARRAY_LEN(names); i++) {
		at[i] = dlsym(library, names[i]);
		if (!at[i])
			return err_set(e, -ENOENT, LIBRARY " is too old: it has no %s", names[i]);
	}
	_Static_assert(sizeof(sd) == sizeof(at), "a pointer for each name");
	memcpy(&sd, at, sizeof(sd));
	return 0;
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* libsystemd waits for the greeting without a deadline of ours inside its first call, so it is done before. */
static int greet(sd_bus *bus, uint32_t deadline_ms)
{
	uint64_t end = now_ms() + deadline_ms, now;
	int r;

	while ((r = sd.sd_bus_is_ready(bus)) == 0) {
		r = sd.sd_bus_process(bus, NULL);
		if (r < 0)
			return r;
		now = now_ms();
		if (now >= end)
			return -ETIMEDOUT;
		if (r == 0)
			sd.sd_bus_wait(bus, (end - now) * 1000);
	}
	return MIN(r, 0);
}

int dbus_open(struct dbus **ret, uint32_t deadline_ms, struct err *e)
{
	sd_bus *bus;
	int r = library_open(e);

	*ret = NULL;
	if (r < 0)
		return r;
	r = sd.sd_bus_open_system(&bus);
	if (r == -ENOENT || r == -ECONNREFUSED)
		return err_set(e, -ENOENT, "no system bus (D-Bus) runs here");
	if (r < 0)
		return err_set(e, r, "cannot reach the system bus: %s", strerror(-r));
	*ret = xmalloc(sizeof(**ret));
	(*ret)->bus = bus;
	r = greet(bus, deadline_ms);
	if (r == 0)
		return 0;
	dbus_freep(ret);
	if (r == -ETIMEDOUT)
		return err_set(e, r, "the system bus does not answer within %u s", (deadline_ms + 999) / 1000);
	return err_set(e, r, "the system bus does not let us in: %s", strerror(-r));
}

void dbus_free(struct dbus *d)
{
	if (!d)
		return;
	/* Not flushed: that would wait for a bus that may hang. */
	sd.sd_bus_close(d->bus);
	sd.sd_bus_unref(d->bus);
	free(d);
}

void dbus_freep(struct dbus **d)
{
	dbus_free(*d);
	*d = NULL;
}

static void copy(struct arena *a, char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text ? utf8_clean(a, text, strlen(text)) : "");
}

/* Sends a call, which it takes, and waits for the answer: NULL with the reason. */
static int exchange(struct dbus *d, sd_bus_message *m, int built, uint32_t deadline_ms, struct arena *a, sd_bus_message **ret,
		    struct dbus_error *ret_error)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int r = built;

	*ret = NULL;
	*ret_error = (struct dbus_error){0};
	if (r >= 0)
		r = sd.sd_bus_call(d->bus, m, (uint64_t)deadline_ms * 1000, &error, ret);
	/* What libsystemd found out itself is told by the errno alone. */
	if (r < 0 && r != -ETIMEDOUT) {
		copy(a, ret_error->name, sizeof(ret_error->name), error.name);
		copy(a, ret_error->message, sizeof(ret_error->message), error.message);
	}
	/* A service that went away in mid-call has the same errno as one that is slow; the bus tells them apart by name. */
	if (r == -ETIMEDOUT && str_eq(error.name, "org.freedesktop.DBus.Error.NoReply")) {
		copy(a, ret_error->name, sizeof(ret_error->name), error.name);
		r = -EREMOTEIO;
	}
	sd.sd_bus_error_free(&error);
	sd.sd_bus_message_unref(m);
	return MIN(r, 0);
}

static int ask(struct dbus *d, const struct dbus_peer *peer, const char *method, const char *const *args, uint32_t start,
	       uint32_t deadline_ms, struct arena *a, sd_bus_message **ret, struct dbus_error *ret_error)
{
	sd_bus_message *m = NULL;
	int r = sd.sd_bus_message_new_method_call(d->bus, &m, peer->service, peer->path, peer->interface, method);

	for (; r >= 0 && args && *args; args++)
		r = sd.sd_bus_message_append_basic(m, 's', *args);
	if (r >= 0 && start)
		r = sd.sd_bus_message_append(m, "u", 0);
	if (r >= 0)
		r = sd.sd_bus_message_set_auto_start(m, 0);
	return exchange(d, m, r, deadline_ms, a, ret, ret_error);
}

static int append_options(sd_bus_message *m, const struct dbus_option_list *l)
{
	uint32_t i, number;
	int r = sd.sd_bus_message_open_container(m, 'a', "{sv}");

	for (i = 0; i < l->n && r >= 0; i++) {
		const struct dbus_option *o = &l->v[i];

		if (o->type == 'b')
			r = sd.sd_bus_message_append(m, "{sv}", o->name, "b", 1);
		else if (o->type == 's')
			r = sd.sd_bus_message_append(m, "{sv}", o->name, "s", o->text);
		else if (parse_u32(o->text, 10, UINT32_MAX, &number) == 0)
			r = sd.sd_bus_message_append(m, "{sv}", o->name, "u", number);
		else
			r = -EINVAL;
	}
	return r < 0 ? r : sd.sd_bus_message_close_container(m);
}

int dbus_call_fd(struct dbus *d, const struct dbus_peer *peer, const char *method, const char *const *args,
		 const struct dbus_option_list *options, uint32_t deadline_ms, struct arena *a, int *ret_fd, struct dbus_error *ret_error)
{
	sd_bus_message *m = NULL, *answer;
	int r = sd.sd_bus_message_new_method_call(d->bus, &m, peer->service, peer->path, peer->interface, method), fd;

	for (; r >= 0 && *args; args++)
		r = sd.sd_bus_message_append_basic(m, 's', *args);
	if (r >= 0)
		r = append_options(m, options);
	if (r >= 0)
		r = sd.sd_bus_message_set_allow_interactive_authorization(m, 1);
	r = exchange(d, m, r, deadline_ms, a, &answer, ret_error);
	if (r < 0)
		return r;
	/* The message's descriptor goes with the message. */
	r = sd.sd_bus_message_read_basic(answer, 'h', &fd) > 0 ? 0 : -EPROTO;
	if (r == 0)
		*ret_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (r == 0 && *ret_fd < 0)
		r = -errno;
	sd.sd_bus_message_unref(answer);
	return r;
}

/* One value of a message as text; NULL for what is composed. 0 at the end of the container. */
static int read_value(sd_bus_message *m, char type, const char *inside, struct arena *a, const char **ret)
{
	union {
		const char *s;
		uint8_t y;
		int b;
		int16_t n;
		uint16_t q;
		int32_t i;
		uint32_t u;
		int64_t x;
		uint64_t t;
		double d;
	} v;

	*ret = NULL;
	if (!strchr("sogybnqiuxtd", type))
		return sd.sd_bus_message_skip(m, NULL);
	if (sd.sd_bus_message_read_basic(m, type, &v) < 0)
		return -EPROTO;
	switch (type) {
	case 'b': *ret = v.b ? "true" : "false"; break;
	case 'y': *ret = arena_printf(a, "%u", v.y); break;
	case 'n': *ret = arena_printf(a, "%d", v.n); break;
	case 'q': *ret = arena_printf(a, "%u", v.q); break;
	case 'i': *ret = arena_printf(a, "%d", v.i); break;
	case 'u': *ret = arena_printf(a, "%u", v.u); break;
	case 'x': *ret = arena_printf(a, "%lld", (long long)v.x); break;
	case 't': *ret = arena_printf(a, "%llu", (unsigned long long)v.t); break;
	case 'd': break;
	default: *ret = utf8_clean(a, v.s, strlen(v.s)); break;
	}
	return 1;
}

/* The strings of a message, those in arrays too. */
static int read_strings(sd_bus_message *m, struct arena *a, struct strs *ret)
{
	const char *inside, *text;
	char type;
	int r;

	while ((r = sd.sd_bus_message_peek_type(m, &type, &inside)) > 0) {
		if (type == 'a' && inside && (str_eq(inside, "s") || str_eq(inside, "o"))) {
			if (sd.sd_bus_message_enter_container(m, 'a', inside) < 0 || read_strings(m, a, ret) < 0 ||
			    sd.sd_bus_message_exit_container(m) < 0)
				return -EPROTO;
			continue;
		}
		if (read_value(m, type, inside, a, &text) < 0)
			return -EPROTO;
		if (text)
			strs_add(a, ret, text);
	}
	return r < 0 ? -EPROTO : 0;
}

int dbus_call(struct dbus *d, const struct dbus_peer *peer, const char *method, const char *const *args, uint32_t deadline_ms,
	      struct arena *a, struct strs *ret, struct dbus_error *ret_error)
{
	sd_bus_message *m;
	int r = ask(d, peer, method, args, false, deadline_ms, a, &m, ret_error);

	if (ret)
		*ret = (struct strs){0};
	if (r == 0 && ret)
		r = read_strings(m, a, ret);
	sd.sd_bus_message_unref(m);
	return r;
}

/* One entry of a{sv}. */
static int read_property(sd_bus_message *m, struct arena *a, struct dbus_property_list *ret)
{
	struct dbus_property p = {0};
	const char *inside, *name;
	char type;

	if (sd.sd_bus_message_read_basic(m, 's', &name) < 0)
		return -EPROTO;
	p.name = arena_str(a, name);
	if (sd.sd_bus_message_peek_type(m, &type, &inside) <= 0 || type != 'v' ||
	    sd.sd_bus_message_enter_container(m, 'v', inside) < 0)
		return -EPROTO;
	if (sd.sd_bus_message_peek_type(m, &type, &inside) <= 0 || read_value(m, type, inside, a, &p.value) < 0 ||
	    sd.sd_bus_message_exit_container(m) < 0)
		return -EPROTO;
	if (p.value)
		*LIST_PUSH(a, ret) = p;
	return 0;
}

static int read_properties(sd_bus_message *m, struct arena *a, struct dbus_property_list *ret)
{
	int r;

	if (sd.sd_bus_message_enter_container(m, 'a', "{sv}") < 0)
		return -EPROTO;
	while ((r = sd.sd_bus_message_enter_container(m, 'e', "sv")) > 0)
		if (read_property(m, a, ret) < 0 || sd.sd_bus_message_exit_container(m) < 0)
			return -EPROTO;
	return r < 0 ? -EPROTO : 0;
}

int dbus_properties(struct dbus *d, const struct dbus_peer *peer, uint32_t deadline_ms, struct arena *a,
		    struct dbus_property_list *ret, struct dbus_error *ret_error)
{
	const struct dbus_peer properties = {peer->service, peer->path, "org.freedesktop.DBus.Properties"};
	const char *const args[] = {peer->interface, NULL};
	sd_bus_message *m;
	int r = ask(d, &properties, "GetAll", args, false, deadline_ms, a, &m, ret_error);

	*ret = (struct dbus_property_list){0};
	if (r == 0)
		r = read_properties(m, a, ret);
	sd.sd_bus_message_unref(m);
	return r;
}

int dbus_runs(struct dbus *d, const char *service, uint32_t deadline_ms, struct dbus_error *ret_error)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	const char *const args[] = {service, NULL};
	struct strs answer;
	int r = dbus_call(d, &the_bus, "NameHasOwner", args, deadline_ms, a, &answer, ret_error);

	return r < 0 ? r : strs_has(&answer, "true");
}

int dbus_can_start(struct dbus *d, const char *service, uint32_t deadline_ms, struct dbus_error *ret_error)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	struct strs answer;
	int r = dbus_call(d, &the_bus, "ListActivatableNames", NULL, deadline_ms, a, &answer, ret_error);

	return r < 0 ? r : strs_has(&answer, service);
}

int dbus_start(struct dbus *d, const char *service, uint32_t deadline_ms, struct dbus_error *ret_error)
{
	struct arena *a CLEANUP(arena_freep) = arena_new();
	const char *const args[] = {service, NULL};
	sd_bus_message *m;
	int r = ask(d, &the_bus, "StartServiceByName", args, true, deadline_ms, a, &m, ret_error);

	sd.sd_bus_message_unref(m);
	return r;
}
