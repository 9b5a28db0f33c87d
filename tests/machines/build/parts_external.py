# SPDX-License-Identifier: Apache-2.0
"""Thunderbolt and USB4 domains and routers, USB Type-C ports and their alternate modes."""


class External:
    def tb_domain(self, number, nhi, security="user", iommu=1, deauthorization=1, generation=4, vendor_name="Intel",
                  device_name="Gen14", boot_acl=None, usb4="1.0", unique="c0ffee00-0000-0000-0000-{:012x}"):
        """A domain below its host controller, with the host's own router D-0."""
        t = self.tree
        base = f"{self.pci_path(nhi)}/domain{number}"
        self.tb = getattr(self, "tb", {})
        t.file(f"{base}/uevent", "DEVTYPE=thunderbolt_domain")
        t.file(f"{base}/security", security)
        t.file(f"{base}/iommu_dma_protection", str(iommu))
        t.file(f"{base}/deauthorization", str(deauthorization))
        if boot_acl is not None:
            t.file(f"{base}/boot_acl", boot_acl)
        t.link_to(f"{base}/subsystem", "sys/bus/thunderbolt")
        t.link_to(f"sys/bus/thunderbolt/devices/domain{number}", base)
        self.tb[f"domain{number}"] = base
        vendor, device = (0x8087, 0x7eb2) if vendor_name == "Intel" else (0x1022, 0x1668)
        self.tb_router(f"{number}-0", f"domain{number}", vendor, device, vendor_name, device_name, generation=generation,
                       unique_id=unique.format(0x100 + number), speed=None, host=True, usb4=usb4)
        return base

    def tb_router(self, name, parent, vendor, device, vendor_name, device_name, authorized=1, boot=0, generation=4,
                  unique_id="c0ffee00-0000-0000-0000-000000000004", speed=("20.0 Gb/s", 2), tx=None, host=False,
                  nvm="62.2", usb4=None, usb4_type=None, key=False, asleep=False, hide_authorized=False):
        t = self.tree
        base = f"{self.tb[parent]}/{name}"
        self.tb[name] = base
        lines = ["DEVTYPE=thunderbolt_device"]
        if usb4:
            lines += [f"USB4_VERSION={usb4}", f"USB4_TYPE={usb4_type or ('host' if host else 'hub')}"]
        t.file(f"{base}/uevent", "\n".join(lines) + "\n")
        if not hide_authorized:
            t.file(f"{base}/authorized", str(authorized))
        if not host:
            t.file(f"{base}/boot", str(boot))
        t.file(f"{base}/vendor", f"0x{vendor:x}")
        t.file(f"{base}/device", f"0x{device:x}")
        t.file(f"{base}/vendor_name", vendor_name)
        t.file(f"{base}/device_name", device_name)
        t.file(f"{base}/unique_id", unique_id)
        t.file(f"{base}/generation", str(generation))
        if nvm:
            t.file(f"{base}/nvm_version", nvm)
        if key:
            t.file(f"{base}/key", "", "0600 0:0")
        if speed:
            rate, lanes = speed
            trate, tlanes = tx or speed
            for k, v in (("rx_speed", rate), ("rx_lanes", lanes), ("tx_speed", trate), ("tx_lanes", tlanes)):
                t.file(f"{base}/{k}", str(v))
        t.file(f"{base}/power/runtime_status", "suspended" if asleep else "active")
        t.link_to(f"{base}/subsystem", "sys/bus/thunderbolt")
        t.link_to(f"sys/bus/thunderbolt/devices/{name}", base)
        domain, route = (int(p, 16) for p in name.split("-"))
        if domain < getattr(self, "auto_typec", 0) and 0 < route < 256:
            port = f"sys/devices/platform/USBC000:00/typec/port{domain}"
            t.file(f"{port}/orientation", "normal")
            t.file(f"{port}/power_operation_mode", "usb_power_delivery")
            self.partner(domain, "", [] if generation >= 4 else [dict(svid="8087", vdo=0x1, active=True)],
                         usb_mode="usb2 usb3 [usb4]" if generation >= 4 else None)
        return base

    def tb_module(self, **kw):
        params = {"clx": "Y", "host_reset": "Y", "xdomain": "Y", "start_icm": "N", "bw_alloc_mode": "Y",
                  "asym_threshold": "45000", "dma_credits": "14", "dprx_timeout": "12000", **kw}
        self.module("thunderbolt", params=params, refcnt=0)

    def devlink(self, nhi, port):
        """The link the kernel makes where the firmware says which root port belongs to the host controller."""
        name = f"pci:{nhi}--pci:{port}"
        base = f"sys/devices/virtual/devlink/{name}"
        t = self.tree
        t.file(f"{base}/status", "active")
        t.file(f"{base}/auto_remove_on", "supplier unbind")
        t.link_to(f"{base}/supplier", self.pci_path(nhi))
        t.link_to(f"{base}/consumer", self.pci_path(port))
        t.link_to(f"sys/class/devlink/{name}", base)

    def bolt(self, uuid, policy):
        self.tree.file("usr/share/dbus-1/system-services/org.freedesktop.bolt.service", "[D-BUS Service]\nName=org.freedesktop.bolt\nExec=/bin/false\nUser=root\nSystemdService=bolt.service\n")
        if uuid:
            self.tree.file(f"var/lib/boltd/devices/{uuid}", f"[device]\nname=box\n[user]\npolicy={policy}\n")

    def typec_ports(self, n):
        """Ports that can do DisplayPort and Thunderbolt; a router that is plugged in later shows up as a partner."""
        self.auto_typec = n
        for i in range(n):
            self.typec(i, port_modes=[dict(svid="ff01", vdo=0x001c1c46), dict(svid="8087", vdo=0x1)], usb_capability="usb2 usb3 [usb4]")
        for name in ("typec", "typec_ucsi", "ucsi_acpi"):
            self.module(name)

    # --- Type-C ------------------------------------------------------------------------------------------------

    def typec(self, number, data="[host] device", power="source [sink]", partner=None, port_modes=(), partner_modes=(),
              cable=None, usb_capability=None, usb_mode=None, orientation="normal", connector_usb4=None, pd="3.0",
              partner_usb_mode=None, operation="usb_power_delivery", firmware_path=None, driver="ucsi_acpi"):
        """
        partner: None, or its type. port_modes, partner_modes: rows dict(svid, vdo, mode, active, description,
        dp: dict(configuration, pin_assignment, hpd)).
        """
        t = self.tree
        base = f"sys/devices/platform/USBC000:00/typec/port{number}"
        t.file(f"{base}/uevent", f"DEVTYPE=typec_port\nTYPEC_PORT=port{number}\n")
        for k, v in (("data_role", data), ("power_role", power), ("port_type", "[dual] source sink"),
                     ("orientation", orientation if partner else "unknown"), ("usb_typec_revision", "1.2"),
                     ("usb_power_delivery_revision", pd), ("vconn_source", "no"),
                     ("power_operation_mode", operation if partner else "default"), ("preferred_role", "")):
            t.file(f"{base}/{k}", v)
        if usb_capability:
            t.file(f"{base}/usb_capability", usb_capability)
        t.link_to(f"sys/class/typec/port{number}", base)
        t.link_to(f"{base}/subsystem", "sys/class/typec")
        if firmware_path:
            at = f"sys/devices/LNXSYSTM:00/LNXSYBUS:00/USBC000:00/device:{number:02x}"
            t.file(f"{at}/path", firmware_path)
            t.link_to(f"{base}/firmware_node", at)
        for i, mode in enumerate(port_modes):
            self._altmode(f"{base}/port{number}.{i}", f"port{number}.{i}", mode, True)
        if partner is not None:
            self.partner(number, partner, partner_modes, partner_usb_mode)
        if cable:
            at = f"{base}/port{number}-cable"
            t.file(f"{at}/type", cable)
            t.file(f"{at}/plug_type", "type-c")
            t.link_to(f"sys/class/typec/port{number}-cable", at)
        return base

    def partner(self, number, kind, modes, usb_mode=None):
        t = self.tree
        at = f"sys/devices/platform/USBC000:00/typec/port{number}/port{number}-partner"
        t.file(f"{at}/uevent", "DEVTYPE=typec_partner")
        t.file(f"{at}/type", kind)
        t.file(f"{at}/supports_usb_power_delivery", "yes")
        t.file(f"{at}/accessory_mode", "none")
        t.file(f"{at}/number_of_alternate_modes", str(len(modes)))
        t.file(f"{at}/identity/id_header", "0x00000000")
        if usb_mode:
            t.file(f"{at}/usb_mode", usb_mode)
        t.link_to(f"sys/class/typec/port{number}-partner", at)
        for i, mode in enumerate(modes):
            self._altmode(f"{at}/port{number}-partner.{i}", f"port{number}-partner.{i}", mode, False)

    def _altmode(self, at, name, mode, is_port):
        t = self.tree
        number = mode.get("mode", 1)
        t.file(f"{at}/uevent", f"DEVTYPE=typec_alternate_mode\nSVID={mode['svid'].upper()}\nMODE={number}\n")
        active = "yes" if mode.get("active", is_port) else "no"
        for k, v in (("svid", mode["svid"]), ("mode", str(number)), ("vdo", f"0x{mode['vdo']:08x}"), ("active", active)):
            t.file(f"{at}/{k}", v)
        t.file(f"{at}/mode{number}/vdo", f"0x{mode['vdo']:08x}")
        t.file(f"{at}/mode{number}/active", active)
        description = mode.get("description", {"ff01": "DisplayPort", "8087": "Thunderbolt3"}.get(mode["svid"], ""))
        if description:
            t.file(f"{at}/mode{number}/description", description)
        if is_port:
            t.file(f"{at}/mode{number}/supported_roles", "source")
        t.link_to(f"sys/bus/typec/devices/{name}", at)
        dp = mode.get("dp")
        if dp is not None:
            for k, v in dp.items():
                t.file(f"{at}/displayport/{k}", v)
            t.link_to(f"{at}/driver", "sys/bus/typec/drivers/typec_displayport")
            t.file("sys/bus/typec/drivers/typec_displayport/uevent", "")

    def usb4_port(self, router, number, link="usb4", typec=None):
        """The port of a router, with its link to the Type-C port where the firmware describes it."""
        t = self.tree
        at = f"{self.tb[router]}/usb4_port{number}"
        t.file(f"{at}/uevent", "DEVTYPE=usb4_port")
        t.file(f"{at}/link", link)
        if typec:
            t.link_to(f"{at}/connector", typec)
