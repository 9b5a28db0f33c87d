/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes on a cable, as the steps speak of them. */
#ifndef GPUBAY_SWAP_BOX_H
#define GPUBAY_SWAP_BOX_H

#include "host/effects.h"
#include "model/snapshot.h"

/* A router that is plugged in, and not the host's own or one soldered in beside it. */
bool box_is(const struct tb_router *r);
/* "Razer Core X Chroma", or "the box at 0-1". */
const char *box_name(struct arena *a, const struct tb_router *r);
const struct tb_domain *box_domain(const struct snapshot *s, const struct tb_router *r); /* NULL: not known */
/*
 * Writes to an attribute of the box with this unique id, by way of its folder, so that another one which was plugged in at
 * the same place meanwhile does not get what was meant for it: -ESTALE. Else as effects_write.
 */
int box_write(struct effects *fx, const char *router, const char *unique_id, const char *attribute, const char *value,
	      uint32_t deadline_ms);
/* For a child of effects_child: the folder, or -ESTALE. */
int box_open(const char *router, const char *unique_id);
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
