/* SPDX-License-Identifier: Apache-2.0 */
/* In which state a GPU is, and what only its driver's own files tell. Used by the gpu phase. */
#ifndef GPUBAY_PROBE_STATE_H
#define GPUBAY_PROBE_STATE_H

#include "probe/probe.h"

/* Sets gpu->state and its evidence. Needs functions, nodes, driver. */
void state_judge(struct probe *p, struct gpu *g);
/* Device nodes beside DRM, module flavour, aliases: what the driver's row and its /proc files say. */
void vendor_describe(struct probe *p, struct gpu *g);
/* Sets id and id_source of every GPU. Needs configuration space and external links. */
void gpu_name_stably(struct probe *p);

#endif
