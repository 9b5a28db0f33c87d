#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a machine with many PCI functions as a folder that looks like its /sys.

usage: make_tree.py FOLDER FUNCTIONS PERCENT        PERCENT of them are display functions

Every function hangs below a root port and has the attributes that the kernel gives one; buses are links as in sysfs.
Cards are a graphics and a sound function with a driver and DRM nodes, the rest are network cards with eight functions
and NVMe drives, as in a machine that is full of virtual functions. Same arguments, same bytes.
"""
import os
import struct
import sys

# vendor, device, subsystem vendor, subsystem device, class, driver, lanes, MT/s
GPUS = [
    (0x8086, 0xE20B, 0x1849, 0x6021, 0x030000, "xe", 8, 16000),
    (0x10DE, 0x2684, 0x1043, 0x889A, 0x030000, "nvidia", 16, 16000),
    (0x1002, 0x744C, 0x1002, 0x0E3B, 0x030000, "amdgpu", 16, 16000),
    (0x10DE, 0x2330, 0x10DE, 0x16C1, 0x030200, "nvidia", 16, 32000),
    (0x8086, 0x56A0, 0x8086, 0x1020, 0x030000, "i915", 16, 16000),
]
SOUND = {0x8086: 0xE2F7, 0x10DE: 0x22BA, 0x1002: 0xAB30}
NIC = (0x15B3, 0x101D, 0x15B3, 0x0022, 0x020000, "mlx5_core", 16, 16000)
NVME = (0x144D, 0xA80A, 0x144D, 0xA801, 0x010802, "nvme", 4, 16000)
PORT = (0x8086, 0x352A, 0x8086, 0x0000, 0x060400, "pcieport", 16, 32000)
PORTS_PER_DOMAIN = 200
SPEEDS = {2500: 1, 5000: 2, 8000: 3, 16000: 4, 32000: 5}


def config_space(kind, bus):
    vendor, device, sub_vendor, sub_device, class_id, _, lanes, speed = kind
    bridge = class_id == PORT[4]
    c = bytearray(4096)
    struct.pack_into("<HHHH", c, 0, vendor, device, 0x0406, 0x0010)
    struct.pack_into("<I", c, 8, class_id << 8)
    c[0x0E] = 1 if bridge else 0
    if bridge:
        c[0x18:0x1B] = bytes((0, bus, bus))
    else:
        struct.pack_into("<HH", c, 0x2C, sub_vendor, sub_device)
    c[0x34] = 0x40
    # PCI Express capability: type, device and link registers; power management behind it.
    struct.pack_into("<BBH", c, 0x40, 0x10, 0x80, 0x0142 if bridge else 0x0002)
    struct.pack_into("<I", c, 0x4C, lanes << 4 | SPEEDS[speed])
    struct.pack_into("<HH", c, 0x50, 0, lanes << 4 | SPEEDS[speed])
    struct.pack_into("<BBH", c, 0x80, 0x01, 0x00, 0x0003)
    return bytes(c)


def resources(kind):
    lines = ["0x%016x 0x%016x 0x%016x" % (0, 0, 0)] * 13
    if kind[4] >> 16 == 3:
        lines[0] = "0x%016x 0x%016x 0x%016x" % (0x90000000, 0x90FFFFFF, 0x140204)
        lines[2] = "0x%016x 0x%016x 0x%016x" % (0x4000000000, 0x43FFFFFFFF, 0x14220C)
    elif kind[4] != PORT[4]:
        lines[0] = "0x%016x 0x%016x 0x%016x" % (0x80000000, 0x81FFFFFF, 0x14220C)
    return "\n".join(lines) + "\n"


def speed_text(mts):
    return f"{mts / 1000:.1f} GT/s PCIe\n"


class Tree:
    def __init__(self, root):
        self.root = root
        self.n = 0
        self.cards = 0
        self.groups = 0
        for d in ("sys/bus/pci/devices", "sys/bus/pci/drivers", "sys/class/drm", "sys/kernel/iommu_groups", "sys/module"):
            os.makedirs(os.path.join(root, d))
        self.drivers = set()

    def write(self, folder, files):
        for name, data in files.items():
            fd = os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT, 0o644)
            os.write(fd, data if isinstance(data, bytes) else data.encode())
            os.close(fd)

    def driver(self, name):
        if name not in self.drivers:
            self.drivers.add(name)
            os.makedirs(os.path.join(self.root, "sys/bus/pci/drivers", name))
            os.makedirs(os.path.join(self.root, "sys/module", name.replace("-", "_")))
            os.symlink(f"../../../../module/{name.replace('-', '_')}",
                       os.path.join(self.root, "sys/bus/pci/drivers", name, "module"))

    def function(self, parent, address, kind, bus=0, physfn=None):
        vendor, device, sub_vendor, sub_device, class_id, driver, lanes, speed = kind
        path = f"{parent}/{address}"
        folder = os.path.join(self.root, path)
        up = "../" * path.count("/")  # to sys/
        numa = int(address[:4], 16) % 2
        os.makedirs(os.path.join(folder, "power"))
        alias = "pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X" % (
            vendor, device, sub_vendor, sub_device, class_id >> 16, class_id >> 8 & 255, class_id & 255)
        self.write(folder, {
            "uevent": f"DRIVER={driver}\nPCI_CLASS={class_id:X}\nPCI_ID={vendor:04X}:{device:04X}\n"
                      f"PCI_SUBSYS_ID={sub_vendor:04X}:{sub_device:04X}\nPCI_SLOT_NAME={address}\nMODALIAS={alias}\n",
            "vendor": f"0x{vendor:04x}\n", "device": f"0x{device:04x}\n", "class": f"0x{class_id:06x}\n",
            "subsystem_vendor": f"0x{sub_vendor:04x}\n", "subsystem_device": f"0x{sub_device:04x}\n",
            "revision": "0x01\n", "numa_node": f"{numa}\n", "local_cpulist": "0-47\n" if numa == 0 else "48-95\n",
            "modalias": alias + "\n", "irq": "16\n", "enable": "1\n", "driver_override": "(null)\n",
            "dma_mask_bits": "64\n", "msi_bus": "1\n", "ari_enabled": "0\n", "power_state": "D0\n",
            "current_link_speed": speed_text(speed), "max_link_speed": speed_text(speed),
            "current_link_width": f"{lanes}\n", "max_link_width": f"{lanes}\n",
            "resource": resources(kind), "config": config_space(kind, bus),
        })
        self.write(os.path.join(folder, "power"), {"control": "on\n", "runtime_status": "active\n"})
        if class_id >> 16 == 3:
            self.write(folder, {"boot_vga": "0\n", "d3cold_allowed": "1\n", "reset_method": "flr bus\n"})
        self.driver(driver)
        os.symlink(f"{up}bus/pci/drivers/{driver}", os.path.join(folder, "driver"))
        os.symlink(f"{up}bus/pci", os.path.join(folder, "subsystem"))
        group = f"sys/kernel/iommu_groups/{self.groups}"
        os.makedirs(os.path.join(self.root, group, "devices"))
        os.symlink(up + group[len("sys/"):], os.path.join(folder, "iommu_group"))
        os.symlink(f"../../../../{path[len('sys/'):]}", os.path.join(self.root, group, "devices", address))
        if physfn:
            os.symlink(f"../{physfn}", os.path.join(folder, "physfn"))
        os.symlink(f"../../../{path[len('sys/'):]}", os.path.join(self.root, "sys/bus/pci/devices", address))
        self.groups += 1
        self.n += 1
        return path

    def drm(self, path):
        for name, minor in ((f"card{self.cards}", self.cards), (f"renderD{128 + self.cards}", 128 + self.cards)):
            folder = f"{path}/drm/{name}"
            os.makedirs(os.path.join(self.root, folder))
            self.write(os.path.join(self.root, folder), {
                "dev": f"226:{minor}\n", "uevent": f"MAJOR=226\nMINOR={minor}\nDEVNAME=dri/{name}\nDEVTYPE=drm_minor\n"})
            os.symlink(f"../../{folder[len('sys/'):]}", os.path.join(self.root, "sys/class/drm", name))
            os.symlink(f"../../../{os.path.basename(path)}", os.path.join(self.root, folder, "device"))
        self.cards += 1


def build(root, functions, percent):
    tree = Tree(root)
    n_display = max(1, functions * percent // 100)
    # Cards are spread evenly among the rest, as slots are.
    made, cell = 0, 0
    while tree.n < functions:
        domain, slot = divmod(cell, PORTS_PER_DOMAIN)
        bus, cell = slot + 1, cell + 1
        host = f"sys/devices/pci{domain:04x}:00"
        port = tree.function(host, f"{domain:04x}:00:{slot // 8 + 1:02x}.{slot % 8}", PORT, bus)
        left = functions - tree.n
        where = f"{domain:04x}:{bus:02x}:00."
        if made < n_display and (made * functions <= tree.n * n_display or left <= 3 * (n_display - made)):
            gpu = GPUS[made % len(GPUS)]
            path = tree.function(port, where + "0", gpu)
            tree.drm(path)
            made += 1
            if tree.n < functions:
                tree.function(port, where + "1", (gpu[0], SOUND[gpu[0]], gpu[2], gpu[3], 0x040300, "snd_hda_intel", gpu[6], gpu[7]))
        elif cell % 4 == 0:
            if left > 0:
                tree.function(port, where + "0", NVME)
        else:
            for f in range(min(8, left)):
                tree.function(port, where + str(f), NIC, physfn=where + "0" if f else None)
    return tree.n, made


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    n, made = build(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    print(f"{n} functions, {made} display")


if __name__ == "__main__":
    main()
