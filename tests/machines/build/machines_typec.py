# SPDX-License-Identifier: Apache-2.0
"""USB Type-C ports: each row of the DisplayPort verdicts, alone and together."""
from boards import laptop_intel
from gpus import i915
from machines_external import amd_laptop
from parts_display import edid

HOST = dict(svid="ff01", vdo=0x001c1c46)
HOST_TBT = dict(svid="8087", vdo=0x1)
DP_PINS = {"C": "[C] D", "D": "C [D]", "E": "C D [E]"}


def dp(vdo=0x001c0045, active=True, pin="D", hpd="1", configuration="USB [source]"):
    row = dict(svid="ff01", vdo=vdo, active=active)
    if active and pin:
        row["dp"] = {"configuration": configuration, "pin_assignment": DP_PINS[pin], "hpd": hpd}
    elif active:
        row["dp"] = {"configuration": "[USB] source", "pin_assignment": "C D", "hpd": "0"}
    return row


def laptop(name, note, connectors, **kw):
    m = laptop_intel(name, note, igpu="mtl", nhi=False, typec=0, os="fedora43", cpu="ultra-155h",
                     dmi=("Framework", "Laptop 13 (Intel Core Ultra Series 1)", "FRANMECP06", "03.05", 10), **kw)
    m.claims(0x8086, 0x7d55, "i915")
    i915(m, 0, 128, "0000:00:02.0", connectors=[("eDP-1", "connected")] + connectors,
         firmware=("i915/mtl_guc_70.bin", "i915/mtl_huc_gsc.bin", "i915/mtl_gsc_1.bin", "i915/mtl_dmc.bin"))
    for module in ("typec", "typec_displayport", "typec_ucsi", "ucsi_acpi"):
        m.module(module)
    return m


def wired(port, base="sys/devices/platform/USBC000:00/typec"):
    return {"typec": f"{base}/port{port}"}


def m_1gpu_typec_not_capable(name):
    m = laptop(name, "a Type-C port without DisplayPort, with a disk on it", [("DP-1", "disconnected")])
    m.typec(0, partner="", partner_usb_mode="[usb3]", usb_capability="usb2 [usb3]")
    return m


def m_1gpu_typec_nothing_attached(name):
    m = laptop(name, "a Type-C port that can do DisplayPort, nothing attached", [("DP-1", "disconnected", wired(0))])
    m.typec(0, port_modes=[HOST, HOST_TBT])
    return m


def m_1gpu_typec_not_entered(name):
    m = laptop(name, "a dock offers DisplayPort, the mode was never entered", [("DP-1", "disconnected", wired(0))])
    m.typec(0, partner="", port_modes=[HOST], partner_modes=[dp(0x001c1c05, active=False)], cable="passive")
    return m


def m_1gpu_typec_working_2_lanes(name):
    m = laptop(name, "a monitor on Type-C: pin assignment D, two lanes beside USB", [("DP-1", "connected", wired(0))])
    m.typec(0, partner="", port_modes=[HOST], partner_modes=[dp(0x001c0045)], cable="passive")
    return m


def m_1gpu_typec_working_4_lanes(name):
    m = laptop(name, "a monitor on Type-C: pin assignment C, all four lanes", [("DP-1", "connected", wired(0))])
    m.typec(0, partner="", port_modes=[HOST], partner_modes=[dp(0x00040045, pin="C")], orientation="reverse")
    return m


def m_1gpu_typec_active_no_video(name):
    m = laptop(name, "the kernel calls the mode active; no configuration, no hot-plug detect, nothing on the screen", [("DP-1", "disconnected", wired(0))])
    m.typec(0, partner="", port_modes=[HOST], partner_modes=[dp(0x001c0045, pin=None)])
    return m


def m_1gpu_typec_junk_vdo(name):
    m = laptop(name, "firmware hands a message header over as capabilities (0xff01a043)", [("DP-1", "disconnected", wired(0))])
    m.typec(0, partner="", port_modes=[HOST], partner_modes=[dict(svid="ff01", vdo=0xff01a043, active=True)])
    return m


def m_1gpu_typec_no_class(name):
    m = laptop(name, "a monitor works; the kernel shows no Type-C ports at all", [("DP-1", "connected")])
    m.tree.dir("sys/class/typec")
    return m


def m_1gpu_typec_tunnelled(name):
    m = laptop_intel(name, "a USB4 dock with a monitor: DisplayPort is tunnelled, alternate modes say nothing", igpu="irisxe-13", os="fedora43", typec=0)
    m.tb_module()
    m.tb_domain(0, "0000:00:0d.2")
    m.tb_router("0-1", "0-0", 0x108, 0x2031, "Lenovo", "ThinkPad Thunderbolt 4 Dock", usb4="1.0", usb4_type="hub")
    at = m.typec(0, partner="", port_modes=[HOST, HOST_TBT], partner_modes=[], partner_usb_mode="[usb4]", usb_capability="usb2 usb3 [usb4]", cable="active")
    m.usb4_port("0-0", 1, "usb4", at)
    i915(m, 0, 128, "0000:00:02.0", connectors=[("eDP-1", "connected"), ("DP-1", "connected"), ("DP-2", "disconnected")],
         firmware=("i915/adlp_dmc.bin", "i915/adlp_guc_70.bin", "i915/tgl_huc.bin"))
    return m


def m_1gpu_typec_all_verdicts(name):
    m = laptop(name, "six Type-C ports, each in another state; only some are wired to a connector that the kernel names",
               [("DP-1", "disconnected", wired(1)), ("DP-2", "disconnected", wired(2)), ("DP-3", "connected", wired(3)),
                ("DP-4", "connected"), ("DP-5", "disconnected", wired(5))])
    m.typec(0, partner="", partner_modes=[])
    m.typec(1, port_modes=[HOST])
    m.typec(2, partner="", port_modes=[HOST], partner_modes=[dp(0x001c1c46, active=False)])
    m.typec(3, partner="", port_modes=[HOST], partner_modes=[dp(0x000c0045)], cable="active")
    m.typec(4, partner="", port_modes=[HOST], partner_modes=[dp(0x00140045, pin="C"), dict(svid="413c", vdo=0x00000001, active=False)])
    m.typec(5, partner="", port_modes=[HOST], partner_modes=[dict(svid="ff01", vdo=0xff01a043, active=True)])
    return m


def m_1gpu_typec_firmware_path(name):
    m = laptop(name, "port and connector point at one firmware object: that names the connector",
               [("DP-1", "connected", {"firmware": "sys/devices/LNXSYSTM:00/LNXSYBUS:00/PNP0A08:00/LNXVIDEO:00/device:0a",
                                        "firmware_path": "\\_SB_.PC00.XHCI.RHUB.SS01"})])
    m.typec(0, partner="", port_modes=[HOST], partner_modes=[dp(0x001c0045)], firmware_path="\\_SB_.PC00.XHCI.RHUB.SS01")
    return m


def m_1gpu_amd_typec_cannot_know(name):
    m = amd_laptop(name, typec=0, note="AMD laptop with seven DisplayPort connectors: which of them are Type-C cannot be known")
    for i in range(2):
        m.typec(i, partner="" if i == 0 else None, port_modes=[HOST], partner_modes=[dp(0x000c0045)] if i == 0 else [])
    m.module("typec_ucsi")
    at = m.pci_path("0000:c3:00.0")
    m.tree.file(f"{at}/drm/card1/card1-DP-2/status", "connected")
    m.tree.file(f"{at}/drm/card1/card1-DP-2/enabled", "enabled")
    m.tree.bytes(f"{at}/drm/card1/card1-DP-2/edid", edid())
    m.tree.file(f"{at}/drm/card1/card1-DP-2/modes", "2560x1440\n1920x1080\n")
    return m


def m_1gpu_monitor_without_edid(name):
    return laptop(name, "a monitor that says nothing of itself, behind a switch box", [("HDMI-A-1", "connected", {"edid": b"", "modes": b""}), ("DP-1", "disconnected")])


def m_1gpu_monitor_damaged_edid(name):
    data = bytearray(edid())
    data[0x5a] ^= 0x20
    return laptop(name, "a monitor whose EDID arrives damaged", [("HDMI-A-1", "connected", {"edid": bytes(data)}), ("DP-1", "disconnected")])


def m_1gpu_typec_cable_usb2(name):
    m = laptop(name, "a dock on a charging cable: the cable has no wires for DisplayPort", [("DP-1", "disconnected", wired(0))])
    m.typec(0, partner="", port_modes=[HOST], partner_modes=[dp(0x001c1c05, active=False)], cable="passive")
    at = "sys/devices/platform/USBC000:00/typec/port0/port0-cable"
    m.tree.file(f"{at}/identity/id_header", "0x1c002109")
    m.tree.file(f"{at}/identity/product_type_vdo1", "0x11082040")
    return m


def m_1gpu_typec_monitor_on_wrong_port(name):
    m = laptop(name, "a monitor on the Type-C port that has no DisplayPort; the other one has it", [("DP-1", "disconnected", wired(1))])
    m.typec(0, partner="", partner_modes=[dp(0x001c0045, active=False)])
    m.typec(1, port_modes=[HOST])
    return m
