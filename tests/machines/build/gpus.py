# SPDX-License-Identifier: Apache-2.0
"""GPU models as their cards show themselves: ids, windows, links, the card's own bridges."""
from parts_pci import GIB, IO, KIB, M32, M64, M64P, MIB

# vendor, device, class, revision, subsystem, windows, option ROM, best link, sizes for Resizable BAR, audio id
MODELS = {
    "b580": (0x8086, 0xe20b, 0x030000, 0, (0x8086, 0x1100), [(0, 16 * MIB, M64), (2, 16 * GIB, M64P)], 2 * MIB,
             (2500, 1), {2: 0x7f00}, 0xe2f7),
    "b570": (0x8086, 0xe20c, 0x030000, 0, (0x1849, 0x6021), [(0, 16 * MIB, M64), (2, 16 * GIB, M64P)], 2 * MIB,
             (2500, 1), {2: 0x7f00}, 0xe2f7),
    "b60": (0x8086, 0xe211, 0x030000, 0, (0x8086, 0x1114), [(0, 16 * MIB, M64), (2, 32 * GIB, M64P)], 2 * MIB,
            (2500, 1), {2: 0xff00}, 0xe2f7),
    "a770": (0x8086, 0x56a0, 0x030000, 8, (0x8086, 0x1020), [(0, 16 * MIB, M64), (2, 16 * GIB, M64P)], 2 * MIB,
             (2500, 1), {2: 0x7f00}, 0x4f90),
    "a380": (0x8086, 0x56a5, 0x030000, 5, (0x172f, 0x4019), [(0, 16 * MIB, M64), (2, 8 * GIB, M64P)], 2 * MIB,
             (2500, 1), {2: 0x3f00}, 0x4f92),
    "crescent": (0x8086, 0x674c, 0x120000, 0, (0x8086, 0), [(0, 16 * MIB, M64), (2, 256 * GIB, M64P)], 0,
                 (32000, 16), {2: 0x7ff00}, None),
    "pvc": (0x8086, 0x0bd5, 0x038000, 0x2f, (0x8086, 0), [(0, 16 * MIB, M64), (2, 128 * GIB, M64P)], 0,
            (32000, 16), {2: 0x3ff00}, None),
    "uhd730": (0x8086, 0x4692, 0x030000, 0xc, (0x1043, 0x8882), [(0, 16 * MIB, M64), (2, 256 * MIB, M64P), (4, 64, IO)],
               0, None, None, None),
    "irisxe": (0x8086, 0x9a49, 0x030000, 1, (0x1028, 0x0991), [(0, 16 * MIB, M64), (2, 256 * MIB, M64P), (4, 64, IO)],
               0, None, None, None),
    "irisxe-13": (0x8086, 0xa7a0, 0x030000, 4, (0x17aa, 0x22e7), [(0, 16 * MIB, M64), (2, 256 * MIB, M64P), (4, 64, IO)],
                  0, None, None, None),
    "mtl": (0x8086, 0x7d55, 0x030000, 8, (0x1043, 0x1e13), [(0, 16 * MIB, M64P), (2, 256 * MIB, M64P)], 0, None, None, None),
    "arl": (0x8086, 0x7d51, 0x030000, 3, (0x1043, 0x88fe), [(0, 16 * MIB, M64P), (2, 256 * MIB, M64P)], 0, None, None, None),
    "lnl": (0x8086, 0x64a0, 0x030000, 4, (0x1028, 0x0cb4), [(0, 16 * MIB, M64P), (2, 256 * MIB, M64P)], 0, None, None, None),
    "rtx4090": (0x10de, 0x2684, 0x030000, 0xa1, (0x1043, 0x889a), [(0, 16 * MIB, M32), (1, 32 * GIB, M64P),
                (3, 32 * MIB, M64P), (5, 128, IO)], 512 * KIB, (16000, 16), {1: 0xffc0}, 0x22ba),
    "rtx4070": (0x10de, 0x2786, 0x030000, 0xa1, (0x1458, 0x40ee), [(0, 16 * MIB, M32), (1, 16 * GIB, M64P),
                (3, 32 * MIB, M64P), (5, 128, IO)], 512 * KIB, (16000, 16), {1: 0x7fc0}, 0x22bc),
    "rtx4060m": (0x10de, 0x28e0, 0x030000, 0xa1, (0x1043, 0x1a63), [(0, 16 * MIB, M32), (1, 8 * GIB, M64P),
                 (3, 32 * MIB, M64P), (5, 128, IO)], 512 * KIB, (16000, 8), {1: 0x3fc0}, 0x22be),
    "rtx3090": (0x10de, 0x2204, 0x030000, 0xa1, (0x10de, 0x147d), [(0, 16 * MIB, M32), (1, 256 * MIB, M64P),
                (3, 32 * MIB, M64P), (5, 128, IO)], 512 * KIB, (16000, 16), {1: 0xffc0}, 0x1aef),
    "rtx3080": (0x10de, 0x2206, 0x030000, 0xa1, (0x3842, 0x3895), [(0, 16 * MIB, M32), (1, 16 * GIB, M64P),
                (3, 32 * MIB, M64P), (5, 128, IO)], 512 * KIB, (16000, 16), {1: 0x7fc0}, 0x1aef),
    "rtx5090": (0x10de, 0x2b85, 0x030000, 0xa1, (0x1458, 0x41b6), [(0, 64 * MIB, M32), (1, 32 * GIB, M64P),
                (3, 32 * MIB, M64P), (5, 128, IO)], 512 * KIB, (32000, 16), {1: 0xffc0}, 0x22e8),
    "gtx1080ti": (0x10de, 0x1b06, 0x030000, 0xa1, (0x1043, 0x85e4), [(0, 16 * MIB, M32), (1, 256 * MIB, M64P),
                  (3, 32 * MIB, M64P), (5, 128, IO)], 512 * KIB, (8000, 16), None, 0x10ef),
    "gtx780": (0x10de, 0x1004, 0x030000, 0xa1, (0x3842, 0x2784), [(0, 16 * MIB, M32), (1, 128 * MIB, M64P),
               (3, 32 * MIB, M64P), (5, 128, IO)], 512 * KIB, (8000, 16), None, 0x0e1a),
    "a100": (0x10de, 0x20b0, 0x030200, 0xa1, (0x10de, 0x134f), [(0, 16 * MIB, M32), (1, 64 * GIB, M64P),
             (3, 32 * MIB, M64P)], 0, (16000, 16), {1: 0x1ffc0}, None),
    "a100-pcie": (0x10de, 0x20b5, 0x030200, 0xa1, (0x10de, 0x1533), [(0, 16 * MIB, M32), (1, 128 * GIB, M64P),
                  (3, 32 * MIB, M64P)], 0, (16000, 16), {1: 0x3ffc0}, None),
    "a100-40-pcie": (0x10de, 0x20f1, 0x030200, 0xa1, (0x10de, 0x145f), [(0, 16 * MIB, M32), (1, 64 * GIB, M64P),
                     (3, 32 * MIB, M64P)], 0, (16000, 16), {1: 0x1ffc0}, None),
    "h100": (0x10de, 0x2331, 0x030200, 0xa1, (0x10de, 0x16c1), [(0, 16 * MIB, M64P), (2, 128 * GIB, M64P),
             (4, 32 * MIB, M64P)], 0, (32000, 16), {2: 0x3ffc0}, None),
    "rx7800xt": (0x1002, 0x747e, 0x030000, 0xc8, (0x1da2, 0xd475), [(0, 16 * GIB, M64P), (2, 256 * MIB, M64P),
                 (4, 256, IO), (5, 1 * MIB, M32)], 128 * KIB, (16000, 16), {0: 0x7f00, 2: 0x1fe}, 0xab30),
    "rx6600": (0x1002, 0x73ff, 0x030000, 0xc7, (0x148c, 0x2412), [(0, 8 * GIB, M64P), (2, 256 * MIB, M64P),
               (4, 256, IO), (5, 1 * MIB, M32)], 128 * KIB, (16000, 16), {0: 0x3f00, 2: 0x1fe}, 0xab28),
    "rx580": (0x1002, 0x67df, 0x030000, 0xe7, (0x1da2, 0xe366), [(0, 256 * MIB, M64P), (2, 2 * MIB, M64P),
              (4, 256, IO), (5, 256 * KIB, M32)], 128 * KIB, (8000, 16), {0: 0x3f00}, 0xaaf0),
    "r9-280": (0x1002, 0x679a, 0x030000, 0, (0x1787, 0x3001), [(0, 256 * MIB, M64P), (2, 256 * KIB, M64), (4, 256, IO)],
               128 * KIB, (8000, 16), None, 0xaaa0),
    "r9-fury": (0x1002, 0x7300, 0x030000, 0xcb, (0x1002, 0x0b36), [(0, 256 * MIB, M64P), (2, 2 * MIB, M64P), (4, 256, IO), (5, 256 * KIB, M32)],
                128 * KIB, (8000, 16), None, 0xaae8),
    "780m": (0x1002, 0x15bf, 0x030000, 0xd1, (0x103c, 0x8b83), [(0, 256 * MIB, M64P), (2, 2 * MIB, M64P), (4, 256, IO),
             (5, 512 * KIB, M32)], 0, (16000, 16), None, 0x1640),
    "raphael": (0x1002, 0x164e, 0x030000, 0xc1, (0x1043, 0x8877), [(0, 256 * MIB, M64P), (2, 2 * MIB, M64P), (4, 256, IO),
                (5, 512 * KIB, M32)], 0, (16000, 16), None, 0x1640),
    "mi300x": (0x1002, 0x74a1, 0x120000, 0, (0x1002, 0x74a1), [(0, 256 * GIB, M64P), (2, 2 * MIB, M64P),
               (5, 2 * MIB, M32)], 0, (32000, 16), None, None),
    "mi210": (0x1002, 0x740f, 0x038000, 0x2, (0x1002, 0x0c34), [(0, 64 * GIB, M64P), (2, 2 * MIB, M64P),
              (5, 512 * KIB, M32)], 0, (16000, 16), None, None),
    "aspeed": (0x1a03, 0x2000, 0x030000, 0x41, (0x15d9, 0x1b95), [(0, 64 * MIB, M32), (1, 128 * KIB, M32), (2, 128, IO)],
               0, None, None, None),
}

# Cards that carry a PCIe switch: (vendor, upstream port, downstream ports, revision)
SWITCHES = {
    "b580": (0x8086, 0xe2ff, (0xe2f0, 0xe2f1), (16000, 8)), "b570": (0x8086, 0xe2ff, (0xe2f0, 0xe2f1), (16000, 8)),
    "b60": (0x8086, 0xe2ff, (0xe2f0, 0xe2f1), (32000, 8)),
    "a770": (0x8086, 0x4fa1, (0x4fa4, 0x4fa4), (16000, 16)), "a380": (0x8086, 0x4fa1, (0x4fa4, 0x4fa4), (16000, 8)),
    "rx7800xt": (0x1002, 0x1478, (0x1479,), (16000, 16)), "rx6600": (0x1002, 0x1478, (0x1479,), (16000, 8)),
}

XE_FIRMWARE = ("xe/bmg_guc_70.bin", "xe/bmg_huc.bin", "xe/lnl_guc_70.bin", "xe/lnl_huc.bin", "xe/lnl_gsc_1.bin",
               "i915/bmg_dmc.bin", "i915/xe2lpd_dmc.bin", "i915/mtl_guc_70.bin", "i915/dg2_guc_70.bin")
I915_FIRMWARE = ("i915/tgl_guc_70.bin", "i915/tgl_huc.bin", "i915/tgl_dmc_ver2_12.bin", "i915/adls_dmc_ver2_01.bin",
                 "i915/adlp_dmc.bin", "i915/adlp_guc_70.bin", "i915/mtl_guc_70.bin", "i915/mtl_huc_gsc.bin",
                 "i915/mtl_gsc_1.bin", "i915/mtl_dmc.bin", "i915/dg2_guc_70.bin", "i915/dg2_huc_gsc.bin",
                 "i915/dg2_dmc_ver2_08.bin")
AMDGPU_FIRMWARE = ("amdgpu/psp_13_0_0_sos.bin", "amdgpu/gc_11_0_3_pfp.bin", "amdgpu/gc_11_0_3_me.bin", "amdgpu/dcn_3_2_0_dmcub.bin",
                   "amdgpu/vcn_4_0_0.bin", "amdgpu/sdma_6_0_3.bin", "amdgpu/smu_13_0_10.bin")
NVIDIA_FIRMWARE = ("nvidia/{v}/gsp_ga10x.bin", "nvidia/{v}/gsp_tu10x.bin")


def function(m, model, addr, parent, driver, now=None, bars=None, audio=True, audio_driver="snd_hda_intel", port="endpoint",
             audio_addr=None, audio_parent=None, **kw):
    """The GPU function and, where the model has one, its audio function."""
    vendor, device, cls, rev, subsys, own, rom, best, rebar, sound = MODELS[model]
    kw.setdefault("rebar", rebar)
    kw.setdefault("subsys", subsys)
    kw.setdefault("reset", "flr bus")
    if cls == 0x030000:
        kw.setdefault("boot_vga", False)
    best = kw.pop("best", best)
    m.pci(addr, vendor, device, cls, parent, rev=rev, driver=driver, bars=bars or own, rom=rom, now=now or best,
          best=best, port=port if best else "rc-endpoint", **kw)
    if audio and sound and (audio_addr or best):
        at = audio_addr or addr[:-1] + "1"
        m.pci(at, vendor, sound, 0x040300, audio_parent or parent, subsys=subsys, driver=audio_driver, port="endpoint",
              now=now or best or (2500, 1), best=best or (2500, 1), bars=[(0, 16 * KIB, M32)], config="header",
              numa=kw.get("numa", -1), group=kw.get("group"), removable=kw.get("removable"))
    return addr


def resized(model, bar, size):
    """The model's windows with one of them at another size: what firmware without Resizable BAR leaves."""
    return [(i, size if i == bar else s, f) for i, s, f in MODELS[model][5]]


def switch_card(m, model, parent, bus, driver, link=None, gpu=None, domain="0000", group=None, port_kw=None, **kw):
    """A card with its own switch: upstream port on `bus`, the GPU two buses further down."""
    vendor, up, downs, best = SWITCHES[model]
    link = link or best
    b = lambda n, d=0: f"{domain}:{bus + n:02x}:{d:02x}.0"
    groups = iter(range(group, group + 8)) if group is not None else None
    take = lambda: next(groups) if groups else None
    common = dict(removable=kw.get("removable"), numa=kw.get("numa", -1))
    upstream = m.bridge(b(0), parent, vendor, up, "upstream", link, best, group=take(), atomics=("routing",),
                        rev=1 if vendor == 0x8086 else 0xc8, **common, **(port_kw or {}))
    inner = (2500, 1) if vendor == 0x8086 else (16000, 16)
    first = 1 if vendor == 0x8086 else 0
    ports = [m.bridge(b(1, first + i), upstream, vendor, d, "downstream", inner, inner, slot=(False, False), group=take(),
                      acs=0x1d if vendor == 0x8086 else 0, atomics=("routing",), rev=0 if vendor == 0x8086 else 0xc8, **common)
             for i, d in enumerate(downs)]
    addr = gpu or b(2)
    if len(downs) > 1:
        function(m, model, addr, ports[0], driver, group=take(), audio_addr=b(3), audio_parent=ports[1], **kw)
    else:
        function(m, model, addr, ports[0], driver, group=take(), **kw)
    return addr


def xe(m, card=1, render=128, addr=None, connectors=None, firmware=("xe/bmg_guc_70.bin", "xe/bmg_huc.bin", "i915/bmg_dmc.bin"),
       params=None, nodes=True, **kw):
    """Loaded xe with its firmware files and the GPU's DRM nodes."""
    m.module("xe", params={"force_probe": ("", "0400"), "max_vfs": ("4294967295", "0600"), **(params or {})}, firmware=XE_FIRMWARE, refcnt=3)
    m.firmware(*firmware)
    if addr:
        m.drm(addr, card, render, connectors=connectors if connectors is not None else [("DP-1", "connected"),
              ("DP-2", "disconnected"), ("DP-3", "disconnected"), ("HDMI-A-1", "disconnected")], nodes=nodes, **kw)


def i915(m, card=0, render=128, addr=None, connectors=None, firmware=("i915/adls_dmc_ver2_01.bin", "i915/tgl_guc_70.bin", "i915/tgl_huc.bin"),
         params=None, **kw):
    m.module("i915", params={"force_probe": ("", "0400"), "enable_guc": ("-1", "0400"), "modeset": ("-1", "0400"), **(params or {})},
             firmware=I915_FIRMWARE, refcnt=8)
    m.firmware(*firmware)
    if addr:
        m.drm(addr, card, render, connectors=connectors if connectors is not None else
              [("HDMI-A-1", "connected"), ("DP-1", "disconnected")], **kw)


def amdgpu(m, card=0, render=128, addr=None, connectors=None, vram=None, visible=None, unique=None, firmware=AMDGPU_FIRMWARE,
           params=None, module=True, extra=None, **kw):
    if module:
        m.module("amdgpu", params={"si_support": "0", "cik_support": "0", "ppfeaturemask": "0xfff7bfff", **(params or {})},
                 firmware=AMDGPU_FIRMWARE, refcnt=12)
        m.firmware(*firmware)
    if addr:
        f = m.functions[addr]
        more = {"mem_info_vram_total": str(vram)} if vram else {}
        if vram:
            more["mem_info_vis_vram_total"] = str(visible or vram)
        if unique:
            more["unique_id"] = unique
        more.update(extra or {})
        f["attrs"] = {**(f["attrs"] or {}), **more}
        m.drm(addr, card, render, connectors=connectors if connectors is not None else
              [("DP-1", "connected"), ("DP-2", "disconnected"), ("HDMI-A-1", "disconnected")], **kw)


def nvidia(m, gpus, first_card=1, first_render=128, version="570.172.08", flavour="open", nodes=True, drm=True,
           connectors=(), signer=None, peermem=False, library=None, uvm=True, ctl=True, taint="OE", file_version=None,
           params=None):
    """Loaded NVIDIA modules and what they make for the GPUs (address, name)."""
    m.nvidia_modules(version, flavour, signer=signer, peermem=peermem, taint=taint, file_version=file_version, uvm=uvm,
                     params={"NVreg_EnableGpuFirmware": "18", **(params or {})} if params is not False else None)
    m.nvidia_nodes(range(len(gpus)) if nodes else (), [(a, n, f"GPU-c0ffee00-0000-0000-0000-{0x200 + i:012x}")
                   for i, (a, n) in enumerate(gpus)], version, flavour, library=library, uvm=uvm, ctl=ctl)
    for i, (addr, _) in enumerate(gpus):
        if drm:
            m.drm(addr, first_card + i, first_render + i, connectors=connectors if i == 0 else ())
    m.firmware(*[n.format(v=version) for n in NVIDIA_FIRMWARE], suffix="")
