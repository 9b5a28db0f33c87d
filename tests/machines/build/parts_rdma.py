# SPDX-License-Identifier: Apache-2.0
"""RDMA devices, their ports, addresses and network interfaces."""
from parts_host import GROUPS


class Rdma:
    def ib(self, name, addr=None, uverbs=None, node_type="1: CA", layer="InfiniBand", state="4: ACTIVE",
           phys="5: LinkUp", rate="200 Gb/sec (4X HDR)", sm_lid=1, lid=0x10, gids=(), netdev=None, fw="20.35.2000",
           board="MT_0000000223", hca="MT4123", guid=None, soft_parent=None, ports=1, node=True, mode="0666",
           operstate="up", mtu=1500):
        """gids: rows (index, gid, type, netdev). soft_parent: network interface below rdma_rxe or siw."""
        t = self.tree
        number = uverbs if uverbs is not None else 0
        base = f"{self.pci_path(addr)}/infiniband/{name}" if addr else f"sys/devices/virtual/infiniband/{name}"
        guid = guid or f"0c42:a103:0012:{0x3400 + number:04x}"
        for k, v in (("node_type", node_type), ("node_guid", guid), ("sys_image_guid", guid), ("node_desc", f"host {name}")):
            t.file(f"{base}/{k}", v)
        if fw:
            t.file(f"{base}/fw_ver", fw)
        if board:
            t.file(f"{base}/board_id", board)
            t.file(f"{base}/hca_type", hca)
        if addr:
            t.link_to(f"{base}/device", self.pci_path(addr))
        if soft_parent:
            t.file(f"{base}/parent", soft_parent)
        t.link_to(f"sys/class/infiniband/{name}", base)
        for p in range(1, ports + 1):
            at = f"{base}/ports/{p}"
            for k, v in (("link_layer", layer), ("state", state), ("phys_state", phys), ("rate", rate),
                         ("lid", f"0x{lid:x}"), ("sm_lid", f"0x{sm_lid:x}"), ("cap_mask", "0x2659e848")):
                t.file(f"{at}/{k}", v)
            taken = {g[0] for g in gids}
            for index in range(max(taken | {3}) + 1):
                row = next((g for g in gids if g[0] == index), None)
                t.file(f"{at}/gids/{index}", row[1] if row else "0000:0000:0000:0000:0000:0000:0000:0000")
                if row:
                    t.file(f"{at}/gid_attrs/types/{index}", row[2])
                    if row[3]:
                        t.file(f"{at}/gid_attrs/ndevs/{index}", row[3])
                else:
                    t.error(f"{at}/gid_attrs/types/{index}", "EINVAL")
                    t.error(f"{at}/gid_attrs/ndevs/{index}", "EINVAL")
        at = f"{self.pci_path(addr)}/infiniband_verbs/uverbs{number}" if addr else f"sys/devices/virtual/infiniband_verbs/uverbs{number}"
        t.file(f"{at}/ibdev", name)
        t.file(f"{at}/dev", f"231:{192 + number}")
        t.file(f"{at}/abi_version", "1")
        t.link_to(f"sys/class/infiniband_verbs/uverbs{number}", at)
        if node:
            t.device(f"dev/infiniband/uverbs{number}", "c", 231, 192 + number, f"{mode} 0:{GROUPS['rdma']}")
            t.device("dev/infiniband/rdma_cm", "c", 10, 122, "0666")
        if netdev:
            self.netdev(netdev, addr, operstate, mtu, number)

    def netdev(self, name, addr=None, operstate="up", mtu=1500, number=0):
        t = self.tree
        base = f"{self.pci_path(addr)}/net/{name}" if addr else f"sys/devices/virtual/net/{name}"
        t.file(f"{base}/address", f"02:00:00:00:00:{number:02x}")
        t.file(f"{base}/operstate", operstate)
        t.file(f"{base}/mtu", str(mtu))
        t.file(f"{base}/type", "1")
        if addr:
            t.link_to(f"{base}/device", self.pci_path(addr))
        t.link_to(f"sys/class/net/{name}", base)
