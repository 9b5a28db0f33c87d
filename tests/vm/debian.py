# SPDX-License-Identifier: Apache-2.0
"""A Debian system in a guest: its own systemd, journal, udev, bus, logind and polkit as they are installed here, and gpubay as
`make install` puts it there, enabled as its guide says.

    with debian.system(DEVICES, packages=["bolt"], modules=["bochs"]) as g:
        g.text("systemctl is-active gpubayd")

`user` (1000) is nobody special. Boot to first command takes about twelve seconds under TCG: what a test has no use for is masked.
"""
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager

from guest import Guest, Missing, tool

SRC, BUILD = os.environ["GPUBAY_SRC"], os.environ["GPUBAY_BUILD"]
PACKAGES = ["systemd", "udev", "kmod", "dbus", "dbus-daemon", "dbus-system-bus-common", "polkitd", "libpam-systemd", "libpam-modules"]
PAM = "auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_loginuid.so\nsession required pam_systemd.so\n"
TEXTS = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/tmp:/bin/sh\n"
                  "messagebus:x:100:100::/nonexistent:/bin/false\npolkitd:x:101:101::/nonexistent:/bin/false\n",
    "etc/group": "root:x:0:\ntty:x:5:\nvideo:x:44:\nrender:x:105:\nuser:x:1000:\nmessagebus:x:100:\npolkitd:x:101:\nsystemd-journal:x:102:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\n",
    "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    "etc/fstab": "",
    "etc/pam.d/login": PAM,
    "etc/pam.d/systemd-user": PAM,
    # What counts as a GPU here.
    "etc/gpubay/virtual-gpus": "",
}
# A first start, a console to log in at, disks, and file systems that nothing here needs.
MASKED = """
systemd-firstboot.service systemd-sysusers.service systemd-machine-id-commit.service systemd-random-seed.service
systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-journal-flush.service systemd-journald-audit.socket
getty.target systemd-ask-password-wall.path systemd-ask-password-console.path systemd-initctl.socket
systemd-repart.service cryptsetup.target integritysetup.target veritysetup.target systemd-remount-fs.service remote-fs.target
systemd-pcrphase.service systemd-pcrphase-sysinit.service systemd-binfmt.service proc-sys-fs-binfmt_misc.automount
dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount
sys-kernel-config.mount systemd-modules-load.service systemd-sysctl.service kmod-static-nodes.service
systemd-tmpfiles-setup-dev.service systemd-tmpfiles-clean.timer modprobe@.service
""".split()


def links():
    masked = {"etc/systemd/system/" + name: "/dev/null" for name in MASKED}
    return {**masked, "etc/systemd/system/default.target": "/lib/systemd/system/multi-user.target"}


def install(top, *enabled):
    """What `make install` makes of an empty folder, and `systemctl enable` of that; the files by name, as one would uninstall them."""
    subprocess.run([tool("meson"), "install", "-C", BUILD, "--no-rebuild", "--quiet"], env={**os.environ, "DESTDIR": top}, check=True)
    files = [os.path.relpath(os.path.join(folder, name), top) for folder, _, names in os.walk(top) for name in names]
    if enabled:
        subprocess.run(["systemctl", "--quiet", "--root=" + top, "enable", *enabled], check=True, stderr=subprocess.DEVNULL)
    return files


@contextmanager
def system(devices, packages=(), texts=None, enabled=("gpubayd.service",), **how):
    """A Guest that booted so; `installed` of it is what install() gave."""
    for name in ("meson", "systemctl"):
        tool(name)
    top = tempfile.mkdtemp(prefix="gpubay-installed-")
    try:
        installed = install(top, *enabled)
        with Guest(devices, packages=[*PACKAGES, *packages], texts={**TEXTS, **(texts or {})}, links=links(), trees=[top],
                   **{"memory_mib": 1024, "limit_s": 240, **how}) as g:
            g.installed = installed
            yield g
    finally:
        shutil.rmtree(top, ignore_errors=True)
