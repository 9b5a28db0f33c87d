/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/socket.h"

#include "base/parse.h"
#include "codec/json.h"
#include "serve/request.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 64 };

static const struct serve_limits usual = {
	.clients = 128, .clients_of_user = 32, .stall_ms = 30 * 1000, .piece_bytes = 64 * 1024, .total_bytes = 64 << 20};

struct client {
	struct serve *serve;
	struct client *next;
	int fd;
	uid_t uid;
	sd_event_source *io, *stall;
	char in[REQUEST_MAX + 1];
	size_t n_in;
	struct buf out;
	size_t sent;        /* of out */
	bool events, follow; /* events are being sent; and those that come */
	bool more;           /* events that are there already */
	bool eof;           /* it will ask for nothing more, and may still listen */
	bool closing;       /* once all is sent */
	uint64_t cursor;    /* the last event that was put into out */
};

struct serve {
	sd_event *loop;
	sd_event_source *io;
	int fd;
	int spare;
	struct serve_source source;
	struct serve_limits limits;
	struct client *clients;
	uint32_t n;
};

static size_t waiting(const struct client *c)
{
	return c->out.n - c->sent;
}

static void client_free(struct client *c)
{
	struct client **at = &c->serve->clients;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	c->serve->n--;
	sd_event_source_disable_unref(c->io);
	sd_event_source_disable_unref(c->stall);
	close(c->fd);
	buf_free(&c->out);
	free(c);
}

static void add_error(struct buf *out, const char *text)
{
	json_t *j = json_pack("{s:s, s:{s:s}}", "schema", "gpubay/error/v1", "error", "message", text);

	json_line(j ? j : json_pack("{s:{s:s}}", "error", "message", "not UTF-8"), out);
}

/* The last thing a client is told. */
static void refuse(struct client *c, const char *text)
{
	c->events = false;
	c->closing = true;
	add_error(&c->out, text);
}

/* More for the client, once it has read everything. */
static void refill(struct client *c)
{
	struct serve *s = c->serve;
	uint64_t lost, from = c->cursor;

	if (!c->events || waiting(c))
		return;
	buf_clear(&c->out);
	c->sent = 0;
	c->more = s->source.events(s->source.arg, &c->cursor, s->limits.piece_bytes, &c->out, &lost);
	if (lost) {
		struct buf text CLEANUP(buf_free) = BUF_NULL;

		json_line(json_pack("{s:s, s:{s:I, s:I}}", "schema", "gpubay/lost/v1", "lost", "from", (json_int_t)(from + 1),
				    "to", (json_int_t)(from + lost)),
			  &text);
		buf_add(&text, c->out.p, c->out.n);
		buf_clear(&c->out);
		buf_add(&c->out, text.p, text.n);
	}
	if (!c->more && !c->follow) {
		json_line(json_pack("{s:s, s:{s:I}}", "schema", "gpubay/end/v1", "end", "last", (json_int_t)c->cursor), &c->out);
		c->events = false;
	}
}

/* What the kernel takes now; false: the client is gone. */
static bool send_some(struct client *c)
{
	while (waiting(c)) {
		ssize_t n = send(c->fd, c->out.p + c->sent, waiting(c), MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		c->sent += (size_t)n;
		sd_event_source_set_enabled(c->stall, SD_EVENT_OFF);
	}
	return true;
}

/* Something is there that the client must make room for: bytes, or events that are no bytes yet. */
static bool must_read(const struct client *c)
{
	return waiting(c) || (c->events && c->more);
}

static void watch_stall(struct client *c)
{
	uint64_t now = 0;

	if (!must_read(c)) {
		sd_event_source_set_enabled(c->stall, SD_EVENT_OFF);
	} else if (sd_event_source_get_enabled(c->stall, NULL) == 0) {
		sd_event_now(c->serve->loop, CLOCK_MONOTONIC, &now);
		sd_event_source_set_time(c->stall, now + (uint64_t)c->serve->limits.stall_ms * 1000);
		sd_event_source_set_enabled(c->stall, SD_EVENT_ONESHOT);
	}
}

/* Memory goes back as soon as nothing waits: a node document is large and asked for rarely. */
static void settle(struct client *c)
{
	if (!waiting(c)) {
		buf_free(&c->out);
		c->sent = 0;
	}
	/* Requests are taken one after the other: the next when the answer is sent. */
	sd_event_source_set_io_events(c->io, must_read(c) ? EPOLLOUT : c->eof ? 0 : EPOLLIN);
	watch_stall(c);
}

static size_t total_waiting(const struct serve *s)
{
	const struct client *c;
	size_t n = 0;

	for (c = s->clients; c; c = c->next)
		n += waiting(c);
	return n;
}

static void answer_agent(struct client *c)
{
	const struct serve_source *s = &c->serve->source;

	json_line(json_pack("{s:s, s:s, s:i, s:I, s:i}", "schema", "gpubay/agent/v1", "gpubay", GPUBAY_VERSION, "pid",
			    (int)getpid(), "last", (json_int_t)s->last(s->arg), "clients", (int)c->serve->n),
		  &c->out);
}

/* Numbers that are not given yet: of another machine, or the log was thrown away. It is told, and gets all there is. */
static void check_since(struct client *c, uint64_t since)
{
	uint64_t last = c->serve->source.last(c->serve->source.arg);

	c->cursor = since;
	if (since <= last)
		return;
	json_line(json_pack("{s:s, s:{s:I}}", "schema", "gpubay/reset/v1", "reset", "last", (json_int_t)last), &c->out);
	c->cursor = 0;
}

static void answer_events(struct client *c, const struct request *r)
{
	const struct serve_source *s = &c->serve->source;

	c->events = true;
	c->more = true;
	c->follow = r->follow;
	if (r->has_since)
		check_since(c, r->since);
	else if (r->has_last)
		c->cursor = s->before(s->arg, r->last);
	else
		c->cursor = r->follow ? s->last(s->arg) : 0;
}

static void answer(struct client *c, const char *line, size_t n)
{
	struct request r;
	struct err e = {0};

	if (request_parse(line, n, &r, &e) < 0)
		refuse(c, e.text);
	else if (c->follow)
		refuse(c, "this connection follows events and takes no other request");
	else if (total_waiting(c->serve) > c->serve->limits.total_bytes)
		refuse(c, "busy: other clients do not read their answers");
	else if (r.kind == REQUEST_KIND_AGENT)
		answer_agent(c);
	else if (r.kind == REQUEST_KIND_NODE)
		c->serve->source.node(c->serve->source.arg, &c->out);
	else
		answer_events(c, &r);
}

/* The first whole line; false: there is none. */
static bool take_line(struct client *c)
{
	char *end = memchr(c->in, '\n', c->n_in);
	size_t n = end ? (size_t)(end - c->in) : 0;

	if (!end && c->n_in <= REQUEST_MAX)
		return false;
	if (!end) {
		refuse(c, "a request has at most 4096 bytes and ends with a newline");
		return true;
	}
	answer(c, c->in, n);
	c->n_in -= n + 1;
	memmove(c->in, end + 1, c->n_in);
	return true;
}

/* Answers and sends until there is nothing to do, or the client must read first. False: it is done with. */
static bool advance(struct client *c)
{
	for (;;) {
		refill(c);
		if (!send_some(c))
			return false;
		if (waiting(c))
			return true;
		if (c->closing)
			return false;
		if (c->events && c->more)
			return true; /* a piece at a time, so that others have their turn */
		if (!take_line(c))
			return !c->eof || c->follow;
	}
}

static void pump(struct client *c)
{
	if (advance(c))
		settle(c);
	else
		client_free(c);
}

static int on_client(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct client *c = arg;
	ssize_t n = -1;

	errno = EAGAIN;
	if (revents & EPOLLIN)
		n = recv(fd, c->in + c->n_in, sizeof(c->in) - c->n_in, MSG_DONTWAIT);
	if ((n < 0 && errno != EAGAIN && errno != EINTR) || revents & EPOLLERR || (revents & EPOLLHUP && !(revents & EPOLLIN))) {
		client_free(c);
		return 0;
	}
	c->n_in += n > 0 ? (size_t)n : 0;
	c->eof |= n == 0;
	pump(c);
	return 0;
}

static int on_stall(sd_event_source *source, uint64_t usec, void *arg)
{
	struct client *c = arg;
	char *end;

	if (c->closing) {
		client_free(c);
		return 0;
	}
	/* Where it has a part of a line, that must end before it can be told anything. */
	end = c->sent && c->out.p[c->sent - 1] != '\n' ? memchr(c->out.p + c->sent, '\n', waiting(c)) : NULL;
	c->out.n = end ? (size_t)(end + 1 - c->out.p) : c->sent;
	refuse(c, "dropped, because nothing was read for too long; ask for events since the last number you have");
	settle(c);
	return 0;
}

static bool has_room(const struct serve *s, uid_t uid)
{
	const struct client *c;
	uint32_t n = 0;

	for (c = s->clients; c; c = c->next)
		n += c->uid == uid;
	return s->n < s->limits.clients && (uid == 0 || n < s->limits.clients_of_user);
}

static int client_new(struct serve *s, int fd, uid_t uid)
{
	struct client *c = xmalloc(sizeof(*c));
	int r;

	memset(c, 0, sizeof(*c));
	c->serve = s;
	c->fd = fd;
	c->uid = uid;
	c->next = s->clients;
	s->clients = c;
	s->n++;
	r = sd_event_add_io(s->loop, &c->io, fd, EPOLLIN, on_client, c);
	/* What happens to GPUs goes before what was asked about it. */
	if (r >= 0)
		r = sd_event_source_set_priority(c->io, SD_EVENT_PRIORITY_NORMAL + 10);
	if (r >= 0)
		r = sd_event_add_time(s->loop, &c->stall, CLOCK_MONOTONIC, 0, 1000000, on_stall, c);
	if (r >= 0)
		r = sd_event_source_set_enabled(c->stall, SD_EVENT_OFF);
	if (r < 0)
		client_free(c);
	return r;
}

/* Without a free descriptor it would wait for ever in the queue, and wake the loop for ever: one is kept for this. */
static void turn_away(struct serve *s)
{
	close(s->spare);
	close(accept4(s->fd, NULL, NULL, SOCK_CLOEXEC));
	s->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static int on_accept(sd_event_source *source, int listening, uint32_t revents, void *arg)
{
	static const char full[] = "{\"schema\":\"gpubay/error/v1\",\"error\":{\"message\":\"too many clients\"}}\n";
	struct serve *s = arg;
	struct ucred who = {.uid = (uid_t)-1};
	socklen_t size = sizeof(who);
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE)
			turn_away(s);
		return 0;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 && has_room(s, who.uid)) {
		client_new(s, fd, who.uid);
		return 0;
	}
	(void)send(fd, full, sizeof(full) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
	return 0;
}

/* 0 when nobody answers at the path, -EADDRINUSE when somebody does. */
static int clear_path(const char *path, const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), r;

	if (fd < 0)
		return -errno;
	r = connect(fd, (const struct sockaddr *)at, sizeof(*at)) == 0 || errno == EAGAIN ? -EADDRINUSE : 0;
	close(fd);
	if (r == 0 && unlink(path) < 0 && errno != ENOENT)
		return -errno;
	return r;
}

int serve_listen(const char *path, struct err *e)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd, r;

	if (snprintf(at.sun_path, sizeof(at.sun_path), "%s", path) >= (int)sizeof(at.sun_path))
		return err_set(e, -ENAMETOOLONG, "the path of the socket is too long: '%s'", path);
	r = clear_path(path, &at);
	if (r == -EADDRINUSE)
		return err_set(e, r, "another gpubayd answers at '%s'", path);
	fd = r < 0 ? -1 : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (r == 0 && (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || chmod(path, 0666) < 0 || listen(fd, BACKLOG) < 0))
		r = -errno;
	if (r == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return err_set(e, r, "cannot listen at '%s': %s", path, strerror(-r));
}

int serve_new(sd_event *loop, int fd, const struct serve_source *source, const struct serve_limits *limits,
	      struct serve **ret, struct err *e)
{
	struct serve *s = xmalloc(sizeof(*s));
	int r;

	*s = (struct serve){.loop = loop, .fd = fd, .spare = open("/dev/null", O_RDONLY | O_CLOEXEC),
			    .source = *source, .limits = limits ? *limits : usual};
	r = sd_event_add_io(loop, &s->io, fd, EPOLLIN, on_accept, s);
	if (r < 0) {
		serve_free(s);
		return err_set(e, r, "cannot wait for clients: %s", strerror(-r));
	}
	*ret = s;
	return 0;
}

void serve_free(struct serve *s)
{
	if (!s)
		return;
	while (s->clients)
		client_free(s->clients);
	sd_event_source_disable_unref(s->io);
	close(s->fd);
	close(s->spare);
	free(s);
}

void serve_events(struct serve *s)
{
	struct client *c, *next;

	for (c = s->clients; c; c = next) {
		next = c->next;
		if (c->follow && c->events && !waiting(c))
			pump(c);
	}
}

uint32_t serve_clients(const struct serve *s)
{
	return s->n;
}
