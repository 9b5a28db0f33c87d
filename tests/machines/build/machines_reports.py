# SPDX-License-Identifier: Apache-2.0
"""What driver libraries say, and the ways in which they do not: the reports of gpubay-probe as answers."""
import json

import machines_battlemage as battlemage
import machines_rdma as rdma
import machines_vendors as vendors

ICD = "/usr/share/vulkan/icd.d/"
LIB = "/usr/lib/x86_64-linux-gnu/"
GIB = 1 << 30


def based_on(build, name, note):
    m = build(name)
    m.note = note
    m.header = [(k, note if k == "note" else v) for k, v in m.header]
    return m


def report(m, key, outcome="fresh", **fields):
    kind, _, about = key.partition(":")
    document = {"schema": "gpubay/report/v1", "kind": kind, "outcome": outcome, **fields}
    if about and not about.startswith("not="):
        document["about"] = about
    m.answer("report", key, json.dumps(document, indent=1))


def icd(name, library, result="works", vendor="intel", **more):
    f = {"path": ICD + name, "vendor": vendor, "software": library.startswith("libvulkan_lvp"), "library": LIB + library if "/" not in library else library,
         "api_version": "1.4.305", "used": True, "left_out_by": "", "result": result}
    if result == "works":
        f["library_path"] = LIB + library
    return {**f, **more}


LVP = icd("lvp_icd.x86_64.json", "libvulkan_lvp.so", vendor="other")
ANV = icd("intel_icd.x86_64.json", "libvulkan_intel.so")
RADV = icd("radeon_icd.x86_64.json", "libvulkan_radeon.so", vendor="amd")
SELECT = {"path": "/usr/share/vulkan/implicit_layer.d/VkLayer_MESA_device_select.json", "name": "VK_LAYER_MESA_device_select", "library": "libVkLayer_MESA_device_select.so",
          "implicit": True, "used": True, "left_out_by": "", "result": "works"}


def files(m, drivers, layers=(SELECT,), variables=(), key="vulkan-files", **more):
    report(m, key, variables=list(variables), privileged=more.pop("privileged", []), drivers=list(drivers), layers=list(layers), **more)


def device(name, kind, address=None, vendor=0x8086, number=0xe20b, memory=12 * GIB, driver="Intel open-source Mesa driver", **more):
    d = {"name": name, "type": kind, "vendor_id": f"{vendor:#x}", "device_id": f"{number:#x}", "api_version": "1.4.305", "driver_version": "25.0.7", "driver": driver,
         "memory_bytes": memory, "opens": True, "error": ""}
    return {**d, **({"address": address} if address else {}), **more}


LLVMPIPE = device("llvmpipe (LLVM 19.1.7, 256 bits)", "cpu", None, 0x10005, 0, 15 * GIB, "llvmpipe")
B580 = device("Intel(R) Arc(tm) B580 Graphics (BMG G21)", "discrete", "0000:03:00.0")


def vulkan(m, devices, key="vulkan", **more):
    report(m, key, library="libvulkan.so.1", library_version="1.4.309", vulkan=[{"index": i, **d} for i, d in enumerate(devices)], **more)


RC_ALL = ["CQP", "CBR", "VBR", "ICQ", "QVBR"]
RT = {"10": ["4:2:0", "4:2:0 10 bit"], "12": ["4:2:0 10 bit", "4:2:0 12 bit"]}


# Largest pictures by the beginning of the profile: decoded, encoded.
SIZES = {"MPEG2": ((2048, 2048), (2048, 2048)), "H264": ((4096, 4096), (4096, 4096)), "VP8": ((4096, 4096), (4096, 4096)),
         "HEVC": ((16384, 16384), (16384, 12288)), "VP9": ((16384, 16384), (8192, 8192)), "AV1": ((16384, 16384), (8192, 8192)), "JPEG": ((16384, 16384), (16384, 16384)), "VC1": ((2048, 2048), (2048, 2048))}


def size(profile, encode):
    w, h = next(v for k, v in SIZES.items() if profile.startswith(k))[encode]
    return {"width_max": w, "height_max": h}


def decodes(*profiles):
    return [{"profile": p, "entrypoint": "VLD", **size(p, False),
             "formats": RT["12"] if p == "VP9Profile2" else RT["10"] if p == "AV1Profile0" else ["4:2:0"]} for p in profiles]


def encodes(*profiles, rate=RC_ALL, entrypoint="EncSlice"):
    return [{"profile": p, "entrypoint": "EncPicture" if p == "JPEGBaseline" else entrypoint, **size(p, True),
             "formats": RT["10"] if p == "AV1Profile0" else ["4:2:0"], **({} if p == "JPEGBaseline" else {"rate_control": rate})} for p in profiles]


HEVC = ["HEVCMain", "HEVCMain10", "HEVCMain422_10", "HEVCMain444_10"]
BMG_DECODES = ["MPEG2Main", "H264Main", "H264High", "JPEGBaseline", "VP8Version0_3", *HEVC, "HEVCMain12", "VP9Profile0", "VP9Profile1", "VP9Profile2", "AV1Profile0"]
BMG_ENCODES = ["H264Main", "H264High", "JPEGBaseline", *HEVC, "AV1Profile0"]
IHD = "Intel iHD driver for Intel(R) Gen Graphics - 25.2.6 ()"


def va(m, node, configs, vendor=IHD, **more):
    report(m, f"va:{node}", library="libva-drm.so.2", api_version="1.22", vendor=vendor, va=configs, **more)


def va_refuses(m, node, tail, **more):
    report(m, f"va:{node}", library="libva-drm.so.2", error="vaInitialize: unknown libva error", va=[], stderr_tail=tail, **more)


def computes(m, *devices, ze=None):
    report(m, "opencl", library="libOpenCL.so.1", compute=list(devices))
    if ze is not None:
        report(m, "level-zero", library="libze_loader.so.1", compute=ze)


def m_1gpu_reports_b580_well(name):
    m = based_on(battlemage.m_1gpu_b580_ready, name, "Arc B580 and every library that can speak of it does: Vulkan, VA-API, oneVPL, Level Zero, OpenCL")
    vulkan(m, [B580, LLVMPIPE])
    files(m, [ANV, icd("intel_icd.i686.json", "/usr/lib/i386-linux-gnu/libvulkan_intel.so", "other architecture"), RADV, LVP],
          layers=(SELECT, {**SELECT, "path": "/root/.local/share/vulkan/implicit_layer.d/steamoverlay_i386.json", "name": "VK_LAYER_VALVE_steam_overlay_32", "result": "other architecture"}))
    va(m, "renderD128", decodes(*BMG_DECODES) + encodes(*BMG_ENCODES))
    report(m, "vpl", library="libvpl.so.2", vpl=[{"name": "mfx-gen", "hardware": True, "api_version": "2.14", "vendor_id": "0x8086", "device_id": "0xe20b", "render_minor": 128,
                                                 "codecs": [{"codec": "AVC", "encode": False, "depth_max": 8}, {"codec": "AV1", "encode": True, "depth_max": 10}]}])
    gpu = {"name": "Intel(R) Arc(TM) B580 Graphics", "type": "gpu", "address": "0000:03:00.0", "memory_bytes": 12168933376, "units": 160}
    computes(m, {**gpu, "platform": "Intel(R) OpenCL Graphics", "version": "OpenCL 3.0 NEO", "driver_version": "25.18.33578"}, ze=[{**gpu, "platform": "Level Zero", "version": "1.12"}])
    return m


def m_1gpu_reports_vulkan_files_broken(name):
    m = based_on(battlemage.m_1gpu_b580_ready, name, "Vulkan manifests of every broken kind, so that llvmpipe alone is left")
    vulkan(m, [LLVMPIPE])
    files(m, [icd("intel_icd.i686.json", "/usr/lib/i386-linux-gnu/libvulkan_intel.so", "other architecture", error="wrong ELF class: ELFCLASS32"),
              icd("amd_icd64.json", "amdvlk64.so", "library missing", vendor="amd", missing=LIB + "amdvlk64.so", error="amdvlk64.so: cannot open shared object file: No such file or directory"),
              icd("nvidia_icd.json", "libGLX_nvidia.so.0", "its dependency is missing", vendor="nvidia", missing="libXext.so.6",
                  error="libXext.so.6: cannot open shared object file: No such file or directory"),
              icd("vendor_icd.json", "libvulkan_vendor.so", "no entry point", vendor="other", error="it has no entry point for the Vulkan loader"),
              {"path": ICD + "half_icd.json", "used": True, "left_out_by": "", "result": "manifest is wrong", "error": "half_icd.json:1:12: '}' expected near end of file"}, LVP],
          layers=(SELECT, {**SELECT, "path": "/etc/vulkan/implicit_layer.d/overlay.json", "name": "VK_LAYER_overlay", "result": "library missing",
                           "error": "liboverlay.so: cannot open shared object file: No such file or directory"}))
    return m


def m_1gpu_reports_nvidia_compute_only(name):
    m = based_on(vendors.m_1gpu_rtx4090_ready, name, "RTX 4090 with the compute part of the driver alone; the libraries were updated under the loaded module, and the kernel's log holds errors")
    vulkan(m, [LLVMPIPE])
    files(m, [ANV, RADV, LVP])
    report(m, "nvml:0000:01:00.0", library="libnvidia-ml.so.1", error="NVML does not start: Driver/library version mismatch (NVML error 18)", nvml=[])
    m.answer("log", "xid", "\n".join(["NVRM: Xid (PCI:0000:01:00): 31, pid=4711, name=train, Ch 00000008, MMU Fault: ENGINE GRAPHICS",
                                      "NVRM: Xid (PCI:0000:01:00): 119, pid=4711, name=train, Timeout waiting for RPC from GSP!",
                                      "NVRM: Xid (PCI:0000:01:00): 119, pid=4712, name=train, Timeout waiting for RPC from GSP!",
                                      "NVRM: Xid (0000:01:00): 8, Channel 00000001",
                                      "NVRM: Xid (PCI:0000:01:00.0): 777, something new"]))
    return m


def m_1gpu_reports_nvidia_container(name):
    m = based_on(vendors.m_1gpu_rtx4090_ready, name, "a container that was given an RTX 4090 without the graphics part of the driver")
    m.tree.put("run/.containerenv", __import__("capture").Node("file", b""))
    vulkan(m, [LLVMPIPE])
    files(m, [LVP])
    return m


def m_1gpu_reports_nvidia_no_nodes(name):
    m = based_on(vendors.m_1gpu_rtx4090_ready, name, "a container with NVIDIA's Vulkan driver and without the nodes it looks for")
    m.tree.put("run/.containerenv", __import__("capture").Node("file", b""))
    for node in ("nvidia-modeset", "dri/renderD128", "dri/card1"):
        m.tree.remove(f"dev/{node}")
    vulkan(m, [LLVMPIPE])
    files(m, [icd("nvidia_icd.json", "libGLX_nvidia.so.0", "no entry point", vendor="nvidia",
                  error="it loads, but has no vkCreateInstance: something it needs at run time is missing"), LVP])
    return m


def m_1gpu_reports_nvidia_incomplete(name):
    m = based_on(vendors.m_1gpu_rtx4090_ready, name, "RTX 4090 whose Vulkan driver was passed in without its shader compiler")
    vulkan(m, [], error="vkCreateInstance: VK_ERROR_INCOMPATIBLE_DRIVER")
    files(m, [icd("nvidia_icd.json", "libGLX_nvidia.so.0", vendor="nvidia", library_path=LIB + "libGLX_nvidia.so.0", incomplete=["libnvidia-glvkspirv.so.575.64.03"])])
    return m


def m_2gpu_reports_nvidia_subset(name):
    m = based_on(vendors.m_2gpu_rtx3090_rtx4090, name, "two NVIDIA GPUs, one without its node, and a driver that fails because of it")
    m.tree.remove("dev/nvidia1")
    vulkan(m, [], error="vkEnumeratePhysicalDevices: VK_ERROR_INITIALIZATION_FAILED")
    files(m, [icd("nvidia_icd.json", "libGLX_nvidia.so.0", vendor="nvidia")])
    return m


def m_1gpu_reports_crashing(name):
    m = based_on(battlemage.m_1gpu_b580_ready, name, "libraries that crash and hang when they are asked")
    report(m, "vulkan", "crashed", message="the library died of SIGSEGV")
    files(m, [{**ANV, "result": "crashed", "error": "loading it ended in SIGSEGV"}, LVP])
    report(m, "va:renderD128", "hung", message="no answer within 10 s", stuck=True)
    report(m, "opencl", "garbage", message="the worker printed what is no report (report:1:1: '[' or '{' expected near '?')")
    return m


def m_1gpu_reports_denied(name):
    m = based_on(battlemage.m_1gpu_b580_ready, name, "the node's mode lets the user in, and opening it is refused all the same, as a container's device rules do")
    denied(m)
    return m


def m_1gpu_reports_not_in_group(name):
    m = based_on(battlemage.m_1gpu_b580_not_openable, name, "the user is not in the node's group: one cause, one finding, whatever number of libraries meets it")
    denied(m)
    return m


def m_2gpu_reports_one_closed(name):
    m = based_on(battlemage.m_2gpu_b580_b570, name, "two GPUs, and the node of the second refuses: the first works")
    vulkan(m, [B580], left_out=["/dev/dri/renderD129: no permission"])
    files(m, [ANV, LVP])
    return m


def m_2gpu_reports_container_one_given(name):
    m = based_on(battlemage.m_2gpu_b580_b570, name, "a container that was given the render node of one GPU of two: the other is nobody's fault")
    m.tree.put("run/.containerenv", __import__("capture").Node("file", b""))
    for node in ("card1", "card2", "renderD129"):
        m.tree.remove(f"dev/dri/{node}")
    vulkan(m, [B580])
    files(m, [ANV, LVP])
    va(m, "renderD128", decodes(*BMG_DECODES) + encodes(*BMG_ENCODES))
    report(m, "va:renderD129", library="libva-drm.so.2", error="cannot open /dev/dri/renderD129: No such file or directory")
    computes(m, {"name": "Intel(R) Arc(TM) B580 Graphics", "type": "gpu", "address": "0000:03:00.0", "platform": "Intel(R) OpenCL Graphics"})
    return m


def m_1gpu_reports_nvml_blocked(name):
    m = based_on(vendors.m_1gpu_rtx4090_ready, name, "a container whose GPU the system took back: NVML fails without a reason; Vulkan is not asked of it")
    m.tree.put("run/.containerenv", __import__("capture").Node("file", b""))
    report(m, "nvml:0000:01:00.0", library="libnvidia-ml.so.1", error="NVML does not start: Unknown Error (NVML error 999)", nvml=[])
    return m


def m_1gpu_reports_mig_gfx(name):
    m = based_on(rdma.m_1gpu_rdma_ib_ready, name, "MIG with an instance for graphics: that Vulkan does not list it is not MIG's doing")
    report(m, "nvml:0000:17:00.0", library="libnvidia-ml.so.1", driver_version="580.95.05", api_version="13.0", nvml=[{
        "address": "0000:17:00.0", "name": "NVIDIA A100 80GB PCIe", "mig": True, "mig_pending": True,
        "migs": [{"index": 0, "name": "NVIDIA A100 80GB PCIe MIG 1g.24gb+gfx", "gpu_instance": 1, "compute_instance": 0, "memory_bytes": 24 * GIB}]}])
    vulkan(m, [LLVMPIPE])
    files(m, [icd("nvidia_icd.json", "libGLX_nvidia.so.0", vendor="nvidia"), LVP])
    return m


def denied(m):
    report(m, "vulkan", "no permission", message="no permission to open /dev/dri/renderD128", library="libvulkan.so.1", vulkan=[{"index": 0, **LLVMPIPE}],
           left_out=["/dev/dri/renderD128: no permission"])
    files(m, [ANV, LVP])
    report(m, "va:renderD128", "no permission", message="no permission to open /dev/dri/renderD128")


def m_1gpu_reports_variables(name):
    m = based_on(battlemage.m_1gpu_b580_ready, name, "variables of the environment steer Vulkan and VA-API past the GPU's drivers")
    only = "VK_ICD_FILENAMES=" + ICD + "lvp_icd.x86_64.json"
    vulkan(m, [LLVMPIPE])
    files(m, [LVP, {**ANV, "used": False, "left_out_by": "VK_ICD_FILENAMES"}], variables=[only], privileged=["/usr/bin/gamescope"])
    va_refuses(m, "renderD128", "libva error: /usr/lib/x86_64-linux-gnu/dri/i965_drv_video.so init failed\n", variables=["LIBVA_DRIVER_NAME=i965"])
    return m


def m_2gpu_reports_order(name):
    m = based_on(vendors.m_2gpu_intel_nvidia, name, "the integrated GPU comes first and the other one does not open; VA-API on the first node lacks what the build left out")
    intel = device("Intel(R) UHD Graphics 730 (ADL-S GT1)", "integrated", "0000:00:02.0", 0x8086, 0x4692, 11 * GIB)
    lost = device("NVIDIA GeForce RTX 4070", "discrete", "0000:01:00.0", 0x10de, 0x2786, 12 * GIB, "NVIDIA", opens=False, error="VK_ERROR_DEVICE_LOST")
    vulkan(m, [intel, lost])
    files(m, [ANV, icd("nvidia_icd.json", "libGLX_nvidia.so.0", vendor="nvidia")])
    va(m, "renderD129", decodes("MPEG2Main", "H264High", "JPEGBaseline", *HEVC, "HEVCMain12", "VP9Profile0", "VP9Profile1", "VP9Profile2") +
       encodes("H264High", "HEVCMain", "HEVCMain10", "HEVCMain444_10", "VP9Profile0", "VP9Profile1", "VP9Profile2", entrypoint="EncSliceLP") + encodes("JPEGBaseline"))
    va(m, "renderD128", decodes("MPEG2Main", "VC1Advanced", "H264High", "HEVCMain", "HEVCMain10", "VP9Profile0", "VP9Profile2", "AV1Profile0"), vendor="VA-API NVDEC driver [direct backend]")
    return m


def m_1gpu_reports_va_missing(name):
    m = based_on(battlemage.m_1gpu_b580_ready, name, "no VA-API driver for the GPU, while LIBVA_DRIVER_NAME is not set")
    va_refuses(m, "renderD128", "libva info: Trying to open /usr/lib/x86_64-linux-gnu/dri/iHD_drv_video.so\nlibva info: va_openDriver() returns -1\n")
    vulkan(m, [B580])
    files(m, [ANV, LVP])
    return m


def m_1gpu_reports_ihd_too_old(name):
    m = based_on(battlemage.m_1gpu_b580_ready, name, "the VA-API driver is installed and does not know the kernel driver xe; a runtime of OpenCL does not either")
    va_refuses(m, "renderD128", "libva info: Trying to open /usr/lib/x86_64-linux-gnu/dri/iHD_drv_video.so\nlibva error: /usr/lib/x86_64-linux-gnu/dri/iHD_drv_video.so init failed\n"
               "libva info: va_openDriver() returns 1\n")
    computes(m, ze=[])
    return m


def m_1gpu_reports_a100_mig(name):
    m = based_on(rdma.m_1gpu_rdma_ib_ready, name, "an A100 cut by MIG in two, one without its nodes, with memory that wears out, and an adapter whose driver takes no DMA-BUF")
    for n, path in enumerate(("gi1", "gi1/ci0", "gi2", "gi2/ci0")):
        m.tree.file(f"proc/driver/nvidia/capabilities/gpu0/mig/{path}/access", f"DeviceFileMinor: {12 + n}\nDeviceFileMode: 292\nDeviceFileModify: 1\n")
        if n < 2:
            m.tree.device(f"dev/nvidia-caps/nvidia-cap{12 + n}", "c", 511, 12 + n, "0444")
    report(m, "nvml:0000:17:00.0", library="libnvidia-ml.so.1", driver_version="570.172.08", api_version="12.8", nvml=[{
        "address": "0000:17:00.0", "name": "NVIDIA A100 80GB PCIe", "uuid": "GPU-a11a5000-0000-4000-8000-000000000017", "memory_bytes": 80 * GIB, "compute_capability": "8.0",
        "mig": True, "mig_pending": False, "migs": [{"index": 0, "name": "NVIDIA A100 80GB PCIe MIG 3g.40gb", "gpu_instance": 1, "compute_instance": 0, "memory_bytes": 40 * GIB},
                                                     {"index": 1, "name": "NVIDIA A100 80GB PCIe MIG 2g.20gb", "gpu_instance": 2, "compute_instance": 0, "memory_bytes": 20 * GIB}],
        "compute_mode": "prohibited", "ecc": True, "ecc_uncorrected": 2, "remapped_rows": 3, "remap_pending": True, "remap_failed": False}])
    vulkan(m, [])
    files(m, [icd("nvidia_icd.json", "libGLX_nvidia.so.0", vendor="nvidia")])
    report(m, "verbs:ibp49s0", library="libibverbs.so.1", lock_trial_bytes=64 << 20, lock_error="Cannot allocate memory",
           verbs=[{"name": "ibp49s0", "opens": True, "firmware": "20.31.1014", "ports": 1, "ports_active": 1, "dmabuf": False, "registered_bytes": 0,
                   "register_error": "Cannot allocate memory"}])
    return m


def m_1gpu_reports_verbs_refused(name):
    m = based_on(rdma.m_1gpu_rdma_ib_ready, name, "the kernel has the RDMA device and libibverbs does not know it; NVML may not open the GPU")
    report(m, "verbs:ibp49s0", library="libibverbs.so.1", lock_trial_bytes=64 << 20, lock_error="", verbs=[],
           error="libibverbs does not know the device: its provider library is missing, or ib_uverbs is not loaded")
    report(m, "nvml:0000:17:00.0", "no permission", message="NVML does not start: no permission to open the NVIDIA device nodes")
    return m


def m_1gpu_reports_old_mesa_small_window(name):
    m = based_on(battlemage.m_1gpu_b580_rebar_off, name, "Mesa older than the GPU, and a small memory window that the compute runtime refuses")
    vulkan(m, [{**LLVMPIPE, "driver_info": "Mesa 22.3.6 (LLVM 15.0.6)"}])
    files(m, [ANV, RADV, LVP])
    computes(m, ze=[])
    return m


def m_1gpu_reports_nothing_installed(name):
    m = based_on(vendors.m_1gpu_rx7800xt_ready, name, "an RX 7800 XT and no library that could use it")
    report(m, "vulkan", "library missing", message="libvulkan.so.1 is not installed")
    files(m, [], layers=())
    report(m, "va:renderD128", "library missing", message="libva.so.2 is not installed")
    report(m, "opencl", "library missing", message="libOpenCL.so.1 is not installed")
    return m


def m_1gpu_reports_nvidia_bare(name):
    m = based_on(rdma.m_1gpu_rdma_ib_ready, name, "an A100 and an adapter, and none of the libraries that speak of them")
    report(m, "nvml:0000:17:00.0", "library missing", message="libnvidia-ml.so.1 is not installed")
    report(m, "verbs:ibp49s0", "library missing", message="libibverbs.so.1 is not installed", lock_trial_bytes=64 << 20, lock_error="")
    report(m, "vulkan", "library missing", message="libvulkan.so.1 is not installed")
    return m


def m_1gpu_reports_no_worker(name):
    m = based_on(vendors.m_1gpu_rx7800xt_ready, name, "an RX 7800 XT and a gpubay that was copied without its worker")
    for key in ("vulkan", "vulkan-files", "va:renderD128", "opencl"):
        report(m, key, "not asked", message="cannot start '/usr/libexec/gpubay-probe': No such file or directory")
    return m


def m_1gpu_reports_fiji_media(name):
    m = based_on(vendors.m_1gpu_r9_fury, name, "R9 Fury with a build of Mesa that has no HEVC")
    va(m, "renderD128", decodes("MPEG2Main", "VC1Advanced", "H264High", "JPEGBaseline") + encodes("H264High"), vendor="Mesa Gallium driver 25.1.4 for AMD Radeon R9 Fury")
    return m


def m_1gpu_reports_nvidia_vaapi(name):
    m = based_on(vendors.m_1gpu_rtx4090_ready, name, "RTX 4090 with nvidia-vaapi-driver, built without the parser that VP9 needs")
    va(m, "renderD128", decodes("MPEG2Main", "VC1Advanced", "H264High", "HEVCMain", "HEVCMain10", "AV1Profile0"), vendor="VA-API NVDEC driver [direct backend]")
    return m


def video(codec, *depths, encode=False, chroma="4:2:0"):
    return [{"codec": codec, "depth": d, "chroma": chroma, "encode": encode, "width_max": 8192, "height_max": 8192, **({"rate_control": ["CQP", "VBR", "CBR"]} if encode else {})} for d in depths]


NVDEC = [*video("MPEG-2", 8), *video("VC-1", 8), *video("H.264", 8), *video("JPEG", 8), *video("VP8", 8), *video("HEVC", 8, 10, 12), *video("HEVC", 10, chroma="4:4:4"),
         *video("VP9", 8, 10, 12), *video("AV1", 8, 10)]
NVENC = [*video("H.264", 8, encode=True), *video("HEVC", 8, 10, encode=True), *video("HEVC", 10, encode=True, chroma="4:4:4"), *video("AV1", 8, 10, encode=True)]


def nvcodec(m, at, offers, **more):
    report(m, f"nvcodec:{at}", library="libcuda.so.1", api_version="13.0", vendor="NVDEC and NVENC", video=offers, **more)


def m_1gpu_reports_nvidia_video(name):
    m = based_on(vendors.m_1gpu_rtx4090_ready, name, "RTX 4090 that decodes and encodes by NVDEC and NVENC, and has no driver for VA-API")
    va_refuses(m, "renderD128", "libva info: Trying to open /usr/lib/x86_64-linux-gnu/dri/nvidia_drv_video.so\nlibva info: va_openDriver() returns -1\n")
    nvcodec(m, "0000:01:00.0", NVDEC + NVENC)
    return m


def m_1gpu_reports_nvidia_no_video(name):
    m = based_on(vendors.m_1gpu_rtx4090_ready, name, "a container that was given an RTX 4090 without the driver's libraries for video")
    m.tree.put("run/.containerenv", __import__("capture").Node("file", b""))
    report(m, "nvcodec:0000:01:00.0", "library missing", message="libnvcuvid.so.1 and libnvidia-encode.so.1 are not installed")
    return m


def m_1gpu_reports_nvenc_full(name):
    m = based_on(vendors.m_1gpu_rtx4090_ready, name, "RTX 4090 whose encoding sessions are all in use")
    nvcodec(m, "0000:01:00.0", NVDEC, error="NVENC opens no session: error 10 (no memory, or all of the sessions this GPU allows are in use)")
    return m


def m_1gpu_reports_a100_video(name):
    m = based_on(rdma.m_1gpu_rdma_ib_ready, name, "an A100, which decodes and never had an encoder; half of the video libraries is missing")
    report(m, "nvcodec:0000:17:00.0", library="libcuda.so.1", vendor="NVDEC and NVENC", video=[v for v in NVDEC if v["codec"] != "AV1"],
           left_out=["libnvidia-encode.so.1 is not installed"])
    return m


def m_1gpu_reports_rx7800xt_no_vulkan(name):
    m = based_on(vendors.m_1gpu_rx7800xt_ready, name, "an RX 7800 XT with the Vulkan loader and no driver; Mesa's VA-API without the codecs that are under patents")
    vulkan(m, [], error="vkCreateInstance: VK_ERROR_INCOMPATIBLE_DRIVER")
    files(m, [], layers=())
    va(m, "renderD128", decodes("JPEGBaseline", "VP9Profile0", "VP9Profile2", "AV1Profile0") + encodes("AV1Profile0"), vendor="Mesa Gallium driver 25.1.4 for AMD Radeon RX 7800 XT")
    return m


def m_1gpu_reports_b580_no_huc(name):
    m = based_on(battlemage.m_1gpu_b580_huc_missing, name, "Arc B580 without the HuC firmware: encoders know constant quality alone; oneVPL has no runtime")
    va(m, "renderD128", decodes(*BMG_DECODES) + encodes(*BMG_ENCODES, rate=["CQP"]))
    report(m, "vpl", library="libvpl.so.2", vpl=[], error="the dispatcher finds no implementation")
    return m
