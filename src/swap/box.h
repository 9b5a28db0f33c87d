/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes on a cable, as the steps speak of them. */
#ifndef GPUBAY_SWAP_BOX_H
#define GPUBAY_SWAP_BOX_H

#include "model/snapshot.h"

/* A router that is plugged in, and not the host's own or one soldered in beside it. */
bool box_is(const struct tb_router *r);
/* "Razer Core X Chroma", or "the box at 0-1". */
const char *box_name(struct arena *a, const struct tb_router *r);
const struct tb_domain *box_domain(const struct snapshot *s, const struct tb_router *r); /* NULL: not known */
/* /sys/bus/thunderbolt/devices/0-1/authorized */
const char *box_path(struct arena *a, const struct tb_router *r, const char *attribute);
/* What hangs between it and the host and is not let in, the outermost first; NONE when nothing is. */
uint32_t box_before(const struct snapshot *s, uint32_t router);
/*
 * The box a person means: 0-1, a unique id, or the beginning of one (4 characters or more). NONE: none is plugged in; with
 * -EEXIST in *e where several are meant.
 */
uint32_t box_find(const struct snapshot *s, const char *text, struct err *e);
/* At the security levels dponly, usbonly and nopcie no box can have a PCIe tunnel. */
bool box_level_shuts_out(const struct tb_domain *d);

#endif
