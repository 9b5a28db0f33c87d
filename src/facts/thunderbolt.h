/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chips that Thunderbolt and USB4 consist of, by PCI id. They are the evidence that needs no
 * configuration space: a port that does nothing but carry tunnels says by its id alone that what is
 * below it sits outside the machine.
 */
#ifndef GPUBAY_FACTS_THUNDERBOLT_H
#define GPUBAY_FACTS_THUNDERBOLT_H

#include "base/macro.h"

enum tb_part {
	TB_PART_PORT,   /* host's PCIe port that only tunnels come out of */
	TB_PART_BRIDGE, /* bridge of a controller: of the host's add-in controller or of the box */
	TB_PART_NHI,    /* host interface */
};

struct facts_tb {
	uint16_t vendor, first, last;
	enum tb_part part;
	const char *interface; /* "thunderbolt" or "usb4" */
	uint32_t rate_mbps;    /* what its fastest link carries each way */
	const char *name;
	const char *source;
};
/* Sorted by vendor and first id, ended by a zeroed row. */
extern const struct facts_tb facts_tbs[];

const struct facts_tb *facts_tb_find(uint16_t vendor, uint16_t device); /* NULL when not known */
/*
 * Best rate of a router's link by its generation (1 to 4) and, from 4 on, USB4 version ("2.0"); 0
 * when not known.
 */
uint32_t facts_tb_rate_mbps(uint32_t generation, const char *usb4_version);

/*
 * Drivers that decide by the host's port whether a GPU is external, and so whether it may be let
 * go.
 */
struct facts_tb_host {
	const char *driver;
	uint16_t vendor;    /* the only maker of host ports it believes */
	const char *effect; /* what happens below another one's */
	const char *source;
};
extern const struct facts_tb_host facts_tb_hosts[];
const struct facts_tb_host *facts_tb_host_find(const char *driver); /* NULL when it has no row */

/* What a driver does when its GPU is unplugged without warning. */
struct facts_unplug {
	const char *driver;
	bool others;        /* it is another GPU of the same driver that suffers */
	const char *effect;
	const char *source;
};
extern const struct facts_unplug facts_unplugs[];
const struct facts_unplug *facts_unplug_find(const char *driver); /* NULL when it has no row */

/* Xorg drivers that leave external GPUs alone without an option. */
struct facts_xorg {
	const char *driver; /* kernel driver, and driver of the Device section */
	const char *option;
	const char *source;
};
extern const struct facts_xorg facts_xorgs[];
const struct facts_xorg *facts_xorg_find(const char *driver); /* NULL when it has no row */

#endif
