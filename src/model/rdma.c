/* SPDX-License-Identifier: Apache-2.0 */
#include "model/rdma.h"

ENUM_TABLE(rdma_kind, RDMA_KIND)
FIELD_TABLE(rdma_gid, RDMA_GID)
FIELD_TABLE(rdma_port, RDMA_PORT)
FIELD_TABLE(rdma_nic, RDMA_NIC)
