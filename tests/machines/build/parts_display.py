# SPDX-License-Identifier: Apache-2.0
"""DRM cards, render nodes, connectors and monitors; NVIDIA's and AMD's own nodes; AMD's compute topology."""
import struct

from parts_host import GROUPS


def edid(name="DELL U2723QE", maker="DEL", product=0x42fd, serial=0, year=2022, week=17, mm=(597, 336), pixels=(2560, 1440)):
    """A valid EDID 1.4 block with one detailed timing (60 Hz, reduced blanking)."""
    code = 0
    for ch in maker:
        code = code << 5 | ord(ch) - 64
    b = bytearray(128)
    b[0:8] = bytes.fromhex("00ffffffffffff00")
    struct.pack_into(">H", b, 8, code)
    struct.pack_into("<HI", b, 10, product, serial)
    b[16:25] = bytes([week, year - 1990, 1, 4, 0xa5, mm[0] // 10, mm[1] // 10, 0x78, 0x3a])
    b[25:35] = bytes.fromhex("ee91a3544c99260f5054")
    b[38:54] = b"\x01" * 16
    w, h = pixels
    hb, vb = 160, 41
    clock = (w + hb) * (h + vb) * 60 // 10000
    b[54:72] = bytes([clock & 255, clock >> 8, w & 255, hb & 255, w >> 8 << 4 | hb >> 8, h & 255, vb & 255,
                      h >> 8 << 4 | vb >> 8, 48, 32, 3 << 4 | 5, 0, mm[0] & 255, mm[1] & 255,
                      mm[0] >> 8 << 4 | mm[1] >> 8, 0, 0, 0x1a])
    b[72:90] = bytes([0, 0, 0, 0xfc, 0]) + (name.encode() + b"\n").ljust(13)[:13]
    b[90:108] = bytes([0, 0, 0, 0xfd, 0, 48, 75, 30, 110, 30, 0]) + b"\n".ljust(7)
    b[108:126] = bytes([0, 0, 0, 0x10, 0]) + bytes(13)
    b[127] = -sum(b[:127]) & 255
    return bytes(b)


class Display:
    def drm(self, addr, card=None, render=None, connectors=(), below=None, nodes=True, mode="0660", udev=None,
            by_path=True, accel=None, partition=None, boot_display=None):
        """
        addr: PCI function, or None for a device without one; below: a directory under it that carries the nodes.
        connectors: rows (name, status, extra dict). nodes False: sysfs has them, /dev does not.
        """
        t = self.tree
        base = self.pci_path(addr) if addr else "sys/devices"
        if below:
            base = f"{base}/{below}" if addr else below
        udev = self.udev_on if udev is None else udev
        rows = []
        if card is not None:
            rows.append((f"card{card}", card, "video"))
        if render is not None:
            rows.append((f"renderD{render}", render, "render"))
        for name, minor, group in rows:
            at = f"{base}/drm/{name}"
            t.file(f"{at}/dev", f"226:{minor}")
            t.file(f"{at}/uevent", f"MAJOR=226\nMINOR={minor}\nDEVNAME=dri/{name}\nDEVTYPE=drm_minor\n")
            t.link_to(f"{at}/device", base)
            t.link_to(f"{at}/subsystem", "sys/class/drm")
            t.link_to(f"sys/class/drm/{name}", at)
            if nodes is True or (nodes and name in nodes):
                t.device(f"dev/dri/{name}", "c", 226, minor, f"{mode} 0:{GROUPS[group]}")
            if udev:
                self._udev_drm(addr, name, minor, below)
            if addr and by_path and udev and (nodes is True or (nodes and name in nodes)):
                tail = f"-platform-{below.split('/')[-1]}" if partition is not None else ""
                path = f"pci-{addr}{tail}"
                t.link(f"dev/dri/by-path/{path}-{'card' if group == 'video' else 'render'}", f"../{name}")
        if accel is not None:
            at = f"{base}/accel/accel{accel}"
            t.file(f"{at}/dev", f"261:{accel}")
            t.file(f"{at}/uevent", f"MAJOR=261\nMINOR={accel}\nDEVNAME=accel/accel{accel}\nDEVTYPE=accel_minor\n")
            t.link_to(f"{at}/device", base)
            t.link_to(f"sys/class/accel/accel{accel}", at)
            t.device(f"dev/accel/accel{accel}", "c", 261, accel, f"0660 0:{GROUPS['render']}")
        for number, row in enumerate(connectors):
            name, status, extra = row if len(row) == 3 else (*row, {})
            at = f"{base}/drm/card{card}/card{card}-{name}"
            t.file(f"{at}/status", status)
            t.file(f"{at}/enabled", extra.get("enabled", "enabled" if status == "connected" else "disabled"))
            t.file(f"{at}/dpms", extra.get("dpms", "On" if status == "connected" else "Off"))
            t.file(f"{at}/connector_id", str(extra.get("id", 100 + number)))
            t.bytes(f"{at}/edid", extra.get("edid", edid()) if status == "connected" else b"")
            t.bytes(f"{at}/modes", extra.get("modes", b"2560x1440\n1920x1080\n1280x720\n") if status == "connected" else b"")
            t.link_to(f"{at}/device", f"{base}/drm/card{card}")
            t.link_to(f"sys/class/drm/card{card}-{name}", at)
            if "typec" in extra:
                t.link_to(f"{at}/typec_connector", extra["typec"])
            if "firmware" in extra:
                t.file(f"{extra['firmware']}/path", extra["firmware_path"])
                t.link_to(f"{at}/firmware_node", extra["firmware"])
        if not t.get("sys/class/drm/version"):
            t.file("sys/class/drm/version", "drm 1.1.0 20060810")

    def _udev_drm(self, addr, name, minor, below):
        lines = ["I:6012345"]
        if addr:
            lines += [f"E:ID_PATH=pci-{addr}", f"E:ID_PATH_TAG=pci-{addr.replace(':', '_').replace('.', '_')}"]
        if name.startswith("card"):
            lines += ["G:master-of-seat", "Q:master-of-seat"]
        lines += ["G:uaccess", "G:seat", "Q:uaccess", "Q:seat", "V:1"]
        self.tree.file(f"run/udev/data/c226:{minor}", "\n".join(lines) + "\n")

    def virtual_drm(self, card, render, driver):
        """vgem, vkms: a card without a PCI device."""
        base = f"sys/devices/platform/{driver}"
        self.drm(None, card, render, below=base, by_path=False)

    def nvidia_nodes(self, minors, gpus=None, version="570.172.08", flavour="open", uvm=True, modeset=True,
                     library=None, ctl=True, procfs=True):
        """/dev/nvidia*, /proc/driver/nvidia and the user-space libraries. gpus: rows (address, name, uuid)."""
        t = self.tree
        for m in minors:
            t.device(f"dev/nvidia{m}", "c", 195, m, "0666")
        if ctl:
            t.device("dev/nvidiactl", "c", 195, 255, "0666")
        if modeset:
            t.device("dev/nvidia-modeset", "c", 195, 254, "0666")
        if uvm:
            t.device("dev/nvidia-uvm", "c", 508, 0, "0666")
            t.device("dev/nvidia-uvm-tools", "c", 508, 1, "0666")
        if procfs:
            kind = "NVIDIA UNIX Open Kernel Module for x86_64" if flavour == "open" else "NVIDIA UNIX x86_64 Kernel Module"
            t.file("proc/driver/nvidia/version", f"NVRM version: {kind}  {version}  Release Build\n"
                   "GCC version:  gcc version 14.2.0 (Debian 14.2.0-19)\n")
            for i, (addr, name, uuid) in enumerate(gpus or ()):
                t.file(f"proc/driver/nvidia/gpus/{addr}/information",
                       f"Model: \t\t {name}\nIRQ:   \t\t 16\nGPU UUID: \t {uuid}\nVideo BIOS: \t 95.02.3c.00.b4\n"
                       f"Bus Type: \t PCIe\nDMA Size: \t 47 bits\nDMA Mask: \t 0x7fffffffffff\nBus Location: \t {addr}\n"
                       f"Device Minor: \t {i}\nGPU Excluded:\t No\n")
        for name in ("libcuda.so", "libnvidia-ml.so"):
            lib = library or version
            t.put(f"usr/lib/x86_64-linux-gnu/{name}.{lib}", __import__("capture").Node("file", b"\x7fELF"))
            t.link(f"usr/lib/x86_64-linux-gnu/{name}.1", f"{name}.{lib}")

    def nvidia_modules(self, version="570.172.08", flavour="open", taint="OE", signer=None, uvm=True, drm=True,
                       peermem=False, file_version=None, params=None):
        license = "Dual MIT/GPL" if flavour == "open" else "NVIDIA"
        taint = taint if flavour == "open" else "P" + taint
        where = f"/usr/lib/modules/{self.kernel_release}/updates/dkms/"
        names = ["nvidia"] + (["nvidia_uvm"] if uvm else []) + (["nvidia_modeset", "nvidia_drm"] if drm else [])
        for name in names + (["nvidia_peermem"] if peermem else []):
            given = params if name == "nvidia" else {"modeset": "Y"} if name == "nvidia_drm" else None
            self.module(name, version, params=given, taint=taint, signer="DKMS module signing key" if signer is None else signer,
                        license=license, filename=f"{where}{name.replace('_', '-')}.ko.xz", file_version=file_version,
                        srcversion="A1B2C3D4E5F60718293A4B5", refcnt=2)

    def kfd(self, nodes, device=True):
        """nodes: rows (gpu_id, properties dict, links). A row with gpu_id 0 is a CPU."""
        t = self.tree
        base = "sys/devices/virtual/kfd/kfd"
        t.link_to("sys/class/kfd/kfd", base)
        t.file(f"{base}/dev", "235:0")
        t.file(f"{base}/topology/generation_id", "2")
        for i, (gpu_id, name, properties, links) in enumerate(nodes):
            at = f"{base}/topology/nodes/{i}"
            t.file(f"{at}/gpu_id", str(gpu_id))
            t.file(f"{at}/name", name)
            t.file(f"{at}/properties", "".join(f"{k} {v}\n" for k, v in properties.items()))
            for j, link in enumerate(links):
                t.file(f"{at}/io_links/{j}/properties", "".join(f"{k} {v}\n" for k, v in link.items()))
        if device:
            t.device("dev/kfd", "c", 235, 0, f"0660 0:{GROUPS['render']}")
