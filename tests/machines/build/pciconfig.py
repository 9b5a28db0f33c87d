# SPDX-License-Identifier: Apache-2.0
"""Configuration space with the capabilities that gpubay reads (PCIe base specification, chapter 7)."""
import struct

PORT_TYPES = {"endpoint": 0, "legacy": 1, "root": 4, "upstream": 5, "downstream": 6, "pcie-to-pci": 7, "rc-endpoint": 9}
SPEED_CODES = {2500: 1, 5000: 2, 8000: 3, 16000: 4, 32000: 5, 64000: 6}


class Config:
    def __init__(self, size=4096):
        self.data = bytearray(size)
        self.last_cap = 0x34       # where the next capability's offset goes
        self.last_ext = None       # offset of the last extended capability
        self.next_cap, self.next_ext = 0x40, 0x100

    def u8(self, at, v):
        self.data[at] = v & 0xff

    def u16(self, at, v):
        struct.pack_into("<H", self.data, at, v & 0xffff)

    def u32(self, at, v):
        struct.pack_into("<I", self.data, at, v & 0xffffffff)

    def cap(self, cap_id, size):
        at = self.next_cap
        self.next_cap += (size + 3) & ~3
        self.u8(self.last_cap, at)
        self.u8(at, cap_id)
        self.last_cap = at + 1
        self.u16(0x06, 0x0010)     # status: capability list
        return at

    def ext(self, cap_id, version, size):
        at = self.next_ext
        self.next_ext += (size + 3) & ~3
        self.u32(at, cap_id | version << 16)
        if self.last_ext is not None:
            head, = struct.unpack_from("<I", self.data, self.last_ext)
            self.u32(self.last_ext, head & 0xfffff | at << 20)
        self.last_ext = at
        return at

    def header(self, f, header_type):
        self.u16(0x00, f["vendor"])
        self.u16(0x02, f["device"])
        self.u16(0x04, 0x0407 if f.get("driver") else 0x0003)
        self.u8(0x08, f["revision"])
        self.u8(0x09, f["class"] & 0xff)
        self.u16(0x0a, f["class"] >> 8)
        self.u8(0x0c, 0x10)
        self.u8(0x0e, header_type | (0x80 if f.get("multi") else 0))
        self.u8(0x3d, 1)

    def bars(self, bars):
        """bars: rows of (index, size, address, wide, prefetchable, io); address 0 leaves the type bits alone."""
        for index, _, address, wide, prefetch, io in bars:
            if index > 5:
                continue
            at = 0x10 + 4 * index
            if io:
                self.u32(at, address & ~3 | 1)
                continue
            self.u32(at, address & 0xfffffff0 | (8 if prefetch else 0) | (4 if wide else 0))
            if wide:
                self.u32(at + 4, address >> 32)

    def power_management(self):
        at = self.cap(0x01, 8)
        self.u16(at + 2, 0xc803)

    def express(self, port, now, best, slot=None, atomics=(), aspm=2, presence=False):
        """now, best: (MT/s, lanes); slot: None or (hot-plug capable, surprise); atomics: names of bits."""
        at = self.cap(0x10, 60)
        self.u16(at + 2, 2 | PORT_TYPES[port] << 4 | (0x100 if slot is not None else 0))
        self.u32(at + 4, 0x8000 | 0x2)
        self.u16(at + 8, 0x2810)
        self.u32(at + 0x0c, SPEED_CODES[best[0]] | best[1] << 4 | 3 << 10)
        self.u16(at + 0x10, 0x40 | aspm)
        self.u16(at + 0x12, (SPEED_CODES[now[0]] if now[1] else 1) | now[1] << 4 | 0x1000)
        if slot is not None:
            self.u32(at + 0x14, (0x40 if slot[0] else 0) | (0x20 if slot[1] else 0) | 0x00080000)
            self.u16(at + 0x1a, 0x40 if presence else 0)
        cap2 = 0x1f
        for name, bit in (("routing", 6), ("32", 7), ("64", 8)):
            if name in atomics:
                cap2 |= 1 << bit
        self.u32(at + 0x24, cap2)
        self.u16(at + 0x28, (0x40 if "enabled" in atomics else 0) | (0x80 if "blocked" in atomics else 0))
        self.u32(at + 0x2c, (1 << (SPEED_CODES[best[0]] + 1)) - 2)
        self.u16(at + 0x30, SPEED_CODES[best[0]])

    def aer(self):
        self.ext(0x0001, 2, 0x48)

    def dpc(self):
        self.ext(0x001d, 1, 0x2c)

    def acs(self, ctl, cap=0x5f):
        at = self.ext(0x000d, 1, 8)
        self.u16(at + 4, cap)
        self.u16(at + 6, ctl)

    def serial(self, number):
        at = self.ext(0x0003, 1, 12)
        self.u32(at + 4, number)
        self.u32(at + 8, number >> 32)

    def thunderbolt(self):
        """Intel's vendor-specific capability of every Thunderbolt bridge function: VSEC id 0x1234."""
        at = self.ext(0x000b, 1, 0x20)
        self.u32(at + 4, 0x1234 | 1 << 16 | 0x20 << 20)

    def rebar(self, rows):
        """rows: (BAR, bitmap of sizes with bit 0 = 1 MiB, size now in bytes)."""
        at = self.ext(0x0015, 1, 4 + 8 * len(rows))
        for i, (bar, sizes, now) in enumerate(rows):
            self.u32(at + 4 + 8 * i, sizes << 4)
            self.u32(at + 8 + 8 * i, bar | len(rows) << 5 | (now.bit_length() - 1 - 20) << 8)

    def sriov(self, total, num, vf_device, offset=1, stride=1):
        at = self.ext(0x0010, 1, 0x40)
        self.u16(at + 8, 1 if num else 0)
        self.u16(at + 0x0c, total)
        self.u16(at + 0x0e, total)
        self.u16(at + 0x10, num)
        self.u16(at + 0x14, offset)
        self.u16(at + 0x16, stride)
        self.u16(at + 0x1a, vf_device)
        self.u32(at + 0x1c, 0x553)
        self.u32(at + 0x20, 1)

    def bridge(self, primary, secondary, subordinate, mem, pref, io=None):
        """mem, pref, io: (start, last) or None."""
        self.u8(0x18, primary)
        self.u8(0x19, secondary)
        self.u8(0x1a, subordinate)
        self.u8(0x1c, io[0] >> 8 & 0xf0 | 1 if io else 0xf1)
        self.u8(0x1d, io[1] >> 8 & 0xf0 | 1 if io else 0x01)
        self.u16(0x20, mem[0] >> 16 & 0xfff0 if mem else 0xfff0)
        self.u16(0x22, mem[1] >> 16 & 0xfff0 if mem else 0)
        self.u16(0x24, (pref[0] >> 16 & 0xfff0 if pref else 0xfff0) | 1)
        self.u16(0x26, (pref[1] >> 16 & 0xfff0 if pref else 0) | 1)
        self.u32(0x28, pref[0] >> 32 if pref else 0)
        self.u32(0x2c, pref[1] >> 32 if pref else 0)
        self.u8(0x3e, 0x12)

    def done(self):
        return bytes(self.data)
