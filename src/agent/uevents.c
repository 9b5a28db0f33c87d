/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/uevents.h"

#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	GROUP_KERNEL = 1,
	GROUP_UDEV = 2,
	/* As udevd has it: room for what a machine with many GPUs says at once, while we build a snapshot. */
	QUEUE_BYTES = 8 * 1024 * 1024,
};

/* Without the privilege the queue keeps the system's limit, and an overrun is made good as any other. */
static void enlarge_queue(int fd)
{
	int bytes = QUEUE_BYTES;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

static int open_netlink(struct err *e)
{
	struct sockaddr_nl at = {.nl_family = AF_NETLINK, .nl_groups = GROUP_KERNEL | GROUP_UDEV};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT), on = 1;

	if (fd < 0)
		return err_set(e, -errno, "cannot listen to the kernel's uevents: %s", strerror(errno));
	enlarge_queue(fd);
	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0) {
		int code = -errno;

		close(fd);
		return err_set(e, code, "cannot listen to the kernel's uevents: %s", strerror(-code));
	}
	return fd;
}

int uevents_open(struct uevents *u, int fd, struct err *e)
{
	u->netlink = fd < 0;
	u->fd = fd < 0 ? open_netlink(e) : fd;
	return u->fd < 0 ? u->fd : 0;
}

/* Only the kernel has port 0; udev's group takes messages from anybody, and only root's is udev. */
static bool sender_is_right(const struct sockaddr_nl *from, const struct msghdr *m)
{
	const struct cmsghdr *c;
	struct ucred who;

	if (from->nl_groups == GROUP_KERNEL)
		return from->nl_pid == 0;
	if (from->nl_groups != GROUP_UDEV)
		return false; /* sent to us alone: nobody does that */
	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR((struct msghdr *)(uintptr_t)m, (struct cmsghdr *)(uintptr_t)c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS)
			continue;
		memcpy(&who, CMSG_DATA(c), sizeof(who));
		return who.uid == 0;
	}
	return false;
}

int uevents_next(struct uevents *u, struct uevent *ret)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct sockaddr_nl from = {0};
	struct iovec piece = {.iov_base = u->bytes, .iov_len = sizeof(u->bytes)};
	struct msghdr m = {.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &piece, .msg_iovlen = 1,
			   .msg_control = &control, .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(u->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	if (n == 0 && !u->netlink)
		return -EPIPE;
	if (m.msg_flags & MSG_TRUNC || (u->netlink && !sender_is_right(&from, &m)))
		return -EBADMSG;
	return uevent_parse(u->bytes, (size_t)n, ret);
}
