# SPDX-License-Identifier: Apache-2.0
"""Trees that lie, tear and trap: a real machine laid out as a folder, then spoilt in one way each.

variants() gives Variant(name, spoil, lost): `spoil(tree)` changes the folder; `lost` is how many GPUs may be missing from
the inventory without a gap that says why, because the spoilt tree truly does not show them. Beside the folders lies a
file with SECRET in it; links of the spoilt trees lead there, and its content must never be seen.
"""
import os
import random
import shutil

import captree

MIB = 1 << 20
SECRET = "this-lies-outside-the-tree"
NOT_UTF8 = b"\xff\xfe\x80caf\xe9 \xc3\x28 \x00\x01\x1b[31m\n"


class Tree:
    """A folder that is spoilt and mended again: what is taken out of it is kept beside it, for restore()."""

    def __init__(self, root, kept):
        self.root, self.kept = root, kept
        self.real = os.path.realpath(root) + "/"
        self.outside = os.path.join(os.path.dirname(self.real.rstrip("/")), "secret")
        self.pci = "sys/bus/pci/devices"
        self.done = []  # (path, where the old one is kept or None), oldest first

    def path(self, name):
        """Below the root, links of the laid out tree followed, so that a variant can speak of sys/bus/pci/devices/X/y."""
        where = os.path.join(self.root, name)
        parent = os.path.realpath(os.path.dirname(where))
        assert (parent + "/").startswith(self.real), where
        missing = []
        at = parent
        while not os.path.lexists(at):
            missing.append(at)
            at = os.path.dirname(at)
        for at in reversed(missing):
            os.mkdir(at)
            self.done.append((at, None))
        return os.path.join(parent, os.path.basename(where))

    def remove(self, name):
        p = self.path(name)
        kept = None
        if os.path.lexists(p):
            kept = os.path.join(self.kept, str(len(self.done)))
            os.rename(p, kept)
        self.done.append((p, kept))

    def restore(self):
        for p, kept in reversed(self.done):
            if os.path.lexists(p):
                if os.path.isdir(p) and not os.path.islink(p):
                    shutil.rmtree(p)
                else:
                    os.remove(p)
            if kept:
                os.rename(kept, p)
        self.done = []

    def write(self, name, data):
        self.remove(name)
        with open(self.path(name), "wb") as f:
            f.write(data)

    def folder(self, name):
        self.remove(name)
        os.makedirs(self.path(name))

    def fifo(self, name):
        self.remove(name)
        os.mkfifo(self.path(name))

    def link(self, name, to):
        self.remove(name)
        os.symlink(to, self.path(name))

    def gpus(self):
        found = []
        for d in sorted(os.listdir(self.path(self.pci))):
            try:
                with open(self.path(f"{self.pci}/{d}/uevent"), "rb") as f:
                    text = f.read()
            except OSError:
                continue
            if b"PCI_CLASS=30000" in text or b"PCI_CLASS=30200" in text or b"PCI_CLASS=38000" in text:
                found.append(d)
        return found

    def functions(self):
        return sorted(os.listdir(self.path(self.pci)))

    def each(self, pattern):
        """Names below the root that end in the pattern's last part and contain its first."""
        for where, folders, files in os.walk(self.root):
            for name in files + folders:
                full = os.path.relpath(os.path.join(where, name), self.root)
                if all(part in full for part in pattern.split("*")):
                    yield full


class Variant:
    def __init__(self, name, spoil, lost=0, base="2gpu-egpu-rdma-same-port"):
        self.name, self.spoil, self.lost, self.base = name, spoil, lost, base


ATTRIBUTES = ["class", "vendor", "device", "uevent", "config", "resource", "current_link_speed", "current_link_width",
              "max_link_speed", "max_link_width", "numa_node", "boot_vga", "driver", "iommu_group", "power", "drm", "modalias",
              "power_state", "d3cold_allowed", "reset_method", "local_cpulist", "removable", "sriov_totalvfs"]
FOLDERS = ["sys", "proc", "dev", "etc", "run", "usr", "boot", "sys/bus", "sys/class", "sys/devices", "sys/bus/pci",
           "sys/bus/pci/devices", "sys/class/drm", "sys/bus/thunderbolt/devices", "sys/class/infiniband", "sys/class/typec",
           "dev/dri", "dev/dri/by-path", "etc/modprobe.d", "proc/sys", "sys/module", "sys/kernel", "sys/firmware",
           "etc/cdi", "run/udev/data", "etc/X11/xorg.conf.d"]
FILES = ["proc/cmdline", "proc/modules", "proc/cpuinfo", "proc/version", "etc/passwd", "etc/group", "etc/os-release",
         "etc/modprobe.d/a.conf", "etc/gpubay/external-ports", "etc/docker/daemon.json", "etc/cdi/nvidia.yaml",
         "var/lib/dpkg/status", "etc/X11/xorg.conf", "usr/lib/modules/K/modules.alias", "usr/lib/modules/K/modules.dep",
         "usr/lib/modules/K/modules.builtin", "boot/config-K", "boot/initrd.img-K", "usr/share/misc/pci.ids",
         "proc/driver/nvidia/version", "sys/module/nvidia/version", "etc/machine-id", "proc/self/limits"]
LINKS = ["driver", "iommu_group", "physfn", "virtfn0", "subsystem", "firmware_node"]


def on_gpus(do):
    def spoil(t):
        for d in t.gpus():
            do(t, f"{t.pci}/{d}")
    return spoil


def kernel_of(t):
    try:
        with open(t.path("proc/version"), encoding="utf-8", errors="replace") as f:
            return f.read().split()[2]
    except (OSError, IndexError):
        return "6.12.41+deb13-amd64"


def file_name(t, name):
    return name.replace("K", kernel_of(t)) if "/K/" in name or name.endswith("-K") else name


def config_loop(t, where):
    """Capabilities that point at themselves and at each other, at the end of the space, and at 0."""
    c = bytearray(4096)
    c[0:4] = b"\x86\x80\x0b\xe2"
    c[6] = 0x10
    c[0x34] = 0x40
    c[0x40:0x42] = b"\x10\x50"
    c[0x50:0x52] = b"\x01\x40"
    c[0x100:0x104] = (0x0015 | 1 << 16 | 0x200 << 20).to_bytes(4, "little")
    c[0x200:0x204] = (0x0003 | 1 << 16 | 0x100 << 20).to_bytes(4, "little")
    c[0xffc:0x1000] = (0x0010 | 1 << 16 | 0xffc << 20).to_bytes(4, "little")
    t.write(where + "/config", bytes(c))


def many_functions(t):
    for i in range(3000):
        d = f"{t.pci}/{0x7000 + i // 256:04x}:{i % 256:02x}:00.0"
        t.folder(d)
        t.write(d + "/uevent", b"PCI_CLASS=20000\nPCI_ID=8086:1533\nPCI_SLOT_NAME=x\n")


def odd_names(t):
    for name in ["zzzz", "0000:ff:1f.8", "100000000:00:00.0", "0000:00:20.0", "0000:00:00", "..0000:00:00.0", "0000:00:1f.0 ",
                 "0000:0g:00.0", "a" * 250, "0000:00:02.0\nfoo", "-1:00:00.0", "0000:00:02.00", "ffffffff:ff:1f.7"]:
        t.folder(f"{t.pci}/{name}")
        t.write(f"{t.pci}/{name}/uevent", b"PCI_CLASS=30000\nPCI_ID=10DE:2684\n")


def parent_cycle(t):
    a, b = f"{t.pci}/0000:70:00.0", f"{t.pci}/0000:71:00.0"
    t.folder("sys/devices/pci0000:70/0000:70:00.0/0000:71:00.0")
    t.link("sys/devices/pci0000:70/0000:70:00.0/0000:71:00.0/0000:70:00.0", "../../0000:70:00.0")
    t.link(a, "../../../devices/pci0000:70/0000:70:00.0/0000:71:00.0/0000:70:00.0")
    t.link(b, "../../../devices/pci0000:70/0000:70:00.0/0000:71:00.0")
    for d in ("", "/0000:71:00.0"):
        t.write("sys/devices/pci0000:70/0000:70:00.0" + d + "/uevent", b"PCI_CLASS=60400\nPCI_ID=8086:1234\n")


def edids(data):
    def spoil(t):
        for name in [n for n in t.each("sys/devices*/edid") if n.endswith("/edid")]:
            t.write(name, data)
    return spoil


def routers(do):
    def spoil(t):
        for name in os.listdir(t.path("sys/bus/thunderbolt/devices")):
            do(t, "sys/bus/thunderbolt/devices/" + name)
    return spoil


def rdma(do):
    def spoil(t):
        for name in os.listdir(t.path("sys/class/infiniband")):
            do(t, "sys/class/infiniband/" + name)
    return spoil


def garbage_everywhere(seed):
    """Any file, link or folder of the tree becomes something else."""
    def spoil(t):
        r = random.Random(seed)
        names = [os.path.join(w, n) for w, fo, fi in os.walk(t.root) for n in fo + fi if not os.path.islink(w)]
        names = sorted(os.path.relpath(n, t.root) for n in names)
        for name in r.sample(names, min(len(names), 60)):
            if not os.path.lexists(os.path.join(t.root, name)):
                continue
            kind = r.randrange(9)
            if kind == 0:
                t.remove(name)
            elif kind == 1:
                t.folder(name)
            elif kind == 2:
                t.fifo(name)
            elif kind == 3:
                t.link(name, os.path.basename(name))
            elif kind == 4:
                t.write(name, r.randbytes(r.randrange(5000)))
            elif kind == 5:
                t.write(name, b"")
            elif kind == 6:
                t.write(name, b"9" * r.randrange(1, 40) + b"\n")
            elif kind == 7:
                t.link(name, r.choice(["", "../" * 12]) + t.outside)
            else:
                t.write(name, b"-" + b"1" * r.randrange(1, 25) + b"\n")
    return spoil


def variants():
    v = [Variant("untouched", lambda t: None)]
    v.append(Variant("nothing-at-all", lambda t: [t.remove(d) for d in os.listdir(t.root)], lost=99))
    for d in FOLDERS:
        gone = 99 if d.startswith("sys") and "class" not in d and "thunderbolt" not in d else 0
        name = d.replace("/", "-")
        v.append(Variant(f"no-{name}", lambda t, d=d: t.remove(d), lost=gone))
        v.append(Variant(f"file-as-{name}", lambda t, d=d: t.write(d, b"I am a file\n")))
        v.append(Variant(f"fifo-as-{name}", lambda t, d=d: t.fifo(d)))
        v.append(Variant(f"loop-as-{name}", lambda t, d=d: t.link(d, os.path.basename(d))))
    for a in ATTRIBUTES:
        v.append(Variant(f"gpu-without-{a}", on_gpus(lambda t, w, a=a: t.remove(f"{w}/{a}"))))
        v.append(Variant(f"gpu-{a}-directory", on_gpus(lambda t, w, a=a: t.folder(f"{w}/{a}"))))
        v.append(Variant(f"gpu-{a}-fifo", on_gpus(lambda t, w, a=a: t.fifo(f"{w}/{a}"))))
        v.append(Variant(f"gpu-{a}-1-mib", on_gpus(lambda t, w, a=a: t.write(f"{w}/{a}", b"A" * MIB))))
        v.append(Variant(f"gpu-{a}-1-mib-digits", on_gpus(lambda t, w, a=a: t.write(f"{w}/{a}", b"7" * MIB))))
        v.append(Variant(f"gpu-{a}-not-utf8", on_gpus(lambda t, w, a=a: t.write(f"{w}/{a}", NOT_UTF8))))
        v.append(Variant(f"gpu-{a}-empty", on_gpus(lambda t, w, a=a: t.write(f"{w}/{a}", b""))))
        v.append(Variant(f"gpu-{a}-out-of-range", on_gpus(lambda t, w, a=a: t.write(f"{w}/{a}", b"0xfffffffffffffffff\n"))))
        v.append(Variant(f"gpu-{a}-negative", on_gpus(lambda t, w, a=a: t.write(f"{w}/{a}", b"-99999999999\n"))))
        v.append(Variant(f"gpu-{a}-outside", on_gpus(lambda t, w, a=a: t.link(f"{w}/{a}", t.outside))))
    for kind, do in (("gone", lambda t, n: t.remove(n)), ("directories", lambda t, n: t.folder(n)), ("fifos", lambda t, n: t.fifo(n)),
                     ("loops", lambda t, n: t.link(n, os.path.basename(n))), ("empty", lambda t, n: t.write(n, b"")),
                     ("out-of-range", lambda t, n: t.write(n, b"0x123456789abcdef\n"))):
        v.append(Variant(f"gpu-identity-{kind}", on_gpus(
            lambda t, w, do=do: [do(t, f"{w}/{a}") for a in ("uevent", "class", "vendor", "device", "modalias")])))
    for link in LINKS:
        for kind, to in (("loop", link), ("nowhere", "../no/such"), ("root", "/"), ("up", "../../../../../../../../.."),
                         ("deep", f"{link}/{link}/{link}"), ("long", "x/" * 1500)):
            v.append(Variant(f"gpu-{link}-link-{kind}", on_gpus(lambda t, w, k=link, to=to: t.link(f"{w}/{k}", to))))
    for f in FILES:
        name = f.replace("/", "-")
        v.append(Variant(f"fifo-{name}", lambda t, f=f: t.fifo(file_name(t, f))))
        v.append(Variant(f"directory-{name}", lambda t, f=f: t.folder(file_name(t, f))))
        v.append(Variant(f"loop-{name}", lambda t, f=f: t.link(file_name(t, f), os.path.basename(file_name(t, f)))))
        v.append(Variant(f"1-mib-{name}", lambda t, f=f: t.write(file_name(t, f), b"x=" * (MIB // 2))))
        v.append(Variant(f"1-mib-lines-{name}", lambda t, f=f: t.write(file_name(t, f), b"a b c\n" * (MIB // 6))))
        v.append(Variant(f"not-utf8-{name}", lambda t, f=f: t.write(file_name(t, f), NOT_UTF8 * 50)))
        v.append(Variant(f"nul-{name}", lambda t, f=f: t.write(file_name(t, f), b"\0" * 5000)))
        v.append(Variant(f"outside-{name}", lambda t, f=f: t.link(file_name(t, f), "../../../../../../../../../.." + t.outside)))
    for n, data in (("empty", b""), ("3-bytes", b"\x86\x80\x0b"), ("ones", b"\xff" * 4096), ("zeros", b"\0" * 4096),
                    ("random", random.Random(1).randbytes(4096)), ("63-bytes", b"\x10" * 63)):
        v.append(Variant(f"config-{n}", on_gpus(lambda t, w, d=data: t.write(w + "/config", d))))
        v.append(Variant(f"config-all-{n}", lambda t, d=data: [t.write(f"{t.pci}/{f}/config", d) for f in t.functions()]))
    v.append(Variant("config-loops", on_gpus(config_loop)))
    v.append(Variant("config-loops-everywhere", lambda t: [config_loop(t, f"{t.pci}/{f}") for f in t.functions()]))
    for n, data in (("short", b"0x0"), ("words", b"a b c\n" * 7), ("huge", b"0xffffffffffffffff 0xffffffffffffffff 0x0\n" * 7),
                    ("backwards", b"0x00000000fffff000 0x0000000000001000 0x40200\n" * 7), ("many", b"0x1 0x2 0x3\n" * 5000)):
        v.append(Variant(f"resource-{n}", on_gpus(lambda t, w, d=data: t.write(w + "/resource", d))))
    for n, data in (("empty", b""), ("17-bytes", b"\0\xff\xff\xff\xff\xff\xff\0" + b"x" * 9), ("1-mib", b"\0\xff" * (MIB // 2)),
                    ("random", random.Random(2).randbytes(256)), ("many-extensions", b"\0\xff\xff\xff\xff\xff\xff\0" + b"\xff" * 120)):
        v.append(Variant(f"edid-{n}", edids(data)))
        v.append(Variant(f"edid-typec-{n}", edids(data), base="1gpu-typec-all-verdicts"))
    v.append(Variant("odd-names", odd_names))
    v.append(Variant("3000-functions", many_functions))
    v.append(Variant("parent-cycle", parent_cycle))
    v.append(Variant("drm-card-is-fifo", lambda t: t.fifo("sys/class/drm/card0")))
    v.append(Variant("drm-card-device-loop", lambda t: [t.link(f"sys/class/drm/{c}", c) for c in ("card0", "card1", "renderD128")]))
    v.append(Variant("drm-odd-names", lambda t: [t.folder(f"sys/class/drm/{c}") for c in
                                                 ("card", "card-1", "card99999999999", "renderD", "renderD1x", "card0-", "card0-DP-")]))
    for n, do in (("all-attributes-directories", lambda t, w: [t.folder(w + "/" + a) for a in ("authorized", "unique_id", "boot")]),
                  ("speed-garbage", lambda t, w: [t.write(w + "/" + a, b"99999999999999 Gb/s\n") for a in ("rx_speed", "tx_speed")]),
                  ("lanes-garbage", lambda t, w: [t.write(w + "/" + a, b"-4\n") for a in ("rx_lanes", "tx_lanes")]),
                  ("generation-garbage", lambda t, w: t.write(w + "/generation", b"4294967297\n")),
                  ("name-not-utf8", lambda t, w: t.write(w + "/device_name", NOT_UTF8)),
                  ("uevent-gone", lambda t, w: t.remove(w + "/uevent")),
                  ("key-fifo", lambda t, w: t.fifo(w + "/key")),
                  ("link-loop", lambda t, w: t.link(w, os.path.basename(w)))):
        v.append(Variant("thunderbolt-" + n, routers(do)))
    for n, do in (("ports-file", lambda t, w: t.write(w + "/ports", b"x")),
                  ("ports-gone", lambda t, w: t.remove(w + "/ports")),
                  ("port-garbage", lambda t, w: t.folder(w + "/ports/99999999999")),
                  ("node-type", lambda t, w: t.write(w + "/node_type", b"99999999999999: wonder\n")),
                  ("rate", lambda t, w: t.write(w + "/ports/1/rate", b"999999999999 Gb/sec (4X EDR)\n")),
                  ("state", lambda t, w: t.fifo(w + "/ports/1/state")),
                  ("gids", lambda t, w: t.link(w + "/ports/1/gids", "gids")),
                  ("many-gids", lambda t, w: [t.write(f"{w}/ports/1/gids/{i}", b"fe80::1\n") for i in range(3000)])):
        v.append(Variant("rdma-" + n, rdma(do)))
    for n, do in (("altmodes-garbage", lambda t: [t.write(p, b"0xffffffffffffffffff\n") for p in list(t.each("typec*/vdo"))]),
                  ("svid-garbage", lambda t: [t.write(p, NOT_UTF8) for p in list(t.each("typec*/svid"))]),
                  ("active-fifo", lambda t: [t.fifo(p) for p in list(t.each("typec*/active"))]),
                  ("port-loop", lambda t: t.link("sys/class/typec/port0", "port0")),
                  ("many-ports", lambda t: [t.folder(f"sys/class/typec/port{i}") for i in range(100, 1100)])):
        v.append(Variant("typec-" + n, do, base="1gpu-typec-all-verdicts"))
    for seed in range(40):
        v.append(Variant(f"spoilt-{seed}", garbage_everywhere(seed), lost=99,
                         base="1gpu-typec-all-verdicts" if seed % 3 == 0 else "2gpu-egpu-rdma-same-port"))
    return v


class Bases:
    """The machines the variants start from, each laid out once."""

    def __init__(self, machines, where):
        self.machines, self.where, self.trees = machines, where, {}
        with open(os.path.join(where, "secret"), "w") as f:
            f.write(f"DRIVER={SECRET}\n{SECRET}\n")

    def get(self, base):
        if base not in self.trees:
            root, kept = os.path.join(self.where, base), os.path.join(self.where, base + ".kept")
            tree, _ = captree.read(os.path.join(self.machines, base + ".machine"))
            os.makedirs(root)
            os.makedirs(kept)
            captree.lay_out(tree, root)
            self.trees[base] = Tree(root, kept)
        return self.trees[base]
