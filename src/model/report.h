/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one driver library said when it was asked, by a worker of its own (gpubay-probe). The worker fills these structs
 * and prints them, the reader fills them again from that text: one table on both sides, so neither can drift.
 *
 * A library that could not be asked has a report too: the outcome says which of the ways it went. What the library
 * itself refuses (no device, driver not loaded) is no such outcome: the report is fresh, and `error` has its words.
 */
#ifndef GPUBAY_MODEL_REPORT_H
#define GPUBAY_MODEL_REPORT_H

#include "model/gpu.h"

#define REPORT_KIND(E, P) \
	E(P, NVML, "nvml") E(P, VULKAN, "vulkan") E(P, VULKAN_FILES, "vulkan-files") E(P, VA, "va") E(P, VPL, "vpl") \
	E(P, LEVEL_ZERO, "level-zero") E(P, OPENCL, "opencl") E(P, VERBS, "verbs") \
	E(P, NVCODEC, "nvcodec") \
	E(P, RDMA_TEST, "rdma-test")
ENUM_DECL(report_kind, REPORT_KIND)

#define REPORT_OUTCOME(E, P) \
	E(P, PENDING, "pending") E(P, FRESH, "fresh") E(P, STALE, "stale") E(P, HUNG, "hung") E(P, CRASHED, "crashed") \
	E(P, GARBAGE, "garbage") E(P, ABSENT, "library missing") E(P, DENIED, "no permission") \
	E(P, NOT_ASKED, "not asked")
ENUM_DECL(report_outcome, REPORT_OUTCOME)

#define VULKAN_TYPE(E, P) \
	E(P, OTHER, "other") E(P, INTEGRATED, "integrated") E(P, DISCRETE, "discrete") E(P, VIRTUAL, "virtual") E(P, CPU, "cpu")
ENUM_DECL(vulkan_type, VULKAN_TYPE)

#define VULKAN_HEAP(F, S) \
	F(S, size_bytes, u64, _, 0, "size") \
	F(S, device_local, b, _, 0, "memory of the device itself")
FIELD_STRUCT(vulkan_heap, VULKAN_HEAP)

#define VULKAN_QUEUE(F, S) \
	F(S, count, u32, _, 0, "queues of this family") \
	F(S, can, strs, _, 0, "graphics, compute, transfer, sparse, video-decode, video-encode")
FIELD_STRUCT(vulkan_queue, VULKAN_QUEUE)

#define VULKAN_DEVICE(F, S) \
	F(S, index, u32, _, 0, "place in the loader's order") \
	F(S, name, str, _, 0, "name") \
	F(S, type, en, vulkan_type, 0, "type; cpu is a software renderer and no GPU") \
	F(S, gpu, ref, gpu, 0, "the GPU it is; nothing for a software renderer") \
	F(S, address, addr, _, 0, "PCI address") \
	F(S, vendor_id, hex, _, 0, "vendor, a PCI one or one of Khronos'") \
	F(S, device_id, hex, _, 0, "device") \
	F(S, api_version, str, _, 0, "version of Vulkan") \
	F(S, driver_version, str, _, 0, "version of the driver, as it numbers itself") \
	F(S, driver, str, _, 0, "driver") \
	F(S, driver_id, u32, _, FIELD_DETAIL, "driver, as VkDriverId numbers it") \
	F(S, driver_info, str, _, 0, "what the driver says of itself") \
	F(S, conformance, str, _, FIELD_DETAIL, "conformance version") \
	F(S, render_minor, u32, _, 0, "minor of its render node") \
	F(S, primary_minor, u32, _, FIELD_DETAIL, "minor of its card node") \
	F(S, uuid, str, _, FIELD_SECRET | FIELD_DETAIL, "device UUID") \
	F(S, memory_bytes, u64, _, 0, "memory of its own") \
	F(S, heaps, list, vulkan_heap, FIELD_DETAIL, "memory heaps") \
	F(S, queues, list, vulkan_queue, FIELD_DETAIL, "queue families") \
	F(S, opens, b, _, 0, "a device could be created and ran an empty submission") \
	F(S, error, str, _, 0, "why not")
FIELD_STRUCT(vulkan_device, VULKAN_DEVICE)

/* What came of trying a file that the loader would use. */
#define LIBRARY_RESULT(E, P) \
	E(P, WORKS, "works") E(P, MISSING, "library missing") E(P, DEPENDENCY, "its dependency is missing") \
	E(P, WRONG_ARCH, "other architecture") E(P, NO_ENTRY, "no entry point") E(P, CRASHED, "crashed") E(P, HUNG, "hung") \
	E(P, BAD_MANIFEST, "manifest is wrong") E(P, UNREADABLE, "manifest cannot be read") E(P, FAILED, "cannot be loaded") \
	E(P, NOT_TRIED, "not tried")
ENUM_DECL(library_result, LIBRARY_RESULT)

/* A driver manifest (ICD) or a layer manifest. */
#define VULKAN_FILE(F, S) \
	F(S, path, str, _, 0, "manifest") \
	F(S, name, str, _, 0, "layer; empty for a driver") \
	F(S, vendor, en, gpu_vendor, 0, "whose GPUs the driver serves; other for software and virtual ones") \
	F(S, software, b, _, 0, "a software renderer") \
	F(S, library, str, _, 0, "library it names") \
	F(S, library_path, str, _, 0, "file that was loaded for it") \
	F(S, api_version, str, _, 0, "version of Vulkan it names") \
	F(S, implicit, b, _, 0, "a layer that loads without being asked for") \
	F(S, used, b, _, 0, "the loader takes it") \
	F(S, left_out_by, str, _, 0, "what keeps the loader from taking it; empty when nothing does") \
	F(S, result, en, library_result, 0, "what came of loading it") \
	F(S, incomplete, strs, _, 0, "libraries of its release that are not there") \
	F(S, missing, str, _, 0, "library that is missing") \
	F(S, error, str, _, 0, "what the loader said")
FIELD_STRUCT(vulkan_file, VULKAN_FILE)

/* A profile at an entrypoint of VA-API. */
#define VA_CONFIG(F, S) \
	F(S, profile, str, _, 0, "profile, VAProfile cut off") \
	F(S, entrypoint, str, _, 0, "entrypoint, VAEntrypoint cut off") \
	F(S, rate_control, strs, _, 0, "rate control modes of an encoder") \
	F(S, formats, strs, _, FIELD_DETAIL, "surface formats") \
	F(S, width_max, u32, _, 0, "widest picture") \
	F(S, height_max, u32, _, 0, "highest picture")
FIELD_STRUCT(va_config, VA_CONFIG)

/* A codec of NVDEC or NVENC, in the words of gpubay's table of codecs. */
#define VIDEO_CODEC(F, S) \
	F(S, codec, str, _, 0, "codec") \
	F(S, depth, u32, _, 0, "bits a sample") \
	F(S, chroma, str, _, 0, "chroma format") \
	F(S, encode, b, _, 0, "encodes; else decodes") \
	F(S, rate_control, strs, _, 0, "rate control modes of an encoder") \
	F(S, width_max, u32, _, 0, "widest picture") \
	F(S, height_max, u32, _, 0, "highest picture")
FIELD_STRUCT(video_codec, VIDEO_CODEC)

#define VPL_CODEC(F, S) \
	F(S, codec, str, _, 0, "codec") \
	F(S, encode, b, _, 0, "encodes; else decodes") \
	F(S, profiles, strs, _, 0, "profiles, as oneVPL numbers them") \
	F(S, formats, strs, _, 0, "colour formats") \
	F(S, depth_max, u32, _, 0, "most bits a sample") \
	F(S, width_max, u32, _, 0, "widest picture") \
	F(S, height_max, u32, _, 0, "highest picture")
FIELD_STRUCT(vpl_codec, VPL_CODEC)

#define VPL_IMPLEMENTATION(F, S) \
	F(S, name, str, _, 0, "implementation") \
	F(S, hardware, b, _, 0, "hardware; else software") \
	F(S, api_version, str, _, 0, "version of the interface") \
	F(S, library, str, _, 0, "library it lives in") \
	F(S, device, str, _, 0, "device, as oneVPL names it") \
	F(S, vendor_id, hex, _, 0, "vendor") \
	F(S, device_id, hex, _, 0, "device") \
	F(S, address, addr, _, 0, "PCI address") \
	F(S, render_minor, u32, _, 0, "minor of its render node") \
	F(S, gpu, ref, gpu, 0, "the GPU it uses") \
	F(S, codecs, list, vpl_codec, FIELD_DETAIL, "what it decodes and encodes")
FIELD_STRUCT(vpl_implementation, VPL_IMPLEMENTATION)

#define COMPUTE_TYPE(E, P) E(P, GPU, "gpu") E(P, CPU, "cpu") E(P, ACCELERATOR, "accelerator") E(P, OTHER, "other")
ENUM_DECL(compute_type, COMPUTE_TYPE)

/* A device of OpenCL or Level Zero. */
#define COMPUTE_DEVICE(F, S) \
	F(S, platform, str, _, 0, "platform or driver") \
	F(S, platform_version, str, _, 0, "its version") \
	F(S, name, str, _, 0, "name") \
	F(S, type, en, compute_type, 0, "type") \
	F(S, gpu, ref, gpu, 0, "the GPU it is") \
	F(S, address, addr, _, 0, "PCI address") \
	F(S, vendor_id, hex, _, 0, "vendor") \
	F(S, device_id, hex, _, 0, "device") \
	F(S, uuid, str, _, FIELD_SECRET | FIELD_DETAIL, "UUID") \
	F(S, version, str, _, 0, "version of the interface") \
	F(S, driver_version, str, _, 0, "version of the driver") \
	F(S, memory_bytes, u64, _, 0, "memory") \
	F(S, allocation_max_bytes, u64, _, FIELD_DETAIL, "largest piece of memory") \
	F(S, units, u32, _, 0, "compute units")
FIELD_STRUCT(compute_device, COMPUTE_DEVICE)

#define NVML_MIG(F, S) \
	F(S, index, u32, _, 0, "number on its GPU") \
	F(S, uuid, str, _, FIELD_SECRET, "UUID") \
	F(S, name, str, _, 0, "name") \
	F(S, gpu_instance, u32, _, 0, "GPU instance") \
	F(S, compute_instance, u32, _, 0, "compute instance") \
	F(S, memory_bytes, u64, _, 0, "memory")
FIELD_STRUCT(nvml_mig, NVML_MIG)

#define NVML_LINK(F, S) \
	F(S, link, u32, _, 0, "NVLink") \
	F(S, active, b, _, 0, "up") \
	F(S, peer, addr, _, 0, "PCI address of the other end") \
	F(S, peer_kind, str, _, 0, "what it is: gpu, switch or processor") \
	F(S, version, u32, _, 0, "version of NVLink")
FIELD_STRUCT(nvml_link, NVML_LINK)

#define NVML_DEVICE(F, S) \
	F(S, address, addr, _, 0, "PCI address") \
	F(S, gpu, ref, gpu, 0, "the GPU it is") \
	F(S, name, str, _, 0, "name") \
	F(S, uuid, str, _, FIELD_SECRET, "UUID") \
	F(S, minor, u32, _, 0, "number of /dev/nvidiaN") \
	F(S, memory_bytes, u64, _, 0, "memory") \
	F(S, memory_used_bytes, u64, _, FIELD_VOLATILE, "memory in use") \
	F(S, bar1_bytes, u64, _, 0, "window through which the CPU and other devices reach the memory") \
	F(S, compute_capability, str, _, 0, "compute capability") \
	F(S, mig, b, _, 0, "MIG is on") \
	F(S, mig_pending, b, _, 0, "MIG will be on after a reset") \
	F(S, migs, list, nvml_mig, 0, "MIG devices") \
	F(S, compute_mode, str, _, 0, "default, exclusive-process or prohibited") \
	F(S, ecc, b, _, 0, "ECC is on") \
	F(S, ecc_pending, b, _, 0, "ECC will be on after a reset") \
	F(S, ecc_corrected, u64, _, FIELD_VOLATILE, "errors corrected since the card was made") \
	F(S, ecc_uncorrected, u64, _, FIELD_VOLATILE, "errors not corrected since the card was made") \
	F(S, retired_pages, u32, _, FIELD_VOLATILE, "pages taken out of use") \
	F(S, retired_pending, b, _, FIELD_VOLATILE, "pages wait for a reset to be taken out of use") \
	F(S, remapped_rows, u32, _, FIELD_VOLATILE, "memory rows replaced by spare ones") \
	F(S, remap_failed, b, _, FIELD_VOLATILE, "a row could not be replaced") \
	F(S, remap_pending, b, _, FIELD_VOLATILE, "rows wait for a reset to be replaced") \
	F(S, links, list, nvml_link, FIELD_DETAIL, "NVLinks") \
	F(S, vbios, str, _, FIELD_DETAIL, "version of the video BIOS") \
	F(S, persistence, b, _, 0, "stays initialized while nobody uses it")
FIELD_STRUCT(nvml_device, NVML_DEVICE)

#define VERBS_DEVICE(F, S) \
	F(S, name, str, _, 0, "RDMA device") \
	F(S, opens, b, _, 0, "could be opened") \
	F(S, error, str, _, 0, "why not") \
	F(S, firmware, str, _, 0, "firmware version") \
	F(S, ports, u32, _, 0, "ports") \
	F(S, ports_active, u32, _, FIELD_VOLATILE, "ports that are active") \
	F(S, dmabuf, b, _, 0, "memory of other devices can be registered by DMA-BUF") \
	F(S, registered_bytes, u64, _, 0, "memory that was registered as a trial") \
	F(S, register_error, str, _, 0, "why registering failed")
FIELD_STRUCT(verbs_device, VERBS_DEVICE)

/* Data moved from one RDMA port to another, as a test. */
#define RDMA_TRANSFER(F, S) \
	F(S, from, str, _, 0, "device and port that sent") \
	F(S, to, str, _, 0, "device and port that received") \
	F(S, link_layer, str, _, 0, "InfiniBand or Ethernet") \
	F(S, from_gid, str, _, FIELD_SECRET, "address of the sender, where addresses are used") \
	F(S, to_gid, str, _, FIELD_SECRET, "address of the receiver") \
	F(S, bytes, u64, _, 0, "moved and compared") \
	F(S, verified, b, _, 0, "everything arrived as it was sent") \
	F(S, rate_mbps, u32, _, FIELD_VOLATILE, "rate; a test of function, no benchmark") \
	F(S, error, str, _, 0, "what went wrong; empty when nothing did")
FIELD_STRUCT(rdma_transfer, RDMA_TRANSFER)

/* Errors of one number that the kernel's log holds of one GPU of NVIDIA. */
#define XID_EVENT(F, S) \
	F(S, address, addr, _, 0, "PCI address") \
	F(S, gpu, ref, gpu, 0, "GPU") \
	F(S, code, u32, _, 0, "number of the error") \
	F(S, count, u32, _, FIELD_VOLATILE, "how often") \
	F(S, text, str, _, 0, "the last of them")
FIELD_STRUCT(xid_event, XID_EVENT)

#define REPORT(F, S) \
	F(S, kind, en, report_kind, 0, "which library was asked") \
	F(S, about, str, _, 0, "about what it was asked: a render node, a PCI address, an RDMA device; empty: all there is") \
	F(S, gpu, ref, gpu, 0, "the GPU it was asked about; nothing where it was about more than one") \
	F(S, outcome, en, report_outcome, 0, "what came of it") \
	F(S, message, str, _, 0, "in words, where that is not plain") \
	F(S, error, str, _, 0, "what the library itself refused with") \
	F(S, age_s, u32, _, FIELD_VOLATILE, "seconds since it was asked") \
	F(S, took_ms, u32, _, FIELD_VOLATILE, "how long it took") \
	F(S, stuck, b, _, 0, "the worker hangs in the kernel and could not be ended") \
	F(S, stderr_tail, str, _, FIELD_DETAIL, "last of what the library printed") \
	F(S, sandbox, strs, _, FIELD_DETAIL, "how the worker was confined") \
	F(S, left_out, strs, _, 0, "what was not asked") \
	F(S, library, str, _, 0, "library") \
	F(S, library_version, str, _, 0, "its version") \
	F(S, driver_version, str, _, 0, "version of the driver behind it") \
	F(S, api_version, str, _, 0, "version of the interface (for NVIDIA: CUDA)") \
	F(S, vendor, str, _, 0, "what the driver says of itself") \
	F(S, variables, strs, _, FIELD_DETAIL, "variables of the environment that steer the library") \
	F(S, privileged, strs, _, FIELD_DETAIL, "programs that ignore such variables: setuid or with file capabilities") \
	F(S, nvml, list, nvml_device, 0, "NVIDIA's own view of its GPUs") \
	F(S, vulkan, list, vulkan_device, 0, "Vulkan devices") \
	F(S, drivers, list, vulkan_file, 0, "driver manifests the Vulkan loader finds") \
	F(S, layers, list, vulkan_file, 0, "layer manifests the Vulkan loader finds") \
	F(S, va, list, va_config, 0, "what VA-API offers on this node") \
	F(S, video, list, video_codec, 0, "what NVDEC and NVENC offer on this GPU") \
	F(S, vpl, list, vpl_implementation, 0, "implementations of oneVPL") \
	F(S, compute, list, compute_device, 0, "devices of OpenCL or Level Zero") \
	F(S, verbs, list, verbs_device, 0, "RDMA devices") \
	F(S, transfers, list, rdma_transfer, 0, "data moved as a test, each way") \
	F(S, lock_trial_bytes, u64, _, 0, "memory that was locked as a trial") \
	F(S, lock_error, str, _, 0, "why it could not be locked")
FIELD_STRUCT(report, REPORT)

#endif
