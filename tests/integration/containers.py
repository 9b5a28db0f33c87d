# SPDX-License-Identifier: Apache-2.0
"""A container engine in a mount namespace of its own, on a machine that has the device nodes of a captured one.

inside(FILE, NAME) runs the test FILE again below `unshare -m`; own_machine() then gives that namespace its own /run and /dev.
Images and programs of another Debian suite are unpacked once (no registry, nothing installed) into build-images/.
"""
import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

SRC = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CACHE = os.path.join(SRC, "build-images")
CACHE_DAYS = 30
GPUBAY = os.environ.get("GPUBAY", "gpubay")
BUILD = os.environ.get("GPUBAY_BUILD", "build")
HOOK = os.path.join(BUILD, "src", "hook", "gpubay-cdi-hook")
results = []


class Missing(Exception):
    """Why there can be no such test here."""


def check(name, got, want):
    results.append(got == want)
    print(f"ok {name}" if got == want else f"not ok {name}: got {got!r}, wanted {want!r}", flush=True)
    return got == want


def command(*args, **kw):
    return subprocess.run(args, capture_output=True, text=True, timeout=300, **kw)


def must(*args):
    p = command(*args)
    if p.returncode:
        raise RuntimeError(f"{' '.join(args)}: {p.stderr.strip()}")
    return p.stdout


def need(programs=(), files=()):
    if os.geteuid() != 0:
        raise Missing("device nodes and mount namespaces need root")
    for program in (*programs, "unshare"):
        if not shutil.which(program):
            raise Missing(f"{program} is not installed")
    for path in files:
        if not os.access(path, os.X_OK):
            raise Missing(f"{path} is not there")
    p = command("unshare", "-m", "true")
    if p.returncode:
        raise Missing(f"no mount namespace: {p.stderr.strip()}")


def inside(file, *args):
    """Runs this test again in a mount namespace of its own, with a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="gpubay-podman-") as tmp:
        os.chmod(tmp, 0o755)
        return subprocess.run(["unshare", "-m", sys.executable, file, "inside", tmp, *args], timeout=500).returncode


def own_machine(tmp):
    """This mount namespace gets a /run and a /dev of its own; nothing of it is seen outside."""
    must("mount", "--make-rprivate", "/")
    dev = tmp + "/dev"
    os.makedirs(dev)
    must("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", dev)
    for name, minor in {"null": 3, "zero": 5, "full": 7, "random": 8, "urandom": 9}.items():
        os.mknod(f"{dev}/{name}", 0o20666, os.makedev(1, minor))
        os.chmod(f"{dev}/{name}", 0o666)
    os.mknod(dev + "/tty", 0o20666, os.makedev(5, 0))
    for name in ("pts", "shm", "mqueue", "dri"):
        os.makedirs(f"{dev}/{name}")
    must("mount", "--bind", "/dev/pts", dev + "/pts")
    must("mount", "--move", dev, "/dev")
    must("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")


def make_nodes(paths, gid):
    """The numbers of /dev/zero stand for GPUs', so that the nodes can be opened."""
    for path in paths:
        os.mknod(path, 0o20660, os.makedev(1, 5))
        os.chown(path, 0, gid)


def enter(tree):
    """An unpacked system gets this machine's kernel folders, and what a test needs under the same paths."""
    must("mount", "--bind", tree, tree)  # a root that can be pivoted away
    # Engines look for specs below /var/run, which no script of a package has made a link here.
    for path, there in [(p, p) for p in ("/dev", "/proc", "/sys", "/run", "/tmp", SRC, os.path.abspath(BUILD))] + [("/run", "/var/run")]:
        os.makedirs(tree + there, exist_ok=True)
        must("mount", "--rbind", path, tree + there)


def known_to_dpkg(tree, versions):
    """Unpacked packages are not in the package database, where gpubay looks for versions: as if they were installed."""
    with open(tree + "/var/lib/dpkg/status", "w", encoding="utf-8") as f:
        f.write("\n".join(f"Package: {name}\nStatus: install ok installed\nVersion: {version}\n" for name, version in versions.items()))


class Podman:
    """`where`: the root folder of another system that podman is in. The storage lies in tmp."""
    def __init__(self, tmp, where=None, driver="vfs"):
        self.before, self.source = (["chroot", where], ["--root", where]) if where else ([], [])
        self.base = [*self.before, "podman", "--root", tmp + "/p", "--runroot", tmp + "/pr", "--tmpdir", tmp + "/pt", "--storage-driver",
                     driver, "--runtime", "runc", "--cgroup-manager", "cgroupfs", "--events-backend", "none"]
        os.environ["PODMAN_IGNORE_CGROUPSV1_WARNING"] = "1"

    def __call__(self, *args):
        return command(*self.base, *args)

    def run(self, *args):
        # The limits are this machine's: runc may not raise them.
        return self("run", "--rm", "--network=none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096", *args)

    def engine(self):
        """What gpubay makes of it."""
        found = json.loads(must(GPUBAY, *self.source, "discover", "--container-check"))["container_runtime"]["engines"]
        return next((e for e in found if e["kind"] == "podman"), {})


def nodes(spec, name):
    edits = next(d["containerEdits"] for d in spec["devices"] if d["name"] == name)
    return sorted(n["path"] for n in edits["deviceNodes"])


def this_suite():
    with open("/etc/os-release", encoding="utf-8") as f:
        for line in f:
            if line.startswith("VERSION_CODENAME="):
                return line.split("=")[1].strip()
    raise Missing("this system has no suite of packages")


def unpacked(suite, packages, form):
    """Packages of a suite with all that they need, nothing run of them: a folder, or a tar file (form: dir, tar)."""
    recipe = [suite, ",".join(packages), form]
    path = os.path.join(CACHE, f"{suite}-{hashlib.sha256(' '.join(recipe).encode()).hexdigest()[:12]}{'.tar' if form == 'tar' else ''}")
    if os.path.exists(path) and time.time() - os.stat(path).st_mtime < CACHE_DAYS * 86400:
        return path
    if not shutil.which("mmdebstrap"):
        raise Missing("mmdebstrap is not installed")
    os.makedirs(CACHE, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="making-", dir=CACHE) as tmp:
        new = os.path.join(tmp, "root" if form == "dir" else "root.tar")
        try:
            # Where the clock is ahead of the mirror, a list of packages may be called out of date.
            p = command("mmdebstrap", "--variant=extract", f"--include={','.join(packages)}", "--dpkgopt=path-exclude=/usr/share/doc/*",
                        "--dpkgopt=path-exclude=/usr/share/locale/*", '--aptopt=Acquire::Check-Valid-Until "false"', suite, new, stdin=subprocess.DEVNULL)
            why = "" if p.returncode == 0 else (p.stderr.strip().splitlines() or ["mmdebstrap failed"])[-1]
        except subprocess.TimeoutExpired:
            why = "mmdebstrap took too long"
        if why:
            raise Missing(f"packages of {suite} cannot be had: {why}")
        os.chmod(new, 0o755 if form == "dir" else 0o644)
        for old in glob.glob(path):
            shutil.move(old, os.path.join(tmp, "old"))
        os.rename(new, path)
        os.utime(path)
    return path
