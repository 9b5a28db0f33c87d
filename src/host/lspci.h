/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody's lspci output as a tree: `lspci -nn`, `-n`, `-nnk`, -v to -vvv with -nn, the machine forms -vmm and -mm with
 * -n or -nn, and hex dumps (-x, -xxx, -xxxx), also with domains, also cut out of a bug report with other text around it,
 * several runs one after the other. Only what the text says is in the tree; everything else is unknown (-ENODATA),
 * never absent. lspci-tree.c says what the tree looks like.
 */
#ifndef GPUBAY_HOST_LSPCI_H
#define GPUBAY_HOST_LSPCI_H

#include "host/tree.h"

/* -EINVAL and "name:line: expected …" in *e when no PCI function is found, none has ids, or one is torn. */
int lspci_parse(const char *name, const char *text, size_t n, struct tree **ret, struct err *e);

#endif
