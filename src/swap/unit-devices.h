/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices of a container's unit, where systemd made its cgroup. At each daemon-reload systemd writes the device policy of
 * its units anew, and what was opened behind its back is lost: so it is told too, for as long as the unit lives.
 * Source: opencontainers/runc#3708, NVIDIA/nvidia-container-toolkit#48, systemd.resource-control(5).
 */
#ifndef GPUBAY_SWAP_UNIT_DEVICES_H
#define GPUBAY_SWAP_UNIT_DEVICES_H

#include "host/effects.h"
#include "host/tree.h"

/* What `systemctl show` says of DevicePolicy and DeviceAllow. Pure. */
struct unit_devices {
	bool restricted; /* there is a policy: an addition changes it, and makes none where none was */
	struct strs allowed; /* "/dev/null rwm" */
};
void unit_devices_parse(struct arena *a, const char *text, struct unit_devices *ret);

/* Which of the nodes the unit has to be told of: none where systemd does not run, or restricts nothing. */
int unit_devices_missing(struct tree *t, struct arena *a, const char *unit, const struct strs *nodes, struct strs *ret, struct err *e);
int unit_devices_open(struct effects *fx, const char *unit, const struct strs *nodes, struct err *e);
/* 0 also when the unit is gone. */
int unit_devices_close(struct effects *fx, struct tree *t, const char *unit, const struct strs *nodes, struct err *e);

#endif
