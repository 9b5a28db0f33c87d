/* SPDX-License-Identifier: Apache-2.0 */
#include "model/pci.h"

ENUM_TABLE(pci_removable, PCI_REMOVABLE)
ENUM_TABLE(pci_port_type, PCI_PORT_TYPE)
FIELD_TABLE(pci_link, PCI_LINK)
FIELD_TABLE(pci_bar, PCI_BAR)
FIELD_TABLE(pci_sriov, PCI_SRIOV)
FIELD_TABLE(pci_power, PCI_POWER)
FIELD_TABLE(pci_config, PCI_CONFIG)
FIELD_TABLE(pci_device, PCI_DEVICE)
