# SPDX-License-Identifier: Apache-2.0
"""Common machines to put GPUs into: what is on the board beside the GPU."""
from machine import Machine
from parts_pci import IO, KIB, M32, M64, M64P, MIB


def nvme(m, addr, parent, numa=-1):
    return m.pci(addr, 0x144d, 0xa80c, 0x010802, parent, subsys=(0x144d, 0xa801), driver="nvme", port="endpoint",
                 now=(16000, 4), best=(16000, 4), bars=[(0, 16 * KIB, M64)], config="header", numa=numa, reset="flr bus")


def desktop_intel(name, note, igpu=None, igpu_driver="i915", **host):
    """A 12th generation desktop: graphics port 00:01.0, NVMe on 00:06.0, nothing else of note."""
    m = Machine(name, note)
    m.host(**{"cpu": "i5-12400", **host})
    m.pci("0000:00:00.0", 0x8086, 0x4650, 0x060000, subsys=(0x1043, 0x8882))
    m.root_port("0000:00:01.0", device=0x460d, now=(16000, 8), best=(32000, 16), slot=(False, False), atomics=("routing",))
    if igpu:
        from gpus import function
        function(m, igpu, "0000:00:02.0", None, igpu_driver, boot_vga=host.get("igpu_boot", False))
        m.claims(0x8086, m.functions["0000:00:02.0"]["device"], "i915" if igpu_driver != "xe" else "xe i915")
    m.root_port("0000:00:06.0", device=0x464d, now=(16000, 4), best=(16000, 4))
    nvme(m, "0000:06:00.0", "0000:00:06.0")
    m.pci("0000:00:1f.0", 0x8086, 0x7a86, 0x060100, subsys=(0x1043, 0x8882))
    return m


def desktop_amd(name, note, igpu=None, **host):
    """An AM5 desktop: graphics port 00:01.1, NVMe on 00:02.1; the processor's own graphics on 00:08.1."""
    m = Machine(name, note)
    m.host(**{"cpu": "ryzen-7900", "dmi": ("Micro-Star International Co., Ltd.", "MS-7D78", "PRO B650-P WIFI", "1.F0", 3), **host})
    m.pci("0000:00:00.0", 0x1022, 0x14d8, 0x060000, subsys=(0x1462, 0x7d78))
    m.root_port("0000:00:01.1", 0x1022, 0x14db, now=(16000, 16), best=(32000, 16), atomics=("routing",))
    m.root_port("0000:00:02.1", 0x1022, 0x14db, now=(16000, 4), best=(32000, 4))
    nvme(m, "0000:0b:00.0", "0000:00:02.1")
    if igpu:
        from gpus import function
        m.root_port("0000:00:08.1", 0x1022, 0x14dd, now=(16000, 16), best=(16000, 16), atomics=("routing",))
        function(m, igpu, "0000:0d:00.0", "0000:00:08.1", "amdgpu", port="legacy", boot_vga=False)
        m.claims(0x1002, m.functions["0000:0d:00.0"]["device"], "amdgpu")
    return m


def laptop_intel(name, note, igpu="irisxe-13", driver="i915", nhi=True, ports=1, domains=1, tb_kw=None, port_kw=None,
                 dgpu_port=False, boot=True, typec=2, **host):
    """A laptop with integrated Thunderbolt 4: host controller 00:0d.2, its PCIe root ports 00:07.0 and 00:07.2."""
    m = Machine(name, note)
    m.host(**{"cpu": "i7-13700h", "dmi": ("LENOVO", "21HF0013GE", "21HF0013GE", "N3QET46W", 10), **host})
    from gpus import function
    m.pci("0000:00:00.0", 0x8086, 0xa706, 0x060000, subsys=(0x17aa, 0x22e7))
    if dgpu_port:
        m.root_port("0000:00:01.0", device=0xa70d, now=(16000, 8), best=(16000, 8), slot=(False, False))
    if igpu:
        function(m, igpu, "0000:00:02.0", None, driver, boot_vga=boot)
        m.claims(0x8086, m.functions["0000:00:02.0"]["device"], "i915")
    if typec:
        m.typec_ports(typec)
    nvme_port = m.root_port("0000:00:06.0", device=0xa74d, now=(16000, 4), best=(16000, 4))
    nvme(m, "0000:01:00.0", nvme_port)
    if nhi:
        for i in range(ports):
            m.root_port(f"0000:00:07.{2 * i}", device=0xa76e + 2 * i, now=(2500, 4), best=(2500, 4), slot=(True, True),
                        removable="fixed", acs=0x1f, **(port_kw or {}))
        for i in range(domains):
            m.pci(f"0000:00:0d.{2 + i}", 0x8086, 0xa73e + 0x2f * i, 0x0c0340, subsys=(0x17aa, 0x22e7), driver="thunderbolt",
                  bars=[(0, 256 * KIB, M64), (2, 4 * KIB, M64)])
    return m


def server(name, note, numa=2, cpu="epyc-7742", **host):
    m = Machine(name, note)
    m.host(**{"cpu": cpu, "numa": numa, "cpus": 128, "os": "ubuntu2404", "uid": 0,
              "dmi": ("Supermicro", "AS -4124GO-NART+", "H12DGO-6", "2.4", 17), "memlock": "unlimited unlimited", **host})
    return m


def aspeed(m, addr="0000:c4:00.0", bridge="0000:c3:00.0", root="0000:c0:05.2", numa=1, boot=True):
    m.root_port(root, 0x1022, 0x148b, now=(5000, 1), best=(5000, 1), numa=numa)
    m.bridge(bridge, root, 0x1a03, 0x1150, "pcie-to-pci", (5000, 1), (5000, 1), driver=None, rev=4, numa=numa)
    from gpus import function
    function(m, "aspeed", addr, bridge, "ast", boot_vga=boot, numa=numa)
    m.claims(0x1a03, 0x2000, "ast")
    m.module("ast")
    return addr


def guest(name, note, **host):
    """A virtual machine on QEMU's q35 board."""
    m = Machine(name, note)
    m.host(**{"cpu": "kvm", "hypervisor": "kvm", "dmi": ("QEMU", "Standard PC (Q35 + ICH9, 2009)", "", "1.16.3-debian-1.16.3-2", 1),
              "cpus": 8, "uefi": False, **host})
    m.tree.remove("sys/hypervisor/type")
    m.pci("0000:00:00.0", 0x8086, 0x29c0, 0x060000, subsys=(0x1af4, 0x1100))
    m.pci("0000:00:1f.0", 0x8086, 0x2918, 0x060100, subsys=(0x1af4, 0x1100), rev=2)
    return m
