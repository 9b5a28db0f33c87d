/* SPDX-License-Identifier: Apache-2.0 */
/* RDMA devices, their ports and addresses. */
#ifndef GPUBAY_MODEL_RDMA_H
#define GPUBAY_MODEL_RDMA_H

#include "base/field.h"

#define RDMA_KIND(E, P) \
	E(P, INFINIBAND, "infiniband") E(P, ROCE, "roce") E(P, IWARP, "iwarp") E(P, USNIC, "usnic") \
	E(P, OMNIPATH, "omni-path") E(P, EFA, "efa")
ENUM_DECL(rdma_kind, RDMA_KIND)

#define RDMA_GID(F, S) \
	F(S, index, u32, _, 0, "GID index") \
	F(S, gid, str, _, FIELD_SECRET, "GID") \
	F(S, type, str, _, 0, "IB/RoCE v1 or RoCE v2") \
	F(S, netdev, str, _, 0, "network device")
FIELD_STRUCT(rdma_gid, RDMA_GID)

#define RDMA_PORT(F, S) \
	F(S, number, u32, _, 0, "port number") \
	F(S, state, str, _, FIELD_VOLATILE, "ACTIVE, DOWN, INIT, ARMED") \
	F(S, phys_state, str, _, FIELD_VOLATILE, "LinkUp, Disabled, Polling ...") \
	F(S, link_layer, str, _, 0, "InfiniBand or Ethernet") \
	F(S, rate_mbps, u32, _, FIELD_VOLATILE, "rate") \
	F(S, rate, str, _, FIELD_VOLATILE, "rate as the kernel writes it") \
	F(S, lid, hex, _, FIELD_DETAIL, "local id") \
	F(S, sm_lid, hex, _, FIELD_DETAIL, "subnet manager's id, 0 when there is none") \
	F(S, gids, list, rdma_gid, 0, "addresses that are set") \
	F(S, roce_v1, b, _, 0, "has a RoCE v1 address") \
	F(S, roce_v2, b, _, 0, "has a RoCE v2 address") \
	F(S, netdev, str, _, 0, "network device")
FIELD_STRUCT(rdma_port, RDMA_PORT)

#define RDMA_NIC(F, S) \
	F(S, name, str, _, 0, "device name; never parsed") \
	F(S, kind, en, rdma_kind, 0, "transport") \
	F(S, node_type, u32, _, 0, "1 CA, 4 RNIC, 5 and 6 usNIC, 7 unspecified") \
	F(S, node_guid, str, _, FIELD_SECRET, "node GUID") \
	F(S, firmware, str, _, 0, "firmware version") \
	F(S, board, str, _, 0, "board id") \
	F(S, soft, b, _, 0, "software device (rdma_rxe, siw)") \
	F(S, parent_netdev, str, _, 0, "network device below a software device") \
	F(S, driver, str, _, 0, "driver") \
	F(S, pci, ref, pci, 0, "PCI function; nothing for software devices") \
	F(S, numa_node, i32, _, 0, "NUMA node, -1 for none") \
	F(S, cpus, str, _, 0, "CPUs near it") \
	F(S, ports, list, rdma_port, 0, "ports") \
	F(S, uverbs, str, _, 0, "device node; empty when it does not exist") \
	F(S, openable, b, _, 0, "whether the asking user may open it") \
	F(S, virtual_function, b, _, 0, "an SR-IOV virtual function")
FIELD_STRUCT(rdma_nic, RDMA_NIC)

#endif
