# SPDX-License-Identifier: Apache-2.0
"""The machine around the GPUs: kernel, distribution, firmware switches, modules, users, NUMA nodes."""

OS = {
    "debian12": ("debian", "12", "Debian GNU/Linux 12 (bookworm)", "6.1.0-37-amd64"),
    "debian13": ("debian", "13", "Debian GNU/Linux 13 (trixie)", "6.12.41+deb13-amd64"),
    "ubuntu2404": ("ubuntu", "24.04", "Ubuntu 24.04.3 LTS", "6.8.0-79-generic"),
    "fedora43": ("fedora", "43", "Fedora Linux 43 (Workstation Edition)", "6.17.8-300.fc43.x86_64"),
    "arch": ("arch", None, "Arch Linux", "6.18.2-arch1-1"),
    "rocky9": ("rocky", "9.6", "Rocky Linux 9.6 (Blue Onyx)", "5.14.0-570.12.1.el9_6.x86_64"),
}

CPUS = {
    "i5-12400": ("GenuineIntel", "12th Gen Intel(R) Core(TM) i5-12400"),
    "i7-1165g7": ("GenuineIntel", "11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz"),
    "i7-13700h": ("GenuineIntel", "13th Gen Intel(R) Core(TM) i7-13700H"),
    "ultra-155h": ("GenuineIntel", "Intel(R) Core(TM) Ultra 7 155H"),
    "ultra-285h": ("GenuineIntel", "Intel(R) Core(TM) Ultra 9 285H"),
    "ryzen-7840u": ("AuthenticAMD", "AMD Ryzen 7 7840U w/ Radeon 780M Graphics"),
    "ryzen-7900": ("AuthenticAMD", "AMD Ryzen 9 7900 12-Core Processor"),
    "ryzen-5800x": ("AuthenticAMD", "AMD Ryzen 7 5800X 8-Core Processor"),
    "epyc-7742": ("AuthenticAMD", "AMD EPYC 7742 64-Core Processor"),
    "epyc-9474f": ("AuthenticAMD", "AMD EPYC 9474F 48-Core Processor"),
    "xeon-6338": ("GenuineIntel", "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz"),
    "xeon-8480": ("GenuineIntel", "Intel(R) Xeon(R) Platinum 8480+"),
    "ampere": ("", "Ampere(R) Altra(R) Max Processor"),
    "arm": ("", "Raspberry Pi 4 Model B Rev 1.5"),
    "kvm": ("GenuineIntel", "Intel Xeon Processor (SapphireRapids)"),
}

KERNEL_OPTIONS = {
    "CONFIG_FW_LOADER_COMPRESS": "y", "CONFIG_FW_LOADER_COMPRESS_XZ": "y", "CONFIG_FW_LOADER_COMPRESS_ZSTD": "y",
    "CONFIG_HOTPLUG_PCI": "y", "CONFIG_HOTPLUG_PCI_PCIE": "y", "CONFIG_PCI_P2PDMA": "y",
    "CONFIG_DMABUF_MOVE_NOTIFY": "y", "CONFIG_PCI_REALLOC_ENABLE_AUTO": "y", "CONFIG_MODULE_SIG": "y",
    "CONFIG_DRM_XE_FORCE_PROBE": "", "CONFIG_DRM_I915_FORCE_PROBE": "",
}

GROUPS = {"root": 0, "video": 44, "render": 105, "rdma": 109}


class Host:
    kernel_release = None
    iommu = False

    def host(self, os="debian13", cpu="i5-12400", kernel=None, cmdline="", dmi=("ASUSTeK COMPUTER INC.",
             "System Product Name", "PRIME B760-PLUS", "1661", 3), uefi=True, secure_boot=False, lockdown="none",
             numa=1, cpus=16, iommu_type="DMA-FQ", groups=("video", "render"), uid=1000, memlock="8388608 8388608",
             options=None, pcie_native=True, hypervisor=None, aspm="default", udev=True, iommu=True):
        ident, version, pretty, release = OS[os]
        self.os, self.kernel_release, self.pcie_native = os, kernel or release, pcie_native
        self.iommu_type, self.udev_on, self.numa_nodes, self.iommu = iommu_type, udev, numa, iommu and not hypervisor
        t = self.tree
        vendor, model = CPUS[cpu]
        t.file("proc/sys/kernel/osrelease", self.kernel_release)
        t.file("proc/version", f"Linux version {self.kernel_release} (builder@build) (gcc) #1 SMP PREEMPT_DYNAMIC")
        t.file("proc/cmdline", f"BOOT_IMAGE=/boot/vmlinuz-{self.kernel_release} root=/dev/nvme0n1p2 ro {cmdline}".rstrip())
        flags = "fpu vme de pse tsc msr pae" + (" hypervisor" if hypervisor else "")
        if not vendor:
            t.file("proc/cpuinfo", f"processor\t: 0\nBogoMIPS\t: 108.00\nCPU implementer\t: 0x41\n\nModel\t\t: {model}\n")
        else:
            t.file("proc/cpuinfo", f"processor\t: 0\nvendor_id\t: {vendor}\nmodel name\t: {model}\nflags\t\t: {flags}\n")
        t.file("etc/os-release", f'PRETTY_NAME="{pretty}"\nID={ident}\n' + (f'VERSION_ID="{version}"\n' if version else ""))
        t.file("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nuser:x:1000:1000:user:/home/user:/bin/bash\n")
        rows = [f"{g}:x:{n}:{'user' if g in groups else ''}" for g, n in GROUPS.items()] + ["user:x:1000:"]
        t.file("etc/group", "\n".join(rows) + "\n")
        for k, v in {**KERNEL_OPTIONS, **(options or {})}.items():
            self.answer("kconfig", k.removeprefix("CONFIG_"), v)
        if dmi:
            for key, value in zip(("sys_vendor", "product_name", "board_name", "bios_version", "chassis_type"), dmi):
                t.file("sys/class/dmi/id/" + key, str(value))
        if hypervisor:
            t.file("sys/hypervisor/type", hypervisor)
        if uefi:
            t.dir("sys/firmware/efi/efivars")
            t.bytes("sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
                    bytes([6, 0, 0, 0, int(secure_boot)]))
        text = {"none": "[none] integrity confidentiality", "integrity": "none [integrity] confidentiality",
                "confidentiality": "none integrity [confidentiality]"}[lockdown]
        t.file("sys/kernel/security/lockdown", text)
        t.file("sys/module/pcie_aspm/parameters/policy", {"default": "[default] performance powersave powersupersave",
               "performance": "default [performance] powersave powersupersave"}[aspm])
        t.file("sys/module/module/parameters/sig_enforce", "Y" if lockdown != "none" else "N")
        t.dir("sys/kernel/iommu_groups")
        share = cpus // numa
        self.cpulists = [f"{n * share}-{(n + 1) * share - 1}" for n in range(numa)]
        for n in range(numa):
            t.file(f"sys/devices/system/node/node{n}/cpulist", self.cpulists[n])
            t.file(f"sys/devices/system/node/node{n}/distance", " ".join("10" if i == n else "21" for i in range(numa)))
        t.file("sys/devices/system/node/online", f"0-{numa - 1}" if numa > 1 else "0")
        t.file("sys/devices/system/cpu/online", f"0-{cpus - 1}")
        if udev:
            t.put("run/udev/control", __import__("capture").Node("file", b"", "0600"))
            t.dir("run/udev/data")
        for name, number in GROUPS.items():
            self.answer("group", name, f"{name} {number}")
        self.user(uid, groups)
        self.answer("limits", "memlock", memlock)
        for name in ("etc/modprobe.d", "usr/lib/modprobe.d", "etc/modules-load.d", "usr/lib/firmware"):
            t.dir(name)
        t.link("lib", "usr/lib")
        return self

    def user(self, uid, groups=()):
        if uid == 0:
            self.answer("user", "self", "0 0 0 root")
            return
        gids = " ".join(str(GROUPS[g]) for g in groups)
        self.answer("user", "self", f"{uid} {uid} {uid} {gids} user".replace("  ", " "))

    def module(self, name, version=None, params=None, loaded=True, builtin=False, taint="", refcnt=0, signer=None,
               firmware=None, file_version=None, available=True, license="GPL", filename=None, srcversion=None, names=None):
        """One kernel module: what /sys/module, /proc/modules and its file say."""
        base = f"sys/module/{name}"
        if loaded or builtin:
            self.tree.dir(base)
            for key, value in (params or {}).items():
                text, mode = value if isinstance(value, tuple) else (value, None)
                self.tree.file(f"{base}/parameters/{key}", text, mode)
        if loaded and not builtin:
            self.tree.file(f"{base}/initstate", "live")
            self.tree.file(f"{base}/refcnt", str(refcnt))
            self.tree.file(f"{base}/taint", taint)
            if version:
                self.tree.file(f"{base}/version", version)
            if srcversion:
                self.tree.file(f"{base}/srcversion", srcversion)
            self.modules.append(f"{name} 1048576 {refcnt} - Live 0x0000000000000000" + (f" ({taint})" if taint else ""))
        if available:
            if signer is None:
                signer = {"debian13": "Debian Secure Boot CA", "debian12": "Debian Secure Boot CA",
                          "ubuntu2404": "Build time autogenerated kernel key",
                          "fedora43": "Fedora kernel signing key"}.get(self.os, "Build time autogenerated kernel key")
            where = filename or f"/usr/lib/modules/{self.kernel_release}/kernel/drivers/{name}.ko.xz"
            info = ["filename=" + ("(builtin)" if builtin else where)]
            self.answer("modfile", name, "(builtin)" if builtin else where)
            shown = file_version or version
            info += [f"version={shown}"] if shown else []
            info += [f"license={license}"] + ([f"signer={signer}"] if signer else [])
            info += [f"srcversion={srcversion}"] if srcversion else []
            info += ["intree=Y"] if "/updates/" not in where else []
            info += [f"params={names}"] if names else []
            info += [f"vermagic={self.kernel_release} SMP preempt mod_unload modversions"]
            self.answer("modinfo", name, "\n".join(info))
            self.answer("firmware", name, "\n".join(firmware or []))
        else:
            self.answer("modfile", name, "")
            self.answer("modinfo", name, "")

    def initramfs(self, modules=(), firmware=(), absent=()):
        """An image that holds these modules and firmware files; absent: names that were looked for and are not there."""
        self.answer("initramfs", "image", f"/boot/initrd.img-{self.kernel_release}")
        for name in modules:
            self.answer("initramfs", f"module/{name}", f"usr/lib/modules/{self.kernel_release}/kernel/drivers/{name}.ko.xz")
        for name in firmware:
            self.answer("initramfs", f"firmware/{name}", f"usr/lib/firmware/{name}.zst")
        for name in absent:
            self.answer("initramfs", name, "")

    def claims(self, vendor, device, modules):
        """Which modules' alias tables fit the id."""
        self.answer("modalias", f"pci:v{vendor:08X}d{device:08X}*", modules)

    def firmware(self, *names, suffix=".zst"):
        for name in names:
            self.tree.put(f"usr/lib/firmware/{name}{suffix}", __import__("capture").Node("file", b"\x28\xb5\x2f\xfd"))

    def write_host(self):
        if self.kernel_release:
            self.tree.file("proc/modules", "\n".join(sorted(self.modules)) + "\n" if self.modules else "\n")
