/* SPDX-License-Identifier: Apache-2.0 */
/* Part of topo.c: the rates of a way. */
#ifndef GPUBAY_MODEL_TOPO_RATE_H
#define GPUBAY_MODEL_TOPO_RATE_H

#include "model/topo.h"

/*
 * Sets tunnel, rate_mbps, possible_mbps and slowest of the way between two ends whose chains meet at places i and j
 * (past the ends of the chains when they meet only beyond the host bridge).
 */
void topo_set_rates(const struct snapshot *s, const struct topo_end *from, const struct topo_end *to, const struct topo_chain *a,
		    const struct topo_chain *b, uint32_t i, uint32_t j, struct path *ret);

#endif
