/* SPDX-License-Identifier: Apache-2.0 */
/* The way between two devices, in nvidia-smi's terms. */
#ifndef GPUBAY_MODEL_PATH_H
#define GPUBAY_MODEL_PATH_H

#include "base/field.h"

/*
 * SELF the same device; PIX at most one bridge or switch between; PXB several, below one root port;
 * PHB through the host bridge; NODE between host bridges of one NUMA node; SYS between NUMA nodes.
 */
#define PATH_CLASS(E, P) \
	E(P, SELF, "X") E(P, NVLINK, "NVL") E(P, XGMI, "XGMI") E(P, PIX, "PIX") E(P, PXB, "PXB") E(P, PHB, "PHB") \
	E(P, NODE, "NODE") E(P, SYS, "SYS")
ENUM_DECL(path_class, PATH_CLASS)

#define PATH(F, S) \
	F(S, from, str, _, 0, "first device as the matrix names it: GPU0, NIC1") \
	F(S, to, str, _, 0, "second device") \
	F(S, class, en, path_class, 0, "how near") \
	F(S, pci_class, en, path_class, 0, "how near over PCIe alone") \
	F(S, links, u32, _, 0, "NVLink or XGMI links between them, where known") \
	F(S, bridges, u32, _, 0, "PCI bridges on the way") \
	F(S, tunnel, b, _, 0, "leads through a Thunderbolt or USB4 tunnel") \
	F(S, rate_mbps, u32, _, FIELD_VOLATILE, "lowest link on the way now, Mb/s each way") \
	F(S, possible_mbps, u32, _, 0, "the same when every link runs as fast as both its ends can") \
	F(S, slowest, ref, pci, 0, "the port below which the lowest link is") \
	F(S, acs_redirect, b, _, 0, "ACS sends peer traffic up to the root complex") \
	F(S, acs_at, refs, pci, 0, "ports that do so") \
	F(S, atomics, b, _, 0, "every port on the way routes PCIe atomics") \
	F(S, from_pci, ref, pci, 0, "first device's function") \
	F(S, to_pci, ref, pci, 0, "second device's function")
FIELD_STRUCT(path, PATH)

#endif
