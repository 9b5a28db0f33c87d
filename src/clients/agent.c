/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/agent.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 64 << 20 };

int agent_client_open(struct agent_client *c, const char *path, struct err *e)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int r;

	*c = (struct agent_client){.fd = -1};
	if (snprintf(at.sun_path, sizeof(at.sun_path), "%s", path) >= (int)sizeof(at.sun_path))
		return err_set(e, -ENAMETOOLONG, "the path of the socket is too long: '%s'", path);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd >= 0 && connect(c->fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return 0;
	r = -errno;
	agent_client_close(c);
	return err_set(e, r, "nothing answers at '%s': %s", path, strerror(-r));
}

void agent_client_close(struct agent_client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	buf_free(&c->in);
	*c = (struct agent_client){.fd = -1};
}

int agent_client_ask(struct agent_client *c, const char *request, struct err *e)
{
	struct buf line CLEANUP(buf_free) = BUF_NULL;

	buf_addf(&line, "%s\n", request);
	/* A request is a few bytes: the queue of a fresh connection takes it whole. */
	if (send(c->fd, line.p, line.n, MSG_NOSIGNAL) != (ssize_t)line.n)
		return err_set(e, -EPIPE, "the agent hung up");
	return 0;
}

static int receive(struct agent_client *c, int timeout_ms, struct err *e)
{
	struct pollfd p = {.fd = c->fd, .events = POLLIN};
	char piece[16384];
	ssize_t n;

	if (poll(&p, 1, timeout_ms) == 0)
		return err_set(e, -ETIMEDOUT, "the agent does not answer");
	n = recv(c->fd, piece, sizeof(piece), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return err_set(e, -EPIPE, "the agent hung up");
	buf_add(&c->in, piece, (size_t)n);
	return c->in.n > LINE_MAX_BYTES ? err_set(e, -EPROTO, "the agent sends a line without end") : 0;
}

int agent_client_line(struct agent_client *c, int timeout_ms, const char **ret, size_t *ret_n, struct err *e)
{
	size_t seen = c->used;
	char *end;
	int r;

	while (!c->in.p || !(end = memchr(c->in.p + seen, '\n', c->in.n - seen))) {
		/* What was given out makes room only here, so that it stayed valid until now. */
		if (c->used)
			memmove(c->in.p, c->in.p + c->used, c->in.n - c->used);
		c->in.n -= c->used;
		c->used = 0;
		seen = c->in.n;
		r = receive(c, timeout_ms, e);
		if (r < 0)
			return r;
	}
	*ret = c->in.p + c->used;
	*ret_n = (size_t)(end - *ret);
	c->used += *ret_n + 1;
	return 0;
}
