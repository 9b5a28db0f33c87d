/* SPDX-License-Identifier: Apache-2.0 */
/* Topics whose tables are not there yet; each goes when its file comes. */
#include "check/check.h"

#if !__has_include("check/check-driver.c")
const struct check_fn check_driver_fns[1];
#endif
#if !__has_include("check/check-firmware.c")
const struct check_fn check_firmware_fns[1];
#endif
#if !__has_include("check/check-pci.c")
const struct check_fn check_pci_fns[1];
#endif
#if !__has_include("check/check-nodes.c")
const struct check_fn check_nodes_fns[1];
#endif
#if !__has_include("check/check-kernel.c")
const struct check_fn check_kernel_fns[1];
#endif
#if !__has_include("check/check-thunderbolt.c")
const struct check_fn check_thunderbolt_fns[1];
#endif
#if !__has_include("check/check-typec.c")
const struct check_fn check_typec_fns[1];
#endif
#if !__has_include("check/check-rdma.c")
const struct check_fn check_rdma_fns[1];
#endif
#if !__has_include("facts/checks-driver.c")
const struct check_row checks_driver[1];
#endif
#if !__has_include("facts/checks-firmware.c")
const struct check_row checks_firmware[1];
#endif
#if !__has_include("facts/checks-pci.c")
const struct check_row checks_pci[1];
#endif
#if !__has_include("facts/checks-nodes.c")
const struct check_row checks_nodes[1];
#endif
#if !__has_include("facts/checks-kernel.c")
const struct check_row checks_kernel[1];
#endif
#if !__has_include("facts/checks-thunderbolt.c")
const struct check_row checks_thunderbolt[1];
#endif
#if !__has_include("facts/checks-typec.c")
const struct check_row checks_typec[1];
#endif
#if !__has_include("facts/checks-rdma.c")
const struct check_row checks_rdma[1];
#endif
