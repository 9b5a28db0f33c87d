# SPDX-License-Identifier: Apache-2.0
"""RDMA by itself: transports, port states, software devices, limits."""
from boards import server
from gpus import function, nvidia
from machines_external import ROCE
from machines_server import nic
from parts_pci import M64P, MIB


def node(name, note, **host):
    m = server(name, note, numa=1, cpus=32, cpu="xeon-6338", **{"uid": 1000, "dmi": ("Lenovo", "ThinkSystem SR650 V2", "7Z73CTO1WW", "AFE126H", 23), **host})
    m.root_port("0000:16:02.0", device=0x347a, now=(16000, 16), best=(16000, 16), numa=0, atomics=("routing",), root_bus=0x16, acs=0)
    m.root_port("0000:30:02.0", device=0x347a, now=(16000, 16), best=(16000, 16), numa=0, atomics=("routing",), root_bus=0x30, acs=0)
    function(m, "a100-pcie", "0000:17:00.0", "0000:16:02.0", "nvidia", numa=0)
    m.claims(0x10de, 0x20b5, "nouveau nvidia_drm nvidia")
    nvidia(m, [("0000:17:00.0", "NVIDIA A100 80GB PCIe")])
    m.module("mlx5_core")
    m.module("mlx5_ib")
    return m


GIDS = [(i, g, t, "ens1np0") for i, g, t, _ in ROCE]


def m_1gpu_rdma_ib_ready(name):
    m = node(name, "an InfiniBand card, active, beside one GPU", memlock="unlimited unlimited")
    nic(m, "ibp49s0", "0000:31:00.0", "0000:30:02.0", 0, 0)
    m.module("nvidia_peermem", "570.172.08")
    return m


def m_1gpu_rdma_no_port_active(name):
    m = node(name, "an InfiniBand card whose only port is down")
    nic(m, "mlx5_0", "0000:31:00.0", "0000:30:02.0", 0, 0, state="1: DOWN", phys="2: Polling", rate="10 Gb/sec (4X SDR)")
    return m


def m_1gpu_rdma_ib_no_subnet_manager(name):
    m = node(name, "an InfiniBand port that trained and stays in INIT: no subnet manager answers", memlock="unlimited unlimited")
    nic(m, "mlx5_0", "0000:31:00.0", "0000:30:02.0", 0, 0, state="2: INIT")
    m.tree.file(m.pci_path("0000:31:00.0") + "/infiniband/mlx5_0/ports/1/sm_lid", "0x0")
    return m


def m_1gpu_rdma_roce_v1_only(name):
    m = node(name, "an Ethernet RDMA card that offers RoCE v1 addresses only", memlock="unlimited unlimited")
    nic(m, "mlx4_0", "0000:31:00.0", "0000:30:02.0", 0, 0, device=0x1007, layer="Ethernet", rate="40 Gb/sec (4X QDR)", netdev="ens1np0",
        gids=[g for g in GIDS if g[2] == "IB/RoCE v1"])
    return m


def m_1gpu_rdma_roce_v2_memlock_low(name):
    m = node(name, "RoCE v2 works; the asking user may lock 64 KiB of memory", memlock="65536 65536")
    nic(m, "mlx5_0", "0000:31:00.0", "0000:30:02.0", 0, 0, device=0x1017, layer="Ethernet", rate="100 Gb/sec (4X EDR)", netdev="ens1np0", gids=GIDS)
    return m


def m_1gpu_rdma_iwarp(name):
    m = node(name, "an iWARP card", memlock="unlimited unlimited")
    m.pci("0000:31:00.0", 0x1425, 0x640d, 0x020000, "0000:30:02.0", subsys=(0x1425, 0), driver="cxgb4", port="endpoint", now=(8000, 16), best=(8000, 16),
          bars=[(0, 16 * MIB, M64P)], numa=0)
    m.ib("cxgb4_0", "0000:31:00.0", 0, node_type="4: RNIC", layer="Ethernet", rate="100 Gb/sec (4X EDR)", sm_lid=0, lid=0, netdev="ens1",
         gids=[(0, "0007:4340:0000:0000:0000:0000:0000:0000", "IB/RoCE v1", "ens1")], fw="1.27.0.0", board="", hca="")
    m.module("cxgb4")
    m.module("iw_cxgb4")
    return m


def m_0gpu_rdma_soft_rxe(name):
    m = server(name, "soft RoCE on a plain network card: no hardware behind it, no GPU in the machine", numa=1, cpus=8, cpu="xeon-6338", uid=1000)
    m.root_port("0000:00:1c.0", device=0xa1b8, now=(8000, 4), best=(8000, 4), numa=0)
    m.pci("0000:01:00.0", 0x8086, 0x1563, 0x020000, "0000:00:1c.0", subsys=(0x8086, 1), driver="ixgbe", port="endpoint", now=(8000, 4), best=(8000, 4), bars=[(0, 4 * MIB, M64P)],
          numa=0, config="header")
    m.netdev("eno1", "0000:01:00.0")
    m.module("rdma_rxe")
    m.ib("rxe0", None, 0, layer="Ethernet", rate="2.5 Gb/sec (1X SDR)", sm_lid=0, lid=0, soft_parent="eno1", fw=None, board=None,
         gids=[(0, "fe80:0000:0000:0000:3eec:efff:fe12:3456", "RoCE v2", "eno1"), (1, "0000:0000:0000:0000:0000:ffff:0a00:0001", "RoCE v2", "eno1")])
    return m


def m_1gpu_rdma_card_no_driver(name):
    m = node(name, "a network card that can do RDMA; the module that offers it is not loaded: no RDMA device")
    m.pci("0000:31:00.0", 0x15b3, 0x101d, 0x020000, "0000:30:02.0", subsys=(0x15b3, 0x0016), driver="mlx5_core", port="endpoint", now=(16000, 16), best=(16000, 16),
          bars=[(0, 32 * MIB, M64P)], numa=0)
    m.modules = [r for r in m.modules if not r.startswith("mlx5_ib ")]
    m.tree.remove("sys/module/mlx5_ib")
    m.netdev("ens1np0", "0000:31:00.0")
    m.tree.dir("sys/class/infiniband")
    return m


def m_1gpu_rdma_not_openable(name):
    m = node(name, "an RDMA device whose node is root's alone")
    nic(m, "mlx5_0", "0000:31:00.0", "0000:30:02.0", 0, 0)
    m.tree.device("dev/infiniband/uverbs0", "c", 231, 192, "0600 0:0")
    return m


def m_1gpu_rdma_omnipath(name):
    m = node(name, "an Omni-Path card: an InfiniBand device that is neither RoCE nor iWARP", memlock="unlimited unlimited")
    m.pci("0000:31:00.0", 0x8086, 0x24f0, 0x020800, "0000:30:02.0", subsys=(0x8086, 0x2628), driver="hfi1", port="endpoint", now=(8000, 16), best=(8000, 16),
          bars=[(0, 64 * MIB, M64P)], rev=0x11, numa=0)
    m.ib("hfi1_0", "0000:31:00.0", 0, rate="100 Gb/sec (4X EDR)", board="HPE 100Gb 1-port OP101 QSFP28 x16 PCIe Gen3 with Intel Omni-Path Adapter", hca="",
         fw="1.27.0", gids=[(0, "fe80:0000:0000:0000:0011:7501:0165:0001", "IB/RoCE v1", None)])
    m.module("hfi1")
    return m


def m_1gpu_rdma_ib_no_driver(name):
    m = node(name, "an InfiniBand card that no driver took")
    m.pci("0000:31:00.0", 0x15b3, 0x1013, 0x020700, "0000:30:02.0", subsys=(0x15b3, 0x0014), port="endpoint", now=(8000, 16), best=(8000, 16), bars=[(0, 32 * MIB, M64P)], numa=0)
    m.tree.dir("sys/class/infiniband")
    return m


def m_1gpu_rdma_roce_no_address(name):
    m = node(name, "an active Ethernet RDMA port whose network interface has no address", memlock="unlimited unlimited")
    nic(m, "mlx5_0", "0000:31:00.0", "0000:30:02.0", 0, 0, device=0x1017, layer="Ethernet", rate="100 Gb/sec (4X EDR)", netdev="ens1np0", gids=[(9, "", "", None)])
    for kind in ("gids", "gid_attrs/types", "gid_attrs/ndevs"):
        m.tree.remove(m.pci_path("0000:31:00.0") + f"/infiniband/mlx5_0/ports/1/{kind}/9") if m.tree.get(m.pci_path("0000:31:00.0") + f"/infiniband/mlx5_0/ports/1/{kind}/9") else None
    return m


def m_1gpu_rdma_no_node(name):
    m = node(name, "an RDMA device in a container that was given no device node", memlock="unlimited unlimited")
    nic(m, "mlx5_0", "0000:31:00.0", "0000:30:02.0", 0, 0)
    m.tree.remove("dev/infiniband")
    return m
