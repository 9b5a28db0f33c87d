/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcuda, libnvcuvid and libnvidia-encode in one source, built three times: an Ada GPU at every bus id. GPUBAY_FAKE:
 * exclusive (compute mode), full (no session left), none (a GPU without an encoder), refuse (CUDA does not start).
 */
#include "fake.h"

#include <ffnvcodec/dynlink_cuda.h>
#include <ffnvcodec/dynlink_cuviddec.h>
#include <ffnvcodec/nvEncodeAPI.h>

#include <string.h>

/* Defines a function with its declaration before it. */
#define FAKE(type, name, ...) \
	FAKE_EXPORT type name(__VA_ARGS__); \
	type name(__VA_ARGS__)

FAKE(CUresult, cuInit, unsigned flags)
{
	fake_enter("cuInit");
	return fake_is("refuse") ? (CUresult)999 : fake_is("denied") ? (CUresult)100 : CUDA_SUCCESS;
}

FAKE(CUresult, cuGetErrorName, CUresult r, const char **ret)
{
	*ret = r == 999 ? "CUDA_ERROR_UNKNOWN" : "CUDA_ERROR_OTHER";
	return CUDA_SUCCESS;
}

FAKE(CUresult, cuDeviceGetByPCIBusId, CUdevice *ret, const char *bus_id)
{
	*ret = 0;
	return CUDA_SUCCESS;
}

FAKE(CUresult, cuDeviceGetAttribute, int *ret, CUdevice_attribute what, CUdevice device)
{
	*ret = what == CU_DEVICE_ATTRIBUTE_COMPUTE_MODE && fake_is("exclusive") ? 3 : 0;
	return CUDA_SUCCESS;
}

FAKE(CUresult, cuCtxCreate_v2, CUcontext *ret, unsigned flags, CUdevice device)
{
	fake_enter("cuCtxCreate_v2");
	*ret = (CUcontext)(uintptr_t)1;
	return CUDA_SUCCESS;
}

FAKE(CUresult, cuvidGetDecoderCaps, CUVIDDECODECAPS *caps)
{
	bool deep = caps->nBitDepthMinus8 > 0 || caps->eChromaFormat != cudaVideoChromaFormat_420;

	fake_enter("cuvidGetDecoderCaps");
	caps->bIsSupported =
		!deep ||
		(caps->eCodecType == cudaVideoCodec_HEVC &&
		 caps->eChromaFormat != cudaVideoChromaFormat_422) ||
		((caps->eCodecType == cudaVideoCodec_VP9 ||
		  caps->eCodecType == cudaVideoCodec_AV1) &&
		 caps->eChromaFormat == cudaVideoChromaFormat_420 && caps->nBitDepthMinus8 == 2);
	caps->nMaxWidth = caps->nMaxHeight = fake_is("lies") ? UINT32_MAX : 8192;
	return CUDA_SUCCESS;
}

/* NVENC hands out its functions in a list. */

static const GUID av1 = {
	0x0a352289, 0x0aa7, 0x4759, {0x86, 0x2d, 0x5d, 0x15, 0xcd, 0x16, 0xd2, 0x54}};

static NVENCSTATUS NVENCAPI session(NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS *p, void **ret)
{
	fake_enter("nvEncOpenEncodeSessionEx");
	*ret = (void *)(uintptr_t)1;
	if (p->apiVersion != 12)
		return NV_ENC_ERR_INVALID_VERSION;
	return fake_is("full") ? NV_ENC_ERR_OUT_OF_MEMORY :
	       fake_is("none") ? NV_ENC_ERR_UNSUPPORTED_DEVICE :
				 NV_ENC_SUCCESS;
}

static NVENCSTATUS NVENCAPI guids(void *s, GUID *all, uint32_t size, uint32_t *n)
{
	all[0] = NV_ENC_CODEC_H264_GUID;
	all[1] = NV_ENC_CODEC_HEVC_GUID;
	all[2] = av1;
	*n = fake_is("lies") ? UINT32_MAX : 3;
	return NV_ENC_SUCCESS;
}

static NVENCSTATUS NVENCAPI capability(void *s, GUID codec, NV_ENC_CAPS_PARAM *p, int *ret)
{
	bool h264 = memcmp(&codec, &NV_ENC_CODEC_H264_GUID, sizeof(codec)) == 0,
	     hevc = memcmp(&codec, &NV_ENC_CODEC_HEVC_GUID, sizeof(codec)) == 0;

	*ret = p->capsToQuery == NV_ENC_CAPS_SUPPORT_10BIT_ENCODE	 ? !h264 :
	       p->capsToQuery == NV_ENC_CAPS_SUPPORT_YUV444_ENCODE	 ? h264 || hevc :
	       p->capsToQuery == NV_ENC_CAPS_SUPPORTED_RATECONTROL_MODES ? 3 :
									   (h264 ? 4096 : 8192);
	return fake_is("lies") ? NV_ENC_ERR_GENERIC : NV_ENC_SUCCESS;
}

FAKE(NVENCSTATUS, NvEncodeAPIGetMaxSupportedVersion, uint32_t *ret)
{
	fake_enter("NvEncodeAPIGetMaxSupportedVersion");
	*ret = 13 << 4;
	return NV_ENC_SUCCESS;
}

FAKE(NVENCSTATUS, NvEncodeAPICreateInstance, NV_ENCODE_API_FUNCTION_LIST *list)
{
	list->nvEncOpenEncodeSessionEx = session;
	list->nvEncGetEncodeGUIDs = guids;
	list->nvEncGetEncodeCaps = capability;
	return NV_ENC_SUCCESS;
}
