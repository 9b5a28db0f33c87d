# SPDX-License-Identifier: Apache-2.0
"""PCI functions: their directories under /sys/devices, links to them, windows and configuration space."""
from pciconfig import Config

M32, M64, M64P, M32P, IO = 0x40200, 0x140204, 0x14220c, 0x42208, 0x40101
UNSET = 0x20000000
KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


def speed(mts):
    return f"{mts / 1000:.1f} GT/s PCIe"


def split(addr):
    domain, bus, rest = addr.split(":")
    dev, fn = rest.split(".")
    return int(domain, 16), int(bus, 16), int(dev, 16), int(fn)


def align(v, a):
    return (v + a - 1) // a * a


class Pci:
    def pci(self, addr, vendor, device, cls, parent=None, rev=0, subsys=(0, 0), driver=None, port="rc-endpoint",
            now=None, best=None, bars=(), rom=0, rebar=None, numa=-1, group=None, removable=None, boot_vga=None,
            slot=None, acs=None, acs_cap=0x5f, atomics=(), serial=None, tb=False, config="full", sriov=None, physfn=None, power=None,
            reset="pm", attrs=None, unassigned=(), dead=False, attach=None, override=None, link_error=False,
            module=None, modalias=None, claims=None, io_window=False, aspm=2, root_bus=None, unassigned_style="zero", window=32 * GIB, dpc=False):
        """
        now, best: (MT/s, lanes). bars: rows (index, size, flags). slot: (hot-plug capable, surprise).
        window: what an empty hot-plug port has. unassigned: BARs the kernel found no place for. config: full, header (64 bytes), none or dead (all ones).
        """
        f = dict(locals())
        del f["self"]
        f["class"] = cls
        f["revision"] = rev
        f["sub"] = []
        self.functions[addr] = f
        if parent:
            self.functions[parent]["sub"].append(addr)
        self.tree.dir(self.pci_path(addr))
        if claims is not None:
            self.claims(vendor, device, claims)
        return addr

    def root_port(self, addr, vendor=0x8086, device=0xa70d, now=(16000, 16), best=(16000, 16), slot=(False, False),
                  driver="pcieport", **kw):
        return self.pci(addr, vendor, device, 0x060400, port="root", now=now, best=best, slot=slot, driver=driver, **kw)

    def bridge(self, addr, parent, vendor, device, port, now, best, driver="pcieport", **kw):
        return self.pci(addr, vendor, device, 0x060400, parent, port=port, now=now, best=best, driver=driver, **kw)

    def pci_path(self, addr):
        f = self.functions[addr]
        if f["parent"]:
            return f"{self.pci_path(f['parent'])}/{addr}"
        domain, bus, _, _ = split(addr)
        top = f"{domain:04x}:{bus if f['root_bus'] is None else f['root_bus']:02x}"
        if f["attach"]:
            return f"{f['attach']}/pci{top}/{addr}"
        return f"sys/devices/pci{top}/{addr}"

    # --- windows -----------------------------------------------------------------------------------------------

    def _place(self, addrs, mem, pref, io):
        """Gives every BAR below its place; returns the next free address of each kind."""
        for addr in sorted(addrs):
            f = self.functions[addr]
            f["placed"] = []
            for index, size, flags in f["bars"]:
                if index in f["unassigned"]:
                    f["placed"].append((index, size, 0, flags))
                elif flags & 0x100:
                    io = align(io, max(size, 0x10))
                    f["placed"].append((index, size, io, flags))
                    io += size
                elif flags & 0x100000 and flags & 0x2000:
                    pref = align(pref, size)
                    f["placed"].append((index, size, pref, flags))
                    pref += size
                else:
                    mem = align(mem, size)
                    f["placed"].append((index, size, mem, flags))
                    mem += size
            if f["rom"]:
                mem = align(mem, f["rom"])
                f["placed"].append((6, f["rom"], mem, 0x46200))
                mem += f["rom"]
            if f["sub"]:
                m0, p0, i0 = align(mem, MIB), align(pref, MIB), align(io, 0x1000)
                mem, pref, io = self._place(f["sub"], m0, p0, i0)
                f["mem"] = (m0, align(mem, MIB) - 1) if mem > m0 else None
                f["pref"] = (p0, align(pref, MIB) - 1) if pref > p0 else None
                f["iow"] = (i0, align(io, 0x1000) - 1) if io > i0 else None
                mem, pref, io = align(mem, MIB), align(pref, MIB), align(io, 0x1000)
        return mem, pref, io

    def _buses(self, f):
        """(secondary, subordinate) of a bridge."""
        inner = []
        for a in f["sub"]:
            inner.append(split(a)[1])
            if self.functions[a]["cls"] == 0x060400:
                inner += [b for b in self._buses(self.functions[a]) if b]
        if not inner:
            first = f.get("bus_range") or (0, 0)
            return first
        return min(inner), max(inner)

    # --- writing -----------------------------------------------------------------------------------------------

    def write_pci(self):
        roots = {}
        for a, f in self.functions.items():
            if not f["parent"]:
                roots.setdefault(split(a)[:1], []).append(a)
        for n, addrs in enumerate(roots.values()):
            self._place(addrs, 0x80000000, 0x6000000000 + n * 0x8000000000, 0x3000)
        if self.iommu:
            self._groups()
        for addr in sorted(self.functions):
            self._write_function(addr)

    def _groups(self):
        """A group for each device that has none yet; the functions of one device share it (no ACS between them)."""
        taken = [f["group"] for f in self.functions.values() if f["group"] is not None]
        number = max(taken) + 1 if taken else 0
        slots = {a.rsplit(".", 1)[0]: f["group"] for a, f in self.functions.items() if f["group"] is not None}
        for addr, f in sorted(self.functions.items()):
            if f["group"] is None:
                slot = addr.rsplit(".", 1)[0]
                if slot not in slots or f["cls"] == 0x060400 or f["physfn"]:
                    slots[slot] = number
                    number += 1
                f["group"] = slots[slot]

    def _write_function(self, addr):
        f, t = self.functions[addr], self.tree
        p = self.pci_path(addr)
        t.link_to(f"sys/bus/pci/devices/{addr}", p)
        domain, bus, dev, _ = split(addr)
        f["multi"] = any(o != addr and split(o)[:3] == (domain, bus, dev) for o in self.functions)
        sv, sd = f["subsys"]
        modalias = f["modalias"] or (f"pci:v{f['vendor']:08X}d{f['device']:08X}sv{sv:08X}sd{sd:08X}"
                                     f"bc{f['cls'] >> 16:02X}sc{f['cls'] >> 8 & 255:02X}i{f['cls'] & 255:02X}")
        for key, value in (("vendor", f"0x{f['vendor']:04x}"), ("device", f"0x{f['device']:04x}"),
                           ("subsystem_vendor", f"0x{sv:04x}"), ("subsystem_device", f"0x{sd:04x}"),
                           ("class", f"0x{f['cls']:06x}"), ("revision", f"0x{f['rev']:02x}")):
            t.file(f"{p}/{key}", value)
        plain = f["config"] == "header" and not f["attrs"] or f["cls"] >> 8 in (0x0600, 0x0601)
        shown = f["cls"] >> 16 in (3, 0x12)
        if shown:
            t.file(f"{p}/modalias", modalias)
        driver = f["driver"]
        lines = [f"DRIVER={driver}"] if driver else []
        lines += [f"PCI_CLASS={f['cls']:X}", f"PCI_ID={f['vendor']:04X}:{f['device']:04X}",
                  f"PCI_SUBSYS_ID={sv:04X}:{sd:04X}", f"PCI_SLOT_NAME={addr}", f"MODALIAS={modalias}"]
        t.file(f"{p}/uevent", "\n".join(lines) + "\n")
        if driver:
            t.link_to(f"{p}/driver", f"sys/bus/pci/drivers/{driver}")
            t.link_to(f"sys/bus/pci/drivers/{driver}/{addr}", p)
            module = f["module"] if f["module"] is not None else driver.replace("-", "_")
            if module and isinstance(t.get(f"sys/module/{module}"), dict):
                t.link_to(f"sys/bus/pci/drivers/{driver}/module", f"sys/module/{module}")
        t.file(f"{p}/enable", "1" if driver else "0")
        t.file(f"{p}/numa_node", str(f["numa"]))
        if not plain and f["cls"] != 0x060400:
            lists = getattr(self, "cpulists", ["0-15"])
            t.file(f"{p}/local_cpulist", lists[f["numa"]] if f["numa"] >= 0 else f"0-{lists[-1].split('-')[-1]}")
        if shown or f["override"]:
            t.file(f"{p}/driver_override", f["override"] or "(null)")
        if not plain:
            self._write_power(p, f)
            self._write_link(p, f)
            self._write_resources(p, f)
        if f["slot"] and f["slot"][0]:
            if getattr(self, "pcie_native", True):
                t.dir(f"{p}/{addr}:pcie{'2' if f['port'] == 'downstream' else '0'}04")
                t.link_to(f"sys/bus/pci_express/devices/{addr}:pcie{'2' if f['port'] == 'downstream' else '0'}04",
                          f"{p}/{addr}:pcie{'2' if f['port'] == 'downstream' else '0'}04")
            else:
                t.file(f"sys/bus/pci/slots/{dev}/address", addr[:-2])
        if f["port"] == "root" and getattr(self, "pcie_native", True) is False:
            t.link_to(f"sys/bus/pci_express/devices/{addr}:pcie001", f"{p}/{addr}:pcie001")
            t.dir(f"{p}/{addr}:pcie001")
        if f["removable"]:
            t.file(f"{p}/removable", f["removable"])
        if f["boot_vga"] is not None:
            t.file(f"{p}/boot_vga", str(int(f["boot_vga"])))
        if f["reset"] and shown:
            t.file(f"{p}/reset_method", f["reset"])
        if f["group"] is not None:
            base = f"sys/kernel/iommu_groups/{f['group']}"
            t.link_to(f"{p}/iommu_group", base)
            t.link_to(f"{base}/devices/{addr}", p)
            t.file(f"{base}/type", self.iommu_type)
        if f["sriov"]:
            total, num, vf_device = f["sriov"]
            for key, value in (("totalvfs", total), ("numvfs", num), ("vf_device", f"{vf_device:x}"),
                               ("drivers_autoprobe", 1), ("offset", 1), ("stride", 1)):
                t.file(f"{p}/sriov_{key}", str(value))
        if f["physfn"]:
            t.link_to(f"{p}/physfn", self.pci_path(f["physfn"]))
            index = len([k for k in t.dir(self.pci_path(f["physfn"])) if k.startswith("virtfn")])
            t.link_to(f"{self.pci_path(f['physfn'])}/virtfn{index}", p)
        if not plain:
            self._write_config(p, f)
        for key, value in (f["attrs"] or {}).items():
            if value is None:
                t.remove(f"{p}/{key}")
            elif isinstance(value, Exception):
                t.error(f"{p}/{key}", str(value))
            else:
                t.file(f"{p}/{key}", value)

    def _write_power(self, p, f):
        power = {"state": "D0" if f["driver"] else "unknown", "control": "on", "status": "active", "d3cold": 1, **(f["power"] or {})}
        if not f["driver"] and "status" not in (f["power"] or {}):
            power["state"] = "D0" if f["cls"] >> 16 == 6 else "unknown"
        t = self.tree
        t.file(f"{p}/power_state", power["state"])
        t.file(f"{p}/d3cold_allowed", str(power["d3cold"]))
        t.file(f"{p}/power/control", power["control"])
        t.file(f"{p}/power/runtime_status", power["status"])
        f["asleep"] = power["status"] == "suspended"

    def _write_link(self, p, f):
        t = self.tree
        if f["best"] is None:
            return
        if f["link_error"]:
            t.error(f"{p}/current_link_speed", "EINVAL")
            t.error(f"{p}/current_link_width", "EINVAL")
            t.file(f"{p}/max_link_speed", speed(f["best"][0]))
            t.file(f"{p}/max_link_width", "255")
            return
        t.file(f"{p}/max_link_speed", speed(f["best"][0]))
        t.file(f"{p}/max_link_width", str(f["best"][1]))
        if f["asleep"]:
            t.unknown(f"{p}/current_link_speed")
            t.unknown(f"{p}/current_link_width")
            return
        t.file(f"{p}/current_link_speed", speed(f["now"][0]))
        t.file(f"{p}/current_link_width", str(f["now"][1]))

    def _write_resources(self, p, f):
        t = self.tree
        if f["cls"] == 0x060400:
            return    # configuration space has the windows too
        rows = [(0, 0, 0)] * 13
        for index, size, start, flags in f["placed"]:
            if index in f["unassigned"]:
                rows[index] = (0, 0, 0) if f["unassigned_style"] == "zero" else (0, size - 1, flags | UNSET)
            else:
                rows[index] = (start, start + size - 1, flags)
        t.file(f"{p}/resource", "".join(f"0x{a:016x} 0x{b:016x} 0x{c:016x}\n" for a, b, c in rows))
        for bar, sizes in (f["rebar"] or {}).items():
            t.file(f"{p}/resource{bar}_resize", f"{sizes:016x}")

    def _write_config(self, p, f):
        t = self.tree
        if f["config"] == "none":
            t.unknown(f"{p}/config")
            return
        if f["asleep"]:
            t.unknown(f"{p}/config")
            return
        if f["config"] == "dead" or f["dead"]:
            t.bytes(f"{p}/config", b"\xff" * 64)
            return
        bridge = f["cls"] == 0x060400
        c = Config(64 if f["config"] == "header" or (f["best"] is None and not bridge and not f["sriov"]) else 4096)
        c.header(f, 1 if bridge else 0)
        c.bars([(i, s, a, bool(fl & 0x100000), bool(fl & 0x2000), bool(fl & 0x100)) for i, s, a, fl in f["placed"]])
        if bridge:
            first, last = self._buses(f)
            empty = (0x7000000000, 0x7000000000 + f["window"] - 1) if f["slot"] and f["slot"][0] and not f["sub"] else None
            c.bridge(split(f["addr"])[1], first, last, f.get("mem"), f.get("pref") or empty, f.get("iow"))
        else:
            c.u16(0x2c, f["subsys"][0])
            c.u16(0x2e, f["subsys"][1])
        if len(c.data) == 4096:
            c.power_management()
            if f["best"]:
                c.express(f["port"], f["now"] or f["best"], f["best"], f["slot"], f["atomics"], f["aspm"], bool(f["sub"]))
                c.aer()
                if f["dpc"]:
                    c.dpc()
            if f["serial"]:
                c.serial(f["serial"])
            if f["tb"]:
                c.thunderbolt()
            if f["acs"] is not None:
                c.acs(f["acs"], f["acs_cap"])
            if f["rebar"]:
                size = {i: s for i, s, _ in f["bars"]}
                c.rebar([(b, sizes, size[b]) for b, sizes in f["rebar"].items()])
            if f["sriov"]:
                c.sriov(*f["sriov"])
        t.bytes(f"{p}/config", c.done())
