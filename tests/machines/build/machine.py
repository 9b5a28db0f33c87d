# SPDX-License-Identifier: Apache-2.0
"""A Linux machine described part by part; writes the files that the kernel and the distribution would show."""
from capture import Tree, render
from names import NAMES
from parts_display import Display
from parts_external import External
from parts_host import Host
from parts_pci import Pci
from parts_rdma import Rdma


class Machine(Host, Pci, Display, External, Rdma):
    """Parts add to the tree at once; PCI functions are written by text(), when all windows are known."""

    def __init__(self, name, note, origin="written", covers="sys proc dev etc run usr var", **header):
        self.name, self.note, self.origin = name, note, origin
        self.header = [("origin", origin), ("note", note)]
        self.covers, self.extra_header = covers, header
        self.tree, self.answers = Tree(), []
        self.functions, self.slots, self.devlinks = {}, [], []
        self.udev_on = True
        self.modules = []

    def answer(self, kind, key, value):
        self.answers = [a for a in self.answers if a[:2] != (kind, key)] + [(kind, key, value)]

    def text(self):
        self.write_pci()
        self.write_host()
        for f in sorted(self.functions.values(), key=lambda f: f["addr"]):
            for key in (f"{f['vendor']:04x}:{f['device']:04x}",):
                if key in NAMES:
                    self.answer("pciname", key, NAMES[key])
        header = list(self.header)
        header += [(k, str(v)) for k, v in self.extra_header.items()]
        header += [("kernel", self.kernel_release)] if self.kernel_release else []
        header += [("covers", self.covers)]
        return render(header, self.tree, self.answers)
