/* SPDX-License-Identifier: Apache-2.0 */
/* What taking a GPU out depends on: how its port lets go, which drivers wait for their users, which daemons hold it. */
#ifndef GPUBAY_FACTS_SWAP_H
#define GPUBAY_FACTS_SWAP_H

#include "base/macro.h"

/* How a port lets go, by what the GPU is attached with. */
struct facts_letgo {
	const char
		*interface; /* as struct external has it; "" inside the machine; NULL: any other */
	bool slot;	    /* a slot whose power can be switched is above it */
	bool tunnel;	    /* the box goes as a whole, and its tunnel is taken down */
	const char *unsafe; /* why it must not be pulled from a running machine; NULL: it may */
	const char *before; /* what a person does before pulling; NULL: nothing */
	const char *source;
};
extern const struct facts_letgo facts_letgos[];
/* The first row that fits; there is always one. */
const struct facts_letgo *facts_letgo_find(const char *interface, bool slot);

/* Drivers whose unbind waits in the kernel until the last user is gone. */
struct facts_waits {
	const char *driver;
	const char *effect;
	const char *source;
};
extern const struct facts_waits facts_waits[];
const struct facts_waits *facts_waits_find(const char *driver); /* NULL when it has no row */

/* Drivers that a module of the kernel has open itself, for displays, and that it closes for a single GPU only lately. */
struct facts_kernel_user {
	const char *driver;
	const char *module, *parameter; /* while this parameter of the module is on */
	unsigned fixed[3];              /* version of the driver that closes it in time */
	const char *effect, *remedy;
	const char *source;
};
extern const struct facts_kernel_user facts_kernel_users[];
const struct facts_kernel_user *facts_kernel_user_find(const char *driver); /* NULL when it has no row */

/*
 * Daemons that hold every GPU of theirs and can be asked to let go. `release` is tried first: a command for this one GPU,
 * with %a its PCI address and %v %d %V %D vendor, device and those of the subsystem, four digits each. Where there is
 * none or it fails the unit is stopped, and started again afterwards.
 */
struct facts_daemon {
	const char *program; /* as the kernel names the process: 15 characters at most */
	const char *unit;
	const char *release; /* words; NULL: there is no such command */
	const char *what;    /* what is missing while it is stopped */
	const char *source;
};
extern const struct facts_daemon facts_daemons[];
const struct facts_daemon *facts_daemon_find(const char *program); /* NULL when it has no row */

/*
 * How an engine stops a container, by the first of these programs that is installed; the container's id follows the words.
 * %t stands for the seconds it may take, %n for containerd's namespace, %a for its socket; a word without value is left out.
 */
struct facts_engine_stop {
	const char *engine;  /* as struct holder has it */
	const char *command;
	const char *by_force; /* when the seconds are over; NULL: the command does that itself */
	const char *source;
};
extern const struct facts_engine_stop facts_engine_stops[]; /* ended by a zeroed row */

/* Drivers of the framebuffer that the firmware left: they use the boot display's memory without binding to it. */
struct facts_firmware_display {
	const char *driver; /* below /sys/bus/platform/drivers */
	const char *source;
};
extern const struct facts_firmware_display facts_firmware_displays[];

#endif
