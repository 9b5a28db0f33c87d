# SPDX-License-Identifier: Apache-2.0
"""A machine for tests of what changes one: a captured tree lies over /sys, /dev/dri, /etc, /run and /var/lib of a private
mount namespace, and the test plays the kernel. Writes below /sys come here first (tests/fake/kernel.c): the test answers
with an errno, and changes the tree as the kernel would: devices appear, drivers bind, nodes are made.

    swaplab.enter()                          # first of all: the rest runs in its own namespaces, as root
    with swaplab.Lab("2gpu-tb-enrolled") as lab:
        lab.unplug_gpu("0000:20:00.0")       # what is below it is not there yet
        lab.on["authorized"] = ...
        done = lab.run("attach")
"""
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)

import captree  # noqa: E402

BUILD = os.environ.get("GPUBAY_BUILD", os.path.join(SRC, "build"))
GPUBAY = os.environ.get("GPUBAY", os.path.join(BUILD, "src/cli/gpubay"))
SHIM = os.path.join(BUILD, "tests/fake/libfake-kernel.so")
PYTHON = "/usr/bin/python3"
BOLTD = "/usr/libexec/boltd"
TOP = "/run/lab"
BUS = f"unix:path={TOP}/bus.sock"
PCI = re.compile(r"[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")
counts = {"ok": 0, "not ok": 0, "skip": 0}

BUS_CONF = f"""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>custom</type><listen>{BUS}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_type="method_call"/>
<allow receive_type="method_return"/><allow receive_type="error"/><allow receive_type="signal"/></policy></busconfig>
"""


def say(word, name, why=""):
    counts[word] += 1
    print(f"{word} {name}{' ' + why if why else ''}", flush=True)


def check(name, good, why=""):
    say("ok" if good else "not ok", name, "" if good else str(why).replace("\n", " | ")[:600])
    return good


def enter():
    """Runs the script again in namespaces of its own; whatever it leaves running ends with it."""
    if os.environ.get("GPUBAY_LAB") == "in":
        subprocess.run(["mount", "--make-rprivate", "/"], check=True)
        return
    if os.geteuid() != 0:
        say("skip", os.path.basename(sys.argv[0]), "only root can put a tree over /sys")
        sys.exit(0)
    os.execvpe("unshare", ["unshare", "-m", "-n", "-p", "-f", "--kill-child", "--mount-proc", PYTHON] + sys.argv,
               dict(os.environ, GPUBAY_LAB="in"))


def finish():
    sys.exit(1 if counts["not ok"] else 0)


def machine(name):
    return captree.read(os.path.join(SRC, "tests/machines", name + ".machine"))[0]


def sanitizer(program):
    """The library of AddressSanitizer, which has to come before all others, where the program was built with it."""
    libraries = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    return re.findall(r"=> (\S*/libasan\S*)", libraries)


class Result:
    def __init__(self, p):
        self.rc, self.out, self.err = p.returncode, p.stdout, p.stderr
        self.text = " ".join((p.stdout + p.stderr).split())  # without the breaks of lines

    def __repr__(self):
        return f"rc {self.rc}: {self.text}"


class Bus:
    """A private system bus with a polkit that says what the test says, and programs that are ended with it."""

    def __init__(self):
        self.children = []
        self.env = dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=BUS, NO_COLOR="1", HOME="/root")
        self.env.pop("DBUS_SESSION_BUS_ADDRESS", None)

    def end(self):
        for p in reversed(self.children):
            p.kill()
            p.wait()

    @staticmethod
    def write(path, text):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)

    @staticmethod
    def read(path):
        with open(path) as f:
            return f.read()

    def start(self, *cmd, **more):
        p = subprocess.Popen(cmd, env=dict(self.env, **more), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=open(TOP + "/" + os.path.basename(cmd[0]) + ".log", "a"))
        self.children.append(p)
        return p

    def wait(self, test, what, seconds=10):
        end = time.monotonic() + seconds
        while not test():
            if time.monotonic() > end:
                raise TimeoutError(what)
            time.sleep(0.01)

    def bus(self):
        os.makedirs(TOP, exist_ok=True)
        self.write(TOP + "/bus.conf", BUS_CONF)
        p = self.start("dbus-daemon", "--config-file=" + TOP + "/bus.conf", "--nofork")
        self.wait(lambda: os.path.exists(TOP + "/bus.sock"), "the bus")
        return p

    def has(self, name):
        return subprocess.run(["gdbus", "wait", "--system", "-t", "10", name], env=self.env, capture_output=True).returncode == 0

    def polkit(self, *allowed):
        p = self.start(PYTHON, "-m", "dbusmock", "--system", "--template", "polkitd")
        if not self.has("org.freedesktop.PolicyKit1"):
            raise TimeoutError("polkit")
        self.mock("SetAllowed", "[" + ",".join(f"'org.freedesktop.bolt.{a}'" for a in allowed) + "]" if allowed else "@as []")
        return p

    def mock(self, method, *args):
        subprocess.run(["gdbus", "call", "--system", "-d", "org.freedesktop.PolicyKit1", "-o",
                        "/org/freedesktop/PolicyKit1/Authority", "-m", "org.freedesktop.DBus.Mock." + method, *args],
                       env=self.env, check=True, capture_output=True)


class Lab(Bus):
    def __init__(self, name, edit=None):
        super().__init__()
        self.env["SYSTEMD_DEVICE_VERIFY_SYSFS"] = "0"
        self.tree = machine(name)
        if edit:
            edit(self.tree)
        self.hidden = {}       # what is not there yet: path -> entry
        self.on = {}           # name of an attribute -> f(path, value): errno
        self.writes = []       # (path, value) in order
        self.mounts = []

    # The tree.

    def hide(self, test):
        """Entries whose path the test likes are laid out only by show()."""
        for path in [p for p in self.tree if test(p)]:
            self.hidden[path] = self.tree.pop(path)

    def show(self, test=lambda path: True):
        chosen = {p: self.hidden.pop(p) for p in list(self.hidden) if test(p)}
        self.lay(chosen)
        self.tree.update(chosen)

    def vanish(self, test):
        """What was there goes, until it is shown again."""
        for path in [p for p in self.tree if test(p)]:
            entry = self.hidden[path] = self.tree.pop(path)
            if entry[0] == "dir":
                shutil.rmtree("/" + path, ignore_errors=True)
            elif os.path.lexists("/" + path) and self.ours(path):
                os.remove("/" + path)

    def show_bus(self):
        """PCI functions as they are before drivers bind."""
        bound = {p: e for p, e in self.hidden.items() if p.endswith("/uevent") and b"DRIVER=" in (e[1] or b"")}
        for path, (kind, value) in bound.items():
            self.hidden[path] = (kind, re.sub(rb"DRIVER=[^\n]*\n", b"", value))
        self.show(lambda p: not self.of_driver(p) and not p.startswith("run/"))
        self.hidden.update(bound)

    def lay(self, entries):
        where = {"sys": "/sys", "dev": "/dev", "etc": "/etc", "run": "/run", "var": "/var"}
        for top, target in where.items():
            part = {p[len(top) + 1:]: e for p, e in entries.items() if p.startswith(top + "/") and self.ours(p)}
            nodes = {p: e for p, e in part.items() if e[0] == "node"}
            captree.lay_out({p: e for p, e in part.items() if e[0] != "node"}, target)
            for path, (_, value) in nodes.items():
                self.node(os.path.join(target, path), value)

    @staticmethod
    def ours(path):
        return path.startswith(("sys/", "dev/dri", "etc/modprobe.d", "etc/gpubay", "run/", "var/lib/boltd"))

    @staticmethod
    def node(path, value):
        m = re.match(r"([bc]) (\d+):(\d+)", value)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if m and not os.path.lexists(path):
            os.mknod(path, 0o660 | (0o020000 if m.group(1) == "c" else 0o060000), os.makedev(int(m.group(2)), int(m.group(3))))

    def below(self, address):
        """Which entries belong to a PCI function or hang below it, and to the nodes it makes."""
        minors = set()
        for path, (kind, value) in list(self.tree.items()) + list(self.hidden.items()):
            if f"/{address}/" in path and path.endswith("/dev") and "/drm/" in path:
                minors.add(value.decode().strip())
        functions = {a for p in list(self.tree) + list(self.hidden) if f"/{address}" in p
                     for a in PCI.findall(p.split(f"/{address}", 1)[1])} | {address}

        def test(path):
            kind, value = self.tree.get(path) or self.hidden.get(path)
            if any(f"/{a}" in path or (kind == "link" and f"/{a}" in value) or f"pci:{a}" in path for a in functions):
                return True
            if path.startswith("dev/dri/"):
                return (kind == "node" and value.split()[1] in minors) or any(a in path for a in functions)
            return path.startswith("run/udev/data/") and path.rsplit("/c", 1)[-1] in minors
        return test

    @staticmethod
    def of_driver(path):
        """What a driver makes when it binds."""
        return bool(re.search(r"/drm(/|$)|/driver$|bus/pci/drivers/[^/]+/0000:|class/drm/|^dev/|/hwmon", path)) or path.startswith("dev/")

    # The machine.

    def __enter__(self):
        os.makedirs("/run/lab-under", exist_ok=True)
        for target in ("/sys", "/run", "/dev/dri", "/etc/modprobe.d", "/etc/gpubay", "/var/lib/boltd", "/var/lib/gpubay"):
            os.makedirs(target, exist_ok=True)
            subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "lab", target], check=True)
            self.mounts.append(target)
        os.makedirs(TOP, exist_ok=True)
        self.lay(self.tree)
        self.fill()
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(TOP + "/kernel.sock")
        self.listener.listen(64)
        self.env["FAKE_KERNEL"] = TOP + "/kernel.sock"
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.end()
        # Closing alone leaves the thread in accept, and the socket alive with it.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for target in reversed(self.mounts):
            subprocess.run(["umount", "-l", target], check=False)

    def fill(self):
        """What captures leave out because gpubay does not read it, and libudev and writers need."""
        for folder, _, files in os.walk("/sys/devices"):
            if "uevent" not in files:
                continue
            uevent = open(os.path.join(folder, "uevent")).read()
            if "DEVTYPE=thunderbolt" in uevent and not os.path.lexists(os.path.join(folder, "subsystem")):
                os.symlink("/sys/bus/thunderbolt", os.path.join(folder, "subsystem"))
        for path in ("bus/pci/rescan", "bus/pci/drivers_probe"):
            self.write("/sys/" + path, "")

    def router(self, name):
        return os.path.realpath("/sys/bus/thunderbolt/devices/" + name)

    def set(self, router, attribute, value):
        self.write(os.path.join(self.router(router), attribute), value + "\n")

    # The kernel.

    def serve(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(s,), daemon=True).start()

    def answer(self, s):
        path, _, value = s.recv(65536).partition(b"\0")
        path, value = path.decode(), value.decode().strip()
        self.writer = struct.unpack("3i", s.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        self.writes.append((path, value))
        act = self.on.get(os.path.basename(path)) or self.stores
        try:
            s.send(struct.pack("i", act(path, value)))
        except BrokenPipeError:
            pass
        except Exception:
            traceback.print_exc(file=sys.stdout)
        s.close()

    def kill_writers_parent(self):
        """Writes come from a child of the program."""
        with open(f"/proc/{self.writer}/stat") as f:
            os.kill(int(f.read().rsplit(")", 1)[1].split()[1]), 9)

    def stores(self, path, value):
        self.write(path, value + "\n")
        return 0

    def wrote(self, name):
        """Values that were written to attributes of this name."""
        return [v for p, v in self.writes if os.path.basename(p) == name]

    # Programs.

    def run(self, *args, timeout=60, **more):
        env = dict(self.env, LD_PRELOAD=" ".join(sanitizer(GPUBAY) + [SHIM]), **more)
        return Result(subprocess.run([GPUBAY, *args], env=env, capture_output=True, text=True, timeout=timeout,
                                     stdin=subprocess.DEVNULL))

    def restart_bolt(self):
        """It learns only by events what became of a box, and this lab sends none."""
        self.bolt.kill()
        self.bolt.wait()
        while subprocess.run(["gdbus", "wait", "--system", "-t", "1", "org.freedesktop.bolt"], env=self.env, capture_output=True).returncode == 0:
            time.sleep(0.05)
        self.boltd()

    def boltd(self):
        os.makedirs(TOP + "/bolt-run", exist_ok=True)
        p = self.bolt = self.start(BOLTD, "-v", STATE_DIRECTORY="/var/lib/boltd", RUNTIME_DIRECTORY=TOP + "/bolt-run", LD_PRELOAD=SHIM)
        if not self.has("org.freedesktop.bolt"):
            raise TimeoutError("boltd")
        return p


