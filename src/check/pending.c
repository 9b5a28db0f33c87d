/* SPDX-License-Identifier: Apache-2.0 */
/* Topics whose tables are not there yet; each goes when its file comes. */
#include "check/check.h"

#ifndef HAVE_check_driver
const struct check_fn check_driver_fns[1];
#endif
#ifndef HAVE_check_firmware
const struct check_fn check_firmware_fns[1];
#endif
#ifndef HAVE_check_pci
const struct check_fn check_pci_fns[1];
#endif
#ifndef HAVE_check_nodes
const struct check_fn check_nodes_fns[1];
#endif
#ifndef HAVE_check_kernel
const struct check_fn check_kernel_fns[1];
#endif
#ifndef HAVE_check_thunderbolt
const struct check_fn check_thunderbolt_fns[1];
#endif
#ifndef HAVE_check_typec
const struct check_fn check_typec_fns[1];
#endif
#ifndef HAVE_check_rdma
const struct check_fn check_rdma_fns[1];
#endif
#ifndef HAVE_checks_driver
const struct check_row checks_driver[1];
#endif
#ifndef HAVE_checks_firmware
const struct check_row checks_firmware[1];
#endif
#ifndef HAVE_checks_pci
const struct check_row checks_pci[1];
#endif
#ifndef HAVE_checks_nodes
const struct check_row checks_nodes[1];
#endif
#ifndef HAVE_checks_kernel
const struct check_row checks_kernel[1];
#endif
#ifndef HAVE_checks_thunderbolt
const struct check_row checks_thunderbolt[1];
#endif
#ifndef HAVE_checks_typec
const struct check_row checks_typec[1];
#endif
#ifndef HAVE_checks_rdma
const struct check_row checks_rdma[1];
#endif
