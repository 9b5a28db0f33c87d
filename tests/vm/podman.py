# SPDX-License-Identifier: Apache-2.0
"""Podman in a guest: what a test puts into it, and a container engine that runs there with runc or crun on cgroup v2.

    with Guest(..., programs=[...] + podman.programs(), files=podman.files()) as g:
        p = podman.Podman(g, "crun")
        code, out, err = p.run("ls /dev/dri", "--device", "/dev/dri/renderD128")
        pid = p.start("c1"); p.exec("c1", "ls /dev/dri"); p.remove("c1")

The containers' root folder is one busybox; `also` are programs of the guest, (path, name in the guest), that it holds too.
"""
import os
import shlex
import subprocess

from guest import BUSYBOX, Missing, libraries, tool

RUNTIMES = ("runc", "crun")
TREE = "/run/tree"
SETUP = f"""
set -e
grep -q " /sys/fs/cgroup cgroup2 " /proc/mounts || mount -t cgroup2 none /sys/fs/cgroup
mkdir -p /dev/pts /dev/shm /dev/mqueue /var/tmp; ln -s /run /var/run
mount -t devpts devpts /dev/pts; mount -t tmpfs tmpfs /dev/shm; mount -t mqueue mqueue /dev/mqueue; mount -t tmpfs tmpfs /var/tmp
mkdir -p {TREE}/bin {TREE}/dev {TREE}/proc {TREE}/sys {TREE}/etc {TREE}/run {TREE}/tmp
cp {BUSYBOX} {TREE}/bin/busybox
chroot {TREE} /bin/busybox --install -s /bin
"""


def programs():
    wanted = ["podman", "conmon", *RUNTIMES]
    return [(tool(name), f"/usr/bin/{name}") for name in wanted]


def files():
    return [p for p in ("/usr/share/containers/containers.conf", "/usr/share/containers/seccomp.json") if os.path.exists(p)]


class Podman:
    def __init__(self, guest, runtime, also=()):
        if runtime not in RUNTIMES:
            raise Missing(f"no runtime '{runtime}'")
        self.guest = guest
        if guest.run(f"test -d {TREE}")[0]:
            guest.text(SETUP)
            # Engines' versions, and so what they take, are read from the package database.
            known = subprocess.run(["dpkg-query", "-s", "podman"], capture_output=True, text=True).stdout
            guest.text(f"mkdir -p /var/lib/dpkg; printf %s {shlex.quote(known)} >/var/lib/dpkg/status")
        for path, name in also:
            self._copy(path, name)
        self.base = ("podman --root /run/p --runroot /run/pr --tmpdir /run/pt --storage-driver vfs "
                     f"--runtime {runtime} --cgroup-manager cgroupfs --events-backend none")

    def _copy(self, path, name):
        """A program that is in the guest too, and its libraries where they are here."""
        for f in [name, *libraries(path)]:
            self.guest.text(f"mkdir -p {TREE}{os.path.dirname(f)} && cp -L {f} {TREE}{f}")

    def podman(self, *args):
        return self.guest.run(f"{self.base} {' '.join(shlex.quote(a) for a in args)}")

    def run(self, script, *flags):
        """A container that runs this script and is gone; (exit status, output as text, errors)."""
        code, out, err = self.podman("run", "--rm", "--network=none", *flags, "--rootfs", TREE, "sh", "-c", script)
        return code, out.decode(errors="replace").strip(), err.strip()

    def start(self, name, *flags):
        """A container that stays; the process id of its first process."""
        code, _, err = self.podman("run", "-d", "--name", name, "--network=none", *flags, "--rootfs", TREE, "sleep", "100000")
        if code:
            raise RuntimeError(f"container {name} did not start: {err.strip()}")
        return int(self.podman("inspect", "--format", "{{.State.Pid}}", name)[1])

    def exec(self, name, script, *flags):
        code, out, err = self.podman("exec", *flags, name, "sh", "-c", script)
        return code, out.decode(errors="replace").strip(), err.strip()

    def remove(self, name):
        self.podman("rm", "-f", "-t", "0", name)
