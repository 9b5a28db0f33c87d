# SPDX-License-Identifier: Apache-2.0
"""Battlemage cards (B580, B570, Pro B60) in a slot: healthy, and with each thing that can be wrong."""
from boards import desktop_intel, guest
from gpus import MODELS, XE_FIRMWARE, function, resized, switch_card, xe
from parts_pci import GIB, M64, M64P, MIB

GPU = "0000:03:00.0"


def slot_card(name, note, model="b580", driver="xe", claims="xe", link=None, bars=None, power=None, host=None, port_kw=None, root_now=None, **kw):
    m = desktop_intel(name, note, **{"os": "debian13", **(host or {})})
    m.functions["0000:00:01.0"]["now"] = root_now or link or ((16000, 8) if model != "b60" else (32000, 8))
    switch_card(m, model, "0000:00:01.0", 1, driver, link=link, bars=bars, boot_vga=True, power=power, port_kw=port_kw,
                audio_driver="snd_hda_intel", **kw)
    m.claims(0x8086, MODELS[model][1], claims)
    return m


def m_1gpu_b580_ready(name):
    m = slot_card(name, "Arc B580 in a slot, everything right")
    xe(m, addr=GPU)
    m.answer("user", "self", "1000 1000 1000 44 105 user")
    return m


def m_1gpu_b570_ready(name):
    m = slot_card(name, "Arc B570 in a slot, everything right; firmware files not compressed", "b570", host={"os": "ubuntu2404", "kernel": "6.14.0-27-generic"})
    xe(m, addr=GPU)
    for f in ("xe/bmg_guc_70.bin", "xe/bmg_huc.bin", "i915/bmg_dmc.bin"):
        m.tree.remove(f"usr/lib/firmware/{f}.zst")
    m.firmware("xe/bmg_guc_70.bin", "xe/bmg_huc.bin", "i915/bmg_dmc.bin", suffix="")
    return m


def m_1gpu_b60_pro_ready(name):
    m = slot_card(name, "Arc Pro B60 in a slot with a Gen5 link, virtual functions offered, none made", "b60", sriov=(12, 0, 0xe211),
                  host={"kernel": "6.17.4+deb13-amd64"})
    xe(m, addr=GPU)
    return m


def m_1gpu_b580_rebar_off(name):
    m = slot_card(name, "Arc B580, firmware left the memory window at 256 MiB", bars=resized("b580", 2, 256 * MIB))
    xe(m, addr=GPU)
    return m


def m_1gpu_b580_kernel_too_old(name):
    m = slot_card(name, "Arc B580 under Debian 12's 6.1 kernel, which has no xe module at all", driver=None, claims="",
                  host={"os": "debian12"}, attrs={})
    m.module("xe", loaded=False, available=False)
    m.module("i915", firmware=("i915/dg2_guc_70.bin",), loaded=False)
    return m


def m_1gpu_b580_xe_blacklisted(name):
    m = slot_card(name, "Arc B580, xe blacklisted in a modprobe file", driver=None)
    m.module("xe", loaded=False, firmware=XE_FIRMWARE)
    m.firmware("xe/bmg_guc_70.bin", "xe/bmg_huc.bin", "i915/bmg_dmc.bin")
    m.tree.file("etc/modprobe.d/no-intel.conf", "# left over from a passthrough experiment\n\nblacklist xe\nblacklist i915\n")
    return m


def m_1gpu_b580_xe_blacklisted_cmdline(name):
    m = slot_card(name, "Arc B580, xe blacklisted on the kernel command line", driver=None,
                  host={"cmdline": "quiet module_blacklist=xe,nouveau"})
    m.module("xe", loaded=False, firmware=XE_FIRMWARE)
    m.firmware("xe/bmg_guc_70.bin", "xe/bmg_huc.bin", "i915/bmg_dmc.bin")
    return m


def m_1gpu_b580_xe_install_false(name):
    m = slot_card(name, "Arc B580, xe switched off by an install line", driver=None)
    m.module("xe", loaded=False, firmware=XE_FIRMWARE)
    m.firmware("xe/bmg_guc_70.bin", "xe/bmg_huc.bin", "i915/bmg_dmc.bin")
    m.tree.file("etc/modprobe.d/xe.conf", "install xe /bin/false\n")
    return m


def m_1gpu_b580_guc_missing(name):
    m = slot_card(name, "Arc B580, GuC firmware file missing: xe is loaded and does not come up", driver=None)
    xe(m, firmware=("xe/lnl_guc_70.bin", "xe/bmg_huc.bin", "i915/bmg_dmc.bin"))
    return m


def m_1gpu_b580_huc_missing(name):
    m = slot_card(name, "Arc B580, HuC firmware file missing: works, without rate control for video")
    xe(m, addr=GPU, firmware=("xe/bmg_guc_70.bin", "i915/bmg_dmc.bin"))
    return m


def m_1gpu_b580_dmc_missing(name):
    m = slot_card(name, "Arc B580, display firmware file missing")
    xe(m, addr=GPU, firmware=("xe/bmg_guc_70.bin", "xe/bmg_huc.bin"))
    return m


def m_1gpu_b580_firmware_zst_unreadable(name):
    m = slot_card(name, "Arc B580, firmware files only in a compressed form that this kernel cannot read", driver=None,
                  host={"options": {"CONFIG_FW_LOADER_COMPRESS_ZSTD": "n", "CONFIG_FW_LOADER_COMPRESS": "n", "CONFIG_FW_LOADER_COMPRESS_XZ": "n"}})
    xe(m)
    return m


def m_1gpu_b580_initramfs_without_firmware(name):
    m = slot_card(name, "Arc B580: the initramfs has xe and not its firmware, so xe comes up before the files can be reached", driver=None)
    xe(m)
    m.initramfs(modules=("xe",), absent=("firmware/xe/bmg_guc_70.bin", "firmware/xe/bmg_huc.bin", "firmware/i915/bmg_dmc.bin"))
    return m


def m_1gpu_b580_initramfs_with_firmware(name):
    m = slot_card(name, "Arc B580: the initramfs has xe and all of its firmware")
    xe(m, addr=GPU)
    m.initramfs(modules=("xe",), firmware=("xe/bmg_guc_70.bin", "xe/bmg_huc.bin", "i915/bmg_dmc.bin"))
    return m


def m_1gpu_b580_force_probe_needed(name):
    m = slot_card(name, "Arc B580 under 6.11: xe knows the id but takes it only when told to", driver=None,
                  host={"os": "ubuntu2404", "kernel": "6.11.0-29-generic"})
    xe(m)
    return m


def m_1gpu_b580_force_probe_wrong_id(name):
    m = slot_card(name, "Arc B580 under 6.11, force_probe given for Tiger Lake's id", driver=None,
                  host={"os": "ubuntu2404", "kernel": "6.11.0-29-generic", "cmdline": "quiet splash xe.force_probe=9a49"})
    xe(m, params={"force_probe": ("9a49", "0400")})
    return m


def m_1gpu_b580_force_probe_blocked(name):
    m = slot_card(name, "Arc B580, xe told not to take it", driver=None)
    xe(m, params={"force_probe": ("!e20b", "0400")})
    m.tree.file("etc/modprobe.d/xe.conf", "options xe force_probe=!e20b\n")
    return m


def m_1gpu_b580_nodes_missing(name):
    m = slot_card(name, "Arc B580 bound to xe; /dev has the card node but no render node")
    xe(m, addr=GPU, nodes=("card1",))
    return m


def m_1gpu_b580_not_openable(name):
    m = slot_card(name, "Arc B580 ready, the asking user is in neither group", host={"groups": ()})
    xe(m, addr=GPU)
    return m


def m_1gpu_b580_link_degraded(name):
    m = slot_card(name, "Arc B580, the card's upstream port trained at 2.5 GT/s x4 of 16 GT/s x8", link=(2500, 4),
                  root_now=(2500, 4))
    xe(m, addr=GPU)
    return m


def m_1gpu_b580_link_narrow_slot(name):
    m = slot_card(name, "Arc B580 in a slot wired x4: less than the card can do, all that both ends can do", link=(16000, 4), root_now=(16000, 4))
    m.functions["0000:00:01.0"]["best"] = (16000, 4)
    xe(m, addr=GPU)
    return m


def m_1gpu_b570_survivability(name):
    m = slot_card(name, "Arc B570 in survivability mode: only a firmware update can be done", "b570", attrs={
                  "survivability_mode": "Boot", "survivability_info/Capability Info": "0x200e - 0"}, host={"kernel": "6.17.4+deb13-amd64"})
    xe(m)
    return m


def m_1gpu_b580_no_window(name):
    m = slot_card(name, "Arc B580, no room found for the memory window: xe cannot come up", driver=None, unassigned=(2,),
                  bars=resized("b580", 2, 256 * MIB), unassigned_style="unset")
    xe(m)
    return m


def m_1gpu_b580_no_window_zero(name):
    m = slot_card(name, "Arc B580, no room found for any memory window; the kernel reset both resources", driver=None, unassigned=(0, 2),
                  bars=resized("b580", 2, 256 * MIB))
    xe(m)
    return m


def m_1gpu_b580_d3cold(name):
    m = slot_card(name, "Arc B580 asleep in D3cold: nothing is read that would wake it",
                  power={"state": "D3cold", "control": "auto", "status": "suspended"})
    xe(m, addr=GPU)
    return m


def m_1gpu_b580_nomodeset(name):
    m = slot_card(name, "Arc B580, nomodeset on the kernel command line keeps every driver away", driver=None,
                  host={"cmdline": "quiet nomodeset"})
    xe(m)
    return m


def m_1gpu_e209_b580_variant(name):
    m = desktop_intel(name, "a B580 variant that the kernel knows and the VA-API driver does not", os="debian13")
    m.functions["0000:00:01.0"]["now"] = (16000, 8)
    switch_card(m, "b580", "0000:00:01.0", 1, "xe", boot_vga=True)
    m.functions[GPU]["device"] = 0xe209
    m.claims(0x8086, 0xe209, "xe")
    xe(m, addr=GPU)
    return m


def m_2gpu_b580_b570(name):
    m = slot_card(name, "two models of one family: Arc B580 and Arc B570", "b580")
    m.root_port("0000:00:01.1", device=0xa72d, now=(16000, 8), best=(16000, 8))
    switch_card(m, "b570", "0000:00:01.1", 8, "xe")
    m.claims(0x8086, 0xe20c, "xe")
    xe(m, addr=GPU)
    m.drm("0000:0a:00.0", 2, 129, connectors=[("DP-4", "disconnected"), ("HDMI-A-2", "disconnected")])
    return m


def m_1gpu_b60_4vf_host(name):
    m = slot_card(name, "Arc Pro B60 with four virtual functions, two of them given to a guest", "b60", sriov=(12, 4, 0xe211),
                  host={"kernel": "6.17.4+deb13-amd64", "os": "debian13", "cmdline": "intel_iommu=on iommu=pt"})
    xe(m, addr=GPU)
    m.module("vfio_pci")
    for i in range(1, 5):
        m.pci(f"0000:03:00.{i}", 0x8086, 0xe211, 0x030000, m.functions[GPU]["parent"], subsys=(0x8086, 0x1114),
              driver="vfio-pci" if i < 3 else "xe", port="endpoint", physfn=GPU, bars=[(0, 16 * MIB, M64), (2, 4 * GIB, M64P)],
              now=(2500, 1), best=(2500, 1), group=40 + i, reset="flr", override="vfio-pci" if i < 3 else None)
        if i < 3:
            m.tree.device(f"dev/vfio/{40 + i}", "c", 243, i, "0600 0:0")
        else:
            m.drm(f"0000:03:00.{i}", i, 126 + i)
    return m


def m_1gpu_bmg_vf_guest(name):
    m = guest(name, "a guest that was given one virtual function of an Arc Pro B60", os="debian13", kernel="6.17.4+deb13-amd64")
    m.root_port("0000:00:02.0", 0x1b36, 0x000c, now=(16000, 32), best=(16000, 32))
    m.pci("0000:01:00.0", 0x8086, 0xe211, 0x030000, "0000:00:02.0", subsys=(0x8086, 0x1114), driver="xe", port="endpoint",
          bars=[(0, 16 * MIB, M64), (2, 4 * GIB, M64P)], now=(2500, 1), best=(2500, 1), boot_vga=False, claims="xe", reset="flr")
    m.pci("0000:00:01.0", 0x1234, 0x1111, 0x030000, subsys=(0x1af4, 0x1100), driver="bochs-drm", module="bochs", rev=2,
          bars=[(0, 16 * MIB, 0x42208), (2, 4096, 0x40200)], boot_vga=True, claims="bochs")
    m.module("bochs")
    xe(m)
    m.drm("0000:00:01.0", 0, None, connectors=[("Virtual-1", "connected")])
    m.drm("0000:01:00.0", 1, 128)
    return m


def m_1gpu_b580_i915_loaded(name):
    m = slot_card(name, "Arc A770 that both drivers claim: xe forced by parameter, i915 not told to stay away", "a770",
                  driver="i915", claims="i915 xe", host={"cmdline": "quiet xe.force_probe=56a0"})
    from gpus import i915
    i915(m, 1, 128, GPU, firmware=("i915/dg2_guc_70.bin", "i915/dg2_huc_gsc.bin", "i915/dg2_dmc_ver2_08.bin"))
    xe(m, params={"force_probe": ("56a0", "0400")}, firmware=())
    return m


m_1gpu_a770_i915_xe_both = m_1gpu_b580_i915_loaded
del m_1gpu_b580_i915_loaded


def m_1gpu_a770_xe_forced(name):
    m = slot_card(name, "Arc A770 moved from i915 to xe by force_probe: no HuC with this driver", "a770", driver="xe", claims="i915 xe",
                  host={"cmdline": "quiet i915.force_probe=!56a0 xe.force_probe=56a0"})
    from gpus import i915
    i915(m, params={"force_probe": ("!56a0", "0400")}, firmware=())
    xe(m, addr=GPU, params={"force_probe": ("56a0", "0400")}, firmware=("i915/dg2_guc_70.bin", "i915/dg2_dmc_ver2_08.bin"))
    return m


def m_1gpu_a380_i915_ready(name):
    m = slot_card(name, "Arc A380 with i915; the function's own link reads 2.5 GT/s x1, the card's upstream port tells the truth",
                  "a380", driver="i915", claims="i915 xe")
    m.functions["0000:00:01.0"]["now"] = (16000, 8)
    from gpus import i915
    i915(m, 1, 128, GPU, firmware=("i915/dg2_guc_70.bin", "i915/dg2_huc_gsc.bin", "i915/dg2_dmc_ver2_08.bin"))
    return m


def m_1gpu_b580_power_cut(name):
    m = slot_card(name, "Arc B580 without a driver and with its power cut: somebody's script wrote that", driver=None,
                  power={"state": "D3cold", "control": "on", "status": "suspended"})
    m.module("xe", loaded=False, firmware=XE_FIRMWARE)
    m.firmware("xe/bmg_guc_70.bin", "xe/bmg_huc.bin", "i915/bmg_dmc.bin")
    return m




def m_1gpu_b580_container(name):
    m = slot_card(name, "Arc B580 seen from a container that was given its render node only; no udev in there", host={"udev": False, "uid": 0})
    xe(m, addr=GPU, nodes=("renderD128",))
    m.tree.put("run/.containerenv", __import__("capture").Node("file", b""))
    return m


def m_1gpu_b580_64k_pages(name):
    m = slot_card(name, "Arc B580 under a kernel with 64 KiB pages, which xe is not made for", driver=None,
                  host={"os": "rocky9", "kernel": "6.12.0-55.9.1.el10_0.aarch64+64k", "cpu": "ampere", "options": {"CONFIG_ARM64_64K_PAGES": "y"}})
    m.module("xe", loaded=False, firmware=XE_FIRMWARE)
    m.firmware("xe/bmg_guc_70.bin", "xe/bmg_huc.bin", "i915/bmg_dmc.bin")
    return m


def m_1gpu_b580_at_screen_only(name):
    m = slot_card(name, "Arc B580 ready; the user is in neither group and has a session at the screen", host={"groups": ()})
    xe(m, addr=GPU)
    m.tree.file("run/systemd/users/1000", "# This is private data. Do not parse.\nNAME=user\nSTATE=active\nSESSIONS=2\nSEATS=seat0\nACTIVE_SEATS=seat0\n")
    return m


def m_1gpu_b580_minimal_system(name):
    m = slot_card(name, "Arc B580 on a minimal system without udev: nodes, and no stable names", host={"udev": False, "uid": 0})
    xe(m, addr=GPU)
    return m


def m_1gpu_b580_folder_for_node(name):
    m = slot_card(name, "Arc B580 with a folder where its render node belongs, as a container engine makes one for a path that was not there")
    xe(m, addr=GPU)
    m.tree.remove("dev/dri/renderD128")
    m.tree.dir("dev/dri/renderD128")
    return m


def m_1gpu_e215_modules_unknown(name):
    m = m_1gpu_e215_not_in_kernel(name)
    m.header = [(k, "the same, and which modules claim it is not known" if k == "note" else v) for k, v in m.header]
    m.answers = [a for a in m.answers if a[0] != "modalias"]
    return m


def m_1gpu_e215_not_in_kernel(name):
    m = slot_card(name, "a Battlemage id that compute libraries know and no kernel does", driver=None, claims="")
    m.functions[GPU]["device"] = 0xe215
    m.answers = [a for a in m.answers if a[0] != "modalias"]
    m.claims(0x8086, 0xe215, "")
    m.module("xe", loaded=False, firmware=XE_FIRMWARE)
    m.firmware("xe/bmg_guc_70.bin", "xe/bmg_huc.bin", "i915/bmg_dmc.bin")
    return m
