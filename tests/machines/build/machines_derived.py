# SPDX-License-Identifier: Apache-2.0
"""
Machines derived from captures that other projects publish under MIT, Apache or BSD licences. Their files come in as
they are; what they do not hold is unknown, never absent. Serial numbers and unique ids are replaced.
"""
import re
import xml.etree.ElementTree as ET

from archives import Link, archive, available, nested
from capture import Tree, natural, render
from names import NAMES

LACT = "derived from ilya-zlobintsev/LACT (MIT licence), test data"
SKIPPED = re.compile(r"(^|/)(pp_|power_dpm|gpu_metrics|hdcp_srm|hwmon|ip_discovery|fw_version|intel_vsec|xe\.mei|tile|ip_|"
                     r"(gfx|sdma|jpeg|vcn|vpe|compute)_reset_mask|wakeup|autosuspend|async|runtime_(?!status)|power/(?!control|runtime_status)|"
                     r"mem_info_(gtt|preempt|vram_used|vis_vram_used)|serial_number|remove|rescan|reset$|subsystem$|local_cpus$|dma_mask|"
                     r"consistent_dma|broken_parity|msi_bus|irq$|index$|label$|aer_|link/|fru_id|product_n|thermal_|pcie_bw|pcie_replay|gpu_busy|"
                     r"mem_busy|vcn_busy|vbios|df_cntr|unique_id$|firmware_node|rom$|resource\d+(_wc)?$|enforce_|gpu_id_unused)")


class Derived:
    def __init__(self, note, source, covers, kernel=None):
        self.header = [("origin", "derived"), ("note", note), ("source", source), ("covers", covers)]
        self.tree, self.answers, self.ids = Tree(), [], set()

    def put(self, path, data):
        if isinstance(data, Link):
            self.tree.link(path, str(data))
        else:
            self.tree.bytes(path, data)

    def text(self):
        for key in sorted(self.ids):
            if key in NAMES:
                self.answers.append(("pciname", key, NAMES[key]))
        return render(self.header, self.tree, self.answers)


def uevent_value(data, key):
    found = re.search(rf"^{key}=(.*)$", data.decode(), re.M)
    return found.group(1) if found else None


def lact(folder, note, kfd=False):
    """One /sys/class/drm/cardN directory; the bridges above the GPU are not in it."""
    if not available():
        return None
    files = {k[len(folder) + 1:]: v for k, v in archive("drm-device-trees").items() if k.startswith(folder + "/")}
    cards = sorted({k.split("/")[0] for k in files if re.match(r"card\d+/", k)})
    card = cards[0] if cards else "card0"
    prefix = f"{card}/device/"
    device = {k[len(prefix):]: v for k, v in files.items() if k.startswith(prefix)}
    if not device:
        device, prefix = {k: v for k, v in files.items() if not k.startswith("card")}, ""
    addr = uevent_value(device["uevent"], "PCI_SLOT_NAME")
    base = f"sys/devices/pci0000:00/{addr}"
    m = Derived(note, LACT, "sys/bus/pci/devices")
    m.tree.link_to(f"sys/bus/pci/devices/{addr}", base)
    for name, data in sorted(device.items(), key=lambda kv: natural(kv[0])):
        if not SKIPPED.search(name) and len(data) <= 8192 and not name.startswith("card"):
            m.put(f"{base}/{name}", data)
    minor = card.removeprefix("card")
    m.tree.file(f"{base}/drm/{card}/dev", f"226:{minor}")
    if kfd:
        for name, data in sorted(files.items(), key=lambda kv: natural(kv[0])):
            if re.match(r"kfd/(dev|topology/nodes/\d+/(gpu_id|name|properties))$", name):
                m.put("sys/devices/virtual/kfd/" + name, data)
        m.tree.link("sys/class/kfd/kfd", "../../devices/virtual/kfd/kfd")
    m.answers.append(("source", "topology", "unknown"))
    m.ids.add(uevent_value(device["uevent"], "PCI_ID").lower())
    return m


def m_1gpu_lact_b580(name):
    return lact("intel/b580", "Arc B580 with xe: the GPU's own directory with all of its configuration space")


def m_1gpu_lact_b580_616(name):
    return lact("intel/b580-6.16", "Arc B580 with xe on kernel 6.16")


def m_1gpu_lact_a380_i915(name):
    return lact("intel/a380-i915", "Arc A380 with i915")


def m_1gpu_lact_cometlake(name):
    return lact("intel/cometlake", "Comet Lake laptop graphics with i915")


def m_1gpu_lact_rtx4080(name):
    return lact("nvidia/rtx4080", "RTX 4080 with NVIDIA's driver")


def m_1gpu_lact_hd7870(name):
    return lact("amd/hd7870", "HD 7870 with radeon")


def m_1gpu_lact_r7_240(name):
    return lact("amd/r7-240", "R7 240 with amdgpu, which has to be asked for on this family")


def m_1gpu_lact_rx580(name):
    return lact("amd/rx580", "RX 580")


def m_1gpu_lact_vega56(name):
    return lact("amd/vega56", "RX Vega 56 with resizable windows")


def m_1gpu_lact_rx5500xt(name):
    return lact("amd/rx5500xt", "RX 5500 XT")


def m_1gpu_lact_rx6600xt(name):
    return lact("amd/rx6600xt", "RX 6600 XT")


def m_1gpu_lact_rx7600s(name):
    return lact("amd/rx7600s", "RX 7600S, a laptop's discrete GPU")


def m_1gpu_lact_rx7800xt(name):
    return lact("amd/rx7800xt", "RX 7800 XT")


def m_1gpu_lact_rx9070(name):
    return lact("amd/rx9070", "RX 9070")


def m_1gpu_lact_strixpoint(name):
    return lact("amd/strixpoint", "Strix Point graphics: display class 0380, not VGA, with its compute topology", kfd=True)


# --- AMD compute topologies -----------------------------------------------------------------------------------

KFD = "derived from ROCm/k8s-device-plugin (Apache-2.0), test data"
KFD_KEYS = ("cpu_cores_count", "simd_count", "vendor_id", "device_id", "location_id", "domain", "drm_render_minor", "hive_id", "num_xcc", "unique_id",
            "gfx_target_version", "local_mem_size")
LINK_KEYS = ("type", "node_from", "node_to", "weight", "max_bandwidth")


def properties(data):
    return dict(line.split(" ", 1) for line in data.decode().splitlines() if " " in line)


def kfd(folder, note, cls, links, extra=None):
    """/sys/class/kfd as captured; the PCI functions are written from the addresses and ids it names."""
    if not available():
        return None
    files = {k[len(folder) + 1:]: v for k, v in archive("kfd-topology").items() if k.startswith(folder + "/")}
    m = Derived(note, KFD, "sys/bus/pci/devices sys/class/kfd sys/devices/virtual/kfd")
    ids, seen = {}, set()
    alias = lambda v: v if v == "0" else ids.setdefault(v, str(0xc0ffee0000000000 + len(ids)))
    nodes = sorted({int(k.split("/")[1]) for k in files if k.startswith("nodes/")})
    m.tree.link("sys/class/kfd/kfd", "../../devices/virtual/kfd/kfd")
    for n in nodes:
        at = f"sys/devices/virtual/kfd/kfd/topology/nodes/{n}"
        p = properties(files[f"nodes/{n}/properties"])
        for key in ("unique_id", "hive_id"):
            if key in p:
                p[key] = alias(p[key])
        m.tree.file(f"{at}/properties", "".join(f"{k} {p[k]}\n" for k in KFD_KEYS if k in p))
        m.tree.file(f"{at}/gpu_id", files.get(f"nodes/{n}/gpu_id", str(n + 1000).encode() if p.get("simd_count") != "0" else b"0").decode())
        for k in sorted((k for k in files if links and re.match(rf"nodes/{n}/io_links/\d+/properties", k)), key=natural):
            row = properties(files[k])
            m.tree.file(f"{at}/{k.split('/', 2)[2]}", "".join(f"{i} {row[i]}\n" for i in LINK_KEYS if i in row))
        location, domain = int(p.get("location_id", 0)), int(p.get("domain", 0))
        if p.get("simd_count") == "0":
            continue
        addr = f"{domain:04x}:{location >> 8:02x}:{location >> 3 & 31:02x}.0"
        if addr in seen:
            continue
        seen.add(addr)
        vendor, device = int(p["vendor_id"]), int(p["device_id"])
        base = f"sys/devices/pci{addr[:7]}/{addr}"
        m.tree.link_to(f"sys/bus/pci/devices/{addr}", base)
        m.tree.file(f"{base}/uevent", f"DRIVER=amdgpu\nPCI_CLASS={cls:X}\nPCI_ID={vendor:04X}:{device:04X}\nPCI_SUBSYS_ID={vendor:04X}:{device:04X}\n"
                    f"PCI_SLOT_NAME={addr}\nMODALIAS=pci:v{vendor:08X}d{device:08X}sv{vendor:08X}sd{device:08X}bc{cls >> 16:02X}sc{cls >> 8 & 255:02X}i00\n")
        for k, v in (extra or {}).items():
            m.tree.file(f"{base}/{k}", v)
        m.ids.add(f"{vendor:04x}:{device:04x}")
    m.answers.append(("source", "topology", "unknown"))
    return m


def m_8gpu_kfd_mi300x_cpx(name):
    return kfd("topo-mi300-cpx/topology", "eight MI300X in CPX mode: 63 of 64 partitions in the compute topology", 0x120000, False,
               {"current_compute_partition": "CPX", "available_compute_partition": "SPX, DPX, QPX, CPX", "current_memory_partition": "NPS1"})


def m_8gpu_kfd_mi210_xgmi(name):
    return kfd("topo-mi210-xgmi-pcie", "eight MI210 in two hives of four, joined by XGMI", 0x038000, True)


# --- whole trees ----------------------------------------------------------------------------------------------

HWLOC = "derived from open-mpi/hwloc (BSD-3-Clause), test data"
FUNCTION = re.compile(r"(^|/)([0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])/(uevent|vendor|device|class|subsystem_vendor|subsystem_device|revision|numa_node|"
                      r"local_cpulist|resource|boot_vga|enable|config|driver|modalias|current_link_\w+|max_link_\w+|power_state|d3cold_allowed|"
                      r"iommu_group|(infiniband|net|drm)/.*)$")
BELOW = re.compile(r"/(infiniband/[^/]+/(ports/\d+/(state|rate|link_layer|lid|sm_lid|phys_state|gids/[0-3])|node_type|node_guid|board_id|fw_ver|hca_type)|"
                   r"net/[^/]+/(operstate|mtu|address|type)|drm/[^/]+/(dev|uevent)|drm/[^/]+/[^/]+/(status|enabled|dpms))$")


def hwloc(member, note, covers, classes=("pci/devices", "infiniband", "drm", "net"), extra=()):
    if not available():
        return None
    files = nested("sysfs-trees", member)
    m = Derived(note, HWLOC, covers)
    serial = 0
    for path, data in sorted(files.items(), key=lambda kv: natural(kv[0])):
        keep = False
        found = FUNCTION.search(path)
        if path.startswith("sys/devices/pci") and found:
            keep = "/" not in found.group(3) or bool(BELOW.search(path))
            inner = path[found.start():]
            keep = keep and not re.search(r"pcie|:\w+:\w+/", path.rsplit("/", 2)[0] if "/" not in found.group(3) else "")
        if path.startswith("sys/bus/pci/devices/") or re.match(r"sys/class/(infiniband|drm|net)/[^/]+$", path):
            keep = isinstance(data, Link)
        if re.match(r"sys/devices/system/node/node\d+/(cpulist|distance)$", path) or path in extra or any(re.match(e, path) for e in extra if e.startswith("^")):
            keep = True
        if not keep:
            continue
        if path.endswith(("/node_guid", "/address")) or "/gids/" in path:
            if not isinstance(data, Link) and any(c in b"123456789abcdef" for c in data):
                serial += 1
                text = data.decode().strip()
                digits = iter(f"{serial:x}".rjust(sum(c in "0123456789abcdef" for c in text), "0"))
                data = ("".join(next(digits) if c in "0123456789abcdef" else c for c in text) + "\n").encode()
        if path.endswith("/config") and len(data) > 256:
            data = data[:256]
        m.put(path, data)
        if path.endswith("/uevent") and found and uevent_value(data, "PCI_ID"):
            m.ids.add(uevent_value(data, "PCI_ID").lower())
    return m


def m_0gpu_hwloc_wide_domain(name):
    return hwloc("2pa-pcidomain32bits.tar.bz2", "a virtual machine with a 32-bit PCI domain (10000) and an emulated Cirrus display",
                 "sys/bus/pci sys/devices sys/class/drm sys/class/net")


def m_1gpu_hwloc_two_sockets_qib(name):
    return hwloc("40intel64-2g2n4c+pcilocality.tar.bz2", "two sockets with PCI below each, a Matrox management display, an InfiniBand card",
                 "sys/bus/pci sys/devices sys/class/infiniband sys/class/net")


m_0gpu_hwloc_two_sockets_qib = m_1gpu_hwloc_two_sockets_qib
del m_1gpu_hwloc_two_sockets_qib


def m_0gpu_hwloc_vector_engines(name):
    return hwloc("32intel64-2p8co2t+8ve.tar.bz2", "eight NEC vector engines, which are accelerators and no GPUs", "sys/bus/pci sys/devices/pci0000:17 sys/devices/pci0000:3a sys/devices/pci0000:5d")


def m_0gpu_nfd_server(name):
    if not available():
        return None
    m = Derived("a server with an Aspeed management display and full configuration spaces", "derived from kubernetes-sigs/node-feature-discovery (Apache-2.0), test data",
                "sys/bus/pci")
    prefix = "testdata/source/pci/rootfs-1/"
    for path, data in sorted(archive("sysfs-pci").items(), key=lambda kv: natural(kv[0])):
        if not path.startswith(prefix) or SKIPPED.search(path) or "/iommu" in path:
            continue
        if path.endswith("/config") and len(data) > 256:
            data = data[:256]
        m.put(path[len(prefix):], data)
    m.answers.append(("source", "topology", "unknown"))
    m.ids |= {"1a03:2000", "8086:37d2"}
    return m


def ttar():
    """The ttar text format: 'Path: …', 'Lines: n' or 'SymlinkTo: …'."""
    lines = archive("procfs-ttar")["testdata/fixtures.ttar"].decode().split("\n")
    files, i, path = {}, 0, None
    while i < len(lines):
        line = lines[i]
        if line.startswith("Path: "):
            path = line[6:]
        elif line.startswith("SymlinkTo: ") and path:
            files[path] = Link(line[11:])
        elif line.startswith("Lines: ") and path:
            n = int(line[7:])
            text = "\n".join(lines[i + 1:i + 1 + n]) + "\n"
            files[path] = text.replace("EOF\n", "", 1).replace("NULLBYTE", "\0").encode() if text.endswith("EOF\n") else text.encode()
            i += n
        i += 1
    return {k.removeprefix("fixtures/"): v for k, v in files.items()}


PROCFS = "derived from prometheus/procfs (Apache-2.0), test data"


def m_1gpu_procfs_vega56(name):
    if not available():
        return None
    files = ttar()
    prefix = "sys/class/drm/card0/device/"
    device = {k[len(prefix):]: v for k, v in files.items() if k.startswith(prefix)}
    addr = uevent_value(device["uevent"], "PCI_SLOT_NAME")
    m = Derived("RX Vega 56 with an 8 GiB window", PROCFS, "sys/bus/pci/devices sys/class/infiniband sys/class/drm")
    base = f"sys/devices/pci0000:00/{addr}"
    m.tree.link_to(f"sys/bus/pci/devices/{addr}", base)
    for key, data in sorted(device.items(), key=lambda kv: natural(kv[0])):
        if (not SKIPPED.search(key) or key == "unique_id") and key != "driver":
            m.put(f"{base}/{key}", data)
    m.tree.file(f"{base}/drm/card0/dev", "226:0")
    m.tree.link_to("sys/class/drm/card0", f"{base}/drm/card0")
    m.answers.append(("source", "topology", "unknown"))
    m.ids.add("1002:687f")
    return m


def m_0gpu_procfs_infiniband(name):
    if not available():
        return None
    m = Derived("InfiniBand, RoCE-capable and Omni-Path devices side by side, with attributes missing that drivers leave out", PROCFS, "sys/class/infiniband sys/bus/pci")
    keep = re.compile(r"sys/class/infiniband/[^/]+/(board_id|fw_ver|hca_type|node_guid|node_type|ports/\d+/(state|rate|link_layer|phys_state))$")
    for path, data in sorted(ttar().items(), key=lambda kv: natural(kv[0])):
        if keep.search(path):
            m.put(path, data)
    m.tree.dir("sys/bus/pci/devices")
    return m


# --- topologies of clouds -------------------------------------------------------------------------------------

NIC_IDS = {0x020700: (0x15b3, 0x101c), 0x020000: (0x15b3, 0x101e)}


def cloud(member, note, source, gpu):
    """
    The XML that NCCL reads names only GPUs, network cards and the switch between them. The switch becomes a root
    port, an upstream port and a downstream port for each device.
    """
    if not available():
        return None
    from machine import Machine
    m = Machine("", note, "derived", "sys/bus/pci sys/devices sys/class/infiniband", source=source)
    root = ET.fromstring(archive("nccl-topology")[member])
    cpus = root.findall("cpu")
    m.cpulists = [f"{24 * i}-{24 * i + 23}" for i in range(len(cpus))]
    m.iommu_type, port, nics = "identity", 0, 0
    for i, cpu in enumerate(cpus):
        m.tree.file(f"sys/devices/system/node/node{i}/cpulist", m.cpulists[i])
        for switch in cpu.findall("pci"):
            mts = int(float(switch.get("link_speed").split()[0]) * 1000)
            width = int(switch.get("link_width"))
            bus = 0x10 + 0x20 * port
            domain = f"{0xf000 + port:04x}"
            rp = m.root_port(f"{domain}:00:01.0", 0x8086, 0x2030, now=(mts, width), best=(mts, width), numa=i, config="none", root_bus=0)
            up = m.bridge(f"{domain}:01:00.0", rp, 0x1000, 0xc010, "upstream", (mts, width), (mts, width), numa=i, config="none")
            for j, leaf in enumerate(switch.findall("pci")):
                down = m.bridge(f"{domain}:02:{j:02x}.0", up, 0x1000, 0xc010, "downstream", (mts, width), (mts, width), numa=i, config="none")
                cls = int(leaf.get("class"), 16)
                vendor, device = gpu if cls == 0x030200 else NIC_IDS[cls]
                if leaf.get("vendor"):
                    vendor, device = int(leaf.get("vendor"), 16), int(leaf.get("device"), 16)
                addr = leaf.get("busid")
                m.pci(addr, vendor, device, cls, down, driver="nvidia" if cls == 0x030200 else "mlx5_core" if vendor == 0x15b3 else "efa", port="endpoint",
                      now=(mts, width), best=(mts, width), numa=i, config="none")
                if cls != 0x030200:
                    layer = "InfiniBand" if cls == 0x020700 else "Ethernet"
                    m.ib(f"rdma{nics}", addr, nics, layer=layer, guid=f"0000:0000:0000:{nics + 1:04x}", node_type="1: CA" if vendor == 0x15b3 else "7: <unknown>",
                         rate="200 Gb/sec (4X HDR)", node=False)
                    nics += 1
            port += 1
    return m


def m_8gpu_azure_ndv4(name):
    return cloud("azure/topology/ndv4-topo.xml", "an ND A100 v4 virtual machine: eight A100 and eight InfiniBand functions, each in a PCI domain of its own",
                 "derived from Azure/azhpc-images (MIT licence), topology", (0x10de, 0x20b0))


def m_8gpu_azure_ndv5(name):
    return cloud("azure/topology/ndv5-topo.xml", "an ND H100 v5 virtual machine: a switch for each GPU and its InfiniBand function",
                 "derived from Azure/azhpc-images (MIT licence), topology", (0x10de, 0x2330))


def m_8gpu_aws_p4d(name):
    return cloud("aws/topology/p4d-24xl-topo.xml", "a p4d.24xlarge virtual machine: two A100 and an EFA card behind each switch",
                 "derived from aws/aws-ofi-nccl (Apache-2.0), topology", (0x10de, 0x20b0))
