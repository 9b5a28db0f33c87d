# SPDX-License-Identifier: Apache-2.0
"""GPUs outside the machine: every rung of evidence, every Thunderbolt trouble, OCuLink, lost GPUs."""
from boards import desktop_amd, laptop_intel, nvme
from gpus import MODELS, amdgpu, function, i915, nvidia, resized, switch_card, xe
from machine import Machine
from parts_pci import GIB, KIB, M32, M64, M64P, MIB

PORT = "0000:00:07.0"
NHI = "0000:00:0d.2"
TB_INNER = (2500, 4)     # what every Thunderbolt-internal link reports, whatever the tunnel does


def panel(m, **kw):
    i915(m, 1, 128, "0000:00:02.0", connectors=[("eDP-1", "connected"), ("DP-1", "disconnected"), ("DP-2", "disconnected")],
         firmware=("i915/tgl_dmc_ver2_12.bin", "i915/adlp_dmc.bin", "i915/tgl_guc_70.bin", "i915/adlp_guc_70.bin", "i915/tgl_huc.bin"), **kw)


def box(m, bus=0x20, port=PORT, downs=4, vendor=0x8086, device=0x5786, vsec=True, removable="removable", gpu_link=(16000, 4), rev=0x85,
        slots=((False, True), (True, True), (True, True), (True, True)), first=0):
    """The switch of an enclosure: upstream port, downstream ports. Returns the port that holds the GPU."""
    up = m.bridge(f"0000:{bus:02x}:00.0", port, vendor, device, "upstream", TB_INNER, gpu_link, tb=vsec, removable=removable,
                  subsys=(0x2222, 0x1111), rev=rev, serial=0xe87ca900808714c4 if vsec else None, acs=0)
    ports = [m.bridge(f"0000:{bus + 1:02x}:{first + i:02x}.0", up, vendor, device, "downstream", gpu_link if i == 0 else TB_INNER, gpu_link, tb=vsec,
                      removable=removable, subsys=(0x2222, 0x1111), rev=rev, slot=slots[i], acs=0x08 if vsec else 0x1d) for i in range(downs)]
    return ports


def egpu(m, model, driver, bus=0x20, now=(16000, 4), claims=None, removable="removable", port=PORT, gpu_kw=None, **kw):
    ports = box(m, bus, port=port, gpu_link=kw.pop("gpu_link", (16000, 4)), removable=removable, **kw)
    vendor, device = MODELS[model][:2]
    addr = f"0000:{bus + 2:02x}:00.0"
    function(m, model, addr, ports[0], driver, now=now, removable=removable, **(gpu_kw or {}))
    if claims:
        m.claims(vendor, device, claims)
    return addr


def m_2gpu_tb5_rtx5090_ready(name):
    m = laptop_intel(name, "RTX 5090 in a Thunderbolt 5 box on a Thunderbolt 4 host, everything right", igpu="arl", ports=2, domains=2,
                     os="fedora43", cpu="ultra-285h", dmi=("ASUSTeK COMPUTER INC.", "NUC15CRSU9", "NUC15CRB", "CRARL579.0029", 35), boot=True)
    m.claims(0x8086, 0x7d51, "i915")
    m.tb_module()
    m.tb_domain(0, NHI)
    m.tb_domain(1, "0000:00:0d.3")
    m.tb_router("0-1", "0-0", 0xed, 0x41b6, "GIGABYTE", "AORUS RTX5090 AI BOX", boot=1)
    gpu = egpu(m, "rtx5090", "nvidia", claims="nouveau nvidia_drm nvidia")
    nvidia(m, [(gpu, "NVIDIA GeForce RTX 5090")], first_card=0, first_render=129, version="580.105.08")
    i915(m, 1, 128, "0000:00:02.0", connectors=[("HDMI-A-1", "connected")], firmware=("i915/mtl_guc_70.bin", "i915/mtl_huc_gsc.bin", "i915/mtl_gsc_1.bin", "i915/mtl_dmc.bin"))
    return m


def m_1gpu_usb4_unauthorized(name):
    m = laptop_intel(name, "a Thunderbolt box is plugged in and nobody authorized it: no PCIe tunnel, no GPU, no message", os="debian13")
    m.tb_module()
    m.tb_domain(0, NHI)
    m.tb_router("0-1", "0-0", 0x1b8, 0x1, "Razer", "Core X Chroma", authorized=0, generation=3)
    panel(m)
    return m


def m_1gpu_usb4_authorized_no_gpu(name):
    m = laptop_intel(name, "a Thunderbolt box is authorized, its switch is there, no GPU answers behind it", os="debian13")
    m.tb_module()
    m.tb_domain(0, NHI)
    m.tb_router("0-1", "0-0", 0x1b8, 0x1, "Razer", "Core X Chroma", authorized=1, generation=3)
    box(m, device=0x1578, downs=2, gpu_link=(2500, 4), rev=4)
    panel(m)
    return m


def m_2gpu_tb4_nvidia_lost(name):
    m = laptop_intel(name, "an RTX 3080 in a Thunderbolt box fell off the bus with its driver still bound", os="debian13")
    m.tb_module()
    m.tb_domain(0, NHI)
    m.tb_router("0-1", "0-0", 0x1b8, 0x1, "Razer", "Core X Chroma", authorized=1, generation=3)
    gpu = egpu(m, "rtx3080", "nvidia", claims="nouveau nvidia_drm nvidia", gpu_link=(2500, 4), now=(2500, 4), device=0x1578, downs=2, rev=4,
               gpu_kw=dict(dead=True, link_error=True))
    m.functions[gpu[:-1] + "1"].update(dead=True, config="dead", link_error=True, attrs={"current_link_speed": OSError("EINVAL"),
                                       "current_link_width": OSError("EINVAL"), "max_link_width": "255"})
    nvidia(m, [(gpu, "NVIDIA GeForce RTX 3080")], first_card=0, first_render=129)
    panel(m)
    return m


def m_2gpu_tb_deauthorized(name):
    m = laptop_intel(name, "the box of an RTX 3080 was deauthorized a moment ago; the kernel has not removed the GPU yet", os="debian13")
    m.tb_module()
    m.tb_domain(0, NHI)
    m.tb_router("0-1", "0-0", 0x1b8, 0x1, "Razer", "Core X Chroma", authorized=0, generation=3)
    gpu = egpu(m, "rtx3080", "nvidia", claims="nouveau nvidia_drm nvidia", gpu_link=(2500, 4), now=(2500, 4), device=0x1578, downs=2, rev=4)
    nvidia(m, [(gpu, "NVIDIA GeForce RTX 3080")], first_card=0, first_render=129)
    panel(m)
    return m


def m_2gpu_tb4_amd_lost_config(name):
    m = laptop_intel(name, "an RX 7800 XT in a Thunderbolt box: configuration space reads all ones, nothing bound any more", os="debian13")
    m.tb_module()
    m.tb_domain(0, NHI)
    m.tb_router("0-1", "0-0", 0x4b, 0x17, "Sonnet Technologies, Inc", "eGPU Breakaway Box 850", authorized=1, generation=3)
    ports = box(m, device=0x15c0, downs=2, gpu_link=(2500, 4), rev=2)
    switch_card(m, "rx7800xt", ports[0], 0x22, None, link=(2500, 4), removable="removable", dead=True, link_error=True)
    m.claims(0x1002, 0x747e, "amdgpu")
    amdgpu(m)
    panel(m)
    return m


def m_2gpu_tb_arc_a770(name):
    m = laptop_intel(name, "Arc A770 in a Thunderbolt 4 box: two switches on the way, the card's upstream port has the true link", os="fedora43")
    m.tb_module()
    m.tb_domain(0, NHI)
    m.tb_router("0-1", "0-0", 0x1e, 0x2f, "ADT-Link", "UT4G", authorized=1, generation=4, usb4="1.0", usb4_type="peripheral")
    ports = box(m, vendor=0x1b21, device=0x2461, vsec=False, downs=1, gpu_link=(16000, 4), rev=1, slots=((True, True),))
    switch_card(m, "a770", ports[0], 0x22, "i915", link=(16000, 4), removable="removable")
    m.claims(0x8086, 0x56a0, "i915 xe")
    panel(m)
    m.firmware("i915/dg2_guc_70.bin", "i915/dg2_huc_gsc.bin", "i915/dg2_dmc_ver2_08.bin")
    m.drm("0000:24:00.0", 2, 129, connectors=[("DP-3", "connected"), ("HDMI-A-1", "disconnected")])
    return m


def m_2gpu_tb_b580_small_window(name):
    m = laptop_intel(name, "Arc B580 in a USB4 box; no room below the port for the whole window", os="debian13")
    m.tb_module()
    m.tb_domain(0, NHI)
    m.tb_router("0-1", "0-0", 0x1e, 0x2f, "ADT-Link", "UT4G", authorized=1, generation=4, usb4="1.0", usb4_type="peripheral")
    ports = box(m, vendor=0x1b21, device=0x2461, vsec=False, downs=1, gpu_link=(16000, 4), rev=1, slots=((True, True),))
    switch_card(m, "b580", ports[0], 0x22, "xe", link=(16000, 4), removable="removable", bars=resized("b580", 2, 256 * MIB))
    m.claims(0x8086, 0xe20b, "xe")
    panel(m)
    xe(m, 2, 129, "0000:24:00.0", connectors=[("DP-3", "connected")])
    return m


def m_2gpu_evidence_removable(name):
    m = laptop_intel(name, "evidence: the kernel says removable, nothing else does", os="fedora43", nhi=False)
    m.root_port(PORT, device=0xa76e, now=(2500, 4), best=(2500, 4), removable="fixed")
    gpu = egpu(m, "rtx3080", "nvidia", claims="nouveau nvidia_drm nvidia", vendor=0x1b21, device=0x2461, vsec=False, downs=1,
               slots=((False, False),), rev=1)
    nvidia(m, [(gpu, "NVIDIA GeForce RTX 3080")], first_card=0, first_render=129)
    panel(m)
    return m


def m_2gpu_evidence_vsec(name):
    m = laptop_intel(name, "evidence: Thunderbolt's vendor capability on the bridges above; the kernel (5.10) has no removable attribute",
                     os="debian12", kernel="5.10.0-35-amd64", igpu="irisxe", nhi=False)
    m.root_port(PORT, device=0x9a23, now=(2500, 4), best=(2500, 4), slot=(True, True))
    gpu = egpu(m, "rtx3080", "nvidia", claims="nouveau nvidia_drm nvidia", device=0x1578, downs=2, rev=4, removable=None, gpu_link=(2500, 4),
               now=(2500, 4))
    nvidia(m, [(gpu, "NVIDIA GeForce RTX 3080")], first_card=0, first_render=129, version="550.163.01")
    panel(m)
    return m


def m_2gpu_evidence_devlink(name):
    m = amd_laptop(name, "evidence: the firmware links the host controller and the root port; no removable, no vendor capability")
    m.devlink("0000:c5:00.5", "0000:00:03.1")
    amd_box(m)
    return m


def m_2gpu_evidence_one_router(name):
    m = amd_laptop(name, "evidence: exactly one router, authorized, and exactly one hot-plug root port with devices below")
    amd_box(m)
    return m


def amd_laptop(name, note, boot=True, typec=2, **host):
    """HP-like laptop with a Ryzen 7840U: two USB4 host controllers, tunnels come out of 00:03.1 and 00:04.1."""
    m = Machine(name, note)
    m.host(**{"os": "debian13", "cpu": "ryzen-7840u", "dmi": ("HP", "HP EliteBook 835 13 inch G10 Notebook PC", "8B2F", "V82 Ver. 01.05.00", 10), **host})
    m.pci("0000:00:00.0", 0x1022, 0x14e8, 0x060000, subsys=(0x103c, 0x8b83))
    if typec:
        m.typec_ports(typec)
    m.root_port("0000:00:02.4", 0x1022, 0x14ee, now=(16000, 4), best=(16000, 4))
    nvme(m, "0000:01:00.0", "0000:00:02.4")
    for a in ("0000:00:03.1", "0000:00:04.1"):
        m.root_port(a, 0x1022, 0x14ef, now=(2500, 4), best=(16000, 4), slot=(True, True), atomics=("routing",))
    m.root_port("0000:00:08.1", 0x1022, 0x14eb, now=(16000, 16), best=(16000, 16), atomics=("routing",))
    m.root_port("0000:00:08.3", 0x1022, 0x14eb, now=(16000, 16), best=(16000, 16), atomics=("routing",))
    function(m, "780m", "0000:c3:00.0", "0000:00:08.1", "amdgpu", port="legacy", boot_vga=boot)
    m.claims(0x1002, 0x15bf, "amdgpu")
    amdgpu(m, 1, 128, "0000:c3:00.0", vram=536870912, connectors=[("eDP-1", "connected")] + [(f"DP-{i}", "disconnected") for i in range(1, 8)])
    for a, d in (("0000:c5:00.5", 0x1668), ("0000:c5:00.6", 0x1669)):
        m.pci(a, 0x1022, d, 0x0c0340, "0000:00:08.3", subsys=(0x103c, 0x8b83), driver="thunderbolt", port="endpoint", now=(16000, 16), best=(16000, 16),
              bars=[(0, 512 * KIB, M64)], config="header")
    m.tb_module()
    m.tb_domain(0, "0000:c5:00.5", security="user", vendor_name="AMD", device_name="USB4 Host Router", deauthorization=1)
    m.tb_domain(1, "0000:c5:00.6", security="user", vendor_name="AMD", device_name="USB4 Host Router", deauthorization=1)
    return m


def amd_box(m, bus=0x02, port="0000:00:03.1", removable=None, model="rx7800xt", router=True, speed=("20.0 Gb/s", 2)):
    if router:
        m.tb_router("0-2", "0-0", 0x1e, 0x2f, "ADT-Link", "UT3G", authorized=1, generation=4, usb4="1.0", usb4_type="peripheral", speed=speed)
    ports = box(m, bus, port=port, vendor=0x1b21, device=0x2461, vsec=False, downs=1, gpu_link=(16000, 4), rev=1, slots=((True, True),), removable=removable)
    if model == "rx7800xt":
        gpu = switch_card(m, "rx7800xt", ports[0], bus + 2, "amdgpu", link=(16000, 4), removable=removable, bars=resized("rx7800xt", 0, 256 * MIB))
        m.claims(0x1002, 0x747e, "amdgpu")
        amdgpu(m, 2, 129, gpu, vram=17163091968, visible=268435456, unique="c0ffee0000000003", connectors=[("DP-8", "disconnected")], module=False)
        m.firmware(*__import__("gpus").AMDGPU_FIRMWARE)
    else:
        gpu = function(m, model, f"0000:{bus + 2:02x}:00.0", ports[0], "nvidia", now=(16000, 4), removable=removable)
        m.claims(0x10de, MODELS[model][1], "nouveau nvidia_drm nvidia")
        nvidia(m, [(gpu, "NVIDIA GeForce RTX 4070")], first_card=2, first_render=129)
    return gpu


def m_2gpu_apu_egpu_usb4(name):
    m = amd_laptop(name, "AMD laptop with an RX 7800 XT in a USB4 box", cmdline="amd_iommu=on")
    m.functions["0000:00:03.1"]["removable"] = "fixed"
    amd_box(m, removable="removable")
    return m


def m_2gpu_apu_nvidia_egpu_usb4(name):
    m = amd_laptop(name, "AMD laptop with an NVIDIA GPU in a USB4 box: NVIDIA's driver does not see that it is external")
    m.functions["0000:00:03.1"]["removable"] = "fixed"
    amd_box(m, removable="removable", model="rtx4070")
    return m


def m_2gpu_tb_20g_fallback(name):
    m = amd_laptop(name, "a USB4 box whose link came up at 2 x 10 Gb/s: a cable for 20 Gb/s")
    m.functions["0000:00:03.1"]["removable"] = "fixed"
    amd_box(m, removable="removable", speed=("10.0 Gb/s", 2))
    return m


def m_2gpu_tb_one_lane(name):
    m = amd_laptop(name, "a USB4 box whose link came up on one lane")
    m.functions["0000:00:03.1"]["removable"] = "fixed"
    amd_box(m, removable="removable", speed=("20.0 Gb/s", 1))
    return m


def m_2gpu_evidence_hotplug_slot(name):
    m = desktop_amd(name, "evidence: hot-plug and surprise bits on the port above, nothing else: a server slot or OCuLink", igpu="raphael", os="debian13")
    m.root_port("0000:00:01.3", 0x1022, 0x14db, now=(16000, 4), best=(16000, 4), slot=(True, True))
    function(m, "rtx4070", "0000:05:00.0", "0000:00:01.3", "nvidia", now=(16000, 4))
    m.claims(0x10de, 0x2786, "nouveau nvidia_drm nvidia")
    nvidia(m, [("0000:05:00.0", "NVIDIA GeForce RTX 4070")])
    amdgpu(m, 0, 129, "0000:0d:00.0", vram=536870912)
    return m


def oculink(name, note):
    m = desktop_amd(name, note, igpu="raphael", os="debian13", dmi=("Minisforum", "MS-A2", "MS-A2", "1.02", 35))
    m.root_port("0000:00:01.3", 0x1022, 0x14db, now=(16000, 4), best=(16000, 4))
    function(m, "rtx4070", "0000:05:00.0", "0000:00:01.3", "nvidia", now=(16000, 4))
    m.claims(0x10de, 0x2786, "nouveau nvidia_drm nvidia")
    nvidia(m, [("0000:05:00.0", "NVIDIA GeForce RTX 4070")])
    amdgpu(m, 0, 129, "0000:0d:00.0", vram=536870912)
    return m


def m_2gpu_oculink_unconfigured(name):
    return oculink(name, "a GPU on an OCuLink port that nobody named: looks like any internal slot")


def m_2gpu_oculink_configured(name):
    m = oculink(name, "a GPU on an OCuLink port that /etc/gpubay/external-ports names")
    m.tree.file("etc/gpubay/external-ports", "# the OCuLink port at the back\n0000:00:01.3 oculink\n")
    return m


def security(name, note, level, iommu=1, authorized=0, cmdline="", hide=False, **kw):
    m = laptop_intel(name, note, igpu="irisxe", os="debian13", cpu="i7-1165g7", cmdline=cmdline, **kw)
    m.tb_module()
    m.tb_domain(0, NHI, security=level, iommu=iommu, deauthorization=0 if level in ("dponly", "none") else 1,
                boot_acl=",,,,,,,,,,,,,,," if level == "secure" else None)
    m.tb_router("0-1", "0-0", 0x1b8, 0x1, "Razer", "Core X Chroma", authorized=authorized, generation=3, key=level == "secure", hide_authorized=hide)
    i915(m, 0, 128, "0000:00:02.0", connectors=[("eDP-1", "connected")], firmware=("i915/tgl_dmc_ver2_12.bin", "i915/tgl_guc_70.bin", "i915/tgl_huc.bin"))
    return m


def m_1gpu_tb_security_dponly(name):
    return security(name, "Thunderbolt set to DisplayPort only in the firmware: no PCIe tunnel can exist", "dponly", hide=True)


def m_1gpu_tb_security_nopcie(name):
    return security(name, "Thunderbolt with PCIe tunnelling switched off (security level nopcie)", "nopcie", hide=True)


def m_1gpu_tb_security_usbonly(name):
    return security(name, "Thunderbolt set to USB and DisplayPort only", "usbonly")


def m_1gpu_tb_security_secure(name):
    return security(name, "Thunderbolt with keys: the box is authorized with a key", "secure", authorized=2)


def m_1gpu_tb_security_none_no_iommu(name):
    m = security(name, "Thunderbolt without any security and without an IOMMU: every device may read all memory", "none", iommu=0, authorized=1,
                 cmdline="intel_iommu=off")
    m.iommu = False
    return m


def m_1gpu_tb_module_blacklisted(name):
    m = laptop_intel(name, "a Thunderbolt host controller without a driver: the module is blacklisted", os="debian13")
    m.functions[NHI]["driver"] = None
    m.module("thunderbolt", loaded=False)
    m.claims(0x8086, m.functions[NHI]["device"], "thunderbolt")
    m.tree.file("etc/modprobe.d/hardening.conf", "install dccp /bin/true\nblacklist firewire-core\nblacklist thunderbolt\n")
    panel(m)
    return m


def m_1gpu_tb_module_missing(name):
    m = laptop_intel(name, "a Thunderbolt host controller; this kernel was built without the module", os="debian13", options={"CONFIG_USB4": "n"})
    m.functions[NHI]["driver"] = None
    m.module("thunderbolt", loaded=False, available=False)
    m.claims(0x8086, m.functions[NHI]["device"], "")
    panel(m)
    return m


def m_1gpu_tb_port_asleep(name):
    m = laptop_intel(name, "a Thunderbolt root port asleep in D3cold: plugging a box in makes no event", os="debian13",
                     port_kw=dict(power={"state": "D3cold", "control": "auto", "status": "suspended"}))
    m.tb_module()
    m.tb_domain(0, NHI)
    panel(m)
    return m


def m_2gpu_tb_host_reset_off(name):
    m = laptop_intel(name, "an eGPU box with the work-arounds people pass around: host_reset=0, larger windows, ASPM off", os="fedora43",
                     cmdline="thunderbolt.host_reset=0 pci=realloc,hpmmioprefsize=16G pcie_aspm=off pcie_port_pm=off")
    m.tb_module(host_reset="N")
    m.tb_domain(0, NHI)
    m.tb_router("0-1", "0-0", 0x4b, 0x17, "Sonnet Technologies, Inc", "eGPU Breakaway Box 850", authorized=1, generation=3, boot=1)
    gpu = egpu(m, "rtx3080", "nvidia", claims="nouveau nvidia_drm nvidia", device=0x15c0, downs=2, rev=2, gpu_link=(2500, 4), now=(2500, 4))
    nvidia(m, [(gpu, "NVIDIA GeForce RTX 3080")], first_card=0, first_render=129)
    panel(m)
    return m


def m_2gpu_tb_no_window(name):
    m = laptop_intel(name, "an eGPU was plugged in and the kernel found no room for its windows: no driver may bind", os="debian13", cmdline="pci=hpmmioprefsize=64M")
    m.tb_module()
    m.tb_domain(0, NHI)
    m.tb_router("0-1", "0-0", 0x4b, 0x17, "Sonnet Technologies, Inc", "eGPU Breakaway Box 850", authorized=1, generation=3)
    egpu(m, "rtx3080", None, claims="nouveau nvidia_drm nvidia", device=0x15c0, downs=2, rev=2, gpu_link=(2500, 4), now=(2500, 4),
         gpu_kw=dict(unassigned=(0, 1, 3, 5), bars=[(0, 16 * MIB, M32), (1, 256 * MIB, M64P), (3, 32 * MIB, M64P), (5, 128, 0x40101)]))
    nvidia(m, [])
    panel(m)
    return m


def m_2gpu_tb_xorg_no_external(name):
    m = laptop_intel(name, "an NVIDIA eGPU and an Xorg configuration that does not allow external GPUs", os="debian13")
    m.tb_module()
    m.tb_domain(0, NHI)
    m.tb_router("0-1", "0-0", 0x4b, 0x17, "Sonnet Technologies, Inc", "eGPU Breakaway Box 850", authorized=1, generation=3)
    gpu = egpu(m, "rtx3080", "nvidia", claims="nouveau nvidia_drm nvidia", device=0x15c0, downs=2, rev=2, gpu_link=(2500, 4), now=(2500, 4))
    nvidia(m, [(gpu, "NVIDIA GeForce RTX 3080")], first_card=0, first_render=129)
    m.tree.file("etc/X11/xorg.conf.d/10-nvidia.conf", 'Section "Device"\n    Identifier "egpu"\n    Driver "nvidia"\n    BusID "PCI:34:0:0"\nEndSection\n')
    panel(m)
    return m


def m_2gpu_tb_xorg_external_allowed(name):
    m = m_2gpu_tb_xorg_no_external(name)
    m.header[1] = ("note", "an NVIDIA eGPU and an Xorg configuration that allows external GPUs")
    m.tree.file("etc/X11/xorg.conf.d/10-nvidia.conf", 'Section "Device"\n    Identifier "egpu"\n    Driver "nvidia"\n    Option "AllowExternalGPUs" "True"\nEndSection\n')
    return m


def m_3gpu_two_boxes_chain(name):
    m = laptop_intel(name, "two boxes, one behind the other, on one Thunderbolt port", os="fedora43")
    m.tb_module()
    m.tb_domain(0, NHI)
    m.tb_router("0-1", "0-0", 0xed, 0x41b6, "GIGABYTE", "AORUS RTX5090 AI BOX")
    m.tb_router("0-301", "0-1", 0x4b, 0x17, "Sonnet Technologies, Inc", "eGPU Breakaway Box 850", unique_id="c0ffee00-0000-0000-0000-000000000005", generation=3)
    ports = box(m)
    function(m, "rtx5090", "0000:22:00.0", ports[0], "nvidia", now=(16000, 4), removable="removable")
    m.claims(0x10de, 0x2b85, "nouveau nvidia_drm nvidia")
    second = box(m, 0x30, port=ports[1], device=0x15c0, downs=2, gpu_link=(2500, 4), rev=2)
    function(m, "rtx3080", "0000:32:00.0", second[0], "nvidia", now=(2500, 4), removable="removable")
    m.claims(0x10de, 0x2206, "nouveau nvidia_drm nvidia")
    nvidia(m, [("0000:22:00.0", "NVIDIA GeForce RTX 5090"), ("0000:32:00.0", "NVIDIA GeForce RTX 3080")], first_card=2, first_render=129, version="580.105.08")
    panel(m)
    return m


def m_1gpu_tb_safe_to_unplug(name):
    m = laptop_intel(name, "a box whose GPU was removed and whose tunnel was taken down: safe to unplug", os="debian13")
    m.tb_module()
    m.tb_domain(0, NHI)
    m.tb_router("0-1", "0-0", 0x4b, 0x17, "Sonnet Technologies, Inc", "eGPU Breakaway Box 850", authorized=0, generation=3)
    m.bolt("c0ffee00-0000-0000-0000-000000000004", "auto")
    panel(m)
    return m


def noted(name, note, state, driver):
    m = laptop_intel(name, note, os="debian13")
    m.tb_module()
    m.tb_domain(0, NHI)
    m.tb_router("0-1", "0-0", 0x4b, 0x17, "Sonnet Technologies, Inc", "eGPU Breakaway Box 850", authorized=1, generation=3)
    gpu = egpu(m, "rtx3080", driver, claims="nouveau nvidia_drm nvidia", device=0x15c0, downs=2, rev=2, gpu_link=(2500, 4), now=(2500, 4))
    nvidia(m, [(gpu, "NVIDIA GeForce RTX 3080")] if driver else [], first_card=0, first_render=129)
    m.tree.file("run/gpubay/state/box-c0ffee00-0000-0000-0000-000000000004-0", state)
    panel(m)
    return m


def m_2gpu_egpu_removing(name):
    return noted(name, "an eGPU that is being ejected right now", "removing", "nvidia")


def m_2gpu_egpu_safe_to_unplug(name):
    return noted(name, "an eGPU after a successful eject: no driver, safe to unplug", "safe-to-unplug", None)


def m_2gpu_two_domains_ambiguous(name):
    m = laptop_intel(name, "two boxes on two ports, and nothing says which port belongs to which controller: the box of the GPU stays open", os="debian13", ports=2, domains=2)
    m.tb_module()
    m.tb_domain(0, NHI)
    m.tb_domain(1, "0000:00:0d.3")
    m.tb_router("0-1", "0-0", 0x4b, 0x17, "Sonnet Technologies, Inc", "eGPU Breakaway Box 850", generation=3)
    m.tb_router("1-1", "1-0", 0x108, 0x2031, "Lenovo", "ThinkPad Thunderbolt 4 Dock", unique_id="c0ffee00-0000-0000-0000-000000000005", usb4="1.0", usb4_type="hub")
    gpu = egpu(m, "rtx3080", "nvidia", claims="nouveau nvidia_drm nvidia", device=0x15c0, downs=2, rev=2, gpu_link=(2500, 4), now=(2500, 4))
    box(m, 0x50, port="0000:00:07.2", device=0x0b26, downs=2, gpu_link=(2500, 4), rev=3)
    nvidia(m, [(gpu, "NVIDIA GeForce RTX 3080")], first_card=0, first_render=129)
    panel(m)
    return m


def rdma_egpu(name, note):
    m = laptop_intel(name, note, os="ubuntu2404", ports=2, domains=2, cmdline="intel_iommu=on")
    m.tb_module()
    m.tb_domain(0, NHI)
    m.tb_domain(1, "0000:00:0d.3")
    panel(m)
    m.module("mlx5_core", firmware=())
    m.module("mlx5_ib", firmware=())
    return m


def cx(m, addr, parent, now=(8000, 4), numa=-1, **kw):
    m.pci(addr, 0x15b3, 0x1017, 0x020000, parent, subsys=(0x15b3, 0x0007), driver="mlx5_core", port="endpoint", now=now, best=(8000, 16),
          bars=[(0, 32 * MIB, M64P)], numa=numa, serial=0x0c42a10300123456, attrs={"sriov_totalvfs": "8", "sriov_numvfs": "0"}, **kw)
    return addr


ROCE = [(0, "fe80:0000:0000:0000:0e42:a1ff:fe12:3456", "IB/RoCE v1", "enp1s0np0"), (1, "fe80:0000:0000:0000:0e42:a1ff:fe12:3456", "RoCE v2", "enp1s0np0"),
        (2, "0000:0000:0000:0000:0000:ffff:0a00:0001", "IB/RoCE v1", "enp1s0np0"), (3, "0000:0000:0000:0000:0000:ffff:0a00:0001", "RoCE v2", "enp1s0np0")]


def roce(m, name, addr, **kw):
    m.ib(name, addr, layer="Ethernet", rate="25 Gb/sec (1X EDR)", sm_lid=0, lid=0, gids=ROCE, netdev="enp1s0np0", fw="16.35.2000", board="MT_0000000011", hca="MT4119", **kw)


def m_2gpu_egpu_rdma_inside_tunnel(name):
    m = rdma_egpu(name, "an eGPU and an RDMA card in one box, below one switch")
    m.tb_router("0-1", "0-0", 0x4b, 0x44, "Sonnet Technologies, Inc", "Echo III Desktop", generation=4)
    ports = box(m)
    function(m, "rtx4070", "0000:22:00.0", ports[0], "nvidia", now=(16000, 4), removable="removable")
    cx(m, "0000:23:00.0", ports[1], removable="removable")
    m.claims(0x10de, 0x2786, "nouveau nvidia_drm nvidia")
    nvidia(m, [("0000:22:00.0", "NVIDIA GeForce RTX 4070")], first_card=0, first_render=129)
    roce(m, "mlx5_0", "0000:23:00.0")
    return m


def m_2gpu_egpu_rdma_same_port(name):
    m = rdma_egpu(name, "an eGPU box and an RDMA box behind it, on one Thunderbolt port")
    m.tb_router("0-1", "0-0", 0xed, 0x41b6, "GIGABYTE", "AORUS RTX5090 AI BOX")
    m.tb_router("0-301", "0-1", 0x4b, 0x44, "Sonnet Technologies, Inc", "Echo SE I T3 Desktop", unique_id="c0ffee00-0000-0000-0000-000000000005", generation=3)
    ports = box(m)
    function(m, "rtx5090", "0000:22:00.0", ports[0], "nvidia", now=(16000, 4), removable="removable")
    second = box(m, 0x30, port=ports[1], device=0x15c0, downs=1, gpu_link=(2500, 4), rev=2)
    cx(m, "0000:32:00.0", second[0], removable="removable")
    m.claims(0x10de, 0x2b85, "nouveau nvidia_drm nvidia")
    nvidia(m, [("0000:22:00.0", "NVIDIA GeForce RTX 5090")], first_card=0, first_render=129, version="580.105.08")
    roce(m, "mlx5_0", "0000:32:00.0")
    return m


def m_2gpu_egpu_rdma_other_port(name):
    m = rdma_egpu(name, "an eGPU box on one Thunderbolt port, an RDMA box on another")
    m.tb_router("0-1", "0-0", 0xed, 0x41b6, "GIGABYTE", "AORUS RTX5090 AI BOX")
    m.devlink(NHI, PORT)
    m.devlink("0000:00:0d.3", "0000:00:07.2")
    m.tb_router("1-1", "1-0", 0x4b, 0x44, "Sonnet Technologies, Inc", "Echo SE I T3 Desktop", unique_id="c0ffee00-0000-0000-0000-000000000005", generation=3)
    ports = box(m)
    function(m, "rtx5090", "0000:22:00.0", ports[0], "nvidia", now=(16000, 4), removable="removable")
    second = box(m, 0x50, port="0000:00:07.2", device=0x15c0, downs=1, gpu_link=(2500, 4), rev=2)
    cx(m, "0000:52:00.0", second[0], removable="removable")
    m.claims(0x10de, 0x2b85, "nouveau nvidia_drm nvidia")
    nvidia(m, [("0000:22:00.0", "NVIDIA GeForce RTX 5090")], first_card=0, first_render=129, version="580.105.08")
    roce(m, "mlx5_0", "0000:52:00.0")
    return m


def one_box(name, note, iommu=1, deauthorization=1, boot_acl=None, names=("Sonnet Technologies, Inc", "eGPU Breakaway Box 850"), lit=True, port_monitor=False, **host):
    """Laptop with an RTX 3080 in one Thunderbolt 3 box."""
    m = laptop_intel(name, note, os="debian13", **host)
    m.tb_module()
    m.tb_domain(0, NHI, iommu=iommu, deauthorization=deauthorization, boot_acl=boot_acl)
    m.tb_router("0-1", "0-0", 0x4b, 0x17, *names, authorized=1, generation=3)
    gpu = egpu(m, "rtx3080", "nvidia", claims="nouveau nvidia_drm nvidia", device=0x15c0, downs=2, rev=2, gpu_link=(2500, 4), now=(2500, 4))
    nvidia(m, [(gpu, "NVIDIA GeForce RTX 3080")], first_card=0, first_render=129, connectors=[("DP-3", "connected" if lit else "disconnected")])
    panel(m)
    return m


def m_2gpu_tb_no_iommu_protection(name):
    m = one_box(name, "a Thunderbolt box, and no IOMMU between it and the memory", iommu=0, cmdline="quiet intel_iommu=off iommu=off")
    m.iommu = False
    return m


def m_2gpu_tb_box_without_name(name):
    return one_box(name, "a Thunderbolt box that gives neither maker nor name", names=("", ""))


def m_2gpu_tb_not_on_boot_list(name):
    return one_box(name, "a Thunderbolt box that is not on the firmware's list of boxes to connect before the start",
                   boot_acl="c0ffee00-0000-0000-0000-0000000000aa,,,,,,,,,,,,,,,")


def m_2gpu_tb_no_deauthorization(name):
    return one_box(name, "a Thunderbolt box whose tunnel the controller's firmware does not take down again", deauthorization=0)


def m_2gpu_tb_authorized_once(name):
    m = one_box(name, "a Thunderbolt box authorized by hand; bolt is there and was not told to remember it", iommu=0)
    m.bolt(None, None)
    m.tree.dir("var/lib/boltd/devices")
    return m


def m_2gpu_tb_enrolled(name):
    m = one_box(name, "a Thunderbolt box that bolt remembers")
    m.bolt("c0ffee00-0000-0000-0000-000000000004", "auto")
    return m


def m_2gpu_egpu_monitor_on_laptop(name):
    m = one_box(name, "an eGPU without a monitor of its own; the monitor hangs on the laptop's Type-C port", lit=False, typec=0)
    at = m.typec(1, partner="", port_modes=[dict(svid="ff01", vdo=0x001c1c46)], partner_modes=[dict(svid="ff01", vdo=0x001c0045, active=True,
                 dp={"configuration": "USB [source]", "pin_assignment": "C [D]", "hpd": "1"})])
    m.module("typec_ucsi")
    path = m.pci_path("0000:00:02.0") + "/drm/card1/card1-DP-2"
    from parts_display import edid
    m.tree.file(path + "/status", "connected")
    m.tree.file(path + "/enabled", "enabled")
    m.tree.bytes(path + "/edid", edid())
    m.tree.file(path + "/modes", "2560x1440\n")
    m.tree.link_to(path + "/typec_connector", at)
    return m


def m_2gpu_oculink_port_renumbered(name):
    m = oculink(name, "a GPU on an OCuLink port; /etc/gpubay/external-ports names an address that is not there")
    m.tree.file("etc/gpubay/external-ports", "# the OCuLink port at the back\n0000:00:02.4 oculink\n")
    return m


def m_2gpu_tb_no_window_realloc_off(name):
    m = m_2gpu_tb_no_window(name)
    m.header[1] = ("note", "an eGPU without windows, and a kernel that was told not to lay them out anew, to keep too little room and to let ports sleep")
    m.tree.file("proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz root=/dev/nvme0n1p2 ro pci=realloc=off,hpmmioprefsize=64M pcie_ports=compat pcie_port_pm=force")
    gpu = m.functions["0000:22:00.0"]
    gpu["unassigned_style"] = "unset"
    return m


def m_2gpu_tb_acpi_hotplug(name):
    m = one_box(name, "room reserved for hot-plug on a machine whose hot-plug is ACPI's: it has no effect", cmdline="pci=hpmmioprefsize=32G", pcie_native=False)
    return m


def m_2gpu_tb_hotplug_by_firmware(name):
    return one_box(name, "an eGPU at a port whose hot-plug the firmware keeps, with nothing reserved", pcie_native=False)


def m_2gpu_tb_errors_not_contained(name):
    return one_box(name, "an eGPU at a port that could contain errors (DPC); the kernel runs hot-plug there and not that", port_kw={"dpc": True})


def m_2gpu_tb_second_port_small(name):
    m = one_box(name, "an eGPU at one port of a laptop; the other port has a window of 64 MiB", ports=2)
    m.functions["0000:00:07.2"].update(window=64 << 20, device=0xa72f)
    return m


def m_1gpu_tb_ports_small(name):
    m = laptop_intel(name, "a laptop that never had an eGPU: what its two Thunderbolt ports keep is too little for any", os="debian13", ports=2)
    m.tb_module()
    m.tb_domain(0, NHI)
    for port in ("0000:00:07.0", "0000:00:07.2"):
        m.functions[port].update(window=64 << 20, device=0xa76e if port.endswith("0") else 0xa72f)
    panel(m)
    return m


def m_2gpu_tb_wedged_by_eject(name):
    m = laptop_intel(name, "an eGPU whose driver hung while it was ejected: noted as wedged, and unbound as far as sysfs shows", os="debian13")
    m.tb_module()
    m.tb_domain(0, NHI)
    m.tb_router("0-1", "0-0", 0x4b, 0x17, "Sonnet Technologies, Inc", "eGPU Breakaway Box 850", authorized=1, generation=3)
    egpu(m, "rtx3080", None, claims="nouveau nvidia_drm nvidia", device=0x15c0, downs=2, rev=2, gpu_link=(2500, 4), now=(2500, 4))
    nvidia(m, [])
    m.tree.file("run/gpubay/state/box-c0ffee00-0000-0000-0000-000000000004-0", "wedged\n")
    panel(m)
    return m


def m_1gpu_oculink_port_asleep(name):
    m = desktop_amd(name, "an OCuLink port that was named, empty and asleep", igpu="raphael", os="debian13")
    m.root_port("0000:00:01.3", 0x1022, 0x14db, now=(2500, 0), best=(16000, 4), power={"control": "auto", "status": "suspended", "state": "D3cold"})
    m.tree.file("etc/gpubay/external-ports", "0000:00:01.3 oculink\n")
    amdgpu(m, 0, 128, "0000:0d:00.0", vram=536870912)
    return m


def process(m, pid, command, uid, fds, cgroup, words=None):
    """A process with these files open, as /proc shows it."""
    p = f"proc/{pid}"
    m.tree.file(f"{p}/comm", command)
    m.tree.file(f"{p}/stat", f"{pid} ({command}) S 1 {pid} {pid} 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 {100 * pid} 0 0")
    m.tree.file(f"{p}/status", f"Name:\t{command}\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\n")
    m.tree.file(f"{p}/cgroup", f"0::{cgroup}")
    m.tree.file(f"{p}/maps", "\n")
    m.tree.dir(f"{p}/fd")
    for number, target in fds.items():
        m.tree.link(f"{p}/fd/{number}", target)
    if words:
        m.tree.bytes(f"{p}/cmdline", b"".join(w.encode() + b"\0" for w in words))


def m_2gpu_tb_in_use(name):
    m = one_box(name, "an eGPU in use: by the desktop, a service, a program, and a container that podman started")
    ident = "5a1e" * 16
    bundle = f"/var/lib/containers/storage/overlay-containers/{ident}/userdata"
    node = "/dev/nvidia0"
    process(m, 1, "systemd", 0, {}, "/init.scope")
    process(m, 1204, "gnome-shell", 1000, {12: "/dev/dri/card1", 14: node, 15: "/dev/nvidia-modeset"},
            "/user.slice/user-1000.slice/user@1000.service/session.slice/org.gnome.Shell@wayland.service")
    process(m, 2310, "ollama", 0, {9: "/dev/nvidiactl", 10: "/dev/nvidia-uvm", 11: node}, "/system.slice/ollama.service")
    process(m, 3301, "blender", 1000, {5: "/dev/dri/renderD129", 6: node}, "/user.slice/user-1000.slice/session-2.scope")
    process(m, 4400, "conmon", 0, {}, "/machine.slice/libpod-conmon-" + ident + ".scope",
            ["/usr/bin/conmon", "-c", ident, "-n", "train", "-b", bundle, "--exit-command", "/usr/bin/podman"])
    process(m, 4411, "python3", 0, {3: node, 4: "/dev/nvidiactl"}, f"/machine.slice/libpod-{ident}.scope/container")
    m.tree.file(f"{bundle[1:]}/config.json",
                '{"annotations": {"io.container.manager": "libpod"}, "linux": {"devices": '
                '[{"path": "/dev/nvidia0", "type": "c", "major": 195, "minor": 0}]}}')
    return m


def m_2gpu_tb_kernel_without_hotplug(name):
    return one_box(name, "an eGPU under a kernel built without PCI Express hot-plug", options={"CONFIG_HOTPLUG_PCI_PCIE": "n"})
