/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that look like GPUs and are none: the graphics of a server's management controller, the displays of
 * virtual machines, and neural processors. An id that is also a real card's stays a GPU: the Rage 128 Pro that QEMU's
 * ati-vga shows itself as, the Radeon 7000 of some servers, and Matrox's G200 cards for desktops (102b:0520, 0521).
 * Cirrus Logic's GD5446 was a card, too, but for twenty years whoever met one sat in a virtual machine.
 */
#include "facts/facts.h"

#define ROW(vendor_, first_, last_, kind_, name_, source_) \
	{.vendor = 0x##vendor_, .first = 0x##first_, .last = 0x##last_, .kind = GPU_KIND_##kind_, .name = name_, \
	 .source = source_},
#define BMC(v, first, last, name, source) ROW(v, first, last, BMC, name, source)
#define VIRTUAL(v, id, name, source) ROW(v, id, id, VIRTUAL, name, source)
#define NPU(v, first, last, name, source) ROW(v, first, last, NPU, name, source)

const struct facts_display facts_displays[] = {
	BMC(1002, 474F, 474F, "ATI Rage XL", "pci.ids")
	BMC(1002, 4752, 4752, "ATI Rage XL", "pci.ids")
	BMC(1002, 515E, 515E, "ATI ES1000", "pci.ids")
	BMC(1002, 5969, 5969, "ATI ES1000", "include/drm/drm_pciids.h")
	VIRTUAL(1013, 00B8, "Cirrus Logic GD5446 (QEMU, Xen)", "drivers/gpu/drm/tiny/cirrus.c")
	NPU(1022, 1502, 1502, "AMD Ryzen AI NPU (Phoenix, Hawk Point)", "drivers/accel/amdxdna")
	NPU(1022, 17F0, 17F3, "AMD Ryzen AI NPU (Strix, Strix Halo, Krackan)", "drivers/accel/amdxdna")
	BMC(102b, 0522, 0522, "Matrox G200e (ServerEngines Pilot)", "drivers/gpu/drm/mgag200")
	BMC(102b, 0524, 0524, "Matrox G200SE B", "drivers/gpu/drm/mgag200")
	BMC(102b, 0530, 0530, "Matrox G200EV", "drivers/gpu/drm/mgag200")
	BMC(102b, 0532, 0532, "Matrox G200eW (WPCM450)", "drivers/gpu/drm/mgag200")
	BMC(102b, 0533, 0533, "Matrox G200EH", "drivers/gpu/drm/mgag200")
	BMC(102b, 0534, 0534, "Matrox G200eR2", "drivers/gpu/drm/mgag200")
	BMC(102b, 0536, 0536, "Matrox G200eW3", "drivers/gpu/drm/mgag200")
	BMC(102b, 0538, 0538, "Matrox G200eH3", "drivers/gpu/drm/mgag200")
	BMC(102b, 053A, 053A, "Matrox G200eH5", "drivers/gpu/drm/mgag200")
	VIRTUAL(106b, 1B30, "Apple paravirtual graphics", "qemu hw/display/apple-gfx-pci")
	VIRTUAL(1234, 1111, "QEMU/Bochs standard VGA", "drivers/gpu/drm/tiny/bochs.c")
	BMC(126f, 0750, 0750, "Silicon Motion SM750", "pci.ids")
	VIRTUAL(1414, 008C, "Microsoft Basic Render Driver", "pci.ids")
	VIRTUAL(1414, 008E, "Microsoft GPU paravirtualization", "pci.ids, drivers/hv/dxgkrnl")
	VIRTUAL(1414, 5353, "Hyper-V virtual VGA", "drivers/gpu/drm/hyperv")
	VIRTUAL(15ad, 0405, "VMware SVGA II", "drivers/gpu/drm/vmwgfx")
	VIRTUAL(15ad, 0406, "VMware SVGA III", "drivers/gpu/drm/vmwgfx")
	VIRTUAL(15ad, 0710, "VMware SVGA", "pci.ids")
	NPU(17cb, A080, A080, "Qualcomm Cloud AI 80", "drivers/accel/qaic")
	NPU(17cb, A100, A100, "Qualcomm Cloud AI 100", "drivers/accel/qaic")
	BMC(18ca, 0020, 0021, "XGI Volari Z7/Z9", "pci.ids")
	BMC(18ca, 0027, 0027, "XGI Volari Z11", "pci.ids")
	BMC(19e5, 1711, 1711, "HiSilicon Hi171x (iBMC)", "drivers/gpu/drm/hisilicon/hibmc")
	NPU(19e5, D100, D100, "Huawei Ascend 310", "Ascend driver")
	NPU(19e5, D500, D500, "Huawei Ascend 310P", "Ascend driver")
	NPU(19e5, D801, D803, "Huawei Ascend 910", "Ascend driver")
	BMC(1a03, 2000, 2000, "ASPEED AST", "drivers/gpu/drm/ast")
	BMC(1a03, 2010, 2010, "ASPEED AST (secondary)", "drivers/gpu/drm/ast")
	VIRTUAL(1ab8, 4005, "Parallels virtual video", "pci.ids")
	VIRTUAL(1af4, 1050, "virtio GPU", "drivers/gpu/drm/virtio, virtio specification 5.7")
	VIRTUAL(1b36, 0100, "QXL", "drivers/gpu/drm/qxl")
	VIRTUAL(1d0f, 1111, "Amazon EC2 virtual VGA", "lspci of EC2 Nitro instances")
	NPU(1d0f, 7064, 7064, "AWS Inferentia", "pci.ids")
	NPU(1d0f, 7164, 7164, "AWS Trainium", "pci.ids")
	NPU(1d0f, 7264, 7264, "AWS Inferentia2", "pci.ids")
	NPU(1d0f, 7364, 7364, "AWS Trainium2", "pci.ids")
	NPU(1d0f, 7564, 7565, "AWS Trainium3", "pci.ids")
	NPU(1da3, 0001, 0001, "Habana Goya", "drivers/accel/habanalabs")
	NPU(1da3, 0030, 0030, "Habana Greco", "pci.ids")
	NPU(1da3, 1000, 1011, "Habana Gaudi", "drivers/accel/habanalabs")
	NPU(1da3, 1020, 1021, "Habana Gaudi2", "drivers/accel/habanalabs")
	NPU(1da3, 1060, 1063, "Habana Gaudi3", "pci.ids")
	NPU(1e60, 2864, 2864, "Hailo-8", "pci.ids")
	NPU(1e60, 45C4, 45C4, "Hailo-10H", "pci.ids")
	VIRTUAL(4321, 1111, "Simics VGA", "drivers/gpu/drm/tiny/bochs.c")
	VIRTUAL(5853, C147, "XenServer virtualized graphics", "pci.ids")
	NPU(8086, 643E, 643E, "Intel NPU (Lunar Lake)", "drivers/accel/ivpu/ivpu_drv.h")
	NPU(8086, 7D1D, 7D1D, "Intel NPU (Meteor Lake)", "drivers/accel/ivpu/ivpu_drv.h")
	NPU(8086, AD1D, AD1D, "Intel NPU (Arrow Lake)", "drivers/accel/ivpu/ivpu_drv.h")
	NPU(8086, B03E, B03E, "Intel NPU (Panther Lake)", "drivers/accel/ivpu/ivpu_drv.h")
	NPU(8086, D71D, D71D, "Intel NPU (Nova Lake)", "drivers/accel/ivpu/ivpu_drv.h")
	NPU(8086, FD3E, FD3E, "Intel NPU (Wildcat Lake)", "drivers/accel/ivpu/ivpu_drv.h")
	VIRTUAL(80ee, BEEF, "VirtualBox VGA", "drivers/gpu/drm/vboxvideo")
	VIRTUAL(fb5d, 40FB, "bhyve framebuffer", "usr.sbin/bhyve/pci_fbuf.c")
	{.name = NULL},
};
