/* SPDX-License-Identifier: Apache-2.0 */
#include "model/extlink.h"

ENUM_TABLE(tb_security, TB_SECURITY)
FIELD_TABLE(tb_domain, TB_DOMAIN)
FIELD_TABLE(tb_router, TB_ROUTER)

/*
 * The slower of the two directions: USB4 version 2 may run three lanes one way and one the other,
 * and a GPU needs both.
 */
uint32_t tb_router_rate_mbps(const struct tb_router *r)
{
	bool rx = FIELD_KNOWN(r, tb_router, rx_speed_mbps) && FIELD_KNOWN(r, tb_router, rx_lanes);
	bool tx = FIELD_KNOWN(r, tb_router, tx_speed_mbps) && FIELD_KNOWN(r, tb_router, tx_lanes);
	uint32_t in = rx ? r->rx_speed_mbps * r->rx_lanes : 0;
	uint32_t out = tx ? r->tx_speed_mbps * r->tx_lanes : 0;

	return in && out ? MIN(in, out) : MAX(in, out);
}
