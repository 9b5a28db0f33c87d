/* SPDX-License-Identifier: Apache-2.0 */
#include "model/gpu.h"

ENUM_TABLE(gpu_vendor, GPU_VENDOR)
ENUM_TABLE(gpu_kind, GPU_KIND)
ENUM_TABLE(gpu_state, GPU_STATE)
ENUM_TABLE(confidence, CONFIDENCE)
ENUM_TABLE(attachment, ATTACHMENT)
ENUM_TABLE(id_source, ID_SOURCE)
ENUM_TABLE(slice_kind, SLICE_KIND)
ENUM_TABLE(fabric, FABRIC)
FIELD_TABLE(evidence, EVIDENCE)
FIELD_TABLE(external, EXTERNAL)
FIELD_TABLE(slice, SLICE)
FIELD_TABLE(gpu_peer, GPU_PEER)
FIELD_TABLE(gpu, GPU)

bool gpu_counts(enum gpu_kind kind)
{
	return kind == GPU_KIND_UNKNOWN || kind == GPU_KIND_DISCRETE || kind == GPU_KIND_INTEGRATED ||
	       kind == GPU_KIND_GUEST_VF;
}
