# SPDX-License-Identifier: Apache-2.0
"""Servers: eight GPUs and their network cards, BMC displays, accelerators, partitions, virtual functions."""
from boards import aspeed, guest, server
from gpus import AMDGPU_FIRMWARE, MODELS, amdgpu, function, nvidia, resized, xe
from machine import Machine
from parts_pci import GIB, KIB, M32, M64, M64P, MIB


def nic(m, name, addr, parent, number, numa, device=0x101b, rate="200 Gb/sec (4X HDR)", now=(16000, 16), layer="InfiniBand", state="4: ACTIVE",
        phys="5: LinkUp", gids=(), netdev=None, **kw):
    m.pci(addr, 0x15b3, device, 0x020700 if layer == "InfiniBand" else 0x020000, parent, subsys=(0x15b3, 0x0007), driver="mlx5_core", port="endpoint",
          now=now, best=now, bars=[(0, 32 * MIB, M64P)], numa=numa, serial=0x0c42a10300120000 + number, atomics=("32", "64", "enabled"), **kw)
    m.ib(name, addr, number, layer=layer, rate=rate, state=state, phys=phys, lid=0x10 + number, gids=gids or
         [(0, f"fe80:0000:0000:0000:0c42:a103:0012:{0x3400 + number:04x}", "IB/RoCE v1", None)], netdev=netdev)


def dgx(name, note, acs=0, gpus=8, iommu=False, **host):
    """Eight A100 behind four switches over two sockets, a network card beside each, two more for storage, six NVSwitches."""
    m = server(name, note, dmi=("NVIDIA", "DGXA100 920-23687-2530-000", "DGXA100", "1.21", 23), **host)
    m.iommu = iommu
    found = []
    for s in range(4):
        numa, base = s // 2, (0x00, 0x40, 0x80, 0xc0)[s]
        root = m.root_port(f"0000:{base:02x}:03.1", 0x1022, 0x1483, now=(16000, 16), best=(16000, 16), numa=numa, atomics=("routing",), root_bus=base)
        up = m.bridge(f"0000:{base + 1:02x}:00.0", root, 0x1000, 0xc010, "upstream", (16000, 16), (16000, 16), numa=numa, rev=0xb0, atomics=("routing",))
        for i in range(2):
            down = m.bridge(f"0000:{base + 2:02x}:{i:02x}.0", up, 0x1000, 0xc010, "downstream", (16000, 16), (16000, 16), numa=numa, rev=0xb0, slot=(True, False),
                            acs=acs, atomics=("routing",))
            addr = f"0000:{base + 7 + 8 * i:02x}:00.0"
            function(m, "a100", addr, down, "nvidia", numa=numa)
            found.append((addr, "NVIDIA A100-SXM4-40GB"))
            side = m.bridge(f"0000:{base + 2:02x}:{i + 4:02x}.0", up, 0x1000, 0xc010, "downstream", (16000, 16), (16000, 16), numa=numa, rev=0xb0, slot=(True, False),
                            acs=acs, atomics=("routing",))
            nic(m, f"mlx5_{2 * s + i}", f"0000:{base + 8 + 8 * i:02x}:00.0", side, 2 * s + i, numa)
    for i, (base, numa) in enumerate(((0x60, 0), (0xe0, 1))):
        root = m.root_port(f"0000:{base:02x}:03.1", 0x1022, 0x1483, now=(16000, 16), best=(16000, 16), numa=numa, atomics=("routing",), root_bus=base)
        addr = f"0000:{base + 1:02x}:00.0"
        nic(m, f"mlx5_{8 + i}", addr, root, 8 + i, numa, layer="Ethernet", rate="100 Gb/sec (4X EDR)", netdev=f"enp{base + 1}s0np0",
            gids=[(0, f"fe80:0000:0000:0000:0e42:a1ff:fe12:{i:04x}", "IB/RoCE v1", f"enp{base + 1}s0np0"),
                  (1, f"fe80:0000:0000:0000:0e42:a1ff:fe12:{i:04x}", "RoCE v2", f"enp{base + 1}s0np0"),
                  (3, f"0000:0000:0000:0000:0000:ffff:0a00:{i:04x}", "RoCE v2", f"enp{base + 1}s0np0")])
    root = m.root_port("0000:a0:01.1", 0x1022, 0x1483, now=(8000, 8), best=(16000, 16), numa=1, root_bus=0xa0)
    for i in range(6):
        m.pci(f"0000:a{1 + i}:00.0", 0x10de, 0x1af1, 0x068000, root, subsys=(0x10de, 0x1463), rev=0xa1, driver="nvidia-nvswitch", port="endpoint", now=(5000, 2),
              best=(5000, 2), bars=[(0, 32 * MIB, M32)], numa=1, config="header")
    aspeed(m, "0000:2b:00.0", "0000:2a:00.0", "0000:20:05.2", numa=0)
    m.claims(0x10de, 0x20b0, "nouveau nvidia_drm nvidia")
    nvidia(m, found, version="550.163.01", peermem=True, first_card=1)
    m.drm("0000:2b:00.0", 0, None, connectors=[("VGA-1", "disconnected")])
    m.module("mlx5_core")
    m.module("mlx5_ib")
    m.tree.device("dev/nvidia-caps/nvidia-cap1", "c", 511, 1, "0400")
    return m


def m_8gpu_10rdma_2socket(name):
    return dgx(name, "eight A100 and ten network cards over two sockets, six NVSwitches, a BMC display")


def m_8gpu_10rdma_acs_on(name):
    return dgx(name, "the same with ACS redirection on all switch ports: traffic between GPU and network card goes up to the processor", acs=0x1d, iommu=True,
               cmdline="amd_iommu=on")


def m_2gpu_h100_across_sockets(name):
    m = server(name, "two H100 on one socket, the only network card on the other; no peer-memory module", cpu="xeon-8480",
               dmi=("Dell Inc.", "PowerEdge R760xa", "0VRV9X", "2.3.5", 23))
    found = []
    for i in range(2):
        root = m.root_port(f"0000:1{i * 4}:01.0", device=0x352a, now=(32000, 16), best=(32000, 16), numa=0, atomics=("routing",), root_bus=0x10 + i * 4)
        function(m, "h100", f"0000:1{i * 4 + 1}:00.0", root, "nvidia", numa=0)
        found.append((f"0000:1{i * 4 + 1}:00.0", "NVIDIA H100 PCIe"))
    root = m.root_port("0000:97:01.0", device=0x352a, now=(16000, 16), best=(32000, 16), numa=1, atomics=("routing",), root_bus=0x97)
    nic(m, "mlx5_0", "0000:98:00.0", root, 0, 1)
    m.claims(0x10de, 0x2331, "nouveau nvidia_drm nvidia")
    nvidia(m, found, version="535.247.01", flavour="proprietary")
    m.module("mlx5_core")
    m.module("mlx5_ib")
    return m


def m_0gpu_bmc_only(name):
    m = server(name, "a server with a BMC display and no GPU", dmi=("Supermicro", "SYS-1029P-WTRT", "X11DDW-NT", "3.8", 17), cpu="xeon-6338")
    aspeed(m)
    m.drm("0000:c4:00.0", 0, None, connectors=[("VGA-1", "connected")])
    return m


def m_1gpu_bmc_and_gpu(name):
    m = server(name, "a server with a BMC display and one A100: one GPU, one vendor", dmi=("Supermicro", "AS -2024US-TRT", "H12DSU-iN", "2.8", 17))
    aspeed(m)
    root = m.root_port("0000:40:01.1", 0x1022, 0x1483, now=(16000, 16), best=(16000, 16), numa=0, root_bus=0x40)
    function(m, "a100-pcie", "0000:41:00.0", root, "nvidia", numa=0)
    m.claims(0x10de, 0x20b5, "nouveau nvidia_drm nvidia")
    nvidia(m, [("0000:41:00.0", "NVIDIA A100 80GB PCIe")])
    m.drm("0000:c4:00.0", 0, None, connectors=[("VGA-1", "connected")])
    return m


def m_1gpu_mi300x_cpx(name):
    m = server(name, "one MI300X (class 1200) in CPX mode: eight partitions of one GPU, each with its own nodes", cpu="epyc-9474f", kernel="6.12.8-061208-generic",
               dmi=("Dell Inc.", "PowerEdge XE9680", "0D0WY5", "1.6.2", 23))
    root = m.root_port("0000:00:01.1", 0x1022, 0x14ab, now=(32000, 16), best=(32000, 16), numa=0, atomics=("routing",))
    function(m, "mi300x", "0000:05:00.0", root, "amdgpu", numa=0, atomics=("32", "64", "enabled"), attrs={
        "current_compute_partition": "CPX", "available_compute_partition": "SPX, DPX, QPX, CPX", "current_memory_partition": "NPS4",
        "available_memory_partition": "NPS1, NPS4", "xgmi_hive_info/xgmi_hive_id": "0", "xgmi_device_id": "0"})
    m.claims(0x1002, 0x74a1, "amdgpu")
    m.module("amdgpu", version="6.10.5", firmware=("amdgpu/psp_13_0_6_sos.bin", "amdgpu/gc_9_4_3_mec.bin", "amdgpu/sdma_4_4_2.bin"), refcnt=9)
    m.firmware("amdgpu/psp_13_0_6_sos.bin", "amdgpu/gc_9_4_3_mec.bin", "amdgpu/sdma_4_4_2.bin")
    amdgpu(m, 1, 128, "0000:05:00.0", vram=206141652992, unique="c0ffee0000000300", connectors=(), module=False)
    for i in range(1, 8):
        m.drm(None, 1 + i, 128 + i, below=f"sys/devices/platform/amdgpu_xcp_{i - 1}")
    cpu = ("0", "", {"cpu_cores_count": 48, "simd_count": 0, "mem_banks_count": 1, "location_id": 0, "domain": 0, "drm_render_minor": 0}, [])
    parts = [(str(50000 + i), "ip discovery", {"cpu_cores_count": 0, "simd_count": 152, "vendor_id": 4098, "device_id": 29857, "location_id": 1280 + i, "domain": 0,
              "drm_render_minor": 128 + i, "hive_id": 0, "num_xcc": 1, "unique_id": 13907115649320091648, "local_mem_size": 0}, []) for i in range(8)]
    m.kfd([cpu] + parts)
    return m


def m_1gpu_mi300x_spx(name):
    m = m_1gpu_mi300x_cpx("x")
    m = server(name, "one MI300X (class 1200) in SPX mode: not divided", cpu="epyc-9474f", kernel="6.12.8-061208-generic", dmi=("Dell Inc.", "PowerEdge XE9680", "0D0WY5", "1.6.2", 23))
    root = m.root_port("0000:00:01.1", 0x1022, 0x14ab, now=(32000, 16), best=(32000, 16), numa=0, atomics=("routing",))
    function(m, "mi300x", "0000:05:00.0", root, "amdgpu", numa=0, atomics=("32", "64", "enabled"), attrs={
        "current_compute_partition": "SPX", "available_compute_partition": "SPX, DPX, QPX, CPX", "current_memory_partition": "NPS1",
        "available_memory_partition": "NPS1, NPS4"})
    m.claims(0x1002, 0x74a1, "amdgpu")
    m.module("amdgpu", version="6.10.5", firmware=("amdgpu/psp_13_0_6_sos.bin",), refcnt=2)
    m.firmware("amdgpu/psp_13_0_6_sos.bin")
    amdgpu(m, 1, 128, "0000:05:00.0", vram=206141652992, unique="c0ffee0000000300", connectors=(), module=False)
    m.kfd([("0", "", {"cpu_cores_count": 48, "simd_count": 0}, []),
           ("50000", "ip discovery", {"simd_count": 1216, "vendor_id": 4098, "device_id": 29857, "location_id": 1280, "domain": 0, "drm_render_minor": 128, "num_xcc": 8}, [])])
    return m


def m_4gpu_mi210_xgmi(name):
    m = server(name, "four MI210 in two hives of two, joined by XGMI", kernel="6.8.0-79-generic")
    cpu = ("0", "", {"cpu_cores_count": 128, "simd_count": 0, "location_id": 0, "domain": 0}, [])
    nodes = [cpu]
    for i in range(4):
        base, numa = (0x20, 0x40, 0xa0, 0xc0)[i], i // 2
        root = m.root_port(f"0000:{base:02x}:03.1", 0x1022, 0x1483, now=(16000, 16), best=(16000, 16), numa=numa, root_bus=base, atomics=("routing",))
        addr = f"0000:{base + 3:02x}:00.0"
        function(m, "mi210", addr, root, "amdgpu", numa=numa, atomics=("32", "64", "enabled"),
                 attrs={"xgmi_hive_info/xgmi_hive_id": str(0xbeef0000 + numa), "xgmi_device_id": str(0x100 + i)})
        amdgpu(m, 1 + i, 128 + i, addr, vram=68702699520, unique=f"c0ffee00000004{i:02x}", connectors=(), module=i == 0, firmware=())
        peer = i ^ 1
        links = [{"type": 2, "node_from": i + 1, "node_to": 0, "weight": 20}, {"type": 11, "node_from": i + 1, "node_to": peer + 1, "weight": 15, "max_bandwidth": 150000}]
        nodes.append((str(20000 + i), "aldebaran", {"simd_count": 416, "vendor_id": 4098, "device_id": 29711, "location_id": (base + 3) << 8, "domain": 0,
                      "drm_render_minor": 128 + i, "hive_id": 0xbeef0000 + numa}, links))
    m.answer("firmware", "amdgpu", "amdgpu/aldebaran_mec.bin\namdgpu/aldebaran_sdma.bin")
    m.firmware("amdgpu/aldebaran_mec.bin", "amdgpu/aldebaran_sdma.bin")
    m.claims(0x1002, 0x740f, "amdgpu")
    m.kfd(nodes)
    return m


def m_2gpu_crescent_island_pvc(name):
    m = server(name, "accelerators that are GPUs: Crescent Island (class 1200, force_probe given) and a Max 1550 without a driver", cpu="xeon-8480", os="debian13", kernel="6.19.2-amd64",
               cmdline="xe.force_probe=674c", dmi=("Supermicro", "SYS-421GE-TNRT", "X13DEG-OA", "2.5", 17))
    a = m.root_port("0000:10:01.0", device=0x352a, now=(32000, 16), best=(32000, 16), numa=0, root_bus=0x10)
    function(m, "crescent", "0000:11:00.0", a, "xe", numa=0)
    b = m.root_port("0000:97:01.0", device=0x352a, now=(32000, 16), best=(32000, 16), numa=1, root_bus=0x97)
    function(m, "pvc", "0000:98:00.0", b, None, numa=1)
    m.claims(0x8086, 0x674c, "xe")
    m.claims(0x8086, 0x0bd5, "")
    xe(m, 1, 128, "0000:11:00.0", connectors=(), params={"force_probe": ("674c", "0400")}, firmware=("xe/cri_guc_70.bin",))
    return m


def m_0gpu_accelerators_no_gpu(name):
    m = server(name, "processing accelerators that are no GPUs: Gaudi 2, an FPGA card, an Instinct-less node", os="rocky9", cpu="xeon-8480")
    for i, (v, d, driver) in enumerate(((0x1da3, 0x1020, "habanalabs"), (0x10ee, 0x5000, None))):
        root = m.root_port(f"0000:{0x10 + 0x10 * i:02x}:01.0", device=0x352a, now=(16000, 16), best=(32000, 16), numa=0, root_bus=0x10 + 0x10 * i)
        m.pci(f"0000:{0x11 + 0x10 * i:02x}:00.0", v, d, 0x120000, root, subsys=(v, 1), driver=driver, port="endpoint", now=(16000, 16), best=(16000, 16),
              bars=[(0, 128 * MIB, M64P)], numa=0, claims=driver or "")
    return m


def m_2gpu_v710_vf_guest(name):
    m = guest(name, "a cloud guest with two virtual functions of a Radeon PRO V710 and no physical function", os="ubuntu2404", kernel="6.8.0-1031-azure",
              dmi=("Microsoft Corporation", "Virtual Machine", "Virtual Machine", "Hyper-V UEFI Release v4.1", 3))
    for i, domain in enumerate(("7870", "a1f3")):
        addr = f"{domain}:00:00.0"
        m.pci(addr, 0x1002, 0x7461, 0x030000, subsys=(0x1002, 0x0e34), driver="amdgpu", port="endpoint", now=(16000, 16), best=(16000, 16),
              bars=[(0, 32 * GIB, M64P), (2, 2 * MIB, M64P), (5, 512 * KIB, M32)], boot_vga=False, claims="amdgpu", reset="flr")
    m.pci("0000:00:08.0", 0x1414, 0x5353, 0x030000, driver=None, bars=[(0, 64 * MIB, M32)], boot_vga=True, claims="")
    m.module("amdgpu", firmware=("amdgpu/gc_11_0_3_pfp.bin",))
    m.firmware("amdgpu/gc_11_0_3_pfp.bin")
    amdgpu(m, 1, 128, "7870:00:00.0", vram=30064771072, connectors=(), module=False)
    amdgpu(m, 2, 129, "a1f3:00:00.0", vram=30064771072, connectors=(), module=False)
    return m


def m_4gpu_one_degraded_root_user(name):
    m = server(name, "four A100; one came up on half of its lanes", dmi=("GIGABYTE", "G482-Z54-00", "MZ52-G40-00", "M23_R40", 23))
    found = []
    for i in range(4):
        base, numa = (0x00, 0x40, 0x80, 0xc0)[i], i // 2
        now = (16000, 8) if i == 2 else (16000, 16)
        root = m.root_port(f"0000:{base:02x}:01.1", 0x1022, 0x1483, now=now, best=(16000, 16), numa=numa, root_bus=base, atomics=("routing",))
        function(m, "a100-40-pcie", f"0000:{base + 1:02x}:00.0", root, "nvidia", now=now, numa=numa)
        found.append((f"0000:{base + 1:02x}:00.0", "NVIDIA A100-PCIE-40GB"))
    m.claims(0x10de, 0x20f1, "nouveau nvidia_drm nvidia")
    nvidia(m, found)
    return m
