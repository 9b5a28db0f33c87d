# SPDX-License-Identifier: Apache-2.0
"""gpubayd over a machine that a test changes: a captured tree, events over a socket pair, what it said kept.

    with Machine("8gpu-10rdma-2socket") as m, m.agent() as a:
        m.unbind(gpu); a.event("unbind", gpu); a.wait_withdrawn(gpu)
"""
import glob
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

SRC = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(SRC, "tests/integration"))
import captree  # noqa: E402

BUILD = os.environ.get("GPUBAY_BUILD", os.path.join(SRC, "build"))
GPUBAYD = os.path.join(BUILD, "src/agent/gpubayd")
PATIENCE_S = 20


def kernel_message(action, path, **keys):
    keys = {"ACTION": action, "DEVPATH": path, **keys}
    return (f"{action}@{path}\0" + "".join(f"{k}={v}\0" for k, v in keys.items())).encode()


def udev_message(action, path, **keys):
    text = "".join(f"{k}={v}\0" for k, v in {"ACTION": action, "DEVPATH": path, **keys}.items()).encode()
    return b"libudev\0" + struct.pack(">I", 0xFEEDCAFE) + struct.pack("=7I", 40, 40, len(text), 0, 0, 0, 0) + text


def until(what, seconds=PATIENCE_S):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.005)
    return False


def without(tree, *marks):
    """The machine when what one of these names stands for is not there: neither its folders nor links to it."""
    return {path: (kind, value) for path, (kind, value) in tree.items()
            if not any(mark in path or (kind == "link" and mark in value) for mark in marks)}


def renamed(tree, pattern, to):
    """The machine with other addresses."""
    def new(value):
        if isinstance(value, bytes):
            return re.sub(pattern.encode(), to.encode(), value)
        return re.sub(pattern, to, value) if isinstance(value, str) else value

    return {new(path): (kind, new(value)) for path, (kind, value) in tree.items()}


class Machine:
    def __init__(self, name, change=lambda tree: tree):
        self.root = tempfile.mkdtemp(prefix="gpubay-agent-")
        self.tree = captree.read(os.path.join(SRC, "tests/machines", name + ".machine"))[0]
        captree.lay_out(change(self.tree), self.root)
        for folder in ("dev", "run", "var/lib"):
            os.makedirs(os.path.join(self.root, folder), exist_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        shutil.rmtree(self.root, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def gpus(self):
        """Addresses of the vendors' display functions."""
        folder = self.path("sys/bus/pci/devices")
        found = []
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name, "uevent")) as f:
                text = f.read()
            if re.search(r"^PCI_CLASS=3", text, re.M) and re.search(r"^PCI_ID=(10DE|1002|8086):", text, re.M):
                found.append(name)
        return found

    def devpath(self, address):
        return "/devices/" + os.readlink(self.path("sys/bus/pci/devices", address)).split("devices/", 1)[1]

    def set_driver(self, address, driver):
        """Bound ("xe") or unbound (""), as sysfs shows it."""
        folder = os.path.realpath(self.path("sys/bus/pci/devices", address))
        with open(os.path.join(folder, "uevent")) as f:
            text = re.sub(r"^DRIVER=.*\n", "", f.read(), flags=re.M)
        link = os.path.join(folder, "driver")
        if os.path.islink(link + (".was" if driver else "")):
            os.rename(*((link + ".was", link) if driver else (link, link + ".was")))
        with open(os.path.join(folder, "uevent"), "w") as f:
            f.write((f"DRIVER={driver}\n" if driver else "") + text)

    def driver(self, address):
        with open(self.path("sys/bus/pci/devices", address, "uevent")) as f:
            return (re.findall(r"^DRIVER=(.*)$", f.read(), re.M) or [""])[0]

    def become(self, tree):
        """Another /sys and /dev, each from one moment to the next."""
        new = tempfile.mkdtemp(dir=self.root, prefix="next-")
        captree.lay_out(tree, new)
        for folder in ("dev", "sys"):
            os.makedirs(os.path.join(new, folder), exist_ok=True)
            os.rename(self.path(folder), os.path.join(new, folder + ".was"))
            os.rename(os.path.join(new, folder), self.path(folder))

    def agent(self, *args, **how):
        return Agent(self, args, **how)


class Agent:
    """The program, started; its standard error in said()."""

    def __init__(self, machine, args=(), env=None, wrap=(), cdi=None, inject=True, live=False):
        """live: in a mount namespace where the machine's folders are the system's, so that it is read as one's own machine."""
        self.machine, self.cdi = machine, cdi or machine.path("run/cdi")
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.log = tempfile.TemporaryFile("w+")
        argv = [*wrap, GPUBAYD, "--root", machine.root, "--cdi-dir", self.cdi, *args]
        if live:
            binds = "".join(f"mount --bind {machine.path(d)} /{d} && " for d in ("sys", "run", "dev"))
            argv = ["unshare", "-m", "--propagation", "private", "sh", "-c", binds + 'exec "$@"', "sh", *wrap, GPUBAYD,
                    "--state-dir", "/run/gpubay-state", *args]
        if inject:
            argv += ["--uevent-fd", str(theirs.fileno())]
        self.process = subprocess.Popen(argv, pass_fds=[theirs.fileno()], stderr=self.log, stdin=subprocess.DEVNULL,
                                        env={**os.environ, **(env or {})})
        theirs.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.socket.close()
        self.log.close()

    def pid(self):
        """Of the agent itself, where it runs below another program."""
        pid = self.process.pid
        while os.path.basename(os.readlink(f"/proc/{pid}/exe")) != "gpubayd":
            with open(f"/proc/{pid}/task/{pid}/children") as f:
                pid = int(f.read().split()[0])
        return pid

    def stop(self):
        """The exit status."""
        if self.process.poll() is None:
            os.kill(self.pid(), signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE_S)

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def event(self, action, address, subsystem="pci", below="", udev=False, **keys):
        self.event_at(action, self.machine.devpath(address) + below, subsystem, udev, **keys)

    def event_at(self, action, path, subsystem, udev=False, **keys):
        make = udev_message if udev else kernel_message
        self.socket.send(make(action, path, SUBSYSTEM=subsystem, **keys))

    def told(self, *kinds, address=None):
        """Events so far, from the log, oldest first."""
        found = []
        for path in sorted(glob.glob(self.machine.path("var/lib/gpubay/events/*.jsonl"))):
            with open(path) as f:
                found += [json.loads(line) for line in f if '"gpubay/event/v1"' in line]
        return [e for e in found if (not kinds or e["kind"] in kinds) and (not address or e.get("address") == address)]

    def wait_told(self, kind, address=None, n=1):
        return until(lambda: len(self.told(kind, address=address)) >= n)

    def specs(self):
        text = ""
        for path in glob.glob(os.path.join(self.cdi, "*.json")):
            try:
                with open(path) as f:
                    text += f.read()
            except FileNotFoundError:
                pass
        return text

    def offers(self, address):
        return f'"{address}"' in self.specs()

    def wait_offered(self, address, seconds=PATIENCE_S):
        return until(lambda: self.offers(address), seconds)

    def wait_withdrawn(self, address, seconds=PATIENCE_S):
        return until(lambda: not self.offers(address), seconds)

    def usage(self):
        """KiB resident, KiB private, descriptors, threads. Private is what it has changed: unchanged pages of libraries count as
        the kernel's Private_Clean while no other process happens to use the same library, and are cache all the same."""
        pid = self.pid()
        with open(f"/proc/{pid}/smaps_rollup") as f:
            text = f.read()
        rss = int(re.search(r"^Rss:\s+(\d+)", text, re.M).group(1))
        private = int(re.search(r"^Private_Dirty:\s+(\d+)", text, re.M).group(1))
        return rss, private, len(os.listdir(f"/proc/{pid}/fd")), len(os.listdir(f"/proc/{pid}/task"))

    def wakeups(self):
        with open(f"/proc/{self.pid()}/status") as f:
            return sum(int(n) for n in re.findall(r"^(?:non)?voluntary_ctxt_switches:\s+(\d+)", f.read(), re.M))
