# SPDX-License-Identifier: Apache-2.0
"""Names that the machines' own hardware database would give (rows of the public PCI ID list)."""
import os

NAMES = {}
with open(os.path.join(os.path.dirname(__file__), "names.txt"), encoding="utf-8") as file:
    for row in file:
        if row.strip() and not row.startswith("#"):
            key, name = row.rstrip("\n").split(" ", 1)
            NAMES[key] = name
