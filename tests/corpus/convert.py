# SPDX-License-Identifier: Apache-2.0
"""
Published captures of other forms as gpubay captures or folders. Used by test-corpus alone; what a text does not say
stays unknown. The oracle (oracle.py) reads the same texts by itself and shares no code with this file.
"""
import os
import re
import sys
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "machines", "build"))
sys.dont_write_bytecode = True

from capture import Tree, render  # noqa: E402


def capture(tree, covers, answers=()):
    return render([("origin", "derived"), ("covers", covers)], tree, list(answers))


def add_function(tree, addr, base, cls, vendor, device, subvendor=0, subdevice=0, driver=None):
    path = f"{base}/{addr}"
    tree.link_to(f"sys/bus/pci/devices/{addr}", path)
    lines = [f"DRIVER={driver}"] if driver else []
    lines += [f"PCI_CLASS={cls:X}", f"PCI_ID={vendor:04X}:{device:04X}", f"PCI_SUBSYS_ID={subvendor:04X}:{subdevice:04X}", f"PCI_SLOT_NAME={addr}",
              f"MODALIAS=pci:v{vendor:08X}d{device:08X}sv{subvendor:08X}sd{subdevice:08X}bc{cls >> 16:02X}sc{cls >> 8 & 255:02X}i{cls & 255:02X}"]
    tree.file(f"{path}/uevent", "\n".join(lines) + "\n")
    return path


# --- FreeBSD's pciconf -lv ------------------------------------------------------------------------------------

PCICONF = re.compile(r"^(\w+?)(\d+)@pci(\d+):(\d+):(\d+):(\d+):\s+(.*)$")


def pciconf(text):
    """Drivers are FreeBSD's and are left out; bridges are not said."""
    tree = Tree()
    tree.dir("sys/bus/pci/devices")
    for line in text.splitlines():
        m = PCICONF.match(line)
        if not m:
            continue
        domain, bus, dev, fn = (int(v) for v in m.groups()[2:6])
        row = dict(p.split("=", 1) for p in m.group(7).split() if "=" in p)
        if "chip" in row:
            chip, card = int(row["chip"], 16), int(row.get("card", "0"), 16)
            vendor, device, sv, sd = chip & 0xffff, chip >> 16, card & 0xffff, card >> 16
        else:
            vendor, device = int(row["vendor"], 16), int(row["device"], 16)
            sv, sd = int(row.get("subvendor", "0"), 16), int(row.get("subdevice", "0"), 16)
        addr = f"{domain:04x}:{bus:02x}:{dev:02x}.{fn}"
        add_function(tree, addr, f"sys/devices/pci{domain:04x}:00", int(row["class"], 16), vendor, device, sv, sd)
    return capture(tree, "sys/bus/pci/devices", [("source", "topology", "unknown")])


# --- udevadm info --export-db ---------------------------------------------------------------------------------

def udevadm(text):
    tree, block = Tree(), []
    tree.dir("sys/bus/pci/devices")
    for line in text.split("\n") + [""]:
        if line.strip():
            block.append(line)
            continue
        if block:
            udev_block(tree, block)
        block = []
    return capture(tree, "sys/bus/pci/devices sys/class/drm sys/class/infiniband sys/bus/thunderbolt")


def udev_block(tree, block):
    path = next((line[3:].strip() for line in block if line.startswith("P: ")), None)
    props = dict(line[3:].split("=", 1) for line in block if line.startswith("E: ") and "=" in line)
    if not path:
        return
    path, subsystem = "sys" + path, props.get("SUBSYSTEM")
    name = path.rsplit("/", 1)[1]
    if subsystem == "pci" and "PCI_ID" in props:
        keep = ("DRIVER", "PCI_CLASS", "PCI_ID", "PCI_SUBSYS_ID", "PCI_SLOT_NAME", "MODALIAS")
        tree.file(f"{path}/uevent", "".join(f"{k}={props[k]}\n" for k in keep if k in props))
        tree.link_to(f"sys/bus/pci/devices/{name}", path)
    elif subsystem == "drm" and "MAJOR" in props:
        tree.file(f"{path}/dev", f"{props['MAJOR']}:{props['MINOR']}")
        tree.link_to(f"sys/class/drm/{name}", path)
    elif subsystem == "infiniband":
        tree.file(f"{path}/node_type", "1: CA")
        tree.link_to(f"{path}/device", path.rsplit("/", 2)[0])
        tree.link_to(f"sys/class/infiniband/{name}", path)
    elif subsystem == "thunderbolt":
        tree.file(f"{path}/uevent", "".join(f"{k}={props[k]}\n" for k in ("DEVTYPE", "USB4_VERSION", "USB4_TYPE") if k in props) or "\n")
        tree.link_to(f"sys/bus/thunderbolt/devices/{name}", path)


# --- Thunderbolt 5 states -------------------------------------------------------------------------------------

def assignments(data):
    return dict((a.strip(), b.strip()) for a, b in re.findall(r"^([\w/]+)\s+= ?(.*)$", data.decode(errors="replace"), re.M))


def thunderbolt_state(files):
    """files: {path below the state's folder: bytes}. The tree of bridges is the one that 90-pci-tree.txt draws."""
    tree = Tree()
    tree.dir("sys/bus/pci/devices")
    nest = {"0000:02:00.0": "0000:00:07.0", "0000:03:": "0000:02:00.0", "0000:04:": "0000:03:00.0", "0000:01:": "0000:00:01.0",
            "0000:56:": "0000:00:1c.0"}

    def place(addr):
        for prefix, parent in nest.items():
            if addr.startswith(prefix):
                return f"{place(parent)}/{parent}"
        return "sys/devices/pci0000:00"

    listed = files.get("90-pci-tree.txt", b"").decode(errors="replace")
    for m in re.finditer(r"^([0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) [^[]*\[([0-9a-f]{4})\].*?\[([0-9a-f]{4}):([0-9a-f]{4})\]", listed, re.M):
        addr = "0000:" + m.group(1)
        ids = re.findall(r"\[([0-9a-f]{4}):([0-9a-f]{4})\]", m.group(0))[-1]
        cls = int(m.group(2), 16) << 8 | (0x40 if "NHI" in m.group(0) else 0)
        add_function(tree, addr, place(addr), cls, int(ids[0], 16), int(ids[1], 16))
    for path, data in sorted(files.items()):
        if path.startswith("93-pci-sysfs/"):
            pci_text(tree, path, data, place)
        elif path.startswith("92-pci-config-bytes/"):
            addr = os.path.basename(path)[:-4]
            tree.bytes(f"{place(addr)}/{addr}/config", data)
        elif path.startswith("12-nhi-sysfs/"):
            addr = os.path.basename(path)[:-4]
            row = assignments(data)
            add_function(tree, addr, place(addr), int(row["class"], 16), int(row["vendor"], 16), int(row["device"], 16), driver="thunderbolt")
    for path, data in sorted(files.items()):
        if path.startswith("20-domain-sysfs/"):
            domain = os.path.basename(path)[:-4]
            at = f"{place('0000:00:0d.2')}/0000:00:0d.{2 + int(domain[6:])}/{domain}"
            tree.file(f"{at}/uevent", "DEVTYPE=thunderbolt_domain")
            fill(tree, at, assignments(data))
            tree.link_to(f"sys/bus/thunderbolt/devices/{domain}", at)
        elif path.startswith("30-tb-device-sysfs/") and ":" not in os.path.basename(path):
            name = os.path.basename(path)[:-4]
            domain = name.split("-")[0]
            at = f"{place('0000:00:0d.2')}/0000:00:0d.{2 + int(domain)}/domain{domain}/{domain}-0" + ("" if name.endswith("-0") else f"/{name}")
            tree.file(f"{at}/uevent", "DEVTYPE=thunderbolt_device")
            fill(tree, at, assignments(data))
            tree.link_to(f"sys/bus/thunderbolt/devices/{name}", at)
        elif path.startswith("120-nvidia-procfs/gpu-") and path.endswith("information.txt"):
            addr = re.search(r"gpu-([0-9a-f:.]+)-", path).group(1)
            tree.bytes(f"proc/driver/nvidia/gpus/{addr}/information", data)
        elif path == "120-nvidia-procfs/version.txt":
            tree.bytes("proc/driver/nvidia/version", data)
    return capture(tree, "sys/bus sys/devices sys/class/devlink")


def fill(tree, at, row):
    for key, value in row.items():
        tree.file(f"{at}/{key}", value)


def pci_text(tree, path, data, place):
    addr = os.path.basename(path)[:-4]
    row = assignments(data)
    driver = re.search(r"^driver = (\S+)", data.decode(errors="replace"), re.M)
    at = add_function(tree, addr, place(addr), int(row["class"], 16), int(row["vendor"], 16), int(row["device"], 16),
                      int(row["subsystem_vendor"], 16), int(row["subsystem_device"], 16), driver.group(1) if driver else None)
    for key in ("revision", "numa_node", "d3cold_allowed", "max_link_speed", "max_link_width", "enable", "power/control", "power/runtime_status"):
        tree.file(f"{at}/{key}", row[key])
    for key in ("current_link_speed", "current_link_width"):
        if row[key]:
            tree.file(f"{at}/{key}", row[key])
        else:
            tree.error(f"{at}/{key}", "EINVAL")   # the dump shows an empty value where the read failed
    rows = re.findall(r"^(0x[0-9a-f]{16} 0x[0-9a-f]{16} 0x[0-9a-f]{16})$", data.decode(errors="replace"), re.M)
    tree.file(f"{at}/resource", "\n".join(rows) + "\n")


# --- NCCL topologies ------------------------------------------------------------------------------------------

def nccl(text):
    """
    Virtual bridges (ffff:ff:…) become a root port with a switch below it, one downstream port a device. Returns the
    capture text and the addresses of GPUs and network cards in the order of the file.
    """
    tree, root = Tree(), ET.fromstring(text)
    gpus, nics, counter = [], [], [0]

    def leaf(pci, base, node):
        addr = pci.get("busid")
        cls = int(pci.get("class") or "0x030200", 16)
        nic = cls >> 16 == 2
        ids = (int(pci.get("vendor", "0") or "0", 16), int(pci.get("device", "0") or "0", 16))
        vendor, device = ids if ids[0] not in (0, 0xffff) else ((0x15b3, 0x101c) if nic else (0x10de, 0x20b0))
        at = add_function(tree, addr, base, cls, vendor, device, driver="mlx5_core" if nic else "nvidia")
        tree.file(f"{at}/numa_node", node)
        if nic:
            name = f"nic{len(nics)}"
            tree.file(f"{at}/infiniband/{name}/node_type", "1: CA")
            tree.link_to(f"{at}/infiniband/{name}/device", at)
            tree.link_to(f"sys/class/infiniband/{name}", f"{at}/infiniband/{name}")
        (nics if nic else gpus).append(addr)

    for cpu in root.iter("cpu"):
        node = cpu.get("numaid")
        tree.file(f"sys/devices/system/node/node{node}/cpulist", f"{int(node) * 8}-{int(node) * 8 + 7}")
        for top in cpu.findall("pci"):
            inner = top.findall("pci")
            if not inner:
                leaf(top, f"sys/devices/pci{top.get('busid')[:4]}:{int(node) * 0x40:02x}", node)
                continue
            domain = f"{0xe000 + counter[0]:04x}"
            counter[0] += 1
            base = f"sys/devices/pci{domain}:00"
            rp = add_function(tree, f"{domain}:00:01.0", base, 0x060400, 0x8086, 0x2030, driver="pcieport")
            up = add_function(tree, f"{domain}:01:00.0", rp, 0x060400, 0x1000, 0xc010, driver="pcieport")
            for i, pci in enumerate(inner):
                down = add_function(tree, f"{domain}:02:{i:02x}.0", up, 0x060400, 0x1000, 0xc010, driver="pcieport")
                for at in (rp, up, down):
                    tree.file(f"{at}/numa_node", node)
                leaf(pci, down, node)
    return capture(tree, "sys/bus/pci sys/devices sys/class/infiniband"), gpus, nics


# --- monitors -------------------------------------------------------------------------------------------------

def monitors(blobs):
    """One card with a connector for each EDID."""
    tree = Tree()
    base = "sys/devices/pci0000:00"
    at = add_function(tree, "0000:00:02.0", base, 0x030000, 0x8086, 0x46a6, driver="i915")
    tree.file(f"{at}/drm/card0/dev", "226:0")
    tree.link_to("sys/class/drm/card0", f"{at}/drm/card0")
    for i, blob in enumerate(blobs):
        c = f"{at}/drm/card0/card0-DP-{i + 1}"
        tree.file(f"{c}/status", "connected")
        tree.file(f"{c}/enabled", "enabled")
        tree.bytes(f"{c}/edid", blob)
        tree.link_to(f"sys/class/drm/card0-DP-{i + 1}", c)
    return capture(tree, "sys/bus/pci sys/devices sys/class/drm")


# --- folders for --root ---------------------------------------------------------------------------------------

def write(folder, path, data):
    at = os.path.join(folder, path)
    os.makedirs(os.path.dirname(at), exist_ok=True)
    with open(at, "wb") as file:
        file.write(data)


def drm_folder(files, folder):
    """A /sys/class/drm/cardN directory (device below it) as a tree. Returns (address, card)."""
    cards = sorted({k.split("/")[0] for k in files if re.match(r"card\d+/", k)})
    card = cards[0] if cards else "card0"
    prefix = f"{card}/device/"
    device = {k[len(prefix):]: v for k, v in files.items() if k.startswith(prefix)}
    if not device:
        device = {k: v for k, v in files.items() if not k.startswith("card")}
    addr = re.search(rb"PCI_SLOT_NAME=(\S+)", device["uevent"]).group(1).decode()
    base = f"sys/devices/pci0000:00/{addr}"
    for name, data in device.items():
        write(folder, f"{base}/{name}", data)
    write(folder, f"{base}/drm/{card}/dev", f"226:{card[4:]}\n".encode())
    for at in ("sys/bus/pci/devices", "sys/class/drm"):
        os.makedirs(os.path.join(folder, at), exist_ok=True)
    os.symlink(f"../../../devices/pci0000:00/{addr}", os.path.join(folder, "sys/bus/pci/devices", addr))
    os.symlink(f"../../devices/pci0000:00/{addr}/drm/{card}", os.path.join(folder, "sys/class/drm", card))
    return addr, card


def kfd_folder(files, folder, cls):
    """A compute topology; the PCI functions are those its nodes name."""
    os.makedirs(os.path.join(folder, "sys/bus/pci/devices"), exist_ok=True)
    top = "sys/devices/virtual/kfd/kfd/topology"
    for path, data in files.items():
        write(folder, f"{top}/{path}", data)
        m = re.match(r"nodes/(\d+)/properties$", path)
        if not m:
            continue
        row = dict(line.split(" ", 1) for line in data.decode().splitlines() if " " in line)
        if f"nodes/{m.group(1)}/gpu_id" not in files:
            write(folder, f"{top}/nodes/{m.group(1)}/gpu_id", b"0\n" if row["simd_count"] == "0" else f"{int(m.group(1)) + 100}\n".encode())
        if row["simd_count"] == "0":
            continue
        where = int(row["location_id"])
        addr = f"{int(row['domain']):04x}:{where >> 8 & 255:02x}:{where >> 3 & 31:02x}.0"
        base = f"sys/devices/pci{addr[:7]}/{addr}"
        vendor, device = int(row["vendor_id"]), int(row["device_id"])
        write(folder, f"{base}/uevent", f"DRIVER=amdgpu\nPCI_CLASS={cls:X}\nPCI_ID={vendor:04X}:{device:04X}\nPCI_SLOT_NAME={addr}\n".encode())
        if cls == 0x120000:
            write(folder, f"{base}/current_compute_partition", b"CPX\n")
        link = os.path.join(folder, "sys/bus/pci/devices", addr)
        if not os.path.islink(link):
            os.symlink("../../../" + base[4:], link)
    os.makedirs(os.path.join(folder, "sys/class/kfd"), exist_ok=True)
    os.symlink("../../devices/virtual/kfd/kfd", os.path.join(folder, "sys/class/kfd/kfd"))
