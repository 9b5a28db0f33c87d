/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NVIDIA's own interfaces for video, NVDEC and NVENC: what the GPU decodes and encodes. Both answer only inside a CUDA
 * context, which takes some hundred MiB of the GPU while it is there; a GPU that one program may hold alone is
 * therefore not asked.
 */
#include "worker/worker.h"

#ifdef HAVE_NVCODEC
#include <ffnvcodec/dynlink_cuda.h>
#include <ffnvcodec/dynlink_cuviddec.h>
#include <ffnvcodec/nvEncodeAPI.h>

enum { GUIDS_MAX = 32, API_12_0 = 12 << 4 };

/* clang-format off */
#define CUDA_FUNCTIONS(X) \
	X(cuInit, tcuInit) X(cuDeviceGetByPCIBusId, cu_by_bus_id) X(cuDeviceGetAttribute, tcuDeviceGetAttribute) \
	X(cuCtxCreate_v2, tcuCtxCreate_v2) X(cuGetErrorName, tcuGetErrorName)
/* clang-format on */
typedef CUresult CUDAAPI cu_by_bus_id(CUdevice *ret, const char *bus_id);
#define MEMBER(name, type) type *name;
static struct {
	CUDA_FUNCTIONS(MEMBER)
} cu;

static struct video_codec *codec_add(struct work *w, const char *codec, uint32_t depth,
				     const char *chroma, bool encode)
{
	struct video_codec *v = LIST_PUSH(w->a, &w->r->video);

	FIELD_SET(v, video_codec, codec, codec);
	FIELD_SET(v, video_codec, depth, depth);
	FIELD_SET(v, video_codec, chroma, chroma);
	FIELD_SET(v, video_codec, encode, encode);
	return v;
}

/* Decoding: every codec at every depth and chroma format it may have. */

static const struct {
	cudaVideoCodec number;
	const char *name;
	bool deep; /* more than 8 bits, more than 4:2:0 */
} decoded[] = {
	{cudaVideoCodec_MPEG2, "MPEG-2", false}, {cudaVideoCodec_VC1, "VC-1", false},
	{cudaVideoCodec_H264, "H.264", true},	 {cudaVideoCodec_JPEG, "JPEG", false},
	{cudaVideoCodec_VP8, "VP8", false},	 {cudaVideoCodec_HEVC, "HEVC", true},
	{cudaVideoCodec_VP9, "VP9", true},	 {cudaVideoCodec_AV1, "AV1", true},
};
static const struct {
	cudaVideoChromaFormat number;
	const char *name;
	uint32_t depth;
} formats[] = {
	{cudaVideoChromaFormat_420, "4:2:0", 8},  {cudaVideoChromaFormat_420, "4:2:0", 10},
	{cudaVideoChromaFormat_420, "4:2:0", 12}, {cudaVideoChromaFormat_422, "4:2:2", 8},
	{cudaVideoChromaFormat_422, "4:2:2", 10}, {cudaVideoChromaFormat_444, "4:4:4", 8},
	{cudaVideoChromaFormat_444, "4:4:4", 10},
};

static void decoders(struct work *w, tcuvidGetDecoderCaps *get)
{
	unsigned i, k;

	for (i = 0; i < ARRAY_LEN(decoded); i++)
		for (k = 0; k < (decoded[i].deep ? ARRAY_LEN(formats) : 1); k++) {
			CUVIDDECODECAPS caps = {.eCodecType = decoded[i].number,
						.eChromaFormat = formats[k].number,
						.nBitDepthMinus8 = formats[k].depth - 8};
			struct video_codec *v;

			if (get(&caps) != CUDA_SUCCESS || !caps.bIsSupported)
				continue;
			v = codec_add(w, decoded[i].name, formats[k].depth, formats[k].name, false);
			FIELD_SET(v, video_codec, width_max, caps.nMaxWidth);
			FIELD_SET(v, video_codec, height_max, caps.nMaxHeight);
		}
}

/* Encoding */

/* AV1 came with version 12.0; headers before that do not have it. */
static const GUID av1 = {
	0x0a352289, 0x0aa7, 0x4759, {0x86, 0x2d, 0x5d, 0x15, 0xcd, 0x16, 0xd2, 0x54}};

static const struct {
	int bit;
	const char *name;
} rates[] = {{NV_ENC_PARAMS_RC_VBR, "VBR"}, {NV_ENC_PARAMS_RC_CBR, "CBR"}};

struct encoder {
	NV_ENCODE_API_FUNCTION_LIST f;
	void *session;
	uint32_t version;
};

/* The structs that are used here have not changed since long; only the version in them is the driver's. */
static uint32_t struct_version(const struct encoder *e, uint32_t n)
{
	return e->version | n << 16 | 7u << 28;
}

static int capability(struct encoder *e, GUID codec, NV_ENC_CAPS what)
{
	NV_ENC_CAPS_PARAM p = {.version = struct_version(e, 1), .capsToQuery = what};
	int value = 0;

	return e->f.nvEncGetEncodeCaps(e->session, codec, &p, &value) == NV_ENC_SUCCESS ? value : 0;
}

static void encoder_add(struct work *w, struct encoder *e, GUID codec, const char *name,
			uint32_t depth, const char *chroma)
{
	struct video_codec *v = codec_add(w, name, depth, chroma, true);
	int modes = capability(e, codec, NV_ENC_CAPS_SUPPORTED_RATECONTROL_MODES);
	int width = capability(e, codec, NV_ENC_CAPS_WIDTH_MAX),
	    height = capability(e, codec, NV_ENC_CAPS_HEIGHT_MAX);
	unsigned i;

	strs_add(w->a, &v->rate_control, "CQP");
	for (i = 0; i < ARRAY_LEN(rates); i++)
		if (modes & rates[i].bit)
			strs_add(w->a, &v->rate_control, rates[i].name);
	FIELD_KNOW(v, video_codec, rate_control);
	if (width > 0 && height > 0) {
		FIELD_SET(v, video_codec, width_max, (uint32_t)width);
		FIELD_SET(v, video_codec, height_max, (uint32_t)height);
	}
}

static void encoder_of(struct work *w, struct encoder *e, GUID codec)
{
	const struct {
		const GUID *guid;
		const char *name;
	} known[] = {{&NV_ENC_CODEC_H264_GUID, "H.264"},
		     {&NV_ENC_CODEC_HEVC_GUID, "HEVC"},
		     {&av1, "AV1"}};
	bool ten = capability(e, codec, NV_ENC_CAPS_SUPPORT_10BIT_ENCODE) > 0,
	     full = capability(e, codec, NV_ENC_CAPS_SUPPORT_YUV444_ENCODE) > 0;
	unsigned i;

	for (i = 0; i < ARRAY_LEN(known); i++) {
		if (memcmp(known[i].guid, &codec, sizeof(codec)) != 0)
			continue;
		encoder_add(w, e, codec, known[i].name, 8, "4:2:0");
		if (ten)
			encoder_add(w, e, codec, known[i].name, 10, "4:2:0");
		if (full)
			encoder_add(w, e, codec, known[i].name, 8, "4:4:4");
		if (ten && full)
			encoder_add(w, e, codec, known[i].name, 10, "4:4:4");
	}
}

static void encoders(struct work *w, struct encoder *e, CUcontext context)
{
	NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS p = {.version = struct_version(e, 1),
						  .deviceType = NV_ENC_DEVICE_TYPE_CUDA,
						  .device = context,
						  .apiVersion = e->version};
	GUID all[GUIDS_MAX];
	uint32_t n = 0, i;
	NVENCSTATUS r = e->f.nvEncOpenEncodeSessionEx(&p, &e->session);

	/* A GPU without an encoder is none with an error. */
	if (r == NV_ENC_ERR_NO_ENCODE_DEVICE || r == NV_ENC_ERR_UNSUPPORTED_DEVICE)
		return;
	if (r != NV_ENC_SUCCESS) {
		work_error(
			w, "NVENC opens no session: error %d%s", r,
			r == NV_ENC_ERR_OUT_OF_MEMORY ?
				" (no memory, or all of the sessions this GPU allows are in use)" :
				"");
		return;
	}
	if (e->f.nvEncGetEncodeGUIDs(e->session, all, GUIDS_MAX, &n) == NV_ENC_SUCCESS)
		for (i = 0; i < MIN(n, (uint32_t)GUIDS_MAX); i++)
			encoder_of(w, e, all[i]);
	if (e->f.nvEncDestroyEncoder)
		e->f.nvEncDestroyEncoder(e->session);
}

typedef NVENCSTATUS NVENCAPI nvenc_create(NV_ENCODE_API_FUNCTION_LIST *list);
typedef NVENCSTATUS NVENCAPI nvenc_version(uint32_t *version);

static bool encoder_load(struct work *w, void *library, struct encoder *e)
{
	nvenc_create *create = (nvenc_create *)work_sym(library, "NvEncodeAPICreateInstance");
	nvenc_version *version =
		(nvenc_version *)work_sym(library, "NvEncodeAPIGetMaxSupportedVersion");
	uint32_t most = 0;

	if (!create || !version || version(&most) != NV_ENC_SUCCESS)
		return false;
	FIELD_SET(w->r, report, api_version, arena_printf(w->a, "%u.%u", most >> 4, most & 15));
	most = MIN(most, (uint32_t)API_12_0);
	e->version = most >> 4 | (most & 15) << 24;
	e->f.version = struct_version(e, 2);
	return create(&e->f) == NV_ENC_SUCCESS && e->f.nvEncOpenEncodeSessionEx &&
	       e->f.nvEncGetEncodeGUIDs && e->f.nvEncGetEncodeCaps;
}

/* CUDA */

static bool fails(struct work *w, const char *what, CUresult r)
{
	const char *name = NULL;

	if (r == CUDA_SUCCESS)
		return false;
	if (!cu.cuGetErrorName || cu.cuGetErrorName(r, &name) != CUDA_SUCCESS)
		name = NULL;
	work_error(w, "%s: %s (CUDA error %d)", what, name ? work_text(w, name, 256) : "unknown",
		   r);
	return true;
}

/* A context on the GPU; NULL with the reason in the report. */
static CUcontext context_on(struct work *w, const char *bus_id)
{
	CUcontext context = NULL;
	CUdevice device;
	int mode = 0;

	if (fails(w, "CUDA does not start", cu.cuInit(0)) ||
	    fails(w, "CUDA does not know the GPU (one cut by MIG has no video of its own)",
		  cu.cuDeviceGetByPCIBusId(&device, bus_id)))
		return NULL;
	if (cu.cuDeviceGetAttribute(&mode, CU_DEVICE_ATTRIBUTE_COMPUTE_MODE, device) ==
		    CUDA_SUCCESS &&
	    mode != 0) {
		work_outcome(w, REPORT_OUTCOME_PENDING,
			     "not asked: its compute mode lets one program at a time use the GPU");
		return NULL;
	}
	return fails(w, "the GPU takes no program", cu.cuCtxCreate_v2(&context, 0, device)) ?
		       NULL :
		       context;
}

/* One of the two libraries; that it is not there is no reason to leave the other out. */
static void *half_open(struct work *w, const char *name)
{
	const char *first = w->r->library;
	void *library = work_open(w, name);

	if (library) {
		w->r->library = first;
		return library;
	}
	strs_add(w->a, &w->r->left_out, w->r->message);
	FIELD_KNOW(w->r, report, left_out);
	FIELD_SET(w->r, report, outcome, REPORT_OUTCOME_FRESH);
	FIELD_SET(w->r, report, message, "");
	return NULL;
}

void probe_nvcodec(struct work *w)
{
	static const char *const variables[] = {"CUDA_VISIBLE_DEVICES",
						"NVIDIA_DRIVER_CAPABILITIES", NULL};
	struct encoder e = {0};
	tcuvidGetDecoderCaps *caps = NULL;
	void *cuda, *decode, *encode;
	CUcontext context;

	work_variables(w, variables);
	unsetenv("CUDA_VISIBLE_DEVICES");
	cuda = work_open(w, "libcuda.so.1");
	if (!cuda)
		return;
	decode = half_open(w, "libnvcuvid.so.1");
	encode = half_open(w, "libnvidia-encode.so.1");
	if (!decode && !encode) {
		work_outcome(w, REPORT_OUTCOME_ABSENT,
			     "libnvcuvid.so.1 and libnvidia-encode.so.1 are not installed");
		return;
	}
#define LOAD(name, type) cu.name = (type *)work_sym(cuda, #name);
	CUDA_FUNCTIONS(LOAD)
	caps = (tcuvidGetDecoderCaps *)work_sym(decode, "cuvidGetDecoderCaps");
	if (!cu.cuInit || !cu.cuDeviceGetByPCIBusId || !cu.cuDeviceGetAttribute ||
	    !cu.cuCtxCreate_v2) {
		work_error(w, "libcuda has not the functions that are wanted");
		return;
	}
	context = context_on(w, w->about ? w->about : "");
	if (!context) {
		work_nodes(w, "/dev", "nvidia", true);
		return;
	}
	FIELD_SET(w->r, report, vendor, "NVDEC and NVENC");
	FIELD_KNOW(w->r, report, video);
	if (caps)
		decoders(w, caps);
	if (encode && encoder_load(w, encode, &e))
		encoders(w, &e, context);
}
#else
void probe_nvcodec(struct work *w)
{
	work_outcome(w, REPORT_OUTCOME_NOT_ASKED,
		     "gpubay-probe was built without the headers of NVDEC and NVENC");
}
#endif
