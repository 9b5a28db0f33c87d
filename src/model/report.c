/* SPDX-License-Identifier: Apache-2.0 */
#include "model/report.h"

ENUM_TABLE(report_kind, REPORT_KIND)
ENUM_TABLE(report_outcome, REPORT_OUTCOME)
ENUM_TABLE(vulkan_type, VULKAN_TYPE)
ENUM_TABLE(library_result, LIBRARY_RESULT)
ENUM_TABLE(compute_type, COMPUTE_TYPE)

FIELD_TABLE(vulkan_heap, VULKAN_HEAP)
FIELD_TABLE(vulkan_queue, VULKAN_QUEUE)
FIELD_TABLE(vulkan_device, VULKAN_DEVICE)
FIELD_TABLE(vulkan_file, VULKAN_FILE)
FIELD_TABLE(va_config, VA_CONFIG)
FIELD_TABLE(vpl_codec, VPL_CODEC)
FIELD_TABLE(vpl_implementation, VPL_IMPLEMENTATION)
FIELD_TABLE(compute_device, COMPUTE_DEVICE)
FIELD_TABLE(nvml_mig, NVML_MIG)
FIELD_TABLE(nvml_link, NVML_LINK)
FIELD_TABLE(nvml_device, NVML_DEVICE)
FIELD_TABLE(verbs_device, VERBS_DEVICE)
FIELD_TABLE(rdma_transfer, RDMA_TRANSFER)
FIELD_TABLE(xid_event, XID_EVENT)
FIELD_TABLE(report, REPORT)
