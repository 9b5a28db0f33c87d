/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uevents as they come in: from netlink, the kernel's group and udev's on one socket, or from any descriptor that
 * somebody handed over, which carries one message a datagram.
 */
#ifndef GPUBAY_AGENT_UEVENTS_H
#define GPUBAY_AGENT_UEVENTS_H

#include "base/err.h"
#include "format/uevent.h"

struct uevents {
	int fd;
	bool netlink;          /* senders can be told apart, and are */
	char bytes[UEVENT_MAX]; /* the last message, which the last event points into */
};

/* fd -1: netlink. */
int uevents_open(struct uevents *u, int fd, struct err *e);
/*
 * The next one, without waiting: 0 and *ret, or -EBADMSG (not from the kernel or root's udev, or garbage: to be passed
 * over), -EAGAIN (no more now), -ENOBUFS (some were lost), -EPIPE (there will be no more), and what recvmsg(2) says.
 */
int uevents_next(struct uevents *u, struct uevent *ret);

#endif
