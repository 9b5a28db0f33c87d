# SPDX-License-Identifier: Apache-2.0
"""
What a reader of the published texts would count, written apart from the product and from convert.py: GPUs by address
and vendor, and nothing else. A GPU is a function of display class (or an accelerator known to be a GPU), one for each
card; chips of remote management, emulated displays and neural accelerators are none.
"""
import os
import re

VENDOR = {"10de": "nvidia", "1002": "amd", "8086": "intel"}
MANAGEMENT = {"1a03:2000", "1a03:2010", "102b:0520", "102b:0522", "102b:0524", "102b:0530", "102b:0532", "102b:0533", "102b:0534", "102b:0536",
              "102b:0538", "1002:515e", "1002:5969", "1002:4752", "18ca:0020", "18ca:0021", "126f:0750", "19e5:1711"}
EMULATED = {"1234:1111", "1af4:1050", "15ad:0405", "15ad:0406", "15ad:0710", "80ee:beef", "1b36:0100", "1414:5353", "1013:00b8", "1ab8:4005"}
ACCELERATORS_THAT_ARE_GPUS = re.compile(r"1002:74(a[0-9a-f]|b[0-9a-f])|8086:67(4[c-f]|50)")


def card(address):
    """Everything but the function digit."""
    return address.rsplit(".", 1)[0]


def gpus(functions):
    """functions: (address, class as six hex digits, 'vvvv:dddd'). Result: {card: vendor}."""
    found = {}
    for address, cls, ids in functions:
        display = cls.startswith(("0300", "0301", "0302", "0380", "0001"))
        if not display and not (cls.startswith("1200") and ACCELERATORS_THAT_ARE_GPUS.fullmatch(ids)):
            continue
        if ids in MANAGEMENT or ids in EMULATED:
            continue
        found[card(address)] = VENDOR.get(ids[:4], "other")
    return found


def from_pciconf(text):
    rows = []
    for line in text.split("\n"):
        if "@pci" not in line or line[:1].isspace():
            continue
        where = line.split("@pci", 1)[1].split(":\t")[0].split(": ")[0].rstrip(":").split(":")
        where = [int(w) for w in where[:4]]
        cls = line.split("class=0x")[1][:6]
        if "chip=0x" in line:
            chip = line.split("chip=0x")[1][:8]
            ids = chip[4:] + ":" + chip[:4]
        else:
            ids = line.split(" vendor=0x")[1][:4] + ":" + line.split(" device=0x")[1][:4]
        rows.append(("%04x:%02x:%02x.%x" % tuple(where), cls, ids))
    return gpus(rows)


def udev_records(text):
    for block in re.split(r"\n\s*\n", text):
        record = {}
        for line in block.splitlines():
            if line.startswith("E: "):
                key, _, value = line[3:].partition("=")
                record[key] = value
        if record:
            yield record


def from_udevadm(text):
    """GPUs, {GPU's card: driver}, names of DRM nodes with a GPU above, number of RDMA devices and Thunderbolt routers."""
    rows, drivers = [], {}
    records = list(udev_records(text))
    for r in records:
        if r.get("SUBSYSTEM") == "pci" and "PCI_CLASS" in r:
            address = r["PCI_SLOT_NAME"]
            rows.append((address, r["PCI_CLASS"].zfill(6).lower(), r["PCI_ID"].lower()))
            drivers[address] = r.get("DRIVER", "")
    found = gpus(rows)
    rdma = sum(r.get("SUBSYSTEM") == "infiniband" for r in records)
    routers = sum(r.get("SUBSYSTEM") == "thunderbolt" and r.get("DEVTYPE") == "thunderbolt_device" for r in records)
    nodes = {}
    for r in records:
        if r.get("SUBSYSTEM") != "drm" or "MINOR" not in r:
            continue
        above = re.findall(r"/([0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2})\.[0-7]", r["DEVPATH"])
        if above and above[-1] in found:
            nodes.setdefault(above[-1], set()).add(os.path.basename(r["DEVPATH"]))
    return found, drivers, nodes, rdma, routers


def from_lspci_vmm(text):
    rows = []
    for block in text.split("\n\n"):
        values = dict(re.findall(r"^(\w+):\t(.*)$", block, re.M))
        if "Slot" not in values:
            continue
        slot = values["Slot"] if values["Slot"].count(":") == 2 else "0000:" + values["Slot"]
        number = lambda key: re.search(r"([0-9a-f]{4})\]?$", values[key].strip()).group(1)
        rows.append((slot, number("Class") + values.get("ProgIf", "00"), number("Vendor") + ":" + number("Device")))
    return gpus(rows)


def from_hexdump(text):
    rows, address = [], None
    for line in text.split("\n"):
        start = re.match(r"^((?:[0-9a-f]{4,}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) ", line)
        if start:
            address = start.group(1)
        elif line.startswith("00: ") and address:
            b = line[4:].split()
            full = address if address.count(":") == 2 else "0000:" + address
            rows.append((full, b[11] + b[10] + b[9], b[1] + b[0] + ":" + b[3] + b[2]))
            address = None
    return gpus(rows)


def from_sysfs(folder):
    """Files class, vendor and device of every function; uevent where they are not there."""
    rows = []
    top = os.path.join(folder, "sys/bus/pci/devices")
    for name in sorted(os.listdir(top)) if os.path.isdir(top) else []:
        def value(key):
            try:
                return open(os.path.join(top, name, key), encoding="ascii", errors="replace").read().strip()[2:]
            except OSError:
                return None
        cls, vendor, device = value("class"), value("vendor"), value("device")
        if None in (cls, vendor, device):
            try:
                lines = dict(l.split("=", 1) for l in open(os.path.join(top, name, "uevent")).read().split("\n") if "=" in l)
            except OSError:
                continue
            if "PCI_ID" not in lines:
                continue
            cls = lines["PCI_CLASS"].zfill(6).lower()
            vendor, device = lines["PCI_ID"].lower().split(":")
        rows.append((name, cls, f"{vendor}:{device}"))
    return gpus(rows)


def from_kfd(folder):
    """GPU cards and logical GPUs of a compute topology."""
    cards, logical = set(), 0
    for where, _, names in os.walk(folder):
        if "properties" not in names or os.path.basename(os.path.dirname(where)) != "nodes":
            continue
        text = open(os.path.join(where, "properties")).read()
        if int(re.search(r"^simd_count (\d+)", text, re.M).group(1)):
            logical += 1
            cards.add((re.search(r"^domain (\d+)", text, re.M).group(1), int(re.search(r"^location_id (\d+)", text, re.M).group(1)) // 8))
    return len(cards), logical


def from_edid_decode(text):
    """The bytes, and what edid-decode says of them: (bytes, name, (width, height) in mm)."""
    head, _, decode = text.partition("----------------")
    blob = bytes.fromhex("".join(re.findall(r"^(?:[0-9a-f]{2} ?)+$", head, re.M)).replace(" ", ""))
    base = decode.split("Block 1")[0]
    names = re.findall(r"Display Product Name: '(.*)'", base)
    name = names[0].strip() if names else ""
    size = re.search(r"Maximum image size: (\d+) cm x (\d+) cm", base)
    timing = re.search(r"DTD +1:.*\((\d+) mm x (\d+) mm\)", base)
    return blob, name, (int(size.group(1)) * 10, int(size.group(2)) * 10) if size else None, \
        (int(timing.group(1)), int(timing.group(2))) if timing else None


def nccl_class(xml, a, b):
    """What the file says of two devices: 'switch' (one switch above both), 'cpu' (one processor), 'far'."""
    stack, places = [], {}
    for close, name, rest, empty in re.findall(r"<(/?)(cpu|pci)\b([^>]*?)(/?)>", re.sub(r"<!--.*?-->", "", xml, flags=re.S)):
        if close:
            stack.pop()
            continue
        key = re.search(r'(?:numaid|busid)="([^"]*)"', rest).group(1)
        places[key] = list(stack)
        if not empty:
            stack.append((name, key))
    pa, pb = places[a], places[b]
    if pa == pb and pa[-1][0] == "pci":
        return "switch"
    return "cpu" if pa[0] == pb[0] else "far"
