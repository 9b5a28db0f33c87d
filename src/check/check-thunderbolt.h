/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of the thunderbolt topic share. */
#ifndef GPUBAY_CHECK_CHECK_THUNDERBOLT_H
#define GPUBAY_CHECK_CHECK_THUNDERBOLT_H

#include "check/check.h"

void check_external_gpus(struct check *c);
void check_external_ports(struct check *c); /* /etc/gpubay/external-ports */

/* "'Razer Core X'", or "the box at 0-1". */
const char *thunderbolt_name(struct check *c, const struct tb_router *r);
/* Attribute of a domain, for evidence. */
const char *thunderbolt_domain_path(struct check *c, const struct tb_domain *d, const char *attr);
const char *thunderbolt_gbps(struct check *c, uint32_t mbps);
/* What a box's link carries less than both its ends could; 0 when nothing, or when that is not known. */
uint32_t thunderbolt_lost_mbps(const struct check *c, const struct tb_router *r);
/* NULL when not known. */
const struct tb_domain *thunderbolt_domain(const struct check *c, const struct tb_router *r);

#endif
