# SPDX-License-Identifier: Apache-2.0
"""A machine of our own: Debian's kernel in QEMU without KVM, a root file system in memory with only what a test puts in.

    with Guest(["-device", "bochs-display"], programs=[gpubay], modules=["bochs"]) as g:
        code, out, err = g.run("gpubay list --json")
        g.qmp("device_add", driver="bochs-display", bus="d1")

The guest has two serial ports: the kernel's console, kept for when something goes wrong, and one over which commands go
in and results come out, base64 both ways. Boot to first command takes about five seconds under TCG. Programs are copied
with the libraries that ldd names; modules with what they depend on.

Missing says why there can be no guest here, for a test to skip with.
"""
import base64
import gzip
import json
import os
import re
import select
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time

SRC = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KERNEL_CACHE = os.path.join(SRC, "build-vm", "kernel")
SBIN = "/usr/sbin:/usr/bin:/sbin:/bin"
BUSYBOX = "/bin/busybox"

INIT = r"""#!/bin/busybox sh
/bin/busybox --install -s /bin
# The kernel's first file system cannot be pivoted away, as container runtimes do: go on below a second mount of it.
if [ "$1" != again ]; then
	export PATH=/bin
	mkdir /top && mount -o bind / /top && cd /top && mount -o move . / && exec chroot . /init again
fi
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
mkdir -p /proc /sys /dev /run /tmp /root /var
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /run
for m in $(cat /insmod); do insmod "$m" || echo "insmod $m failed"; done
serve() {
	exec 3<>/dev/ttyS1
	stty -F /dev/ttyS1 raw -echo
	echo GUEST-READY >&3
	last=
	while read -r number length line <&3; do
		# A busy machine's serial line loses bytes.
		[ "${#line}" = "$length" ] || { echo GUEST-AGAIN >&3; continue; }
		[ "$number" != "$last" ] || continue
		last=$number
		echo GUEST-GOT >&3
		echo "$line" | base64 -d >/run/command
		sh /run/command >/run/out 2>/run/err </dev/null 3<&-
		code=$?
		{
			echo "GUEST-BEGIN $code"
			gzip -1c /run/out | base64
			echo GUEST-ERR
			gzip -1c /run/err | base64
			echo GUEST-END
		} >&3
	done
	poweroff -f
}
if [ -x /lib/systemd/systemd ]; then
	if [ ! -e /lib/systemd/system/basic.target ]; then
		mkdir -p /etc/systemd/system
		printf '[Unit]\nDescription=test\nDefaultDependencies=no\n' >/etc/systemd/system/default.target
	fi
	(until systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'; do sleep 0.2; done; serve) &
	exec /lib/systemd/systemd --system --log-target=kmsg --log-level=notice
fi
serve
"""
SYSTEMD = ["/lib/systemd/systemd", "/usr/bin/systemctl"]


class Missing(Exception):
    pass


def tool(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":" + SBIN)
    if not path:
        raise Missing(f"{name} is not installed")
    return path


def kernels_of(root):
    """(vmlinuz, release, root) of each kernel below root that has graphics modules, newest first."""
    found = []
    boot = os.path.join(root, "boot")
    for name in os.listdir(boot) if os.path.isdir(boot) else []:
        if not name.startswith("vmlinuz-"):
            continue
        release = name[len("vmlinuz-"):]
        image = os.path.join(boot, name)
        if os.path.isdir(os.path.join(root, "lib/modules", release, "kernel/drivers/gpu/drm/virtio")) and os.access(image, os.R_OK):
            found.append((image, release, root))
    return sorted(found, key=lambda k: [int(n) for n in re.findall(r"\d+", k[1])], reverse=True)


def fetch_kernel():
    """Unpacks Debian's kernel package into the build folder: a test does not install kernels on somebody's machine."""
    tool("apt-get")
    tool("dpkg-deb")
    depends = subprocess.run(["apt-cache", "depends", "linux-image-amd64"], capture_output=True, text=True).stdout
    m = re.search(r"Depends: (linux-image-\S+)", depends)
    if not m:
        raise Missing("no kernel with graphics modules in /boot, and apt knows no linux-image-amd64")
    os.makedirs(KERNEL_CACHE, exist_ok=True)
    r = subprocess.run(["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", m.group(1)], cwd=KERNEL_CACHE,
                       capture_output=True, text=True, stdin=subprocess.DEVNULL)
    debs = [n for n in os.listdir(KERNEL_CACHE) if n.endswith(".deb")]
    if r.returncode != 0 or not debs:
        raise Missing(f"no kernel with graphics modules in /boot, and {m.group(1)} could not be downloaded")
    for deb in debs:
        subprocess.run(["dpkg-deb", "-x", deb, "."], cwd=KERNEL_CACHE, check=True)
        os.unlink(os.path.join(KERNEL_CACHE, deb))
    for name in os.listdir(os.path.join(KERNEL_CACHE, "lib/modules")):
        subprocess.run([tool("depmod"), "-b", KERNEL_CACHE, name], check=True)


def find_kernel():
    for root in ("/", KERNEL_CACHE):
        found = kernels_of(root)
        if found:
            return found[0]
    fetch_kernel()
    found = kernels_of(KERNEL_CACHE)
    if not found:
        raise Missing("the kernel package has no graphics modules")
    return found[0]


def module_files(kernel, names):
    """Files to load for these modules, in order."""
    _, release, root = kernel
    files = []
    for name in names:
        r = subprocess.run([tool("modprobe"), "-d", root, "-S", release, "--show-depends", name], capture_output=True, text=True)
        if r.returncode != 0:
            raise Missing(f"the kernel has no module '{name}'")
        for line in r.stdout.splitlines():
            words = line.split()
            if words and words[0] == "insmod" and words[1] not in files:
                files.append(words[1])
    return files


def libraries(program):
    out = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    return re.findall(r"(/\S+) \(0x", out)


def systemd():
    """systemd as the guest's first process, without any unit but a target that wants nothing."""
    for path in SYSTEMD:
        if not os.access(path, os.X_OK):
            raise Missing(f"{path} is not installed")
    return [(path, path) for path in SYSTEMD]


BUS_CONF = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_type="method_call"/>
<allow receive_type="method_return"/><allow receive_type="error"/><allow receive_type="signal"/></policy></busconfig>
"""


def system_bus():
    """The system's bus, for start_system_bus() in a guest with systemd()."""
    return [(tool("dbus-daemon"), "/usr/bin/dbus-daemon")]


def start_system_bus(guest):
    """systemd speaks on it when units of these names run."""
    units = {"dbus.socket": "[Socket]\nListenStream=/run/dbus/system_bus_socket\n",
             "dbus.service": "[Service]\nExecStart=/usr/bin/dbus-daemon --config-file=/etc/dbus.conf --address=systemd: --nofork --nopidfile\n"}
    for name, text in units.items():
        text = "[Unit]\nDefaultDependencies=no\n" + text
        guest.text(f"printf %s {shlex.quote(text)} >/etc/systemd/system/{name}")
    guest.text(f"printf %s {shlex.quote(BUS_CONF)} >/etc/dbus.conf; systemctl daemon-reload; systemctl start dbus.socket dbus.service")


# Folders that Debian has for the name alone.
MERGED = ("bin", "sbin", "lib", "lib64")
# What of a package nothing runs.
UNUSED = re.compile(r"/usr/share/(doc|man|locale|bug|lintian|zsh|bash-completion|gettext|xml|initramfs-tools)/|/usr/lib/udev/hwdb\.d/|"
                    r"/etc/(init\.d|rc\w*\.d|default)/")


class Archive:
    """A cpio archive in the kernel's format, uncompressed: under emulation unpacking costs more than loading."""

    def __init__(self):
        self.parts, self.names, self.ino = [], set(), 1
        for name in MERGED:
            self.entry("usr/" + name, stat.S_IFDIR | 0o755)
            self._add(name, stat.S_IFLNK | 0o777, b"usr/" + name.encode())

    def entry(self, name, mode, data=b""):
        """The first of a name stays."""
        name = name.strip("/")
        if name.split("/")[0] in MERGED:
            name = "usr/" + name
        if name in self.names:
            return
        parent = os.path.dirname(name)
        if parent:
            self.entry(parent, stat.S_IFDIR | 0o755)
        self._add(name, mode, data)

    def _add(self, name, mode, data):
        self.names.add(name)
        self.ino += 1
        raw = name.encode() + b"\0"
        fields = [self.ino, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0]
        head = b"070701" + b"".join(b"%08x" % f for f in fields) + raw
        self.parts += [head, b"\0" * (-len(head) % 4), data, b"\0" * (-len(data) % 4)]

    def file(self, name, data, mode=0o644):
        self.entry(name, stat.S_IFREG | mode, data)

    def copy(self, path, name=None):
        with open(path, "rb") as f:
            self.file(name or path, f.read(), 0o755 if os.access(path, os.X_OK) else 0o644)

    def link(self, name, target):
        self.entry(name, stat.S_IFLNK | 0o777, target.encode())

    def program(self, path, name=None):
        self.copy(path, name or "/usr/bin/" + os.path.basename(path))
        for lib in libraries(path):
            self.copy(lib)

    def tree(self, top):
        """All that lies below a folder, with the libraries of its programs."""
        for folder, _, names in os.walk(top):
            for name in names:
                path = os.path.join(folder, name)
                self._as_is(path, os.path.relpath(path, top))

    def package(self, name):
        """What an installed package of Debian's holds, as it is here, with the libraries of its programs."""
        r = subprocess.run([tool("dpkg"), "-L", name], capture_output=True, text=True)
        if r.returncode != 0:
            raise Missing(f"{name} is not installed")
        for path in r.stdout.splitlines():
            if not UNUSED.match(path) and (os.path.islink(path) or os.path.isfile(path)):
                self._as_is(path, path)

    def _as_is(self, path, name):
        if os.path.islink(path):
            self.link(name, os.readlink(path))
        elif os.access(path, os.X_OK) or ".so" in os.path.basename(path):
            self.program(path, name)
        else:
            self.copy(path, name)

    def done(self):
        self.entry("TRAILER!!!", 0)
        return b"".join(self.parts)


class Guest:
    def __init__(self, devices, programs=(), files=(), modules=(), offered=(), cmdline="", memory_mib=512, limit_s=120,
                 texts=None, links=None, packages=(), trees=()):
        """programs: paths, or (path, name in the guest); files: the same, no libraries; modules are loaded at boot,
        `offered` only lie in /lib/modules for modprobe. With systemd() among the programs it is the first process.
        texts, links: {name in the guest: what is in it, where it leads}; they go before all else. packages: names of Debian's;
        trees: folders whose content is laid out at the guest's root."""
        if not os.path.exists(BUSYBOX):
            raise Missing("busybox-static is not installed")
        qemu = tool("qemu-system-x86_64")
        self.limit_s = limit_s
        self.kernel = find_kernel()
        self.dir = tempfile.mkdtemp(prefix="gpubay-vm-")
        try:
            self._build(programs, files, modules, offered, texts or {}, links or {}, packages, trees)
            self._start(qemu, devices, cmdline, memory_mib)
        except BaseException:
            self.close()
            raise

    def _build(self, programs, files, modules, offered, texts, links, packages, trees):
        image, release, root = self.kernel
        a = Archive()
        for name, text in texts.items():
            a.file(name, text.encode())
        for name, target in links.items():
            a.link(name, target)
        a.file("init", INIT.encode(), 0o755)
        a.copy(BUSYBOX, "bin/busybox")
        base = os.path.join(root, "lib/modules", release)
        order = module_files(self.kernel, modules)
        for path in order + module_files(self.kernel, offered):
            a.copy(path, "lib/modules/" + os.path.relpath(path, os.path.join(root, "lib/modules")))
        a.file("insmod", "\n".join("/lib/modules/" + os.path.relpath(p, os.path.join(root, "lib/modules")) for p in order).encode())
        for name in sorted(os.listdir(base)):
            if name.startswith("modules."):
                a.copy(os.path.join(base, name), f"lib/modules/{release}/{name}")
        config = os.path.join(root, "boot", "config-" + release)
        if os.path.exists(config):
            a.copy(config, "boot/config-" + release)
        a.file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/tmp:/bin/sh\n")
        a.file("etc/group", b"root:x:0:\nvideo:x:44:\nrender:x:105:\nuser:x:1000:\n")
        for p in programs:
            a.program(*(p if isinstance(p, tuple) else (p,)))
        for p in files:
            a.copy(*(p if isinstance(p, tuple) else (p,)))
        for top in trees:
            a.tree(top)
        for name in packages:
            a.package(name)
        with open(os.path.join(self.dir, "initrd"), "wb") as f:
            f.write(a.done())

    def _start(self, qemu, devices, cmdline, memory_mib):
        self.console = os.path.join(self.dir, "console")
        control, monitor = os.path.join(self.dir, "control"), os.path.join(self.dir, "qmp")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(control)
        listener.listen(1)
        listener.settimeout(self.limit_s)
        cmd = [qemu, "-machine", "q35,accel=tcg", "-cpu", "max", "-smp", "2",
               "-m", str(memory_mib), "-kernel", self.kernel[0], "-initrd", os.path.join(self.dir, "initrd"),
               "-display", "none", "-vga", "none", "-nodefaults", "-no-reboot", "-monitor", "none",
               "-serial", f"file:{self.console}", "-serial", f"unix:{control}", "-qmp", f"unix:{monitor},server=on,wait=off",
               *devices, "-append", f"console=ttyS0 panic=-1 edd=off quiet {cmdline}".strip()]
        self.log = open(os.path.join(self.dir, "qemu.log"), "wb")
        self.process = subprocess.Popen(cmd, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        try:
            self.control, _ = listener.accept()
        except socket.timeout:
            raise RuntimeError("QEMU did not start:\n" + self.tail("qemu.log"))
        finally:
            listener.close()
        self.rest, self.number = b"", 0
        self.monitor = socket.socket(socket.AF_UNIX)
        self.monitor.connect(monitor)
        self.monitor.settimeout(self.limit_s)
        self.replies = self.monitor.makefile("rb")
        self.replies.readline()
        self.qmp("qmp_capabilities")
        self._until(b"GUEST-READY")

    def tail(self, name, n=30):
        path = os.path.join(self.dir, name)
        with open(path, "rb") as f:
            return "\n".join(f.read().decode(errors="replace").splitlines()[-n:])

    def _line(self, patience_s):
        """The next line from the guest; None where none comes."""
        while b"\n" not in self.rest:
            if not select.select([self.control], [], [], patience_s)[0]:
                return None
            piece = self.control.recv(65536)
            if not piece:
                return None
            self.rest += piece
        line, _, self.rest = self.rest.partition(b"\n")
        return line.strip()

    def _until(self, word):
        lines = []
        while True:
            line = self._line(self.limit_s)
            if line is None:
                raise RuntimeError(f"the guest does not answer; its console ends:\n{self.tail('console')}\n{self.tail('qemu.log')}")
            if line.startswith(word):
                return lines, line
            lines.append(line)

    def _send(self, command):
        """Until the guest says that it has the whole of it; what it has already it passes over."""
        line = base64.b64encode(command.encode())
        self.number += 1
        for attempt in range(10):
            # The end of the last attempt may be what was lost.
            self.control.sendall(b"%s%d %d %s\n" % (b"\n" if attempt else b"", self.number, len(line), line))
            answer = self._line(self.limit_s / 10)
            while answer is not None and answer != b"GUEST-GOT":
                answer = self._line(2)
            if answer:
                return
        raise RuntimeError(f"the guest takes no command; its console ends:\n{self.tail('console')}\n{self.tail('qemu.log')}")

    def run(self, command):
        """Runs a shell command; (exit status, standard output, standard error), the latter as bytes and text."""
        self._send(command)
        _, begin = self._until(b"GUEST-BEGIN")
        out, _ = self._until(b"GUEST-ERR")
        err, _ = self._until(b"GUEST-END")
        unpack = lambda lines: gzip.decompress(base64.b64decode(b"".join(lines)))
        return int(begin.split()[1]), unpack(out), unpack(err).decode(errors="replace")

    def text(self, command):
        """Standard output of a command that must succeed."""
        code, out, err = self.run(command)
        if code != 0:
            raise RuntimeError(f"'{command}' ended with {code}: {err.strip()}")
        return out.decode().strip()

    def wait_for(self, command, seconds=20):
        """Waits until a command succeeds; whether it did."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.run(command)[0] == 0:
                return True
            time.sleep(0.3)
        return False

    def qmp(self, command, **arguments):
        """One command. While the kernel still works on the slot, which it shows by a blinking light, QEMU takes none for it."""
        for patience in range(300, -1, -1):
            try:
                return self.qmp_once(command, **arguments)
            except RuntimeError as e:
                if "guest is busy" not in str(e) or not patience:
                    raise
                time.sleep(0.1)

    def qmp_once(self, command, **arguments):
        request = {"execute": command}
        if arguments:
            request["arguments"] = arguments
        self.monitor.sendall(json.dumps(request).encode() + b"\n")
        while True:
            reply = json.loads(self.replies.readline())
            if "return" in reply:
                return reply["return"]
            if "error" in reply:
                raise RuntimeError(f"QMP {command}: {reply['error'].get('desc')}")

    def close(self):
        process = getattr(self, "process", None)
        if process and process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
        for name in ("control", "monitor", "log"):
            if getattr(self, name, None):
                getattr(self, name).close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
