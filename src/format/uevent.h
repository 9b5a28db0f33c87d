/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One message about a device, in either form it comes in over netlink: the kernel's "add@/devices/…" followed by
 * KEY=value texts, and udev's, which has a binary head before the same texts ("libudev", lib/systemd's
 * sd-device/device-monitor.c). Nothing is copied: the texts lie in the message.
 */
#ifndef GPUBAY_FORMAT_UEVENT_H
#define GPUBAY_FORMAT_UEVENT_H

#include "base/enumtab.h"

/* Documentation/ABI/testing/sysfs-uevent */
#define UEVENT_ACTION(E, P) \
	E(P, ADD, "add") E(P, REMOVE, "remove") E(P, CHANGE, "change") E(P, MOVE, "move") E(P, ONLINE, "online") \
	E(P, OFFLINE, "offline") E(P, BIND, "bind") E(P, UNBIND, "unbind")
ENUM_DECL(uevent_action, UEVENT_ACTION)

/* What a message does not say is "". */
struct uevent {
	bool udev; /* udev's form: its rules have run and its database has the device */
	enum uevent_action action;
	const char *devpath;   /* "/devices/pci0000:00/…" */
	const char *subsystem; /* pci, drm, thunderbolt … */
	const char *devtype;   /* drm_minor, thunderbolt_device … */
	const char *driver;
	const char *devname;   /* dri/card0; udev writes /dev/dri/card0 */
	const char *wedged;    /* DRM: how the driver wants to be recovered; none: it already is */
};

enum { UEVENT_MAX = 8192 }; /* the kernel's buffer has 2 KiB, udev adds its properties */

/* -EBADMSG: not a message of either form, or it names no device. The texts end inside the message. */
int uevent_parse(const char *bytes, size_t n, struct uevent *ret);

#endif
